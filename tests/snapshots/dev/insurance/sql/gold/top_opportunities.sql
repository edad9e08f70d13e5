-- Money on the table, one row a journey, ranked by what its avoidable calls cost today.
CREATE OR REFRESH MATERIALIZED VIEW `dev_insurance_command_center`.`gold`.`top_opportunities` (
  opportunity_rank INT NOT NULL COMMENT 'Rank by daily cost, 1 is the most expensive',
  journey STRING COMMENT 'Name of the journey, from digital failure to call',
  call_topic STRING COMMENT 'Topic of the calls',
  segment STRING COMMENT 'Member group that is hit out of proportion (plan and tenure, or language); Mixed when there is none',
  daily_calls BIGINT COMMENT 'Avoidable calls on the as-of day (weighted)',
  daily_cost DECIMAL(18, 2) COMMENT 'Avoidable cost on the as-of day in USD (weighted)',
  annual_cost DECIMAL(18, 2) COMMENT 'The same, annualised, in USD',
  trend_pct DOUBLE COMMENT 'Change of daily calls against the mean of the days before, in percent',
  repeat_call_pct DOUBLE COMMENT 'Share of repeat calls among the calls, in percent',
  avg_sentiment DOUBLE COMMENT 'Mean sentiment of the calls, from -1 to 1',
  segment_calls BIGINT COMMENT 'Calls of the named member group (weighted); all calls when the segment is Mixed',
  segment_share_pct DOUBLE COMMENT 'Share of the named group among the calls, in percent',
  segment_lift DOUBLE COMMENT 'That share over the share of the group among all members',
  segment_repeat_pct DOUBLE COMMENT 'Share of repeat calls among the calls of the named group, in percent',
  primary_lever STRING COMMENT 'Lever with the greatest expected reduction: digital, comms or ops',
  levers STRING COMMENT 'Levers for which the action library has an action',
  digital_action STRING COMMENT 'Best digital action',
  comms_action STRING COMMENT 'Best communication action',
  ops_action STRING COMMENT 'Best operations action (contact center)',
  annual_saving_low DECIMAL(18, 2) COMMENT 'Annual saving in USD at the low end of a usual reduction (reduction_low_pct of business_rules)',
  annual_saving_high DECIMAL(18, 2) COMMENT 'Annual saving in USD at the high end of a usual reduction (reduction_high_pct of business_rules)',
  as_of_date DATE COMMENT 'The day that counts as today',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT top_opportunities_pk PRIMARY KEY (opportunity_rank),
  CONSTRAINT cost_not_negative EXPECT (daily_cost >= 0) ON VIOLATION FAIL UPDATE
)
COMMENT 'Leaking journeys ranked by avoidable cost today, with trend, affected group, levers and savings.'
TBLPROPERTIES ("quality" = "gold")
AS WITH today AS (
  SELECT
    call_topic,
    customer_segment,
    preferred_language,
    is_repeat
  FROM `dev_insurance_command_center`.`gold`.`digital_call_leakage`
  WHERE is_as_of_day AND is_avoidable
),
-- A member belongs to a plan-and-tenure group and, unless it is the default one, to a language group.
-- A group that is not known is nothing to act on.
member_groups AS (
  SELECT customer_segment AS group_name, COUNT(*) AS group_members
  FROM `dev_insurance_command_center`.`silver`.`members_current`
  WHERE customer_segment <> 'Unknown'
  GROUP BY customer_segment
  UNION ALL
  SELECT preferred_language AS group_name, COUNT(*) AS group_members
  FROM `dev_insurance_command_center`.`silver`.`members_current`
  WHERE preferred_language <> 'English'
  GROUP BY preferred_language
),
call_groups AS (
  SELECT call_topic, customer_segment AS group_name, COUNT(*) AS group_calls, COUNT_IF(is_repeat) AS group_repeats
  FROM today
  GROUP BY call_topic, customer_segment
  UNION ALL
  SELECT call_topic, preferred_language AS group_name, COUNT(*) AS group_calls, COUNT_IF(is_repeat) AS group_repeats
  FROM today
  WHERE preferred_language <> 'English'
  GROUP BY call_topic, preferred_language
),
totals AS (
  SELECT call_topic, COUNT(*) AS topic_calls
  FROM today
  GROUP BY call_topic
),
lifts AS (
  SELECT
    c.call_topic,
    c.group_name,
    c.group_calls,
    c.group_repeats,
    100 * c.group_calls / t.topic_calls AS share_pct,
    (c.group_calls / t.topic_calls) / (g.group_members / p.members) AS lift
  FROM call_groups c
  INNER JOIN totals t ON t.call_topic = c.call_topic
  INNER JOIN member_groups g ON g.group_name = c.group_name
  CROSS JOIN `dev_insurance_command_center`.`gold`.`population` p
),
leading_groups AS (
  SELECT *
  FROM lifts
  WHERE lift >= 1.5
    AND share_pct >= 25
    AND group_calls >= 20
  QUALIFY ROW_NUMBER() OVER (PARTITION BY call_topic ORDER BY lift DESC, group_name) = 1
),
actions AS (
  SELECT
    LOWER(TRIM(issue)) AS issue_key,
    MAX_BY(lever, STRUCT(COALESCE(expected_reduction_pct, 0), action_id)) AS primary_lever,
    CONCAT_WS(
      ', ',
      MAX(CASE WHEN lever = 'digital' THEN 'digital' END),
      MAX(CASE WHEN lever = 'comms' THEN 'comms' END),
      MAX(CASE WHEN lever = 'ops' THEN 'ops' END)
    ) AS levers,
    MAX_BY(
      title,
      STRUCT(COALESCE(expected_reduction_pct, 0), action_id)
    ) FILTER (WHERE lever = 'digital') AS digital_action,
    MAX_BY(
      title,
      STRUCT(COALESCE(expected_reduction_pct, 0), action_id)
    ) FILTER (WHERE lever = 'comms') AS comms_action,
    MAX_BY(title, STRUCT(COALESCE(expected_reduction_pct, 0), action_id)) FILTER (WHERE lever = 'ops') AS ops_action
  FROM `dev_insurance_command_center`.`silver`.`action_library`
  GROUP BY LOWER(TRIM(issue))
)
SELECT
  CAST(ROW_NUMBER() OVER (ORDER BY d.daily_cost DESC, d.journey) AS INT) AS opportunity_rank,
  d.journey,
  d.call_topic,
  COALESCE(g.group_name, 'Mixed') AS segment,
  d.daily_calls,
  d.daily_cost,
  CAST(ROUND(d.daily_cost * 365, 2) AS DECIMAL(18, 2)) AS annual_cost,
  d.trend_pct,
  d.repeat_call_pct,
  d.avg_sentiment,
  COALESCE(CAST(ROUND(g.group_calls * d.expansion_factor) AS BIGINT), d.daily_calls) AS segment_calls,
  ROUND(COALESCE(g.share_pct, CAST(100 AS DOUBLE)), 1) AS segment_share_pct,
  ROUND(g.lift, 2) AS segment_lift,
  COALESCE(ROUND(100 * g.group_repeats / g.group_calls, 1), d.repeat_call_pct) AS segment_repeat_pct,
  COALESCE(a.primary_lever, 'not assessed') AS primary_lever,
  COALESCE(a.levers, 'not assessed') AS levers,
  a.digital_action,
  a.comms_action,
  a.ops_action,
  CAST(
    ROUND(d.daily_cost * 365 * 5 / 100, 2) AS DECIMAL(18, 2)
  ) AS annual_saving_low,
  CAST(
    ROUND(d.daily_cost * 365 * 10 / 100, 2) AS DECIMAL(18, 2)
  ) AS annual_saving_high,
  d.call_date AS as_of_date,
  d.expansion_factor
FROM `dev_insurance_command_center`.`gold`.`leakage_daily` d
LEFT JOIN leading_groups g ON g.call_topic = d.call_topic
LEFT JOIN actions a ON a.issue_key = LOWER(d.call_topic)
WHERE d.is_as_of_day AND d.sample_calls > 0;
