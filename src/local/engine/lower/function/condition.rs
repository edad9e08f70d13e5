//! Comparison, logic, conditions and the functions that choose or refuse a value.

use crate::local::engine::error::{ErrorClass, SqlError};
use crate::syntax::{DataType, StructField};

use super::super::types::duck_type;
use super::super::writer::{
    Sql, balanced, call as function, call_all, case, cast, infix, is_not_null, is_null, join, not, when,
};
use super::{Arg, result, sqls};

pub(super) fn call(name: &str, args: &[Arg<'_>], ty: Option<&DataType>) -> Result<Option<Sql>, SqlError> {
    if let Some(sql) = comparison(name, args) {
        return Ok(Some(sql));
    }
    Ok(Some(match (name, args) {
        ("like", [a, pattern, rest @ ..]) => like(a, "LIKE", pattern, rest)?,
        ("ilike", [a, pattern, rest @ ..]) => like(a, "ILIKE", pattern, rest)?,
        ("coalesce", _) => call_all("coalesce", &sqls(args)),
        ("if" | "iff", [condition, yes, no]) => when(condition.sql.clone(), yes.sql.clone(), no.sql.clone()),
        ("nvl2", [a, yes, no]) => when(is_not_null(a.sql.clone()), yes.sql.clone(), no.sql.clone()),
        ("nullif", [a, b]) => when(infix(a.sql.clone(), "=", b.sql.clone()), Sql::null(result(ty)?), a.sql.clone()),
        ("nullifzero", [a]) => when(infix(a.sql.clone(), "=", Sql::int(0)), Sql::null(result(ty)?), a.sql.clone()),
        ("zeroifnull", [a]) => function("coalesce", [a.sql.clone(), cast(Sql::int(0), &duck_type(result(ty)?)?)]),
        ("decode", [value, rest @ ..]) if rest.len() > 1 => {
            let same = |key: &Arg<'_>| infix(value.sql.clone(), "IS NOT DISTINCT FROM", key.sql.clone());
            let pairs = rest.chunks_exact(2);
            let otherwise = pairs.remainder().first().map(|arg| arg.sql.clone());
            let branches: Vec<_> = pairs.map(|pair| (same(&pair[0]), pair[1].sql.clone())).collect();
            case(&branches, otherwise)
        }
        // Both skip NULLs on DuckDB too.
        ("greatest" | "least", _) => {
            let keyword = if name == "greatest" { "greatest" } else { "least" };
            call_all(keyword, &sqls(args))
        }
        ("isnan", [a]) => function("coalesce", [function("isnan", [a.sql.clone()]), Sql::boolean(false)]),
        ("nanvl", [a, b]) => when(function("isnan", [a.sql.clone()]), b.sql.clone(), a.sql.clone()),
        ("raise_error", [message]) => {
            let text = function("coalesce", [message.sql.clone(), Sql::text("null")]);
            Sql::raise_with(ErrorClass::USER_RAISED_EXCEPTION, &[text])
        }
        ("assert_true", [condition, rest @ ..]) => {
            let text = match rest {
                [message] => message.sql.clone(),
                _ => Sql::text("the asserted condition is not true"),
            };
            let fail = Sql::raise_with(ErrorClass::USER_RAISED_EXCEPTION, &[text]);
            let holds = function("coalesce", [condition.sql.clone(), Sql::boolean(false)]);
            case(&[(not(holds), fail)], None)
        }
        ("typeof", [a]) if matches!(a.ty()?, DataType::IntervalDayTime | DataType::IntervalYearMonth) => {
            return Err(SqlError::unsupported("typeof of an interval, the fields of which are not known"));
        }
        ("typeof", [a]) => Sql::text(&simple_name(a.ty()?)),
        ("uuid", []) => cast(Sql::raw("uuid()".to_string()), "VARCHAR"),
        ("rand", []) => Sql::raw("random()".to_string()),
        _ => return Ok(None),
    }))
}

/// A type as `typeof` names it.
fn simple_name(ty: &DataType) -> String {
    match ty {
        DataType::Array(element) => format!("array<{}>", simple_name(element)),
        DataType::Map(key, value) => format!("map<{},{}>", simple_name(key), simple_name(value)),
        DataType::Struct(fields) => {
            let field = |field: &StructField| format!("{}:{}", field.name, simple_name(&field.data_type));
            format!("struct<{}>", fields.iter().map(field).collect::<Vec<_>>().join(","))
        }
        simple => simple.to_string().to_lowercase(),
    }
}

fn comparison(name: &str, args: &[Arg<'_>]) -> Option<Sql> {
    let operator = match name {
        "eq" => "=",
        "neq" => "<>",
        "lt" => "<",
        "lte" => "<=",
        "gt" => ">",
        "gte" => ">=",
        "null_safe_eq" | "equal_null" => "IS NOT DISTINCT FROM",
        "and" => "AND",
        "or" => "OR",
        "bit_and" => "&",
        "bit_or" => "|",
        _ => return postfix(name, args),
    };
    balanced(sqls(args), &|left, right| infix(left, operator, right))
}

fn postfix(name: &str, args: &[Arg<'_>]) -> Option<Sql> {
    let value = args.first()?.sql.clone();
    Some(match (name, args.len()) {
        ("not", 1) => not(value),
        ("is_null" | "isnull", 1) => is_null(value),
        ("is_not_null" | "isnotnull", 1) => is_not_null(value),
        ("is_true", 1) => infix(value, "IS NOT DISTINCT FROM", Sql::boolean(true)),
        ("is_not_true", 1) => infix(value, "IS DISTINCT FROM", Sql::boolean(true)),
        ("is_false", 1) => infix(value, "IS NOT DISTINCT FROM", Sql::boolean(false)),
        ("is_not_false", 1) => infix(value, "IS DISTINCT FROM", Sql::boolean(false)),
        ("bit_not", 1) => function("~", [value]),
        ("bit_xor", 2) => function("xor", [value, args[1].sql.clone()]),
        _ => return None,
    })
}

/// The escape character is a backslash unless another is given; DuckDB has none by default.
fn like(value: &Arg<'_>, operator: &'static str, pattern: &Arg<'_>, rest: &[Arg<'_>]) -> Result<Sql, SqlError> {
    let mark = rest.first().map_or(Some("\\"), |arg| arg.constant_text());
    if let Some((pattern, mark)) = pattern.constant_text().zip(mark.and_then(|mark| mark.chars().next())) {
        check_escapes(pattern, mark)?;
    }
    let escape = rest.first().map_or_else(|| Sql::text("\\"), |arg| arg.sql.clone());
    let (value, pattern) = (value.sql.as_str(), pattern.sql.as_str());
    Ok(Sql::raw(format!("({value} {operator} {pattern} ESCAPE {})", join(&[escape]))))
}

/// Only `_`, `%` and the escape character itself can be escaped.
fn check_escapes(pattern: &str, mark: char) -> Result<(), SqlError> {
    let mut chars = pattern.chars();
    while chars.any(|c| c == mark) {
        match chars.next() {
            Some(escaped) if escaped == mark || matches!(escaped, '_' | '%') => {}
            Some(other) => {
                let text =
                    format!("The pattern '{pattern}' is invalid: the escape character must not precede '{other}'.");
                return Err(SqlError::new(ErrorClass::INVALID_FORMAT_ESC_IN_THE_MIDDLE, text));
            }
            None => {
                let text = format!("The pattern '{pattern}' is invalid: it must not end with the escape character.");
                return Err(SqlError::new(ErrorClass::INVALID_FORMAT_ESC_AT_THE_END, text));
            }
        }
    }
    Ok(())
}
