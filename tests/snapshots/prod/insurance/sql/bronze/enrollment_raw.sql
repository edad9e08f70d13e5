
-- Plan enrolments and changes: one row a delivered record, exactly as delivered.
-- Every business column stays STRING, so that a value that cannot be read survives here and is judged (and explained)
-- in silver; the schema still fixes the columns: others go to _rescued_data, absent ones are NULL.
CREATE OR REFRESH STREAMING TABLE `insurance_command_center`.`bronze`.`enrollment_raw` (
  enrollment_id STRING COMMENT 'Enrolment identifier as delivered',
  member_id STRING COMMENT 'Member who enrolled',
  enrollment_date STRING COMMENT 'Date of the enrolment',
  plan_type STRING COMMENT 'Plan enrolled in',
  premium_amount STRING COMMENT 'Monthly premium in USD',
  change_type STRING COMMENT 'new, renewal or change',
  change_reason STRING COMMENT 'Reason of a change',
  effective_date STRING COMMENT 'Date from which the enrolment counts; absent in older files',
  channel STRING COMMENT 'Channel of the enrolment; absent in older files',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON; NULL when there is none',
  _source_file STRING COMMENT 'File that the row was read from',
  _source_modified_at TIMESTAMP COMMENT 'When that file was last modified',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  CONSTRAINT schema_as_agreed EXPECT (_rescued_data IS NULL)
)
COMMENT 'Plan enrolments and changes: append-only copy of the landed CSV files, with the file each row came from.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "bronze")
AS SELECT
  enrollment_id,
  member_id,
  enrollment_date,
  plan_type,
  premium_amount,
  change_type,
  change_reason,
  effective_date,
  channel,
  _rescued_data,
  _metadata.file_path AS _source_file,
  _metadata.file_modification_time AS _source_modified_at,
  CURRENT_TIMESTAMP() AS _ingested_at
FROM STREAM read_files(
  '/Volumes/insurance_command_center/bronze/landing/enrollment',
  format => 'csv',
  header => true,
  quote => '"',
  escape => '"',
  multiLine => true,
  schemaEvolutionMode => 'none',
  rescuedDataColumn => '_rescued_data',
  schema => '
    enrollment_id STRING,
    member_id STRING,
    enrollment_date STRING,
    plan_type STRING,
    premium_amount STRING,
    change_type STRING,
    change_reason STRING,
    effective_date STRING,
    channel STRING
  '
);
