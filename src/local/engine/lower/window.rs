//! Window functions. Ranks are INT on Databricks; frames of time are intervals.

use crate::analyze::bound::{Bound, Expr, Frame, WindowCall, WindowFunction};
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::syntax::DataType;

use super::aggregate::{Call, constant};
use super::expr::{Lowering, known};
use super::types::duck_type;
use super::writer::{Sql, call, cast, join};

pub(super) fn window(lowering: &Lowering<'_>, window: &WindowCall) -> Result<Sql, EngineError> {
    let mut parts = Vec::new();
    if !window.partition_by.is_empty() {
        parts.push(format!("PARTITION BY {}", join(&lowering.exprs(&window.partition_by)?)));
    }
    if !window.order_by.is_empty() {
        parts.push(format!("ORDER BY {}", lowering.keys(&window.order_by)?));
    }
    if let Some(frame) = &window.frame {
        let order = window.order_by.first().map(|key| &key.expr);
        parts.push(self::frame(lowering, frame, order)?);
    }
    let over = format!(" OVER ({})", parts.join(" "));
    let value = match &window.function {
        WindowFunction::Aggregate(aggregate) => return Call::of(lowering, aggregate)?.lower(&over),
        WindowFunction::Ranking { name, args, ignore_nulls } => {
            let mut sqls = lowering.exprs(args)?;
            let name = match *name {
                known @ ("row_number" | "rank" | "dense_rank" | "percent_rank" | "cume_dist" | "ntile" | "lag"
                | "lead" | "first_value" | "last_value" | "nth_value") => known,
                other => return Err(EngineError::unsupported(format!("the window function {other}"))),
            };
            let count = match name {
                "ntile" => args.first(),
                "nth_value" => args.get(1),
                _ => None,
            };
            if let Some(count) = count.and_then(constant).filter(|count| *count < 1.0) {
                let text = format!(
                    "Cannot resolve \"{name}\" due to data type mismatch: The number must be greater than 0, but is {count}."
                );
                return Err(SqlError::new(ErrorClass::DATATYPE_MISMATCH_VALUE_OUT_OF_RANGE, text).into());
            }
            if name == "ntile" && sqls.is_empty() {
                sqls.push(Sql::integer(1));
            }
            if matches!(name, "first_value" | "last_value") {
                sqls.truncate(1);
            }
            let nulls = if *ignore_nulls { " IGNORE NULLS" } else { "" };
            Sql::raw(format!("{name}({}{nulls}){over}", join(&sqls)))
        }
    };
    match &window.ty {
        Some(ty) => Ok(cast(value, &duck_type(ty)?)),
        None => Err(EngineError::unsupported("a window function whose type is not known")),
    }
}

fn frame(lowering: &Lowering<'_>, frame: &Frame, order: Option<&Expr>) -> Result<String, EngineError> {
    let unit = if frame.rows { "ROWS" } else { "RANGE" };
    let bound = |bound: &Bound| -> Result<String, EngineError> {
        Ok(match bound {
            Bound::UnboundedPreceding => "UNBOUNDED PRECEDING".to_string(),
            Bound::CurrentRow => "CURRENT ROW".to_string(),
            Bound::UnboundedFollowing => "UNBOUNDED FOLLOWING".to_string(),
            Bound::Preceding(distance) => {
                format!("{} PRECEDING", self::distance(lowering, distance, frame, order)?.as_str())
            }
            Bound::Following(distance) => {
                format!("{} FOLLOWING", self::distance(lowering, distance, frame, order)?.as_str())
            }
        })
    };
    Ok(format!("{unit} BETWEEN {} AND {}", bound(&frame.start)?, bound(&frame.end)?))
}

fn distance(lowering: &Lowering<'_>, distance: &Expr, frame: &Frame, order: Option<&Expr>) -> Result<Sql, EngineError> {
    let value = lowering.expr(distance)?;
    if frame.rows {
        return Ok(cast(value, "BIGINT"));
    }
    Ok(match (known(distance)?, order.and_then(|order| order.ty.as_ref())) {
        (DataType::IntervalDayTime, _) => call("to_microseconds", [value]),
        (DataType::IntervalYearMonth, _) => call("to_months", [value]),
        (days, Some(DataType::Date)) if days.is_integer() => call("to_days", [cast(value, "INTEGER")]),
        (_, Some(ty)) => cast(value, &duck_type(ty)?),
        (_, None) => return Err(EngineError::unsupported("a RANGE frame without ORDER BY")),
    })
}
