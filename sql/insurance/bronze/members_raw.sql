{% import '_macros/landing.sql' as landing %}
-- Member demographics and plan: one row a delivered record, exactly as delivered.
-- Every business column stays STRING, so that a value that cannot be read survives here and is judged (and explained)
-- in silver; the schema still fixes the columns: others go to _rescued_data, absent ones are NULL.
CREATE OR REFRESH STREAMING TABLE {{ this }} (
  member_id STRING COMMENT 'Member identifier as delivered; any format',
  age STRING COMMENT 'Age in years at extraction',
  gender STRING COMMENT 'Gender as recorded',
  plan_type STRING COMMENT 'Plan type: MAPD, PPO, HMO, POS or EPO',
  tenure_months STRING COMMENT 'Months since the member joined',
  segment STRING COMMENT 'Value segment: High Value, Medium Value, Low Value, At Risk or New',
  state STRING COMMENT 'State of residence, two letters',
  zip_code STRING COMMENT 'Postal code (PII)',
  join_date STRING COMMENT 'Date the member joined',
  line_of_business STRING COMMENT 'Medicare Advantage or Commercial; absent in older files',
  preferred_language STRING COMMENT 'Preferred spoken language; absent in older files',
  income_band STRING COMMENT 'Household income band; absent in older files',
  education_level STRING COMMENT 'Highest education level; absent in older files',
  household_size STRING COMMENT 'Persons in the household; absent in older files',
  rural_urban STRING COMMENT 'Rural or urban residence; absent in older files',
  has_caregiver STRING COMMENT 'Whether a caregiver acts for the member; absent in older files',
  digital_adoption STRING COMMENT 'Digital adoption: high, medium or low; absent in older files',
  first_name STRING COMMENT 'First name (PII); absent in older files',
  last_name STRING COMMENT 'Last name (PII); absent in older files',
  updated_at STRING COMMENT 'When the source system extracted the record; absent in older files',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON; NULL when there is none',
  _source_file STRING COMMENT 'File that the row was read from',
  _source_modified_at TIMESTAMP COMMENT 'When that file was last modified',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  CONSTRAINT schema_as_agreed EXPECT (_rescued_data IS NULL)
)
COMMENT 'Member demographics and plan: append-only copy of the landed CSV files, with the file each row came from.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "bronze")
AS SELECT
  member_id,
  age,
  gender,
  plan_type,
  tenure_months,
  segment,
  state,
  zip_code,
  join_date,
  line_of_business,
  preferred_language,
  income_band,
  education_level,
  household_size,
  rural_urban,
  has_caregiver,
  digital_adoption,
  first_name,
  last_name,
  updated_at,
  _rescued_data,
  _metadata.file_path AS _source_file,
  _metadata.file_modification_time AS _source_modified_at,
  CURRENT_TIMESTAMP() AS _ingested_at
FROM STREAM read_files(
  '{{ volume_path('bronze.landing') }}/members',
  {{ landing.csv_options() }},
  schema => '
    member_id STRING,
    age STRING,
    gender STRING,
    plan_type STRING,
    tenure_months STRING,
    segment STRING,
    state STRING,
    zip_code STRING,
    join_date STRING,
    line_of_business STRING,
    preferred_language STRING,
    income_band STRING,
    education_level STRING,
    household_size STRING,
    rural_urban STRING,
    has_caregiver STRING,
    digital_adoption STRING,
    first_name STRING,
    last_name STRING,
    updated_at STRING
  '
);
