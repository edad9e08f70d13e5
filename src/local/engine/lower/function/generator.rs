//! Functions that make rows: each gives one `unnest` a column, and all of one `SELECT` advance together.

use crate::analyze::bound::Column;
use crate::local::engine::error::SqlError;
use crate::syntax::DataType;

use super::super::relation::typed;
use super::super::writer::{self, Sql, call as function, infix, when};
use super::Arg;

pub(in super::super) fn generate(
    name: &str,
    args: &[Arg<'_>],
    outer: bool,
    columns: &[Column],
) -> Result<Vec<Sql>, SqlError> {
    let outer = outer || name.ends_with("_outer");
    let unnest = |list: Sql, empty: &Sql| {
        // `outer` keeps the row of an empty or missing list, with NULLs.
        let list = if outer {
            when(infix(empty.clone(), ">", Sql::int(0)), list, Sql::raw("[NULL]".to_string()))
        } else {
            list
        };
        function("unnest", [list])
    };
    let [list, ..] = args else { return Err(SqlError::unsupported(format!("{name} without arguments"))) };
    match name.trim_end_matches("_outer") {
        kind @ ("explode" | "posexplode") => {
            let is_map = matches!(list.ty()?, DataType::Map(..));
            let items = if is_map { function("map_entries", [list.sql.clone()]) } else { list.sql.clone() };
            let size = function("len", [items.clone()]);
            let mut out = Vec::new();
            if kind == "posexplode" {
                let positions = function("range", [size.clone()]);
                out.push(writer::cast(unnest(positions, &size), "INTEGER"));
            }
            if is_map {
                for part in ["key", "value"] {
                    out.push(function("struct_extract", [unnest(items.clone(), &size), Sql::text(part)]));
                }
            } else {
                out.push(unnest(items, &size));
            }
            Ok(out)
        }
        "inline" => {
            let DataType::Array(element) = list.ty()? else { return Err(SqlError::unsupported("inline of this type")) };
            let DataType::Struct(fields) = &**element else {
                return Err(SqlError::unsupported("inline of this type"));
            };
            let size = function("len", [list.sql.clone()]);
            let part = |name: &str| function("struct_extract", [unnest(list.sql.clone(), &size), Sql::text(name)]);
            Ok(fields.iter().map(|field| part(field.name.as_str())).collect())
        }
        "stack" => {
            let rows = list.constant_integer().and_then(|rows| usize::try_from(rows).ok()).filter(|rows| *rows > 0);
            let rows = rows.ok_or_else(|| SqlError::unsupported("stack with a computed number of rows"))?;
            let width = columns.len();
            let mut out = Vec::new();
            for (index, column) in columns.iter().enumerate() {
                let ty = typed(column)?;
                let cell = |row: usize| {
                    let value = args.get(1 + row * width + index).map(|arg| arg.sql.clone());
                    writer::cast(value.unwrap_or_else(|| Sql::raw("NULL".to_string())), &ty)
                };
                let cells: Vec<Sql> = (0..rows).map(cell).collect();
                out.push(function("unnest", [writer::call_all("list_value", &cells)]));
            }
            Ok(out)
        }
        _ => Err(SqlError::unsupported(format!("the generator {name}"))),
    }
}
