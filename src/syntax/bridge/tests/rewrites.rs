//! Constructs that stock sqlparser misreads in silence or cannot read, one test each.

use sqlparser::ast::{
    Expr as AstExpr, GroupByExpr, ObjectNamePart, SelectItem, SetExpr, Spanned, TableFactor, TableVersion, Value,
};

use super::support::{error, expr, query, relation, shape};
use crate::diag::Span;
use crate::syntax::ast::{NumberSuffix, Query};
use crate::syntax::{DataType, cast_type, offset_of};

fn projection(query: &Query) -> Vec<&AstExpr> {
    let SetExpr::Select(select) = query.ast.body.as_ref() else { panic!("no SELECT") };
    select.projection.iter().map(item).collect()
}

fn item(item: &SelectItem) -> &AstExpr {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => expr,
        other => panic!("{other}"),
    }
}

fn table(factor: &TableFactor) -> (String, Option<String>, u32) {
    let TableFactor::Table { name, alias, .. } = factor else { panic!("{factor}") };
    let start = offset_of(name.span()).unwrap().start;
    let parts: Vec<_> = name.0.iter().map(|part| part.as_ident().unwrap().value.clone()).collect();
    (parts.join("."), alias.as_ref().map(|alias| alias.name.value.clone()), start)
}

#[test]
fn stream_is_no_alias() {
    let text = "SELECT * FROM STREAM orders";
    let query = query(text);
    assert_eq!(table(relation(&query)), ("orders".into(), None, 21));
    assert_eq!(query.side.streams.iter().copied().collect::<Vec<_>>(), [21]);
}

#[test]
fn stream_with_parentheses_and_alias() {
    let query = query("SELECT * FROM stream(a.b.c) AS s JOIN STREAM `x y` t ON s.id = t.id, STREAM read_files('p') f");
    assert_eq!(table(relation(&query)), ("a.b.c".into(), Some("s".into()), 21));
    assert_eq!(query.side.streams.len(), 3);
}

#[test]
fn stream_stays_a_name() {
    for text in [
        "SELECT stream, stream.a FROM stream WHERE stream > 0",
        "SELECT * FROM stream",
        "SELECT * FROM stream AS s",
        "SELECT * FROM a JOIN stream ON a.x = stream.x",
        "SELECT a stream FROM t",
        "SELECT * FROM s.stream t",
        "SELECT f(a, stream) FROM t",
    ] {
        assert!(query(text).side.streams.is_empty(), "{text}");
    }
}

#[test]
fn stream_inside_subqueries_and_ctes() {
    let text = "WITH a AS (SELECT * FROM STREAM(x)) SELECT * FROM a JOIN (SELECT * FROM STREAM y) b USING (id)";
    let offsets: Vec<u32> = query(text).side.streams.into_iter().collect();
    assert_eq!(offsets.iter().map(|o| &text[*o as usize..*o as usize + 1]).collect::<Vec<_>>(), ["x", "y"]);
}

#[test]
fn stream_options_are_kept() {
    let text = "SELECT * FROM STREAM(t WITH (skipChangeCommits = true)) AS x";
    let query = query(text);
    let span = query.side.relation_options[&21];
    assert_eq!(&text[span.range()], "WITH (skipChangeCommits = true)");
    assert_eq!(table(relation(&query)).1.as_deref(), Some("x"));
}

#[test]
fn a_stream_of_a_query_is_refused() {
    let (message, at) = error("SELECT * FROM STREAM(SELECT * FROM t)");
    assert_eq!((message.as_str(), at.as_str()), ("`STREAM` reads a table or a table function, not a query", "SELECT"));
}

#[test]
fn watermark_is_cut_out_and_kept() {
    let text = "SELECT * FROM STREAM(t) WATERMARK to_timestamp(x) AS et DELAY OF INTERVAL 10 MINUTES AS a";
    let query = query(text);
    let watermark = &query.side.watermarks[&21];
    assert_eq!(watermark.expr.to_string(), "to_timestamp(x)");
    assert_eq!(watermark.alias.as_ref().unwrap().value.as_str(), "et");
    assert_eq!(watermark.delay.to_string(), "INTERVAL 10 MINUTES");
    assert_eq!(&text[watermark.span.range()], "WATERMARK to_timestamp(x) AS et DELAY OF INTERVAL 10 MINUTES");
    assert_eq!(table(relation(&query)).1.as_deref(), Some("a"));
}

#[test]
fn watermark_stays_a_name() {
    let query = query("SELECT watermark FROM t watermark WHERE watermark.x = 1");
    assert!(query.side.watermarks.is_empty());
    assert_eq!(table(relation(&query)).1.as_deref(), Some("watermark"));
}

#[test]
fn a_raw_string_is_no_alias() {
    let query = query(r#"SELECT r'a\d+', R"b\" FROM t"#);
    let shown: Vec<String> = projection(&query).into_iter().map(shape).collect();
    assert_eq!(shown, [r"'a\d+'", r"'b\'"]);
}

#[test]
fn neighbouring_strings_are_one() {
    let text = "SELECT 'a' \"b\" r'\\c'";
    let query = query(text);
    let [AstExpr::Value(value)] = projection(&query)[..] else { panic!() };
    assert_eq!(value.value, Value::SingleQuotedString("ab\\c".into()));
    assert_eq!(query.side.strings[&7], Span { start: 7, end: 20 });
}

#[test]
fn double_quotes_make_a_string() {
    assert_eq!(shape(&expr("op = \"DELETE\"").ast), "(op = 'DELETE')");
}

#[test]
fn a_string_is_no_alias() {
    assert_eq!(error("SELECT a AS 'x' FROM t").1, "'x'");
    assert_eq!(error("SELECT f(a) \"x\" FROM t").1, "\"x\"");
}

#[test]
fn number_suffixes_are_no_aliases() {
    let query = query("SELECT 1L, 2S, 3Y, 1.5F, 2.5D, 3.5BD, 1e3D, 1e3 FROM t");
    let suffixes: Vec<_> = query.side.numbers.values().copied().collect();
    use NumberSuffix as N;
    assert_eq!(suffixes, [N::BigInt, N::SmallInt, N::TinyInt, N::Float, N::Double, N::Decimal, N::Double]);
    let shown: Vec<String> = projection(&query).into_iter().map(shape).collect();
    assert_eq!(shown, ["1", "2", "3", "1.5", "2.5", "3.5", "1e3", "1e3"]);
    let AstExpr::Value(value) = projection(&query)[1] else { panic!() };
    assert!(query.side.numbers.contains_key(&offset_of(value.span).unwrap().start));
}

#[test]
fn cast_types_are_ours() {
    let query =
        query("SELECT CAST(x AS INTERVAL DAY TO SECOND), x::STRUCT<a: ARRAY<INT>, b STRING NOT NULL COMMENT 'c'>");
    let types: Vec<_> = projection(&query)
        .into_iter()
        .map(|expr| {
            let AstExpr::Cast { data_type, .. } = expr else { panic!("{expr}") };
            cast_type(data_type).unwrap()
        })
        .collect();
    assert_eq!(types[0], DataType::IntervalDayTime);
    assert_eq!(types[1].to_string(), "STRUCT<`a`: ARRAY<INT>, `b`: STRING>");
}

#[test]
fn intervals_of_several_units() {
    assert_eq!(expr("INTERVAL 1 YEAR -2 MONTHS").ast.to_string(), "INTERVAL '1 YEAR -2 MONTHS'");
    assert_eq!(expr("INTERVAL '3 days 2 hours'").ast.to_string(), "INTERVAL '3 days 2 hours'");
    assert_eq!(shape(&expr("d + INTERVAL 1 DAY > e").ast), "((d + INTERVAL 1 DAY) > e)");
    assert_eq!(shape(&expr("interval - 1").ast), "(interval - 1)");
}

#[test]
fn time_travel_in_all_spellings() {
    let version = |text: &str| {
        let query = query(text);
        let TableFactor::Table { version, alias, .. } = relation(&query) else { panic!() };
        (version.clone().unwrap(), alias.is_some())
    };
    for text in ["t VERSION AS OF 12 a", "t FOR VERSION AS OF 12 AS a", "t@v12 a", "t FOR SYSTEM_VERSION AS OF 12 a"] {
        let (found, alias) = version(&format!("SELECT * FROM {text}"));
        assert!(matches!(&found, TableVersion::VersionAsOf(v) if v.to_string() == "12"), "{text}: {found:?}");
        assert!(alias);
    }
    for text in ["t FOR TIMESTAMP AS OF '2024-01-01'", "t TIMESTAMP AS OF '2024-01-01'", "t@20240101000000000"] {
        assert!(matches!(version(&format!("SELECT * FROM {text}")).0, TableVersion::TimestampAsOf(_)), "{text}");
    }
}

#[test]
fn identifier_clause() {
    let query = query("SELECT IDENTIFIER('upper')(x) FROM IDENTIFIER('a.b' '.c') t JOIN IDENTIFIER(:p) u ON true");
    assert_eq!(table(relation(&query)).0, "a.b.c");
    let AstExpr::Function(function) = projection(&query)[0] else { panic!() };
    let ObjectNamePart::Identifier(name) = &function.name.0[0] else { panic!() };
    assert_eq!(name.value, "upper");
    assert_eq!(query.side.identifiers.len(), 1);
}

#[test]
fn recursion_limit() {
    let text = "WITH RECURSIVE r (n, m) MAX RECURSION LEVEL 7 AS (SELECT 1, 2) SELECT * FROM r";
    assert_eq!(query(text).side.recursion_limits[&15], 7);
}

#[test]
fn except_of_nested_fields() {
    let query = query("SELECT * EXCEPT (a, s.b.c) FROM t");
    let path = query.side.except_paths.values().next().unwrap();
    assert_eq!(path.to_string(), "s.b.c");
    assert_eq!(query.side.except_paths.keys().copied().collect::<Vec<_>>(), [20]);
}

#[test]
fn table_arguments() {
    let text =
        "SELECT * FROM f(TABLE(a.t) PARTITION BY x, y ORDER BY z, k => 1), g(TABLE(SELECT 1)), event_log(TABLE(a.b.c))";
    let query = query(text);
    let spans: Vec<_> = query.side.table_arguments.values().map(|s| s.map(|s| &text[s.range()])).collect();
    assert_eq!(spans, [Some("PARTITION BY x, y ORDER BY z"), None, None]);
}

#[test]
fn a_table_as_a_query() {
    assert_eq!(table(relation(&query("TABLE a.b.c"))).0, "a.b.c");
    assert_eq!(query("SELECT 1 UNION ALL TABLE t").ast.to_string(), "SELECT 1 UNION ALL SELECT * FROM t");
}

#[test]
fn hints_are_kept() {
    let query = query("SELECT /*+ BROADCAST(a) */ * FROM a");
    assert_eq!(query.side.hints[&7], "BROADCAST(a)");
}

#[test]
fn parameters_and_odd_names() {
    let query = query("SELECT :a, `b ``c`, 2024_sales, ${x}_y, größe, raw:`odd key`.z FROM 2024_sales");
    let AstExpr::Value(value) = projection(&query)[0] else { panic!() };
    assert_eq!(value.value, Value::Placeholder(":a".into()));
    let AstExpr::Identifier(name) = projection(&query)[1] else { panic!() };
    assert_eq!((name.value.as_str(), name.quote_style), ("b `c", Some('`')));
    assert_eq!(shape(projection(&query)[3]), "${x}_y");
}

#[test]
fn names_that_are_keywords_elsewhere() {
    for text in
        ["SELECT struct, trim, exists, interval, date, timestamp, position, filter FROM t", "SELECT t.interval FROM t"]
    {
        query(text);
    }
}

#[test]
fn struct_fields_without_as() {
    assert_eq!(expr("struct(1 a, f(x) `b c`, d)").ast.to_string(), "STRUCT(1 AS a, f(x) AS `b c`, d)");
}

#[test]
fn every_location_is_a_byte_offset() {
    let text = "SELECT 'é' AS x,\n  größe AS y FROM t GROUP BY x + 1";
    let query = query(text);
    let AstExpr::Identifier(name) = projection(&query)[1] else { panic!() };
    assert_eq!(&text[offset_of(name.span).unwrap().range()], "größe");
    let SetExpr::Select(select) = query.ast.body.as_ref() else { panic!() };
    let GroupByExpr::Expressions(groups, _) = &select.group_by else { panic!() };
    assert_eq!(&text[offset_of(groups[0].span()).unwrap().range()], "x + 1");
}

#[test]
fn clauses_of_other_databases_are_refused() {
    for (text, at) in [
        ("SELECT TOP 5 a FROM t", "TOP"),
        ("SELECT DISTINCT ON (a) a FROM t", "ON"),
        ("SELECT a FROM t FETCH FIRST 5 ROWS ONLY", "FETCH"),
        ("SELECT a FROM t FOR UPDATE", "UPDATE"),
        ("SELECT a INTO x FROM t", "INTO"),
    ] {
        assert_eq!(error(text).1, at, "{text}");
    }
}
