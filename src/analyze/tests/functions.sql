-- Result types of the built-in functions, over the table `w` of the fixture: `call returns type`; `?`: not known.
-- Where the expected values come from: 626 of the 835 calls were compared with `spark.sql(call).schema` of Apache Spark 4.3.0 with
-- spark.sql.ansi.enabled=true (interval types and TIME by family, STRING without its collation, GEOMETRY and GEOGRAPHY without their SRID).
-- Spark has not the others. Of `measure`, st_length, st_geogfrom*, st_geomfromewkb, st_geomfromewkt, h3_longlatash3*, h3_kring*, h3_coverash3*
-- the page of the Databricks documentation was read; all other ST, H3 and AI functions are `?`. What is left (TIME, zstd, secrets, members,
-- sources of streams and the like) was written after the function's page and has been compared with nothing since.
-- Mathematical functions: Databricks documentation, "Built-in functions", section "Numeric scalar functions"; each name has a page of its own
abs(i) returns int
abs(d) returns decimal(10,2)
abs(ds) returns interval day to second
acos(x) returns double
acosh(x) returns double
asin(x) returns double
asinh(x) returns double
atan(i) returns double
atan2(x, i) returns double
atanh(x) returns double
bin(big) returns string
bit_count(i) returns int
bit_count(ok) returns int
bit_get(i, 1) returns tinyint
getbit(big, 1) returns tinyint
bit_reverse(i) returns int
bround(d, 1) returns decimal(10,1)
bround(x) returns double
cbrt(x) returns double
ceil(d) returns decimal(9,0)
ceil(x) returns bigint
ceil(d, 1) returns decimal(10,1)
ceiling(x) returns bigint
conv('ff', 16, 10) returns string
cos(x) returns double
cosh(x) returns double
cot(x) returns double
csc(x) returns double
degrees(x) returns double
e() returns double
exp(i) returns double
expm1(x) returns double
factorial(5) returns bigint
floor(d) returns decimal(9,0)
floor(big) returns bigint
floor(x, 2) returns decimal(18,2)
greatest(i, big) returns bigint
greatest(day, at) returns timestamp
hypot(x, i) returns double
isnan(x) returns boolean
least(tiny, small) returns smallint
least(d, i) returns decimal(12,2)
ln(x) returns double
log(2, x) returns double
log(x) returns double
log10(x) returns double
log1p(x) returns double
log2(x) returns double
mod(i, 3) returns int
mod(d, 2.5) returns decimal(3,2)
nanvl(x, f) returns double
negative(i) returns int
negative(ym) returns interval year to month
pi() returns double
pmod(i, big) returns bigint
positive(d) returns decimal(10,2)
pow(i, 2) returns double
power(x, x) returns double
radians(x) returns double
rand() returns double
rand(5) returns double
random() returns double
randn() returns double
rint(x) returns double
round(d, 1) returns decimal(10,1)
round(x, 2) returns double
round(i) returns int
sec(x) returns double
shiftleft(i, 2) returns int
shiftright(big, 2) returns bigint
shiftrightunsigned(i, 2) returns int
sign(x) returns double
signum(d) returns double
sin(x) returns double
sinh(x) returns double
sqrt(i) returns double
tan(x) returns double
tanh(x) returns double
try_add(i, 1) returns int
try_add(day, 1) returns date
try_divide(i, 2) returns double
try_divide(d, 3) returns decimal(14,6)
try_divide(ds, 2) returns interval day to second
try_mod(i, 3) returns int
try_multiply(d, d) returns decimal(21,4)
try_multiply(i, big) returns bigint
try_subtract(x, i) returns double
uniform(1, 10) returns ?
width_bucket(x, 0, 10, 5) returns bigint
zeroifnull(i) returns int
nullifzero(i) returns int
-- String and binary functions: Databricks documentation, "Built-in functions", section "String and binary functions"
aes_decrypt(bin, bin) returns binary
aes_encrypt(bin, bin) returns binary
aes_encrypt(s, s, 'GCM') returns binary
ascii(s) returns int
base64(bin) returns string
bit_length(s) returns int
btrim(s) returns string
btrim(s, 'x') returns string
char(65) returns string
chr(65) returns string
char_length(s) returns int
character_length(bin) returns int
charindex('a', s) returns int
collate(s, 'UTF8_LCASE') returns string
collation(s) returns string
concat(s, i) returns string
concat(bin, bin) returns binary
concat(ints, ints) returns array<int>
concat_ws('-', s, strs) returns string
contains(s, 'a') returns boolean
crc32(bin) returns bigint
decode(bin, 'UTF-8') returns string
decode(i, 1, 'one', 2, 'two', 'many') returns string
elt(1, s, s) returns string
encode(s, 'UTF-8') returns binary
endswith(s, 'a') returns boolean
find_in_set('a', s) returns int
format_number(d, 2) returns string
format_string('%s', s) returns string
from_base32(s) returns binary
hash(s, i) returns int
hex(i) returns string
hmac(bin, bin) returns binary
initcap(s) returns string
instr(s, 'a') returns int
is_valid_utf8(s) returns boolean
jaro_winkler_similarity(s, 'x') returns double
lcase(s) returns string
left(s, 2) returns string
len(s) returns int
length(bin) returns int
levenshtein(s, 'x') returns int
levenshtein(s, 'x', 3) returns int
locate('a', s) returns int
locate('a', s, 2) returns int
lower(s) returns string
lpad(s, 5) returns string
lpad(bin, 5, bin) returns binary
ltrim(s) returns string
luhn_check(s) returns boolean
make_valid_utf8(s) returns string
mask(s) returns string
mask(s, 'X', 'x') returns string
md5(bin) returns string
octet_length(s) returns int
overlay(s, 'x', 2) returns string
overlay(s, 'x', 2, 1) returns string
parse_url(s, 'HOST') returns string
try_parse_url(s, 'QUERY', 'a') returns string
position('a', s) returns int
printf('%d', i) returns string
quote(s) returns string
randstr(5) returns string
regexp_count(s, 'a') returns int
regexp_extract(s, '(a)') returns string
regexp_extract_all(s, '(a)', 1) returns array<string>
regexp_instr(s, 'a') returns int
regexp_like(s, 'a') returns boolean
regexp_replace(s, 'a', 'b') returns string
regexp_replace(s, 'a', 'b', 2) returns string
regexp_substr(s, 'a') returns string
regexp(s, 'a') returns boolean
rlike(s, 'a') returns boolean
repeat(s, 3) returns string
replace(s, 'a') returns string
replace(s, 'a', 'b') returns string
reverse(s) returns string
reverse(ints) returns array<int>
right(s, 2) returns string
rpad(s, 5, '0') returns string
rtrim(s) returns string
sentences(s) returns array<array<string>>
sha(bin) returns string
sha1(s) returns string
sha2(bin, 256) returns string
soundex(s) returns string
space(3) returns string
split(s, ',') returns array<string>
split(s, ',', 2) returns array<string>
split_part(s, ',', 1) returns string
startswith(s, 'a') returns boolean
string(i) returns string
substr(s, 1) returns string
substring(bin, 1, 2) returns binary
substring_index(s, '.', 2) returns string
to_base32(bin) returns string
to_binary(s) returns binary
to_binary(s, 'UTF-8') returns binary
to_char(d, '999.99') returns string
to_varchar(d, '999.99') returns string
translate(s, 'a', 'b') returns string
trim(s) returns string
try_aes_decrypt(bin, bin) returns binary
try_to_binary(s, 'hex') returns binary
try_url_decode(s) returns string
try_validate_utf8(s) returns string
try_zstd_decompress(bin) returns binary
ucase(s) returns string
unbase64(s) returns binary
unhex(s) returns binary
upper(s) returns string
url_decode(s) returns string
url_encode(s) returns string
validate_utf8(s) returns string
xxhash64(s, i) returns bigint
zstd_compress(bin) returns binary
zstd_compress(s, 3) returns binary
zstd_decompress(bin) returns binary
like(s, 'a%') returns boolean
ilike(s, 'A%') returns boolean
-- Aggregate functions: Databricks documentation, "Built-in functions", section "Aggregate functions"
any(ok) returns boolean
any_value(s) returns string
any_value(s, true) returns string
approx_count_distinct(s) returns bigint
approx_count_distinct(s, 0.1) returns bigint
approx_percentile(x, 0.5) returns double
approx_percentile(i, array(0.1, 0.9), 100) returns array<int>
percentile_approx(big, 0.5) returns bigint
approx_top_k(s) returns array<struct<item:string,count:bigint>>
approx_top_k(i, 3) returns array<struct<item:int,count:bigint>>
approx_top_k(i, 3, 100) returns array<struct<item:int,count:bigint>>
approx_top_k_accumulate(s) returns ?
array_agg(i) returns array<int>
avg(i) returns double
avg(d) returns decimal(14,6)
avg(ds) returns interval day to second
mean(x) returns double
bit_and(i) returns int
bit_or(big) returns bigint
bit_xor(small) returns smallint
bool_and(ok) returns boolean
bool_or(ok) returns boolean
collect_list(d) returns array<decimal(10,2)>
collect_set(s) returns array<string>
collect_union(ints) returns array<int>
corr(x, i) returns double
count(*) returns bigint
count(i) returns bigint
count(DISTINCT i, s) returns bigint
count_if(ok) returns bigint
count_min_sketch(s, 0.1D, 0.9D, 1) returns binary
covar_pop(x, i) returns double
covar_samp(x, i) returns double
every(ok) returns boolean
first(s) returns string
first(s, true) returns string
first_value(i) returns int
histogram_numeric(x, 5) returns array<struct<x:double,y:double>>
histogram_numeric(i, 5) returns array<struct<x:int,y:double>>
kurtosis(x) returns double
last(s) returns string
last_value(d, true) returns decimal(10,2)
listagg(s, ',') returns string
string_agg(s) returns string
max(day) returns date
max_by(s, i) returns string
max_by(s, i, 3) returns array<string>
SELECT measure(i) FROM (SELECT i FROM w) returns int
SELECT agg(i) FROM (SELECT i FROM w) returns int
median(i) returns double
median(ym) returns interval year to month
min(ds) returns interval day to second
min_by(d, at) returns decimal(10,2)
mode(s) returns string
mode(i, true) returns int
percentile(i, 0.5) returns double
percentile(i, array(0.5, 0.9)) returns array<double>
percentile_cont(0.5) WITHIN GROUP (ORDER BY x) returns double
percentile_disc(0.5) WITHIN GROUP (ORDER BY x) returns double
regr_avgx(x, i) returns double
regr_avgy(x, i) returns double
regr_count(x, i) returns bigint
regr_intercept(x, i) returns double
regr_r2(x, i) returns double
regr_slope(x, i) returns double
regr_sxx(x, i) returns double
regr_sxy(x, i) returns double
regr_syy(x, i) returns double
skewness(x) returns double
some(ok) returns boolean
std(x) returns double
stddev(i) returns double
stddev_pop(x) returns double
stddev_samp(x) returns double
sum(i) returns bigint
sum(d) returns decimal(20,2)
sum(x) returns double
sum(wide) returns decimal(38,10)
sum(ym) returns interval year to month
try_avg(d) returns decimal(14,6)
try_sum(i) returns bigint
var_pop(x) returns double
var_samp(x) returns double
variance(d) returns double
SELECT s, i, grouping(s), grouping_id(s, i) FROM w GROUP BY CUBE (s, i) returns string, int, tinyint, bigint
-- Sketches and bitmaps: Databricks documentation, "Built-in functions", pages bitmap_*, hll_*, kll_*, theta_*, tuple_*
bitmap_and_agg(bin) returns binary
bitmap_bit_position(i) returns bigint
bitmap_bucket_number(i) returns bigint
bitmap_construct_agg(big) returns binary
bitmap_count(bin) returns bigint
bitmap_or_agg(bin) returns binary
hll_sketch_agg(i) returns binary
hll_sketch_agg(s, 12) returns binary
hll_sketch_estimate(bin) returns bigint
hll_union(bin, bin) returns binary
hll_union(bin, bin, true) returns binary
hll_union_agg(bin) returns binary
hll_union_agg(bin, true) returns binary
kll_merge_agg_bigint(bin) returns binary
kll_merge_agg_double(bin, 200) returns binary
kll_merge_agg_float(bin) returns binary
kll_sketch_agg_bigint(big) returns binary
kll_sketch_agg_bigint(i, 200) returns binary
kll_sketch_agg_double(x) returns binary
kll_sketch_agg_float(f) returns binary
kll_sketch_get_n_bigint(bin) returns bigint
kll_sketch_get_n_double(bin) returns bigint
kll_sketch_get_n_float(bin) returns bigint
kll_sketch_get_quantile_bigint(bin, 0.5) returns bigint
kll_sketch_get_quantile_bigint(bin, array(0.5D, 0.9D)) returns array<bigint>
kll_sketch_get_quantile_double(bin, 0.5) returns double
kll_sketch_get_quantile_float(bin, 0.5) returns float
kll_sketch_get_rank_bigint(bin, 5) returns double
kll_sketch_get_rank_double(bin, 5.0) returns double
kll_sketch_get_rank_float(bin, 5.0) returns double
kll_sketch_merge_bigint(bin, bin) returns binary
kll_sketch_merge_double(bin, bin) returns binary
kll_sketch_merge_float(bin, bin) returns binary
kll_sketch_to_string_bigint(bin) returns string
kll_sketch_to_string_double(bin) returns string
kll_sketch_to_string_float(bin) returns string
theta_difference(bin, bin) returns binary
theta_intersection(bin, bin) returns binary
theta_intersection_agg(bin) returns binary
theta_sketch_agg(s) returns binary
theta_sketch_agg(i, 12) returns binary
theta_sketch_estimate(bin) returns bigint
theta_union(bin, bin) returns binary
theta_union(bin, bin, 12) returns binary
theta_union_agg(bin) returns binary
tuple_difference_double(bin, bin) returns binary
tuple_difference_integer(bin, bin) returns binary
tuple_difference_theta_double(bin, bin) returns binary
tuple_difference_theta_integer(bin, bin) returns binary
tuple_intersection_agg_double(bin) returns binary
tuple_intersection_agg_integer(bin, 'sum') returns binary
tuple_intersection_double(bin, bin) returns binary
tuple_intersection_integer(bin, bin, 'max') returns binary
tuple_intersection_theta_double(bin, bin) returns binary
tuple_intersection_theta_integer(bin, bin) returns binary
tuple_sketch_agg_double(s, x) returns binary
tuple_sketch_agg_integer(s, i, 12, 'sum') returns binary
tuple_sketch_estimate_double(bin) returns double
tuple_sketch_estimate_integer(bin) returns double
tuple_sketch_summary_double(bin) returns double
tuple_sketch_summary_integer(bin, 'sum') returns bigint
tuple_sketch_theta_double(bin) returns double
tuple_sketch_theta_integer(bin) returns double
tuple_union_agg_double(bin) returns binary
tuple_union_agg_integer(bin, 12) returns binary
tuple_union_double(bin, bin) returns binary
tuple_union_integer(bin, bin, 12, 'sum') returns binary
tuple_union_theta_double(bin, bin) returns binary
tuple_union_theta_integer(bin, bin) returns binary
-- Window functions: Databricks documentation, "Window functions"
cume_dist() OVER (ORDER BY i) returns double
dense_rank() OVER (ORDER BY i) returns int
lag(s) OVER (ORDER BY i) returns string
lag(d, 1, 0) OVER (ORDER BY i) returns decimal(10,2)
lead(i, 2) OVER (ORDER BY at) returns int
nth_value(s, 2) OVER (ORDER BY i) returns string
ntile(4) OVER (ORDER BY i) returns int
percent_rank() OVER (ORDER BY i) returns double
rank() OVER (ORDER BY i) returns int
row_number() OVER (ORDER BY i) returns int
first_value(s) OVER (ORDER BY i) returns string
last_value(s) OVER (ORDER BY i) returns string
-- Array functions: Databricks documentation, "Built-in functions", section "Array functions"
aggregate(ints, 0L, (acc, e) -> acc + e) returns bigint
reduce(ints, 0, (acc, e) -> acc + e, acc -> acc * 1.5) returns decimal(13,1)
array(1, 2L) returns array<bigint>
array() returns array<void>
array_append(ints, 1) returns array<int>
array_compact(strs) returns array<string>
array_contains(ints, 1) returns boolean
array_distinct(strs) returns array<string>
array_except(ints, array(1)) returns array<int>
array_insert(ints, 1, 5) returns array<int>
array_intersect(strs, strs) returns array<string>
array_join(strs, ',') returns string
array_max(ints) returns int
array_min(strs) returns string
array_position(ints, 1) returns bigint
array_prepend(strs, 'a') returns array<string>
array_remove(ints, 1) returns array<int>
array_repeat(s, 3) returns array<string>
array_size(ints) returns int
array_sort(ints) returns array<int>
array_sort(ints, (l, r) -> r - l) returns array<int>
array_union(ints, array(1L)) returns array<bigint>
arrays_overlap(ints, array(1)) returns boolean
arrays_zip(array(1), array('a')) returns array<struct<0:int,1:string>>
cardinality(ints) returns int
size(m) returns int
element_at(ints, 1) returns int
element_at(m, 'a') returns int
exists(ints, e -> e > 1) returns boolean
filter(strs, e -> e <> '') returns array<string>
flatten(array(ints)) returns array<int>
forall(ints, e -> e > 1) returns boolean
get(ints, 0) returns int
sequence(1, 10) returns array<int>
sequence(day, day, INTERVAL 1 MONTH) returns array<date>
shuffle(ints) returns array<int>
slice(strs, 1, 2) returns array<string>
sort_array(ints) returns array<int>
sort_array(strs, false) returns array<string>
transform(ints, e -> e * 2.5) returns array<decimal(13,1)>
transform(strs, (e, at) -> at) returns array<int>
try_element_at(ints, 1) returns int
try_element_at(m, 'a') returns int
zip_with(ints, strs, (a, b) -> concat(a, b)) returns array<string>
-- Map and struct functions: Databricks documentation, "Built-in functions", sections "Map functions" and "Struct functions"
map('a', 1, 'b', 2L) returns map<string,bigint>
map() returns map<void,void>
map_concat(m, m) returns map<string,int>
map_contains_key(m, 'a') returns boolean
map_entries(m) returns array<struct<key:string,value:int>>
map_filter(m, (k, v) -> v > 1) returns map<string,int>
map_from_arrays(strs, ints) returns map<string,int>
map_from_entries(array(struct('a', 1))) returns map<string,int>
map_keys(m) returns array<string>
map_values(m) returns array<int>
map_zip_with(m, m, (k, a, b) -> a + b) returns map<string,int>
str_to_map(s) returns map<string,string>
str_to_map(s, ',', ':') returns map<string,string>
transform_keys(m, (k, v) -> upper(k)) returns map<string,int>
transform_values(m, (k, v) -> v * 2L) returns map<string,bigint>
named_struct('a', i, 'b', s) returns struct<a:int,b:string>
struct(i, s) returns struct<i:int,s:string>
-- Date, timestamp and interval functions: Databricks documentation, "Built-in functions", section "Date, timestamp, and interval functions"
add_months(day, 1) returns date
convert_timezone('UTC', 'Europe/Berlin', ntz) returns timestamp_ntz
convert_timezone('Europe/Berlin', ntz) returns timestamp_ntz
curdate() returns date
current_date() returns date
current_time() returns time
current_time(3) returns time
current_timestamp() returns timestamp
current_timezone() returns string
date(s) returns date
date_add(day, 1) returns date
date_add(MONTH, 1, at) returns timestamp
date_diff(day, day) returns int
date_diff(DAY, at, at) returns bigint
date_format(at, 'yyyy') returns string
date_from_unix_date(i) returns date
date_part('YEAR', day) returns int
date_part('SECOND', at) returns decimal(8,6)
datepart('MONTH', day) returns int
date_sub(day, 1) returns date
date_trunc('MONTH', at) returns timestamp
dateadd(day, 1) returns date
dateadd(HOUR, 1, at) returns timestamp
datediff(day, at) returns int
day(day) returns int
dayname(day) returns string
dayofmonth(day) returns int
dayofweek(day) returns int
dayofyear(day) returns int
extract(YEAR FROM day) returns int
extract(SECOND FROM at) returns decimal(8,6)
from_unixtime(big) returns string
from_unixtime(big, 'yyyy') returns string
from_utc_timestamp(at, 'UTC') returns timestamp
getdate() returns timestamp
hour(at) returns int
last_day(day) returns date
localtime() returns time
localtimestamp() returns timestamp_ntz
make_date(2024, 1, 1) returns date
make_dt_interval(1, 2) returns interval day to second
make_interval(1, 2) returns ?
make_time(10, 30, 15.5) returns time
make_timestamp(2024, 1, 1, 0, 0, 0) returns timestamp
make_timestamp(2024, 1, 1, 0, 0, 0, 'UTC') returns timestamp
make_timestamp_ltz(2024, 1, 1, 0, 0, 0) returns timestamp
make_timestamp_ntz(2024, 1, 1, 0, 0, 0) returns timestamp_ntz
make_ym_interval(1, 2) returns interval year to month
minute(at) returns int
month(day) returns int
monthname(day) returns string
months_between(at, day) returns double
months_between(at, day, false) returns double
next_day(day, 'MON') returns date
now() returns timestamp
parse_timestamp(s, 'yyyy-MM-dd') returns timestamp
quarter(day) returns int
second(at) returns int
time(s) returns time
time_bucket(INTERVAL 1 HOUR, at) returns timestamp
time_diff('HOUR', make_time(1, 2, 3), make_time(2, 2, 3)) returns bigint
time_from_micros(big) returns time
time_from_millis(big) returns time
time_from_seconds(i) returns time
time_to_micros(make_time(1, 2, 3)) returns bigint
time_to_millis(make_time(1, 2, 3)) returns bigint
time_to_seconds(make_time(1, 2, 3)) returns decimal(14,6)
time_trunc('HOUR', make_time(1, 2, 3)) returns time
timediff(HOUR, at, at) returns bigint
timestamp(s) returns timestamp
timestamp_micros(big) returns timestamp
timestamp_millis(big) returns timestamp
timestamp_seconds(x) returns timestamp
timestampadd(DAY, 1, at) returns timestamp
timestampdiff(DAY, at, at) returns bigint
to_date(s) returns date
to_date(s, 'yyyy') returns date
to_time(s) returns time
to_time(s, 'HH:mm') returns time
to_timestamp(s) returns timestamp
to_timestamp(s, 'yyyy') returns timestamp
to_timestamp_ltz(s) returns timestamp
to_timestamp_ntz(s) returns timestamp_ntz
to_unix_timestamp(at) returns bigint
to_utc_timestamp(at, 'UTC') returns timestamp
trunc(day, 'MONTH') returns date
try_make_interval(1) returns ?
try_make_timestamp(2024, 1, 1, 0, 0, 0) returns timestamp
try_make_timestamp_ltz(2024, 1, 1, 0, 0, 0) returns timestamp
try_make_timestamp_ntz(2024, 1, 1, 0, 0, 0) returns timestamp_ntz
try_parse_timestamp(s, 'yyyy') returns timestamp
try_to_date(s) returns date
try_to_time(s) returns time
try_to_timestamp(s) returns timestamp
unix_date(day) returns int
unix_micros(at) returns bigint
unix_millis(at) returns bigint
unix_seconds(at) returns bigint
unix_timestamp() returns bigint
unix_timestamp(s, 'yyyy') returns bigint
weekday(day) returns int
weekofyear(day) returns int
window(at, '1 hour') returns struct<start:timestamp,end:timestamp>
window(ntz, '1 hour', '10 minutes') returns struct<start:timestamp_ntz,end:timestamp_ntz>
session_window(at, '5 minutes') returns struct<start:timestamp,end:timestamp>
SELECT window_time(window) FROM (SELECT window(at, '1 hour') AS window, count(*) AS n FROM w GROUP BY window(at, '1 hour')) AS t returns timestamp
year(day) returns int
-- Cast functions and constructors: Databricks documentation, "Built-in functions", section "Cast functions and constructors"
bigint(s) returns bigint
binary(s) returns binary
boolean(s) returns boolean
cast(s AS INT) returns int
decimal(s) returns decimal(10,0)
double(s) returns double
float(s) returns float
int(x) returns int
smallint(i) returns smallint
tinyint(i) returns tinyint
to_number(s, '999.99') returns decimal(5,2)
try_cast(s AS DATE) returns date
try_to_number(s, '$99.9') returns decimal(3,1)
-- CSV, JSON, XML, Avro and Protobuf functions: Databricks documentation, "Built-in functions", sections of these names
from_avro(bin, '{"type":"int"}') returns ?
from_csv(s, 'a INT, b STRING') returns struct<a:int,b:string>
from_json(s, 'a INT, b ARRAY<STRING>') returns struct<a:int,b:array<string>>
from_json(s, 'array<int>') returns array<int>
from_json(s, 'map<string,int>') returns map<string,int>
from_protobuf(bin, 'M', 'f') returns ?
from_xml(s, 'a INT') returns struct<a:int>
get_json_object(s, '$.a') returns string
json_array_length(s) returns int
json_object_keys(s) returns array<string>
schema_of_avro('{"type":"int"}') returns string
schema_of_csv('1,a') returns string
schema_of_json('{"a":1}') returns string
schema_of_json_agg(s) returns string
schema_of_xml('<a>1</a>') returns string
to_avro(st) returns binary
to_csv(st) returns string
to_json(st) returns string
to_json(ints) returns string
to_protobuf(st, 'M', 'f') returns binary
to_xml(st) returns string
xpath(s, 'a/b') returns array<string>
xpath_boolean(s, 'a/b') returns boolean
xpath_double(s, 'a/b') returns double
xpath_float(s, 'a/b') returns float
xpath_int(s, 'a/b') returns int
xpath_long(s, 'a/b') returns bigint
xpath_number(s, 'a/b') returns double
xpath_short(s, 'a/b') returns smallint
xpath_string(s, 'a/b') returns string
-- VARIANT functions: Databricks documentation, "Built-in functions", section "VARIANT functions"
is_valid_variant(v) returns boolean
is_variant_null(v) returns boolean
parse_json(s) returns variant
schema_of_variant(v) returns string
schema_of_variant_agg(v) returns string
to_variant_object(st) returns variant
try_parse_json(s) returns variant
try_variant_get(v, '$.a', 'int') returns int
variant_get(v, '$.a', 'string') returns string
variant_get(v, '$.a') returns variant
variant_get(v, '$.a', 'array<int>') returns array<int>
variant_array_append(v, '$.a', 1) returns variant
variant_delete(v, '$.a') returns variant
variant_insert(v, '$.a', 1) returns variant
variant_set(v, '$.a', 1) returns variant
variant_strip_nulls(v) returns variant
try_variant_array_append(v, '$.a', 1) returns variant
try_variant_insert(v, '$.a', 1) returns variant
try_variant_set(v, '$.a', 1, true) returns variant
-- Conditional, session and other functions: Databricks documentation, "Built-in functions", section "Miscellaneous functions"
assert_true(ok) returns void
coalesce(i, big) returns bigint
current_catalog() returns string
current_database() returns string
current_metastore() returns string
current_path() returns string
current_recipient('country') returns string
current_schema() returns string
current_user() returns string
current_version() returns ?
equal_null(i, 1) returns boolean
if(ok, i, big) returns bigint
iff(ok, 'a', 'b') returns string
ifnull(i, 0) returns int
input_file_block_length() returns bigint
input_file_block_start() returns bigint
input_file_name() returns string
is_account_group_member('g') returns boolean
is_member('g') returns boolean
isnotnull(i) returns boolean
isnull(i) returns boolean
java_method('java.util.UUID', 'randomUUID') returns string
monotonically_increasing_id() returns bigint
nullif(i, 0) returns int
nvl(i, 0) returns int
nvl2(i, 'a', 'b') returns string
raise_error('x') returns void
reflect('java.util.UUID', 'randomUUID') returns string
secret('a', 'b') returns string
session_user() returns string
spark_partition_id() returns int
try_reflect('java.util.UUID', 'randomUUID') returns string
try_secret('a', 'b') returns string
typeof(i) returns string
user() returns string
uuid() returns string
version() returns string
-- AI functions: Databricks documentation, "AI Functions" and the page of each; "http_request function"
ai_analyze_sentiment(s) returns ?
ai_classify(s, array('a', 'b')) returns ?
ai_classify(s, '["a", "b"]') returns ?
ai_extract(s, array('person')) returns ?
ai_fix_grammar(s) returns ?
ai_gen(s) returns ?
ai_generate_text(s, 'model') returns ?
ai_mask(s, array('email')) returns ?
ai_parse_document(bin) returns ?
ai_prep_search(v) returns ?
ai_query('endpoint', s) returns ?
ai_query('endpoint', s, returnType => 'STRING') returns ?
ai_similarity(s, s) returns ?
ai_summarize(s) returns ?
ai_summarize(s, 20) returns ?
ai_translate(s, 'de') returns ?
http_request(conn => 'c', method => 'POST', path => '/') returns ?
-- Vector functions: Databricks documentation, "Built-in functions", pages vector_*
vector_avg(floats) returns array<float>
vector_cosine_similarity(floats, floats) returns float
vector_inner_product(floats, floats) returns float
vector_l2_distance(floats, floats) returns float
vector_norm(floats) returns float
vector_norm(floats, 1.0F) returns float
vector_normalize(floats) returns array<float>
vector_sum(floats) returns array<float>
-- H3 geospatial functions: Databricks documentation, "H3 geospatial functions" and the page of each
h3_boundaryasgeojson(big) returns ?
h3_boundaryaswkb(s) returns ?
h3_boundaryaswkt(big) returns ?
h3_centerasgeojson(big) returns ?
h3_centeraswkb(big) returns ?
h3_centeraswkt(s) returns ?
h3_compact(array(big)) returns ?
h3_coverash3(s, 9) returns array<bigint>
h3_coverash3string(bin, 9) returns array<string>
h3_distance(big, big) returns ?
h3_h3tostring(big) returns ?
h3_hexring(s, 1) returns ?
h3_ischildof(big, big) returns ?
h3_ispentagon(big) returns ?
h3_isvalid(s) returns ?
h3_kring(big, 1) returns array<bigint>
h3_kringdistances(big, 1) returns array<struct<cellid:bigint,distance:int>>
h3_kringdistances(s, 1) returns array<struct<cellid:string,distance:int>>
h3_longlatash3(x, x, 9) returns bigint
h3_longlatash3string(x, x, 9) returns string
h3_maxchild(big, 9) returns ?
h3_minchild(s, 9) returns ?
h3_pointash3(s, 9) returns ?
h3_pointash3string(bin, 9) returns ?
h3_polyfillash3(s, 9) returns ?
h3_polyfillash3string(s, 9) returns ?
h3_resolution(big) returns ?
h3_stringtoh3(s) returns ?
h3_tessellateaswkb(s, 9) returns ?
h3_tochildren(big, 9) returns ?
h3_toparent(s, 3) returns ?
h3_toparent(big, 3) returns ?
h3_try_coverash3(s, 9) returns ?
h3_try_coverash3string(s, 9) returns ?
h3_try_distance(big, big) returns ?
h3_try_polyfillash3(s, 9) returns ?
h3_try_polyfillash3string(s, 9) returns ?
h3_try_tessellateaswkb(s, 9) returns ?
h3_try_validate(big) returns ?
h3_uncompact(array(big), 9) returns ?
h3_validate(s) returns ?
-- ST geospatial functions: Databricks documentation, "ST geospatial functions" and the page of each
st_addpoint(st_point(1, 2), st_point(3, 4)) returns ?
st_area(st_point(1, 2)) returns ?
st_asbinary(st_point(1, 2)) returns ?
st_asewkb(st_point(1, 2)) returns ?
st_asewkt(st_point(1, 2)) returns ?
st_asgeojson(st_point(1, 2)) returns ?
st_astext(st_point(1, 2)) returns ?
st_aswkb(st_point(1, 2)) returns ?
st_aswkt(st_geogfromtext(s)) returns ?
st_azimuth(st_point(1, 2), st_point(3, 4)) returns ?
st_boundary(st_point(1, 2)) returns ?
st_buffer(st_point(1, 2), 5) returns ?
st_centroid(st_point(1, 2)) returns ?
st_closestpoint(st_point(1, 2), st_point(3, 4)) returns ?
st_concavehull(st_point(1, 2), 0.5) returns ?
st_contains(st_point(1, 2), st_point(3, 4)) returns ?
st_convexhull(st_point(1, 2)) returns ?
st_covers(st_point(1, 2), st_point(3, 4)) returns ?
st_difference(st_point(1, 2), st_point(3, 4)) returns ?
st_dimension(st_point(1, 2)) returns ?
st_disjoint(st_point(1, 2), st_point(3, 4)) returns ?
st_distance(st_point(1, 2), st_point(3, 4)) returns ?
st_distancesphere(st_point(1, 2), st_point(3, 4)) returns ?
st_distancespheroid(st_point(1, 2), st_point(3, 4)) returns ?
st_dump(st_point(1, 2)) returns ?
st_dwithin(st_point(1, 2), st_point(3, 4), 10) returns ?
st_endpoint(st_point(1, 2)) returns ?
st_envelope(st_point(1, 2)) returns ?
st_envelope_agg(st_point(1, 2)) returns ?
st_equals(st_point(1, 2), st_point(3, 4)) returns ?
st_estimatesrid(st_point(1, 2)) returns ?
st_exteriorring(st_point(1, 2)) returns ?
st_flipcoordinates(st_point(1, 2)) returns ?
st_force2d(st_geogfromtext(s)) returns ?
st_geogfromewkt(s) returns geography
st_geogfromgeojson(s) returns geography
st_geogfromtext(s) returns geography
st_geogfromwkb(bin) returns geography
st_geogfromwkt(s) returns geography
st_geohash(st_point(1, 2)) returns ?
st_geohash(st_point(1, 2), 5) returns ?
st_geometryn(st_point(1, 2), 1) returns ?
st_geometrytype(st_point(1, 2)) returns ?
st_geomfromewkb(bin) returns geometry
st_geomfromewkt(s) returns geometry
st_geomfromgeohash(s) returns ?
st_geomfromgeojson(s) returns ?
st_geomfromtext(s) returns ?
st_geomfromtext(s, 4326) returns ?
st_geomfromwkb(bin, 4326) returns geometry
st_geomfromwkt(s) returns ?
st_interiorringn(st_point(1, 2), 1) returns ?
st_intersection(st_point(1, 2), st_point(3, 4)) returns ?
st_intersects(st_point(1, 2), st_point(3, 4)) returns ?
st_isempty(st_point(1, 2)) returns ?
st_isvalid(st_point(1, 2)) returns ?
st_length(st_point(1, 2)) returns double
st_m(st_point(1, 2)) returns ?
st_makeline(array(st_point(1, 2), st_point(3, 4))) returns ?
st_makepolygon(st_point(1, 2)) returns ?
st_multi(st_point(1, 2)) returns ?
st_ndims(st_point(1, 2)) returns ?
st_npoints(st_point(1, 2)) returns ?
st_nrings(st_point(1, 2)) returns ?
st_numgeometries(st_point(1, 2)) returns ?
st_numinteriorrings(st_point(1, 2)) returns ?
st_numpoints(st_point(1, 2)) returns ?
st_perimeter(st_point(1, 2)) returns ?
st_point(x, x) returns ?
st_point(x, x, 4326) returns ?
st_pointfromgeohash(s) returns ?
st_pointn(st_point(1, 2), 1) returns ?
st_removepoint(st_point(1, 2), 1) returns ?
st_reverse(st_point(1, 2)) returns ?
st_rotate(st_point(1, 2), 3.14) returns ?
st_scale(st_point(1, 2), 2, 2) returns ?
st_setpoint(st_point(1, 2), 1, st_point(3, 4)) returns ?
st_setsrid(st_point(1, 2), 4326) returns ?
st_simplify(st_point(1, 2), 0.1) returns ?
st_srid(st_point(1, 2)) returns ?
st_startpoint(st_point(1, 2)) returns ?
st_touches(st_point(1, 2), st_point(3, 4)) returns ?
st_transform(st_point(1, 2), 3857) returns ?
st_translate(st_point(1, 2), 1, 1) returns ?
st_union(st_point(1, 2), st_point(3, 4)) returns ?
st_union_agg(st_point(1, 2)) returns ?
st_within(st_point(1, 2), st_point(3, 4)) returns ?
st_x(st_point(1, 2)) returns ?
st_xmax(st_point(1, 2)) returns ?
st_xmin(st_point(1, 2)) returns ?
st_y(st_point(1, 2)) returns ?
st_ymax(st_point(1, 2)) returns ?
st_ymin(st_point(1, 2)) returns ?
st_z(st_point(1, 2)) returns ?
st_zmax(st_point(1, 2)) returns ?
st_zmin(st_point(1, 2)) returns ?
to_geography(s) returns ?
to_geometry(bin) returns ?
try_to_geography(s) returns ?
try_to_geometry(s) returns ?
-- Table-valued functions: Databricks documentation, "Built-in functions", section "Table-valued functions"
SELECT * FROM range(10) returns bigint
SELECT * FROM explode(array(1, 2)) returns int
SELECT * FROM explode_outer(map('a', 1)) returns string, int
SELECT * FROM posexplode(array('x')) returns int, string
SELECT * FROM posexplode_outer(array('x')) returns int, string
SELECT * FROM inline(array(struct(1, 'a'))) returns int, string
SELECT * FROM inline_outer(array(struct(1, 'a'))) returns int, string
SELECT * FROM stack(2, 1, 'a', 2, 'b') returns int, string
SELECT * FROM json_tuple('{}', 'a', 'b') returns string, string
SELECT * FROM sql_keywords() returns string, boolean
SELECT * FROM collations() returns string, string, string, string, string, string, string, string, string
SELECT * FROM variant_explode(parse_json('[1]')) returns int, string, variant
SELECT * FROM variant_explode_outer(parse_json('[1]')) returns int, string, variant
SELECT * FROM list_secrets() returns string, string
SELECT key, value, topic, partition, offset, timestamp, timestampType FROM read_kafka(bootstrapServers => 'h:1', subscribe => 't') returns binary, binary, string, int, bigint, timestamp, int
SELECT partitionKey, data, stream, shardId, sequenceNumber, approximateArrivalTimestamp FROM read_kinesis(streamName => 's') returns string, binary, string, string, string, timestamp
SELECT messageId, payload, attributes, publishTimestampInMillis FROM read_pubsub(subscriptionId => 's') returns string, binary, string, bigint
SELECT __key, __topic, __messageProperties, value FROM read_pulsar(serviceUrl => 'u', topic => 't') returns binary, string, map<string,string>, ?
SELECT a, _change_type, _commit_version, _commit_timestamp FROM table_changes('t', 1) returns int, string, bigint, timestamp
SELECT ds, y_forecast FROM ai_forecast(TABLE(t), horizon => '2025-01-01', time_col => 'day', value_col => 'x') returns ?, ?
SELECT id FROM vector_search(index => 'c.s.i', query_text => 'x', num_results => 5) returns ?
SELECT a FROM remote_query('conn', query => 'select 1') returns ?
SELECT path FROM cloud_files_state('/checkpoint') returns string
SELECT anything FROM read_statestore('/checkpoint') returns ?
SELECT anything FROM read_state_metadata('/checkpoint') returns ?
