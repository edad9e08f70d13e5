-- Simulated days after an intervention, one row a day and issue: the latest delivery of each.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`silver`.`impact_simulation` (
  day_offset INT NOT NULL COMMENT 'Day after go-live, from 1',
  issue STRING NOT NULL COMMENT 'Call topic',
  calls DOUBLE COMMENT 'Leaked calls of the day, in the unit of the sample',
  repeat_calls DOUBLE COMMENT 'Repeat calls among them',
  is_simulated BOOLEAN COMMENT 'True: the day was simulated, not observed',
  CONSTRAINT impact_simulation_pk PRIMARY KEY (issue, day_offset),
  CONSTRAINT issue_present EXPECT (issue IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT day_offset_present EXPECT (day_offset IS NOT NULL) ON VIOLATION DROP ROW
)
COMMENT 'Simulated days after an intervention.'
TBLPROPERTIES ("quality" = "silver")
AS SELECT
  day_offset,
  issue,
  calls,
  repeat_calls,
  is_simulated
FROM `insurance_command_center`.`bronze`.`impact_simulation_raw`
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY issue, day_offset
  -- Every column, so that deliveries that tie are equal.
  ORDER BY
    _source_file DESC, _source_modified_at DESC, calls, repeat_calls, is_simulated
) = 1;
