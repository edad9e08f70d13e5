{% import '_macros/parse.sql' as parse %}
-- Every record of call_center_raw that call_center_clean does not hold, as delivered, with the reason.
-- Each delivered record is in exactly one of the two tables; a check of the daily job proves it.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  call_id STRING COMMENT 'call_id as delivered',
  member_id STRING COMMENT 'member_id as delivered',
  call_timestamp STRING COMMENT 'call_timestamp as delivered',
  call_date STRING COMMENT 'call_date as delivered',
  call_topic STRING COMMENT 'call_topic as delivered',
  handle_time_minutes STRING COMMENT 'handle_time_minutes as delivered',
  sentiment STRING COMMENT 'sentiment as delivered',
  reject_reason STRING COMMENT 'Why the record was rejected; several reasons are separated by a comma',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
)
COMMENT 'Calls that did not pass, with the reason.'
TBLPROPERTIES ("quality" = "quarantine")
AS WITH judged AS (
  SELECT
    r.*,
    NULLIF(CONCAT_WS(
      ', ',
      CASE WHEN {{ parse.text('r.call_id') }} IS NULL THEN 'missing call_id' END,
      CASE WHEN {{ parse.moment('r.call_timestamp') }} IS NULL THEN 'unreadable call_timestamp' END,
      CASE WHEN {{ parse.text('r.member_id') }} IS NULL THEN 'missing member_id' WHEN m.member_id IS NULL THEN 'unknown member' END,
      CASE WHEN {{ parse.amount('r.handle_time_minutes') }} < 0 THEN 'negative handle_time_minutes' END
    ), '') AS reason
  FROM {{ ref('bronze.call_center_raw') }} r
  LEFT JOIN {{ ref('silver.members_current') }} m ON m.member_id = {{ parse.text('r.member_id') }}
),
-- Among valid deliveries of one record the latest is kept in the clean table; the others are duplicates.
ranked AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY {{ parse.text('call_id') }}, reason IS NULL
      ORDER BY _source_file DESC, _source_modified_at DESC, {{ parse.moment('call_timestamp') }} DESC
    ) AS delivery_rank
  FROM judged
)
SELECT
  call_id,
  member_id,
  call_timestamp,
  call_date,
  call_topic,
  handle_time_minutes,
  sentiment,
  COALESCE(reason, 'duplicate call_id') AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM ranked
WHERE reason IS NOT NULL OR delivery_rank > 1;
