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
        Self { source: Arc::clone(source), datasets, reads: reads(text), parsed, kind }
    }

    pub(super) fn python(source: &Arc<SourceFile>, declared: &Declarations) -> Self {
        let last = |name: &str| name.rsplit('.').next().unwrap_or(name).trim_matches('`').to_lowercase();
        let datasets = declared.datasets.iter().map(|dataset| last(&dataset.name)).collect();
        let parsed = Parsed::default();
        Self { source: Arc::clone(source), parsed, datasets, reads: Vec::new(), kind: FileKind::Pipeline }
    }
}

fn dataset(statement: &Statement) -> Option<String> {
    match &statement.kind {
        StatementKind::CreateDataset(dataset) => Some(dataset.name.value.name().folded()),
        _ => None,
    }
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
const FOREIGN: [&str; 14] = [
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
];

/// Cells of a notebook whose first line is not there: they have no other border.
fn is_headless(parsed: &Parsed, text: &str) -> bool {
    let cells = text.lines().filter(|line| line.starts_with("-- COMMAND ----------")).count();
    !text.starts_with(NOTEBOOK) && cells > 0 && parsed.statements.len() <= cells
}

const NOTEBOOK: &str = "-- Databricks notebook source";

/// SQL of another system: most of it is no Databricks SQL.
fn is_foreign(parsed: &Parsed, text: &str) -> bool {
    let errors = parsed.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
    if errors == 0 {
        return false;
    }
    // Settings that somebody saved as a notebook.
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("--"));
    if first.is_some_and(|line| line.starts_with('{')) {
        return true;
    }
    if text.starts_with(NOTEBOOK) {
        return false;
    }
    let spoken = words(text).any(|word| FOREIGN.contains(&word.to_ascii_lowercase().as_str()));
    spoken || (parsed.statements.len() > 2 && errors * 2 > parsed.statements.len())
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
