

-- Journey playback: everything that happened to a member in the lookback window, on one time line, one row an event.
-- A call makes two rows, its arrival in the IVR and the talk with the agent.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`member_journey_timeline` (
  event_id STRING NOT NULL COMMENT 'Identifier of the event: kind and identifier of its record',
  member_id STRING NOT NULL COMMENT 'Member concerned',
  event_date DATE COMMENT 'Date of the event',
  event_timestamp TIMESTAMP COMMENT 'Time of the event; midnight when the source gives only a date',
  event_end_timestamp TIMESTAMP COMMENT 'End of the event, for talks with an agent',
  event_order INT COMMENT 'Order of events at the same time: what leads to the other comes first',
  event_time STRING COMMENT 'Clock time as shown on the time line',
  channel STRING COMMENT 'Digital, Call Center, Survey, Claims, Prior Auth, Pharmacy or Enrollment',
  event_type STRING COMMENT 'Kind of event within the channel, e.g. bill_pay or agent_call',
  title STRING COMMENT 'What happened, in a few words (PHI: drugs, claims): for analysts and engineers only' MASK insurance_command_center.silver.mask_transcript,
  detail STRING COMMENT 'Details: page, error, route, reason or feedback (PHI): for analysts and engineers only' MASK insurance_command_center.silver.mask_transcript,
  is_failure BOOLEAN COMMENT 'Whether the event was a failure: digital failure, denial',
  call_topic STRING COMMENT 'Topic, for digital attempts and calls',
  sentiment STRING COMMENT 'Sentiment label, for calls',
  sentiment_score DOUBLE COMMENT 'Sentiment from -1 to 1, for calls',
  transcript STRING COMMENT 'Transcript of the talk (PHI): for analysts and engineers only' MASK insurance_command_center.silver.mask_transcript,
  leaked_topic STRING COMMENT 'Topic on which the member made an avoidable call that day; NULL when there was none',
  customer_segment STRING COMMENT 'Plan and tenure group: MAPD New, MAPD Tenured, Commercial or Unknown',
  plan_type STRING COMMENT 'Plan type of the member',
  tenure_bucket STRING COMMENT 'Tenure group of the member: New, Developing, Established, Loyal or Unknown',
  CONSTRAINT member_journey_timeline_pk PRIMARY KEY (event_id),
  CONSTRAINT member_journey_timeline_member_fk FOREIGN KEY (member_id) REFERENCES `insurance_command_center`.`silver`.`members_current` (member_id)
)
CLUSTER BY (member_id, event_date)
COMMENT 'Cross-channel time line of every member over the lookback window, one row an event.'
TBLPROPERTIES ("quality" = "gold")
AS WITH calls AS (
  SELECT
    r.*,
    TIMESTAMPADD(SECOND, COALESCE(r.wait_seconds, 0), r.call_timestamp) AS answered_at,
    CAST(ROUND(COALESCE(r.handle_time_minutes, 0) * 60) AS INT) AS handle_seconds
  FROM `insurance_command_center`.`silver`.`call_center_clean` r
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE r.call_date <= p.as_of_date AND DATEDIFF(p.as_of_date, r.call_date) < 30
),
authorisations AS (
  SELECT
    *,
    CAST(prior_auth_submitted_at AS DATE) AS submitted_date
  FROM `insurance_command_center`.`silver`.`claims_clean`
  WHERE prior_auth_submitted_at IS NOT NULL
),
events AS (
  SELECT
    CONCAT('digital-', interaction_id) AS event_id,
    member_id,
    interaction_date AS event_date,
    interaction_timestamp AS event_timestamp,
    CAST(NULL AS TIMESTAMP) AS event_end_timestamp,
    4 AS event_order,
    'Digital' AS channel,
    interaction_type AS event_type,
    CONCAT_WS(
      ' ',
      CASE device
        WHEN 'mobile_app' THEN 'Mobile app'
        WHEN 'mobile_web' THEN 'Mobile web'
        WHEN 'desktop' THEN 'Website'
        ELSE 'Online'
      END,
      REPLACE(interaction_type, '_', ' '),
      CASE outcome WHEN 'failure' THEN 'fails' WHEN 'abandoned' THEN 'is abandoned' END
    ) AS title,
    CONCAT_WS(' | ', page, error_code, error_message, failure_reason) AS detail,
    is_failure,
    call_topic,
    CAST(NULL AS STRING) AS sentiment,
    CAST(NULL AS DOUBLE) AS sentiment_score,
    CAST(NULL AS STRING) AS transcript
  FROM `insurance_command_center`.`silver`.`digital_interactions_clean` r
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE r.interaction_date <= p.as_of_date AND DATEDIFF(p.as_of_date, r.interaction_date) < 30
  UNION ALL
  SELECT
    CONCAT('call-', call_id) AS event_id,
    member_id,
    call_date AS event_date,
    call_timestamp AS event_timestamp,
    answered_at AS event_end_timestamp,
    5 AS event_order,
    'Call Center' AS channel,
    'ivr' AS event_type,
    CONCAT('Calls; IVR routes to ', COALESCE(ivr_route, LOWER(call_topic))) AS title,
    CASE WHEN wait_seconds IS NOT NULL THEN CONCAT('waits ', CAST(wait_seconds AS STRING), ' seconds') END AS detail,
    FALSE AS is_failure,
    call_topic,
    CAST(NULL AS STRING) AS sentiment,
    CAST(NULL AS DOUBLE) AS sentiment_score,
    CAST(NULL AS STRING) AS transcript
  FROM calls
  UNION ALL
  SELECT
    CONCAT('agent-', call_id) AS event_id,
    member_id,
    call_date AS event_date,
    answered_at AS event_timestamp,
    TIMESTAMPADD(SECOND, handle_seconds, answered_at) AS event_end_timestamp,
    6 AS event_order,
    'Call Center' AS channel,
    'agent_call' AS event_type,
    CONCAT(
      CAST(CAST(ROUND(COALESCE(handle_time_minutes, 0)) AS INT) AS STRING),
      '-minute talk with an agent about ',
      call_topic
    ) AS title,
    CONCAT_WS(
      ', ',
      CONCAT('ends ', IF(is_strongly_negative, 'strongly negative', sentiment)),
      IF(is_repeat, 'repeat call', NULL),
      IF(transferred, 'transferred', NULL),
      IF(resolved, 'resolved', 'not resolved')
    ) AS detail,
    FALSE AS is_failure,
    call_topic,
    sentiment,
    CAST(sentiment_score AS DOUBLE) AS sentiment_score,
    transcript
  FROM calls
  UNION ALL
  SELECT
    CONCAT('survey-', survey_id) AS event_id,
    member_id,
    survey_date AS event_date,
    survey_timestamp AS event_timestamp,
    CAST(NULL AS TIMESTAMP) AS event_end_timestamp,
    7 AS event_order,
    'Survey' AS channel,
    survey_type AS event_type,
    CONCAT(
      'Answers a ', COALESCE(CONCAT(REPLACE(survey_type, '_', '-'), ' '), ''), 'survey',
      COALESCE(CONCAT(': would recommend ', CAST(nps_score AS STRING), ' of 10'), '')
    ) AS title,
    feedback_text AS detail,
    FALSE AS is_failure,
    CAST(NULL AS STRING) AS call_topic,
    CAST(NULL AS STRING) AS sentiment,
    CAST(NULL AS DOUBLE) AS sentiment_score,
    CAST(NULL AS STRING) AS transcript
  FROM `insurance_command_center`.`silver`.`surveys_clean` r
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE r.survey_date <= p.as_of_date AND DATEDIFF(p.as_of_date, r.survey_date) < 30
  UNION ALL
  SELECT
    CONCAT('claim-', claim_id) AS event_id,
    member_id,
    claim_date AS event_date,
    CAST(claim_date AS TIMESTAMP) AS event_timestamp,
    CAST(NULL AS TIMESTAMP) AS event_end_timestamp,
    2 AS event_order,
    'Claims' AS channel,
    LOWER(claim_type) AS event_type,
    CONCAT_WS(' ', claim_type, 'claim', CONCAT('of $', CAST(claim_amount AS STRING)), LOWER(status)) AS title,
    CONCAT_WS(' | ', service_category, denial_reason) AS detail,
    is_denied AS is_failure,
    CAST(NULL AS STRING) AS call_topic,
    CAST(NULL AS STRING) AS sentiment,
    CAST(NULL AS DOUBLE) AS sentiment_score,
    CAST(NULL AS STRING) AS transcript
  FROM `insurance_command_center`.`silver`.`claims_clean` r
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE r.claim_date <= p.as_of_date AND DATEDIFF(p.as_of_date, r.claim_date) < 30
  UNION ALL
  SELECT
    CONCAT('auth-', claim_id) AS event_id,
    member_id,
    submitted_date AS event_date,
    prior_auth_submitted_at AS event_timestamp,
    prior_auth_decided_at AS event_end_timestamp,
    3 AS event_order,
    'Prior Auth' AS channel,
    'prior_auth' AS event_type,
    CONCAT('Prior authorisation ', LOWER(COALESCE(prior_auth_status, 'requested'))) AS title,
    service_category AS detail,
    COALESCE(LOWER(prior_auth_status) = 'denied', FALSE) AS is_failure,
    CAST(NULL AS STRING) AS call_topic,
    CAST(NULL AS STRING) AS sentiment,
    CAST(NULL AS DOUBLE) AS sentiment_score,
    CAST(NULL AS STRING) AS transcript
  FROM authorisations r
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE r.submitted_date <= p.as_of_date AND DATEDIFF(p.as_of_date, r.submitted_date) < 30
  UNION ALL
  SELECT
    CONCAT('pharmacy-', rx_id) AS event_id,
    member_id,
    fill_date AS event_date,
    CAST(fill_date AS TIMESTAMP) AS event_timestamp,
    CAST(NULL AS TIMESTAMP) AS event_end_timestamp,
    1 AS event_order,
    'Pharmacy' AS channel,
    pharmacy_type AS event_type,
    CONCAT(
      COALESCE(drug_name, 'Prescription'), IF(is_denied, ' denied', ' filled'),
      COALESCE(CONCAT(', copay $', CAST(copay_amount AS STRING)), '')
    ) AS title,
    denied_reason AS detail,
    is_denied AS is_failure,
    CAST(NULL AS STRING) AS call_topic,
    CAST(NULL AS STRING) AS sentiment,
    CAST(NULL AS DOUBLE) AS sentiment_score,
    CAST(NULL AS STRING) AS transcript
  FROM `insurance_command_center`.`silver`.`pharmacy_clean` r
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE r.fill_date <= p.as_of_date AND DATEDIFF(p.as_of_date, r.fill_date) < 30
  UNION ALL
  SELECT
    CONCAT('enrollment-', enrollment_id) AS event_id,
    member_id,
    enrollment_date AS event_date,
    CAST(enrollment_date AS TIMESTAMP) AS event_timestamp,
    CAST(NULL AS TIMESTAMP) AS event_end_timestamp,
    0 AS event_order,
    'Enrollment' AS channel,
    change_type AS event_type,
    CONCAT_WS(': ', CONCAT('Enrolment in ', COALESCE(plan_type, 'an unknown plan')), change_type) AS title,
    change_reason AS detail,
    FALSE AS is_failure,
    CAST(NULL AS STRING) AS call_topic,
    CAST(NULL AS STRING) AS sentiment,
    CAST(NULL AS DOUBLE) AS sentiment_score,
    CAST(NULL AS STRING) AS transcript
  FROM `insurance_command_center`.`silver`.`enrollment_clean` r
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE r.enrollment_date <= p.as_of_date AND DATEDIFF(p.as_of_date, r.enrollment_date) < 30
),
leaked_days AS (
  SELECT
    member_id,
    call_date,
    MAX(call_topic) AS leaked_topic
  FROM `insurance_command_center`.`gold`.`digital_call_leakage`
  WHERE is_avoidable
  GROUP BY member_id, call_date
)
SELECT
  e.event_id,
  e.member_id,
  e.event_date,
  e.event_timestamp,
  e.event_end_timestamp,
  e.event_order,
  DATE_FORMAT(e.event_timestamp, 'HH:mm') AS event_time,
  e.channel,
  e.event_type,
  e.title,
  e.detail,
  e.is_failure,
  e.call_topic,
  e.sentiment,
  e.sentiment_score,
  e.transcript,
  l.leaked_topic,
  m.customer_segment,
  m.plan_type,
  m.tenure_bucket
FROM events e
INNER JOIN `insurance_command_center`.`silver`.`members_versions` m ON m.member_id = e.member_id AND m.valid_from <= e.event_date AND m.valid_to > e.event_date
LEFT JOIN leaked_days l ON l.member_id = e.member_id AND l.call_date = e.event_date;
