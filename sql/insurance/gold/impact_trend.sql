{% import '_macros/dates.sql' as dates %}
-- Daily leakage of tracked journeys, one row a journey and day, up to the as-of day and, after go-live, as observed or
-- simulated.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  journey STRING NOT NULL COMMENT 'Name of the journey, from digital failure to call',
  call_topic STRING COMMENT 'Topic of the calls',
  day DATE NOT NULL COMMENT 'Day',
  phase STRING NOT NULL COMMENT 'Before or After go-live',
  daily_calls BIGINT COMMENT 'Avoidable calls of the day (weighted)',
  daily_cost DECIMAL(18, 2) COMMENT 'Avoidable cost of the day in USD (weighted)',
  repeat_call_pct DOUBLE COMMENT 'Share of repeat calls, in percent',
  go_live_date DATE COMMENT 'Date the intervention goes live',
  is_simulated BOOLEAN COMMENT 'Whether the day was simulated, not observed',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for',
  CONSTRAINT impact_trend_pk PRIMARY KEY (journey, day, phase)
)
CLUSTER BY (day)
COMMENT 'Daily leakage of tracked journeys before and after go-live.'
TBLPROPERTIES ("quality" = "gold")
AS WITH tracked AS (
  SELECT
    LOWER(TRIM(issue)) AS issue_key,
    MAX(go_live_date) AS go_live_date
  FROM {{ ref('silver.interventions') }}
  WHERE status = 'simulated'
  GROUP BY LOWER(TRIM(issue))
)
SELECT
  d.journey,
  d.call_topic,
  d.call_date AS day,
  'Before' AS phase,
  d.daily_calls,
  d.daily_cost,
  d.repeat_call_pct,
  t.go_live_date,
  FALSE AS is_simulated,
  d.expansion_factor
FROM {{ ref('gold.leakage_daily') }} d
INNER JOIN tracked t ON t.issue_key = LOWER(d.call_topic)
CROSS JOIN {{ ref('gold.population') }} p
WHERE {{ dates.in_lookback('d.call_date') }}
UNION ALL
SELECT
  d.journey,
  d.call_topic,
  DATE_ADD(t.go_live_date, s.day_offset - 1) AS day,
  'After' AS phase,
  CAST(ROUND(s.calls * d.expansion_factor) AS BIGINT) AS daily_calls,
  CAST(ROUND(s.calls * d.expansion_factor * {{ var('avoidable_call_cost') }}, 2) AS DECIMAL(18, 2)) AS daily_cost,
  ROUND(100 * s.repeat_calls / NULLIF(s.calls, 0), 1) AS repeat_call_pct,
  t.go_live_date,
  s.is_simulated,
  d.expansion_factor
FROM {{ ref('silver.impact_simulation') }} s
INNER JOIN tracked t ON t.issue_key = LOWER(TRIM(s.issue))
INNER JOIN {{ ref('gold.leakage_daily') }} d ON LOWER(d.call_topic) = t.issue_key AND d.is_as_of_day;
