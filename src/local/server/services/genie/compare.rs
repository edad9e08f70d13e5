//! Is a result as good as a benchmark's own?
//!
//! The rules are those of the Databricks documentation, "Use benchmarks in a Genie space", § response ratings. Good: the
//! same SQL; the same result; the same data sorted differently; numbers that are the same at 4 significant digits. Bad: an
//! empty result or an error; extra columns; another value in a result of one cell. The reasons are those of
//! `GenieEvalResultDetails`. It is not documented whether columns are compared by name (here: by place), or which rule
//! holds where two do (here: an error is bad before anything else, and the same SQL is good even if its result is empty).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::local::server::engine::Answer;
use crate::syntax::DataType;

/// "Chat mode compares up to 5,000 rows per result set."
pub(super) const MAX_ROWS: u64 = 5_000;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Assessment {
    Good,
    Bad,
    NeedsReview,
}

/// `ScoreReason`: those that need no language model to judge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Reason {
    /// "Genie's generated SQL results were empty for this benchmark question."
    EmptyResult,
    ResultMissingRows,
    ResultExtraRows,
    ResultMissingColumns,
    ResultExtraColumns,
    /// "Single value result was produced but differs from ground truth result."
    SingleCellDifference,
    /// "The benchmark SQL returned an empty result."
    EmptyGoodSql,
    /// "The values between the results match but the column type is different."
    ColumnTypeDifference,
}

/// What is wrong with a result, beside the benchmark's own; nothing if it is good.
pub(super) fn differences(actual: &Answer, expected: &Answer) -> Vec<Reason> {
    if expected.rows.is_empty() {
        let both = actual.rows.is_empty().then_some(Reason::EmptyResult);
        return both.into_iter().chain([Reason::EmptyGoodSql]).collect();
    }
    if actual.rows.is_empty() {
        return vec![Reason::EmptyResult];
    }
    match actual.columns.len().cmp(&expected.columns.len()) {
        std::cmp::Ordering::Greater => return vec![Reason::ResultExtraColumns],
        std::cmp::Ordering::Less => return vec![Reason::ResultMissingColumns],
        std::cmp::Ordering::Equal => {}
    }
    let types =
        |answer: &Answer| -> Vec<DataType> { answer.columns.iter().map(|column| column.data_type.clone()).collect() };
    let (left, right) = (types(actual), types(expected));
    let numeric: Vec<bool> = left.iter().zip(&right).map(|(a, b)| a.is_numeric() && b.is_numeric()).collect();
    let (actual_rows, expected_rows) = (counted(actual, &numeric), counted(expected, &numeric));
    let missing = expected_rows.iter().any(|(row, count)| actual_rows.get(row).copied().unwrap_or(0) < *count);
    let extra = actual_rows.iter().any(|(row, count)| expected_rows.get(row).copied().unwrap_or(0) < *count);
    let is_cell = |answer: &Answer| answer.columns.len() == 1 && answer.rows.len() == 1;
    if (missing || extra) && is_cell(actual) && is_cell(expected) {
        return vec![Reason::SingleCellDifference];
    }
    let mut reasons = Vec::new();
    reasons.extend(missing.then_some(Reason::ResultMissingRows));
    reasons.extend(extra.then_some(Reason::ResultExtraRows));
    let retyped = left.iter().zip(&right).zip(&numeric).any(|((a, b), numeric)| !numeric && a != b);
    if reasons.is_empty() && retyped {
        reasons.push(Reason::ColumnTypeDifference);
    }
    reasons
}

type Row = Vec<Option<String>>;

/// Rows and how often each is there: their order does not count.
fn counted(answer: &Answer, numeric: &[bool]) -> BTreeMap<Row, usize> {
    let mut counts = BTreeMap::new();
    for row in &answer.rows {
        let cell = |(value, numeric): (&Option<String>, &bool)| {
            value.as_ref().map(|text| if *numeric { rounded(text) } else { text.clone() })
        };
        *counts.entry(row.iter().zip(numeric).map(cell).collect()).or_insert(0) += 1;
    }
    counts
}

/// A number at 4 significant digits.
fn rounded(text: &str) -> String {
    match text.trim().parse::<f64>() {
        // There is no minus zero among the values of a result.
        Ok(0.0) => "0".to_string(),
        Ok(value) => format!("{value:.3e}"),
        Err(_) => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::engine::statement::AnswerColumn;

    fn table(types: &[DataType], rows: &[&[&str]]) -> Answer {
        let columns = types.iter().enumerate();
        Answer {
            columns: columns.map(|(at, ty)| AnswerColumn { name: format!("c{at}"), data_type: ty.clone() }).collect(),
            rows: rows.iter().map(|row| row.iter().map(|cell| Some((*cell).to_string())).collect()).collect(),
            ..Answer::default()
        }
    }

    /// Each case: a rule of "Use benchmarks in a Genie space", or a reason of `GenieEvalResultDetails`.
    #[test]
    fn rules_of_the_documentation() {
        use DataType::{BigInt, Date, Double, String};
        let pair = [String, Double];
        let expected = table(&pair, &[&["a", "1.5"], &["b", "2.25"], &["b", "2.25"]]);
        let of = |types: &[DataType], rows: &[&[&str]]| differences(&table(types, rows), &expected);
        assert_eq!(of(&pair, &[&["a", "1.5"], &["b", "2.25"], &["b", "2.25"]]), []);
        assert_eq!(of(&pair, &[&["b", "2.25"], &["a", "1.5"], &["b", "2.25"]]), [], "sorted differently");
        assert_eq!(of(&pair, &[&["a", "1.50004"], &["b", "2.2501"], &["b", "2.25"]]), [], "4 significant digits");
        let other = of(&pair, &[&["a", "1.501"], &["b", "2.25"], &["b", "2.25"]]);
        assert_eq!(other, [Reason::ResultMissingRows, Reason::ResultExtraRows]);
        assert_eq!(of(&pair, &[&["a", "1.5"], &["b", "2.25"]]), [Reason::ResultMissingRows], "duplicates count");
        let more = of(&pair, &[&["a", "1.5"], &["b", "2.25"], &["b", "2.25"], &["c", "1"]]);
        assert_eq!(more, [Reason::ResultExtraRows]);
        assert_eq!(of(&pair, &[]), [Reason::EmptyResult]);
        let wide = [String, Double, String];
        assert_eq!(of(&wide, &[&["a", "1.5", "x"]]), [Reason::ResultExtraColumns]);
        assert_eq!(of(&[String], &[&["a"]]), [Reason::ResultMissingColumns]);
        assert_eq!(
            of(&[Date, Double], &[&["a", "1.5"], &["b", "2.25"], &["b", "2.25"]]),
            [Reason::ColumnTypeDifference]
        );
        // Numbers are numbers, of whatever type; texts are never rounded.
        let number = |ty: DataType, text: &str| table(&[ty], &[&[text]]);
        assert_eq!(differences(&number(BigInt, "12"), &number(Double, "12.0")), []);
        assert_eq!(differences(&number(BigInt, "12"), &number(BigInt, "13")), [Reason::SingleCellDifference]);
        assert_eq!(differences(&number(String, "1.00001"), &number(String, "1")), [Reason::SingleCellDifference]);
        let empty = table(&pair, &[]);
        assert_eq!(differences(&expected, &empty), [Reason::EmptyGoodSql]);
        assert_eq!(differences(&empty, &empty), [Reason::EmptyResult, Reason::EmptyGoodSql]);
    }
}
