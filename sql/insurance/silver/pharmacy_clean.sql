{% import '_macros/parse.sql' as parse %}
-- Pharmacy fills: typed, latest delivery of each, of known members only.
-- A materialized view: a later file may replace a record, and a member may become known later.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
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
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT pharmacy_clean_pk PRIMARY KEY (rx_id),
  CONSTRAINT pharmacy_clean_member_fk FOREIGN KEY (member_id) REFERENCES {{ ref('silver.members_current') }} (member_id),
  CONSTRAINT rx_id_present EXPECT (rx_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT fill_date_readable EXPECT (fill_date IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT copay_not_negative EXPECT (COALESCE(copay_amount >= 0, TRUE)) ON VIOLATION DROP ROW,
  CONSTRAINT days_supply_known EXPECT (days_supply IN (30, 60, 90))
)
CLUSTER BY (fill_date, member_id)
COMMENT 'Pharmacy fills of known members, one row each.'
TBLPROPERTIES ("quality" = "silver")
AS WITH parsed AS (
  SELECT
    {{ parse.text('rx_id') }} AS rx_id,
    {{ parse.text('member_id') }} AS member_id,
    {{ parse.day('fill_date') }} AS fill_date,
    {{ parse.text('drug_name') }} AS drug_name,
    {{ parse.amount('copay_amount') }} AS copay_amount,
    {{ parse.whole('days_supply') }} AS days_supply,
    LOWER({{ parse.text('pharmacy_type') }}) AS pharmacy_type,
    {{ parse.flag('denied_flag') }} AS denied_flag,
    {{ parse.text('denied_reason') }} AS denied_reason,
    {{ parse.amount('prior_copay_amount') }} AS prior_copay_amount,
    {{ parse.text('refill_channel') }} AS refill_channel,
    _source_file,
    _source_modified_at
  FROM {{ ref('bronze.pharmacy_raw') }}
),
checked AS (
  SELECT
    p.*,
    m.member_id AS known_member_id,
    p.rx_id IS NOT NULL
      AND p.fill_date IS NOT NULL
      AND m.member_id IS NOT NULL
      AND COALESCE(p.copay_amount >= 0, TRUE)
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
    PARTITION BY rx_id, is_valid
    ORDER BY _source_file DESC, _source_modified_at DESC, fill_date DESC
  ) = 1
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
  _source_file
FROM latest;
