//! `ALTER … SET | UNSET TAGS`, `SET | DROP MASK`, `SET | DROP ROW FILTER`: of tables, and of what a pipeline makes, too.

use crate::ident::{Identifier, TableName};
use crate::local::engine::error::{EngineError, SqlError};
use crate::local::engine::policy::policy;
use crate::local::store::{
    Expect, FunctionRecord, MaskRecord, RowFilterRecord, SecurableKind, SecurableName, StoreError, TableKind,
    TableRecord, Tagged, Writer,
};
use crate::syntax::ast::{AlterAction, AlterTable, Expr, Name, ObjectKind, Text};

use super::alter::position;
use super::entry::{Answer, Scope};

/// Is it a change of these?
pub(super) fn concerns(action: &AlterAction) -> bool {
    is_tag(action)
        || matches!(
            action,
            AlterAction::SetMask { .. }
                | AlterAction::DropMask { .. }
                | AlterAction::SetRowFilter(_)
                | AlterAction::DropRowFilter
        )
}

fn is_tag(action: &AlterAction) -> bool {
    matches!(
        action,
        AlterAction::SetTags(_)
            | AlterAction::UnsetTags(_)
            | AlterAction::SetColumnTags { .. }
            | AlterAction::UnsetColumnTags { .. }
    )
}

pub(super) fn change(
    scope: &Scope<'_>,
    writer: &Writer<'_>,
    name: &TableName,
    mut record: TableRecord,
    change: &AlterTable,
) -> Result<Answer, EngineError> {
    let kind = match record.kind {
        TableKind::Managed => ObjectKind::Table,
        TableKind::View | TableKind::MetricView => ObjectKind::View,
        TableKind::MaterializedView => ObjectKind::MaterializedView,
        TableKind::StreamingTable => ObjectKind::StreamingTable,
    };
    let refuse = |what: &str| Err(SqlError::unsupported(what).at(change.name.span).into());
    if change.kind != kind {
        return refuse("ALTER of an object as one of another kind");
    }
    if is_tag(&change.action) {
        scope.authorizer().object::<TableRecord>(name, "APPLY_TAG")?;
        return tags(writer, &record, change);
    }
    if record.kind.is_view() {
        return refuse("row filters and column masks of views");
    }
    scope.authorizer().object::<TableRecord>(name, "MANAGE")?;
    let column = |name: &Identifier, span| position(&record, name).map_err(|error: SqlError| error.at(span));
    match &change.action {
        AlterAction::SetMask { column: masked, mask } => {
            column(&masked.value, masked.span)?;
            let (function, using) = (function(scope, &mask.function)?, columns(&record, &mask.using)?);
            record.masks.retain(|known| known.column != masked.value);
            record.masks.push(MaskRecord { column: masked.value.clone(), function, using, altered: true });
        }
        AlterAction::DropMask { column: masked } => {
            column(&masked.value, masked.span)?;
            record.masks.retain(|known| known.column != masked.value);
        }
        AlterAction::SetRowFilter(filter) => {
            let (function, on) = (function(scope, &filter.function)?, columns(&record, &filter.on)?);
            record.row_filter = Some(RowFilterRecord { function, on, altered: true });
        }
        _ => record.row_filter = None,
    }
    // One that cannot be applied would close the table to everybody.
    policy(&record, &scope.catalog)?;
    writer.update_securable(record, scope.by())?;
    Ok(Answer::default())
}

fn function(scope: &Scope<'_>, written: &Name) -> Result<TableName, EngineError> {
    let name = scope.table_name(written)?;
    scope.reader.expect_securable::<FunctionRecord>(&name)?;
    Ok(name)
}

fn columns(record: &TableRecord, arguments: &[Expr]) -> Result<Vec<Identifier>, EngineError> {
    let column = |expr: &Expr| {
        let sqlparser::ast::Expr::Identifier(ident) = &*expr.ast else {
            return Err(SqlError::unsupported("constants as arguments of masks and row filters").at(expr.span));
        };
        let name = Identifier::new(ident.value.clone()).map_err(|error| SqlError::name(&error).at(expr.span))?;
        position(record, &name).map_err(|error| error.at(expr.span))?;
        Ok(name)
    };
    Ok(arguments.iter().map(column).collect::<Result<_, SqlError>>()?)
}

fn tags(writer: &Writer<'_>, record: &TableRecord, change: &AlterTable) -> Result<Answer, EngineError> {
    let key = record.name.key();
    let table = || {
        let tagged = Tagged::securable(SecurableKind::Table, key.clone());
        tagged.ok_or_else(|| EngineError::from(SqlError::unsupported("tags of this").at(change.name.span)))
    };
    let of_column = |column: &Identifier, span| {
        let at = position(record, column).map_err(|error| error.at(span))?;
        Ok::<_, EngineError>(Tagged::column(&key, &record.columns[at].name.folded()))
    };
    match &change.action {
        AlterAction::SetTags(tags) => set(writer, &table()?, tags),
        AlterAction::UnsetTags(keys) => unset(writer, &table()?, keys),
        AlterAction::SetColumnTags { column, tags } => set(writer, &of_column(&column.value, column.span)?, tags),
        AlterAction::UnsetColumnTags { column, tags } => unset(writer, &of_column(&column.value, column.span)?, tags),
        _ => Ok(Answer::default()),
    }
}

fn set(writer: &Writer<'_>, tagged: &Tagged, tags: &[(Text, Text)]) -> Result<Answer, EngineError> {
    for (key, value) in tags {
        writer.set_tag(tagged, &key.value, &value.value, Expect::Anything)?;
    }
    Ok(Answer::default())
}

/// What is not there need not be taken away.
fn unset(writer: &Writer<'_>, tagged: &Tagged, keys: &[Text]) -> Result<Answer, EngineError> {
    for key in keys {
        match writer.delete_tag(tagged, &key.value) {
            Ok(()) | Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Answer::default())
}
