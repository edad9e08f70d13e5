

-- Leakage of every journey on every day, one row each, with its trend. Days without a leak are rows with zero calls,
-- so that a mean over days is a mean over all of them; days without any call are no rows and in no mean.
CREATE OR REFRESH MATERIALIZED VIEW `dev_insurance_command_center`.`gold`.`leakage_daily` (
  journey STRING NOT NULL COMMENT 'Name of the journey, from digital failure to call',
  call_topic STRING COMMENT 'Topic of the calls',
  call_date DATE NOT NULL COMMENT 'Day',
  is_as_of_day BOOLEAN COMMENT 'Whether the day is the as-of day (today)',
  is_in_lookback BOOLEAN COMMENT 'Whether the day is in the lookback window, the days up to today that rates are measured over',
  daily_calls BIGINT COMMENT 'Avoidable calls of the day (weighted)',
  daily_cost DECIMAL(18, 2) COMMENT 'Avoidable cost of the day in USD (weighted)',
  leaked_calls BIGINT COMMENT 'Calls of the day within the wider leakage window (weighted)',
  repeat_call_pct DOUBLE COMMENT 'Share of repeat calls among the avoidable calls, in percent',
  negative_emotion_pct DOUBLE COMMENT 'Share of negative emotion among the avoidable calls whose sentiment is known, in percent',
  avg_sentiment DOUBLE COMMENT 'Mean sentiment of the avoidable calls, from -1 to 1',
  trailing_daily_calls DOUBLE COMMENT 'Mean avoidable calls a day over the calendar days before that have calls (weighted)',
  trend_pct DOUBLE COMMENT 'Change against that mean, in percent',
  sample_calls BIGINT COMMENT 'Avoidable calls of the day in the data (not weighted)',
  sample_repeat_calls BIGINT COMMENT 'Repeat calls among them (not weighted)',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT leakage_daily_pk PRIMARY KEY (journey, call_date),
  CONSTRAINT calls_not_negative EXPECT (daily_calls >= 0) ON VIOLATION FAIL UPDATE,
  CONSTRAINT share_in_range EXPECT (repeat_call_pct IS NULL OR repeat_call_pct BETWEEN 0 AND 100)
)
CLUSTER BY (call_date)
COMMENT 'Digital to call leakage by journey and day, with the trend against the days before.'
TBLPROPERTIES ("quality" = "gold")
AS WITH days AS (
  SELECT DISTINCT c.call_date
  FROM `dev_insurance_command_center`.`silver`.`call_center_clean` c
  CROSS JOIN `dev_insurance_command_center`.`gold`.`population` p
  WHERE c.call_date <= p.as_of_date
),
topics AS (
  SELECT DISTINCT call_topic
  FROM `dev_insurance_command_center`.`gold`.`digital_call_leakage`
),
counts AS (
  SELECT
    call_topic,
    call_date,
    COUNT_IF(is_avoidable) AS sample_calls,
    COUNT(*) AS sample_leaked_calls,
    COUNT_IF(is_avoidable AND is_repeat) AS sample_repeat_calls,
    COUNT_IF(is_avoidable AND is_negative) AS sample_negative_calls,
    COUNT_IF(is_avoidable AND is_negative IS NOT NULL) AS sample_rated_calls,
    AVG(CASE WHEN is_avoidable THEN sentiment_score END) AS avg_sentiment
  FROM `dev_insurance_command_center`.`gold`.`digital_call_leakage`
  GROUP BY call_topic, call_date
),
dense AS (
  SELECT
    t.call_topic,
    d.call_date,
    COALESCE(c.sample_calls, 0) AS sample_calls,
    COALESCE(c.sample_leaked_calls, 0) AS sample_leaked_calls,
    COALESCE(c.sample_repeat_calls, 0) AS sample_repeat_calls,
    COALESCE(c.sample_negative_calls, 0) AS sample_negative_calls,
    COALESCE(c.sample_rated_calls, 0) AS sample_rated_calls,
    c.avg_sentiment
  FROM days d
  CROSS JOIN topics t
  LEFT JOIN counts c ON c.call_date = d.call_date AND c.call_topic = t.call_topic
),
trended AS (
  SELECT
    *,
    AVG(sample_calls) OVER (
      PARTITION BY call_topic
      ORDER BY call_date
      RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND INTERVAL 1 DAY PRECEDING
    ) AS trailing_calls
  FROM dense
)
SELECT
  CASE t.call_topic
      WHEN 'Billing' THEN 'Billing: Digital Abandon → Call'
      WHEN 'ID Card' THEN 'ID Card: Download Fail → Call'
      WHEN 'Pharmacy' THEN 'Pharmacy: Refill → Call Escalate'
      ELSE CONCAT(t.call_topic, ': Digital Fail → Call')
    END AS journey,
  t.call_topic,
  t.call_date,
  t.call_date = p.as_of_date AS is_as_of_day,
  t.call_date <= p.as_of_date AND DATEDIFF(p.as_of_date, t.call_date) < 30 AS is_in_lookback,
  CAST(ROUND(t.sample_calls * p.expansion_factor) AS BIGINT) AS daily_calls,
  CAST(
    ROUND(t.sample_calls * p.expansion_factor * 8.00, 2) AS DECIMAL(18, 2)
  ) AS daily_cost,
  CAST(ROUND(t.sample_leaked_calls * p.expansion_factor) AS BIGINT) AS leaked_calls,
  ROUND(100 * t.sample_repeat_calls / NULLIF(t.sample_calls, 0), 1) AS repeat_call_pct,
  ROUND(100 * t.sample_negative_calls / NULLIF(t.sample_rated_calls, 0), 1) AS negative_emotion_pct,
  ROUND(t.avg_sentiment, 2) AS avg_sentiment,
  ROUND(t.trailing_calls * p.expansion_factor, 1) AS trailing_daily_calls,
  ROUND(100 * (t.sample_calls / NULLIF(t.trailing_calls, 0) - 1), 1) AS trend_pct,
  t.sample_calls,
  t.sample_repeat_calls,
  p.expansion_factor
FROM trended t
CROSS JOIN `dev_insurance_command_center`.`gold`.`population` p;
