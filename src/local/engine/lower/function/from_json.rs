//! `from_json` with a constant schema, in its default mode: what is not of the schema's type becomes NULL (Databricks
//! documentation, "from_json function", `mode` PERMISSIVE). Field names match in their case.

use crate::local::engine::error::SqlError;
use crate::syntax::{DataType, StructField};

use super::super::types::duck_type;
use super::super::writer::{Sql, call, call_all, case, cast, infix, one_of, try_cast, with_lambda};

/// The value of a text. A text that is no JSON is NULL, or a struct of NULLs.
pub(super) fn root(json: &Sql, ty: &DataType) -> Result<Sql, SqlError> {
    let is = |kind: &str| infix(call("json_type", [json.clone()]), "=", Sql::text(kind));
    let valid = call("json_valid", [json.clone()]);
    let parsed = cast(json.clone(), "JSON");
    match ty {
        DataType::Struct(fields) => {
            let nulls = fields.iter().map(|field| part(field, typed_null(&field.data_type)?));
            let nothing = call_all("struct_pack", &nulls.collect::<Result<Vec<_>, SqlError>>()?);
            let read =
                case(&[(is("OBJECT"), value(&parsed, ty, 0)?), (is("NULL"), typed_null(ty)?)], Some(nothing.clone()));
            let present = infix(json.clone(), "IS NOT", Sql::raw("NULL".to_string()));
            Ok(case(&[(valid, read), (present, nothing)], None))
        }
        DataType::Array(element) => {
            let mut branches = vec![(is("ARRAY"), value(&parsed, ty, 0)?)];
            if matches!(**element, DataType::Struct(_)) {
                // One object stands for a list of one.
                branches.push((is("OBJECT"), call("list_value", [value(&parsed, element, 0)?])));
            }
            Ok(case(&[(valid, case(&branches, None))], None))
        }
        other => Err(SqlError::unsupported(format!("from_json to {other}"))),
    }
}

fn typed_null(ty: &DataType) -> Result<Sql, SqlError> {
    Ok(cast(Sql::raw("NULL".to_string()), &duck_type(ty)?))
}

/// A field of `struct_pack`.
fn part(field: &StructField, value: Sql) -> Result<Sql, SqlError> {
    let name = field.name.as_str();
    if name.contains(['"', '\\']) {
        return Err(SqlError::unsupported(format!("from_json into the field {}", field.name.quoted())));
    }
    Ok(Sql::raw(format!("{} := {}", Sql::name(name).as_str(), value.as_str())))
}

/// The value of a JSON value; `depth` tells the names of the lists' items apart.
fn value(json: &Sql, ty: &DataType, depth: usize) -> Result<Sql, SqlError> {
    let kind = call("json_type", [json.clone()]);
    let text = call("json_extract_string", [json.clone(), Sql::text("$")]);
    let if_kind = |kinds: &[&str], value: Sql| {
        let kinds: Vec<Sql> = kinds.iter().map(|kind| Sql::text(kind)).collect();
        case(&[(one_of(kind.clone(), &kinds), value)], None)
    };
    Ok(match ty {
        DataType::String => case(&[(infix(kind, "<>", Sql::text("NULL")), text)], None),
        DataType::Boolean => if_kind(&["BOOLEAN"], try_cast(text, "BOOLEAN")),
        DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => {
            if_kind(&["BIGINT", "UBIGINT"], try_cast(text, &duck_type(ty)?))
        }
        DataType::Array(element) => {
            let item = Sql::name(&format!("item{depth}"));
            let body = value(&item, element, depth + 1)?;
            let items = try_cast(json.clone(), "JSON[]");
            if_kind(&["ARRAY"], with_lambda("list_transform", items, &[item], body))
        }
        DataType::Struct(fields) => {
            let mut parts = Vec::with_capacity(fields.len());
            for field in fields {
                let name = field.name.as_str();
                let inner = call("json_extract", [json.clone(), Sql::text(&format!("$.\"{name}\""))]);
                let read = cast(value(&inner, &field.data_type, depth)?, &duck_type(&field.data_type)?);
                parts.push(part(field, read)?);
            }
            if_kind(&["OBJECT"], call_all("struct_pack", &parts))
        }
        other => return Err(SqlError::unsupported(format!("from_json into {other}"))),
    })
}
