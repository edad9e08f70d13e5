
-- Voice-of-customer surveys: one row a delivered record, exactly as delivered.
-- Every business column stays STRING, so that a value that cannot be read survives here and is judged (and explained)
-- in silver; the schema still fixes the columns: others go to _rescued_data, absent ones are NULL.
CREATE OR REFRESH STREAMING TABLE `insurance_command_center`.`bronze`.`surveys_raw` (
  survey_id STRING COMMENT 'Survey identifier as delivered',
  member_id STRING COMMENT 'Member who answered',
  survey_date STRING COMMENT 'Date of the answer',
  nps_score STRING COMMENT 'Likelihood to recommend, 0 to 10',
  csat_score STRING COMMENT 'Satisfaction, 1 to 5',
  effort_score STRING COMMENT 'Effort, 1 to 7, lower is better',
  feedback_text STRING COMMENT 'Free-text feedback',
  survey_type STRING COMMENT 'post_call, post_digital, periodic or annual',
  call_id STRING COMMENT 'Call the survey followed; absent in older files',
  survey_timestamp STRING COMMENT 'Time of the answer; absent in older files',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON; NULL when there is none',
  _source_file STRING COMMENT 'File that the row was read from',
  _source_modified_at TIMESTAMP COMMENT 'When that file was last modified',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  CONSTRAINT schema_as_agreed EXPECT (_rescued_data IS NULL)
)
COMMENT 'Voice-of-customer surveys: append-only copy of the landed CSV files, with the file each row came from.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "bronze")
AS SELECT
  survey_id,
  member_id,
  survey_date,
  nps_score,
  csat_score,
  effort_score,
  feedback_text,
  survey_type,
  call_id,
  survey_timestamp,
  _rescued_data,
  _metadata.file_path AS _source_file,
  _metadata.file_modification_time AS _source_modified_at,
  CURRENT_TIMESTAMP() AS _ingested_at
FROM STREAM read_files(
  '/Volumes/insurance_command_center/bronze/landing/surveys',
  format => 'csv',
  header => true,
  quote => '"',
  escape => '"',
  multiLine => true,
  schemaEvolutionMode => 'none',
  rescuedDataColumn => '_rescued_data',
  schema => '
    survey_id STRING,
    member_id STRING,
    survey_date STRING,
    nps_score STRING,
    csat_score STRING,
    effort_score STRING,
    feedback_text STRING,
    survey_type STRING,
    call_id STRING,
    survey_timestamp STRING
  '
);
