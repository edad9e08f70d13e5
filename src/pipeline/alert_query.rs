//! `query_file` of an alert: the query is the SQL of a file of the project, and everything that is said of it is said there.

use std::collections::HashSet;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, Span};
use crate::project::yaml::{Entry, Node, Style, Value};
use crate::render::RenderedSolution;

/// Puts the rendered text of the file in the place of its name, as `query_text`.
pub(super) fn fill(files: &mut [Node], solution: &RenderedSolution, out: &mut Diagnostics) {
    for file in files {
        let Value::Map(sections) = &mut file.value else { continue };
        for section in sections.iter_mut().filter(|section| section.key == "alerts") {
            let Value::Map(alerts) = &mut section.node.value else { continue };
            for alert in alerts {
                let Value::Map(fields) = &mut alert.node.value else { continue };
                alert_query(fields, solution, out);
            }
        }
    }
}

/// The names of the files whose text is the query of an alert.
pub(super) fn files(resources: &[Node]) -> HashSet<&str> {
    let sections = resources.iter().filter_map(|file| file.get("alerts")?.as_map()).flatten();
    let queries = sections.filter_map(|alert| Some((alert, alert.node.get("query_text")?)));
    let elsewhere = queries.filter(|(alert, query)| query.location.file.name() != alert.key_location.file.name());
    elsewhere.map(|(_, query)| query.location.file.name()).collect()
}

fn alert_query(fields: &mut [Entry], solution: &RenderedSolution, out: &mut Diagnostics) {
    let both = fields.iter().any(|field| field.key == "query_text");
    let Some(field) = fields.iter_mut().find(|field| field.key == "query_file") else { return };
    let Some(path) = field.node.as_str() else { return };
    if both {
        let message = "an alert has `query_text` or `query_file`, not both";
        out.push(Diagnostic::error(Code::INVALID_VALUE, message).at(field.key_location.clone()));
        return;
    }
    let Some(sql) = solution.sql.iter().find(|sql| sql.rendered.template.name() == path) else {
        let known = solution.sql.iter().map(|sql| sql.rendered.template.name());
        let message = format!("the file `{path}` does not exist in the project");
        out.push(Diagnostic::error(Code::MISSING_FILE, message).at(field.node.location.clone()).suggest(path, known));
        return;
    };
    // The service takes one query without the mark of its end.
    let file = &sql.rendered.output;
    let text = file.text().trim_end().trim_end_matches(';').trim_end();
    field.key = "query_text".to_string();
    field.node = Node {
        value: Value::String(text.to_string()),
        location: Location::new(file, Span::new(0, text.len())),
        style: Style::Plain,
    };
}
