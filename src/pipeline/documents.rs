//! The SQL inside dashboards and Genie spaces.

use std::sync::Arc;

use serde_json::Value;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::ident::TableName;
use crate::project::Resolved;
use crate::render::RenderedSolution;

use super::origin::Origins;

/// A query of a document.
pub(super) struct DocumentQuery {
    pub(super) file: Arc<SourceFile>,
    /// What its findings are reported under, where it is the document that is wrong.
    pub(super) code: Code,
}

/// What a document says.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) queries: Vec<DocumentQuery>,
    /// Tables that it names outside of queries, with their places.
    pub(super) tables: Vec<(TableName, Location)>,
}

/// Parses the JSON text; `None` and a located finding if it is not JSON.
pub(super) fn json(file: &Arc<SourceFile>, code: Code, out: &mut Diagnostics) -> Option<Value> {
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
            contents.queries.push(DocumentQuery { file, code: Code::DASHBOARD_QUERY });
        }
    }
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
            contents.queries.push(DocumentQuery { file, code: Code::GENIE_QUERY });
        }
    }
    contents
}

fn text_place(file: &Arc<SourceFile>, text: &str) -> Location {
    let quoted = Value::from(text).to_string();
    let at = file.text().find(&quoted).map_or(0, |at| at + 1);
    Location::new(file, Span::new(at, at + text.len()))
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
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

/// The document with the manifest's catalog replaced by the target's.
///
/// Exports are not templates: whoever exported them saw one workspace's names. A name is recognised by the period behind
/// its catalog.
pub(super) fn for_target(
    original: &Arc<SourceFile>,
    solution: &RenderedSolution,
    resolved: &Resolved<'_>,
) -> (String, Arc<SourceFile>) {
    let written = resolved.project.solutions.get(&solution.name).map(|solution| &solution.catalog.value);
    match written {
        Some(written) if written.as_str() != solution.catalog.as_str() => {
            let text = renamed(original.text(), written.as_str(), solution.catalog.as_str());
            (text.clone(), SourceFile::new(original.name(), text))
        }
        _ => (original.text().to_string(), Arc::clone(original)),
    }
}

/// `from.` at the beginning of a name becomes `to.`; the catalog's name alone, or inside another word, stays.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let (before, found) = rest.split_at(at);
        let behind = &found[from.len()..];
        let quoted = before.ends_with('`') && behind.starts_with("`.");
        let plain = behind.starts_with('.') && !before.chars().next_back().or(out.chars().next_back()).is_some_and(is_word);
        out.push_str(before);
        out.push_str(if quoted || plain { to } else { from });
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_catalogs_of_names_are_renamed() {
        let text = r#"{"a": "SELECT main.x FROM main.gold.t JOIN `main`.gold.u", "b": "main", "c": "domain.gold.t x.main.y"}"#;
        let expected = r#"{"a": "SELECT dev_main.x FROM dev_main.gold.t JOIN `dev_main`.gold.u", "b": "main", "c": "domain.gold.t x.main.y"}"#;
        assert_eq!(renamed(text, "main", "dev_main"), expected);
    }
}
