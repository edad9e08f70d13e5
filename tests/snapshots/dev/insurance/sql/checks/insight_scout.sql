-- Insight Scout, the daily task: hands today's briefings to the run, most expensive first.
-- It fails when the briefings are not of the as-of day, so that nobody acts on old news.
WITH briefings AS (
  SELECT i.insight_rank, i.severity, i.headline, i.briefing, i.cost_impact, i.insight_date = p.as_of_date AS is_current
  FROM `dev_insurance_command_center`.`gold`.`insight_briefings` i
  CROSS JOIN `dev_insurance_command_center`.`gold`.`population` p
)
SELECT
  insight_rank,
  severity,
  IF(is_current, headline, RAISE_ERROR(CONCAT('Insight is not of the as-of day: ', headline))) AS headline,
  briefing,
  cost_impact
FROM briefings
ORDER BY insight_rank;
