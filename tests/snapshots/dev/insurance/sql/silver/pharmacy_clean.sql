

-- Pharmacy fills, one row a fill: typed, latest delivery of each, of known members only.
-- A materialized view: a later file may replace a record, and a member may become known later.
CREATE OR REFRESH MATERIALIZED VIEW `dev_insurance_command_center`.`silver`.`pharmacy_clean` (
  rx_id STRING NOT NULL COMMENT 'Prescription fill identifier',
  member_id STRING NOT NULL COMMENT 'Member the fill is for',
  fill_date DATE COMMENT 'Date of the fill',
  drug_name STRING COMMENT 'Name of the drug',
  copay_amount DECIMAL(12, 2) COMMENT 'Copay in USD',
  prior_copay_amount DECIMAL(12, 2) COMMENT 'Copay of the fill before, in USD',
  copay_change DECIMAL(12, 2) COMMENT 'Change of the copay since the fill before, in USD',
  days_supply INT COMMENT 'Days of supply: 30, 60 or 90',
  pharmacy_type STRING COMMENT 'retail, mail or specialty',
  is_denied BOOLEAN COMMENT 'Whether the fill was denied',
  denied_reason STRING COMMENT 'Reason of a denial',
  refill_channel STRING COMMENT 'Channel of the refill request',
  has_unreadable_measure BOOLEAN COMMENT 'Whether a number was delivered that is none; such a record is dropped here and kept in pharmacy_quarantine',
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT pharmacy_clean_pk PRIMARY KEY (rx_id),
  CONSTRAINT pharmacy_clean_member_fk FOREIGN KEY (member_id) REFERENCES `dev_insurance_command_center`.`silver`.`members_current` (member_id),
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT rx_id_present EXPECT (rx_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT fill_date_present EXPECT (fill_date IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT measures_readable EXPECT (NOT has_unreadable_measure) ON VIOLATION DROP ROW,
  CONSTRAINT copay_amount_not_negative EXPECT (COALESCE(copay_amount >= 0, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT fill_date_plausible EXPECT (COALESCE(
      CAST(fill_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    )) ON VIOLATION DROP ROW,
  CONSTRAINT days_supply_known EXPECT (days_supply IN (30, 60, 90))
)
CLUSTER BY (fill_date, member_id)
COMMENT 'Pharmacy fills of known members, one row each.'
TBLPROPERTIES ("quality" = "silver")
AS WITH records AS (
  SELECT
    NULLIF(TRIM(rx_id), '') AS rx_id,
    NULLIF(TRIM(member_id), '') AS member_id,
    TRY_CAST(fill_date AS DATE) AS fill_date,
    NULLIF(TRIM(drug_name), '') AS drug_name,
    TRY_CAST(copay_amount AS DECIMAL(12, 2)) AS copay_amount,
    TRY_CAST(TRY_CAST(days_supply AS DECIMAL(18, 2)) AS INT) AS days_supply,
    LOWER(NULLIF(TRIM(pharmacy_type), '')) AS pharmacy_type,
    TRY_CAST(denied_flag AS BOOLEAN) AS denied_flag,
    NULLIF(TRIM(denied_reason), '') AS denied_reason,
    TRY_CAST(prior_copay_amount AS DECIMAL(12, 2)) AS prior_copay_amount,
    NULLIF(TRIM(refill_channel), '') AS refill_channel,
    rx_id AS delivered_rx_id,
    member_id AS delivered_member_id,
    fill_date AS delivered_fill_date,
    drug_name AS delivered_drug_name,
    copay_amount AS delivered_copay_amount,
    days_supply AS delivered_days_supply,
    pharmacy_type AS delivered_pharmacy_type,
    denied_flag AS delivered_denied_flag,
    denied_reason AS delivered_denied_reason,
    prior_copay_amount AS delivered_prior_copay_amount,
    refill_channel AS delivered_refill_channel,
    _rescued_data,
    _source_file,
    _source_modified_at,
    _ingested_at
  FROM `dev_insurance_command_center`.`bronze`.`pharmacy_raw`
),
judged AS (
  SELECT
    r.*,
    m.member_id AS known_member_id,
    (copay_amount IS NULL AND NULLIF(TRIM(delivered_copay_amount), '') IS NOT NULL) AS has_unreadable_measure,
    NULLIF(CONCAT_WS(
      ', ',
      CASE
        WHEN NULLIF(TRIM(delivered_rx_id), '') IS NULL THEN 'missing_rx_id'
        WHEN rx_id IS NULL THEN 'unreadable_rx_id'
      END,
      CASE
        WHEN NULLIF(TRIM(delivered_fill_date), '') IS NULL THEN 'missing_fill_date'
        WHEN fill_date IS NULL THEN 'unreadable_fill_date'
      END,
      CASE WHEN copay_amount IS NULL AND NULLIF(TRIM(delivered_copay_amount), '') IS NOT NULL THEN 'unreadable_copay_amount' END,
      CASE WHEN NOT COALESCE(copay_amount >= 0, TRUE) THEN 'negative_copay_amount' END,
      CASE WHEN NOT COALESCE(
      CAST(fill_date AS DATE) BETWEEN DATE '1900-01-01' AND DATE '2099-12-31',
      TRUE
    ) THEN 'implausible_fill_date' END,
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
  SELECT NULLIF(TRIM(rx_id), '') AS contested_key
  FROM `dev_insurance_command_center`.`bronze`.`pharmacy_raw`
  GROUP BY NULLIF(TRIM(rx_id), '')
  HAVING COUNT(*) > 1
),
flagged AS (
  SELECT j.*, c.contested_key IS NOT NULL AS is_contested
  FROM judged j
  LEFT JOIN contested c ON c.contested_key = j.rx_id
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
        PARTITION BY rx_id, reject_reason IS NULL
        ORDER BY
          _source_file DESC,
          _source_modified_at DESC,
          fill_date DESC,
          _ingested_at DESC,
          delivered_rx_id,
          delivered_member_id,
          delivered_fill_date,
          delivered_drug_name,
          delivered_copay_amount,
          delivered_days_supply,
          delivered_pharmacy_type,
          delivered_denied_flag,
          delivered_denied_reason,
          delivered_prior_copay_amount,
          delivered_refill_channel,
          _rescued_data
      ) = 1 THEN 'accepted'
      ELSE 'superseded'
    END AS verdict
  FROM flagged
  WHERE is_contested
)
SELECT
  rx_id,
  known_member_id AS member_id,
  fill_date,
  drug_name,
  copay_amount,
  prior_copay_amount,
  CAST(copay_amount - prior_copay_amount AS DECIMAL(12, 2)) AS copay_change,
  days_supply,
  pharmacy_type,
  COALESCE(denied_flag, FALSE) AS is_denied,
  denied_reason,
  refill_channel,
  has_unreadable_measure,
  _source_file
FROM decided
-- Rejected records pass, for the expectations above to drop and count.
WHERE verdict <> 'superseded';
