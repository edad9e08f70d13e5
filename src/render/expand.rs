//! From marked output to text, source map and findings.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::lexical::Lexical;
use super::map::{Rendered, SourceMap};
use super::marker::{Broken, Event, Reader, Scope, read_fault};
use super::safety::{self, Unsafe};
use super::value::{Dialect, fault_code};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};

struct Expansion<'f> {
    /// By the numbers that the engine knows them by.
    files: &'f [Arc<SourceFile>],
    template: Arc<SourceFile>,
    map: SourceMap,
    text: String,
    sql: Option<Lexical>,
    diagnostics: Diagnostics,
}

/// The scopes around the text that is being read.
struct Open {
    scope: Scope,
    /// The innermost tag, this one if it is one.
    frame: Option<usize>,
}

/// Checks every printed value in its place and builds the output.
pub(super) fn expand(
    marked: &str,
    template: &Arc<SourceFile>,
    files: &[Arc<SourceFile>],
    dialect: Dialect,
    variables: BTreeSet<String>,
) -> (Rendered, Diagnostics) {
    let mut expansion = Expansion {
        template: Arc::clone(template),
        map: SourceMap::default(),
        files,
        text: String::with_capacity(marked.len()),
        sql: (dialect == Dialect::Sql).then(Lexical::new),
        diagnostics: Diagnostics::default(),
    };
    if expansion.run(marked).is_err() {
        let message = "a text that a block or macro printed was cut; only `trim`, `indent` and `join` keep it whole";
        let location = Location::new(template, Span::new(0, 0));
        expansion.diagnostics.push(Diagnostic::error(Code::TEMPLATE_ERROR, message).at(location));
    }
    let output = SourceFile::new(format!("{} (rendered)", template.name()), expansion.text);
    let map = Arc::new(expansion.map);
    (Rendered { template: Arc::clone(template), output, map, variables: Arc::new(variables) }, expansion.diagnostics)
}

impl Expansion<'_> {
    fn run(&mut self, marked: &str) -> Result<(), Broken> {
        let mut stack: Vec<Open> = Vec::new();
        for event in Reader::new(marked) {
            let frame = stack.last().and_then(|open| open.frame);
            match event? {
                Event::Open(scope @ Scope::Expression { file, start, end }) => {
                    let frame = Some({
                        let file = self.file(file);
                        self.map.frame(frame, file, Span::new(start, end))
                    });
                    stack.push(Open { scope, frame });
                }
                Event::Open(scope) => stack.push(Open { scope, frame }),
                Event::Close => {
                    stack.pop().ok_or(Broken)?;
                }
                Event::Text(text) => match stack.last_mut() {
                    Some(Open { scope: Scope::Raw { file, offset }, .. }) => {
                        let origin = (*file, *offset);
                        *offset += text.len();
                        self.write(text, frame, Some(origin));
                    }
                    Some(open) => {
                        let scope = open.scope;
                        self.value(scope, text, frame);
                    }
                    None => return Err(Broken),
                },
            }
        }
        if stack.is_empty() { Ok(()) } else { Err(Broken) }
    }

    /// The map's own number of a file that the engine knows by another.
    fn file(&mut self, number: usize) -> usize {
        match self.files.get(number) {
            Some(file) => self.map.file(file),
            None => usize::MAX,
        }
    }

    fn value(&mut self, scope: Scope, text: &str, frame: Option<usize>) {
        let sql = self.sql.as_ref();
        let checked = match scope {
            Scope::Safe => {
                let line = self.text.rsplit('\n').next().unwrap_or_default();
                safety::fragment(text, sql, line)
            }
            Scope::Name => safety::name(text, sql),
            Scope::Text | Scope::Expression { .. } => safety::plain(text, sql),
            Scope::Code | Scope::Raw { .. } => Ok(text.to_string()),
            Scope::Fault { code } => {
                let (message, hint) = read_fault(text);
                self.report(fault_code(code), message.to_string(), hint, frame);
                return;
            }
        };
        match checked {
            Ok(text) => self.write(&text, frame, None),
            Err(Unsafe { problem, hint }) => {
                let message = format!("{problem}: `{}`", excerpt(text));
                self.report(Code::TEMPLATE_UNSAFE_VALUE, message, hint, frame);
            }
        }
    }

    fn write(&mut self, text: &str, frame: Option<usize>, origin: Option<(usize, usize)>) {
        let start = self.text.len();
        self.text.push_str(text);
        let origin = origin.map(|(file, offset)| (self.file(file), offset));
        self.map.piece(start..self.text.len(), frame, origin);
        if let Some(sql) = &mut self.sql {
            sql.advance(text);
        }
    }

    fn report(&mut self, code: Code, message: String, hint: &str, frame: Option<usize>) {
        let mut diagnostic = Diagnostic::error(code, message);
        let location = frame.and_then(|frame| self.map.frame_location(frame));
        diagnostic = diagnostic.at(location.unwrap_or_else(|| Location::new(&self.template, Span::new(0, 0))));
        if let Some(frame) = frame {
            for caller in self.map.callers(frame) {
                diagnostic = diagnostic.related(caller, "printed through this");
            }
        }
        if !hint.is_empty() {
            diagnostic = diagnostic.hint(hint);
        }
        self.diagnostics.push(diagnostic);
    }
}

/// Enough of a value to recognise it.
fn excerpt(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(40).collect();
    if line.chars().count() < text.chars().count() { format!("{line}…") } else { line }
}
