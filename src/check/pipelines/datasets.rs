//! What the bound queries of a pipeline's datasets show.
//!
//! A dataset's queries are looked at while they are in memory ([`Seen::of`]); what concerns several datasets is judged
//! when all have been seen ([`datasets`]).

use std::collections::{BTreeMap, BTreeSet};

use crate::analyze::bound::{Column, ColumnId, Expr, ExprKind, Relation};
use crate::analyze::pipeline::{Dataset, Flow, FlowKind};
use crate::check::entries::{error, warning};
use crate::diag::{Code, Diagnostics, Location};
use crate::ident::{Identifier, TableName};
use crate::syntax::DataType;
use crate::syntax::ast::{DatasetKind, Violation};

use super::marks::{Mark, Marks};
use super::rules::{Made, nullable_key};

/// What is kept of a dataset once its queries are gone.
pub struct Seen {
    pub made: Made,
    reads: Vec<TableName>,
    /// Columns that a dropping expectation or a filter looks at, lower case.
    guarded: BTreeSet<String>,
    /// Keys of AUTO CDC that may be NULL, with their flows.
    keys: Vec<(Identifier, Location)>,
    /// Flows that aggregate a stream and have no watermark of their own: what aggregates, and what they read.
    unbounded: Vec<(&'static str, Location, BTreeSet<TableName>)>,
    found: Diagnostics,
}

impl Seen {
    pub fn of(pipeline: &str, dataset: &Dataset, marks: &Marks) -> Self {
        let made = Made {
            pipeline: pipeline.to_string(),
            name: dataset.name.clone(),
            kind: dataset.kind,
            private: dataset.private || dataset.kind == DatasetKind::TemporaryView,
            location: dataset.location.clone(),
        };
        let (reads, guarded) = if marks.changes {
            (dataset.dependencies.clone(), guarded(dataset))
        } else {
            (Vec::new(), BTreeSet::new())
        };
        let mut seen =
            Self { made, reads, guarded, keys: Vec::new(), unbounded: Vec::new(), found: Diagnostics::default() };
        expectations(dataset, &mut seen.found);
        for flow in &dataset.flows {
            if let FlowKind::AutoCdc(cdc) = &flow.kind {
                let open = cdc.keys.iter().filter(|key| key.nullable);
                seen.keys.extend(open.map(|key| (key.name.clone(), flow.location.clone())));
            }
            let marks = marks.of_file(&flow.location.file);
            times(flow, marks, &mut seen.found);
            if marks.is_empty()
                && let Some(what) = unbounded(flow)
            {
                seen.unbounded.push((what, flow.location.clone(), crate::analyze::tables(&flow.query)));
            }
        }
        seen
    }
}

impl Seen {
    /// Does it matter to nothing that is said of the pipeline's datasets?
    pub fn is_silent(&self) -> bool {
        let Self { made: _, reads, guarded, keys, unbounded, found } = self;
        reads.is_empty() && guarded.is_empty() && keys.is_empty() && unbounded.is_empty() && found.is_empty()
    }
}

/// What is wrong with the datasets of one pipeline.
pub fn datasets<'s>(seen: impl Iterator<Item = &'s Seen> + Clone, marks: &Marks) -> Diagnostics {
    let mut out = Diagnostics::default();
    if seen.clone().all(Seen::is_silent) {
        return out;
    }
    let by_name: BTreeMap<&TableName, &Seen> = seen.clone().map(|dataset| (&dataset.made.name, dataset)).collect();
    for dataset in seen {
        out.extend(dataset.found.clone());
        for (key, at) in &dataset.keys {
            // On the target, or on whatever it is made from.
            let folded = key.folded();
            let sources = std::iter::once(dataset).chain(reachable(dataset, &by_name));
            if !sources.into_iter().any(|source| source.guarded.contains(&folded)) {
                out.push(nullable_key(key.as_str(), at));
            }
        }
        for (what, at, reads) in &dataset.unbounded {
            // A view that it reads may have the watermark.
            let views = reads.iter().filter_map(|name| by_name.get(name)).filter(|view| view.made.private);
            if !views.into_iter().any(|view| !marks.of_file(&view.made.location.file).is_empty()) {
                let message = format!("{what} over a stream without a watermark keeps every group for ever");
                let hint =
                    "add `WATERMARK time DELAY OF INTERVAL 1 HOUR` behind the source, or make it a materialized view";
                out.push(warning(Code::UNBOUNDED_STATE, at, message).hint(hint));
            }
        }
    }
    out
}

/// A condition that is the same for every row keeps all rows or none.
fn expectations(dataset: &Dataset, out: &mut Diagnostics) {
    for expectation in &dataset.expectations {
        let mut looks = false;
        expectation.condition.visit(&mut |part| {
            looks |= !matches!(part.kind, ExprKind::Literal(_) | ExprKind::Cast { .. } | ExprKind::Call { .. });
        });
        if !looks {
            let message =
                format!("the expectation `{}` looks at no column: it is the same for every row", expectation.name);
            out.push(warning(Code::CONSTANT_EXPECTATION, &expectation.location, message));
        }
    }
}

/// The columns that keep rows out: by an expectation that drops or stops, or by a filter.
fn guarded(dataset: &Dataset) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let strict = dataset.expectations.iter().filter(|expectation| expectation.on_violation != Violation::Warn);
    for expectation in strict {
        names.extend(mentioned(&[&expectation.condition], &dataset.row.iter().collect::<Vec<_>>()));
    }
    for flow in &dataset.flows {
        let (mut columns, mut predicates): (Vec<&Column>, Vec<&Expr>) = (Vec::new(), Vec::new());
        for relation in relations(flow) {
            relation.relations(&mut |part| match part {
                Relation::Filter { input, predicate } => {
                    columns.extend(input.columns());
                    predicates.push(predicate);
                }
                Relation::Join { left, right, on: Some(on), .. } => {
                    columns.extend(left.columns().into_iter().chain(right.columns()));
                    predicates.push(on);
                }
                _ => {}
            });
        }
        names.extend(mentioned(&predicates, &columns));
    }
    names
}

/// The names of the columns that expressions refer to, lower case.
fn mentioned(exprs: &[&Expr], columns: &[&Column]) -> BTreeSet<String> {
    let mut ids: BTreeSet<ColumnId> = BTreeSet::new();
    for expr in exprs {
        expr.visit(&mut |part| {
            if let ExprKind::Column(id) = part.kind {
                ids.insert(id);
            }
        });
    }
    columns.iter().filter(|column| ids.contains(&column.id)).map(|column| column.name.folded()).collect()
}

/// The datasets of the pipeline that one is made from, at any distance.
fn reachable<'d>(dataset: &'d Seen, by_name: &BTreeMap<&TableName, &'d Seen>) -> Vec<&'d Seen> {
    let (mut seen, mut open, mut found) = (BTreeSet::new(), vec![dataset], Vec::new());
    while let Some(next) = open.pop() {
        for source in next.reads.iter().filter_map(|name| by_name.get(name)) {
            if seen.insert(&source.made.name) {
                found.push(*source);
                open.push(source);
            }
        }
    }
    found
}

fn relations(flow: &Flow) -> impl Iterator<Item = &Relation> {
    std::iter::once(&flow.query.relation).chain(flow.query.ctes.iter().map(|cte| &cte.query))
}

/// What of the flow must remember every group for ever (lakeflow-sql.md §4.2): an aggregate over a stream.
fn unbounded(flow: &Flow) -> Option<&'static str> {
    if !matches!(flow.kind, FlowKind::Append { streaming: true, .. }) {
        return None;
    }
    let mut found = None;
    for relation in relations(flow) {
        relation.relations(&mut |part| {
            let what = match part {
                Relation::Aggregate { .. } => "the aggregate",
                Relation::Distinct { .. } => "DISTINCT",
                _ => return,
            };
            if found.is_none() && reads_stream(part) {
                found = Some(what);
            }
        });
    }
    found
}

fn reads_stream(relation: &Relation) -> bool {
    let mut found = false;
    relation.relations(&mut |part| {
        found |= match part {
            Relation::Scan(scan) => scan.streaming,
            Relation::Files(scan) => scan.streaming,
            _ => false,
        };
    });
    found
}

/// What a watermark follows is a time. It stands behind the relation whose column it names.
fn times(flow: &Flow, marks: &[Mark], out: &mut Diagnostics) {
    if marks.is_empty() {
        return;
    }
    let mut sources: Vec<(u32, &[Column])> = Vec::new();
    for relation in relations(flow) {
        relation.relations(&mut |part| match part {
            Relation::Scan(scan) => sources.push((scan.span.end, &scan.columns)),
            Relation::Files(scan) => sources.push((scan.span.end, &scan.columns)),
            _ => {}
        });
    }
    for mark in marks {
        let own = |end: u32| mark.statement.start <= end && end <= mark.span.start;
        let before = sources.iter().filter(|(end, _)| own(*end)).max_by_key(|(end, _)| *end);
        let Some((_, columns)) = before else { continue };
        let column = columns.iter().find(|column| column.name == mark.column);
        let ty = column.and_then(|column| column.ty.as_ref());
        if let Some(ty) = ty.filter(|ty| !matches!(ty, DataType::Timestamp | DataType::TimestampNtz)) {
            let at = Location::new(&flow.location.file, mark.span);
            let message = format!("the watermark `{}` is {ty}, not a TIMESTAMP", mark.column);
            out.push(error(Code::WATERMARK, &at, message).hint("convert the column to a TIMESTAMP in a view before"));
        }
    }
}
