{% import '_macros/intake.sql' as intake %}
{% import '_macros/sources/surveys.sql' as source %}
-- Surveys, one row a survey: typed, latest delivery of each, of known members only.
-- A materialized view: a later file may replace a record, and a member may become known later.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
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
  CONSTRAINT surveys_clean_member_fk FOREIGN KEY (member_id) REFERENCES {{ ref('silver.members_current') }} (member_id),
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  {{- intake.expectations(source.facts) }}
  CONSTRAINT survey_type_known EXPECT (survey_type IN ('post_call', 'post_digital', 'periodic', 'annual'))
)
CLUSTER BY (survey_date, member_id)
COMMENT 'Voice-of-customer surveys of known members, one row each.'
TBLPROPERTIES ("quality" = "silver")
AS WITH {{ intake.decided(source.facts, source.typed()) }}
SELECT
  survey_id,
  known_member_id AS member_id,
  survey_date,
  COALESCE(survey_timestamp, CAST(survey_date AS TIMESTAMP)) AS survey_timestamp,
  nps_score,
  CASE
    WHEN nps_score >= {{ var('nps_promoter_score') }} THEN 100
    WHEN nps_score >= {{ var('nps_passive_score') }} THEN 0
    WHEN nps_score IS NOT NULL THEN -100
  END AS nps_points,
  csat_score,
  effort_score,
  COALESCE(effort_score >= {{ var('high_effort_score') }}, FALSE) AS is_high_effort,
  feedback_text,
  survey_type,
  call_id,
  has_unreadable_measure,
  _source_file
FROM decided
-- Rejected records pass, for the expectations above to drop and count.
WHERE verdict <> 'superseded';
