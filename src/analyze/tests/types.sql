-- Result types. One case a line: query => types of its output, or `error` where the query is refused.
-- Expected values: Apache Spark 4.3.0 with spark.sql.ansi.enabled=true, `spark.sql(query).schema`; interval types by family.
-- Names and stars
SELECT * FROM t => int, string, decimal(10,2), double, date, timestamp, boolean
SELECT t.*, u.c FROM t JOIN u ON t.a = u.a => int, string, decimal(10,2), double, date, timestamp, boolean, string
SELECT * EXCEPT (b, d) FROM t => int, double, date, timestamp, boolean
SELECT T.A, `B` FROM t => int, string
SELECT p.q, p.r, u.p.q AS again FROM u => int, string, int
SELECT p.* FROM u => int, string
SELECT arr[0], m['k'], m.k FROM u => int, int, int
SELECT a AS n, n + 1 AS m, m * 2.0 AS k FROM t => int, int, decimal(13,1)
SELECT x.a FROM (SELECT a FROM t) x => int
SELECT * FROM (SELECT a, b FROM t) AS s(one, two) => int, string
SELECT one FROM (VALUES (1, 'a'), (2L, NULL)) AS v(one, two) => bigint
SELECT * FROM VALUES (1, 'a'), (2L, NULL) => bigint, string
SELECT col1, col2 FROM VALUES (1, 1.5), (2, 2) => int, decimal(11,1)
WITH c AS (SELECT a FROM t), d(z) AS (SELECT a + 1L FROM c) SELECT z FROM d => bigint
WITH t AS (SELECT 'x' AS a) SELECT a FROM t => string
WITH c AS (SELECT 1 AS a) SELECT a FROM (WITH c AS (SELECT 'in' AS a) SELECT a FROM c) => string
-- Joins
SELECT * FROM t JOIN u USING (a) => int, string, decimal(10,2), double, date, timestamp, boolean, string, array<int>, map<string,int>, struct<q:int,r:string>
SELECT a, t.a, u.a FROM t JOIN u USING (a) => int, int, bigint
SELECT a FROM t FULL JOIN u USING (a) => bigint
SELECT * FROM t NATURAL JOIN u => int, string, decimal(10,2), double, date, timestamp, boolean, string, array<int>, map<string,int>, struct<q:int,r:string>
SELECT * FROM t LEFT SEMI JOIN u ON t.a = u.a => int, string, decimal(10,2), double, date, timestamp, boolean
SELECT * FROM t LEFT ANTI JOIN u USING (a) => int, string, decimal(10,2), double, date, timestamp, boolean
SELECT count(*) FROM t CROSS JOIN u => bigint
SELECT t.a, u.a FROM t, u WHERE t.a = u.a => int, bigint
SELECT t.a, l.n FROM t, LATERAL (SELECT t.a + 1 AS n) l => int, int
SELECT t.a, l.n FROM t LEFT JOIN LATERAL (SELECT count(*) AS n FROM u WHERE u.a = t.a) l ON true => int, bigint
SELECT a, v FROM u LATERAL VIEW explode(arr) e AS v => bigint, int
SELECT k, v FROM u LATERAL VIEW OUTER explode(m) e AS k, v => string, int
SELECT explode(arr) FROM u => int
SELECT explode(m) FROM u => string, int
SELECT posexplode(arr) AS (i, e) FROM u => int, int
SELECT a, explode(sequence(1, 5)) AS n, n + 1 FROM t => int, int, int
SELECT inline(array(struct(1 AS i, 'x' AS j))) FROM t => int, string
SELECT stack(2, 1, 'a', 2L, 'b') => error
SELECT id FROM range(10) => bigint
SELECT r.id + 1 FROM range(1, 10, 2) r => bigint
SELECT e.c FROM u, LATERAL explode(u.arr) AS e(c) => int
-- Aggregates
SELECT b, count(*), count(DISTINCT a), sum(a), avg(a), sum(d), avg(d), min(day), max(at) FROM t GROUP BY b => string, bigint, bigint, bigint, double, decimal(20,2), decimal(14,6), date, timestamp
SELECT b, count(*) AS n FROM t GROUP BY ALL => string, bigint
SELECT b AS k, count(*) FROM t GROUP BY k => string, bigint
SELECT b, count(*) FROM t GROUP BY 1 ORDER BY 2 DESC, 1 => string, bigint
SELECT b, ok, sum(a) FROM t GROUP BY ROLLUP (b, ok) => string, boolean, bigint
SELECT b, ok, sum(a) FROM t GROUP BY b, ok WITH CUBE => string, boolean, bigint
SELECT b, ok, grouping(b), grouping_id(b, ok) FROM t GROUP BY GROUPING SETS ((b), (ok), ()) => string, boolean, tinyint, bigint
SELECT upper(b), count(*) FROM t GROUP BY upper(b) HAVING count(*) > 1 AND upper(b) <> 'X' => string, bigint
SELECT sum(a) / count(*), sum(a) FILTER (WHERE ok), count_if(ok) FROM t => double, bigint, bigint
SELECT max_by(b, a), min_by(d, at), any_value(b), first(b, true), median(a), percentile(a, 0.9), approx_percentile(d, 0.5) FROM t => string, decimal(10,2), string, string, double, double, decimal(10,2)
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM t => double
SELECT collect_list(b), collect_set(a), array_agg(d), approx_count_distinct(b), bool_and(ok), stddev(a), corr(a, x) FROM t => array<string>, array<int>, array<decimal(10,2)>, bigint, boolean, double, double
SELECT (SELECT max(a) FROM u WHERE u.a = t.a) FROM t => bigint
SELECT count(*) FROM t HAVING count(*) > 1 => bigint
SELECT count(DISTINCT a, b) FROM t => bigint
-- Windows
SELECT row_number() OVER (PARTITION BY b ORDER BY a), rank() OVER (ORDER BY a), ntile(4) OVER (ORDER BY a), percent_rank() OVER (ORDER BY a) FROM t => int, int, int, double
SELECT lag(a) OVER (ORDER BY at), lag(d, 2, 0) OVER (ORDER BY at), lead(b, 1, 'none') OVER (ORDER BY at) FROM t => int, decimal(10,2), string
SELECT sum(a) OVER (PARTITION BY b ORDER BY at ROWS BETWEEN 6 PRECEDING AND CURRENT ROW), avg(d) OVER w FROM t WINDOW w AS (PARTITION BY b) => bigint, decimal(14,6)
SELECT first_value(b) OVER (ORDER BY a), last_value(b) IGNORE NULLS OVER (ORDER BY a ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), nth_value(b, 2) OVER (ORDER BY a) FROM t => string, string, string
SELECT b, sum(sum(a)) OVER (ORDER BY b) FROM t GROUP BY b => string, bigint
SELECT b, rank() OVER (ORDER BY count(*) DESC) AS r FROM t GROUP BY b => string, int
-- Subqueries
SELECT a IN (SELECT a FROM u), EXISTS (SELECT 1 FROM u WHERE u.a = t.a) FROM t => boolean, boolean
SELECT * FROM t WHERE (a, b) IN (SELECT a, c FROM u) => int, string, decimal(10,2), double, date, timestamp, boolean
SELECT a NOT IN (1, 2L, '3') FROM t => boolean
-- Set operations
SELECT a, b FROM t UNION ALL SELECT a, c FROM u => bigint, string
SELECT 1 UNION SELECT 2.5 => decimal(11,1)
SELECT NULL UNION ALL SELECT day FROM t => date
SELECT a FROM t INTERSECT SELECT a FROM u => bigint
SELECT a, b FROM t EXCEPT SELECT a, c FROM u ORDER BY b LIMIT 5 => bigint, string
(SELECT a FROM t ORDER BY a LIMIT 1) UNION ALL SELECT 1L => bigint
-- Operators and coercion (engine.md section 3)
SELECT 7 / 2, 7 div 2, 7 % 2, -7, 7 / 2.0, a / d, d / d, x / 2 FROM t => double, bigint, int, int, decimal(8,6), decimal(23,11), decimal(23,13), double
SELECT d * d, d + 1, d - 1.5, d * 1.05, d + x, d % 3, -d FROM t => decimal(21,4), decimal(11,2), decimal(11,2), decimal(14,4), double, decimal(3,2), decimal(10,2)
SELECT coalesce(NULL, 'x', 1), '10' < 9, a BETWEEN '1' AND '5', a IN ('1', '2') FROM t => bigint, boolean, boolean, boolean
SELECT coalesce(d, 0), coalesce(a, 0L), coalesce(x, 0), nvl(b, 'n'), ifnull(day, current_date()) FROM t => decimal(12,2), bigint, double, string, date
SELECT CASE WHEN ok THEN 1 WHEN a > 2 THEN 2.5 END, CASE b WHEN 'x' THEN day ELSE at END, if(ok, NULL, 'z') FROM t => decimal(11,1), timestamp, string
SELECT nullif(a, 0), nullif(b, ''), greatest(a, d), least(1, 2L, x), nvl2(a, 'y', 'n') FROM t => int, string, decimal(12,2), double, string
SELECT b || '!', concat(b, a), concat_ws('-', b, 'x'), b LIKE 'a%', b RLIKE '^a', b ILIKE ANY ('a%', 'b%') FROM t => string, string, string, boolean, boolean, boolean
SELECT ok AND a > 1, NOT ok, a = 1 OR ok IS NULL, a <=> NULL, a IS DISTINCT FROM 1, ok IS NOT TRUE FROM t => boolean, boolean, boolean, boolean, boolean, boolean
SELECT day + 1, day - 1, day - day, at - at, at - day, day + INTERVAL 1 DAY, day + INTERVAL 1 HOUR, at + INTERVAL '2' MONTH FROM t => date, date, interval day to second, interval day to second, interval day to second, date, timestamp, timestamp
SELECT INTERVAL 1 DAY * 2, INTERVAL '1-2' YEAR TO MONTH, INTERVAL '1' DAY + INTERVAL '2' HOUR, INTERVAL 3 MONTH / 2 => interval day to second, interval year to month, interval day to second, interval year to month
SELECT date_add(day, 1), date_sub(at, 7), datediff(at, '2024-01-01'), add_months(day, a), months_between(at, day), last_day(at) FROM t => date, date, int, date, double, date
SELECT timestampdiff(SECOND, at, current_timestamp()), timestampadd(HOUR, 1, at), dateadd(DAY, 1, at), date_diff(DAY, day, at) FROM t => bigint, timestamp, timestamp, bigint
SELECT date_trunc('DAY', day), trunc(day, 'MM'), date_format(at, 'yyyy-MM'), year(at), hour(at), dayofweek(day), extract(YEAR FROM day), extract(SECOND FROM at) FROM t => timestamp, date, string, int, int, int, int, decimal(8,6)
SELECT to_date(b), to_timestamp(b, 'yyyy'), unix_timestamp(at), from_unixtime(a), cast(at AS bigint), cast(a AS timestamp) FROM t => date, timestamp, bigint, string, bigint, timestamp
SELECT round(d), round(d, 1), round(a, 1), round(x, 2), floor(d), ceil(x), floor(a), abs(d), sign(d), bround(d, 1) FROM t => decimal(9,0), decimal(10,1), int, double, decimal(9,0), bigint, bigint, decimal(10,2), double, decimal(10,1)
SELECT upper(b), substring(b, 1, 2), length(b), trim(b), regexp_replace(b, 'x', 'y'), regexp_extract(b, '(a)', 1), split(b, ','), split(b, ',')[0], format_number(d, 2), lpad(b, 5, '0') FROM t => string, string, int, string, string, string, array<string>, string, string, string
SELECT array(1, 2L), array(a, b), map('k', a, 'l', d), struct(a, b AS c), named_struct('i', 1), array(), element_at(array(1), 1), size(array(1)) FROM t => array<bigint>, array<bigint>, map<string,decimal(12,2)>, struct<a:int,c:string>, struct<i:int>, array<void>, int, int
SELECT transform(arr, e -> e + 1), transform(arr, (e, i) -> e * i), filter(arr, e -> e > 1), exists(arr, e -> e IS NULL), aggregate(arr, 0L, (s, e) -> s + e), aggregate(arr, 0, (s, e) -> s + e, s -> s / 2) FROM u => array<int>, array<int>, array<int>, boolean, bigint, double
SELECT map_keys(m), map_values(m), map_filter(m, (k, v) -> v > 1), transform_values(m, (k, v) -> v + 1.5), map_entries(m), zip_with(arr, arr, (l, r) -> l + r), array_sort(arr, (l, r) -> r - l) FROM u => array<string>, array<int>, map<string,int>, map<string,decimal(12,1)>, array<struct<key:string,value:int>>, array<int>, array<int>
SELECT array_contains(arr, 1L), array_union(arr, array(1L)), concat(arr, arr), slice(arr, 1, 2), array_join(arr, ','), flatten(array(arr)), sort_array(arr), array_position(arr, 1), sequence(day, day) FROM u CROSS JOIN t => boolean, array<bigint>, array<int>, array<int>, string, array<int>, array<int>, bigint, array<date>
SELECT hash(a, b), xxhash64(a), md5(b), sha2(b, 256), crc32(b), uuid(), rand(), monotonically_increasing_id() FROM t => int, bigint, string, string, bigint, string, double, bigint
SELECT get_json_object(b, '$.a'), from_json(b, 'a INT, b ARRAY<STRING>'), from_json(b, 'array<int>'), to_json(struct(a)) FROM t => string, struct<a:int,b:array<string>>, array<int>, string
SELECT sum(a) OVER (), a + 1 FROM t QUALIFY row_number() OVER (PARTITION BY b ORDER BY a) = 1 => bigint, int
SELECT DISTINCT b FROM t ORDER BY b => string
SELECT a FROM t ORDER BY b, a + x DESC NULLS LAST LIMIT 10 OFFSET 5 => int
SELECT a FROM t ORDER BY ALL => int
SELECT current_date, current_timestamp(), current_user() => date, timestamp, string
-- Errors that both report
SELECT nope FROM t => error
SELECT t.nope FROM t => error
SELECT a FROM t JOIN u ON t.a = u.a => error
SELECT a, count(*) FROM t => error
SELECT a, count(*) FROM t GROUP BY b => error
SELECT count(*) FROM t WHERE count(*) > 1 => error
SELECT sum(sum(a)) FROM t => error
SELECT ok + 1 FROM t => error
SELECT ok = 1 FROM t => error
SELECT day = 1 FROM t => error
SELECT day + 1.5 FROM t => error
SELECT CASE WHEN ok THEN 1 ELSE day END FROM t => error
SELECT array(1, day) FROM t => error
SELECT cast(day AS int) FROM t => error
SELECT a FROM t WHERE b => error
SELECT a FROM t WHERE a => error
SELECT substring(b) FROM t => error
SELECT upper(b, b) FROM t => error
SELECT abs(day) FROM t => error
SELECT row_number() FROM t => error
SELECT a FROM t UNION SELECT a, c FROM u => error
SELECT day FROM t UNION SELECT a FROM u => error
SELECT (SELECT a, c FROM u) FROM t => error
SELECT a IN (SELECT a, c FROM u) FROM t => error
SELECT * FROM t JOIN u USING (b) => error
SELECT p.nope FROM u => error
SELECT a.b FROM t => error
SELECT a FROM t GROUP BY 5 => error
SELECT a FROM t ORDER BY 5 => error
SELECT * FROM VALUES (1, 2), (3) => error
SELECT DISTINCT a FROM t ORDER BY b => error
SELECT sum(a) OVER w FROM t => error
SELECT explode(a) FROM t => error
SELECT explode(arr) + 1 FROM u => error
SELECT transform(arr, (a, b, c) -> a) FROM u => error
SELECT date'2024-02-30' => error
SELECT interval '1 foo' => error
SELECT m < m FROM u => error
SELECT count(*) OVER () FROM t WHERE row_number() OVER (ORDER BY a) = 1 => error
SELECT rank() OVER (PARTITION BY b) FROM t => error
SELECT 'x' + 1 => bigint
SELECT '1.5' * 2.0 => double
SELECT '3' - '1' => error
SELECT '7' % 2, '7' / 2 => bigint, double
SELECT '7' / '2' => error
SELECT t.a FROM t WHERE t.at > '2024-01-01' AND day BETWEEN '2024-01-01' AND current_date() - 7 => int
SELECT cast(b AS int), try_cast(b AS date), b::decimal(5, 2), int(b), cast(t.a AS string), cast(arr AS array<string>) FROM t CROSS JOIN u => int, date, decimal(5,2), int, string, array<string>
SELECT avg(d) / sum(a), sum(d) * 1.5, sum(d) / count(*), round(avg(d), 2), round(sum(d) / 3, 2) FROM t => decimal(35,27), decimal(23,3), decimal(38,20), decimal(11,2), decimal(21,2)
SELECT sum(CASE WHEN ok THEN 1 ELSE 0 END) * 100.0 / count(*) FROM t => decimal(38,14)
SELECT cast(100 * avg(x) AS decimal(5, 1)), 100.0 * count_if(ok) / nullif(count(*), 0) FROM t => decimal(5,1), decimal(38,14)
SELECT -d, +d, -x, - INTERVAL 1 DAY, ~a, a & 3, a | 4L, a ^ 1 FROM t => decimal(10,2), decimal(10,2), double, interval day to second, int, int, bigint, int
SELECT day + a, at - INTERVAL '1' DAY, timestampadd(MINUTE, -a, at) FROM t => date, timestamp, timestamp
SELECT a + 1Y, a * 1S, 1F + 1, 2147483647 + 1, 3000000000, 1e2, 1.0e2BD, .5, 5. FROM t => int, int, double, int, bigint, double, decimal(3,0), decimal(1,1), decimal(1,0)
SELECT lag(a, 1, 0L) OVER (ORDER BY a) FROM t => int
SELECT stack(2, 1, 'a', 2, 'b') => int, string
SELECT stack(2, 1, 2, 3) => int, int
SELECT struct(1, 'a') = struct(2, 'b'), array(1) = array(2L), array(1) < array(2) => boolean, boolean, boolean
SELECT concat(1, 2), concat('a', day), 1 || at, length(a), upper(a), a LIKE '1%' FROM t => string, string, string, int, string, boolean
SELECT year(b), date_add(b, 1), hour(b), datediff(b, day), date_trunc('MONTH', b), date_format(b, 'yyyy'), to_date(at), to_timestamp(day) FROM t => int, date, int, int, timestamp, string, date, timestamp
SELECT sum(b), avg(b), min(b), max(ok), sum(x), stddev(d) FROM t => double, double, string, boolean, double, double
SELECT a = '1', d > '5', x < '3', ok = 'true', day >= '2024', b = 1.5 FROM t => boolean, boolean, boolean, boolean, boolean, boolean
SELECT map('a', 1)['a'], array(struct(1 AS i))[0].i, m['x'] + 1 FROM u => int, int, int
SELECT exists(arr, e -> e > size(arr)), transform(arr, e -> struct(e AS v, p.r)) FROM u => boolean, array<struct<v:int,r:string>>
SELECT percentile(a, array(0.5, 0.9)), approx_percentile(x, array(0.5), 100), mode(b), kurtosis(a) FROM t => array<double>, array<double>, string, double
SELECT * FROM (SELECT 1 AS a, 2 AS b) UNION ALL SELECT 2.5, NULL => decimal(11,1), int
SELECT 1 AS a UNION ALL (SELECT '2' UNION ALL SELECT 3) => bigint
SELECT if(a > 1, d, x), coalesce(day, at), coalesce(b, day), case when ok then 'a' else 1 end FROM t => double, timestamp, date, bigint
SELECT date '2024-01-01' = b, at > day, at = '2024-01-01 00:00:00', (day, a) = (day, 1) FROM t => boolean, boolean, boolean, boolean
SELECT ceil(d, 1), floor(x, 2), ceil(-1.5), round(2.5), round(-1.5, 1), floor(5) FROM t => decimal(10,1), decimal(18,2), decimal(2,0), decimal(2,0), decimal(3,1), bigint
SELECT sequence(1, 10, 2), sequence(day, day, INTERVAL 1 MONTH), sequence(1L, 5) FROM t => array<int>, array<date>, array<bigint>
SELECT cast('2024-01-01' AS date) - INTERVAL 1 YEAR, INTERVAL 2 DAYS * a, INTERVAL '1' DAY / 2, day - 7 FROM t => date, interval day to second, interval day to second, date
SELECT greatest('b', b), least(day, at), greatest(1, 2.5, 3e0) FROM t => string, timestamp, double
SELECT count(*) FILTER (WHERE a > 1), sum(DISTINCT a), count(DISTINCT b, d) FROM t => bigint, bigint, bigint
SELECT hash(1), abs(-5), sqrt(a), power(a, 2), exp(d), ln(x), log(2, 8), log10(a), pi(), factorial(5), sign(-3), degrees(a), mod(a, 3), pmod(a, 3L) FROM t => int, int, double, double, double, double, double, double, double, bigint, double, double, int, bigint
SELECT left(b, 2), right(b, 2), reverse(b), reverse(array(1)), repeat(b, 2), replace(b, 'a', 'b'), translate(b, 'a', 'b'), locate('a', b), instr(b, 'a'), initcap(b), ascii(b), chr(65), format_string('%s', b), soundex(b), levenshtein(b, 'x'), split_part(b, ',', 1), startswith(b, 'a'), contains(b, 'a') FROM t => string, string, string, array<int>, string, string, string, int, int, string, int, string, string, string, int, string, boolean, boolean
SELECT at - at, (at - at) * 2, day - date '2024-01-01', extract(DAY FROM at - at) FROM t => interval day to second, interval day to second, interval day to second, int
SELECT unix_timestamp(), unix_timestamp(b, 'yyyy'), to_unix_timestamp(at), weekofyear(day), quarter(at), dayofyear(day), make_date(2024, 1, 1), next_day(day, 'MON'), from_utc_timestamp(at, 'UTC'), unix_date(day), unix_millis(at), timestamp_seconds(a) FROM t => bigint, bigint, bigint, int, int, int, date, date, timestamp, int, bigint, timestamp
SELECT try_add(a, 1), try_divide(a, 2), try_divide(d, 3), try_multiply(d, d), try_subtract(x, 1), try_element_at(array(1), 1), try_to_timestamp(b), try_sum(a), try_avg(d) FROM t GROUP BY ALL => int, double, decimal(14,6), decimal(21,4), double, int, timestamp, bigint, decimal(14,6)
SELECT b, sum(a) AS s, s * 2 AS twice, avg(s) OVER () FROM t GROUP BY b => error
SELECT day, count(*) AS n, lag(n) OVER (ORDER BY day) AS before FROM t GROUP BY day => error
SELECT a, row_number() OVER (ORDER BY a) AS rn, rn + 1 FROM t => int, int, int
-- Pivots
SELECT * FROM (SELECT a, b, d FROM t) PIVOT (sum(d) FOR b IN ('x', 'y')) => int, decimal(20,2), decimal(20,2)
SELECT a, one_s, one_n, y_s, y_n FROM (SELECT a, b, d FROM t) PIVOT (sum(d) AS s, count(*) AS n FOR b IN ('x' AS one, 'y')) => int, decimal(20,2), bigint, decimal(20,2), bigint
SELECT a, one FROM (SELECT a, b, d FROM t) PIVOT (max(d) FOR b IN ('x' AS one, 'y' AS two)) AS p => int, decimal(10,2)
SELECT * FROM (SELECT a, b, x, d FROM t) UNPIVOT (v FOR n IN (x, d)) => int, string, string, double
SELECT * FROM (SELECT a, b, x, d FROM t) UNPIVOT INCLUDE NULLS (v FOR n IN (x AS first, d AS second)) AS u => int, string, string, double
