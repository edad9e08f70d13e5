//! No template makes the renderer panic, and every finding has a place that can be shown.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::project;
use crate::diag::{human, to_json};
use crate::project::Overrides;
use crate::render::render_all;

const PARTS: [&str; 46] = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{%-",
    "-%}",
    "{{-",
    "-}}",
    " ",
    "\n",
    "é",
    "'",
    "\"",
    "`",
    "\\",
    "--",
    "/*",
    "*/",
    "$$",
    "|",
    "literal",
    "ident",
    "ref('silver.b')",
    "ref(",
    ")",
    "var('text')",
    "var('states')",
    "this",
    "catalog",
    "set x",
    "endset",
    "for s in var('states')",
    "endfor",
    "if x",
    "if true",
    "else",
    "endif",
    "macro m(a)",
    "endmacro",
    "m(1)",
    "x",
    "{% raw %}",
    "{% endraw %}",
    "~",
];

#[test]
fn a_loop_over_too_much_is_refused() {
    let loops = "{% for a in range(50000) %}{% for b in range(50000) %}x{% endfor %}{% endfor %}";
    let found = super::sql_with(loops, &[], &[]).unwrap_err();
    assert!(found[0].contains("more than 5000000 steps"), "{found:?}");
}

#[test]
fn a_tag_that_is_not_closed_is_shown_where_it_opens() {
    for (text, found) in [
        ("SELECT {{ var('text')\nFROM t", "sql/ins/bronze/q.sql:1:8 this `{{` is not closed"),
        ("SELECT {{ hours }} a, {{ var('text')\nFROM {{ this }}", "sql/ins/bronze/q.sql:1:23 this `{{` is not closed"),
        (
            "a\n{{ var('text) }}\nFROM {{ x }}\n",
            "sql/ins/bronze/q.sql:2:8 the quoted text that begins here is not closed",
        ),
        (
            "{{ 'it\\'s' ~ \"}}\" }}\n{%- set a = \"b -%}\n",
            "sql/ins/bronze/q.sql:2:13 the quoted text that begins here is not closed",
        ),
        ("SELECT 1 {% if flag\n+ 1 {% endif %}", "sql/ins/bronze/q.sql:1:10 this `{%` is not closed"),
    ] {
        assert_eq!(places(text), [found], "{text}");
    }
    // The tag is closed: what is wrong is inside.
    assert_eq!(places("SELECT {{ 1 + }}")[0].split(' ').next(), Some("sql/ins/bronze/q.sql:1:15"));
}

#[test]
fn a_template_that_includes_itself_is_told_so() {
    let found = places("SELECT 1 {% include 'ins/bronze/q.sql' %}");
    assert_eq!(found, ["sql/ins/bronze/q.sql:1:13 the template includes itself"]);
}

/// Place and message of what is wrong with a template.
fn places(text: &str) -> Vec<String> {
    let project = project(&[("sql/ins/bronze/q.sql", text)]);
    let (resolved, _) = project.resolve(None, &Overrides::default());
    let (_, found) = render_all(&resolved.unwrap());
    let place = |d: &crate::diag::Diagnostic| d.location.as_ref().unwrap().display();
    found.iter().map(|d| format!("{} {}", place(d), d.message)).collect()
}

#[test]
fn random_templates_are_refused_or_rendered() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let pick = |random: &mut ChaCha8Rng| PARTS[random.random_range(0..PARTS.len())];
    let mut rendered_some = 0;
    for _ in 0..60 {
        let texts: Vec<String> =
            (0..40).map(|_| (0..random.random_range(1..14)).map(|_| pick(&mut random)).collect()).collect();
        let names: Vec<String> = (0..texts.len()).map(|n| format!("sql/ins/bronze/t{n}.sql")).collect();
        let mut files: Vec<(&str, &str)> = names.iter().zip(&texts).map(|(n, t)| (n.as_str(), t.as_str())).collect();
        files.push(("sql/ins/silver/b.sql", ""));
        let project = project(&files);
        let (resolved, _) = project.resolve(None, &Overrides::default());
        let (rendered, found) = render_all(&resolved.unwrap());
        let _ = human(&found, false);
        found.iter().for_each(|finding| {
            let location = finding.location.as_ref().unwrap();
            assert!(location.file.text().get(location.span.range()).is_some(), "{}", to_json(finding));
        });
        for file in rendered.solutions["ins"].rendered() {
            rendered_some += 1;
            for (at, c) in file.output.text().char_indices() {
                let location = file.locate(crate::diag::Span::new(at, at + c.len_utf8()));
                assert!(location.file.text().get(location.span.range()).is_some());
            }
        }
    }
    assert!(rendered_some > 100, "{rendered_some}");
}
