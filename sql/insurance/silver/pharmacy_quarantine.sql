{% import '_macros/parse.sql' as parse %}
-- Every record of pharmacy_raw that pharmacy_clean does not hold, as delivered, with the reason.
-- Each delivered record is in exactly one of the two tables; a check of the daily job proves it.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  rx_id STRING COMMENT 'rx_id as delivered',
  member_id STRING COMMENT 'member_id as delivered',
  fill_date STRING COMMENT 'fill_date as delivered',
  drug_name STRING COMMENT 'drug_name as delivered',
  copay_amount STRING COMMENT 'copay_amount as delivered',
  days_supply STRING COMMENT 'days_supply as delivered',
  reject_reason STRING COMMENT 'Why the record was rejected; several reasons are separated by a comma',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
)
COMMENT 'Pharmacy fills that did not pass, with the reason.'
TBLPROPERTIES ("quality" = "quarantine")
AS WITH judged AS (
  SELECT
    r.*,
    NULLIF(CONCAT_WS(
      ', ',
      CASE WHEN {{ parse.text('r.rx_id') }} IS NULL THEN 'missing rx_id' END,
      CASE WHEN {{ parse.day('r.fill_date') }} IS NULL THEN 'unreadable fill_date' END,
      CASE WHEN {{ parse.text('r.member_id') }} IS NULL THEN 'missing member_id' WHEN m.member_id IS NULL THEN 'unknown member' END,
      CASE WHEN {{ parse.amount('r.copay_amount') }} < 0 THEN 'negative copay_amount' END
    ), '') AS reason
  FROM {{ ref('bronze.pharmacy_raw') }} r
  LEFT JOIN {{ ref('silver.members_current') }} m ON m.member_id = {{ parse.text('r.member_id') }}
),
-- Among valid deliveries of one record the latest is kept in the clean table; the others are duplicates.
ranked AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY {{ parse.text('rx_id') }}, reason IS NULL
      ORDER BY _source_file DESC, _source_modified_at DESC, {{ parse.day('fill_date') }} DESC
    ) AS delivery_rank
  FROM judged
)
SELECT
  rx_id,
  member_id,
  fill_date,
  drug_name,
  copay_amount,
  days_supply,
  COALESCE(reason, 'duplicate rx_id') AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM ranked
WHERE reason IS NOT NULL OR delivery_rank > 1;
