-- Daily leakage of tracked journeys, one row a journey and day: observed up to the as-of day, simulated after it.
-- A journey is tracked by the latest of its interventions that has gone live, or does so on the day after the as-of
-- day, if the data holds a day before it. Days before go-live are Before, the others After; an observed day replaces
-- the simulated one. One window holds the days before go-live and those since.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`impact_trend` (
  journey STRING NOT NULL COMMENT 'Name of the journey, from digital failure to call',
  call_topic STRING COMMENT 'Topic of the calls',
  day DATE NOT NULL COMMENT 'Day',
  phase STRING NOT NULL COMMENT 'Before or After go-live',
  daily_calls BIGINT COMMENT 'Avoidable calls of the day (weighted)',
  daily_cost DECIMAL(18, 2) COMMENT 'Avoidable cost of the day in USD (weighted)',
  repeat_call_pct DOUBLE COMMENT 'Share of repeat calls, in percent',
  intervention_id STRING COMMENT 'Intervention that is tracked',
  go_live_date DATE COMMENT 'Date it goes live',
  is_simulated BOOLEAN COMMENT 'Whether the day was simulated, not observed',
  sample_calls DOUBLE COMMENT 'Avoidable calls of the day in the data, or simulated in its unit (not weighted)',
  sample_repeat_calls DOUBLE COMMENT 'Repeat calls among them (not weighted)',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT impact_trend_pk PRIMARY KEY (journey, day),
  CONSTRAINT impact_trend_intervention_fk FOREIGN KEY (intervention_id) REFERENCES `insurance_command_center`.`silver`.`interventions` (intervention_id)
)
CLUSTER BY (day)
COMMENT 'Daily leakage of tracked journeys before and after go-live.'
TBLPROPERTIES ("quality" = "gold")
AS WITH live AS (
  SELECT
    LOWER(TRIM(i.issue)) AS issue_key,
    i.intervention_id,
    i.go_live_date,
    i.status = 'simulated' AS may_simulate
  FROM `insurance_command_center`.`silver`.`interventions` i
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE i.go_live_date <= DATE_ADD(p.as_of_date, 1)
  QUALIFY ROW_NUMBER() OVER (PARTITION BY LOWER(TRIM(i.issue)) ORDER BY i.go_live_date DESC, i.intervention_id DESC) = 1
),
tracked AS (
  SELECT
    d.journey,
    d.call_topic,
    t.issue_key,
    t.intervention_id,
    t.go_live_date,
    t.may_simulate,
    p.as_of_date,
    p.expansion_factor
  FROM live t
  INNER JOIN `insurance_command_center`.`gold`.`leakage_daily` d ON LOWER(d.call_topic) = t.issue_key
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  GROUP BY ALL
  HAVING MIN(d.call_date) < t.go_live_date
),
days AS (
  SELECT
    t.*,
    d.call_date AS day,
    CAST(d.sample_calls AS DOUBLE) AS calls,
    CAST(d.sample_repeat_calls AS DOUBLE) AS repeat_calls,
    FALSE AS is_simulated
  FROM tracked t
  INNER JOIN `insurance_command_center`.`gold`.`leakage_daily` d
    ON d.journey = t.journey
    AND d.call_date > DATE_SUB(LEAST(t.go_live_date, t.as_of_date), 30)
  UNION ALL
  SELECT
    t.*,
    DATE_ADD(t.go_live_date, s.day_offset - 1) AS day,
    s.calls,
    s.repeat_calls,
    s.is_simulated
  FROM tracked t
  INNER JOIN `insurance_command_center`.`silver`.`impact_simulation` s
    ON LOWER(TRIM(s.issue)) = t.issue_key
    AND DATE_ADD(t.go_live_date, s.day_offset - 1) > t.as_of_date
  WHERE t.may_simulate
)
SELECT
  journey,
  call_topic,
  day,
  IF(day < go_live_date, 'Before', 'After') AS phase,
  CAST(ROUND(calls * expansion_factor) AS BIGINT) AS daily_calls,
  CAST(ROUND(calls * expansion_factor * 8.00, 2) AS DECIMAL(18, 2)) AS daily_cost,
  ROUND(100 * repeat_calls / NULLIF(calls, 0), 1) AS repeat_call_pct,
  intervention_id,
  go_live_date,
  is_simulated,
  calls AS sample_calls,
  repeat_calls AS sample_repeat_calls,
  expansion_factor
FROM days;
