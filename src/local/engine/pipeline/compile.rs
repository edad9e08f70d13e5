//! From files to datasets in order, and which of them an update touches.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyze;
use crate::analyze::pipeline::{Dataset, PipelineAnalysis, analyze};
use crate::catalog::Catalog;
use crate::diag::{Code, Diagnostic, Diagnostics, Location, Severity};
use crate::ident::{Identifier, QualifiedName, TableName};
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::session::Session;
use crate::syntax::ast::{DatasetKind, StatementKind};
use crate::syntax::parse;

use super::declared::Declared;
use super::model::{UpdateOptions, UpdateSpec};
use super::{clauses, declared};

/// A pipeline that may run.
pub(super) struct Compiled {
    pub(super) analysis: PipelineAnalysis,
    declared: BTreeMap<TableName, Declared>,
}

/// Parses and analyzes; any error stops the update before it writes.
pub(super) fn compile(spec: &UpdateSpec, catalog: &dyn Catalog) -> Result<Compiled, EngineError> {
    let files: Vec<_> = spec.files.iter().map(|file| (file.clone(), parse(file))).collect();
    let syntax = files.iter().flat_map(|(_, parsed)| parsed.diagnostics.iter().cloned());
    let mut diagnostics: Diagnostics = syntax.collect();
    let Session { catalog: current_catalog, schema: current_schema, .. } = &spec.session;
    let mut session = analyze::Session::new(catalog, current_catalog.clone(), current_schema.clone());
    session.complete = true;
    let mut analysis = analyze(&files, &session);
    diagnostics.extend(std::mem::take(&mut analysis.diagnostics));
    for (file, parsed) in &files {
        for statement in &parsed.statements {
            if let StatementKind::CreateDataset(create) = &statement.kind {
                diagnostics.extend(clauses::refused(file, create));
            }
        }
    }
    let mut declared = BTreeMap::new();
    for dataset in &analysis.datasets {
        let (found, more) = declared::declared(&files, &session, dataset, &analysis.datasets);
        diagnostics.extend(more);
        declared.insert(dataset.name.clone(), found);
    }
    // What is not understood might decide about rows: here nothing is passed over.
    let mut diagnostics: Diagnostics = diagnostics.sorted().into_iter().map(understood).collect();
    if !diagnostics.has_errors() {
        diagnostics.extend(analysis.incomplete.iter().map(|(name, at)| unknown_columns(name, at)));
    }
    if diagnostics.has_errors() {
        return Err(EngineError::Invalid(diagnostics));
    }
    analysis.diagnostics = diagnostics;
    Ok(Compiled { analysis, declared })
}

/// The rest of the pipeline could do without it, and its reader would miss rows in silence.
fn unknown_columns(name: &TableName, at: &Location) -> Diagnostic {
    let message = format!("the columns of what the dataset {name} reads are not known, which is not supported");
    Diagnostic::error(Code::UNSUPPORTED_SQL, message).at(at.clone()).hint("give `read_files` a `schema`")
}

fn understood(mut found: Diagnostic) -> Diagnostic {
    if found.code == Code::SQL_NOT_UNDERSTOOD {
        found.severity = Severity::Error;
    }
    found
}

impl Compiled {
    /// Each after those that it reads.
    pub(super) fn datasets(&self) -> &[Dataset] {
        &self.analysis.datasets
    }

    pub(super) fn declared(&self, dataset: &Dataset) -> Declared {
        self.declared.get(&dataset.name).cloned().unwrap_or_default()
    }
}

/// Which datasets to refresh, and which of them from the beginning.
pub(super) struct Selection {
    /// `None`: all.
    refresh: Option<BTreeSet<TableName>>,
    full: BTreeSet<TableName>,
    full_all: bool,
}

impl Selection {
    pub(super) fn of(spec: &UpdateSpec, options: &UpdateOptions, datasets: &[Dataset]) -> Result<Self, EngineError> {
        let resolve = |names: &[String]| -> Result<BTreeSet<TableName>, EngineError> {
            names.iter().map(|name| find(spec, name, datasets)).collect()
        };
        let full = resolve(&options.full_refresh_selection)?;
        let mut refresh = resolve(&options.refresh_selection)?;
        refresh.extend(full.iter().cloned());
        let all = refresh.is_empty();
        Ok(Self { refresh: (!all).then_some(refresh), full, full_all: options.full_refresh })
    }

    pub(super) fn includes(&self, dataset: &Dataset) -> bool {
        self.refresh.as_ref().is_none_or(|refresh| refresh.contains(&dataset.name))
    }

    /// `pipelines.reset.allowed = false` protects a table whose source no longer has all its data
    /// (Databricks documentation, "Pipeline properties reference").
    pub(super) fn full(&self, dataset: &Dataset) -> Result<bool, SqlError> {
        let wanted = self.full_all || self.full.contains(&dataset.name);
        let protects = |(key, value): &(String, String)| {
            key.eq_ignore_ascii_case("pipelines.reset.allowed") && value.eq_ignore_ascii_case("false")
        };
        if !wanted || !dataset.properties.iter().any(protects) {
            return Ok(wanted);
        }
        if self.full.contains(&dataset.name) {
            let text = format!("Full refresh of {} is not allowed: pipelines.reset.allowed is false.", dataset.name);
            return Err(SqlError::new(ErrorClass::INVALID_PARAMETER_VALUE, text));
        }
        // A full refresh of everything leaves it as it is.
        Ok(false)
    }
}

fn find(spec: &UpdateSpec, name: &str, datasets: &[Dataset]) -> Result<TableName, EngineError> {
    let unknown = || {
        let text = format!("The pipeline has no dataset '{name}'.");
        EngineError::from(SqlError::new(ErrorClass::INVALID_PARAMETER_VALUE, text))
    };
    let parts = name.split('.').map(Identifier::new).collect::<Result<Vec<_>, _>>().map_err(|_| unknown())?;
    let name = QualifiedName::new(parts).map_err(|_| unknown())?;
    let name = name.resolve(&spec.session.catalog, &spec.session.schema).map_err(|_| unknown())?;
    let found = datasets.iter().find(|dataset| dataset.name == name && dataset.kind != DatasetKind::TemporaryView);
    found.map(|dataset| dataset.name.clone()).ok_or_else(unknown)
}
