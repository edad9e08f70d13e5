
-- Claims and prior authorisations: one row a delivered record, exactly as delivered.
-- Every business column stays STRING, so that a value that cannot be read survives here and is judged (and explained)
-- in silver; the schema still fixes the columns: others go to _rescued_data, absent ones are NULL.
CREATE OR REFRESH STREAMING TABLE `dev_insurance_command_center`.`bronze`.`claims_raw` (
  claim_id STRING COMMENT 'Claim identifier as delivered',
  member_id STRING COMMENT 'Member the claim belongs to',
  claim_date STRING COMMENT 'Date of service',
  claim_type STRING COMMENT 'Medical, Pharmacy or Preventive',
  claim_amount STRING COMMENT 'Billed amount in USD',
  status STRING COMMENT 'Approved, Denied or Pending',
  approval_time_days STRING COMMENT 'Days from submission to decision',
  denial_reason STRING COMMENT 'Reason of a denial',
  prior_auth_required STRING COMMENT 'Whether a prior authorisation was required; absent in older files',
  prior_auth_status STRING COMMENT 'State of the prior authorisation; absent in older files',
  prior_auth_submitted_at STRING COMMENT 'When the prior authorisation was requested; absent in older files',
  prior_auth_decided_at STRING COMMENT 'When the prior authorisation was decided; absent in older files',
  provider_network STRING COMMENT 'Whether the provider is in or out of network; absent in older files',
  service_category STRING COMMENT 'Category of the service; absent in older files',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON; NULL when there is none',
  _source_file STRING COMMENT 'File that the row was read from',
  _source_modified_at TIMESTAMP COMMENT 'When that file was last modified',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  CONSTRAINT schema_as_agreed EXPECT (_rescued_data IS NULL)
)
COMMENT 'Claims and prior authorisations: append-only copy of the landed CSV files, with the file each row came from.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "bronze")
AS SELECT
  claim_id,
  member_id,
  claim_date,
  claim_type,
  claim_amount,
  status,
  approval_time_days,
  denial_reason,
  prior_auth_required,
  prior_auth_status,
  prior_auth_submitted_at,
  prior_auth_decided_at,
  provider_network,
  service_category,
  _rescued_data,
  _metadata.file_path AS _source_file,
  _metadata.file_modification_time AS _source_modified_at,
  CURRENT_TIMESTAMP() AS _ingested_at
FROM STREAM read_files(
  '/Volumes/dev_insurance_command_center/bronze/landing/claims',
  format => 'csv',
  header => true,
  quote => '"',
  escape => '"',
  multiLine => true,
  schemaEvolutionMode => 'none',
  rescuedDataColumn => '_rescued_data',
  schema => '
    claim_id STRING,
    member_id STRING,
    claim_date STRING,
    claim_type STRING,
    claim_amount STRING,
    status STRING,
    approval_time_days STRING,
    denial_reason STRING,
    prior_auth_required STRING,
    prior_auth_status STRING,
    prior_auth_submitted_at STRING,
    prior_auth_decided_at STRING,
    provider_network STRING,
    service_category STRING
  '
);
