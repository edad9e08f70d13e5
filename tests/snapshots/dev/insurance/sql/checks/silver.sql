-- Silver checks of the daily job: nothing is lost between bronze and silver, keys are unique, members exist,
-- the history of members is sound and the mandatory columns are filled.
WITH sources AS (
  SELECT
    'claims' AS source,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`bronze`.`claims_raw`) AS delivered,
    COUNT(*) AS accepted,
    COUNT(DISTINCT claim_id) AS distinct_keys,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`silver`.`claims_quarantine`) AS rejected,
    (
      SELECT COUNT(*)
      FROM `dev_insurance_command_center`.`silver`.`claims_clean` o
      LEFT ANTI JOIN `dev_insurance_command_center`.`silver`.`members_current` m ON m.member_id = o.member_id
    ) AS orphans
  FROM `dev_insurance_command_center`.`silver`.`claims_clean`
  UNION ALL
  SELECT
    'call_center' AS source,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`bronze`.`call_center_raw`) AS delivered,
    COUNT(*) AS accepted,
    COUNT(DISTINCT call_id) AS distinct_keys,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`silver`.`call_center_quarantine`) AS rejected,
    (
      SELECT COUNT(*)
      FROM `dev_insurance_command_center`.`silver`.`call_center_clean` o
      LEFT ANTI JOIN `dev_insurance_command_center`.`silver`.`members_current` m ON m.member_id = o.member_id
    ) AS orphans
  FROM `dev_insurance_command_center`.`silver`.`call_center_clean`
  UNION ALL
  SELECT
    'digital_interactions' AS source,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`bronze`.`digital_interactions_raw`) AS delivered,
    COUNT(*) AS accepted,
    COUNT(DISTINCT interaction_id) AS distinct_keys,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`silver`.`digital_interactions_quarantine`) AS rejected,
    (
      SELECT COUNT(*)
      FROM `dev_insurance_command_center`.`silver`.`digital_interactions_clean` o
      LEFT ANTI JOIN `dev_insurance_command_center`.`silver`.`members_current` m ON m.member_id = o.member_id
    ) AS orphans
  FROM `dev_insurance_command_center`.`silver`.`digital_interactions_clean`
  UNION ALL
  SELECT
    'surveys' AS source,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`bronze`.`surveys_raw`) AS delivered,
    COUNT(*) AS accepted,
    COUNT(DISTINCT survey_id) AS distinct_keys,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`silver`.`surveys_quarantine`) AS rejected,
    (
      SELECT COUNT(*)
      FROM `dev_insurance_command_center`.`silver`.`surveys_clean` o
      LEFT ANTI JOIN `dev_insurance_command_center`.`silver`.`members_current` m ON m.member_id = o.member_id
    ) AS orphans
  FROM `dev_insurance_command_center`.`silver`.`surveys_clean`
  UNION ALL
  SELECT
    'pharmacy' AS source,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`bronze`.`pharmacy_raw`) AS delivered,
    COUNT(*) AS accepted,
    COUNT(DISTINCT rx_id) AS distinct_keys,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`silver`.`pharmacy_quarantine`) AS rejected,
    (
      SELECT COUNT(*)
      FROM `dev_insurance_command_center`.`silver`.`pharmacy_clean` o
      LEFT ANTI JOIN `dev_insurance_command_center`.`silver`.`members_current` m ON m.member_id = o.member_id
    ) AS orphans
  FROM `dev_insurance_command_center`.`silver`.`pharmacy_clean`
  UNION ALL
  SELECT
    'enrollment' AS source,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`bronze`.`enrollment_raw`) AS delivered,
    COUNT(*) AS accepted,
    COUNT(DISTINCT enrollment_id) AS distinct_keys,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`silver`.`enrollment_quarantine`) AS rejected,
    (
      SELECT COUNT(*)
      FROM `dev_insurance_command_center`.`silver`.`enrollment_clean` o
      LEFT ANTI JOIN `dev_insurance_command_center`.`silver`.`members_current` m ON m.member_id = o.member_id
    ) AS orphans
  FROM `dev_insurance_command_center`.`silver`.`enrollment_clean`
),
members AS (
  SELECT
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`bronze`.`members_raw`) AS delivered,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`silver`.`members_staged`) AS accepted,
    (SELECT COUNT(*) FROM `dev_insurance_command_center`.`silver`.`members_quarantine`) AS rejected
),
versions AS (
  SELECT
    member_id,
    COUNT_IF(__END_AT IS NULL) AS current_versions,
    COUNT_IF(__END_AT <= __START_AT) AS reversed_versions
  FROM `dev_insurance_command_center`.`silver`.`members_clean`
  GROUP BY member_id
),
blanks AS (
  SELECT 'call_center_clean.sentiment' AS column_name, COUNT_IF(is_negative IS NULL) AS blank, COUNT(*) AS total
  FROM `dev_insurance_command_center`.`silver`.`call_center_clean`
  UNION ALL
  SELECT 'call_center_clean.handle_time_minutes', COUNT_IF(handle_time_minutes IS NULL), COUNT(*)
  FROM `dev_insurance_command_center`.`silver`.`call_center_clean`
  UNION ALL
  SELECT 'digital_interactions_clean.outcome', COUNT_IF(outcome IS NULL), COUNT(*)
  FROM `dev_insurance_command_center`.`silver`.`digital_interactions_clean`
  UNION ALL
  SELECT 'members_current.plan_type', COUNT_IF(plan_type IS NULL), COUNT(*)
  FROM `dev_insurance_command_center`.`silver`.`members_current`
  UNION ALL
  SELECT 'surveys_clean.nps_score', COUNT_IF(nps_score IS NULL), COUNT(*)
  FROM `dev_insurance_command_center`.`silver`.`surveys_clean`
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
    rejected <= delivered * 5 / 100 AS passed,
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
    blank <= total * 5 / 100 AS passed,
    CONCAT(CAST(blank AS STRING), ' of ', CAST(total AS STRING), ' empty') AS detail
  FROM blanks
)
SELECT
  check_name,
  detail,
  IF(passed, 'passed', RAISE_ERROR(CONCAT('Silver check failed: ', check_name, ' (', detail, ')'))) AS result
FROM checks
ORDER BY check_name;
