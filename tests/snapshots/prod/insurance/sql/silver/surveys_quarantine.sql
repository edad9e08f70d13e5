

-- Every record of surveys_raw that surveys_clean does not hold, as delivered, with the reason: one row a record.
-- Both tables decide with the same macro; a check of the daily job proves that no record is lost.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`silver`.`surveys_quarantine` (
  survey_id STRING COMMENT 'survey_id as delivered',
  member_id STRING COMMENT 'member_id as delivered',
  survey_date STRING COMMENT 'survey_date as delivered',
  nps_score STRING COMMENT 'nps_score as delivered',
  csat_score STRING COMMENT 'csat_score as delivered',
  effort_score STRING COMMENT 'effort_score as delivered',
  survey_type STRING COMMENT 'survey_type as delivered',
  reject_reason STRING COMMENT 'Codes of the rules that the record breaks, separated by a comma; superseded_duplicate when a later delivery of the same record was accepted',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
)
COMMENT 'Voice-of-customer surveys that did not pass, with the reason.'
TBLPROPERTIES ("quality" = "quarantine")
AS WITH records AS (
  SELECT
    NULLIF(TRIM(survey_id), '') AS survey_id,
    NULLIF(TRIM(member_id), '') AS member_id,
    TRY_CAST(survey_date AS DATE) AS survey_date,
    TRY_CAST(survey_timestamp AS TIMESTAMP) AS survey_timestamp,
    TRY_CAST(TRY_CAST(nps_score AS DECIMAL(18, 2)) AS INT) AS nps_score,
    TRY_CAST(TRY_CAST(csat_score AS DECIMAL(18, 2)) AS INT) AS csat_score,
    TRY_CAST(TRY_CAST(effort_score AS DECIMAL(18, 2)) AS INT) AS effort_score,
    NULLIF(TRIM(feedback_text), '') AS feedback_text,
    LOWER(NULLIF(TRIM(survey_type), '')) AS survey_type,
    NULLIF(TRIM(call_id), '') AS call_id,
    survey_id AS delivered_survey_id,
    member_id AS delivered_member_id,
    survey_date AS delivered_survey_date,
    nps_score AS delivered_nps_score,
    csat_score AS delivered_csat_score,
    effort_score AS delivered_effort_score,
    feedback_text AS delivered_feedback_text,
    survey_type AS delivered_survey_type,
    call_id AS delivered_call_id,
    survey_timestamp AS delivered_survey_timestamp,
    _rescued_data,
    _source_file,
    _source_modified_at,
    _ingested_at
  FROM `insurance_command_center`.`bronze`.`surveys_raw`
),
judged AS (
  SELECT
    r.*,
    m.member_id AS known_member_id,
    (nps_score IS NULL AND NULLIF(TRIM(delivered_nps_score), '') IS NOT NULL) OR (csat_score IS NULL AND NULLIF(TRIM(delivered_csat_score), '') IS NOT NULL) OR (effort_score IS NULL AND NULLIF(TRIM(delivered_effort_score), '') IS NOT NULL) AS has_unreadable_measure,
    NULLIF(CONCAT_WS(
      ', ',
      CASE
        WHEN NULLIF(TRIM(delivered_survey_id), '') IS NULL THEN 'missing_survey_id'
        WHEN survey_id IS NULL THEN 'unreadable_survey_id'
      END,
      CASE
        WHEN NULLIF(TRIM(delivered_survey_date), '') IS NULL THEN 'missing_survey_date'
        WHEN survey_date IS NULL THEN 'unreadable_survey_date'
      END,
      CASE WHEN nps_score IS NULL AND NULLIF(TRIM(delivered_nps_score), '') IS NOT NULL THEN 'unreadable_nps_score' END,
      CASE WHEN csat_score IS NULL AND NULLIF(TRIM(delivered_csat_score), '') IS NOT NULL THEN 'unreadable_csat_score' END,
      CASE WHEN effort_score IS NULL AND NULLIF(TRIM(delivered_effort_score), '') IS NOT NULL THEN 'unreadable_effort_score' END,
      CASE WHEN NOT COALESCE(nps_score BETWEEN 0 AND 10, TRUE) THEN 'nps_score_out_of_range' END,
      CASE WHEN NOT COALESCE(csat_score BETWEEN 1 AND 5, TRUE) THEN 'csat_score_out_of_range' END,
      CASE WHEN NOT COALESCE(effort_score BETWEEN 1 AND 7, TRUE) THEN 'effort_score_out_of_range' END,
      CASE WHEN NOT COALESCE(
      CAST(survey_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    ) THEN 'implausible_survey_date' END,
      CASE WHEN NOT COALESCE(
      CAST(survey_timestamp AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    ) THEN 'implausible_survey_timestamp' END,
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
  SELECT NULLIF(TRIM(survey_id), '') AS contested_key
  FROM `insurance_command_center`.`bronze`.`surveys_raw`
  GROUP BY NULLIF(TRIM(survey_id), '')
  HAVING COUNT(*) > 1
),
flagged AS (
  SELECT j.*, c.contested_key IS NOT NULL AS is_contested
  FROM judged j
  LEFT JOIN contested c ON c.contested_key = j.survey_id
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
        PARTITION BY survey_id, reject_reason IS NULL
        ORDER BY
          _source_file DESC,
          _source_modified_at DESC,
          survey_date DESC,
          _ingested_at DESC,
          delivered_survey_id,
          delivered_member_id,
          delivered_survey_date,
          delivered_nps_score,
          delivered_csat_score,
          delivered_effort_score,
          delivered_feedback_text,
          delivered_survey_type,
          delivered_call_id,
          delivered_survey_timestamp,
          _rescued_data
      ) = 1 THEN 'accepted'
      ELSE 'superseded'
    END AS verdict
  FROM flagged
  WHERE is_contested
)
SELECT
  delivered_survey_id AS survey_id,
  delivered_member_id AS member_id,
  delivered_survey_date AS survey_date,
  delivered_nps_score AS nps_score,
  delivered_csat_score AS csat_score,
  delivered_effort_score AS effort_score,
  delivered_survey_type AS survey_type,
  COALESCE(reject_reason, 'superseded_duplicate') AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM decided
WHERE verdict <> 'accepted';
