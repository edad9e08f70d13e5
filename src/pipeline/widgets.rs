//! What the widgets of a dashboard show: fields of their queries, which are columns of the datasets.
//!
//! Only rules that no working export breaks (lakeview-genie-alerts.md A15b: E2, E3). Filters bind parameters and
//! fields of other widgets in ways of their own and are left out.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::syntax::{TokenKind, lex};

use super::embedded::list;
use super::facts::word;

/// The columns of each dataset by its name; `None` where they are not known.
pub(super) type Datasets = BTreeMap<String, Option<Vec<String>>>;

pub(super) fn check(file: &Arc<SourceFile>, dashboard: &Value, datasets: &Datasets) -> Diagnostics {
    let pages = list(dashboard, "pages").iter();
    let widgets = pages.flat_map(|page| list(page, "layout")).filter_map(|place| place.get("widget"));
    // A dataset need not be a query: a metric view has none.
    let mut datasets = datasets.clone();
    for name in list(dashboard, "datasets").iter().filter_map(|dataset| dataset.get("name")?.as_str()) {
        datasets.entry(name.to_string()).or_default();
    }
    let mut out = Diagnostics::default();
    // Each is looked for behind the one before.
    let mut cursor = 0;
    for widget in widgets {
        let name = widget.get("name").and_then(Value::as_str).unwrap_or_default();
        cursor = find(file, cursor, name).unwrap_or(cursor);
        let kind = widget.pointer("/spec/widgetType").and_then(Value::as_str).unwrap_or_default();
        if !kind.starts_with("filter-") && kind != "range-slider" {
            Widget { file, from: cursor, value: widget, name }.check(&datasets, &mut out);
        }
    }
    out
}

/// Where a text is written as a string of its own.
fn find(file: &SourceFile, from: usize, text: &str) -> Option<usize> {
    let encoded = Value::from(text).to_string();
    Some(from + file.text().get(from..)?.find(&encoded)? + 1)
}

struct Widget<'w> {
    file: &'w Arc<SourceFile>,
    /// Where its text begins.
    from: usize,
    value: &'w Value,
    name: &'w str,
}

impl Widget<'_> {
    fn check(&self, datasets: &Datasets, out: &mut Diagnostics) {
        let mut fields: Vec<&str> = Vec::new();
        for query in list(self.value, "queries").iter().filter_map(|query| query.get("query")) {
            fields.extend(list(query, "fields").iter().filter_map(|field| field.get("name")?.as_str()));
            let Some(dataset) = query.get("datasetName").and_then(Value::as_str) else { continue };
            match datasets.get(dataset) {
                None => {
                    let message =
                        format!("the widget `{}` uses the dataset `{dataset}`, which does not exist", self.name);
                    out.push(self.finding(message, dataset, datasets.keys().map(String::as_str)));
                }
                Some(None) => {}
                Some(Some(columns)) => {
                    for field in list(query, "fields") {
                        self.expression(field, dataset, columns, out);
                    }
                }
            }
        }
        let mut used = Vec::new();
        shown(self.value.get("spec").unwrap_or(&Value::Null), &mut used);
        for field in used.into_iter().filter(|field| !fields.contains(field)) {
            let message =
                format!("the widget `{}` shows the field `{field}`, which its query does not have", self.name);
            out.push(self.finding(message, field, fields.iter().copied()));
        }
    }

    /// The columns that a field is computed from.
    fn expression(&self, field: &Value, dataset: &str, columns: &[String], out: &mut Diagnostics) {
        let Some(text) = field.get("expression").and_then(Value::as_str) else { return };
        let tokens = lex(text).tokens;
        let dot =
            |at: Option<usize>| at.and_then(|at| tokens.get(at)).is_some_and(|token| token.kind == TokenKind::Dot);
        for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::QuotedWord) {
            let column = word(token, text);
            // A name with periods belongs to something else than the dataset's columns.
            if dot(at.checked_sub(1))
                || dot(Some(at + 1))
                || columns.iter().any(|known| known.eq_ignore_ascii_case(&column))
            {
                continue;
            }
            let message = format!(
                "the widget `{}` uses the column `{column}`, which the dataset `{dataset}` does not have",
                self.name
            );
            let finding = self.finding(message, text, []);
            out.push(finding.suggest(&column, columns.iter().map(String::as_str)));
        }
    }

    fn finding<'a>(&self, message: String, text: &str, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
        let at = find(self.file, self.from, text).unwrap_or(self.from);
        let span = Span::new(at, (at + text.len()).min(self.file.text().len()));
        let finding = Diagnostic::error(Code::DASHBOARD_FIELD, message).at(Location::new(self.file, span));
        finding.suggest(text, known)
    }
}

/// Every `fieldName` inside a specification.
fn shown<'v>(value: &'v Value, out: &mut Vec<&'v str>) {
    match value {
        Value::Object(fields) => {
            out.extend(fields.get("fieldName").and_then(Value::as_str));
            fields.values().for_each(|value| shown(value, out));
        }
        Value::Array(items) => items.iter().for_each(|item| shown(item, out)),
        _ => {}
    }
}
