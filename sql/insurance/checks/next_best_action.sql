-- Next-Best-Action, the daily task: hands the ranked actions to the run.
-- It fails when one of the most expensive journeys has no action, or an action saves nothing.
WITH gaps AS (
  SELECT COUNT(*) AS journeys_without_action
  FROM {{ ref('gold.top_opportunities') }} o
  LEFT ANTI JOIN {{ ref('gold.next_best_actions') }} a ON a.journey = o.journey
  WHERE o.opportunity_rank <= {{ var('priority_journeys') }}
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
    WHEN g.journeys_without_action > 0 THEN RAISE_ERROR('One of the most expensive journeys has no action in the library')
    WHEN a.annual_savings > 0 THEN a.annual_savings
    ELSE RAISE_ERROR(CONCAT('Action saves nothing: ', a.title))
  END AS annual_savings
FROM {{ ref('gold.next_best_actions') }} a
CROSS JOIN gaps g
ORDER BY a.overall_rank;
