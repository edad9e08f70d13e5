//! The cases of a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics, Severity, SourceFile};

use crate::project::yaml::{Entry, Fields, Located, Node, Value, first_line};

use super::rows::{self, Data, Rows, rows};

/// A case of a file.
#[derive(Clone, PartialEq, Debug)]
pub struct SqlTest {
    pub name: Located<String>,
    pub description: Option<String>,
    /// The datasets that are computed; the rows of the last one are looked at, unless there is a query.
    pub models: Vec<Located<String>>,
    /// Its rows are looked at, and its node for places inside it.
    pub query: Option<Located<String>>,
    pub query_node: Option<Node>,
    /// Values of project variables for this case.
    pub variables: Vec<(Located<String>, Located<String>)>,
    /// The day or the moment that counts as now.
    pub as_of: Option<Located<String>>,
    /// Who looks at the rows; `None`: whoever runs the tests.
    pub reader: Option<TestReader>,
    pub given: Vec<Given>,
    /// Rows that arrive later, an update after each; the first update is before all of them.
    pub batches: Vec<Vec<Given>>,
    pub outcome: Outcome,
}

/// Somebody who plays roles of the project's `principals`.
#[derive(Clone, PartialEq, Debug)]
pub struct TestReader {
    pub user: Option<Located<String>>,
    pub roles: Vec<Located<String>>,
}

/// Rows of a table.
#[derive(Clone, PartialEq, Debug)]
pub struct Given {
    pub table: Located<String>,
    pub rows: Rows,
}

/// What must come out.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    Rows {
        /// `None`: only their number counts.
        rows: Option<Rows>,
        ordered: bool,
        /// By column, in lower case.
        tolerance: Vec<(Located<String>, f64)>,
        count: Option<usize>,
    },
    /// It fails, and says each of these texts.
    Error(Vec<String>),
}

/// What a file sets for all of its cases.
struct Defaults {
    models: Vec<Located<String>>,
    as_of: Option<Located<String>>,
    reader: Option<TestReader>,
    variables: Vec<(Located<String>, Located<String>)>,
    given: Vec<Given>,
}

/// Reads a rendered file. `files` are the CSV files below the folder of the tests, by path. A case that is not valid is
/// left out.
pub fn sql_tests(node: &Node, files: &BTreeMap<String, Arc<SourceFile>>, out: &mut Diagnostics) -> Vec<SqlTest> {
    let Some(mut fields) = Fields::of(node, out) else { return Vec::new() };
    let data = Data { files };
    let defaults = Defaults {
        models: models(fields.take("model"), out),
        as_of: fields.take("as_of").and_then(|node| scalar(node, out)),
        reader: fields.take("as").and_then(|node| reader(node, out)),
        variables: variables(fields.map("variables", out), out),
        given: given(fields.map("given", out), data, out),
    };
    let items = fields.require("cases", out).and_then(|node| node.list(out)).unwrap_or_default();
    fields.finish(out);
    let mut tests: Vec<SqlTest> = Vec::new();
    for item in items {
        let Some(test) = case(item, &defaults, data, out) else { continue };
        match tests.iter().find(|other| other.name.value == test.name.value) {
            Some(first) => {
                let message = format!("the file has two cases called `{}`", test.name.value);
                let diagnostic = Diagnostic::error(Code::SQL_TEST_CASE, message).at(test.name.location.clone());
                out.push(diagnostic.related(first.name.location.clone(), "the first"));
            }
            None => tests.push(test),
        }
    }
    tests
}

fn case(node: &Node, defaults: &Defaults, data: Data<'_>, out: &mut Diagnostics) -> Option<SqlTest> {
    let before = out.count(Severity::Error);
    let mut fields = Fields::of(node, out)?;
    let name = fields.require_string("name", out);
    let description = fields.string("description", out).map(|text| text.value);
    let own = models(fields.take("model"), out);
    let query_node = fields.take("query").cloned();
    let query = query_node.as_ref().and_then(|node| node.string(out));
    let mut variables = variables(fields.map("variables", out), out);
    let as_of = fields.take("as_of").and_then(|node| scalar(node, out)).or_else(|| defaults.as_of.clone());
    let reader = fields.take("as").and_then(|node| reader(node, out)).or_else(|| defaults.reader.clone());
    let mut given = given(fields.map("given", out), data, out);
    let batches = fields.list("batches", out).iter().map(|node| batch(node, data, out)).collect();
    let expect = fields.take("expect");
    let errors = fields.take("errors");
    fields.finish(out);
    let models = if own.is_empty() { defaults.models.clone() } else { own };
    let start = || first_line(&node.location);
    let mut wrong = |message: &str| out.push(Diagnostic::error(Code::SQL_TEST_CASE, message).at(start()));
    if models.is_empty() && query_node.is_none() {
        wrong("the case tests nothing: it needs a `model` or a `query`");
    }
    match (expect, errors) {
        (None, None) => wrong("the case expects nothing: it needs `expect` or `errors`"),
        (Some(_), Some(_)) => {
            wrong("the case expects rows and an error: only one of `expect` and `errors` can come true")
        }
        _ => {}
    }
    let outcome = match (expect, errors) {
        (Some(node), _) => expected(node, data, out)?,
        (None, Some(node)) => Outcome::Error(texts(node, out)),
        (None, None) => return None,
    };
    for default in &defaults.variables {
        if !variables.iter().any(|(name, _)| name.value == default.0.value) {
            variables.push(default.clone());
        }
    }
    // The table that a case gives itself takes the place of the file's.
    for default in &defaults.given {
        if !given.iter().any(|own| own.table.value == default.table.value) {
            given.push(default.clone());
        }
    }
    if out.count(Severity::Error) > before {
        return None;
    }
    let name = name?;
    Some(SqlTest { name, description, models, query, query_node, variables, as_of, reader, given, batches, outcome })
}

fn models(node: Option<&Node>, out: &mut Diagnostics) -> Vec<Located<String>> {
    match node {
        None => Vec::new(),
        Some(node) if node.as_list().is_some() => {
            node.as_list().unwrap_or_default().iter().filter_map(|item| item.string(out)).collect()
        }
        Some(node) => node.string(out).into_iter().collect(),
    }
}

/// A role or several, or a map that names the user, too.
fn reader(node: &Node, out: &mut Diagnostics) -> Option<TestReader> {
    if node.as_map().is_none() {
        return Some(TestReader { user: None, roles: models(Some(node), out) });
    }
    let mut fields = Fields::of(node, out)?;
    let user = fields.require_string("user", out);
    let roles = models(fields.take("groups"), out);
    fields.finish(out);
    Some(TestReader { user: Some(user?), roles })
}

/// A text or the texts of a list.
fn texts(node: &Node, out: &mut Diagnostics) -> Vec<String> {
    models(Some(node), out).into_iter().map(|text| text.value).collect()
}

/// As a command line would give it; a list as its items, separated by commas.
fn scalar(node: &Node, out: &mut Diagnostics) -> Option<Located<String>> {
    let text = match &node.value {
        Value::String(text) | Value::Float { text, .. } => Some(text.clone()),
        Value::Integer(value) => Some(value.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::List(items) => {
            let items: Option<Vec<_>> = items.iter().map(|item| scalar(item, out).map(|item| item.value)).collect();
            items.map(|items| items.join(","))
        }
        Value::Null | Value::Map(_) => None,
    };
    if text.is_none() {
        out.push(node.expected("a value"));
    }
    text.map(|text| Located::new(text, node.location.clone()))
}

fn variables(entries: &[Entry], out: &mut Diagnostics) -> Vec<(Located<String>, Located<String>)> {
    let pair = |entry: &Entry| {
        let value = scalar(&entry.node, out)?;
        Some((Located::new(entry.key.clone(), entry.key_location.clone()), value))
    };
    entries.iter().filter_map(pair).collect()
}

fn given(entries: &[Entry], data: Data<'_>, out: &mut Diagnostics) -> Vec<Given> {
    let table = |entry: &Entry| {
        let table = Located::new(entry.key.clone(), entry.key_location.clone());
        Some(Given { table, rows: rows(&entry.node, data, out)? })
    };
    entries.iter().filter_map(table).collect()
}

fn batch(node: &Node, data: Data<'_>, out: &mut Diagnostics) -> Vec<Given> {
    let Some(mut fields) = Fields::of(node, out) else { return Vec::new() };
    let given = given(fields.map("given", out), data, out);
    fields.finish(out);
    given
}

fn expected(node: &Node, data: Data<'_>, out: &mut Diagnostics) -> Option<Outcome> {
    if node.as_list().is_some() {
        let rows = Some(rows(node, data, out)?);
        return Some(Outcome::Rows { rows, ordered: false, tolerance: Vec::new(), count: None });
    }
    let errors = out.count(Severity::Error);
    let mut fields = Fields::of(node, out)?;
    let ordered = fields.bool("ordered", out).is_some_and(|ordered| ordered.value);
    let mut tolerance = Vec::new();
    for entry in fields.map("tolerance", out) {
        match entry.node.to_json().as_f64().filter(|value| *value >= 0.0) {
            Some(value) => tolerance.push((Located::new(entry.key.clone(), entry.key_location.clone()), value)),
            None => out.push(entry.node.expected("a number that is not negative")),
        }
    }
    let count = fields.integer("count", out);
    let empty = fields.bool("empty", out);
    let rows = rows::inline(&mut fields, data, out);
    fields.finish(out);
    let wrong = |message: &str| Diagnostic::error(Code::SQL_TEST_CASE, message).at(first_line(&node.location));
    let mut number = None;
    if let Some(count) = &count {
        number = usize::try_from(count.value).ok();
        if number.is_none() {
            out.push(
                Diagnostic::error(Code::SQL_TEST_CASE, "no table has fewer rows than none").at(count.location.clone()),
            );
        }
    }
    if let Some(empty) = empty {
        if !empty.value {
            let diagnostic = Diagnostic::error(Code::SQL_TEST_CASE, "`empty` can only be true").at(empty.location);
            out.push(diagnostic.hint("to expect rows, write them, or `count`"));
        } else if rows.is_some() || count.is_some() {
            out.push(wrong("`empty` stands by itself: it says all there is to say of the rows"));
        }
        number = Some(0);
    }
    if rows.is_none() && number.is_none() && out.count(Severity::Error) == errors {
        out.push(
            wrong("`expect` says nothing of the rows")
                .hint("write `rows`, `columns` and `rows`, `csv`, `file`, `count` or `empty: true`"),
        );
    }
    Some(Outcome::Rows { rows, ordered, tolerance, count: number })
}
