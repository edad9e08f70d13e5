-- Before and after of every intervention that is being tracked, one row a journey and phase. Before is the as-of day;
-- after is the mean of the days after go-live, marked when they were simulated.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  journey STRING NOT NULL COMMENT 'Name of the journey, from digital failure to call',
  call_topic STRING COMMENT 'Topic of the calls',
  phase STRING NOT NULL COMMENT 'Before or After',
  phase_order INT COMMENT '1 before, 2 after',
  daily_calls BIGINT COMMENT 'Avoidable calls a day (weighted)',
  daily_cost DECIMAL(18, 2) COMMENT 'Avoidable cost a day in USD (weighted)',
  repeat_call_pct DOUBLE COMMENT 'Share of repeat calls, in percent',
  calls_change_pct DOUBLE COMMENT 'Change of calls against before, in percent; 0 for before',
  annual_saving DECIMAL(18, 2) COMMENT 'Saving a year against before in USD; 0 for before',
  go_live_date DATE COMMENT 'Date the intervention goes live',
  is_simulated BOOLEAN COMMENT 'Whether the figures were simulated, not observed',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT impact_tracker_pk PRIMARY KEY (journey, phase)
)
COMMENT 'Calls, cost and repeat share of tracked journeys before and after go-live.'
TBLPROPERTIES ("quality" = "gold")
AS WITH tracked AS (
  SELECT
    LOWER(TRIM(issue)) AS issue_key,
    MAX(go_live_date) AS go_live_date
  FROM {{ ref('silver.interventions') }}
  WHERE status = 'simulated'
  GROUP BY LOWER(TRIM(issue))
),
after_days AS (
  SELECT
    LOWER(TRIM(issue)) AS issue_key,
    AVG(calls) AS calls,
    100 * SUM(repeat_calls) / NULLIF(SUM(calls), 0) AS repeat_call_pct,
    MAX(is_simulated) AS is_simulated
  FROM {{ ref('silver.impact_simulation') }}
  GROUP BY LOWER(TRIM(issue))
),
both AS (
  SELECT
    d.journey,
    d.call_topic,
    'Before' AS phase,
    1 AS phase_order,
    CAST(d.sample_calls AS DOUBLE) AS calls,
    CAST(d.sample_calls AS DOUBLE) AS calls_before,
    d.repeat_call_pct,
    t.go_live_date,
    FALSE AS is_simulated,
    d.expansion_factor
  FROM {{ ref('gold.leakage_daily') }} d
  INNER JOIN tracked t ON t.issue_key = LOWER(d.call_topic)
  WHERE d.is_as_of_day
  UNION ALL
  SELECT
    d.journey,
    d.call_topic,
    'After' AS phase,
    2 AS phase_order,
    a.calls,
    CAST(d.sample_calls AS DOUBLE) AS calls_before,
    a.repeat_call_pct,
    t.go_live_date,
    a.is_simulated,
    d.expansion_factor
  FROM {{ ref('gold.leakage_daily') }} d
  INNER JOIN tracked t ON t.issue_key = LOWER(d.call_topic)
  INNER JOIN after_days a ON a.issue_key = t.issue_key
  WHERE d.is_as_of_day
)
SELECT
  journey,
  call_topic,
  phase,
  phase_order,
  CAST(ROUND(calls * expansion_factor) AS BIGINT) AS daily_calls,
  CAST(ROUND(calls * expansion_factor * {{ var('avoidable_call_cost') }}, 2) AS DECIMAL(18, 2)) AS daily_cost,
  ROUND(repeat_call_pct, 1) AS repeat_call_pct,
  ROUND(100 * (calls / NULLIF(calls_before, 0) - 1), 1) AS calls_change_pct,
  CAST(ROUND(
    (calls_before - calls) * expansion_factor * {{ var('avoidable_call_cost') }} * {{ var('days_per_year') }},
    2
  ) AS DECIMAL(18, 2)) AS annual_saving,
  go_live_date,
  is_simulated,
  expansion_factor
FROM both;
