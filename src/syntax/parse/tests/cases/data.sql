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
-- case: dm_insert_table_word
INSERT INTO TABLE t VALUES (1);
-- case: dm_insert_partition
INSERT OVERWRITE t PARTITION (d = '2024-01-01', e) IF NOT EXISTS SELECT 1, 2;
-- case: dm_insert_partition_columns
INSERT INTO t PARTITION (d = 1) (a, b) VALUES (1, 2);
-- case: dm_insert_schema_evolution
INSERT WITH SCHEMA EVOLUTION INTO t (a) VALUES (1);
-- case: dm_insert_overwrite_by_name
INSERT OVERWRITE t BY NAME SELECT 1 AS a;
-- case: dm_insert_replace_where_columns
INSERT INTO t (a, b) REPLACE WHERE a > 1 VALUES (1, 2);
-- case: dm_insert_replace_where_by_name
INSERT INTO t BY NAME REPLACE WHERE a = (SELECT max(x) FROM u) AND b > 1 FROM v;
-- case: dm_insert_replace_where_parenthesized
INSERT INTO t REPLACE WHERE a IN (1, 2) (SELECT 1 AS a);
-- case: dm_insert_replace_using_plain
INSERT INTO t REPLACE USING (a) TABLE u;
-- case: dm_insert_replace_on
INSERT INTO t BY NAME AS x REPLACE ON x.a = s.a AND x.b <=> s.b (SELECT * FROM u) AS s;
-- case: dm_insert_replace_on_plain
INSERT INTO t REPLACE ON t.a = s.a SELECT * FROM s;
-- case: dm_insert_replace_on_alias
INSERT INTO t tgt REPLACE ON tgt.a = s.a (SELECT 1 AS a) s;
-- case: dm_insert_values_default
INSERT INTO t VALUES (1, DEFAULT, NULL);
-- case: dm_insert_behind_common_tables
WITH q AS (SELECT 1 AS a), r AS (SELECT * FROM q) INSERT INTO t SELECT * FROM r;
-- case: dm_insert_identifier
INSERT INTO IDENTIFIER('c.s.t') VALUES (1);
-- case: dm_update_nested
UPDATE t SET s.a = 1, b = 2, t.c = 3, s.d.e = 'x' WHERE x;
-- case: dm_update_subquery
UPDATE t SET a = (SELECT max(b) FROM u WHERE u.id = t.id) WHERE EXISTS (SELECT 1 FROM u);
-- case: dm_delete_subquery
DELETE FROM a.b.t x WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = x.id);
-- case: dm_truncate_partition
TRUNCATE TABLE t PARTITION (d = '1');
-- case: dm_merge_star
MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *;
-- case: dm_merge_full
MERGE WITH SCHEMA EVOLUTION INTO c.s.t AS t USING (SELECT * FROM u WHERE b > 1) AS s ON t.id = s.id AND t.d > '2024-01-01'
WHEN MATCHED AND s.op = 'D' THEN DELETE
WHEN MATCHED AND s.ts > t.ts THEN UPDATE SET t.a = s.a, b = CASE WHEN s.b THEN 1 ELSE 0 END, x.y = DEFAULT
WHEN NOT MATCHED BY TARGET AND s.op <> 'D' THEN INSERT (id, a) VALUES (s.id, coalesce(s.a, 0))
WHEN NOT MATCHED BY SOURCE AND t.d < current_date() THEN UPDATE SET active = false
WHEN NOT MATCHED BY SOURCE THEN DELETE;
-- case: dm_merge_explicit
MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.a, DEFAULT);
-- case: dm_merge_values_only
MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT VALUES (s.a, 1);
-- case: dm_merge_star_except
MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET * EXCEPT (a, b) WHEN NOT MATCHED THEN INSERT * EXCEPT (c);
-- case: dm_merge_aliases
MERGE INTO t tgt USING c.s.u src ON tgt.a = src.a WHEN MATCHED THEN DELETE;
-- case: dm_merge_source_functions
MERGE INTO t USING read_files('/x', format => 'csv') f ON t.a = f.a WHEN NOT MATCHED THEN INSERT *;
-- case: dm_merge_time_travel
MERGE INTO t USING u VERSION AS OF 3 AS v ON t.a = v.a WHEN MATCHED THEN DELETE;
-- case: dm_merge_behind_common_tables
WITH q AS (SELECT 1 AS a) MERGE INTO t USING q ON t.a = q.a WHEN MATCHED THEN DELETE;
-- case: dm_copy_into
COPY INTO c.s.t FROM '/Volumes/a/b/c' FILEFORMAT = CSV FORMAT_OPTIONS ('header' = 'true', mergeSchema = true) COPY_OPTIONS ('mergeSchema' = 'true', force = false);
-- case: dm_copy_into_select
COPY INTO t FROM (SELECT _c0::INT AS a, _metadata.file_path FROM 's3://b/x') FILEFORMAT = PARQUET PATTERN = '*.parquet';
-- case: dm_copy_into_files
COPY INTO t (a, b) FROM 's3://b' FILEFORMAT = JSON FILES = ('a.json', 'b.json');
-- case: dm_copy_into_credential
COPY INTO t BY POSITION FROM 's3://b' WITH (CREDENTIAL c ENCRYPTION (TYPE = 'AWS_SSE_C')) FILEFORMAT = CSV;
-- case: dm_copy_into_validate
COPY INTO t FROM 's3://b' FILEFORMAT = CSV VALIDATE 10 ROWS; COPY INTO t FROM 's3://b' FILEFORMAT = CSV VALIDATE ALL; COPY INTO t FROM 's3://b' FILEFORMAT = CSV VALIDATE PATTERN = 'x';
-- case: dm_copy_into_path
COPY INTO delta.`/x/y` FROM 's3://b' FILEFORMAT = AVRO;
