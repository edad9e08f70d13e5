//! Window functions: each becomes a column of the block's `Relation::Window`.

use sqlparser::ast::{NamedWindowExpr, WindowFrame, WindowFrameBound, WindowFrameUnits, WindowSpec, WindowType};

use crate::analyze::bound::{
    AggregateCall, Bound, ColumnId, Expr, ExprKind, Frame as WindowRange, Literal, SortKey, WindowCall, WindowFunction,
};
use crate::analyze::functions::{self, Function};
use crate::analyze::types::orderable;
use crate::diag::{Code, Span};
use crate::syntax::DataType;

use super::binder::Binder;
use super::call::Call;
use super::scope::reference;

/// How far references between named windows are followed.
const NAMED_DEPTH: usize = 16;

pub(super) const NESTED: &str = "another window function";
const INSIDE: &str = "a window function inside another one";

impl Binder<'_> {
    pub(super) fn ranking(&mut self, function: &'static Function, call: &Call<'_>) -> Expr {
        self.value_window(function.name, call)
    }

    /// A function that only a window gives a meaning, `first_value` and `last_value` included.
    pub(super) fn value_window(&mut self, name: &'static str, call: &Call<'_>) -> Expr {
        let Some(over) = call.over else {
            self.error(Code::INVALID_AGGREGATE, call.span, format!("`{name}` needs OVER (…)"));
            return self.unproved(name, call.span);
        };
        if call.distinct || call.filter.is_some() || !call.order_by.is_empty() || call.star {
            self.error(Code::INVALID_QUERY, call.span, format!("DISTINCT, FILTER and `*` do not apply to `{name}`"));
        }
        let Some(function) = functions::find(name) else { return self.unproved(name, call.span) };
        let outside = std::mem::replace(&mut self.frame().in_window, true);
        let mut args = self.exprs(call.args.iter().copied());
        self.frame().in_window = outside;
        let Some(signature) = functions::pick(function, args.len()).first().copied() else {
            self.wrong_arity(function, args.len(), call.span);
            return self.unproved(name, call.span);
        };
        if let Err(functions::Mismatch { index, expected }) = functions::coerce(signature, &mut args) {
            let message = format!("argument {} of `{name}` must be {expected}", index + 1);
            self.error(Code::TYPE_MISMATCH, args[index].span, message);
            return self.unproved(name, call.span);
        }
        self.examine(name, &args);
        let resolved = functions::resolve(function, signature, &args);
        let mut ignore_nulls = call.ignore_nulls.unwrap_or(false);
        if matches!(name, "first_value" | "last_value") && args.len() == 2 {
            let flag = args.pop().map(|flag| flag.kind);
            ignore_nulls |= flag == Some(ExprKind::Literal(Literal::Boolean(true)));
        }
        let ranking = WindowFunction::Ranking { name, args, ignore_nulls };
        self.over(ranking, resolved.ty, resolved.nullable, over, call.span)
    }

    pub(super) fn aggregate_window(&mut self, call: AggregateCall, over: &WindowType, span: Span) -> Expr {
        let ty = call.ty.clone();
        let nullable = !matches!(call.function, "count" | "count_if");
        self.over(WindowFunction::Aggregate(Box::new(call)), ty, nullable, over, span)
    }

    fn over(
        &mut self,
        function: WindowFunction,
        ty: Option<crate::syntax::DataType>,
        nullable: bool,
        over: &WindowType,
        span: Span,
    ) -> Expr {
        if self.frame().no_window == Some(NESTED) && self.forbidden.is_none() {
            return self.doubted_expr(span, INSIDE);
        }
        if let Some(clause) = self.frame().no_window {
            let code = self.forbidden.map_or(Code::INVALID_AGGREGATE, |forbidden| forbidden.code);
            self.error(code, span, format!("a window function is not allowed in {clause}"));
            return self.unproved("window function", span);
        }
        let before = self.frame().no_window.replace(NESTED);
        let outside = std::mem::replace(&mut self.frame().in_window, true);
        let (partition_by, order_by, frame) = self.window_type(over, span, NAMED_DEPTH);
        self.frame().no_window = before;
        self.frame().in_window = outside;
        self.frame_fits(&function, &order_by, frame.as_ref(), span);
        if order_by.is_empty() && needs_order(&function) {
            self.error(Code::INVALID_QUERY, span, "this window function needs ORDER BY in its OVER clause");
        }
        let mut call = WindowCall { function, partition_by, order_by, frame, ty: ty.clone() };
        if self.is_nested(&mut call) {
            return self.doubted_expr(span, INSIDE);
        }
        if let Some((column, _)) = self.frame().windows.iter().find(|(_, known)| *known == call) {
            return reference(column, span);
        }
        let name = self.name("window");
        let column = self.column(name, ty, nullable);
        let expr = reference(&column, span);
        self.frame().windows.push((column, call));
        expr
    }

    /// Does it use the result of another one, as `lag(avg(v) OVER w) OVER w` does? Databricks computes one after the
    /// other; dashboards of its own do so.
    fn is_nested(&mut self, call: &mut WindowCall) -> bool {
        let known: Vec<ColumnId> = self.frame().windows.iter().map(|(column, _)| column.id).collect();
        let mut nested = false;
        for expr in call.exprs_mut() {
            expr.visit(&mut |part| {
                nested |= matches!(part.kind, ExprKind::Column(id) if known.contains(&id));
            });
        }
        nested
    }

    fn window_type(
        &mut self,
        over: &WindowType,
        span: Span,
        depth: usize,
    ) -> (Vec<Expr>, Vec<SortKey>, Option<WindowRange>) {
        match over {
            WindowType::WindowSpec(spec) => self.window_spec(spec, span, depth),
            WindowType::NamedWindow(name) => {
                let at = self.span_or_here(name.span);
                let name = self.identifier(name);
                self.named_window(&name, at, depth)
            }
        }
    }

    fn named_window(
        &mut self,
        name: &crate::ident::Identifier,
        span: Span,
        depth: usize,
    ) -> (Vec<Expr>, Vec<SortKey>, Option<WindowRange>) {
        let found = self.frame().named_windows.iter().find(|(known, _)| known == name).map(|(_, expr)| expr.clone());
        match found {
            Some(NamedWindowExpr::WindowSpec(spec)) if depth > 0 => self.window_spec(&spec, span, depth - 1),
            Some(NamedWindowExpr::NamedWindow(other)) if depth > 0 => {
                let other = self.identifier(&other);
                self.named_window(&other, span, depth - 1)
            }
            Some(_) => {
                self.error(Code::INVALID_QUERY, span, format!("the window `{name}` refers to itself"));
                (Vec::new(), Vec::new(), None)
            }
            None => {
                self.error(Code::INVALID_QUERY, span, format!("the window `{name}` is not defined"));
                (Vec::new(), Vec::new(), None)
            }
        }
    }

    fn window_spec(
        &mut self,
        spec: &WindowSpec,
        span: Span,
        depth: usize,
    ) -> (Vec<Expr>, Vec<SortKey>, Option<WindowRange>) {
        let WindowSpec { window_name, partition_by, order_by, window_frame } = spec;
        let (mut partitions, mut keys, mut frame) = match window_name {
            Some(name) => {
                let at = self.span_or_here(name.span);
                let name = self.identifier(name);
                self.named_window(&name, at, depth)
            }
            None => (Vec::new(), Vec::new(), None),
        };
        partitions.extend(self.exprs(partition_by));
        for partition in &partitions {
            if let Some(ty) = partition.ty.as_ref().filter(|ty| !orderable(ty)) {
                self.error(Code::TYPE_MISMATCH, partition.span, format!("PARTITION BY: values of {ty} have no order"));
            }
        }
        keys.extend(order_by.iter().map(|key| self.sort_key(key)).collect::<Vec<_>>());
        if let Some(window_frame) = window_frame {
            frame = self.window_frame(window_frame, span);
            self.range_fits(frame.as_ref(), &keys, span);
        }
        (partitions, keys, frame)
    }

    fn window_frame(&mut self, frame: &WindowFrame, span: Span) -> Option<WindowRange> {
        let WindowFrame { units, start_bound, end_bound } = frame;
        let rows = match units {
            WindowFrameUnits::Rows => true,
            WindowFrameUnits::Range => false,
            WindowFrameUnits::Groups => {
                self.unsupported(span, "GROUPS in a window frame");
                return None;
            }
        };
        let start = self.frame_bound(start_bound);
        let end = end_bound.as_ref().map_or(Bound::CurrentRow, |bound| self.frame_bound(bound));
        let unbounded = matches!(start, Bound::UnboundedFollowing) || matches!(end, Bound::UnboundedPreceding);
        // Spark compares the distances of both bounds, and CURRENT ROW with nothing.
        let reversed = distance(&start).zip(distance(&end)).is_some_and(|(start, end)| start > end);
        if unbounded || reversed {
            self.error(Code::INVALID_QUERY, span, "the window frame ends before it begins");
        }
        Some(WindowRange { rows, start, end })
    }

    /// What a frame of this unit needs of its bounds and of ORDER BY: the subclasses RANGE_FRAME_… and
    /// SPECIFIED_WINDOW_FRAME_… of Databricks' error class DATATYPE_MISMATCH.
    fn range_fits(&mut self, frame: Option<&WindowRange>, keys: &[SortKey], span: Span) {
        let Some(WindowRange { rows, start, end }) = frame else { return };
        let distances: Vec<&Expr> = [start, end].into_iter().filter_map(written).collect();
        if *rows {
            for distance in distances {
                match &distance.ty {
                    Some(DataType::Int) | None => self.fixed("ROWS", Some(distance)),
                    Some(ty) => {
                        let message = format!("ROWS counts by a constant INT, not by {ty}");
                        self.error(Code::TYPE_MISMATCH, distance.span, message);
                    }
                }
            }
            return;
        }
        let all = matches!((start, end), (Bound::UnboundedPreceding, Bound::UnboundedFollowing));
        match keys {
            [] if !all => self.error(Code::INVALID_QUERY, span, "RANGE needs ORDER BY in the OVER clause"),
            [key] => distances.into_iter().for_each(|distance| self.distance_fits(&key.expr, distance)),
            [_, second, ..] if !distances.is_empty() => {
                let message = "RANGE with a distance needs an order by one expression";
                self.error(Code::INVALID_QUERY, second.expr.span, message);
            }
            _ => {}
        }
    }

    /// So and so far from a number is a number, from a time an interval, from a date also days.
    fn distance_fits(&mut self, key: &Expr, distance: &Expr) {
        use DataType::{Date, Int, IntervalDayTime, IntervalYearMonth, SmallInt, TinyInt, Void};
        let (Some(ordered), Some(by)) = (&key.ty, &distance.ty) else { return };
        // `INTERVAL 1 HOUR` is not seen in the type: a date has no hours.
        let whole = self.whole_days(distance) || !matches!(distance.kind, ExprKind::Literal(_));
        let fits = match ordered {
            ty if ty.is_numeric() || *ty == Void => true,
            IntervalDayTime | IntervalYearMonth => true,
            Date => match by {
                Int | SmallInt | TinyInt | IntervalYearMonth => true,
                IntervalDayTime => whole,
                _ => false,
            },
            ty if ty.is_datetime() => matches!(by, IntervalDayTime | IntervalYearMonth),
            DataType::Time => true,
            _ => {
                let message = format!("RANGE with a distance needs an order by a number or a time, not by {ordered}");
                self.error(Code::TYPE_MISMATCH, key.span, message);
                return;
            }
        };
        if !fits {
            let message = format!("RANGE over {ordered} cannot go by this {by}");
            self.error(Code::TYPE_MISMATCH, distance.span, message);
        }
    }

    /// Functions that have a frame of their own, and aggregates that have none or take no order.
    fn frame_fits(&mut self, function: &WindowFunction, order_by: &[SortKey], frame: Option<&WindowRange>, span: Span) {
        let message = match function {
            WindowFunction::Aggregate(call) if call.distinct => Some("DISTINCT is not possible with OVER".to_string()),
            WindowFunction::Aggregate(call) => {
                let function = call.function;
                let unordered = matches!(function, "median" | "percentile_cont" | "percentile_disc");
                (unordered && (!order_by.is_empty() || frame.is_some()))
                    .then(|| format!("`{function}` takes neither ORDER BY nor a frame in its OVER clause"))
            }
            WindowFunction::Ranking { name, .. } => {
                frame.filter(|frame| !own_frame(name, frame)).map(|_| format!("`{name}` takes no frame like this one"))
            }
        };
        if let Some(message) = message {
            self.error(Code::INVALID_QUERY, span, message);
        }
    }

    fn frame_bound(&mut self, bound: &WindowFrameBound) -> Bound {
        match bound {
            WindowFrameBound::CurrentRow => Bound::CurrentRow,
            WindowFrameBound::Preceding(None) => Bound::UnboundedPreceding,
            WindowFrameBound::Following(None) => Bound::UnboundedFollowing,
            WindowFrameBound::Preceding(Some(expr)) => Bound::Preceding(Box::new(self.expr(expr))),
            WindowFrameBound::Following(Some(expr)) => Bound::Following(Box::new(self.expr(expr))),
        }
    }
}

/// May the function stand over this frame?
fn own_frame(name: &str, frame: &WindowRange) -> bool {
    let so_far = matches!((&frame.start, &frame.end), (Bound::UnboundedPreceding, Bound::CurrentRow));
    match name {
        "lag" | "lead" => false,
        "row_number" | "rank" | "dense_rank" | "percent_rank" | "ntile" => frame.rows && so_far,
        "cume_dist" => !frame.rows && so_far,
        _ => true,
    }
}

fn written(bound: &Bound) -> Option<&Expr> {
    match bound {
        Bound::Preceding(expr) | Bound::Following(expr) => Some(expr),
        _ => None,
    }
}

/// How far behind the current row a bound lies, where it is written as a whole number or as an interval.
fn distance(bound: &Bound) -> Option<i64> {
    let constant = |expr: &Expr| match expr.kind {
        ExprKind::Literal(Literal::Integer(value) | Literal::IntervalDayTime(value)) => Some(value),
        _ => None,
    };
    match bound {
        Bound::Preceding(expr) => constant(expr)?.checked_neg(),
        Bound::Following(expr) => constant(expr),
        _ => None,
    }
}

fn needs_order(function: &WindowFunction) -> bool {
    let ordered = ["row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead"];
    matches!(function, WindowFunction::Ranking { name, .. } if ordered.contains(name))
}
