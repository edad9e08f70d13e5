//! `ALTER TABLE` and its like: the table, its columns, and the functions that masks and filters name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{ColumnInfo, TableInfo};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, Severity, SourceFile};
use crate::ident::{Identifier, QualifiedName, TableName};
use crate::syntax::ast::{
    AddedColumn, AlterAction, AlterTable, ClusterBy, ColumnChange, ColumnPlace, ConstraintKind, Ident, Maintenance,
    Name, ObjectKind, Securable, StatementKind,
};

use super::bound::Column;
use super::guard::Guard;
use super::session::Session;

/// What other statements of a project do to its tables, in whatever order they are run.
#[derive(Default, Debug)]
pub struct Alterations {
    /// Columns that are added, or that others are renamed to.
    added: BTreeMap<TableName, Vec<Identifier>>,
    /// Columns that are dropped or renamed.
    removed: BTreeMap<TableName, Vec<Identifier>>,
    /// Tables that others are renamed to.
    renamed: BTreeSet<TableName>,
    /// Tables that are dropped or renamed.
    gone: BTreeSet<TableName>,
}

impl Alterations {
    /// Takes a statement that is run in the session.
    pub fn take(&mut self, kind: &StatementKind, session: &Session<'_>) {
        match kind {
            StatementKind::AlterTable(alter) => {
                let Some(table) = session.resolve(&alter.name.value) else { return };
                match &alter.action {
                    AlterAction::AddColumns(columns) => {
                        let outer =
                            |added: &AddedColumn| added.parents.is_empty().then(|| added.column.name.value.clone());
                        self.added.entry(table).or_default().extend(columns.iter().filter_map(outer));
                    }
                    AlterAction::RenameColumn { column, to } => {
                        self.added.entry(table.clone()).or_default().push(to.value.clone());
                        self.removed.entry(table).or_default().extend(column.value.parts().first().cloned());
                    }
                    AlterAction::DropColumns { columns, .. } => {
                        let outer = columns.iter().filter_map(|column| column.value.parts().first().cloned());
                        self.removed.entry(table).or_default().extend(outer);
                    }
                    AlterAction::Rename(to) => {
                        self.renamed.extend(session.resolve(&to.value));
                        self.gone.insert(table);
                    }
                    _ => {}
                }
            }
            StatementKind::Drop { name, .. } => self.gone.extend(session.resolve(&name.value)),
            _ => {}
        }
    }

    fn names<'s>(map: &'s BTreeMap<TableName, Vec<Identifier>>, table: &TableName) -> &'s [Identifier] {
        map.get(table).map(Vec::as_slice).unwrap_or_default()
    }

    /// One row of the table, with the columns that are added to it.
    fn row(&self, table: &TableInfo) -> Vec<Column> {
        let added = Self::names(&self.added, &table.name).iter();
        let added = added.filter(|added| !table.columns.iter().any(|column| column.name == **added));
        let info =
            |name: &Identifier| ColumnInfo { name: name.clone(), data_type: None, nullable: true, comment: None };
        let columns: Vec<ColumnInfo> = table.columns.iter().cloned().chain(added.map(info)).collect();
        Column::row(&columns)
    }
}

/// What a statement that looks after a table names that does not exist. What is not known is not judged.
pub fn check_upkeep(
    kind: &StatementKind,
    file: &Arc<SourceFile>,
    session: &Session<'_>,
    others: &Alterations,
) -> Diagnostics {
    let mut out = Diagnostics::default();
    match kind {
        StatementKind::AlterTable(alter) => return check_alter(alter, file, session, others),
        StatementKind::CommentOn {
            securable: Securable { kind: ObjectKind::Column, name: Some(name), .. }, ..
        } => {
            let [table @ .., column] = name.value.parts() else { return out };
            let Ok(table) = QualifiedName::new(table.to_vec()) else { return out };
            let Some(info) = session.resolve(&table).and_then(|table| session.table(&table)) else { return out };
            let row = others.row(&info);
            let mut guard = Guard::new(session, file, &row);
            guard.columns(&[Ident { value: column.clone(), span: name.span }], &format!("`{}`", info.name));
            out.extend(guard.out);
        }
        StatementKind::Maintain(maintain) => {
            let Maintenance::Optimize { name, zorder, predicate, .. } = &**maintain else { return out };
            let Some(info) = session.resolve(&name.value).and_then(|table| session.table(&table)) else { return out };
            let row = others.row(&info);
            let mut guard = Guard::new(session, file, &row);
            zorder.iter().for_each(|column| guard.columns(&outermost(column), "ZORDER BY"));
            if let Some(predicate) = predicate {
                guard.value(predicate);
            }
            out.extend(guard.out);
        }
        StatementKind::Drop { kind, if_exists: false, name, .. } if is_relation(*kind) => {
            let Some(table) = session.resolve(&name.value) else { return out };
            if session.table(&table).is_some() || others.renamed.contains(&table) {
                return out;
            }
            // An older version of the project may have made it, and only this statement is left of it.
            if let Some(absent) = session.absent_table(&table).filter(|absent| absent.severity == Severity::Error) {
                let message = format!("`{table}` is dropped, and nothing in the project makes it");
                let mut diagnostic = Diagnostic::warning(Code::UNKNOWN_TABLE, message);
                diagnostic.hint = absent.hint.or(Some("`DROP … IF EXISTS` passes over what is not there".to_string()));
                out.push(diagnostic.at(Location::new(file, name.span)));
            }
        }
        _ => {}
    }
    out
}

/// What a change of a table names that does not exist, or that does not fit. What is not known is not judged.
fn check_alter(alter: &AlterTable, file: &Arc<SourceFile>, session: &Session<'_>, others: &Alterations) -> Diagnostics {
    let mut out = Diagnostics::default();
    let Some(name) = session.resolve(&alter.name.value).filter(|_| is_relation(alter.kind)) else { return out };
    let Some(table) = session.table(&name) else {
        if !others.renamed.contains(&name) {
            out.extend(session.absent_table(&name).map(|found| found.at(Location::new(file, alter.name.span))));
        }
        return out;
    };
    let row = others.row(&table);
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
                ConstraintKind::Check(condition) => guard.check(condition),
            }
            guard.foreign_keys(Some(&name), std::slice::from_ref(constraint));
        }
        AlterAction::ClusterBy(ClusterBy::Columns(columns)) => guard.columns(columns, "CLUSTER BY"),
        AlterAction::Columns(changes) => {
            for (column, change) in changes {
                guard.columns(&outermost(column), &of);
                if let ColumnChange::Move(ColumnPlace::After(other)) = change
                    && column.value.parts().len() == 1
                {
                    guard.columns(std::slice::from_ref(other), &of);
                }
            }
        }
        AlterAction::RenameColumn { column, to } => {
            guard.columns(&outermost(column), &of);
            let removed = Alterations::names(&others.removed, &name).contains(&to.value);
            if column.value.parts().len() == 1 && !removed && table.columns.iter().any(|own| own.name == to.value) {
                let message = format!("`{name}` has a column `{}` already", to.value);
                guard.error(Code::DUPLICATE_COLUMN, to.span, message);
            }
        }
        AlterAction::AddColumns(added) => {
            for AddedColumn { parents, column, place } in added {
                guard.columns(parents.get(..1).unwrap_or_default(), &of);
                if !parents.is_empty() {
                    continue;
                }
                if let ColumnPlace::After(other) = place {
                    guard.columns(std::slice::from_ref(other), &of);
                }
                let removed = Alterations::names(&others.removed, &name).contains(&column.name.value);
                if !removed && table.columns.iter().any(|own| own.name == column.name.value) {
                    // The statement that makes the table may have been brought up to date behind it.
                    let message = format!("`{name}` is made with a column `{}` already", column.name.value);
                    guard.push(Diagnostic::warning(Code::DUPLICATE_COLUMN, message), column.name.span);
                }
            }
        }
        AlterAction::Rename(to) => {
            let taken = session.resolve(&to.value).and_then(|to| session.table(&to));
            if let Some(taken) = taken.filter(|taken| taken.name != name && !others.gone.contains(&taken.name)) {
                let message = format!("`{name}` is renamed to `{}`, which is there already", taken.name);
                guard.push(Diagnostic::warning(Code::INVALID_QUERY, message), to.span);
            }
        }
        AlterAction::DropColumns { columns, if_exists: false } => {
            columns.iter().for_each(|column| guard.columns(&outermost(column), &of));
        }
        AlterAction::ClusterBy(ClusterBy::Auto | ClusterBy::None)
        | AlterAction::DropColumns { if_exists: true, .. }
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

/// Has it columns?
fn is_relation(kind: ObjectKind) -> bool {
    match kind {
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
    }
}
