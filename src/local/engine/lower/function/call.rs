//! Calls: the lowered arguments, and which family a function belongs to.

use crate::analyze::bound::{Column, Expr, ExprKind, Literal};
use crate::local::engine::error::SqlError;
use crate::syntax::DataType;

use super::super::writer::Sql;
use super::{arithmetic, collection, condition, json, math, text, time};

/// A lowered argument beside its bound form. Of a lambda, `sql` is the body.
pub(in crate::local::engine::lower) struct Arg<'e> {
    pub(in crate::local::engine::lower) sql: Sql,
    pub(in crate::local::engine::lower) expr: &'e Expr,
}

impl Arg<'_> {
    pub(in crate::local::engine::lower) fn ty(&self) -> Result<&DataType, SqlError> {
        super::super::expr::known(self.expr)
    }

    /// The value of a text constant.
    pub(in crate::local::engine::lower) fn constant_text(&self) -> Option<&str> {
        match &self.expr.kind {
            ExprKind::Literal(Literal::String(text)) => Some(text),
            _ => None,
        }
    }

    pub(in crate::local::engine::lower) fn constant_integer(&self) -> Option<i64> {
        fn of(expr: &Expr) -> Option<i64> {
            match &expr.kind {
                ExprKind::Literal(Literal::Integer(value)) => Some(*value),
                ExprKind::Cast { expr, .. } => of(expr),
                ExprKind::Call { function: "negative", args } => args.first().and_then(of).map(i64::wrapping_neg),
                _ => None,
            }
        }
        of(self.expr)
    }

    pub(in crate::local::engine::lower) fn constant_boolean(&self) -> Option<bool> {
        match &self.expr.kind {
            ExprKind::Literal(Literal::Boolean(value)) => Some(*value),
            _ => None,
        }
    }

    /// A lambda's parameters as columns.
    pub(in crate::local::engine::lower) fn parameters(&self) -> &[Column] {
        match &self.expr.kind {
            ExprKind::Lambda { parameters, .. } => parameters,
            _ => &[],
        }
    }
}

/// Lowers a call. `ty` is the call's own type.
pub(in crate::local::engine::lower) fn call(
    name: &str,
    args: &[Arg<'_>],
    ty: Option<&DataType>,
) -> Result<Sql, SqlError> {
    let families =
        [arithmetic::call, condition::call, text::call, time::call, math::call, collection::call, json::call];
    for family in families {
        if let Some(sql) = family(name, args, ty)? {
            return Ok(sql);
        }
    }
    Err(SqlError::unsupported(format!("the function {name} with {} arguments", args.len())))
}

/// The call's own type where the translation depends on it.
pub(super) fn result(ty: Option<&DataType>) -> Result<&DataType, SqlError> {
    ty.ok_or_else(|| SqlError::unsupported("an expression whose type is not known"))
}

/// Only the texts of the arguments.
pub(super) fn sqls(args: &[Arg<'_>]) -> Vec<Sql> {
    args.iter().map(|arg| arg.sql.clone()).collect()
}
