use std::sync::Arc;

use sqlparser::ast::{Expr as AstExpr, SetExpr, TableFactor, Value};

use crate::diag::{Diagnostics, SourceFile, human};
use crate::syntax::ast::{Expr, Query};
use crate::syntax::{parse_expr, parse_query};

pub(super) fn file(text: &str) -> Arc<SourceFile> {
    SourceFile::new("t.sql", text)
}

pub(super) fn query(text: &str) -> Query {
    let (query, diagnostics) = parse_query(&file(text));
    assert!(diagnostics.is_empty(), "{}", human(&diagnostics, false));
    query.unwrap()
}

pub(super) fn expr(text: &str) -> Expr {
    let (expr, diagnostics) = parse_expr(&file(text));
    assert!(diagnostics.is_empty(), "{}", human(&diagnostics, false));
    expr.unwrap()
}

/// The message of the only error, and the text it points at.
pub(super) fn error(text: &str) -> (String, String) {
    located(text, &parse_query(&file(text)).1)
}

pub(super) fn expr_error(text: &str) -> (String, String) {
    located(text, &parse_expr(&file(text)).1)
}

fn located(text: &str, diagnostics: &Diagnostics) -> (String, String) {
    let found: Vec<_> = diagnostics.iter().collect();
    let [diagnostic] = found.as_slice() else { panic!("{} diagnostics for {text}", found.len()) };
    let span = diagnostic.location.as_ref().unwrap().span;
    (diagnostic.message.clone(), text[span.range()].to_string())
}

/// The first relation of the query's `FROM`.
pub(super) fn relation(query: &Query) -> &TableFactor {
    let SetExpr::Select(select) = query.ast.body.as_ref() else { panic!("no SELECT") };
    &select.from[0].relation
}

/// An expression with every operation in parentheses.
pub(super) fn shape(expr: &AstExpr) -> String {
    match expr {
        AstExpr::Identifier(ident) => ident.value.clone(),
        AstExpr::CompoundIdentifier(parts) => parts.iter().map(|p| p.value.as_str()).collect::<Vec<_>>().join("."),
        AstExpr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => format!("'{text}'"),
            other => other.to_string(),
        },
        AstExpr::BinaryOp { left, op, right } => format!("({} {op} {})", shape(left), shape(right)),
        AstExpr::UnaryOp { op, expr } => format!("({op} {})", shape(expr)),
        AstExpr::Cast { kind, expr, data_type, .. } => format!("({} {kind:?} {data_type})", shape(expr)),
        AstExpr::JsonAccess { value, path } => format!("({} path {path})", shape(value)),
        AstExpr::IsNull(inner) => format!("({} is null)", shape(inner)),
        AstExpr::Between { expr, negated, low, high } => {
            format!("({} between{} {} {})", shape(expr), if *negated { "!" } else { "" }, shape(low), shape(high))
        }
        AstExpr::Like { expr, pattern, .. } => format!("({} like {})", shape(expr), shape(pattern)),
        AstExpr::InList { expr, list, .. } => {
            format!("({} in {})", shape(expr), list.iter().map(shape).collect::<Vec<_>>().join(" "))
        }
        AstExpr::Nested(inner) => shape(inner),
        other => other.to_string(),
    }
}
