

-- How well self-service works: attempts, failures and how many failures end in a call, over the lookback window.
-- One row a kind of interaction, member group and tenure group.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`digital_journey_effectiveness` (
  interaction_type STRING NOT NULL COMMENT 'What members tried to do online, e.g. bill_pay or rx_refill',
  call_topic STRING COMMENT 'Topic of the call that it should make unnecessary',
  customer_segment STRING NOT NULL COMMENT 'Plan and tenure group: MAPD New, MAPD Tenured, Commercial or Unknown',
  tenure_bucket STRING NOT NULL COMMENT 'Tenure group: New, Developing, Established, Loyal or Unknown',
  attempts BIGINT COMMENT 'Digital attempts (weighted)',
  failures BIGINT COMMENT 'Failed or abandoned attempts (weighted)',
  abandons BIGINT COMMENT 'Abandoned attempts among them (weighted)',
  leaked BIGINT COMMENT 'Failures followed by a call within the leakage window (weighted)',
  leaked_immediately BIGINT COMMENT 'Failures followed by a call within the avoidable-call window (weighted)',
  failure_pct DOUBLE COMMENT 'Share of failures among attempts, in percent',
  leakage_pct DOUBLE COMMENT 'Share of attempts that ended in a call within the leakage window, in percent',
  failure_to_call_pct DOUBLE COMMENT 'Share of failures that ended in a call within the leakage window, in percent',
  self_service_pct DOUBLE COMMENT 'Share of attempts that succeeded, in percent',
  avg_minutes_to_call DOUBLE COMMENT 'Mean minutes from the failure to the call',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT digital_journey_effectiveness_pk PRIMARY KEY (interaction_type, customer_segment, tenure_bucket),
  CONSTRAINT failures_within_attempts EXPECT (failures <= attempts) ON VIOLATION FAIL UPDATE
)
COMMENT 'Attempts, failures and leakage of every self-service journey by member group over the lookback window.'
TBLPROPERTIES ("quality" = "gold")
AS WITH leaks AS (
  SELECT
    interaction_id,
    MIN(minutes_to_call) AS minutes_to_call,
    MAX(is_avoidable) AS is_immediate
  FROM `insurance_command_center`.`gold`.`digital_call_leakage`
  GROUP BY interaction_id
),
grouped AS (
  SELECT
    COALESCE(d.interaction_type, 'unknown') AS interaction_type,
    MAX(d.call_topic) AS call_topic,
    m.customer_segment,
    m.tenure_bucket,
    COUNT(*) AS attempts,
    COUNT_IF(d.is_failure) AS failures,
    COUNT_IF(d.outcome = 'abandoned') AS abandons,
    COUNT(l.interaction_id) AS leaked,
    COUNT_IF(l.is_immediate) AS leaked_immediately,
    AVG(l.minutes_to_call) AS minutes_to_call,
    MAX(p.expansion_factor) AS expansion_factor
  FROM `insurance_command_center`.`silver`.`digital_interactions_clean` d
  INNER JOIN `insurance_command_center`.`silver`.`members_versions` m ON m.member_id = d.member_id AND m.valid_from <= d.interaction_date AND m.valid_to > d.interaction_date
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  LEFT JOIN leaks l ON l.interaction_id = d.interaction_id
  WHERE d.interaction_date <= p.as_of_date AND DATEDIFF(p.as_of_date, d.interaction_date) < 30
  GROUP BY COALESCE(d.interaction_type, 'unknown'), m.customer_segment, m.tenure_bucket
)
SELECT
  interaction_type,
  call_topic,
  customer_segment,
  tenure_bucket,
  CAST(ROUND(attempts * expansion_factor) AS BIGINT) AS attempts,
  CAST(ROUND(failures * expansion_factor) AS BIGINT) AS failures,
  CAST(ROUND(abandons * expansion_factor) AS BIGINT) AS abandons,
  CAST(ROUND(leaked * expansion_factor) AS BIGINT) AS leaked,
  CAST(ROUND(leaked_immediately * expansion_factor) AS BIGINT) AS leaked_immediately,
  ROUND(100 * failures / attempts, 1) AS failure_pct,
  ROUND(100 * leaked / attempts, 1) AS leakage_pct,
  ROUND(100 * leaked / NULLIF(failures, 0), 1) AS failure_to_call_pct,
  ROUND(100 * (attempts - failures) / attempts, 1) AS self_service_pct,
  ROUND(minutes_to_call, 1) AS avg_minutes_to_call,
  expansion_factor
FROM grouped;
