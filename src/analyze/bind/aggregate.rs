//! Aggregates: each becomes a column of the block's `Relation::Aggregate`.

use crate::analyze::bound::{AggregateCall, Expr, Literal, SortKey};
use crate::analyze::functions::{self, Function};
use crate::diag::Code;
use crate::syntax::DataType;

use super::binder::{Binder, literal};
use super::call::Call;
use super::frame::Aliases;
use super::scope::reference;

/// Where the arguments of an aggregate stand.
pub(super) const WITHIN: &str = "another aggregate";

impl Binder<'_> {
    pub(super) fn aggregate(&mut self, function: &'static Function, call: &Call<'_>) -> Expr {
        if call.over.is_some() && matches!(function.name, "first" | "last") {
            let name = if function.name == "first" { "first_value" } else { "last_value" };
            return self.value_window(name, call);
        }
        if self.misplaced(call) {
            return self.unproved(function.name, call.span);
        }
        let bound = self.inside_aggregate(call, |binder| binder.aggregate_call(function, call));
        match bound {
            Some(bound) => self.place(bound, call),
            None => self.unproved(function.name, call.span),
        }
    }

    /// `count(*)`, `count(a)`, `count(DISTINCT a, b)`: several arguments count the rows in which none is NULL.
    pub(super) fn count(&mut self, call: &Call<'_>) -> Expr {
        if self.misplaced(call) {
            return self.unproved("count", call.span);
        }
        if call.star == call.args.is_empty() {
            let bound = self.inside_aggregate(call, |binder| {
                let args = binder.exprs(call.args.iter().copied());
                let filter = binder.filter(call);
                AggregateCall {
                    function: "count",
                    args,
                    distinct: call.distinct,
                    filter,
                    order_by: Vec::new(),
                    ty: Some(DataType::BigInt),
                }
            });
            return self.place(bound, call);
        }
        self.error(Code::WRONG_ARITY, call.span, "`count` takes `*` or at least 1 argument");
        self.unproved("count", call.span)
    }

    /// `grouping(x)`, `grouping_id([x, …])`: which grouping set a row belongs to.
    pub(super) fn grouping(&mut self, call: &Call<'_>) -> Expr {
        if self.misplaced(call) {
            return self.unproved("grouping", call.span);
        }
        let args = self.exprs(call.args.iter().copied());
        if call.name == "grouping" && args.len() != 1 {
            let message = format!("`grouping` takes 1 argument, not {}", args.len());
            self.error(Code::WRONG_ARITY, call.span, message);
            return self.unproved("grouping", call.span);
        }
        let (function, ty) =
            if call.name == "grouping" { ("grouping", DataType::TinyInt) } else { ("grouping_id", DataType::BigInt) };
        let bound = AggregateCall { function, args, distinct: false, filter: None, order_by: Vec::new(), ty: Some(ty) };
        self.place(bound, call)
    }

    /// Reports an aggregate where none may stand.
    fn misplaced(&mut self, call: &Call<'_>) -> bool {
        let Some(clause) = self.frame().no_aggregate.filter(|_| call.over.is_none()) else { return false };
        let message = format!("the aggregate `{}` is not allowed in {clause}", call.name);
        let code = self.forbidden.map_or(Code::INVALID_AGGREGATE, |forbidden| forbidden.code);
        self.error(code, call.span, message);
        true
    }

    /// Arguments of an aggregate hold neither an aggregate nor a window; those of a window's aggregate may.
    fn inside_aggregate<T>(&mut self, call: &Call<'_>, bind: impl FnOnce(&mut Self) -> T) -> T {
        let frame = self.frame();
        let before = (frame.no_aggregate, frame.no_window, frame.aliases, frame.in_window);
        frame.in_window |= call.over.is_some();
        if call.over.is_none() {
            frame.no_aggregate = Some(WITHIN);
            // `HAVING sum(v) > 1` means the column, also where the select list calls something `v`.
            if frame.aliases == Aliases::BeforeColumns {
                frame.aliases = Aliases::AfterColumns;
            }
        }
        frame.no_window = Some(if call.over.is_some() { super::window::NESTED } else { "an aggregate" });
        let bound = bind(self);
        let frame = self.frame();
        (frame.no_aggregate, frame.no_window, frame.aliases, frame.in_window) = before;
        bound
    }

    fn filter(&mut self, call: &Call<'_>) -> Option<Expr> {
        call.filter.map(|filter| {
            let mut filter = self.expr(filter);
            self.boolean(&mut filter, "FILTER");
            filter
        })
    }

    fn aggregate_call(&mut self, function: &'static Function, call: &Call<'_>) -> Option<AggregateCall> {
        let outer = std::mem::replace(&mut self.in_measure, function.name == "measure");
        let mut args = self.exprs(call.args.iter().copied());
        self.in_measure = outer;
        if function.name == "measure" {
            self.no_measure(args.first());
        }
        let order_by: Vec<SortKey> = call.order_by.iter().map(|key| self.sort_key(key)).collect();
        if call.star {
            self.error(Code::INVALID_QUERY, call.span, format!("`{}` does not take `*`", call.name));
        }
        let ordered_mode = function.name == "mode" && args.is_empty();
        let percentile = ordered_mode || matches!(function.name, "percentile_cont" | "percentile_disc");
        if percentile && order_by.len() != 1 {
            let message = format!("`{}` needs WITHIN GROUP (ORDER BY …) with one key", function.name);
            self.error(Code::INVALID_QUERY, call.span, message);
            return None;
        }
        if let Some(ignore) = call.ignore_nulls.filter(|_| args.len() == 1) {
            if matches!(function.name, "first" | "last" | "any_value") {
                args.push(literal(Literal::Boolean(ignore), DataType::Boolean, call.span));
            } else {
                self.doubted(call.span, "IGNORE NULLS here");
            }
        }
        if matches!(function.name, "percentile_cont" | "percentile_disc")
            && let Some(key) = order_by.first().map(|key| &key.expr)
            && let Some(ty) = &key.ty
            && matches!(ty, DataType::Boolean | DataType::Binary | DataType::Array(_) | DataType::Struct(_))
        {
            let message = format!("`{}` is of numbers or intervals, not of {ty}", function.name);
            self.error(Code::TYPE_MISMATCH, key.span, message);
        }
        let signatures = functions::pick(function, args.len());
        let Some(signature) = signatures.first() else {
            self.wrong_arity(function, args.len(), call.span);
            return None;
        };
        if let Err(functions::Mismatch { index, expected }) = functions::coerce(signature, &mut args) {
            let found = args[index].ty.as_ref().map(ToString::to_string).unwrap_or_default();
            let message = format!("argument {} of `{}` must be {expected}, not {found}", index + 1, call.name);
            self.error(Code::TYPE_MISMATCH, args[index].span, message);
            return None;
        }
        self.examine(function.name, &args);
        let ty = if percentile {
            order_by.first().and_then(|key| key.expr.ty.clone()).map(|ty| match ty {
                interval @ (DataType::IntervalDayTime | DataType::IntervalYearMonth) => interval,
                other if ordered_mode => other,
                _ => DataType::Double,
            })
        } else {
            functions::resolve(function, signature, &args).ty
        };
        let filter = self.filter(call);
        Some(AggregateCall { function: function.name, args, distinct: call.distinct, filter, order_by, ty })
    }

    /// The column that stands for the call; the same call twice is computed once.
    fn place(&mut self, bound: AggregateCall, call: &Call<'_>) -> Expr {
        if let Some(over) = call.over {
            return self.aggregate_window(bound, over, call.span);
        }
        if let Some((column, _)) = self.frame().aggregates.iter().find(|(_, known)| *known == bound) {
            return reference(column, call.span);
        }
        let never_null = matches!(bound.function, "count" | "grouping" | "grouping_id")
            || functions::find(bound.function).is_some_and(|function| function.nulls == functions::Nulls::Never);
        let name = self.name(bound.function);
        let column = self.column(name, bound.ty.clone(), !never_null);
        let expr = reference(&column, call.span);
        let frame = self.frame();
        frame.first_aggregate = frame.first_aggregate.or(Some(call.span));
        frame.aggregates.push((column, bound));
        expr
    }
}
