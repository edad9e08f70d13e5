


-- Members as extracted, typed: one row a delivered record. Each row needs no other row, so this is a streaming
-- table: a new file costs only its own rows.
-- Records that do not pass are dropped here, before they can become a version, and kept in members_quarantine.
-- It has no masks, as only those may read it whom no mask hides anything from.
CREATE OR REFRESH STREAMING TABLE `insurance_command_center`.`silver`.`members_staged` (
  member_id STRING COMMENT 'Member identifier',
  age INT COMMENT 'Age in years at extraction',
  gender STRING COMMENT 'Gender as recorded',
  plan_type STRING COMMENT 'Plan type: MAPD, PPO, HMO, POS or EPO',
  tenure_months INT COMMENT 'Months since the member joined',
  tenure_bucket STRING COMMENT 'Tenure group: New, Developing, Established, Loyal or Unknown',
  segment STRING COMMENT 'Value segment: High Value, Medium Value, Low Value, At Risk or New',
  customer_segment STRING COMMENT 'Plan and tenure group used for leakage: MAPD New, MAPD Tenured, Commercial or Unknown',
  state STRING COMMENT 'State of residence, two letters',
  zip_code STRING COMMENT 'Postal code (PII)',
  join_date DATE COMMENT 'Date the member joined',
  line_of_business STRING COMMENT 'Medicare Advantage or Commercial; derived from the plan when the source gives none',
  preferred_language STRING COMMENT 'Preferred spoken language',
  income_band STRING COMMENT 'Household income band',
  education_level STRING COMMENT 'Highest education level',
  household_size INT COMMENT 'Persons in the household',
  rural_urban STRING COMMENT 'Rural or urban residence',
  has_caregiver BOOLEAN COMMENT 'Whether a caregiver acts for the member',
  digital_adoption STRING COMMENT 'Digital adoption: high, medium or low',
  first_name STRING COMMENT 'First name (PII)',
  last_name STRING COMMENT 'Last name (PII)',
  sequence_at TIMESTAMP COMMENT 'Orders the versions of a member: extraction time, or the day of its file when the source gives none',
  has_unreadable_measure BOOLEAN COMMENT 'Whether a number or date was delivered that is none; such a record is dropped here and kept in members_quarantine',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  CONSTRAINT member_id_present EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT measures_readable EXPECT (NOT has_unreadable_measure) ON VIOLATION DROP ROW,
  CONSTRAINT tenure_months_not_negative EXPECT (COALESCE(tenure_months >= 0, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT age_in_range EXPECT (COALESCE(age BETWEEN 0 AND 120, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT join_date_plausible EXPECT (COALESCE(
      CAST(join_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    )) ON VIOLATION DROP ROW,
  CONSTRAINT sequence_at_plausible EXPECT (COALESCE(
      CAST(sequence_at AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    )) ON VIOLATION DROP ROW,
  CONSTRAINT plan_type_known EXPECT (COALESCE(plan_type = 'MAPD' OR plan_type IN ('PPO', 'HMO', 'POS', 'EPO'), FALSE)),
  CONSTRAINT tenure_known EXPECT (tenure_months IS NOT NULL)
)
COMMENT 'Members as extracted, typed and grouped, one row a delivery: the source of the history in members_clean.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "silver")
AS WITH records AS (
  SELECT
    NULLIF(TRIM(member_id), '') AS member_id,
    TRY_CAST(TRY_CAST(age AS DECIMAL(18, 2)) AS INT) AS age,
    NULLIF(TRIM(gender), '') AS gender,
    UPPER(NULLIF(TRIM(plan_type), '')) AS plan_type,
    TRY_CAST(TRY_CAST(tenure_months AS DECIMAL(18, 2)) AS INT) AS tenure_months,
    NULLIF(TRIM(segment), '') AS segment,
    UPPER(NULLIF(TRIM(state), '')) AS state,
    NULLIF(TRIM(zip_code), '') AS zip_code,
    TRY_CAST(join_date AS DATE) AS join_date,
    NULLIF(TRIM(line_of_business), '') AS line_of_business,
    NULLIF(TRIM(preferred_language), '') AS preferred_language,
    NULLIF(TRIM(income_band), '') AS income_band,
    NULLIF(TRIM(education_level), '') AS education_level,
    TRY_CAST(TRY_CAST(household_size AS DECIMAL(18, 2)) AS INT) AS household_size,
    NULLIF(TRIM(rural_urban), '') AS rural_urban,
    TRY_CAST(has_caregiver AS BOOLEAN) AS has_caregiver,
    LOWER(NULLIF(TRIM(digital_adoption), '')) AS digital_adoption,
    NULLIF(TRIM(first_name), '') AS first_name,
    NULLIF(TRIM(last_name), '') AS last_name,
    TRY_CAST(updated_at AS TIMESTAMP) AS updated_at,
    COALESCE(TRY_CAST(updated_at AS TIMESTAMP), TIMESTAMP_MICROS(
      UNIX_MICROS(CAST(COALESCE(TRY_TO_DATE(REGEXP_EXTRACT(_source_file, '_([0-9]{8})[^/]*$', 1), 'yyyyMMdd'), DATE '1900-01-01') AS TIMESTAMP))
      + UNIX_SECONDS(_source_modified_at)
    )) AS sequence_at,
    member_id AS delivered_member_id,
    age AS delivered_age,
    plan_type AS delivered_plan_type,
    tenure_months AS delivered_tenure_months,
    join_date AS delivered_join_date,
    updated_at AS delivered_updated_at,
    _rescued_data,
    _source_file,
    _source_modified_at,
    _ingested_at
  FROM STREAM `insurance_command_center`.`bronze`.`members_raw`
)
SELECT
  member_id,
  age,
  gender,
  plan_type,
  tenure_months,
  CASE
    WHEN tenure_months IS NULL THEN 'Unknown'
    WHEN tenure_months < 12 THEN 'New'
    WHEN tenure_months < 36 THEN 'Developing'
    WHEN tenure_months < 60 THEN 'Established'
    ELSE 'Loyal'
  END AS tenure_bucket,
  segment,
  CASE
    WHEN plan_type = 'MAPD' AND tenure_months < 12 THEN 'MAPD New'
    WHEN plan_type = 'MAPD' AND tenure_months IS NOT NULL THEN 'MAPD Tenured'
    WHEN plan_type IN ('PPO', 'HMO', 'POS', 'EPO') THEN 'Commercial'
    ELSE 'Unknown'
  END AS customer_segment,
  state,
  zip_code,
  join_date,
  COALESCE(line_of_business, CASE
    WHEN plan_type = 'MAPD' THEN 'Medicare Advantage'
    WHEN plan_type IN ('PPO', 'HMO', 'POS', 'EPO') THEN 'Commercial'
    ELSE 'Unknown'
  END) AS line_of_business,
  preferred_language,
  income_band,
  education_level,
  household_size,
  rural_urban,
  has_caregiver,
  digital_adoption,
  first_name,
  last_name,
  sequence_at,
  (age IS NULL AND NULLIF(TRIM(delivered_age), '') IS NOT NULL) OR (tenure_months IS NULL AND NULLIF(TRIM(delivered_tenure_months), '') IS NOT NULL) OR (join_date IS NULL AND NULLIF(TRIM(delivered_join_date), '') IS NOT NULL) OR (updated_at IS NULL AND NULLIF(TRIM(delivered_updated_at), '') IS NOT NULL) AS has_unreadable_measure,
  _source_file,
  _ingested_at
FROM records;
