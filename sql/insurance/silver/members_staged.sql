{% import '_macros/intake.sql' as intake %}
{% import '_macros/sources/members.sql' as source %}
{% import '_macros/members.sql' as members %}
-- Members as extracted, typed: one row a delivered record. Each row needs no other row, so this is a streaming
-- table: a new file costs only its own rows.
-- Records that do not pass are dropped here, before they can become a version, and kept in members_quarantine.
-- It has no masks, as only those may read it whom no mask hides anything from.
CREATE OR REFRESH STREAMING TABLE {{ this }} (
  member_id STRING COMMENT 'Member identifier',
  age INT COMMENT 'Age in years at extraction',
  gender STRING COMMENT 'Gender as recorded',
  plan_type STRING COMMENT 'Plan type: MAPD, PPO, HMO, POS or EPO',
  tenure_months INT COMMENT 'Months since the member joined',
  tenure_bucket STRING COMMENT 'Tenure group: New, Developing, Established, Loyal or Unknown',
  segment STRING COMMENT 'Value segment: High Value, Medium Value, Low Value, At Risk or New',
  customer_segment STRING COMMENT 'Plan and tenure group used for leakage: MAPD New, MAPD Tenured, Commercial or Unknown',
  state STRING COMMENT 'State of residence, two letters',
  zip_code STRING COMMENT 'Postal code (PII)',
  join_date DATE COMMENT 'Date the member joined',
  line_of_business STRING COMMENT 'Medicare Advantage or Commercial; derived from the plan when the source gives none',
  preferred_language STRING COMMENT 'Preferred spoken language',
  income_band STRING COMMENT 'Household income band',
  education_level STRING COMMENT 'Highest education level',
  household_size INT COMMENT 'Persons in the household',
  rural_urban STRING COMMENT 'Rural or urban residence',
  has_caregiver BOOLEAN COMMENT 'Whether a caregiver acts for the member',
  digital_adoption STRING COMMENT 'Digital adoption: high, medium or low',
  first_name STRING COMMENT 'First name (PII)',
  last_name STRING COMMENT 'Last name (PII)',
  sequence_at TIMESTAMP COMMENT 'Orders the versions of a member: extraction time, or the day of its file when the source gives none',
  has_unreadable_measure BOOLEAN COMMENT 'Whether a number or date was delivered that is none; such a record is dropped here and kept in members_quarantine',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  {{- intake.expectations(source.facts) }}
  CONSTRAINT plan_type_known EXPECT (COALESCE(plan_type = 'MAPD' OR plan_type IN ({{ var('commercial_plan_types') | string_list }}), FALSE)),
  CONSTRAINT tenure_known EXPECT (tenure_months IS NOT NULL)
)
COMMENT 'Members as extracted, typed and grouped, one row a delivery: the source of the history in members_clean.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "silver")
AS WITH {{ intake.records(source.facts, source.typed(), streaming=true) }}
SELECT
  member_id,
  age,
  gender,
  plan_type,
  tenure_months,
  {{ members.tenure_bucket('tenure_months') }} AS tenure_bucket,
  segment,
  {{ members.customer_segment('plan_type', 'tenure_months') }} AS customer_segment,
  state,
  zip_code,
  join_date,
  COALESCE(line_of_business, {{ members.line_of_business('plan_type') }}) AS line_of_business,
  preferred_language,
  income_band,
  education_level,
  household_size,
  rural_urban,
  has_caregiver,
  digital_adoption,
  first_name,
  last_name,
  sequence_at,
  {{ intake.has_unreadable_measure(source.facts) }} AS has_unreadable_measure,
  _source_file,
  _ingested_at
FROM records;
