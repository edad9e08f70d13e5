//! Result types of a fixed shape that depend on one argument at most: windows, sketches' items, cells, answers.

use crate::analyze::bound::{Expr, ExprKind};
use crate::analyze::types::decimal;
use crate::ident::Identifier;
use crate::syntax::{DataType, StructField};

type Ty = Option<DataType>;

fn ty(args: &[Expr], index: usize) -> Ty {
    args.get(index).and_then(|arg| arg.ty.clone())
}

fn structure(fields: &[(&'static str, DataType)]) -> DataType {
    let field =
        |(name, ty): &(&'static str, DataType)| StructField { name: Identifier::fixed(name), data_type: ty.clone() };
    DataType::Struct(fields.iter().map(field).collect())
}

fn array(element: DataType) -> DataType {
    DataType::Array(Box::new(element))
}

/// `approx_top_k`: each item and how often it occurs.
pub(super) fn top_items(args: &[Expr]) -> Ty {
    Some(array(structure(&[("item", ty(args, 0)?), ("count", DataType::BigInt)])))
}

/// One rank gives one value, an array of them an array.
fn per_rank(args: &[Expr], value: DataType) -> Ty {
    Some(if matches!(ty(args, 1)?, DataType::Array(_)) { array(value) } else { value })
}

pub(super) fn quantile_bigint(args: &[Expr]) -> Ty {
    per_rank(args, DataType::BigInt)
}

pub(super) fn quantile_double(args: &[Expr]) -> Ty {
    per_rank(args, DataType::Double)
}

pub(super) fn quantile_float(args: &[Expr]) -> Ty {
    per_rank(args, DataType::Float)
}

pub(super) fn cells_and_distances(args: &[Expr]) -> Ty {
    Some(array(structure(&[("cellid", ty(args, 0)?), ("distance", DataType::Int)])))
}

/// Start and end of a window of time, with a time zone or without as the column has.
pub(super) fn window(args: &[Expr]) -> Ty {
    let time = match ty(args, 0)? {
        DataType::TimestampNtz => DataType::TimestampNtz,
        // The window of a window: `window(window_column, …)`.
        DataType::Struct(fields) => fields.first()?.data_type.clone(),
        _ => DataType::Timestamp,
    };
    Some(structure(&[("start", time.clone()), ("end", time)]))
}

pub(super) fn window_time(args: &[Expr]) -> Ty {
    match ty(args, 0)? {
        DataType::Struct(fields) => Some(fields.first()?.data_type.clone()),
        _ => None,
    }
}

pub(super) fn seconds_of_day(_: &[Expr]) -> Ty {
    Some(decimal(14, 6))
}

/// `arrays_zip`: a field for each array, called as its column or field, else by position from 0.
pub(super) fn zipped(args: &[Expr]) -> Ty {
    let mut fields = Vec::new();
    for (index, arg) in args.iter().enumerate() {
        let DataType::Array(element) = arg.ty.clone()? else { return None };
        let name = match &arg.kind {
            ExprKind::Field { name, .. } => name.clone(),
            // The name of a column is not seen in a bound expression.
            ExprKind::Column(_) | ExprKind::Cast { .. } => return None,
            _ => Identifier::new(index.to_string()).ok()?,
        };
        fields.push(StructField { name, data_type: *element });
    }
    Some(array(DataType::Struct(fields)))
}
