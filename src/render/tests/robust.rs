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

/// The engine's parser lets every expression stand there, and its compiler panics on them.
#[test]
fn an_import_needs_a_name() {
    for name in ["a+1", "5", "'x'", "da*x", "a()", "(a, b)", "[1]", "a.b"] {
        let text = format!("{{% if true %}}{{% import 'ins/bronze/q.sql' as {name} %}}{{% endif %}}");
        let at = text.find(" as ").unwrap() + 5;
        let expected = format!("sql/ins/bronze/q.sql:1:{at} `as` needs a name for what is imported, such as `m`");
        assert_eq!(places(&text), [expected], "{name}");
    }
}

/// Panics of the engine that are known; there may be others.
#[test]
fn a_panic_of_the_engine_is_an_error_at_the_tag() {
    for (text, at) in [
        ("SELECT {% for a in [1] %}{{ loop.cycle() }}{% endfor %}", "1:29"),
        ("SELECT 1 AS a,\n  {{ ''[::-1] }} AS b", "2:6"),
        ("{{ 1 }}{% set a = ''[::-1] %}{{ a }}", "1:4"),
    ] {
        let expected = format!("sql/ins/bronze/q.sql:{at} the template engine failed at this, or after it");
        assert_eq!(places(text), [expected], "{text}");
    }
    // The next file is rendered by the same engine.
    let files = [("sql/ins/bronze/q.sql", "{{ ''[::-1] }}"), ("sql/ins/silver/b.sql", "SELECT {{ 1 + 1 }}")];
    let (solution, found) = super::render(&files, &[]);
    assert_eq!((found.iter().count(), solution.sql.len()), (1, 1));
    assert_eq!(solution.sql[0].rendered.output.text(), "SELECT 2");
}

#[test]
fn what_is_too_deep_is_refused_where_it_gets_too_deep() {
    let many = |before: &str, link: &str, after: &str| format!("{before}{}{after}", link.repeat(60_000));
    for text in [
        many("{{ ", "-", "1 }}"),
        many("{{ ", "not ", "1 }}"),
        many("{{ a", "()", " }}"),
        many("{{ a", ".b", " }}"),
        many("{{ a", "[0]", " }}"),
        many("{{ a", "|trim", " }}"),
        many("{{ a", " is defined", " }}"),
        many("{{ 1", " ~ 1", " }}"),
        many("{{ 1", " + 1", " }}"),
        many("{{ 1", " * 1", " }}"),
        many("{{ 1", " ** 1", " }}"),
        many("{{ 1", " or 1", " }}"),
        many("{{ 1", " if 1 else 1", " }}"),
        many("{{ ", "(", " }}"),
        many("{{ ", "[", " }}"),
        many("{{ ", "{1:", " }}"),
        many("{% set ", "(", " %}"),
        many("{% for ", "(", " %}"),
        many("{% set a", ".b", " = 1 %}"),
        many("{% filter a", "|b", " %}{% endfilter %}"),
        many("{% if 1 %}", "{% elif 1 %}", "{% endif %}"),
        many("{% if 1 %}", "{% elif 1 %}{% if 1 %}", "{% endif %}"),
    ] {
        let start: String = text.chars().take(30).collect();
        let found = places(&text);
        assert!(found.len() == 1 && found[0].ends_with(" the template is nested too deeply here"), "{start} {found:?}");
    }
    // Long, and not deep.
    for text in [
        format!("SELECT {{{{ [{}]|length }}}}", "[1, 2], -1, ".repeat(5_000)),
        format!("SELECT {{{{ 1{} }}}}", " ~ 1".repeat(150)),
        format!("SELECT {{{{ 1{} }}}}", " < 2".repeat(5_000)),
        format!("{}SELECT 1{}", "{% if true %}".repeat(50), "{% endif %}".repeat(50)),
        "{% if false %}{% elif true %}{{ -(1) }}{% endif %}".repeat(1_000),
    ] {
        assert_eq!(places(&text), [""; 0], "{}", &text[..30]);
    }
}

/// Each of these would take more memory than a machine has, or hours.
#[test]
fn what_a_template_makes_is_limited() {
    let namespace = |start: &str, step: &str| {
        format!(
            "{{% set ns = namespace(v={start}) %}}{{% for i in range(90000) %}}{{% set ns.v = {step} %}}{{% endfor %}}"
        )
    };
    let (text, items) = ("64 MiB of text", "10000000 items of lists");
    for (template, place, limit) in [
        (
            format!(
                "{{% macro a(x) %}}{{{{ x }}}}{{{{ x }}}}{{% endmacro %}}{{{{ {}1{} }}}}",
                "a(".repeat(30),
                ")".repeat(30)
            ),
            "1:",
            text,
        ),
        (namespace("'twelve bytes'", "ns.v ~ ns.v"), "1:", text),
        (namespace("'twelve bytes'", "ns.v + ns.v"), "1:", text),
        (namespace("[1]", "ns.v + ns.v"), "1:", items),
        (namespace("[1]", "[ns.v, ns.v]"), "1:", items),
        (namespace("{}", "{'a': ns.v, 'b': ns.v}"), "1:", items),
        (namespace("[]", "ns.v + [range(100000)|list]"), "1:", items),
        (
            format!("{{% set a %}}twelve bytes{{% endset %}}{}", "{% set a %}{{ a }}{{ a }}{% endset %}".repeat(40)),
            "1:",
            text,
        ),
        (format!("{{% for i in range(100000) %}}{}{{% endfor %}}", "x".repeat(100_000)), "1:", text),
        ("{{ 1 }} {{ 'x' * 99999999 }}".to_string(), "1:12 ", text),
        ("{{ 1 }} {{ 99999999 * ('x' ~ 'y') }}".to_string(), "1:12 ", text),
        ("{% set a = (1, 2) * 50000000 %}".to_string(), "1:12 ", items),
        ("{% set a = 'a' * 1000000 %}{{ a|replace('a', a) }}".to_string(), "1:33 ", text),
        ("{% set a = 'a' * 1000000 %}{{ ([a] * 100000)|join(a) }}".to_string(), "1:46 ", text),
        ("{{ ('a\\n' * 1000000)|indent(200) }}".to_string(), "1:22 ", text),
        ("{{ '%99999999999d'|format(1) }}".to_string(), "1:20 ", text),
        ("{{ '%*d'|format(99999999999, 1) }}".to_string(), "1:10 ", text),
        ("{{ (['a' * 100000] * 10000)|sum }}".to_string(), "1:29 ", text),
        ("{{ [1]|batch(4000000000, 1)|length }}".to_string(), "1:8 ", items),
        ("{{ [1]|slice(4000000000)|length }}".to_string(), "1:8 ", items),
        ("{{ ('a' * 60000000)|list|length }}".to_string(), "1:21 ", items),
    ] {
        let start: String = template.chars().take(70).collect();
        let found = places(&template);
        let told = found.first().and_then(|found| found.strip_prefix("sql/ins/bronze/q.sql:")).unwrap_or_default();
        assert!(found.len() == 1 && told.starts_with(place) && told.ends_with(limit), "{start} {found:?}");
    }
    // What is not run makes nothing.
    assert_eq!(places(&"{% if false %}{{ 'x' * 99999999 }}{% endif %}".repeat(300)), [""; 0]);
}

/// Freeing or printing these would overflow the stack.
#[test]
fn values_do_not_nest_without_end() {
    let told = |text: &str| places(text).concat();
    let deep = "{% set ns = namespace(v=1) %}{% for i in range(90000) %}{% set ns.v = [ns.v] %}{% endfor %}";
    assert!(told(deep).ends_with(":1:71 lists are put into lists more than 64 times"), "{}", told(deep));
    let itself = "{% set ns = namespace() %}{% set ns.v = [ns] %}{{ '' ~ ns }}";
    assert!(told(itself).ends_with("a namespace, a loop or a module is put into another value"), "{}", told(itself));
    let slices =
        "{% set ns = namespace(v=[7]) %}{% for i in range(90000) %}{% set ns.v = ns.v[0:] %}{% endfor %}{{ ns.v[0] }}";
    assert_eq!(super::sql_with(slices, &[], &[]).unwrap().output.text(), "7");
}

/// What the counting rewrites means what it meant before.
#[test]
fn operators_mean_what_jinja_says() {
    for (template, rendered) in [
        ("{{ ((1 ~ 2) ~ 3) }} {{ 1 ~ (2 ~ 3) }} {{ 'a' + 2 ~ 3 }}", "123 123 a23"),
        (
            "{{ 2 * 3 }} {{ (1 + 2) * (3 + 4) }} {{ 2 * 3 * 4 }} {{ -2 * 3 }} {{ 2 ** 3 * 2 }} {{ 7 // 2 * 2 }}",
            "6 21 24 -6 16 6",
        ),
        ("{{ 'ab' * 2 }} {{ ('a' ~ 'b') * 2 }} {{ 2 * 'ab' }} {{ 'a'|upper * 2 }}", "abab abab abab AA"),
        ("{{ ([1] * 2 + [3])|string_list }} {{ (1, 2)[1] * 2 }}", "1, 1, 3 4"),
        (
            "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set c = 1 if false else 2 %}{{ c }}{% set d = {'k': 1 + 1} %}{{ d.k }}",
            "1222",
        ),
        ("{% set ns=namespace(n=1) %}{% for i in range(3) %}{% set ns.n = ns.n * 2 %}{% endfor %}{{ ns.n }}", "8"),
        ("{% set e = range(3) %}{{ e|string_list }} {{ e|length }} {{ [3, 1]|sort|first }}", "0, 1, 2 3 1"),
    ] {
        assert_eq!(super::sql_with(template, &[], &[]).unwrap().output.text(), rendered, "{template}");
    }
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
