{% import '_macros/parse.sql' as parse %}
-- Every record of surveys_raw that surveys_clean does not hold, as delivered, with the reason.
-- Each delivered record is in exactly one of the two tables; a check of the daily job proves it.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  survey_id STRING COMMENT 'survey_id as delivered',
  member_id STRING COMMENT 'member_id as delivered',
  survey_date STRING COMMENT 'survey_date as delivered',
  nps_score STRING COMMENT 'nps_score as delivered',
  csat_score STRING COMMENT 'csat_score as delivered',
  effort_score STRING COMMENT 'effort_score as delivered',
  survey_type STRING COMMENT 'survey_type as delivered',
  reject_reason STRING COMMENT 'Why the record was rejected; several reasons are separated by a comma',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
)
COMMENT 'Voice-of-customer surveys that did not pass, with the reason.'
TBLPROPERTIES ("quality" = "quarantine")
AS WITH judged AS (
  SELECT
    r.*,
    NULLIF(CONCAT_WS(
      ', ',
      CASE WHEN {{ parse.text('r.survey_id') }} IS NULL THEN 'missing survey_id' END,
      CASE WHEN {{ parse.day('r.survey_date') }} IS NULL THEN 'unreadable survey_date' END,
      CASE WHEN {{ parse.text('r.member_id') }} IS NULL THEN 'missing member_id' WHEN m.member_id IS NULL THEN 'unknown member' END,
      CASE WHEN {{ parse.whole('r.nps_score') }} NOT BETWEEN 0 AND 10 THEN 'nps_score out of range' END,
      CASE WHEN {{ parse.whole('r.csat_score') }} NOT BETWEEN 1 AND 5 THEN 'csat_score out of range' END,
      CASE WHEN {{ parse.whole('r.effort_score') }} NOT BETWEEN 1 AND 7 THEN 'effort_score out of range' END
    ), '') AS reason
  FROM {{ ref('bronze.surveys_raw') }} r
  LEFT JOIN {{ ref('silver.members_current') }} m ON m.member_id = {{ parse.text('r.member_id') }}
),
-- Among valid deliveries of one record the latest is kept in the clean table; the others are duplicates.
ranked AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY {{ parse.text('survey_id') }}, reason IS NULL
      ORDER BY _source_file DESC, _source_modified_at DESC, {{ parse.day('survey_date') }} DESC
    ) AS delivery_rank
  FROM judged
)
SELECT
  survey_id,
  member_id,
  survey_date,
  nps_score,
  csat_score,
  effort_score,
  survey_type,
  COALESCE(reason, 'duplicate survey_id') AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM ranked
WHERE reason IS NOT NULL OR delivery_rank > 1;
