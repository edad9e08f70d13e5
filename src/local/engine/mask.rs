//! Column masks: what a reader sees instead of a column's value. The rows themselves stay as they are; a mask is
//! applied wherever a statement or a flow reads the table (Databricks documentation, "Row filters and column masks").

use std::sync::Arc;

use crate::analyze::bound::{Column, Expr};
use crate::analyze::{self, bind_function};
use crate::catalog::Catalog;
use crate::diag::SourceFile;
use crate::ident::{Identifier, TableName};
use crate::local::store::{ColumnRecord, FunctionRecord, MaskRecord, Reader, TableRecord};
use crate::syntax;
use crate::syntax::ast::StatementKind;

use super::error::{EngineError, ErrorClass, SqlError};

/// A mask ready to be lowered: the body over its parameters, and the table's columns that are passed for them.
#[derive(Clone, Debug)]
pub(crate) struct Mask {
    pub(crate) column: Identifier,
    pub(crate) arguments: Vec<(Column, Identifier)>,
    pub(crate) body: Arc<Expr>,
}

/// The masks of a table, each bound anew: the function may have been replaced since the table was made.
pub(crate) fn masks(
    reader: &Reader<'_>,
    catalog: &dyn Catalog,
    table: &TableRecord,
) -> Result<Vec<Mask>, EngineError> {
    let masked = table.columns.iter().filter_map(|column| Some((column, column.mask.as_ref()?)));
    masked.map(|(column, mask)| bind(reader, catalog, &table.name, column, mask)).collect()
}

/// What the masks of a table depend on, in a form that changes when one of their functions does.
pub(crate) fn fingerprint(reader: &Reader<'_>, table: &TableRecord) -> Result<String, EngineError> {
    let mut text = String::new();
    for mask in table.columns.iter().filter_map(|column| column.mask.as_ref()) {
        if let Some(function) = reader.securable::<FunctionRecord>(&mask.function)? {
            text.push_str(&format!(" {}@{}", function.registration.id, function.registration.updated_at));
        }
    }
    Ok(text)
}

fn bind(
    reader: &Reader<'_>,
    catalog: &dyn Catalog,
    table: &TableName,
    column: &ColumnRecord,
    mask: &MaskRecord,
) -> Result<Mask, EngineError> {
    // A table whose mask cannot be evaluated is not readable at all: showing the value would be the worst answer.
    let refuse = |why: &str| {
        let text = format!("The mask {} of the column {} of {table} {why}.", mask.function, column.name);
        EngineError::from(SqlError::new(ErrorClass::INTERNAL_ERROR, text))
    };
    let function =
        reader.securable::<FunctionRecord>(&mask.function)?.ok_or_else(|| refuse("does not exist"))?;
    let file = SourceFile::new(mask.function.to_string(), function.statement);
    let definition = syntax::parse(&file).statements.into_iter().find_map(|statement| match statement.kind {
        StatementKind::CreateFunction(function) => Some(function),
        _ => None,
    });
    let definition = definition.ok_or_else(|| refuse("cannot be read"))?;
    let session =
        analyze::Session::new(catalog, mask.function.catalog.clone(), mask.function.schema.clone());
    let (bound, found) = bind_function(&definition, &file, &session);
    if found.has_errors() {
        return Err(EngineError::Invalid(found));
    }
    let body = bound.body.ok_or_else(|| refuse("is not a scalar SQL function"))?;
    // The masked column first, then those of USING COLUMNS.
    let given: Vec<_> = std::iter::once(&column.name).chain(&mask.using).cloned().collect();
    if bound.parameters.len() != given.len() {
        return Err(refuse("has another number of parameters than it is given columns"));
    }
    let arguments = bound.parameters.into_iter().zip(given).collect();
    Ok(Mask { column: column.name.clone(), arguments, body: Arc::new(body) })
}
