{% import '_macros/dates.sql' as dates %}
-- What a reduction of each journey's leakage by 1, 2, 3 ... percent is worth: one row a journey and reduction.
-- NPS lift: members who hit the journey recommend less than the others. A reduction by x percent spares
-- x percent of the affected members the failure, so their NPS rises by x percent of that gap; the band
-- around it is the model's margin.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  journey STRING NOT NULL COMMENT 'Name of the journey, from digital failure to call',
  call_topic STRING COMMENT 'Topic of the calls',
  reduction_pct INT NOT NULL COMMENT 'Assumed reduction of leakage, in percent',
  daily_calls BIGINT COMMENT 'Avoidable calls on the as-of day (weighted)',
  annual_cost DECIMAL(18, 2) COMMENT 'Avoidable cost a year in USD (weighted)',
  calls_avoided_per_day DOUBLE COMMENT 'Calls avoided a day',
  daily_savings DECIMAL(18, 2) COMMENT 'Savings a day in USD',
  annual_savings DECIMAL(18, 2) COMMENT 'Savings a year in USD',
  repeat_calls_avoided_per_day DOUBLE COMMENT 'Repeat calls avoided a day: calls avoided times the repeat share of the most affected member group',
  nps_gap DOUBLE COMMENT 'NPS of members without such a call in the lookback window minus NPS of members with one',
  nps_lift_low DOUBLE COMMENT 'Low end of the expected NPS lift of affected members, in points',
  nps_lift_high DOUBLE COMMENT 'High end of the expected NPS lift of affected members, in points',
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
    COUNT(s.nps_points) AS answers
  FROM {{ ref('silver.surveys_clean') }} s
  CROSS JOIN {{ ref('gold.population') }} p
  WHERE {{ dates.in_lookback('s.survey_date') }}
  GROUP BY s.member_id
),
affected AS (
  SELECT DISTINCT l.call_topic, l.member_id
  FROM {{ ref('gold.digital_call_leakage') }} l
  CROSS JOIN {{ ref('gold.population') }} p
  WHERE l.is_avoidable AND {{ dates.in_lookback('l.call_date') }}
),
affected_points AS (
  SELECT
    a.call_topic,
    SUM(s.points) AS points,
    SUM(s.answers) AS answers
  FROM affected a
  INNER JOIN recent_surveys s ON s.member_id = a.member_id
  GROUP BY a.call_topic
),
all_points AS (
  SELECT
    SUM(points) AS points,
    SUM(answers) AS answers
  FROM recent_surveys
),
gaps AS (
  SELECT
    a.call_topic,
    (t.points - a.points) / NULLIF(t.answers - a.answers, 0) - a.points / NULLIF(a.answers, 0) AS nps_gap
  FROM affected_points a
  CROSS JOIN all_points t
),
reductions AS (
  SELECT EXPLODE(SEQUENCE(1, {{ var('max_reduction_pct') }})) AS reduction_pct
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
  ROUND(o.daily_calls * r.reduction_pct / 100 * o.segment_repeat_pct / 100, 1) AS repeat_calls_avoided_per_day,
  ROUND(g.nps_gap, 1) AS nps_gap,
  ROUND(g.nps_gap * r.reduction_pct / 100 * (1 - {{ var('nps_margin_pct') }} / 100), 1) AS nps_lift_low,
  ROUND(g.nps_gap * r.reduction_pct / 100 * (1 + {{ var('nps_margin_pct') }} / 100), 1) AS nps_lift_high,
  CAST({{ var('avoidable_call_cost') }} AS DECIMAL(10, 2)) AS cost_per_call,
  o.expansion_factor
FROM {{ ref('gold.top_opportunities') }} o
CROSS JOIN reductions r
LEFT JOIN gaps g ON g.call_topic = o.call_topic;
