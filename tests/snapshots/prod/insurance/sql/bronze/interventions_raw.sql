
-- Past and simulated interventions with their results: one row a delivered record.
-- Curated reference data with one owner: typed here already; a value that does not fit its type goes to _rescued_data.
CREATE OR REFRESH STREAMING TABLE `insurance_command_center`.`bronze`.`interventions_raw` (
  intervention_id STRING COMMENT 'Identifier of the intervention',
  action_id STRING COMMENT 'Action of the library that was taken',
  issue STRING COMMENT 'Call topic it was meant to improve',
  go_live_date DATE COMMENT 'Date it went live',
  baseline_daily_calls DOUBLE COMMENT 'Leaked calls a day before it',
  after_daily_calls DOUBLE COMMENT 'Leaked calls a day after it',
  realised_reduction_pct DOUBLE COMMENT 'Reduction of leaked calls that it brought, in percent',
  cx_lift DOUBLE COMMENT 'Lift of the experience score that it brought',
  cost_usd DECIMAL(12, 2) COMMENT 'What it cost, in USD',
  status STRING COMMENT 'completed or simulated',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON; NULL when there is none',
  _source_file STRING COMMENT 'File that the row was read from',
  _source_modified_at TIMESTAMP COMMENT 'When that file was last modified',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  CONSTRAINT schema_as_agreed EXPECT (_rescued_data IS NULL)
)
COMMENT 'Past and simulated interventions with their results: append-only copy of the landed CSV files, with the file each row came from.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "bronze")
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
  status,
  _rescued_data,
  _metadata.file_path AS _source_file,
  _metadata.file_modification_time AS _source_modified_at,
  CURRENT_TIMESTAMP() AS _ingested_at
FROM STREAM read_files(
  '/Volumes/insurance_command_center/bronze/landing/reference/interventions',
  format => 'csv',
  header => true,
  quote => '"',
  escape => '"',
  multiLine => true,
  schemaEvolutionMode => 'none',
  rescuedDataColumn => '_rescued_data',
  schema => '
    intervention_id STRING,
    action_id STRING,
    issue STRING,
    go_live_date DATE,
    baseline_daily_calls DOUBLE,
    after_daily_calls DOUBLE,
    realised_reduction_pct DOUBLE,
    cx_lift DOUBLE,
    cost_usd DECIMAL(12, 2),
    status STRING
  '
);
