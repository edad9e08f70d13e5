

-- Surveys, one row a survey: typed, latest delivery of each, of known members only.
-- A materialized view: a later file may replace a record, and a member may become known later.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`silver`.`surveys_clean` (
  survey_id STRING NOT NULL COMMENT 'Survey identifier',
  member_id STRING NOT NULL COMMENT 'Member who answered',
  survey_date DATE COMMENT 'Date of the answer',
  survey_timestamp TIMESTAMP COMMENT 'Time of the answer; midnight when the source gives only a date',
  nps_score INT COMMENT 'Likelihood to recommend, 0 to 10',
  nps_points INT COMMENT 'Contribution to the net promoter score: 100 promoter (9-10 unless configured otherwise), 0 passive (7-8), -100 detractor; their mean is the NPS',
  csat_score INT COMMENT 'Satisfaction, 1 to 5',
  effort_score INT COMMENT 'Effort, 1 to 7, lower is better',
  is_high_effort BOOLEAN COMMENT 'Whether the effort score is high',
  feedback_text STRING COMMENT 'Free-text feedback',
  survey_type STRING COMMENT 'post_call, post_digital, periodic or annual',
  call_id STRING COMMENT 'Call the survey followed',
  has_unreadable_measure BOOLEAN COMMENT 'Whether a number was delivered that is none; such a record is dropped here and kept in surveys_quarantine',
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT surveys_clean_pk PRIMARY KEY (survey_id),
  CONSTRAINT surveys_clean_member_fk FOREIGN KEY (member_id) REFERENCES `insurance_command_center`.`silver`.`members_current` (member_id),
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT survey_id_present EXPECT (survey_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT survey_date_present EXPECT (survey_date IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT measures_readable EXPECT (NOT has_unreadable_measure) ON VIOLATION DROP ROW,
  CONSTRAINT nps_score_in_range EXPECT (COALESCE(nps_score BETWEEN 0 AND 10, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT csat_score_in_range EXPECT (COALESCE(csat_score BETWEEN 1 AND 5, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT effort_score_in_range EXPECT (COALESCE(effort_score BETWEEN 1 AND 7, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT survey_date_plausible EXPECT (COALESCE(
      CAST(survey_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    )) ON VIOLATION DROP ROW,
  CONSTRAINT survey_timestamp_plausible EXPECT (COALESCE(
      CAST(survey_timestamp AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    )) ON VIOLATION DROP ROW,
  CONSTRAINT survey_type_known EXPECT (survey_type IN ('post_call', 'post_digital', 'periodic', 'annual'))
)
CLUSTER BY (survey_date, member_id)
COMMENT 'Voice-of-customer surveys of known members, one row each.'
TBLPROPERTIES ("quality" = "silver")
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
  survey_id,
  known_member_id AS member_id,
  survey_date,
  COALESCE(survey_timestamp, CAST(survey_date AS TIMESTAMP)) AS survey_timestamp,
  nps_score,
  CASE
    WHEN nps_score >= 9 THEN 100
    WHEN nps_score >= 7 THEN 0
    WHEN nps_score IS NOT NULL THEN -100
  END AS nps_points,
  csat_score,
  effort_score,
  COALESCE(effort_score >= 5, FALSE) AS is_high_effort,
  feedback_text,
  survey_type,
  call_id,
  has_unreadable_measure,
  _source_file
FROM decided
-- Rejected records pass, for the expectations above to drop and count.
WHERE verdict <> 'superseded';
