//! Is a function or a view that is there what the project's statement would make? It is asked where no record tells: the
//! state was lost, or a run died. Only what is proved counts; else the statement is run.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diag::{SourceFile, Span};
use crate::resource::{DesiredSet, Kind, NormalForm, Observed, ResourceKey, Spec};
use crate::state::State;
use crate::syntax::ast::{
    ColumnDef, CreateFunction, FunctionBody, FunctionParameter, FunctionReturns, Statement, StatementKind,
    TableClauses, Text,
};
use crate::syntax::parse;

/// Gives what is there the fingerprint of what is wanted, where they are the same.
pub(super) fn mark(observed: &mut BTreeMap<ResourceKey, Observed>, desired: &DesiredSet, state: Option<&State>) {
    for (key, there) in observed.iter_mut().filter(|(key, _)| matches!(key.kind, Kind::Function | Kind::View)) {
        let record = state.and_then(|state| state.resources.get(key));
        if there.fingerprint.is_some() || record.is_some_and(|record| record.fingerprint.is_some()) {
            continue;
        }
        let Some(content) = desired.get(key).and_then(|wanted| wanted.content.as_ref()) else { continue };
        let text = content.bytes().and_then(|bytes| std::str::from_utf8(bytes).ok());
        if text.is_some_and(|text| is_what(text, &there.spec)) {
            there.fingerprint = Some(content.fingerprint.clone());
        }
    }
}

fn is_what(text: &str, there: &Spec) -> bool {
    let file = SourceFile::new("statement", text);
    let parsed = parse(&file);
    let [Statement { kind, .. }] = parsed.statements.as_slice() else { return false };
    if !parsed.diagnostics.is_empty() {
        return false;
    }
    match kind {
        StatementKind::CreateFunction(function) => is_function(function, &file, there),
        // The plan compares queries, columns and comments; there must be nothing beside them. What it has no names for, it
        // does not compare: the columns may have been called something else.
        StatementKind::CreateDataset(view) => {
            !view.columns.is_empty()
                && view.expectations.is_empty()
                && view.constraints.is_empty()
                && is_plain(&view.columns, &view.clauses)
                && is_comment(view.clauses.comment.as_ref(), there)
        }
        StatementKind::CreateMetricView(view) => {
            view.columns.is_empty()
                && is_plain(&view.columns, &view.clauses)
                && is_comment(view.clauses.comment.as_ref(), there)
        }
        _ => false,
    }
}

/// Clauses other than a comment, and what columns say beside their names and comments, are not told by the service.
fn is_plain(columns: &[ColumnDef], clauses: &TableClauses) -> bool {
    let bare = TableClauses { comment: clauses.comment.clone(), ..TableClauses::default() };
    let named = |column: &ColumnDef| {
        column.data_type.is_none()
            && column.default.is_none()
            && column.generated.is_none()
            && column.collation.is_none()
            && column.mask.is_none()
            && !(column.not_null || column.identity || column.primary_key)
    };
    *clauses == bare && columns.iter().all(named)
}

fn is_comment(wanted: Option<&Text>, there: &Spec) -> bool {
    let wanted = wanted.map(|text| text.value.as_str()).unwrap_or_default();
    text(there, "comment").unwrap_or_default() == wanted
}

fn is_function(function: &CreateFunction, file: &SourceFile, there: &Spec) -> bool {
    let written = |span: Span| file.text().get(span.range()).unwrap_or_default();
    let untold = function.default_collation.is_some()
        || function.sql_data.is_some()
        || function.security.is_some()
        || function.handler.is_some()
        || function.parameter_style.is_some()
        || !function.environment.is_empty();
    let told = |name: &str| there.get(name).and_then(Value::as_bool);
    let same_type =
        |wanted: String, shown: Option<&str>| shown.is_some_and(|shown| NormalForm::TypeText.same(&wanted, shown));
    let returns = match &function.returns {
        Some(FunctionReturns::Scalar(ty)) => same_type(ty.value.to_string(), text(there, "full_data_type")),
        // Columns of a table, and a type that the service infers, are not compared.
        Some(FunctionReturns::Table(_)) | None => false,
    };
    let language = function.language.as_ref().is_none_or(|name| name.value.as_str().eq_ignore_ascii_case("sql"));
    let is_body = |body: &str| text(there, "routine_definition") == Some(body);
    let body = match &function.body {
        FunctionBody::Expr(expr) => {
            language && text(there, "routine_body") == Some("SQL") && is_body(written(expr.span))
        }
        FunctionBody::Query(query) => {
            language && text(there, "routine_body") == Some("SQL") && is_body(written(query.span))
        }
        FunctionBody::Foreign { language, code } => {
            let shown = text(there, "external_language");
            shown.is_some_and(|shown| shown.eq_ignore_ascii_case(language.value.as_str())) && is_body(&code.value)
        }
    };
    let nothing = Vec::new();
    let shown = there.get("parameters").and_then(Value::as_array).unwrap_or(&nothing);
    let is_parameter = |(wanted, shown): (&FunctionParameter, &Value)| {
        let field = |name: &str| shown.get(name).and_then(Value::as_str);
        field("name").is_some_and(|name| name.eq_ignore_ascii_case(wanted.name.value.as_str()))
            && same_type(wanted.data_type.value.to_string(), field("type_text"))
            && wanted.default.as_ref().map(|expr| written(expr.span)) == field("parameter_default")
            && wanted.comment.is_none()
    };
    !untold
        && returns
        && body
        && is_comment(function.comment.as_ref(), there)
        && function.deterministic.is_none_or(|wanted| told("is_deterministic") == Some(wanted))
        && function.parameters.len() == shown.len()
        && function.parameters.iter().zip(shown).all(is_parameter)
}

fn text<'s>(spec: &'s Spec, name: &str) -> Option<&'s str> {
    spec.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Where a statement has no names for the columns, nothing proves that they are called as its query calls them: the view
    /// may have been made with a list of names.
    #[test]
    fn a_view_without_names_for_its_columns_is_not_proved() {
        let there = |name: &str| {
            let spec = json!({ "view_definition": "SELECT 1 AS one", "columns": [{ "name": name }] });
            spec.as_object().cloned().unwrap_or_default()
        };
        assert!(is_what("CREATE OR REPLACE VIEW c.s.v (uno) AS SELECT 1 AS one", &there("uno")));
        for name in ["one", "uno"] {
            assert!(!is_what("CREATE OR REPLACE VIEW c.s.v AS SELECT 1 AS one", &there(name)));
        }
    }
}
