{% import '_macros/parse.sql' as parse %}
-- Every record of enrollment_raw that enrollment_clean does not hold, as delivered, with the reason.
-- Each delivered record is in exactly one of the two tables; a check of the daily job proves it.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  enrollment_id STRING COMMENT 'enrollment_id as delivered',
  member_id STRING COMMENT 'member_id as delivered',
  enrollment_date STRING COMMENT 'enrollment_date as delivered',
  plan_type STRING COMMENT 'plan_type as delivered',
  premium_amount STRING COMMENT 'premium_amount as delivered',
  change_type STRING COMMENT 'change_type as delivered',
  reject_reason STRING COMMENT 'Why the record was rejected; several reasons are separated by a comma',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
)
COMMENT 'Plan enrolments and changes that did not pass, with the reason.'
TBLPROPERTIES ("quality" = "quarantine")
AS WITH judged AS (
  SELECT
    r.*,
    NULLIF(CONCAT_WS(
      ', ',
      CASE WHEN {{ parse.text('r.enrollment_id') }} IS NULL THEN 'missing enrollment_id' END,
      CASE WHEN {{ parse.day('r.enrollment_date') }} IS NULL THEN 'unreadable enrollment_date' END,
      CASE WHEN {{ parse.text('r.member_id') }} IS NULL THEN 'missing member_id' WHEN m.member_id IS NULL THEN 'unknown member' END,
      CASE WHEN {{ parse.amount('r.premium_amount') }} < 0 THEN 'negative premium_amount' END
    ), '') AS reason
  FROM {{ ref('bronze.enrollment_raw') }} r
  LEFT JOIN {{ ref('silver.members_current') }} m ON m.member_id = {{ parse.text('r.member_id') }}
),
-- Among valid deliveries of one record the latest is kept in the clean table; the others are duplicates.
ranked AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY {{ parse.text('enrollment_id') }}, reason IS NULL
      ORDER BY _source_file DESC, _source_modified_at DESC, {{ parse.day('enrollment_date') }} DESC
    ) AS delivery_rank
  FROM judged
)
SELECT
  enrollment_id,
  member_id,
  enrollment_date,
  plan_type,
  premium_amount,
  change_type,
  COALESCE(reason, 'duplicate enrollment_id') AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM ranked
WHERE reason IS NOT NULL OR delivery_rank > 1;
