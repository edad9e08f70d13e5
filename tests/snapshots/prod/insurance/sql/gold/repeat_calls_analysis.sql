

-- Repeat demand by topic and member group over the lookback window, one row each, ranked by cost.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`repeat_calls_analysis` (
  call_topic STRING NOT NULL COMMENT 'Topic of the calls',
  customer_segment STRING NOT NULL COMMENT 'Plan and tenure group: MAPD New, MAPD Tenured, Commercial or Unknown',
  repeat_rank INT COMMENT 'Rank by cost of repeat calls, 1 is the most expensive',
  total_calls BIGINT COMMENT 'Calls in the lookback window (weighted)',
  repeat_calls BIGINT COMMENT 'Repeat calls among them (weighted)',
  repeat_call_pct DOUBLE COMMENT 'Share of repeat calls, in percent',
  repeat_call_cost DECIMAL(18, 2) COMMENT 'Cost of the repeat calls in USD (weighted)',
  avg_hours_between_calls DOUBLE COMMENT 'Mean hours from a call to its repeat',
  one_and_done_pct DOUBLE COMMENT 'Share of calls that were not followed by a repeat, in percent; only calls whose repeat window has ended',
  avg_handle_time_minutes DOUBLE COMMENT 'Mean handle time in minutes',
  long_calls BIGINT COMMENT 'Calls above the limit for a long call (weighted)',
  transferred_pct DOUBLE COMMENT 'Share of transferred calls, in percent',
  repeat_negative_pct DOUBLE COMMENT 'Share of negative emotion among repeat calls, in percent',
  first_negative_pct DOUBLE COMMENT 'Share of negative emotion among first calls, in percent',
  after_digital_failure_pct DOUBLE COMMENT 'Share of repeat calls that followed a failed digital attempt, in percent',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT repeat_calls_analysis_pk PRIMARY KEY (call_topic, customer_segment)
)
COMMENT 'Repeat calls by topic and member group over the lookback window.'
TBLPROPERTIES ("quality" = "gold")
AS WITH recent AS (
  SELECT
    c.*,
    m.customer_segment,
    p.expansion_factor,
    DATEDIFF(p.as_of_date, c.call_date) >= 7 AS repeat_window_ended
  FROM `insurance_command_center`.`silver`.`call_center_clean` c
  INNER JOIN `insurance_command_center`.`silver`.`members_versions` m ON m.member_id = c.member_id AND m.valid_from <= c.call_date AND m.valid_to > c.call_date
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE c.call_date <= p.as_of_date AND DATEDIFF(p.as_of_date, c.call_date) < 30
),
grouped AS (
  SELECT
    call_topic,
    customer_segment,
    MAX(expansion_factor) AS expansion_factor,
    COUNT(*) AS calls,
    COUNT_IF(is_repeat) AS repeats,
    SUM(CASE WHEN is_repeat THEN CAST(call_cost AS DOUBLE) END) AS repeat_cost,
    AVG(CASE WHEN is_repeat THEN hours_since_previous_call END) AS hours_between,
    COUNT_IF(repeat_window_ended) AS ended_calls,
    COUNT_IF(repeat_window_ended AND NOT is_followed_by_repeat) AS one_and_done_calls,
    AVG(CAST(handle_time_minutes AS DOUBLE)) AS handle_time,
    COUNT_IF(is_long_call) AS long_calls,
    COUNT_IF(transferred) AS transfers,
    100 * AVG(CASE WHEN is_repeat THEN CAST(is_negative AS INT) END) AS repeat_negative_pct,
    100 * AVG(CASE WHEN NOT is_repeat THEN CAST(is_negative AS INT) END) AS first_negative_pct,
    COUNT_IF(is_repeat AND is_leakage) AS repeats_after_failure
  FROM recent
  GROUP BY call_topic, customer_segment
)
SELECT
  call_topic,
  customer_segment,
  CAST(ROW_NUMBER() OVER (ORDER BY COALESCE(repeat_cost, 0) DESC, call_topic, customer_segment) AS INT) AS repeat_rank,
  CAST(ROUND(calls * expansion_factor) AS BIGINT) AS total_calls,
  CAST(ROUND(repeats * expansion_factor) AS BIGINT) AS repeat_calls,
  ROUND(100 * repeats / calls, 1) AS repeat_call_pct,
  CAST(ROUND(COALESCE(repeat_cost, 0) * expansion_factor, 2) AS DECIMAL(18, 2)) AS repeat_call_cost,
  ROUND(hours_between, 1) AS avg_hours_between_calls,
  ROUND(100 * one_and_done_calls / NULLIF(ended_calls, 0), 1) AS one_and_done_pct,
  ROUND(handle_time, 1) AS avg_handle_time_minutes,
  CAST(ROUND(long_calls * expansion_factor) AS BIGINT) AS long_calls,
  ROUND(100 * transfers / calls, 1) AS transferred_pct,
  ROUND(repeat_negative_pct, 1) AS repeat_negative_pct,
  ROUND(first_negative_pct, 1) AS first_negative_pct,
  ROUND(100 * repeats_after_failure / NULLIF(repeats, 0), 1) AS after_digital_failure_pct,
  expansion_factor
FROM grouped;
