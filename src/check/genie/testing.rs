//! Whole spaces through all rules, with the tables of a small shop.

use crate::check::Outputs;
use crate::check::dashboard::testing::{assert_one, catalog, session};
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
    let found: Vec<Diagnostic> =
        found(text).into_iter().filter(|diagnostic| diagnostic.code.to_string().starts_with(code)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// The hint of the only finding of a code.
#[track_caller]
pub(super) fn assert_hint(text: &str, code: &str, hint: &str) {
    let found: Vec<Diagnostic> = found(text).into_iter().filter(|d| d.code.to_string() == code).collect();
    let [one] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(one.hint.as_deref(), Some(hint));
}

pub(super) fn instructions(instructions: &str) -> String {
    format!(r#"{{"version": 2, "instructions": {{{instructions}}}}}"#)
}
