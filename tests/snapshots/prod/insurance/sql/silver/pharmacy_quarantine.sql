

-- Every record of pharmacy_raw that pharmacy_clean does not hold, as delivered, with the reason: one row a record.
-- Both tables decide with the same macro; a check of the daily job proves that no record is lost.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`silver`.`pharmacy_quarantine` (
  rx_id STRING COMMENT 'rx_id as delivered',
  member_id STRING COMMENT 'member_id as delivered',
  fill_date STRING COMMENT 'fill_date as delivered',
  drug_name STRING COMMENT 'drug_name as delivered',
  copay_amount STRING COMMENT 'copay_amount as delivered',
  days_supply STRING COMMENT 'days_supply as delivered',
  reject_reason STRING COMMENT 'Codes of the rules that the record breaks, separated by a comma; superseded_duplicate when a later delivery of the same record was accepted',
  _rescued_data STRING COMMENT 'Data of the row that the schema does not name, as JSON',
  _source_file STRING COMMENT 'File that the row was read from',
  _ingested_at TIMESTAMP COMMENT 'When the row was ingested'
)
COMMENT 'Pharmacy fills that did not pass, with the reason.'
TBLPROPERTIES ("quality" = "quarantine")
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
  FROM `insurance_command_center`.`bronze`.`pharmacy_raw`
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
  LEFT JOIN `insurance_command_center`.`silver`.`members_current` m ON m.member_id = r.member_id
),
-- Few records are delivered more than once. Ranking only those spares sorting all the others.
contested AS (
  SELECT NULLIF(TRIM(rx_id), '') AS contested_key
  FROM `insurance_command_center`.`bronze`.`pharmacy_raw`
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
  delivered_rx_id AS rx_id,
  delivered_member_id AS member_id,
  delivered_fill_date AS fill_date,
  delivered_drug_name AS drug_name,
  delivered_copay_amount AS copay_amount,
  delivered_days_supply AS days_supply,
  COALESCE(reject_reason, 'superseded_duplicate') AS reject_reason,
  _rescued_data,
  _source_file,
  _ingested_at
FROM decided
WHERE verdict <> 'accepted';
