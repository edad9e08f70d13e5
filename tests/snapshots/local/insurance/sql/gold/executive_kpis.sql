
-- One row a day: volume, repeat demand, emotion, cost, leakage and voice of the customer.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`executive_kpis` (
  call_date DATE NOT NULL COMMENT 'Day',
  is_as_of_day BOOLEAN COMMENT 'Whether the day is the as-of day (today)',
  is_in_lookback BOOLEAN COMMENT 'Whether the day is in the lookback window, the days up to today that rates are measured over',
  total_calls BIGINT COMMENT 'Calls of the day (weighted)',
  repeat_calls BIGINT COMMENT 'Repeat calls among them (weighted)',
  negative_calls BIGINT COMMENT 'Calls with negative emotion among them (weighted)',
  repeat_call_pct DOUBLE COMMENT 'Share of repeat calls, in percent',
  negative_emotion_pct DOUBLE COMMENT 'Share of negative emotion among the calls whose sentiment is known, in percent',
  estimated_daily_call_cost DECIMAL(18, 2) COMMENT 'Cost of all calls of the day in USD: fixed cost and handle time (weighted)',
  avg_handle_time_minutes DOUBLE COMMENT 'Mean handle time in minutes',
  avg_sentiment DOUBLE COMMENT 'Mean sentiment from -1 to 1',
  long_calls BIGINT COMMENT 'Calls above the limit for a long call (weighted)',
  avoidable_calls BIGINT COMMENT 'Avoidable calls after a failed digital attempt (weighted)',
  avoidable_cost DECIMAL(18, 2) COMMENT 'Their avoidable cost in USD (weighted)',
  digital_interactions BIGINT COMMENT 'Digital interactions of the day (weighted)',
  digital_failure_pct DOUBLE COMMENT 'Share of failed or abandoned interactions, in percent',
  digital_cost DECIMAL(18, 2) COMMENT 'Cost of the digital interactions in USD (weighted)',
  nps DOUBLE COMMENT 'Net promoter score of the surveys of the day, -100 to 100',
  avg_csat DOUBLE COMMENT 'Mean satisfaction of the surveys of the day, 1 to 5',
  avg_effort DOUBLE COMMENT 'Mean effort of the surveys of the day, 1 to 7, lower is better',
  sample_calls BIGINT COMMENT 'Calls of the day in the data (not weighted)',
  sample_repeat_calls BIGINT COMMENT 'Repeat calls of the day in the data (not weighted)',
  sample_negative_calls BIGINT COMMENT 'Calls with negative emotion of the day in the data (not weighted)',
  sample_rated_calls BIGINT COMMENT 'Calls of the day in the data whose sentiment is known (not weighted)',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT executive_kpis_pk PRIMARY KEY (call_date),
  CONSTRAINT repeat_share_in_range EXPECT (COALESCE(repeat_call_pct BETWEEN 0 AND 100, FALSE)) ON VIOLATION FAIL UPDATE,
  CONSTRAINT negative_share_in_range EXPECT (COALESCE(negative_emotion_pct BETWEEN 0 AND 100, TRUE)) ON VIOLATION FAIL UPDATE,
  CONSTRAINT cost_not_negative EXPECT (estimated_daily_call_cost >= 0) ON VIOLATION FAIL UPDATE
)
CLUSTER BY (call_date)
COMMENT 'Executive KPIs, one row a day.'
TBLPROPERTIES ("quality" = "gold")
AS WITH calls AS (
  SELECT
    call_date,
    COUNT(*) AS calls,
    COUNT_IF(is_repeat) AS repeats,
    COUNT_IF(is_negative) AS negatives,
    COUNT(is_negative) AS rated,
    SUM(CAST(call_cost AS DOUBLE)) AS cost,
    AVG(CAST(handle_time_minutes AS DOUBLE)) AS handle_time,
    AVG(CAST(sentiment_score AS DOUBLE)) AS sentiment,
    COUNT_IF(is_long_call) AS long_calls,
    COUNT_IF(is_avoidable) AS avoidable_calls
  FROM `insurance_command_center`.`silver`.`call_center_clean`
  GROUP BY call_date
),
digital AS (
  SELECT
    interaction_date,
    COUNT(*) AS interactions,
    COUNT_IF(is_failure) AS failures
  FROM `insurance_command_center`.`silver`.`digital_interactions_clean`
  GROUP BY interaction_date
),
voice AS (
  SELECT
    survey_date,
    AVG(nps_points) AS nps,
    AVG(csat_score) AS csat,
    AVG(effort_score) AS effort
  FROM `insurance_command_center`.`silver`.`surveys_clean`
  GROUP BY survey_date
)
SELECT
  c.call_date,
  c.call_date = p.as_of_date AS is_as_of_day,
  c.call_date <= p.as_of_date AND DATEDIFF(p.as_of_date, c.call_date) < 30 AS is_in_lookback,
  CAST(ROUND(c.calls * p.expansion_factor) AS BIGINT) AS total_calls,
  CAST(ROUND(c.repeats * p.expansion_factor) AS BIGINT) AS repeat_calls,
  CAST(ROUND(c.negatives * p.expansion_factor) AS BIGINT) AS negative_calls,
  ROUND(100 * c.repeats / c.calls, 1) AS repeat_call_pct,
  ROUND(100 * c.negatives / NULLIF(c.rated, 0), 1) AS negative_emotion_pct,
  CAST(ROUND(c.cost * p.expansion_factor, 2) AS DECIMAL(18, 2)) AS estimated_daily_call_cost,
  ROUND(c.handle_time, 1) AS avg_handle_time_minutes,
  ROUND(c.sentiment, 2) AS avg_sentiment,
  CAST(ROUND(c.long_calls * p.expansion_factor) AS BIGINT) AS long_calls,
  CAST(ROUND(c.avoidable_calls * p.expansion_factor) AS BIGINT) AS avoidable_calls,
  CAST(
    ROUND(c.avoidable_calls * p.expansion_factor * 8.00, 2) AS DECIMAL(18, 2)
  ) AS avoidable_cost,
  CAST(ROUND(COALESCE(d.interactions, 0) * p.expansion_factor) AS BIGINT) AS digital_interactions,
  ROUND(100 * d.failures / d.interactions, 1) AS digital_failure_pct,
  CAST(
    ROUND(COALESCE(d.interactions, 0) * p.expansion_factor * 0.25, 2) AS DECIMAL(18, 2)
  ) AS digital_cost,
  ROUND(v.nps, 1) AS nps,
  ROUND(v.csat, 2) AS avg_csat,
  ROUND(v.effort, 2) AS avg_effort,
  c.calls AS sample_calls,
  c.repeats AS sample_repeat_calls,
  c.negatives AS sample_negative_calls,
  c.rated AS sample_rated_calls,
  p.expansion_factor
FROM calls c
CROSS JOIN `insurance_command_center`.`gold`.`population` p
LEFT JOIN digital d ON d.interaction_date = c.call_date
LEFT JOIN voice v ON v.survey_date = c.call_date
WHERE c.call_date <= p.as_of_date;
