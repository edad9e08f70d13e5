{%- set keys = {'claims': 'claim_id', 'call_center': 'call_id', 'digital_interactions': 'interaction_id',
                'surveys': 'survey_id', 'pharmacy': 'rx_id', 'enrollment': 'enrollment_id'} -%}
-- Silver checks of the daily job: nothing is lost between bronze and silver, keys are unique, members exist,
-- the history of members is sound and the mandatory columns are filled.
WITH sources AS (
  {%- for source, key in keys | items %}
  {% if not loop.first %}UNION ALL
  {% endif -%}
  SELECT
    '{{ source }}' AS source,
    (SELECT COUNT(*) FROM {{ ref('bronze.' ~ source ~ '_raw') }}) AS delivered,
    COUNT(*) AS accepted,
    COUNT(DISTINCT {{ key }}) AS distinct_keys,
    (SELECT COUNT(*) FROM {{ ref('silver.' ~ source ~ '_quarantine') }}) AS rejected,
    (
      SELECT COUNT(*)
      FROM {{ ref('silver.' ~ source ~ '_clean') }} o
      LEFT ANTI JOIN {{ ref('silver.members_current') }} m ON m.member_id = o.member_id
    ) AS orphans
  FROM {{ ref('silver.' ~ source ~ '_clean') }}
  {%- endfor %}
),
members AS (
  SELECT
    (SELECT COUNT(*) FROM {{ ref('bronze.members_raw') }}) AS delivered,
    (SELECT COUNT(*) FROM {{ ref('silver.members_staged') }}) AS accepted,
    (SELECT COUNT(*) FROM {{ ref('silver.members_quarantine') }}) AS rejected
),
versions AS (
  SELECT
    member_id,
    COUNT_IF(__END_AT IS NULL) AS current_versions,
    COUNT_IF(__END_AT <= __START_AT) AS reversed_versions
  FROM {{ ref('silver.members_clean') }}
  GROUP BY member_id
),
blanks AS (
  SELECT 'call_center_clean.sentiment' AS column_name, COUNT_IF(is_negative IS NULL) AS blank, COUNT(*) AS total
  FROM {{ ref('silver.call_center_clean') }}
  UNION ALL
  SELECT 'call_center_clean.handle_time_minutes', COUNT_IF(handle_time_minutes IS NULL), COUNT(*)
  FROM {{ ref('silver.call_center_clean') }}
  UNION ALL
  SELECT 'digital_interactions_clean.outcome', COUNT_IF(outcome IS NULL), COUNT(*)
  FROM {{ ref('silver.digital_interactions_clean') }}
  UNION ALL
  SELECT 'members_current.plan_type', COUNT_IF(plan_type IS NULL), COUNT(*)
  FROM {{ ref('silver.members_current') }}
  UNION ALL
  SELECT 'surveys_clean.nps_score', COUNT_IF(nps_score IS NULL), COUNT(*)
  FROM {{ ref('silver.surveys_clean') }}
),
checks AS (
  SELECT
    CONCAT(source, ': delivered = accepted + rejected') AS check_name,
    delivered = accepted + rejected AS passed,
    CONCAT(CAST(delivered AS STRING), ' = ', CAST(accepted AS STRING), ' + ', CAST(rejected AS STRING)) AS detail
  FROM sources
  UNION ALL
  SELECT
    'members: delivered = accepted + rejected' AS check_name,
    delivered = accepted + rejected AS passed,
    CONCAT(CAST(delivered AS STRING), ' = ', CAST(accepted AS STRING), ' + ', CAST(rejected AS STRING)) AS detail
  FROM members
  UNION ALL
  SELECT
    CONCAT(source, ': one row a key') AS check_name,
    accepted = distinct_keys AS passed,
    CONCAT(CAST(accepted - distinct_keys AS STRING), ' duplicates') AS detail
  FROM sources
  UNION ALL
  SELECT
    CONCAT(source, ': every member exists') AS check_name,
    orphans = 0 AS passed,
    CONCAT(CAST(orphans AS STRING), ' orphans') AS detail
  FROM sources
  UNION ALL
  SELECT
    CONCAT(source, ': few records rejected') AS check_name,
    rejected <= delivered * {{ var('max_quarantine_pct') }} / 100 AS passed,
    CONCAT(CAST(rejected AS STRING), ' of ', CAST(delivered AS STRING), ' records rejected') AS detail
  FROM sources
  UNION ALL
  SELECT
    'members: one current version each' AS check_name,
    COUNT_IF(current_versions <> 1) = 0 AS passed,
    CONCAT(CAST(COUNT_IF(current_versions <> 1) AS STRING), ' members with another number') AS detail
  FROM versions
  UNION ALL
  SELECT
    'members: every version ends after it starts' AS check_name,
    COALESCE(SUM(reversed_versions), 0) = 0 AS passed,
    CONCAT(CAST(COALESCE(SUM(reversed_versions), 0) AS STRING), ' versions that do not') AS detail
  FROM versions
  UNION ALL
  SELECT
    CONCAT(column_name, ': filled') AS check_name,
    blank <= total * {{ var('max_quarantine_pct') }} / 100 AS passed,
    CONCAT(CAST(blank AS STRING), ' of ', CAST(total AS STRING), ' empty') AS detail
  FROM blanks
)
SELECT
  check_name,
  detail,
  IF(passed, 'passed', RAISE_ERROR(CONCAT('Silver check failed: ', check_name, ' (', detail, ')'))) AS result
FROM checks
ORDER BY check_name;
