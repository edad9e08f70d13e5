-- Benefit communications sent to members, one row a communication: the latest delivery of each.
CREATE OR REFRESH MATERIALIZED VIEW `dev_insurance_command_center`.`silver`.`benefit_communications` (
  communication_id STRING NOT NULL COMMENT 'Identifier of the communication',
  sent_date DATE COMMENT 'Date it was sent',
  audience_segment STRING COMMENT 'Member segment it was sent to',
  plan_type STRING COMMENT 'Plan type it was sent to',
  channel STRING COMMENT 'Channel it was sent by',
  topic STRING COMMENT 'Call topic it concerns',
  title STRING COMMENT 'Title',
  body STRING COMMENT 'Text',
  is_aep BOOLEAN COMMENT 'Whether it belongs to the annual enrolment period',
  CONSTRAINT benefit_communications_pk PRIMARY KEY (communication_id),
  CONSTRAINT communication_id_present EXPECT (communication_id IS NOT NULL) ON VIOLATION DROP ROW
)
COMMENT 'Benefit communications sent to members.'
TBLPROPERTIES ("quality" = "silver")
AS SELECT
  communication_id,
  sent_date,
  audience_segment,
  plan_type,
  channel,
  topic,
  title,
  body,
  is_aep
FROM `dev_insurance_command_center`.`bronze`.`benefit_communications_raw`
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY communication_id
  -- Every column, so that deliveries that tie are equal.
  ORDER BY
    _source_file DESC, _source_modified_at DESC, sent_date, audience_segment, plan_type, channel, topic,
    title, body, is_aep
) = 1;
