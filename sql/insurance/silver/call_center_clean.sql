{% import '_macros/intake.sql' as intake %}
{% import '_macros/sources/call_center.sql' as source %}
{% import '_macros/money.sql' as money %}
{% import '_macros/journeys.sql' as journeys %}
-- Calls, one row a call: typed, latest delivery of each, of known members only, with repeat-call and leakage logic.
-- A materialized view: both rules look at other rows, which may still arrive.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  call_id STRING NOT NULL COMMENT 'Call identifier',
  member_id STRING NOT NULL COMMENT 'Member who called',
  call_date DATE COMMENT 'Date of the call, from its time',
  call_timestamp TIMESTAMP COMMENT 'Time the call arrived',
  call_topic STRING COMMENT 'Topic of the call, in one spelling when it is a known one; Other when the source gives none',
  handle_time_minutes DECIMAL(9, 2) COMMENT 'Minutes from agent pick-up to hang-up',
  is_long_call BOOLEAN COMMENT 'Whether the handle time is above the limit for a long call',
  wait_seconds INT COMMENT 'Seconds from arrival to agent pick-up',
  call_cost DECIMAL(18, 2) COMMENT 'Cost of the call in USD: fixed cost plus handle time',
  sentiment STRING COMMENT 'positive, neutral or negative; from the score when the source gives no such label; NULL when neither is known',
  sentiment_score DECIMAL(4, 2) COMMENT 'Sentiment from -1 to 1; from the label when the source gives no score',
  is_negative BOOLEAN COMMENT 'Whether the call carried negative emotion (label negative); NULL when its sentiment is not known',
  is_strongly_negative BOOLEAN COMMENT 'Whether the sentiment score is at or below the strongly negative threshold; NULL when there is no score',
  transferred BOOLEAN COMMENT 'Whether the call was transferred',
  resolved BOOLEAN COMMENT 'Whether the agent marked the call resolved',
  ivr_route STRING COMMENT 'Route taken in the IVR',
  agent_id STRING COMMENT 'Agent who took the call',
  transcript STRING COMMENT 'Transcript of the call (PHI): for analysts and engineers only' MASK {{ catalog }}.{{ schema('silver') }}.mask_transcript,
  previous_call_id STRING COMMENT 'The call of the same member about the same topic before this one',
  hours_since_previous_call DOUBLE COMMENT 'Hours since that call',
  is_repeat BOOLEAN COMMENT 'Whether that call lies within the repeat-call window',
  is_followed_by_repeat BOOLEAN COMMENT 'Whether the member called again about the topic within the repeat-call window: the call was not one-and-done',
  failed_interaction_id STRING COMMENT 'Latest failed digital attempt on the topic within the leakage window before the call',
  minutes_since_failure DOUBLE COMMENT 'Minutes from that attempt to the call',
  is_leakage BOOLEAN COMMENT 'Whether there was such an attempt: the digital journey leaked into the call center',
  is_avoidable BOOLEAN COMMENT 'Whether the attempt lies within the avoidable-call window',
  reported_call_date DATE COMMENT 'Date of the call as the source gives it, for comparison',
  reported_repeat_call BOOLEAN COMMENT 'Repeat-call flag of the source system, for comparison',
  reported_prior_digital_attempt BOOLEAN COMMENT 'Prior-digital-attempt flag of the source system, for comparison',
  has_unreadable_measure BOOLEAN COMMENT 'Whether a number was delivered that is none; such a record is dropped here and kept in call_center_quarantine',
  is_dated_ahead BOOLEAN COMMENT 'Whether the call is dated after its file; such a record is dropped here and kept in call_center_quarantine',
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT call_center_clean_pk PRIMARY KEY (call_id),
  CONSTRAINT call_center_clean_interaction_fk FOREIGN KEY (failed_interaction_id) REFERENCES {{ ref('silver.digital_interactions_clean') }} (interaction_id),
  CONSTRAINT call_center_clean_member_fk FOREIGN KEY (member_id) REFERENCES {{ ref('silver.members_current') }} (member_id),
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  {{- intake.expectations(source.facts) }}
  CONSTRAINT handle_time_plausible EXPECT (COALESCE(handle_time_minutes <= {{ var('max_handle_time') }}, TRUE)),
  CONSTRAINT topic_known EXPECT ({{ journeys.topic_known('call_topic') }}),
  CONSTRAINT sentiment_known EXPECT (is_negative IS NOT NULL),
  CONSTRAINT date_agrees EXPECT (COALESCE(reported_call_date = call_date, TRUE)),
  CONSTRAINT repeat_flag_agrees EXPECT (COALESCE(reported_repeat_call = is_repeat, TRUE))
)
CLUSTER BY (call_date, member_id)
COMMENT 'Calls of known members, one row each, with repeat-call and digital-leakage flags.'
TBLPROPERTIES ("quality" = "silver")
AS WITH {{ intake.decided(source.facts, source.typed()) }},
-- Rejected records pass, for the expectations above to drop and count; they are nobody's neighbours.
latest AS (
  SELECT
    *,
    LAG(call_id) OVER neighbours AS previous_call_id,
    TIMESTAMPDIFF(SECOND, LAG(call_timestamp) OVER neighbours, call_timestamp) AS seconds_since_previous,
    TIMESTAMPDIFF(SECOND, call_timestamp, LEAD(call_timestamp) OVER neighbours) AS seconds_to_next
  FROM decided
  WHERE verdict <> 'superseded'
  WINDOW neighbours AS (PARTITION BY verdict, member_id, call_topic ORDER BY call_timestamp, call_id)
),
-- The latest failed digital attempt on the topic before each call. The equality on member and topic
-- keeps the candidates few; the window decides among them.
failures AS (
  SELECT
    l.call_id,
    d.interaction_id,
    TIMESTAMPDIFF(SECOND, d.interaction_timestamp, l.call_timestamp) AS seconds_since_failure
  FROM latest l
  INNER JOIN {{ ref('silver.digital_interactions_clean') }} d
    ON d.member_id = l.member_id
    AND d.call_topic = l.call_topic
    AND d.is_failure
    AND d.interaction_timestamp <= l.call_timestamp
    AND TIMESTAMPDIFF(SECOND, d.interaction_timestamp, l.call_timestamp) <= {{ var('leakage_window_hours') }} * 3600
  WHERE l.verdict = 'accepted'
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY l.call_id
    ORDER BY d.interaction_timestamp DESC, d.interaction_id DESC
  ) = 1
),
scored AS (
  SELECT
    * EXCEPT (sentiment_score),
    CAST(COALESCE(
      sentiment_score,
      CASE sentiment_label
        WHEN 'positive' THEN {{ var('positive_sentiment_score') }}
        WHEN 'neutral' THEN {{ var('neutral_sentiment_score') }}
        WHEN 'negative' THEN {{ var('negative_sentiment_score') }}
      END
    ) AS DECIMAL(4, 2)) AS sentiment_score
  FROM latest
),
labelled AS (
  SELECT
    *,
    COALESCE(
      CASE WHEN sentiment_label IN ('positive', 'neutral', 'negative') THEN sentiment_label END,
      CASE
        WHEN sentiment_score <= {{ var('negative_label_threshold') }} THEN 'negative'
        WHEN sentiment_score >= {{ var('positive_label_threshold') }} THEN 'positive'
        WHEN sentiment_score IS NOT NULL THEN 'neutral'
      END
    ) AS sentiment
  FROM scored
)
SELECT
  c.call_id,
  c.known_member_id AS member_id,
  c.call_date,
  c.call_timestamp,
  c.call_topic,
  c.handle_time_minutes,
  COALESCE(c.handle_time_minutes > {{ var('high_handle_time') }}, FALSE) AS is_long_call,
  c.wait_seconds,
  {{ money.call_cost('c.handle_time_minutes') }} AS call_cost,
  c.sentiment,
  c.sentiment_score,
  c.sentiment = 'negative' AS is_negative,
  c.sentiment_score <= {{ var('negative_sentiment_threshold') }} AS is_strongly_negative,
  c.transferred,
  c.resolved,
  c.ivr_route,
  c.agent_id,
  c.transcript,
  c.previous_call_id,
  ROUND(c.seconds_since_previous / 3600, 2) AS hours_since_previous_call,
  -- A call in the very same second is the same contact, not a repeat.
  COALESCE(
    c.seconds_since_previous > 0 AND c.seconds_since_previous <= {{ var('repeat_call_window_days') }} * 86400,
    FALSE
  ) AS is_repeat,
  COALESCE(
    c.seconds_to_next > 0 AND c.seconds_to_next <= {{ var('repeat_call_window_days') }} * 86400,
    FALSE
  ) AS is_followed_by_repeat,
  f.interaction_id AS failed_interaction_id,
  ROUND(f.seconds_since_failure / 60, 1) AS minutes_since_failure,
  f.interaction_id IS NOT NULL AS is_leakage,
  COALESCE(f.seconds_since_failure <= {{ var('avoidable_window_minutes') }} * 60, FALSE) AS is_avoidable,
  c.reported_call_date,
  c.reported_repeat_call,
  c.reported_prior_digital_attempt,
  c.has_unreadable_measure,
  c.is_dated_ahead,
  c._source_file
FROM labelled c
LEFT JOIN failures f ON f.call_id = c.call_id AND c.verdict = 'accepted';
