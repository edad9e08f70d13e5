//! Compares the numbers that a story names with what its queries gave.

use super::report::StoryLine;
use crate::project::Question;

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
    use crate::diag::{Location, SourceFile, Span};
    use crate::project::yaml::Located;

    fn asked(expected: f64, tolerance_pct: f64) -> Question {
        let place = Location::new(&SourceFile::new("story.yml", ""), Span::default());
        let text = |text: &str| text.to_string();
        let sql = Located::new(text("SELECT 1"), place);
        Question { id: text("a"), title: text("A"), unit: text("%"), expected, tolerance_pct, sql }
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
}
