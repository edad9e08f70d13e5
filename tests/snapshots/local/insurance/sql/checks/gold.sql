-- Gold checks of the daily job: figures that are computed in two ways agree, shares are shares, today's volume is not
-- out of line with the days before, and no journey falls silent. A side without any row counts as zero.
WITH today AS (
  SELECT total_calls, avoidable_calls, avoidable_cost
  FROM `insurance_command_center`.`gold`.`executive_kpis`
  WHERE is_as_of_day
),
opportunities AS (
  SELECT
    COALESCE(SUM(daily_calls), 0) AS calls,
    COALESCE(SUM(daily_cost), 0) AS cost,
    COALESCE(SUM(CASE WHEN call_topic = 'Billing' THEN daily_calls END), 0) AS focus_calls,
    COUNT(*) AS journeys,
    COALESCE(MAX(opportunity_rank), 0) AS last_rank,
    COALESCE(MIN(daily_cost), 0) AS least_cost
  FROM `insurance_command_center`.`gold`.`top_opportunities`
),
causes AS (
  SELECT COALESCE(SUM(daily_calls), 0) AS calls, COUNT(*) AS parts
  FROM `insurance_command_center`.`gold`.`leakage_root_cause`
  WHERE is_as_of_day
),
segments AS (
  SELECT COALESCE(SUM(daily_calls), 0) AS calls, COUNT(*) AS parts
  FROM `insurance_command_center`.`gold`.`billing_leakage_segments`
),
shares AS (
  SELECT COUNT_IF(
    repeat_call_pct NOT BETWEEN 0 AND 100
    OR negative_emotion_pct NOT BETWEEN 0 AND 100
    OR digital_failure_pct NOT BETWEEN 0 AND 100
  ) AS impossible
  FROM `insurance_command_center`.`gold`.`executive_kpis`
),
usual AS (
  SELECT
    MEDIAN(CASE WHEN k.is_in_lookback AND NOT k.is_as_of_day THEN k.total_calls END) AS total_calls,
    COUNT(*) AS days
  FROM `insurance_command_center`.`gold`.`executive_kpis` k
),
-- Journeys that leaked on each of the days before, and often enough that a day without any is no chance.
silent AS (
  SELECT call_topic
  FROM `insurance_command_center`.`gold`.`leakage_daily` d
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE DATEDIFF(p.as_of_date, d.call_date) BETWEEN 0 AND 7
  GROUP BY call_topic
  HAVING COUNT(*) > 1
    AND MIN(CASE WHEN NOT d.is_as_of_day THEN d.sample_calls END) > 0
    AND AVG(CASE WHEN NOT d.is_as_of_day THEN d.sample_calls END) >= 10
    AND MAX(CASE WHEN d.is_as_of_day THEN d.sample_calls END) = 0
),
-- Days later than today; the few calls of a misdated day make none.
open_days AS (
  SELECT c.call_date
  FROM `insurance_command_center`.`silver`.`call_center_clean` c
  CROSS JOIN `insurance_command_center`.`gold`.`population` p
  WHERE c.call_date > p.as_of_date
  GROUP BY c.call_date
  HAVING COUNT(*) >= 10
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
    ABS(t.avoidable_calls - o.calls) <= o.journeys AS passed,
    CONCAT(COALESCE(CAST(t.avoidable_calls AS STRING), 'none'), ' and ', COALESCE(CAST(o.calls AS STRING), 'none')) AS detail
  FROM today t
  CROSS JOIN opportunities o
  UNION ALL
  SELECT
    'avoidable cost: executive_kpis = top_opportunities' AS check_name,
    ABS(t.avoidable_cost - o.cost) <= 0.01 * (o.journeys + 1) AS passed,
    CONCAT(COALESCE(CAST(t.avoidable_cost AS STRING), 'none'), ' and ', COALESCE(CAST(o.cost AS STRING), 'none')) AS detail
  FROM today t
  CROSS JOIN opportunities o
  UNION ALL
  SELECT
    'avoidable calls: leakage_root_cause = top_opportunities' AS check_name,
    ABS(c.calls - o.calls) <= c.parts + o.journeys AS passed,
    CONCAT(COALESCE(CAST(c.calls AS STRING), 'none'), ' and ', COALESCE(CAST(o.calls AS STRING), 'none')) AS detail
  FROM causes c
  CROSS JOIN opportunities o
  UNION ALL
  SELECT
    'calls of the focus topic: segments = journey' AS check_name,
    ABS(s.calls - o.focus_calls) <= s.parts + 1 AS passed,
    CONCAT(COALESCE(CAST(s.calls AS STRING), 'none'), ' and ', COALESCE(CAST(o.focus_calls AS STRING), 'none')) AS detail
  FROM segments s
  CROSS JOIN opportunities o
  UNION ALL
  SELECT
    'opportunities are ranked without gaps' AS check_name,
    journeys = last_rank AND least_cost >= 0 AS passed,
    CONCAT(COALESCE(CAST(journeys AS STRING), 'none'), ' opportunities, last rank ', COALESCE(CAST(last_rank AS STRING), 'none')) AS detail
  FROM opportunities
  UNION ALL
  SELECT
    'shares lie between 0 and 100' AS check_name,
    impossible = 0 AS passed,
    CONCAT(COALESCE(CAST(impossible AS STRING), 'none'), ' days with an impossible share') AS detail
  FROM shares
  UNION ALL
  SELECT
    'the volume of today is in line with the days before' AS check_name,
    -- The first day of all has nothing before it.
    u.days <= 1
      OR ABS(t.total_calls / NULLIF(u.total_calls, 0) - 1) * 100 <= 50 AS passed,
    CONCAT(COALESCE(CAST(t.total_calls AS STRING), 'none'), ' calls, usually ', COALESCE(CAST(u.total_calls AS STRING), 'none')) AS detail
  FROM today t
  CROSS JOIN usual u
  UNION ALL
  SELECT
    'a journey that leaked on each of the days before leaks today' AS check_name,
    COUNT(*) = 0 AS passed,
    CONCAT('silent today: ', COALESCE(MIN(call_topic), 'none')) AS detail
  FROM silent
  UNION ALL
  SELECT
    'no complete day is kept waiting' AS check_name,
    COUNT(*) <= 1 AS passed,
    CONCAT(CAST(COUNT(*) AS STRING), ' days after today have calls') AS detail
  FROM open_days
)
SELECT
  check_name,
  detail,
  IF(
    COALESCE(passed, FALSE),
    'passed',
    RAISE_ERROR(CONCAT('Gold check failed: ', check_name, ' (', detail, ')'))
  ) AS result
FROM checks
ORDER BY check_name;
