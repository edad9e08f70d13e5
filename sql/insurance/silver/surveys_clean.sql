{% import '_macros/parse.sql' as parse %}
-- Surveys: typed, latest delivery of each, of known members only.
-- A materialized view: a later file may replace a record, and a member may become known later.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  survey_id STRING NOT NULL COMMENT 'Survey identifier',
  member_id STRING NOT NULL COMMENT 'Member who answered',
  survey_date DATE COMMENT 'Date of the answer',
  survey_timestamp TIMESTAMP COMMENT 'Time of the answer; midnight when the source gives only a date',
  nps_score INT COMMENT 'Likelihood to recommend, 0 to 10',
  nps_points INT COMMENT 'Contribution to the net promoter score: 100 promoter (9-10), 0 passive (7-8), -100 detractor (0-6); their mean is the NPS',
  csat_score INT COMMENT 'Satisfaction, 1 to 5',
  effort_score INT COMMENT 'Effort, 1 to 7, lower is better',
  is_high_effort BOOLEAN COMMENT 'Whether the effort score is high',
  feedback_text STRING COMMENT 'Free-text feedback',
  survey_type STRING COMMENT 'post_call, post_digital, periodic or annual',
  call_id STRING COMMENT 'Call the survey followed',
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT surveys_clean_pk PRIMARY KEY (survey_id),
  CONSTRAINT surveys_clean_member_fk FOREIGN KEY (member_id) REFERENCES {{ ref('silver.members_current') }} (member_id),
  CONSTRAINT survey_id_present EXPECT (survey_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT survey_date_readable EXPECT (survey_date IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT nps_in_range EXPECT (COALESCE(nps_score BETWEEN 0 AND 10, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT csat_in_range EXPECT (COALESCE(csat_score BETWEEN 1 AND 5, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT effort_in_range EXPECT (COALESCE(effort_score BETWEEN 1 AND 7, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT survey_type_known EXPECT (survey_type IN ('post_call', 'post_digital', 'periodic', 'annual'))
)
CLUSTER BY (survey_date, member_id)
COMMENT 'Voice-of-customer surveys of known members, one row each.'
TBLPROPERTIES ("quality" = "silver")
AS WITH parsed AS (
  SELECT
    {{ parse.text('survey_id') }} AS survey_id,
    {{ parse.text('member_id') }} AS member_id,
    {{ parse.day('survey_date') }} AS survey_date,
    {{ parse.moment('survey_timestamp') }} AS survey_timestamp,
    {{ parse.whole('nps_score') }} AS nps_score,
    {{ parse.whole('csat_score') }} AS csat_score,
    {{ parse.whole('effort_score') }} AS effort_score,
    {{ parse.text('feedback_text') }} AS feedback_text,
    LOWER({{ parse.text('survey_type') }}) AS survey_type,
    {{ parse.text('call_id') }} AS call_id,
    _source_file,
    _source_modified_at
  FROM {{ ref('bronze.surveys_raw') }}
),
checked AS (
  SELECT
    p.*,
    m.member_id AS known_member_id,
    p.survey_id IS NOT NULL
      AND p.survey_date IS NOT NULL
      AND m.member_id IS NOT NULL
      AND COALESCE(p.nps_score BETWEEN 0 AND 10, TRUE)
      AND COALESCE(p.csat_score BETWEEN 1 AND 5, TRUE)
      AND COALESCE(p.effort_score BETWEEN 1 AND 7, TRUE)
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
    PARTITION BY survey_id, is_valid
    ORDER BY _source_file DESC, _source_modified_at DESC, survey_date DESC
  ) = 1
)
SELECT
  survey_id,
  known_member_id AS member_id,
  survey_date,
  COALESCE(survey_timestamp, CAST(survey_date AS TIMESTAMP)) AS survey_timestamp,
  nps_score,
  CASE WHEN nps_score >= 9 THEN 100 WHEN nps_score >= 7 THEN 0 WHEN nps_score >= 0 THEN -100 END AS nps_points,
  csat_score,
  effort_score,
  COALESCE(effort_score >= {{ var('high_effort_score') }}, FALSE) AS is_high_effort,
  feedback_text,
  survey_type,
  call_id,
  _source_file
FROM latest;
