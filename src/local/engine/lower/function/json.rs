//! JSON texts. Malformed JSON gives NULL, as in Spark.

use crate::local::engine::error::SqlError;
use crate::syntax::DataType;

use super::super::writer::{Sql, call as function, case, cast, infix};
use super::Arg;

pub(super) fn call(name: &str, args: &[Arg<'_>], ty: Option<&DataType>) -> Result<Option<Sql>, SqlError> {
    Ok(Some(match (name, args) {
        ("get_json_object", [json, path]) => {
            let path = path.constant_text().ok_or_else(|| SqlError::unsupported("a JSON path that is not constant"))?;
            if !path.starts_with('$') || path.contains(['*', '?']) {
                return Err(SqlError::unsupported(format!("the JSON path '{path}'")));
            }
            valid(&json.sql, function("json_extract_string", [json.sql.clone(), Sql::text(path)]))
        }
        ("from_json", [_, _, _]) => return Err(SqlError::unsupported("options of from_json")),
        ("from_json", [json, _]) => {
            let ty = ty.ok_or_else(|| SqlError::unsupported("from_json with a schema that is not constant"))?;
            super::from_json::root(&json.sql, ty)?
        }
        ("json_array_length", [json]) => {
            let is_array = infix(function("json_type", [json.sql.clone()]), "=", Sql::text("ARRAY"));
            let length = case(&[(is_array, cast(function("json_array_length", [json.sql.clone()]), "INTEGER"))], None);
            valid(&json.sql, length)
        }
        _ => return Ok(None),
    }))
}

fn valid(json: &Sql, value: Sql) -> Sql {
    case(&[(function("json_valid", [json.clone()]), value)], None)
}
