-- Which benefit communications confuse members, one row a communication: calls on the topic in equal windows before
-- and after each. Only days that the data holds up to the as-of day count, and both windows are cut to the same length.
-- A communication whose topic nobody calls about is a row with no calls.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`communication_impact` (
  communication_id STRING NOT NULL COMMENT 'Identifier of the communication',
  sent_date DATE COMMENT 'Date it was sent',
  title STRING COMMENT 'Title',
  call_topic STRING COMMENT 'Call topic it concerns',
  audience STRING COMMENT 'Member segment and plan type it was sent to',
  is_aep BOOLEAN COMMENT 'Whether it belongs to the annual enrolment period',
  days_compared INT COMMENT 'Length of each window in days; 0 when the data has no day before the communication',
  calls_per_day_before DOUBLE COMMENT 'Calls a day on the topic before it (weighted)',
  calls_per_day_after DOUBLE COMMENT 'Calls a day on the topic from the day it was sent (weighted)',
  calls_change_pct DOUBLE COMMENT 'Change between the two, in percent',
  leaks_per_day_before DOUBLE COMMENT 'Avoidable calls a day before it (weighted)',
  leaks_per_day_after DOUBLE COMMENT 'Avoidable calls a day from the day it was sent (weighted)',
  extra_cost_per_day DECIMAL(18, 2) COMMENT 'Cost a day of the additional avoidable calls in USD (weighted)',
  negative_pct_before DOUBLE COMMENT 'Share of negative emotion before it, in percent',
  negative_pct_after DOUBLE COMMENT 'Share of negative emotion from the day it was sent, in percent',
  confusion_rank INT COMMENT 'Rank by extra cost a day, 1 is the most expensive',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT communication_impact_pk PRIMARY KEY (communication_id),
  CONSTRAINT communication_impact_communication_fk FOREIGN KEY (communication_id) REFERENCES `insurance_command_center`.`silver`.`benefit_communications` (communication_id)
)
COMMENT 'Calls, leakage and emotion on a topic before and after each benefit communication about it.'
TBLPROPERTIES ("quality" = "gold")
AS WITH daily AS (
  SELECT
    LOWER(call_topic) AS topic_key,
    call_date,
    COUNT(*) AS calls,
    COUNT_IF(is_avoidable) AS leaks,
    COUNT_IF(is_negative) AS negatives,
    COUNT(is_negative) AS rated
  FROM `insurance_command_center`.`silver`.`call_center_clean`
  GROUP BY LOWER(call_topic), call_date
),
history AS (
  SELECT MIN(call_date) AS first_date
  FROM daily
),
communications AS (
  SELECT
    b.*,
    p.expansion_factor,
    GREATEST(0, LEAST(
      14,
      DATEDIFF(p.as_of_date, b.sent_date) + 1,
      DATEDIFF(b.sent_date, h.first_date)
    )) AS days_compared
  FROM `insurance_command_center`.`silver`.`benefit_communications` b
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  CROSS JOIN history h
  WHERE b.sent_date <= p.as_of_date
),
compared AS (
  SELECT
    c.communication_id,
    COALESCE(SUM(CASE WHEN d.call_date < c.sent_date THEN d.calls END), 0) AS calls_before,
    COALESCE(SUM(CASE WHEN d.call_date >= c.sent_date THEN d.calls END), 0) AS calls_after,
    COALESCE(SUM(CASE WHEN d.call_date < c.sent_date THEN d.leaks END), 0) AS leaks_before,
    COALESCE(SUM(CASE WHEN d.call_date >= c.sent_date THEN d.leaks END), 0) AS leaks_after,
    100 * SUM(CASE WHEN d.call_date < c.sent_date THEN d.negatives END)
      / NULLIF(SUM(CASE WHEN d.call_date < c.sent_date THEN d.rated END), 0) AS negative_pct_before,
    100 * SUM(CASE WHEN d.call_date >= c.sent_date THEN d.negatives END)
      / NULLIF(SUM(CASE WHEN d.call_date >= c.sent_date THEN d.rated END), 0) AS negative_pct_after
  FROM communications c
  LEFT JOIN daily d
    ON d.topic_key = LOWER(TRIM(c.topic))
    AND d.call_date >= DATE_SUB(c.sent_date, c.days_compared)
    AND d.call_date < DATE_ADD(c.sent_date, c.days_compared)
  GROUP BY c.communication_id
)
SELECT
  c.communication_id,
  c.sent_date,
  c.title,
  c.topic AS call_topic,
  -- A segment mostly names its plan type already.
  CONCAT_WS(', ', c.audience_segment, IF(CONTAINS(c.audience_segment, c.plan_type), NULL, c.plan_type)) AS audience,
  c.is_aep,
  c.days_compared,
  ROUND(d.calls_before * c.expansion_factor / NULLIF(c.days_compared, 0), 1) AS calls_per_day_before,
  ROUND(d.calls_after * c.expansion_factor / NULLIF(c.days_compared, 0), 1) AS calls_per_day_after,
  ROUND(100 * (d.calls_after / NULLIF(d.calls_before, 0) - 1), 1) AS calls_change_pct,
  ROUND(d.leaks_before * c.expansion_factor / NULLIF(c.days_compared, 0), 1) AS leaks_per_day_before,
  ROUND(d.leaks_after * c.expansion_factor / NULLIF(c.days_compared, 0), 1) AS leaks_per_day_after,
  CAST(ROUND(
    (d.leaks_after - d.leaks_before) * c.expansion_factor * 8.00 / NULLIF(c.days_compared, 0),
    2
  ) AS DECIMAL(18, 2)) AS extra_cost_per_day,
  ROUND(d.negative_pct_before, 1) AS negative_pct_before,
  ROUND(d.negative_pct_after, 1) AS negative_pct_after,
  CAST(ROW_NUMBER() OVER (
    ORDER BY (d.leaks_after - d.leaks_before) / NULLIF(c.days_compared, 0) DESC NULLS LAST, c.communication_id
  ) AS INT) AS confusion_rank,
  c.expansion_factor
FROM communications c
INNER JOIN compared d ON d.communication_id = c.communication_id;
