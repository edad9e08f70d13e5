-- The day that counts as today, and how many real members one member of the data stands for.
-- Every weighted figure of the gold layer multiplies by expansion_factor; no other table computes it.
CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (
  as_of_date DATE COMMENT 'The day that counts as today',
  members BIGINT COMMENT 'Members in the data',
  represented_members BIGINT COMMENT 'Members that the data stands for',
  expansion_factor DOUBLE COMMENT 'Real members that one member of the data stands for; 1 when the data is complete',
  CONSTRAINT members_present EXPECT (members > 0) ON VIOLATION FAIL UPDATE,
  CONSTRAINT as_of_date_known EXPECT (as_of_date IS NOT NULL) ON VIOLATION FAIL UPDATE
)
COMMENT 'One row: as-of day and expansion factor.'
TBLPROPERTIES ("quality" = "gold")
AS WITH today AS (
  SELECT MAX({% if var('as_of_date') %}DATE {{ var('as_of_date') | literal }}{% else %}call_date{% endif %}) AS as_of_date
  FROM {{ ref('silver.call_center_clean') }}
),
sample AS (
  SELECT COUNT(*) AS members
  FROM {{ ref('silver.members_current') }}
)
SELECT
  t.as_of_date,
  s.members,
  CAST(IF({{ var('represented_members') }} = 0, s.members, {{ var('represented_members') }}) AS BIGINT) AS represented_members,
  IF({{ var('represented_members') }} = 0, CAST(1 AS DOUBLE), {{ var('represented_members') }} / s.members) AS expansion_factor
FROM today t
CROSS JOIN sample s;
