//! Expressions: the one match over sqlparser's tree.

use sqlparser::ast::{self, CastKind, CeilFloorKind, DateTimeField, Expr as Ast, TrimWhereField};

use crate::analyze::bound::{Expr, ExprKind, Literal};
use crate::analyze::near::near_collation;
use crate::diag::{Code, Diagnostic, Span};
use crate::syntax::{DataType, deeper};

use super::binder::{Binder, call, literal};

impl Binder<'_> {
    pub(crate) fn expr(&mut self, ast: &Ast) -> Expr {
        let outer = self.here;
        self.here = self.span(ast);
        let bound = deeper(|| self.dispatch(ast, self.here));
        self.here = outer;
        self.proof.expressions += 1;
        self.proof.typed += usize::from(bound.ty.is_some());
        bound
    }

    pub(super) fn exprs<'e>(&mut self, asts: impl IntoIterator<Item = &'e Ast>) -> Vec<Expr> {
        asts.into_iter().map(|ast| self.expr(ast)).collect()
    }

    fn dispatch(&mut self, ast: &Ast, span: Span) -> Expr {
        match ast {
            Ast::Identifier(ident) => self.path(std::slice::from_ref(ident)),
            Ast::CompoundIdentifier(parts) => self.path(parts),
            Ast::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain, span),
            Ast::JsonAccess { value, path } => self.json_path(value, path, span),
            Ast::IsFalse(expr) => self.truth("is_false", expr, span),
            Ast::IsNotFalse(expr) => self.truth("is_not_false", expr, span),
            Ast::IsTrue(expr) => self.truth("is_true", expr, span),
            Ast::IsNotTrue(expr) => self.truth("is_not_true", expr, span),
            Ast::IsNull(expr) | Ast::IsUnknown(expr) => self.is_null("is_null", expr, span),
            Ast::IsNotNull(expr) | Ast::IsNotUnknown(expr) => self.is_null("is_not_null", expr, span),
            Ast::IsDistinctFrom(left, right) => {
                let (left, right) = (self.expr(left), self.expr(right));
                let same = self.compare("null_safe_eq", left, right, span);
                self.not(same, span)
            }
            Ast::IsNotDistinctFrom(left, right) => {
                let (left, right) = (self.expr(left), self.expr(right));
                self.compare("null_safe_eq", left, right, span)
            }
            Ast::InList { expr, list, negated } => self.in_list(expr, list, *negated, span),
            Ast::InSubquery { expr, subquery, negated } => self.in_subquery(expr, subquery, *negated, span),
            Ast::Between { expr, negated, low, high } => self.between(expr, low, high, *negated, span),
            Ast::BinaryOp { left, op, right } => self.binary(left, op, right, span),
            Ast::Like { negated, any, expr, pattern, escape_char } => {
                self.like("like", *any, expr, pattern, escape_char.as_deref(), *negated, span)
            }
            Ast::ILike { negated, any, expr, pattern, escape_char } => {
                self.like("ilike", *any, expr, pattern, escape_char.as_deref(), *negated, span)
            }
            Ast::RLike { negated, expr, pattern, regexp: _ } => {
                let args = vec![self.expr(expr), self.expr(pattern)];
                let matched = self.builtin("rlike", args, span);
                if *negated { self.not(matched, span) } else { matched }
            }
            Ast::UnaryOp { op, expr } => self.unary(*op, expr, span),
            Ast::Cast { kind, expr, data_type, format } => {
                self.refuse(format.is_some(), span, "CAST … FORMAT");
                let try_ = matches!(kind, CastKind::TryCast | CastKind::SafeCast);
                self.explicit_cast(expr, data_type, try_, span)
            }
            Ast::Extract { field, syntax: _, expr } => {
                let source = self.expr(expr);
                self.extract(field, source, span)
            }
            Ast::Ceil { expr, field } => self.rounding("ceil", expr, field, span),
            Ast::Floor { expr, field } => self.rounding("floor", expr, field, span),
            Ast::Position { expr, r#in } => {
                let args = vec![self.expr(expr), self.expr(r#in)];
                self.builtin("locate", args, span)
            }
            Ast::Substring { expr, substring_from, substring_for, special: _, shorthand: _ } => {
                let mut args = vec![self.expr(expr)];
                match substring_from {
                    Some(from) => args.push(self.expr(from)),
                    None if substring_for.is_none() => {}
                    None => args.push(literal(Literal::Integer(1), DataType::Int, span)),
                }
                args.extend(substring_for.as_ref().map(|length| self.expr(length)));
                self.builtin("substring", args, span)
            }
            Ast::Trim { trim_where, trim_what, expr, trim_characters } => {
                self.refuse(trim_characters.is_some(), span, "this form of TRIM");
                let function = match trim_where {
                    None | Some(TrimWhereField::Both) => "trim",
                    Some(TrimWhereField::Leading) => "ltrim",
                    Some(TrimWhereField::Trailing) => "rtrim",
                };
                let mut args = vec![self.expr(expr)];
                args.extend(trim_what.as_ref().map(|what| self.expr(what)));
                self.trim(function, args, span)
            }
            Ast::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                let mut args = self.exprs([&**expr, overlay_what, overlay_from]);
                args.extend(overlay_for.as_ref().map(|length| self.expr(length)));
                self.builtin("overlay", args, span)
            }
            Ast::Nested(inner) => self.expr(inner),
            Ast::Value(value) => self.value(value),
            Ast::TypedString(typed) => self.typed_string(typed, span),
            Ast::Function(function) => self.function(function, span),
            Ast::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), span)
            }
            Ast::Exists { subquery, negated } => self.exists(subquery, *negated, span),
            Ast::Subquery(query) => self.scalar_subquery(query, span),
            Ast::Tuple(values) => self.tuple(values, span),
            Ast::Struct { values, fields } => {
                self.refuse(!fields.is_empty(), span, "a typed STRUCT literal");
                self.struct_of(values, span)
            }
            Ast::Named { expr, name: _ } => {
                self.error(Code::INVALID_QUERY, span, "an alias is not allowed here");
                self.expr(expr)
            }
            Ast::Interval(interval) => self.interval(interval, span),
            Ast::Array(array) => {
                let elements = self.exprs(&array.elem);
                self.builtin("array", elements, span)
            }
            Ast::Lambda(_) => {
                self.error(Code::INVALID_QUERY, span, "a lambda function stands only as an argument of a function");
                self.unproved("lambda", span)
            }
            Ast::Wildcard(_) | Ast::QualifiedWildcard(..) => {
                self.error(Code::INVALID_QUERY, span, "`*` is not allowed here");
                self.unproved("*", span)
            }
            Ast::AnyOp { .. } | Ast::AllOp { .. } => self.unsupported_expr(span, "a quantified comparison"),
            Ast::Collate { expr, collation } => {
                let written = collation.to_string();
                if let Some(near) = near_collation(&written) {
                    let diagnostic =
                        Diagnostic::warning(Code::INVALID_QUERY, format!("the collation `{written}` is not known"));
                    let at = self.span(collation);
                    self.report(diagnostic.hint(format!("did you mean `{near}`?")), at);
                }
                let name = literal(Literal::String(collation.to_string()), DataType::String, self.span(collation));
                let args = vec![self.expr(expr), name];
                self.builtin("collate", args, span)
            }
            Ast::AtTimeZone { .. } => self.unsupported_expr(span, "AT TIME ZONE"),
            Ast::GroupingSets(_) | Ast::Cube(_) | Ast::Rollup(_) => {
                self.error(Code::INVALID_QUERY, span, "grouping sets stand only in GROUP BY");
                self.unproved("grouping sets", span)
            }
            Ast::IsJson { .. }
            | Ast::IsNormalized { .. }
            | Ast::InUnnest { .. }
            | Ast::SimilarTo { .. }
            | Ast::Convert { .. }
            | Ast::Prefixed { .. }
            | Ast::Dictionary(_)
            | Ast::Map(_)
            | Ast::MatchAgainst { .. }
            | Ast::OuterJoin(_)
            | Ast::Prior(_)
            | Ast::MemberOf(_) => self.unsupported_expr(span, "this expression"),
        }
    }

    fn rounding(&mut self, function: &'static str, expr: &Ast, field: &CeilFloorKind, span: Span) -> Expr {
        let mut args = vec![self.expr(expr)];
        match field {
            CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => {}
            CeilFloorKind::DateTimeField(_) => self.unsupported(span, "a unit in CEIL or FLOOR"),
            CeilFloorKind::Scale(value) => args.push(self.value(value)),
        }
        self.builtin(function, args, span)
    }

    fn case(
        &mut self,
        operand: Option<&Ast>,
        conditions: &[ast::CaseWhen],
        else_result: Option<&Ast>,
        span: Span,
    ) -> Expr {
        let operand = operand.map(|operand| self.expr(operand));
        if operand.as_ref().is_some_and(|operand| conditions.len() > 1 && !self.repeatable(operand, span)) {
            return self.unproved("CASE", span);
        }
        let mut branches = Vec::new();
        for ast::CaseWhen { condition, result } in conditions {
            let at = self.span(condition);
            let mut when = self.expr(condition);
            match &operand {
                Some(operand) => when = self.compare("eq", operand.clone(), when, at),
                None => self.boolean(&mut when, "WHEN"),
            }
            branches.push((when, self.expr(result)));
        }
        let otherwise = else_result.map(|result| self.expr(result));
        self.case_of(branches, otherwise, span)
    }

    /// The branches get their least common type.
    pub(super) fn case_of(&mut self, mut branches: Vec<(Expr, Expr)>, otherwise: Option<Expr>, span: Span) -> Expr {
        let mut otherwise = otherwise;
        let mut values: Vec<&mut Expr> = branches.iter_mut().map(|(_, value)| value).collect();
        values.extend(otherwise.as_mut());
        let ty = self.unite(&mut values, "the branches of CASE");
        let nullable =
            otherwise.as_ref().is_none_or(|value| value.nullable) || branches.iter().any(|(_, value)| value.nullable);
        let otherwise = otherwise.map(Box::new);
        Expr { kind: ExprKind::Case { branches, otherwise }, ty, nullable, span }
    }

    fn tuple(&mut self, values: &[Ast], span: Span) -> Expr {
        self.struct_of(values, span)
    }

    pub(super) fn not(&mut self, expr: Expr, span: Span) -> Expr {
        let nullable = expr.nullable;
        call("not", vec![expr], DataType::Boolean, nullable, span)
    }
}
