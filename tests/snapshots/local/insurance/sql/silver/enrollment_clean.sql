

-- Enrolments, one row an enrolment: typed, latest delivery of each, of known members only.
-- A materialized view: a later file may replace a record, and a member may become known later.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`silver`.`enrollment_clean` (
  enrollment_id STRING NOT NULL COMMENT 'Enrolment identifier',
  member_id STRING NOT NULL COMMENT 'Member who enrolled',
  enrollment_date DATE COMMENT 'Date of the enrolment',
  plan_type STRING COMMENT 'Plan enrolled in',
  premium_amount DECIMAL(12, 2) COMMENT 'Monthly premium in USD',
  change_type STRING COMMENT 'new, renewal or change',
  change_reason STRING COMMENT 'Reason of a change',
  effective_date DATE COMMENT 'Date from which the enrolment counts; the enrolment date when the source gives none',
  channel STRING COMMENT 'Channel of the enrolment',
  has_unreadable_measure BOOLEAN COMMENT 'Whether a number was delivered that is none; such a record is dropped here and kept in enrollment_quarantine',
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT enrollment_clean_pk PRIMARY KEY (enrollment_id),
  CONSTRAINT enrollment_clean_member_fk FOREIGN KEY (member_id) REFERENCES `insurance_command_center`.`silver`.`members_current` (member_id),
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT enrollment_id_present EXPECT (enrollment_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT enrollment_date_present EXPECT (enrollment_date IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT measures_readable EXPECT (NOT has_unreadable_measure) ON VIOLATION DROP ROW,
  CONSTRAINT premium_amount_not_negative EXPECT (COALESCE(premium_amount >= 0, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT enrollment_date_plausible EXPECT (COALESCE(
      CAST(enrollment_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    )) ON VIOLATION DROP ROW,
  CONSTRAINT change_type_known EXPECT (change_type IN ('new', 'renewal', 'change'))
)
CLUSTER BY (enrollment_date, member_id)
COMMENT 'Plan enrolments and changes of known members, one row each.'
TBLPROPERTIES ("quality" = "silver")
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
  enrollment_id,
  known_member_id AS member_id,
  enrollment_date,
  plan_type,
  premium_amount,
  change_type,
  change_reason,
  COALESCE(effective_date, enrollment_date) AS effective_date,
  channel,
  has_unreadable_measure,
  _source_file
FROM decided
-- Rejected records pass, for the expectations above to drop and count.
WHERE verdict <> 'superseded';
