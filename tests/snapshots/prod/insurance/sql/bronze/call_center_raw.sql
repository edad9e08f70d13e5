
-- Call-centre contacts (ACD, IVR, transcript): one row a delivered record, exactly as delivered.
-- Every business column stays STRING, so that a value that cannot be read survives here and is judged (and explained)
-- in silver; the schema still fixes the columns: others go to _rescued_data, absent ones are NULL.
CREATE OR REFRESH STREAMING TABLE `insurance_command_center`.`bronze`.`call_center_raw` (
  call_id STRING COMMENT 'Call identifier as delivered',
  member_id STRING COMMENT 'Member who called',
  call_date STRING COMMENT 'Date of the call',
  call_timestamp STRING COMMENT 'Time the call arrived',
  call_topic STRING COMMENT 'Topic of the call as classified by the agent',
  handle_time_minutes STRING COMMENT 'Minutes from agent pick-up to hang-up',
  sentiment STRING COMMENT 'Sentiment label: positive, neutral or negative',
  is_repeat_call STRING COMMENT 'Repeat-call flag of the source system',
  prior_digital_attempt STRING COMMENT 'Prior-digital-attempt flag of the source system',
  transferred STRING COMMENT 'Whether the call was transferred',
  resolved STRING COMMENT 'Whether the agent marked the call resolved',
  sentiment_score STRING COMMENT 'Sentiment score from -1 to 1; absent in older files',
  ivr_route STRING COMMENT 'Route taken in the IVR; absent in older files',
  agent_id STRING COMMENT 'Agent who took the call; absent in older files',
  wait_seconds STRING COMMENT 'Seconds from arrival to agent pick-up; absent in older files',
  transcript STRING COMMENT 'Transcript of the call (PHI); absent in older files',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON; NULL when there is none',
  _source_file STRING COMMENT 'File that the row was read from',
  _source_modified_at TIMESTAMP COMMENT 'When that file was last modified',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  CONSTRAINT schema_as_agreed EXPECT (_rescued_data IS NULL)
)
COMMENT 'Call-centre contacts (ACD, IVR, transcript): append-only copy of the landed CSV files, with the file each row came from.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "bronze")
AS SELECT
  call_id,
  member_id,
  call_date,
  call_timestamp,
  call_topic,
  handle_time_minutes,
  sentiment,
  is_repeat_call,
  prior_digital_attempt,
  transferred,
  resolved,
  sentiment_score,
  ivr_route,
  agent_id,
  wait_seconds,
  transcript,
  _rescued_data,
  _metadata.file_path AS _source_file,
  _metadata.file_modification_time AS _source_modified_at,
  CURRENT_TIMESTAMP() AS _ingested_at
FROM STREAM read_files(
  '/Volumes/insurance_command_center/bronze/landing/call_center',
  format => 'csv',
  header => true,
  quote => '"',
  escape => '"',
  multiLine => true,
  schemaEvolutionMode => 'none',
  rescuedDataColumn => '_rescued_data',
  schema => '
    call_id STRING,
    member_id STRING,
    call_date STRING,
    call_timestamp STRING,
    call_topic STRING,
    handle_time_minutes STRING,
    sentiment STRING,
    is_repeat_call STRING,
    prior_digital_attempt STRING,
    transferred STRING,
    resolved STRING,
    sentiment_score STRING,
    ivr_route STRING,
    agent_id STRING,
    wait_seconds STRING,
    transcript STRING
  '
);
