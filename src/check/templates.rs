//! Rules of templates: names that nothing uses, and names that hide others.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::{Code, Diagnostics, Location, SourceFile, Span};

use super::entries::{note, warning};

/// One template and the names in it; the fields are those of `render::Outline`.
pub struct Template<'t> {
    pub file: &'t Arc<SourceFile>,
    pub macros: &'t [(String, Span)],
    pub imports: &'t [(String, Span)],
    pub defined: &'t [(String, Span)],
    pub read: &'t BTreeSet<String>,
    pub calls: &'t [(String, Option<String>, Span)],
    /// `layer.name`, as `ref()` names it; `None` for files that make nothing by their name.
    pub own: Option<String>,
}

impl Template<'_> {
    fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }
}

/// Of the names that lakesmith gives, those that are no functions.
const VALUES: [&str; 4] = ["this", "target", "catalog", "solution"];

/// What is wrong with the templates of a whole project. `given`: the names that lakesmith gives to templates;
/// `complete`: these are all templates, so that what none of them reads is not used.
pub fn check(templates: &[Template<'_>], given: &[&str], complete: bool) -> Diagnostics {
    let mut out = Diagnostics::default();
    let read: BTreeSet<&str> = templates.iter().flat_map(|template| template.read).map(String::as_str).collect();
    for template in templates {
        let macros = template.macros.iter().filter(|(name, _)| complete && !read.contains(name.as_str()));
        for (name, span) in macros {
            let message = format!("nothing calls the macro `{name}`");
            let diagnostic = warning(Code::UNUSED_MACRO, &template.at(*span), message).hint("remove it");
            out.push(diagnostic.suggest(name, read.iter().copied().filter(|read| !given.contains(read))));
        }
        for (name, span) in template.imports.iter().filter(|(name, _)| !template.read.contains(name)) {
            let message = format!("nothing uses the import `{name}`");
            out.push(warning(Code::UNUSED_IMPORT, &template.at(*span), message).hint("remove it"));
        }
        for (name, span) in template.defined.iter().filter(|(name, _)| given.contains(&name.as_str())) {
            // A function that the file does not call is not missed in it.
            let called = template.calls.iter().any(|(function, ..)| function == name);
            if !called && !VALUES.contains(&name.as_str()) {
                continue;
            }
            let message = format!("`{name}` hides the `{name}` that lakesmith gives to templates");
            out.push(warning(Code::SHADOWED_NAME, &template.at(*span), message).hint("call it something else"));
        }
        shadowed(template, &mut out);
        for (function, argument, span) in template.calls {
            if function == "ref" && argument.is_some() && *argument == template.own {
                let message = "ref() names the file that it stands in";
                out.push(note(Code::SELF_REFERENCE, &template.at(*span), message).hint("write `{{ this }}`"));
            }
        }
    }
    out
}

/// A macro, an import or a value over an import or a macro of the same file: the first is out of reach.
fn shadowed(template: &Template<'_>, out: &mut Diagnostics) {
    let firm = |name: &String| {
        let mut all = template.macros.iter().chain(template.imports);
        all.find(|(known, _)| known == name).map(|(_, span)| *span)
    };
    for (name, span) in template.defined {
        if let Some(first) = firm(name).filter(|first| first.start < span.start) {
            let message = format!("`{name}` hides the `{name}` that this file defines before");
            let diagnostic = warning(Code::SHADOWED_NAME, &template.at(*span), message);
            out.push(diagnostic.related(template.at(first), "defined here").hint("call one of them something else"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::told;
    use crate::render::Outline;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<_> = files.iter().map(|(name, text)| SourceFile::new(*name, *text)).collect();
        let outlines: Vec<Outline> = files.iter().map(|file| Outline::of(file).unwrap()).collect();
        let mut templates = Vec::new();
        for (file, outline) in files.iter().zip(&outlines) {
            let Outline { macros, imports, defined, read, calls, .. } = outline;
            let own = Some("gold.own".to_string());
            templates.push(Template { file, macros, imports, defined, read, calls, own });
        }
        told(check(&templates, &Outline::GIVEN, true))
    }

    #[test]
    fn unused_and_hidden_names() {
        let library = "{% macro used(a) %}{{ a }}{% endmacro %}\n{% macro lost() %}{% endmacro %}\n";
        let user = "{% import 'm.sql' as m %}{% import 'm.sql' as idle %}\n{{ m.used(1) }} {{ ref('gold.own') }}{{ ref('gold.other') }}\n\
                    {% set catalog = 1 %}{% for m in [1] %}{% endfor %}{% set source = 1 %}\n";
        assert_eq!(
            found(&[("m.sql", library), ("u.sql", user)]),
            [
                "m.sql:2:10 warning LS206 nothing calls the macro `lost`",
                "u.sql:1:47 warning LS207 nothing uses the import `idle`",
                "u.sql:2:20 note LS208 ref() names the file that it stands in",
                "u.sql:3:8 warning LS209 `catalog` hides the `catalog` that lakesmith gives to templates",
                "u.sql:3:29 warning LS209 `m` hides the `m` that this file defines before",
            ]
        );
        let from = "{% from 'm.sql' import used as call, lost %}{{ call(1) }}{{ lost() }}";
        assert_eq!(found(&[("m.sql", library), ("u.sql", from)]), [""; 0]);
    }
}
