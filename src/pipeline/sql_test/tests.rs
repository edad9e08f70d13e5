//! Which rows count as those that were expected.

use std::collections::BTreeMap;

use super::compare::{DiffRow, Expected, ExpectedCell, Mismatch, RowDiff, compare};
use super::value::Value;
use crate::ident::Identifier;
use crate::remote::{QueryColumn, QueryResult};

fn only(mismatches: Vec<Mismatch>) -> RowDiff {
    match mismatches.as_slice() {
        [Mismatch::Rows(diff)] => diff.clone(),
        other => panic!("{other:?}"),
    }
}

fn expected(rows: &[&[(usize, &str)]], ordered: bool) -> Expected {
    let cell =
        |(column, text): &(usize, &str)| ExpectedCell { column: *column, value: Value::Text((*text).to_string()) };
    let name = |name: &str| (Identifier::new(name).unwrap(), None);
    Expected {
        rows: Some(rows.iter().map(|row| row.iter().map(cell).collect()).collect()),
        ordered,
        tolerance: BTreeMap::new(),
        count: None,
        columns: vec![name("a"), name("b")],
    }
}

fn result(rows: &[[&str; 2]]) -> QueryResult {
    let column = |name: &str| QueryColumn { name: name.to_string(), data_type: "STRING".to_string() };
    let row = |row: &[&str; 2]| row.iter().map(|text| Some((*text).to_string())).collect();
    // In another order than the test names them.
    QueryResult { columns: vec![column("B"), column("A")], rows: rows.iter().map(row).collect(), truncated: false }
}

/// The first expected row fits both; only one way of pairing leaves none over.
#[test]
fn rows_that_fit_several_are_paired_so_that_all_fit() {
    let wanted = expected(&[&[(0, "x")], &[(0, "x"), (1, "1")]], false);
    assert_eq!(compare(&wanted, &result(&[["1", "x"], ["2", "x"]])), []);
    assert_eq!(compare(&wanted, &result(&[["2", "x"], ["1", "x"]])), []);
    assert_ne!(compare(&wanted, &result(&[["2", "x"], ["3", "x"]])), []);
}

#[test]
fn order_counts_where_it_is_asked_for() {
    let rows: [&[(usize, &str)]; 2] = [&[(0, "x")], &[(0, "y")]];
    let found = result(&[["1", "y"], ["1", "x"]]);
    assert_eq!(compare(&expected(&rows, false), &found), []);
    let diff = only(compare(&expected(&rows, true), &found));
    assert_eq!((diff.rows.len(), diff.equal), (2, 0));
}

#[test]
fn a_row_too_many_and_a_row_too_few_are_told() {
    let wanted = expected(&[&[(0, "x"), (1, "1")]], false);
    let diff = only(compare(&wanted, &result(&[["1", "x"], ["1", "x"]])));
    assert_eq!((diff.equal, diff.rows), (1, vec![DiffRow::Unexpected(vec!["x".to_string(), "1".to_string()])]));
    let diff = only(compare(&wanted, &result(&[])));
    assert_eq!(diff.rows, [DiffRow::Missing(vec![Some("x".to_string()), Some("1".to_string())])]);
}

#[test]
fn a_column_that_the_result_lacks_is_told() {
    let mut wanted = expected(&[&[(0, "x")]], false);
    wanted.columns[1].0 = Identifier::new("c").unwrap();
    assert_eq!(compare(&wanted, &result(&[])), [Mismatch::NoColumn("c".to_string())]);
}
