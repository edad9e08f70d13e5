-- Next-Best-Action agent, one row an action: what to do about each leaking journey, who does it and what it saves.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`next_best_actions` (
  action_id STRING NOT NULL COMMENT 'Action of the library',
  journey STRING COMMENT 'Journey the action acts on',
  call_topic STRING COMMENT 'Topic of the calls',
  action_rank INT COMMENT 'Rank among the actions for the journey, by priority score',
  overall_rank INT COMMENT 'Rank among all actions, by annual savings',
  lever STRING COMMENT 'digital, comms or ops',
  title STRING COMMENT 'Short name of the action',
  description STRING COMMENT 'What to change',
  owner STRING COMMENT 'Team that does it: Digital, Comms or Contact Center',
  effort STRING COMMENT 'Effort in words',
  effort_days INT COMMENT 'Effort in days',
  time_to_impact_days INT COMMENT 'Days until the effect shows',
  cx_impact_score DOUBLE COMMENT 'Expected effect on the experience, 1 to 10',
  reduction_pct DOUBLE COMMENT 'Expected reduction of leaked calls, in percent',
  past_interventions BIGINT COMMENT 'Completed interventions that the reduction was measured on; 0 when it is the estimate of the library',
  past_cx_lift DOUBLE COMMENT 'Mean experience lift of those interventions',
  calls_avoided_per_day DOUBLE COMMENT 'Calls avoided a day (weighted)',
  annual_savings DECIMAL(18, 2) COMMENT 'Savings a year in USD (weighted)',
  priority_score DOUBLE COMMENT 'Weighted score of savings, experience and speed among the actions for the journey, 0 to 1',
  recommendation STRING COMMENT 'The recommendation in one sentence',
  as_of_date DATE COMMENT 'The day that counts as today',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT next_best_actions_pk PRIMARY KEY (action_id),
  CONSTRAINT next_best_actions_action_fk FOREIGN KEY (action_id) REFERENCES `insurance_command_center`.`silver`.`action_library` (action_id)
)
COMMENT 'Recommended actions for each leaking journey, ranked by savings, experience and speed.'
TBLPROPERTIES ("quality" = "gold")
AS WITH sized AS (
  SELECT
    a.*,
    o.journey,
    o.call_topic,
    o.as_of_date,
    o.expansion_factor,
    o.daily_calls * a.expected_reduction_pct / 100 AS calls_avoided,
    o.annual_cost * a.expected_reduction_pct / 100 AS annual_savings
  FROM `insurance_command_center`.`silver`.`action_library` a
  INNER JOIN `insurance_command_center`.`gold`.`top_opportunities` o ON LOWER(o.call_topic) = LOWER(TRIM(a.issue))
),
-- Each part of the score is relative to the best action for the journey, so that it lies between 0 and 1.
scored AS (
  SELECT
    *,
    0.6 * annual_savings / NULLIF(MAX(annual_savings) OVER (PARTITION BY call_topic), 0)
      + 0.25 * cx_impact_score / NULLIF(MAX(cx_impact_score) OVER (PARTITION BY call_topic), 0)
      + 0.15 * MIN(time_to_impact_days) OVER (PARTITION BY call_topic) / NULLIF(time_to_impact_days, 0)
      AS priority_score
  FROM sized
)
SELECT
  action_id,
  journey,
  call_topic,
  CAST(ROW_NUMBER() OVER (PARTITION BY call_topic ORDER BY priority_score DESC, action_id) AS INT) AS action_rank,
  CAST(ROW_NUMBER() OVER (ORDER BY annual_savings DESC, action_id) AS INT) AS overall_rank,
  lever,
  title,
  description,
  owner,
  effort_label AS effort,
  effort_days,
  time_to_impact_days,
  cx_impact_score,
  ROUND(expected_reduction_pct, 2) AS reduction_pct,
  past_interventions,
  ROUND(past_cx_lift, 1) AS past_cx_lift,
  ROUND(calls_avoided, 1) AS calls_avoided_per_day,
  CAST(ROUND(annual_savings, 2) AS DECIMAL(18, 2)) AS annual_savings,
  ROUND(CAST(priority_score AS DOUBLE), 3) AS priority_score,
  CONCAT(
    title, ': ', description, ' Saves about $', FORMAT_NUMBER(annual_savings, 0), ' a year; effort ', effort_label,
    ', owner ', owner, ', effect within ', CAST(time_to_impact_days AS STRING), ' days.'
  ) AS recommendation,
  as_of_date,
  expansion_factor
FROM scored;
