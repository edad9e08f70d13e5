
-- What a reduction of each journey's leakage by 1, 2, 3 ... percent is worth: one row a journey and reduction.
-- NPS lift: members who hit the journey recommend less than the others. A reduction by x percent spares
-- x percent of the affected members the failure, so their NPS rises by x percent of that gap; the band around it is an
-- assumed margin. A gap of few answers, or within their noise, gives no lift.
-- Repeat calls avoided come twice: as if the fix were made where it hurts most (in the named member group, and so at
-- most all of its calls), and as if it reached all members alike.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`savings_model` (
  journey STRING NOT NULL COMMENT 'Name of the journey, from digital failure to call',
  call_topic STRING COMMENT 'Topic of the calls',
  reduction_pct INT NOT NULL COMMENT 'Assumed reduction of leakage, in percent',
  daily_calls BIGINT COMMENT 'Avoidable calls on the as-of day (weighted)',
  annual_cost DECIMAL(18, 2) COMMENT 'Avoidable cost a year in USD (weighted)',
  calls_avoided_per_day DOUBLE COMMENT 'Calls avoided a day',
  daily_savings DECIMAL(18, 2) COMMENT 'Savings a day in USD',
  annual_savings DECIMAL(18, 2) COMMENT 'Savings a year in USD',
  repeat_calls_avoided_per_day DOUBLE COMMENT 'Repeat calls avoided a day if the fix is made in the epicentre, the named member group of top_opportunities: calls avoided, at most those of the group, times its repeat share',
  repeat_calls_avoided_all_segments DOUBLE COMMENT 'Repeat calls avoided a day if the fix reaches all members alike: calls avoided times the repeat share of the journey',
  nps_gap DOUBLE COMMENT 'NPS of members without such a call in the lookback window minus NPS of members with one, as measured',
  nps_answers BIGINT COMMENT 'Survey answers of members with such a call in the lookback window',
  nps_lift_low DOUBLE COMMENT 'Low end of the expected NPS lift of affected members, in points; NULL when the gap may be noise',
  nps_lift_high DOUBLE COMMENT 'High end of the expected NPS lift of affected members, in points; NULL when the gap may be noise',
  cost_per_call DECIMAL(10, 2) COMMENT 'Avoidable cost of a call in USD',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT savings_model_pk PRIMARY KEY (journey, reduction_pct)
)
COMMENT 'Savings of every leaking journey for every reduction from 1 percent up.'
TBLPROPERTIES ("quality" = "gold")
AS WITH recent_surveys AS (
  SELECT
    s.member_id,
    SUM(s.nps_points) AS points,
    SUM(s.nps_points * s.nps_points) AS squares,
    COUNT(s.nps_points) AS answers
  FROM `insurance_command_center`.`silver`.`surveys_clean` s
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE s.survey_date <= p.as_of_date AND DATEDIFF(p.as_of_date, s.survey_date) < 30
  GROUP BY s.member_id
),
affected AS (
  SELECT DISTINCT l.call_topic, l.member_id
  FROM `insurance_command_center`.`gold`.`digital_call_leakage` l
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE l.is_avoidable AND l.call_date <= p.as_of_date AND DATEDIFF(p.as_of_date, l.call_date) < 30
),
affected_points AS (
  SELECT
    a.call_topic,
    SUM(s.points) AS points,
    SUM(s.squares) AS squares,
    SUM(s.answers) AS answers
  FROM affected a
  INNER JOIN recent_surveys s ON s.member_id = a.member_id
  GROUP BY a.call_topic
),
all_points AS (
  SELECT
    SUM(points) AS points,
    SUM(squares) AS squares,
    SUM(answers) AS answers
  FROM recent_surveys
),
-- Means of the affected members and of the others, and the variances of those means.
means AS (
  SELECT
    a.call_topic,
    a.answers,
    a.points / a.answers AS affected_nps,
    (a.squares / a.answers - POWER(a.points / a.answers, 2)) / a.answers AS affected_variance,
    (t.points - a.points) / (t.answers - a.answers) AS other_nps,
    ((t.squares - a.squares) / (t.answers - a.answers) - POWER((t.points - a.points) / (t.answers - a.answers), 2))
      / (t.answers - a.answers) AS other_variance
  FROM affected_points a
  CROSS JOIN all_points t
  WHERE a.answers > 0 AND t.answers > a.answers
),
gaps AS (
  SELECT
    call_topic,
    answers,
    other_nps - affected_nps AS nps_gap,
    answers >= 30
      AND ABS(other_nps - affected_nps)
        >= 2.0 * SQRT(GREATEST(affected_variance + other_variance, 0)) AS is_sound
  FROM means
),
lifts AS (
  SELECT
    *,
    CASE WHEN is_sound THEN nps_gap * (1 - 11 / 100) END AS narrow_gap,
    CASE WHEN is_sound THEN nps_gap * (1 + 11 / 100) END AS wide_gap
  FROM gaps
),
reductions AS (
  SELECT EXPLODE(SEQUENCE(1, 50)) AS reduction_pct
)
SELECT
  o.journey,
  o.call_topic,
  r.reduction_pct,
  o.daily_calls,
  o.annual_cost,
  ROUND(o.daily_calls * r.reduction_pct / 100, 1) AS calls_avoided_per_day,
  CAST(ROUND(o.daily_cost * r.reduction_pct / 100, 2) AS DECIMAL(18, 2)) AS daily_savings,
  CAST(ROUND(o.annual_cost * r.reduction_pct / 100, 2) AS DECIMAL(18, 2)) AS annual_savings,
  ROUND(LEAST(o.daily_calls * r.reduction_pct / 100, o.segment_calls) * o.segment_repeat_pct / 100, 1)
    AS repeat_calls_avoided_per_day,
  ROUND(o.daily_calls * r.reduction_pct / 100 * o.repeat_call_pct / 100, 1) AS repeat_calls_avoided_all_segments,
  ROUND(g.nps_gap, 1) AS nps_gap,
  COALESCE(g.answers, 0) AS nps_answers,
  -- A negative gap turns the ends of the band round.
  ROUND(LEAST(g.narrow_gap, g.wide_gap) * r.reduction_pct / 100, 1) AS nps_lift_low,
  ROUND(GREATEST(g.narrow_gap, g.wide_gap) * r.reduction_pct / 100, 1) AS nps_lift_high,
  CAST(8.00 AS DECIMAL(10, 2)) AS cost_per_call,
  o.expansion_factor
FROM `insurance_command_center`.`gold`.`top_opportunities` o
CROSS JOIN reductions r
LEFT JOIN lifts g ON g.call_topic = o.call_topic;
