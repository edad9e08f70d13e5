-- Analysts replay journeys and so read transcripts and what happened to a member; nobody else who is let into a table
-- does.
CREATE OR REPLACE FUNCTION {{ catalog }}.{{ schema('silver') }}.mask_transcript(
  transcript STRING COMMENT 'Transcript of a call, or another text about a member'
)
RETURNS STRING
COMMENT 'Transcript, or another text about a member, for analysts, engineers and the pipeline, hidden from everyone else.'
RETURN CASE
  WHEN is_account_group_member({{ principal('analysts') | literal }})
    OR is_account_group_member({{ principal('engineers') | literal }})
    OR is_account_group_member({{ principal('service') | literal }})
    THEN transcript
  WHEN transcript IS NOT NULL THEN '[hidden]'
END;
