//! The queries and tables that dashboards and Genie spaces hold.

use std::sync::Arc;

use serde_json::Value;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::ident::TableName;

use super::origin::Origins;

/// A query of a document.
pub(super) struct DocumentQuery {
    pub(super) file: Arc<SourceFile>,
    /// What its findings are reported under, where it is the document that is wrong.
    pub(super) code: Code,
    /// The dashboard's dataset that it is, and columns that the dashboard computes beside it.
    pub(super) dataset: Option<(String, Vec<String>)>,
}

/// What a document says.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) queries: Vec<DocumentQuery>,
    /// Tables that it names outside of queries, with their places.
    pub(super) tables: Vec<(TableName, Location)>,
    /// A dashboard as a whole, for its widgets.
    pub(super) dashboard: Option<Value>,
}

/// Reads one kind of document.
pub(super) type Read = fn(&Arc<SourceFile>, &mut Origins, &mut Diagnostics) -> Contents;

/// Parses the JSON text; `None` and a located finding if it is not JSON.
fn json(file: &Arc<SourceFile>, code: Code, out: &mut Diagnostics) -> Option<Value> {
    match serde_json::from_str(file.text()) {
        Ok(value) => Some(value),
        Err(error) => {
            let at = file.offset(error.line(), error.column()) as usize;
            let message = format!("the file is not valid JSON: {error}");
            out.push(Diagnostic::error(code, message).at(Location::new(file, Span::new(at, at))));
            None
        }
    }
}

/// Datasets of a `.lvdash.json` (lakeview-genie-alerts.md A2: `queryLines`, in older exports `query`).
pub(super) fn dashboard(file: &Arc<SourceFile>, origins: &mut Origins, out: &mut Diagnostics) -> Contents {
    let mut contents = Contents::default();
    let Some(value) = json(file, Code::DASHBOARD_FORMAT, out) else { return contents };
    let mut cursor = 0;
    for dataset in list(&value, "datasets") {
        let strings = match (dataset.get("queryLines"), dataset.get("query")) {
            (Some(lines), _) => texts(lines),
            (None, Some(query)) => texts(query),
            (None, None) => Vec::new(),
        };
        if !strings.is_empty() {
            let (file, end) = origins.lines(file, &strings, cursor);
            cursor = end;
            let name = dataset.get("name").and_then(Value::as_str).unwrap_or_default().to_string();
            let own = list(dataset, "columns").iter().filter_map(|column| column.get("displayName")?.as_str());
            let dataset = Some((name, own.map(str::to_string).collect()));
            contents.queries.push(DocumentQuery { file, code: Code::DASHBOARD_QUERY, dataset });
        }
    }
    contents.dashboard = Some(value);
    contents
}

/// Tables and SQL of a `.geniespace.json` (lakeview-genie-alerts.md C1).
pub(super) fn genie(file: &Arc<SourceFile>, origins: &mut Origins, out: &mut Diagnostics) -> Contents {
    let mut contents = Contents::default();
    let Some(value) = json(file, Code::GENIE_FORMAT, out) else { return contents };
    let sources = value.get("data_sources").cloned().unwrap_or_default();
    for table in list(&sources, "tables").iter().chain(list(&sources, "metric_views")) {
        let Some(identifier) = table.get("identifier").and_then(Value::as_str) else { continue };
        let place = text_place(file, identifier);
        match TableName::parse(identifier) {
            Ok(name) => contents.tables.push((name, place)),
            Err(error) => out.push(Diagnostic::error(Code::GENIE_TABLE, error.to_string()).at(place)),
        }
    }
    let mut cursor = 0;
    let instructions = value.get("instructions").cloned().unwrap_or_default();
    for example in list(&instructions, "example_question_sqls") {
        let strings = example.get("sql").map(texts).unwrap_or_default();
        if !strings.is_empty() {
            let (file, end) = origins.lines(file, &strings, cursor);
            cursor = end;
            contents.queries.push(DocumentQuery { file, code: Code::GENIE_QUERY, dataset: None });
        }
    }
    contents
}

fn text_place(file: &Arc<SourceFile>, text: &str) -> Location {
    let quoted = Value::from(text).to_string();
    let at = file.text().find(&quoted).map_or(0, |at| at + 1);
    Location::new(file, Span::new(at, at + text.len()))
}

pub(super) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_string).collect(),
        _ => Vec::new(),
    }
}
