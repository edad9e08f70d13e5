
-- Benefit communications sent to members: one row a delivered record.
-- Curated reference data with one owner: typed here already; a value that does not fit its type goes to _rescued_data.
CREATE OR REFRESH STREAMING TABLE `dev_insurance_command_center`.`bronze`.`benefit_communications_raw` (
  communication_id STRING COMMENT 'Identifier of the communication',
  sent_date DATE COMMENT 'Date it was sent',
  audience_segment STRING COMMENT 'Member segment it was sent to',
  plan_type STRING COMMENT 'Plan type it was sent to',
  channel STRING COMMENT 'Channel it was sent by',
  topic STRING COMMENT 'Call topic it concerns',
  title STRING COMMENT 'Title',
  body STRING COMMENT 'Text',
  is_aep BOOLEAN COMMENT 'Whether it belongs to the annual enrolment period',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON; NULL when there is none',
  _source_file STRING COMMENT 'File that the row was read from',
  _source_modified_at TIMESTAMP COMMENT 'When that file was last modified',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  CONSTRAINT schema_as_agreed EXPECT (_rescued_data IS NULL)
)
COMMENT 'Benefit communications sent to members: append-only copy of the landed CSV files, with the file each row came from.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "bronze")
AS SELECT
  communication_id,
  sent_date,
  audience_segment,
  plan_type,
  channel,
  topic,
  title,
  body,
  is_aep,
  _rescued_data,
  _metadata.file_path AS _source_file,
  _metadata.file_modification_time AS _source_modified_at,
  CURRENT_TIMESTAMP() AS _ingested_at
FROM STREAM read_files(
  '/Volumes/dev_insurance_command_center/bronze/landing/reference/benefit_communications',
  format => 'csv',
  header => true,
  quote => '"',
  escape => '"',
  multiLine => true,
  schemaEvolutionMode => 'none',
  rescuedDataColumn => '_rescued_data',
  schema => '
    communication_id STRING,
    sent_date DATE,
    audience_segment STRING,
    plan_type STRING,
    channel STRING,
    topic STRING,
    title STRING,
    body STRING,
    is_aep BOOLEAN
  '
);
