//! What the bound queries of a pipeline's datasets show.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::analyze::bound::{Column, ColumnId, Expr, ExprKind, Relation};
use crate::analyze::pipeline::{Dataset, Flow, FlowKind};
use crate::check::entries::{error, warning};
use crate::diag::{Code, Diagnostics, Location, SourceFile, Span};
use crate::ident::{Identifier, TableName};
use crate::syntax::ast::{DatasetSource, FlowBody, Query, StatementKind, Violation, Watermark};
use crate::syntax::{DataType, Parsed};

use super::rules::nullable_key;

/// What is wrong with the datasets of one pipeline. `files`: the pipeline's sources, with parameters put in.
pub fn datasets(datasets: &[Dataset], files: &[(Arc<SourceFile>, Parsed)]) -> Diagnostics {
    let mut out = Diagnostics::default();
    let by_name: BTreeMap<&TableName, &Dataset> = datasets.iter().map(|dataset| (&dataset.name, dataset)).collect();
    let watermarks = watermarks(files);
    for dataset in datasets {
        expectations(dataset, &mut out);
        for flow in &dataset.flows {
            keys(dataset, flow, &by_name, &mut out);
            state(flow, &by_name, &watermarks, &mut out);
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

/// Keys that nothing keeps from being NULL: neither their type, nor an expectation that drops or stops on it, on the
/// target or on a dataset that the flow reads, nor a filter.
fn keys(dataset: &Dataset, flow: &Flow, by_name: &BTreeMap<&TableName, &Dataset>, out: &mut Diagnostics) {
    let FlowKind::AutoCdc(cdc) = &flow.kind else { return };
    let mut sources: Vec<&Dataset> = vec![dataset];
    sources.extend(reachable(dataset, by_name));
    for key in cdc.keys.iter().filter(|key| key.nullable) {
        let guarded = sources.iter().any(|source| {
            let strict = source.expectations.iter().filter(|expectation| expectation.on_violation != Violation::Warn);
            let expected =
                strict.into_iter().any(|expectation| mentions(&expectation.condition, &source.row, &key.name));
            expected || source.flows.iter().any(|flow| filtered(flow, &key.name))
        });
        if !guarded {
            out.push(nullable_key(key.name.as_str(), &flow.location));
        }
    }
}

/// The datasets of the pipeline that one is made from, at any distance.
fn reachable<'d>(dataset: &'d Dataset, by_name: &BTreeMap<&TableName, &'d Dataset>) -> Vec<&'d Dataset> {
    let (mut seen, mut open, mut found) = (BTreeSet::new(), vec![dataset], Vec::new());
    while let Some(next) = open.pop() {
        for source in next.dependencies.iter().filter_map(|name| by_name.get(name)) {
            if seen.insert(&source.name) {
                found.push(*source);
                open.push(source);
            }
        }
    }
    found
}

fn mentions(condition: &Expr, row: &[Column], name: &Identifier) -> bool {
    let ids: BTreeSet<ColumnId> = row.iter().filter(|column| column.name == *name).map(|column| column.id).collect();
    let mut found = false;
    condition.visit(&mut |part| found |= matches!(part.kind, ExprKind::Column(id) if ids.contains(&id)));
    found
}

/// Does any filter of the flow's query look at a column of this name?
fn filtered(flow: &Flow, name: &Identifier) -> bool {
    let mut ids: BTreeSet<ColumnId> = BTreeSet::new();
    let mut predicates: Vec<&Expr> = Vec::new();
    for relation in relations(flow) {
        relation.relations(&mut |part| {
            ids.extend(part.columns().into_iter().filter(|column| column.name == *name).map(|column| column.id));
            match part {
                Relation::Filter { predicate, .. } => predicates.push(predicate),
                Relation::Join { on: Some(on), .. } => predicates.push(on),
                _ => {}
            }
        });
    }
    predicates.into_iter().any(|predicate| {
        let mut found = false;
        predicate.visit(&mut |part| found |= matches!(part.kind, ExprKind::Column(id) if ids.contains(&id)));
        found
    })
}

fn relations(flow: &Flow) -> impl Iterator<Item = &Relation> {
    std::iter::once(&flow.query.relation).chain(flow.query.ctes.iter().map(|cte| &cte.query))
}

/// Every watermark of the files, by the file's place and the offset of the relation that it follows.
type Watermarks<'p> = BTreeMap<(usize, u32), &'p Watermark>;

fn watermarks(files: &[(Arc<SourceFile>, Parsed)]) -> Watermarks<'_> {
    let mut found = Watermarks::new();
    for (file, parsed) in files {
        for query in parsed.statements.iter().flat_map(|statement| queries(&statement.kind)) {
            found.extend(query.side.watermarks.iter().map(|(at, watermark)| ((identity(file), *at), watermark)));
        }
    }
    found
}

fn identity(file: &Arc<SourceFile>) -> usize {
    Arc::as_ptr(file) as usize
}

fn queries(kind: &StatementKind) -> Vec<&Query> {
    let of_body = |body| match body {
        &FlowBody::Insert { ref query, .. }
        | &FlowBody::ReplaceWhere { ref query, .. }
        | &FlowBody::ReplaceUsing { ref query, .. } => Some(query),
        FlowBody::AutoCdc { spec, .. } => Some(&spec.source),
    };
    let query = match kind {
        StatementKind::CreateDataset(dataset) => match &dataset.source {
            DatasetSource::None => None,
            DatasetSource::Query(query) => Some(&**query),
            DatasetSource::Flow(body) => of_body(&**body),
        },
        StatementKind::CreateFlow(flow) => of_body(&flow.body),
        _ => None,
    };
    query.into_iter().collect()
}

/// Aggregates of streams without a watermark must remember every group for ever (lakeflow-sql.md §4.2); and what a
/// watermark follows is a time.
fn state(flow: &Flow, by_name: &BTreeMap<&TableName, &Dataset>, watermarks: &Watermarks<'_>, out: &mut Diagnostics) {
    let file = identity(&flow.location.file);
    let mut bounded = false;
    let mut aggregates: Vec<&Relation> = Vec::new();
    for relation in relations(flow) {
        relation.relations(&mut |part| {
            let (columns, span) = match part {
                Relation::Scan(scan) => (&scan.columns, scan.span),
                Relation::Files(scan) => (&scan.columns, scan.span),
                Relation::Aggregate { .. } | Relation::Distinct { .. } => {
                    aggregates.push(part);
                    return;
                }
                _ => return,
            };
            if let Some(watermark) = watermarks.get(&(file, span.start)) {
                bounded = true;
                not_a_time(watermark, columns, &flow.location.file, out);
            }
        });
    }
    // A view that it reads may have the watermark.
    let views = flow_views(flow, by_name);
    bounded |= views.iter().any(|view| {
        let place = identity(&view.location.file);
        watermarks.keys().any(|(file, _)| *file == place)
    });
    // A watermark whose relation was not found still bounds something.
    bounded |= watermarks.keys().any(|(of, _)| *of == file);
    let streaming = matches!(flow.kind, FlowKind::Append { streaming: true, .. });
    if streaming
        && !bounded
        && let Some(aggregate) = aggregates.iter().find(|aggregate| reads_stream(aggregate))
    {
        let what = if matches!(aggregate, Relation::Distinct { .. }) { "DISTINCT" } else { "the aggregate" };
        let message = format!("{what} over a stream without a watermark keeps every group for ever");
        let hint = "add `WATERMARK time DELAY OF INTERVAL 1 HOUR` behind the source, or make it a materialized view";
        out.push(warning(Code::UNBOUNDED_STATE, &flow.location, message).hint(hint));
    }
}

fn flow_views<'d>(flow: &Flow, by_name: &BTreeMap<&TableName, &'d Dataset>) -> Vec<&'d Dataset> {
    let read = crate::analyze::tables(&flow.query);
    let views = read.iter().filter_map(|name| by_name.get(name).copied());
    views.filter(|dataset| dataset.private).collect()
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

fn not_a_time(watermark: &Watermark, columns: &[Column], file: &Arc<SourceFile>, out: &mut Diagnostics) {
    let sqlparser::ast::Expr::Identifier(ident) = &*watermark.expr else { return };
    let Some(column) = columns.iter().find(|column| Identifier::new(&ident.value).is_ok_and(|n| n == column.name))
    else {
        return;
    };
    if let Some(ty) = column.ty.as_ref().filter(|ty| !matches!(ty, DataType::Timestamp | DataType::TimestampNtz)) {
        let at = Location::new(file, Span { start: watermark.span.start, end: watermark.span.end });
        let message = format!("the watermark `{}` is {ty}, not a TIMESTAMP", column.name);
        out.push(error(Code::WATERMARK, &at, message).hint("convert the column to a TIMESTAMP in a view before"));
    }
}
