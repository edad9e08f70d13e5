{% import '_macros/parse.sql' as parse %}
{% import '_macros/members.sql' as members %}
-- Members, typed. Each row needs no other row, so this is a streaming table: a new file costs only its own rows.
-- Rows without an identifier are dropped here and kept in members_quarantine.
CREATE OR REFRESH STREAMING TABLE {{ this }} (
  member_id STRING COMMENT 'Member identifier',
  age INT COMMENT 'Age in years at extraction',
  gender STRING COMMENT 'Gender as recorded',
  plan_type STRING COMMENT 'Plan type: MAPD, PPO, HMO, POS or EPO',
  tenure_months INT COMMENT 'Months since the member joined',
  tenure_bucket STRING COMMENT 'Tenure group: New, Developing, Established, Loyal or Unknown',
  segment STRING COMMENT 'Value segment: High Value, Medium Value, Low Value, At Risk or New',
  customer_segment STRING COMMENT 'Plan and tenure group used for leakage: MAPD New, MAPD Tenured or Commercial',
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
  sequence_at TIMESTAMP COMMENT 'Orders the versions of a member: extraction time, or the file time when the source gives none',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested',
  CONSTRAINT member_id_present EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT plan_type_known EXPECT (plan_type IN ('MAPD', 'PPO', 'HMO', 'POS', 'EPO')),
  CONSTRAINT age_plausible EXPECT (age BETWEEN 0 AND 120),
  CONSTRAINT tenure_plausible EXPECT (tenure_months >= 0)
)
COMMENT 'Members as extracted, typed and grouped, one row a delivery: the source of the history in members_clean.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "silver")
AS WITH parsed AS (
  SELECT
    {{ parse.text('member_id') }} AS member_id,
    {{ parse.whole('age') }} AS age,
    {{ parse.text('gender') }} AS gender,
    UPPER({{ parse.text('plan_type') }}) AS plan_type,
    {{ parse.whole('tenure_months') }} AS tenure_months,
    {{ parse.text('segment') }} AS segment,
    UPPER({{ parse.text('state') }}) AS state,
    {{ parse.text('zip_code') }} AS zip_code,
    {{ parse.day('join_date') }} AS join_date,
    {{ parse.text('line_of_business') }} AS line_of_business,
    {{ parse.text('preferred_language') }} AS preferred_language,
    {{ parse.text('income_band') }} AS income_band,
    {{ parse.text('education_level') }} AS education_level,
    {{ parse.whole('household_size') }} AS household_size,
    {{ parse.text('rural_urban') }} AS rural_urban,
    {{ parse.flag('has_caregiver') }} AS has_caregiver,
    LOWER({{ parse.text('digital_adoption') }}) AS digital_adoption,
    {{ parse.text('first_name') }} AS first_name,
    {{ parse.text('last_name') }} AS last_name,
    COALESCE({{ parse.moment('updated_at') }}, _source_modified_at) AS sequence_at,
    _source_file,
    _ingested_at
  FROM STREAM {{ ref('bronze.members_raw') }}
)
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
  COALESCE(line_of_business, IF(plan_type = 'MAPD', 'Medicare Advantage', 'Commercial')) AS line_of_business,
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
  _source_file,
  _ingested_at
FROM parsed;
