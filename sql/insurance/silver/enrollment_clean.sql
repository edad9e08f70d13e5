{% import '_macros/parse.sql' as parse %}
-- Enrolments: typed, latest delivery of each, of known members only.
-- A materialized view: a later file may replace a record, and a member may become known later.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  enrollment_id STRING NOT NULL COMMENT 'Enrolment identifier',
  member_id STRING NOT NULL COMMENT 'Member who enrolled',
  enrollment_date DATE COMMENT 'Date of the enrolment',
  plan_type STRING COMMENT 'Plan enrolled in',
  premium_amount DECIMAL(12, 2) COMMENT 'Monthly premium in USD',
  change_type STRING COMMENT 'new, renewal or change',
  change_reason STRING COMMENT 'Reason of a change',
  effective_date DATE COMMENT 'Date from which the enrolment counts; the enrolment date when the source gives none',
  channel STRING COMMENT 'Channel of the enrolment',
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT enrollment_clean_pk PRIMARY KEY (enrollment_id),
  CONSTRAINT enrollment_clean_member_fk FOREIGN KEY (member_id) REFERENCES {{ ref('silver.members_current') }} (member_id),
  CONSTRAINT enrollment_id_present EXPECT (enrollment_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT enrollment_date_readable EXPECT (enrollment_date IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT premium_not_negative EXPECT (COALESCE(premium_amount >= 0, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT change_type_known EXPECT (change_type IN ('new', 'renewal', 'change'))
)
CLUSTER BY (enrollment_date, member_id)
COMMENT 'Plan enrolments and changes of known members, one row each.'
TBLPROPERTIES ("quality" = "silver")
AS WITH parsed AS (
  SELECT
    {{ parse.text('enrollment_id') }} AS enrollment_id,
    {{ parse.text('member_id') }} AS member_id,
    {{ parse.day('enrollment_date') }} AS enrollment_date,
    UPPER({{ parse.text('plan_type') }}) AS plan_type,
    {{ parse.amount('premium_amount') }} AS premium_amount,
    LOWER({{ parse.text('change_type') }}) AS change_type,
    {{ parse.text('change_reason') }} AS change_reason,
    {{ parse.day('effective_date') }} AS effective_date,
    {{ parse.text('channel') }} AS channel,
    _source_file,
    _source_modified_at
  FROM {{ ref('bronze.enrollment_raw') }}
),
checked AS (
  SELECT
    p.*,
    m.member_id AS known_member_id,
    p.enrollment_id IS NOT NULL
      AND p.enrollment_date IS NOT NULL
      AND m.member_id IS NOT NULL
      AND COALESCE(p.premium_amount >= 0, TRUE)
      AS is_valid
  FROM parsed p
  LEFT JOIN {{ ref('silver.members_current') }} m ON m.member_id = p.member_id
),
-- File names carry their date, so the greatest path is the latest delivery.
-- Invalid rows pass, for the expectations above to drop and count.
latest AS (
  SELECT *
  FROM checked
  QUALIFY NOT is_valid OR ROW_NUMBER() OVER (
    PARTITION BY enrollment_id, is_valid
    ORDER BY _source_file DESC, _source_modified_at DESC, enrollment_date DESC
  ) = 1
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
  _source_file
FROM latest;
