//! The SQL files of one pipeline, analyzed together.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::analyze::Session;
use crate::analyze::pipeline::{self, Dataset};
use crate::catalog::{RelationKind, TableInfo};
use crate::diag::{Diagnostics, Location, Severity, SourceFile, Span};
use crate::ident::TableName;
use crate::resource::{SqlFile, Uses};
use crate::syntax::Parsed;
use crate::syntax::ast::DatasetKind;

use super::uses;

/// What came of it.
pub(super) struct Analyzed {
    pub(super) diagnostics: Diagnostics,
    /// By project path.
    pub(super) files: BTreeMap<String, SqlFile>,
    /// What other SQL sees of the pipeline.
    pub(super) tables: Vec<TableInfo>,
    /// Tables in an order in which they can be filled.
    pub(super) order: Vec<TableName>,
    pub(super) statements: usize,
    pub(super) proved: usize,
}

pub(super) fn analyze(session: &Session<'_>, files: &[&(String, Arc<SourceFile>, Parsed)]) -> Analyzed {
    let sources: Vec<(Arc<SourceFile>, Parsed)> =
        files.iter().map(|(_, file, parsed)| (Arc::clone(file), parsed.clone())).collect();
    let found = pipeline::analyze(&sources, session);
    let mut facts: BTreeMap<String, SqlFile> = BTreeMap::new();
    for (path, file, _) in files {
        let start = Location::new(file, Span::new(0, 0));
        let sql = SqlFile { text: file.text().to_string(), location: Some(start), ..SqlFile::default() };
        facts.insert(path.clone(), sql);
    }
    let path_of = |location: &Location| {
        files.iter().find(|(_, file, _)| Arc::ptr_eq(file, &location.file)).map(|(path, ..)| path.clone())
    };
    for dataset in &found.datasets {
        if let Some(sql) = path_of(&dataset.location).and_then(|path| facts.get_mut(&path)) {
            if is_table(dataset) {
                sql.datasets.insert(dataset.name.clone());
            }
            let masks = dataset.masks.iter().map(|(_, function, _)| function);
            let filter = dataset.row_filter.iter().map(|filter| &filter.function);
            sql.uses.functions.extend(masks.chain(filter).cloned());
        }
        for flow in &dataset.flows {
            let mut needs = Uses::default();
            uses::of_query(&flow.query, &mut needs);
            if let Some(sql) = path_of(&flow.location).and_then(|path| facts.get_mut(&path)) {
                uses::add(needs, &mut sql.uses);
            }
        }
    }
    // A statement with an error is reported and not counted as proved.
    let statements = files.iter().map(|(_, _, parsed)| parsed.statements.len()).sum();
    let open = found.diagnostics.iter().filter(|diagnostic| diagnostic.severity != Severity::Warning);
    let doubtful = open.count();
    Analyzed {
        files: facts,
        tables: found.datasets.iter().filter(|dataset| is_visible(dataset)).map(table).collect(),
        order: found.datasets.iter().filter(|dataset| is_table(dataset)).map(|dataset| dataset.name.clone()).collect(),
        statements,
        proved: usize::saturating_sub(statements, doubtful),
        diagnostics: found.diagnostics,
    }
}

/// Is there a table in the catalog for it that keeps its rows?
fn is_table(dataset: &Dataset) -> bool {
    !dataset.private && matches!(dataset.kind, DatasetKind::StreamingTable | DatasetKind::MaterializedView)
}

fn is_visible(dataset: &Dataset) -> bool {
    !dataset.private && dataset.kind != DatasetKind::TemporaryView
}

fn table(dataset: &Dataset) -> TableInfo {
    TableInfo {
        name: dataset.name.clone(),
        kind: match dataset.kind {
            DatasetKind::StreamingTable => RelationKind::StreamingTable,
            DatasetKind::MaterializedView => RelationKind::MaterializedView,
            DatasetKind::View => RelationKind::View,
            DatasetKind::TemporaryView => RelationKind::TemporaryView,
        },
        columns: dataset.columns.clone(),
        append_only: dataset.flows.iter().all(|flow| matches!(flow.kind, pipeline::FlowKind::Append { .. })),
        comment: dataset.comment.clone(),
    }
}
