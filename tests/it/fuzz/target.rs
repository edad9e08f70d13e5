//! What is fuzzed, and what the first inputs are.

use std::path::Path;
use std::sync::OnceLock;

use lakesmith::analyze::{Session, bind_query};
use lakesmith::catalog::{ColumnInfo, MemoryCatalog, RelationKind, TableInfo};
use lakesmith::diag::{Diagnostics, SourceFile, human, to_json};
use lakesmith::ident::{Identifier, TableName};
use lakesmith::pipeline;
use lakesmith::syntax::ast::StatementKind;
use lakesmith::syntax::{DataType, format, parse, parse_expr, parse_query, parse_type};
use lakesmith::sys::Env;

use crate::support::repository;

pub struct Target {
    pub name: &'static str,
    pub run: fn(&str),
    /// Files of the repository that inputs are made of, besides those that are committed for the target.
    sources: &'static [(&'static str, &'static str)],
    /// Mutated inputs in every run of the tests.
    pub rounds: usize,
}

pub const TARGETS: &[Target] = &[
    Target {
        name: "lexer",
        run: lexer,
        sources: &[("sql", "sql"), ("src/syntax/parse/tests/cases", "sql")],
        rounds: 150,
    },
    Target { name: "parser", run: parser, sources: &[("src/syntax/parse/tests/cases", "sql")], rounds: 150 },
    Target { name: "analyzer", run: analyzer, sources: &[], rounds: 150 },
    Target { name: "yaml", run: yaml, sources: &[("jobs", "yml"), (".", "lakesmith.yml")], rounds: 60 },
    Target { name: "lvdash", run: lvdash, sources: &[], rounds: 20 },
    Target { name: "genie", run: genie, sources: &[], rounds: 20 },
];

impl Target {
    /// The inputs that new ones are made of.
    pub fn inputs(&self, committed: Vec<(String, String)>) -> Vec<String> {
        let mut inputs: Vec<String> = committed.into_iter().map(|(_, text)| text).collect();
        for (folder, ending) in self.sources {
            for entry in walkdir::WalkDir::new(repository().join(folder))
                .max_depth(if *folder == "." { 1 } else { 9 })
                .sort_by_file_name()
            {
                let path = entry.unwrap().into_path();
                if path.to_str().unwrap().ends_with(ending) && path.is_file() {
                    let text = std::fs::read_to_string(path).unwrap();
                    // Cases one by one, so that a mutation is seen by the statement that it is in.
                    inputs.extend(text.split("-- case: ").map(str::to_string));
                }
            }
        }
        inputs
    }
}

/// Findings must be showable: places inside their texts.
fn show(diagnostics: &Diagnostics) {
    for diagnostic in diagnostics.iter() {
        to_json(diagnostic);
    }
    human(diagnostics, false);
}

/// Tokens: the formatter's own promises are checked beside.
fn lexer(input: &str) {
    let file = SourceFile::new("f.sql", input);
    if let Ok(once) = format(&file) {
        let again = format(&SourceFile::new("f.sql", once.as_str())).unwrap_or_else(|_| panic!("refused its own text"));
        assert_eq!(again, once);
    }
    drop(parse_type(input));
    show(&parse_expr(&file).1);
}

fn parser(input: &str) {
    let file = SourceFile::new("f.sql", input);
    show(&parse(&file).diagnostics);
    show(&parse_query(&file).1);
}

fn catalog() -> &'static MemoryCatalog {
    static CATALOG: OnceLock<MemoryCatalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let id = |text: &str| Identifier::new(text).unwrap();
        let mut catalog = MemoryCatalog::default();
        catalog.add_schema(id("c"), id("s"));
        for (name, columns) in [
            ("t", "a INT, b STRING, d DECIMAL(10,2), x DOUBLE, day DATE, at TIMESTAMP, ok BOOLEAN, bin BINARY"),
            ("u", "a BIGINT, c STRING, arr ARRAY<INT>, m MAP<STRING, INT>, p STRUCT<q: INT, r: STRING>, v VARIANT"),
        ] {
            let Ok(DataType::Struct(fields)) = parse_type(&format!("STRUCT<{columns}>")) else { panic!("no struct") };
            let columns = fields.into_iter().map(|field| ColumnInfo {
                name: field.name,
                data_type: Some(field.data_type),
                nullable: true,
                comment: None,
            });
            catalog.add_table(TableInfo {
                name: TableName { catalog: id("c"), schema: id("s"), name: id(name) },
                kind: RelationKind::Table,
                columns: columns.collect(),
                append_only: true,
                comment: None,
            });
        }
        catalog
    })
}

fn analyzer(input: &str) {
    let session = Session::new(catalog(), Identifier::new("c").unwrap(), Identifier::new("s").unwrap());
    let file = SourceFile::new("f.sql", input);
    for statement in parse(&file).statements {
        if let StatementKind::Query(query) = statement.kind {
            show(&bind_query(&query, &file, &session).1);
        }
    }
}

/// A project in a temporary folder.
fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

const MANIFEST: &str =
    "name: fuzz\nsolutions:\n  shop:\n    title: Shop\n    catalog: shop\n    schemas:\n      gold: gold\n";
const VIEW: &str = "CREATE VIEW {{ this }} AS SELECT 1 AS a, 'x' AS b, DATE'2026-01-01' AS day";

/// The errors of all stages.
fn compiled(root: &Path) -> usize {
    let (project, mut all) = pipeline::load(root).unwrap();
    if let Some(project) = project {
        let (resolved, found) = pipeline::resolve(&project, Some("local"), &[], &Env::default());
        all.extend(found);
        if let Some(resolved) = resolved {
            let (compiled, found) = pipeline::compile(&resolved, None);
            all.extend(found);
            all.extend(pipeline::examine(&compiled, None).1);
        }
    }
    show(&all);
    all.count(lakesmith::diag::Severity::Error)
}

/// Mutations of a project that is wrong from the start would say little.
#[test]
fn first_inputs_of_documents_are_right() {
    for (path, text) in [
        ("jobs/shop/a.yml", include_str!("../../fuzz/yaml/job.yml")),
        ("dashboards/shop/d.lvdash.json", include_str!("../../fuzz/lvdash/small.json")),
        ("genie/shop/g.geniespace.json", include_str!("../../fuzz/genie/small.json")),
    ] {
        let folder = project(&[("lakesmith.yml", MANIFEST), (path, text), ("sql/shop/gold/v.sql", VIEW)]);
        assert_eq!(compiled(folder.path()), 0, "{path}");
    }
}

/// A manifest, and the same text as a file of resources.
fn yaml(input: &str) {
    let file = SourceFile::new("f.yml", input);
    show(&lakesmith::project::yaml::parse(&file).1);
    compiled(project(&[("lakesmith.yml", input)]).path());
    compiled(project(&[("lakesmith.yml", MANIFEST), ("jobs/shop/a.yml", input), ("sql/shop/gold/v.sql", VIEW)]).path());
}

fn lvdash(input: &str) {
    compiled(
        project(&[
            ("lakesmith.yml", MANIFEST),
            ("dashboards/shop/d.lvdash.json", input),
            ("sql/shop/gold/v.sql", VIEW),
        ])
        .path(),
    );
}

fn genie(input: &str) {
    compiled(
        project(&[("lakesmith.yml", MANIFEST), ("genie/shop/g.geniespace.json", input), ("sql/shop/gold/v.sql", VIEW)])
            .path(),
    );
}
