//! The style: that of the templates in `sql`.

use crate::diag::{Code, SourceFile};
use crate::syntax::format::format;

#[track_caller]
fn becomes(text: &str, expected: &str) {
    let result = format(&SourceFile::new("f.sql", text)).unwrap();
    assert_eq!(result, format!("{}\n", expected.trim_start_matches('\n').trim_end()));
}

#[track_caller]
fn stays(text: &str) {
    becomes(text, text);
}

#[test]
fn a_query_has_a_line_for_each_clause() {
    becomes(
        "select a,count( * ) as n from t where a=1 and b<>2 group by a order by n desc nulls last;",
        "SELECT a, count(*) AS n\nFROM t\nWHERE a = 1 AND b <> 2\nGROUP BY a\nORDER BY n DESC NULLS LAST;",
    );
    becomes(
        "select x.a, y.b from x left outer join y on x.i=y.i union all select 1,2 limit 3",
        "SELECT x.a, y.b\nFROM x\nLEFT OUTER JOIN y ON x.i = y.i\nUNION ALL\nSELECT 1, 2\nLIMIT 3",
    );
    stays("SELECT 1;");
}

#[test]
fn a_list_that_the_author_broke_has_a_line_for_each_column() {
    becomes("SELECT\na, b\n,c FROM t", "SELECT\n  a,\n  b,\n  c\nFROM t");
    becomes("SELECT a,\n(SELECT MAX(x) FROM u) AS m\nFROM t", "SELECT\n  a,\n  (SELECT MAX(x) FROM u) AS m\nFROM t");
}

#[test]
fn tables_of_with_begin_at_the_margin() {
    becomes(
        "create or refresh materialized view v comment 'c' as with a as (select x from t where x>1), b as (select 1) \
         select * from a",
        "
CREATE OR REFRESH MATERIALIZED VIEW v COMMENT 'c'
AS WITH a AS (
  SELECT x
  FROM t
  WHERE x > 1
),
b AS (SELECT 1)
SELECT *
FROM a",
    );
}

#[test]
fn conditions_are_broken_before_their_operators() {
    becomes("SELECT 1 FROM t WHERE a AND\nb OR c", "SELECT 1\nFROM t\nWHERE a\n    AND b\n  OR c");
    becomes(
        "SELECT 1 FROM t JOIN u ON t.a=u.a\nAND t.b BETWEEN 1 AND 2 WHERE 1=1",
        "SELECT 1\nFROM t\nJOIN u ON t.a = u.a\n  AND t.b BETWEEN 1 AND 2\nWHERE 1 = 1",
    );
}

#[test]
fn what_is_too_long_is_broken_at_the_outermost_bracket() {
    let long = "a_rather_long_name_of_a_column";
    becomes(
        &format!("SELECT f(g({long}, {long}), {long}, {long}) AS x FROM t"),
        &format!("SELECT f(\n  g({long}, {long}),\n  {long},\n  {long}\n) AS x\nFROM t"),
    );
    becomes(
        &format!("SELECT {long}, {long}, {long}, {long} FROM t"),
        &format!("SELECT\n  {long},\n  {long},\n  {long},\n  {long}\nFROM t"),
    );
    becomes(
        &format!("SELECT CASE WHEN {long} THEN {long} WHEN {long} THEN {long} END AS x FROM t"),
        &format!("SELECT CASE\n  WHEN {long} THEN {long}\n  WHEN {long} THEN {long}\nEND AS x\nFROM t"),
    );
}

#[test]
fn comments_and_hints_stay_where_they_are() {
    becomes(
        "-- first\nselect /*+ BROADCAST(b) */ a, -- why a\n  /* b */ b\n-- from where\nfrom t -- end",
        "-- first\nSELECT /*+ BROADCAST(b) */\n  a, -- why a\n  /* b */ b\n-- from where\nFROM t -- end",
    );
    stays("-- only a comment");
    stays("/* a\n   b */");
}

#[test]
fn words_that_may_be_names_keep_their_case() {
    stays("SELECT t.select, in, and AS or, a like FROM t");
    stays("SELECT f(from => 1, order => 2), x.end, values");
    stays("CREATE TABLE view (null INT, true STRING, comment STRING)");
    stays("SELECT date, timestamp, interval, row_number() OVER (ORDER BY desc DESC)");
    stays("{% if a %}select{% endif %}_x");
    stays("GRANT SELECT ON TABLE t TO `a b`");
}

#[test]
fn tags_are_kept_byte_for_byte() {
    stays(
        "
SELECT
  {%- for  column in columns %}
  {{column}} AS {{ 'x'~column }},
  {%- endfor %}
  1 AS one
FROM {{ ref('a.b') }}_{{suffix}}",
    );
    becomes("SELECT a{#- c -#}b,{% if x %}c{%endif%} from {{t}}", "SELECT a{#- c -#}b,{% if x %}c{%endif%} FROM {{t}}");
    stays("SELECT '{{ path('a  b') }}  x' AS a");
}

#[test]
fn a_macro_keeps_its_margin() {
    stays(
        "
{%- macro bucket(months) -%}
CASE
    WHEN {{ months }} IS NULL THEN 'Unknown'
    ELSE 'Known'
  END
{%- endmacro -%}",
    );
    becomes(
        "{% macro m(a) %}\nSELECT\n    {{ a }},\n b\n from t\n{% endmacro %}",
        "{% macro m(a) %}\nSELECT\n  {{ a }},\n  b\nFROM t\n{% endmacro %}",
    );
}

#[test]
fn elements_of_a_table_are_never_broken() {
    let text = "x".repeat(120);
    stays(&format!(
        "CREATE TABLE t (\n  a STRING NOT NULL COMMENT '{text}',\n  CONSTRAINT c EXPECT (a IS NOT NULL AND a <> '{text}')\n)"
    ));
}

#[test]
fn types_and_paths_have_no_spaces() {
    stays("SELECT a:b.c::INT, d[0], ARRAY<STRUCT<x: INT, y: MAP<STRING, INT>>>(), -1, a - 1, a >> 2, t@v1, :p FROM t");
}

#[test]
fn a_notebook_keeps_its_form() {
    becomes(
        "-- Databricks notebook source\n-- MAGIC %md\n-- MAGIC   # Title\n\n-- COMMAND ----------\n\nselect  1\n\n-- COMMAND ----------\n\nSELECT 2",
        "-- Databricks notebook source\n-- MAGIC %md\n-- MAGIC   # Title\n\n-- COMMAND ----------\n\nSELECT 1\n\n-- COMMAND ----------\n\nSELECT 2",
    );
}

#[test]
fn statements_that_hold_text_or_statements_are_kept() {
    stays("SET spark.sql.x =  a  b;");
    stays("BEGIN\n    select   1;\n    END;\nSELECT 1;");
    stays("select  (1;\nSELECT 2;");
}

#[test]
fn line_breaks_and_the_mark_of_an_editor_stay() {
    let crlf = format(&SourceFile::new("f.sql", "SELECT a\r\nfrom t")).unwrap();
    assert_eq!(crlf, "SELECT a\r\nFROM t\r\n");
    let mark = format(&SourceFile::new("f.sql", "\u{feff}SELECT  1")).unwrap();
    assert_eq!(mark, "\u{feff}SELECT 1\n");
    assert_eq!(format(&SourceFile::new("f.sql", "")).unwrap(), "");
    assert_eq!(format(&SourceFile::new("f.sql", " \n\n")).unwrap(), "");
}

#[test]
fn what_cannot_be_read_is_an_error_at_its_place() {
    for (text, code, at) in [
        ("SELECT 'a", Code::SQL_LEX, 7),
        ("SELECT /* a", Code::SQL_LEX, 7),
        ("SELECT {{ a", Code::TEMPLATE_SYNTAX, 7),
        ("a {% if b %} c", Code::TEMPLATE_SYNTAX, 2),
        ("{% if b %}'{% else %}x'{% endif %} {% endfor %}", Code::TEMPLATE_SYNTAX, 35),
    ] {
        let error = format(&SourceFile::new("f.sql", text)).unwrap_err();
        assert_eq!((error.code, error.location.unwrap().span.start), (code, at), "{text}");
    }
}
