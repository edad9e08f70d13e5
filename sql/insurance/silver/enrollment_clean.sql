{% import '_macros/intake.sql' as intake %}
{% import '_macros/sources/enrollment.sql' as source %}
-- Enrolments, one row an enrolment: typed, latest delivery of each, of known members only.
-- A materialized view: a later file may replace a record, and a member may become known later.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  enrollment_id STRING NOT NULL COMMENT 'Enrolment identifier',
  member_id STRING NOT NULL COMMENT 'Member who enrolled',
  enrollment_date DATE COMMENT 'Date of the enrolment',
  plan_type STRING COMMENT 'Plan enrolled in',
  premium_amount DECIMAL(12, 2) COMMENT 'Monthly premium in USD',
  change_type STRING COMMENT 'new, renewal or change',
  change_reason STRING COMMENT 'Reason of a change',
  effective_date DATE COMMENT 'Date from which the enrolment counts; the enrolment date when the source gives none',
  channel STRING COMMENT 'Channel of the enrolment',
  has_unreadable_measure BOOLEAN COMMENT 'Whether a number was delivered that is none; such a record is dropped here and kept in enrollment_quarantine',
  _source_file STRING COMMENT 'File that the row was read from',
  CONSTRAINT enrollment_clean_pk PRIMARY KEY (enrollment_id),
  CONSTRAINT enrollment_clean_member_fk FOREIGN KEY (member_id) REFERENCES {{ ref('silver.members_current') }} (member_id),
  CONSTRAINT member_known EXPECT (member_id IS NOT NULL) ON VIOLATION DROP ROW,
  {{- intake.expectations(source.facts) }}
  CONSTRAINT change_type_known EXPECT (change_type IN ('new', 'renewal', 'change'))
)
CLUSTER BY (enrollment_date, member_id)
COMMENT 'Plan enrolments and changes of known members, one row each.'
TBLPROPERTIES ("quality" = "silver")
AS WITH {{ intake.decided(source.facts, source.typed()) }}
SELECT
  enrollment_id,
  known_member_id AS member_id,
  enrollment_date,
  plan_type,
  premium_amount,
  change_type,
  change_reason,
  COALESCE(effective_date, enrollment_date) AS effective_date,
  channel,
  has_unreadable_measure,
  _source_file
FROM decided
-- Rejected records pass, for the expectations above to drop and count.
WHERE verdict <> 'superseded';
