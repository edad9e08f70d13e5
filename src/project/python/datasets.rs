//! Decorators and calls that declare datasets.
//!
//! Facts: Databricks documentation, "Lakeflow Spark Declarative Pipelines Python language reference": `@dp.table`,
//! `@dp.materialized_view`, `@dp.temporary_view`, `dp.create_streaming_table`, and the former module `dlt` with
//! `@dlt.table`, `@dlt.view`, `create_target_table`, `create_streaming_live_table`. A dataset is called as `name` says,
//! else as its function.

use std::collections::{BTreeMap, BTreeSet};

use super::tokens::{Kind, Token, tokens};
use crate::diag::Span;

/// What a file declares.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Declarations {
    /// Does the file use the pipeline API?
    pub of_pipeline: bool,
    pub datasets: Vec<Declared>,
    /// Are there datasets whose names are known only when the file runs?
    pub open: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declared {
    pub name: String,
    /// Where the name stands.
    pub span: Span,
}

const DECORATORS: [&str; 5] = ["table", "view", "create_table", "materialized_view", "temporary_view"];
const CALLS: [&str; 4] =
    ["create_streaming_table", "create_target_table", "create_streaming_live_table", "create_temporary_view"];
const STAR: [&str; 5] = ["table", "view", "create_streaming_table", "materialized_view", "temporary_view"];

/// The datasets of a Python file.
pub fn declarations(text: &str) -> Declarations {
    // Most Python has nothing to do with pipelines.
    if !text.contains("dlt") && !text.contains("pipelines") {
        return Declarations::default();
    }
    let (tokens, complete) = tokens(text);
    let mut reader = Reader { tokens: &tokens, modules: BTreeSet::new(), functions: BTreeMap::new() };
    reader.imports();
    let mut found = Declarations {
        of_pipeline: !reader.modules.is_empty() || !reader.functions.is_empty(),
        ..Declarations::default()
    };
    if found.of_pipeline {
        reader.declared(&mut found);
        found.open |= !complete;
    }
    found
}

struct Reader<'t> {
    tokens: &'t [Token],
    /// Dotted names by which the file knows the API's module.
    modules: BTreeSet<String>,
    /// Names by which it knows the API's functions, and what these are called there.
    functions: BTreeMap<String, String>,
}

/// A name argument.
enum Name {
    Absent,
    Is(String, Span),
    Unknown,
}

impl Reader<'_> {
    fn is_start(&self, at: usize) -> bool {
        at.checked_sub(1).and_then(|before| self.tokens.get(before)).is_none_or(|token| token.kind == Kind::Line)
    }

    fn name(&self, at: usize) -> Option<&str> {
        self.tokens.get(at)?.name()
    }

    fn is(&self, at: usize, mark: char) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(mark))
    }

    /// A dotted name, and where it ends.
    fn dotted(&self, mut at: usize) -> Option<(String, usize)> {
        let mut name = self.name(at)?.to_string();
        at += 1;
        while self.is(at, '.')
            && let Some(next) = self.name(at + 1)
        {
            name.push('.');
            name.push_str(next);
            at += 2;
        }
        Some((name, at))
    }

    fn imports(&mut self) {
        for at in 0..self.tokens.len() {
            match self.name(at) {
                Some("import") if self.is_start(at) => self.import(at + 1),
                Some("from") if self.is_start(at) => self.from(at + 1),
                _ => {}
            }
        }
    }

    /// `import dlt`, `import a, dlt as d`
    fn import(&mut self, mut at: usize) {
        while let Some((module, end)) = self.dotted(at) {
            let (alias, end) = self.alias(end);
            if is_module(&module) {
                self.modules.insert(alias.unwrap_or(module));
            }
            if !self.is(end, ',') {
                return;
            }
            at = end + 1;
        }
    }

    fn alias(&self, at: usize) -> (Option<String>, usize) {
        match (self.name(at), self.name(at + 1)) {
            (Some("as"), Some(alias)) => (Some(alias.to_string()), at + 2),
            _ => (None, at),
        }
    }

    /// `from pyspark import pipelines as dp`, `from dlt import table`
    fn from(&mut self, at: usize) {
        let Some((module, end)) = self.dotted(at) else { return };
        if self.name(end) != Some("import") {
            return;
        }
        let mut at = end + 1;
        if self.is(at, '(') {
            at += 1;
        }
        if self.is(at, '*') && is_module(&module) {
            self.functions.extend(STAR.map(|name| (name.to_string(), name.to_string())));
        }
        while let Some(name) = self.name(at).map(str::to_string) {
            let (alias, end) = self.alias(at + 1);
            let known_as = alias.unwrap_or_else(|| name.clone());
            if is_module(&module) {
                self.functions.insert(known_as, name);
            } else if is_module(&format!("{module}.{name}")) {
                self.modules.insert(known_as);
            }
            if !self.is(end, ',') {
                return;
            }
            at = end + 1;
        }
    }

    /// The API's function at a place, and where its name ends.
    fn function(&self, at: usize) -> Option<(String, usize)> {
        let (name, end) = self.dotted(at)?;
        if let Some(function) = self.functions.get(&name) {
            return Some((function.clone(), end));
        }
        let (module, function) = name.rsplit_once('.')?;
        self.modules.contains(module).then(|| (function.to_string(), end))
    }

    fn declared(&self, found: &mut Declarations) {
        for at in 0..self.tokens.len() {
            let start = if self.is(at, '@') { at + 1 } else { at };
            let inner = at.checked_sub(1).is_some_and(|before| self.is(before, '.') || self.is(before, '@'));
            let Some((function, end)) = self.function(start).filter(|_| !inner) else { continue };
            let name = if start > at && DECORATORS.contains(&function.as_str()) {
                match self.argument(end) {
                    Name::Absent => self.decorated(end),
                    given => given,
                }
            } else if start == at && CALLS.contains(&function.as_str()) && self.is(end, '(') {
                self.argument(end)
            } else if start == at && DECORATORS.contains(&function.as_str()) && self.is(end, '(') {
                // `dlt.table(…)(f)`: what is not written as a decorator may be called anything.
                match self.argument(end) {
                    Name::Absent => Name::Unknown,
                    given => given,
                }
            } else {
                continue;
            };
            match name {
                Name::Is(name, span) => found.datasets.push(Declared { name, span }),
                Name::Unknown | Name::Absent => found.open = true,
            }
        }
    }

    /// The function that a decorator stands over; other decorators may be between.
    fn decorated(&self, at: usize) -> Name {
        let mut at = self.behind_call(at);
        loop {
            while self.tokens.get(at).is_some_and(|token| token.kind == Kind::Line) {
                at += 1;
            }
            if self.is(at, '@') {
                let Some((_, end)) = self.dotted(at + 1) else { return Name::Unknown };
                at = self.behind_call(end);
                continue;
            }
            if self.name(at) == Some("async") {
                at += 1;
            }
            return match (self.name(at), self.tokens.get(at + 1)) {
                (Some("def"), Some(token)) if token.name().is_some() => {
                    Name::Is(token.name().unwrap_or_default().to_string(), Span::new(token.start, token.end))
                }
                _ => Name::Unknown,
            };
        }
    }

    /// Behind the brackets that open at a place, if any do.
    fn behind_call(&self, mut at: usize) -> usize {
        if !self.is(at, '(') {
            return at;
        }
        let mut depth = 0usize;
        while let Some(token) = self.tokens.get(at) {
            at += 1;
            match token.kind {
                Kind::Mark('(' | '[' | '{') => depth += 1,
                Kind::Mark(')' | ']' | '}') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        at
    }

    /// `name = …` of a call, else its first argument where that has no name.
    fn argument(&self, open: usize) -> Name {
        if !self.is(open, '(') {
            return Name::Absent;
        }
        let end = self.behind_call(open);
        let (mut at, mut depth) = (open + 1, 0usize);
        let mut starts = vec![at];
        while at < end {
            match self.tokens.get(at).map(|token| &token.kind) {
                Some(Kind::Mark('(' | '[' | '{')) => depth += 1,
                Some(Kind::Mark(')' | ']' | '}')) => depth = depth.saturating_sub(1),
                Some(Kind::Mark(',')) if depth == 0 => starts.push(at + 1),
                // `**settings` may hold the name.
                Some(Kind::Mark('*')) if depth == 0 && self.is(at + 1, '*') && starts.last() == Some(&at) => {
                    return Name::Unknown;
                }
                _ => {}
            }
            at += 1;
        }
        let named = starts.iter().find(|at| self.name(**at) == Some("name") && self.is(**at + 1, '='));
        if let Some(at) = named {
            return self.text(at + 2);
        }
        let first = open + 1;
        let has_name = self.name(first).is_some() && self.is(first + 1, '=') && !self.is(first + 2, '=');
        if has_name || self.is(first, ')') { Name::Absent } else { self.text(first) }
    }

    /// An argument that is a text, or several that stand side by side.
    fn text(&self, mut at: usize) -> Name {
        let (mut value, mut span) = (String::new(), None::<Span>);
        while let Some(Token { kind: Kind::Text(text), start, end }) = self.tokens.get(at) {
            let Some(text) = text else { return Name::Unknown };
            value.push_str(text);
            let own = Span::new(*start, *end);
            span = Some(span.map_or(own, |first| first.to(own)));
            at += 1;
        }
        match span {
            Some(span) if self.is(at, ',') || self.is(at, ')') => Name::Is(value, span),
            _ => Name::Unknown,
        }
    }
}

fn is_module(name: &str) -> bool {
    ["dlt", "pyspark.pipelines", "databricks.pipelines"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> (Vec<String>, bool) {
        let found = declarations(text);
        (found.datasets.into_iter().map(|dataset| dataset.name).collect(), found.open)
    }

    /// "Lakeflow Spark Declarative Pipelines Python language reference": the function's name is the default.
    #[test]
    fn decorators_declare_datasets() {
        let text = "import dlt\nfrom pyspark.sql.functions import *\n@dlt.table\ndef a():\n  return 1\n\
                    @dlt.table(comment=\"x, name='no'\", name='b')\n@dlt.expect(\"v\", \"x > 0\")\ndef f(): pass\n\
                    @dlt.expect_or_drop('v', 'c')\n@dlt.view(comment='(')\ndef c(): pass\n# @dlt.table\n'''\n@dlt.table\n'''\n";
        assert_eq!(names(text), (vec!["a".into(), "b".into(), "c".into()], false));
    }

    #[test]
    fn the_new_module_is_known_by_any_name() {
        let text = "from pyspark import pipelines as dp\n@dp.materialized_view(name=\"c.s.\" 'm')\ndef f(): ...\n\
                    @dp.temporary_view()\ndef v(): ...\ndp.create_streaming_table(\"t\", comment=\"c\")\n\
                    dp.create_auto_cdc_flow(target=\"t\", source=\"v\", keys=[\"id\"])\n";
        assert_eq!(names(text), (vec!["c.s.m".into(), "v".into(), "t".into()], false));
        assert_eq!(names("import dlt as d\nd.create_streaming_table(name='t')").0, ["t"]);
        assert_eq!(names("from dlt import table as made\n@made\ndef t(): ...").0, ["t"]);
    }

    #[test]
    fn names_that_only_a_run_knows_are_open() {
        for text in [
            "@dlt.table(name=f'{x}_raw')\ndef t(): ...",
            "@dlt.table(name=NAME)\ndef t(): ...",
            "@dlt.table(**s)\ndef t(): ...",
        ] {
            assert_eq!(names(&format!("import dlt\n{text}")), (vec![], true), "{text}");
        }
    }

    #[test]
    fn other_python_declares_nothing() {
        assert_eq!(declarations("@app.table\ndef t(): ...\n# dlt"), Declarations::default());
        assert_eq!(declarations("pipelines = 1\n@pipelines.table\ndef t(): ..."), Declarations::default());
    }
}
