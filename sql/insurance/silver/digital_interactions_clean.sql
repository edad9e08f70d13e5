{% import '_macros/intake.sql' as intake %}
{% import '_macros/sources/digital_interactions.sql' as source %}
{% import '_macros/journeys.sql' as journeys %}
-- Digital interactions, one row an interaction: typed, latest delivery of each, of known members only.
-- A materialized view: a later file may replace a record, and a member may become known later.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  interaction_id STRING NOT NULL COMMENT 'Interaction identifier',
  member_id STRING NOT NULL COMMENT 'Member who was signed in',
  interaction_date DATE COMMENT 'Date of the interaction, from its time',
  interaction_timestamp TIMESTAMP COMMENT 'Time of the interaction',
  interaction_type STRING COMMENT 'What the member tried to do, e.g. bill_pay or rx_refill',
  call_topic STRING COMMENT 'Topic of the call that this interaction should make unnecessary',
  outcome STRING COMMENT 'success, failure or abandoned',
  is_failure BOOLEAN COMMENT 'Whether the interaction failed or was abandoned',
  failure_reason STRING COMMENT 'Reason of a failure',
  session_duration_seconds INT COMMENT 'Length of the session in seconds',
  device STRING COMMENT 'mobile_app, mobile_web or desktop',
  is_mobile BOOLEAN COMMENT 'Whether the device was a phone (app or browser)',
  page STRING COMMENT 'Page or screen',
  error_code STRING COMMENT 'Code of the error shown',
  error_message STRING COMMENT 'Text of the error shown',
  session_id STRING COMMENT 'Session the interaction belongs to',
  reported_interaction_date DATE COMMENT 'Date of the interaction as the source gives it, for comparison',
  has_unreadable_measure BOOLEAN COMMENT 'Whether a number was delivered that is none; such a record is dropped here and kept in digital_interactions_quarantine',
  is_dated_ahead BOOLEAN COMMENT 'Whether the interaction is dated after its file; such a record is dropped here and kept in digital_interactions_quarantine',
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT digital_interactions_clean_pk PRIMARY KEY (interaction_id),
  CONSTRAINT digital_interactions_clean_member_fk FOREIGN KEY (member_id) REFERENCES {{ ref('silver.members_current') }} (member_id),
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  {{- intake.expectations(source.facts) }}
  CONSTRAINT outcome_known EXPECT (outcome IN ('success', 'failure', 'abandoned')),
  CONSTRAINT date_agrees EXPECT (COALESCE(reported_interaction_date = interaction_date, TRUE))
)
CLUSTER BY (interaction_date, member_id)
COMMENT 'Digital interactions of known members, one row each, with the call topic each should make unnecessary.'
TBLPROPERTIES ("quality" = "silver")
AS WITH {{ intake.decided(source.facts, source.typed()) }}
SELECT
  interaction_id,
  known_member_id AS member_id,
  interaction_date,
  interaction_timestamp,
  interaction_type,
  {{ journeys.topic_of('interaction_type') }} AS call_topic,
  outcome,
  COALESCE(outcome IN ('failure', 'abandoned'), FALSE) AS is_failure,
  failure_reason,
  session_duration_seconds,
  device,
  device IN ('mobile_app', 'mobile_web') AS is_mobile,
  page,
  error_code,
  error_message,
  session_id,
  reported_interaction_date,
  has_unreadable_measure,
  is_dated_ahead,
  _source_file
FROM decided
-- Rejected records pass, for the expectations above to drop and count.
WHERE verdict <> 'superseded';
