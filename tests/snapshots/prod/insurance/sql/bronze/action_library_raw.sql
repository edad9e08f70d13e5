
-- Library of actions that can be taken against an issue: one row a delivered record.
-- Curated reference data with one owner: typed here already; a value that does not fit its type goes to _rescued_data.
CREATE OR REFRESH STREAMING TABLE `insurance_command_center`.`bronze`.`action_library_raw` (
  action_id STRING COMMENT 'Identifier of the action',
  issue STRING COMMENT 'Call topic it acts on',
  lever STRING COMMENT 'digital, comms or ops',
  title STRING COMMENT 'Short name',
  description STRING COMMENT 'What to change',
  owner STRING COMMENT 'Team that does it: Digital, Comms or Contact Center',
  effort_label STRING COMMENT 'Effort in words',
  effort_days INT COMMENT 'Effort in days',
  time_to_impact_days INT COMMENT 'Days until the effect shows',
  cx_impact_score DOUBLE COMMENT 'Expected effect on the experience, 1 to 10',
  base_reduction_pct DOUBLE COMMENT 'Expected reduction of leaked calls while no intervention has been measured, in percent',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON; NULL when there is none',
  _source_file STRING COMMENT 'File that the row was read from',
  _source_modified_at TIMESTAMP COMMENT 'When that file was last modified',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  CONSTRAINT schema_as_agreed EXPECT (_rescued_data IS NULL)
)
COMMENT 'Library of actions that can be taken against an issue: append-only copy of the landed CSV files, with the file each row came from.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "bronze")
AS SELECT
  action_id,
  issue,
  lever,
  title,
  description,
  owner,
  effort_label,
  effort_days,
  time_to_impact_days,
  cx_impact_score,
  base_reduction_pct,
  _rescued_data,
  _metadata.file_path AS _source_file,
  _metadata.file_modification_time AS _source_modified_at,
  CURRENT_TIMESTAMP() AS _ingested_at
FROM STREAM read_files(
  '/Volumes/insurance_command_center/bronze/landing/reference/action_library',
  format => 'csv',
  header => true,
  quote => '"',
  escape => '"',
  multiLine => true,
  schemaEvolutionMode => 'none',
  rescuedDataColumn => '_rescued_data',
  schema => '
    action_id STRING,
    issue STRING,
    lever STRING,
    title STRING,
    description STRING,
    owner STRING,
    effort_label STRING,
    effort_days INT,
    time_to_impact_days INT,
    cx_impact_score DOUBLE,
    base_reduction_pct DOUBLE
  '
);
