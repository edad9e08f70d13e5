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
