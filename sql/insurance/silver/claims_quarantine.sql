{% import '_macros/parse.sql' as parse %}
-- Every record of claims_raw that claims_clean does not hold, as delivered, with the reason.
-- Each delivered record is in exactly one of the two tables; a check of the daily job proves it.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  claim_id STRING COMMENT 'claim_id as delivered',
  member_id STRING COMMENT 'member_id as delivered',
  claim_date STRING COMMENT 'claim_date as delivered',
  claim_type STRING COMMENT 'claim_type as delivered',
  claim_amount STRING COMMENT 'claim_amount as delivered',
  status STRING COMMENT 'status as delivered',
  reject_reason STRING COMMENT 'Why the record was rejected; several reasons are separated by a comma',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
)
COMMENT 'Claims and prior authorisations that did not pass, with the reason.'
TBLPROPERTIES ("quality" = "quarantine")
AS WITH judged AS (
  SELECT
    r.*,
    NULLIF(CONCAT_WS(
      ', ',
      CASE WHEN {{ parse.text('r.claim_id') }} IS NULL THEN 'missing claim_id' END,
      CASE WHEN {{ parse.day('r.claim_date') }} IS NULL THEN 'unreadable claim_date' END,
      CASE WHEN {{ parse.text('r.member_id') }} IS NULL THEN 'missing member_id' WHEN m.member_id IS NULL THEN 'unknown member' END,
      CASE WHEN {{ parse.amount('r.claim_amount') }} < 0 THEN 'negative claim_amount' END
    ), '') AS reason
  FROM {{ ref('bronze.claims_raw') }} r
  LEFT JOIN {{ ref('silver.members_current') }} m ON m.member_id = {{ parse.text('r.member_id') }}
),
-- Among valid deliveries of one record the latest is kept in the clean table; the others are duplicates.
ranked AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY {{ parse.text('claim_id') }}, reason IS NULL
      ORDER BY _source_file DESC, _source_modified_at DESC, {{ parse.day('claim_date') }} DESC
    ) AS delivery_rank
  FROM judged
)
SELECT
  claim_id,
  member_id,
  claim_date,
  claim_type,
  claim_amount,
  status,
  COALESCE(reason, 'duplicate claim_id') AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM ranked
WHERE reason IS NOT NULL OR delivery_rank > 1;
