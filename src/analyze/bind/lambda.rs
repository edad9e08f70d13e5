//! Higher-order functions.

use sqlparser::ast::{Expr as Ast, LambdaFunction, OneOrManyWithParens};

use crate::analyze::bound::{Expr, ExprKind};
use crate::analyze::functions::{self, Function, Param};
use crate::diag::{Code, Diagnostic, Span};
use crate::syntax::DataType;

use super::binder::Binder;

impl Binder<'_> {
    /// The ordinary arguments are bound first: the lambdas' parameters take their types from them.
    pub(super) fn higher_order(&mut self, function: &'static Function, asts: &[&Ast], span: Span) -> Expr {
        let lambdas: Vec<usize> = (0..asts.len()).filter(|at| matches!(asts[*at], Ast::Lambda(_))).collect();
        let fitting = functions::pick(function, asts.len())
            .into_iter()
            .find(|signature| lambdas.iter().all(|at| matches!(signature.param(*at), Param::Lambda(_))));
        let Some(signature) = fitting else {
            self.wrong_arity(function, asts.len(), span);
            return self.unproved(function.name, span);
        };
        let mut args: Vec<Expr> = Vec::new();
        for ast in asts {
            match ast {
                // A place holder, so that the other arguments keep their positions.
                Ast::Lambda(_) => args.push(self.unproved("lambda", span)),
                other => args.push(self.expr(other)),
            }
        }
        let marks: Vec<Expr> = args.clone();
        if let Err(functions::Mismatch { index, expected }) = functions::coerce(signature, &mut args) {
            let message = format!("argument {} of `{}` must be {expected}", index + 1, function.name);
            let at = marks.get(index).map_or(span, |arg| arg.span);
            self.error(Code::TYPE_MISMATCH, at, message);
            return self.unproved(function.name, span);
        }
        for at in lambdas {
            let (Param::Lambda(types), Ast::Lambda(lambda)) = (signature.param(at), asts[at]) else { continue };
            let types = types(&args.iter().map(|arg| arg.ty.clone()).collect::<Vec<_>>());
            args[at] = self.lambda(function.name, lambda, &types, span);
        }
        if matches!(function.name, "filter" | "exists" | "forall" | "map_filter") {
            if let Some(Expr { kind: ExprKind::Lambda { body, .. }, .. }) = args.get_mut(1) {
                self.boolean(body, &format!("the lambda function of `{}`", function.name));
            }
        }
        match function.name {
            "aggregate" => self.accumulator(&mut args),
            "array_sort" => {
                if let Some(Expr { kind: ExprKind::Lambda { body, .. }, .. }) = args.get(1)
                    && let Some(ty) = body.ty.as_ref().filter(|ty| **ty != DataType::Int)
                {
                    let message = format!("the lambda function of `array_sort` gives INT (-1, 0 or 1), not {ty}");
                    self.error(Code::TYPE_MISMATCH, body.span, message);
                }
            }
            "transform_keys" => {
                if let Some(Expr { kind: ExprKind::Lambda { body, .. }, .. }) = args.get(1)
                    && let Some(key) = body.ty.clone()
                {
                    self.map_key(&key, body.span);
                }
            }
            _ => {}
        }
        self.examine(function.name, &args);
        let resolved = functions::resolve(function, signature, &args);
        let kind = ExprKind::Call { function: function.name, args };
        Expr { kind, ty: resolved.ty, nullable: resolved.nullable, span }
    }

    fn lambda(
        &mut self,
        function: &'static str,
        lambda: &LambdaFunction,
        types: &[Option<DataType>],
        span: Span,
    ) -> Expr {
        let LambdaFunction { params, body, syntax: _ } = lambda;
        let params = match params {
            OneOrManyWithParens::One(param) => std::slice::from_ref(param),
            OneOrManyWithParens::Many(params) => params.as_slice(),
        };
        // Only these two may leave the index out.
        let fewer = matches!(function, "filter" | "transform") && params.len() == 1;
        if params.len() != types.len() && !fewer {
            let noun = if types.len() == 1 { "parameter" } else { "parameters" };
            let message = format!("the lambda function takes {} {noun} here, not {}", types.len(), params.len());
            self.error(Code::WRONG_ARITY, span, message);
        }
        let mut parameters = Vec::new();
        for (index, param) in params.iter().enumerate() {
            self.refuse(param.data_type.is_some(), span, "a typed lambda parameter");
            let name = self.identifier(&param.name);
            parameters.push(self.column(name, types.get(index).cloned().flatten(), true));
        }
        self.frame().lambdas.push(parameters.clone());
        let body = self.expr(body);
        self.frame().lambdas.pop();
        let (ty, nullable) = (body.ty.clone(), body.nullable);
        Expr { kind: ExprKind::Lambda { parameters, body: Box::new(body) }, ty, nullable, span }
    }

    /// The merge function gives the type of the start value, to the digit of a decimal (Apache Spark 4.3).
    fn accumulator(&mut self, args: &mut [Expr]) {
        let Some(start) = args.get(1).and_then(|arg| arg.ty.clone()) else { return };
        let Some(Expr { kind: ExprKind::Lambda { body, .. }, ty, .. }) = args.get_mut(2) else { return };
        match &body.ty {
            Some(merged) if same(merged, &start) => {
                functions::cast(body, start.clone());
                *ty = Some(start);
            }
            Some(merged) => {
                let message = format!("the merge function gives {merged}, but the start value is {start}");
                let hint = format!("cast one of them: `CAST(… AS {start})` what the function gives");
                let diagnostic = Diagnostic::error(Code::TYPE_MISMATCH, message).hint(hint);
                let at = body.span;
                self.report(diagnostic, at);
            }
            None => {}
        }
    }
}

/// The names of a struct's fields do not matter.
fn same(one: &DataType, other: &DataType) -> bool {
    use DataType::{Array, Map, Struct};
    match (one, other) {
        (Array(one), Array(other)) => same(one, other),
        (Map(k1, v1), Map(k2, v2)) => same(k1, k2) && same(v1, v2),
        (Struct(one), Struct(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(&one.data_type, &other.data_type))
        }
        _ => one == other,
    }
}
