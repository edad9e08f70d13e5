-- Library of actions that can be taken against an issue, one row an action: the latest delivery of each.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  action_id STRING NOT NULL COMMENT 'Identifier of the action',
  issue STRING COMMENT 'Call topic it acts on',
  lever STRING COMMENT 'digital, comms or ops',
  title STRING COMMENT 'Short name',
  description STRING COMMENT 'What to change',
  owner STRING COMMENT 'Team that does it: Digital, Comms or Contact Center',
  effort_label STRING COMMENT 'Effort in words',
  effort_days INT COMMENT 'Effort in days',
  time_to_impact_days INT COMMENT 'Days until the effect shows',
  cx_impact_score DOUBLE COMMENT 'Expected effect on the experience, 1 to 10',
  base_reduction_pct DOUBLE COMMENT 'Expected reduction of leaked calls while no intervention has been measured, in percent',
  CONSTRAINT action_library_pk PRIMARY KEY (action_id),
  CONSTRAINT action_id_present EXPECT (action_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT lever_known EXPECT (lever IN ('digital', 'comms', 'ops')) ON VIOLATION FAIL UPDATE
)
COMMENT 'Library of actions that can be taken against an issue.'
TBLPROPERTIES ("quality" = "silver")
AS SELECT
  action_id,
  issue,
  lever,
  title,
  description,
  owner,
  effort_label,
  effort_days,
  time_to_impact_days,
  cx_impact_score,
  base_reduction_pct
FROM {{ ref('bronze.action_library_raw') }}
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY action_id
  -- Every column, so that deliveries that tie are equal.
  ORDER BY
    _source_file DESC, _source_modified_at DESC, lever, title, description, owner, effort_label, effort_days,
    time_to_impact_days, cx_impact_score, base_reduction_pct, issue
) = 1;
