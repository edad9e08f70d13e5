//! A dataset's lineage, taken while its bound queries are at hand, so that these need not be kept.

use std::sync::Arc;

use crate::analyze::pipeline::Dataset;
use crate::analyze::{Session, Trace, trace_flow, trace_row};
use crate::catalog::ColumnInfo;
use crate::diag::{Location, SourceFile, Span};
use crate::ident::{Identifier, TableName};
use crate::lineage::{Builder, EdgeKind, Locate, NodeKind};
use crate::syntax::Parsed;
use crate::syntax::ast::{
    CdcSpec, ColumnSet, CreateDataset, DatasetKind, DatasetSource, FlowBody, Ident, StatementKind,
};

use super::defined::Defined;

/// Free of the statements that it was made from.
pub(in crate::pipeline) struct Traced {
    name: TableName,
    kind: NodeKind,
    columns: Vec<ColumnInfo>,
    /// The key of the pipeline that makes it; empty for a view outside of all.
    pipeline: String,
    location: Location,
    flows: Vec<(Trace, Arc<SourceFile>)>,
    expectations: Vec<(Identifier, Location, Trace)>,
    defined: Option<Defined>,
}

impl Traced {
    /// `files` hold the statements that define the dataset and its flows.
    pub(in crate::pipeline) fn of(
        dataset: &Dataset,
        files: &[(Arc<SourceFile>, &Parsed)],
        session: &Session<'_>,
        pipeline: &str,
    ) -> Self {
        let statement = statement(files, &dataset.location);
        let flow = |flow: &crate::analyze::pipeline::Flow| {
            let named = cdc(files, &flow.location).map(named).unwrap_or_default();
            (trace_flow(flow, &named), Arc::clone(&flow.location.file))
        };
        let expectation = |rule: &crate::analyze::pipeline::BoundExpectation| {
            (rule.name.clone(), rule.location.clone(), trace_row(&rule.condition, &dataset.name, &dataset.row))
        };
        Self {
            name: dataset.name.clone(),
            kind: match dataset.kind {
                // Nobody outside of the pipeline sees it.
                _ if dataset.private => NodeKind::TemporaryView,
                DatasetKind::StreamingTable => NodeKind::StreamingTable,
                DatasetKind::MaterializedView => NodeKind::MaterializedView,
                DatasetKind::TemporaryView => NodeKind::TemporaryView,
                DatasetKind::View => NodeKind::View,
            },
            columns: dataset.columns.clone(),
            pipeline: pipeline.to_string(),
            location: dataset.location.clone(),
            flows: dataset.flows.iter().map(flow).collect(),
            expectations: dataset.expectations.iter().map(expectation).collect(),
            defined: statement.map(|made| {
                Defined::of(&dataset.location.file, &made.columns, &made.constraints, &made.clauses, session)
            }),
        }
    }

    pub(in crate::pipeline) fn tell(&self, builder: &mut Builder, locate: Locate<'_>) -> crate::lineage::NodeId {
        let id = builder.relation(self.kind, &self.name, Some(&locate(&self.location)));
        if let Some(defined) = &self.defined {
            defined.tell(id, builder, locate);
        }
        if !self.pipeline.is_empty() {
            let pipeline = builder.item(NodeKind::Pipeline, None, &self.pipeline, None);
            builder.link(id, pipeline, EdgeKind::Runs, Some(&locate(&self.location)));
        }
        for (trace, file) in &self.flows {
            builder.query(id, trace, file, locate, true);
        }
        for column in &self.columns {
            builder.column(id, &column.name, column.data_type.as_ref(), None);
        }
        for (name, location, trace) in &self.expectations {
            let rule = builder.item(NodeKind::Expectation, Some(id), name.as_str(), Some(&locate(location)));
            builder.query(rule, trace, &location.file, locate, false);
            builder.link(id, rule, EdgeKind::Reads, Some(&locate(location)));
        }
        id
    }
}

/// The statement whose name stands at the place.
fn statement<'p>(files: &[(Arc<SourceFile>, &'p Parsed)], at: &Location) -> Option<&'p CreateDataset> {
    statements(files, at).find_map(|kind| match kind {
        StatementKind::CreateDataset(made) if made.name.span == at.span => Some(&**made),
        _ => None,
    })
}

fn statements<'p>(
    files: &[(Arc<SourceFile>, &'p Parsed)],
    at: &Location,
) -> impl Iterator<Item = &'p StatementKind> + use<'p> {
    let parsed = files.iter().find(|(file, _)| Arc::ptr_eq(file, &at.file)).map(|(_, parsed)| *parsed);
    parsed.into_iter().flat_map(|parsed| &parsed.statements).map(|statement| &statement.kind)
}

fn cdc<'p>(files: &[(Arc<SourceFile>, &'p Parsed)], at: &Location) -> Option<&'p CdcSpec> {
    statements(files, at).find_map(|kind| match kind {
        StatementKind::CreateFlow(flow) if flow.name.span == at.span => match &flow.body {
            FlowBody::AutoCdc { spec, .. } => Some(&**spec),
            _ => None,
        },
        StatementKind::CreateDataset(made) if made.name.span == at.span => match &made.source {
            DatasetSource::Flow(body) => match &**body {
                FlowBody::AutoCdc { spec, .. } => Some(&**spec),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

/// The columns of the source that the clauses name.
fn named(spec: &CdcSpec) -> Vec<(Identifier, Span)> {
    let sets = [spec.ignore_null_updates.as_ref(), Some(&spec.columns), Some(&spec.track_history)];
    let listed = sets.into_iter().flatten().flat_map(|set| match set {
        ColumnSet::All => &[],
        ColumnSet::Only(columns) | ColumnSet::AllExcept(columns) => columns.as_slice(),
    });
    spec.keys.iter().chain(listed).map(|ident: &Ident| (ident.value.clone(), ident.span)).collect()
}
