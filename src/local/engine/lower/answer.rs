//! A query's rows as they leave it: as texts for the Statement Execution API, where every value is one (Databricks documentation,
//! "Statement Execution API", `JSON_ARRAY` format).

use crate::analyze::bound::{BoundQuery, Column};
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::syntax::DataType;

use super::cast;
use super::expr::Lowering;
use super::relation;
use super::writer::{self, Sql, call, call_all, case, is_not_null, with_lambda};

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
    let types: Vec<_> = types.iter().map(|ty| (None, ty.clone())).collect();
    lower_inserted(lowering, query, &types)
}

/// As [`lower_assigned`], for columns with names: what does not fit one fails with its name.
pub(crate) fn lower_inserted(
    lowering: &Lowering<'_>,
    query: &BoundQuery,
    targets: &[(Option<String>, DataType)],
) -> Result<Sql, EngineError> {
    relation::lower_output(lowering, query, &|column, position| {
        let value = match targets.get(position) {
            Some((name, to)) => {
                let from = proved(column)?;
                let assigned = cast::cast(Sql::column(column.id), from, to, false)?;
                match name {
                    Some(name) if from.is_numeric() && from != to && may_overflow(to) => {
                        let tried = cast::cast(Sql::column(column.id), from, to, true)?;
                        let text = format!(
                            "Fail to assign a value of \"{from}\" type to the \"{to}\" type column or variable `{name}` \
                             due to an overflow. Use `try_cast` on the input value to tolerate overflow and return NULL \
                             instead."
                        );
                        let fail = Sql::raise(ErrorClass::CAST_OVERFLOW_IN_TABLE_INSERT, &text);
                        let fail = case(&[(is_not_null(Sql::column(column.id)), fail)], None);
                        call("coalesce", [tried, fail])
                    }
                    _ => assigned,
                }
            }
            None => Sql::column(column.id),
        };
        Ok(format!("{} AS \"t{position}\"", value.as_str()))
    })
}

fn may_overflow(to: &DataType) -> bool {
    to.is_integer() || matches!(to, DataType::Decimal { .. })
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
        DataType::Array(_) | DataType::Map(..) | DataType::Struct(_) => Ok(json(value, proved(column)?)?),
        DataType::Binary => Ok(call("to_base64", [value])),
        ty => Ok(cast::cast(value, ty, &DataType::String, false)?),
    }
}

/// JSON in which a decimal keeps its scale: DuckDB's own writes 1.00 as 1.0.
fn json(value: Sql, ty: &DataType) -> Result<Sql, SqlError> {
    let plain = |value: Sql| writer::cast(call("to_json", [value]), "VARCHAR");
    if !has_decimal(ty) {
        return Ok(plain(value));
    }
    let within = |value: Sql, ty: &DataType| Ok::<_, SqlError>(call("coalesce", [json(value, ty)?, Sql::text("null")]));
    let listed = |list: Sql, body: Sql| {
        let items = with_lambda("list_transform", list, &[Sql::name("x")], body);
        call("coalesce", [call("array_to_string", [items, Sql::text(",")]), Sql::text("")])
    };
    let x = Sql::name("x");
    let (open, inner, close) = match ty {
        DataType::Decimal { .. } => return cast::cast(value, ty, &DataType::String, false),
        DataType::Array(element) => ("[", listed(value.clone(), within(x, element)?), "]"),
        DataType::Map(key, entry) => {
            let part = |name| call("struct_extract", [x.clone(), Sql::text(name)]);
            let key = plain(cast::cast(part("key"), key, &DataType::String, false)?);
            let pair = call("concat", [key, Sql::text(":"), within(part("value"), entry)?]);
            ("{", listed(call("map_entries", [value.clone()]), pair), "}")
        }
        DataType::Struct(fields) => {
            let mut parts = vec![Sql::text(",")];
            for field in fields {
                let name = plain(Sql::text(field.name.as_str()));
                let part = call("struct_extract", [value.clone(), Sql::text(field.name.as_str())]);
                parts.push(call("concat", [name, Sql::text(":"), within(part, &field.data_type)?]));
            }
            ("{", call_all("concat_ws", &parts), "}")
        }
        _ => return Ok(plain(value)),
    };
    let whole = call("concat", [Sql::text(open), inner, Sql::text(close)]);
    Ok(case(&[(is_not_null(value), whole)], None))
}

fn has_decimal(ty: &DataType) -> bool {
    match ty {
        DataType::Decimal { .. } => true,
        DataType::Array(element) => has_decimal(element),
        DataType::Map(key, value) => has_decimal(key) || has_decimal(value),
        DataType::Struct(fields) => fields.iter().any(|field| has_decimal(&field.data_type)),
        _ => false,
    }
}
