//! Primary and foreign keys, as they are declared. They are informational: nothing is checked by them (Databricks
//! documentation, "Constraints on Databricks").

use std::collections::BTreeMap;

use crate::ident::{Identifier, QualifiedName, TableName};
use crate::local::store::{ConstraintRecord, Reader, StoreError, TableRecord};
use crate::syntax::ast::{ColumnDef, ConstraintKind, Ident, TableConstraint};

/// "If you do not specify a name for the constraint, Databricks generates one" (Databricks documentation, "CONSTRAINT
/// clause"); of a key that is written behind its column, the name is not kept.
pub(crate) fn records(
    table: &TableName,
    columns: &[ColumnDef],
    constraints: &[TableConstraint],
    resolve: &dyn Fn(&QualifiedName) -> Option<TableName>,
) -> Vec<ConstraintRecord> {
    let names = |columns: &[Ident]| columns.iter().map(|column| column.value.clone()).collect::<Vec<_>>();
    let mut found: Vec<ConstraintRecord> = Vec::new();
    let generated = |found: &[ConstraintRecord], base: String| {
        let taken = |name: &str| found.iter().any(|known| known.name().eq_ignore_ascii_case(name));
        let numbered = (1..).map(|number| format!("{base}_{number}"));
        std::iter::once(base.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    };
    let own = format!("{}_pk", table.name.folded());
    let key: Vec<Identifier> = columns.iter().filter(|c| c.primary_key).map(|c| c.name.value.clone()).collect();
    if !key.is_empty() {
        found.push(ConstraintRecord::PrimaryKey { name: own.clone(), columns: key, timeseries: None });
    }
    for constraint in constraints {
        let given = constraint.name.as_ref().map(|name| name.value.to_string());
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, timeseries } => {
                let name = given.unwrap_or_else(|| generated(&found, own.clone()));
                let timeseries = timeseries.as_ref().map(|column| column.value.clone());
                found.push(ConstraintRecord::PrimaryKey { name, columns: names(columns), timeseries });
            }
            ConstraintKind::ForeignKey { columns, references, referred } => {
                let Some(parent) = resolve(&references.value) else { continue };
                let base = format!("{}_{}_fk", table.name.folded(), parent.name.folded());
                let name = given.unwrap_or_else(|| generated(&found, base));
                let (columns, parent_columns) = (names(columns), names(referred));
                found.push(ConstraintRecord::ForeignKey { name, columns, parent, parent_columns });
            }
            ConstraintKind::Check(_) => {}
        }
    }
    found
}

/// A foreign key that names no columns of its parent means the parent's primary key.
pub(crate) fn complete_with(
    constraints: &mut [ConstraintRecord],
    key_of: &dyn Fn(&TableName) -> Option<Vec<Identifier>>,
) {
    for constraint in constraints {
        if let ConstraintRecord::ForeignKey { parent, parent_columns, .. } = constraint
            && parent_columns.is_empty()
        {
            *parent_columns = key_of(parent).unwrap_or_default();
        }
    }
}

/// As [`complete_with`], by what is stored.
pub(crate) fn complete(reader: &Reader<'_>, constraints: &mut [ConstraintRecord]) -> Result<(), StoreError> {
    let mut keys = BTreeMap::new();
    for constraint in constraints.iter() {
        if let ConstraintRecord::ForeignKey { parent, .. } = constraint
            && let Some(found) = reader.securable::<TableRecord>(parent)?
        {
            keys.insert(parent.clone(), found.declared.primary_key().map(<[Identifier]>::to_vec).unwrap_or_default());
        }
    }
    complete_with(constraints, &|parent| keys.get(parent).cloned());
    Ok(())
}
