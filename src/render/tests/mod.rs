//! The expected texts are what Jinja's documentation says of the constructs used (Template Designer Documentation,
//! "Whitespace Control", "Macros", "Call", "Assignments", "Include", "Import").

mod robust;

use crate::diag::{Diagnostics, Location, Span};
use crate::project::{Overrides, Project, load};
use crate::render::{Rendered, RenderedSolution, render_all};
use crate::sys::{Env, fs};

const MANIFEST: &str = r#"name: shop
solutions:
  ins: { title: Member Centre, catalog: ins, schemas: { bronze: raw, silver: silver, gold: "gold-x" } }
variables:
  text: { type: string, default: plain }
  hours: { type: integer, default: 24 }
  price: { type: decimal, default: 8.00 }
  day: { type: date, optional: true }
  wait: { type: duration, default: 30m }
  states: { type: list, default: [TX, CA] }
  flag: { type: boolean, default: true }
targets:
  dev: { default: true, catalog_prefix: dev_ }
principals:
  analysts: { dev: "grp analysts" }
  auditors: {}
"#;

fn project(files: &[(&str, &str)]) -> Project {
    let folder = tempfile::tempdir().unwrap();
    fs::write(&folder.path().join("lakesmith.yml"), MANIFEST.as_bytes()).unwrap();
    for (path, text) in files {
        fs::write(&folder.path().join(path), text.as_bytes()).unwrap();
    }
    let (project, diagnostics) = load(folder.path()).unwrap();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    project.unwrap()
}

fn render(files: &[(&str, &str)], vars: &[(&str, &str)]) -> (RenderedSolution, Diagnostics) {
    let project = project(files);
    let vars: Vec<(String, String)> = vars.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    let (overrides, out) = Overrides::new(&project, &vars, &Env::default());
    assert!(out.is_empty());
    let (resolved, out) = project.resolve(None, &overrides);
    assert!(out.is_empty(), "{out:?}");
    let (mut rendered, out) = render_all(&resolved.unwrap());
    (rendered.solutions.swap_remove("ins").unwrap(), out)
}

/// One SQL file `bronze/a.sql` among two others.
fn sql_with(template: &str, vars: &[(&str, &str)], more: &[(&str, &str)]) -> Result<Rendered, Vec<String>> {
    let mut files = vec![("sql/ins/bronze/a.sql", template), ("sql/ins/silver/b.sql", ""), ("sql/ins/gold/c.sql", "")];
    files.extend(more);
    let (mut solution, out) = render(&files, vars);
    if out.is_empty() {
        let at = solution.sql.iter().position(|file| file.name == "a").unwrap();
        Ok(solution.sql.swap_remove(at).rendered)
    } else {
        Err(messages(&out))
    }
}

fn sql(template: &str) -> String {
    sql_with(template, &[], &[]).unwrap().output.text().to_string()
}

fn refused(template: &str, vars: &[(&str, &str)]) -> Vec<String> {
    sql_with(template, vars, &[]).unwrap_err()
}

fn messages(diagnostics: &Diagnostics) -> Vec<String> {
    let place = |location: Option<&Location>| location.map(Location::display).unwrap_or_default();
    let hint = |hint: &Option<String>| hint.as_ref().map(|hint| format!(" [{hint}]")).unwrap_or_default();
    diagnostics
        .iter()
        .map(|d| format!("{} {}: {}{}", place(d.location.as_ref()), d.code, d.message, hint(&d.hint)))
        .collect()
}

#[test]
fn names_and_values() {
    assert_eq!(sql("{{ ref('silver.b') }}"), "`dev_ins`.`silver`.`b`");
    assert_eq!(sql("{{ ref('ins.gold.c') }}"), "`dev_ins`.`gold-x`.`c`");
    assert_eq!(sql("{{ this }} {{ this.name }}"), "`dev_ins`.`raw`.`a` a");
    assert_eq!(sql("{{ catalog }}.{{ schema('bronze') }}.{{ schema('gold') }}"), "dev_ins.raw.`gold-x`");
    assert_eq!(sql("'{{ volume_path('bronze.landing') }}/x'"), "'/Volumes/dev_ins/raw/landing/x'");
    assert_eq!(
        sql("{{ principal('analysts') | ident }}, {{ principal('analysts') | literal }}"),
        "`grp analysts`, 'grp analysts'"
    );
    assert_eq!(sql("{{ var('hours') }} {{ var('price') }} {{ var('flag') }} {{ var('text') }}"), "24 8.00 true plain");
    assert_eq!(sql("{{ var('wait') }} {{ var('wait').minutes }}"), "INTERVAL '1800' SECOND 30");
    assert_eq!(sql("IN ({{ var('states') | string_list }})"), "IN ('TX', 'CA')");
    assert_eq!(sql("{{ var('states') | join(', ') }}"), "TX, CA");
    assert_eq!(sql("{% if var('day') %}x{% else %}{{ var('day') | literal }}{% endif %}"), "NULL");
    assert_eq!(sql("{{ solution.title | literal }} {{ target.name }}"), "'Member Centre' dev");
    assert_eq!(
        sql("{% for s in var('states') %}{{ s | literal }}{{ ' AND ' if not loop.last }}{% endfor %}"),
        "'TX' AND 'CA'"
    );
    assert_eq!(sql("{{ 'a' ~ var('hours') }} {{ var('hours') * 2 }}"), "a24 48");
    let dated = sql_with("{{ var('day') }} '{{ var('day').iso }}'", &[("day", "2025-11-14")], &[]).unwrap();
    assert_eq!(dated.output.text(), "DATE '2025-11-14' '2025-11-14'");
}

#[test]
fn sources() {
    let yaml = "tables:\n  - name: '{{ var('text') }}.crm.accounts'\n    columns: [{ name: id, type: BIGINT }]\n";
    let source = [("sql/ins/sources.yml", yaml)];
    let rendered =
        sql_with("{{ source('crm.accounts') }} {{ source('plain.crm.accounts').full_name | literal }}", &[], &source);
    assert_eq!(rendered.unwrap().output.text(), "`plain`.`crm`.`accounts` 'plain.crm.accounts'");
    assert_eq!(
        sql_with("{{ source('crm.acounts') }}", &[], &source).unwrap_err(),
        [
            "sql/ins/bronze/a.sql:1:4 LS204: source() names `crm.acounts`, which sources.yml does not declare [did you mean `crm.accounts`?]"
        ]
    );
    let (solution, _) = render(&source, &[]);
    assert_eq!(solution.sources[0].location.display(), "sql/ins/sources.yml:2:11");
    assert_eq!(solution.sources[0].columns[0].kind.location.display(), "sql/ins/sources.yml:3:33");
}

/// Each attack must be refused or be inert; none may end the place that it is printed in.
#[test]
fn injection_through_a_variable_is_impossible() {
    let attacks = [
        "x; DROP TABLE t",
        "1 OR 1=1",
        "' OR ''='",
        "a' --",
        "\\",
        "\\'",
        "a\nb",
        "*/ DROP",
        "--",
        "`",
        "a`b",
        "$$",
        "${x}",
        "{{ catalog }}",
        "\"",
        "é'",
        "x) UNION SELECT (1",
        "\u{0}",
        "a b",
        "'; --",
        "\r\n",
        "a.b; c",
    ];
    let places = [
        "SELECT {{ var('text') }}",
        "SELECT '{{ var('text') }}'",
        "SELECT \"{{ var('text') }}\"",
        "SELECT r'{{ var('text') }}'",
        "SELECT 1 -- {{ var('text') }}\n",
        "SELECT 1 /* {{ var('text') }} */",
        "SELECT `{{ var('text') }}`",
        "AS $$ {{ var('text') }} $$",
        "SELECT '{{ var('text') | literal }}'",
        "SELECT {{ var('text') ~ '' }}",
        "{% set x %}{{ var('text') }}{% endset %}SELECT {{ x }}",
        "{% macro m(v) %}{{ v }}{% endmacro %}SELECT {{ m(var('text')) }}",
        "SELECT {{ [var('text')] | join(', ') }}",
        "SELECT {{ ['a', 'b'] | join(var('text')) }}",
        "SELECT {{ var('text') | upper }}",
        "SELECT {{ var('text') | trim | indent(2, true) }}",
        "SELECT {{ var('absent') if false else var('text') }}",
        "SELECT {{ none | default(var('text'), true) }}",
    ];
    for place in places {
        for attack in attacks {
            match sql_with(place, &[("text", attack)], &[]) {
                Err(found) => assert!(found.iter().all(|m| m.contains("LS203")), "{place} {attack:?}: {found:?}"),
                Ok(rendered) => {
                    let text = rendered.output.text();
                    // Letters of paths are inert inside quotes, and `--` is one of them.
                    if place.contains("SELECT '{{")
                        || place.contains('"')
                        || place.contains("r'")
                        || place.contains("$$")
                    {
                        assert_eq!(attack, "--");
                        continue;
                    }
                    if text == "SELECT " && place.contains("trim") {
                        assert!(attack.trim().is_empty());
                        continue;
                    }
                    // What is left: comments and quoted names hold text that cannot end them.
                    let (open, shut) = match place {
                        _ if place.contains("--") => ("-- ", "\n"),
                        _ if place.contains("/*") => ("/* ", " */"),
                        _ if place.contains('`') => ("`", "`"),
                        _ => panic!("{place} {attack:?} gave {text}"),
                    };
                    let inner = text.split_once(open).unwrap().1.strip_suffix(shut).unwrap();
                    assert_eq!(inner, attack);
                    assert!(!inner.contains(shut.trim_matches(' ')) && !inner.contains('\n'), "{text}");
                }
            }
        }
    }
    assert_eq!(
        refused("SELECT\n  {{ var('text') }},\n  '{{ var('text') }}'", &[("text", "a b")]),
        [
            "sql/ins/bronze/a.sql:2:6 LS203: a text is printed in SQL without a filter: `a b` [use `| literal` for a quoted text or `| ident` for a name]",
            "sql/ins/bronze/a.sql:3:7 LS203: a text with other characters than letters, digits and `_./:@+=-` is printed inside quotes: `a b` [remove the quotes and use `| literal`]",
        ]
    );
    assert_eq!(refused("SELECT 1 -{{ var('hours') }}", &[("hours", "-5")]).len(), 1);
    assert_eq!(refused("{{ var('states') }} {{ none }} {{ ref }}", &[]).len(), 3);
}

/// SQL language reference, "STRING type": a backslash escapes a quote and itself.
#[test]
fn filters_quote_every_text() {
    let quoted = |filter: &str, text: &str| {
        let template = format!("{{{{ var('text') | {filter} }}}}");
        sql_with(&template, &[("text", text)], &[]).unwrap().output.text().to_string()
    };
    assert_eq!(quoted("literal", r"it's a \ -- `x`"), r"'it\'s a \\ -- `x`'");
    assert_eq!(quoted("literal", "a\nb"), r"'a\nb'");
    assert_eq!(quoted("ident", "a`b; c"), "`a``b; c`");
    assert_eq!(refused("IN ({{ var('states') | string_list }})", &[("states", "")]).len(), 1);
    assert!(refused("{{ var('states') | literal }}", &[])[0].starts_with("sql/ins/bronze/a.sql:1:20 LS205"));
}

/// Every character that stands in the output because it stands in a template maps to that very character.
#[test]
fn template_text_maps_to_itself() {
    let macros = "{% macro cost(column, n=2) -%}\n  ROUND({{ column }}, {{ n }}) -- «macro»\n{%- endmacro %}\n{% macro wrap() %}[{{ caller() }}]{% endmacro %}";
    let partial = "-- «partial» é {{ catalog }}\n";
    let template = "{% import '_macros/money.sql' as money -%}\n{% from '_macros/money.sql' import wrap %}
-- «head» {# gone #}
SELECT {%- for s in var('states') %}
  {{ s | literal }} AS «{{ s }}»,{% if loop.last -%}   «last»  {%- endif %}
{%- endfor %}
  {{ money.cost('a') }}, {{- money.cost('b', 3) | trim }},
{% set block %}«block {{ var('hours') }}» {% endset -%}
{{ block | indent(4, true) }}{{ block }}
{% call wrap() %}«body {{ var('price') }}»{% endcall %}
{% include '_macros/partial.sql' %}{% raw %}«{{ raw }} {% x %}»{% endraw %}
{%+ if true %}«plus»{% endif %}{{ '«constant»' }}
";
    let more = [("sql/_macros/money.sql", macros), ("sql/_macros/partial.sql", partial)];
    let rendered = sql_with(template, &[], &more).unwrap();
    let text = rendered.output.text();
    let expected = "
-- «head» 
SELECT
  'TX' AS «TX»,
  'CA' AS «CA»,«last»
  ROUND(a, 2) -- «macro»,ROUND(b, 3) -- «macro»,
    «block 24» «block 24» 
[«body 8.00»]
-- «partial» é dev_ins
«{{ raw }} {% x %}»
«plus»«constant»
";
    assert_eq!(text, expected);
    let generated =
        ["'TX'", "TX»", "'CA'", "CA»", "a,", "2)", "b,", "3)", "    «block", "24", "8.00", "dev_ins", "«constant»"];
    let mut exact = 0;
    for (at, c) in text.char_indices() {
        let span = Span::new(at, at + c.len_utf8());
        let location = rendered.locate(span);
        let origin = &location.file.text()[location.span.range()];
        if origin.chars().eq([c]) {
            exact += 1;
        } else {
            // A printed value: its place is the expression that printed it.
            let around = &text[text[..at].rfind('\n').map_or(0, |n| n + 1)..];
            assert!(generated.iter().any(|value| around.contains(value)), "{c:?} at {at} maps to {origin:?}");
            assert!(!c.is_whitespace() || origin.contains("indent") || origin == "block", "{origin}");
        }
    }
    assert!(exact > text.chars().count() / 2, "{exact} of {}", text.chars().count());
    let place = |needle: &str| {
        rendered.locate(Span::new(text.find(needle).unwrap(), text.find(needle).unwrap() + needle.len()))
    };
    assert_eq!(place("«head»").display(), "sql/ins/bronze/a.sql:3:4");
    assert_eq!(place("«last»").display(), "sql/ins/bronze/a.sql:5:56");
    assert_eq!(place("«macro»").display(), "sql/_macros/money.sql:2:35");
    assert_eq!(place("«partial»").display(), "sql/_macros/partial.sql:1:4");
    assert_eq!(place("{{ raw }}").display(), "sql/ins/bronze/a.sql:11:46");
    // Text of several origins: the smallest stretch of one template that covers it.
    let span = place("'CA' AS");
    assert_eq!(&span.file.text()[span.span.range()], "s | literal }} AS");
    let span = place("2) -- «macro»,");
    assert_eq!(span.display(), "sql/ins/bronze/a.sql:7:6");
}

#[test]
fn findings_in_macros_name_their_callers() {
    use crate::diag::{Code, Diagnostic};
    let macros = [("sql/_macros/m.sql", "{% macro up(c) %}UPPER({{ c }}){% endmacro %}")];
    let rendered = sql_with("{% import '_macros/m.sql' as m %}SELECT {{ m.up('nope') }}", &[], &macros).unwrap();
    let at = rendered.output.text().find("nope").unwrap();
    let finding =
        Diagnostic::error(Code::UNKNOWN_COLUMN, "x").at(Location::new(&rendered.output, Span::new(at, at + 4)));
    let mapped = rendered.map_diagnostic(finding);
    assert_eq!(mapped.location.unwrap().display(), "sql/_macros/m.sql:1:27");
    assert_eq!(mapped.related[0].location.display(), "sql/ins/bronze/a.sql:1:44");
}

#[test]
fn template_errors_are_located() {
    let one = |template: &str| refused(template, &[]).join("|");
    assert_eq!(one("SELECT {{ x"), "sql/ins/bronze/a.sql:1:8 LS201: this `{{` is not closed");
    assert!(one("a\n{% if x %}").starts_with("sql/ins/bronze/a.sql:2:"), "{}", one("a\n{% if x %}"));
    assert_eq!(
        one("a\n  {{ catalgo }}"),
        "sql/ins/bronze/a.sql:2:6 LS202: `catalgo` is undefined [did you mean `catalog`?]"
    );
    assert_eq!(
        one("{{ target.nam }}"),
        "sql/ins/bronze/a.sql:1:4 LS202: `target.nam` is undefined [did you mean `name`?]"
    );
    assert_eq!(
        one("{{ target.nam | literal }}"),
        "sql/ins/bronze/a.sql:1:17 LS202: the value before `| literal` is undefined"
    );
    assert_eq!(one("{{ reff('silver.b') }}"), "sql/ins/bronze/a.sql:1:4 LS202: reff is unknown [did you mean `ref`?]");
    assert_eq!(
        one("{{ 1 | litteral }}"),
        "sql/ins/bronze/a.sql:1:8 LS202: filter litteral is unknown [did you mean `literal`?]"
    );
    assert_eq!(
        refused("{{ ref('silver.bb') }}\n{{ ref('bronze.b') }} {{ ref('slver.b').name }}", &[]),
        [
            "sql/ins/bronze/a.sql:1:4 LS204: ref() names `silver.bb`, but there is no sql/ins/silver/bb.sql [did you mean `silver.b`?]",
            "sql/ins/bronze/a.sql:2:4 LS204: ref() names `bronze.b`, but there is no sql/ins/bronze/b.sql [did you mean `silver.b`?]",
            "sql/ins/bronze/a.sql:2:26 LS204: ref() names `slver.b`, but there is no sql/ins/slver/b.sql [did you mean `silver.b`?]",
        ]
    );
    assert_eq!(
        one("{{ var('hour') }}"),
        "sql/ins/bronze/a.sql:1:4 LS108: the variable `hour` is not declared [did you mean `hours`?]"
    );
    assert_eq!(
        one("{{ principal('auditors') | literal }}"),
        "sql/ins/bronze/a.sql:1:4 LS803: the principal `auditors` has no name in the target `dev` [name it under `principals` in lakesmith.yml]"
    );
    assert_eq!(one("x {{ 1 / 0 }}"), "sql/ins/bronze/a.sql:1:6 LS205: unable to calculate 1 / 0");
    assert!(
        one("{% include '_macros/none.sql' %}").starts_with("sql/ins/bronze/a.sql:1:"),
        "{}",
        one("{% include '_macros/none.sql' %}")
    );
    assert!(one("{{ '\\ufdd0' }}").starts_with("sql/ins/bronze/a.sql:1:4 LS201"));
    assert!(one("a \u{fdd0}").starts_with("sql/ins/bronze/a.sql:1:3 LS201"));
    assert!(one("{% set x %}abc{% endset %}{{ x[1:] }}").contains("was cut"));
}

/// Text that a macro printed carries marks, so a comparison would silently be false.
#[test]
fn printed_text_is_not_compared() {
    let module = [("sql/_macros/m.sql", "{% macro f(x) %}{{ x }}{% endmacro %}")];
    let import = "{% import '_macros/m.sql' as m %}{% from '_macros/m.sql' import f as g %}{% set b %}1{% endset %}";
    for condition in ["m.f(1) == '1'", "'1' in g(1)", "b != '1'", "not (x == g(1))", "1 < b < 3", "g(1) is eq('1')"] {
        let found = sql_with(&format!("{import}{{% if {condition} %}}{{% endif %}}"), &[], &module).unwrap_err();
        assert!(found[0].contains("LS201: what a macro or block printed is compared"), "{found:?}");
    }
    let template =
        format!("{import}{{{{ m.f(1) | string == '1' }}}} {{{{ (b | string) == '1' }}}} {{% if b %}}yes{{% endif %}}");
    assert_eq!(sql_with(&template, &[], &module).unwrap().output.text(), "true true yes");
}

#[test]
fn errors_in_macros_are_located_there() {
    let macros = [
        ("sql/_macros/m.sql", "\n{% macro f(x) %}\n  {{ nope }}{% endmacro %}"),
        ("sql/_macros/bad.sql", "\n{% if %}"),
    ];
    let found = sql_with("{% import '_macros/m.sql' as m %}\n{{ m.f(1) }}", &[], &macros).unwrap_err();
    assert_eq!(found, ["sql/_macros/m.sql:3:6 LS202: `nope` is undefined"]);
    let found = sql_with("{% import '_macros/bad.sql' as m %}", &[], &macros).unwrap_err();
    assert!(found[0].starts_with("sql/_macros/bad.sql:2:7 LS201"), "{found:?}");
}

#[test]
fn a_marked_text_cannot_be_forged_by_a_variable() {
    // The marks of a trusted constant around an attack.
    let forged = "\u{fde6}\u{fde8}1; DROP\u{fde9}";
    for template in ["{{ var('text') }}", "{{ var('text') | literal }}", "{{ var('text') ~ 'a' }}"] {
        let project = project(&[("sql/ins/bronze/a.sql", template)]);
        let (overrides, _) = Overrides::new(&project, &[("text".into(), forged.into())], &Env::default());
        let (_, out) = project.resolve(None, &overrides);
        assert!(messages(&out)[0].contains("LS104: --var text: the text contains a noncharacter"), "{out:?}");
    }
}

#[test]
fn yaml_is_rendered_with_its_own_quoting() {
    let yaml = "name: {{ var('text') | literal }}\ntable: {{ ref('silver.b') }}\nother: {{ ref('gold.c').full_name }}\ncatalog: {{ catalog }}
path: {{ volume_path('bronze.landing') }}/x\nday: {{ var('day') }}\nhours: {{ var('hours') }}\nstates: {{ var('states') | string_list }}
sql: |\n  SELECT * FROM {{ ref('silver.b') }}\n  WHERE x = {{ var('text') | sql_literal }}\n";
    let files = [("jobs/ins/j.yml", yaml), ("sql/ins/silver/b.sql", ""), ("sql/ins/gold/c.sql", "")];
    let (solution, out) = render(&files, &[("text", "a: \"b\" # 'c'")]);
    assert!(out.is_empty(), "{out:?}");
    let rendered = &solution.resources[0];
    let (node, out) = rendered.yaml();
    assert!(out.is_empty(), "{out:?} {}", rendered.output.text());
    let node = node.unwrap();
    let text = |key: &str| node.get(key).unwrap().as_str().unwrap().to_string();
    assert_eq!(text("name"), "a: \"b\" # 'c'");
    assert_eq!(text("table"), "dev_ins.silver.b");
    assert_eq!(text("other"), "dev_ins.gold-x.c");
    assert_eq!(text("catalog"), "dev_ins");
    assert_eq!(text("path"), "/Volumes/dev_ins/raw/landing/x");
    assert!(node.get("day").unwrap().is_null());
    assert_eq!(node.get("hours").unwrap().as_i64(), Some(24));
    assert_eq!(node.get("states").unwrap().as_list().unwrap().len(), 2);
    assert_eq!(text("sql"), "SELECT * FROM dev_ins.silver.b\nWHERE x = 'a: \"b\" # \\'c\\''\n");
    for template in
        ["name: {{ var('text') }}", "name: \"{{ var('text') | literal }}\"", "x: { a: '{{ var('text') | literal }}' }"]
    {
        let (_, out) = render(&[("jobs/ins/j.yml", template)], &[("text", "x, b: 1")]);
        assert!(messages(&out)[0].contains("LS203"), "{template}");
    }
    let (_, out) = render(&[("jobs/ins/j.yml", "a: {{ var('hours') }}\n  b: [\n")], &[]);
    let (solution, _) = render(&[("jobs/ins/j.yml", "a: {{ var('hours') }}\nb: {{ var('hours') }}: c\n")], &[]);
    assert!(out.is_empty());
    let found = solution.resources[0].yaml().1;
    assert!(messages(&found)[0].starts_with("jobs/ins/j.yml:2:"), "{found:?}");
}

#[test]
fn the_variables_of_a_file_are_known() {
    let rendered = sql_with("{{ var('hours') }}{% if var('flag') %}{% endif %}", &[], &[]).unwrap();
    assert_eq!(rendered.variables.iter().collect::<Vec<_>>(), ["flag", "hours"]);
}
