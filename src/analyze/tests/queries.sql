-- Whole queries. One case a line: query => types of its output, or `error`.
-- Expected values: Apache Spark 4.3.0 with spark.sql.ansi.enabled=true, `spark.sql(query).schema`; interval types by family. The pages of the
-- Databricks documentation stand above each group; where Spark has no such syntax (`:` on a STRING, QUALIFY over groups) they are the source.
-- CASE, IF, COALESCE and their kin; "case expression", "coalesce function", "nvl2 function"
SELECT CASE WHEN ok THEN i WHEN i > 1 THEN big ELSE x END FROM w => double
SELECT CASE WHEN ok THEN s ELSE day END FROM w => date
SELECT CASE WHEN ok THEN NULL ELSE d END FROM w => decimal(10,2)
SELECT CASE i WHEN 1 THEN 'a' WHEN 2L THEN 'b' END FROM w => string
SELECT CASE s WHEN 1 THEN ints ELSE array(2.5) END FROM w => array<decimal(11,1)>
SELECT CASE WHEN ok THEN m ELSE map('a', 1L) END FROM w => map<string,bigint>
SELECT if(ok, tiny, small), if(ok, day, ntz), if(ok, s, i), if(NULL, 1, 2) FROM w => smallint, timestamp_ntz, bigint, int
SELECT nvl(d, 0), nvl(day, '2024-01-01'), ifnull(s, 1), nvl2(s, 1, 2.5), nvl2(i, NULL, 'x') FROM w => decimal(12,2), date, bigint, decimal(11,1), string
SELECT nullif(d, 1), nullif(s, 'x'), nullif(1, 2.5), nullif(day, '2024-01-01'), nullif(NULL, 1) FROM w => decimal(10,2), string, int, date, void
SELECT decode(i, 1, 'a', 'b'), decode(s, 'a', 1, 'b', 2L), decode(i, 1, 2.5, 3) FROM w => string, bigint, decimal(11,1)
SELECT greatest(d, x), greatest(tiny, big), least(s, s), greatest(day, ntz, at) FROM w => double, bigint, string, timestamp
SELECT ok AND NULL, ok OR NULL, NOT NULL, ok IS TRUE, i IS NULL, i IS NOT NULL FROM w => boolean, boolean, boolean, boolean, boolean, boolean
-- Literals; "Decimal type", "Integer types", "Literals"
SELECT 1, 1L, 1S, 1Y, 1.0, 1.0BD, 1D, 1.5F, 1e3, 1E-2BD, .1, 0.10, 123456789012, 99999999999999999999 => int, bigint, smallint, tinyint, decimal(2,1), decimal(2,1), double, float, double, decimal(2,2), decimal(1,1), decimal(2,2), bigint, decimal(20,0)
SELECT 'a', "b", X'1F', true, NULL, DATE'2024-01-01', TIMESTAMP'2024-01-01 00:00:00', TIMESTAMP_NTZ'2024-01-01 00:00:00' => string, string, binary, boolean, void, date, timestamp, timestamp_ntz
SELECT -1, -1.5, +2, -(1L), - -1, ~1, !true => int, decimal(2,1), int, bigint, int, int, boolean
SELECT INTERVAL 1 DAY, INTERVAL '1' YEAR, INTERVAL '1-1' YEAR TO MONTH, INTERVAL '1 02:03:04' DAY TO SECOND, INTERVAL 1 HOUR 2 MINUTES => interval day to second, interval year to month, interval year to month, interval day to second, interval day to second
SELECT 0.1 + 0.2, 1.10 * 1.1, 10 / 4.0, 1 / 3, 5 div 2, 5 % 2.5, 2.5 - 1 => decimal(2,1), decimal(6,3), decimal(9,6), double, bigint, decimal(2,1), decimal(3,1)
SELECT 12345678901234567890.12345 * 1.1, 99999999999999999999.9 / 3 => decimal(28,6), decimal(26,6)
-- Structs, arrays, maps; "struct function", "element_at function", "dot sign operator"
SELECT st.* FROM w => int, string
SELECT st.*, i FROM w => int, string, int
SELECT sts[0], sts[0].a, sts.a, sts.b[0] FROM w => struct<a:int,b:string>, int, array<int>, string
SELECT ints[0], ints[i], strs[0], m['a'], m[s], element_at(m, 'x') FROM w => int, int, string, int, int, int
SELECT array(array(1), array(2L)), array(array(1))[0][0], map('a', map('b', 1))['a']['b'] => array<array<bigint>>, int, int
SELECT struct(1 AS a, struct('x' AS c) AS b).b.c, named_struct('a', named_struct('b', 1.5)).a.b => string, decimal(2,1)
SELECT struct(i, s, st.a, i + 1, upper(s) AS up), struct(w.i) FROM w => struct<i:int,s:string,a:int,col4:int,up:string>, struct<i:int>
SELECT (1, 'a'), (1, 2).col1 => struct<col1:int,col2:string>, int
SELECT array(1, NULL), array('a', 1), array(1.5, 2, 3D), array(day, at), array(st, st), map(1, 'a', 2L, 'b'), map('a', NULL) FROM w => array<int>, array<bigint>, array<double>, array<timestamp>, array<struct<a:int,b:string>>, map<bigint,string>, map<string,void>
SELECT array(map('a', 1), map('b', 2.5)), array(struct(1 AS a), struct(2L AS a)) => array<map<string,decimal(11,1)>>, array<struct<a:bigint>>
SELECT size(ints), cardinality(m), array_size(strs), ints IS NULL, array_contains(ints, 2L), array_position(strs, 'a') FROM w => int, int, int, boolean, boolean, bigint
SELECT concat(ints, array(2L)), concat(strs, strs), flatten(array(ints, array(1L))), reverse(strs), slice(ints, 1, 2) FROM w => array<bigint>, array<string>, array<bigint>, array<string>, array<int>
SELECT sequence(1, 5L), sequence(day, day), sequence(at, at, INTERVAL 1 HOUR), sequence(tiny, tiny) FROM w => array<bigint>, array<date>, array<timestamp>, array<tinyint>
SELECT map_concat(m, map('b', 2)), map_keys(m), map_values(map(1, 2.5)), map_entries(map(1, 'a')) FROM w => map<string,int>, array<string>, array<decimal(2,1)>, array<struct<key:int,value:string>>
SELECT map_from_entries(array((1, 'a'), (2, 'b'))), map_from_arrays(array(1, 2), array('a', 'b')), str_to_map('a:1') => map<int,string>, map<int,string>, map<string,string>
SELECT explode(sts) FROM w => struct<a:int,b:string>
SELECT inline(sts) FROM w => int, string
SELECT posexplode(m) FROM w => int, string, int
SELECT stack(2, 1, 'a', 2, 'b') AS (n, t) => int, string
SELECT i, explode(strs) AS word FROM w => int, string
SELECT i, posexplode(ints) AS (at_, value) FROM w => int, int, int
-- Higher-order functions; "Lambda functions"
SELECT transform(ints, x -> x), transform(ints, x -> x + 1.5), transform(strs, x -> length(x)), transform(sts, x -> x.a) FROM w => array<int>, array<decimal(12,1)>, array<int>, array<int>
SELECT transform(ints, (x, n) -> struct(x, n)), transform(ints, x -> array(x)), transform(ints, e -> e > i) FROM w => array<struct<x:int,n:int>>, array<array<int>>, array<boolean>
SELECT filter(ints, x -> x > 0), filter(sts, x -> x.b = 'a'), filter(ints, (x, n) -> n > 0), exists(strs, x -> x IS NULL), forall(ints, x -> x < 5) FROM w => array<int>, array<struct<a:int,b:string>>, array<int>, boolean, boolean
SELECT aggregate(ints, 0, (a, x) -> a + x), aggregate(ints, 0L, (a, x) -> a + x), aggregate(ints, 0D, (a, x) -> a + x, a -> a / 2), aggregate(strs, '', (a, x) -> concat(a, x)) FROM w => int, bigint, double, string
SELECT aggregate(ints, named_struct('n', 0, 't', 0L), (a, x) -> named_struct('n', a.n + 1, 't', a.t + x), a -> a.t / a.n) FROM w => double
SELECT zip_with(ints, strs, (a, b) -> struct(a, b)), zip_with(ints, ints, (a, b) -> a * b), array_sort(strs, (a, b) -> length(a) - length(b)) FROM w => array<struct<a:int,b:string>>, array<int>, array<string>
SELECT transform_keys(m, (k, v) -> k || v), transform_values(m, (k, v) -> v / 2), map_filter(m, (k, v) -> v > 1), map_zip_with(m, m, (k, a, b) -> coalesce(a, b)) FROM w => map<string,int>, map<string,double>, map<string,int>, map<string,int>
SELECT transform(array(array(1)), x -> transform(x, y -> y + 1)), filter(transform(ints, x -> x * 2L), x -> x > 2) FROM w => array<array<int>>, array<bigint>
-- Names, stars and lateral aliases; "SELECT", "Name resolution", "Star clause"
SELECT * FROM t => int, string, decimal(10,2), double, date, timestamp, boolean
SELECT T.* FROM t => int, string, decimal(10,2), double, date, timestamp, boolean
SELECT * EXCEPT (a, b) FROM t => decimal(10,2), double, date, timestamp, boolean
SELECT t.* EXCEPT (day) FROM t => int, string, decimal(10,2), double, timestamp, boolean
SELECT * EXCEPT (d), d * 2 AS d FROM t => int, string, double, date, timestamp, boolean, decimal(12,2)
SELECT `a`, t.`b`, T.A FROM t => int, string, int
SELECT a AS a, a + 1 AS b, b || 'x' AS c FROM t => int, int, string
SELECT i AS n, n + 1L AS k, k * 2.5 AS j, j || '' AS z FROM w => int, bigint, decimal(23,1), string
SELECT a + 1 AS s, s + 1 AS u, struct(s, u) AS p, p.s FROM t => int, int, struct<s:int,u:int>, int
SELECT x.a, y.a FROM t x, u y => int, bigint
SELECT t.a, u.a, t.a + u.a FROM t, u => int, bigint, bigint
SELECT u.p.q, p.r, u.arr[0], u.m['k'] FROM u => int, string, int, int
SELECT q.* FROM (SELECT a, b FROM t) AS q => int, string
SELECT q.k, q.v FROM (SELECT a, b FROM t) AS q(k, v) => int, string
SELECT count(*), count(a), count(1), sum(1) FROM t => bigint, bigint, bigint, bigint
SELECT 1 AS `a b`, `a b` + 1 => int, int
-- Joins; "JOIN"
SELECT * FROM t JOIN u ON t.a = u.a => int, string, decimal(10,2), double, date, timestamp, boolean, bigint, string, array<int>, map<string,int>, struct<q:int,r:string>
SELECT * FROM t LEFT JOIN u ON t.a = u.a => int, string, decimal(10,2), double, date, timestamp, boolean, bigint, string, array<int>, map<string,int>, struct<q:int,r:string>
SELECT * FROM t RIGHT JOIN u USING (a) => bigint, string, decimal(10,2), double, date, timestamp, boolean, string, array<int>, map<string,int>, struct<q:int,r:string>
SELECT * FROM t FULL OUTER JOIN u USING (a) => bigint, string, decimal(10,2), double, date, timestamp, boolean, string, array<int>, map<string,int>, struct<q:int,r:string>
SELECT a, t.b, u.c FROM t JOIN u USING (a) => int, string, string
SELECT * FROM t NATURAL JOIN (SELECT a, b, 1 AS extra FROM t) => int, string, decimal(10,2), double, date, timestamp, boolean, int
SELECT * FROM t CROSS JOIN (SELECT 1 AS one) => int, string, decimal(10,2), double, date, timestamp, boolean, int
SELECT * FROM t LEFT SEMI JOIN u ON t.a = u.a => int, string, decimal(10,2), double, date, timestamp, boolean
SELECT * FROM t LEFT ANTI JOIN u USING (a) => int, string, decimal(10,2), double, date, timestamp, boolean
SELECT x.*, y.one FROM t x JOIN (SELECT 1 AS one) y ON true => int, string, decimal(10,2), double, date, timestamp, boolean, int
SELECT * FROM t JOIN u USING (a) JOIN (SELECT 1 AS a, 'z' AS z) v USING (a) => int, string, decimal(10,2), double, date, timestamp, boolean, string, array<int>, map<string,int>, struct<q:int,r:string>, string
SELECT t.a, e.v FROM t, LATERAL (SELECT t.a * 2.5 AS v) e => int, decimal(13,1)
SELECT t.a, e.col FROM t, LATERAL explode(array(t.a, 1L)) e => int, bigint
SELECT u.a, k, v FROM u LATERAL VIEW explode(m) x AS k, v => bigint, string, int
SELECT u.a, n, w FROM u LATERAL VIEW posexplode(arr) x AS n, w => bigint, int, int
SELECT u.a, o FROM u LATERAL VIEW OUTER explode(arr) x AS o => bigint, int
SELECT a, one, two FROM u LATERAL VIEW explode(arr) x AS one LATERAL VIEW explode(arr) y AS two => bigint, int, int
-- Grouping; "GROUP BY clause"
SELECT b, sum(a), avg(a), max(d), count(DISTINCT day) FROM t GROUP BY b => string, bigint, double, decimal(10,2), bigint
SELECT b AS k, sum(a) AS n FROM t GROUP BY k => string, bigint
SELECT b, day, sum(d) FROM t GROUP BY 1, 2 => string, date, decimal(20,2)
SELECT b, day, sum(d) FROM t GROUP BY ALL => string, date, decimal(20,2)
SELECT upper(b), length(upper(b)), count(*) FROM t GROUP BY upper(b) => string, int, bigint
SELECT b, sum(a) AS n FROM t GROUP BY b HAVING n > 1 => string, bigint
SELECT b, sum(a) FROM t GROUP BY b HAVING max(d) > 1 AND b <> 'x' => string, bigint
SELECT b, day, sum(a) FROM t GROUP BY ROLLUP (b, day) => string, date, bigint
SELECT b, day, sum(a), grouping(b), grouping_id() FROM t GROUP BY CUBE (b, day) => string, date, bigint, tinyint, bigint
SELECT b, day, grouping_id(b, day) FROM t GROUP BY GROUPING SETS ((b, day), (b), ()) => string, date, bigint
SELECT b, sum(a) FROM t GROUP BY b WITH ROLLUP => string, bigint
SELECT coalesce(b, 'all'), sum(d) FROM t GROUP BY ROLLUP (b) => string, decimal(20,2)
SELECT sum(a), sum(a) FILTER (WHERE ok), count(*) FILTER (WHERE a > 1), avg(DISTINCT a) FROM t => bigint, bigint, bigint, double
SELECT max(a) - min(a), sum(a) / count(*), sum(d) / sum(a), stddev(a) * 2 FROM t => int, double, decimal(38,20), double
SELECT collect_list(struct(a, b)), collect_set(day), array_agg(d), max(struct(d, b)), max_by(b, d), min_by(struct(a, b), at) FROM t => array<struct<a:int,b:string>>, array<date>, array<decimal(10,2)>, struct<d:decimal(10,2),b:string>, string, struct<a:int,b:string>
SELECT percentile(a, 0.5), percentile_approx(d, array(0.1, 0.5)), percentile_cont(0.9) WITHIN GROUP (ORDER BY a), median(d), mode(b) FROM t => double, array<decimal(10,2)>, double, double, string
SELECT any_value(b), first(a), last(d, true), bool_and(ok), every(ok), some(ok), bit_or(a), approx_count_distinct(b) FROM t => string, int, decimal(10,2), boolean, boolean, boolean, int, bigint
SELECT sum(a) AS s, avg(d) AS v FROM t HAVING s > 0 => bigint, decimal(14,6)
SELECT DISTINCT a, b FROM t => int, string
SELECT b FROM t GROUP BY b ORDER BY sum(a) => string
SELECT b, count(*) AS n FROM t GROUP BY b ORDER BY n DESC, b => string, bigint
-- Windows; "Window functions"
SELECT row_number() OVER (ORDER BY a), rank() OVER (PARTITION BY b ORDER BY a), dense_rank() OVER (ORDER BY a), ntile(3) OVER (ORDER BY a), cume_dist() OVER (ORDER BY a), percent_rank() OVER (ORDER BY a) FROM t => int, int, int, int, double, double
SELECT sum(a) OVER (), sum(d) OVER (PARTITION BY b), avg(a) OVER (ORDER BY day), count(*) OVER (), max(day) OVER (PARTITION BY b) FROM t => bigint, decimal(20,2), double, bigint, date
SELECT lag(a) OVER (ORDER BY day), lag(d, 1, 0) OVER (ORDER BY day), lead(b, 2, 'x') OVER (ORDER BY day), first_value(d) OVER (ORDER BY day), nth_value(a, 2) OVER (ORDER BY day) FROM t => int, decimal(10,2), string, decimal(10,2), int
SELECT sum(a) OVER (ORDER BY at RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND CURRENT ROW), sum(a) OVER (ORDER BY day ROWS 3 PRECEDING) FROM t => bigint, bigint
SELECT sum(a) OVER w1, avg(a) OVER w2 FROM t WINDOW w1 AS (PARTITION BY b), w2 AS (ORDER BY day) => bigint, double
SELECT b, sum(a) AS n, sum(sum(a)) OVER (), rank() OVER (ORDER BY sum(a) DESC) FROM t GROUP BY b => string, bigint, bigint, int
SELECT a, a / sum(a) OVER (PARTITION BY b), d - lag(d) OVER (ORDER BY day), day - lag(day) OVER (ORDER BY day) FROM t => int, double, decimal(11,2), interval day to second
SELECT a, row_number() OVER (ORDER BY a) AS rn FROM t QUALIFY rn = 1 => int, int
SELECT a, b FROM t QUALIFY row_number() OVER (PARTITION BY b ORDER BY day DESC) = 1 => int, string
SELECT b, count(*) AS n FROM t GROUP BY b QUALIFY rank() OVER (ORDER BY count(*)) < 3 => string, bigint
SELECT collect_list(a) OVER (PARTITION BY b), approx_count_distinct(a) OVER (), stddev(a) OVER (ORDER BY day) FROM t => array<int>, bigint, double
-- Subqueries; "Subqueries", "Table reference"
SELECT (SELECT max(a) FROM u), (SELECT count(*) FROM u WHERE u.a = t.a) FROM t => bigint, bigint
SELECT a, (SELECT sum(u.a) FROM u WHERE u.a > t.a) AS n FROM t => int, bigint
SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a) => int
SELECT a FROM t WHERE NOT EXISTS (SELECT * FROM u WHERE u.c = t.b) => int
SELECT a FROM t WHERE a IN (SELECT a FROM u) OR b IN (SELECT c FROM u) => int
SELECT a FROM t WHERE (a, b) NOT IN (SELECT a, c FROM u) => int
SELECT a FROM t WHERE a = (SELECT min(a) FROM t) => int
SELECT a FROM t p WHERE d > (SELECT avg(d) FROM t q WHERE q.b = p.b) => int
SELECT b, sum(a) FROM t GROUP BY b HAVING sum(a) > (SELECT avg(a) FROM u) => string, bigint
SELECT a, x.n FROM t, LATERAL (SELECT count(*) AS n FROM u WHERE u.a = t.a) x => int, bigint
SELECT (SELECT struct(a, c) FROM u LIMIT 1).c FROM t => string
WITH x AS (SELECT a FROM t), y AS (SELECT a + 1 AS b FROM x) SELECT x.a, y.b FROM x JOIN y ON x.a = y.b => int, int
WITH x(k) AS (SELECT d FROM t) SELECT sum(k) FROM x => decimal(20,2)
WITH t AS (SELECT 1 AS z) SELECT z FROM t => int
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r => int
WITH RECURSIVE r AS (SELECT a, b, 0 AS depth FROM t UNION ALL SELECT r.a, r.b, depth + 1 FROM r JOIN u ON u.a = r.a) SELECT * FROM r => int, string, int
-- Set operations and VALUES; "Set operators", "VALUES clause"
SELECT a FROM t UNION ALL SELECT a FROM u => bigint
SELECT i FROM w UNION SELECT d FROM w => decimal(12,2)
SELECT s FROM w UNION ALL SELECT i FROM w => bigint
SELECT day FROM w UNION ALL SELECT at FROM w => timestamp
SELECT i, s FROM w INTERSECT SELECT big, s FROM w => bigint, string
SELECT d FROM w EXCEPT SELECT x FROM w => double
SELECT NULL AS n UNION ALL SELECT 1 UNION ALL SELECT 2.5 => decimal(11,1)
SELECT ints FROM w UNION ALL SELECT array(1L) => array<bigint>
SELECT a AS k, b FROM t UNION ALL SELECT a, c FROM u ORDER BY k => bigint, string
VALUES (1, 'a'), (2, 'b') => int, string
SELECT * FROM VALUES (1, 'a'), (2L, NULL) AS v(id, name) => bigint, string
SELECT v.id + 1 FROM VALUES (1), (2) AS v(id) => int
SELECT col1, col2 FROM VALUES (1, array(1)), (2, array(2L)) => int, array<bigint>
-- ORDER BY, LIMIT; "ORDER BY clause"
SELECT a FROM t ORDER BY b => int
SELECT a FROM t ORDER BY t.b, d DESC NULLS LAST => int
SELECT a AS k FROM t ORDER BY k, b => int
SELECT a, b FROM t ORDER BY 2, 1 => int, string
SELECT a + 1 AS a FROM t ORDER BY a => int
SELECT a, b FROM t ORDER BY ALL => int, string
SELECT a FROM t ORDER BY length(b) LIMIT 10 => int
SELECT a FROM t SORT BY a => int
SELECT a FROM t DISTRIBUTE BY b => int
SELECT a FROM t CLUSTER BY a => int
SELECT a FROM t LIMIT 5 OFFSET 2 => int
-- PIVOT, UNPIVOT, TABLESAMPLE; "PIVOT clause", "UNPIVOT clause"
SELECT * FROM (SELECT b, a, day FROM t) PIVOT (sum(a) FOR b IN ('x', 'y')) => date, bigint, bigint
SELECT * FROM (SELECT b, a, d FROM t) PIVOT (sum(a) AS s, max(d) AS m FOR b IN ('x' AS one, 'y' AS two)) => bigint, decimal(10,2), bigint, decimal(10,2)
SELECT one, two FROM (SELECT b, a FROM t) PIVOT (count(*) FOR b IN ('x' AS one, 'y' AS two)) => bigint, bigint
SELECT * FROM (SELECT b, ok, a FROM t) PIVOT (sum(a) FOR (b, ok) IN (('x', true) AS p, ('y', false) AS q)) => bigint, bigint
SELECT * FROM (SELECT i, big, s FROM w) UNPIVOT (v FOR n IN (i, big)) => string, string, bigint
SELECT * FROM t TABLESAMPLE (10 PERCENT) => int, string, decimal(10,2), double, date, timestamp, boolean
SELECT window.start, window.end, count(*) FROM t GROUP BY window(at, '10 minutes') => timestamp, timestamp, bigint
SELECT window, sum(a) FROM t GROUP BY window(at, '10 minutes', '5 minutes'), b => struct<start:timestamp,end:timestamp>, bigint
SELECT session_window.start, b, count(*) FROM t GROUP BY session_window(at, '5 minutes'), b => timestamp, string, bigint
-- VARIANT; "VARIANT type", "Variant type" of Spark
SELECT parse_json('{}'), variant_get(v, '$.a', 'int'), try_variant_get(v, '$.b', 'date'), CAST(v AS INT), CAST(v AS ARRAY<INT>), v::string, to_json(v) FROM w => variant, int, date, int, array<int>, string, string
SELECT CAST(i AS VARIANT), CAST(ints AS VARIANT), is_variant_null(v), schema_of_variant(v), v IS NULL FROM w => variant, variant, boolean, string, boolean
SELECT * FROM w, LATERAL variant_explode(v) AS e(a, b, c) => tinyint, smallint, int, bigint, float, double, decimal(10,2), decimal(38,10), string, binary, boolean, date, timestamp, timestamp_ntz, interval year to month, interval day to second, array<int>, array<string>, array<float>, map<string,int>, struct<a:int,b:string>, array<struct<a:int,b:string>>, variant, int, string, variant
SELECT coalesce(v, v), array(v, v), struct(v) FROM w => variant, array<variant>, struct<v:variant>
-- Strings and dates in functions; "SQL data type rules", section "Implicit crosscasting"
SELECT upper(i), length(day), concat(i, 'x', day), i || s, substring(i, 1, 1), lpad(i, 5, '0'), trim(i), replace(i, 1, 2) FROM w => string, int, string, string, string, string, string, string
SELECT year(s), month(at), date_add(s, 1), datediff(s, day), add_months(s, 1), date_trunc('DAY', s), hour(s), last_day(s), next_day(s, 'MON'), trunc(s, 'MM') FROM w => int, int, date, int, date, timestamp, int, date, date, date
SELECT sqrt(s), abs(s), round(s), power(s, 2), sin(s), floor(s), ceil(s), exp(i), ln(d), sign(s), pmod(s, 2) FROM w => double, double, double, double, double, bigint, bigint, double, double, double, bigint
SELECT sum(s), avg(s), stddev(s), max(s), min(s), sum(tiny), avg(f), sum(f), sum(wide), avg(wide) FROM w => double, double, double, string, string, bigint, double, double, decimal(38,10), decimal(38,14)
SELECT round(i, 1), round(x, 1), round(f, 1), round(d), round(d, 5), round(wide, 2), bround(d, 0), round(tiny), round(-1.55, 1) FROM w => int, double, float, decimal(9,0), decimal(11,2), decimal(31,2), decimal(9,0), tinyint, decimal(3,1)
SELECT date_format(day, 'y'), to_date(at), to_timestamp(day), CAST(day AS TIMESTAMP), day::string, unix_timestamp(day), from_unixtime(i), make_date(i, i, i), date(s), timestamp(day) FROM w => string, date, timestamp, timestamp, string, bigint, string, date, date, timestamp
SELECT extract(YEAR FROM at), extract(SECOND FROM at), extract(DAY FROM ds), extract(MONTH FROM ym), date_part('hour', at), extract(DOW FROM day), extract(WEEK FROM day), extract(QUARTER FROM day) FROM w => int, decimal(8,6), int, tinyint, int, int, int, int
SELECT split(s, ',')[0], split_part(s, ',', 1), regexp_extract_all(s, 'a'), sentences(s)[0][0], from_json(s, 'a INT, b STRUCT<c: DATE>').b.c, from_csv(s, 'a INT').a FROM w => string, string, array<string>, string, date, int
SELECT from_json(s, 'ARRAY<STRUCT<k: STRING>>')[0].k, to_json(struct(i)), get_json_object(s, '$.a') FROM w => string, string, string
SELECT timestampadd(HOUR, 1, day), timestampdiff(MINUTE, day, at), date_add(WEEK, 1, day), dateadd(MONTH, 1, ntz), date_diff(YEAR, day, day) FROM w => timestamp, bigint, timestamp, timestamp_ntz, bigint
SELECT try_add(day, INTERVAL 1 MONTH), try_subtract(at, INTERVAL 1 DAY), try_divide(i, 0), try_element_at(ints, 5), try_cast(s AS DECIMAL(5,1)), try_to_number(s, '99') FROM w => date, timestamp, double, int, decimal(5,1), decimal(2,0)
SELECT hash(i, s), xxhash64(m['a']), md5(bin), sha2(s, 256), crc32(s), base64(s), hex(bin), unhex(s), encode(s, 'UTF-8'), decode(bin, 'UTF-8') FROM w => int, bigint, string, string, bigint, string, string, binary, binary, string
SELECT bit_count(i), i & big, i | tiny, small ^ i, ~big, shiftleft(i, 1), i << 2, big >> 1, i >>> 1 FROM w => int, bigint, int, int, bigint, int, int, bigint, int
SELECT current_date, current_timestamp, now(), current_user, current_date() - 7, current_timestamp() - INTERVAL 1 HOUR, current_catalog(), current_schema() => date, timestamp, timestamp, string, date, timestamp, string, string
SELECT * FROM (SELECT i, big, s FROM w) UNPIVOT INCLUDE NULLS (v FOR n IN (i AS one, big AS two)) => string, string, bigint
SELECT st.a, st.b, w.st.a FROM w => int, string, int
SELECT s:a, s:a.b[0], s:a::int FROM w => string, string, int
SELECT v:a, v:a.b, v:a::int, v:b[0]::string, CAST(v:c AS DATE) FROM w => variant, variant, int, string, date
SELECT s::int, s?::int, s::decimal(5,2), day::string FROM w => int, int, decimal(5,2), string
-- Pipe operators; "SQL Pipeline Syntax", "Piped operation"
FROM t |> WHERE t.a > 1 => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> SELECT a |> WHERE t.a > 1 => int
FROM t |> SELECT a, b AS q |> SELECT t.a, q => int, string
FROM t |> EXTEND a + 1 AS k |> WHERE t.a > 1 AND k > 2 => int, string, decimal(10,2), double, date, timestamp, boolean, int
FROM t |> EXTEND a + 1 AS k, k * 2 AS j |> SELECT j => int
FROM t |> EXTEND a + 1 AS a => int, string, decimal(10,2), double, date, timestamp, boolean, int
FROM t |> EXTEND sum(a) OVER () AS k => int, string, decimal(10,2), double, date, timestamp, boolean, bigint
FROM t |> EXTEND explode(array(1,2)) AS k => int, string, decimal(10,2), double, date, timestamp, boolean, int
FROM t |> SELECT explode(array(1,2)) AS k, a => int, int
FROM t |> SET a = a + 1, b = a => int, int, decimal(10,2), double, date, timestamp, boolean
FROM t |> SET a = 'x' |> WHERE t.b = 'x' => string, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> SET a = 1, a = a + 1 => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> SET a = sum(a) OVER () => bigint, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> DROP a => string, decimal(10,2), double, date, timestamp, boolean
FROM t |> DROP a |> WHERE t.b = 1 => string, decimal(10,2), double, date, timestamp, boolean
FROM t |> AS z |> WHERE z.a > 1 => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t JOIN u ON t.a = u.a |> SELECT t.a AS k, c => int, string
FROM t JOIN u ON t.a = u.a |> AS z |> SELECT z.b => string
FROM t |> JOIN u ON t.a = u.a => int, string, decimal(10,2), double, date, timestamp, boolean, bigint, string, array<int>, map<string,int>, struct<q:int,r:string>
FROM t |> JOIN u USING (a) => int, string, decimal(10,2), double, date, timestamp, boolean, string, array<int>, map<string,int>, struct<q:int,r:string>
FROM t |> JOIN u USING (a) |> SELECT a, t.a, u.a => int, int, bigint
FROM t |> NATURAL JOIN u => int, string, decimal(10,2), double, date, timestamp, boolean, string, array<int>, map<string,int>, struct<q:int,r:string>
FROM t |> LEFT SEMI JOIN u ON t.a = u.a => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> SEMI JOIN u ON t.a = u.a => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> ANTI JOIN u ON t.a = u.a => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> LEFT ANTI JOIN u ON t.a = u.a => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> CROSS JOIN u => int, string, decimal(10,2), double, date, timestamp, boolean, bigint, string, array<int>, map<string,int>, struct<q:int,r:string>
FROM t |> LEFT OUTER JOIN u ON t.a = u.a => int, string, decimal(10,2), double, date, timestamp, boolean, bigint, string, array<int>, map<string,int>, struct<q:int,r:string>
FROM t |> SELECT a |> JOIN u ON t.a = u.a => int, bigint, string, array<int>, map<string,int>, struct<q:int,r:string>
FROM t |> AGGREGATE count(*) AS n |> JOIN u ON n = u.a => bigint, bigint, string, array<int>, map<string,int>, struct<q:int,r:string>
FROM t |> JOIN LATERAL (SELECT t.a + 1 AS n) AS l => int, string, decimal(10,2), double, date, timestamp, boolean, int
FROM t |> AGGREGATE sum(a) => bigint
FROM t |> AGGREGATE sum(a) AS s GROUP BY b => string, bigint
FROM t |> AGGREGATE sum(a) AS s GROUP BY b |> WHERE t.b = 'x' => string, bigint
FROM t |> AGGREGATE sum(a) AS s GROUP BY b AS g => string, bigint
FROM t |> AGGREGATE sum(a) AS s GROUP BY upper(b) => string, bigint
FROM t |> AGGREGATE sum(a) AS s, count(*) AS n GROUP BY upper(b) AS g, ok |> SELECT g, s / n => string, double
FROM t |> AGGREGATE GROUP BY b => string
FROM t |> AGGREGATE upper(b) || sum(a) AS z GROUP BY b => string, string
FROM t |> AGGREGATE sum(a) AS s GROUP BY 1 => int, bigint
FROM t |> SELECT sum(a) => bigint
FROM t |> SELECT DISTINCT a => int
FROM t |> SELECT * EXCEPT (a) => string, decimal(10,2), double, date, timestamp, boolean
FROM t |> SELECT a, sum(a) OVER w AS s WINDOW w AS (PARTITION BY b) => int, bigint
FROM t |> SELECT a AS k, k + 1 AS j => int, int
FROM t |> SELECT a GROUP BY a => int
FROM t |> WHERE a IN (SELECT a FROM u) => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a) => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> ORDER BY a DESC NULLS LAST => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> ORDER BY t.a, 2 => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> SELECT a |> ORDER BY 1 => int
FROM t |> ORDER BY ALL => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> LIMIT 3 OFFSET 1 => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> OFFSET 1 => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> LIMIT ALL => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> SORT BY a => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> DISTRIBUTE BY a => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> UNION ALL TABLE t => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> SELECT a, b |> UNION SELECT a, c FROM u => bigint, string
FROM t |> SELECT a, b |> UNION ALL (SELECT a, c FROM u) => bigint, string
FROM t |> SELECT a, b |> UNION ALL SELECT a, c FROM u |> WHERE a > 1 => bigint, string
FROM t |> SELECT a |> EXCEPT SELECT a FROM u => bigint
FROM t |> SELECT a |> EXCEPT ALL SELECT a FROM u => bigint
FROM t |> SELECT a |> MINUS SELECT a FROM u => bigint
FROM t |> SELECT a |> INTERSECT VALUES (1L) => bigint
FROM t |> TABLESAMPLE (10 PERCENT) => int, string, decimal(10,2), double, date, timestamp, boolean
FROM t |> TABLESAMPLE (5 ROWS) |> SELECT t.a => int
FROM t |> SELECT a, b, ok |> PIVOT (sum(a) FOR b IN ('x', 'y')) => boolean, bigint, bigint
FROM t |> SELECT a, b, ok |> PIVOT (sum(a) AS s, max(a) AS m FOR b IN ('x' AS xx, 'y')) => boolean, bigint, int, bigint, int
FROM t |> SELECT a, b, ok |> PIVOT (sum(a) FOR (b, ok) IN (('x', true) AS xt, ('y', false) AS yf)) => bigint, bigint
FROM t |> SELECT a, b, ok |> PIVOT (sum(a) FOR b IN ('x', 'y')) |> SELECT t.ok, x => boolean, bigint
FROM t |> UNPIVOT (v FOR n IN (a, d)) => string, double, date, timestamp, boolean, string, decimal(12,2)
FROM t |> UNPIVOT (v FOR n IN (a AS aa, d)) |> SELECT n, v, b => string, decimal(12,2), string
FROM t |> UNPIVOT INCLUDE NULLS (v FOR n IN (a, d)) => string, double, date, timestamp, boolean, string, decimal(12,2)
FROM t |> UNPIVOT ((v, z) FOR n IN ((a, b) AS one, (d, b) AS two)) => double, date, timestamp, boolean, string, decimal(12,2), string
FROM t |> UNPIVOT (v FOR n IN (a, d)) |> WHERE t.b = 'x' => string, double, date, timestamp, boolean, string, decimal(12,2)
FROM t |> UNPIVOT (v FOR n IN (a, d)) AS q |> WHERE q.b = 'x' => string, double, date, timestamp, boolean, string, decimal(12,2)
TABLE t |> SELECT a => int
VALUES (1, 'x') AS v(k, l) |> WHERE v.k = 1 |> EXTEND k + 1 AS z => int, string, int
(SELECT a FROM t) |> WHERE a > 1 => int
SELECT a, b FROM t |> WHERE a > 1 => int, string
SELECT a, b FROM t |> WHERE t.a > 1 => int, string
SELECT a FROM t UNION ALL SELECT a FROM u |> WHERE a > 1 => bigint
WITH q AS (SELECT a FROM t) FROM q |> SELECT q.a => int
WITH q AS (FROM t |> SELECT a) SELECT * FROM q => int
SELECT * FROM (FROM t |> SELECT a AS k) z WHERE z.k > 1 => int
SELECT (FROM u |> AGGREGATE max(a)) AS m FROM t => bigint
FROM t x |> WHERE x.a > 1 |> JOIN t y ON x.a = y.a |> SELECT x.a AS l, y.b => int, string
FROM t x |> JOIN t y ON x.a = y.a |> AGGREGATE count(*) AS n GROUP BY x.b |> SELECT b, n => string, bigint
FROM t x |> JOIN t y ON x.a = y.a |> EXTEND x.a + y.a AS k |> SELECT k, x.a => int, int
FROM t, u |> SELECT b, c => string, string
FROM t LATERAL VIEW explode(array(1)) e AS k |> SELECT k => int
FROM t |> WHERE ok |> SELECT a LIMIT 1 => int
-- UNPIVOT of several columns at once, stars without fields, tables and rows as queries; "UNPIVOT clause", "PIVOT clause", "Star (*) clause", "Query"
SELECT t.ok FROM t PIVOT (sum(a) FOR b IN ('x', 'y')) => boolean
SELECT t.ok FROM (SELECT a,b,ok FROM t) t PIVOT (sum(a) FOR b IN ('x', 'y')) => boolean
SELECT q.ok FROM (SELECT a,b,ok FROM t) t PIVOT (sum(a) FOR b IN ('x', 'y')) AS q => boolean
SELECT t.b, n, v FROM t UNPIVOT (v FOR n IN (a, d)) => string, string, decimal(12,2)
SELECT * FROM t UNPIVOT ((v, z) FOR n IN ((a, b) AS one, (d, b) AS two)) => double, date, timestamp, boolean, string, decimal(12,2), string
SELECT * FROM t UNPIVOT ((v, z) FOR n IN ((a, b), (d, b))) => double, date, timestamp, boolean, string, decimal(12,2), string
SELECT * FROM t UNPIVOT INCLUDE NULLS ((v, z) FOR n IN ((a, b), (d, b))) => double, date, timestamp, boolean, string, decimal(12,2), string
SELECT * FROM t UNPIVOT ((v) FOR n IN ((a) AS q, (d))) => string, double, date, timestamp, boolean, string, decimal(12,2)
SELECT * FROM t UNPIVOT (v FOR n IN (t.a, t.d)) => string, double, date, timestamp, boolean, string, decimal(12,2)
TABLE t => int, string, decimal(10,2), double, date, timestamp, boolean
VALUES (1, 'x') AS v(k, l) => int, string
VALUES (1, 'x') v => int, string
VALUES (1), (2) => int
SELECT * FROM (TABLE t) => int, string, decimal(10,2), double, date, timestamp, boolean
SELECT * EXCEPT (p.q) FROM u => bigint, string, array<int>, map<string,int>, struct<r:string>
SELECT * EXCEPT (p.q, a) FROM u => string, array<int>, map<string,int>, struct<r:string>
SELECT p.* EXCEPT (q) FROM u => string
SELECT explode(arr), explode(map_keys(m)) FROM u => int, string
SELECT * FROM t NATURAL LEFT JOIN u => int, string, decimal(10,2), double, date, timestamp, boolean, string, array<int>, map<string,int>, struct<q:int,r:string>
SELECT * FROM t, LATERAL explode(array(1,2)) AS e(k) => int, string, decimal(10,2), double, date, timestamp, boolean, int
SELECT * FROM t LATERAL VIEW inline(array(struct(1 AS k, 'x' AS l))) e AS k, l => int, string, decimal(10,2), double, date, timestamp, boolean, int, string
SELECT a, b, count(*) FROM t GROUP BY a, b GROUPING SETS ((a), (b)) => int, string, bigint
SELECT STRUCT(a, b).a FROM t => int
SELECT first(a IGNORE NULLS) FROM t => int
