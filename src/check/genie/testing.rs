//! Whole spaces through all rules, with the tables of a small shop.

use crate::check::Outputs;
use crate::check::dashboard::testing::{assert_hint_of, assert_none, assert_one, catalog, session};
use crate::diag::{Code, Diagnostic, SourceFile};
use crate::project::json;

fn found(text: &str) -> Vec<Diagnostic> {
    let root = json::parse(&SourceFile::new("g.geniespace.json", text), Code::GENIE_FORMAT).unwrap();
    let catalog = catalog();
    super::check(&root, &Outputs::new(), &session(&catalog)).into_iter().collect()
}

#[track_caller]
pub(super) fn assert_finds(text: &str, code: &str, at: &str, message: &str) {
    assert_one(&found(text), code, at, message);
}

/// Nothing of this code; all codes for the empty text.
#[track_caller]
pub(super) fn assert_clean(text: &str, code: &str) {
    assert_none(found(text), code);
}

/// The hint of the only finding of a code.
#[track_caller]
pub(super) fn assert_hint(text: &str, code: &str, hint: &str) {
    assert_hint_of(found(text), code, hint);
}

pub(super) fn instructions(instructions: &str) -> String {
    format!(r#"{{"version": 2, "instructions": {{{instructions}}}}}"#)
}
