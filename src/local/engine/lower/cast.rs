//! ANSI casts (Apache Spark, "ANSI Compliance"; Databricks documentation, "cast function"): malformed input and
//! overflow fail, or give NULL under `try_cast`.

use crate::local::engine::error::{ErrorClass, SqlError};
use crate::syntax::DataType;

use super::moment;
use super::types::duck_type;
use super::writer::{
    self, Sql, call, call_all, case, infix, is_not_null, is_null, try_cast, try_shared, when, with_lambda,
};

/// What Spark trims off a text before it reads a value: blanks and control characters.
const BLANKS: &str = " \t\n\r\u{b}\u{c}";

pub(super) fn cast(value: Sql, from: &DataType, to: &DataType, try_: bool) -> Result<Sql, SqlError> {
    let reused = match (from, to) {
        (from, to) if from == to => return Ok(value),
        // These look at the value more than once.
        (DataType::String, DataType::Binary) => false,
        (DataType::String | DataType::Void | DataType::Struct(_), _) => true,
        (DataType::Array(_) | DataType::Map(..), DataType::String) => true,
        (DataType::Float | DataType::Double, DataType::String) | (DataType::Double, DataType::Float) => true,
        (DataType::Date | DataType::Timestamp | DataType::TimestampNtz, DataType::String) => true,
        (DataType::IntervalDayTime | DataType::IntervalYearMonth, DataType::String) => true,
        _ => false,
    };
    if !reused {
        return convert(value, from, to, try_);
    }
    try_shared([value], |[value]| convert(value, from, to, try_))
}

fn convert(value: Sql, from: &DataType, to: &DataType, try_: bool) -> Result<Sql, SqlError> {
    use DataType::*;
    let failing = |result: Sql, class| Ok(checked(value.clone(), result, from, to, try_, class));
    let refuse = || Err(SqlError::unsupported(format!("the cast from {from} to {to}")));
    match (from, to) {
        // NULL, or `raise_error`, which must still be evaluated.
        (Void, _) => Ok(case(&[(is_null(value), Sql::null(to))], None)),
        (_, String) => to_string(value, from),
        (String, Boolean) => failing(string_to_boolean(&value), ErrorClass::CAST_INVALID_INPUT),
        (String, to) if to.is_integer() => failing(string_to_integer(&value, to)?, ErrorClass::CAST_INVALID_INPUT),
        (String, Decimal { .. }) => {
            let number = string_to_number(&value, to)?;
            if try_ {
                return Ok(number);
            }
            // A number that is only too large is another error than no number.
            let large = is_not_null(string_to_number(&value, &Double)?);
            let overflow =
                checked(value.clone(), number.clone(), from, to, false, ErrorClass::NUMERIC_VALUE_OUT_OF_RANGE);
            Ok(when(large, overflow, checked(value, number, from, to, false, ErrorClass::CAST_INVALID_INPUT)))
        }
        (String, Float | Double) => failing(string_to_number(&value, to)?, ErrorClass::CAST_INVALID_INPUT),
        (String, Date) => failing(moment::date(&value), ErrorClass::CAST_INVALID_INPUT),
        (String, Timestamp) => failing(moment::instant(&value), ErrorClass::CAST_INVALID_INPUT),
        (String, TimestampNtz) => failing(moment::local(&value), ErrorClass::CAST_INVALID_INPUT),
        (String, Binary) => Ok(call("encode", [value])),
        (Boolean, to) if to.is_numeric() => Ok(writer::cast(writer::cast(value, "INTEGER"), &duck_type(to)?)),
        (from, Boolean) if from.is_numeric() => Ok(infix(value, "<>", Sql::int(0))),
        // A number that does not fit fails in DuckDB too; its words for that are translated with all others.
        (from, to) if from.is_integer() && to.is_integer() => plain(value, to, try_),
        (Float | Double | Decimal { .. }, to) if to.is_integer() => plain(call("trunc", [value]), to, try_),
        // By way of the shortest decimal text, as Spark does: 2.345 is 2.345, not the nearest binary number.
        (Float | Double, Decimal { .. }) => plain(writer::cast(value, "VARCHAR"), to, try_),
        (from, Decimal { .. }) if from.is_numeric() => plain(value, to, try_),
        (Double, Float) => {
            // What is too large for a FLOAT is infinite, without an error.
            let large = infix(call("abs", [value.clone()]), ">", Sql::double(f64::from(f32::MAX)));
            let infinite = infix(call("sign", [value.clone()]), "*", Sql::double(f64::INFINITY));
            Ok(writer::cast(case(&[(large, infinite)], Some(value)), "FLOAT"))
        }
        (from, Float | Double) if from.is_numeric() => Ok(writer::cast(value, &duck_type(to)?)),
        (from, Timestamp) if try_ && from.is_numeric() => {
            let first = |args: Vec<Sql>| args.into_iter().next().unwrap_or_else(|| Sql::null(from));
            writer::tried(vec![value], |args| convert(first(args), from, to, false))
        }
        (from, Timestamp) if from.is_integer() => {
            let micros = infix(writer::cast(value, "BIGINT"), "*", Sql::integer(1_000_000));
            Ok(call("make_timestamp", [micros]))
        }
        (from, Timestamp) if from.is_numeric() => {
            let micros = infix(writer::cast(value, "DOUBLE"), "*", Sql::double(1e6));
            Ok(call("make_timestamp", [writer::cast(call("trunc", [micros]), "BIGINT")]))
        }
        (Timestamp, Float | Double | Decimal { .. }) => {
            let seconds = infix(
                writer::cast(call("epoch_us", [value]), "DECIMAL(20,0)"),
                "*",
                Sql::number("0.000001", "DECIMAL(7,6)"),
            );
            cast(seconds, &Decimal { precision: 27, scale: 6 }, to, try_)
        }
        (Timestamp, to) if to.is_integer() => cast(epoch_seconds(value), &BigInt, to, try_),
        (Date, Timestamp | TimestampNtz) => Ok(writer::cast(value, "TIMESTAMP")),
        (Timestamp | TimestampNtz, Date) => Ok(writer::cast(value, "DATE")),
        // Both are microseconds, and the session's zone is UTC.
        (Timestamp, TimestampNtz) | (TimestampNtz, Timestamp) => Ok(value),
        (Array(from), Array(to)) => {
            let item = Sql::name("x");
            let body = cast(item.clone(), from, to, try_)?;
            Ok(with_lambda("list_transform", value, &[item], body))
        }
        (Struct(from), Struct(to)) if from.len() == to.len() => {
            let mut fields = Vec::with_capacity(to.len());
            for (source, target) in from.iter().zip(to) {
                let field = call("struct_extract", [value.clone(), Sql::text(source.name.as_str())]);
                fields
                    .push((target.name.as_str().to_string(), cast(field, &source.data_type, &target.data_type, try_)?));
            }
            Ok(when(is_null(value), Sql::null(&Struct(to.clone())), struct_of(&fields)))
        }
        (Map(from_key, from_value), Map(to_key, to_value)) => {
            let item = Sql::name("x");
            let part = |name| call("struct_extract", [item.clone(), Sql::text(name)]);
            let entry = struct_of(&[
                ("key".to_string(), cast(part("key"), from_key, to_key, try_)?),
                ("value".to_string(), cast(part("value"), from_value, to_value, try_)?),
            ]);
            let entries =
                with_lambda("list_transform", call("map_entries", [value]), std::slice::from_ref(&item), entry);
            Ok(call("map_from_entries", [entries]))
        }
        _ => refuse(),
    }
}

fn plain(value: Sql, to: &DataType, try_: bool) -> Result<Sql, SqlError> {
    let to = duck_type(to)?;
    Ok(if try_ { try_cast(value, &to) } else { writer::cast(value, &to) })
}

/// `{'name': value, …}`.
pub(super) fn struct_of(fields: &[(String, Sql)]) -> Sql {
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}: {}", Sql::text(name).as_str(), value.as_str())).collect();
    Sql::raw(format!("{{{}}}", fields.join(", ")))
}

/// `result` where it is not NULL; a value that gives NULL fails, unless under `try_cast`.
fn checked(value: Sql, result: Sql, from: &DataType, to: &DataType, try_: bool, class: ErrorClass) -> Sql {
    if try_ {
        return result;
    }
    let shown = writer::cast(value.clone(), "VARCHAR");
    let message = match class {
        ErrorClass::CAST_INVALID_INPUT => [
            Sql::text("The value '"),
            shown,
            Sql::text(&format!(
                "' of the type \"{from}\" cannot be cast to \"{to}\" because it is malformed. Correct the value as per \
                 the syntax, or change its target type. Use `try_cast` to tolerate malformed input and return NULL \
                 instead."
            )),
        ],
        ErrorClass::CAST_OVERFLOW => [
            Sql::text("The value "),
            shown,
            Sql::text(&format!(
                " of the type \"{from}\" cannot be cast to \"{to}\" due to an overflow. Use `try_cast` to tolerate \
                 overflow and return NULL instead."
            )),
        ],
        _ => [
            Sql::text("The value "),
            shown,
            Sql::text(&format!(" cannot be represented as {to}. Use `try_cast` to return NULL instead.")),
        ],
    };
    let fail = case(&[(is_not_null(value), Sql::raise_with(class, &message))], None);
    call("coalesce", [result, fail])
}

pub(super) fn trimmed(value: &Sql) -> Sql {
    call("trim", [value.clone(), Sql::text(BLANKS)])
}

pub(super) fn matches(value: Sql, pattern: &str) -> Sql {
    call("regexp_full_match", [value, Sql::text(pattern)])
}

/// DuckDB knows the same words as Spark, but not with blanks around them.
fn string_to_boolean(value: &Sql) -> Sql {
    call("coalesce", [try_cast(value.clone(), "BOOLEAN"), try_cast(trimmed(value), "BOOLEAN")])
}

/// DuckDB also reads `1.5`, `1e3`, `0x1F` and `1_000` as integers: only a sign and digits may pass. (A match costs a
/// tenth of trimming a set of characters.)
pub(super) const INTEGER: &str = "[+-]?[0-9]+";
pub(super) const NUMBER: &str = "[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?";
/// What Spark trims off before it reads a number.
const BLANK: &str = "[ \\t-\\r]*";

fn string_to_integer(value: &Sql, to: &DataType) -> Result<Sql, SqlError> {
    let plain = matches(value.clone(), &format!("{BLANK}{INTEGER}{BLANK}"));
    Ok(case(&[(plain, try_cast(value.clone(), &duck_type(to)?))], None))
}

fn string_to_number(value: &Sql, to: &DataType) -> Result<Sql, SqlError> {
    let plain = matches(value.clone(), &format!("{BLANK}{NUMBER}{BLANK}"));
    let mut branches = vec![(plain, try_cast(value.clone(), &duck_type(to)?))];
    if !matches!(to, DataType::Decimal { .. }) {
        let word = matches(trimmed(value), "(?i)[+-]?(nan|inf|infinity)");
        branches.push((word, try_cast(trimmed(value), &duck_type(to)?)));
    }
    Ok(case(&branches, None))
}

/// Whole seconds since the epoch, rounded down.
pub(super) fn epoch_seconds(timestamp: Sql) -> Sql {
    let whole = call("date_trunc", [Sql::text("second"), timestamp]);
    infix(call("epoch_us", [whole]), "//", Sql::integer(1_000_000))
}

fn to_string(value: Sql, from: &DataType) -> Result<Sql, SqlError> {
    Ok(match from {
        DataType::Float | DataType::Double => java_number(value),
        // DuckDB leaves out the zero before the point when the type has no whole digits.
        DataType::Decimal { precision, scale } if precision == scale && *scale < 38 => {
            writer::cast(writer::cast(value, &format!("DECIMAL({},{scale})", precision + 1)), "VARCHAR")
        }
        DataType::Binary => call("decode", [value]),
        DataType::IntervalYearMonth | DataType::IntervalDayTime => interval_text(value, from),
        DataType::Date | DataType::Timestamp | DataType::TimestampNtz => moment::text(value),
        DataType::Array(_) | DataType::Map(..) | DataType::Struct(_) => return nested_text(value, from),
        DataType::Variant => return Err(SqlError::unsupported("the cast from VARIANT to STRING; use to_json")),
        _ => writer::cast(value, "VARCHAR"),
    })
}

/// `[1, null]`, `{a -> 1}`, `{1, x}`.
fn nested_text(value: Sql, from: &DataType) -> Result<Sql, SqlError> {
    let within = |value: Sql, ty: &DataType| -> Result<Sql, SqlError> {
        Ok(call("coalesce", [cast(value, ty, &DataType::String, false)?, Sql::text("null")]))
    };
    let listed = |list: Sql, item: &Sql, body: Sql| {
        let texts = with_lambda("list_transform", list, std::slice::from_ref(item), body);
        call("coalesce", [call("array_to_string", [texts, Sql::text(", ")]), Sql::text("")])
    };
    let item = Sql::name("x");
    let (open, inner, close) = match from {
        DataType::Array(element) => {
            let body = within(item.clone(), element)?;
            ("[", listed(value.clone(), &item, body), "]")
        }
        DataType::Map(key, entry) => {
            let part = |name| call("struct_extract", [item.clone(), Sql::text(name)]);
            let body = [within(part("key"), key)?, Sql::text(" -> "), within(part("value"), entry)?];
            ("{", listed(call("map_entries", [value.clone()]), &item, call_all("concat", &body)), "}")
        }
        DataType::Struct(fields) => {
            let field = |field: &crate::syntax::StructField| {
                let part = call("struct_extract", [value.clone(), Sql::text(field.name.as_str())]);
                within(part, &field.data_type)
            };
            let texts = fields.iter().map(field).collect::<Result<Vec<_>, _>>()?;
            let texts: Vec<Sql> = std::iter::once(Sql::text(", ")).chain(texts).collect();
            ("{", if fields.is_empty() { Sql::text("") } else { call_all("concat_ws", &texts) }, "}")
        }
        other => return Err(SqlError::unsupported(format!("the cast from {other} to STRING"))),
    };
    let whole = call("concat", [Sql::text(open), inner, Sql::text(close)]);
    Ok(case(&[(is_not_null(value), whole)], None))
}

/// `Double.toString` of Java: plain between 0.001 and 10 million, else `d.dE±n`.
fn java_number(value: Sql) -> Sql {
    let text = writer::cast(value.clone(), "VARCHAR");
    let size = call("abs", [value.clone()]);
    let plain = infix(
        infix(size.clone(), ">=", Sql::number("0.001", "DOUBLE")),
        "AND",
        infix(size.clone(), "<", Sql::number("1e7", "DOUBLE")),
    );
    let zero = infix(value.clone(), "=", Sql::number("0", "DOUBLE"));
    // The shortest digits, first without sign, point, exponent and outer zeros; then with a point behind the first.
    let mantissa = call("regexp_replace", [text.clone(), Sql::text("^-|e.*$"), Sql::text(""), Sql::text("g")]);
    let digits = call("replace", [mantissa.clone(), Sql::text("."), Sql::text("")]);
    let digits = call("trim", [digits, Sql::text("0")]);
    let tail = call("substr", [digits.clone(), Sql::int(2)]);
    let tail = when(infix(tail.clone(), "=", Sql::text("")), Sql::text("0"), tail);
    let sign = when(infix(value.clone(), "<", Sql::number("0", "DOUBLE")), Sql::text("-"), Sql::text(""));
    // DuckDB's exponent where it prints one, else the place of the first digit.
    let printed = writer::cast(call("regexp_extract", [text.clone(), Sql::text("e(.*)$"), Sql::int(1)]), "INTEGER");
    let whole = infix(call("strpos", [mantissa.clone(), Sql::text(".")]), "-", Sql::integer(2));
    let leading = call("length", [call("regexp_extract", [mantissa, Sql::text("^0\\.(0*)"), Sql::int(1)])]);
    let exponent = case(
        &[
            (call("contains", [text.clone(), Sql::text("e")]), printed),
            (infix(size, ">=", Sql::number("1", "DOUBLE")), whole),
        ],
        Some(infix(Sql::integer(-1), "-", leading)),
    );
    let scientific = [
        sign,
        call("left", [digits, Sql::integer(1)]),
        Sql::text("."),
        tail,
        Sql::text("E"),
        writer::cast(exponent, "VARCHAR"),
    ];
    case(
        &[
            (is_null(value.clone()), Sql::null(&DataType::String)),
            (call("isnan", [value.clone()]), Sql::text("NaN")),
            (
                call("isinf", [value.clone()]),
                when(infix(value, ">", Sql::number("0", "DOUBLE")), Sql::text("Infinity"), Sql::text("-Infinity")),
            ),
            (infix(plain, "OR", zero), text),
        ],
        Some(call_all("concat", &scientific)),
    )
}

/// `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '1 02:03:04.5' DAY TO SECOND`.
fn interval_text(value: Sql, from: &DataType) -> Sql {
    let size = call("abs", [value.clone()]);
    let text = |sql| writer::cast(sql, "VARCHAR");
    let part = |divisor: i64| infix(size.clone(), "//", Sql::integer(divisor));
    let two = |sql: Sql| call("lpad", [text(sql), Sql::int(2), Sql::text("0")]);
    let sign = when(infix(value, "<", Sql::int(0)), Sql::text("-"), Sql::text(""));
    if *from == DataType::IntervalYearMonth {
        let months = infix(size.clone(), "%", Sql::integer(12));
        let parts =
            [Sql::text("INTERVAL '"), sign, text(part(12)), Sql::text("-"), text(months), Sql::text("' YEAR TO MONTH")];
        return parts.into_iter().reduce(|left, right| infix(left, "||", right)).unwrap_or_else(|| Sql::text(""));
    }
    let within = |divisor: i64, modulus: i64| infix(part(divisor), "%", Sql::integer(modulus));
    let fraction = call("lpad", [text(infix(size.clone(), "%", Sql::integer(1_000_000))), Sql::int(6), Sql::text("0")]);
    let fraction = call("rtrim", [infix(Sql::text("."), "||", fraction), Sql::text("0")]);
    let fraction = call("rtrim", [fraction, Sql::text(".")]);
    let parts = [
        Sql::text("INTERVAL '"),
        sign,
        text(part(86_400_000_000)),
        Sql::text(" "),
        two(within(3_600_000_000, 24)),
        Sql::text(":"),
        two(within(60_000_000, 60)),
        Sql::text(":"),
        two(within(1_000_000, 60)),
        fraction,
        Sql::text("' DAY TO SECOND"),
    ];
    parts.into_iter().reduce(|left, right| infix(left, "||", right)).unwrap_or_else(|| Sql::text(""))
}
