-- What is known of a member on each day: one row a version and the days it counts for. Figures of a day take a member's
-- attributes from the version of that day, so that they do not change when the member does. Days before the first
-- version take the first; of several versions on a day the last one counts, the others count for no day.
CREATE OR REFRESH MATERIALIZED VIEW `dev_insurance_command_center`.`silver`.`members_versions` (
  member_id STRING NOT NULL COMMENT 'Member identifier',
  valid_from DATE COMMENT 'First day that this version counts for',
  valid_to DATE COMMENT 'First day that it no longer counts for',
  plan_type STRING COMMENT 'Plan type: MAPD, PPO, HMO, POS or EPO',
  tenure_bucket STRING COMMENT 'Tenure group: New, Developing, Established, Loyal or Unknown',
  segment STRING COMMENT 'Value segment: High Value, Medium Value, Low Value, At Risk or New',
  customer_segment STRING COMMENT 'Plan and tenure group used for leakage: MAPD New, MAPD Tenured, Commercial or Unknown',
  preferred_language STRING COMMENT 'Preferred spoken language',
  state STRING COMMENT 'State of residence, two letters',
  CONSTRAINT members_versions_member_fk FOREIGN KEY (member_id) REFERENCES `dev_insurance_command_center`.`silver`.`members_current` (member_id)
)
CLUSTER BY (member_id)
COMMENT 'Attributes of every member by day, one row a version; join with valid_from <= day and day < valid_to.'
TBLPROPERTIES ("quality" = "silver")
AS SELECT
  member_id,
  IF(
    ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY __START_AT) = 1,
    DATE '1900-01-01',
    CAST(__START_AT AS DATE)
  ) AS valid_from,
  COALESCE(CAST(__END_AT AS DATE), DATE_ADD(DATE '2099-12-31', 1)) AS valid_to,
  plan_type,
  tenure_bucket,
  segment,
  customer_segment,
  preferred_language,
  state
FROM `dev_insurance_command_center`.`silver`.`members_clean`;
