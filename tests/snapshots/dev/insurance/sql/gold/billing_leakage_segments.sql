-- Who the focus issue (Billing unless configured otherwise) hurts today: one row a plan-and-tenure group.
CREATE OR REFRESH MATERIALIZED VIEW `dev_insurance_command_center`.`gold`.`billing_leakage_segments` (
  segment STRING NOT NULL COMMENT 'Plan and tenure group: MAPD New, MAPD Tenured, Commercial or Unknown',
  journey STRING COMMENT 'Name of the journey, from digital failure to call',
  daily_calls BIGINT COMMENT 'Avoidable calls on the as-of day (weighted)',
  daily_cost DECIMAL(18, 2) COMMENT 'Avoidable cost on the as-of day in USD (weighted)',
  share_pct DOUBLE COMMENT 'Share of the segment among the calls, in percent',
  repeat_call_pct DOUBLE COMMENT 'Share of repeat calls, in percent',
  avg_sentiment DOUBLE COMMENT 'Mean sentiment from -1 to 1',
  negative_emotion_pct DOUBLE COMMENT 'Share of negative emotion among the calls whose sentiment is known, in percent',
  members_affected BIGINT COMMENT 'Members who made such a call on the as-of day (weighted)',
  as_of_date DATE COMMENT 'The day that counts as today',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT billing_leakage_segments_pk PRIMARY KEY (segment)
)
COMMENT 'Leakage of the focus topic (Billing unless configured otherwise) on the as-of day by plan and tenure group.'
TBLPROPERTIES ("quality" = "gold")
AS SELECT
  customer_segment AS segment,
  ANY_VALUE(journey) AS journey,
  CAST(ROUND(SUM(weighted_calls)) AS BIGINT) AS daily_calls,
  CAST(ROUND(SUM(avoidable_cost), 2) AS DECIMAL(18, 2)) AS daily_cost,
  ROUND(100 * COUNT(*) / SUM(COUNT(*)) OVER (), 1) AS share_pct,
  ROUND(100 * COUNT_IF(is_repeat) / COUNT(*), 1) AS repeat_call_pct,
  ROUND(AVG(sentiment_score), 2) AS avg_sentiment,
  ROUND(100 * COUNT_IF(is_negative) / NULLIF(COUNT(is_negative), 0), 1) AS negative_emotion_pct,
  CAST(ROUND(COUNT(DISTINCT member_id) * MAX(expansion_factor)) AS BIGINT) AS members_affected,
  MAX(call_date) AS as_of_date,
  MAX(expansion_factor) AS expansion_factor
FROM `dev_insurance_command_center`.`gold`.`digital_call_leakage`
WHERE is_as_of_day AND is_avoidable AND call_topic = 'Billing'
GROUP BY customer_segment;
