//! Numbers: rounding half up, logarithms that give NULL where Spark's do, hashes of bits.

use crate::local::engine::error::{ErrorClass, SqlError};
use crate::syntax::DataType;

use super::super::types::duck_type;
use super::super::writer::{Sql, call as function, case, cast, infix, shared, try_cast, when};
use super::{Arg, result};

pub(super) fn call(name: &str, args: &[Arg<'_>], ty: Option<&DataType>) -> Result<Option<Sql>, SqlError> {
    let plain = |name: &'static str, arg: &Arg<'_>| function(name, [arg.sql.clone()]);
    Ok(Some(match (name, args) {
        ("round", [a, rest @ ..]) => round(a, rest, result(ty)?, "round")?,
        ("bround", [a, rest @ ..]) => round(a, rest, result(ty)?, "round_even")?,
        ("ceil" | "floor", [a]) => {
            let keyword = if name == "ceil" { "ceil" } else { "floor" };
            let whole = cast(plain(keyword, a), &duck_type(result(ty)?)?);
            match a.ty()? {
                DataType::Double | DataType::Float => whole_of(a, whole),
                _ => whole,
            }
        }
        ("rint", [a]) => function("round_even", [a.sql.clone(), Sql::int(0)]),
        ("sign", [a]) => cast(plain("sign", a), "DOUBLE"),
        ("sqrt", [a]) => {
            let negative = infix(a.sql.clone(), "<", Sql::int(0));
            when(negative, Sql::double(f64::NAN), plain("sqrt", a))
        }
        ("ln", [a]) => positive(a, plain("ln", a)),
        ("log10", [a]) => positive(a, plain("log10", a)),
        ("log2", [a]) => positive(a, plain("log2", a)),
        ("log1p", [a]) => {
            let inner = infix(a.sql.clone(), "+", Sql::number("1", "DOUBLE"));
            let legal = infix(inner.clone(), ">", Sql::int(0));
            let near = series(a, &[1.0, -1.0 / 2.0, 1.0 / 3.0]);
            case(&[(tiny(a), near), (legal, function("ln", [inner]))], None)
        }
        ("log", [a]) => positive(a, plain("ln", a)),
        ("log", [base, a]) => {
            let quotient = infix(plain("ln", a), "/", plain("ln", base));
            positive(base, positive(a, quotient))
        }
        ("exp", [a]) => plain("exp", a),
        ("expm1", [a]) => {
            when(tiny(a), series(a, &[1.0, 1.0 / 2.0, 1.0 / 6.0]), infix(plain("exp", a), "-", Sql::int(1)))
        }
        ("power", [a, b]) => function("pow", [a.sql.clone(), b.sql.clone()]),
        // DuckDB takes the power 1/3, which misses whole roots by a bit.
        ("cbrt", [a]) => {
            let whole = function("round", [plain("cbrt", a)]);
            let cube = infix(infix(whole.clone(), "*", whole.clone()), "*", whole.clone());
            when(infix(cube, "=", a.sql.clone()), whole, plain("cbrt", a))
        }
        ("acos", [a]) => within_one(a, plain("acos", a)),
        ("asin", [a]) => within_one(a, plain("asin", a)),
        ("atan", [a]) => plain("atan", a),
        ("atan2", [a, b]) => function("atan2", [a.sql.clone(), b.sql.clone()]),
        ("cos", [a]) => plain("cos", a),
        ("sin", [a]) => plain("sin", a),
        ("tan", [a]) => plain("tan", a),
        ("cosh", [a]) => plain("cosh", a),
        ("sinh", [a]) => plain("sinh", a),
        ("tanh", [a]) => plain("tanh", a),
        ("degrees", [a]) => plain("degrees", a),
        ("radians", [a]) => plain("radians", a),
        ("pi", []) => function("pi", []),
        ("e", []) => Sql::double(std::f64::consts::E),
        ("hypot", [a, b]) => {
            let square = |arg: &Arg<'_>| infix(arg.sql.clone(), "*", arg.sql.clone());
            function("sqrt", [infix(square(a), "+", square(b))])
        }
        ("factorial", [a]) => {
            let low = infix(a.sql.clone(), ">=", Sql::int(0));
            let high = infix(a.sql.clone(), "<=", Sql::int(20));
            when(infix(low, "AND", high), cast(plain("factorial", a), "BIGINT"), Sql::null(&DataType::BigInt))
        }
        ("shiftleft" | "shiftright" | "shiftrightunsigned", [a, b]) => shifted(name, a, b, result(ty)?)?,
        ("bit_count", [a]) if a.ty()?.is_integer() => {
            cast(function("bit_count", [cast(a.sql.clone(), "BIGINT")]), "INTEGER")
        }
        ("bin", [a]) => function("bin", [a.sql.clone()]),
        _ => return Ok(None),
    }))
}

/// So small that 1 beside it would cost its last digits.
fn tiny(arg: &Arg<'_>) -> Sql {
    infix(function("abs", [arg.sql.clone()]), "<", Sql::number("1e-5", "DOUBLE"))
}

/// The first terms of a power series without a constant.
fn series(arg: &Arg<'_>, factors: &[f64]) -> Sql {
    let start = Sql::number("0", "DOUBLE");
    let inner = factors
        .iter()
        .rev()
        .fold(start, |sum, factor| infix(Sql::double(*factor), "+", infix(sum, "*", arg.sql.clone())));
    infix(inner, "*", arg.sql.clone())
}

/// `whole`, of a value that is a BIGINT: NaN is 0, and what is beyond overflows.
fn whole_of(a: &Arg<'_>, whole: Sql) -> Sql {
    let text = "Overflow: the value does not fit BIGINT.";
    let beyond = infix(function("abs", [a.sql.clone()]), ">=", Sql::number("9223372036854775808", "DOUBLE"));
    case(
        &[
            (function("isnan", [a.sql.clone()]), Sql::integer(0)),
            (beyond, Sql::raise(ErrorClass::ARITHMETIC_OVERFLOW, text)),
        ],
        Some(whole),
    )
}

/// As Java shifts: only the distance's last bits count, and the result keeps the type's width.
fn shifted(name: &str, a: &Arg<'_>, b: &Arg<'_>, ty: &DataType) -> Result<Sql, SqlError> {
    let bits = if *a.ty()? == DataType::BigInt { 64 } else { 32 };
    let to = duck_type(ty)?;
    let distance = infix(b.sql.clone(), "&", Sql::int(bits - 1));
    if name == "shiftright" {
        return Ok(cast(infix(a.sql.clone(), ">>", distance), &to));
    }
    let power = Sql::number(&(1_i128 << bits).to_string(), "HUGEINT");
    let half = Sql::number(&(1_i128 << (bits - 1)).to_string(), "HUGEINT");
    let wide = cast(a.sql.clone(), "HUGEINT");
    let unsigned = when(infix(a.sql.clone(), "<", Sql::int(0)), infix(wide.clone(), "+", power.clone()), wide);
    // Only the bits that stay are moved: 128 bits hold no more than twice 64.
    let moved = match name {
        "shiftleft" => {
            let kept = infix(Sql::int(bits), "-", distance.clone());
            let kept = infix(cast(Sql::int(1), "HUGEINT"), "<<", cast(kept, "HUGEINT"));
            infix(infix(unsigned, "%", kept), "<<", cast(distance, "HUGEINT"))
        }
        _ => infix(unsigned, ">>", cast(distance, "HUGEINT")),
    };
    Ok(shared([moved], |[moved]| {
        cast(when(infix(moved.clone(), ">=", half), infix(moved.clone(), "-", power), moved), &to)
    }))
}

/// NULL outside of the domain, as in Spark.
fn positive(arg: &Arg<'_>, value: Sql) -> Sql {
    when(infix(arg.sql.clone(), ">", Sql::int(0)), value, Sql::null(&DataType::Double))
}

/// NaN outside of the domain, as in Java.
fn within_one(arg: &Arg<'_>, value: Sql) -> Sql {
    let outside = infix(function("abs", [arg.sql.clone()]), ">", Sql::int(1));
    when(outside, Sql::double(f64::NAN), value)
}

/// A decimal rounded to fewer digits than its scale; of two that are as near, to the even one. DuckDB's own goes by way
/// of a double.
pub(super) fn half_even(value: Sql, scale: u8, digits: u8) -> Sql {
    let wide = format!("DECIMAL(38,{digits})");
    let tenth = |text: &str, digits: u8| match digits {
        0 => text.to_string(),
        _ => format!("0.{}{text}", "0".repeat(usize::from(digits) - 1)),
    };
    let unit = |text: &str| Sql::number(&tenth(text, digits), &wide);
    let rounded = cast(value.clone(), &wide);
    let half = Sql::number(&tenth("5", digits + 1), &format!("DECIMAL(38,{scale})"));
    let tie = infix(function("abs", [infix(value.clone(), "-", rounded.clone())]), "=", half);
    let odd = infix(infix(rounded.clone(), "%", unit("2")), "<>", Sql::int(0));
    let back = when(infix(value, "<", Sql::int(0)), unit("1"), function("-", [unit("1")]));
    when(infix(tie, "AND", odd), infix(rounded.clone(), "+", back), rounded)
}

fn round(a: &Arg<'_>, rest: &[Arg<'_>], ty: &DataType, how: &'static str) -> Result<Sql, SqlError> {
    let digits = match rest {
        [] => 0,
        [digits] => digits
            .constant_integer()
            .ok_or_else(|| SqlError::unsupported("rounding to a number of digits that is not constant"))?,
        _ => return Err(SqlError::unsupported("round with more than two arguments")),
    };
    let places = Sql::int(i32::try_from(digits).unwrap_or(0));
    let to = duck_type(ty)?;
    Ok(match a.ty()? {
        integer if integer.is_integer() => {
            if digits >= 0 {
                return Ok(a.sql.clone());
            }
            cast(function(how, [cast(a.sql.clone(), "DECIMAL(38,0)"), places]), &to)
        }
        DataType::Decimal { scale, .. } => {
            if digits >= i64::from(*scale) {
                return Ok(cast(a.sql.clone(), &to));
            }
            if how == "round_even" {
                let Ok(places) = u8::try_from(digits) else {
                    return Err(SqlError::unsupported("bround of a decimal to a negative number of digits"));
                };
                return Ok(shared([a.sql.clone()], |[value]| cast(half_even(value, *scale, places), &to)));
            }
            cast(function(how, [a.sql.clone(), places]), &to)
        }
        // Near a tie by way of the shortest decimal text, as Spark does: 1.005 rounds to 1.01, although the nearest
        // binary number is less. Elsewhere both ways give the same, and arithmetic is faster.
        _ if how == "round" && (0..=15).contains(&digits) => shared([a.sql.clone()], |[value]| {
            let power = Sql::number(&format!("1e{digits}"), "DOUBLE");
            let units = function("abs", [infix(value.clone(), "*", power)]);
            let fraction = infix(units.clone(), "-", function("trunc", [units.clone()]));
            let from_tie = function("abs", [infix(fraction, "-", Sql::number("0.5", "DOUBLE"))]);
            let clear = infix(
                infix(from_tie, ">", Sql::number("1e-4", "DOUBLE")),
                "AND",
                infix(units, "<", Sql::number("1e9", "DOUBLE")),
            );
            let text = cast(value.clone(), "VARCHAR");
            // Decimals of up to 18 digits are read a hundred times faster.
            let read = |width: u8| cast(try_cast(text.clone(), &format!("DECIMAL({width},{digits})")), &to);
            let exact = function("coalesce", [read(18), read(38)]);
            let fast = cast(function("round", [value.clone(), places]), &to);
            when(clear, fast, function("coalesce", [exact, value]))
        }),
        _ => cast(function(how, [a.sql.clone(), places]), &to),
    })
}
