//! Clauses of datasets that decide about rows and that this engine does not obey: refused, never passed over.

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::local::engine::error::SqlError;
use crate::local::engine::statement::{check_properties, refuse_collation};
use crate::syntax::ast::{ColumnDef, CreateDataset, DatasetKind};

/// What cannot be done of the statement.
pub(super) fn refused(file: &Arc<SourceFile>, create: &CreateDataset) -> Diagnostics {
    let mut found = Refusals { file, diagnostics: Diagnostics::default() };
    found.clauses(create);
    for column in &create.columns {
        found.column(column);
        if matches!(create.kind, DatasetKind::View | DatasetKind::TemporaryView) {
            found.column_of_view(column);
        }
    }
    if matches!(create.kind, DatasetKind::View | DatasetKind::TemporaryView) {
        found.clauses_of_view(create);
    }
    found.diagnostics
}

struct Refusals<'f> {
    file: &'f Arc<SourceFile>,
    diagnostics: Diagnostics,
}

impl Refusals<'_> {
    fn refuse(&mut self, span: Span, what: impl std::fmt::Display) {
        let message = format!("the embedded workspace does not support {what}");
        self.diagnostics.push(Diagnostic::error(Code::UNSUPPORTED_SQL, message).at(Location::new(self.file, span)));
    }

    fn accept(&mut self, checked: Result<(), SqlError>) {
        if let Err(error) = checked {
            let message = error.message.trim_end_matches('.').to_string();
            let at = Location::new(self.file, error.span.unwrap_or_default());
            self.diagnostics.push(Diagnostic::error(Code::UNSUPPORTED_SQL, message).at(at));
        }
    }

    fn column(&mut self, column: &ColumnDef) {
        self.accept(refuse_collation(column.collation.as_ref()));
        if column.identity {
            self.refuse(column.name.span, format!("IDENTITY columns, as `{}`", column.name.value));
        }
    }

    fn clauses(&mut self, create: &CreateDataset) {
        let clauses = &create.clauses;
        self.accept(refuse_collation(clauses.default_collation.as_ref()));
        self.accept(check_properties(&clauses.properties));
        if let Some(format) = clauses.using.as_ref().filter(|name| !name.value.as_str().eq_ignore_ascii_case("delta")) {
            self.refuse(format.span, "datasets that are not DELTA");
        }
    }

    /// A view has no rows of its own to fill, to constrain or to guard.
    fn column_of_view(&mut self, column: &ColumnDef) {
        let fills = column.default.is_some() || column.generated.is_some();
        if column.not_null || fills || column.mask.is_some() || column.primary_key {
            self.refuse(column.name.span, "properties of table columns in a view");
        }
    }

    fn clauses_of_view(&mut self, create: &CreateDataset) {
        let clauses = &create.clauses;
        let laid_out = clauses.using.is_some() || clauses.cluster_by.is_some() || !clauses.partitioned_by.is_empty();
        let refreshed = clauses.schedule.is_some() || clauses.refresh_policy.is_some();
        if clauses.row_filter.is_some() || laid_out || refreshed || !create.constraints.is_empty() {
            self.refuse(create.name.span, "clauses of tables in a view");
        }
    }
}
