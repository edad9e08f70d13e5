
-- Web and app interactions: one row a delivered record, exactly as delivered.
-- Every business column stays STRING, so that a value that cannot be read survives here and is judged (and explained)
-- in silver; the schema still fixes the columns: others go to _rescued_data, absent ones are NULL.
CREATE OR REFRESH STREAMING TABLE `insurance_command_center`.`bronze`.`digital_interactions_raw` (
  interaction_id STRING COMMENT 'Interaction identifier as delivered',
  member_id STRING COMMENT 'Member who was signed in',
  interaction_date STRING COMMENT 'Date of the interaction',
  interaction_timestamp STRING COMMENT 'Time of the interaction',
  interaction_type STRING COMMENT 'What the member tried to do, e.g. bill_pay or rx_refill',
  outcome STRING COMMENT 'success, failure or abandoned',
  failure_reason STRING COMMENT 'Reason of a failure',
  session_duration_seconds STRING COMMENT 'Length of the session in seconds',
  device STRING COMMENT 'mobile_app, mobile_web or desktop; absent in older files',
  page STRING COMMENT 'Page or screen; absent in older files',
  error_code STRING COMMENT 'Code of the error shown; absent in older files',
  error_message STRING COMMENT 'Text of the error shown; absent in older files',
  session_id STRING COMMENT 'Session the interaction belongs to; absent in older files',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON; NULL when there is none',
  _source_file STRING COMMENT 'File that the row was read from',
  _source_modified_at TIMESTAMP COMMENT 'When that file was last modified',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  CONSTRAINT schema_as_agreed EXPECT (_rescued_data IS NULL)
)
COMMENT 'Web and app interactions: append-only copy of the landed CSV files, with the file each row came from.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "bronze")
AS SELECT
  interaction_id,
  member_id,
  interaction_date,
  interaction_timestamp,
  interaction_type,
  outcome,
  failure_reason,
  session_duration_seconds,
  device,
  page,
  error_code,
  error_message,
  session_id,
  _rescued_data,
  _metadata.file_path AS _source_file,
  _metadata.file_modification_time AS _source_modified_at,
  CURRENT_TIMESTAMP() AS _ingested_at
FROM STREAM read_files(
  '/Volumes/insurance_command_center/bronze/landing/digital_interactions',
  format => 'csv',
  header => true,
  quote => '"',
  escape => '"',
  multiLine => true,
  schemaEvolutionMode => 'none',
  rescuedDataColumn => '_rescued_data',
  schema => '
    interaction_id STRING,
    member_id STRING,
    interaction_date STRING,
    interaction_timestamp STRING,
    interaction_type STRING,
    outcome STRING,
    failure_reason STRING,
    session_duration_seconds STRING,
    device STRING,
    page STRING,
    error_code STRING,
    error_message STRING,
    session_id STRING
  '
);
