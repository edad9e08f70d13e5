//! `GROUP BY` and aggregate functions: types, overflow and NULLs as on Databricks.

use crate::analyze::bound::{AggregateCall, Column, Expr, ExprKind, Literal, Relation};
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::syntax::DataType;

use super::expr::{Lowering, known};
use super::function;
use super::relation::{named, output_name};
use super::types::duck_type;
use super::writer::{Sql, all_of, call, case, cast, infix, is_not_null, join, shared, try_cast, when};

pub(super) fn aggregate(
    lowering: &Lowering<'_>,
    input: &Relation,
    groups: &[(Column, Expr)],
    sets: &[Vec<usize>],
    aggregates: &[(Column, AggregateCall)],
) -> Result<String, EngineError> {
    // Groups are computed one level below, so that a constant is not taken for a position.
    let mut inner = vec!["*".to_string()];
    for (column, expr) in groups {
        if !matches!(&expr.kind, ExprKind::Column(id) if *id == column.id) {
            inner.push(named(&lowering.expr(expr)?, column));
        }
    }
    let mut items: Vec<String> = groups.iter().map(|(column, _)| output_name(column)).collect();
    for (column, aggregate) in aggregates {
        let sql = match aggregate.function {
            "grouping" | "grouping_id" => grouping(aggregate, groups)?,
            _ => Call::of(lowering, aggregate)?.lower("")?,
        };
        items.push(named(&sql, column));
    }
    if items.is_empty() {
        // Only the number of rows matters.
        items.push("count(*) AS \"none\"".to_string());
    }
    let set = |set: &Vec<usize>| {
        let names: Vec<String> =
            set.iter().filter_map(|index| groups.get(*index)).map(|(c, _)| output_name(c)).collect();
        format!("({})", names.join(", "))
    };
    let by = match sets {
        [] | [_] if groups.is_empty() => String::new(),
        [one] if one.len() == groups.len() => format!(" GROUP BY {}", all(groups)),
        [] => format!(" GROUP BY {}", all(groups)),
        many => format!(" GROUP BY GROUPING SETS ({})", many.iter().map(set).collect::<Vec<_>>().join(", ")),
    };
    let from = lowering.derived(input)?;
    Ok(format!("SELECT {} FROM (SELECT {} FROM {from}) AS r{by}", items.join(", "), inner.join(", ")))
}

fn all(groups: &[(Column, Expr)]) -> String {
    groups.iter().map(|(column, _)| output_name(column)).collect::<Vec<_>>().join(", ")
}

fn grouping(aggregate: &AggregateCall, groups: &[(Column, Expr)]) -> Result<Sql, EngineError> {
    let find = |arg: &Expr| {
        let found = groups.iter().find(|(column, expr)| expr == arg || arg.kind == ExprKind::Column(column.id));
        found
            .map(|(column, _)| output_name(column))
            .ok_or_else(|| EngineError::unsupported("grouping of this expression"))
    };
    let names: Vec<String> = if aggregate.args.is_empty() {
        groups.iter().map(|(column, _)| output_name(column)).collect()
    } else {
        aggregate.args.iter().map(find).collect::<Result<_, _>>()?
    };
    let ty = if aggregate.function == "grouping" { "TINYINT" } else { "BIGINT" };
    Ok(cast(Sql::raw(format!("grouping({})", names.join(", "))), ty))
}

/// An aggregate call ready to be printed, with or without a window behind it.
pub(super) struct Call<'c> {
    aggregate: &'c AggregateCall,
    args: Vec<Sql>,
    filter: Option<Sql>,
    order: String,
}

impl<'c> Call<'c> {
    pub(super) fn of(lowering: &Lowering<'_>, aggregate: &'c AggregateCall) -> Result<Self, EngineError> {
        Ok(Self {
            aggregate,
            args: lowering.exprs(&aggregate.args)?,
            filter: aggregate.filter.as_ref().map(|filter| lowering.expr(filter)).transpose()?,
            order: lowering.keys(&aggregate.order_by)?,
        })
    }

    /// `over` is empty or ` OVER (…)`.
    fn print(&self, name: &str, args: &[Sql], distinct: bool, over: &str) -> Sql {
        self.print_where(name, args, distinct, None, over)
    }

    fn print_where(&self, name: &str, args: &[Sql], distinct: bool, only: Option<Sql>, over: &str) -> Sql {
        let distinct = if distinct { "DISTINCT " } else { "" };
        let args = join(args);
        let order = if self.order.is_empty() { String::new() } else { format!(" ORDER BY {}", self.order) };
        let conditions: Vec<Sql> = self.filter.iter().cloned().chain(only).collect();
        let filter = match conditions.is_empty() {
            true => String::new(),
            false => format!(" FILTER (WHERE {})", all_of(conditions).as_str()),
        };
        Sql::raw(format!("{name}({distinct}{args}{order}){filter}{over}"))
    }

    pub(super) fn lower(&self, over: &str) -> Result<Sql, EngineError> {
        let call = self.aggregate;
        let distinct = call.distinct;
        let ty = || call.ty.as_ref().ok_or_else(|| EngineError::unsupported("an aggregate whose type is not known"));
        let plain = |name: &str| self.print(name, &self.args, distinct, over);
        let to = |sql: Sql| Ok::<_, EngineError>(cast(sql, &duck_type(ty()?)?));
        Ok(match (call.function, self.args.as_slice()) {
            ("count", []) => self.print("count", &[Sql::raw("*".to_string())], false, over),
            ("count", [_]) => plain("count"),
            // Rows where any of the values is NULL do not count.
            ("count", many) => {
                let present = all_of(many.iter().cloned().map(is_not_null));
                let row = Sql::raw(format!("row({})", join(many)));
                self.print_where("count", &[row], distinct, Some(present), over)
            }
            ("count_if", [condition]) => {
                let holds = holds(condition.clone());
                self.print_where("count", &[Sql::raw("*".to_string())], false, Some(holds), over)
            }
            ("sum" | "try_sum", [value]) => self.sum(value, ty()?, over)?,
            ("avg" | "try_avg", [value]) => self.average(value, ty()?, over)?,
            ("min" | "max" | "mode", [_]) => plain(call.function),
            ("any_value" | "first" | "last", [_, ..]) => self.first_or_last(over)?,
            ("max_by", [value, by]) => self.print("arg_max_null", &[value.clone(), by.clone()], false, over),
            ("min_by", [value, by]) => self.print("arg_min_null", &[value.clone(), by.clone()], false, over),
            (
                "bool_and" | "bool_or" | "bit_and" | "bit_or" | "bit_xor" | "covar_pop" | "covar_samp" | "stddev_pop"
                | "var_pop" | "regr_avgx" | "regr_avgy" | "regr_r2" | "regr_sxx" | "regr_sxy" | "regr_syy",
                _,
            ) => to(plain(call.function))?,
            // Of values that do not differ there is none; DuckDB divides by their variance of 0.
            ("corr", [_, _]) => {
                let flat = |name| infix(plain(name), "=", Sql::int(0));
                let flat = infix(flat("regr_sxx"), "OR", flat("regr_syy"));
                when(flat, Sql::null(ty()?), to(plain("corr"))?)
            }
            ("regr_intercept" | "regr_slope", [_, _]) => {
                when(infix(plain("regr_sxx"), "=", Sql::int(0)), Sql::null(ty()?), to(plain(call.function))?)
            }
            ("skewness", [_]) => skewness(&plain),
            ("regr_count", _) => to(plain("regr_count"))?,
            ("kurtosis", [_]) => plain("kurtosis_pop"),
            ("stddev", [_]) => plain("stddev_samp"),
            ("variance", [_]) => plain("var_samp"),
            ("median", [value]) => {
                let share = Sql::number("0.5", "DOUBLE");
                self.percentile(self.print("quantile_cont", &[cast(value.clone(), "DOUBLE"), share], distinct, over))?
            }
            ("percentile", [value, share]) => {
                self.check_share()?;
                let args = [cast(value.clone(), "DOUBLE"), share.clone()];
                self.percentile(self.print("quantile_cont", &args, distinct, over))?
            }
            ("approx_percentile", [value, share, ..]) => {
                self.check_share()?;
                self.print("quantile_disc", &[value.clone(), share.clone()], distinct, over)
            }
            // Exact: within every error bound, and the same on every run.
            ("approx_count_distinct", [value, ..]) => self.print("count", std::slice::from_ref(value), true, over),
            ("array_agg", [value]) => self.list(value, distinct, over)?,
            ("collect_set", [value]) => self.list(value, true, over)?,
            ("listagg", [value, rest @ ..]) => {
                let separator = rest.first().cloned().unwrap_or_else(|| Sql::text(""));
                self.print("string_agg", &[value.clone(), separator], distinct, over)
            }
            _ => return Err(EngineError::unsupported(format!("the aggregate {}", call.function))),
        })
    }

    /// Intervals are whole units, and what is less than one is cut off.
    fn percentile(&self, value: Sql) -> Result<Sql, EngineError> {
        let ty = self.aggregate.ty.as_ref().ok_or_else(|| EngineError::unsupported("a percentile of unknown type"))?;
        let value = match ty {
            DataType::IntervalDayTime | DataType::IntervalYearMonth => call("trunc", [value]),
            _ => value,
        };
        Ok(cast(value, &duck_type(ty)?))
    }

    /// DuckDB takes negative shares to count from the other end.
    fn check_share(&self) -> Result<(), SqlError> {
        let share = self.aggregate.args.get(1).and_then(constant);
        if share.is_none_or(|share| (0.0..=1.0).contains(&share)) {
            return Ok(());
        }
        let text = format!(
            "Cannot resolve \"{}\" due to data type mismatch: The percentage must be between [0.0, 1.0].",
            self.aggregate.function
        );
        Err(SqlError::new(ErrorClass::DATATYPE_MISMATCH_VALUE_OUT_OF_RANGE, text))
    }

    fn arg_type(&self) -> Result<&DataType, EngineError> {
        match self.aggregate.args.first() {
            Some(arg) => Ok(known(arg)?),
            None => Err(EngineError::unsupported("an aggregate without arguments")),
        }
    }

    /// DuckDB sums integers as 128 bits: what does not fit the Databricks type overflows here.
    fn sum(&self, value: &Sql, ty: &DataType, over: &str) -> Result<Sql, EngineError> {
        // DuckDB takes `sum(x + 1)` for `sum(x) + count(x)`, and never sees that an `x + 1` overflows.
        let added =
            self.aggregate.args.first().filter(|arg| matches!(arg.kind, ExprKind::Call { function: "add", .. }));
        let value = match added.and_then(|arg| arg.ty.as_ref()) {
            Some(DataType::BigInt) => cast(value.clone(), "HUGEINT"),
            Some(integer) if integer.is_integer() => cast(value.clone(), "BIGINT"),
            _ => value.clone(),
        };
        let sum = self.print("sum", &[value], self.aggregate.distinct, over);
        let to = duck_type(ty)?;
        if matches!(ty, DataType::Double | DataType::Float) {
            return Ok(cast(sum, &to));
        }
        let sum = match ty {
            // Of 38 digits DuckDB keeps what 128 bits hold.
            DataType::Decimal { precision: 38, scale } => {
                let (whole, unit) = ("9".repeat(38 - usize::from(*scale)), "9".repeat(usize::from(*scale)));
                let most = format!("{whole}{}{unit}", if unit.is_empty() { "" } else { "." });
                let within = |sum: Sql| {
                    let number = |text: &str| Sql::number(text, &to);
                    infix(infix(sum.clone(), "<=", number(&most)), "AND", infix(sum, ">=", number(&format!("-{most}"))))
                };
                if self.aggregate.function == "try_sum" {
                    return Ok(shared([sum], |[sum]| case(&[(within(sum.clone()), sum)], None)));
                }
                let fail = Sql::raise(ErrorClass::ARITHMETIC_OVERFLOW, OVERFLOW);
                return Ok(shared([sum], |[sum]| {
                    case(&[(within(sum.clone()), sum.clone()), (is_not_null(sum), fail)], None)
                }));
            }
            _ => sum,
        };
        if self.aggregate.function == "try_sum" {
            return Ok(try_cast(sum, &to));
        }
        let fail = Sql::raise(ErrorClass::ARITHMETIC_OVERFLOW, OVERFLOW);
        Ok(shared([sum], |[sum]| {
            let fitting = try_cast(sum.clone(), &to);
            call("coalesce", [fitting, case(&[(is_not_null(sum), fail)], None)])
        }))
    }

    fn average(&self, value: &Sql, ty: &DataType, over: &str) -> Result<Sql, EngineError> {
        let distinct = self.aggregate.distinct;
        match (self.arg_type()?, ty) {
            (DataType::Decimal { precision, scale }, DataType::Decimal { .. }) => {
                let sum_ty = DataType::Decimal { precision: (precision + 10).min(38), scale: *scale };
                let sum = self.print("sum", std::slice::from_ref(value), distinct, over);
                let count = self.print("count", std::slice::from_ref(value), distinct, over);
                Ok(function::average(sum, &sum_ty, count, ty)?)
            }
            (DataType::IntervalDayTime | DataType::IntervalYearMonth, _) => {
                let average = self.print("avg", std::slice::from_ref(value), distinct, over);
                Ok(cast(call("round", [average]), &duck_type(ty)?))
            }
            _ => Ok(self.print("avg", &[cast(value.clone(), "DOUBLE")], distinct, over)),
        }
    }

    /// NULLs count unless the second argument says otherwise.
    fn first_or_last(&self, over: &str) -> Result<Sql, EngineError> {
        let call = self.aggregate;
        let skip = match call.args.get(1).map(|arg| &arg.kind) {
            None => false,
            Some(ExprKind::Literal(Literal::Boolean(flag))) => *flag,
            Some(_) => return Err(EngineError::unsupported(format!("{} with a computed flag", call.function))),
        };
        let value = self.args.first().cloned().into_iter().collect::<Vec<_>>();
        let name = match (call.function, over.is_empty()) {
            ("last", true) => "last",
            ("last", false) => "last_value",
            (_, true) => "first",
            (_, false) => "first_value",
        };
        if !over.is_empty() {
            let nulls = if skip { " IGNORE NULLS" } else { "" };
            return Ok(Sql::raw(format!("{name}({}{nulls}){over}", join(&value))));
        }
        let only = skip.then(|| value.first().cloned().map(is_not_null)).flatten();
        Ok(self.print_where(name, &value, false, only, over))
    }

    /// NULLs are left out, and no value at all gives an empty array.
    fn list(&self, value: &Sql, distinct: bool, over: &str) -> Result<Sql, EngineError> {
        let list =
            self.print_where("list", std::slice::from_ref(value), distinct, Some(is_not_null(value.clone())), over);
        let ty = self.aggregate.ty.as_ref().ok_or_else(|| EngineError::unsupported("an array of unknown type"))?;
        let empty = cast(Sql::raw("[]".to_string()), &duck_type(ty)?);
        Ok(call("coalesce", [list, empty]))
    }
}

const OVERFLOW: &str = "Overflow in sum. Use `try_sum` to tolerate overflow and return NULL instead.";

/// The population's, of which DuckDB has only the sample's: its correction for small samples is taken back. Of two
/// values, where that would divide by zero, they lie even.
fn skewness(plain: &dyn Fn(&str) -> Sql) -> Sql {
    let n = cast(plain("count"), "DOUBLE");
    let less = |k: i32| infix(n.clone(), "-", Sql::int(k));
    let correction = infix(less(2), "/", call("sqrt", [infix(n.clone(), "*", less(1))]));
    case(
        &[
            (infix(plain("var_pop"), "=", Sql::int(0)), Sql::null(&DataType::Double)),
            (infix(n.clone(), "=", Sql::int(2)), Sql::number("0", "DOUBLE")),
        ],
        Some(infix(plain("skewness"), "*", correction)),
    )
}

/// The value of a constant number.
pub(super) fn constant(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Literal(Literal::Integer(value)) => value.to_string().parse().ok(),
        ExprKind::Literal(Literal::Decimal(text)) => text.parse().ok(),
        ExprKind::Literal(Literal::Double(value)) => Some(*value),
        ExprKind::Cast { expr, .. } => constant(expr),
        ExprKind::Call { function: "negative", args } => args.first().and_then(constant).map(|value| -value),
        _ => None,
    }
}

/// NULL does not hold.
fn holds(condition: Sql) -> Sql {
    call("coalesce", [condition, Sql::boolean(false)])
}
