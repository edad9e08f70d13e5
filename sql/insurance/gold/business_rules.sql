-- The constants that the figures were computed with, for dashboards, Genie and readers: one row; none while there is no
-- data. They are set as variables of the project, not here.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
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
  CAST({{ var('cost_per_call') }} AS DECIMAL(10, 2)) AS cost_per_call,
  CAST({{ var('cost_per_minute') }} AS DECIMAL(10, 2)) AS cost_per_minute,
  CAST({{ var('digital_cost') }} AS DECIMAL(10, 2)) AS digital_cost,
  CAST({{ var('avoidable_call_cost') }} AS DECIMAL(10, 2)) AS avoidable_call_cost,
  {{ var('leakage_window_hours') }} AS leakage_window_hours,
  {{ var('avoidable_window_minutes') }} AS avoidable_window_minutes,
  {{ var('repeat_call_window_days') }} AS repeat_call_window_days,
  {{ var('high_handle_time') }} AS high_handle_time,
  CAST({{ var('negative_sentiment_threshold') }} AS DECIMAL(4, 2)) AS negative_sentiment_threshold,
  {{ var('new_member_months') }} AS new_member_months,
  {{ var('lookback_days') }} AS lookback_days,
  {{ var('trend_days') }} AS trend_days,
  {{ var('reduction_low_pct') }} AS reduction_low_pct,
  {{ var('reduction_high_pct') }} AS reduction_high_pct,
  {{ var('max_reduction_pct') }} AS max_reduction_pct,
  {{ var('nps_margin_pct') }} AS nps_margin_pct,
  {{ var('days_per_year') }} AS days_per_year,
  expansion_factor
FROM {{ ref('gold.population') }}
WHERE as_of_date IS NOT NULL;
