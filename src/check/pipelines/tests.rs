//! Each rule on the smallest pipeline that breaks it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    Made, Marks, Seen, SettingFacts, constraints, datasets, keys, overlapping, settings, shadowed, statements,
};
use crate::analyze::Session;
use crate::analyze::pipeline::analyze;
use crate::catalog::{ColumnInfo, MemoryCatalog, RelationKind, TableInfo};
use crate::check::testing::{resources, sql, target, told};
use crate::diag::{Location, Span};
use crate::ident::{Identifier, TableName};
use crate::project::Mode;
use crate::syntax::DataType;
use crate::syntax::ast::DatasetKind;

fn name(text: &str) -> Identifier {
    Identifier::new(text).unwrap()
}

/// `c.s.feed` (id BIGINT, at TIMESTAMP, what STRING), append-only.
fn catalog() -> MemoryCatalog {
    let mut catalog = MemoryCatalog::default();
    catalog.add_schema(name("c"), name("s"));
    let column = |text: &str, ty| ColumnInfo { name: name(text), data_type: Some(ty), nullable: true, comment: None };
    catalog.add_table(TableInfo {
        name: TableName::parse("c.s.feed").unwrap(),
        kind: RelationKind::Table,
        columns: vec![
            column("id", DataType::BigInt),
            column("at", DataType::Timestamp),
            column("what", DataType::String),
        ],
        append_only: true,
        comment: None,
    });
    catalog
}

fn of_datasets(text: &str) -> Vec<String> {
    let catalog = catalog();
    let files = vec![sql(text)];
    let session = Session::new(&catalog, name("c"), name("s"));
    let analysis = analyze(&files, &session);
    assert!(!analysis.diagnostics.has_errors(), "{:?}", analysis.diagnostics);
    let marks = Marks::of(&files);
    let seen: Vec<Seen> = analysis.datasets.iter().map(|dataset| Seen::of("p", dataset, &marks)).collect();
    told(datasets(seen.iter(), &marks))
}

fn of_statements(text: &str) -> Vec<String> {
    let (file, parsed) = sql(text);
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    told(statements(&file, &parsed.statements, true))
}

/// lakeflow-sql.md §4.2: "Stream aggregation without watermark must keep all state".
#[test]
fn streams_are_aggregated_with_a_watermark() {
    let aggregate = |from: &str| {
        of_datasets(&format!(
            "CREATE OR REFRESH STREAMING TABLE a AS SELECT what, count(*) AS n FROM {from} GROUP BY what"
        ))
    };
    assert_eq!(
        aggregate("STREAM(feed)"),
        ["a.sql:1:35 warning LS515 the aggregate over a stream without a watermark keeps every group for ever"]
    );
    assert_eq!(aggregate("STREAM(feed) WATERMARK at DELAY OF INTERVAL 1 HOUR"), [""; 0]);
    assert_eq!(
        aggregate("STREAM(feed) WATERMARK what DELAY OF INTERVAL 1 HOUR"),
        ["a.sql:1:85 error LS514 the watermark `what` is STRING, not a TIMESTAMP"]
    );
    assert_eq!(
        of_datasets("CREATE OR REFRESH STREAMING TABLE a AS SELECT DISTINCT id FROM STREAM(feed)"),
        ["a.sql:1:35 warning LS515 DISTINCT over a stream without a watermark keeps every group for ever"]
    );
    // A table beside the stream is aggregated as a whole.
    assert_eq!(
        of_datasets(
            "CREATE OR REFRESH STREAMING TABLE a AS SELECT f.id, g.n FROM STREAM(feed) f JOIN (SELECT id, count(*) AS n FROM feed GROUP BY id) g ON f.id = g.id"
        ),
        [""; 0]
    );
    assert_eq!(
        of_datasets("CREATE OR REFRESH MATERIALIZED VIEW a AS SELECT what, count(*) AS n FROM feed GROUP BY what"),
        [""; 0]
    );
}

/// lakeflow-sql.md §4.4: "keys (non-null, else the batch is rejected)".
#[test]
fn keys_of_changes_are_kept_from_being_null() {
    let change = |view: &str| {
        of_datasets(&format!(
            "{view}\nCREATE OR REFRESH STREAMING TABLE t;\nCREATE FLOW f AS AUTO CDC INTO t FROM STREAM(v) KEYS (id) SEQUENCE BY at;"
        ))
    };
    let told = "a.sql:3:13 note LS517 the key `id` may be NULL, and AUTO CDC rejects rows without a key";
    assert_eq!(change("CREATE TEMPORARY VIEW v AS SELECT * FROM STREAM(feed);"), [told]);
    assert_eq!(
        change("CREATE TEMPORARY VIEW v (CONSTRAINT e EXPECT (id IS NOT NULL)) AS SELECT * FROM STREAM(feed);"),
        [told]
    );
    for guarded in [
        "CREATE TEMPORARY VIEW v (CONSTRAINT e EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW) AS SELECT * FROM STREAM(feed);",
        "CREATE TEMPORARY VIEW v AS SELECT * FROM STREAM(feed) WHERE id IS NOT NULL;",
        "CREATE TEMPORARY VIEW v AS SELECT 1 AS id, at FROM STREAM(feed);",
    ] {
        assert_eq!(change(guarded), [""; 0], "{guarded}");
    }
}

#[test]
fn an_expectation_looks_at_the_row() {
    let expect = |condition: &str| {
        of_datasets(&format!(
            "CREATE OR REFRESH MATERIALIZED VIEW m (CONSTRAINT e EXPECT ({condition})) AS SELECT id FROM feed"
        ))
    };
    assert_eq!(
        expect("1 + 1 = 2"),
        ["a.sql:1:51 warning LS518 the expectation `e` looks at no column: it is the same for every row"]
    );
    assert_eq!(expect("id > 0"), [""; 0]);
}

#[test]
fn clauses_and_properties() {
    let table = |clauses: &str| {
        of_statements(&format!("CREATE OR REFRESH MATERIALIZED VIEW m {clauses} AS SELECT 1 AS a, 2 AS b"))
    };
    assert_eq!(table("CLUSTER BY AUTO"), [""; 0]);
    assert_eq!(
        table("SCHEDULE EVERY 1 HOUR"),
        ["a.sql:1:39 warning LS511 `m` is refreshed by its pipeline, and has a schedule of its own"]
    );
    assert_eq!(
        table("TBLPROPERTIES ('pipelines.reset.allowed' = 'no', 'quality' = 'sliver', 'mine' = 'x')"),
        [
            "a.sql:1:82 note LS516 `pipelines.reset.allowed` is true or false, not 'no'",
            "a.sql:1:100 note LS516 `quality` is bronze or silver or gold, not 'sliver'",
        ]
    );
    assert_eq!(table("TBLPROPERTIES ('pipelines.reset.allowed' = 'FALSE', 'quality' = 'Gold')"), [""; 0]);
    assert_eq!(table("TBLPROPERTIES ('quality' = 'quarantine')"), [""; 0]);
    assert_eq!(
        of_statements("SET a = 1;"),
        ["a.sql:1:1 warning LS513 the pipeline lists this file, which makes nothing"]
    );
}

#[test]
fn foreign_keys_have_the_types_of_what_they_refer_to() {
    let (file, parsed) = sql(
        "CREATE TABLE t (id STRING, n BIGINT, FOREIGN KEY (id) REFERENCES feed (id), FOREIGN KEY (n) REFERENCES feed (id))",
    );
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    let resolve = |written: &crate::ident::QualifiedName| written.resolve(&name("c"), &name("s")).ok();
    assert_eq!(
        told(constraints(&file, &parsed.statements, &catalog(), &BTreeMap::new(), &resolve)),
        ["a.sql:1:51 warning LS519 `id` is STRING, and `id` of `c.s.feed` is BIGINT"]
    );
}

/// Databricks, error class FOREIGN_KEY_MISMATCH: the parent's columns are its primary key.
#[test]
fn foreign_keys_refer_to_primary_keys() {
    let resolve = |written: &crate::ident::QualifiedName| written.resolve(&name("c"), &name("s")).ok();
    let (_, parent) = sql("CREATE TABLE feed (id BIGINT, at TIMESTAMP, PRIMARY KEY (id, at))");
    let primary: BTreeMap<_, _> = keys(&parent.statements, &resolve).into_iter().collect();
    let run = |text: &str| {
        let (file, parsed) = sql(text);
        told(constraints(&file, &parsed.statements, &catalog(), &primary, &resolve))
    };
    assert_eq!(
        run("CREATE TABLE t (n BIGINT, FOREIGN KEY (n) REFERENCES feed (id))"),
        ["a.sql:1:60 warning LS519 `id` is not the primary key of `c.s.feed`"]
    );
    assert_eq!(run("CREATE TABLE t (n BIGINT, FOREIGN KEY (n) REFERENCES feed)"), [""; 0]);
    assert_eq!(run("CREATE TABLE t (n BIGINT, FOREIGN KEY (n) REFERENCES feed (nothing))"), [""; 0]);
}

#[test]
fn tables_of_two_pipelines_and_hidden_tables() {
    let (file, _) = sql("abc");
    let made = |pipeline: &str, name: &str, private, at| Made {
        pipeline: pipeline.to_string(),
        name: TableName::parse(name).unwrap(),
        kind: if private { DatasetKind::TemporaryView } else { DatasetKind::MaterializedView },
        private,
        location: Location::new(&file, Span::new(at, at + 1)),
    };
    let all = [
        made("p", "c.s.a", false, 0),
        made("q", "c.s.a", false, 1),
        made("q", "c.s.b", true, 2),
        made("p", "c.s.b", true, 2),
    ];
    assert_eq!(told(overlapping(&all)), ["a.sql:1:2 error LS512 `c.s.a` is made by the pipeline `p` and by `q`"]);
    assert_eq!(told(shadowed(&all, &|_| false)), [""; 0]);
    assert_eq!(
        told(shadowed(&all, &|table| *table == TableName::parse("c.s.b").unwrap())),
        ["a.sql:1:3 warning LS509 the view `c.s.b` hides the table `c.s.b` inside its pipeline"]
    );
}

#[test]
fn settings_of_pipelines() {
    let run = |mode, fields: &str, text: &str| {
        let (_, parsed): (Arc<_>, _) = sql(text);
        let resources = resources(&format!("pipelines:\n  p: {{ name: P, {fields} }}\n"));
        let target = target("t", mode);
        let files = BTreeMap::from([("p", vec![(text, parsed.statements.as_slice())])]);
        told(settings(&SettingFacts { resources: &resources, target: &target, files }))
    };
    let place = "catalog: c, schema: s";
    let expects = "CREATE OR REFRESH MATERIALIZED VIEW m (CONSTRAINT e EXPECT (a > 0)) AS SELECT 1 AS a, '${key}' AS b";
    let clean =
        format!("{place}, serverless: true, edition: CORE, configuration: {{ key: x, spark.a: y, pipelines.b: z }}");
    assert_eq!(run(Mode::Production, &clean, expects), [""; 0]);
    for (mode, fields, expected) in [
        (Mode::Local, "schema: s".to_string(), "r.yml:2:3 warning LS922 the pipeline names no catalog"),
        (Mode::Local, "catalog: c".to_string(), "r.yml:2:3 warning LS922 the pipeline names no schema"),
        (
            Mode::Local,
            format!("{place}, target: s"),
            "r.yml:2:40 error LS922 the pipeline has both `schema` and the older `target`",
        ),
        (
            Mode::Local,
            format!("{place}, serverless: true, clusters: [{{}}]"),
            "r.yml:2:58 error LS918 a serverless pipeline has no clusters",
        ),
        (
            Mode::Local,
            format!("{place}, edition: pro"),
            "r.yml:2:49 error LS919 the edition pro has no expectations, which the pipeline's SQL uses",
        ),
        (
            Mode::Production,
            format!("{place}, development: true"),
            "r.yml:2:53 error LS920 a pipeline of a production target is in development mode",
        ),
        (
            Mode::Local,
            format!("{place}, configuration: {{ kye: x }}"),
            "r.yml:2:57 warning LS921 no SQL file of the pipeline reads `${kye}`",
        ),
        (
            Mode::Local,
            format!("{place}, notifications: [{{ email_recipients: [me] }}]"),
            "r.yml:2:77 warning LS916 `me` is not an e-mail address",
        ),
    ] {
        assert_eq!(run(mode, &fields, expects), [expected], "{fields}");
    }
    assert_eq!(run(Mode::Development, &format!("{place}, development: true"), expects), [""; 0]);
    let twice =
        resources("pipelines:\n  p: { name: P, catalog: c, schema: s }\n  q: { name: P, catalog: c, schema: s }\n");
    let target = target("t", Mode::Local);
    let found = told(settings(&SettingFacts { resources: &twice, target: &target, files: BTreeMap::new() }));
    assert_eq!(found, ["r.yml:3:14 error LS926 two pipelines are called `P`"]);
}
