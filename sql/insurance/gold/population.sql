-- The day that counts as today, and how many real members one member of the data stands for: one row, with NULL
-- for what the data does not tell yet. Every weighted figure of the gold layer multiplies by expansion_factor; no
-- other table computes it.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  as_of_date DATE COMMENT 'The day that counts as today; NULL while there is no call',
  members BIGINT COMMENT 'Members in the data',
  represented_members BIGINT COMMENT 'Members that the data stands for; NULL while there is no member',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for; 1 when the data is complete, NULL while there is no member',
  CONSTRAINT members_present EXPECT (members > 0),
  CONSTRAINT as_of_date_known EXPECT (as_of_date IS NOT NULL)
)
COMMENT 'One row: as-of day and expansion factor.'
TBLPROPERTIES ("quality" = "gold")
AS WITH today AS (
  {%- if var('as_of_date') %}
  SELECT {{ var('as_of_date') | literal }} AS as_of_date
  {%- else %}
  SELECT MAX(call_date) AS as_of_date
  FROM {{ ref('silver.call_center_clean') }}
  {%- endif %}
),
sample AS (
  SELECT COUNT(*) AS members
  FROM {{ ref('silver.members_current') }}
),
-- A represented number of 0 means that the data is complete and stands for itself.
represented AS (
  SELECT
    members,
    CAST(CASE
      WHEN members = 0 THEN NULL
      WHEN {{ var('represented_members') }} = 0 THEN members
      ELSE {{ var('represented_members') }}
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
