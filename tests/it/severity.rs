//! `checks` of the manifest and allow comments: what a project makes of its findings.

use crate::support::{Run, TestProject, shop::board};

const MANIFEST: &str = "name: shop
solutions:
  shop: { catalog: shop, schemas: { bronze: bronze } }
";
const JOBS: &str = "catalogs:\n  main: { name: shop }\nschemas:\n  bronze: { catalog_name: shop, name: bronze }\n\
    pipelines:\n  main: { name: shop, catalog: shop, schema: bronze, serverless: true, sql: [sql] }\n";

/// With a materialized view of this text behind `SELECT`, and `checks` of the manifest.
fn shop(checks: &str, sql: &str) -> TestProject {
    let manifest = format!("{MANIFEST}{checks}");
    TestProject::new(&[
        ("lakesmith.yml", &manifest),
        ("jobs/shop.yml", JOBS),
        ("sql/bronze/one.sql", "CREATE MATERIALIZED VIEW {{ this }} AS SELECT 1 AS a, 2 AS b;\n"),
        ("sql/bronze/two.sql", sql),
    ])
}

const WRONG: &str = "CREATE MATERIALIZED VIEW {{ this }} AS\nSELECT c\nFROM {{ ref('bronze.one') }};\n";

/// Code, severity and line of each finding; and how many were allowed.
#[track_caller]
fn told(run: Run) -> (Vec<String>, u64) {
    let code = run.code.unwrap();
    let json = run.json(code);
    let line = |finding: &serde_json::Value| {
        let text = |key: &str| finding[key].as_str().unwrap().to_string();
        format!("{} {} {}:{}", text("code"), text("severity"), text("file"), finding["start"]["line"])
    };
    let findings: Vec<String> = json["diagnostics"].as_array().unwrap().iter().map(line).collect();
    let errors = findings.iter().any(|finding| finding.contains(" error "));
    assert_eq!(code, i32::from(errors), "{json}");
    (findings, json["summary"]["allowed"].as_u64().unwrap())
}

fn check(project: &TestProject, arguments: &[&str]) -> (Vec<String>, u64) {
    told(project.run(&[&["check", "--format", "json"], arguments].concat()))
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn a_project_decides_how_severe_its_findings_are() {
    let with = |checks: &str| check(&shop(checks, WRONG), &[]);
    assert_eq!(with("").0, ["LS402 error sql/bronze/two.sql:2"]);
    assert_eq!(with("checks: { LS402: warning }\n").0, ["LS402 warning sql/bronze/two.sql:2"]);
    assert_eq!(with("checks: { LS4: note }\n").0, ["LS402 note sql/bronze/two.sql:2"]);
    assert_eq!(with("checks: { LS4: error, LS402: off }\n"), (none(), 0));
    assert_eq!(with("checks: { LS402: off, LS4: error }\n"), (none(), 0));
}

#[test]
fn strict_takes_warnings_for_errors() {
    let project = shop("checks: { LS402: warning }\n", WRONG);
    assert_eq!(project.run(&["check"]).code, Some(0));
    assert_eq!(check(&project, &["--strict"]).0, ["LS402 error sql/bronze/two.sql:2"]);
    let note = shop("checks: { LS402: note }\n", WRONG);
    assert_eq!(check(&note, &["--strict"]).0, ["LS402 note sql/bronze/two.sql:2"]);
}

/// What `check` lets pass, `plan` lets pass, and nothing else.
#[test]
fn plans_obey_the_same_rules() {
    let plan = |checks: &str, sql: &str| shop(checks, sql).run_live(&["plan", "-t", "local", "--no-progress"]);
    let refused = plan("", WRONG);
    assert_eq!(refused.code, Some(1), "{refused}");
    let allowed = WRONG.replace("SELECT c", "SELECT c -- lakesmith: allow(LS402) comes with the next release");
    for run in [plan("checks: { LS402: warning }\n", WRONG), plan("", &allowed)] {
        assert_eq!(run.code, Some(0), "{run}");
    }
    // A query that cannot be read, which only binding its dataset finds, whatever the project says of it.
    let broken = WRONG.replace("SELECT c", "SELECT a b c -- lakesmith: allow(LS302) x");
    let refused = plan("", &broken);
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr.contains("error[LS302]") && refused.stderr.contains("error[LS113]"), "{refused}");
    // Found by a later stage, too.
    let grants = "grants:\n  one:\n    securable_type: schema\n    securable: shop.bronze\n    privileges: { x: [CREATE_SCHEMA] }\n";
    let fine = WRONG.replace("SELECT c", "SELECT a");
    for (checks, code) in [("", 1), ("checks: { LS801: warning }\n", 0)] {
        let project = shop(checks, &fine);
        project.write("jobs/grants.yml", grants);
        let run = project.run_live(&["plan", "-t", "local", "--no-progress"]);
        assert_eq!(run.code, Some(code), "{run}");
    }
}

#[test]
fn a_comment_allows_the_line_that_it_stands_on_or_above() {
    let with = |from: &str, to: &str| check(&shop("", &WRONG.replace(from, to)), &[]);
    let fine = (none(), 1);
    assert_eq!(with("SELECT c", "SELECT c -- lakesmith: allow(LS402) later"), fine);
    assert_eq!(with("SELECT c", "-- lakesmith: allow(LS402) later\n-- more words\nSELECT c"), fine);
    assert_eq!(with("SELECT c", "SELECT c -- lakesmith: allow(LS403, LS402) later").1, 1);
    assert_eq!(with("CREATE", "-- lakesmith: allow-file(LS402) later\n\nCREATE"), fine);
    assert_eq!(with("\n", "\r\n").0, ["LS402 error sql/bronze/two.sql:2"]);
    assert_eq!(with("SELECT c\n", "SELECT c -- lakesmith: allow(LS402) later\r\n"), fine);
    // Two lines above, or for another code: the finding stays, and the comment is not needed.
    let apart = with("SELECT c", "-- lakesmith: allow(LS402) later\n\nSELECT c").0;
    assert_eq!(apart, ["LS115 warning sql/bronze/two.sql:2", "LS402 error sql/bronze/two.sql:4"]);
    let other = with("SELECT c", "SELECT c -- lakesmith: allow(LS404) later").0;
    assert_eq!(other, ["LS402 error sql/bronze/two.sql:2", "LS115 warning sql/bronze/two.sql:2"]);
}

/// The place of a finding is one of the template: a macro's text is allowed where it is written.
#[test]
fn a_comment_in_a_macro_allows_what_the_macro_makes() {
    let project = shop(
        "",
        "{% import '_macros/m.sql' as m %}\nCREATE MATERIALIZED VIEW {{ this }} AS\n\
         SELECT {{ m.columns() }} FROM {{ ref('bronze.one') }};\n",
    );
    project.write("sql/_macros/m.sql", "{% macro columns() %}\n-- lakesmith: allow(LS402) later\nc\n{% endmacro %}\n");
    assert_eq!(check(&project, &[]), (none(), 1));
    // Another solution may need it: nobody knows when only one is checked.
    project.edit("sql/bronze/one.sql", "1 AS a", "1 AS a, 3 AS c");
    assert_eq!(check(&project, &[]).0, ["LS115 warning sql/_macros/m.sql:2"]);
    assert_eq!(check(&project, &["shop"]).0, none());
}

#[test]
fn comments_in_yaml_and_entries_for_files_that_hold_none() {
    let dashboard = &board("SELECT c FROM shop.bronze.one", "c");
    let fine = WRONG.replace("SELECT c", "SELECT a");
    let entry = "checks:\n  allow:\n    - { code: LS602, file: \"dashboards/*.json\", reason: made in the UI }\n";
    for (checks, expected) in [("", vec!["LS602 error dashboards/d.lvdash.json:1".to_string()]), (entry, none())] {
        let project = shop(checks, &fine);
        project.write("dashboards/d.lvdash.json", dashboard);
        assert_eq!(check(&project, &[]), (expected, u64::from(!checks.is_empty())));
    }
    let project = shop(entry, &fine);
    assert_eq!(check(&project, &[]).0, ["LS115 warning lakesmith.yml:6"]);
    let grants = "grants:\n  one:\n    securable_type: table\n    securable: shop.bronze.one\n    privileges:\n      \
                  x: [USE_SCHEMA] # lakesmith: allow(LS801) a rule of ours\n";
    let project = shop("", &fine);
    project.write("jobs/grants.yml", grants);
    assert_eq!(check(&project, &[]), (none(), 1));
}

#[test]
fn what_an_allow_may_not_do() {
    let with = |comment: &str| check(&shop("", &WRONG.replace("SELECT c", &format!("SELECT c -- {comment}"))), &[]).0;
    let finding = "LS402 error sql/bronze/two.sql:2".to_string();
    let at = |what: &str| vec![finding.clone(), format!("{what} sql/bronze/two.sql:2")];
    assert_eq!(with("lakesmith: allow(LS402)"), at("LS114 error"));
    assert_eq!(with("lakesmith: allow(LS4022) x"), at("LS112 error"));
    assert_eq!(with("lakesmith: alow(LS402) x"), at("LS116 warning"));
    assert_eq!(with("lakesmith: allow-file(LS402) x"), at("LS116 warning"));
    // A statement that cannot be read is no matter of opinion.
    let broken = WRONG.replace("SELECT c", "SELECT a b c -- lakesmith: allow(LS302) x");
    let found = check(&shop("", &broken), &[]).0;
    assert!(found.iter().any(|f| f.starts_with("LS302 error")), "{found:?}");
    assert!(found.contains(&"LS113 error sql/bronze/two.sql:2".to_string()), "{found:?}");
}

/// What is not seen may hold what a comment allows.
#[test]
fn nothing_is_called_unused_while_a_file_cannot_be_read() {
    let project = shop("", &WRONG.replace("SELECT c", "SELECT a -- lakesmith: allow(LS402) later"));
    assert_eq!(check(&project, &[]).0, ["LS115 warning sql/bronze/two.sql:2"]);
    project.write("sql/bronze/three.sql", "SELECT (;\n");
    let found = check(&project, &[]).0;
    assert!(!found.is_empty() && found.iter().all(|finding| !finding.starts_with("LS115")), "{found:?}");
}

/// Rules about who may see what look at targets that many people use; in the others nothing can be found.
#[test]
fn an_allow_for_a_protected_target_is_not_unused_elsewhere() {
    let sql = WRONG.replace("SELECT c", "SELECT a -- lakesmith: allow(LS801) later");
    let project = shop(
        "targets:\n  prod: { mode: production, host: \"https://w.test\", run_as: { service_principal: s } }\n",
        &sql,
    );
    assert_eq!(check(&project, &["-t", "local"]).0, none());
    assert_eq!(check(&project, &["-t", "prod"]).0, ["LS115 warning sql/bronze/two.sql:2"]);
}

#[test]
fn wrong_rules_are_shown_where_they_are_written() {
    let project = shop("checks:\n  LS4022: off\n  LS302: warning\n  LS402: warn\n", WRONG);
    insta::assert_snapshot!(project.run(&["check"]), @"
    exit code: 1
    ----- stderr -----
    error[LS112]: the code `LS4022` does not exist
     --> lakesmith.yml:5:3
      |
    5 |   LS4022: off
      |   ^^^^^^
      |
      = help: did you mean `LS402`?

    error[LS113]: `LS302` cannot be lowered: such an error means that nobody knows what would be deployed
     --> lakesmith.yml:6:3
      |
    6 |   LS302: warning
      |   ^^^^^

    error[LS104]: `warn` is not a severity
     --> lakesmith.yml:7:10
      |
    7 |   LS402: warn
      |          ^^^^
      |
      = help: severities: off, note, warning, error

    3 errors
    ");
}

#[test]
fn the_summary_counts_what_is_allowed() {
    let project = shop("", &WRONG.replace("SELECT c", "SELECT c -- lakesmith: allow(LS402) later"));
    insta::assert_snapshot!(project.run(&["check"]), @"
    exit code: 0
    ----- stdout -----
    3 files, 2 statements, proved 2 of 3 expressions: no errors, 1 allowed
    ");
}
