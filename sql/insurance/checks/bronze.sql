{%- set sources = ['members', 'claims', 'call_center', 'digital_interactions', 'surveys', 'pharmacy', 'enrollment'] -%}
{%- set references = ['benefit_communications', 'interventions', 'action_library', 'impact_simulation'] -%}
-- Bronze checks of the daily job: every source has delivered, and nothing arrived outside the agreed schema.
-- Reference data may be absent: without it there are no actions and no interventions, but every figure stands.
-- A check that fails raises an error, so the task fails and what follows it does not run.
WITH counts AS (
  {%- for source in sources + references %}
  {% if not loop.first %}UNION ALL
  {% endif -%}
  SELECT
    '{{ source }}' AS source,
    COUNT(*) AS records,
    COUNT_IF(_rescued_data IS NOT NULL) AS rescued,
    COUNT_IF(_source_file IS NULL OR _ingested_at IS NULL) AS without_origin
  FROM {{ ref('bronze.' ~ source ~ '_raw') }}
  {%- endfor %}
),
checks AS (
  SELECT
    CONCAT(source, ' has records') AS check_name,
    records > 0 AS passed,
    CONCAT(CAST(records AS STRING), ' records') AS detail
  FROM counts
  WHERE source IN ({{ sources | string_list }})
  UNION ALL
  SELECT
    CONCAT(source, ' keeps to its schema') AS check_name,
    rescued <= records * {{ var('max_quarantine_pct') }} / 100 AS passed,
    CONCAT(CAST(rescued AS STRING), ' records with rescued data') AS detail
  FROM counts
  UNION ALL
  SELECT
    CONCAT(source, ' knows where each record is from') AS check_name,
    without_origin = 0 AS passed,
    CONCAT(CAST(without_origin AS STRING), ' records without file or time') AS detail
  FROM counts
)
SELECT
  check_name,
  detail,
  IF(passed, 'passed', RAISE_ERROR(CONCAT('Bronze check failed: ', check_name, ' (', detail, ')'))) AS result
FROM checks
ORDER BY check_name;
