{% import '_macros/intake.sql' as intake %}
{% import '_macros/sources/enrollment.sql' as source %}
-- Every record of enrollment_raw that enrollment_clean does not hold, as delivered, with the reason: one row a record.
-- Both tables decide with the same macro; a check of the daily job proves that no record is lost.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  {{- intake.quarantine_columns(source.facts) }}
)
COMMENT 'Plan enrolments and changes that did not pass, with the reason.'
TBLPROPERTIES ("quality" = "quarantine")
AS WITH {{ intake.decided(source.facts, source.typed()) }}
{{ intake.quarantine(source.facts) }};
