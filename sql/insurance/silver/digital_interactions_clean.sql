{% import '_macros/parse.sql' as parse %}
{% import '_macros/journeys.sql' as journeys %}
-- Digital interactions: typed, latest delivery of each, of known members only.
-- A materialized view: a later file may replace a record, and a member may become known later.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  interaction_id STRING NOT NULL COMMENT 'Interaction identifier',
  member_id STRING NOT NULL COMMENT 'Member who was signed in',
  interaction_date DATE COMMENT 'Date of the interaction',
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
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT digital_interactions_clean_pk PRIMARY KEY (interaction_id),
  CONSTRAINT digital_interactions_clean_member_fk FOREIGN KEY (member_id) REFERENCES {{ ref('silver.members_current') }} (member_id),
  CONSTRAINT interaction_id_present EXPECT (interaction_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT interaction_timestamp_readable EXPECT (interaction_timestamp IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT duration_not_negative EXPECT (COALESCE(session_duration_seconds >= 0, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT outcome_known EXPECT (outcome IN ('success', 'failure', 'abandoned'))
)
CLUSTER BY (interaction_date, member_id)
COMMENT 'Digital interactions of known members, one row each, with the call topic each should make unnecessary.'
TBLPROPERTIES ("quality" = "silver")
AS WITH parsed AS (
  SELECT
    {{ parse.text('interaction_id') }} AS interaction_id,
    {{ parse.text('member_id') }} AS member_id,
    {{ parse.day('interaction_date') }} AS interaction_date,
    {{ parse.moment('interaction_timestamp') }} AS interaction_timestamp,
    LOWER({{ parse.text('interaction_type') }}) AS interaction_type,
    LOWER({{ parse.text('outcome') }}) AS outcome,
    {{ parse.text('failure_reason') }} AS failure_reason,
    {{ parse.whole('session_duration_seconds') }} AS session_duration_seconds,
    LOWER({{ parse.text('device') }}) AS device,
    {{ parse.text('page') }} AS page,
    {{ parse.text('error_code') }} AS error_code,
    {{ parse.text('error_message') }} AS error_message,
    {{ parse.text('session_id') }} AS session_id,
    _source_file,
    _source_modified_at
  FROM {{ ref('bronze.digital_interactions_raw') }}
),
checked AS (
  SELECT
    p.*,
    m.member_id AS known_member_id,
    p.interaction_id IS NOT NULL
      AND p.interaction_timestamp IS NOT NULL
      AND m.member_id IS NOT NULL
      AND COALESCE(p.session_duration_seconds >= 0, TRUE)
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
    PARTITION BY interaction_id, is_valid
    ORDER BY _source_file DESC, _source_modified_at DESC, interaction_timestamp DESC
  ) = 1
)
SELECT
  interaction_id,
  known_member_id AS member_id,
  COALESCE(interaction_date, CAST(interaction_timestamp AS DATE)) AS interaction_date,
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
  _source_file
FROM latest;
