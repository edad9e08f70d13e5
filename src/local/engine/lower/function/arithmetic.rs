//! `+ - * / % div` and their `try_` forms: overflow and division by zero fail, decimals follow Spark's rules.

use crate::analyze::bound::{Expr, ExprKind, Literal};
use crate::local::engine::error::{ErrorClass, SqlError};
use crate::local::store::EXACT_DECIMAL;
use crate::syntax::DataType;

use super::super::types::duck_type;
use super::super::writer::{
    Sql, call as function, case, cast, infix, is_not_null, shared, tried, try_cast, try_shared, when,
};
use super::{Arg, result};

const DAY: i64 = 86_400_000_000;

pub(super) fn call(name: &str, args: &[Arg<'_>], ty: Option<&DataType>) -> Result<Option<Sql>, SqlError> {
    Ok(Some(match (name, args) {
        ("add", [a, b]) => sum(a, "+", b, result(ty)?)?,
        ("subtract", [a, b]) => sum(a, "-", b, result(ty)?)?,
        ("multiply", [a, b]) => multiply(a, b, result(ty)?)?,
        ("divide", [a, b]) => divide(a, b, result(ty)?, Zero::Fails)?,
        ("mod", [a, b]) => modulo(a, b, result(ty)?, Zero::Fails)?,
        ("div", [a, b]) => integral(a, b)?,
        ("pmod", [a, b]) => {
            let to = duck_type(result(ty)?)?;
            shared([modulo(a, b, result(ty)?, Zero::Fails)?, cast(b.sql.clone(), &to)], |[rest, divisor]| {
                let lifted = cast(infix(rest.clone(), "+", divisor), &to);
                when(infix(rest.clone(), "<", Sql::int(0)), lifted, rest)
            })
        }
        ("negative", [a]) => cast(function("-", [a.sql.clone()]), &duck_type(result(ty)?)?),
        ("positive", [a]) => a.sql.clone(),
        ("abs", [a]) => cast(function("abs", [a.sql.clone()]), &duck_type(result(ty)?)?),
        ("try_add", [a, b]) => attempt(a, b, |a, b| sum(a, "+", b, result(ty)?))?,
        ("try_subtract", [a, b]) => attempt(a, b, |a, b| sum(a, "-", b, result(ty)?))?,
        ("try_multiply", [a, b]) => attempt(a, b, |a, b| multiply(a, b, result(ty)?))?,
        ("try_divide", [a, b]) => attempt(a, b, |a, b| divide(a, b, result(ty)?, Zero::IsNull))?,
        ("try_mod", [a, b]) => attempt(a, b, |a, b| modulo(a, b, result(ty)?, Zero::IsNull))?,
        _ => return Ok(None),
    }))
}

/// NULL where the operation fails. Literals stay inside: they cannot.
fn attempt(
    a: &Arg<'_>,
    b: &Arg<'_>,
    operation: impl FnOnce(&Arg<'_>, &Arg<'_>) -> Result<Sql, SqlError>,
) -> Result<Sql, SqlError> {
    let literal = |arg: &Arg<'_>| matches!(arg.expr.kind, ExprKind::Literal(_));
    let outside: Vec<Sql> = [a, b].into_iter().filter(|arg| !literal(arg)).map(|arg| arg.sql.clone()).collect();
    tried(outside, |names| {
        let mut names = names.into_iter();
        let mut operand = |arg: &Arg<'_>| if literal(arg) { None } else { names.next() };
        let (left, right) = (operand(a), operand(b));
        let left = Arg { sql: left.unwrap_or_else(|| a.sql.clone()), expr: a.expr };
        let right = Arg { sql: right.unwrap_or_else(|| b.sql.clone()), expr: b.expr };
        operation(&left, &right)
    })
}

fn sum(a: &Arg<'_>, operator: &'static str, b: &Arg<'_>, ty: &DataType) -> Result<Sql, SqlError> {
    use DataType::*;
    let (left, right) = (a.sql.clone(), b.sql.clone());
    let minus = operator == "-";
    Ok(match (a.ty()?, b.ty()?) {
        (a_ty, b_ty) if matches!(ty, Decimal { .. }) => {
            // Past 38 digits the result gives up scale, or has no room for an operand's.
            let fits = |operand| scale(operand) <= scale(ty) && whole(operand) + scale(ty) <= 38;
            if !fits(a_ty) || !fits(b_ty) {
                return exact(operator, left, a_ty, right, b_ty, ty);
            }
            let to = duck_type(ty)?;
            cast(infix(cast(left, &to), operator, cast(right, &to)), &to)
        }
        (Date, Date) if minus => {
            let days = infix(left, "-", right);
            match ty {
                IntervalDayTime => infix(days, "*", Sql::integer(DAY)),
                _ => cast(days, "INTEGER"),
            }
        }
        (Date | Timestamp | TimestampNtz, Date | Timestamp | TimestampNtz) if minus => {
            infix(micros(left), "-", micros(right))
        }
        (Date, days) if days.is_integer() => cast(infix(left, operator, cast(right, "INTEGER")), "DATE"),
        (days, Date) if days.is_integer() && !minus => cast(infix(right, "+", cast(left, "INTEGER")), "DATE"),
        (time, IntervalDayTime) if time.is_datetime() => {
            cast(infix(left, operator, function("to_microseconds", [right])), &duck_type(ty)?)
        }
        (time, IntervalYearMonth) if time.is_datetime() => {
            cast(infix(left, operator, function("to_months", [right])), &duck_type(ty)?)
        }
        (IntervalDayTime, time) if time.is_datetime() && !minus => {
            cast(infix(right, "+", function("to_microseconds", [left])), &duck_type(ty)?)
        }
        (IntervalYearMonth, time) if time.is_datetime() && !minus => {
            cast(infix(right, "+", function("to_months", [left])), &duck_type(ty)?)
        }
        _ => plain(a, operator, b, ty)?,
    })
}

/// Of numbers other than decimals. A cast to the type that a value has already would only make long sums deep.
fn plain(a: &Arg<'_>, operator: &'static str, b: &Arg<'_>, ty: &DataType) -> Result<Sql, SqlError> {
    let to = duck_type(ty)?;
    let operand = |arg: &Arg<'_>| if is_plain(arg.expr, ty) { arg.sql.clone() } else { cast(arg.sql.clone(), &to) };
    // DuckDB's `+ - *` of two values of one numeric type have that type, and fail where it overflows.
    Ok(infix(operand(a), operator, operand(b)))
}

/// Does its SQL surely have the DuckDB type of `ty`?
fn is_plain(expr: &Expr, ty: &DataType) -> bool {
    let plain = matches!(
        &expr.kind,
        ExprKind::Literal(Literal::Integer(_) | Literal::Double(_))
            | ExprKind::Cast { .. }
            | ExprKind::Call { function: "add" | "subtract" | "multiply", .. }
    );
    plain && expr.ty.as_ref() == Some(ty)
}

fn micros(time: Sql) -> Sql {
    function("epoch_us", [cast(time, "TIMESTAMP")])
}

fn scale(ty: &DataType) -> u8 {
    match ty {
        DataType::Decimal { scale, .. } => *scale,
        _ => 0,
    }
}

fn precision(ty: &DataType) -> u8 {
    match ty {
        DataType::Decimal { precision, .. } => *precision,
        DataType::TinyInt => 3,
        DataType::SmallInt => 5,
        DataType::Int => 10,
        _ => 20,
    }
}

fn whole(ty: &DataType) -> u8 {
    precision(ty) - scale(ty)
}

/// A number as a decimal of so many digits.
fn decimal(value: Sql, ty: &DataType, digits: u8) -> Sql {
    match ty {
        DataType::Decimal { precision, .. } if *precision == digits => value,
        _ => cast(value, &format!("DECIMAL({digits},{})", scale(ty))),
    }
}

/// An operation whose steps may need more digits than DuckDB's decimals have.
fn exact(
    operator: &'static str,
    a: Sql,
    a_ty: &DataType,
    b: Sql,
    b_ty: &DataType,
    ty: &DataType,
) -> Result<Sql, SqlError> {
    let text = |value: Sql, ty: &DataType| cast(decimal(value, ty, precision(ty)), "VARCHAR");
    let operands = [Sql::text(operator), text(a, a_ty), text(b, b_ty), Sql::int(i32::from(scale(ty)))];
    Ok(cast(function(EXACT_DECIMAL, operands), &duck_type(ty)?))
}

fn multiply(a: &Arg<'_>, b: &Arg<'_>, ty: &DataType) -> Result<Sql, SqlError> {
    use DataType::*;
    let (left, right) = (a.sql.clone(), b.sql.clone());
    let to = duck_type(ty)?;
    Ok(match (a.ty()?, b.ty()?, ty) {
        (left_ty, right_ty, Decimal { .. }) => {
            if precision(left_ty) + precision(right_ty) > 38 {
                return exact("*", left, left_ty, right, right_ty, ty);
            }
            cast(product(left, left_ty, right, right_ty), &to)
        }
        (IntervalDayTime | IntervalYearMonth, _, _) => scaled_interval(left, "*", right, &to),
        (_, IntervalDayTime | IntervalYearMonth, _) => scaled_interval(right, "*", left, &to),
        _ => plain(a, "*", b, ty)?,
    })
}

/// Of no more than 38 digits. DuckDB's product of two decimals of up to 18 digits has no more than 18 either; past them
/// 128 bits are needed, which take four times as long. Where an operand shows that the product is short, they are not.
fn product(a: Sql, a_ty: &DataType, b: Sql, b_ty: &DataType) -> Sql {
    let (left, right) = (precision(a_ty), precision(b_ty));
    let (a, b) = (decimal(a, a_ty, left), decimal(b, b_ty, right));
    if left + right <= 18 || left.max(right) > 18 {
        return infix(a, "*", b);
    }
    let wide = infix(cast(a.clone(), &format!("DECIMAL(19,{})", scale(a_ty))), "*", b.clone());
    if a.is_long() || b.is_long() || right == 18 {
        return wide;
    }
    let nines = "9".repeat(usize::from(18 - right));
    let nines = format!("{nines:0>width$}", width = usize::from(scale(a_ty)) + 1);
    let (whole, fraction) = nines.split_at(nines.len() - usize::from(scale(a_ty)));
    let bound = |sign| Sql::number(&format!("{sign}{whole}.{fraction}"), &format!("DECIMAL({left},{})", scale(a_ty)));
    let short = infix(infix(a.clone(), ">=", bound("-")), "AND", infix(a.clone(), "<=", bound("")));
    let digits = format!("DECIMAL({},{})", left + right, scale(a_ty) + scale(b_ty));
    when(short, cast(infix(a, "*", b), &digits), cast(wide, &digits))
}

fn scaled_interval(interval: Sql, operator: &'static str, factor: Sql, to: &str) -> Sql {
    cast(function("round", [infix(cast(interval, "DOUBLE"), operator, cast(factor, "DOUBLE"))]), to)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Zero {
    Fails,
    IsNull,
}

/// Guards a division: NULL where an operand is, else what `zero` says where the divisor is 0.
fn guarded(a: &Sql, b: &Sql, quotient: Sql, ty: &DataType, zero: Zero, class: ErrorClass) -> Sql {
    let is_zero = infix(b.clone(), "=", Sql::int(0));
    let instead = match zero {
        Zero::IsNull => Sql::null(ty),
        Zero::Fails => {
            let (what, function) = match class {
                ErrorClass::REMAINDER_BY_ZERO => ("Remainder", "try_mod"),
                _ => ("Division", "try_divide"),
            };
            let text = format!("{what} by zero. Use `{function}` to tolerate divisor being 0 and return NULL instead.");
            case(&[(is_not_null(a.clone()), Sql::raise(class, &text))], None)
        }
    };
    when(is_zero, instead, quotient)
}

fn divide(a: &Arg<'_>, b: &Arg<'_>, ty: &DataType, zero: Zero) -> Result<Sql, SqlError> {
    let (a_ty, b_ty) = (a.ty()?, b.ty()?);
    let to = duck_type(ty)?;
    try_shared([a.sql.clone(), b.sql.clone()], |[left, right]| {
        let quotient = match (a_ty, ty) {
            (_, DataType::Decimal { .. }) => divide_decimals(left.clone(), a_ty, right.clone(), b_ty, ty)?,
            (DataType::IntervalDayTime | DataType::IntervalYearMonth, _) => {
                scaled_interval(left.clone(), "/", right.clone(), &to)
            }
            _ => infix(cast(left.clone(), &to), "/", cast(right.clone(), &to)),
        };
        Ok(guarded(&left, &right, quotient, ty, zero, ErrorClass::DIVIDE_BY_ZERO))
    })
}

/// A decimal's digits as a whole number: 12.50 is 1250.
fn unscaled(value: Sql, ty: &DataType) -> Sql {
    let (precision, scale) = (precision(ty), scale(ty));
    if scale == 0 {
        return cast(value, "HUGEINT");
    }
    if precision + scale <= 38 {
        // DuckDB's product of two decimals of up to 18 digits has no more than 18 either.
        let digits = if precision + scale < 18 { scale + 1 } else { 38 };
        let power = Sql::number(&power_of_ten(scale), &format!("DECIMAL({digits},0)"));
        return cast(infix(value, "*", power), "HUGEINT");
    }
    // The product would not fit; the digits themselves always do.
    let text = function("replace", [cast(value, "VARCHAR"), Sql::text("."), Sql::text("")]);
    cast(text, "HUGEINT")
}

fn power_of_ten(exponent: u8) -> String {
    format!("1{}", "0".repeat(usize::from(exponent)))
}

fn huge_power(exponent: u8) -> Sql {
    Sql::number(&power_of_ten(exponent), "HUGEINT")
}

/// The quotient rounded half up to the scale of `ty`; the divisor is not 0.
fn divide_decimals(a: Sql, a_ty: &DataType, b: Sql, b_ty: &DataType, ty: &DataType) -> Result<Sql, SqlError> {
    // a / b = (na / 10^sa) / (nb / 10^sb): in units of 10^-s it is na · 10^(s - sa + sb) / nb.
    let shift = i16::from(scale(ty)) - i16::from(scale(a_ty)) + i16::from(scale(b_ty));
    let digits = |ty: &DataType, more: i16| i16::from(precision(ty)) + more.max(0);
    // Twice the rest must fit as well.
    if digits(a_ty, shift) > 38 || digits(b_ty, -shift) > 37 {
        return exact("/", a, a_ty, b, b_ty, ty);
    }
    let power = u8::try_from(shift.unsigned_abs()).unwrap_or(u8::MAX);
    let (mut n, mut d) = (unscaled(a, a_ty), unscaled(b, b_ty));
    if shift > 0 {
        n = infix(n, "*", huge_power(power));
    } else if shift < 0 {
        d = infix(d, "*", huge_power(power));
    }
    scaled(shared([n, d], |[n, d]| half_up(n, d)), ty)
}

/// `n / d` rounded half away from zero, all whole numbers.
fn half_up(n: Sql, d: Sql) -> Sql {
    let zero = || Sql::int(0);
    let rest = function("abs", [infix(n.clone(), "%", d.clone())]);
    let up = infix(infix(rest, "*", Sql::int(2)), ">=", function("abs", [d.clone()]));
    let same_sign = infix(infix(n.clone(), "<", zero()), "=", infix(d.clone(), "<", zero()));
    let step = when(up, when(same_sign, Sql::int(1), Sql::int(-1)), zero());
    infix(infix(n, "//", d), "+", step)
}

/// A whole number of units of the type's last digit, as that decimal.
fn scaled(units: Sql, ty: &DataType) -> Result<Sql, SqlError> {
    let scale = scale(ty);
    let whole = cast(units, "DECIMAL(38,0)");
    if scale == 0 {
        return Ok(cast(whole, &duck_type(ty)?));
    }
    let unit = format!("0.{}1", "0".repeat(usize::from(scale) - 1));
    let unit = Sql::number(&unit, &format!("DECIMAL({},{scale})", (scale + 1).min(38)));
    Ok(cast(infix(whole, "*", unit), &duck_type(ty)?))
}

/// `avg` of decimals: the sum (of type `sum_ty`) by the count, half up, in the type `ty`.
pub(in super::super) fn average(sum: Sql, sum_ty: &DataType, count: Sql, ty: &DataType) -> Result<Sql, SqlError> {
    let none = infix(count.clone(), "=", Sql::int(0));
    let sum = cast(sum, &duck_type(sum_ty)?);
    Ok(when(none, Sql::null(ty), divide_decimals(sum, sum_ty, count, &DataType::BigInt, ty)?))
}

fn modulo(a: &Arg<'_>, b: &Arg<'_>, ty: &DataType, zero: Zero) -> Result<Sql, SqlError> {
    try_shared([a.sql.clone(), b.sql.clone()], |[left, right]| remainder(a, b, left, right, ty, zero))
}

fn remainder(a: &Arg<'_>, b: &Arg<'_>, left: Sql, right: Sql, ty: &DataType, zero: Zero) -> Result<Sql, SqlError> {
    let rest = match ty {
        DataType::Decimal { .. } => {
            let (a_ty, b_ty) = (a.ty()?, b.ty()?);
            let common = scale(a_ty).max(scale(b_ty));
            let digits = whole(a_ty).max(whole(b_ty)) + common;
            if digits > 38 {
                exact("%", left.clone(), a_ty, right.clone(), b_ty, ty)?
            } else {
                let wide = format!("DECIMAL({digits},{common})");
                cast(infix(cast(left.clone(), &wide), "%", cast(right.clone(), &wide)), &duck_type(ty)?)
            }
        }
        _ => {
            let to = duck_type(ty)?;
            cast(infix(cast(left.clone(), &to), "%", cast(right.clone(), &to)), &to)
        }
    };
    Ok(guarded(&left, &right, rest, ty, zero, ErrorClass::REMAINDER_BY_ZERO))
}

/// `a div b`: the whole part of the quotient, a BIGINT.
fn integral(a: &Arg<'_>, b: &Arg<'_>) -> Result<Sql, SqlError> {
    let (left_ty, right_ty) = (a.ty()?, b.ty()?);
    let scale = scale(left_ty).max(scale(right_ty));
    let fits = whole(left_ty).max(whole(right_ty)) + scale <= 38;
    let wide = DataType::Decimal { precision: 38, scale };
    let units = |sql: Sql| unscaled(cast(sql, &format!("DECIMAL(38,{scale})")), &wide);
    try_shared([a.sql.clone(), b.sql.clone()], |[left, right]| {
        let quotient = if fits {
            infix(units(left.clone()), "//", units(right.clone()))
        } else {
            let whole = DataType::Decimal { precision: 38, scale: 0 };
            exact("div", left.clone(), left_ty, right.clone(), right_ty, &whole)?
        };
        let fail =
            Sql::raise(ErrorClass::ARITHMETIC_OVERFLOW, "Overflow in integral divide. Use `try_divide` instead.");
        let fail = case(&[(is_not_null(quotient.clone()), fail)], None);
        let quotient = function("coalesce", [try_cast(quotient, "BIGINT"), fail]);
        Ok(guarded(&left, &right, quotient, &DataType::BigInt, Zero::Fails, ErrorClass::DIVIDE_BY_ZERO))
    })
}
