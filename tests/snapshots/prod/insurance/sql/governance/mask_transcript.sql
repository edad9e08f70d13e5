-- Analysts replay journeys and so read transcripts and what happened to a member; nobody else who is let into a table
-- does.
CREATE OR REPLACE FUNCTION insurance_command_center.silver.mask_transcript(
  transcript STRING COMMENT 'Transcript of a call, or another text about a member'
)
RETURNS STRING
COMMENT 'Transcript, or another text about a member, for analysts, engineers and the pipeline, hidden from everyone else.'
RETURN CASE
  WHEN is_account_group_member('grp-member-experience-analysts')
    OR is_account_group_member('grp-member-experience-engineers')
    OR is_account_group_member('grp-member-experience-service')
    THEN transcript
  WHEN transcript IS NOT NULL THEN '[hidden]'
END;
