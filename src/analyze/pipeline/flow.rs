//! Flows: their queries, and whether they stream as their dataset demands.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyze::bound::{BoundQuery, Column, Relation, Scan};
use crate::analyze::entry::{ScalarRule, bind_partial, bind_scalar};
use crate::catalog::ColumnInfo;
use crate::diag::{Code, Diagnostic, Location};
use crate::ident::TableName;
use crate::syntax::ast::{DatasetKind, FlowBody};

use super::collect::{Body, Declared, DeclaredFlow};
use super::dataset::Builder;
use super::model::{Flow, FlowKind};

/// The pipeline's temporary views that are bound already, by what they are made of.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Views {
    pub(super) of_streams: BTreeSet<TableName>,
    /// With the places where they are defined.
    pub(super) of_batches: BTreeMap<TableName, Location>,
}

impl Views {
    /// Takes a dataset that was bound; is it known otherwise than before?
    pub(super) fn take(&mut self, declared: &Declared<'_>, streaming: bool) -> bool {
        if declared.statement.kind != DatasetKind::TemporaryView {
            return false;
        }
        let name = declared.name.clone();
        if streaming {
            self.of_batches.remove(&name).is_some() | self.of_streams.insert(name)
        } else {
            let place = declared.location.clone();
            self.of_streams.remove(&name) | (self.of_batches.insert(name, place.clone()).as_ref() != Some(&place))
        }
    }

    /// Takes back what was known of a dataset; was there anything?
    pub(super) fn forget(&mut self, name: &TableName) -> bool {
        self.of_streams.remove(name) | self.of_batches.remove(name).is_some()
    }
}

/// A flow whose query is bound, but not yet fitted to the dataset's columns.
pub(super) struct Bound<'s> {
    pub(super) declared: &'s DeclaredFlow<'s>,
    pub(super) query: BoundQuery,
    pub(super) streaming: bool,
    /// AUTO CDC, once its columns are checked.
    pub(super) cdc: Option<super::cdc::Source>,
}

impl Bound<'_> {
    pub(super) fn by_name(&self) -> bool {
        match &self.declared.body {
            Body::Query(_) => true,
            Body::Flow(FlowBody::Insert { by_name, .. }) => *by_name,
            Body::Flow(_) => true,
        }
    }
}

impl<'a> Builder<'a> {
    pub(super) fn flow(&mut self, declared: &'a DeclaredFlow<'a>) -> Option<Bound<'a>> {
        let mut session = self.session.clone();
        (session.current_catalog, session.current_schema) = declared.place.clone();
        let (query, open, diagnostics) = bind_partial(declared.body.query(), &declared.location.file, &session);
        self.diagnostics.extend(diagnostics);
        self.proof.add(query.proof);
        if open {
            return None;
        }
        self.batch_views(&query, declared);
        let streaming = self.streams(&query);
        let mut bound = Bound { declared, query, streaming, cdc: None };
        self.streaming_rules(&bound);
        self.endless(&bound);
        if let Body::Flow(FlowBody::AutoCdc { once, spec }) = &declared.body {
            bound.cdc = self.cdc(*once, spec, &bound.query, declared);
            bound.cdc.as_ref()?;
        }
        Some(bound)
    }

    pub(super) fn is_stream(&self, table: &TableName) -> bool {
        self.views.of_streams.contains(table)
    }

    /// Does it read a stream, or a view of one?
    fn streams(&self, query: &BoundQuery) -> bool {
        let relations = std::iter::once(&query.relation).chain(query.ctes.iter().map(|cte| &cte.query));
        relations.into_iter().any(|relation| self.streams_in(relation))
    }

    fn streams_in(&self, relation: &Relation) -> bool {
        match relation {
            Relation::Scan(scan) => scan.streaming || self.views.of_streams.contains(&scan.table),
            Relation::Files(scan) => scan.streaming,
            Relation::TableFunction { streaming, .. } => *streaming,
            other => other.inputs().into_iter().any(|input| self.streams_in(input)),
        }
    }

    /// A view has no log of changes: one of a batch query is read whole or not at all. Databricks refuses it with
    /// "View … is not a streaming view and must be referenced using read" (lakeflow_framework, pull request 22);
    /// "Streaming tables" demands an append-only source (lakeflow-sql.md §4.2).
    fn batch_views(&mut self, query: &BoundQuery, flow: &DeclaredFlow<'_>) {
        let mut streamed: Vec<&Scan> = Vec::new();
        for relation in std::iter::once(&query.relation).chain(query.ctes.iter().map(|cte| &cte.query)) {
            relation.relations(&mut |part| {
                if let Relation::Scan(scan @ Scan { streaming: true, .. }) = part {
                    streamed.push(scan);
                }
            });
        }
        for scan in streamed {
            let Some(view) = self.views.of_batches.get(&scan.table) else { continue };
            let message = format!("STREAM cannot read `{}`: it is a view of a batch query", scan.table);
            let diagnostic = Diagnostic::error(Code::NOT_STREAMABLE, message)
                .at(Location::new(&flow.location.file, scan.span))
                .related(view.clone(), "the view")
                .hint("read the view's own source with STREAM, or the view without STREAM in a materialized view");
            self.diagnostics.push(diagnostic);
        }
    }

    fn streaming_rules(&mut self, flow: &Bound<'a>) {
        let query = flow.declared.body.query();
        let location = crate::diag::Location::new(&flow.declared.location.file, query.span);
        let name = self.declared.name.clone();
        let once = match &flow.declared.body {
            Body::Flow(FlowBody::Insert { once, .. } | FlowBody::AutoCdc { once, .. }) => *once,
            // It replaces rows from a whole result.
            Body::Flow(FlowBody::ReplaceWhere { .. }) => true,
            // "The source must be a streaming source" (Databricks documentation, "Partial snapshot replacement with
            // REPLACE USING flows").
            Body::Flow(FlowBody::ReplaceUsing { .. }) | Body::Query(_) => false,
        };
        match (self.statement().kind, once, flow.streaming) {
            (DatasetKind::StreamingTable, false, false) => {
                let message = format!("the streaming table `{name}` needs a query that reads a stream");
                let hint = "read a source with STREAM, or make it a materialized view";
                self.diagnostics.push(Diagnostic::error(Code::NOT_STREAMING, message).at(location).hint(hint));
            }
            (DatasetKind::StreamingTable, true, true) => {
                let message = "a flow that runs once, or that replaces rows by a predicate, must not read a stream";
                self.error(Code::NOT_STREAMING, location, message);
            }
            (DatasetKind::MaterializedView | DatasetKind::View, _, true) => {
                let what = if self.statement().kind == DatasetKind::View { "view" } else { "materialized view" };
                let message = format!("the {what} `{name}` must not read a stream");
                let hint = "make it a streaming table, or read the source without STREAM";
                self.diagnostics.push(Diagnostic::error(Code::NOT_STREAMING, message).at(location).hint(hint));
            }
            _ => {}
        }
    }

    /// A table is filled either by AUTO CDC or by other flows.
    pub(super) fn one_kind(&mut self, flows: &[Bound<'a>]) {
        let change = flows.iter().find(|flow| flow.cdc.is_some());
        let plain = flows.iter().find(|flow| flow.cdc.is_none());
        if let (Some(change), Some(plain)) = (change, plain) {
            let message = format!("`{}` is filled by AUTO CDC and by another flow", self.declared.name);
            let diagnostic = Diagnostic::error(Code::CDC, message)
                .at(plain.declared.location.clone())
                .related(change.declared.location.clone(), "the AUTO CDC flow");
            self.diagnostics.push(diagnostic);
        }
    }

    /// Fits the query to the dataset's columns.
    pub(super) fn finish_flow(&mut self, flow: Bound<'a>, columns: &[ColumnInfo], row: &[Column]) -> Option<Flow> {
        let (name, location) = (flow.declared.name.clone(), flow.declared.location.clone());
        if flow.cdc.is_some() {
            return self.finish_cdc(flow, columns);
        }
        let kind = match &flow.declared.body {
            Body::Query(_) if self.statement().kind == DatasetKind::StreamingTable => {
                FlowKind::Append { once: false, streaming: flow.streaming }
            }
            Body::Query(_) => FlowKind::Complete,
            Body::Flow(FlowBody::Insert { once, .. }) => FlowKind::Append { once: *once, streaming: flow.streaming },
            Body::Flow(FlowBody::ReplaceWhere { predicate, .. }) => {
                let (predicate, diagnostics) =
                    bind_scalar(predicate, &location.file, &self.session, row, ScalarRule::PREDICATE);
                self.diagnostics.extend(diagnostics);
                self.proof.add(predicate.proof());
                FlowKind::ReplaceWhere { predicate }
            }
            Body::Flow(FlowBody::ReplaceUsing { columns, sequence_by, .. }) => {
                let columns = self.known_columns(columns, row, "REPLACE USING");
                self.known_columns(std::slice::from_ref(sequence_by), row, "SEQUENCE BY");
                FlowKind::ReplaceUsing { columns, sequence_by: sequence_by.value.clone() }
            }
            Body::Flow(FlowBody::AutoCdc { .. }) => return None,
        };
        let query = self.fit(flow, columns);
        Some(Flow { name, kind, query, location })
    }
}
