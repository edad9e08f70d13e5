//! The template engine: loading, rendering, and its errors at their places.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, context};

use super::budget::{Budget, OUTPUT, too_much};
use super::expand::expand;
use super::guard::guarded;
use super::instrument::{Instrumented, syntax};
use super::map::Rendered;
use super::marker::{innermost_tag, open_tag};
use super::names::{Tag, tags, written};
use super::scope::Scope;
use super::value::{Dialect, Fault};
use super::{filters, print};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span, did_you_mean};
use crate::project::Templates;

/// Renders templates of one kind for one solution and target.
pub(super) struct Engine {
    environment: Environment<'static>,
    dialect: Dialect,
    scope: Arc<Scope>,
    loaded: Arc<Loaded>,
    budget: Arc<Budget>,
}

/// Every template that was read so far, by the name that the engine knows it by.
#[derive(Default)]
struct Loaded(Mutex<Files>);

#[derive(Default)]
struct Files {
    by_name: BTreeMap<String, Arc<Instrumented>>,
    /// The index is the file number in the marks.
    sources: Vec<Arc<SourceFile>>,
}

/// A template that cannot be loaded, with its own place: the engine would know only the tag that loads it.
#[derive(Debug)]
struct Unusable {
    message: String,
    location: Location,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Unusable {}

impl Loaded {
    fn files(&self) -> MutexGuard<'_, Files> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of a template that the engine need not read.
    fn number(&self, source: &Arc<SourceFile>) -> usize {
        let mut files = self.files();
        files.sources.push(Arc::clone(source));
        files.sources.len() - 1
    }

    fn add(&self, name: &str, source: &Arc<SourceFile>) -> Result<Arc<Instrumented>, Unusable> {
        let mut files = self.files();
        let template = Instrumented::new(source, files.sources.len()).map_err(|bad| Unusable {
            message: bad.message,
            location: Location::new(source, Span::new(bad.range.start, bad.range.end)),
        })?;
        let template = Arc::new(template);
        files.sources.push(Arc::clone(source));
        files.by_name.insert(name.to_string(), Arc::clone(&template));
        Ok(template)
    }
}

/// What rendering one file may do. The largest template of the repository takes some thousand steps; a loop that was
/// written by mistake would else run until the memory is full.
const STEPS: u64 = 5_000_000;

impl Engine {
    pub(super) fn new(dialect: Dialect, scope: Arc<Scope>, templates: &Arc<Templates>) -> Result<Self, Error> {
        let mut environment = Environment::new();
        let loaded = Arc::new(Loaded::default());
        let budget = Arc::new(Budget::default());
        environment.set_syntax(syntax()?);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_formatter(print::formatter(dialect, Arc::clone(&budget)));
        environment.set_fuel(Some(STEPS));
        // Without it the engine keeps no ranges for its errors.
        environment.set_debug(true);
        let (store, sources) = (Arc::clone(&loaded), Arc::clone(templates));
        environment.set_loader(move |name| match sources.get(name) {
            Some(source) => match store.add(name, source) {
                Ok(template) => Ok(Some(template.source.clone())),
                Err(unusable) => Err(Error::new(ErrorKind::BadInclude, unusable.message.clone()).with_source(unusable)),
            },
            None => Ok(None),
        });
        // It prints everything there is.
        environment.remove_global("debug");
        filters::add(&mut environment, dialect, &budget);
        scope.add(&mut environment, dialect);
        budget.add(&mut environment);
        Ok(Self { environment, dialect, scope, loaded, budget })
    }

    /// Renders one file. `place` is the layer and name of a SQL file, for `this`.
    pub(super) fn render(
        &self,
        source: &Arc<SourceFile>,
        place: Option<(&str, &str)>,
    ) -> (Option<Rendered>, Diagnostics) {
        let mut marked = Vec::new();
        guarded(|| self.render_to(&mut marked, source, place)).unwrap_or_else(|| {
            let location = self.last_tag(&marked).unwrap_or_else(|| Location::new(source, Span::new(0, 0)));
            let message = "the template engine failed at this, or after it";
            (None, Diagnostic::error(Code::TEMPLATE_ERROR, message).at(location).into())
        })
    }

    /// The tag that was begun last in what a rendering has left.
    fn last_tag(&self, marked: &[u8]) -> Option<Location> {
        let (file, start, end) = innermost_tag(&String::from_utf8_lossy(marked))?;
        let files = self.loaded.files();
        Some(Location::new(files.sources.get(file)?, Span::new(start, end)))
    }

    /// The marked text of a template that only names things.
    fn named(&self, source: &Arc<SourceFile>, place: Option<(&str, &str)>) -> Option<String> {
        let tags = tags(source.text())?;
        let value = |tag: &Tag<'_>| match (tag.name, tag.argument) {
            ("this", None) => place.map(|(layer, name)| self.scope.this(layer, name, self.dialect)),
            ("ref", Some(name)) => Some(self.scope.reference(&Value::from(name), self.dialect).into_value()),
            ("source", Some(name)) => Some(self.scope.source(&Value::from(name), self.dialect).into_value()),
            _ => None,
        };
        written(source.text(), &tags, self.loaded.number(source), self.dialect, value)
    }

    fn render_to(
        &self,
        marked: &mut Vec<u8>,
        source: &Arc<SourceFile>,
        place: Option<(&str, &str)>,
    ) -> (Option<Rendered>, Diagnostics) {
        if let Some(text) = self.named(source, place) {
            return self.expanded(&text, source, BTreeSet::new());
        }
        self.render_by_engine(marked, source, place)
    }

    fn render_by_engine(
        &self,
        marked: &mut Vec<u8>,
        source: &Arc<SourceFile>,
        place: Option<(&str, &str)>,
    ) -> (Option<Rendered>, Diagnostics) {
        let template = match self.loaded.add(source.name(), source) {
            Ok(template) => template,
            Err(unusable) => {
                let diagnostic = Diagnostic::error(Code::TEMPLATE_SYNTAX, unusable.message).at(unusable.location);
                return (None, diagnostic.into());
            }
        };
        let context = match place {
            Some((layer, name)) => context! { this => self.scope.this(layer, name, self.dialect) },
            None => Value::from(()),
        };
        self.scope.take_used();
        self.budget.begin();
        let rendered = self
            .environment
            .template_from_named_str(source.name(), &template.source)
            .and_then(|template| template.render_captured_to(context, &mut *marked).map(drop));
        match rendered {
            Ok(()) => {
                let used = self.scope.take_used();
                self.expanded(&String::from_utf8_lossy(marked), source, used)
            }
            Err(error) => {
                let found = self.diagnose(&error, source);
                (None, self.called_at(found, &String::from_utf8_lossy(marked)).into())
            }
        }
    }

    /// The finding with the tag of the rendered file at which it ended, where that called a macro of another place:
    /// the engine knows only the innermost place of an error.
    fn called_at(&self, found: Diagnostic, marked: &str) -> Diagnostic {
        let files = self.loaded.files();
        let tag =
            open_tag(marked).and_then(|(file, start, end)| Some((files.sources.get(file)?, Span::new(start, end))));
        let Some((file, span)) = tag else { return found };
        let is_in_it = |place: &Location| {
            Arc::ptr_eq(&place.file, file) && span.start <= place.span.start && place.span.start < span.end
        };
        let mut told = found.location.iter().chain(found.related.iter().map(|label| &label.location));
        if told.any(is_in_it) { found } else { found.related(Location::new(file, span), REACHED) }
    }

    fn expanded(
        &self,
        marked: &str,
        source: &Arc<SourceFile>,
        used: BTreeSet<String>,
    ) -> (Option<Rendered>, Diagnostics) {
        let (rendered, diagnostics) = expand(marked, source, &self.loaded.files().sources, self.dialect, used);
        if rendered.output.text().len() as u64 > OUTPUT {
            let error = too_much("16 MiB, which is more than a statement can have");
            return (None, self.diagnose(&error, source).into());
        }
        // Output with a hole would only make more findings further on.
        if diagnostics.has_errors() { (None, diagnostics) } else { (Some(rendered), diagnostics) }
    }

    fn diagnose(&self, error: &Error, main: &Arc<SourceFile>) -> Diagnostic {
        let (mut chain, mut next): (Vec<&(dyn StdError + 'static)>, _) =
            (Vec::new(), Some(error as &(dyn StdError + 'static)));
        while let Some(error) = next {
            chain.push(error);
            next = error.source();
        }
        let engine_errors: Vec<&Error> = chain.iter().filter_map(|error| error.downcast_ref::<Error>()).collect();
        let mut places: Vec<Location> = engine_errors.iter().filter_map(|error| self.place(error)).collect();
        let innermost = engine_errors.last().copied().unwrap_or(error);
        let unusable = chain.iter().find_map(|error| error.downcast_ref::<Unusable>());
        if let Some(unusable) = unusable {
            places.push(unusable.location.clone());
        }
        let location = places.pop().unwrap_or_else(|| Location::new(main, Span::new(0, 0)));
        if let Some(circle) = circle(&places, &location) {
            return circle;
        }
        let fault = chain.iter().find_map(|error| error.downcast_ref::<Fault>());
        let mut diagnostic = match (fault, unusable) {
            (Some(fault), _) => {
                let diagnostic = Diagnostic::error(fault.code, fault.message.clone());
                if fault.hint.is_empty() { diagnostic } else { diagnostic.hint(fault.hint.clone()) }
            }
            (None, Some(unusable)) => Diagnostic::error(Code::TEMPLATE_SYNTAX, unusable.message.clone()),
            (None, None) => self.engine_error(innermost, &location),
        };
        for caller in places.into_iter().rev().filter(|place| *place != location) {
            diagnostic = diagnostic.related(caller, REACHED);
        }
        diagnostic.at(location)
    }

    fn place(&self, error: &Error) -> Option<Location> {
        let files = self.loaded.files();
        let template = files.by_name.get(error.name()?)?;
        let range = template.original_range(&error.range()?);
        Some(Location::new(&template.original, Span::new(range.start, range.end)))
    }

    fn engine_error(&self, error: &Error, location: &Location) -> Diagnostic {
        let code = match error.kind() {
            ErrorKind::SyntaxError => Code::TEMPLATE_SYNTAX,
            ErrorKind::UndefinedError
            | ErrorKind::UnknownFunction
            | ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownMethod => Code::TEMPLATE_UNDEFINED,
            ErrorKind::TemplateNotFound => Code::TEMPLATE_REFERENCE,
            _ => Code::TEMPLATE_ERROR,
        };
        let text = location.file.text().get(location.span.range()).unwrap_or_default();
        let near = match error.kind() {
            ErrorKind::TemplateNotFound => {
                let written = text.split(['\'', '"']).nth(1).unwrap_or_default();
                let files = self.loaded.files();
                did_you_mean(written, files.by_name.keys().map(String::as_str)).map(str::to_string)
            }
            _ if code == Code::TEMPLATE_UNDEFINED => nearest_name(text),
            _ => None,
        };
        let message = match error.detail() {
            Some(detail) => detail.to_string(),
            None if error.kind() == ErrorKind::OutOfFuel => {
                format!("rendering this file takes more than {STEPS} steps: is there a loop over too much?")
            }
            None if error.kind() == ErrorKind::UndefinedError => format!("`{text}` is undefined"),
            None => error.kind().to_string(),
        };
        let diagnostic = Diagnostic::error(code, message);
        match near {
            Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
            None => diagnostic,
        }
    }
}

/// What is said of the tags through which an error was reached.
const REACHED: &str = "reached through this";

/// A template or a macro that comes back to the same tag until the engine gives up.
fn circle(callers: &[Location], location: &Location) -> Option<Diagnostic> {
    let again = callers.iter().rposition(|caller| caller == location)?;
    let text = location.file.text().get(location.span.range()).unwrap_or_default();
    let message = match text.split_whitespace().next() {
        Some("include" | "import" | "from" | "extends") => "the template includes itself",
        _ => "the macro calls itself, and nothing ends it",
    };
    let mut diagnostic = Diagnostic::error(Code::TEMPLATE_ERROR, message).at(location.clone());
    for caller in callers[again + 1..].iter().rev() {
        diagnostic = diagnostic.related(caller.clone(), "through this");
    }
    Some(diagnostic)
}

/// Attributes of the values that templates get, and the filters.
const MEMBERS: [&str; 19] = [
    "name",
    "mode",
    "protect",
    "host",
    "title",
    "full_name",
    "seconds",
    "minutes",
    "hours",
    "days",
    "number",
    "ident",
    "literal",
    "string_list",
    "sql_literal",
    "join",
    "trim",
    "indent",
    "default",
];

/// The nearest known name to a word of the text that is not one.
fn nearest_name(text: &str) -> Option<String> {
    let known: Vec<&str> = Scope::NAMES.iter().chain(&MEMBERS).copied().collect();
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let unknown = words.filter(|word| !known.contains(word));
    unknown.filter_map(|word| did_you_mean(word, known.iter().copied())).map(str::to_string).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Overrides, load};
    use crate::sys::Env;
    use std::path::Path;

    /// What stands for the engine must make of a template what the engine makes of it.
    #[test]
    fn templates_that_only_name_things_are_rendered_as_the_engine_renders_them() {
        let (project, _) = load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let project = project.unwrap();
        let (overrides, _) = Overrides::new(&project, &[], &Env::default());
        let (resolved, _) = project.resolve(Some("local"), &overrides);
        let resolved = resolved.unwrap();
        let solution = &resolved.solutions["insurance"];
        let scope = Arc::new(Scope::new(&resolved, solution, Vec::new()));
        let engine = Engine::new(Dialect::Sql, scope, &Arc::new(project.templates.clone())).unwrap();
        let own = [
            "",
            "SELECT 1",
            "{{ this }}",
            "a {{this}} '{{ this }}' `{{ this }}` -- {{ this }}\n",
            "{{ ref('silver.nothing') }} {{ ref('x') }} {{ source('a.b') }} {{ ref('gold.agent_performance') }}",
            "}} {{ this }} {",
            "Größe {{ ref('gold.agent_performance') }}\r\n\t{{ this }}",
        ];
        let own = own.iter().map(|text| SourceFile::new("sql/insurance/gold/x.sql", *text));
        let files = &solution.solution.files.sql;
        let all: Vec<_> = own.chain(files.iter().map(|file| Arc::clone(&file.source))).collect();
        let mut named = 0;
        for source in &all {
            let place = Some(("gold", "x"));
            let Some(text) = engine.named(source, place) else { continue };
            named += 1;
            let (quick, found) = engine.expanded(&text, source, BTreeSet::new());
            let (slow, also) = engine.render_by_engine(&mut Vec::new(), source, place);
            assert_eq!(found, also, "{}", source.text());
            assert_eq!(quick.is_some(), slow.is_some(), "{}", source.text());
            if let (Some(quick), Some(slow)) = (quick, slow) {
                assert_eq!(quick.output.text(), slow.output.text());
                for at in 0..quick.output.text().len() {
                    let span = Span::new(at, at + 1);
                    assert_eq!(quick.locate(span), slow.locate(span), "{} at {at}", source.text());
                }
            }
        }
        assert!(named > 12, "{named} of {}", all.len());
    }
}
