

-- Every call that followed a failed digital attempt on its topic, one row a call: the event table that all leakage
-- figures come from.
CREATE OR REFRESH MATERIALIZED VIEW `dev_insurance_command_center`.`gold`.`digital_call_leakage` (
  call_id STRING NOT NULL COMMENT 'Call that the digital journey leaked into',
  member_id STRING NOT NULL COMMENT 'Member concerned',
  call_date DATE COMMENT 'Date of the call',
  call_timestamp TIMESTAMP COMMENT 'Time of the call',
  is_as_of_day BOOLEAN COMMENT 'Whether the call was on the as-of day (today)',
  call_topic STRING COMMENT 'Topic of the call',
  journey STRING COMMENT 'Name of the journey, from digital failure to call; failed and abandoned attempts both count, whatever the name says',
  interaction_id STRING COMMENT 'Latest failed digital attempt on the topic before the call',
  interaction_type STRING COMMENT 'What the member tried to do online, e.g. bill_pay',
  interaction_timestamp TIMESTAMP COMMENT 'Time of that attempt',
  outcome STRING COMMENT 'How the attempt ended: failure or abandoned',
  device STRING COMMENT 'Device: mobile_app, mobile_web or desktop',
  is_mobile BOOLEAN COMMENT 'Whether the device was a phone (app or browser)',
  page STRING COMMENT 'Page or screen of the attempt',
  error_code STRING COMMENT 'Code of the error shown, or the reason of the failure when the source gives no code; NONE when it gives neither',
  error_message STRING COMMENT 'Text of the error shown',
  minutes_to_call DOUBLE COMMENT 'Minutes from the attempt to the call',
  is_avoidable BOOLEAN COMMENT 'Whether the call came within the avoidable-call window (avoidable_window_minutes of business_rules)',
  customer_segment STRING COMMENT 'Plan and tenure group: MAPD New, MAPD Tenured, Commercial or Unknown',
  plan_type STRING COMMENT 'Plan type of the member',
  tenure_bucket STRING COMMENT 'Tenure group of the member: New, Developing, Established, Loyal or Unknown',
  member_segment STRING COMMENT 'Value segment of the member, e.g. High Value or At Risk',
  preferred_language STRING COMMENT 'Preferred language of the member',
  state STRING COMMENT 'State of the member',
  is_repeat BOOLEAN COMMENT 'Whether the call was a repeat call',
  is_negative BOOLEAN COMMENT 'Whether the call carried negative emotion; NULL when its sentiment is not known',
  sentiment_score DOUBLE COMMENT 'Sentiment of the call from -1 to 1',
  handle_time_minutes DOUBLE COMMENT 'Minutes of handle time of the call',
  weighted_calls DOUBLE COMMENT 'Real calls that this call stands for (the expansion factor)',
  avoidable_cost DOUBLE COMMENT 'Avoidable cost in USD of the real calls that this call stands for; 0 when the call is not avoidable',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT digital_call_leakage_pk PRIMARY KEY (call_id),
  CONSTRAINT digital_call_leakage_call_fk FOREIGN KEY (call_id) REFERENCES `dev_insurance_command_center`.`silver`.`call_center_clean` (call_id),
  CONSTRAINT digital_call_leakage_interaction_fk FOREIGN KEY (interaction_id) REFERENCES `dev_insurance_command_center`.`silver`.`digital_interactions_clean` (interaction_id),
  CONSTRAINT digital_call_leakage_member_fk FOREIGN KEY (member_id) REFERENCES `dev_insurance_command_center`.`silver`.`members_current` (member_id),
  CONSTRAINT attempt_precedes_call EXPECT (interaction_timestamp <= call_timestamp) ON VIOLATION FAIL UPDATE
)
CLUSTER BY (call_date, call_topic)
COMMENT 'Digital to call leakage, one row a call: failed and abandoned attempts both count. Count avoidable calls with WHERE is_avoidable, weighted with SUM(weighted_calls).'
TBLPROPERTIES ("quality" = "gold")
AS SELECT
  c.call_id,
  c.member_id,
  c.call_date,
  c.call_timestamp,
  c.call_date = p.as_of_date AS is_as_of_day,
  c.call_topic,
  CASE c.call_topic
      WHEN 'Billing' THEN 'Billing: Digital Abandon → Call'
      WHEN 'ID Card' THEN 'ID Card: Download Fail → Call'
      WHEN 'Pharmacy' THEN 'Pharmacy: Refill → Call Escalate'
      ELSE CONCAT(c.call_topic, ': Digital Fail → Call')
    END AS journey,
  d.interaction_id,
  d.interaction_type,
  d.interaction_timestamp,
  d.outcome,
  d.device,
  d.is_mobile,
  d.page,
  COALESCE(d.error_code, UPPER(d.failure_reason), 'NONE') AS error_code,
  d.error_message,
  c.minutes_since_failure AS minutes_to_call,
  c.is_avoidable,
  m.customer_segment,
  m.plan_type,
  m.tenure_bucket,
  m.segment AS member_segment,
  m.preferred_language,
  m.state,
  c.is_repeat,
  c.is_negative,
  CAST(c.sentiment_score AS DOUBLE) AS sentiment_score,
  CAST(c.handle_time_minutes AS DOUBLE) AS handle_time_minutes,
  p.expansion_factor AS weighted_calls,
  IF(c.is_avoidable, p.expansion_factor * 8.00, CAST(0 AS DOUBLE)) AS avoidable_cost,
  p.expansion_factor
FROM `dev_insurance_command_center`.`silver`.`call_center_clean` c
INNER JOIN `dev_insurance_command_center`.`silver`.`digital_interactions_clean` d ON d.interaction_id = c.failed_interaction_id
INNER JOIN `dev_insurance_command_center`.`silver`.`members_versions` m ON m.member_id = c.member_id AND m.valid_from <= c.call_date AND m.valid_to > c.call_date
CROSS JOIN `dev_insurance_command_center`.`gold`.`population` p
WHERE c.is_leakage AND c.call_date <= p.as_of_date;
