-- The day that counts as today, and how many real members one member of the data stands for: one row, with NULL
-- for what the data does not tell yet. Every weighted figure of the gold layer multiplies by expansion_factor; no
-- other table computes it.
CREATE OR REFRESH MATERIALIZED VIEW `insurance_command_center`.`gold`.`population` (
  as_of_date DATE COMMENT 'The day that counts as today: the latest day whose calls have arrived; NULL while there is no call',
  members BIGINT COMMENT 'Members in the data',
  represented_members BIGINT COMMENT 'Members that the data stands for; NULL while there is no member',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for; 1 when the data is complete, NULL while there is no member',
  CONSTRAINT members_present EXPECT (members > 0),
  CONSTRAINT as_of_date_known EXPECT (as_of_date IS NOT NULL)
)
COMMENT 'One row: as-of day and expansion factor.'
TBLPROPERTIES ("quality" = "gold")
AS WITH
days AS (
  SELECT
    call_date,
    COUNT(*) AS calls,
    ROW_NUMBER() OVER (ORDER BY call_date) AS day_number
  FROM `insurance_command_center`.`silver`.`call_center_clean`
  GROUP BY call_date
),
-- A day that has only begun to arrive, or that a few misdated calls name, has far fewer calls than those before it.
-- The first day has nothing to be compared with, so it counts.
complete_days AS (
  SELECT d.call_date
  FROM days d
  LEFT JOIN days h ON h.day_number BETWEEN d.day_number - 30 AND d.day_number - 1
  GROUP BY d.call_date, d.calls
  HAVING d.calls >= COALESCE(MEDIAN(h.calls), 0) * 50 / 100
),
today AS (
  SELECT MAX(call_date) AS as_of_date
  FROM complete_days
),
sample AS (
  SELECT COUNT(*) AS members
  FROM `insurance_command_center`.`silver`.`members_current`
),
-- A represented number of 0 means that the data is complete and stands for itself.
represented AS (
  SELECT
    members,
    CAST(CASE
      WHEN members = 0 THEN NULL
      WHEN 200000 = 0 THEN members
      ELSE 200000
    END AS BIGINT) AS represented_members
  FROM sample
)
SELECT
  t.as_of_date,
  r.members,
  r.represented_members,
  r.represented_members / NULLIF(r.members, 0) AS expansion_factor
FROM today t
CROSS JOIN represented r;
