//! Dates, timestamps and intervals in operators and in functions whose first argument is a unit.

use sqlparser::ast::{DateTimeField, Expr as Ast};

use crate::analyze::bound::{Expr, ExprKind, Literal};
use crate::analyze::functions;
use crate::analyze::types::{Unit, implicit};
use crate::diag::{Code, Diagnostic, Span};
use crate::syntax::DataType;

use super::binder::{Binder, call, literal};

impl Binder<'_> {
    pub(super) fn time_arithmetic(&mut self, function: &'static str, left: Expr, right: Expr, span: Span) -> Expr {
        use DataType::*;
        let nullable = left.nullable || right.nullable;
        let (Some(l), Some(r)) = (left.ty.clone(), right.ty.clone()) else {
            return call(function, vec![left, right], None, nullable, span);
        };
        // A text beside an interval is read as a timestamp, and the result is a text again.
        let (mut left, mut right) = (left, right);
        let text = match (function, &l, &r) {
            ("add" | "subtract", String, IntervalDayTime) => Some(&mut left),
            ("add", IntervalDayTime, String) => Some(&mut right),
            _ => None,
        };
        if let Some(text) = text {
            functions::cast(text, Timestamp);
            let mut moved = self.time_arithmetic(function, left, right, span);
            functions::cast(&mut moved, String);
            return moved;
        }
        let interval = |ty: &DataType| matches!(ty, IntervalDayTime | IntervalYearMonth);
        match (function, &l, &r) {
            ("add" | "subtract", Date, BigInt) | ("add", BigInt, Date) => {
                let message = "a DATE moves by an INT of days, not by BIGINT";
                let diagnostic =
                    Diagnostic::error(Code::TYPE_MISMATCH, message).hint("cast the days: `CAST(… AS INT)`");
                self.report(diagnostic, span);
                call(function, vec![left, right], None, nullable, span)
            }
            ("add", Date, days) if days.is_integer() || *days == Void => self.move_date("date_add", left, right, span),
            ("add", days, Date) if days.is_integer() => self.move_date("date_add", right, left, span),
            ("subtract", Date, days) if days.is_integer() => self.move_date("date_sub", left, right, span),
            ("add" | "subtract", time, by) if time.is_datetime() && interval(by) => {
                self.shift(function, left, right, span)
            }
            ("add", by, time) if time.is_datetime() && interval(by) => self.shift(function, right, left, span),
            ("subtract", Date, Date) => {
                self.day_intervals.push(span);
                call(function, vec![left, right], IntervalDayTime, nullable, span)
            }
            ("subtract", from, to) if times(from, to) => {
                let (mut left, mut right) = (left, right);
                let common = if *from == Date || *to == Date { Date } else { Timestamp };
                let common = if from.is_datetime() && to.is_datetime() { Timestamp } else { common };
                functions::cast(&mut left, common.clone());
                functions::cast(&mut right, common);
                call(function, vec![left, right], IntervalDayTime, nullable, span)
            }
            ("add" | "subtract", from, to) if interval(from) && (from == to || *to == Void) => {
                let days = self.whole_days(&left) && self.whole_days(&right);
                if days {
                    self.day_intervals.push(span);
                }
                call(function, vec![left, right], l, nullable, span)
            }
            ("div", by, unit) if interval(by) && by == unit => call(function, vec![left, right], BigInt, true, span),
            ("multiply", by, count) if interval(by) && implicit(count, &Double) && !interval(count) => {
                self.scale(function, left, right, span)
            }
            ("multiply", count, by) if interval(by) && implicit(count, &Double) => {
                self.scale(function, right, left, span)
            }
            ("divide", by, count) if interval(by) && implicit(count, &Double) && !interval(count) => {
                self.scale(function, left, right, span)
            }
            _ => {
                self.error(Code::TYPE_MISMATCH, span, format!("{l} and {r} cannot be used in arithmetic"));
                call(function, vec![left, right], None, nullable, span)
            }
        }
    }

    /// A time of day moves by an interval of less than a day; two of them are such an interval apart.
    pub(super) fn clock_arithmetic(&mut self, function: &'static str, left: Expr, right: Expr, span: Span) -> Expr {
        use DataType::{IntervalDayTime, Time, Void};
        let nullable = left.nullable || right.nullable;
        let ty = match (function, &left.ty, &right.ty) {
            ("add" | "subtract", Some(Time), Some(IntervalDayTime | Void)) => Some(Time),
            ("add", Some(IntervalDayTime | Void), Some(Time)) => Some(Time),
            ("subtract", Some(Time), Some(Time)) => Some(IntervalDayTime),
            (_, Some(l), Some(r)) => {
                self.error(Code::TYPE_MISMATCH, span, format!("{l} and {r} cannot be used in arithmetic"));
                None
            }
            _ => None,
        };
        call(function, vec![left, right], ty, nullable, span)
    }

    fn move_date(&mut self, function: &'static str, date: Expr, mut days: Expr, span: Span) -> Expr {
        let nullable = date.nullable || days.nullable;
        functions::cast(&mut days, DataType::Int);
        call(function, vec![date, days], DataType::Date, nullable, span)
    }

    /// A DATE stays one when whole days, months or years are added; hours make it a TIMESTAMP.
    fn shift(&mut self, function: &'static str, mut time: Expr, by: Expr, span: Span) -> Expr {
        let nullable = time.nullable || by.nullable;
        let whole = by.ty == Some(DataType::IntervalYearMonth) || self.whole_days(&by);
        if time.ty == Some(DataType::Date) && !whole {
            functions::cast(&mut time, DataType::Timestamp);
        }
        let ty = time.ty.clone();
        call(function, vec![time, by], ty, nullable, span)
    }

    fn scale(&mut self, function: &'static str, by: Expr, mut count: Expr, span: Span) -> Expr {
        let nullable = by.nullable || count.nullable;
        let whole = count.ty.as_ref().is_some_and(DataType::is_integer);
        if !whole {
            functions::cast(&mut count, DataType::Double);
        }
        if whole && function == "multiply" && self.whole_days(&by) {
            self.day_intervals.push(span);
        }
        let ty = by.ty.clone();
        call(function, vec![by, count], ty, nullable, span)
    }

    pub(super) fn whole_days(&self, expr: &Expr) -> bool {
        self.day_intervals.contains(&expr.span)
    }

    /// `extract(field FROM source)` is `date_part('FIELD', source)`.
    pub(super) fn extract(&mut self, field: &DateTimeField, source: Expr, span: Span) -> Expr {
        let name = field.to_string().to_ascii_uppercase();
        let name = literal(Literal::String(name), DataType::String, span);
        self.builtin("date_part", vec![name, source], span)
    }

    /// `f(UNIT, a, b)`: the unit is a word, not a column.
    pub(super) fn with_unit(&mut self, function: &'static str, args: &[&Ast], span: Span) -> Expr {
        let unit = match args.first() {
            Some(Ast::Identifier(word)) => Unit::parse(&word.value).map(|unit| (unit, self.span_or_here(word.span))),
            Some(other) => {
                let at = self.span(*other);
                match self.constant_text(other) {
                    Some(text) => Unit::parse(&text).map(|unit| (unit, at)),
                    None => None,
                }
            }
            None => None,
        };
        let mut rest = self.exprs(args.iter().skip(1).copied());
        let Some((unit, at)) = unit else {
            let at = args.first().map_or(span, |arg| self.span(*arg));
            self.error(Code::TYPE_MISMATCH, at, "a unit such as DAY is expected");
            return self.unproved(function, span);
        };
        let types = if function == "timestampadd" {
            [DataType::BigInt, DataType::Timestamp]
        } else {
            [DataType::Timestamp, DataType::Timestamp]
        };
        let zoned = rest.get(1).is_none_or(|time| time.ty != Some(DataType::TimestampNtz));
        for (arg, ty) in rest.iter_mut().zip(types) {
            if zoned || ty != DataType::Timestamp || function != "timestampadd" {
                self.argument(arg, ty, function);
            }
        }
        let nullable = rest.iter().any(|arg| arg.nullable);
        let ty = match function {
            "timestampadd" if zoned => DataType::Timestamp,
            "timestampadd" => DataType::TimestampNtz,
            _ => DataType::BigInt,
        };
        let mut args = vec![literal(Literal::String(unit.name().to_string()), DataType::String, at)];
        args.append(&mut rest);
        call(function, args, ty, nullable, span)
    }

    pub(super) fn constant_text(&mut self, ast: &Ast) -> Option<String> {
        let Ast::Value(value) = ast else { return None };
        match self.value(value).kind {
            ExprKind::Literal(Literal::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Days to move a date by; nothing is narrowed to them.
    pub(super) fn days(&mut self, arg: &mut Expr, function: &str) {
        match &arg.ty {
            Some(ty) if ty.is_numeric() && !matches!(ty, DataType::Int | DataType::SmallInt | DataType::TinyInt) => {
                let message = format!("`{function}` moves by an INT of days, not by {ty}");
                let diagnostic =
                    Diagnostic::error(Code::TYPE_MISMATCH, message).hint("cast the days: `CAST(… AS INT)`");
                self.report(diagnostic, arg.span);
            }
            _ => self.argument(arg, DataType::Int, function),
        }
    }

    /// Casts an argument implicitly or reports it.
    pub(super) fn argument(&mut self, arg: &mut Expr, to: DataType, function: &str) {
        let Some(from) = arg.ty.clone() else { return };
        if implicit(&from, &to) {
            functions::cast(arg, to);
        } else {
            self.error(Code::TYPE_MISMATCH, arg.span, format!("`{function}` needs {to} here, not {from}"));
        }
    }
}

fn times(from: &DataType, to: &DataType) -> bool {
    let time = |ty: &DataType| ty.is_datetime() || matches!(ty, DataType::String | DataType::Void);
    time(from) && time(to)
}
