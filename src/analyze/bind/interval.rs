//! `INTERVAL` literals.

use sqlparser::ast::{self, DateTimeField, Expr as Ast, Value};

use crate::analyze::bound::Expr;
use crate::analyze::types::{Unit, parse_interval};
use crate::diag::{Code, Span};

use super::binder::{Binder, literal};

impl Binder<'_> {
    pub(super) fn interval(&mut self, interval: &ast::Interval, span: Span) -> Expr {
        let ast::Interval { value, leading_field, leading_precision, last_field, fractional_seconds_precision } =
            interval;
        let precise = leading_precision.is_some() || fractional_seconds_precision.is_some();
        self.refuse(precise, span, "a precision in INTERVAL");
        let (Some(from), Some(to)) = (self.units(leading_field, span), self.units(last_field, span)) else {
            return self.unproved("interval", span);
        };
        match constant(value) {
            Some(text) => self.constant_interval(&text, from, to, span),
            None => self.computed_interval(value, from, span),
        }
    }

    fn constant_interval(&mut self, text: &str, from: Option<Unit>, to: Option<Unit>, span: Span) -> Expr {
        let Some(parsed) = parse_interval(text, from, to) else {
            self.error(Code::TYPE_MISMATCH, span, format!("'{text}' is not a valid INTERVAL"));
            return self.unproved("interval", span);
        };
        if parsed.days_only {
            self.day_intervals.push(span);
        }
        literal(parsed.value, parsed.ty, span)
    }

    /// `INTERVAL (n) DAY` is n times one day.
    fn computed_interval(&mut self, value: &Ast, unit: Option<Unit>, span: Span) -> Expr {
        let Some(unit) = unit else { return self.unsupported_expr(span, "an INTERVAL without a unit") };
        let count = self.expr(value);
        let one = self.constant_interval("1", Some(unit), None, span);
        self.arithmetic("multiply", one, count, span)
    }

    fn units(&mut self, field: &Option<DateTimeField>, span: Span) -> Option<Option<Unit>> {
        let Some(field) = field else { return Some(None) };
        match Unit::parse(&field.to_string()) {
            Some(unit) => Some(Some(unit)),
            None => {
                self.error(Code::TYPE_MISMATCH, span, format!("`{field}` is not a unit of an INTERVAL"));
                None
            }
        }
    }
}

/// The text of a constant, with its sign.
fn constant(value: &Ast) -> Option<String> {
    match value {
        Ast::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Some(text.clone()),
            Value::Number(text, _) => Some(text.clone()),
            _ => None,
        },
        Ast::UnaryOp { op: ast::UnaryOperator::Minus, expr } => Some(format!("-{}", constant(expr)?)),
        Ast::Nested(inner) => constant(inner),
        _ => None,
    }
}
