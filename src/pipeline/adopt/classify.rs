//! What a file is: a source of a pipeline, a script, or nothing that lakesmith can judge.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::{Severity, SourceFile};
use crate::project::python::Declarations;
use crate::syntax::ast::{DatasetKind, Statement, StatementKind};
use crate::syntax::{Parsed, Token, TokenKind, lex, parse_outline};

/// A file with SQL, or a Python file of a pipeline.
pub(super) struct File {
    pub(super) source: Arc<SourceFile>,
    pub(super) parsed: Parsed,
    /// Last parts of the names of datasets that it declares, lower case.
    pub(super) datasets: BTreeSet<String>,
    /// Names that stand where relations do, in lower case.
    pub(super) reads: Vec<Vec<String>>,
    /// Those of three parts that a dataset is made from and that end in its own name: they are other tables.
    pub(super) namesakes: Vec<Vec<String>>,
    pub(super) kind: FileKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FileKind {
    Pipeline,
    Script,
    /// A template of dbt or of another engine.
    Template,
    /// Another dialect of SQL.
    Foreign,
}

impl File {
    pub(super) fn path(&self) -> &str {
        self.source.name()
    }

    pub(super) fn folder(&self) -> &str {
        self.path().rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    pub(super) fn sql(source: &Arc<SourceFile>, dbt: &[String]) -> Self {
        let text = source.text();
        let marked = ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark));
        let of_dbt = dbt.iter().any(|folder| folder.is_empty() || source.name().starts_with(&format!("{folder}/")));
        let parsed = parse_outline(source);
        let kind = match &parsed {
            _ if marked || of_dbt => FileKind::Template,
            parsed if is_headless(parsed, text) => FileKind::Foreign,
            parsed if is_of_pipeline(parsed, text) => FileKind::Pipeline,
            parsed if is_foreign(parsed, text) => FileKind::Foreign,
            _ => FileKind::Script,
        };
        let datasets = match kind {
            FileKind::Pipeline => parsed.statements.iter().filter_map(dataset).collect(),
            _ => BTreeSet::new(),
        };
        let namesakes = match kind {
            FileKind::Pipeline => parsed.statements.iter().flat_map(|statement| namesakes(statement, text)).collect(),
            _ => Vec::new(),
        };
        Self { source: Arc::clone(source), datasets, reads: reads(text), namesakes, parsed, kind }
    }

    pub(super) fn python(source: &Arc<SourceFile>, declared: &Declarations) -> Self {
        let last = |name: &str| name.rsplit('.').next().unwrap_or(name).trim_matches('`').to_lowercase();
        let datasets = declared.datasets.iter().map(|dataset| last(&dataset.name)).collect();
        let parsed = Parsed::default();
        let (reads, namesakes, kind) = (Vec::new(), Vec::new(), FileKind::Pipeline);
        Self { source: Arc::clone(source), parsed, datasets, reads, namesakes, kind }
    }
}

fn dataset(statement: &Statement) -> Option<String> {
    match &statement.kind {
        StatementKind::CreateDataset(dataset) => Some(dataset.name.value.name().folded()),
        _ => None,
    }
}

fn namesakes(statement: &Statement, text: &str) -> Vec<Vec<String>> {
    let target = match &statement.kind {
        StatementKind::CreateDataset(dataset) => dataset.name.value.name().folded(),
        StatementKind::CreateFlow(flow) => flow.target.value.name().folded(),
        _ => return Vec::new(),
    };
    let own = text.get(statement.span.range()).unwrap_or_default();
    let is_other = |name: &Vec<String>| matches!(name.as_slice(), [_, _, last] if *last == target);
    reads(own).into_iter().filter(is_other).collect()
}

/// Does the file hold what only a pipeline runs, and nothing that a pipeline refuses?
fn is_of_pipeline(parsed: &Parsed, text: &str) -> bool {
    let is_live = || words(text).any(|word| word.eq_ignore_ascii_case("live"));
    let sure = parsed.statements.iter().any(|statement| match &statement.kind {
        StatementKind::CreateDataset(dataset) => {
            !matches!(dataset.kind, DatasetKind::View | DatasetKind::TemporaryView)
        }
        StatementKind::CreateFlow(_) => true,
        _ => false,
    });
    let views = || parsed.statements.iter().any(|s| matches!(s.kind, StatementKind::CreateDataset(_)));
    let others = parsed.statements.iter().any(|statement| {
        !matches!(
            statement.kind,
            StatementKind::CreateDataset(_)
                | StatementKind::CreateFlow(_)
                | StatementKind::Set { .. }
                | StatementKind::UseCatalog(_)
                | StatementKind::UseSchema(_)
                | StatementKind::CreateFunction(_)
                | StatementKind::Opaque { .. }
        )
    });
    !others && (sure || (views() && is_live()))
}

/// Words of the SQL of other systems, which Databricks has not.
const FOREIGN: [&str; 15] = [
    "nvarchar",
    "varchar2",
    "auto_increment",
    "serial",
    "bigserial",
    "nolock",
    "jsonb",
    "timestamptz",
    "dbo",
    "sysdate",
    "go",
    "engine",
    "distkey",
    "sortkey",
    "plpgsql",
];

/// Functions of other systems, which Databricks has not: a call of one tells the system also where all can be read.
const FOREIGN_CALLS: [&str; 7] =
    ["datetime_diff", "eomonth", "gen_random_uuid", "safe_cast", "str_to_date", "timestamp_diff", "unnest"];

/// Cells of a notebook whose first line is not there: they have no other border.
fn is_headless(parsed: &Parsed, text: &str) -> bool {
    let cells = text.lines().filter(|line| line.starts_with("-- COMMAND ----------")).count();
    !text.starts_with(NOTEBOOK) && cells > 0 && parsed.statements.len() <= cells
}

const NOTEBOOK: &str = "-- Databricks notebook source";

/// SQL of another system: most of it is no Databricks SQL.
fn is_foreign(parsed: &Parsed, text: &str) -> bool {
    let errors = parsed.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
    let notebook = text.starts_with(NOTEBOOK);
    if errors == 0 {
        return !notebook && has_foreign_marks(text);
    }
    // Settings that somebody saved as a notebook.
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("--"));
    if first.is_some_and(|line| line.starts_with('{')) {
        return true;
    }
    if notebook {
        return has_foreign_marks(text);
    }
    let spoken = words(text).any(|word| FOREIGN.contains(&word.to_ascii_lowercase().as_str()));
    // Most of it cannot be read. What also says something that only Databricks does is Databricks' and broken.
    let most = parsed.statements.len() > 2 && errors * 2 > parsed.statements.len();
    spoken || has_foreign_marks(text) || (most && !is_native(text))
}

/// Words of the SQL of Databricks, which other systems have not.
const NATIVE: [&str; 10] = [
    "cloud_files",
    "delta",
    "live",
    "optimize",
    "qualify",
    "read_files",
    "streaming",
    "tblproperties",
    "unset",
    "zorder",
];

/// Does the text say something that only Databricks does, as a name of three parts behind `FROM`?
fn is_native(text: &str) -> bool {
    words(text).any(|word| NATIVE.contains(&word.to_ascii_lowercase().as_str()))
        || reads(text).iter().any(|name| name.len() == 3)
}

/// Is there what Databricks cannot mean: a foreign function, a name in double quotes with another behind it, an index,
/// a user at a host?
fn has_foreign_marks(text: &str) -> bool {
    let tokens: Vec<Token> = lex(text).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
    let is = |token: &Token, word: &str| token.kind == TokenKind::Word && token.text(text).eq_ignore_ascii_case(word);
    let quoted = |token: &Token| token.kind.is_string() && token.text(text).starts_with('"');
    tokens.windows(3).any(|three| match three {
        [call, open, _] if open.kind == TokenKind::LeftParen => FOREIGN_CALLS.iter().any(|name| is(call, name)),
        [first, dot, second] if dot.kind == TokenKind::Dot => quoted(first) && quoted(second),
        [create, unique, index] if is(create, "create") => {
            (is(unique, "unique") && is(index, "index")) || (is(unique, "index") && !is(index, "if"))
        }
        [user, at, host] => user.kind.is_string() && at.text(text) == "@" && host.kind.is_string(),
        _ => false,
    })
}

/// Is a part of a name left to be filled in, as `{catalog}.sales.orders`, `{{CATALOG}}.sales.orders` or
/// `<your_catalog>.sales.orders` in a document that a program or a person completes? Images and tooltips of dashboards have
/// places of the same form (`{{status}}.png`), so that the word must say what it stands for.
pub(super) fn is_unfinished(document: &str) -> bool {
    const FORMS: [(&str, &str); 3] = [("{{", "}}"), ("{", "}"), ("<", ">")];
    FORMS.into_iter().any(|(open, close)| {
        document.match_indices(open).any(|(at, _)| {
            let (before, behind) = (&document[..at], &document[at + open.len()..]);
            let Some((name, behind)) = behind.split_once(close) else { return false };
            let name = name.trim().to_lowercase();
            let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let said = ["catalog", "schema", "database"].iter().any(|word| name.contains(word));
            plain && said && !before.ends_with(['$', '{', '<']) && (behind.starts_with('.') || before.ends_with('.'))
        })
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let tokens: Vec<Token> = lex(text).tokens;
    tokens.into_iter().filter(|token| token.kind == TokenKind::Word).map(|token| token.text(text))
}

/// Names behind FROM and JOIN, also inside `STREAM(…)`.
fn reads(text: &str) -> Vec<Vec<String>> {
    let tokens: Vec<Token> = lex(text).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
    let word = |at: usize| {
        let token = tokens.get(at).filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedWord))?;
        Some(token.name_value(text).to_lowercase())
    };
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        if !word(at).is_some_and(|word| ["from", "join", "source"].contains(&word.as_str())) {
            continue;
        }
        let mut next = at + 1;
        if word(next).is_some_and(|word| word == "stream") {
            next += 1;
        }
        if tokens.get(next).is_some_and(|token| token.text(text) == "(") {
            next += 1;
        }
        let mut parts: Vec<String> = word(next).into_iter().collect();
        while !parts.is_empty()
            && tokens.get(next + 1).is_some_and(|token| token.kind == TokenKind::Dot)
            && let Some(part) = word(next + 2)
        {
            parts.push(part);
            next += 2;
        }
        // A call is no table.
        if !parts.is_empty() && tokens.get(next + 1).is_none_or(|token| token.text(text) != "(") {
            found.push(parts);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> FileKind {
        File::sql(&SourceFile::new("a.sql", text), &[]).kind
    }

    #[test]
    fn other_systems_are_recognized() {
        for text in [
            "SELECT timestamp_diff(ended, began, SECOND) FROM jobs",
            "SELECT j.name FROM jobs, unnest(j.labels) AS l",
            "ALTER TABLE \"app\".\"chat\" ADD COLUMN trace text;",
            "GRANT EXECUTE ON PROCEDURE shop.kill TO 'loader'@'%';",
            "CREATE UNIQUE INDEX by_id ON orders (id);",
            "-- Databricks notebook source\nCREATE TABLE p (id UUID DEFAULT gen_random_uuid() PRIMARY KEY);",
        ] {
            assert_eq!(kind(text), FileKind::Foreign, "{text}");
        }
        for text in [
            "SELECT timestampdiff(SECOND, began, ended), uuid() FROM jobs",
            "SELECT \"a.b\" AS text, t.`unnest` FROM t",
            "CREATE TABLE t (id STRING DEFAULT uuid());",
        ] {
            assert_eq!(kind(text), FileKind::Script, "{text}");
        }
    }

    #[test]
    fn broken_statements_do_not_make_a_file_foreign() {
        let broken = "SELECT a, FROM b c d;\n".repeat(4);
        // Most of it cannot be read, and nothing says whose it is.
        assert_eq!(kind(&format!("SELECT 1;\n{broken}")), FileKind::Foreign);
        assert_eq!(kind("SELECT 1; SELECT 2; SELECT 3; SELECT a, FROM b c d; SELECT a, FROM b c d;"), FileKind::Script);
        for own in ["SELECT a FROM main.s.t", "OPTIMIZE t", "CREATE TABLE t (a INT) USING delta"] {
            assert_eq!(kind(&format!("{own};\n{broken}")), FileKind::Script, "{own}");
        }
    }

    #[test]
    fn documents_may_be_unfinished() {
        assert!(is_unfinished(r#"{"queryLines": ["SELECT 1 FROM {catalog}.{schema}.orders"]}"#));
        assert!(is_unfinished(r#"{"identifier": "main.{schema}"}"#));
        assert!(is_unfinished(r#"{"sql": ["SELECT 1 FROM {{CATALOG}}.{{SCHEMA}}.orders"]}"#));
        assert!(is_unfinished(r#"{"sql": ["SELECT 1 FROM <your_catalog>.sales.orders"]}"#));
        // A parameter of a bundle, JSON itself, a place in a text.
        for text in [r#"{"a": "${catalog}.s.t"}"#, r#"{"a": {"b": 1}}"#, r#"{"lines": ["{city}.<b>.{{x}}.png"]}"#] {
            assert!(!is_unfinished(text), "{text}");
        }
    }
}
