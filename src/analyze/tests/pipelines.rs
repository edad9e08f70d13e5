//! Pipelines: order, streaming rules, AUTO CDC, expectations (Databricks documentation, "Lakeflow Spark Declarative
//! Pipelines"; lakeflow-sql.md §1 and §4).

use crate::analyze::Session;
use crate::analyze::pipeline::{FlowKind, PipelineAnalysis, analyze};
use crate::syntax::parse;

use super::support::{catalog, file, id, messages};

fn pipeline(sql: &str) -> PipelineAnalysis {
    let catalog = catalog();
    let session = Session::new(&catalog, id("c"), id("s"));
    let file = file(sql);
    let parsed = parse(&file);
    assert!(!parsed.diagnostics.has_errors(), "{:?}", messages(&parsed.diagnostics));
    analyze(&[(file, parsed)], &session)
}

fn errors(sql: &str) -> Vec<String> {
    messages(&pipeline(sql).diagnostics).into_iter().filter(|text| text.starts_with("error")).collect()
}

/// Exactly one error, of this code, at this text.
fn one_error(sql: &str, code: &str, at: &str) {
    let found = errors(sql);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with(&format!("error {code} at `{at}`")), "{found:?}");
}

fn names(analysis: &PipelineAnalysis) -> Vec<String> {
    analysis.datasets.iter().map(|dataset| dataset.name.name.to_string()).collect()
}

const FEED: &str = "CREATE STREAMING TABLE feed AS SELECT * FROM STREAM read_files('/v', format => 'csv', \
                    schema => 'k INT, v STRING, op STRING, seq BIGINT');\n";

#[test]
fn datasets_come_after_what_they_read() {
    let analysis = pipeline(
        "CREATE MATERIALIZED VIEW last AS SELECT n + 1 AS m FROM middle;
         CREATE TEMPORARY VIEW middle AS WITH last AS (SELECT a FROM first) SELECT count(*) AS n FROM last;
         CREATE STREAMING TABLE first AS SELECT a FROM STREAM t;",
    );
    assert!(!analysis.diagnostics.has_errors(), "{:?}", messages(&analysis.diagnostics));
    // The common table expression `last` is not the dataset of that name: there is no cycle.
    assert_eq!(names(&analysis), ["first", "middle", "last"]);
    let last = &analysis.datasets[2];
    assert_eq!(last.columns[0].data_type.as_ref().map(ToString::to_string).as_deref(), Some("BIGINT"));
    assert_eq!(last.dependencies.iter().map(|name| name.name.to_string()).collect::<Vec<_>>(), ["middle"]);
    assert!(matches!(last.flows[0].kind, FlowKind::Complete));
}

#[test]
fn cycles_name_their_path() {
    let found = errors(
        "CREATE MATERIALIZED VIEW x AS SELECT * FROM y;
         CREATE MATERIALIZED VIEW y AS SELECT * FROM z;
         CREATE MATERIALIZED VIEW z AS SELECT * FROM x;
         CREATE MATERIALIZED VIEW after AS SELECT nothing FROM x;",
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("LS501") && found[0].contains("c.s.x → c.s.y → c.s.z → c.s.x"), "{found:?}");
}

#[test]
fn names_are_unique() {
    one_error(
        "CREATE MATERIALIZED VIEW x AS SELECT 1 AS a; CREATE MATERIALIZED VIEW s.X AS SELECT 2 AS a;",
        "LS502",
        "s.X",
    );
}

#[test]
fn streaming_tables_stream_and_views_do_not() {
    one_error("CREATE STREAMING TABLE x AS SELECT a FROM t;", "LS507", "SELECT a FROM t");
    one_error("CREATE MATERIALIZED VIEW x AS SELECT a FROM STREAM t;", "LS507", "SELECT a FROM STREAM t");
    one_error(
        "CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE STREAMING TABLE x AS SELECT a FROM STREAM m;",
        "LS503",
        "m",
    );
    // A stream joined to a table is a stream; so is a view of one.
    let fine = "CREATE TEMPORARY VIEW v AS SELECT a FROM STREAM t;
                CREATE STREAMING TABLE x AS SELECT v.a FROM STREAM v JOIN u ON u.a = v.a;";
    assert_eq!(errors(fine), Vec::<String>::new());
}

/// Apache Spark, "Structured Streaming Programming Guide", § "Unsupported Operations"; Databricks documentation, error
/// condition NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING.
#[test]
fn what_needs_the_end_of_a_stream_is_refused() {
    let table = |query: &str| format!("CREATE STREAMING TABLE x AS {query};");
    one_error(&table("SELECT a FROM STREAM t ORDER BY day"), "LS410", "day");
    one_error(&table("SELECT * FROM (SELECT a FROM STREAM t ORDER BY 1) q"), "LS410", "1");
    one_error(&table("WITH q AS (SELECT a FROM STREAM t) SELECT a FROM q ORDER BY a"), "LS410", "a");
    one_error(&table("SELECT row_number() OVER (ORDER BY day) AS n FROM STREAM t"), "LS410", "day");
    one_error(&table("SELECT a FROM STREAM t QUALIFY rank() OVER (PARTITION BY b ORDER BY day) = 1"), "LS410", "b");
    one_error("CREATE TEMPORARY VIEW v AS SELECT sum(a) OVER (PARTITION BY b) AS n FROM STREAM t;", "LS410", "b");
    let view = "CREATE TEMPORARY VIEW v AS SELECT a FROM STREAM t;";
    one_error(&format!("{view} {}", table("SELECT a FROM v ORDER BY a")), "LS410", "a");
    // The other side of a join, and what reads no stream, has an end; so has what nothing reads.
    for fine in [
        "SELECT t.a FROM STREAM t JOIN (SELECT a, row_number() OVER (ORDER BY a) AS n FROM u) q ON q.a = t.a",
        "WITH unused AS (SELECT a FROM STREAM t ORDER BY a) SELECT a FROM STREAM t",
        "SELECT a FROM STREAM t WHERE a IN (SELECT a FROM u ORDER BY c LIMIT 5)",
        "SELECT b, window(at, '1 hour') AS w, count(*) AS n FROM STREAM t GROUP BY b, window(at, '1 hour')",
        "SELECT DISTINCT a FROM STREAM t UNION ALL SELECT a FROM STREAM u",
        "SELECT a FROM STREAM t EXCEPT SELECT a FROM u",
    ] {
        assert_eq!(errors(&table(fine)), Vec::<String>::new(), "{fine}");
    }
    assert_eq!(
        errors("CREATE MATERIALIZED VIEW m AS SELECT a, sum(a) OVER (ORDER BY day) AS n FROM t ORDER BY a;").len(),
        0
    );
    for refused in [
        "SELECT a FROM STREAM u EXCEPT SELECT a FROM STREAM t",
        "SELECT a FROM STREAM u INTERSECT SELECT a FROM STREAM t",
    ] {
        let found = messages(&pipeline(&table(refused)).diagnostics);
        assert!(found.iter().any(|text| text.starts_with("warning LS410")), "{refused}: {found:?}");
    }
}

/// A view has no changes of its own to read: only what streams can be streamed ("View … is not a streaming view and
/// must be referenced using read", databricks-solutions/lakeflow_framework, pull request 22).
#[test]
fn a_view_of_a_batch_query_is_not_a_stream() {
    let refused = |views: &str, read: &str| {
        let source = "CREATE STREAMING TABLE src AS SELECT a FROM STREAM t;
                      CREATE MATERIALIZED VIEW mv AS SELECT a FROM t;";
        let sql = format!("{source} {views} CREATE STREAMING TABLE n AS SELECT * FROM {read};");
        let found: Vec<_> = pipeline(&sql).diagnostics.into_iter().collect();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].code.to_string(), "LS503");
        let related: Vec<_> = found[0].related.iter().map(|related| related.location.span.range()).collect();
        let text = |range: std::ops::Range<usize>| sql[range].to_string();
        let place = found[0].location.clone().unwrap();
        (text(place.span.range()), related.into_iter().map(text).collect::<Vec<_>>())
    };
    let v = |place: &str| (place.to_string(), vec![place.to_string()]);
    assert_eq!(refused("CREATE TEMPORARY VIEW v AS SELECT a FROM src;", "STREAM(v)"), v("v"));
    assert_eq!(refused("CREATE TEMPORARY VIEW v AS SELECT a FROM mv;", "STREAM v"), v("v"));
    assert_eq!(refused("CREATE TEMPORARY VIEW v AS SELECT count(*) AS n FROM src;", "STREAM(v)"), v("v"));
    let two = "CREATE TEMPORARY VIEW w AS SELECT a FROM v; CREATE TEMPORARY VIEW v AS SELECT a FROM src;";
    assert_eq!(refused(two, "STREAM(w)"), v("w"));
    // Where the stream is asked for is where it is wrong, not at what reads that further.
    let two = "CREATE TEMPORARY VIEW w AS SELECT a FROM STREAM(v); CREATE TEMPORARY VIEW v AS SELECT a FROM src;";
    assert_eq!(refused(two, "STREAM(w)"), v("v"));
    for read in ["STREAM(v)", "v", "STREAM(w)", "w"] {
        let fine = format!(
            "CREATE TEMPORARY VIEW v AS SELECT a FROM STREAM(t); CREATE TEMPORARY VIEW w AS SELECT a FROM v;
             CREATE STREAMING TABLE n AS SELECT * FROM {read};"
        );
        assert_eq!(errors(&fine), Vec::<String>::new(), "{read}");
    }
}

#[test]
fn auto_cdc_of_type_2_adds_its_columns() {
    let analysis = pipeline(&format!(
        "{FEED}CREATE STREAMING TABLE target;
         CREATE FLOW f AS AUTO CDC INTO target FROM STREAM(feed) KEYS (k) APPLY AS DELETE WHEN op = 'D'
           SEQUENCE BY seq COLUMNS * EXCEPT (op, seq) STORED AS SCD TYPE 2 TRACK HISTORY ON * EXCEPT (k);"
    ));
    assert!(!analysis.diagnostics.has_errors(), "{:?}", messages(&analysis.diagnostics));
    let target = analysis.datasets.last().unwrap();
    let columns: Vec<String> = target
        .columns
        .iter()
        .map(|c| format!("{} {}", c.name, c.data_type.as_ref().map(ToString::to_string).unwrap_or_default()))
        .collect();
    assert_eq!(columns, ["k INT", "v STRING", "__START_AT BIGINT", "__END_AT BIGINT"]);
    let FlowKind::AutoCdc(cdc) = &target.flows[0].kind else { panic!() };
    assert_eq!(cdc.keys.len(), 1);
    assert!(cdc.delete_when.is_some());
    assert_eq!(cdc.columns.len(), 2);
}

#[test]
fn auto_cdc_is_checked() {
    let flow = |clauses: &str| {
        format!(
            "{FEED}CREATE STREAMING TABLE target; CREATE FLOW f AS AUTO CDC INTO target FROM STREAM(feed) {clauses};"
        )
    };
    one_error(&flow("KEYS (kk) SEQUENCE BY seq"), "LS505", "kk");
    one_error(&flow("KEYS (k) SEQUENCE BY missing"), "LS402", "missing");
    one_error(&flow("KEYS (k) APPLY AS DELETE WHEN op SEQUENCE BY seq"), "LS505", "op");
    one_error(&flow("KEYS (k) SEQUENCE BY seq COLUMNS * EXCEPT (nope)"), "LS505", "nope");
    let found = errors(&flow("KEYS (k) SEQUENCE BY seq COLUMNS * EXCEPT (k)"));
    assert_eq!(found.len(), 1, "{found:?}");
    let computed = "CREATE STREAMING TABLE target (k BIGINT, op STRING, v STRING, seq BIGINT, \
                    told STRING GENERATED ALWAYS AS (upper(v)));";
    let into = "CREATE FLOW f AS AUTO CDC INTO target FROM STREAM(feed) KEYS (k) SEQUENCE BY seq;";
    assert_eq!(errors(&format!("{FEED}{computed}{into}")), Vec::<String>::new());
    let read =
        format!("{}CREATE STREAMING TABLE reader AS SELECT k FROM STREAM target;", flow("KEYS (k) SEQUENCE BY seq"));
    one_error(&read, "LS503", "target");
}

#[test]
fn flows_write_into_streaming_tables() {
    one_error("CREATE FLOW f AS INSERT INTO nowhere BY NAME SELECT a FROM STREAM t;", "LS506", "nowhere");
    one_error(
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; CREATE FLOW f AS INSERT INTO m BY NAME SELECT a FROM STREAM t;",
        "LS506",
        "m",
    );
    let analysis = pipeline(
        "CREATE STREAMING TABLE x (a BIGINT, b STRING);
         CREATE FLOW one AS INSERT INTO x BY NAME SELECT b, a FROM STREAM t;
         CREATE FLOW two AS INSERT INTO ONCE x BY NAME SELECT c AS b, a FROM u;",
    );
    assert!(!analysis.diagnostics.has_errors(), "{:?}", messages(&analysis.diagnostics));
    let flows = &analysis.datasets[0].flows;
    assert!(matches!(flows[0].kind, FlowKind::Append { once: false, streaming: true }));
    assert!(matches!(flows[1].kind, FlowKind::Append { once: true, streaming: false }));
    // Every flow gives the table's columns, in the table's order.
    for flow in flows {
        let names: Vec<String> = flow.query.output.iter().map(|c| c.name.to_string()).collect();
        assert_eq!(names, ["a", "b"]);
    }
}

#[test]
fn declared_columns_are_checked() {
    one_error("CREATE MATERIALIZED VIEW x (a INT, z STRING) AS SELECT a FROM t;", "LS402", "z");
    one_error("CREATE MATERIALIZED VIEW x (a INT) AS SELECT a, b FROM t;", "LS402", "SELECT a, b FROM t");
    one_error("CREATE MATERIALIZED VIEW x AS SELECT a, a FROM t;", "LS409", "SELECT a, a FROM t");
    let found = errors("CREATE MATERIALIZED VIEW x (b INT) AS SELECT b FROM t;");
    assert!(found.len() == 1 && found[0].starts_with("error LS404"), "{found:?}");
    let found = errors("CREATE MATERIALIZED VIEW x (a INT, CONSTRAINT pk PRIMARY KEY (zz)) AS SELECT a FROM t;");
    assert!(found.len() == 1 && found[0].starts_with("error LS402 at `zz`"), "{found:?}");
}

/// A parameter of the pipeline that nobody set may say anything.
#[test]
fn columns_behind_an_unset_parameter_are_not_known() {
    let of = |declared: &str| errors(&format!("CREATE MATERIALIZED VIEW x ({declared}) AS SELECT a, b FROM t;"));
    assert_eq!(of("${columns}"), Vec::<String>::new());
    assert_eq!(of("one").len(), 1);
    let read = "CREATE STREAMING TABLE x AS SELECT * FROM STREAM read_files('/Volumes/c/s/v/', format => 'csv', schema => '${columns}');";
    assert_eq!(errors(read), Vec::<String>::new());
}

#[test]
fn expectations_are_conditions_over_the_row() {
    let with = |condition: &str| {
        format!(
            "CREATE MATERIALIZED VIEW x (CONSTRAINT ok EXPECT ({condition}) ON VIOLATION DROP ROW) AS SELECT a, b FROM t;"
        )
    };
    assert_eq!(errors(&with("a > 0 AND b IS NOT NULL")), Vec::<String>::new());
    // Rows still know the table that a column came from.
    assert_eq!(errors(&with("t.a > 0 AND f.b IS NOT NULL")), Vec::<String>::new());
    one_error(&with("t.nope > 0"), "LS402", "t");
    one_error(&with("nope > 0"), "LS402", "nope");
    one_error(&with("a + 1"), "LS504", "a + 1");
    one_error(&with("sum(a) > 1"), "LS504", "sum(a)");
    let found = errors(&with("a IN (SELECT a FROM u)"));
    assert!(found.len() == 1 && found[0].starts_with("error LS504"), "{found:?}");
    let found = errors(&with("row_number() OVER (ORDER BY a) = 1"));
    assert!(found.len() == 1 && found[0].starts_with("error LS504"), "{found:?}");
}
