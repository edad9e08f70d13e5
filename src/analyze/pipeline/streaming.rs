//! What a stream cannot be put through, because it never ends.

use crate::analyze::bound::{BoundQuery, Relation, SetKind, SortKey, WindowCall, WindowFunction};
use crate::diag::{Code, Diagnostic, Location, Span};
use crate::syntax::ast::DatasetKind;
use crate::syntax::deeper;

use super::dataset::Builder;
use super::flow::Bound;

impl Builder<'_> {
    /// Operations that a streaming query refuses when it is started. Sorting: Apache Spark, "Structured Streaming
    /// Programming Guide", § "Unsupported Operations" (only "after an aggregation and in Complete Output Mode"; tables
    /// of pipelines are appended to). Windows over rows: Databricks documentation, "Error conditions",
    /// NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING. EXCEPT and INTERSECT are in Apache Spark's code only
    /// (`UnsupportedOperationChecker`): a warning.
    pub(super) fn endless(&mut self, flow: &Bound<'_>) {
        let kind = self.statement().kind;
        if !flow.streaming || !matches!(kind, DatasetKind::StreamingTable | DatasetKind::TemporaryView) {
            return;
        }
        let mut walk =
            Walk { builder: self, query: &flow.query, ctes: vec![None; flow.query.ctes.len()], found: Vec::new() };
        walk.streams(&flow.query.relation);
        let found = walk.found;
        let whole = flow.declared.body.query().span;
        for (span, diagnostic) in found {
            let at = Location::new(&flow.declared.location.file, span.unwrap_or(whole));
            self.diagnostics.push(diagnostic.at(at));
        }
    }
}

struct Walk<'w> {
    builder: &'w Builder<'w>,
    query: &'w BoundQuery,
    /// Whether they stream, once that is known.
    ctes: Vec<Option<bool>>,
    found: Vec<(Option<Span>, Diagnostic)>,
}

impl Walk<'_> {
    /// Does the relation read a stream? What it cannot do with one is found on the way.
    fn streams(&mut self, relation: &Relation) -> bool {
        match relation {
            Relation::Scan(scan) => scan.streaming || self.builder.is_stream(&scan.table),
            Relation::Files(scan) => scan.streaming,
            Relation::TableFunction { streaming, .. } => *streaming,
            Relation::Cte { index, .. } => match self.ctes.get(*index).copied().flatten() {
                Some(known) => known,
                None => {
                    let query = self.query;
                    let streams = query.ctes.get(*index).is_some_and(|cte| deeper(|| self.streams(&cte.query)));
                    if let Some(known) = self.ctes.get_mut(*index) {
                        *known = Some(streams);
                    }
                    streams
                }
            },
            Relation::Sort { input, keys } => {
                let streams = deeper(|| self.streams(input));
                if streams {
                    let hint = "leave ORDER BY to the queries that read the table";
                    let diagnostic = Diagnostic::error(Code::INVALID_QUERY, "a stream has no end and cannot be sorted");
                    self.found.push((keys.first().map(|key| key.expr.span), diagnostic.hint(hint)));
                }
                streams
            }
            Relation::Window { input, windows } => {
                let streams = deeper(|| self.streams(input));
                if streams {
                    let message = "a stream has no end: a window function over its rows is never computed";
                    let hint = "aggregate over `window(time, \'…\')`, or use the function in a materialized view";
                    let diagnostic = Diagnostic::error(Code::INVALID_QUERY, message).hint(hint);
                    self.found.push((windows.iter().find_map(|(_, call)| place(call)), diagnostic));
                }
                streams
            }
            Relation::SetOperation { left, right, kind, .. } => {
                let (first, second) = (deeper(|| self.streams(left)), deeper(|| self.streams(right)));
                let refused = match kind {
                    SetKind::Union => None,
                    SetKind::Except => second.then_some("EXCEPT cannot take away the rows of a stream"),
                    SetKind::Intersect => (first && second).then_some("INTERSECT cannot compare two streams"),
                };
                if let Some(message) = refused {
                    let hint = "a materialized view reads both sides as a whole";
                    self.found.push((None, Diagnostic::warning(Code::INVALID_QUERY, message).hint(hint)));
                }
                first || second
            }
            other => {
                let mut streams = false;
                for input in other.inputs() {
                    streams |= deeper(|| self.streams(input));
                }
                streams
            }
        }
    }
}

/// Where the call stands, as far as its parts tell.
fn place(call: &WindowCall) -> Option<Span> {
    let by = call.partition_by.iter().chain(call.order_by.iter().map(|SortKey { expr, .. }| expr));
    let args = match &call.function {
        WindowFunction::Ranking { args, .. } => args,
        WindowFunction::Aggregate(aggregate) => &aggregate.args,
    };
    by.chain(args).map(|expr| expr.span).next()
}
