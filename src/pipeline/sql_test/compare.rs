//! Expected rows against those that came out.

use std::collections::BTreeMap;

use super::value::Value;
use crate::ident::Identifier;
use crate::remote::QueryResult;
use crate::syntax::{DataType, parse_type};

/// What a case expects of the rows.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Expected {
    /// `None`: only their number counts.
    pub(super) rows: Option<Vec<Vec<ExpectedCell>>>,
    pub(super) ordered: bool,
    pub(super) tolerance: BTreeMap<Identifier, f64>,
    pub(super) count: Option<usize>,
    /// As the test names them, in the order of their first use.
    pub(super) columns: Vec<(Identifier, Option<DataType>)>,
}

/// A value and the position of its column in [`Expected::columns`].
#[derive(Clone, PartialEq, Debug)]
pub(super) struct ExpectedCell {
    pub(super) column: usize,
    pub(super) value: Value,
}

/// Why a case failed.
#[derive(Clone, PartialEq, Debug)]
pub enum Mismatch {
    Rows(RowDiff),
    Count {
        expected: usize,
        found: usize,
    },
    /// The result lacks a column.
    NoColumn(String),
    /// It failed, which was not expected.
    Failed(String),
    /// It did not fail, although it should have.
    NotFailed(Vec<String>),
    /// It failed with another error.
    OtherError {
        expected: Vec<String>,
        found: String,
    },
}

/// Rows that differ, by the columns that the test names.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RowDiff {
    pub columns: Vec<String>,
    pub rows: Vec<DiffRow>,
    /// Rows that are as expected.
    pub equal: usize,
}

/// Values as texts, by column; `None` where the test says nothing.
#[derive(Clone, PartialEq, Debug)]
pub enum DiffRow {
    /// (expected, found, whether they agree).
    Differs(Vec<(Option<String>, String, bool)>),
    Missing(Vec<Option<String>>),
    Unexpected(Vec<String>),
}

/// Everything that is not as expected.
pub(super) fn compare(expected: &Expected, result: &QueryResult) -> Vec<Mismatch> {
    let mut out = Vec::new();
    let found = result.rows.len();
    if let Some(count) = expected.count.filter(|count| *count != found) {
        out.push(Mismatch::Count { expected: count, found });
    }
    let Some(wanted) = &expected.rows else { return out };
    if expected.columns.is_empty() && wanted.len() != found {
        out.push(Mismatch::Count { expected: wanted.len(), found });
        return out;
    }
    let mut places = Vec::new();
    for (column, data_type) in &expected.columns {
        let named = |name: &str| Identifier::new(name).is_ok_and(|name| name == *column);
        match result.columns.iter().position(|found| named(&found.name)) {
            Some(place) => {
                let told = || parse_type(&result.columns[place].data_type).ok();
                places.push((place, data_type.clone().or_else(told)));
            }
            None => out.push(Mismatch::NoColumn(column.as_str().to_string())),
        }
    }
    if out.iter().any(|mismatch| matches!(mismatch, Mismatch::NoColumn(_))) {
        return out;
    }
    let value = |text: &Option<String>, data_type: &Option<DataType>| match text {
        None => Value::Null,
        Some(text) => Value::read(text, data_type.as_ref()).unwrap_or_else(|| Value::Text(text.clone())),
    };
    let found: Vec<Vec<Value>> = result
        .rows
        .iter()
        .map(|row| {
            places.iter().map(|(place, ty)| row.get(*place).map_or(Value::Null, |text| value(text, ty))).collect()
        })
        .collect();
    // What a query's column is was not known when the test was read.
    let wanted: Vec<Vec<ExpectedCell>> =
        wanted.iter().map(|row| row.iter().map(|cell| typed(cell, &places)).collect()).collect();
    let table = Comparison { expected, wanted: &wanted, found: &found };
    let rows = if expected.ordered { table.in_order() } else { table.in_any_order() };
    if rows.rows.is_empty() {
        return out;
    }
    out.push(Mismatch::Rows(rows));
    out
}

fn typed(cell: &ExpectedCell, places: &[(usize, Option<DataType>)]) -> ExpectedCell {
    let data_type = places.get(cell.column).and_then(|(_, data_type)| data_type.as_ref());
    let value = match &cell.value {
        Value::Text(text) => Value::read(text, data_type).unwrap_or_else(|| cell.value.clone()),
        other => other.clone(),
    };
    ExpectedCell { column: cell.column, value }
}

struct Comparison<'c> {
    expected: &'c Expected,
    wanted: &'c [Vec<ExpectedCell>],
    found: &'c [Vec<Value>],
}

impl Comparison<'_> {
    fn cell(&self, cell: &ExpectedCell, row: &[Value]) -> bool {
        let column = self.expected.columns.get(cell.column);
        let tolerance = column.and_then(|(name, _)| self.expected.tolerance.get(name)).copied();
        row.get(cell.column).is_some_and(|value| cell.value.agrees(value, tolerance))
    }

    fn agree(&self, wanted: &[ExpectedCell], row: &[Value]) -> bool {
        wanted.iter().all(|cell| self.cell(cell, row))
    }

    fn in_order(&self) -> RowDiff {
        let mut diff = self.empty();
        for at in 0..self.wanted.len().max(self.found.len()) {
            match (self.wanted.get(at), self.found.get(at)) {
                (Some(wanted), Some(row)) if self.agree(wanted, row) => diff.equal += 1,
                (Some(wanted), Some(row)) => diff.rows.push(self.differs(wanted, row)),
                (Some(wanted), None) => diff.rows.push(self.missing(wanted)),
                (None, Some(row)) => diff.rows.push(unexpected(row)),
                (None, None) => {}
            }
        }
        diff
    }

    fn in_any_order(&self) -> RowDiff {
        let mut diff = self.empty();
        let partner = self.matching();
        diff.equal = partner.iter().flatten().count();
        let taken: Vec<usize> = partner.iter().flatten().copied().collect();
        let mut left: Vec<usize> = (0..self.found.len()).filter(|row| !taken.contains(row)).collect();
        for (wanted, _) in self.wanted.iter().zip(&partner).filter(|(_, partner)| partner.is_none()) {
            // The row that it probably should have been: the one that agrees in most columns.
            let close = |row: &usize| {
                let row = self.found.get(*row).map(Vec::as_slice).unwrap_or_default();
                wanted.iter().filter(|cell| self.cell(cell, row)).count()
            };
            let nearest =
                left.iter().copied().filter(|row| close(row) > 0).max_by_key(|row| (close(row), usize::MAX - row));
            match nearest.and_then(|row| self.found.get(row).map(|values| (row, values))) {
                Some((row, values)) => {
                    left.retain(|other| *other != row);
                    diff.rows.push(self.differs(wanted, values));
                }
                None => diff.rows.push(self.missing(wanted)),
            }
        }
        diff.rows.extend(left.into_iter().filter_map(|row| self.found.get(row)).map(|row| unexpected(row)));
        diff
    }

    /// Pairs as many expected rows with found ones as can be: an expected row may name few columns and so fit several.
    fn matching(&self) -> Vec<Option<usize>> {
        let fits: Vec<Vec<usize>> = self
            .wanted
            .iter()
            .map(|wanted| (0..self.found.len()).filter(|row| self.agree(wanted, &self.found[*row])).collect())
            .collect();
        let mut owner: Vec<Option<usize>> = vec![None; self.found.len()];
        for wanted in 0..fits.len() {
            augment(wanted, &fits, &mut owner, &mut vec![false; self.found.len()]);
        }
        let mut partner = vec![None; self.wanted.len()];
        for (row, wanted) in owner.into_iter().enumerate() {
            if let Some(place) = wanted.and_then(|wanted| partner.get_mut(wanted)) {
                *place = Some(row);
            }
        }
        partner
    }

    fn empty(&self) -> RowDiff {
        let columns = self.expected.columns.iter().map(|(name, _)| name.as_str().to_string()).collect();
        RowDiff { columns, rows: Vec::new(), equal: 0 }
    }

    fn shown(&self, wanted: &[ExpectedCell]) -> Vec<Option<String>> {
        let mut cells = vec![None; self.expected.columns.len()];
        for cell in wanted {
            if let Some(place) = cells.get_mut(cell.column) {
                *place = Some(cell.value.show());
            }
        }
        cells
    }

    fn missing(&self, wanted: &[ExpectedCell]) -> DiffRow {
        DiffRow::Missing(self.shown(wanted))
    }

    fn differs(&self, wanted: &[ExpectedCell], row: &[Value]) -> DiffRow {
        let agrees =
            |column: usize| wanted.iter().filter(|cell| cell.column == column).all(|cell| self.cell(cell, row));
        let cells = self.shown(wanted).into_iter().zip(row).enumerate();
        DiffRow::Differs(cells.map(|(column, (wanted, found))| (wanted, found.show(), agrees(column))).collect())
    }
}

fn unexpected(row: &[Value]) -> DiffRow {
    DiffRow::Unexpected(row.iter().map(Value::show).collect())
}

/// Finds a row for an expected one, moving others to rows that fit them as well (augmenting paths).
fn augment(wanted: usize, fits: &[Vec<usize>], owner: &mut [Option<usize>], seen: &mut [bool]) -> bool {
    for row in fits[wanted].iter().copied() {
        if std::mem::replace(&mut seen[row], true) {
            continue;
        }
        let free = match owner[row] {
            None => true,
            Some(other) => augment(other, fits, owner, seen),
        };
        if free {
            owner[row] = Some(wanted);
            return true;
        }
    }
    false
}
