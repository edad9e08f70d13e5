//! Which statements may replace or drop a table: those for its kind, and none of them on what a pipeline makes.

use crate::local::engine::error::{ErrorClass, SqlError};
use crate::local::store::{TableKind, TableRecord};
use crate::syntax::ast::ObjectKind;

/// Databricks documentation, "STREAMING_TABLE_OPERATION_NOT_ALLOWED error condition" and its counterpart for
/// materialized views.
fn pipelines_own(record: &TableRecord, operation: &str, condition: &str, advice: &str) -> SqlError {
    let refused = |class, what: &str| {
        let text = format!(
            "The operation {operation} is not allowed: The operation does not apply to {what} created from Lakeflow \
             Spark Declarative Pipelines, instead {advice} the definition of the pipeline."
        );
        SqlError::new(class, text)
    };
    match record.kind {
        TableKind::StreamingTable => {
            refused(ErrorClass::STREAMING_TABLE_OPERATION_NOT_ALLOWED, "streaming tables").with_condition(condition)
        }
        TableKind::MaterializedView => {
            refused(ErrorClass::MATERIALIZED_VIEW_OPERATION_NOT_ALLOWED, "materialized views").with_condition(condition)
        }
        // Databricks documents no condition for a view.
        TableKind::View | TableKind::MetricView | TableKind::Managed => {
            refused(ErrorClass::UNSUPPORTED_FEATURE, "views")
        }
    }
}

pub(super) fn droppable(record: &TableRecord, kind: ObjectKind) -> Result<(), SqlError> {
    if record.pipeline_id.is_some() {
        return Err(pipelines_own(record, "DROP", "DROP_DELTA_LIVE_TABLE", "remove it from"));
    }
    let (found, drop) = match record.kind {
        TableKind::Managed => ("TABLE", "DROP TABLE"),
        TableKind::View | TableKind::MetricView => ("VIEW", "DROP VIEW"),
        TableKind::MaterializedView => ("MATERIALIZED VIEW", "DROP MATERIALIZED VIEW"),
        TableKind::StreamingTable => ("STREAMING TABLE", "DROP TABLE"),
    };
    let (fits, required) = match kind {
        ObjectKind::View => (record.kind.is_view(), "VIEW"),
        ObjectKind::MaterializedView => (record.kind == TableKind::MaterializedView, "MATERIALIZED VIEW"),
        _ => (matches!(record.kind, TableKind::Managed | TableKind::StreamingTable), "TABLE"),
    };
    if fits {
        return Ok(());
    }
    let name = record.name.quoted();
    let text =
        format!("The operation DROP {required} requires a {required}. But {name} is a {found}. Use {drop} instead.");
    Err(SqlError::new(ErrorClass::WRONG_COMMAND_FOR_OBJECT_TYPE, text))
}

/// May `OR REPLACE` of a statement that makes a `kind` replace this?
pub(super) fn replaceable(record: &TableRecord, kind: TableKind) -> Result<(), SqlError> {
    if record.pipeline_id.is_some() {
        let condition = match record.kind {
            TableKind::StreamingTable => "CREATE_OR_REPLACE",
            _ => "REPLACE_DELTA_LIVE_TABLE",
        };
        return Err(pipelines_own(record, "CREATE OR REPLACE", condition, "change it in"));
    }
    if record.kind == kind {
        return Ok(());
    }
    let name = record.name.quoted();
    match kind {
        TableKind::View | TableKind::MetricView => {
            let text = format!("The table {name} does not support CREATE OR REPLACE VIEW.");
            Err(SqlError::new(ErrorClass::EXPECT_VIEW_NOT_TABLE, text).with_condition("NO_ALTERNATIVE"))
        }
        _ => {
            let text = format!("'CREATE OR REPLACE TABLE' expects a table but {name} is a view.");
            Err(SqlError::new(ErrorClass::EXPECT_TABLE_NOT_VIEW, text).with_condition("NO_ALTERNATIVE"))
        }
    }
}
