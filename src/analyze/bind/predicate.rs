//! Predicates: `IS`, `IN`, `BETWEEN`, `LIKE`.

use sqlparser::ast::{Expr as Ast, FunctionArg, FunctionArgExpr, FunctionArguments, ObjectNamePart};

use crate::analyze::bound::{Expr, ExprKind, Literal};
use crate::analyze::functions;
use crate::analyze::types::orderable;
use crate::diag::{Code, Severity, Span};
use crate::syntax::DataType;

use super::binder::{Binder, call};

impl Binder<'_> {
    pub(super) fn truth(&mut self, function: &'static str, expr: &Ast, span: Span) -> Expr {
        let mut inner = self.expr(expr);
        self.crosscast(&mut inner, DataType::Boolean, "IS TRUE or IS FALSE");
        call(function, vec![inner], DataType::Boolean, false, span)
    }

    pub(super) fn is_null(&mut self, function: &'static str, expr: &Ast, span: Span) -> Expr {
        let inner = self.expr(expr);
        call(function, vec![inner], DataType::Boolean, false, span)
    }

    pub(super) fn in_list(&mut self, expr: &Ast, list: &[Ast], negated: bool, span: Span) -> Expr {
        let mut expr = self.expr(expr);
        let mut list = self.exprs(list);
        let mut all: Vec<&mut Expr> = std::iter::once(&mut expr).chain(list.iter_mut()).collect();
        if let Some(ty) = self.unite(&mut all, "the sides of IN").filter(|ty| !orderable(ty)) {
            self.error(Code::TYPE_MISMATCH, expr.span, format!("values of {ty} cannot be compared"));
        }
        let nullable = expr.nullable || list.iter().any(|value| value.nullable);
        let kind = ExprKind::InList { expr: Box::new(expr), list, negated };
        Expr { kind, ty: Some(DataType::Boolean), nullable, span }
    }

    pub(super) fn between(&mut self, expr: &Ast, low: &Ast, high: &Ast, negated: bool, span: Span) -> Expr {
        let expr = self.expr(expr);
        if !self.repeatable(&expr, span) {
            return self.unproved("BETWEEN", span);
        }
        let (low, high) = (self.expr(low), self.expr(high));
        let known = self.diagnostics.count(Severity::Error);
        let from = self.compare("gte", expr.clone(), low, span);
        if self.diagnostics.count(Severity::Error) > known {
            // The other end would be reported for the same reason.
            return call("and", vec![from], DataType::Boolean, true, span);
        }
        let to = self.compare("lte", expr, high, span);
        let nullable = from.nullable || to.nullable;
        let inside = call("and", vec![from, to], DataType::Boolean, nullable, span);
        if negated { self.not(inside, span) } else { inside }
    }

    #[expect(clippy::too_many_arguments, reason = "one argument a part of the syntax")]
    pub(super) fn like(
        &mut self,
        function: &'static str,
        any: bool,
        expr: &Ast,
        pattern: &Ast,
        escape: Option<&Ast>,
        negated: bool,
        span: Span,
    ) -> Expr {
        let value = self.expr(expr);
        let escape = escape.map(|escape| self.expr(escape));
        // Databricks documentation, error condition INVALID_ESCAPE_CHAR: "a string literal of length one".
        if let Some(Expr { kind: ExprKind::Literal(Literal::String(text)), span, .. }) = &escape
            && text.chars().count() != 1
        {
            self.error(Code::INVALID_QUERY, *span, format!("ESCAPE takes one character, not {}", text.chars().count()));
        }
        let (patterns, joined): (Vec<&Ast>, _) = match (any, pattern) {
            (true, Ast::Tuple(patterns)) => (patterns.iter().collect(), "or"),
            (true, single) => (vec![unnested(single)], "or"),
            (false, single) => match all_of(single) {
                Some(patterns) => (patterns, "and"),
                None => (vec![single], "and"),
            },
        };
        if patterns.len() > 1 && !self.repeatable(&value, span) {
            return self.unproved("LIKE", span);
        }
        // `NOT LIKE ANY` asks for one pattern that does not match.
        let mut matched: Option<Expr> = None;
        for pattern in patterns {
            let one = self.one_like(function, value.clone(), pattern, escape.clone(), span);
            let one = if negated { self.not(one, span) } else { one };
            matched = Some(match matched {
                None => one,
                Some(before) => call(joined, vec![before, one], DataType::Boolean, true, span),
            });
        }
        matched.unwrap_or_else(|| self.unproved("LIKE", span))
    }

    fn one_like(
        &mut self,
        function: &'static str,
        value: Expr,
        pattern: &Ast,
        escape: Option<Expr>,
        span: Span,
    ) -> Expr {
        let mut args = vec![value, self.expr(pattern)];
        args.extend(escape);
        self.builtin(function, args, span)
    }

    /// A call of a function of the tables, by its canonical name or an alias.
    pub(super) fn builtin(&mut self, name: &str, mut args: Vec<Expr>, span: Span) -> Expr {
        let Some(function) = functions::find(name) else {
            return self.unproved(name, span);
        };
        let signatures = functions::pick(function, args.len());
        if signatures.is_empty() {
            self.wrong_arity(function, args.len(), span);
            return self.unproved(name, span);
        }
        let fitting = signatures.iter().find(|signature| functions::fits(signature, &args));
        // Of those that do not fit, the one of which most arguments do says best what is wrong.
        let closest = || signatures.iter().max_by_key(|signature| functions::fitting(signature, &args));
        let signature = fitting.or_else(closest).unwrap_or(&signatures[0]);
        if let Err(functions::Mismatch { index, expected }) = functions::coerce(signature, &mut args) {
            let (at, found) = args.get(index).map_or((span, None), |arg| (arg.span, arg.ty.clone()));
            let found = found.map_or_else(|| "something else".to_string(), |ty| ty.to_string());
            let message = format!("argument {} of `{name}` must be {expected}, not {found}", index + 1);
            self.error(Code::TYPE_MISMATCH, at, message);
            let kind = ExprKind::Unproved { what: name.to_string(), args };
            return Expr { kind, ty: None, nullable: true, span };
        }
        self.examine(function.name, &args);
        let resolved = functions::resolve(function, signature, &args);
        call(function.name, args, resolved.ty, resolved.nullable, span)
    }

    pub(super) fn wrong_arity(&mut self, function: &functions::Function, count: usize, span: Span) {
        let expected = functions::arity_text(function);
        let noun = if expected == "1" { "argument" } else { "arguments" };
        let message = format!("`{}` takes {expected} {noun}, not {count}", function.name);
        self.error(Code::WRONG_ARITY, span, message);
    }
}

/// The patterns of `LIKE ALL (…)`, which sqlparser reads as a call.
fn all_of(pattern: &Ast) -> Option<Vec<&Ast>> {
    let Ast::Function(function) = pattern else { return None };
    let [ObjectNamePart::Identifier(name)] = function.name.0.as_slice() else { return None };
    if name.quote_style.is_some() || !name.value.eq_ignore_ascii_case("all") {
        return None;
    }
    let FunctionArguments::List(list) = &function.args else { return None };
    let patterns = list.args.iter().map(|arg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    });
    patterns.collect::<Option<Vec<_>>>().filter(|patterns| !patterns.is_empty())
}

pub(super) fn unnested(ast: &Ast) -> &Ast {
    match ast {
        Ast::Nested(inner) => unnested(inner),
        other => other,
    }
}
