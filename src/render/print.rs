//! How a value becomes marked text, and text operations that keep the marks whole.

use std::sync::Arc;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, Output, State};

use super::budget::Budget;
use super::marker::{self, Broken, Event, Reader, Scope};
use super::value::{Dialect, Fault, Fragment};
use crate::diag::Code;

/// The engine's formatter: writes a value with the marks that say how far to trust it.
pub(super) fn formatter(
    dialect: Dialect,
    budget: Arc<Budget>,
) -> impl Fn(&mut Output<'_>, &mut State<'_, '_>, &Value) -> Result<(), Error> + Send + Sync + 'static {
    move |out, _, value| {
        let text = marked(value, dialect);
        budget.text(text.len() as u64)?;
        out.write_str(&text).map_err(Error::from)
    }
}

pub(super) fn marked(value: &Value, dialect: Dialect) -> String {
    if let Some(fragment) = Fragment::of(value) {
        return fragment.marked();
    }
    if let Some(text) = value.as_str() {
        return if text.is_empty() { String::new() } else { marker::wrap(Scope::Text, text) };
    }
    let fault =
        |message: &str, hint: &str| Fragment::Fault(Fault::new(Code::TEMPLATE_UNSAFE_VALUE, message, hint)).marked();
    match value.kind() {
        // Only an `if` without `else` gets here undefined: strict mode has refused the others.
        ValueKind::Undefined => String::new(),
        ValueKind::None if dialect == Dialect::Yaml => marker::wrap(Scope::Safe, "null"),
        ValueKind::None => {
            fault("a variable without a value is printed", "`| literal` prints NULL; or test it with `if`")
        }
        // The engine's own text of a boolean is Python's `True`.
        ValueKind::Bool => marker::wrap(Scope::Safe, if value.is_true() { "true" } else { "false" }),
        ValueKind::Number => {
            let finite = !f64::try_from(value.clone()).is_ok_and(|number| !number.is_finite());
            if finite {
                marker::wrap(Scope::Safe, &value.to_string())
            } else {
                fault("a number that is not finite is printed", "")
            }
        }
        ValueKind::Seq | ValueKind::Iterable => {
            fault("a list is printed", "use `| string_list`, or `| join(', ')`, or a loop")
        }
        _ => fault("a value that has no text is printed", "print one of its attributes, or call it"),
    }
}

/// The text of a value for work on texts: no marks, no quotes. `None` if it is no text.
pub(super) fn plain(value: &Value) -> Option<String> {
    match Fragment::of(value) {
        Some(fragment) => Some(fragment.plain().to_string()),
        None => value.as_str().map(marker::strip),
    }
}

/// Changes the visible text and keeps its origins: `edit` gets each piece with its position in the visible text and
/// gives back what remains, or what is added, in order.
fn rewrite(text: &str, mut edit: impl FnMut(&str, usize) -> Vec<Edit>) -> Result<String, Broken> {
    let mut out = String::with_capacity(text.len());
    let mut stack: Vec<Scope> = Vec::new();
    let mut position = 0;
    for event in Reader::new(text) {
        match event? {
            Event::Open(scope) => {
                // Raw text is opened again for each of its parts, with the part's own offset.
                if !matches!(scope, Scope::Raw { .. }) {
                    marker::open(&mut out, scope);
                }
                stack.push(scope);
            }
            Event::Close => {
                if !matches!(stack.pop().ok_or(Broken)?, Scope::Raw { .. }) {
                    marker::close(&mut out);
                }
            }
            Event::Text(piece) => {
                for part in edit(piece, position) {
                    match (part, stack.last()) {
                        (Edit::Keep { start, end }, Some(Scope::Raw { file, offset })) => {
                            let scope = Scope::Raw { file: *file, offset: offset + start };
                            out.push_str(&marker::wrap(scope, &piece[start..end]));
                        }
                        (Edit::Keep { start, end }, _) => out.push_str(&piece[start..end]),
                        (Edit::Add(spaces), _) => out.push_str(&marker::wrap(Scope::Code, &spaces)),
                    }
                }
                position += piece.len();
            }
        }
    }
    Ok(out)
}

enum Edit {
    /// A part of the piece.
    Keep { start: usize, end: usize },
    /// White space.
    Add(String),
}

/// Without white space at both ends.
pub(super) fn trim(text: &str) -> Result<String, Broken> {
    let visible = marker::strip(text);
    let first = visible.len() - visible.trim_start().len();
    let last = visible.trim_end().len().max(first);
    rewrite(text, |piece, at| {
        let start = first.saturating_sub(at).min(piece.len());
        let end = last.saturating_sub(at).min(piece.len()).max(start);
        if start == end { Vec::new() } else { vec![Edit::Keep { start, end }] }
    })
}

/// Every line but the first begins with so many spaces more; blank lines stay blank.
pub(super) fn indent(text: &str, width: usize, first: bool) -> Result<String, Broken> {
    let visible = marker::strip(text);
    let blank_after = |at: usize| {
        let line = visible.get(at..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
        line.trim().is_empty()
    };
    let spaces = " ".repeat(width);
    let mut begin = first && !blank_after(0);
    rewrite(text, |piece, at| {
        let mut edits = Vec::new();
        if std::mem::take(&mut begin) {
            edits.push(Edit::Add(spaces.clone()));
        }
        let mut start = 0;
        for (newline, _) in piece.match_indices('\n') {
            if !blank_after(at + newline + 1) {
                edits.push(Edit::Keep { start, end: newline + 1 });
                edits.push(Edit::Add(spaces.clone()));
                start = newline + 1;
            }
        }
        if start < piece.len() {
            edits.push(Edit::Keep { start, end: piece.len() });
        }
        edits
    })
}
