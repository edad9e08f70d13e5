//! `ALTER TABLE`: the table, its columns, and the functions that masks and filters name.

use std::sync::Arc;

use crate::diag::{Diagnostics, Location, SourceFile};
use crate::syntax::ast::{AlterAction, AlterTable, ClusterBy, ConstraintKind, Ident, Name, ObjectKind};

use super::bound::Column;
use super::guard::Guard;
use super::session::Session;

/// What a change of a table names that does not exist, or that does not fit. What is not known is not judged.
pub fn check_alter(alter: &AlterTable, file: &Arc<SourceFile>, session: &Session<'_>) -> Diagnostics {
    let mut out = Diagnostics::default();
    let relation = match alter.kind {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::StreamingTable => true,
        ObjectKind::Metastore
        | ObjectKind::Catalog
        | ObjectKind::Schema
        | ObjectKind::Volume
        | ObjectKind::Function
        | ObjectKind::Column
        | ObjectKind::ExternalLocation
        | ObjectKind::StorageCredential
        | ObjectKind::ServiceCredential
        | ObjectKind::Connection
        | ObjectKind::Share
        | ObjectKind::CleanRoom
        | ObjectKind::ExternalMetadata
        | ObjectKind::Provider
        | ObjectKind::Recipient
        | ObjectKind::Procedure => false,
    };
    let Some(name) = session.resolve(&alter.name.value).filter(|_| relation) else { return out };
    let Some(table) = session.table(&name) else {
        out.extend(session.absent_table(&name).map(|found| found.at(Location::new(file, alter.name.span))));
        return out;
    };
    let row = Column::row(&table.columns);
    let mut guard = Guard::new(session, file, &row);
    let of = format!("`{name}`");
    match &alter.action {
        AlterAction::SetColumnTags { column, .. }
        | AlterAction::UnsetColumnTags { column, .. }
        | AlterAction::DropMask { column }
        | AlterAction::ColumnComment { column, .. } => guard.columns(std::slice::from_ref(column), &of),
        AlterAction::SetMask { column, mask } => {
            guard.columns(std::slice::from_ref(column), &of);
            guard.mask(&column.value, mask);
        }
        AlterAction::SetRowFilter(filter) => guard.row_filter(filter),
        AlterAction::AddConstraint(constraint) => {
            match &constraint.kind {
                ConstraintKind::PrimaryKey { columns, timeseries: _ } => guard.columns(columns, "PRIMARY KEY"),
                ConstraintKind::ForeignKey { columns, .. } => guard.columns(columns, "FOREIGN KEY"),
                ConstraintKind::Check(_) => {}
            }
            guard.foreign_keys(Some(&name), std::slice::from_ref(constraint));
        }
        AlterAction::ClusterBy(ClusterBy::Columns(columns)) => guard.columns(columns, "CLUSTER BY"),
        AlterAction::Columns(changes) => {
            changes.iter().for_each(|(column, _)| guard.columns(&outermost(column), &of));
        }
        AlterAction::RenameColumn { column, to: _ } => guard.columns(&outermost(column), &of),
        AlterAction::DropColumns { columns, if_exists: false } => {
            columns.iter().for_each(|column| guard.columns(&outermost(column), &of));
        }
        AlterAction::ClusterBy(ClusterBy::Auto | ClusterBy::None)
        | AlterAction::DropColumns { if_exists: true, .. }
        | AlterAction::Rename(_)
        | AlterAction::DropConstraint { .. }
        | AlterAction::PredictiveOptimization(_)
        | AlterAction::SetCollation(_)
        | AlterAction::SetLocation { .. }
        | AlterAction::AddPartitions { .. }
        | AlterAction::DropPartitions { .. }
        | AlterAction::RecoverPartitions
        | AlterAction::DropFeature { .. }
        | AlterAction::SetManaged(_)
        | AlterAction::SetQuery(_)
        | AlterAction::SetMetrics(_)
        | AlterAction::SetSchemaMode(_)
        | AlterAction::SetOptions(_)
        | AlterAction::SetUrl { .. }
        | AlterAction::SetCredential(_)
        | AlterAction::SetTags(_)
        | AlterAction::UnsetTags(_)
        | AlterAction::DropRowFilter
        | AlterAction::SetProperties(_)
        | AlterAction::UnsetProperties { .. }
        | AlterAction::AddColumns(_)
        | AlterAction::SetOwner(_)
        | AlterAction::SetSchedule(_) => {}
    }
    out.extend(guard.out);
    out
}

/// The column that a path of fields begins with.
fn outermost(path: &Name) -> Vec<Ident> {
    path.value.parts().first().map(|first| Ident { value: first.clone(), span: path.span }).into_iter().collect()
}
