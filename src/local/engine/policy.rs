//! Row filters and column masks, bound over the columns of the table that they guard. They hold for everybody: their
//! functions decide by the session's user and groups (Databricks documentation, "Row filters and column masks").

use crate::analyze::bound::{Column, ColumnId, Expr};
use crate::analyze::{self, ScalarRule, bind_scalar};
use crate::catalog::Catalog;
use crate::diag::SourceFile;
use crate::ident::{Identifier, TableName};
use crate::local::store::TableRecord;
use crate::syntax::{DataType, parse_expr};

use super::error::{ErrorClass, SqlError};

/// What a reader gets instead of the stored row.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// The stored columns as the expressions below see them.
    pub(crate) columns: Vec<Column>,
    /// What stands for a column, of the column's type.
    pub(crate) masks: Vec<(Identifier, Expr, DataType)>,
    /// Only rows of which it is true are there.
    pub(crate) filter: Option<Expr>,
}

/// `None` for a table that nothing guards. A guard that cannot be applied closes the table.
pub(crate) fn policy(record: &TableRecord, catalog: &dyn Catalog) -> Result<Option<Policy>, SqlError> {
    if record.masks.is_empty() && record.row_filter.is_none() {
        return Ok(None);
    }
    let columns: Vec<Column> = record
        .columns
        .iter()
        .zip(0..)
        .map(|(column, id)| Column {
            id: ColumnId(id),
            name: column.name.clone(),
            ty: Some(column.data_type.clone()),
            nullable: column.nullable,
        })
        .collect();
    let bind = |function: &TableName, arguments: &[&Identifier]| call(record, catalog, &columns, function, arguments);
    let mut masks = Vec::with_capacity(record.masks.len());
    for mask in &record.masks {
        let found = record.columns.iter().find(|column| column.name == mask.column);
        let ty = found.map(|column| column.data_type.clone()).ok_or_else(|| broken(record, &mask.function))?;
        let arguments: Vec<&Identifier> = std::iter::once(&mask.column).chain(&mask.using).collect();
        masks.push((mask.column.clone(), bind(&mask.function, &arguments)?, ty));
    }
    let filter = record.row_filter.as_ref();
    let filter = filter.map(|filter| bind(&filter.function, &filter.on.iter().collect::<Vec<_>>())).transpose()?;
    Ok(Some(Policy { columns, masks, filter }))
}

fn call(
    record: &TableRecord,
    catalog: &dyn Catalog,
    columns: &[Column],
    function: &TableName,
    arguments: &[&Identifier],
) -> Result<Expr, SqlError> {
    let arguments = arguments.iter().map(|name| name.quoted()).collect::<Vec<_>>().join(", ");
    let file = SourceFile::new(format!("{}: {function}", record.name), format!("{}({arguments})", function.quoted()));
    let (expr, found) = parse_expr(&file);
    let expr = expr.filter(|_| !found.has_errors()).ok_or_else(|| broken(record, function))?;
    let mut session = analyze::Session::new(catalog, record.name.catalog.clone(), record.name.schema.clone());
    // A clause that a check may pass over would leave rows or values open here.
    session.complete = true;
    let (bound, found) = bind_scalar(&expr, &file, &session, columns, ScalarRule::PREDICATE);
    if found.has_errors() || bound.ty.is_none() {
        return Err(broken(record, function));
    }
    Ok(bound)
}

fn broken(record: &TableRecord, function: &TableName) -> SqlError {
    let text = format!("The row filter or column mask {function} of {} cannot be applied.", record.name);
    SqlError::new(ErrorClass::INVALID_POLICY, text)
}
