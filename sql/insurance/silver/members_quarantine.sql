{% import '_macros/parse.sql' as parse %}
-- Member records that members_staged drops, as delivered. A rejected record is decided by itself, so this streams too.
CREATE OR REFRESH STREAMING TABLE {{ this }} (
  member_id STRING COMMENT 'Member identifier as delivered',
  age STRING COMMENT 'Age as delivered',
  plan_type STRING COMMENT 'Plan type as delivered',
  tenure_months STRING COMMENT 'Tenure as delivered',
  join_date STRING COMMENT 'Join date as delivered',
  updated_at STRING COMMENT 'Extraction time as delivered',
  reject_reason STRING COMMENT 'Why the record was rejected',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
)
COMMENT 'Member records that did not pass, with the reason.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "quarantine")
AS WITH judged AS (
  SELECT
    *,
    NULLIF(CONCAT_WS(
      ', ',
      CASE WHEN {{ parse.text('member_id') }} IS NULL THEN 'missing member_id' END,
      CASE WHEN {{ parse.whole('age') }} NOT BETWEEN 0 AND 120 THEN 'implausible age' END,
      CASE WHEN {{ parse.text('join_date') }} IS NOT NULL AND {{ parse.day('join_date') }} IS NULL THEN 'unreadable join_date' END
    ), '') AS reason
  FROM STREAM {{ ref('bronze.members_raw') }}
)
SELECT
  member_id,
  age,
  plan_type,
  tenure_months,
  join_date,
  updated_at,
  reason AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM judged
WHERE reason IS NOT NULL;
