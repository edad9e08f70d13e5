-- The current version of every member, one row a member: the table that every member_id must exist in. Figures of a
-- past day take attributes from members_versions.
CREATE OR REFRESH MATERIALIZED VIEW `dev_insurance_command_center`.`silver`.`members_current` (
  member_id STRING NOT NULL COMMENT 'Member identifier',
  age INT COMMENT 'Age in years at extraction',
  gender STRING COMMENT 'Gender as recorded',
  plan_type STRING COMMENT 'Plan type: MAPD, PPO, HMO, POS or EPO',
  tenure_months INT COMMENT 'Months since the member joined',
  tenure_bucket STRING COMMENT 'Tenure group: New, Developing, Established, Loyal or Unknown',
  segment STRING COMMENT 'Value segment: High Value, Medium Value, Low Value, At Risk or New',
  customer_segment STRING COMMENT 'Plan and tenure group used for leakage: MAPD New, MAPD Tenured, Commercial or Unknown',
  state STRING COMMENT 'State of residence, two letters',
  join_date DATE COMMENT 'Date the member joined',
  line_of_business STRING COMMENT 'Medicare Advantage or Commercial',
  preferred_language STRING COMMENT 'Preferred spoken language',
  income_band STRING COMMENT 'Household income band',
  education_level STRING COMMENT 'Highest education level',
  household_size INT COMMENT 'Persons in the household',
  rural_urban STRING COMMENT 'Rural or urban residence',
  has_caregiver BOOLEAN COMMENT 'Whether a caregiver acts for the member',
  digital_adoption STRING COMMENT 'Digital adoption: high, medium or low',
  valid_from TIMESTAMP COMMENT 'Time from which this version counts',
  CONSTRAINT members_current_pk PRIMARY KEY (member_id)
)
CLUSTER BY (member_id)
COMMENT 'Current version of every member, without names and postal code.'
TBLPROPERTIES ("quality" = "silver")
AS SELECT
  member_id,
  age,
  gender,
  plan_type,
  tenure_months,
  tenure_bucket,
  segment,
  customer_segment,
  state,
  join_date,
  line_of_business,
  preferred_language,
  income_band,
  education_level,
  household_size,
  rural_urban,
  has_caregiver,
  digital_adoption,
  __START_AT AS valid_from
FROM `dev_insurance_command_center`.`silver`.`members_clean`
WHERE __END_AT IS NULL;
