{% import '_macros/intake.sql' as intake %}
{% import '_macros/sources/claims.sql' as source %}
-- Claims, one row a claim: typed, latest delivery of each (a decided claim replaces the pending one), of known members
-- only. A materialized view: a later file may replace a record, and a member may become known later.
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
  has_unreadable_measure BOOLEAN COMMENT 'Whether a number was delivered that is none; such a record is dropped here and kept in claims_quarantine',
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT claims_clean_pk PRIMARY KEY (claim_id),
  CONSTRAINT claims_clean_member_fk FOREIGN KEY (member_id) REFERENCES {{ ref('silver.members_current') }} (member_id),
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  {{- intake.expectations(source.facts) }}
  CONSTRAINT status_known EXPECT (status IN ('Approved', 'Denied', 'Pending')),
  CONSTRAINT denial_explained EXPECT (NOT is_denied OR denial_reason IS NOT NULL)
)
CLUSTER BY (claim_date, member_id)
COMMENT 'Claims and prior authorisations of known members, one row each.'
TBLPROPERTIES ("quality" = "silver")
AS WITH {{ intake.decided(source.facts, source.typed()) }}
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
  has_unreadable_measure,
  _source_file
FROM decided
-- Rejected records pass, for the expectations above to drop and count.
WHERE verdict <> 'superseded';
