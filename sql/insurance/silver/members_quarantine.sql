{% import '_macros/intake.sql' as intake %}
{% import '_macros/sources/members.sql' as source %}
-- Every record of members_raw that members_staged drops, as delivered, with the reason: one row a record.
-- A rejected record is decided by itself, so this streams, too.
CREATE OR REFRESH STREAMING TABLE {{ this }} (
  {{- intake.quarantine_columns(source.facts) }}
)
COMMENT 'Member records that did not pass, with the reason.'
TBLPROPERTIES ("delta.enableChangeDataFeed" = "true", "quality" = "quarantine")
AS WITH {{ intake.records(source.facts, source.typed(), streaming=true) }},
judged AS (
  SELECT
    *,
    {{ intake.reasons(source.facts) }} AS reject_reason
  FROM records
),
decided AS (
  SELECT *, IF(reject_reason IS NULL, 'accepted', 'rejected') AS verdict
  FROM judged
)
{{ intake.quarantine(source.facts) }};
