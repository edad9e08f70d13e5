-- Names are of no use for analysis: only engineers and the pipeline see them.
CREATE OR REPLACE FUNCTION insurance_command_center.silver.mask_name(
  name STRING COMMENT 'First or last name'
)
RETURNS STRING
COMMENT 'Name for engineers and the pipeline, hidden from everyone else.'
RETURN CASE
  WHEN is_account_group_member('grp-member-experience-engineers')
    OR is_account_group_member('grp-member-experience-service')
    THEN name
  WHEN name IS NOT NULL THEN '[hidden]'
END;
