-- Before and after of every journey in impact_trend, one row a journey and phase. Before is the last observed day before
-- go-live (or more days, see impact_before_days); After is the mean of the observed days since go-live and, while there
-- is none, of the simulated ones.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`impact_tracker` (
  journey STRING NOT NULL COMMENT 'Name of the journey, from digital failure to call',
  call_topic STRING COMMENT 'Topic of the calls',
  phase STRING NOT NULL COMMENT 'Before or After',
  phase_order INT COMMENT '1 before, 2 after',
  daily_calls BIGINT COMMENT 'Avoidable calls a day (weighted)',
  daily_cost DECIMAL(18, 2) COMMENT 'Avoidable cost a day in USD (weighted)',
  repeat_call_pct DOUBLE COMMENT 'Share of repeat calls, in percent',
  calls_change_pct DOUBLE COMMENT 'Change of calls against before, in percent; 0 for before',
  annual_saving DECIMAL(18, 2) COMMENT 'Saving a year against before in USD, negative when calls have increased; 0 for before',
  days BIGINT COMMENT 'Days that the figures are the mean of',
  intervention_id STRING COMMENT 'Intervention that is tracked',
  go_live_date DATE COMMENT 'Date it goes live',
  is_simulated BOOLEAN COMMENT 'Whether the figures were simulated, not observed',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT impact_tracker_pk PRIMARY KEY (journey, phase),
  CONSTRAINT impact_tracker_intervention_fk FOREIGN KEY (intervention_id) REFERENCES `insurance_command_center`.`silver`.`interventions` (intervention_id)
)
COMMENT 'Calls, cost and repeat share of tracked journeys before and after go-live.'
TBLPROPERTIES ("quality" = "gold")
AS WITH ranked AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY journey, phase ORDER BY day DESC) AS days_back,
    BOOL_AND(is_simulated) OVER (PARTITION BY journey, phase) AS all_simulated
  FROM `insurance_command_center`.`gold`.`impact_trend`
),
phases AS (
  SELECT
    journey,
    call_topic,
    phase,
    AVG(sample_calls) AS calls,
    100 * SUM(sample_repeat_calls) / NULLIF(SUM(sample_calls), 0) AS repeat_call_pct,
    COUNT(*) AS days,
    intervention_id,
    go_live_date,
    is_simulated,
    expansion_factor
  FROM ranked
  WHERE IF(phase = 'Before', days_back <= 1, is_simulated = all_simulated)
  GROUP BY journey, call_topic, phase, intervention_id, go_live_date, is_simulated, expansion_factor
)
SELECT
  x.journey,
  x.call_topic,
  x.phase,
  IF(x.phase = 'Before', 1, 2) AS phase_order,
  CAST(ROUND(x.calls * x.expansion_factor) AS BIGINT) AS daily_calls,
  CAST(ROUND(x.calls * x.expansion_factor * 8.00, 2) AS DECIMAL(18, 2)) AS daily_cost,
  ROUND(x.repeat_call_pct, 1) AS repeat_call_pct,
  ROUND(100 * (x.calls / NULLIF(b.calls, 0) - 1), 1) AS calls_change_pct,
  CAST(ROUND(
    (b.calls - x.calls) * x.expansion_factor * 8.00 * 365,
    2
  ) AS DECIMAL(18, 2)) AS annual_saving,
  x.days,
  x.intervention_id,
  x.go_live_date,
  x.is_simulated,
  x.expansion_factor
FROM phases x
INNER JOIN phases b ON b.journey = x.journey AND b.phase = 'Before';
