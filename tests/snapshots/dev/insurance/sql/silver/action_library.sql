-- Library of actions that can be taken against an issue, one row an action: the latest delivery of each, with the one
-- reduction that every figure takes for it: what its completed interventions achieved or, while there is none, the estimate.
CREATE OR REFRESH MATERIALIZED VIEW `dev_insurance_command_center`.`silver`.`action_library` (
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
  base_reduction_pct DOUBLE COMMENT 'Reduction of leaked calls that the library estimates, in percent',
  expected_reduction_pct DOUBLE COMMENT 'Expected reduction of leaked calls, in percent: the mean of its completed interventions, or the estimate of the library while there is none',
  past_interventions BIGINT COMMENT 'Completed interventions that the reduction was measured on; 0 when it is the estimate of the library',
  past_cx_lift DOUBLE COMMENT 'Mean experience lift of those interventions',
  CONSTRAINT action_library_pk PRIMARY KEY (action_id),
  CONSTRAINT action_id_present EXPECT (action_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT lever_known EXPECT (lever IN ('digital', 'comms', 'ops')) ON VIOLATION FAIL UPDATE
)
COMMENT 'Library of actions that can be taken against an issue.'
TBLPROPERTIES ("quality" = "silver")
AS WITH latest AS (
  SELECT *
  FROM `dev_insurance_command_center`.`bronze`.`action_library_raw`
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY action_id
    -- Every column, so that deliveries that tie are equal.
    ORDER BY
      _source_file DESC, _source_modified_at DESC, lever, title, description, owner, effort_label, effort_days,
      time_to_impact_days, cx_impact_score, base_reduction_pct, issue
  ) = 1
),
measured AS (
  SELECT
    action_id,
    AVG(realised_reduction_pct) AS reduction_pct,
    AVG(cx_lift) AS cx_lift,
    COUNT(*) AS interventions
  FROM `dev_insurance_command_center`.`silver`.`interventions`
  WHERE status = 'completed' AND realised_reduction_pct IS NOT NULL
  GROUP BY action_id
)
SELECT
  l.action_id,
  l.issue,
  l.lever,
  l.title,
  l.description,
  l.owner,
  l.effort_label,
  l.effort_days,
  l.time_to_impact_days,
  l.cx_impact_score,
  l.base_reduction_pct,
  COALESCE(m.reduction_pct, l.base_reduction_pct) AS expected_reduction_pct,
  COALESCE(m.interventions, 0) AS past_interventions,
  m.cx_lift AS past_cx_lift
FROM latest l
LEFT JOIN measured m ON m.action_id = l.action_id;
