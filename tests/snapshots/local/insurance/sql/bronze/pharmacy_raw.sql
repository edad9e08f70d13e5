
-- Pharmacy fills: one row a delivered record, exactly as delivered.
-- Every business column stays STRING, so that a value that cannot be read survives here and is judged (and explained)
-- in silver; the schema still fixes the columns: others go to _rescued_data, absent ones are NULL.
CREATE OR REFRESH STREAMING TABLE `insurance_command_center`.`bronze`.`pharmacy_raw` (
  rx_id STRING COMMENT 'Prescription fill identifier as delivered',
  member_id STRING COMMENT 'Member the fill is for',
  fill_date STRING COMMENT 'Date of the fill',
  drug_name STRING COMMENT 'Name of the drug',
  copay_amount STRING COMMENT 'Copay in USD',
  days_supply STRING COMMENT 'Days of supply: 30, 60 or 90',
  pharmacy_type STRING COMMENT 'retail, mail or specialty',
  denied_flag STRING COMMENT 'Whether the fill was denied',
  denied_reason STRING COMMENT 'Reason of a denial',
  prior_copay_amount STRING COMMENT 'Copay of the fill before, in USD; absent in older files',
  refill_channel STRING COMMENT 'Channel of the refill request; absent in older files',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON; NULL when there is none',
  _source_file STRING COMMENT 'File that the row was read from',
  _source_modified_at TIMESTAMP COMMENT 'When that file was last modified',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  CONSTRAINT schema_as_agreed EXPECT (_rescued_data IS NULL)
)
COMMENT 'Pharmacy fills: append-only copy of the landed CSV files, with the file each row came from.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "bronze")
AS SELECT
  rx_id,
  member_id,
  fill_date,
  drug_name,
  copay_amount,
  days_supply,
  pharmacy_type,
  denied_flag,
  denied_reason,
  prior_copay_amount,
  refill_channel,
  _rescued_data,
  _metadata.file_path AS _source_file,
  _metadata.file_modification_time AS _source_modified_at,
  CURRENT_TIMESTAMP() AS _ingested_at
FROM STREAM read_files(
  '/Volumes/insurance_command_center/bronze/landing/pharmacy',
  format => 'csv',
  header => true,
  quote => '"',
  escape => '"',
  multiLine => true,
  schemaEvolutionMode => 'none',
  rescuedDataColumn => '_rescued_data',
  schema => '
    rx_id STRING,
    member_id STRING,
    fill_date STRING,
    drug_name STRING,
    copay_amount STRING,
    days_supply STRING,
    pharmacy_type STRING,
    denied_flag STRING,
    denied_reason STRING,
    prior_copay_amount STRING,
    refill_channel STRING
  '
);
