{% import '_macros/intake.sql' as intake %}
{% import '_macros/sources/pharmacy.sql' as source %}
-- Pharmacy fills, one row a fill: typed, latest delivery of each, of known members only.
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
  has_unreadable_measure BOOLEAN COMMENT 'Whether a number was delivered that is none; such a record is dropped here and kept in pharmacy_quarantine',
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT pharmacy_clean_pk PRIMARY KEY (rx_id),
  CONSTRAINT pharmacy_clean_member_fk FOREIGN KEY (member_id) REFERENCES {{ ref('silver.members_current') }} (member_id),
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  {{- intake.expectations(source.facts) }}
  CONSTRAINT days_supply_known EXPECT (days_supply IN ({% for days in var('days_supply') %}{% if not loop.first %}, {% endif %}{{ days }}{% endfor %}))
)
CLUSTER BY (fill_date, member_id)
COMMENT 'Pharmacy fills of known members, one row each.'
TBLPROPERTIES ("quality" = "silver")
AS WITH {{ intake.decided(source.facts, source.typed()) }}
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
