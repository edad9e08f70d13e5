//! Choosing a signature and casting the arguments to it.

use crate::analyze::bound::{Expr, ExprKind, Literal};
use crate::analyze::types::{implicit, least_common, least_common_all, least_common_without_texts};
use crate::syntax::DataType;

use super::model::{Function, Nulls, Param, Ret, Signature};

/// The argument that does not fit, and what would.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Mismatch {
    pub(crate) index: usize,
    pub(crate) expected: String,
}

pub(crate) struct Resolved {
    pub(crate) ty: Option<DataType>,
    pub(crate) nullable: bool,
}

/// The signatures that take so many arguments.
pub(crate) fn pick(function: &'static Function, count: usize) -> Vec<&'static Signature> {
    let all = std::iter::once(&function.first).chain(function.more);
    all.filter(|signature| signature.accepts(count)).collect()
}

/// `1`, `2 or 3`, `at least 1`.
pub(crate) fn arity_text(function: &Function) -> String {
    let mut texts: Vec<String> = Vec::new();
    for signature in function.signatures() {
        let (max, min) = (signature.params.len(), signature.params.len() - signature.optional);
        let text = match (signature.variadic, min == max) {
            (true, _) => format!("at least {min}"),
            (false, true) => max.to_string(),
            (false, false) => format!("{min} to {max}"),
        };
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts.join(" or ")
}

/// Casts the arguments in place; lambdas are left to the binder, which knows their bodies.
pub(crate) fn coerce(signature: &Signature, args: &mut [Expr]) -> Result<(), Mismatch> {
    shared(signature, args)?;
    for index in 0..args.len() {
        let param = signature.param(index);
        if matches!(args[index].kind, ExprKind::Lambda { .. }) {
            continue;
        }
        let Some(ty) = args[index].ty.clone() else { continue };
        match target(param, &ty, args) {
            Target::Keep => {}
            Target::Cast(to) if ty == to => {}
            Target::Cast(to) if implicit(&ty, &to) => cast(&mut args[index], to),
            Target::Cast(to) => return Err(Mismatch { index, expected: to.to_string() }),
            Target::Wrong(expected) => return Err(Mismatch { index, expected: expected.to_string() }),
        }
    }
    Ok(())
}

/// Would the arguments fit? Only their types count.
pub(crate) fn fits(signature: &Signature, args: &[Expr]) -> bool {
    fitting(signature, args) == args.len()
}

/// How many of the first arguments fit.
pub(crate) fn fitting(signature: &Signature, args: &[Expr]) -> usize {
    let lambda = |arg: &Expr| matches!(arg.kind, ExprKind::Lambda { .. });
    let shell = |arg: &Expr| Expr {
        kind: ExprKind::Literal(Literal::Null),
        ty: arg.ty.clone().filter(|_| !lambda(arg)),
        nullable: arg.nullable,
        span: arg.span,
    };
    let mut shells: Vec<Expr> = args.iter().map(shell).collect();
    coerce(signature, &mut shells).map_or_else(|mismatch| mismatch.index, |()| args.len())
}

enum Target {
    Keep,
    Cast(DataType),
    Wrong(&'static str),
}

fn target(param: Param, ty: &DataType, args: &[Expr]) -> Target {
    use Target::*;
    match param {
        Param::Any | Param::Common | Param::SameArray | Param::LikeArray | Param::SameMap => Keep,
        Param::Bool => Cast(DataType::Boolean),
        Param::Int => Cast(DataType::Int),
        Param::Long => Cast(DataType::BigInt),
        Param::Double => Cast(DataType::Double),
        Param::Str => Cast(DataType::String),
        Param::Bin => Cast(DataType::Binary),
        Param::Date => Cast(DataType::Date),
        Param::Ts => Cast(DataType::Timestamp),
        Param::Time => Cast(DataType::Time),
        Param::Geo => match ty {
            DataType::Geometry | DataType::Geography | DataType::String | DataType::Binary | DataType::Void => Keep,
            _ => Wrong("a GEOMETRY or GEOGRAPHY"),
        },
        Param::Cell => match ty {
            DataType::String | DataType::BigInt => Keep,
            number if number.is_integer() || *number == DataType::Void => Cast(DataType::BigInt),
            _ => Wrong("an H3 cell: a BIGINT or a STRING"),
        },
        Param::Variant => match ty {
            DataType::Variant => Keep,
            _ => Wrong("VARIANT"),
        },
        Param::Num => match ty {
            number if number.is_numeric() => Keep,
            DataType::String | DataType::Void => Cast(DataType::Double),
            _ => Wrong("a number"),
        },
        Param::Integral => match ty {
            number if number.is_integer() => Keep,
            DataType::String | DataType::Decimal { .. } => Cast(DataType::BigInt),
            DataType::Void => Cast(DataType::Int),
            _ => Wrong("an integer"),
        },
        Param::Measure => match ty {
            number if number.is_numeric() => Keep,
            DataType::IntervalDayTime | DataType::IntervalYearMonth => Keep,
            DataType::String | DataType::Void => Cast(DataType::Double),
            _ => Wrong("a number or an interval"),
        },
        Param::Amount => match ty {
            amount if amount.is_numeric() || amount.is_datetime() => Keep,
            DataType::IntervalDayTime | DataType::IntervalYearMonth => Keep,
            DataType::String | DataType::Void => Cast(DataType::Double),
            _ => Wrong("a number, a time or an interval"),
        },
        Param::Days => match ty {
            DataType::Int | DataType::SmallInt | DataType::TinyInt | DataType::String | DataType::Void => {
                Cast(DataType::Int)
            }
            _ => Wrong("INT, SMALLINT or TINYINT"),
        },
        Param::Index => match ty {
            DataType::Int | DataType::SmallInt | DataType::TinyInt | DataType::Void => Cast(DataType::Int),
            _ => Wrong("INT"),
        },
        Param::StrOrBin => match ty {
            DataType::String | DataType::Binary => Keep,
            _ => Cast(DataType::String),
        },
        Param::TimeOrText => match ty {
            DataType::String => Keep,
            time if time.is_datetime() => Keep,
            _ => Cast(DataType::Timestamp),
        },
        Param::TimeOrNumber if ty.is_numeric() => Keep,
        Param::TimeAsText | Param::TimeOrNumber => match ty {
            DataType::String => Keep,
            time if time.is_datetime() => Keep,
            _ => Cast(DataType::String),
        },
        Param::DateTime => match ty {
            time if time.is_datetime() => Keep,
            _ => Cast(DataType::Timestamp),
        },
        Param::Array => match ty {
            DataType::Void => Cast(DataType::Array(Box::new(DataType::Void))),
            DataType::Array(_) => Keep,
            _ => Wrong("an array"),
        },
        Param::Map => match ty {
            DataType::Map(..) => Keep,
            _ => Wrong("a map"),
        },
        Param::ArrayOrMap => match ty {
            DataType::Void => Cast(DataType::Array(Box::new(DataType::Void))),
            DataType::Array(_) | DataType::Map(..) => Keep,
            _ => Wrong("an array or a map"),
        },
        Param::Nested => match ty {
            DataType::Struct(_) | DataType::Array(_) | DataType::Map(..) | DataType::Variant | DataType::Void => Keep,
            _ => Wrong("a struct, an array, a map or a VARIANT"),
        },
        Param::Row => match ty {
            DataType::Struct(_) | DataType::Void => Keep,
            _ => Wrong("a struct"),
        },
        Param::Element(_) => Keep,
        Param::As(of) => match args.get(usize::from(of)).and_then(|arg| arg.ty.clone()) {
            Some(ty) => Cast(ty),
            None => Keep,
        },
        Param::Key(of) => match args.get(usize::from(of)).and_then(|map| map.ty.as_ref()) {
            // A text is no number's key, nor the other way round: it would never be found.
            Some(DataType::Map(key, _))
                if *ty != DataType::Void && (**key == DataType::String) != (*ty == DataType::String) =>
            {
                Wrong("of the type of the map's keys")
            }
            Some(DataType::Map(key, _)) => Cast((**key).clone()),
            _ => Keep,
        },
        Param::Lambda(_) => Wrong("a lambda function"),
    }
}

/// The parameters whose types depend on each other.
fn shared(signature: &Signature, args: &mut [Expr]) -> Result<(), Mismatch> {
    let indices = |wanted: fn(Param) -> bool| -> Vec<usize> {
        (0..args.len()).filter(|index| wanted(signature.param(*index))).collect()
    };
    let common = indices(|param| matches!(param, Param::Common));
    let arrays = indices(|param| matches!(param, Param::SameArray));
    let alike = indices(|param| matches!(param, Param::LikeArray));
    let maps = indices(|param| matches!(param, Param::SameMap));
    for index in arrays.iter().chain(&alike) {
        if !matches!(args[*index].ty, None | Some(DataType::Array(_) | DataType::Void)) {
            return Err(Mismatch { index: *index, expected: "an array".to_string() });
        }
    }
    for index in &maps {
        if !matches!(args[*index].ty, None | Some(DataType::Map(..))) {
            return Err(Mismatch { index: *index, expected: "a map".to_string() });
        }
    }
    if let [first, rest @ ..] = alike.as_slice() {
        for index in rest {
            let (Some(one), Some(other)) = (&args[*first].ty, &args[*index].ty) else { continue };
            if least_common_without_texts(one, other).is_none() {
                return Err(Mismatch { index: *index, expected: one.to_string() });
            }
        }
    }
    unite(&common, args)?;
    unite(&arrays, args)?;
    unite(&alike, args)?;
    unite(&maps, args)?;
    for index in 0..args.len() {
        if let Param::Element(of) = signature.param(index) {
            element(usize::from(of), index, args)?;
        }
    }
    Ok(())
}

fn unite(indices: &[usize], args: &mut [Expr]) -> Result<(), Mismatch> {
    let types: Option<Vec<DataType>> = indices.iter().map(|index| args[*index].ty.clone()).collect();
    let Some(types) = types else { return Ok(()) };
    if types.is_empty() {
        return Ok(());
    }
    let Some(common) = least_common_all(&types) else {
        let first = types.first().map(ToString::to_string).unwrap_or_default();
        let odd = types.iter().position(|ty| least_common(&types[0], ty).is_none()).unwrap_or(0);
        return Err(Mismatch { index: indices[odd], expected: first });
    };
    for index in indices {
        cast(&mut args[*index], common.clone());
    }
    Ok(())
}

fn element(array: usize, index: usize, args: &mut [Expr]) -> Result<(), Mismatch> {
    let Some(DataType::Array(element)) = args.get(array).and_then(|arg| arg.ty.clone()) else { return Ok(()) };
    let Some(value) = args[index].ty.clone() else { return Ok(()) };
    let Some(common) = least_common_without_texts(&element, &value) else {
        if least_common(&element, &value).is_none() || value == DataType::Void {
            return Err(Mismatch { index, expected: element.to_string() });
        }
        // "An expression with a type sharing a least common type with the array elements" (Databricks documentation,
        // "array_contains function") would take a text beside a number; Apache Spark 4.3 refuses it.
        (args[index].ty, args[array].ty) = (None, None);
        return Ok(());
    };
    cast(&mut args[index], common.clone());
    cast(&mut args[array], DataType::Array(Box::new(common)));
    Ok(())
}

/// Wraps the expression in a cast unless it has the type already, or none is known.
pub(crate) fn cast(expr: &mut Expr, to: DataType) {
    if expr.ty.is_none() || expr.ty.as_ref() == Some(&to) {
        return;
    }
    let (nullable, span) = (expr.nullable, expr.span);
    let inner = std::mem::replace(expr, Expr { kind: ExprKind::Literal(Literal::Null), ty: None, nullable, span });
    *expr = Expr { kind: ExprKind::Cast { expr: Box::new(inner), try_: false }, ty: Some(to), nullable, span };
}

pub(crate) fn resolve(function: &Function, signature: &Signature, args: &[Expr]) -> Resolved {
    let unproved = args.iter().any(|arg| arg.ty.is_none() && !matches!(arg.kind, ExprKind::Lambda { .. }));
    let ty = result(&signature.result, args, unproved);
    let nullable = match function.nulls {
        Nulls::Never => false,
        Nulls::Always => true,
        Nulls::Strict => args.iter().any(|arg| arg.nullable),
    };
    Resolved { ty, nullable }
}

fn result(ret: &Ret, args: &[Expr], unproved: bool) -> Option<DataType> {
    let arg = |index: u8| args.get(usize::from(index)).and_then(|arg| arg.ty.clone());
    Some(match ret {
        Ret::Bool => DataType::Boolean,
        Ret::SmallInt => DataType::SmallInt,
        Ret::Int => DataType::Int,
        Ret::Long => DataType::BigInt,
        Ret::Float => DataType::Float,
        Ret::Double => DataType::Double,
        Ret::Str => DataType::String,
        Ret::Bin => DataType::Binary,
        Ret::Date => DataType::Date,
        Ret::Ts => DataType::Timestamp,
        Ret::TsNtz => DataType::TimestampNtz,
        Ret::Time => DataType::Time,
        Ret::Variant => DataType::Variant,
        Ret::Geometry => DataType::Geometry,
        Ret::Geography => DataType::Geography,
        Ret::Void => DataType::Void,
        Ret::Arg(index) => return arg(*index),
        Ret::Element(index) => match arg(*index)? {
            DataType::Array(element) => *element,
            _ => return None,
        },
        Ret::ArrayOf(inner) => DataType::Array(Box::new(result(inner, args, unproved)?)),
        Ret::With(rule) if !unproved => return rule(args),
        Ret::With(_) | Ret::Unknown => return None,
    })
}
