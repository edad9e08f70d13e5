//! `ALTER TABLE` and `ALTER VIEW`, as far as rows stay where they are: columns that are added, comments, properties, and
//! how rows to come are laid out.

use crate::ident::{Identifier, TableName};
use crate::local::engine::catalog::not_found;
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::lower::duck_type;
use crate::local::store::{TableKind, TableRecord, Writer, physical_name, quoted};
use crate::syntax::ast::{
    AddedColumn, AlterAction, AlterTable, ClusterBy, ColumnPlace, Name, ObjectKind, TableClauses, Text,
};

use super::entry::{Answer, Scope};
use super::table::{declared, refuse_clauses};
use super::{dml, guard, properties};

pub(super) fn table(scope: &Scope<'_>, writer: &Writer<'_>, change: &AlterTable) -> Result<Answer, EngineError> {
    let name = scope.table_name(&change.name)?;
    let mut record = find(writer, &name, &change.name)?;
    if guard::concerns(&change.action) {
        return guard::change(scope, writer, &name, record, change);
    }
    let kind = match record.kind {
        TableKind::Managed => ObjectKind::Table,
        TableKind::View => ObjectKind::View,
        TableKind::MetricView => return refuse("ALTER of a metric view", &change.name),
        TableKind::MaterializedView | TableKind::StreamingTable => {
            return refuse("ALTER of what a pipeline makes", &change.name);
        }
    };
    if record.pipeline_id.is_some() || change.kind != kind {
        return refuse("ALTER of this kind of object", &change.name);
    }
    // "You must have MODIFY permission to: ALTER COLUMN, ADD COLUMN, SET TBLPROPERTIES, UNSET TBLPROPERTIES; all other
    // operations require ownership" (Databricks documentation, "ALTER TABLE").
    let privilege = if matches!(change.action, AlterAction::ClusterBy(_)) { "MANAGE" } else { "MODIFY" };
    scope.authorizer().object::<TableRecord>(&name, privilege)?;
    match &change.action {
        AlterAction::SetProperties(set) => {
            properties::check(set)?;
            for (key, value) in set {
                record.properties.insert(key.value.clone(), value.value.clone());
            }
        }
        AlterAction::UnsetProperties { keys, if_exists } => unset(&mut record, keys, *if_exists)?,
        AlterAction::ColumnComment { column, comment } if kind == ObjectKind::Table => {
            let at = position(&record, &column.value).map_err(|error| error.at(column.span))?;
            record.columns[at].comment = Some(comment.value.clone()).filter(|text| !text.is_empty());
        }
        AlterAction::AddColumns(columns) if kind == ObjectKind::Table => {
            for added in columns {
                add(writer, &mut record, added)?;
            }
        }
        AlterAction::ClusterBy(by) if kind == ObjectKind::Table => {
            record.cluster_by = match by {
                ClusterBy::Columns(columns) => {
                    for column in columns {
                        position(&record, &column.value).map_err(|error| error.at(column.span))?;
                    }
                    columns.iter().map(|column| column.value.clone()).collect()
                }
                ClusterBy::Auto | ClusterBy::None => Vec::new(),
            };
        }
        _ => return refuse("this form of ALTER", &change.name),
    }
    writer.update_securable(record, scope.by())?;
    Ok(Answer::default())
}

/// `COMMENT ON COLUMN table.column`.
pub(super) fn comment_on_column(
    scope: &Scope<'_>,
    writer: &Writer<'_>,
    name: &Name,
    comment: Option<String>,
) -> Result<Answer, EngineError> {
    let Some((column, parts)) = name.value.parts().split_last() else { return refuse("this name", name) };
    let table =
        crate::ident::QualifiedName::new(parts.to_vec()).map_err(|error| SqlError::name(&error).at(name.span))?;
    let table = scope.table_name(&Name { value: table, span: name.span })?;
    let mut record = find(writer, &table, name)?;
    if record.kind != TableKind::Managed {
        return refuse("comments on columns of what is no table", name);
    }
    let at = position(&record, column).map_err(|error| error.at(name.span))?;
    record.columns[at].comment = comment;
    writer.update_securable(record, scope.by())?;
    Ok(Answer::default())
}

fn refuse<T>(what: &str, name: &Name) -> Result<T, EngineError> {
    Err(SqlError::unsupported(what).at(name.span).into())
}

fn find(writer: &Writer<'_>, name: &TableName, written: &Name) -> Result<TableRecord, EngineError> {
    Ok(writer.securable::<TableRecord>(name)?.ok_or_else(|| not_found(name).at(written.span))?)
}

pub(super) fn position(record: &TableRecord, name: &Identifier) -> Result<usize, SqlError> {
    let missing = || {
        let text = format!("The table {} has no column {}.", record.name.quoted(), name.quoted());
        SqlError::new(ErrorClass::MISSING_COLUMN, text)
    };
    record.columns.iter().position(|column| column.name == *name).ok_or_else(missing)
}

/// Without IF EXISTS, a property that is not there is an error ("UNSET TBLPROPERTIES": "IF EXISTS: an optional clause
/// directing Databricks not to raise an error if any of the property keys do not exist").
fn unset(record: &mut TableRecord, keys: &[Text], if_exists: bool) -> Result<(), EngineError> {
    for key in keys {
        if record.properties.remove(&key.value).is_none() && !if_exists {
            let text = format!(
                "Cannot remove the property `{}` of {}, which it does not have.",
                key.value,
                record.name.quoted()
            );
            return Err(SqlError::new(ErrorClass::UNSET_NONEXISTENT_PROPERTIES, text).at(key.span).into());
        }
    }
    Ok(())
}

/// The rows that are there have NULL in it.
fn add(writer: &Writer<'_>, record: &mut TableRecord, added: &AddedColumn) -> Result<(), EngineError> {
    let AddedColumn { parents, column, place } = added;
    if let Some(parent) = parents.first() {
        return Err(SqlError::unsupported("a field that is added inside of a column").at(parent.span).into());
    }
    refuse_clauses(std::slice::from_ref(column), &TableClauses::default())?;
    let new = declared(column)?;
    if !new.nullable {
        return Err(SqlError::unsupported("a column that is added NOT NULL").at(column.name.span).into());
    }
    if record.columns.iter().any(|known| known.name == new.name) {
        return Err(dml::repeated(&new.name).at(column.name.span).into());
    }
    let at = match place {
        ColumnPlace::First => 0,
        ColumnPlace::Last => record.columns.len(),
        ColumnPlace::After(other) => position(record, &other.value).map_err(|error| error.at(other.span))? + 1,
    };
    // Where it stands among the others is the record's business: rows are written and read by name.
    let (table, name, ty) = (physical_name(&record.name), quoted(new.name.as_str()), duck_type(&new.data_type)?);
    writer.connection().execute_batch(&format!("ALTER TABLE {table} ADD COLUMN {name} {ty}"))?;
    record.columns.insert(at, new);
    Ok(())
}
