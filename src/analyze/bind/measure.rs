//! Columns of metric views (Databricks documentation, "measure aggregate function", and the error condition
//! METRIC_VIEW_MISSING_MEASURE_FUNCTION: "The usage of measure column … requires a MEASURE() function").

use crate::analyze::bound::{Column, ColumnId, Expr, ExprKind};
use crate::catalog::{RelationKind, TableInfo};
use crate::diag::{Code, Diagnostic, Span};
use crate::ident::Identifier;

use super::binder::Binder;

impl Binder<'_> {
    /// Remembers which columns of a table that is read are measures, and which are none. A view that somebody else made
    /// may be a metric view.
    pub(super) fn scanned(&mut self, info: &TableInfo, columns: &[Column]) {
        let measures = match info.kind {
            RelationKind::View => self.session.catalog.measures(&info.name),
            RelationKind::TemporaryView => return,
            RelationKind::Table | RelationKind::StreamingTable | RelationKind::MaterializedView => Some(&[][..]),
        };
        let Some(measures) = measures else { return };
        if let (Some(first), Some(last)) = (columns.first(), columns.last()) {
            self.plain.push((first.id, last.id));
        }
        let own = columns.iter().filter(|column| measures.contains(&column.name)).map(|column| column.id);
        self.measures.extend(own);
    }

    pub(super) fn is_measure(&self, expr: &Expr) -> bool {
        !self.measures.is_empty() && matches!(expr.kind, ExprKind::Column(id) if self.measures.contains(&id))
    }

    /// A measure has no value but in `measure(…)`.
    pub(super) fn bare_measure(&mut self, expr: &Expr, name: &Identifier, span: Span) {
        if !self.in_measure && self.is_measure(expr) {
            let message = format!("`{name}` is a measure, and has no value of its own");
            let hint = format!("write MEASURE(`{name}`)");
            self.report(Diagnostic::error(Code::INVALID_AGGREGATE, message).hint(hint), span);
        }
    }

    /// The argument of `measure(…)` where it is known to be no measure.
    pub(super) fn no_measure(&mut self, argument: Option<&Expr>) {
        let Some(Expr { kind: ExprKind::Column(id), span, .. }) = argument else { return };
        let within = |(first, last): &(ColumnId, ColumnId)| first.0 <= id.0 && id.0 <= last.0;
        if self.plain.iter().any(within) && !self.measures.contains(id) {
            self.error(Code::INVALID_AGGREGATE, *span, "MEASURE takes a measure of a metric view, which this is not");
        }
    }
}
