

-- Insight Scout: what is out of the ordinary today, one row a finding. Every signal (leakage, topic volume, repeat
-- share, negative emotion, effort) of every member group is compared with the same weekday of the weeks before by a
-- robust z-score (median and median absolute deviation, so that one odd week does not hide the next). A share must also
-- be further off than chance takes as few calls as there are. What is out of line is ranked by severity, then by the
-- money behind it, and put into words; agents who are out of line are one more signal. Every call above usual is priced
-- alike, at the avoidable cost of a call; emotion and effort have no price.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`insight_briefings` (
  insight_rank INT NOT NULL COMMENT 'Rank by severity, then by cost impact, findings without one last; 1 is the greatest',
  insight_date DATE COMMENT 'Day the insight is about (the as-of day)',
  severity STRING COMMENT 'alert: an anomaly; watch: unusual, not yet an anomaly',
  signal STRING COMMENT 'leakage_spike, topic_spike, repeat_pocket, emotion_rise, effort_rise or agent_pocket',
  subject STRING COMMENT 'Journey or call topic; Surveys or Agents for signals without one',
  segment STRING COMMENT 'Plan and tenure group: MAPD New, MAPD Tenured, Commercial or Unknown; All members for agents',
  headline STRING COMMENT 'The insight in one sentence',
  briefing STRING COMMENT 'The figures behind it, in words',
  actual_value DOUBLE COMMENT 'Value on the as-of day: calls (weighted) or a share in percent',
  usual_value DOUBLE COMMENT 'Median of the same weekday in the weeks before, in the same unit; for agents what their topics bring on average',
  trend_pct DOUBLE COMMENT 'Change against the mean of the days before, in percent',
  robust_z DOUBLE COMMENT 'Robust z-score of the value; above 0 is worse than usual',
  cost_impact DECIMAL(18, 2) COMMENT 'Cost a day, at the avoidable cost of a call, of the calls above usual, in USD (weighted); NULL for emotion and effort, which have no price',
  daily_cost DECIMAL(18, 2) COMMENT 'Cost a day, at the avoidable cost of a call, of all calls behind the value, in USD (weighted): the leaked calls, the calls on the topic, its repeat calls, the calls of the agents; NULL for emotion and effort',
  weeks_compared BIGINT COMMENT 'Weeks the value was compared with; NULL for agents',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT insight_briefings_pk PRIMARY KEY (insight_rank),
  CONSTRAINT insight_readable EXPECT (headline IS NOT NULL AND briefing IS NOT NULL) ON VIOLATION FAIL UPDATE
)
COMMENT 'Insight Scout: anomalies of the as-of day in words, ranked by severity and cost impact.'
TBLPROPERTIES ("quality" = "gold")
AS WITH calls AS (
  SELECT
    c.call_topic,
    m.customer_segment AS segment,
    DATEDIFF(p.as_of_date, c.call_date) AS days_ago,
    c.is_repeat,
    c.is_negative,
    c.is_avoidable
  FROM `insurance_command_center`.`silver`.`call_center_clean` c
  INNER JOIN `insurance_command_center`.`silver`.`members_versions` m ON m.member_id = c.member_id AND m.valid_from <= c.call_date AND m.valid_to > c.call_date
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE c.call_date <= p.as_of_date
    AND DATEDIFF(p.as_of_date, c.call_date) <= 8 * 7
),
surveys AS (
  SELECT
    m.customer_segment AS segment,
    DATEDIFF(p.as_of_date, s.survey_date) AS days_ago,
    s.is_high_effort
  FROM `insurance_command_center`.`silver`.`surveys_clean` s
  INNER JOIN `insurance_command_center`.`silver`.`members_versions` m ON m.member_id = s.member_id AND m.valid_from <= s.survey_date AND m.valid_to > s.survey_date
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE s.survey_date <= p.as_of_date
    AND DATEDIFF(p.as_of_date, s.survey_date) <= 8 * 7
    AND s.effort_score IS NOT NULL
),
-- One row a signal, group and day. A share is in percent of `volume`; a count is its own volume.
daily AS (
  SELECT
    'leakage_spike' AS signal,
    call_topic,
    CASE call_topic
      WHEN 'Billing' THEN 'Billing: Digital Abandon → Call'
      WHEN 'ID Card' THEN 'ID Card: Download Fail → Call'
      WHEN 'Pharmacy' THEN 'Pharmacy: Refill → Call Escalate'
      ELSE CONCAT(call_topic, ': Digital Fail → Call')
    END AS subject,
    segment,
    days_ago,
    CAST(COUNT(*) AS DOUBLE) AS value,
    COUNT(*) AS volume
  FROM calls
  WHERE is_avoidable
  GROUP BY call_topic, segment, days_ago
  UNION ALL
  SELECT 'topic_spike', call_topic, call_topic, segment, days_ago, CAST(COUNT(*) AS DOUBLE), COUNT(*)
  FROM calls
  GROUP BY call_topic, segment, days_ago
  UNION ALL
  SELECT 'repeat_pocket', call_topic, call_topic, segment, days_ago, 100 * COUNT_IF(is_repeat) / COUNT(*), COUNT(*)
  FROM calls
  GROUP BY call_topic, segment, days_ago
  UNION ALL
  SELECT 'emotion_rise', call_topic, call_topic, segment, days_ago, 100 * COUNT_IF(is_negative) / COUNT(*), COUNT(*)
  FROM calls
  WHERE is_negative IS NOT NULL
  GROUP BY call_topic, segment, days_ago
  UNION ALL
  SELECT
    'effort_rise',
    CAST(NULL AS STRING),
    'Surveys',
    segment,
    days_ago,
    100 * COUNT_IF(is_high_effort) / COUNT(*),
    COUNT(*)
  FROM surveys
  GROUP BY segment, days_ago
),
today AS (
  SELECT *, signal IN ('leakage_spike', 'topic_spike') AS is_count
  FROM daily
  WHERE days_ago = 0 AND volume >= 10
),
-- Only weeks that the data reaches back to; within them a missing count is zero, a missing share is unknown.
weeks AS (
  SELECT w.week
  FROM (SELECT EXPLODE(SEQUENCE(1, 8)) AS week) w
  CROSS JOIN (SELECT MAX(days_ago) AS history_days FROM calls) h
  WHERE w.week * 7 <= h.history_days
),
history AS (
  SELECT
    t.signal,
    t.subject,
    t.segment,
    t.value,
    CASE WHEN t.is_count THEN COALESCE(d.value, 0) ELSE d.value END AS past_value
  FROM today t
  CROSS JOIN weeks w
  LEFT JOIN daily d
    ON d.signal = t.signal
    AND d.subject = t.subject
    AND d.segment = t.segment
    AND d.days_ago = w.week * 7
),
medians AS (
  SELECT signal, subject, segment, MEDIAN(past_value) AS usual, COUNT(past_value) AS weeks_compared
  FROM history
  GROUP BY signal, subject, segment
),
spreads AS (
  SELECT h.signal, h.subject, h.segment, MEDIAN(ABS(h.past_value - m.usual)) AS mad
  FROM history h
  INNER JOIN medians m ON m.signal = h.signal AND m.subject = h.subject AND m.segment = h.segment
  GROUP BY h.signal, h.subject, h.segment
),
last_days AS (
  SELECT
    signal,
    subject,
    segment,
    SUM(value) / 7 AS mean_count,
    AVG(value) AS mean_share
  FROM daily
  WHERE days_ago BETWEEN 1 AND 7
  GROUP BY signal, subject, segment
),
judged AS (
  SELECT
    t.signal,
    t.call_topic,
    t.subject,
    t.segment,
    t.is_count,
    t.value,
    t.volume,
    m.usual,
    m.weeks_compared,
    100 * (t.value / NULLIF(IF(t.is_count, l.mean_count, l.mean_share), 0) - 1) AS trend_pct,
    -- 0.6745 makes the MAD of a normal distribution its standard deviation. The floor (a share of the median,
    -- at least mad_floor calls or points) keeps a steady history from making every change an anomaly.
    0.6745 * (t.value - m.usual)
      / GREATEST(s.mad, m.usual * 5.0 / 100, CAST(1 AS DOUBLE)) AS robust_z,
    IF(t.is_count, t.value - m.usual, (t.value - m.usual) / 100 * t.volume) AS excess_calls
  FROM today t
  INNER JOIN medians m ON m.signal = t.signal AND m.subject = t.subject AND m.segment = t.segment
  INNER JOIN spreads s ON s.signal = t.signal AND s.subject = t.subject AND s.segment = t.segment
  LEFT JOIN last_days l ON l.signal = t.signal AND l.subject = t.subject AND l.segment = t.segment
  WHERE m.weeks_compared > 0
),
-- More calls on a topic are no news when leakage on that topic explains them.
unexplained AS (
  SELECT j.*
  FROM judged j
  LEFT JOIN judged l
    ON j.signal = 'topic_spike'
    AND l.signal = 'leakage_spike'
    AND l.call_topic = j.call_topic
    AND l.segment = j.segment
    AND l.robust_z >= 2.0
    AND l.excess_calls >= j.excess_calls * 50 / 100
  WHERE j.robust_z >= 2.0
    AND l.signal IS NULL
    -- The spread of the number of hits among that many calls; at least one hit is usual.
    AND (
      j.is_count
      OR j.excess_calls >= 2.0
        * SQRT(GREATEST(j.usual / 100 * j.volume, 1) * (1 - j.usual / 100))
    )
),
agent_pocket AS (
  SELECT
    COUNT(*) AS agents,
    SUM(calls) AS calls,
    SUM(calls * negative_emotion_pct) / SUM(calls) AS negative_pct,
    SUM(calls * expected_negative_pct) / SUM(calls) AS expected_pct,
    SUM(calls * followed_by_repeat_pct) / NULLIF(SUM(calls * expected_repeat_pct), 0) AS repeat_factor,
    SUM(calls * (followed_by_repeat_pct - expected_repeat_pct)) / 100 / 30 AS excess_calls,
    MAX(GREATEST(negative_z, repeat_z)) AS z
  FROM `insurance_command_center`.`gold`.`agent_performance`
  WHERE needs_coaching
  HAVING COUNT(*) > 0
),
findings AS (
  SELECT
    u.signal,
    u.subject,
    u.segment,
    u.is_count,
    IF(u.is_count, u.value * p.expansion_factor, u.value) AS shown_value,
    IF(u.is_count, u.usual * p.expansion_factor, u.usual) AS shown_usual,
    u.trend_pct,
    CAST(u.robust_z AS DOUBLE) AS robust_z,
    CASE WHEN u.signal NOT IN ('emotion_rise', 'effort_rise') THEN u.excess_calls END
      * p.expansion_factor * 8.00 AS cost_impact,
    CASE
      WHEN u.is_count THEN u.volume
      WHEN u.signal = 'repeat_pocket' THEN u.value / 100 * u.volume
    END * p.expansion_factor * 8.00 AS daily_cost,
    u.weeks_compared,
    CAST(NULL AS BIGINT) AS agents,
    CAST(NULL AS DOUBLE) AS repeat_factor
  FROM unexplained u
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  UNION ALL
  SELECT
    'agent_pocket' AS signal,
    'Agents' AS subject,
    'All members' AS segment,
    FALSE AS is_count,
    a.negative_pct AS shown_value,
    a.expected_pct AS shown_usual,
    CAST(NULL AS DOUBLE) AS trend_pct,
    a.z AS robust_z,
    CASE
      WHEN a.excess_calls > 0 THEN a.excess_calls
    END * p.expansion_factor * 8.00 AS cost_impact,
    a.calls / 30 * p.expansion_factor * 8.00 AS daily_cost,
    CAST(NULL AS BIGINT) AS weeks_compared,
    a.agents,
    a.repeat_factor
  FROM agent_pocket a
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
),
graded AS (
  SELECT
    f.*,
    p.as_of_date,
    p.expansion_factor,
    IF(f.robust_z >= 3.5, 'alert', 'watch') AS severity
  FROM findings f
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
)
SELECT
  CAST(
    ROW_NUMBER() OVER (ORDER BY severity, cost_impact DESC NULLS LAST, robust_z DESC, signal, subject, segment) AS INT
  ) AS insight_rank,
  as_of_date AS insight_date,
  severity,
  signal,
  subject,
  segment,
  CASE signal
    WHEN 'leakage_spike' THEN CONCAT(
      subject, ' ',
      CASE
        WHEN trend_pct IS NULL THEN 'new'
        WHEN trend_pct >= 0 THEN CONCAT('up ', FORMAT_NUMBER(trend_pct, 0), '% on the week')
        ELSE CONCAT('down ', FORMAT_NUMBER(ABS(trend_pct), 0), '% on the week, still far above usual,')
      END,
      ' for ', segment, ', driving $', FORMAT_NUMBER(daily_cost, 0), ' a day in avoidable calls.'
    )
    WHEN 'topic_spike' THEN CONCAT(
      subject, ' calls from ', segment, ' are at ', FORMAT_NUMBER(shown_value, 0), ' against a usual ', FORMAT_NUMBER(shown_usual, 0),
      ', $', FORMAT_NUMBER(cost_impact, 0), ' a day more than usual.'
    )
    WHEN 'repeat_pocket' THEN CONCAT(
      FORMAT_NUMBER(shown_value, 1), '% of ', subject, ' calls from ', segment, ' are repeat calls, usually ',
      FORMAT_NUMBER(shown_usual, 1), '%: $', FORMAT_NUMBER(cost_impact, 0), ' a day of calls that should be one-and-done.'
    )
    WHEN 'emotion_rise' THEN CONCAT(
      FORMAT_NUMBER(shown_value, 1), '% of ', subject, ' calls from ', segment, ' carry negative emotion, usually ',
      FORMAT_NUMBER(shown_usual, 1), '%.'
    )
    WHEN 'agent_pocket' THEN CONCAT(
      CAST(agents AS STRING), ' agents meet negative emotion on ', FORMAT_NUMBER(shown_value, 1), '% of their calls, expected ',
      FORMAT_NUMBER(shown_usual, 1), '%',
      COALESCE(
        CONCAT('; their callers call again ', FORMAT_NUMBER(repeat_factor, 1), ' times as often as expected'),
        ''
      ), '.'
    )
    ELSE CONCAT(
      FORMAT_NUMBER(shown_value, 1),
      '% of surveys from ',
      segment,
      ' report high effort, usually ',
      FORMAT_NUMBER(shown_usual, 1),
      '%.'
    )
  END AS headline,
  CASE
    WHEN signal = 'agent_pocket' THEN CONCAT(
      'Over the last 30 days, against calls on the same topics (up to ',
      FORMAT_NUMBER(robust_z, 1),
      ' standard errors above).',
      COALESCE(CONCAT(' The additional repeat calls cost $', FORMAT_NUMBER(cost_impact, 0), ' a day.'), '')
    )
    ELSE CONCAT(
      'On ', CAST(as_of_date AS STRING), ': ',
      IF(is_count, CONCAT(FORMAT_NUMBER(shown_value, 0), ' calls'), CONCAT(FORMAT_NUMBER(shown_value, 1), '%')),
      '; the same weekday of the ', CAST(weeks_compared AS STRING), ' weeks before: ',
      IF(is_count, CONCAT(FORMAT_NUMBER(shown_usual, 0), ' calls'), CONCAT(FORMAT_NUMBER(shown_usual, 1), '%')),
      ' (robust z ', FORMAT_NUMBER(robust_z, 1), ').',
      COALESCE(CONCAT(' The part above usual costs $', FORMAT_NUMBER(cost_impact, 0), ' a day.'), '')
    )
  END AS briefing,
  ROUND(shown_value, 1) AS actual_value,
  ROUND(shown_usual, 1) AS usual_value,
  ROUND(trend_pct, 1) AS trend_pct,
  ROUND(robust_z, 1) AS robust_z,
  CAST(ROUND(cost_impact, 2) AS DECIMAL(18, 2)) AS cost_impact,
  CAST(ROUND(daily_cost, 2) AS DECIMAL(18, 2)) AS daily_cost,
  weeks_compared,
  expansion_factor
FROM graded;
