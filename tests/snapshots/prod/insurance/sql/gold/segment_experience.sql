

-- Emotion of every member group on every topic over the lookback window: the heatmap of sentiment.
-- One row a plan-and-tenure group, value segment and topic.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`segment_experience` (
  customer_segment STRING NOT NULL COMMENT 'Plan and tenure group: MAPD New, MAPD Tenured, Commercial or Unknown',
  member_segment STRING NOT NULL COMMENT 'Value segment, e.g. High Value or At Risk; Unknown when the source gives none',
  call_topic STRING NOT NULL COMMENT 'Topic of the calls',
  total_calls BIGINT COMMENT 'Calls in the lookback window (weighted)',
  rated_calls BIGINT COMMENT 'Calls among them whose sentiment is known (weighted)',
  negative_calls BIGINT COMMENT 'Calls with negative emotion among them (weighted)',
  negative_emotion_pct DOUBLE COMMENT 'Share of negative emotion among the rated calls, in percent',
  strongly_negative_pct DOUBLE COMMENT 'Share of strongly negative scores among the calls with a score, in percent',
  avg_sentiment DOUBLE COMMENT 'Mean sentiment from -1 to 1',
  repeat_call_pct DOUBLE COMMENT 'Share of repeat calls, in percent',
  leakage_calls BIGINT COMMENT 'Avoidable calls after a failed digital attempt among them (weighted)',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT segment_experience_pk PRIMARY KEY (customer_segment, member_segment, call_topic)
)
COMMENT 'Sentiment, repeat share and leakage by member group and topic over the lookback window.'
TBLPROPERTIES ("quality" = "gold")
AS SELECT
  m.customer_segment,
  COALESCE(m.segment, 'Unknown') AS member_segment,
  c.call_topic,
  CAST(ROUND(COUNT(*) * MAX(p.expansion_factor)) AS BIGINT) AS total_calls,
  CAST(ROUND(COUNT(c.is_negative) * MAX(p.expansion_factor)) AS BIGINT) AS rated_calls,
  CAST(ROUND(COUNT_IF(c.is_negative) * MAX(p.expansion_factor)) AS BIGINT) AS negative_calls,
  ROUND(100 * COUNT_IF(c.is_negative) / NULLIF(COUNT(c.is_negative), 0), 1) AS negative_emotion_pct,
  ROUND(100 * COUNT_IF(c.is_strongly_negative) / NULLIF(COUNT(c.is_strongly_negative), 0), 1) AS strongly_negative_pct,
  ROUND(AVG(CAST(c.sentiment_score AS DOUBLE)), 2) AS avg_sentiment,
  ROUND(100 * COUNT_IF(c.is_repeat) / COUNT(*), 1) AS repeat_call_pct,
  CAST(ROUND(COUNT_IF(c.is_avoidable) * MAX(p.expansion_factor)) AS BIGINT) AS leakage_calls,
  MAX(p.expansion_factor) AS expansion_factor
FROM `insurance_command_center`.`silver`.`call_center_clean` c
INNER JOIN `insurance_command_center`.`silver`.`members_versions` m ON m.member_id = c.member_id AND m.valid_from <= c.call_date AND m.valid_to > c.call_date
CROSS JOIN `insurance_command_center`.`gold`.`population` p
WHERE c.call_date <= p.as_of_date AND DATEDIFF(p.as_of_date, c.call_date) < 30
GROUP BY m.customer_segment, COALESCE(m.segment, 'Unknown'), c.call_topic;
