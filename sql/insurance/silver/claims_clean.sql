{% import '_macros/parse.sql' as parse %}
-- Claims: typed, latest delivery of each (a decided claim replaces the pending one), of known members only.
-- A materialized view: a later file may replace a record, and a member may become known later.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  claim_id STRING NOT NULL COMMENT 'Claim identifier',
  member_id STRING NOT NULL COMMENT 'Member the claim belongs to',
  claim_date DATE COMMENT 'Date of service',
  claim_type STRING COMMENT 'Medical, Pharmacy or Preventive',
  claim_amount DECIMAL(12, 2) COMMENT 'Billed amount in USD',
  status STRING COMMENT 'Approved, Denied or Pending',
  is_denied BOOLEAN COMMENT 'Whether the claim was denied',
  approval_time_days INT COMMENT 'Days from submission to decision',
  denial_reason STRING COMMENT 'Reason of a denial',
  prior_auth_required BOOLEAN COMMENT 'Whether a prior authorisation was required',
  prior_auth_status STRING COMMENT 'State of the prior authorisation',
  prior_auth_submitted_at TIMESTAMP COMMENT 'When the prior authorisation was requested',
  prior_auth_decided_at TIMESTAMP COMMENT 'When the prior authorisation was decided',
  provider_network STRING COMMENT 'in or out of network',
  service_category STRING COMMENT 'Category of the service',
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT claims_clean_pk PRIMARY KEY (claim_id),
  CONSTRAINT claims_clean_member_fk FOREIGN KEY (member_id) REFERENCES {{ ref('silver.members_current') }} (member_id),
  CONSTRAINT claim_id_present EXPECT (claim_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT claim_date_readable EXPECT (claim_date IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT amount_not_negative EXPECT (COALESCE(claim_amount >= 0, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT status_known EXPECT (status IN ('Approved', 'Denied', 'Pending')),
  CONSTRAINT denial_explained EXPECT (NOT is_denied OR denial_reason IS NOT NULL)
)
CLUSTER BY (claim_date, member_id)
COMMENT 'Claims and prior authorisations of known members, one row each.'
TBLPROPERTIES ("quality" = "silver")
AS WITH parsed AS (
  SELECT
    {{ parse.text('claim_id') }} AS claim_id,
    {{ parse.text('member_id') }} AS member_id,
    {{ parse.day('claim_date') }} AS claim_date,
    {{ parse.text('claim_type') }} AS claim_type,
    {{ parse.amount('claim_amount') }} AS claim_amount,
    {{ parse.text('status') }} AS status,
    {{ parse.whole('approval_time_days') }} AS approval_time_days,
    {{ parse.text('denial_reason') }} AS denial_reason,
    {{ parse.flag('prior_auth_required') }} AS prior_auth_required,
    {{ parse.text('prior_auth_status') }} AS prior_auth_status,
    {{ parse.moment('prior_auth_submitted_at') }} AS prior_auth_submitted_at,
    {{ parse.moment('prior_auth_decided_at') }} AS prior_auth_decided_at,
    LOWER({{ parse.text('provider_network') }}) AS provider_network,
    {{ parse.text('service_category') }} AS service_category,
    _source_file,
    _source_modified_at
  FROM {{ ref('bronze.claims_raw') }}
),
checked AS (
  SELECT
    p.*,
    m.member_id AS known_member_id,
    p.claim_id IS NOT NULL
      AND p.claim_date IS NOT NULL
      AND m.member_id IS NOT NULL
      AND COALESCE(p.claim_amount >= 0, TRUE)
      AS is_valid
  FROM parsed p
  LEFT JOIN {{ ref('silver.members_current') }} m ON m.member_id = p.member_id
),
-- File names carry their date, so the greatest path is the latest delivery.
-- Invalid rows pass, for the expectations above to drop and count.
latest AS (
  SELECT *
  FROM checked
  QUALIFY NOT is_valid OR ROW_NUMBER() OVER (
    PARTITION BY claim_id, is_valid
    ORDER BY _source_file DESC, _source_modified_at DESC, claim_date DESC
  ) = 1
)
SELECT
  claim_id,
  known_member_id AS member_id,
  claim_date,
  claim_type,
  claim_amount,
  status,
  COALESCE(status = 'Denied', FALSE) AS is_denied,
  approval_time_days,
  denial_reason,
  prior_auth_required,
  prior_auth_status,
  prior_auth_submitted_at,
  prior_auth_decided_at,
  provider_network,
  service_category,
  _source_file
FROM latest;
