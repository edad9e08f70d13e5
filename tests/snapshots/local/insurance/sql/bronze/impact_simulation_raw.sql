
-- Simulated days after an intervention: one row a delivered record.
-- Curated reference data with one owner: typed here already; a value that does not fit its type goes to _rescued_data.
CREATE OR REFRESH STREAMING TABLE `insurance_command_center`.`bronze`.`impact_simulation_raw` (
  day_offset INT COMMENT 'Day after go-live, from 1',
  issue STRING COMMENT 'Call topic',
  calls DOUBLE COMMENT 'Leaked calls of the day, in the unit of the sample',
  repeat_calls DOUBLE COMMENT 'Repeat calls among them',
  is_simulated BOOLEAN COMMENT 'True: the day was simulated, not observed',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON; NULL when there is none',
  _source_file STRING COMMENT 'File that the row was read from',
  _source_modified_at TIMESTAMP COMMENT 'When that file was last modified',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  CONSTRAINT schema_as_agreed EXPECT (_rescued_data IS NULL)
)
COMMENT 'Simulated days after an intervention: append-only copy of the landed CSV files, with the file each row came from.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "bronze")
AS SELECT
  day_offset,
  issue,
  calls,
  repeat_calls,
  is_simulated,
  _rescued_data,
  _metadata.file_path AS _source_file,
  _metadata.file_modification_time AS _source_modified_at,
  CURRENT_TIMESTAMP() AS _ingested_at
FROM STREAM read_files(
  '/Volumes/insurance_command_center/bronze/landing/reference/impact_simulation',
  format => 'csv',
  header => true,
  quote => '"',
  escape => '"',
  multiLine => true,
  schemaEvolutionMode => 'none',
  rescuedDataColumn => '_rescued_data',
  schema => '
    day_offset INT,
    issue STRING,
    calls DOUBLE,
    repeat_calls DOUBLE,
    is_simulated BOOLEAN
  '
);
