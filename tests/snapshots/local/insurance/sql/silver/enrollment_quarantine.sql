

-- Every record of enrollment_raw that enrollment_clean does not hold, as delivered, with the reason: one row a record.
-- Both tables decide with the same macro; a check of the daily job proves that no record is lost.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`silver`.`enrollment_quarantine` (
  enrollment_id STRING COMMENT 'enrollment_id as delivered',
  member_id STRING COMMENT 'member_id as delivered',
  enrollment_date STRING COMMENT 'enrollment_date as delivered',
  plan_type STRING COMMENT 'plan_type as delivered',
  premium_amount STRING COMMENT 'premium_amount as delivered',
  change_type STRING COMMENT 'change_type as delivered',
  reject_reason STRING COMMENT 'Codes of the rules that the record breaks, separated by a comma; superseded_duplicate when a later delivery of the same record was accepted',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
)
COMMENT 'Plan enrolments and changes that did not pass, with the reason.'
TBLPROPERTIES ("quality" = "quarantine")
AS WITH records AS (
  SELECT
    NULLIF(TRIM(enrollment_id), '') AS enrollment_id,
    NULLIF(TRIM(member_id), '') AS member_id,
    TRY_CAST(enrollment_date AS DATE) AS enrollment_date,
    UPPER(NULLIF(TRIM(plan_type), '')) AS plan_type,
    TRY_CAST(premium_amount AS DECIMAL(12, 2)) AS premium_amount,
    LOWER(NULLIF(TRIM(change_type), '')) AS change_type,
    NULLIF(TRIM(change_reason), '') AS change_reason,
    TRY_CAST(effective_date AS DATE) AS effective_date,
    NULLIF(TRIM(channel), '') AS channel,
    enrollment_id AS delivered_enrollment_id,
    member_id AS delivered_member_id,
    enrollment_date AS delivered_enrollment_date,
    plan_type AS delivered_plan_type,
    premium_amount AS delivered_premium_amount,
    change_type AS delivered_change_type,
    change_reason AS delivered_change_reason,
    effective_date AS delivered_effective_date,
    channel AS delivered_channel,
    _rescued_data,
    _source_file,
    _source_modified_at,
    _ingested_at
  FROM `insurance_command_center`.`bronze`.`enrollment_raw`
),
judged AS (
  SELECT
    r.*,
    m.member_id AS known_member_id,
    (premium_amount IS NULL AND NULLIF(TRIM(delivered_premium_amount), '') IS NOT NULL) AS has_unreadable_measure,
    NULLIF(CONCAT_WS(
      ', ',
      CASE
        WHEN NULLIF(TRIM(delivered_enrollment_id), '') IS NULL THEN 'missing_enrollment_id'
        WHEN enrollment_id IS NULL THEN 'unreadable_enrollment_id'
      END,
      CASE
        WHEN NULLIF(TRIM(delivered_enrollment_date), '') IS NULL THEN 'missing_enrollment_date'
        WHEN enrollment_date IS NULL THEN 'unreadable_enrollment_date'
      END,
      CASE WHEN premium_amount IS NULL AND NULLIF(TRIM(delivered_premium_amount), '') IS NOT NULL THEN 'unreadable_premium_amount' END,
      CASE WHEN NOT COALESCE(premium_amount >= 0, TRUE) THEN 'negative_premium_amount' END,
      CASE WHEN NOT COALESCE(
      CAST(enrollment_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    ) THEN 'implausible_enrollment_date' END,
      CASE
        WHEN r.member_id IS NULL THEN 'missing_member_id'
        WHEN m.member_id IS NULL THEN 'unknown_member_id'
      END
    ), '') AS reject_reason
  FROM records r
  LEFT JOIN `insurance_command_center`.`silver`.`members_current` m ON m.member_id = r.member_id
),
-- Few records are delivered more than once. Ranking only those spares sorting all the others.
contested AS (
  SELECT NULLIF(TRIM(enrollment_id), '') AS contested_key
  FROM `insurance_command_center`.`bronze`.`enrollment_raw`
  GROUP BY NULLIF(TRIM(enrollment_id), '')
  HAVING COUNT(*) > 1
),
flagged AS (
  SELECT j.*, c.contested_key IS NOT NULL AS is_contested
  FROM judged j
  LEFT JOIN contested c ON c.contested_key = j.enrollment_id
),
decided AS (
  SELECT *, IF(reject_reason IS NULL, 'accepted', 'rejected') AS verdict
  FROM flagged
  WHERE NOT is_contested
  UNION ALL
  -- File names carry their date, so the greatest path is the latest delivery. The order is total: records
  -- that tie in all of it are equal, so that it does not matter which of them is taken.
  SELECT
    *,
    CASE
      WHEN reject_reason IS NOT NULL THEN 'rejected'
      WHEN ROW_NUMBER() OVER (
        PARTITION BY enrollment_id, reject_reason IS NULL
        ORDER BY
          _source_file DESC,
          _source_modified_at DESC,
          enrollment_date DESC,
          _ingested_at DESC,
          delivered_enrollment_id,
          delivered_member_id,
          delivered_enrollment_date,
          delivered_plan_type,
          delivered_premium_amount,
          delivered_change_type,
          delivered_change_reason,
          delivered_effective_date,
          delivered_channel,
          _rescued_data
      ) = 1 THEN 'accepted'
      ELSE 'superseded'
    END AS verdict
  FROM flagged
  WHERE is_contested
)
SELECT
  delivered_enrollment_id AS enrollment_id,
  delivered_member_id AS member_id,
  delivered_enrollment_date AS enrollment_date,
  delivered_plan_type AS plan_type,
  delivered_premium_amount AS premium_amount,
  delivered_change_type AS change_type,
  COALESCE(reject_reason, 'superseded_duplicate') AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM decided
WHERE verdict <> 'accepted';
