{% import '_macros/parse.sql' as parse %}
-- Every record of digital_interactions_raw that digital_interactions_clean does not hold, as delivered, with the reason.
-- Each delivered record is in exactly one of the two tables; a check of the daily job proves it.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  interaction_id STRING COMMENT 'interaction_id as delivered',
  member_id STRING COMMENT 'member_id as delivered',
  interaction_timestamp STRING COMMENT 'interaction_timestamp as delivered',
  interaction_date STRING COMMENT 'interaction_date as delivered',
  interaction_type STRING COMMENT 'interaction_type as delivered',
  outcome STRING COMMENT 'outcome as delivered',
  session_duration_seconds STRING COMMENT 'session_duration_seconds as delivered',
  reject_reason STRING COMMENT 'Why the record was rejected; several reasons are separated by a comma',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
)
COMMENT 'Digital interactions that did not pass, with the reason.'
TBLPROPERTIES ("quality" = "quarantine")
AS WITH judged AS (
  SELECT
    r.*,
    NULLIF(CONCAT_WS(
      ', ',
      CASE WHEN {{ parse.text('r.interaction_id') }} IS NULL THEN 'missing interaction_id' END,
      CASE WHEN {{ parse.moment('r.interaction_timestamp') }} IS NULL THEN 'unreadable interaction_timestamp' END,
      CASE WHEN {{ parse.text('r.member_id') }} IS NULL THEN 'missing member_id' WHEN m.member_id IS NULL THEN 'unknown member' END,
      CASE WHEN {{ parse.whole('r.session_duration_seconds') }} < 0 THEN 'negative session_duration_seconds' END
    ), '') AS reason
  FROM {{ ref('bronze.digital_interactions_raw') }} r
  LEFT JOIN {{ ref('silver.members_current') }} m ON m.member_id = {{ parse.text('r.member_id') }}
),
-- Among valid deliveries of one record the latest is kept in the clean table; the others are duplicates.
ranked AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY {{ parse.text('interaction_id') }}, reason IS NULL
      ORDER BY _source_file DESC, _source_modified_at DESC, {{ parse.moment('interaction_timestamp') }} DESC
    ) AS delivery_rank
  FROM judged
)
SELECT
  interaction_id,
  member_id,
  interaction_timestamp,
  interaction_date,
  interaction_type,
  outcome,
  session_duration_seconds,
  COALESCE(reason, 'duplicate interaction_id') AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM ranked
WHERE reason IS NOT NULL OR delivery_rank > 1;
