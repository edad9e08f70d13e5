-- Gold checks of the daily job: figures that are computed in two ways agree, shares are shares, and today's
-- volume is not out of line with the days before.
WITH today AS (
  SELECT total_calls, avoidable_calls, avoidable_cost
  FROM {{ ref('gold.executive_kpis') }}
  WHERE is_as_of_day
),
journeys AS (
  SELECT SUM(daily_calls) AS calls, SUM(daily_cost) AS cost
  FROM {{ ref('gold.top_opportunities') }}
),
causes AS (
  SELECT SUM(daily_calls) AS calls, COUNT(*) AS parts
  FROM {{ ref('gold.leakage_root_cause') }}
  WHERE is_as_of_day
),
segments AS (
  SELECT SUM(s.daily_calls) AS calls, COUNT(*) AS parts, MAX(o.daily_calls) AS journey_calls
  FROM {{ ref('gold.billing_leakage_segments') }} s
  INNER JOIN {{ ref('gold.top_opportunities') }} o ON o.journey = s.journey
),
ranks AS (
  SELECT COUNT(*) AS opportunities, MAX(opportunity_rank) AS last_rank, MIN(daily_cost) AS least_cost
  FROM {{ ref('gold.top_opportunities') }}
),
shares AS (
  SELECT COUNT_IF(
    repeat_call_pct NOT BETWEEN 0 AND 100
    OR negative_emotion_pct NOT BETWEEN 0 AND 100
    OR digital_failure_pct NOT BETWEEN 0 AND 100
  ) AS impossible
  FROM {{ ref('gold.executive_kpis') }}
),
usual AS (
  SELECT MEDIAN(k.total_calls) AS total_calls
  FROM {{ ref('gold.executive_kpis') }} k
  CROSS JOIN {{ ref('gold.population') }} p
  WHERE DATEDIFF(p.as_of_date, k.call_date) BETWEEN 1 AND {{ var('lookback_days') }}
),
checks AS (
  SELECT
    'today is known and has calls' AS check_name,
    COUNT(*) = 1 AND MAX(total_calls) > 0 AS passed,
    CONCAT(CAST(COUNT(*) AS STRING), ' days are today') AS detail
  FROM today
  UNION ALL
  SELECT
    'avoidable calls: executive_kpis = top_opportunities' AS check_name,
    -- Each part is rounded on its own, here and below.
    ABS(t.avoidable_calls - j.calls) <= r.opportunities AS passed,
    CONCAT(CAST(t.avoidable_calls AS STRING), ' and ', CAST(j.calls AS STRING)) AS detail
  FROM today t
  CROSS JOIN journeys j
  CROSS JOIN ranks r
  UNION ALL
  SELECT
    'avoidable cost: executive_kpis = top_opportunities' AS check_name,
    ABS(t.avoidable_cost - j.cost) <= 0.01 * (r.opportunities + 1) AS passed,
    CONCAT(CAST(t.avoidable_cost AS STRING), ' and ', CAST(j.cost AS STRING)) AS detail
  FROM today t
  CROSS JOIN journeys j
  CROSS JOIN ranks r
  UNION ALL
  SELECT
    'avoidable calls: leakage_root_cause = top_opportunities' AS check_name,
    ABS(c.calls - j.calls) <= c.parts + r.opportunities AS passed,
    CONCAT(CAST(c.calls AS STRING), ' and ', CAST(j.calls AS STRING)) AS detail
  FROM causes c
  CROSS JOIN journeys j
  CROSS JOIN ranks r
  UNION ALL
  SELECT
    'billing calls: segments = journey' AS check_name,
    COALESCE(ABS(calls - journey_calls) <= parts + 1, TRUE) AS passed,
    CONCAT(COALESCE(CAST(calls AS STRING), 'none'), ' and ', COALESCE(CAST(journey_calls AS STRING), 'none')) AS detail
  FROM segments
  UNION ALL
  SELECT
    'opportunities are ranked without gaps' AS check_name,
    opportunities > 0 AND opportunities = last_rank AND least_cost >= 0 AS passed,
    CONCAT(CAST(opportunities AS STRING), ' opportunities, last rank ', CAST(last_rank AS STRING)) AS detail
  FROM ranks
  UNION ALL
  SELECT
    'shares lie between 0 and 100' AS check_name,
    impossible = 0 AS passed,
    CONCAT(CAST(impossible AS STRING), ' days with an impossible share') AS detail
  FROM shares
  UNION ALL
  SELECT
    'the volume of today is in line with the days before' AS check_name,
    COALESCE(ABS(t.total_calls / NULLIF(u.total_calls, 0) - 1) * 100 <= {{ var('max_daily_change_pct') }}, TRUE) AS passed,
    CONCAT(CAST(t.total_calls AS STRING), ' calls, usually ', COALESCE(CAST(u.total_calls AS STRING), 'unknown')) AS detail
  FROM today t
  CROSS JOIN usual u
)
SELECT
  check_name,
  detail,
  IF(passed, 'passed', RAISE_ERROR(CONCAT('Gold check failed: ', check_name, ' (', detail, ')'))) AS result
FROM checks
ORDER BY check_name;
