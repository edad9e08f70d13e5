//! Rows as a test writes them: maps, lists under named columns, CSV in the file or beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, Severity, SourceFile, Span};

use super::csv;
use crate::project::yaml::{Entry, Fields, Located, Node, Style, Value};

/// The rows of a table, as far as they are written.
#[derive(Clone, PartialEq, Debug)]
pub struct Rows {
    /// What every row holds in columns that it does not name itself.
    pub each: Vec<Cell>,
    pub rows: Vec<Row>,
    /// Of all rows together.
    pub location: Location,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    pub cells: Vec<Cell>,
    pub location: Location,
}

/// A value and its column.
#[derive(Clone, PartialEq, Debug)]
pub struct Cell {
    pub column: Located<String>,
    /// A scalar of CSV is a text, or nothing.
    pub node: Node,
}

/// Where rows outside of the file are.
#[derive(Clone, Copy)]
pub(super) struct Data<'d> {
    pub(super) files: &'d BTreeMap<String, Arc<SourceFile>>,
}

/// A list of maps, or a map that says in another way what the rows are.
pub(super) fn rows(node: &Node, data: Data<'_>, out: &mut Diagnostics) -> Option<Rows> {
    if let Some(items) = node.as_list() {
        let rows = items.iter().filter_map(|item| map_row(item, out)).collect();
        return Some(Rows { each: Vec::new(), rows, location: node.location.clone() });
    }
    let mut fields = Fields::of(node, out)?;
    let errors = out.count(Severity::Error);
    let rows = inline(&mut fields, data, out);
    fields.finish(out);
    if rows.is_none() && out.count(Severity::Error) == errors {
        let diagnostic = Diagnostic::error(Code::SQL_TEST_ROWS, "there are no rows here").at(node.location.clone());
        out.push(diagnostic.hint("write a list of rows, or `rows`, `csv` or `file`; an empty table is `[]`"));
    }
    rows
}

/// `each`, and `rows` (with `columns` or not), `csv` or `file`; `None` if there is none of them.
pub(super) fn inline(fields: &mut Fields<'_>, data: Data<'_>, out: &mut Diagnostics) -> Option<Rows> {
    let each: Vec<Cell> = fields.map("each", out).iter().map(cell).collect();
    let columns = fields.take("columns");
    let (listed, text, file) = (fields.take("rows"), fields.take("csv"), fields.take("file"));
    let ways: Vec<&Node> = [listed, text, file].into_iter().flatten().collect();
    if let [_, second, ..] = ways.as_slice() {
        let message = "the rows are written in two ways";
        let diagnostic = Diagnostic::error(Code::SQL_TEST_ROWS, message).at(second.location.clone());
        out.push(diagnostic.hint("keep one of `rows`, `csv` and `file`"));
        return None;
    }
    if let (Some(columns), None) = (columns, listed) {
        let message = "`columns` names the columns of `rows`, which is absent";
        out.push(Diagnostic::error(Code::SQL_TEST_ROWS, message).at(columns.location.clone()));
    }
    let node = ways.into_iter().next()?;
    let rows = match (listed, text, file) {
        (Some(list), _, _) => {
            let items = list.list(out)?;
            match columns {
                None => items.iter().filter_map(|item| map_row(item, out)).collect(),
                Some(columns) => {
                    let names = columns.list(out)?.iter().filter_map(|name| name.string(out)).collect::<Vec<_>>();
                    items.iter().filter_map(|item| list_row(&names, item, out)).collect()
                }
            }
        }
        (None, Some(text), _) => {
            let content = text.string(out)?.value;
            csv_rows(&content, &|line| line_of(text, line), out)?
        }
        (None, None, Some(named)) => {
            let path = named.string(out)?;
            let file = beside(&path, data, out)?;
            csv_rows(file.text(), &|line| whole_line(file, line), out)?
        }
        (None, None, None) => return None,
    };
    Some(Rows { each, rows, location: node.location.clone() })
}

fn cell(entry: &Entry) -> Cell {
    Cell { column: Located::new(entry.key.clone(), entry.key_location.clone()), node: entry.node.clone() }
}

fn map_row(node: &Node, out: &mut Diagnostics) -> Option<Row> {
    let cells = node.map(out)?.iter().map(cell).collect();
    Some(Row { cells, location: node.location.clone() })
}

fn list_row(names: &[Located<String>], node: &Node, out: &mut Diagnostics) -> Option<Row> {
    let items = node.list(out)?;
    if items.len() != names.len() {
        out.push(ragged(names.len(), items.len(), node.location.clone()));
        return None;
    }
    let cells = names.iter().zip(items).map(|(name, item)| Cell { column: name.clone(), node: item.clone() });
    Some(Row { cells: cells.collect(), location: node.location.clone() })
}

fn ragged(expected: usize, found: usize, location: Location) -> Diagnostic {
    let plural = if expected == 1 { "" } else { "s" };
    let message = format!("the row has {found} values for {expected} column{plural}");
    Diagnostic::error(Code::SQL_TEST_ROWS, message).at(location)
}

/// The first record names the columns. An empty field is NULL, a quoted one is a text.
fn csv_rows(text: &str, place: &dyn Fn(usize) -> Location, out: &mut Diagnostics) -> Option<Vec<Row>> {
    let records = match csv::read(text) {
        Ok(records) => records,
        Err(error) => {
            let message = format!("this is not CSV: {}", error.message);
            out.push(Diagnostic::error(Code::SQL_TEST_ROWS, message).at(place(error.line)));
            return None;
        }
    };
    let mut records = records.into_iter();
    let header = records.next();
    let names: Vec<Located<String>> = header
        .iter()
        .flat_map(|header| header.fields.iter().map(|field| (header.line, field)))
        .map(|(line, field)| Located::new(field.clone().unwrap_or_default().trim().to_string(), place(line)))
        .collect();
    let mut rows = Vec::new();
    for record in records {
        let location = place(record.line);
        if record.fields.len() != names.len() {
            out.push(ragged(names.len(), record.fields.len(), location));
            continue;
        }
        let node = |field: Option<String>| Node {
            value: field.map_or(Value::Null, Value::String),
            location: location.clone(),
            style: Style::Plain,
        };
        let cells = names.iter().zip(record.fields);
        let cells = cells.map(|(name, field)| Cell { column: name.clone(), node: node(field) }).collect();
        rows.push(Row { cells, location });
    }
    Some(rows)
}

/// A line of the text that a block scalar holds, numbered from 0; of other scalars, all of it.
fn line_of(node: &Node, line: usize) -> Location {
    let location = &node.location;
    if node.style != Style::Literal {
        return location.clone();
    }
    let span = location.span.range();
    let text = location.file.text().get(span.clone()).unwrap_or_default();
    // The indicator may stand on the first line of the span or before it.
    let skipped = usize::from(text.starts_with(['|', '>']));
    nth_line(&location.file, span.start, text, line + skipped).unwrap_or_else(|| location.clone())
}

fn whole_line(file: &Arc<SourceFile>, line: usize) -> Location {
    nth_line(file, 0, file.text(), line).unwrap_or_else(|| Location::new(file, Span::new(0, 0)))
}

fn nth_line(file: &Arc<SourceFile>, start: usize, text: &str, line: usize) -> Option<Location> {
    let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let found = text.get(before..)?.lines().next()?;
    let indent = found.len() - found.trim_start().len();
    Some(Location::new(file, Span::new(start + before + indent, start + before + found.trim_end().len())))
}

/// The file of that name in the folder of the test.
fn beside<'d>(path: &Located<String>, data: Data<'d>, out: &mut Diagnostics) -> Option<&'d Arc<SourceFile>> {
    let folder = path.location.file.name().rsplit_once('/').map_or("", |(folder, _)| folder);
    let wanted = format!("{folder}/{}", path.value.trim_start_matches("./"));
    let found = data.files.get(&wanted);
    if found.is_none() {
        let below = format!("{folder}/");
        let known: Vec<&str> = data.files.keys().filter_map(|file| file.strip_prefix(below.as_str())).collect();
        let message = format!("there is no file `{wanted}`");
        let diagnostic = Diagnostic::error(Code::SQL_TEST_ROWS, message).at(path.location.clone());
        let diagnostic = diagnostic.hint("rows are read from a `.csv` file in the folder of the test or below it");
        out.push(diagnostic.suggest(&path.value, known));
    }
    found
}
