//! What is wrong with a text, before it is known which file the text belongs to.

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Location, SourceFile, Span, did_you_mean};

/// One syntax error.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    pub span: Span,
    pub message: String,
    pub hint: Option<String>,
    /// An earlier place that the message refers to, and what it is.
    pub related: Option<(Span, &'static str)>,
    pub code: Code,
}

impl SyntaxError {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), hint: None, related: None, code: Code::SQL_SYNTAX }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub(crate) fn code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    pub(crate) fn diagnostic(self, file: &Arc<SourceFile>) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.code, self.message).at(Location::new(file, self.span));
        diagnostic.hint = self.hint;
        if let Some((span, message)) = self.related {
            diagnostic = diagnostic.related(Location::new(file, span), message);
        }
        diagnostic
    }
}

/// The keyword that a word of four letters or more is a misspelling of.
pub(crate) fn nearest_word(written: &str, keywords: &[&'static str]) -> Option<&'static str> {
    let known = keywords.iter().copied();
    let near = did_you_mean(written, known).filter(|near| !near.eq_ignore_ascii_case(written))?;
    (written.len() > 3).then_some(near)
}

pub(crate) type Parse<T> = Result<T, SyntaxError>;
