//! What a template names, read off its syntax without rendering it.

use std::collections::BTreeSet;

use minijinja::machinery::ast::{CallArg, Expr, Stmt};
use minijinja::machinery::parse;

use super::instrument::syntax;
use super::mention::{Mention, Named};
use super::scope::Scope;
use super::walk::{bodies, expressions, parts};
use crate::diag::{SourceFile, Span};

/// The names of one template.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Outline {
    /// `{% macro name(…) %}`, at the name.
    pub macros: Vec<(String, Span)>,
    /// Names under which something is imported, at the name: `{% import … as name %}`, `{% from … import name %}`.
    pub imports: Vec<(String, Span)>,
    /// Names that the template gives a value itself, those of macros and imports among them.
    pub defined: Vec<(String, Span)>,
    /// Every name that is read, and every attribute that is read of one.
    pub read: BTreeSet<String>,
    /// Calls of lakesmith's functions: the function, its first argument where that is a text, and the call's place.
    pub calls: Vec<(String, Option<String>, Span)>,
    /// Templates that something is imported from, as the imports name them.
    pub modules: BTreeSet<String>,
    /// Where a macro is named, also where it is imported.
    pub mentions: Vec<Mention>,
    /// Names that are read of which nobody knows whether they are a macro's.
    pub unclear: BTreeSet<String>,
}

impl Outline {
    /// The names that templates are given.
    pub const GIVEN: [&'static str; 10] = Scope::NAMES;

    /// `None` for a template that cannot be read, which is reported where it is rendered.
    pub fn of(file: &SourceFile) -> Option<Self> {
        let mut outline = Self::default();
        let text = file.text();
        if text.contains("{{") || text.contains("{%") {
            let syntax = syntax().ok()?;
            if super::depth::too_deep(text, file.name(), syntax.clone()).is_some() {
                return None;
            }
            let tree = parse(text, file.name(), syntax).ok()?;
            let mut reader = Reader { text, outline: &mut outline, named: Named::default() };
            reader.statement(&tree);
            let named = reader.named;
            named.resolve(&mut outline);
        }
        Some(outline)
    }
}

struct Reader<'r> {
    text: &'r str,
    outline: &'r mut Outline,
    named: Named,
}

impl Reader<'_> {
    fn statement(&mut self, statement: &Stmt<'_>) {
        match statement {
            Stmt::Macro(block) => {
                let place = self.word(block.name, block.span().start_offset as usize);
                self.outline.macros.push((block.name.to_string(), place));
                self.outline.defined.push((block.name.to_string(), place));
                block.args.iter().for_each(|arg| self.target(arg));
            }
            Stmt::CallBlock(block) => block.macro_decl.args.iter().for_each(|arg| self.target(arg)),
            Stmt::Import(import) => {
                if let (Expr::Var(name), Some(file)) = (&import.name, constant(&import.expr)) {
                    self.named.modules.insert(name.id.to_string(), file);
                }
                self.imported(&import.name);
            }
            Stmt::FromImport(import) => {
                for (name, alias) in &import.names {
                    if let (Expr::Var(own), Some(file)) = (name, constant(&import.expr)) {
                        let local = alias.as_ref().unwrap_or(name);
                        if let Expr::Var(local) = local {
                            let known = (file.clone(), own.id.to_string());
                            self.named.imported.insert(local.id.to_string(), known);
                        }
                        for (place, own_name) in
                            [Some((name, true)), alias.as_ref().map(|alias| (alias, false))].into_iter().flatten()
                        {
                            self.named.mentions.push(Mention {
                                module: Some(file.clone()),
                                name: own.id.to_string(),
                                at: span(place),
                                own: own_name,
                            });
                        }
                    }
                    // The macro of the other file is read by its own name.
                    if let Expr::Var(var) = name {
                        self.outline.read.insert(var.id.to_string());
                    }
                    self.imported(alias.as_ref().unwrap_or(name));
                }
            }
            Stmt::Set(set) => self.target(&set.target),
            Stmt::SetBlock(set) => self.target(&set.target),
            Stmt::ForLoop(looped) => self.target(&looped.target),
            Stmt::WithBlock(block) => block.assignments.iter().for_each(|(target, _)| self.target(target)),
            _ => {}
        }
        expressions(statement).into_iter().for_each(|expr| self.expression(expr));
        bodies(statement).into_iter().flatten().for_each(|inner| self.statement(inner));
    }

    /// Where a word first stands from a place on.
    fn word(&self, word: &str, from: usize) -> Span {
        let behind = self.text.get(from..).unwrap_or_default();
        // The tag's own keyword is no part of the name.
        let at = behind.find(char::is_whitespace).and_then(|blank| Some(blank + behind.get(blank..)?.find(word)?));
        let start = from + at.unwrap_or(0);
        Span::new(start, start + at.map_or(0, |_| word.len()))
    }

    fn imported(&mut self, name: &Expr<'_>) {
        if let Expr::Var(var) = name {
            let place = span(name);
            self.outline.imports.push((var.id.to_string(), place));
            self.outline.defined.push((var.id.to_string(), place));
        }
    }

    /// What is given a value; an attribute of a namespace is a value of that.
    fn target(&mut self, target: &Expr<'_>) {
        match target {
            Expr::Var(var) => self.outline.defined.push((var.id.to_string(), span(target))),
            Expr::List(list) => list.items.iter().for_each(|item| self.target(item)),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.target(item)),
            other => self.expression(other),
        }
    }

    fn expression(&mut self, expr: &Expr<'_>) {
        match expr {
            Expr::Var(var) => {
                self.outline.read.insert(var.id.to_string());
                self.named.plain.push((var.id.to_string(), span(expr)));
            }
            Expr::GetAttr(attribute) => {
                self.outline.read.insert(attribute.name.to_string());
                let of = match &attribute.expr {
                    Expr::Var(of) => Some(of.id.to_string()),
                    _ => None,
                };
                let whole = span(expr);
                let written = self.text.get(whole.range()).unwrap_or_default();
                // The place of an attribute is that of the whole; its name ends it.
                let of = of.filter(|_| written.ends_with(attribute.name));
                let start = whole.range().end - attribute.name.len().min(written.len());
                self.named.attributes.push((of, attribute.name.to_string(), Span::new(start, whole.range().end)));
            }
            Expr::GetItem(item) => {
                if let Expr::Const(name) = &item.subscript_expr
                    && let Some(name) = name.value.as_str()
                {
                    self.outline.read.insert(name.to_string());
                    self.outline.unclear.insert(name.to_string());
                }
            }
            Expr::Call(call) => {
                if let Expr::Var(function) = &call.expr
                    && Outline::GIVEN.contains(&function.id)
                {
                    let argument = match call.args.first() {
                        Some(CallArg::Pos(Expr::Const(text))) => text.value.as_str().map(str::to_string),
                        _ => None,
                    };
                    self.outline.calls.push((function.id.to_string(), argument, span(expr)));
                }
            }
            _ => {}
        }
        parts(expr).into_iter().for_each(|part| self.expression(part));
    }
}

fn constant(expr: &Expr<'_>) -> Option<String> {
    match expr {
        Expr::Const(text) => text.value.as_str().map(str::to_string),
        _ => None,
    }
}

fn span(expr: &Expr<'_>) -> Span {
    let span = expr.span();
    Span::new(span.start_offset as usize, span.end_offset as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_off_the_syntax() {
        let text = "{% import 'a.sql' as a %}{% from 'b.sql' import one as two, three %}\n\
                    {% macro money(x, y=var('z')) %}{{ x }}{% endmacro %}\n\
                    {% set n = ref('gold.t') %}{% for i in a.list %}{{ a.call(i)['k'] }}{% endfor %}{{ var(n) }}\n";
        let outline = Outline::of(&SourceFile::new("t.sql", text)).unwrap();
        let names = |list: &[(String, Span)]| {
            list.iter().map(|(name, at)| (name.clone(), text[at.range()].to_string())).collect::<Vec<_>>()
        };
        let same = |names: &[&str]| names.iter().map(|name| (name.to_string(), name.to_string())).collect::<Vec<_>>();
        assert_eq!(names(&outline.macros), same(&["money"]));
        assert_eq!(names(&outline.imports), same(&["a", "two", "three"]));
        assert_eq!(names(&outline.defined), same(&["a", "two", "three", "money", "x", "y", "n", "i"]));
        let calls: Vec<_> = outline.calls.iter().map(|(f, a, _)| (f.as_str(), a.as_deref())).collect();
        assert_eq!(calls, [("var", Some("z")), ("ref", Some("gold.t")), ("var", None)]);
        assert!(["one", "three", "call", "k", "list"].iter().all(|name| outline.read.contains(*name)));
        assert_eq!(Outline::of(&SourceFile::new("t.sql", "{% if %}")), None);
        assert_eq!(Outline::of(&SourceFile::new("t.sql", "SELECT 1")), Some(Outline::default()));
    }

    #[test]
    fn macros_are_followed_by_their_names() {
        let text = "{% import '_macros/m.sql' as m %}{% from '_macros/n.sql' import one as two, three %}\n\
                    {% macro own(x) %}{{ x }}{{ m . call(x) }}{% endmacro %}{% macro twice() %}{% endmacro %}\n\
                    {% set twice = 1 %}{{ own(two()) }}{{ three() }}{{ twice }}{{ m['call'] }}{{ x.call }}\n\
                    {% call m.wrap() %}{% endcall %}";
        let outline = Outline::of(&SourceFile::new("t.sql", text)).unwrap();
        let told = |mention: &Mention| {
            let module = mention.module.as_deref().unwrap_or_default().trim_start_matches("_macros/").to_string();
            (module, mention.name.clone(), text[mention.at.range()].to_string(), mention.own)
        };
        let told: Vec<_> = outline.mentions.iter().map(told).collect();
        let expected = [
            ("n.sql", "one", "one", true),
            ("n.sql", "one", "two", false),
            ("n.sql", "three", "three", true),
            ("m.sql", "call", "call", true),
            ("", "own", "own", true),
            ("n.sql", "one", "two", false),
            ("n.sql", "three", "three", true),
            ("m.sql", "wrap", "wrap", true),
        ];
        let expected = expected.map(|(a, b, c, own)| (a.to_string(), b.to_string(), c.to_string(), own));
        assert_eq!(told, expected);
        assert!(["twice", "call", "x"].iter().all(|name| outline.unclear.contains(*name)), "{:?}", outline.unclear);
        assert!(!outline.unclear.contains("own"));
    }
}
