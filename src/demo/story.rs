//! The numbers that a demo is told with: `sql/<solution>/story.yml`.

use crate::diag::{Code, Diagnostic, Diagnostics, Location};
use crate::project::yaml::{Fields, Located, Node};

use super::report::StoryLine;

/// A number that the story names, and the query that must give it.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    pub id: String,
    pub title: String,
    pub unit: String,
    pub expected: f64,
    /// Of `expected`.
    pub tolerance_pct: f64,
    pub sql: Located<String>,
}

/// Where the file gives no tolerance of its own.
const TOLERANCE_PCT: f64 = 5.0;

/// Reads the rendered file.
pub fn read(node: &Node, out: &mut Diagnostics) -> Vec<Question> {
    let Some(mut fields) = Fields::of(node, out) else { return Vec::new() };
    let items = fields.list("story", out);
    fields.finish(out);
    let mut questions: Vec<(Question, Location)> = Vec::new();
    for item in items {
        let Some(question) = question(item, out) else { continue };
        if let Some((_, first)) = questions.iter().find(|(other, _)| other.id == question.id) {
            let message = format!("the story has two numbers called `{}`", question.id);
            let diagnostic = Diagnostic::error(Code::INVALID_VALUE, message).at(item.location.clone());
            out.push(diagnostic.related(first.clone(), "the first"));
            continue;
        }
        questions.push((question, item.location.clone()));
    }
    questions.into_iter().map(|(question, _)| question).collect()
}

fn question(node: &Node, out: &mut Diagnostics) -> Option<Question> {
    let mut fields = Fields::of(node, out)?;
    let id = fields.require_string("id", out);
    let title = fields.require_string("title", out);
    let unit = fields.require_string("unit", out);
    let expected = fields.require("expected", out).and_then(|node| number(node, out));
    let tolerance_pct = fields.take("tolerance_pct").map_or(Some(TOLERANCE_PCT), |node| number(node, out));
    let sql = fields.require_string("sql", out);
    fields.finish(out);
    let sql = sql?;
    Some(Question {
        id: id?.value,
        title: title?.value,
        unit: unit?.value,
        expected: expected?,
        tolerance_pct: tolerance_pct?,
        sql,
    })
}

fn number(node: &Node, out: &mut Diagnostics) -> Option<f64> {
    let number = node.to_json().as_f64();
    if number.is_none() {
        out.push(node.expected("a number"));
    }
    number
}

/// Compares. A query that gave no number is not as expected.
pub(super) fn judge(question: &Question, actual: Option<f64>) -> StoryLine {
    // What decimal arithmetic on both sides can differ by, so that a tolerance of 0 means "the same number".
    let rounding = 1e-9 * question.expected.abs().max(1.0);
    let allowed = question.expected.abs() * question.tolerance_pct / 100.0 + rounding;
    StoryLine {
        id: question.id.clone(),
        title: question.title.clone(),
        expected: question.expected,
        actual,
        unit: question.unit.clone(),
        ok: actual.is_some_and(|actual| (actual - question.expected).abs() <= allowed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceFile;
    use crate::project::yaml::parse;

    fn questions(text: &str) -> (Vec<Question>, Diagnostics) {
        let (node, mut out) = parse(&SourceFile::new("story.yml", text));
        let questions = read(&node.unwrap(), &mut out);
        (questions, out)
    }

    fn asked(expected: f64, tolerance_pct: f64) -> Question {
        let (mut questions, _) = questions("story: [{id: a, title: A, unit: '%', expected: 1, sql: SELECT 1}]");
        Question { expected, tolerance_pct, ..questions.remove(0) }
    }

    #[test]
    fn tolerance_is_a_share_of_the_expected_number() {
        let ok = |expected, tolerance, actual| judge(&asked(expected, tolerance), Some(actual)).ok;
        assert!(ok(5000.0, 5.0, 5250.0) && ok(5000.0, 5.0, 4750.0));
        assert!(!ok(5000.0, 5.0, 5251.0));
        assert!(ok(-0.65, 5.0, -0.68) && !ok(-0.65, 5.0, -0.69) && !ok(-0.65, 5.0, 0.65));
        assert!(ok(1.0, 0.0, 1.0) && !ok(1.0, 0.0, 1.001));
        assert!(ok(23.1, 0.0, 7.7 * 3.0));
        assert!(!judge(&asked(0.0, 5.0), None).ok);
    }

    #[test]
    fn a_bad_entry_is_located_and_the_others_are_read() {
        let text = "story:\n  - {id: a, title: A, unit: x, expected: many, sql: SELECT 1}\n  - {id: b, title: B, unit: x, expected: 2, sql: SELECT 2}\n  - {id: b, title: C, unit: x, expected: 2, sql: SELECT 2, more: 1}\n";
        let (questions, out) = questions(text);
        assert_eq!(questions.iter().map(|question| question.id.as_str()).collect::<Vec<_>>(), ["b"]);
        let places: Vec<_> = out.iter().map(|d| (d.code, d.location.as_ref().unwrap().display())).collect();
        assert_eq!(
            places,
            [
                (Code::INVALID_VALUE, "story.yml:2:42".to_string()),
                (Code::UNKNOWN_KEY, "story.yml:4:60".to_string()),
                (Code::INVALID_VALUE, "story.yml:4:5".to_string()),
            ]
        );
    }
}
