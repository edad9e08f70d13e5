-- Bronze checks of the daily job: every source has delivered, and nothing arrived outside the agreed schema.
-- Reference data may be absent: without it there are no actions and no interventions, but every figure stands.
-- A check that fails raises an error, so the task fails and what follows it does not run.
WITH counts AS (
  SELECT
    'members' AS source,
    COUNT(*) AS records,
    COUNT_IF(_rescued_data IS NOT NULL) AS rescued,
    COUNT_IF(_source_file IS NULL OR _ingested_at IS NULL) AS without_origin
  FROM `insurance_command_center`.`bronze`.`members_raw`
  UNION ALL
  SELECT
    'claims' AS source,
    COUNT(*) AS records,
    COUNT_IF(_rescued_data IS NOT NULL) AS rescued,
    COUNT_IF(_source_file IS NULL OR _ingested_at IS NULL) AS without_origin
  FROM `insurance_command_center`.`bronze`.`claims_raw`
  UNION ALL
  SELECT
    'call_center' AS source,
    COUNT(*) AS records,
    COUNT_IF(_rescued_data IS NOT NULL) AS rescued,
    COUNT_IF(_source_file IS NULL OR _ingested_at IS NULL) AS without_origin
  FROM `insurance_command_center`.`bronze`.`call_center_raw`
  UNION ALL
  SELECT
    'digital_interactions' AS source,
    COUNT(*) AS records,
    COUNT_IF(_rescued_data IS NOT NULL) AS rescued,
    COUNT_IF(_source_file IS NULL OR _ingested_at IS NULL) AS without_origin
  FROM `insurance_command_center`.`bronze`.`digital_interactions_raw`
  UNION ALL
  SELECT
    'surveys' AS source,
    COUNT(*) AS records,
    COUNT_IF(_rescued_data IS NOT NULL) AS rescued,
    COUNT_IF(_source_file IS NULL OR _ingested_at IS NULL) AS without_origin
  FROM `insurance_command_center`.`bronze`.`surveys_raw`
  UNION ALL
  SELECT
    'pharmacy' AS source,
    COUNT(*) AS records,
    COUNT_IF(_rescued_data IS NOT NULL) AS rescued,
    COUNT_IF(_source_file IS NULL OR _ingested_at IS NULL) AS without_origin
  FROM `insurance_command_center`.`bronze`.`pharmacy_raw`
  UNION ALL
  SELECT
    'enrollment' AS source,
    COUNT(*) AS records,
    COUNT_IF(_rescued_data IS NOT NULL) AS rescued,
    COUNT_IF(_source_file IS NULL OR _ingested_at IS NULL) AS without_origin
  FROM `insurance_command_center`.`bronze`.`enrollment_raw`
  UNION ALL
  SELECT
    'benefit_communications' AS source,
    COUNT(*) AS records,
    COUNT_IF(_rescued_data IS NOT NULL) AS rescued,
    COUNT_IF(_source_file IS NULL OR _ingested_at IS NULL) AS without_origin
  FROM `insurance_command_center`.`bronze`.`benefit_communications_raw`
  UNION ALL
  SELECT
    'interventions' AS source,
    COUNT(*) AS records,
    COUNT_IF(_rescued_data IS NOT NULL) AS rescued,
    COUNT_IF(_source_file IS NULL OR _ingested_at IS NULL) AS without_origin
  FROM `insurance_command_center`.`bronze`.`interventions_raw`
  UNION ALL
  SELECT
    'action_library' AS source,
    COUNT(*) AS records,
    COUNT_IF(_rescued_data IS NOT NULL) AS rescued,
    COUNT_IF(_source_file IS NULL OR _ingested_at IS NULL) AS without_origin
  FROM `insurance_command_center`.`bronze`.`action_library_raw`
  UNION ALL
  SELECT
    'impact_simulation' AS source,
    COUNT(*) AS records,
    COUNT_IF(_rescued_data IS NOT NULL) AS rescued,
    COUNT_IF(_source_file IS NULL OR _ingested_at IS NULL) AS without_origin
  FROM `insurance_command_center`.`bronze`.`impact_simulation_raw`
),
checks AS (
  SELECT
    CONCAT(source, ' has records') AS check_name,
    records > 0 AS passed,
    CONCAT(CAST(records AS STRING), ' records') AS detail
  FROM counts
  WHERE source IN ('members', 'claims', 'call_center', 'digital_interactions', 'surveys', 'pharmacy', 'enrollment')
  UNION ALL
  SELECT
    CONCAT(source, ' keeps to its schema') AS check_name,
    rescued <= records * 5 / 100 AS passed,
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
