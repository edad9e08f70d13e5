//! What a demo says of itself, as a value with a documented JSON form (README, "Output").

use serde::ser::{Serialize, Serializer};

const VERSION: u32 = 1;

#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Report {
    version: u32,
    /// Every story number is as expected.
    pub ok: bool,
    pub solution: String,
    pub target: String,
    #[serde(serialize_with = "seconds")]
    pub elapsed_s: f64,
    pub steps: Vec<Step>,
    pub story: Vec<StoryLine>,
    pub tables: Vec<TableRows>,
}

/// Something that was done.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Step {
    pub name: String,
    #[serde(serialize_with = "seconds")]
    pub seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct StoryLine {
    pub id: String,
    pub title: String,
    #[serde(serialize_with = "number")]
    pub expected: f64,
    /// `null` when the query gave no number.
    #[serde(serialize_with = "maybe_number")]
    pub actual: Option<f64>,
    pub unit: String,
    pub ok: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct TableRows {
    /// `catalog.schema.table`.
    pub name: String,
    pub rows: u64,
}

impl Report {
    pub(super) fn new(
        solution: &str,
        target: &str,
        elapsed_s: f64,
        steps: Vec<Step>,
        story: Vec<StoryLine>,
        tables: Vec<TableRows>,
    ) -> Self {
        let ok = story.iter().all(|line| line.ok);
        let (solution, target) = (solution.to_string(), target.to_string());
        Self { version: VERSION, ok, solution, target, elapsed_s, steps, story, tables }
    }
}

/// To the millisecond: more would pretend.
fn seconds<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((value * 1000.0).round() / 1000.0)
}

/// Whole numbers without a fraction.
fn number<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    #[expect(clippy::cast_possible_truncation, reason = "whole and far inside the range")]
    if value.fract() == 0.0 && value.abs() < 1e15 {
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}

fn maybe_number<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => number(value, serializer),
        None => None::<f64>.serialize(serializer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form is fixed by issue 2, "Show".
    #[test]
    fn the_json_form_is_the_documented_one() {
        let steps = vec![
            Step { name: "plan".to_string(), seconds: 0.25, rows: None },
            Step { name: "x".to_string(), seconds: 0.12349, rows: Some(3) },
        ];
        let story = vec![
            StoryLine {
                id: "a".to_string(),
                title: "A".to_string(),
                expected: 5000.0,
                actual: Some(4999.5),
                unit: "calls/day".to_string(),
                ok: true,
            },
            StoryLine {
                id: "b".to_string(),
                title: "B".to_string(),
                expected: -0.65,
                actual: None,
                unit: "score".to_string(),
                ok: false,
            },
        ];
        let tables = vec![TableRows { name: "c.s.t".to_string(), rows: 7 }];
        let report = Report::new("insurance", "local", 2.0, steps, story, tables);
        let expected = concat!(
            r#"{"version":1,"ok":false,"solution":"insurance","target":"local","elapsed_s":2.0,"#,
            r#""steps":[{"name":"plan","seconds":0.25},{"name":"x","seconds":0.123,"rows":3}],"#,
            r#""story":[{"id":"a","title":"A","expected":5000,"actual":4999.5,"unit":"calls/day","ok":true},"#,
            r#"{"id":"b","title":"B","expected":-0.65,"actual":null,"unit":"score","ok":false}],"#,
            r#""tables":[{"name":"c.s.t","rows":7}]}"#,
        );
        assert_eq!(serde_json::to_string(&report).unwrap(), expected);
    }
}
