//! Result types and lambda parameter types that depend on the arguments. The arguments are cast already;
//! `None` means that the type is not proved.

use crate::analyze::bound::{Expr, ExprKind, Literal};
use crate::analyze::types::{
    self, Arithmetic, adjusted, arithmetic, decimal, decimal_of, least_common, rounded, total_digits,
};
use crate::ident::Identifier;
use crate::syntax::{DataType, StructField};

type Ty = Option<DataType>;

fn ty(args: &[Expr], index: usize) -> Ty {
    args.get(index).and_then(|arg| arg.ty.clone())
}

/// The value of an integer constant.
pub(crate) fn constant_int(expr: &Expr) -> Option<i64> {
    match &expr.kind {
        ExprKind::Literal(Literal::Integer(value)) => Some(*value),
        ExprKind::Cast { expr, .. } => constant_int(expr),
        _ => None,
    }
}

/// The value of a string constant.
pub(crate) fn constant_string(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(value)) => Some(value),
        _ => None,
    }
}

pub(super) fn tinyint(_: &[Expr]) -> Ty {
    Some(DataType::TinyInt)
}

pub(super) fn day_time(_: &[Expr]) -> Ty {
    Some(DataType::IntervalDayTime)
}

pub(super) fn year_month(_: &[Expr]) -> Ty {
    Some(DataType::IntervalYearMonth)
}

pub(super) fn round(args: &[Expr]) -> Ty {
    match ty(args, 0)? {
        DataType::Decimal { precision, scale } => {
            let digits = args.get(1).map_or(Some(0), constant_int)?;
            Some(rounded(precision, scale, digits))
        }
        other => Some(other),
    }
}

/// `ceil` and `floor`: with a scale the result is a decimal, also for integers and doubles (Spark's `RoundCeil`).
pub(super) fn ceil(args: &[Expr]) -> Ty {
    let input = ty(args, 0)?;
    if let Some(digits) = args.get(1) {
        let (precision, scale) = match &input {
            DataType::Double => (30, 15),
            DataType::Float => (14, 7),
            other => decimal_of(other)?,
        };
        return Some(rounded(precision, scale, constant_int(digits)?));
    }
    match input {
        DataType::Decimal { precision, scale: 0 } => Some(decimal(precision, 0)),
        DataType::Decimal { precision, scale } => Some(adjusted(u16::from(precision - scale) + 1, 0)),
        _ => Some(DataType::BigInt),
    }
}

pub(super) fn modulo(args: &[Expr]) -> Ty {
    decimals(args, Arithmetic::Modulo).or_else(|| least_common(&ty(args, 0)?, &ty(args, 1)?))
}

fn decimals(args: &[Expr], op: Arithmetic) -> Ty {
    let (left, right) = (ty(args, 0)?, ty(args, 1)?);
    let any = |ty: &DataType| matches!(ty, DataType::Decimal { .. });
    if !any(&left) && !any(&right) {
        return None;
    }
    Some(arithmetic(op, digits(args.first()?)?, digits(args.get(1)?)?))
}

/// Precision and scale beside a decimal: an integer literal has just its digits.
pub(crate) fn digits(expr: &Expr) -> Option<(u8, u8)> {
    // All but a TINYINT, which counts as any TINYINT does.
    let short = expr.ty == Some(DataType::TinyInt);
    if let (ExprKind::Literal(Literal::Integer(value)), false) = (&expr.kind, short) {
        let (precision, _) = total_digits(&value.unsigned_abs().to_string());
        return Some((u8::try_from(precision).ok()?, 0));
    }
    decimal_of(expr.ty.as_ref()?)
}

pub(super) fn try_add(args: &[Expr]) -> Ty {
    decimals(args, Arithmetic::Add).or_else(|| least_common(&ty(args, 0)?, &ty(args, 1)?))
}

/// A date or timestamp moved by days or an interval; by hours, a date becomes a timestamp.
pub(super) fn moved(args: &[Expr]) -> Ty {
    let (left, right) = (ty(args, 0)?, ty(args, 1)?);
    let (time, by) = if left.is_datetime() { (left, right) } else { (right, left) };
    match by {
        DataType::IntervalYearMonth => Some(time),
        number if number.is_integer() && time == DataType::Date => Some(time),
        DataType::IntervalDayTime if time != DataType::Date => Some(time),
        // Whether the interval has hours is not seen in its type.
        _ => None,
    }
}

pub(super) fn try_multiply(args: &[Expr]) -> Ty {
    for (index, other) in [(0, 1), (1, 0)] {
        if let interval @ (DataType::IntervalYearMonth | DataType::IntervalDayTime) = ty(args, index)? {
            return ty(args, other)?.is_numeric().then_some(interval);
        }
    }
    decimals(args, Arithmetic::Multiply).or_else(|| least_common(&ty(args, 0)?, &ty(args, 1)?))
}

pub(super) fn try_divide(args: &[Expr]) -> Ty {
    match ty(args, 0)? {
        interval @ (DataType::IntervalYearMonth | DataType::IntervalDayTime) => Some(interval),
        _ => decimals(args, Arithmetic::Divide).or(Some(DataType::Double)),
    }
}

pub(super) fn concat(args: &[Expr]) -> Ty {
    let all_binary = !args.is_empty() && args.iter().all(|arg| arg.ty == Some(DataType::Binary));
    Some(if all_binary { DataType::Binary } else { DataType::String })
}

pub(super) fn date_part(args: &[Expr]) -> Ty {
    let field = constant_string(args.first()?)?.to_ascii_lowercase();
    let interval = matches!(ty(args, 1)?, DataType::IntervalYearMonth | DataType::IntervalDayTime);
    Some(match field.as_str() {
        "second" | "s" | "sec" | "seconds" | "secs" => decimal(8, 6),
        "month" | "mon" | "mons" | "months" | "hour" | "h" | "hours" | "hr" | "hrs" | "minute" | "m" | "min"
        | "mins" | "minutes"
            if interval =>
        {
            DataType::TinyInt
        }
        _ => DataType::Int,
    })
}

pub(super) fn sum(args: &[Expr]) -> Ty {
    Some(match ty(args, 0)? {
        DataType::Decimal { precision, scale } => types::summed(precision, scale),
        integer if integer.is_integer() => DataType::BigInt,
        interval @ (DataType::IntervalYearMonth | DataType::IntervalDayTime) => interval,
        _ => DataType::Double,
    })
}

pub(super) fn avg(args: &[Expr]) -> Ty {
    Some(match ty(args, 0)? {
        DataType::Decimal { precision, scale } => types::average(precision, scale),
        interval @ (DataType::IntervalYearMonth | DataType::IntervalDayTime) => interval,
        _ => DataType::Double,
    })
}

pub(super) fn histogram(args: &[Expr]) -> Ty {
    let field = |name, data_type| StructField { name: Identifier::fixed(name), data_type };
    let bin = DataType::Struct(vec![field("x", ty(args, 0)?), field("y", DataType::Double)]);
    Some(DataType::Array(Box::new(bin)))
}

pub(super) fn top(args: &[Expr]) -> Ty {
    Some(DataType::Array(Box::new(ty(args, 0)?)))
}

pub(super) fn median(args: &[Expr]) -> Ty {
    Some(match ty(args, 0)? {
        interval @ (DataType::IntervalYearMonth | DataType::IntervalDayTime) => interval,
        _ => DataType::Double,
    })
}

/// One percentage gives one value, an array of them an array.
fn per_percentage(args: &[Expr], value: DataType) -> Ty {
    Some(match ty(args, 1)? {
        DataType::Array(_) => DataType::Array(Box::new(value)),
        _ => value,
    })
}

pub(super) fn percentile(args: &[Expr]) -> Ty {
    per_percentage(args, median(args)?)
}

pub(super) fn percentile_of(args: &[Expr]) -> Ty {
    per_percentage(args, ty(args, 0)?)
}

pub(super) fn array_of(args: &[Expr]) -> Ty {
    match args.first() {
        Some(first) => Some(DataType::Array(Box::new(first.ty.clone()?))),
        None => Some(DataType::Array(Box::new(DataType::Void))),
    }
}

fn map(args: &[Expr], index: usize) -> Option<(DataType, DataType)> {
    match ty(args, index)? {
        DataType::Map(key, value) => Some((*key, *value)),
        _ => None,
    }
}

fn array(args: &[Expr], index: usize) -> Ty {
    match ty(args, index)? {
        DataType::Array(element) => Some(*element),
        _ => None,
    }
}

pub(super) fn map_value(args: &[Expr]) -> Ty {
    Some(map(args, 0)?.1)
}

pub(super) fn keys(args: &[Expr]) -> Ty {
    Some(DataType::Array(Box::new(map(args, 0)?.0)))
}

pub(super) fn values(args: &[Expr]) -> Ty {
    Some(DataType::Array(Box::new(map(args, 0)?.1)))
}

pub(super) fn entries(args: &[Expr]) -> Ty {
    let (key, value) = map(args, 0)?;
    let field = |name, data_type| StructField { name: Identifier::fixed(name), data_type };
    Some(DataType::Array(Box::new(DataType::Struct(vec![field("key", key), field("value", value)]))))
}

pub(super) fn map_of_arrays(args: &[Expr]) -> Ty {
    Some(DataType::Map(Box::new(array(args, 0)?), Box::new(array(args, 1)?)))
}

pub(super) fn map_of_entries(args: &[Expr]) -> Ty {
    match array(args, 0)? {
        DataType::Struct(fields) => {
            let [key, value] = fields.as_slice() else { return None };
            Some(DataType::Map(Box::new(key.data_type.clone()), Box::new(value.data_type.clone())))
        }
        _ => None,
    }
}

pub(super) fn string_map(_: &[Expr]) -> Ty {
    Some(DataType::Map(Box::new(DataType::String), Box::new(DataType::String)))
}

/// `sequence` of dates stays of dates; a step of a wider integer makes the others as wide.
pub(super) fn sequence(args: &[Expr]) -> Ty {
    let element = match (ty(args, 0)?, ty(args, 2)) {
        (element, Some(step)) if element.is_integer() && step.is_integer() => least_common(&element, &step)?,
        (element, _) => element,
    };
    Some(DataType::Array(Box::new(element)))
}

fn body(args: &[Expr], index: usize) -> Ty {
    match &args.get(index)?.kind {
        ExprKind::Lambda { body, .. } => body.ty.clone(),
        _ => None,
    }
}

pub(super) fn transformed(args: &[Expr]) -> Ty {
    Some(DataType::Array(Box::new(body(args, 1)?)))
}

pub(super) fn transformed_last(args: &[Expr]) -> Ty {
    Some(DataType::Array(Box::new(body(args, 2)?)))
}

pub(super) fn transformed_keys(args: &[Expr]) -> Ty {
    Some(DataType::Map(Box::new(body(args, 1)?), Box::new(map(args, 0)?.1)))
}

pub(super) fn transformed_values(args: &[Expr]) -> Ty {
    Some(DataType::Map(Box::new(map(args, 0)?.0), Box::new(body(args, 1)?)))
}

pub(super) fn zipped_map(args: &[Expr]) -> Ty {
    let key = least_common(&map(args, 0)?.0, &map(args, 1)?.0)?;
    Some(DataType::Map(Box::new(key), Box::new(body(args, 2)?)))
}

pub(super) fn reduced(args: &[Expr]) -> Ty {
    if args.len() == 4 { body(args, 3) } else { ty(args, 1) }
}

fn element_type(types: &[Ty], index: usize) -> Ty {
    match types.get(index)?.as_ref()? {
        DataType::Array(element) => Some((**element).clone()),
        _ => None,
    }
}

fn entry(types: &[Ty], index: usize) -> (Ty, Ty) {
    match types.get(index).and_then(Option::as_ref) {
        Some(DataType::Map(key, value)) => (Some((**key).clone()), Some((**value).clone())),
        _ => (None, None),
    }
}

pub(super) fn element(types: &[Ty]) -> Vec<Ty> {
    vec![element_type(types, 0)]
}

pub(super) fn element_and_index(types: &[Ty]) -> Vec<Ty> {
    vec![element_type(types, 0), Some(DataType::Int)]
}

pub(super) fn two_elements(types: &[Ty]) -> Vec<Ty> {
    vec![element_type(types, 0), element_type(types, 0)]
}

pub(super) fn two_arrays(types: &[Ty]) -> Vec<Ty> {
    vec![element_type(types, 0), element_type(types, 1)]
}

pub(super) fn key_and_value(types: &[Ty]) -> Vec<Ty> {
    let (key, value) = entry(types, 0);
    vec![key, value]
}

pub(super) fn key_and_two_values(types: &[Ty]) -> Vec<Ty> {
    let (key, left) = entry(types, 0);
    vec![key, left, entry(types, 1).1]
}

pub(super) fn merge(types: &[Ty]) -> Vec<Ty> {
    vec![types.get(1).cloned().flatten(), element_type(types, 0)]
}

pub(super) fn finish(types: &[Ty]) -> Vec<Ty> {
    vec![types.get(1).cloned().flatten()]
}
