//! Explicit casts and the coercions that the binder itself makes.

use sqlparser::ast::{DataType as AstType, Expr as Ast};

use crate::analyze::bound::{Expr, ExprKind};
use crate::analyze::functions;
use crate::analyze::types::{can_cast, least_common_all, store_assignable};
use crate::diag::{Code, Span};
use crate::syntax::{DataType, cast_type};

use super::binder::Binder;

impl Binder<'_> {
    pub(super) fn explicit_cast(&mut self, expr: &Ast, data_type: &AstType, try_: bool, span: Span) -> Expr {
        let inner = self.expr(expr);
        match cast_type(data_type) {
            Some(ty) => self.cast_to(inner, ty, try_, span),
            None => self.unsupported_expr(span, &format!("the type {data_type}")),
        }
    }

    pub(super) fn cast_to(&mut self, inner: Expr, to: DataType, try_: bool, span: Span) -> Expr {
        if let Some(from) = &inner.ty {
            if !can_cast(from, &to) {
                let message = format!("{from} cannot be cast to {to}");
                self.error(Code::TYPE_MISMATCH, span, message);
            }
        }
        let nullable = inner.nullable || try_;
        Expr { kind: ExprKind::Cast { expr: Box::new(inner), try_ }, ty: Some(to), nullable, span }
    }

    /// Casts all to their least common type, which is returned; it is unknown if one of theirs is.
    pub(super) fn unite(&mut self, exprs: &mut [&mut Expr], what: &str) -> Option<DataType> {
        let types: Option<Vec<DataType>> = exprs.iter().map(|expr| expr.ty.clone()).collect();
        let types = types?;
        let Some(common) = least_common_all(&types) else {
            let mut distinct: Vec<String> = Vec::new();
            for ty in &types {
                if !distinct.contains(&ty.to_string()) {
                    distinct.push(ty.to_string());
                }
            }
            let span = exprs.last().map_or(self.here, |expr| expr.span);
            let message = format!("{what} have no common type: {}", distinct.join(", "));
            self.error(Code::TYPE_MISMATCH, span, message);
            return None;
        };
        for expr in exprs.iter_mut() {
            functions::cast(expr, common.clone());
        }
        Some(common)
    }

    /// Casts a value to a column's type as storing it does.
    pub(crate) fn assign(&mut self, expr: &mut Expr, to: &DataType, what: &str) {
        let Some(from) = expr.ty.clone() else { return };
        if !store_assignable(&from, to) {
            self.error(Code::TYPE_MISMATCH, expr.span, format!("{what} is {to}, and {from} cannot be stored in it"));
            return;
        }
        functions::cast(expr, to.clone());
    }

    /// A condition: BOOLEAN, or NULL.
    pub(crate) fn boolean(&mut self, expr: &mut Expr, place: &str) {
        match &expr.ty {
            None | Some(DataType::Boolean) => {}
            Some(DataType::Void) => functions::cast(expr, DataType::Boolean),
            Some(other) => {
                let message = format!("{place} needs a BOOLEAN, not {other}");
                self.error(Code::TYPE_MISMATCH, expr.span, message);
            }
        }
    }
}
