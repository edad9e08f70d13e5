
-- One row an agent: does the handling change sentiment and repeat demand? Every agent is compared with what calls of
-- the same topics bring on average, so that an agent with hard topics is not blamed for them.
CREATE OR REFRESH MATERIALIZED VIEW `dev_insurance_command_center`.`gold`.`agent_performance` (
  agent_id STRING NOT NULL COMMENT 'Agent; unknown when the source gives none',
  calls BIGINT COMMENT 'Calls in the lookback window in the data (not weighted)',
  avg_handle_time_minutes DOUBLE COMMENT 'Mean handle time in minutes',
  transferred_pct DOUBLE COMMENT 'Share of transferred calls, in percent',
  resolved_pct DOUBLE COMMENT 'Share of calls marked resolved, in percent',
  avg_sentiment DOUBLE COMMENT 'Mean sentiment from -1 to 1',
  negative_emotion_pct DOUBLE COMMENT 'Share of negative emotion among the calls whose sentiment is known, in percent',
  expected_negative_pct DOUBLE COMMENT 'Share that calls of the same topics bring on average, in percent',
  negative_z DOUBLE COMMENT 'Difference between the two in standard errors; above 0 is worse than expected',
  followed_by_repeat_pct DOUBLE COMMENT 'Share of calls after which the member called again about the topic, in percent',
  expected_repeat_pct DOUBLE COMMENT 'Share that calls of the same topics bring on average, in percent',
  repeat_z DOUBLE COMMENT 'Difference between the two in standard errors; above 0 is worse than expected',
  needs_coaching BOOLEAN COMMENT 'Whether either difference is above the coaching threshold',
  CONSTRAINT agent_performance_pk PRIMARY KEY (agent_id)
)
COMMENT 'Sentiment and repeat demand of every agent against what their topics bring on average.'
TBLPROPERTIES ("quality" = "gold")
AS WITH recent AS (
  SELECT
    COALESCE(c.agent_id, 'unknown') AS agent_id,
    c.call_topic,
    c.handle_time_minutes,
    c.transferred,
    c.resolved,
    c.sentiment_score,
    CAST(c.is_negative AS INT) AS negative,
    IF(c.is_followed_by_repeat, 1, 0) AS followed
  FROM `dev_insurance_command_center`.`silver`.`call_center_clean` c
  CROSS JOIN `dev_insurance_command_center`.`gold`.`population` p
  WHERE c.call_date <= p.as_of_date AND DATEDIFF(p.as_of_date, c.call_date) < 30
),
expected AS (
  SELECT
    *,
    -- Of a call whose sentiment is not known nothing is expected.
    IF(negative IS NULL, NULL, AVG(negative) OVER (PARTITION BY call_topic)) AS topic_negative,
    AVG(followed) OVER (PARTITION BY call_topic) AS topic_followed
  FROM recent
),
agents AS (
  SELECT
    agent_id,
    COUNT(*) AS calls,
    AVG(CAST(handle_time_minutes AS DOUBLE)) AS handle_time,
    COUNT_IF(transferred) AS transfers,
    COUNT_IF(resolved) AS resolutions,
    AVG(CAST(sentiment_score AS DOUBLE)) AS sentiment,
    AVG(negative) AS negative_rate,
    AVG(topic_negative) AS expected_negative,
    AVG(followed) AS followed_rate,
    AVG(topic_followed) AS expected_followed,
    -- Variance of a mean of independent yes-or-no outcomes with the topics' rates.
    SQRT(SUM(topic_negative * (1 - topic_negative))) / NULLIF(COUNT(negative), 0) AS negative_error,
    SQRT(SUM(topic_followed * (1 - topic_followed))) / COUNT(*) AS followed_error
  FROM expected
  GROUP BY agent_id
)
SELECT
  agent_id,
  calls,
  ROUND(handle_time, 1) AS avg_handle_time_minutes,
  ROUND(100 * transfers / calls, 1) AS transferred_pct,
  ROUND(100 * resolutions / calls, 1) AS resolved_pct,
  ROUND(sentiment, 2) AS avg_sentiment,
  ROUND(100 * negative_rate, 1) AS negative_emotion_pct,
  ROUND(100 * expected_negative, 1) AS expected_negative_pct,
  ROUND((negative_rate - expected_negative) / NULLIF(negative_error, 0), 2) AS negative_z,
  ROUND(100 * followed_rate, 1) AS followed_by_repeat_pct,
  ROUND(100 * expected_followed, 1) AS expected_repeat_pct,
  ROUND((followed_rate - expected_followed) / NULLIF(followed_error, 0), 2) AS repeat_z,
  COALESCE((negative_rate - expected_negative) / NULLIF(negative_error, 0) > 4.0, FALSE)
    OR COALESCE(
      (followed_rate - expected_followed) / NULLIF(followed_error, 0) > 4.0,
      FALSE
    )
    AS needs_coaching
FROM agents;
