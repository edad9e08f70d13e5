-- Past and simulated interventions with their results, one row an intervention: the latest delivery of each.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`silver`.`interventions` (
  intervention_id STRING NOT NULL COMMENT 'Identifier of the intervention',
  action_id STRING COMMENT 'Action of the library that was taken',
  issue STRING COMMENT 'Call topic it was meant to improve',
  go_live_date DATE COMMENT 'Date it went live',
  baseline_daily_calls DOUBLE COMMENT 'Leaked calls a day before it',
  after_daily_calls DOUBLE COMMENT 'Leaked calls a day after it',
  realised_reduction_pct DOUBLE COMMENT 'Reduction of leaked calls that it brought, in percent',
  cx_lift DOUBLE COMMENT 'Lift of the experience score that it brought',
  cost_usd DECIMAL(12, 2) COMMENT 'What it cost, in USD',
  status STRING COMMENT 'completed or simulated',
  CONSTRAINT interventions_pk PRIMARY KEY (intervention_id),
  CONSTRAINT intervention_id_present EXPECT (intervention_id IS NOT NULL) ON VIOLATION DROP ROW
)
COMMENT 'Past and simulated interventions with their results.'
TBLPROPERTIES ("quality" = "silver")
AS SELECT
  intervention_id,
  action_id,
  issue,
  go_live_date,
  baseline_daily_calls,
  after_daily_calls,
  realised_reduction_pct,
  cx_lift,
  cost_usd,
  status
FROM `insurance_command_center`.`bronze`.`interventions_raw`
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY intervention_id
  -- Every column, so that deliveries that tie are equal.
  ORDER BY
    _source_file DESC, _source_modified_at DESC, action_id, issue, go_live_date, baseline_daily_calls,
    after_daily_calls, realised_reduction_pct, cx_lift, cost_usd, status
) = 1;
