-- Next-Best-Action, the daily task: hands the ranked actions to the run.
-- It fails when one of the most expensive journeys has no action, or an action saves nothing. Without an action library
-- there is nothing to recommend, which is no failure. It starts from the gaps, so that it judges also when there is no
-- action at all; its one row is empty then.
WITH gaps AS (
  SELECT
    COUNT(*) AS journeys_without_action,
    MIN(o.journey) AS journey,
    (SELECT COUNT(*) FROM `insurance_command_center`.`silver`.`action_library`) AS library_actions
  FROM `insurance_command_center`.`gold`.`top_opportunities` o
  LEFT ANTI JOIN `insurance_command_center`.`gold`.`next_best_actions` a ON a.journey = o.journey
  WHERE o.opportunity_rank <= 3
)
SELECT
  a.journey,
  a.action_rank,
  a.title,
  a.owner,
  a.effort,
  a.time_to_impact_days,
  a.cx_impact_score,
  CASE
    WHEN g.library_actions > 0 AND g.journeys_without_action > 0
      THEN RAISE_ERROR(CONCAT('One of the most expensive journeys has no action in the library: ', g.journey))
    WHEN a.action_id IS NULL OR a.annual_savings > 0 THEN a.annual_savings
    ELSE RAISE_ERROR(CONCAT('Action saves nothing: ', a.title))
  END AS annual_savings
FROM gaps g
LEFT JOIN `insurance_command_center`.`gold`.`next_best_actions` a ON TRUE
ORDER BY a.overall_rank;
