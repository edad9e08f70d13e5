//! What statements make, and which files belong to which pipeline.

use std::sync::Arc;

use crate::analyze::Session;
use crate::diag::{Location, SourceFile};
use crate::ident::Identifier;
use crate::project::yaml::Node;
use crate::resource::{SqlObject, SqlObjectKind, Uses};
use crate::syntax::ast::{DatasetKind, Statement, StatementKind};

/// A pipeline as far as its SQL must know it; `resource` reads all of it and reports what is wrong.
pub(super) struct PipelineSource {
    pub(super) key: String,
    pub(super) catalog: Option<Identifier>,
    pub(super) schema: Option<Identifier>,
    paths: Vec<String>,
}

impl PipelineSource {
    /// Is the file one of its sources? An entry of `sql` is a file or a folder.
    pub(super) fn holds(&self, path: &str) -> bool {
        self.paths.iter().any(|wanted| {
            path == wanted || path.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.starts_with('/'))
        })
    }
}

/// The pipelines of resource files.
pub(super) fn pipelines(resources: &[Node]) -> Vec<PipelineSource> {
    let entries = resources.iter().filter_map(|file| file.get("pipelines")?.as_map()).flatten();
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).and_then(|text| Identifier::object(text).ok());
    let source = |entry: &crate::project::yaml::Entry| {
        let node = &entry.node;
        let paths = node.get("sql").and_then(Node::as_list).unwrap_or_default();
        PipelineSource {
            key: entry.key.clone(),
            catalog: text(node, "catalog"),
            schema: text(node, "schema"),
            paths: paths.iter().filter_map(Node::as_str).map(|path| path.trim_matches('/').to_string()).collect(),
        }
    };
    entries.map(source).collect()
}

/// The object that a statement makes when it is run by itself.
pub(super) fn object(statement: &Statement, file: &Arc<SourceFile>, session: &Session<'_>) -> Option<SqlObject> {
    let (kind, name, replaces) = match &statement.kind {
        StatementKind::CreateFunction(function) if !function.temporary => {
            (SqlObjectKind::Function, &function.name, function.or_replace)
        }
        StatementKind::CreateTable(table) if !table.temporary => (SqlObjectKind::Table, &table.name, table.or_replace),
        StatementKind::CreateDataset(dataset) if dataset.kind == DatasetKind::View => {
            (SqlObjectKind::View, &dataset.name, dataset.or_replace)
        }
        _ => return None,
    };
    Some(SqlObject {
        kind,
        name: name.value.resolve(&session.current_catalog, &session.current_schema).ok()?,
        statement: file.text().get(statement.span.range())?.to_string(),
        replaces,
        location: Some(Location::new(file, name.span)),
        uses: Uses::default(),
    })
}
