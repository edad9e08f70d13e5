-- The constants that the figures were computed with, for dashboards, Genie and readers: one row; none while there is no
-- data. They are set as variables of the project, not here.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`business_rules` (
  as_of_date DATE COMMENT 'The day that counts as today',
  cost_per_call DECIMAL(10, 2) COMMENT 'Fixed cost of handling one call, in USD',
  cost_per_minute DECIMAL(10, 2) COMMENT 'Cost of one minute of agent handle time, in USD',
  digital_cost DECIMAL(10, 2) COMMENT 'Cost of one digital interaction, in USD',
  avoidable_call_cost DECIMAL(10, 2) COMMENT 'Avoidable cost of a call that follows a failed digital attempt, in USD',
  leakage_window_hours INT COMMENT 'A call this many hours or less after a failed digital attempt on its topic is leakage',
  avoidable_window_minutes INT COMMENT 'Leakage within this many minutes is an avoidable call',
  repeat_call_window_days INT COMMENT 'A call of the same member about the same topic within this many days is a repeat call',
  high_handle_time INT COMMENT 'A call longer than this many minutes is a long call',
  negative_sentiment_threshold DECIMAL(4, 2) COMMENT 'A sentiment score at or below this is strongly negative',
  new_member_months INT COMMENT 'A member with fewer months of tenure is new',
  lookback_days INT COMMENT 'Days, today included, over which rates are measured',
  trend_days INT COMMENT 'Days before a day that its trend is compared with',
  reduction_low_pct INT COMMENT 'Low end of the reduction that a fix usually brings, in percent',
  reduction_high_pct INT COMMENT 'High end of the reduction that a fix usually brings, in percent',
  max_reduction_pct INT COMMENT 'Largest reduction that the savings model offers, in percent',
  nps_margin_pct INT COMMENT 'Half width of the NPS lift band, in percent of the lift; an assumption',
  days_per_year INT COMMENT 'Days a daily figure is multiplied by to annualise it',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for'
)
COMMENT 'One row: the business constants that all figures were computed with.'
TBLPROPERTIES ("quality" = "gold")
AS SELECT
  as_of_date,
  CAST(12.50 AS DECIMAL(10, 2)) AS cost_per_call,
  CAST(0.75 AS DECIMAL(10, 2)) AS cost_per_minute,
  CAST(0.25 AS DECIMAL(10, 2)) AS digital_cost,
  CAST(8.00 AS DECIMAL(10, 2)) AS avoidable_call_cost,
  24 AS leakage_window_hours,
  30 AS avoidable_window_minutes,
  7 AS repeat_call_window_days,
  20 AS high_handle_time,
  CAST(-0.5 AS DECIMAL(4, 2)) AS negative_sentiment_threshold,
  12 AS new_member_months,
  30 AS lookback_days,
  7 AS trend_days,
  5 AS reduction_low_pct,
  10 AS reduction_high_pct,
  50 AS max_reduction_pct,
  11 AS nps_margin_pct,
  365 AS days_per_year,
  expansion_factor
FROM `insurance_command_center`.`gold`.`population`
WHERE as_of_date IS NOT NULL;
