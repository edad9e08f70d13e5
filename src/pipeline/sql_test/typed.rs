//! Values under the names of their columns: which column is meant, and whether the value fits its type.

use std::collections::BTreeMap;

use crate::analyze::literals;
use crate::catalog::ColumnInfo;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ident::Identifier;
use crate::project::yaml::Located;
use crate::project::{Cell, Rows};
use crate::syntax::DataType;

use super::compare::{Expected, ExpectedCell};
use super::value::Value;

pub(super) fn typed_columns(columns: &[ColumnInfo]) -> Vec<(Identifier, Option<DataType>)> {
    columns.iter().map(|column| (column.name.clone(), column.data_type.clone())).collect()
}

/// The position of a cell's column, and its value.
pub(super) fn typed<'t>(
    cell: &Cell,
    columns: impl Iterator<Item = (&'t Identifier, Option<&'t DataType>)>,
    of: &str,
    out: &mut Diagnostics,
) -> Option<(usize, Value)> {
    let columns: Vec<_> = columns.collect();
    let at = position(&cell.column, columns.iter().map(|(name, _)| *name), of, out)?;
    let data_type = columns[at].1;
    match Value::of(&cell.node, data_type) {
        Ok(value) => Some((at, value)),
        Err(wanted) => {
            let found = match cell.node.as_str() {
                Some(text) => format!("`{text}`"),
                None => cell.node.value.kind().to_string(),
            };
            let message = format!("the column `{}` takes {wanted}, found {found}", cell.column.value);
            out.push(Diagnostic::error(Code::SQL_TEST_VALUE, message).at(cell.node.location.clone()));
            None
        }
    }
}

fn position<'t>(
    column: &Located<String>,
    columns: impl Iterator<Item = &'t Identifier>,
    of: &str,
    out: &mut Diagnostics,
) -> Option<usize> {
    let columns: Vec<&Identifier> = columns.collect();
    let named = Identifier::new(column.value.as_str()).ok();
    let found = columns.iter().position(|name| Some(*name) == named.as_ref());
    if found.is_none() {
        let message = format!("`{of}` has no column `{}`", column.value);
        let diagnostic = Diagnostic::error(Code::SQL_TEST_COLUMN, message).at(column.location.clone());
        let all: Vec<&str> = columns.iter().map(|name| name.as_str()).collect();
        let diagnostic = diagnostic.hint(format!("columns: {}", all.join(", ")));
        let diagnostic = diagnostic.instead(all.iter().map(|name| (*name).to_string()));
        out.push(diagnostic.suggest(&column.value, all));
    }
    found
}

pub(super) fn expected(
    rows: Option<&Rows>,
    ordered: bool,
    tolerance: &[(Located<String>, f64)],
    count: Option<usize>,
    output: &[(Identifier, Option<DataType>)],
    out: &mut Diagnostics,
) -> Expected {
    let of = "the result";
    let mut columns: Vec<usize> = Vec::new();
    let read = rows.map(|rows| {
        let mut read = Vec::new();
        for row in &rows.rows {
            let mut cells: BTreeMap<usize, Value> = BTreeMap::new();
            for cell in rows.each.iter().chain(&row.cells) {
                let typed = typed(cell, output.iter().map(|(name, ty)| (name, ty.as_ref())), of, out);
                if let Some((at, value)) = typed {
                    if !columns.contains(&at) {
                        columns.push(at);
                    }
                    cells.insert(at, value);
                }
            }
            read.push(cells);
        }
        read
    });
    let allowed = tolerance.iter().filter_map(|(column, value)| {
        let at = position(column, output.iter().map(|(name, _)| name), of, out)?;
        Some((output[at].0.clone(), *value))
    });
    let tolerance = allowed.collect();
    let shown = |cells: BTreeMap<usize, Value>| {
        let placed = cells.into_iter().filter_map(|(at, value)| Some((columns.iter().position(|c| *c == at)?, value)));
        let mut cells: Vec<ExpectedCell> = placed.map(|(column, value)| ExpectedCell { column, value }).collect();
        cells.sort_by_key(|cell| cell.column);
        cells
    };
    Expected {
        rows: read.map(|rows| rows.into_iter().map(shown).collect()),
        ordered,
        tolerance,
        count,
        columns: columns.iter().map(|at| output[*at].clone()).collect(),
    }
}

pub(super) fn moment(text: &Located<String>, out: &mut Diagnostics) -> Option<i64> {
    let found = literals::timestamp(&text.value);
    if found.is_none() {
        let message = format!("`{}` is neither a day nor a moment", text.value);
        let diagnostic = Diagnostic::error(Code::SQL_TEST_VALUE, message).at(text.location.clone());
        out.push(diagnostic.hint("write `2025-11-14` or `2025-11-14T09:30:00Z`"));
    }
    found
}
