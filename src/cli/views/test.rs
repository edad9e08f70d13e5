//! Results of tests: for people, as JSON, as JUnit.

use std::fmt::Write as _;
use std::time::Duration;

use comfy_table::{Table, presets};
use serde_json::{Value, json};

use super::count::counted_as;
use super::test_junit;
use super::unified::unified;
use crate::diag::Location;
use crate::pipeline::sql_test::{DiffRow, Mismatch, RowDiff};

/// A test that ran.
pub(in crate::cli) struct Done {
    /// As filters see it.
    pub(in crate::cli) id: String,
    pub(in crate::cli) solution: String,
    pub(in crate::cli) name: String,
    pub(in crate::cli) place: Place,
    pub(in crate::cli) elapsed: Duration,
    pub(in crate::cli) failures: Vec<Failure>,
}

pub(in crate::cli) enum Place {
    Case(Location),
    /// The folder of a snapshot.
    Snapshot(String),
}

pub(in crate::cli) enum Failure {
    Sql(Mismatch),
    /// A file that is not as in its snapshot; `None` where there is none on that side.
    Snapshot {
        path: String,
        kept: Option<String>,
        made: Option<String>,
    },
    /// There is no snapshot at all, although there are others.
    NoSnapshot,
}

/// Every failing test, and the line that counts them. `all`: those that passed, too.
pub(in crate::cli) fn human(tests: &[Done], all: bool) -> String {
    let mut out = String::new();
    for test in tests {
        if test.failures.is_empty() {
            if all {
                let _ = writeln!(out, "ok    {} ({} ms)", test.id, test.elapsed.as_millis());
            }
            continue;
        }
        let _ = writeln!(out, "FAIL  {}\n      {}", test.id, place(test));
        for failure in &test.failures {
            out.push_str(&indented(&text(failure)));
        }
        out.push('\n');
    }
    let (passed, failed) = counts(tests);
    let _ = writeln!(out, "{passed} passed, {failed} failed");
    out
}

fn counts(tests: &[Done]) -> (usize, usize) {
    let failed = tests.iter().filter(|test| !test.failures.is_empty()).count();
    (tests.len() - failed, failed)
}

fn place(test: &Done) -> String {
    match &test.place {
        Place::Case(location) => location.display(),
        Place::Snapshot(folder) => folder.clone(),
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_string() } else { format!("      {line}\n") }).collect()
}

fn text(failure: &Failure) -> String {
    match failure {
        Failure::Sql(mismatch) => mismatched(mismatch),
        Failure::Snapshot { path, kept, made } => {
            let none = "/dev/null";
            let (old, new) = (kept.as_deref(), made.as_deref());
            let (old_name, new_name) = (old.map_or(none, |_| path.as_str()), new.map_or(none, |_| "now"));
            let what = match (old, new) {
                (None, _) => format!("{path} has no snapshot\n"),
                (_, None) => format!("{path} is a snapshot of nothing that is there now\n"),
                _ => format!("{path} differs\n"),
            };
            what + &unified(old_name, new_name, old.unwrap_or_default(), new.unwrap_or_default())
        }
        Failure::NoSnapshot => "there is no snapshot\n  hint: `lakesmith test --accept` makes it\n".to_string(),
    }
}

fn mismatched(mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::Rows(diff) => rows(diff),
        Mismatch::Count { expected, found } => {
            format!("expected {}, found {found}\n", counted_as(*expected, "row"))
        }
        Mismatch::NoColumn(name) => format!("the result has no column `{name}`\n"),
        Mismatch::Failed(message) => format!("it failed:\n{}\n", shifted(message)),
        Mismatch::NotFailed(texts) => format!("it should have failed with:\n{}\n", shifted(&texts.join("\n"))),
        Mismatch::OtherError { expected, found } => {
            format!(
                "it failed with another error than:\n{}\nfound:\n{}\n",
                shifted(&expected.join("\n")),
                shifted(found)
            )
        }
    }
}

fn shifted(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// A table of two lines a row: `-` expected, `+` found, and marks below what differs.
fn rows(diff: &RowDiff) -> String {
    let mut lines: Vec<(char, Vec<String>, Option<Vec<bool>>)> = Vec::new();
    let written = |cell: &Option<String>| cell.clone().unwrap_or_default();
    for row in &diff.rows {
        match row {
            DiffRow::Differs(cells) => {
                lines.push(('-', cells.iter().map(|(wanted, _, _)| written(wanted)).collect(), None));
                let marks = cells.iter().map(|(_, _, agree)| !agree).collect();
                lines.push(('+', cells.iter().map(|(_, found, _)| found.clone()).collect(), Some(marks)));
            }
            DiffRow::Missing(cells) => lines.push(('-', cells.iter().map(written).collect(), None)),
            DiffRow::Unexpected(cells) => lines.push(('+', cells.clone(), None)),
        }
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(comfy_table::ContentArrangement::Disabled);
    table.set_header(std::iter::once(" ").chain(diff.columns.iter().map(String::as_str)));
    for (sign, cells, marks) in &lines {
        // A line break inside a value would break the table.
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('\n', "\\n")).collect();
        table.add_row(std::iter::once(sign.to_string()).chain(cells.iter().cloned()));
        if let Some(marks) = marks {
            let width = |cell: &String| cell.chars().count().max(1);
            let mark = cells
                .iter()
                .zip(marks)
                .map(|(cell, differs)| if *differs { "^".repeat(width(cell)) } else { String::new() });
            table.add_row(std::iter::once(String::new()).chain(mark));
        }
    }
    let differs = diff.rows.iter().filter(|row| matches!(row, DiffRow::Differs(_))).count();
    let missing = diff.rows.iter().filter(|row| matches!(row, DiffRow::Missing(_))).count();
    let unexpected = diff.rows.len() - differs - missing;
    let differ = if differs == 1 { "differs" } else { "differ" };
    let parts = [(differs, differ), (missing, "missing"), (unexpected, "not expected"), (diff.equal, "as expected")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, what)| format!("{} {what}", counted_as(count, "row"))).collect();
    let shown: Vec<String> = table.lines().map(|line| line.trim_end().to_string()).collect();
    format!("{} (- expected, + found)\n{}\n", parts.join(", "), shown.join("\n"))
}

/// `{"summary": {"passed", "failed", "elapsed_ms"}, "tests": [{"id", "solution", "name", "kind", "status", "file",
/// "line"?, "column"?, "elapsed_ms", "failures": [{"kind", …}]}]}`.
pub(in crate::cli) fn json(tests: &[Done], elapsed: Duration) -> Value {
    let (passed, failed) = counts(tests);
    let list = tests.iter().map(|test| {
        let failures: Vec<Value> = test.failures.iter().map(failure_json).collect();
        let mut value = json!({
            "id": test.id,
            "solution": test.solution,
            "name": test.name,
            "status": if failures.is_empty() { "passed" } else { "failed" },
            "elapsed_ms": millis(test.elapsed),
            "failures": failures,
        });
        match &test.place {
            Place::Case(location) => {
                let (line, column) = location.file.line_column(location.span.start);
                value["kind"] = json!("unit");
                value["file"] = json!(location.file.name());
                value["line"] = json!(line);
                value["column"] = json!(column);
            }
            Place::Snapshot(folder) => {
                value["kind"] = json!("snapshot");
                value["file"] = json!(folder);
            }
        }
        value
    });
    let summary = json!({ "passed": passed, "failed": failed, "elapsed_ms": millis(elapsed) });
    json!({ "summary": summary, "tests": list.collect::<Vec<_>>() })
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn failure_json(failure: &Failure) -> Value {
    match failure {
        Failure::Sql(Mismatch::Rows(diff)) => {
            let rows = diff.rows.iter().map(|row| match row {
                DiffRow::Differs(cells) => {
                    let expected: Vec<_> = cells.iter().map(|(wanted, _, _)| wanted).collect();
                    let found: Vec<_> = cells.iter().map(|(_, found, _)| found).collect();
                    let columns = cells.iter().zip(&diff.columns).filter(|((_, _, agree), _)| !agree);
                    let columns: Vec<_> = columns.map(|(_, name)| name).collect();
                    json!({ "kind": "differs", "expected": expected, "found": found, "columns": columns })
                }
                DiffRow::Missing(cells) => json!({ "kind": "missing", "expected": cells }),
                DiffRow::Unexpected(cells) => json!({ "kind": "unexpected", "found": cells }),
            });
            let rows: Vec<Value> = rows.collect();
            json!({ "kind": "rows", "columns": diff.columns, "rows": rows, "equal": diff.equal })
        }
        Failure::Sql(Mismatch::Count { expected, found }) => {
            json!({ "kind": "count", "expected": expected, "found": found })
        }
        Failure::Sql(Mismatch::NoColumn(name)) => json!({ "kind": "no_column", "column": name }),
        Failure::Sql(Mismatch::Failed(message)) => json!({ "kind": "error", "expected": null, "found": message }),
        Failure::Sql(Mismatch::NotFailed(texts)) => json!({ "kind": "error", "expected": texts, "found": null }),
        Failure::Sql(Mismatch::OtherError { expected, found }) => {
            json!({ "kind": "error", "expected": expected, "found": found })
        }
        Failure::Snapshot { path, kept, made } => {
            let diff = unified(path, "now", kept.as_deref().unwrap_or_default(), made.as_deref().unwrap_or_default());
            json!({ "kind": "snapshot", "path": path, "diff": diff })
        }
        Failure::NoSnapshot => json!({ "kind": "no_snapshot" }),
    }
}

/// The suites are the files of the tests, and the targets of the snapshots.
pub(in crate::cli) fn junit(tests: &[Done]) -> String {
    let cases: Vec<test_junit::Case<'_>> = tests
        .iter()
        .map(|test| {
            let (file, line) = match &test.place {
                Place::Case(location) => {
                    (location.file.name().to_string(), Some(location.file.line_column(location.span.start).0))
                }
                Place::Snapshot(folder) => (folder.clone(), None),
            };
            let texts: Vec<String> = test.failures.iter().map(text).collect();
            let message =
                |texts: &[String]| texts.first().and_then(|text| text.lines().next()).unwrap_or_default().to_string();
            test_junit::Case {
                class: test.id.strip_suffix(&format!("/{}", test.name)).unwrap_or(&test.id).replace('/', "."),
                name: &test.name,
                file: Some(file),
                line,
                elapsed: test.elapsed,
                failure: (!texts.is_empty()).then(|| (message(&texts), texts.join("\n"))),
            }
        })
        .collect();
    test_junit::document(&cases)
}
