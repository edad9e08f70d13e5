//! A query's rows as they leave it: as texts for the Statement Execution API, where every value is one (Databricks documentation,
//! "Statement Execution API", `JSON_ARRAY` format).

use crate::analyze::bound::{BoundQuery, Column};
use crate::local::engine::error::{EngineError, SqlError};
use crate::syntax::DataType;

use super::cast;
use super::expr::Lowering;
use super::relation;
use super::writer::{self, Sql, call};

/// One VARCHAR column for each column of the output, in order.
pub(crate) fn lower_answer(lowering: &Lowering<'_>, query: &BoundQuery) -> Result<Sql, EngineError> {
    relation::lower_output(lowering, query, &|column, position| {
        // Not the column's own name: the ordering behind the output must still see the value, not the text.
        Ok(format!("{} AS \"t{position}\"", text(column)?.as_str()))
    })
}

/// The output cast to `types` by position (store assignment decides beforehand which casts are allowed), named `t0`…
pub(crate) fn lower_assigned(
    lowering: &Lowering<'_>,
    query: &BoundQuery,
    types: &[DataType],
) -> Result<Sql, EngineError> {
    relation::lower_output(lowering, query, &|column, position| {
        let value = match types.get(position) {
            Some(to) => cast::cast(Sql::column(column.id), proved(column)?, to, false)?,
            None => Sql::column(column.id),
        };
        Ok(format!("{} AS \"t{position}\"", value.as_str()))
    })
}

/// The type that the API names for a column; one that is not proved cannot be returned.
pub(crate) fn proved(column: &Column) -> Result<&DataType, SqlError> {
    let unproved =
        || SqlError::unsupported(format!("the type of the column {}, which could not be proved", column.name));
    column.ty.as_ref().ok_or_else(unproved)
}

fn text(column: &Column) -> Result<Sql, EngineError> {
    let value = Sql::column(column.id);
    match proved(column)? {
        // ISO 8601 with milliseconds, in UTC.
        DataType::Timestamp => Ok(call("strftime", [value, Sql::text("%Y-%m-%dT%H:%M:%S.%gZ")])),
        DataType::TimestampNtz => Ok(call("strftime", [value, Sql::text("%Y-%m-%dT%H:%M:%S.%g")])),
        DataType::Array(_) | DataType::Map(..) | DataType::Struct(_) => {
            Ok(writer::cast(call("to_json", [value]), "VARCHAR"))
        }
        DataType::Binary => Ok(call("to_base64", [value])),
        ty => Ok(cast::cast(value, ty, &DataType::String, false)?),
    }
}
