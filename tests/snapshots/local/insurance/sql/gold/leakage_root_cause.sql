-- What the members saw before they called, beside the latest benefit communication on the topic:
-- one row a journey, day, error and device.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`leakage_root_cause` (
  journey STRING NOT NULL COMMENT 'Name of the journey, from digital failure to call',
  call_topic STRING COMMENT 'Topic of the calls',
  call_date DATE NOT NULL COMMENT 'Day',
  is_as_of_day BOOLEAN COMMENT 'Whether the day is the as-of day (today)',
  error_code STRING NOT NULL COMMENT 'Code of the error shown before the call, or the reason of the failure when the source gives no code; NONE when it gives neither',
  error_message STRING COMMENT 'Text of that error',
  device STRING NOT NULL COMMENT 'Device: mobile_app, mobile_web, desktop or unknown',
  is_mobile BOOLEAN COMMENT 'Whether the device was a phone (app or browser); NULL when the device is unknown',
  daily_calls BIGINT COMMENT 'Avoidable calls (weighted)',
  daily_cost DECIMAL(18, 2) COMMENT 'Avoidable cost in USD (weighted)',
  share_pct DOUBLE COMMENT 'Share among the avoidable calls of the journey on the day, in percent',
  communication_date DATE COMMENT 'Date of the latest benefit communication on the topic up to the day',
  communication_title STRING COMMENT 'Title of that communication',
  days_since_communication INT COMMENT 'Days since that communication',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT leakage_root_cause_pk PRIMARY KEY (journey, call_date, error_code, device)
)
CLUSTER BY (call_date)
COMMENT 'Avoidable calls by journey, day, error shown and device, with the benefit communication before them.'
TBLPROPERTIES ("quality" = "gold")
AS WITH causes AS (
  SELECT
    journey,
    call_topic,
    call_date,
    is_as_of_day,
    error_code,
    COALESCE(device, 'unknown') AS device,
    MAX(error_message) AS error_message,
    MAX(is_mobile) AS is_mobile,
    COUNT(*) AS sample_calls,
    SUM(weighted_calls) AS weighted_calls,
    SUM(avoidable_cost) AS avoidable_cost,
    MAX(expansion_factor) AS expansion_factor
  FROM `insurance_command_center`.`gold`.`digital_call_leakage`
  WHERE is_avoidable
  GROUP BY journey, call_topic, call_date, is_as_of_day, error_code, COALESCE(device, 'unknown')
),
days AS (
  SELECT DISTINCT call_topic, call_date
  FROM causes
),
latest_communication AS (
  SELECT
    d.call_topic,
    d.call_date,
    b.sent_date,
    b.title
  FROM days d
  INNER JOIN `insurance_command_center`.`silver`.`benefit_communications` b
    ON LOWER(TRIM(b.topic)) = LOWER(d.call_topic)
    AND b.sent_date <= d.call_date
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY d.call_topic, d.call_date
    ORDER BY b.sent_date DESC, b.is_aep DESC, b.communication_id
  ) = 1
)
SELECT
  c.journey,
  c.call_topic,
  c.call_date,
  c.is_as_of_day,
  c.error_code,
  c.error_message,
  c.device,
  c.is_mobile,
  CAST(ROUND(c.weighted_calls) AS BIGINT) AS daily_calls,
  CAST(ROUND(c.avoidable_cost, 2) AS DECIMAL(18, 2)) AS daily_cost,
  ROUND(100 * c.sample_calls / SUM(c.sample_calls) OVER (PARTITION BY c.journey, c.call_date), 1) AS share_pct,
  l.sent_date AS communication_date,
  l.title AS communication_title,
  DATEDIFF(c.call_date, l.sent_date) AS days_since_communication,
  c.expansion_factor
FROM causes c
LEFT JOIN latest_communication l ON l.call_topic = c.call_topic AND l.call_date = c.call_date;
