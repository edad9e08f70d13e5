//! Cases and queries that somebody else reads than whoever runs them. The rules are those of docs/sql-tests.md; what a
//! row filter and a mask do is in the Databricks documentation, "Row filters and column masks".

use crate::support::{Run, TestProject};

const MANIFEST: &str = "name: shop
solutions:
  shop: {catalog: shop, schemas: {silver: silver}}
principals:
  clerks: {local: clerks, prod: grp-clerks}
  auditors: {local: auditors}
  boss: {local: boss@shop.test}
  remote: {prod: grp-remote}
targets:
  local: {}
  prod: {mode: production, host: \"https://w.example.test\", run_as: {user: someone}}
";

/// Clerks see their own orders and no note, auditors everything, the boss all rows.
fn shop(cases: &str) -> TestProject {
    let project = TestProject::new(&[
        ("lakesmith.yml", MANIFEST),
        (
            "jobs/pipeline.yml",
            "pipelines:\n  p:\n    name: p\n    catalog: \"{{ catalog }}\"\n    schema: \"{{ schema('silver') }}\"\n    \
             serverless: true\n    sql: [sql/silver]\n",
        ),
        (
            "sql/governance/own.sql",
            "CREATE OR REPLACE FUNCTION {{ catalog }}.{{ schema('silver') }}.own(seller STRING)\nRETURNS BOOLEAN\nRETURN \
             is_account_group_member({{ principal('auditors') | literal }}) OR current_user() IN (seller, {{ \
             principal('boss') | literal }});\n",
        ),
        (
            "sql/governance/note.sql",
            "CREATE OR REPLACE FUNCTION {{ catalog }}.{{ schema('silver') }}.note(note STRING)\nRETURNS STRING\nRETURN IF(\
             is_account_group_member({{ principal('auditors') | literal }}), note, 'hidden');\n",
        ),
        (
            "sql/silver/seed.sql",
            "CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (id INT, seller STRING, note STRING)\nAS SELECT * FROM VALUES (1, \
             'ana@shop.test', 'x') AS t(id, seller, note);\n",
        ),
        (
            "sql/silver/orders.sql",
            "CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (\n  id INT,\n  seller STRING,\n  note STRING MASK {{ catalog \
             }}.{{ schema('silver') }}.note\n)\nWITH ROW FILTER {{ catalog }}.{{ schema('silver') }}.own ON (seller)\nAS \
             SELECT id, seller, note FROM {{ ref('silver.seed') }};\n",
        ),
    ]);
    project.write("sql/tests/orders.yml", cases);
    project
}

/// One case of two orders, one of them Ana's; `rest` is who reads them and what is expected.
fn case(rest: &str) -> String {
    format!(
        "model: silver.orders\ngiven:\n  silver.seed:\n    columns: [id, seller, note]\n    rows: [[1, ana@shop.test, \
         left], [2, bob@shop.test, right]]\ncases:\n  - name: one\n{rest}"
    )
}

#[track_caller]
fn passes(rest: &str) {
    let run = shop(&case(rest)).run(&["test"]);
    assert_eq!((run.code, run.stdout.lines().last()), (Some(0), Some("1 passed, 0 failed")), "{run}");
}

#[track_caller]
fn fails(rest: &str) -> Run {
    let run = shop(&case(rest)).run(&["test"]);
    assert_eq!(run.code, Some(1), "{run}");
    run
}

#[test]
fn a_case_is_read_by_whom_it_names() {
    passes("    as: auditors\n    expect: [{id: 1, note: left}, {id: 2, note: right}]\n");
    passes("    as: boss\n    expect: [{id: 1, note: hidden}, {id: 2, note: hidden}]\n");
    passes("    as: [boss, auditors]\n    expect: [{id: 1, note: left}, {id: 2, note: right}]\n");
    passes("    as: {user: ana@shop.test, groups: clerks}\n    expect: [{id: 1, note: hidden}]\n");
    passes("    as: {user: bob@shop.test, groups: [clerks, auditors]}\n    expect: [{id: 1}, {id: 2, note: right}]\n");
    passes("    as: clerks\n    expect: {empty: true}\n");
    passes(
        "    as: clerks\n    query: SELECT current_user() AS who, is_account_group_member('clerks') AS clerk, \
         is_account_group_member('admins') AS admin\n    expect: [{who: clerks@localhost, clerk: true, admin: false}]\n",
    );
}

/// The same workspace serves cases one after the other.
#[test]
fn who_reads_one_case_does_not_read_the_next() {
    let cases = case("    as: auditors\n    expect: {count: 2}\n")
        + "  - name: two\n    as: clerks\n    expect: {empty: true}\n  - name: three\n    as: {user: bob@shop.test}\n    \
           expect: [{id: 2, note: hidden}]\n";
    let run = shop(&cases).run(&["test"]);
    assert_eq!((run.code, run.stdout.lines().last()), (Some(0), Some("3 passed, 0 failed")), "{run}");
}

#[test]
fn what_the_file_says_holds_until_a_case_says_otherwise() {
    let cases = format!(
        "as: auditors\n{}  - name: two\n    as: clerks\n    expect: {{empty: true}}\n",
        case("    expect: {count: 2}\n")
    );
    let run = shop(&cases).run(&["test"]);
    assert_eq!((run.code, run.stdout.lines().last()), (Some(0), Some("2 passed, 0 failed")), "{run}");
}

#[test]
fn a_case_of_somebody_else_can_fail() {
    let run = fails("    as: clerks\n    expect: {count: 2}\n");
    assert!(run.stdout.contains("expected 2 rows, found 0"), "{run}");
}

#[test]
fn whom_nobody_can_be_is_told_at_the_name() {
    let run = fails("    as: clerk\n    expect: {count: 2}\n");
    assert!(run.stderr.contains("error[LS803]: the principal `clerk` is not declared"), "{run}");
    assert!(run.stderr.contains("sql/tests/orders.yml:8:9") && run.stderr.contains("did you mean `clerks`?"), "{run}");
    let run = fails("    as: [auditors, remote]\n    expect: {count: 2}\n");
    assert!(run.stderr.contains("the principal `remote` has no name in the target of the tests"), "{run}");
    assert!(run.stderr.contains("sql/tests/orders.yml:8:20"), "{run}");
    let run = fails("    as: {user: ana@shop.test, groups: [boss]}\n    expect: {count: 2}\n");
    assert!(run.stderr.contains("error[LS964]") && run.stderr.contains("`boss@shop.test`"), "{run}");
    let run = fails("    as: {users: ana@shop.test}\n    expect: {count: 2}\n");
    assert!(run.stderr.contains("the key `users` is not known here"), "{run}");
}

/// `query --as` in the embedded workspace: with the grants that the user and the roles have.
#[test]
fn a_query_is_read_by_whom_it_names() {
    let project = shop("cases: []\n");
    let query = |arguments: &[&str]| {
        let all = [&["query", "--format", "csv", "-t", "local"], arguments].concat();
        project.run(&all)
    };
    let who = "SELECT current_user() AS who, is_account_group_member('clerks') AS clerk";
    assert_eq!(query(&[who, "--as", "ana@shop.test,clerks"]).success(), "who,clerk\nana@shop.test,true\n");
    assert_eq!(query(&[who, "--as", "ana@shop.test"]).success(), "who,clerk\nana@shop.test,false\n");
    assert_eq!(query(&[who, "--as", "clerks"]).success(), "who,clerk\nclerks@localhost,true\n");
    let run = query(&["CREATE CATALOG mine", "--as", "ana@shop.test"]);
    assert!(run.code != Some(0) && run.stderr.contains("INSUFFICIENT_PERMISSIONS"), "{run}");
    let run = query(&[who, "--as", "clerk"]);
    assert!(run.code == Some(2) && run.stderr.contains("the principal `clerk` is not declared"), "{run}");
    let run = query(&[who, "--as", "a@shop.test,b@shop.test"]);
    assert!(run.code == Some(2) && run.stderr.contains("second user"), "{run}");
}
