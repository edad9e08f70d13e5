-- case: dm_insert_values
INSERT INTO t VALUES (1, 'a'), (2, "b");
-- case: dm_insert_overwrite
INSERT OVERWRITE TABLE a.b.t SELECT * FROM u;
-- case: dm_insert_columns
INSERT INTO t (a, `b c`) SELECT 1, 2; INSERT INTO t (SELECT 1);
-- case: dm_insert_by_name
INSERT WITH SCHEMA EVOLUTION INTO t BY NAME SELECT 1 AS a;
-- case: dm_insert_replace_where
INSERT INTO t REPLACE WHERE d = '2024-01-01' AND a IN (1, 2) SELECT 1 AS a;
-- case: dm_insert_replace_where_distinct
INSERT INTO t REPLACE WHERE a IS DISTINCT FROM b SELECT 1 AS a;
-- case: dm_insert_replace_using
INSERT INTO t BY NAME REPLACE USING (a, b) WITH q AS (SELECT 1 AS a) SELECT * FROM q;
-- case: dm_update
UPDATE a.b.t SET a = 1, b = CASE WHEN c THEN 1 ELSE f(2, 3) END WHERE x = 1; UPDATE t AS x SET x.a = x.b + 1; UPDATE t y SET a = DEFAULT;
-- case: dm_delete
DELETE FROM t WHERE a IN (SELECT b FROM u); DELETE FROM t AS x; DELETE FROM t x WHERE x.a = 1;
-- case: dm_truncate
TRUNCATE TABLE a.b.t;
-- case: q_select
SELECT a, "b" AS c FROM t QUALIFY row_number() OVER (PARTITION BY a ORDER BY b) = 1;
-- case: q_from_first
FROM t |> WHERE a > 1 |> AGGREGATE sum(b) AS s GROUP BY c;
-- case: q_values
VALUES (1, 'a'), (2, 'b');
