//! Expectations on the rows that a flow has just written (lakeflow-sql.md §4.3). The rows are in the table already:
//! they are counted there, those to drop are deleted, and a violated FAIL rolls the whole flow back.

use std::collections::BTreeSet;

use crate::analyze::bound::{Column, Expr};
use crate::analyze::pipeline::{BoundExpectation, Dataset};
use crate::ident::Identifier;
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::lower::{Lowering, output_name};
use crate::local::store::Writer;
use crate::syntax::ast::Violation;

use super::model::ExpectationReport;

/// What a dataset's columns demand of every row that no expectation drops.
#[derive(Clone, Default)]
pub(super) struct Rules {
    pub(super) not_null: BTreeSet<Identifier>,
    /// `GENERATED ALWAYS AS (…)`: the value that a column must have, of the column's type.
    pub(super) generated: Vec<(Column, Expr)>,
}

/// What became of the new rows.
#[derive(Default)]
pub(super) struct Checked {
    pub(super) kept: i64,
    pub(super) dropped: i64,
    pub(super) reports: Vec<ExpectationReport>,
}

/// Where the new rows are.
pub(super) struct Place<'p> {
    pub(super) table: &'p str,
    /// The condition on the table's own columns that picks them.
    pub(super) new: &'p str,
    /// What a column of the dataset is in that table.
    pub(super) column: &'p dyn Fn(&Column) -> String,
}

pub(super) fn enforce(
    writer: &Writer<'_>,
    lowering: &Lowering<'_>,
    dataset: &Dataset,
    rules: &Rules,
    place: &Place<'_>,
    written: i64,
) -> Result<Checked, EngineError> {
    let Rules { not_null, generated } = rules;
    if dataset.expectations.is_empty() && not_null.is_empty() && generated.is_empty() {
        return Ok(Checked { kept: written, ..Checked::default() });
    }
    let Place { table, new, column: own } = place;
    // NULL is a violation: what is not true does not hold.
    let violations = dataset
        .expectations
        .iter()
        .map(|expectation| {
            let condition = lowering.expr(&expectation.condition)?;
            Ok(format!("NOT coalesce({}, FALSE)", condition.as_str()))
        })
        .collect::<Result<Vec<_>, EngineError>>()?;
    let columns = dataset.row.iter().map(|column| format!("{} AS {}", own(column), output_name(column)));
    let columns = columns.collect::<Vec<_>>().join(", ");
    let dropping: Vec<&str> = by(dataset, &violations, Violation::Drop);
    let any_dropping = if dropping.is_empty() { "FALSE".to_string() } else { dropping.join(" OR ") };
    let mut counts = vec![format!("count(*) FILTER (WHERE {any_dropping})")];
    counts.extend(violations.iter().map(|violation| format!("count(*) FILTER (WHERE {violation})")));
    let required: Vec<&Column> = dataset.row.iter().filter(|column| not_null.contains(&column.name)).collect();
    for column in &required {
        let missing = format!("{} IS NULL AND NOT ({any_dropping})", output_name(column));
        counts.push(format!("count(*) FILTER (WHERE {missing})"));
    }
    for (column, value) in generated {
        let differs = format!("{} IS DISTINCT FROM {}", output_name(column), lowering.expr(value)?.as_str());
        counts.push(format!("count(*) FILTER (WHERE {differs} AND NOT ({any_dropping}))"));
    }
    let sql = format!("SELECT {} FROM (SELECT {columns} FROM {table} WHERE {new}) AS r", counts.join(", "));
    let found: Vec<i64> = writer.connection().query_row(&sql, [], |row| {
        (0..counts.len()).map(|index| row.get(index)).collect::<duckdb::Result<Vec<i64>>>()
    })?;
    let [dropped, rest @ ..] = found.as_slice() else { return Ok(Checked::default()) };
    let (failed, rest) = rest.split_at(violations.len().min(rest.len()));
    let (missing, differing) = rest.split_at(required.len().min(rest.len()));
    let mut reports = Vec::with_capacity(failed.len());
    for (expectation, failed) in dataset.expectations.iter().zip(failed) {
        if expectation.on_violation == Violation::Fail && *failed > 0 {
            return Err(violated(expectation, *failed).into());
        }
        reports.push(ExpectationReport {
            name: expectation.name.to_string(),
            passed: written - failed,
            failed: *failed,
        });
    }
    if let Some((column, rows)) = required.iter().zip(missing).find(|(_, rows)| **rows > 0) {
        let text =
            format!("NOT NULL constraint violated for column {} of {} in {rows} rows.", column.name, dataset.name);
        return Err(SqlError::new(ErrorClass::NOT_NULL_CONSTRAINT_VIOLATION, text).into());
    }
    if let Some(((column, _), rows)) = generated.iter().zip(differing).find(|(_, rows)| **rows > 0) {
        let text = format!(
            "CHECK constraint Generated Column {} of {} violated in {rows} rows: the query gives another value.",
            column.name, dataset.name
        );
        return Err(SqlError::new(ErrorClass::DELTA_VIOLATE_CONSTRAINT_WITH_VALUES, text).into());
    }
    if *dropped > 0 {
        let sql = format!(
            "DELETE FROM {table} WHERE {new} AND rowid IN \
             (SELECT rid FROM (SELECT rowid AS rid, {columns} FROM {table} WHERE {new}) AS r WHERE {any_dropping})"
        );
        writer.connection().execute(&sql, [])?;
    }
    Ok(Checked { kept: written - dropped, dropped: *dropped, reports })
}

/// The expectations in a form that changes when they do.
pub(super) fn text(lowering: &Lowering<'_>, dataset: &Dataset) -> Result<String, EngineError> {
    let mut text = String::new();
    for expectation in &dataset.expectations {
        let condition = lowering.expr(&expectation.condition)?;
        let action = expectation.on_violation;
        text.push_str(&format!("{} {action:?} {}\n", expectation.name, condition.as_str()));
    }
    Ok(text)
}

fn by<'v>(dataset: &Dataset, violations: &'v [String], action: Violation) -> Vec<&'v str> {
    let pairs = dataset.expectations.iter().zip(violations);
    pairs.filter(|(expectation, _)| expectation.on_violation == action).map(|(_, sql)| sql.as_str()).collect()
}

fn violated(expectation: &BoundExpectation, rows: i64) -> SqlError {
    let text = format!(
        "{}: the expectation '{}' failed for {rows} row{}; the update of the table was rolled back.",
        expectation.location.display(),
        expectation.name,
        if rows == 1 { "" } else { "s" },
    );
    SqlError::new(ErrorClass::EXPECTATION_VIOLATION, text)
}
