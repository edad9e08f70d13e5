

-- Every record of members_raw that members_staged drops, as delivered, with the reason: one row a record.
-- A rejected record is decided by itself, so this streams, too.
CREATE OR REFRESH STREAMING TABLE `dev_insurance_command_center`.`silver`.`members_quarantine` (
  member_id STRING COMMENT 'member_id as delivered',
  age STRING COMMENT 'age as delivered',
  plan_type STRING COMMENT 'plan_type as delivered',
  tenure_months STRING COMMENT 'tenure_months as delivered',
  join_date STRING COMMENT 'join_date as delivered',
  updated_at STRING COMMENT 'updated_at as delivered',
  reject_reason STRING COMMENT 'Codes of the rules that the record breaks, separated by a comma; superseded_duplicate when a later delivery of the same record was accepted',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
)
COMMENT 'Member records that did not pass, with the reason.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "quarantine")
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
  FROM STREAM `dev_insurance_command_center`.`bronze`.`members_raw`
),
judged AS (
  SELECT
    *,
    NULLIF(CONCAT_WS(
      ', ',
      CASE
        WHEN NULLIF(TRIM(delivered_member_id), '') IS NULL THEN 'missing_member_id'
        WHEN member_id IS NULL THEN 'unreadable_member_id'
      END,
      CASE WHEN age IS NULL AND NULLIF(TRIM(delivered_age), '') IS NOT NULL THEN 'unreadable_age' END,
      CASE WHEN tenure_months IS NULL AND NULLIF(TRIM(delivered_tenure_months), '') IS NOT NULL THEN 'unreadable_tenure_months' END,
      CASE WHEN join_date IS NULL AND NULLIF(TRIM(delivered_join_date), '') IS NOT NULL THEN 'unreadable_join_date' END,
      CASE WHEN updated_at IS NULL AND NULLIF(TRIM(delivered_updated_at), '') IS NOT NULL THEN 'unreadable_updated_at' END,
      CASE WHEN NOT COALESCE(tenure_months >= 0, TRUE) THEN 'negative_tenure_months' END,
      CASE WHEN NOT COALESCE(age BETWEEN 0 AND 120, TRUE) THEN 'age_out_of_range' END,
      CASE WHEN NOT COALESCE(
      CAST(join_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    ) THEN 'implausible_join_date' END,
      CASE WHEN NOT COALESCE(
      CAST(sequence_at AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    ) THEN 'implausible_updated_at' END,
      NULL
    ), '') AS reject_reason
  FROM records
),
decided AS (
  SELECT *, IF(reject_reason IS NULL, 'accepted', 'rejected') AS verdict
  FROM judged
)
SELECT
  delivered_member_id AS member_id,
  delivered_age AS age,
  delivered_plan_type AS plan_type,
  delivered_tenure_months AS tenure_months,
  delivered_join_date AS join_date,
  delivered_updated_at AS updated_at,
  COALESCE(reject_reason, 'superseded_duplicate') AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM decided
WHERE verdict <> 'accepted';
