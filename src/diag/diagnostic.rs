//! The diagnostic and the list of them.

use std::borrow::Cow;

use super::{Code, Location, did_you_mean};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A further place that explains the first.
#[derive(Clone, PartialEq, Debug)]
pub struct Label {
    pub location: Location,
    pub message: String,
}

/// One finding about the user's project.
#[derive(Clone, PartialEq, Debug)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    /// One line, no final period, names in backticks.
    pub message: String,
    /// Absent only when no file exists to point at (a missing `lakesmith.yml`).
    pub location: Option<Location>,
    pub hint: Option<String>,
    pub related: Vec<Label>,
    /// Of a name that is not known: all those that might stand in its place, for editors.
    pub instead: Vec<Cow<'static, str>>,
}

impl Diagnostic {
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            location: None,
            hint: None,
            related: Vec::new(),
            instead: Vec::new(),
        }
    }

    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Hints at the candidate that `word` is a slip of, if there is one; keeps the hint that was set before, if not.
    #[must_use]
    pub fn suggest<'a>(self, word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match did_you_mean(word, candidates) {
            Some(near) => self.hint(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// What might stand there instead.
    #[must_use]
    pub fn instead<T: Into<Cow<'static, str>>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.instead = names.into_iter().map(Into::into).collect();
        self
    }

    #[must_use]
    pub fn related(mut self, location: Location, message: impl Into<String>) -> Self {
        self.related.push(Label { location, message: message.into() });
        self
    }
}

/// Findings in the order in which they were made; sorted by place before they are shown.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        self.0.extend(other);
    }

    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// By file, position, code and message. A finding that was made in several ways is one: the ways are its
    /// related places.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        let key = |d: &Diagnostic| {
            let place = d.location.as_ref().map(|l| (l.file.name().to_string(), l.span));
            (place, d.code, d.message.clone())
        };
        self.0.sort_by_key(key);
        self.0.dedup_by(|later, first| {
            let same = (later.code, later.severity, &later.message, &later.location, &later.hint)
                == (first.code, first.severity, &first.message, &first.location, &first.hint)
                // Without a place nothing says that it is the same.
                && (first.location.is_some() || later.related == first.related);
            if same {
                let new = later.related.drain(..).filter(|label| !first.related.contains(label));
                let new: Vec<Label> = new.collect();
                first.related.extend(new);
            }
            same
        });
        self
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<T: IntoIterator<Item = Diagnostic>>(iter: T) -> Self {
        Self(iter.into_iter().collect())
    }
}
