-- Key drivers of each journey today, one row a journey: the error behind most of its calls, the share of phones, when
-- the spike began and which benefit communication went out at that time.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`leakage_drivers` (
  journey STRING NOT NULL COMMENT 'Name of the journey, from digital failure to call',
  call_topic STRING COMMENT 'Topic of the calls',
  daily_calls BIGINT COMMENT 'Avoidable calls on the as-of day (weighted)',
  top_error_code STRING COMMENT 'Error shown before most of the calls on the as-of day',
  top_error_message STRING COMMENT 'Text of that error',
  top_error_share_pct DOUBLE COMMENT 'Share of that error among the calls, in percent',
  mobile_share_pct DOUBLE COMMENT 'Share of calls after an attempt on a phone, in percent; NULL when the source gives no device',
  usual_daily_calls DOUBLE COMMENT 'Median avoidable calls a day before the lookback window (weighted)',
  spike_start_date DATE COMMENT 'First day of the unbroken run of elevated days up to the as-of day; NULL when today is not elevated',
  spike_days INT COMMENT 'Days since the spike began',
  communication_id STRING COMMENT 'Benefit communication on the topic that was sent when the spike began; NULL when there is none',
  communication_date DATE COMMENT 'Date it was sent',
  communication_title STRING COMMENT 'Title of it',
  is_aep BOOLEAN COMMENT 'Whether it belongs to the annual enrolment period',
  as_of_date DATE COMMENT 'The day that counts as today',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT leakage_drivers_pk PRIMARY KEY (journey),
  CONSTRAINT leakage_drivers_communication_fk FOREIGN KEY (communication_id) REFERENCES `insurance_command_center`.`silver`.`benefit_communications` (communication_id)
)
COMMENT 'Key drivers of each leaking journey on the as-of day: error, device, start of the spike, communication.'
TBLPROPERTIES ("quality" = "gold")
AS WITH errors AS (
  SELECT
    call_topic,
    error_code,
    MAX(error_message) AS error_message,
    COUNT(*) AS calls,
    100 * COUNT(*) / SUM(COUNT(*)) OVER (PARTITION BY call_topic) AS share_pct
  FROM `insurance_command_center`.`gold`.`digital_call_leakage`
  WHERE is_as_of_day AND is_avoidable
  GROUP BY call_topic, error_code
),
top_errors AS (
  SELECT *
  FROM errors
  QUALIFY ROW_NUMBER() OVER (PARTITION BY call_topic ORDER BY calls DESC, error_code) = 1
),
devices AS (
  SELECT
    call_topic,
    100 * COUNT_IF(is_mobile) / NULLIF(COUNT(is_mobile), 0) AS mobile_share_pct
  FROM `insurance_command_center`.`gold`.`digital_call_leakage`
  WHERE is_as_of_day AND is_avoidable
  GROUP BY call_topic
),
-- The level of the days that no current window touches.
usual AS (
  SELECT
    d.call_topic,
    MEDIAN(d.sample_calls) AS usual_calls
  FROM `insurance_command_center`.`gold`.`leakage_daily` d
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE DATEDIFF(p.as_of_date, d.call_date) >= 30
  GROUP BY d.call_topic
),
last_usual_day AS (
  SELECT
    d.call_topic,
    MAX(d.call_date) AS call_date
  FROM `insurance_command_center`.`gold`.`leakage_daily` d
  INNER JOIN usual u ON u.call_topic = d.call_topic
  WHERE d.sample_calls <= u.usual_calls * (1 + 25 / 100)
  GROUP BY d.call_topic
),
spikes AS (
  SELECT
    l.call_topic,
    DATE_ADD(l.call_date, 1) AS spike_start_date,
    DATEDIFF(p.as_of_date, DATE_ADD(l.call_date, 1)) AS spike_days
  FROM last_usual_day l
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE l.call_date < p.as_of_date
),
attributed AS (
  SELECT
    s.call_topic,
    b.communication_id,
    b.sent_date,
    b.title,
    b.is_aep
  FROM spikes s
  INNER JOIN `insurance_command_center`.`silver`.`benefit_communications` b
    ON LOWER(TRIM(b.topic)) = LOWER(s.call_topic)
    AND ABS(DATEDIFF(s.spike_start_date, b.sent_date)) <= 3
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY s.call_topic
    ORDER BY ABS(DATEDIFF(s.spike_start_date, b.sent_date)), b.communication_id
  ) = 1
)
SELECT
  d.journey,
  d.call_topic,
  d.daily_calls,
  e.error_code AS top_error_code,
  e.error_message AS top_error_message,
  ROUND(e.share_pct, 1) AS top_error_share_pct,
  ROUND(v.mobile_share_pct, 1) AS mobile_share_pct,
  ROUND(u.usual_calls * d.expansion_factor, 1) AS usual_daily_calls,
  s.spike_start_date,
  s.spike_days,
  a.communication_id,
  a.sent_date AS communication_date,
  a.title AS communication_title,
  a.is_aep,
  d.call_date AS as_of_date,
  d.expansion_factor
FROM `insurance_command_center`.`gold`.`leakage_daily` d
INNER JOIN top_errors e ON e.call_topic = d.call_topic
INNER JOIN devices v ON v.call_topic = d.call_topic
LEFT JOIN usual u ON u.call_topic = d.call_topic
LEFT JOIN spikes s ON s.call_topic = d.call_topic
LEFT JOIN attributed a ON a.call_topic = d.call_topic
WHERE d.is_as_of_day AND d.sample_calls > 0;
