-- History of every member (SCD type 2): one row a version, __END_AT is NULL on the current one.
-- A record that is delivered again unchanged opens no version: where it came from is not tracked.
CREATE OR REFRESH STREAMING TABLE `insurance_command_center`.`silver`.`members_clean` (
  member_id STRING NOT NULL COMMENT 'Member identifier',
  age INT COMMENT 'Age in years at extraction',
  gender STRING COMMENT 'Gender as recorded',
  plan_type STRING COMMENT 'Plan type: MAPD, PPO, HMO, POS or EPO',
  tenure_months INT COMMENT 'Months since the member joined',
  tenure_bucket STRING COMMENT 'Tenure group: New, Developing, Established, Loyal or Unknown',
  segment STRING COMMENT 'Value segment: High Value, Medium Value, Low Value, At Risk or New',
  customer_segment STRING COMMENT 'Plan and tenure group used for leakage: MAPD New, MAPD Tenured, Commercial or Unknown',
  state STRING COMMENT 'State of residence, two letters',
  zip_code STRING COMMENT 'Postal code (PII): leading digits for everyone but engineers' MASK insurance_command_center.silver.mask_zip_code,
  join_date DATE COMMENT 'Date the member joined',
  line_of_business STRING COMMENT 'Medicare Advantage or Commercial',
  preferred_language STRING COMMENT 'Preferred spoken language',
  income_band STRING COMMENT 'Household income band',
  education_level STRING COMMENT 'Highest education level',
  household_size INT COMMENT 'Persons in the household',
  rural_urban STRING COMMENT 'Rural or urban residence',
  has_caregiver BOOLEAN COMMENT 'Whether a caregiver acts for the member',
  digital_adoption STRING COMMENT 'Digital adoption: high, medium or low',
  first_name STRING COMMENT 'First name (PII): hidden from everyone but engineers' MASK insurance_command_center.silver.mask_name,
  last_name STRING COMMENT 'Last name (PII): hidden from everyone but engineers' MASK insurance_command_center.silver.mask_name,
  sequence_at TIMESTAMP COMMENT 'When this version was extracted',
  __START_AT TIMESTAMP COMMENT 'Time from which this version counts',
  __END_AT TIMESTAMP COMMENT 'Time at which the next version replaced it; NULL on the current version'
)
CLUSTER BY (member_id)
COMMENT 'History of every member, one row a version (SCD type 2); the current version has no __END_AT.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "silver");

CREATE FLOW members_history
COMMENT 'Versions of members in the order of their extraction'
AS AUTO CDC INTO `insurance_command_center`.`silver`.`members_clean`
FROM STREAM(`insurance_command_center`.`silver`.`members_staged`)
KEYS (member_id)
SEQUENCE BY sequence_at
COLUMNS * EXCEPT (has_unreadable_measure, _source_file, _ingested_at)
STORED AS SCD TYPE 2
TRACK HISTORY ON * EXCEPT (sequence_at);
