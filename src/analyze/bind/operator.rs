//! Operators (Databricks documentation, "Operators"; "SQL data type rules").

use sqlparser::ast::{BinaryOperator, Expr as Ast, UnaryOperator};

use crate::analyze::bound::{Expr, ExprKind, Literal};
use crate::analyze::functions::{self, digits};
use crate::analyze::types::{Arithmetic, arithmetic, decimal, decimal_of, least_common, orderable};
use crate::diag::{Code, Span};
use crate::syntax::DataType;

use super::binder::{Binder, call};

impl Binder<'_> {
    pub(super) fn binary(&mut self, left: &Ast, op: &BinaryOperator, right: &Ast, span: Span) -> Expr {
        use BinaryOperator as Op;
        let (l, r) = (self.expr(left), self.expr(right));
        match op {
            Op::Plus => self.arithmetic("add", l, r, span),
            Op::Minus => self.arithmetic("subtract", l, r, span),
            Op::Multiply => self.arithmetic("multiply", l, r, span),
            Op::Divide => self.arithmetic("divide", l, r, span),
            Op::Modulo => self.arithmetic("mod", l, r, span),
            Op::MyIntegerDivide | Op::DuckIntegerDivide => self.arithmetic("div", l, r, span),
            Op::StringConcat => self.builtin("concat", vec![l, r], span),
            Op::Eq => self.compare("eq", l, r, span),
            Op::NotEq => self.compare("neq", l, r, span),
            Op::Lt => self.compare("lt", l, r, span),
            Op::LtEq => self.compare("lte", l, r, span),
            Op::Gt => self.compare("gt", l, r, span),
            Op::GtEq => self.compare("gte", l, r, span),
            Op::Spaceship => self.compare("null_safe_eq", l, r, span),
            Op::And => self.logical("and", l, r, span),
            Op::Or => self.logical("or", l, r, span),
            Op::BitwiseAnd => self.bits("bit_and", l, r, span),
            Op::BitwiseOr => self.bits("bit_or", l, r, span),
            Op::BitwiseXor => self.bits("bit_xor", l, r, span),
            Op::PGBitwiseShiftLeft => self.builtin("shiftleft", vec![l, r], span),
            Op::PGBitwiseShiftRight => self.builtin("shiftright", vec![l, r], span),
            other if other.to_string() == ">>>" => self.builtin("shiftrightunsigned", vec![l, r], span),
            other => self.unsupported_expr(span, &format!("the operator {other}")),
        }
    }

    pub(super) fn unary(&mut self, op: UnaryOperator, expr: &Ast, span: Span) -> Expr {
        let mut inner = self.expr(expr);
        match op {
            UnaryOperator::Plus => self.builtin("positive", vec![inner], span),
            UnaryOperator::Minus => match negated(&inner, span) {
                Some(folded) => folded,
                None => {
                    let whole_days = self.whole_days(&inner);
                    let negative = self.builtin("negative", vec![inner], span);
                    if whole_days {
                        self.day_intervals.push(span);
                    }
                    negative
                }
            },
            UnaryOperator::Not | UnaryOperator::BangNot => {
                self.crosscast(&mut inner, DataType::Boolean, "NOT");
                self.not(inner, span)
            }
            UnaryOperator::BitwiseNot => {
                if matches!(&inner.ty, Some(ty) if !ty.is_integer()) {
                    self.crosscast(&mut inner, DataType::BigInt, "`~`");
                }
                let (ty, nullable) = (inner.ty.clone(), inner.nullable);
                call("bit_not", vec![inner], ty, nullable, span)
            }
            other => self.unsupported_expr(span, &format!("the operator {other}")),
        }
    }

    /// Casts an operand, or reports that it cannot be.
    pub(super) fn crosscast(&mut self, expr: &mut Expr, to: DataType, place: &str) {
        match &expr.ty {
            Some(DataType::String | DataType::Void) => functions::cast(expr, to),
            Some(ty) if *ty != to => {
                let message = format!("{place} needs {to}, not {ty}");
                self.error(Code::TYPE_MISMATCH, expr.span, message);
            }
            _ => {}
        }
    }

    fn logical(&mut self, function: &'static str, mut left: Expr, mut right: Expr, span: Span) -> Expr {
        let place = function.to_uppercase();
        self.crosscast(&mut left, DataType::Boolean, &place);
        self.crosscast(&mut right, DataType::Boolean, &place);
        let nullable = left.nullable || right.nullable;
        call(function, vec![left, right], DataType::Boolean, nullable, span)
    }

    fn bits(&mut self, function: &'static str, mut left: Expr, mut right: Expr, span: Span) -> Expr {
        let ty = self.common(&mut left, &mut right, span);
        if let Some(ty) = &ty {
            if !ty.is_integer() {
                self.error(Code::TYPE_MISMATCH, span, format!("a bitwise operator needs integers, not {ty}"));
            }
        }
        let nullable = left.nullable || right.nullable;
        call(function, vec![left, right], ty, nullable, span)
    }

    pub(super) fn compare(&mut self, function: &'static str, mut left: Expr, mut right: Expr, span: Span) -> Expr {
        let common = self.common(&mut left, &mut right, span);
        if let Some(ty) = common.filter(|ty| !orderable(ty)) {
            self.error(Code::TYPE_MISMATCH, span, format!("values of {ty} cannot be compared"));
        }
        let nullable = function != "null_safe_eq" && (left.nullable || right.nullable);
        call(function, vec![left, right], DataType::Boolean, nullable, span)
    }

    /// Casts both sides to their least common type.
    fn common(&mut self, left: &mut Expr, right: &mut Expr, span: Span) -> Option<DataType> {
        let (l, r) = (left.ty.clone()?, right.ty.clone()?);
        let Some(common) = least_common(&l, &r) else {
            self.error(Code::TYPE_MISMATCH, span, format!("{l} and {r} cannot be used together"));
            return None;
        };
        functions::cast(left, common.clone());
        functions::cast(right, common.clone());
        Some(common)
    }

    pub(super) fn arithmetic(&mut self, function: &'static str, left: Expr, right: Expr, span: Span) -> Expr {
        let nullable = left.nullable || right.nullable || matches!(function, "divide" | "mod" | "div");
        let (Some(l), Some(r)) = (left.ty.clone(), right.ty.clone()) else {
            return call(function, vec![left, right], None, nullable, span);
        };
        if l == DataType::Time || r == DataType::Time {
            return self.clock_arithmetic(function, left, right, span);
        }
        let time =
            |ty: &DataType| ty.is_datetime() || matches!(ty, DataType::IntervalDayTime | DataType::IntervalYearMonth);
        if time(&l) || time(&r) {
            return self.time_arithmetic(function, left, right, span);
        }
        let (mut left, mut right) = (left, right);
        let Some((l, r)) = numbers(&l, &r) else {
            self.error(Code::TYPE_MISMATCH, span, format!("{l} and {r} cannot be used in arithmetic"));
            return call(function, vec![left, right], None, nullable, span);
        };
        functions::cast(&mut left, l.clone());
        functions::cast(&mut right, r.clone());
        let exact = matches!(l, DataType::Decimal { .. }) || matches!(r, DataType::Decimal { .. });
        let floating = |ty: &DataType| matches!(ty, DataType::Float | DataType::Double);
        let ty = if exact && !floating(&l) && !floating(&r) {
            decimals(function, &mut left, &mut right)
        } else {
            self.plain(function, &mut left, &mut right, span)
        };
        call(function, vec![left, right], ty, nullable, span)
    }

    fn plain(&mut self, function: &str, left: &mut Expr, right: &mut Expr, span: Span) -> Option<DataType> {
        match function {
            "divide" => {
                functions::cast(left, DataType::Double);
                functions::cast(right, DataType::Double);
                Some(DataType::Double)
            }
            "div" => {
                let common = self.common(left, right, span)?;
                if !common.is_integer() {
                    self.error(Code::TYPE_MISMATCH, span, format!("DIV needs integers or decimals, not {common}"));
                }
                Some(DataType::BigInt)
            }
            _ => self.common(left, right, span),
        }
    }
}

/// Both operands as numbers: a string becomes BIGINT beside an integer and DOUBLE beside anything else;
/// NULL takes the other's type.
fn numbers(left: &DataType, right: &DataType) -> Option<(DataType, DataType)> {
    if *left == DataType::String && *right == DataType::String {
        return None;
    }
    let number = |ty: &DataType, other: &DataType| match ty {
        ty if ty.is_numeric() => Some(ty.clone()),
        DataType::String if other.is_integer() => Some(DataType::BigInt),
        DataType::String => Some(DataType::Double),
        DataType::Void if other.is_numeric() => Some(other.clone()),
        DataType::Void => Some(DataType::Double),
        _ => None,
    };
    Some((number(left, right)?, number(right, left)?))
}

/// One side at least is a decimal and none is floating: integers become decimals, a literal with just its digits.
fn decimals(function: &str, left: &mut Expr, right: &mut Expr) -> Option<DataType> {
    for side in [&mut *left, &mut *right] {
        let (precision, scale) = digits(side)?;
        functions::cast(side, decimal(precision, scale));
    }
    let (l, r) = (decimal_of(left.ty.as_ref()?)?, decimal_of(right.ty.as_ref()?)?);
    Some(match function {
        "add" | "subtract" => arithmetic(Arithmetic::Add, l, r),
        "multiply" => arithmetic(Arithmetic::Multiply, l, r),
        "divide" => arithmetic(Arithmetic::Divide, l, r),
        "mod" => arithmetic(Arithmetic::Modulo, l, r),
        _ => DataType::BigInt,
    })
}

/// A minus before a numeric literal belongs to it.
fn negated(expr: &Expr, span: Span) -> Option<Expr> {
    let ExprKind::Literal(value) = &expr.kind else { return None };
    let (value, ty) = match value {
        Literal::Integer(value) => {
            let value = value.checked_neg()?;
            // -2147483648 is an INT, although 2147483648 is a BIGINT.
            let narrow = value == i64::from(i32::MIN);
            (Literal::Integer(value), if narrow { Some(DataType::Int) } else { expr.ty.clone() })
        }
        Literal::Decimal(digits) if digits == "9223372036854775808" => {
            (Literal::Integer(i64::MIN), Some(DataType::BigInt))
        }
        Literal::Decimal(digits) => {
            let digits = digits.strip_prefix('-').map_or_else(|| format!("-{digits}"), str::to_string);
            (Literal::Decimal(digits), expr.ty.clone())
        }
        Literal::Double(value) => (Literal::Double(-value), expr.ty.clone()),
        Literal::IntervalYearMonth(months) => (Literal::IntervalYearMonth(months.checked_neg()?), expr.ty.clone()),
        _ => return None,
    };
    Some(Expr { kind: ExprKind::Literal(value), ty, nullable: false, span })
}
