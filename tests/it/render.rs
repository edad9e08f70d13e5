//! `lakesmith render`.

use crate::support::{TestProject, repository};

const MANIFEST: &str = "name: shop
solutions:
  ins: { catalog: ins, schemas: { bronze: bronze, silver: silver } }
  other: { catalog: other, schemas: { bronze: bronze } }
variables:
  customer: { type: string, default: ACME }
";

fn shop() -> TestProject {
    TestProject::new(&[
        ("lakesmith.yml", MANIFEST),
        ("sql/_macros/m.sql", "{% macro trimmed(column) %}TRIM({{ column }}){% endmacro %}\n"),
        (
            "sql/ins/silver/b.sql",
            "{%- import '_macros/m.sql' as m -%}\nSELECT {{ m.trimmed('id') }} FROM {{ ref('bronze.a') }}\n",
        ),
        ("sql/ins/bronze/a.sql", "SELECT {{ var('customer') | literal }} AS id\n"),
        ("sql/other/bronze/c.sql", "SELECT 1\n"),
        ("jobs/ins/j.yml", "name: {{ solution.name }}\n"),
        ("dashboards/ins/d.lvdash.json", "{\"x\": \"{{ not a template }}\"}"),
    ])
}

#[test]
fn lists_the_files_of_a_solution_or_of_all() {
    let shop = shop();
    insta::assert_snapshot!(shop.run(&["render"]), @"
    exit code: 0
    ----- stdout -----
    jobs/ins/j.yml
    sql/ins/bronze/a.sql
    sql/ins/silver/b.sql
    sql/other/bronze/c.sql
    ");
    insta::assert_snapshot!(shop.run(&["render", "other"]), @"
    exit code: 0
    ----- stdout -----
    sql/other/bronze/c.sql
    ");
}

#[test]
fn writes_rendered_files_at_their_templates_paths() {
    let shop = shop();
    let run = shop.run(&["render", "--out", "target/rendered", "--var", "customer=O'Neil"]);
    insta::assert_snapshot!(run, @"
    exit code: 0
    ----- stderr -----
    4 files for `local` written below target/rendered
    ");
    assert_eq!(
        shop.files("target/rendered"),
        [
            ".lakesmith-render.json",
            "jobs/ins/j.yml",
            "sql/ins/bronze/a.sql",
            "sql/ins/silver/b.sql",
            "sql/other/bronze/c.sql"
        ]
    );
    assert_eq!(shop.read("target/rendered/sql/ins/bronze/a.sql"), "SELECT 'O\\'Neil' AS id\n");
    assert_eq!(shop.read("target/rendered/sql/ins/silver/b.sql"), "SELECT TRIM(id) FROM `ins`.`bronze`.`a`\n");
    assert_eq!(shop.read("target/rendered/jobs/ins/j.yml"), "name: ins\n");
}

#[test]
fn what_an_earlier_render_left_goes_away_and_nothing_else() {
    let shop = shop();
    shop.run(&["render", "--out", "r"]).success();
    shop.write("r/notes.txt", "mine");
    shop.write("r/sql/ins/bronze/a.sql", "edited");
    for gone in ["sql/ins/silver/b.sql", "sql/ins/bronze/a.sql", "sql/other/bronze/c.sql"] {
        std::fs::remove_file(shop.root().join(gone)).unwrap();
    }
    // Of the other solution nothing is known in this run.
    shop.run(&["render", "ins", "--out", "r"]).success();
    assert_eq!(
        shop.files("r"),
        [".lakesmith-render.json", "jobs/ins/j.yml", "notes.txt", "sql/ins/bronze/a.sql", "sql/other/bronze/c.sql"]
    );
    assert!(!shop.root().join("r/sql/ins/silver").exists());
    shop.run(&["render", "--out", "r"]).success();
    assert_eq!(shop.files("r"), [".lakesmith-render.json", "jobs/ins/j.yml", "notes.txt", "sql/ins/bronze/a.sql"]);
    // A file that cannot be rendered is not gone.
    shop.write("jobs/ins/j.yml", "name: {{ nothing }}\n");
    let run = shop.run(&["render", "--out", "r"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(shop.read("r/jobs/ins/j.yml"), "name: ins\n");
}

#[test]
fn never_overwrites_the_templates() {
    let shop = shop();
    let before = shop.read("sql/ins/bronze/a.sql");
    insta::assert_snapshot!(shop.run(&["render", "--out", "."]), @"
    exit code: 2
    ----- stderr -----
    error: `.` is the project's folder, and the templates would be overwritten
    ");
    insta::assert_snapshot!(shop.run(&["render", "--out", "sql/.."]).code.unwrap(), @"2");
    assert_eq!(shop.read("sql/ins/bronze/a.sql"), before);
}

#[test]
fn json_lists_files_with_their_digests() {
    let shop = shop();
    let json = shop.run(&["render", "other", "--format", "json"]).json(0);
    // sha256sum of "SELECT 1\n".
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap(), @r#"
    {
      "version": 1,
      "target": "local",
      "files": [
        {
          "solution": "other",
          "path": "sql/other/bronze/c.sql",
          "sha256": "a0a22c9dfa428cdce6fb3e58a40d4052335e17e5fbe42efc2f17f9ca813be62c"
        }
      ],
      "diagnostics": []
    }
    "#);
    let one = shop.run(&["render", "--file", "jobs/ins/j.yml", "--format", "json"]).json(0);
    assert_eq!(one["files"][0]["text"], "name: ins\n");
}

#[test]
fn findings_point_into_templates_and_the_other_files_are_rendered() {
    let shop = shop();
    shop.write("sql/ins/silver/bad.sql", "{%- import '_macros/m.sql' as m -%}\nSELECT {{ m.trimmed(var('customer')) }},\n  {{ ref('bronze.aa') }},\n  '{{ var('customer') }}'\n");
    insta::assert_snapshot!(shop.run(&["render", "ins", "--var", "customer=x' OR 'a"]), @"
    exit code: 1
    ----- stdout -----
    jobs/ins/j.yml
    sql/ins/bronze/a.sql
    sql/ins/silver/b.sql
    ----- stderr -----
    error[LS203]: a text is printed in SQL without a filter: `x' OR 'a`
     --> sql/_macros/m.sql:1:36
      |
    1 | {% macro trimmed(column) %}TRIM({{ column }}){% endmacro %}
      |                                    ^^^^^^
      |
     ::: sql/ins/silver/bad.sql:2:11
      |
    2 | SELECT {{ m.trimmed(var('customer')) }},
      |           -------------------------- printed through this
      |
      = help: use `| literal` for a quoted text or `| ident` for a name

    error[LS204]: ref() names `bronze.aa`, but there is no sql/ins/bronze/aa.sql
     --> sql/ins/silver/bad.sql:3:6
      |
    3 |   {{ ref('bronze.aa') }},
      |      ^^^^^^^^^^^^^^^^
      |
      = help: did you mean `bronze.a`?

    error[LS203]: a text with other characters than letters, digits and `_./:@+=-` is printed inside quotes: `x' OR 'a`
     --> sql/ins/silver/bad.sql:4:7
      |
    4 |   '{{ var('customer') }}'
      |       ^^^^^^^^^^^^^^^
      |
      = help: remove the quotes and use `| literal`

    3 errors
    ");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let shop = shop();
    let first = shop.run(&["render", "--format", "json"]).success();
    assert_eq!(first, shop.run(&["render", "--format", "json"]).success());
}

/// The repository is itself a project, and its templates render for every target.
#[test]
fn this_repository_renders_for_every_target() {
    let project = TestProject::new(&[]);
    for target in ["local", "dev", "prod"] {
        let run = project.run_in(&repository(), &["render", "-t", target], &[]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{target}: {run}");
        assert!(run.stdout.contains("sql/insurance/"), "{run}");
    }
}
