//! `story.yml`: the numbers that a solution is told with, and the queries that must give them.

use crate::diag::{Code, Diagnostic, Diagnostics, Location};

use super::yaml::{Fields, Located, Node};

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

/// Reads the rendered file. An entry that is not valid is left out.
pub fn story(node: &Node, out: &mut Diagnostics) -> Vec<Question> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceFile;
    use crate::project::yaml::parse;

    fn questions(text: &str) -> (Vec<Question>, Diagnostics) {
        let (node, mut out) = parse(&SourceFile::new("story.yml", text));
        let questions = story(&node.unwrap(), &mut out);
        (questions, out)
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
