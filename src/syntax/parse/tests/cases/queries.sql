-- case: q_qualify
SELECT a, row_number() OVER (PARTITION BY b ORDER BY c DESC NULLS LAST) AS n FROM t QUALIFY n = 1;
-- case: q_pivot
SELECT * FROM t PIVOT (sum(x) AS s, avg(x) AS m FOR (y, q) IN ((2023, 1) AS a, (2024, 2) AS b));
-- case: q_pivot_simple
SELECT * FROM t PIVOT (sum(x) FOR m IN ('jan', 'feb' AS f)) AS p;
-- case: q_unpivot
SELECT * FROM t UNPIVOT (v FOR k IN (a, b AS `the b`)) AS u;
-- case: q_unpivot_include_nulls
SELECT * FROM t UNPIVOT INCLUDE NULLS (v FOR k IN (a, b));
-- case: q_lateral_view
SELECT id, x FROM t LATERAL VIEW explode(items) e AS x;
-- case: q_lateral_view_outer
SELECT k, v FROM t LATERAL VIEW OUTER explode(m) AS k, v LATERAL VIEW posexplode(a) p AS i, y;
-- case: q_lateral_subquery
SELECT * FROM t, LATERAL (SELECT max(x) AS m FROM u WHERE u.id = t.id) AS s;
-- case: q_lateral_tvf
SELECT * FROM t, LATERAL explode(t.items) AS e(x);
-- case: q_lateral_join
SELECT * FROM t LEFT JOIN LATERAL (SELECT 1 AS one) AS s ON true;
-- case: q_lateral_col_alias
SELECT a + 1 AS b, b * 2 AS c FROM t;
-- case: q_json_path
SELECT raw:owner, raw:owner.name, raw:items[0].id::INT, raw:['odd'], raw:`odd key`.x, raw:a[*].b FROM t;
-- case: q_json_path_with_a_space
SELECT details :flow_progress :metrics.num_output_rows::BIGINT FROM e;
-- case: q_double_colon
SELECT a::INT, (a + b)::DECIMAL(10, 2), 'x'::STRING, -1::INT FROM t;
-- case: q_try_cast_operator
SELECT a?::INT, f(b)?::DATE FROM t;
-- case: q_try_cast
SELECT TRY_CAST(a AS INT), CAST(b AS ARRAY<STRUCT<x: INT, y: MAP<STRING, DATE>>>) FROM t;
-- case: q_lambda
SELECT transform(a, x -> x + 1), aggregate(a, 0, (acc, x) -> acc + x, acc -> acc * 2) FROM t;
-- case: q_lambda_nested
SELECT filter(a, x -> exists(x.items, i -> i.n > x.m)) FROM t;
-- case: q_struct_map_array
SELECT struct(1 AS a, 'b'), named_struct('a', 1), map('k', 1), array(1, 2)[0], s.a.b, m['k'] FROM t;
-- case: q_interval_units
SELECT INTERVAL 1 DAY, INTERVAL '2' HOURS, INTERVAL -3 WEEKS;
-- case: q_interval_several_units
SELECT d + INTERVAL 1 YEAR 2 MONTHS - INTERVAL '3 days 2 hours';
-- case: q_interval_ansi
SELECT INTERVAL '1-2' YEAR TO MONTH, INTERVAL '1 02:03:04' DAY TO SECOND;
-- case: q_time_travel_version
SELECT * FROM t VERSION AS OF 12 AS a JOIN u FOR VERSION AS OF 3 b ON a.x = b.x;
-- case: q_time_travel_ts
SELECT * FROM t TIMESTAMP AS OF '2024-01-01' JOIN u FOR SYSTEM_TIME AS OF date_sub(current_date(), 1) ON t.x = u.x;
-- case: q_time_travel_at
SELECT * FROM a.b.t@v12 x, u@20240101000000000 y;
-- case: q_named_params
SELECT :a + 1, :b AS c FROM t WHERE d = :day;
-- case: q_unnamed_params
SELECT ? FROM t WHERE a = ?;
-- case: q_identifier
SELECT IDENTIFIER('a') FROM IDENTIFIER('c.s.t');
-- case: q_identifier_of_a_parameter
SELECT * FROM IDENTIFIER(:schema || '.t') AS x;
-- case: q_identifier_function
SELECT IDENTIFIER('upper')(a) FROM t;
-- case: q_pipe_where_select
FROM t |> WHERE a > 1 |> SELECT a, b AS c;
-- case: q_pipe_aggregate
FROM t |> AGGREGATE sum(b) AS s, count(*) GROUP BY c;
-- case: q_pipe_extend_set_drop
FROM t |> EXTEND a + 1 AS b |> SET c = 2 |> DROP d |> AS u;
-- case: q_pipe_join_order_limit
FROM t |> JOIN u USING (id) |> ORDER BY a DESC |> LIMIT 5;
-- case: q_pipe_set_operation
FROM t |> UNION ALL (SELECT * FROM u);
-- case: q_pipe_pivot
FROM t |> PIVOT (sum(a) FOR b IN ('x'));
-- case: q_recursive_cte
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r;
-- case: q_recursive_cte_limit
WITH RECURSIVE r MAX RECURSION LEVEL 7 AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r;
-- case: q_cte_multi
WITH a AS (SELECT 1 AS x), b (y) AS (SELECT x FROM a) SELECT * FROM b JOIN a ON a.x = b.y;
-- case: q_cte_without_as
WITH a (SELECT 1 AS x) SELECT * FROM a;
-- case: q_cte_nested
WITH a AS (WITH b AS (SELECT 1 AS x) SELECT * FROM b) SELECT * FROM a;
-- case: q_ai_query
SELECT ai_query('endpoint', concat('a', x), responseFormat => 'STRUCT<r: STRING>') FROM t;
-- case: q_ai_forecast
SELECT * FROM ai_forecast(TABLE(t), horizon => '2025-01-01', time_col => 'd', value_col => array('v'));
-- case: q_ai_forecast_subq
SELECT * FROM ai_forecast(TABLE(SELECT d, v FROM t), horizon => '2025-01-01', time_col => 'd');
-- case: q_read_files
SELECT * FROM read_files('/Volumes/a/b/c/*.csv', format => 'csv', header => true);
-- case: q_table_changes
SELECT * FROM table_changes('c.s.t', 1, 5) WHERE _change_type = 'insert';
-- case: q_event_log
SELECT timestamp, details:flow_progress.status FROM event_log(TABLE(c.s.t)) WHERE event_type = 'flow_progress';
-- case: q_event_log_json
SELECT explode(from_json(details:flow_progress:data_quality:expectations, 'array<struct<name:string>>')) AS e FROM event_log('id');
-- case: q_range_stack
SELECT * FROM range(1, 10, 2) AS r(i), stack(2, 1, 'a', 2, 'b') AS s(n, x);
-- case: q_select_except
SELECT * EXCEPT (a, b), t.* EXCEPT (c) FROM t;
-- case: q_select_except_nested
SELECT * EXCEPT (s.b.c, d) FROM t;
-- case: q_select_distinct
SELECT DISTINCT a, b FROM t;
-- case: q_select_all
SELECT ALL a FROM t;
-- case: q_count_distinct
SELECT count(DISTINCT a, b), collect_list(DISTINCT c) FROM t;
-- case: q_group_by_all
SELECT a, sum(b) FROM t GROUP BY ALL;
-- case: q_group_by_ordinal
SELECT a, sum(b) AS s FROM t GROUP BY 1 ORDER BY 2;
-- case: q_having
SELECT a, count(*) FROM t GROUP BY a HAVING count(*) > 1;
-- case: q_rollup_cube
SELECT a, b, grouping(a), sum(c) FROM t GROUP BY ROLLUP (a, b);
-- case: q_cube
SELECT a, b, grouping_id(), sum(c) FROM t GROUP BY CUBE (a, (b, d));
-- case: q_cube_with
SELECT a, b, sum(c) FROM t GROUP BY a, b WITH ROLLUP;
-- case: q_grouping_sets
SELECT a, b, sum(c) FROM t GROUP BY GROUPING SETS ((a, b), (a), ());
-- case: q_window_frame
SELECT sum(x) OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) FROM t;
-- case: q_window_range
SELECT avg(x) OVER (ORDER BY d RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND UNBOUNDED FOLLOWING) FROM t;
-- case: q_window_named
SELECT rank() OVER w, sum(x) OVER (w ROWS UNBOUNDED PRECEDING) FROM t WINDOW w AS (PARTITION BY a ORDER BY b);
-- case: q_window_ignore_nulls
SELECT first_value(x) IGNORE NULLS OVER (ORDER BY d), last(x) RESPECT NULLS OVER (ORDER BY d) FROM t;
-- case: q_time_window
SELECT window.start, window(ts, '10 minutes', '5 minutes') FROM t GROUP BY window(ts, '10 minutes', '5 minutes');
-- case: q_session_window
SELECT session_window(ts, '5 minutes'), count(*) FROM t GROUP BY session_window(ts, '5 minutes');
-- case: q_agg_filter
SELECT count(*) FILTER (WHERE a > 1), sum(b) FILTER (WHERE c) FROM t;
-- case: q_within_group
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x), listagg(a, ', ') WITHIN GROUP (ORDER BY a DESC) FROM t;
-- case: q_null_safe_eq
SELECT a <=> b, a == b, a <> b, a != b, a DIV b, a % b, NOT c FROM t;
-- case: q_is
SELECT a IS NULL, b IS NOT TRUE, c IS DISTINCT FROM d, e IS NOT DISTINCT FROM f FROM t;
-- case: q_like
SELECT a LIKE 'x%' ESCAPE '!', b NOT ILIKE 'y', c RLIKE '^z', d LIKE ANY ('a', 'b'), e NOT LIKE ALL ('c') FROM t;
-- case: q_between_in
SELECT a BETWEEN 1 AND 2, b NOT IN (1, 2), c IN (SELECT x FROM u), EXISTS (SELECT 1 FROM u), (SELECT max(x) FROM u) FROM t;
-- case: q_case
SELECT CASE a WHEN 1 THEN 'x' ELSE 'y' END, CASE WHEN b THEN 1 END FROM t;
-- case: q_bits
SELECT a & b | c ^ d, ~a, a << 1, b >> 2, c >>> 3 FROM t;
-- case: q_precedence
SELECT a OR b AND NOT c = d + e * f || g FROM t;
-- case: q_unary
SELECT -a, +b, NOT NOT c, !d FROM t;
-- case: q_semi_anti
SELECT * FROM a LEFT SEMI JOIN b ON a.x = b.x LEFT ANTI JOIN c ON a.x = c.x;
-- case: q_semi_anti_short
SELECT * FROM a SEMI JOIN b USING (x) ANTI JOIN c USING (x);
-- case: q_natural_cross
SELECT * FROM a NATURAL JOIN b CROSS JOIN c NATURAL LEFT JOIN d;
-- case: q_join_kinds
SELECT * FROM a INNER JOIN b ON a.x = b.x LEFT OUTER JOIN c USING (x, y) RIGHT JOIN d ON true FULL OUTER JOIN e ON a.x = e.x;
-- case: q_join_parentheses
SELECT * FROM a JOIN (b JOIN c ON b.x = c.x) ON a.x = b.x;
-- case: q_except_minus
SELECT 1 EXCEPT SELECT 2 MINUS SELECT 3 INTERSECT ALL SELECT 4;
-- case: q_union
SELECT 1 UNION SELECT 2 UNION ALL SELECT 3 UNION DISTINCT SELECT 4;
-- case: q_union_parentheses
(SELECT 1) UNION ALL (SELECT 2 ORDER BY 1 LIMIT 1) ORDER BY 1;
-- case: q_values_inline
SELECT * FROM VALUES (1, 'a'), (2, 'b') AS v(id, name);
-- case: q_values_statement
VALUES (1, 'a'), (2, "b") ORDER BY 1;
-- case: q_table_statement
TABLE a.b.c;
-- case: q_tablesample
SELECT * FROM t TABLESAMPLE (10 PERCENT) REPEATABLE (7) AS s;
-- case: q_tablesample_rows
SELECT * FROM t TABLESAMPLE (5 ROWS);
-- case: q_sort_distribute
SELECT * FROM t DISTRIBUTE BY a SORT BY b DESC;
-- case: q_cluster_by
SELECT * FROM t CLUSTER BY a;
-- case: q_order_by
SELECT * FROM t ORDER BY a ASC NULLS FIRST, b DESC NULLS LAST, c + 1;
-- case: q_order_by_all
SELECT a FROM t ORDER BY ALL DESC;
-- case: q_limit_offset
SELECT * FROM t LIMIT 10 OFFSET 5;
-- case: q_limit_all
SELECT * FROM t LIMIT ALL OFFSET 2;
-- case: q_path_table
SELECT * FROM delta.`/mnt/x` d, csv.`s3://b/c.csv`;
-- case: q_strings
SELECT 'it''s', "double", 'a' 'b', r'a\d+', 'tab\t', "say ""x""";
-- case: q_binary
SELECT X'1F', x'00';
-- case: q_numbers
SELECT 1, 1L, 2S, 3Y, 1.5F, 2.5D, 3.5BD, 1e3, .5, 1E-3D, 5.;
-- case: q_datetime_literals
SELECT DATE '2024-01-01', TIMESTAMP '2024-01-01 00:00:00', TIMESTAMP_NTZ '2024-01-01', true, FALSE, NULL;
-- case: q_cast_complex
SELECT CAST(a AS INTERVAL DAY TO SECOND), CAST(b AS STRUCT<a: INT NOT NULL COMMENT 'x', b: STRING>), CAST(c AS TIMESTAMP_NTZ);
-- case: q_extract_substr
SELECT EXTRACT(YEAR FROM d), substring(s FROM 2 FOR 3), substr(s, 2), trim(BOTH 'x' FROM s), position('a' IN s), overlay(s PLACING 'x' FROM 1 FOR 2) FROM t;
-- case: q_variant
SELECT parse_json('{}'):a.b::INT, variant_get(v, '$.a', 'INT'), schema_of_variant(v) FROM t;
-- case: q_collate
SELECT a COLLATE UTF8_LCASE = 'x' FROM t ORDER BY b COLLATE UNICODE;
-- case: q_metadata_column
SELECT *, _metadata.file_path, _metadata.row_index FROM t;
-- case: q_from_udtf_partition
SELECT * FROM f(TABLE(t) PARTITION BY a ORDER BY b, k => 1);
-- case: q_udtf_single_partition
SELECT * FROM f(TABLE(t) WITH SINGLE PARTITION);
-- case: q_hints
SELECT /*+ BROADCAST(b), REPARTITION(4) */ * FROM a JOIN b ON a.x = b.x;
-- case: q_comments
SELECT -- one; two
  a /* three; /* nested */ */ FROM t;
-- case: q_stream
SELECT * FROM STREAM orders;
-- case: q_stream_parentheses
SELECT * FROM STREAM(a.b.orders) AS o;
-- case: q_stream_of_a_function
SELECT * FROM STREAM read_files('/x', format => 'json') WITH (skipChangeCommits = true) f;
-- case: q_stream_is_a_name
SELECT stream.x, stream FROM stream WHERE stream > 0;
-- case: q_watermark
SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 MINUTES AS w;
-- case: q_watermark_of_an_expression
SELECT * FROM STREAM(t) WATERMARK to_timestamp(x) AS et DELAY OF INTERVAL 1 HOUR;
-- case: q_from_without_select
FROM t SELECT a WHERE b = 1;
-- case: q_subquery_alias
SELECT s.a FROM (SELECT 1 AS a) s;
-- case: q_column_aliases
SELECT t.x, t.y FROM (SELECT 1, 2) AS t(x, y);
-- case: q_implicit_alias
SELECT a b, f(c) `the d` FROM t u;
-- case: q_multi_alias
SELECT explode(m) AS (k, v) FROM t;
-- case: q_odd_names
SELECT `a b`, `b-c`.d, 2024_sales, größe FROM `my db`.`t 1`;
-- case: q_names_like_keywords
SELECT date, timestamp, user, position, filter, first, last, value, type, comment FROM t;
-- case: q_parameters_of_pipelines
SELECT ${col}, '${text}' FROM ${catalog}.${schema}.t_${env};
-- case: q_measure
SELECT region, MEASURE(total), MEASURE(`the count`) FROM m GROUP BY region;
-- case: q_named_arguments
SELECT f(a => 1, b => 'x'), count_if(c > 1) FROM t;
-- case: q_star_functions
SELECT count(*), struct(*), coalesce(*) FROM t;
-- case: q_try_functions
SELECT try_add(a, 1), try_divide(a, b), nvl2(a, b, c), if(a, b, c), iff(a, b, c) FROM t;
-- case: q_json_functions
SELECT from_json(a, 'x INT, y STRING', map('mode', 'FAILFAST')), to_json(struct(*)), get_json_object(b, '$.c') FROM t;
-- case: q_higher_order_map
SELECT transform_values(m, (k, v) -> v + 1), map_filter(m, (k, v) -> k > v) FROM t;
-- case: q_array_subscript
SELECT a[0][1].b, element_at(c, -1), m['x'].y, slice(d, 1, 2)[0] FROM t;
-- case: q_current_functions
SELECT current_date, current_timestamp, current_user, current_date(), now(), session_user() FROM t;
-- case: q_scalar_subquery_in_case
SELECT CASE WHEN (SELECT count(*) FROM u WHERE u.a = t.a) > 1 THEN 'many' ELSE 'one' END FROM t;
-- case: q_nested_set_operations
SELECT * FROM (SELECT 1 AS a UNION ALL SELECT 2) EXCEPT (SELECT 3 INTERSECT SELECT 4);
-- case: q_legacy_live
SELECT * FROM LIVE.a JOIN live.b USING (id);
-- case: q_cloud_files
SELECT * FROM cloud_files('/x', 'json', map('cloudFiles.inferColumnTypes', 'true'));
