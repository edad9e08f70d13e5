//! From places in deployed files, as a workspace tells them in its messages, to the places that the user wrote.

use crate::diag::{SourceFile, Span};
use crate::ident::ContentHash;
use crate::render::Rendered;
use crate::resource::{Kind, ResourceKey};
use crate::state::State;

use super::Compiled;

/// The files of a project that are deployed, by their paths in the workspace.
#[derive(Default)]
pub struct Places(Vec<Deployed>);

struct Deployed {
    path: String,
    rendered: Rendered,
    /// Is what is deployed still what the project renders to?
    current: bool,
}

impl Places {
    /// Adds a file as it was just rendered.
    pub(super) fn put(&mut self, path: String, rendered: Rendered) {
        self.0.push(Deployed { path, rendered, current: true });
    }

    /// Adds the files that a state says are deployed.
    pub fn add(&mut self, compiled: &Compiled, state: &State) {
        for rendered in compiled.templates() {
            let name = rendered.template.name();
            let Some(record) = state.resources.get(&ResourceKey::new(Kind::WorkspaceFile, name)) else { continue };
            let Some(path) = record.spec.get("path").and_then(serde_json::Value::as_str) else { continue };
            let current = record.fingerprint == Some(ContentHash::of(rendered.output.text().as_bytes()));
            self.0.push(Deployed { path: path.to_string(), rendered: rendered.clone(), current });
        }
    }

    /// The text with every `<workspace path>:<line>:<column>` of a deployed file replaced by the place in its template.
    pub fn translate(&self, text: &str) -> String {
        self.0.iter().fold(text.to_string(), |text, file| file.translate(&text))
    }
}

impl Deployed {
    fn translate(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(&self.path) {
            let (before, found) = rest.split_at(at);
            out.push_str(before);
            rest = &found[self.path.len()..];
            match position(rest) {
                Some((line, column, length)) => {
                    out.push_str(&self.place(line, column));
                    rest = &rest[length..];
                }
                None => out.push_str(self.rendered.template.name()),
            }
        }
        out.push_str(rest);
        out
    }

    fn place(&self, line: usize, column: usize) -> String {
        if !self.current {
            // The rendered text has other lines by now.
            let name = self.rendered.template.name();
            return format!(
                "{name} (line {line}, column {column} of the deployed file; the project has changed since)"
            );
        }
        let file: &SourceFile = &self.rendered.output;
        let at = file.offset(line, column) as usize;
        self.rendered.locate(Span::new(at, at + 1)).display()
    }
}

/// Reads `:line:column`; the third value is how long it is.
fn position(text: &str) -> Option<(usize, usize, usize)> {
    let number = |text: &str| {
        let digits = text.strip_prefix(':')?;
        let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        Some((digits.get(..length)?.parse::<usize>().ok()?, length + 1))
    };
    let (line, first) = number(text)?;
    let (column, second) = number(text.get(first..)?)?;
    Some((line, column, first + second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_off_what_follows_a_path() {
        assert_eq!(position(":4:37: [X]"), Some((4, 37, 5)));
        assert_eq!(position(":4:"), None);
        assert_eq!(position(" is gone"), None);
    }
}
