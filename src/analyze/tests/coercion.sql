-- Coercion: every pair of types in every operator. One case a line: query => types of its output, or `error`.
-- Expected values: Apache Spark 4.3.0 with spark.sql.ansi.enabled=true, `spark.sql(query).schema`; interval types by family. Pairs of which
-- the Databricks documentation ("SQL data type rules") says something else are left out.
-- Least common types of every pair of simple types (coalesce); Databricks documentation, "SQL data type rules", section "Least common type resolution"
SELECT coalesce(tiny, small) FROM w => smallint
SELECT coalesce(tiny, i) FROM w => int
SELECT coalesce(tiny, big) FROM w => bigint
SELECT coalesce(tiny, f) FROM w => double
SELECT coalesce(tiny, x) FROM w => double
SELECT coalesce(tiny, d) FROM w => decimal(10,2)
SELECT coalesce(tiny, wide) FROM w => decimal(38,10)
SELECT coalesce(tiny, s) FROM w => bigint
SELECT coalesce(tiny, bin) FROM w => error
SELECT coalesce(tiny, ok) FROM w => error
SELECT coalesce(tiny, day) FROM w => error
SELECT coalesce(tiny, at) FROM w => error
SELECT coalesce(tiny, ntz) FROM w => error
SELECT coalesce(tiny, ym) FROM w => error
SELECT coalesce(tiny, ds) FROM w => error
SELECT coalesce(small, i) FROM w => int
SELECT coalesce(small, big) FROM w => bigint
SELECT coalesce(small, f) FROM w => double
SELECT coalesce(small, x) FROM w => double
SELECT coalesce(small, d) FROM w => decimal(10,2)
SELECT coalesce(small, wide) FROM w => decimal(38,10)
SELECT coalesce(small, s) FROM w => bigint
SELECT coalesce(small, bin) FROM w => error
SELECT coalesce(small, ok) FROM w => error
SELECT coalesce(small, day) FROM w => error
SELECT coalesce(small, at) FROM w => error
SELECT coalesce(small, ntz) FROM w => error
SELECT coalesce(small, ym) FROM w => error
SELECT coalesce(small, ds) FROM w => error
SELECT coalesce(i, big) FROM w => bigint
SELECT coalesce(i, f) FROM w => double
SELECT coalesce(i, x) FROM w => double
SELECT coalesce(i, d) FROM w => decimal(12,2)
SELECT coalesce(i, wide) FROM w => decimal(38,10)
SELECT coalesce(i, s) FROM w => bigint
SELECT coalesce(i, bin) FROM w => error
SELECT coalesce(i, ok) FROM w => error
SELECT coalesce(i, day) FROM w => error
SELECT coalesce(i, at) FROM w => error
SELECT coalesce(i, ntz) FROM w => error
SELECT coalesce(i, ym) FROM w => error
SELECT coalesce(i, ds) FROM w => error
SELECT coalesce(big, f) FROM w => double
SELECT coalesce(big, x) FROM w => double
SELECT coalesce(big, d) FROM w => decimal(22,2)
SELECT coalesce(big, wide) FROM w => decimal(38,10)
SELECT coalesce(big, s) FROM w => bigint
SELECT coalesce(big, bin) FROM w => error
SELECT coalesce(big, ok) FROM w => error
SELECT coalesce(big, day) FROM w => error
SELECT coalesce(big, at) FROM w => error
SELECT coalesce(big, ntz) FROM w => error
SELECT coalesce(big, ym) FROM w => error
SELECT coalesce(big, ds) FROM w => error
SELECT coalesce(f, x) FROM w => double
SELECT coalesce(f, d) FROM w => double
SELECT coalesce(f, wide) FROM w => double
SELECT coalesce(f, s) FROM w => double
SELECT coalesce(f, bin) FROM w => error
SELECT coalesce(f, ok) FROM w => error
SELECT coalesce(f, day) FROM w => error
SELECT coalesce(f, at) FROM w => error
SELECT coalesce(f, ntz) FROM w => error
SELECT coalesce(f, ym) FROM w => error
SELECT coalesce(f, ds) FROM w => error
SELECT coalesce(x, d) FROM w => double
SELECT coalesce(x, wide) FROM w => double
SELECT coalesce(x, s) FROM w => double
SELECT coalesce(x, bin) FROM w => error
SELECT coalesce(x, ok) FROM w => error
SELECT coalesce(x, day) FROM w => error
SELECT coalesce(x, at) FROM w => error
SELECT coalesce(x, ntz) FROM w => error
SELECT coalesce(x, ym) FROM w => error
SELECT coalesce(x, ds) FROM w => error
SELECT coalesce(d, wide) FROM w => decimal(38,10)
SELECT coalesce(d, s) FROM w => double
SELECT coalesce(d, bin) FROM w => error
SELECT coalesce(d, ok) FROM w => error
SELECT coalesce(d, day) FROM w => error
SELECT coalesce(d, at) FROM w => error
SELECT coalesce(d, ntz) FROM w => error
SELECT coalesce(d, ym) FROM w => error
SELECT coalesce(d, ds) FROM w => error
SELECT coalesce(wide, s) FROM w => double
SELECT coalesce(wide, bin) FROM w => error
SELECT coalesce(wide, ok) FROM w => error
SELECT coalesce(wide, day) FROM w => error
SELECT coalesce(wide, at) FROM w => error
SELECT coalesce(wide, ntz) FROM w => error
SELECT coalesce(wide, ym) FROM w => error
SELECT coalesce(wide, ds) FROM w => error
SELECT coalesce(s, bin) FROM w => binary
SELECT coalesce(s, ok) FROM w => boolean
SELECT coalesce(s, day) FROM w => date
SELECT coalesce(s, at) FROM w => timestamp
SELECT coalesce(s, ntz) FROM w => timestamp_ntz
SELECT coalesce(bin, ok) FROM w => error
SELECT coalesce(bin, day) FROM w => error
SELECT coalesce(bin, at) FROM w => error
SELECT coalesce(bin, ntz) FROM w => error
SELECT coalesce(bin, ym) FROM w => error
SELECT coalesce(bin, ds) FROM w => error
SELECT coalesce(ok, day) FROM w => error
SELECT coalesce(ok, at) FROM w => error
SELECT coalesce(ok, ntz) FROM w => error
SELECT coalesce(ok, ym) FROM w => error
SELECT coalesce(ok, ds) FROM w => error
SELECT coalesce(day, at) FROM w => timestamp
SELECT coalesce(day, ntz) FROM w => timestamp_ntz
SELECT coalesce(day, ym) FROM w => error
SELECT coalesce(day, ds) FROM w => error
SELECT coalesce(at, ntz) FROM w => timestamp
SELECT coalesce(at, ym) FROM w => error
SELECT coalesce(at, ds) FROM w => error
SELECT coalesce(ntz, ym) FROM w => error
SELECT coalesce(ntz, ds) FROM w => error
SELECT coalesce(ym, ds) FROM w => error
-- Three of them: strings are united first
SELECT coalesce(s, i, d) FROM w => decimal(22,2)
SELECT coalesce(i, s, d) FROM w => decimal(22,2)
SELECT coalesce(d, i, s) FROM w => double
SELECT coalesce(x, s, big) FROM w => double
SELECT coalesce(tiny, small, i) FROM w => int
SELECT coalesce(f, i, d) FROM w => double
SELECT coalesce(day, ntz, at) FROM w => timestamp
SELECT coalesce(s, day, at) FROM w => timestamp
SELECT coalesce(i, NULL, d) FROM w => decimal(12,2)
SELECT coalesce(NULL, NULL) FROM w => void
SELECT coalesce(s, NULL) FROM w => string
SELECT coalesce(ok, s, ok) FROM w => boolean
SELECT coalesce(s, ok, day) FROM w => error
SELECT coalesce(day, s, day) FROM w => date
SELECT coalesce(bin, s, bin) FROM w => binary
SELECT coalesce(ints, array(1L)) FROM w => array<bigint>
SELECT coalesce(ints, strs) FROM w => array<bigint>
SELECT coalesce(m, map('a', 2.5)) FROM w => map<string,decimal(11,1)>
SELECT coalesce(array(NULL), ints) FROM w => array<int>
SELECT coalesce(array(), strs) FROM w => array<string>
-- Arithmetic of every pair of numbers and strings; "Decimal type", ANSI
SELECT tiny + tiny FROM w => tinyint
SELECT tiny + small FROM w => smallint
SELECT tiny + i FROM w => int
SELECT tiny + big FROM w => bigint
SELECT tiny + f FROM w => double
SELECT tiny + x FROM w => double
SELECT tiny + d FROM w => decimal(11,2)
SELECT tiny + wide FROM w => decimal(38,9)
SELECT tiny + s FROM w => bigint
SELECT small + small FROM w => smallint
SELECT small + i FROM w => int
SELECT small + big FROM w => bigint
SELECT small + f FROM w => double
SELECT small + x FROM w => double
SELECT small + d FROM w => decimal(11,2)
SELECT small + wide FROM w => decimal(38,9)
SELECT small + s FROM w => bigint
SELECT i + i FROM w => int
SELECT i + big FROM w => bigint
SELECT i + f FROM w => double
SELECT i + x FROM w => double
SELECT i + d FROM w => decimal(13,2)
SELECT i + wide FROM w => decimal(38,9)
SELECT i + s FROM w => bigint
SELECT big + big FROM w => bigint
SELECT big + f FROM w => double
SELECT big + x FROM w => double
SELECT big + d FROM w => decimal(23,2)
SELECT big + wide FROM w => decimal(38,9)
SELECT big + s FROM w => bigint
SELECT f + f FROM w => float
SELECT f + x FROM w => double
SELECT f + d FROM w => double
SELECT f + wide FROM w => double
SELECT f + s FROM w => double
SELECT x + x FROM w => double
SELECT x + d FROM w => double
SELECT x + wide FROM w => double
SELECT x + s FROM w => double
SELECT d + d FROM w => decimal(11,2)
SELECT d + wide FROM w => decimal(38,9)
SELECT d + s FROM w => double
SELECT wide + wide FROM w => decimal(38,9)
SELECT wide + s FROM w => double
SELECT s + s FROM w => error
SELECT tiny - tiny FROM w => tinyint
SELECT tiny - small FROM w => smallint
SELECT tiny - i FROM w => int
SELECT tiny - big FROM w => bigint
SELECT tiny - f FROM w => double
SELECT tiny - x FROM w => double
SELECT tiny - d FROM w => decimal(11,2)
SELECT tiny - wide FROM w => decimal(38,9)
SELECT tiny - s FROM w => bigint
SELECT small - small FROM w => smallint
SELECT small - i FROM w => int
SELECT small - big FROM w => bigint
SELECT small - f FROM w => double
SELECT small - x FROM w => double
SELECT small - d FROM w => decimal(11,2)
SELECT small - wide FROM w => decimal(38,9)
SELECT small - s FROM w => bigint
SELECT i - i FROM w => int
SELECT i - big FROM w => bigint
SELECT i - f FROM w => double
SELECT i - x FROM w => double
SELECT i - d FROM w => decimal(13,2)
SELECT i - wide FROM w => decimal(38,9)
SELECT i - s FROM w => bigint
SELECT big - big FROM w => bigint
SELECT big - f FROM w => double
SELECT big - x FROM w => double
SELECT big - d FROM w => decimal(23,2)
SELECT big - wide FROM w => decimal(38,9)
SELECT big - s FROM w => bigint
SELECT f - f FROM w => float
SELECT f - x FROM w => double
SELECT f - d FROM w => double
SELECT f - wide FROM w => double
SELECT f - s FROM w => double
SELECT x - x FROM w => double
SELECT x - d FROM w => double
SELECT x - wide FROM w => double
SELECT x - s FROM w => double
SELECT d - d FROM w => decimal(11,2)
SELECT d - wide FROM w => decimal(38,9)
SELECT d - s FROM w => double
SELECT wide - wide FROM w => decimal(38,9)
SELECT wide - s FROM w => double
SELECT s - s FROM w => error
SELECT tiny * tiny FROM w => tinyint
SELECT tiny * small FROM w => smallint
SELECT tiny * i FROM w => int
SELECT tiny * big FROM w => bigint
SELECT tiny * f FROM w => double
SELECT tiny * x FROM w => double
SELECT tiny * d FROM w => decimal(14,2)
SELECT tiny * wide FROM w => decimal(38,6)
SELECT tiny * s FROM w => bigint
SELECT small * small FROM w => smallint
SELECT small * i FROM w => int
SELECT small * big FROM w => bigint
SELECT small * f FROM w => double
SELECT small * x FROM w => double
SELECT small * d FROM w => decimal(16,2)
SELECT small * wide FROM w => decimal(38,6)
SELECT small * s FROM w => bigint
SELECT i * i FROM w => int
SELECT i * big FROM w => bigint
SELECT i * f FROM w => double
SELECT i * x FROM w => double
SELECT i * d FROM w => decimal(21,2)
SELECT i * wide FROM w => decimal(38,6)
SELECT i * s FROM w => bigint
SELECT big * big FROM w => bigint
SELECT big * f FROM w => double
SELECT big * x FROM w => double
SELECT big * d FROM w => decimal(31,2)
SELECT big * wide FROM w => decimal(38,6)
SELECT big * s FROM w => bigint
SELECT f * f FROM w => float
SELECT f * x FROM w => double
SELECT f * d FROM w => double
SELECT f * wide FROM w => double
SELECT f * s FROM w => double
SELECT x * x FROM w => double
SELECT x * d FROM w => double
SELECT x * wide FROM w => double
SELECT x * s FROM w => double
SELECT d * d FROM w => decimal(21,4)
SELECT d * wide FROM w => decimal(38,6)
SELECT d * s FROM w => double
SELECT wide * wide FROM w => decimal(38,6)
SELECT wide * s FROM w => double
SELECT s * s FROM w => error
SELECT tiny / tiny FROM w => double
SELECT tiny / small FROM w => double
SELECT tiny / i FROM w => double
SELECT tiny / big FROM w => double
SELECT tiny / f FROM w => double
SELECT tiny / x FROM w => double
SELECT tiny / d FROM w => decimal(16,11)
SELECT tiny / wide FROM w => decimal(38,25)
SELECT tiny / s FROM w => double
SELECT small / tiny FROM w => double
SELECT small / small FROM w => double
SELECT small / i FROM w => double
SELECT small / big FROM w => double
SELECT small / f FROM w => double
SELECT small / x FROM w => double
SELECT small / d FROM w => decimal(18,11)
SELECT small / wide FROM w => decimal(38,23)
SELECT small / s FROM w => double
SELECT i / tiny FROM w => double
SELECT i / small FROM w => double
SELECT i / i FROM w => double
SELECT i / big FROM w => double
SELECT i / f FROM w => double
SELECT i / x FROM w => double
SELECT i / d FROM w => decimal(23,11)
SELECT i / wide FROM w => decimal(38,18)
SELECT i / s FROM w => double
SELECT big / tiny FROM w => double
SELECT big / small FROM w => double
SELECT big / i FROM w => double
SELECT big / big FROM w => double
SELECT big / f FROM w => double
SELECT big / x FROM w => double
SELECT big / d FROM w => decimal(33,11)
SELECT big / wide FROM w => decimal(38,8)
SELECT big / s FROM w => double
SELECT f / tiny FROM w => double
SELECT f / small FROM w => double
SELECT f / i FROM w => double
SELECT f / big FROM w => double
SELECT f / f FROM w => double
SELECT f / x FROM w => double
SELECT f / d FROM w => double
SELECT f / wide FROM w => double
SELECT f / s FROM w => double
SELECT x / tiny FROM w => double
SELECT x / small FROM w => double
SELECT x / i FROM w => double
SELECT x / big FROM w => double
SELECT x / f FROM w => double
SELECT x / x FROM w => double
SELECT x / d FROM w => double
SELECT x / wide FROM w => double
SELECT x / s FROM w => double
SELECT d / tiny FROM w => decimal(14,6)
SELECT d / small FROM w => decimal(16,8)
SELECT d / i FROM w => decimal(21,13)
SELECT d / big FROM w => decimal(31,23)
SELECT d / f FROM w => double
SELECT d / x FROM w => double
SELECT d / d FROM w => decimal(23,13)
SELECT d / wide FROM w => decimal(38,20)
SELECT d / s FROM w => double
SELECT wide / tiny FROM w => decimal(38,10)
SELECT wide / small FROM w => decimal(38,10)
SELECT wide / i FROM w => decimal(38,10)
SELECT wide / big FROM w => decimal(38,10)
SELECT wide / f FROM w => double
SELECT wide / x FROM w => double
SELECT wide / d FROM w => decimal(38,8)
SELECT wide / wide FROM w => decimal(38,6)
SELECT wide / s FROM w => double
SELECT s / tiny FROM w => double
SELECT s / small FROM w => double
SELECT s / i FROM w => double
SELECT s / big FROM w => double
SELECT s / f FROM w => double
SELECT s / x FROM w => double
SELECT s / d FROM w => double
SELECT s / wide FROM w => double
SELECT s / s FROM w => error
SELECT tiny % tiny FROM w => tinyint
SELECT tiny % small FROM w => smallint
SELECT tiny % i FROM w => int
SELECT tiny % big FROM w => bigint
SELECT tiny % f FROM w => double
SELECT tiny % x FROM w => double
SELECT tiny % d FROM w => decimal(5,2)
SELECT tiny % wide FROM w => decimal(13,10)
SELECT tiny % s FROM w => bigint
SELECT small % tiny FROM w => smallint
SELECT small % small FROM w => smallint
SELECT small % i FROM w => int
SELECT small % big FROM w => bigint
SELECT small % f FROM w => double
SELECT small % x FROM w => double
SELECT small % d FROM w => decimal(7,2)
SELECT small % wide FROM w => decimal(15,10)
SELECT small % s FROM w => bigint
SELECT i % tiny FROM w => int
SELECT i % small FROM w => int
SELECT i % i FROM w => int
SELECT i % big FROM w => bigint
SELECT i % f FROM w => double
SELECT i % x FROM w => double
SELECT i % d FROM w => decimal(10,2)
SELECT i % wide FROM w => decimal(20,10)
SELECT i % s FROM w => bigint
SELECT big % tiny FROM w => bigint
SELECT big % small FROM w => bigint
SELECT big % i FROM w => bigint
SELECT big % big FROM w => bigint
SELECT big % f FROM w => double
SELECT big % x FROM w => double
SELECT big % d FROM w => decimal(10,2)
SELECT big % wide FROM w => decimal(30,10)
SELECT big % s FROM w => bigint
SELECT f % tiny FROM w => double
SELECT f % small FROM w => double
SELECT f % i FROM w => double
SELECT f % big FROM w => double
SELECT f % f FROM w => float
SELECT f % x FROM w => double
SELECT f % d FROM w => double
SELECT f % wide FROM w => double
SELECT f % s FROM w => double
SELECT x % tiny FROM w => double
SELECT x % small FROM w => double
SELECT x % i FROM w => double
SELECT x % big FROM w => double
SELECT x % f FROM w => double
SELECT x % x FROM w => double
SELECT x % d FROM w => double
SELECT x % wide FROM w => double
SELECT x % s FROM w => double
SELECT d % tiny FROM w => decimal(5,2)
SELECT d % small FROM w => decimal(7,2)
SELECT d % i FROM w => decimal(10,2)
SELECT d % big FROM w => decimal(10,2)
SELECT d % f FROM w => double
SELECT d % x FROM w => double
SELECT d % d FROM w => decimal(10,2)
SELECT d % wide FROM w => decimal(18,10)
SELECT d % s FROM w => double
SELECT wide % tiny FROM w => decimal(13,10)
SELECT wide % small FROM w => decimal(15,10)
SELECT wide % i FROM w => decimal(20,10)
SELECT wide % big FROM w => decimal(30,10)
SELECT wide % f FROM w => double
SELECT wide % x FROM w => double
SELECT wide % d FROM w => decimal(18,10)
SELECT wide % wide FROM w => decimal(38,10)
SELECT wide % s FROM w => double
SELECT s % tiny FROM w => bigint
SELECT s % small FROM w => bigint
SELECT s % i FROM w => bigint
SELECT s % big FROM w => bigint
SELECT s % f FROM w => double
SELECT s % x FROM w => double
SELECT s % d FROM w => double
SELECT s % wide FROM w => double
SELECT s % s FROM w => error
SELECT tiny div tiny FROM w => bigint
SELECT tiny div small FROM w => bigint
SELECT tiny div i FROM w => bigint
SELECT tiny div big FROM w => bigint
SELECT tiny div f FROM w => error
SELECT tiny div x FROM w => error
SELECT tiny div d FROM w => bigint
SELECT tiny div wide FROM w => bigint
SELECT tiny div s FROM w => bigint
SELECT small div small FROM w => bigint
SELECT small div i FROM w => bigint
SELECT small div big FROM w => bigint
SELECT small div f FROM w => error
SELECT small div x FROM w => error
SELECT small div d FROM w => bigint
SELECT small div wide FROM w => bigint
SELECT small div s FROM w => bigint
SELECT i div i FROM w => bigint
SELECT i div big FROM w => bigint
SELECT i div f FROM w => error
SELECT i div x FROM w => error
SELECT i div d FROM w => bigint
SELECT i div wide FROM w => bigint
SELECT i div s FROM w => bigint
SELECT big div big FROM w => bigint
SELECT big div f FROM w => error
SELECT big div x FROM w => error
SELECT big div d FROM w => bigint
SELECT big div wide FROM w => bigint
SELECT big div s FROM w => bigint
SELECT f div f FROM w => error
SELECT f div x FROM w => error
SELECT f div d FROM w => error
SELECT f div wide FROM w => error
SELECT f div s FROM w => error
SELECT x div x FROM w => error
SELECT x div d FROM w => error
SELECT x div wide FROM w => error
SELECT x div s FROM w => error
SELECT d div d FROM w => bigint
SELECT d div wide FROM w => bigint
SELECT d div s FROM w => error
SELECT wide div wide FROM w => bigint
SELECT wide div s FROM w => error
SELECT s div s FROM w => error
-- Precision and scale of decimals
SELECT CAST(1 AS DECIMAL(5,2)) + CAST(1 AS DECIMAL(5,2)) => decimal(6,2)
SELECT CAST(1 AS DECIMAL(5,2)) + CAST(1 AS DECIMAL(10,0)) => decimal(13,2)
SELECT CAST(1 AS DECIMAL(5,2)) + CAST(1 AS DECIMAL(18,6)) => decimal(19,6)
SELECT CAST(1 AS DECIMAL(5,2)) + CAST(1 AS DECIMAL(20,10)) => decimal(21,10)
SELECT CAST(1 AS DECIMAL(5,2)) + CAST(1 AS DECIMAL(38,0)) => decimal(38,2)
SELECT CAST(1 AS DECIMAL(5,2)) + CAST(1 AS DECIMAL(38,18)) => decimal(38,17)
SELECT CAST(1 AS DECIMAL(5,2)) + CAST(1 AS DECIMAL(38,37)) => decimal(38,34)
SELECT CAST(1 AS DECIMAL(10,0)) + CAST(1 AS DECIMAL(10,0)) => decimal(11,0)
SELECT CAST(1 AS DECIMAL(10,0)) + CAST(1 AS DECIMAL(18,6)) => decimal(19,6)
SELECT CAST(1 AS DECIMAL(10,0)) + CAST(1 AS DECIMAL(20,10)) => decimal(21,10)
SELECT CAST(1 AS DECIMAL(10,0)) + CAST(1 AS DECIMAL(38,0)) => decimal(38,0)
SELECT CAST(1 AS DECIMAL(10,0)) + CAST(1 AS DECIMAL(38,18)) => decimal(38,17)
SELECT CAST(1 AS DECIMAL(10,0)) + CAST(1 AS DECIMAL(38,37)) => decimal(38,27)
SELECT CAST(1 AS DECIMAL(18,6)) + CAST(1 AS DECIMAL(18,6)) => decimal(19,6)
SELECT CAST(1 AS DECIMAL(18,6)) + CAST(1 AS DECIMAL(20,10)) => decimal(23,10)
SELECT CAST(1 AS DECIMAL(18,6)) + CAST(1 AS DECIMAL(38,0)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(18,6)) + CAST(1 AS DECIMAL(38,18)) => decimal(38,17)
SELECT CAST(1 AS DECIMAL(18,6)) + CAST(1 AS DECIMAL(38,37)) => decimal(38,25)
SELECT CAST(1 AS DECIMAL(20,10)) + CAST(1 AS DECIMAL(20,10)) => decimal(21,10)
SELECT CAST(1 AS DECIMAL(20,10)) + CAST(1 AS DECIMAL(38,0)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(20,10)) + CAST(1 AS DECIMAL(38,18)) => decimal(38,17)
SELECT CAST(1 AS DECIMAL(20,10)) + CAST(1 AS DECIMAL(38,37)) => decimal(38,27)
SELECT CAST(1 AS DECIMAL(38,0)) + CAST(1 AS DECIMAL(38,0)) => decimal(38,0)
SELECT CAST(1 AS DECIMAL(38,0)) + CAST(1 AS DECIMAL(38,18)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(38,0)) + CAST(1 AS DECIMAL(38,37)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(38,18)) + CAST(1 AS DECIMAL(38,18)) => decimal(38,17)
SELECT CAST(1 AS DECIMAL(38,18)) + CAST(1 AS DECIMAL(38,37)) => decimal(38,17)
SELECT CAST(1 AS DECIMAL(38,37)) + CAST(1 AS DECIMAL(38,37)) => decimal(38,36)
SELECT CAST(1 AS DECIMAL(1,1)) + CAST(1 AS DECIMAL(5,2)) => decimal(6,2)
SELECT CAST(1 AS DECIMAL(1,1)) + CAST(1 AS DECIMAL(10,0)) => decimal(12,1)
SELECT CAST(1 AS DECIMAL(1,1)) + CAST(1 AS DECIMAL(18,6)) => decimal(19,6)
SELECT CAST(1 AS DECIMAL(1,1)) + CAST(1 AS DECIMAL(20,10)) => decimal(21,10)
SELECT CAST(1 AS DECIMAL(1,1)) + CAST(1 AS DECIMAL(38,0)) => decimal(38,1)
SELECT CAST(1 AS DECIMAL(1,1)) + CAST(1 AS DECIMAL(38,18)) => decimal(38,17)
SELECT CAST(1 AS DECIMAL(1,1)) + CAST(1 AS DECIMAL(38,37)) => decimal(38,36)
SELECT CAST(1 AS DECIMAL(1,1)) + CAST(1 AS DECIMAL(1,1)) => decimal(2,1)
SELECT CAST(1 AS DECIMAL(5,2)) * CAST(1 AS DECIMAL(5,2)) => decimal(11,4)
SELECT CAST(1 AS DECIMAL(5,2)) * CAST(1 AS DECIMAL(10,0)) => decimal(16,2)
SELECT CAST(1 AS DECIMAL(5,2)) * CAST(1 AS DECIMAL(18,6)) => decimal(24,8)
SELECT CAST(1 AS DECIMAL(5,2)) * CAST(1 AS DECIMAL(20,10)) => decimal(26,12)
SELECT CAST(1 AS DECIMAL(5,2)) * CAST(1 AS DECIMAL(38,0)) => decimal(38,2)
SELECT CAST(1 AS DECIMAL(5,2)) * CAST(1 AS DECIMAL(38,18)) => decimal(38,14)
SELECT CAST(1 AS DECIMAL(5,2)) * CAST(1 AS DECIMAL(38,37)) => decimal(38,33)
SELECT CAST(1 AS DECIMAL(10,0)) * CAST(1 AS DECIMAL(10,0)) => decimal(21,0)
SELECT CAST(1 AS DECIMAL(10,0)) * CAST(1 AS DECIMAL(18,6)) => decimal(29,6)
SELECT CAST(1 AS DECIMAL(10,0)) * CAST(1 AS DECIMAL(20,10)) => decimal(31,10)
SELECT CAST(1 AS DECIMAL(10,0)) * CAST(1 AS DECIMAL(38,0)) => decimal(38,0)
SELECT CAST(1 AS DECIMAL(10,0)) * CAST(1 AS DECIMAL(38,18)) => decimal(38,7)
SELECT CAST(1 AS DECIMAL(10,0)) * CAST(1 AS DECIMAL(38,37)) => decimal(38,26)
SELECT CAST(1 AS DECIMAL(18,6)) * CAST(1 AS DECIMAL(18,6)) => decimal(37,12)
SELECT CAST(1 AS DECIMAL(18,6)) * CAST(1 AS DECIMAL(20,10)) => decimal(38,15)
SELECT CAST(1 AS DECIMAL(18,6)) * CAST(1 AS DECIMAL(38,0)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(18,6)) * CAST(1 AS DECIMAL(38,18)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(18,6)) * CAST(1 AS DECIMAL(38,37)) => decimal(38,24)
SELECT CAST(1 AS DECIMAL(20,10)) * CAST(1 AS DECIMAL(20,10)) => decimal(38,17)
SELECT CAST(1 AS DECIMAL(20,10)) * CAST(1 AS DECIMAL(38,0)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(20,10)) * CAST(1 AS DECIMAL(38,18)) => decimal(38,7)
SELECT CAST(1 AS DECIMAL(20,10)) * CAST(1 AS DECIMAL(38,37)) => decimal(38,26)
SELECT CAST(1 AS DECIMAL(38,0)) * CAST(1 AS DECIMAL(38,0)) => decimal(38,0)
SELECT CAST(1 AS DECIMAL(38,0)) * CAST(1 AS DECIMAL(38,18)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(38,0)) * CAST(1 AS DECIMAL(38,37)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(38,18)) * CAST(1 AS DECIMAL(38,18)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(38,18)) * CAST(1 AS DECIMAL(38,37)) => decimal(38,16)
SELECT CAST(1 AS DECIMAL(38,37)) * CAST(1 AS DECIMAL(38,37)) => decimal(38,35)
SELECT CAST(1 AS DECIMAL(1,1)) * CAST(1 AS DECIMAL(5,2)) => decimal(7,3)
SELECT CAST(1 AS DECIMAL(1,1)) * CAST(1 AS DECIMAL(10,0)) => decimal(12,1)
SELECT CAST(1 AS DECIMAL(1,1)) * CAST(1 AS DECIMAL(18,6)) => decimal(20,7)
SELECT CAST(1 AS DECIMAL(1,1)) * CAST(1 AS DECIMAL(20,10)) => decimal(22,11)
SELECT CAST(1 AS DECIMAL(1,1)) * CAST(1 AS DECIMAL(38,0)) => decimal(38,1)
SELECT CAST(1 AS DECIMAL(1,1)) * CAST(1 AS DECIMAL(38,18)) => decimal(38,17)
SELECT CAST(1 AS DECIMAL(1,1)) * CAST(1 AS DECIMAL(38,37)) => decimal(38,36)
SELECT CAST(1 AS DECIMAL(1,1)) * CAST(1 AS DECIMAL(1,1)) => decimal(3,2)
SELECT CAST(1 AS DECIMAL(5,2)) / CAST(1 AS DECIMAL(5,2)) => decimal(13,8)
SELECT CAST(1 AS DECIMAL(5,2)) / CAST(1 AS DECIMAL(10,0)) => decimal(16,13)
SELECT CAST(1 AS DECIMAL(5,2)) / CAST(1 AS DECIMAL(18,6)) => decimal(30,21)
SELECT CAST(1 AS DECIMAL(5,2)) / CAST(1 AS DECIMAL(20,10)) => decimal(36,23)
SELECT CAST(1 AS DECIMAL(5,2)) / CAST(1 AS DECIMAL(38,0)) => decimal(38,35)
SELECT CAST(1 AS DECIMAL(5,2)) / CAST(1 AS DECIMAL(38,18)) => decimal(38,17)
SELECT CAST(1 AS DECIMAL(5,2)) / CAST(1 AS DECIMAL(38,37)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(10,0)) / CAST(1 AS DECIMAL(10,0)) => decimal(21,11)
SELECT CAST(1 AS DECIMAL(10,0)) / CAST(1 AS DECIMAL(18,6)) => decimal(35,19)
SELECT CAST(1 AS DECIMAL(10,0)) / CAST(1 AS DECIMAL(20,10)) => decimal(38,18)
SELECT CAST(1 AS DECIMAL(10,0)) / CAST(1 AS DECIMAL(38,0)) => decimal(38,28)
SELECT CAST(1 AS DECIMAL(10,0)) / CAST(1 AS DECIMAL(38,18)) => decimal(38,10)
SELECT CAST(1 AS DECIMAL(10,0)) / CAST(1 AS DECIMAL(38,37)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(18,6)) / CAST(1 AS DECIMAL(18,6)) => decimal(38,20)
SELECT CAST(1 AS DECIMAL(18,6)) / CAST(1 AS DECIMAL(20,10)) => decimal(38,16)
SELECT CAST(1 AS DECIMAL(18,6)) / CAST(1 AS DECIMAL(38,0)) => decimal(38,26)
SELECT CAST(1 AS DECIMAL(18,6)) / CAST(1 AS DECIMAL(38,18)) => decimal(38,8)
SELECT CAST(1 AS DECIMAL(18,6)) / CAST(1 AS DECIMAL(38,37)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(20,10)) / CAST(1 AS DECIMAL(20,10)) => decimal(38,18)
SELECT CAST(1 AS DECIMAL(20,10)) / CAST(1 AS DECIMAL(38,0)) => decimal(38,28)
SELECT CAST(1 AS DECIMAL(20,10)) / CAST(1 AS DECIMAL(38,18)) => decimal(38,10)
SELECT CAST(1 AS DECIMAL(20,10)) / CAST(1 AS DECIMAL(38,37)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(38,0)) / CAST(1 AS DECIMAL(38,0)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(38,0)) / CAST(1 AS DECIMAL(38,18)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(38,0)) / CAST(1 AS DECIMAL(38,37)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(38,18)) / CAST(1 AS DECIMAL(38,18)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(38,18)) / CAST(1 AS DECIMAL(38,37)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(38,37)) / CAST(1 AS DECIMAL(38,37)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(1,1)) / CAST(1 AS DECIMAL(5,2)) => decimal(9,7)
SELECT CAST(1 AS DECIMAL(1,1)) / CAST(1 AS DECIMAL(10,0)) => decimal(12,12)
SELECT CAST(1 AS DECIMAL(1,1)) / CAST(1 AS DECIMAL(18,6)) => decimal(26,20)
SELECT CAST(1 AS DECIMAL(1,1)) / CAST(1 AS DECIMAL(20,10)) => decimal(32,22)
SELECT CAST(1 AS DECIMAL(1,1)) / CAST(1 AS DECIMAL(38,0)) => decimal(38,38)
SELECT CAST(1 AS DECIMAL(1,1)) / CAST(1 AS DECIMAL(38,18)) => decimal(38,20)
SELECT CAST(1 AS DECIMAL(1,1)) / CAST(1 AS DECIMAL(38,37)) => decimal(38,6)
SELECT CAST(1 AS DECIMAL(1,1)) / CAST(1 AS DECIMAL(1,1)) => decimal(7,6)
SELECT CAST(1 AS DECIMAL(5,2)) % CAST(1 AS DECIMAL(5,2)) => decimal(5,2)
SELECT CAST(1 AS DECIMAL(5,2)) % CAST(1 AS DECIMAL(10,0)) => decimal(5,2)
SELECT CAST(1 AS DECIMAL(5,2)) % CAST(1 AS DECIMAL(18,6)) => decimal(9,6)
SELECT CAST(1 AS DECIMAL(5,2)) % CAST(1 AS DECIMAL(20,10)) => decimal(13,10)
SELECT CAST(1 AS DECIMAL(5,2)) % CAST(1 AS DECIMAL(38,0)) => decimal(5,2)
SELECT CAST(1 AS DECIMAL(5,2)) % CAST(1 AS DECIMAL(38,18)) => decimal(21,18)
SELECT CAST(1 AS DECIMAL(5,2)) % CAST(1 AS DECIMAL(38,37)) => decimal(38,37)
SELECT CAST(1 AS DECIMAL(10,0)) % CAST(1 AS DECIMAL(10,0)) => decimal(10,0)
SELECT CAST(1 AS DECIMAL(10,0)) % CAST(1 AS DECIMAL(18,6)) => decimal(16,6)
SELECT CAST(1 AS DECIMAL(10,0)) % CAST(1 AS DECIMAL(20,10)) => decimal(20,10)
SELECT CAST(1 AS DECIMAL(10,0)) % CAST(1 AS DECIMAL(38,0)) => decimal(10,0)
SELECT CAST(1 AS DECIMAL(10,0)) % CAST(1 AS DECIMAL(38,18)) => decimal(28,18)
SELECT CAST(1 AS DECIMAL(10,0)) % CAST(1 AS DECIMAL(38,37)) => decimal(38,37)
SELECT CAST(1 AS DECIMAL(18,6)) % CAST(1 AS DECIMAL(18,6)) => decimal(18,6)
SELECT CAST(1 AS DECIMAL(18,6)) % CAST(1 AS DECIMAL(20,10)) => decimal(20,10)
SELECT CAST(1 AS DECIMAL(18,6)) % CAST(1 AS DECIMAL(38,0)) => decimal(18,6)
SELECT CAST(1 AS DECIMAL(18,6)) % CAST(1 AS DECIMAL(38,18)) => decimal(30,18)
SELECT CAST(1 AS DECIMAL(18,6)) % CAST(1 AS DECIMAL(38,37)) => decimal(38,37)
SELECT CAST(1 AS DECIMAL(20,10)) % CAST(1 AS DECIMAL(20,10)) => decimal(20,10)
SELECT CAST(1 AS DECIMAL(20,10)) % CAST(1 AS DECIMAL(38,0)) => decimal(20,10)
SELECT CAST(1 AS DECIMAL(20,10)) % CAST(1 AS DECIMAL(38,18)) => decimal(28,18)
SELECT CAST(1 AS DECIMAL(20,10)) % CAST(1 AS DECIMAL(38,37)) => decimal(38,37)
SELECT CAST(1 AS DECIMAL(38,0)) % CAST(1 AS DECIMAL(38,0)) => decimal(38,0)
SELECT CAST(1 AS DECIMAL(38,0)) % CAST(1 AS DECIMAL(38,18)) => decimal(38,18)
SELECT CAST(1 AS DECIMAL(38,0)) % CAST(1 AS DECIMAL(38,37)) => decimal(38,37)
SELECT CAST(1 AS DECIMAL(38,18)) % CAST(1 AS DECIMAL(38,18)) => decimal(38,18)
SELECT CAST(1 AS DECIMAL(38,18)) % CAST(1 AS DECIMAL(38,37)) => decimal(38,37)
SELECT CAST(1 AS DECIMAL(38,37)) % CAST(1 AS DECIMAL(38,37)) => decimal(38,37)
SELECT CAST(1 AS DECIMAL(1,1)) % CAST(1 AS DECIMAL(5,2)) => decimal(2,2)
SELECT CAST(1 AS DECIMAL(1,1)) % CAST(1 AS DECIMAL(10,0)) => decimal(1,1)
SELECT CAST(1 AS DECIMAL(1,1)) % CAST(1 AS DECIMAL(18,6)) => decimal(6,6)
SELECT CAST(1 AS DECIMAL(1,1)) % CAST(1 AS DECIMAL(20,10)) => decimal(10,10)
SELECT CAST(1 AS DECIMAL(1,1)) % CAST(1 AS DECIMAL(38,0)) => decimal(1,1)
SELECT CAST(1 AS DECIMAL(1,1)) % CAST(1 AS DECIMAL(38,18)) => decimal(18,18)
SELECT CAST(1 AS DECIMAL(1,1)) % CAST(1 AS DECIMAL(38,37)) => decimal(37,37)
SELECT CAST(1 AS DECIMAL(1,1)) % CAST(1 AS DECIMAL(1,1)) => decimal(1,1)
SELECT sum(CAST(1 AS DECIMAL(5,2))), avg(CAST(1 AS DECIMAL(5,2))), round(CAST(1 AS DECIMAL(5,2)), 1), round(CAST(1 AS DECIMAL(5,2)), -1), ceil(CAST(1 AS DECIMAL(5,2))), floor(CAST(1 AS DECIMAL(5,2))), abs(CAST(1 AS DECIMAL(5,2))), -CAST(1 AS DECIMAL(5,2)) FROM w => decimal(15,2), decimal(9,6), decimal(5,1), decimal(4,0), decimal(4,0), decimal(4,0), decimal(5,2), decimal(5,2)
SELECT CAST(1 AS DECIMAL(5,2)) + 1, CAST(1 AS DECIMAL(5,2)) * 2, CAST(1 AS DECIMAL(5,2)) / 3, CAST(1 AS DECIMAL(5,2)) + 1.5, CAST(1 AS DECIMAL(5,2)) * 0.05, CAST(1 AS DECIMAL(5,2)) + 1L, CAST(1 AS DECIMAL(5,2)) + 1Y, 1 - CAST(1 AS DECIMAL(5,2)), 100 / CAST(1 AS DECIMAL(5,2)) => decimal(6,2), decimal(7,2), decimal(9,6), decimal(6,2), decimal(8,4), decimal(6,2), decimal(6,2), decimal(6,2), decimal(11,6)
SELECT sum(CAST(1 AS DECIMAL(10,0))), avg(CAST(1 AS DECIMAL(10,0))), round(CAST(1 AS DECIMAL(10,0)), 1), round(CAST(1 AS DECIMAL(10,0)), -1), ceil(CAST(1 AS DECIMAL(10,0))), floor(CAST(1 AS DECIMAL(10,0))), abs(CAST(1 AS DECIMAL(10,0))), -CAST(1 AS DECIMAL(10,0)) FROM w => decimal(20,0), decimal(14,4), decimal(11,0), decimal(11,0), decimal(10,0), decimal(10,0), decimal(10,0), decimal(10,0)
SELECT CAST(1 AS DECIMAL(10,0)) + 1, CAST(1 AS DECIMAL(10,0)) * 2, CAST(1 AS DECIMAL(10,0)) / 3, CAST(1 AS DECIMAL(10,0)) + 1.5, CAST(1 AS DECIMAL(10,0)) * 0.05, CAST(1 AS DECIMAL(10,0)) + 1L, CAST(1 AS DECIMAL(10,0)) + 1Y, 1 - CAST(1 AS DECIMAL(10,0)), 100 / CAST(1 AS DECIMAL(10,0)) => decimal(11,0), decimal(12,0), decimal(16,6), decimal(12,1), decimal(13,2), decimal(11,0), decimal(11,0), decimal(11,0), decimal(14,11)
SELECT sum(CAST(1 AS DECIMAL(18,6))), avg(CAST(1 AS DECIMAL(18,6))), round(CAST(1 AS DECIMAL(18,6)), 1), round(CAST(1 AS DECIMAL(18,6)), -1), ceil(CAST(1 AS DECIMAL(18,6))), floor(CAST(1 AS DECIMAL(18,6))), abs(CAST(1 AS DECIMAL(18,6))), -CAST(1 AS DECIMAL(18,6)) FROM w => decimal(28,6), decimal(22,10), decimal(14,1), decimal(13,0), decimal(13,0), decimal(13,0), decimal(18,6), decimal(18,6)
SELECT CAST(1 AS DECIMAL(18,6)) + 1, CAST(1 AS DECIMAL(18,6)) * 2, CAST(1 AS DECIMAL(18,6)) / 3, CAST(1 AS DECIMAL(18,6)) + 1.5, CAST(1 AS DECIMAL(18,6)) * 0.05, CAST(1 AS DECIMAL(18,6)) + 1L, CAST(1 AS DECIMAL(18,6)) + 1Y, 1 - CAST(1 AS DECIMAL(18,6)), 100 / CAST(1 AS DECIMAL(18,6)) => decimal(19,6), decimal(20,6), decimal(20,8), decimal(19,6), decimal(21,8), decimal(19,6), decimal(19,6), decimal(19,6), decimal(28,19)
SELECT sum(CAST(1 AS DECIMAL(20,10))), avg(CAST(1 AS DECIMAL(20,10))), round(CAST(1 AS DECIMAL(20,10)), 1), round(CAST(1 AS DECIMAL(20,10)), -1), ceil(CAST(1 AS DECIMAL(20,10))), floor(CAST(1 AS DECIMAL(20,10))), abs(CAST(1 AS DECIMAL(20,10))), -CAST(1 AS DECIMAL(20,10)) FROM w => decimal(30,10), decimal(24,14), decimal(12,1), decimal(11,0), decimal(11,0), decimal(11,0), decimal(20,10), decimal(20,10)
SELECT CAST(1 AS DECIMAL(20,10)) + 1, CAST(1 AS DECIMAL(20,10)) * 2, CAST(1 AS DECIMAL(20,10)) / 3, CAST(1 AS DECIMAL(20,10)) + 1.5, CAST(1 AS DECIMAL(20,10)) * 0.05, CAST(1 AS DECIMAL(20,10)) + 1L, CAST(1 AS DECIMAL(20,10)) + 1Y, 1 - CAST(1 AS DECIMAL(20,10)), 100 / CAST(1 AS DECIMAL(20,10)) => decimal(21,10), decimal(22,10), decimal(22,12), decimal(21,10), decimal(23,12), decimal(21,10), decimal(21,10), decimal(21,10), decimal(34,21)
SELECT sum(CAST(1 AS DECIMAL(38,0))), avg(CAST(1 AS DECIMAL(38,0))), round(CAST(1 AS DECIMAL(38,0)), 1), round(CAST(1 AS DECIMAL(38,0)), -1), ceil(CAST(1 AS DECIMAL(38,0))), floor(CAST(1 AS DECIMAL(38,0))), abs(CAST(1 AS DECIMAL(38,0))), -CAST(1 AS DECIMAL(38,0)) FROM w => decimal(38,0), decimal(38,4), decimal(38,0), decimal(38,0), decimal(38,0), decimal(38,0), decimal(38,0), decimal(38,0)
SELECT CAST(1 AS DECIMAL(38,0)) + 1, CAST(1 AS DECIMAL(38,0)) * 2, CAST(1 AS DECIMAL(38,0)) / 3, CAST(1 AS DECIMAL(38,0)) + 1.5, CAST(1 AS DECIMAL(38,0)) * 0.05, CAST(1 AS DECIMAL(38,0)) + 1L, CAST(1 AS DECIMAL(38,0)) + 1Y, 1 - CAST(1 AS DECIMAL(38,0)), 100 / CAST(1 AS DECIMAL(38,0)) => decimal(38,0), decimal(38,0), decimal(38,6), decimal(38,1), decimal(38,2), decimal(38,0), decimal(38,0), decimal(38,0), decimal(38,35)
SELECT sum(CAST(1 AS DECIMAL(38,18))), avg(CAST(1 AS DECIMAL(38,18))), round(CAST(1 AS DECIMAL(38,18)), 1), round(CAST(1 AS DECIMAL(38,18)), -1), ceil(CAST(1 AS DECIMAL(38,18))), floor(CAST(1 AS DECIMAL(38,18))), abs(CAST(1 AS DECIMAL(38,18))), -CAST(1 AS DECIMAL(38,18)) FROM w => decimal(38,18), decimal(38,22), decimal(22,1), decimal(21,0), decimal(21,0), decimal(21,0), decimal(38,18), decimal(38,18)
SELECT CAST(1 AS DECIMAL(38,18)) + 1, CAST(1 AS DECIMAL(38,18)) * 2, CAST(1 AS DECIMAL(38,18)) / 3, CAST(1 AS DECIMAL(38,18)) + 1.5, CAST(1 AS DECIMAL(38,18)) * 0.05, CAST(1 AS DECIMAL(38,18)) + 1L, CAST(1 AS DECIMAL(38,18)) + 1Y, 1 - CAST(1 AS DECIMAL(38,18)), 100 / CAST(1 AS DECIMAL(38,18)) => decimal(38,17), decimal(38,16), decimal(38,18), decimal(38,17), decimal(38,17), decimal(38,17), decimal(38,17), decimal(38,17), decimal(38,17)
SELECT sum(CAST(1 AS DECIMAL(38,37))), avg(CAST(1 AS DECIMAL(38,37))), round(CAST(1 AS DECIMAL(38,37)), 1), round(CAST(1 AS DECIMAL(38,37)), -1), ceil(CAST(1 AS DECIMAL(38,37))), floor(CAST(1 AS DECIMAL(38,37))), abs(CAST(1 AS DECIMAL(38,37))), -CAST(1 AS DECIMAL(38,37)) FROM w => decimal(38,37), decimal(38,38), decimal(3,1), decimal(2,0), decimal(2,0), decimal(2,0), decimal(38,37), decimal(38,37)
SELECT CAST(1 AS DECIMAL(38,37)) + 1, CAST(1 AS DECIMAL(38,37)) * 2, CAST(1 AS DECIMAL(38,37)) / 3, CAST(1 AS DECIMAL(38,37)) + 1.5, CAST(1 AS DECIMAL(38,37)) * 0.05, CAST(1 AS DECIMAL(38,37)) + 1L, CAST(1 AS DECIMAL(38,37)) + 1Y, 1 - CAST(1 AS DECIMAL(38,37)), 100 / CAST(1 AS DECIMAL(38,37)) => decimal(38,36), decimal(38,35), decimal(38,37), decimal(38,36), decimal(38,36), decimal(38,36), decimal(38,34), decimal(38,36), decimal(38,6)
SELECT sum(CAST(1 AS DECIMAL(1,1))), avg(CAST(1 AS DECIMAL(1,1))), round(CAST(1 AS DECIMAL(1,1)), 1), round(CAST(1 AS DECIMAL(1,1)), -1), ceil(CAST(1 AS DECIMAL(1,1))), floor(CAST(1 AS DECIMAL(1,1))), abs(CAST(1 AS DECIMAL(1,1))), -CAST(1 AS DECIMAL(1,1)) FROM w => decimal(11,1), decimal(5,5), decimal(2,1), decimal(2,0), decimal(1,0), decimal(1,0), decimal(1,1), decimal(1,1)
SELECT CAST(1 AS DECIMAL(1,1)) + 1, CAST(1 AS DECIMAL(1,1)) * 2, CAST(1 AS DECIMAL(1,1)) / 3, CAST(1 AS DECIMAL(1,1)) + 1.5, CAST(1 AS DECIMAL(1,1)) * 0.05, CAST(1 AS DECIMAL(1,1)) + 1L, CAST(1 AS DECIMAL(1,1)) + 1Y, 1 - CAST(1 AS DECIMAL(1,1)), 100 / CAST(1 AS DECIMAL(1,1)) => decimal(3,1), decimal(3,1), decimal(6,6), decimal(3,1), decimal(4,3), decimal(3,1), decimal(5,1), decimal(3,1), decimal(10,6)
-- Dates, timestamps and intervals
SELECT day + day FROM w => error
SELECT day + at FROM w => error
SELECT day + ntz FROM w => error
SELECT day + ym FROM w => date
SELECT day + ds FROM w => timestamp
SELECT day + i FROM w => date
SELECT day + s FROM w => error
SELECT at + day FROM w => error
SELECT at + at FROM w => error
SELECT at + ntz FROM w => error
SELECT at + ym FROM w => timestamp
SELECT at + ds FROM w => timestamp
SELECT at + i FROM w => error
SELECT at + s FROM w => error
SELECT ntz + day FROM w => error
SELECT ntz + at FROM w => error
SELECT ntz + ntz FROM w => error
SELECT ntz + ym FROM w => timestamp_ntz
SELECT ntz + ds FROM w => timestamp_ntz
SELECT ntz + i FROM w => error
SELECT ntz + s FROM w => error
SELECT ym + day FROM w => date
SELECT ym + at FROM w => timestamp
SELECT ym + ntz FROM w => timestamp_ntz
SELECT ym + ym FROM w => interval year to month
SELECT ym + ds FROM w => error
SELECT ym + i FROM w => error
SELECT ym + s FROM w => error
SELECT ds + day FROM w => timestamp
SELECT ds + at FROM w => timestamp
SELECT ds + ntz FROM w => timestamp_ntz
SELECT ds + ym FROM w => error
SELECT ds + ds FROM w => interval day to second
SELECT ds + i FROM w => error
SELECT ds + s FROM w => string
SELECT i + day FROM w => date
SELECT i + at FROM w => error
SELECT i + ntz FROM w => error
SELECT i + ym FROM w => error
SELECT i + ds FROM w => error
SELECT s + day FROM w => error
SELECT s + at FROM w => error
SELECT s + ntz FROM w => error
SELECT s + ym FROM w => error
SELECT s + ds FROM w => string
SELECT big + at FROM w => error
SELECT big + ntz FROM w => error
SELECT big + ym FROM w => error
SELECT big + ds FROM w => error
SELECT tiny + day FROM w => date
SELECT tiny + at FROM w => error
SELECT tiny + ntz FROM w => error
SELECT tiny + ym FROM w => error
SELECT tiny + ds FROM w => error
SELECT day - day FROM w => interval day to second
SELECT day - at FROM w => interval day to second
SELECT day - ntz FROM w => interval day to second
SELECT day - ym FROM w => date
SELECT day - ds FROM w => timestamp
SELECT day - i FROM w => date
SELECT day - s FROM w => interval day to second
SELECT at - day FROM w => interval day to second
SELECT at - at FROM w => interval day to second
SELECT at - ntz FROM w => interval day to second
SELECT at - ym FROM w => timestamp
SELECT at - ds FROM w => timestamp
SELECT at - i FROM w => error
SELECT at - s FROM w => interval day to second
SELECT ntz - day FROM w => interval day to second
SELECT ntz - at FROM w => interval day to second
SELECT ntz - ntz FROM w => interval day to second
SELECT ntz - ym FROM w => timestamp_ntz
SELECT ntz - ds FROM w => timestamp_ntz
SELECT ntz - i FROM w => error
SELECT ntz - s FROM w => interval day to second
SELECT ym - day FROM w => error
SELECT ym - at FROM w => error
SELECT ym - ntz FROM w => error
SELECT ym - ym FROM w => interval year to month
SELECT ym - ds FROM w => error
SELECT ym - i FROM w => error
SELECT ym - s FROM w => error
SELECT ds - day FROM w => error
SELECT ds - at FROM w => error
SELECT ds - ntz FROM w => error
SELECT ds - ym FROM w => error
SELECT ds - ds FROM w => interval day to second
SELECT ds - i FROM w => error
SELECT ds - s FROM w => error
SELECT i - day FROM w => error
SELECT i - at FROM w => error
SELECT i - ntz FROM w => error
SELECT i - ym FROM w => error
SELECT i - ds FROM w => error
SELECT s - day FROM w => interval day to second
SELECT s - at FROM w => interval day to second
SELECT s - ntz FROM w => interval day to second
SELECT s - ym FROM w => error
SELECT s - ds FROM w => string
SELECT big - day FROM w => error
SELECT big - at FROM w => error
SELECT big - ntz FROM w => error
SELECT big - ym FROM w => error
SELECT big - ds FROM w => error
SELECT tiny - day FROM w => error
SELECT tiny - at FROM w => error
SELECT tiny - ntz FROM w => error
SELECT tiny - ym FROM w => error
SELECT tiny - ds FROM w => error
SELECT ym * i FROM w => interval year to month
SELECT i * ym FROM w => interval year to month
SELECT ym / i FROM w => interval year to month
SELECT ym * big FROM w => interval year to month
SELECT big * ym FROM w => interval year to month
SELECT ym / big FROM w => interval year to month
SELECT ym * x FROM w => interval year to month
SELECT x * ym FROM w => interval year to month
SELECT ym / x FROM w => interval year to month
SELECT ym * d FROM w => interval year to month
SELECT d * ym FROM w => interval year to month
SELECT ym / d FROM w => interval year to month
SELECT ym * s FROM w => interval year to month
SELECT s * ym FROM w => interval year to month
SELECT ym / s FROM w => interval year to month
SELECT ym * tiny FROM w => interval year to month
SELECT tiny * ym FROM w => interval year to month
SELECT ym / tiny FROM w => interval year to month
SELECT ym * f FROM w => interval year to month
SELECT f * ym FROM w => interval year to month
SELECT ym / f FROM w => interval year to month
SELECT ds * i FROM w => interval day to second
SELECT i * ds FROM w => interval day to second
SELECT ds / i FROM w => interval day to second
SELECT ds * big FROM w => interval day to second
SELECT big * ds FROM w => interval day to second
SELECT ds / big FROM w => interval day to second
SELECT ds * x FROM w => interval day to second
SELECT x * ds FROM w => interval day to second
SELECT ds / x FROM w => interval day to second
SELECT ds * d FROM w => interval day to second
SELECT d * ds FROM w => interval day to second
SELECT ds / d FROM w => interval day to second
SELECT ds * s FROM w => interval day to second
SELECT s * ds FROM w => interval day to second
SELECT ds / s FROM w => interval day to second
SELECT ds * tiny FROM w => interval day to second
SELECT tiny * ds FROM w => interval day to second
SELECT ds / tiny FROM w => interval day to second
SELECT ds * f FROM w => interval day to second
SELECT f * ds FROM w => interval day to second
SELECT ds / f FROM w => interval day to second
-- Comparison
SELECT tiny = small FROM w => boolean
SELECT tiny = i FROM w => boolean
SELECT tiny = big FROM w => boolean
SELECT tiny = f FROM w => boolean
SELECT tiny = x FROM w => boolean
SELECT tiny = d FROM w => boolean
SELECT tiny = wide FROM w => boolean
SELECT tiny = s FROM w => boolean
SELECT tiny = bin FROM w => error
SELECT tiny = ok FROM w => error
SELECT tiny = day FROM w => error
SELECT tiny = at FROM w => error
SELECT tiny = ntz FROM w => error
SELECT tiny = ym FROM w => error
SELECT tiny = ds FROM w => error
SELECT small = i FROM w => boolean
SELECT small = big FROM w => boolean
SELECT small = f FROM w => boolean
SELECT small = x FROM w => boolean
SELECT small = d FROM w => boolean
SELECT small = wide FROM w => boolean
SELECT small = s FROM w => boolean
SELECT small = bin FROM w => error
SELECT small = ok FROM w => error
SELECT small = day FROM w => error
SELECT small = at FROM w => error
SELECT small = ntz FROM w => error
SELECT small = ym FROM w => error
SELECT small = ds FROM w => error
SELECT i = big FROM w => boolean
SELECT i = f FROM w => boolean
SELECT i = x FROM w => boolean
SELECT i = d FROM w => boolean
SELECT i = wide FROM w => boolean
SELECT i = s FROM w => boolean
SELECT i = bin FROM w => error
SELECT i = ok FROM w => error
SELECT i = day FROM w => error
SELECT i = at FROM w => error
SELECT i = ntz FROM w => error
SELECT i = ym FROM w => error
SELECT i = ds FROM w => error
SELECT big = f FROM w => boolean
SELECT big = x FROM w => boolean
SELECT big = d FROM w => boolean
SELECT big = wide FROM w => boolean
SELECT big = s FROM w => boolean
SELECT big = bin FROM w => error
SELECT big = ok FROM w => error
SELECT big = day FROM w => error
SELECT big = at FROM w => error
SELECT big = ntz FROM w => error
SELECT big = ym FROM w => error
SELECT big = ds FROM w => error
SELECT f = x FROM w => boolean
SELECT f = d FROM w => boolean
SELECT f = wide FROM w => boolean
SELECT f = s FROM w => boolean
SELECT f = bin FROM w => error
SELECT f = ok FROM w => error
SELECT f = day FROM w => error
SELECT f = at FROM w => error
SELECT f = ntz FROM w => error
SELECT f = ym FROM w => error
SELECT f = ds FROM w => error
SELECT x = d FROM w => boolean
SELECT x = wide FROM w => boolean
SELECT x = s FROM w => boolean
SELECT x = bin FROM w => error
SELECT x = ok FROM w => error
SELECT x = day FROM w => error
SELECT x = at FROM w => error
SELECT x = ntz FROM w => error
SELECT x = ym FROM w => error
SELECT x = ds FROM w => error
SELECT d = wide FROM w => boolean
SELECT d = s FROM w => boolean
SELECT d = bin FROM w => error
SELECT d = ok FROM w => error
SELECT d = day FROM w => error
SELECT d = at FROM w => error
SELECT d = ntz FROM w => error
SELECT d = ym FROM w => error
SELECT d = ds FROM w => error
SELECT wide = s FROM w => boolean
SELECT wide = bin FROM w => error
SELECT wide = ok FROM w => error
SELECT wide = day FROM w => error
SELECT wide = at FROM w => error
SELECT wide = ntz FROM w => error
SELECT wide = ym FROM w => error
SELECT wide = ds FROM w => error
SELECT s = bin FROM w => boolean
SELECT s = ok FROM w => boolean
SELECT s = day FROM w => boolean
SELECT s = at FROM w => boolean
SELECT s = ntz FROM w => boolean
SELECT bin = ok FROM w => error
SELECT bin = day FROM w => error
SELECT bin = at FROM w => error
SELECT bin = ntz FROM w => error
SELECT bin = ym FROM w => error
SELECT bin = ds FROM w => error
SELECT ok = day FROM w => error
SELECT ok = at FROM w => error
SELECT ok = ntz FROM w => error
SELECT ok = ym FROM w => error
SELECT ok = ds FROM w => error
SELECT day = at FROM w => boolean
SELECT day = ntz FROM w => boolean
SELECT day = ym FROM w => error
SELECT day = ds FROM w => error
SELECT at = ntz FROM w => boolean
SELECT at = ym FROM w => error
SELECT at = ds FROM w => error
SELECT ntz = ym FROM w => error
SELECT ntz = ds FROM w => error
SELECT ym = ds FROM w => error
SELECT ints = array(1L) FROM w => boolean
SELECT m = m FROM w => error
SELECT st = struct(1, 'x') FROM w => boolean
SELECT v = v FROM w => error
SELECT ints < array(1) FROM w => boolean
SELECT NULL = i FROM w => boolean
SELECT NULL = m FROM w => error
SELECT i IN (1, 2L, '3') FROM w => boolean
SELECT s IN (1, 2) FROM w => boolean
SELECT day IN ('2024-01-01', at) FROM w => boolean
SELECT ok IN (1) FROM w => error
SELECT i BETWEEN s AND x FROM w => boolean
SELECT day BETWEEN '2024-01-01' AND at FROM w => boolean
SELECT (i, s) = (1, 'x') FROM w => boolean
SELECT (i, s) IN ((1, 'x')) FROM w => boolean
SELECT i <=> NULL FROM w => boolean
SELECT i IS DISTINCT FROM s FROM w => boolean
SELECT s LIKE i FROM w => boolean
SELECT i LIKE s FROM w => boolean
SELECT s RLIKE i FROM w => boolean
SELECT ok = 'true' FROM w => boolean
SELECT ok = 1 FROM w => error
-- Casts of every pair of simple types; "cast function"
SELECT CAST(i AS INT) FROM w => int
SELECT CAST(i AS DOUBLE) FROM w => double
SELECT CAST(i AS DECIMAL(5,2)) FROM w => decimal(5,2)
SELECT CAST(i AS STRING) FROM w => string
SELECT CAST(i AS BINARY) FROM w => error
SELECT CAST(i AS BOOLEAN) FROM w => boolean
SELECT CAST(i AS DATE) FROM w => error
SELECT CAST(i AS TIMESTAMP) FROM w => timestamp
SELECT CAST(i AS TIMESTAMP_NTZ) FROM w => error
SELECT CAST(i AS INTERVAL YEAR) FROM w => interval year to month
SELECT CAST(i AS INTERVAL DAY) FROM w => interval day to second
SELECT CAST(i AS ARRAY<STRING>) FROM w => error
SELECT CAST(i AS VARIANT) FROM w => variant
SELECT CAST(x AS INT) FROM w => int
SELECT CAST(x AS DOUBLE) FROM w => double
SELECT CAST(x AS DECIMAL(5,2)) FROM w => decimal(5,2)
SELECT CAST(x AS STRING) FROM w => string
SELECT CAST(x AS BINARY) FROM w => error
SELECT CAST(x AS BOOLEAN) FROM w => boolean
SELECT CAST(x AS DATE) FROM w => error
SELECT CAST(x AS TIMESTAMP) FROM w => timestamp
SELECT CAST(x AS TIMESTAMP_NTZ) FROM w => error
SELECT CAST(x AS INTERVAL YEAR) FROM w => error
SELECT CAST(x AS INTERVAL DAY) FROM w => error
SELECT CAST(x AS ARRAY<STRING>) FROM w => error
SELECT CAST(x AS VARIANT) FROM w => variant
SELECT CAST(d AS INT) FROM w => int
SELECT CAST(d AS DOUBLE) FROM w => double
SELECT CAST(d AS DECIMAL(5,2)) FROM w => decimal(5,2)
SELECT CAST(d AS STRING) FROM w => string
SELECT CAST(d AS BINARY) FROM w => error
SELECT CAST(d AS BOOLEAN) FROM w => boolean
SELECT CAST(d AS DATE) FROM w => error
SELECT CAST(d AS TIMESTAMP) FROM w => timestamp
SELECT CAST(d AS TIMESTAMP_NTZ) FROM w => error
SELECT CAST(d AS INTERVAL YEAR) FROM w => interval year to month
SELECT CAST(d AS INTERVAL DAY) FROM w => interval day to second
SELECT CAST(d AS ARRAY<STRING>) FROM w => error
SELECT CAST(d AS VARIANT) FROM w => variant
SELECT CAST(s AS INT) FROM w => int
SELECT CAST(s AS DOUBLE) FROM w => double
SELECT CAST(s AS DECIMAL(5,2)) FROM w => decimal(5,2)
SELECT CAST(s AS STRING) FROM w => string
SELECT CAST(s AS BINARY) FROM w => binary
SELECT CAST(s AS BOOLEAN) FROM w => boolean
SELECT CAST(s AS DATE) FROM w => date
SELECT CAST(s AS TIMESTAMP) FROM w => timestamp
SELECT CAST(s AS TIMESTAMP_NTZ) FROM w => timestamp_ntz
SELECT CAST(s AS INTERVAL YEAR) FROM w => interval year to month
SELECT CAST(s AS INTERVAL DAY) FROM w => interval day to second
SELECT CAST(s AS ARRAY<STRING>) FROM w => error
SELECT CAST(s AS VARIANT) FROM w => variant
SELECT CAST(bin AS INT) FROM w => error
SELECT CAST(bin AS DOUBLE) FROM w => error
SELECT CAST(bin AS DECIMAL(5,2)) FROM w => error
SELECT CAST(bin AS STRING) FROM w => string
SELECT CAST(bin AS BINARY) FROM w => binary
SELECT CAST(bin AS BOOLEAN) FROM w => error
SELECT CAST(bin AS DATE) FROM w => error
SELECT CAST(bin AS TIMESTAMP) FROM w => error
SELECT CAST(bin AS TIMESTAMP_NTZ) FROM w => error
SELECT CAST(bin AS INTERVAL YEAR) FROM w => error
SELECT CAST(bin AS INTERVAL DAY) FROM w => error
SELECT CAST(bin AS ARRAY<STRING>) FROM w => error
SELECT CAST(bin AS VARIANT) FROM w => variant
SELECT CAST(ok AS INT) FROM w => int
SELECT CAST(ok AS DOUBLE) FROM w => double
SELECT CAST(ok AS DECIMAL(5,2)) FROM w => decimal(5,2)
SELECT CAST(ok AS STRING) FROM w => string
SELECT CAST(ok AS BINARY) FROM w => error
SELECT CAST(ok AS BOOLEAN) FROM w => boolean
SELECT CAST(ok AS DATE) FROM w => error
SELECT CAST(ok AS TIMESTAMP) FROM w => error
SELECT CAST(ok AS TIMESTAMP_NTZ) FROM w => error
SELECT CAST(ok AS INTERVAL YEAR) FROM w => error
SELECT CAST(ok AS INTERVAL DAY) FROM w => error
SELECT CAST(ok AS ARRAY<STRING>) FROM w => error
SELECT CAST(ok AS VARIANT) FROM w => variant
SELECT CAST(day AS INT) FROM w => error
SELECT CAST(day AS DOUBLE) FROM w => error
SELECT CAST(day AS DECIMAL(5,2)) FROM w => error
SELECT CAST(day AS STRING) FROM w => string
SELECT CAST(day AS BINARY) FROM w => error
SELECT CAST(day AS BOOLEAN) FROM w => error
SELECT CAST(day AS DATE) FROM w => date
SELECT CAST(day AS TIMESTAMP) FROM w => timestamp
SELECT CAST(day AS TIMESTAMP_NTZ) FROM w => timestamp_ntz
SELECT CAST(day AS INTERVAL YEAR) FROM w => error
SELECT CAST(day AS INTERVAL DAY) FROM w => error
SELECT CAST(day AS ARRAY<STRING>) FROM w => error
SELECT CAST(day AS VARIANT) FROM w => variant
SELECT CAST(at AS INT) FROM w => int
SELECT CAST(at AS DOUBLE) FROM w => double
SELECT CAST(at AS DECIMAL(5,2)) FROM w => decimal(5,2)
SELECT CAST(at AS STRING) FROM w => string
SELECT CAST(at AS BINARY) FROM w => error
SELECT CAST(at AS BOOLEAN) FROM w => error
SELECT CAST(at AS DATE) FROM w => date
SELECT CAST(at AS TIMESTAMP) FROM w => timestamp
SELECT CAST(at AS TIMESTAMP_NTZ) FROM w => timestamp_ntz
SELECT CAST(at AS INTERVAL YEAR) FROM w => error
SELECT CAST(at AS INTERVAL DAY) FROM w => error
SELECT CAST(at AS ARRAY<STRING>) FROM w => error
SELECT CAST(at AS VARIANT) FROM w => variant
SELECT CAST(ntz AS INT) FROM w => error
SELECT CAST(ntz AS DOUBLE) FROM w => error
SELECT CAST(ntz AS DECIMAL(5,2)) FROM w => error
SELECT CAST(ntz AS STRING) FROM w => string
SELECT CAST(ntz AS BINARY) FROM w => error
SELECT CAST(ntz AS BOOLEAN) FROM w => error
SELECT CAST(ntz AS DATE) FROM w => date
SELECT CAST(ntz AS TIMESTAMP) FROM w => timestamp
SELECT CAST(ntz AS TIMESTAMP_NTZ) FROM w => timestamp_ntz
SELECT CAST(ntz AS INTERVAL YEAR) FROM w => error
SELECT CAST(ntz AS INTERVAL DAY) FROM w => error
SELECT CAST(ntz AS ARRAY<STRING>) FROM w => error
SELECT CAST(ntz AS VARIANT) FROM w => variant
SELECT CAST(ym AS INT) FROM w => int
SELECT CAST(ym AS DOUBLE) FROM w => error
SELECT CAST(ym AS DECIMAL(5,2)) FROM w => decimal(5,2)
SELECT CAST(ym AS STRING) FROM w => string
SELECT CAST(ym AS BINARY) FROM w => error
SELECT CAST(ym AS BOOLEAN) FROM w => error
SELECT CAST(ym AS DATE) FROM w => error
SELECT CAST(ym AS TIMESTAMP) FROM w => error
SELECT CAST(ym AS TIMESTAMP_NTZ) FROM w => error
SELECT CAST(ym AS INTERVAL YEAR) FROM w => interval year to month
SELECT CAST(ym AS INTERVAL DAY) FROM w => error
SELECT CAST(ym AS ARRAY<STRING>) FROM w => error
SELECT CAST(ym AS VARIANT) FROM w => error
SELECT CAST(ds AS INT) FROM w => int
SELECT CAST(ds AS DOUBLE) FROM w => error
SELECT CAST(ds AS DECIMAL(5,2)) FROM w => decimal(5,2)
SELECT CAST(ds AS STRING) FROM w => string
SELECT CAST(ds AS BINARY) FROM w => error
SELECT CAST(ds AS BOOLEAN) FROM w => error
SELECT CAST(ds AS DATE) FROM w => error
SELECT CAST(ds AS TIMESTAMP) FROM w => error
SELECT CAST(ds AS TIMESTAMP_NTZ) FROM w => error
SELECT CAST(ds AS INTERVAL YEAR) FROM w => error
SELECT CAST(ds AS INTERVAL DAY) FROM w => interval day to second
SELECT CAST(ds AS ARRAY<STRING>) FROM w => error
SELECT CAST(ds AS VARIANT) FROM w => error
SELECT CAST(ints AS INT) FROM w => error
SELECT CAST(ints AS DOUBLE) FROM w => error
SELECT CAST(ints AS DECIMAL(5,2)) FROM w => error
SELECT CAST(ints AS STRING) FROM w => string
SELECT CAST(ints AS BINARY) FROM w => error
SELECT CAST(ints AS BOOLEAN) FROM w => error
SELECT CAST(ints AS DATE) FROM w => error
SELECT CAST(ints AS TIMESTAMP) FROM w => error
SELECT CAST(ints AS TIMESTAMP_NTZ) FROM w => error
SELECT CAST(ints AS INTERVAL YEAR) FROM w => error
SELECT CAST(ints AS INTERVAL DAY) FROM w => error
SELECT CAST(ints AS ARRAY<STRING>) FROM w => array<string>
SELECT CAST(ints AS VARIANT) FROM w => variant
SELECT CAST(m AS INT) FROM w => error
SELECT CAST(m AS DOUBLE) FROM w => error
SELECT CAST(m AS DECIMAL(5,2)) FROM w => error
SELECT CAST(m AS STRING) FROM w => string
SELECT CAST(m AS BINARY) FROM w => error
SELECT CAST(m AS BOOLEAN) FROM w => error
SELECT CAST(m AS DATE) FROM w => error
SELECT CAST(m AS TIMESTAMP) FROM w => error
SELECT CAST(m AS TIMESTAMP_NTZ) FROM w => error
SELECT CAST(m AS INTERVAL YEAR) FROM w => error
SELECT CAST(m AS INTERVAL DAY) FROM w => error
SELECT CAST(m AS ARRAY<STRING>) FROM w => error
SELECT CAST(m AS VARIANT) FROM w => error
SELECT CAST(st AS INT) FROM w => error
SELECT CAST(st AS DOUBLE) FROM w => error
SELECT CAST(st AS DECIMAL(5,2)) FROM w => error
SELECT CAST(st AS STRING) FROM w => string
SELECT CAST(st AS BINARY) FROM w => error
SELECT CAST(st AS BOOLEAN) FROM w => error
SELECT CAST(st AS DATE) FROM w => error
SELECT CAST(st AS TIMESTAMP) FROM w => error
SELECT CAST(st AS TIMESTAMP_NTZ) FROM w => error
SELECT CAST(st AS INTERVAL YEAR) FROM w => error
SELECT CAST(st AS INTERVAL DAY) FROM w => error
SELECT CAST(st AS ARRAY<STRING>) FROM w => error
SELECT CAST(st AS VARIANT) FROM w => error
SELECT CAST(v AS INT) FROM w => int
SELECT CAST(v AS DOUBLE) FROM w => double
SELECT CAST(v AS DECIMAL(5,2)) FROM w => decimal(5,2)
SELECT CAST(v AS STRING) FROM w => string
SELECT CAST(v AS BINARY) FROM w => binary
SELECT CAST(v AS BOOLEAN) FROM w => boolean
SELECT CAST(v AS DATE) FROM w => date
SELECT CAST(v AS TIMESTAMP) FROM w => timestamp
SELECT CAST(v AS TIMESTAMP_NTZ) FROM w => timestamp_ntz
SELECT CAST(v AS INTERVAL YEAR) FROM w => error
SELECT CAST(v AS INTERVAL DAY) FROM w => error
SELECT CAST(v AS ARRAY<STRING>) FROM w => array<string>
SELECT CAST(v AS VARIANT) FROM w => variant
