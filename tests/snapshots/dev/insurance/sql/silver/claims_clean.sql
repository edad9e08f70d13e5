

-- Claims, one row a claim: typed, latest delivery of each (a decided claim replaces the pending one), of known members
-- only. A materialized view: a later file may replace a record, and a member may become known later.
CREATE OR REFRESH MATERIALIZED VIEW `dev_insurance_command_center`.`silver`.`claims_clean` (
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
  CONSTRAINT claims_clean_member_fk FOREIGN KEY (member_id) REFERENCES `dev_insurance_command_center`.`silver`.`members_current` (member_id),
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT claim_id_present EXPECT (claim_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT claim_date_present EXPECT (claim_date IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT measures_readable EXPECT (NOT has_unreadable_measure) ON VIOLATION DROP ROW,
  CONSTRAINT claim_amount_not_negative EXPECT (COALESCE(claim_amount >= 0, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT claim_date_plausible EXPECT (COALESCE(
      CAST(claim_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    )) ON VIOLATION DROP ROW,
  CONSTRAINT status_known EXPECT (status IN ('Approved', 'Denied', 'Pending')),
  CONSTRAINT denial_explained EXPECT (NOT is_denied OR denial_reason IS NOT NULL)
)
CLUSTER BY (claim_date, member_id)
COMMENT 'Claims and prior authorisations of known members, one row each.'
TBLPROPERTIES ("quality" = "silver")
AS WITH records AS (
  SELECT
    NULLIF(TRIM(claim_id), '') AS claim_id,
    NULLIF(TRIM(member_id), '') AS member_id,
    TRY_CAST(claim_date AS DATE) AS claim_date,
    NULLIF(TRIM(claim_type), '') AS claim_type,
    TRY_CAST(claim_amount AS DECIMAL(12, 2)) AS claim_amount,
    INITCAP(LOWER(NULLIF(TRIM(status), ''))) AS status,
    TRY_CAST(TRY_CAST(approval_time_days AS DECIMAL(18, 2)) AS INT) AS approval_time_days,
    NULLIF(TRIM(denial_reason), '') AS denial_reason,
    TRY_CAST(prior_auth_required AS BOOLEAN) AS prior_auth_required,
    NULLIF(TRIM(prior_auth_status), '') AS prior_auth_status,
    TRY_CAST(prior_auth_submitted_at AS TIMESTAMP) AS prior_auth_submitted_at,
    TRY_CAST(prior_auth_decided_at AS TIMESTAMP) AS prior_auth_decided_at,
    LOWER(NULLIF(TRIM(provider_network), '')) AS provider_network,
    NULLIF(TRIM(service_category), '') AS service_category,
    claim_id AS delivered_claim_id,
    member_id AS delivered_member_id,
    claim_date AS delivered_claim_date,
    claim_type AS delivered_claim_type,
    claim_amount AS delivered_claim_amount,
    status AS delivered_status,
    approval_time_days AS delivered_approval_time_days,
    denial_reason AS delivered_denial_reason,
    prior_auth_required AS delivered_prior_auth_required,
    prior_auth_status AS delivered_prior_auth_status,
    prior_auth_submitted_at AS delivered_prior_auth_submitted_at,
    prior_auth_decided_at AS delivered_prior_auth_decided_at,
    provider_network AS delivered_provider_network,
    service_category AS delivered_service_category,
    _rescued_data,
    _source_file,
    _source_modified_at,
    _ingested_at
  FROM `dev_insurance_command_center`.`bronze`.`claims_raw`
),
judged AS (
  SELECT
    r.*,
    m.member_id AS known_member_id,
    (claim_amount IS NULL AND NULLIF(TRIM(delivered_claim_amount), '') IS NOT NULL) AS has_unreadable_measure,
    NULLIF(CONCAT_WS(
      ', ',
      CASE
        WHEN NULLIF(TRIM(delivered_claim_id), '') IS NULL THEN 'missing_claim_id'
        WHEN claim_id IS NULL THEN 'unreadable_claim_id'
      END,
      CASE
        WHEN NULLIF(TRIM(delivered_claim_date), '') IS NULL THEN 'missing_claim_date'
        WHEN claim_date IS NULL THEN 'unreadable_claim_date'
      END,
      CASE WHEN claim_amount IS NULL AND NULLIF(TRIM(delivered_claim_amount), '') IS NOT NULL THEN 'unreadable_claim_amount' END,
      CASE WHEN NOT COALESCE(claim_amount >= 0, TRUE) THEN 'negative_claim_amount' END,
      CASE WHEN NOT COALESCE(
      CAST(claim_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    ) THEN 'implausible_claim_date' END,
      CASE
        WHEN r.member_id IS NULL THEN 'missing_member_id'
        WHEN m.member_id IS NULL THEN 'unknown_member_id'
      END
    ), '') AS reject_reason
  FROM records r
  LEFT JOIN `dev_insurance_command_center`.`silver`.`members_current` m ON m.member_id = r.member_id
),
-- Few records are delivered more than once. Ranking only those spares sorting all the others.
contested AS (
  SELECT NULLIF(TRIM(claim_id), '') AS contested_key
  FROM `dev_insurance_command_center`.`bronze`.`claims_raw`
  GROUP BY NULLIF(TRIM(claim_id), '')
  HAVING COUNT(*) > 1
),
flagged AS (
  SELECT j.*, c.contested_key IS NOT NULL AS is_contested
  FROM judged j
  LEFT JOIN contested c ON c.contested_key = j.claim_id
),
decided AS (
  SELECT *, IF(reject_reason IS NULL, 'accepted', 'rejected') AS verdict
  FROM flagged
  WHERE NOT is_contested
  UNION ALL
  -- File names carry their date, so the greatest path is the latest delivery. The order is total: records
  -- that tie in all of it are equal, so that it does not matter which of them is taken.
  SELECT
    *,
    CASE
      WHEN reject_reason IS NOT NULL THEN 'rejected'
      WHEN ROW_NUMBER() OVER (
        PARTITION BY claim_id, reject_reason IS NULL
        ORDER BY
          _source_file DESC,
          _source_modified_at DESC,
          claim_date DESC,
          _ingested_at DESC,
          delivered_claim_id,
          delivered_member_id,
          delivered_claim_date,
          delivered_claim_type,
          delivered_claim_amount,
          delivered_status,
          delivered_approval_time_days,
          delivered_denial_reason,
          delivered_prior_auth_required,
          delivered_prior_auth_status,
          delivered_prior_auth_submitted_at,
          delivered_prior_auth_decided_at,
          delivered_provider_network,
          delivered_service_category,
          _rescued_data
      ) = 1 THEN 'accepted'
      ELSE 'superseded'
    END AS verdict
  FROM flagged
  WHERE is_contested
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
  has_unreadable_measure,
  _source_file
FROM decided
-- Rejected records pass, for the expectations above to drop and count.
WHERE verdict <> 'superseded';
