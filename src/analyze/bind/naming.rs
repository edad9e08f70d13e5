//! The name of an output column that has no alias (Spark's `toPrettySQL`).

use sqlparser::ast::{
    AccessExpr, BinaryOperator, CastKind, Expr as Ast, FunctionArg, FunctionArgExpr, FunctionArguments, Value,
};

use crate::ident::Identifier;

use super::binder::Binder;

impl Binder<'_> {
    pub(super) fn output_name(&mut self, ast: &Ast) -> Identifier {
        let text = match ast {
            Ast::Identifier(ident) => ident.value.clone(),
            Ast::CompoundIdentifier(parts) => parts.last().map(|part| part.value.clone()).unwrap_or_default(),
            Ast::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
                Some(AccessExpr::Dot(Ast::Identifier(name))) => name.value.clone(),
                _ => pretty(ast),
            },
            Ast::JsonAccess { path, .. } => match path.path.last() {
                Some(sqlparser::ast::JsonPathElem::Dot { key, .. }) => key.clone(),
                _ => pretty(ast),
            },
            Ast::Nested(inner) => return self.output_name(inner),
            // A cast keeps the name of a column or a path (Spark, `ResolveAliases`).
            Ast::Cast { expr, .. }
                if matches!(**expr, Ast::Identifier(_) | Ast::CompoundIdentifier(_) | Ast::JsonAccess { .. }) =>
            {
                return self.output_name(expr);
            }
            other => pretty(other),
        };
        let text: String = text.chars().take(255).collect();
        self.name(&text)
    }
}

fn pretty(ast: &Ast) -> String {
    match ast {
        Ast::Identifier(ident) => ident.value.clone(),
        Ast::CompoundIdentifier(parts) => parts.last().map(|part| part.value.clone()).unwrap_or_default(),
        Ast::Nested(inner) => pretty(inner),
        Ast::BinaryOp { left, op, right } => {
            let op = match op {
                BinaryOperator::And => "AND".to_string(),
                BinaryOperator::Or => "OR".to_string(),
                BinaryOperator::MyIntegerDivide => "div".to_string(),
                BinaryOperator::Spaceship => "<=>".to_string(),
                other => other.to_string(),
            };
            format!("({} {op} {})", pretty(left), pretty(right))
        }
        Ast::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => text.clone(),
            Value::Null => "NULL".to_string(),
            other => other.to_string(),
        },
        Ast::Cast { kind, expr, data_type, .. } => {
            let ty = crate::syntax::cast_type(data_type).map_or_else(|| data_type.to_string(), |ty| ty.to_string());
            let name = if matches!(kind, CastKind::TryCast) { "TRY_CAST" } else { "CAST" };
            format!("{name}({} AS {ty})", pretty(expr))
        }
        Ast::IsNull(expr) => format!("({} IS NULL)", pretty(expr)),
        Ast::IsNotNull(expr) => format!("({} IS NOT NULL)", pretty(expr)),
        Ast::Function(function) => {
            let name = function.name.0.last().map(ToString::to_string).unwrap_or_default().to_lowercase();
            let name = name.trim_matches('`');
            match &function.args {
                FunctionArguments::List(list) => {
                    let distinct = if list.duplicate_treatment.is_some() { "DISTINCT " } else { "" };
                    let args: Vec<String> = list.args.iter().map(argument).collect();
                    format!("{name}({distinct}{})", args.join(", "))
                }
                _ => format!("{name}()"),
            }
        }
        other => other.to_string(),
    }
}

fn argument(arg: &FunctionArg) -> String {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => pretty(expr),
        FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => "1".to_string(),
        other => other.to_string(),
    }
}
