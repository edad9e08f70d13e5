//! `lakesmith test`: cases, their reports, and snapshots. The rules are those of docs/sql-tests.md.

use serde_json::Value;

use crate::support::{Run, TestProject, repository};

/// A shop with a streaming table, a materialized view with expectations, and one whose rows depend on the clock.
fn shop(cases: &str) -> TestProject {
    let project = TestProject::new(&[
        (
            "lakesmith.yml",
            "name: shop\nsolutions:\n  shop: {catalog: shop, schemas: {bronze: raw, silver: silver}}\nvariables:\n  \
             limit: {type: integer, default: 10, min: 1}\ntargets:\n  local: {}\n  prod: {mode: production, \
             catalog_prefix: \"prod_\", host: \"https://w.example.test\", run_as: {user: someone}}\n",
        ),
        (
            "jobs/pipeline.yml",
            "pipelines:\n  p:\n    name: p\n    catalog: \"{{ catalog }}\"\n    schema: \"{{ schema('silver') }}\"\n    \
             serverless: true\n    sql: [sql/bronze, sql/silver]\n",
        ),
        (
            "sql/bronze/orders.sql",
            "CREATE OR REFRESH STREAMING TABLE {{ this }} (id INT, amount DECIMAL(10, 2), note STRING, placed DATE)\nAS \
             SELECT id, amount, note, placed FROM STREAM read_files('/Volumes/shop/raw/landing', format => 'csv', \
             header => true, schema => 'id INT, amount DECIMAL(10, 2), note STRING, placed DATE');\n",
        ),
        (
            "sql/silver/large.sql",
            "-- Orders of the limit or more.\nCREATE OR REFRESH MATERIALIZED VIEW {{ this }} (\n  CONSTRAINT positive \
             EXPECT (amount >= 0) ON VIOLATION FAIL UPDATE\n)\nAS SELECT id, amount, note FROM {{ \
             ref('bronze.orders') }} WHERE amount >= {{ var('limit') }} OR amount < 0;\n",
        ),
        (
            "sql/silver/seen.sql",
            "CREATE OR REFRESH STREAMING TABLE {{ this }} AS SELECT id, amount FROM STREAM {{ ref('bronze.orders') \
             }};\n",
        ),
        (
            "sql/silver/late.sql",
            "CREATE OR REFRESH MATERIALIZED VIEW {{ this }} AS SELECT id, DATEDIFF(CURRENT_DATE(), placed) AS days FROM \
             {{ ref('bronze.orders') }};\n",
        ),
    ]);
    project.write("sql/tests/large.yml", cases);
    project
}

/// A case of `silver.large` with two orders; `expect` is the rest of it.
fn large(expect: &str) -> String {
    format!(
        "model: silver.large\ngiven:\n  bronze.orders:\n    columns: [id, amount, note]\n    rows: [[1, 9.99, small], \
         [2, 10.00, edge], [3, 11.50, null]]\ncases:\n  - name: the limit belongs to the large\n{expect}"
    )
}

fn last_line(run: &Run) -> &str {
    run.stdout.lines().last().unwrap_or_default()
}

#[track_caller]
fn passes(cases: &str) {
    let run = shop(cases).run(&["test"]);
    assert_eq!((run.code, last_line(&run)), (Some(0), "1 passed, 0 failed"), "{run}");
}

/// The one finding: its code and place.
#[track_caller]
fn finding(cases: &str) -> (String, String) {
    let run = shop(cases).run(&["test", "--format", "json"]);
    assert_eq!(run.code, Some(1), "{run}");
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    let [found] = value["diagnostics"].as_array().unwrap().as_slice() else { panic!("{run}") };
    let place = format!("{}:{}", found["start"]["line"], found["start"]["column"]);
    (found["code"].as_str().unwrap().to_string(), place)
}

#[test]
fn a_case_passes_when_the_rows_are_those() {
    passes(&large("    expect: [{id: 3, amount: 11.5, note: null}, {id: 2, note: edge}]\n"));
    passes(&large("    expect: {count: 2}\n"));
    passes(&large("    expect:\n      rows: [{id: 2, amount: 10.4}, {id: 3}]\n      tolerance: {amount: 0.5}\n"));
    passes(&large(
        "    query: SELECT id FROM silver.large ORDER BY id DESC\n    expect: {ordered: true, rows: [{id: 3}, {id: 2}]}\n",
    ));
    passes(&large("    variables: {limit: 12}\n    expect: {empty: true}\n"));
}

#[test]
fn a_case_that_fails_shows_both_rows_and_what_differs() {
    let run = shop(&large("    expect: [{id: 2, amount: 10.01}, {id: 4, amount: 1.00}]\n")).run(&["test"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(
        run.stdout,
        "FAIL  shop/large/the limit belongs to the large\n      sql/tests/large.yml:7:11\n      1 row differs, 1 row \
         missing, 1 row not expected (- expected, + found)\n          id  amount\n       -  2   10.01\n       +  2   \
         10.00\n              ^^^^^\n       -  4   1.00\n       +  3   11.50\n\n0 passed, 1 failed\n"
    );
}

#[test]
fn order_counts_only_where_it_is_asked_for() {
    let cases = large(
        "    query: SELECT id FROM silver.large ORDER BY id\n    expect: {ordered: true, rows: [{id: 3}, {id: 2}]}\n",
    );
    let run = shop(&cases).run(&["test"]);
    assert_eq!((run.code, last_line(&run)), (Some(1), "0 passed, 1 failed"), "{run}");
}

#[test]
fn without_enough_rows_a_case_fails() {
    let run = shop(&large("    expect: {count: 3}\n")).run(&["test"]);
    assert!(run.code == Some(1) && run.stdout.contains("expected 3 rows, found 2"), "{run}");
}

#[test]
fn rows_may_be_csv_in_the_file_or_beside_it() {
    let case = "cases:\n  - name: csv\n    model: silver.large\n    given:\n      bronze.orders:\n        csv: |\n          \
                id,amount,note\n          1,9.99,small\n          2,10.00,\"with, comma\"\n          3,10.00,\n    expect: \
                [{id: 2, note: \"with, comma\"}, {id: 3, note: null}]\n";
    passes(case);
    let project = shop(
        "cases:\n  - name: file\n    model: silver.large\n    given: {bronze.orders: {file: rows/orders.csv}}\n    expect: [{id: 7}]\n",
    );
    project.write("sql/tests/rows/orders.csv", "id,amount\n7,70\n8,0\n");
    let run = project.run(&["test"]);
    assert_eq!((run.code, last_line(&run)), (Some(0), "1 passed, 0 failed"), "{run}");
    project.write("sql/tests/rows/orders.csv", "id,amount\n7,70\n8,many\n");
    let run = project.run(&["test"]);
    assert!(run.code == Some(1) && run.stderr.contains("rows/orders.csv:3:1"), "{run}");
}

#[test]
fn batches_arrive_one_after_the_other() {
    // A streaming table reads each row once; the first update has seen one row, the second adds one, the third none.
    passes(
        "cases:\n  - name: stream\n    model: silver.seen\n    given: {bronze.orders: [{id: 1}]}\n    batches:\n      - given: \
         {bronze.orders: [{id: 2}]}\n      - given: {}\n    expect: [{id: 1}, {id: 2}]\n",
    );
}

#[test]
fn the_clock_is_the_case_s() {
    passes(
        "cases:\n  - name: clock\n    as_of: 2025-03-01\n    model: silver.late\n    given: {bronze.orders: [{id: 1, placed: \
         2025-02-26}]}\n    expect: [{id: 1, days: 3}]\n",
    );
}

#[test]
fn an_expected_failure_passes_and_another_does_not() {
    let negative = |error: &str| {
        format!(
            "cases:\n  - name: negative\n    model: silver.large\n    given: {{bronze.orders: [{{id: 1, amount: -1}}]}}\n    \
             errors: {error}\n"
        )
    };
    passes(&negative("positive"));
    let run = shop(&negative("something else")).run(&["test"]);
    assert!(run.code == Some(1) && run.stdout.contains("it failed with another error than:"), "{run}");
    let run = shop(&large("    errors: positive\n")).run(&["test"]);
    assert!(run.code == Some(1) && run.stdout.contains("it should have failed with:"), "{run}");
    let cases = negative("positive").replace("errors: positive", "expect: {empty: true}");
    let run = shop(&cases).run(&["test"]);
    assert!(run.code == Some(1) && run.stdout.contains("it failed:") && run.stdout.contains("positive"), "{run}");
}

#[test]
fn what_is_wrong_with_a_test_is_located() {
    let place = |code: &str, place: &str| (code.to_string(), place.to_string());
    let case = |given: &str, rest: &str| {
        format!("cases:\n  - name: x\n    model: silver.large\n    given: {{{given}}}\n{rest}")
    };
    let count = "    expect: {count: 0}\n";
    assert_eq!(finding(&case("bronze.order: []", count)), place("LS961", "4:13"));
    assert_eq!(finding(&case("silver.large: []", count)), place("LS961", "4:13"));
    assert_eq!(finding(&case("bronze.orders: [{ids: 1}]", count)), place("LS962", "4:30"));
    assert_eq!(finding(&case("bronze.orders: [{id: one}]", count)), place("LS963", "4:34"));
    assert_eq!(finding(&case("bronze.orders: [{id: 3000000000}]", count)), place("LS963", "4:34"));
    assert_eq!(finding(&case("bronze.orders: [{amount: 1.005}]", count)), place("LS963", "4:38"));
    assert_eq!(finding(&case("bronze.orders: [{note: 12}]", count)), place("LS963", "4:36"));
    assert_eq!(finding(&case("bronze.orders: [{placed: soon}]", count)), place("LS963", "4:38"));
    assert_eq!(finding(&case("", "    expect: [{total: 1}]\n")), place("LS962", "5:15"));
    assert_eq!(finding(&case("", "    expect: {count: 0, tolerance: {total: 1}}\n")), place("LS962", "5:36"));
    assert_eq!(finding(&case("", "")), place("LS964", "2:5"));
    assert_eq!(finding(&case("", "    expect: {count: 0}\n    errors: x\n")), place("LS964", "2:5"));
    assert_eq!(finding(&case("", "    expect: {empty: true, count: 1}\n")), place("LS964", "5:13"));
    assert_eq!(finding(&case("bronze.orders: {columns: [id], rows: [[1, 2]]}", count)), place("LS965", "4:51"));
    assert_eq!(finding(&case("bronze.orders: {file: no.csv}", count)), place("LS965", "4:35"));
    assert_eq!(
        finding("cases:\n  - name: x\n    model: silver.larg\n    expect: {count: 0}\n"),
        place("LS960", "3:12")
    );
    assert_eq!(
        finding("cases:\n  - name: x\n    modell: silver.large\n    query: SELECT 1 AS one\n    expect: {count: 1}\n"),
        place("LS103", "3:5")
    );
    assert_eq!(finding(&case("", "    variables: {limits: 1}\n    expect: {count: 0}\n")), place("LS108", "5:17"));
    assert_eq!(finding(&case("", "    variables: {limit: 0}\n    expect: {count: 0}\n")), place("LS104", "5:24"));
}

#[test]
fn check_finds_what_is_wrong_with_a_test_too() {
    let run = shop("cases:\n  - name: x\n    model: silver.larg\n    expect: {count: 0}\n").run(&["check"]);
    assert!(run.code == Some(1) && run.stderr.contains("LS960") && run.stderr.contains("silver.large"), "{run}");
}

#[test]
fn a_filter_that_matches_nothing_says_what_there_is() {
    let project = shop(&large("    expect: {count: 2}\n"));
    let run = project.run(&["test", "LIMIT belongs"]);
    assert_eq!((run.code, last_line(&run)), (Some(0), "1 passed, 0 failed"), "{run}");
    let run = project.run(&["test", "no such test"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("no test matches `no such test`") && run.stderr.contains("the limit belongs"), "{run}");
}

#[test]
fn json_tells_each_test() {
    let project = shop(&large("    expect: [{id: 2}, {id: 4}]\n"));
    let run = project.run(&["test", "--format", "json", "--only", "unit"]);
    assert_eq!(run.code, Some(1), "{run}");
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&value["version"], &value["summary"]["passed"], &value["summary"]["failed"]),
        (&1.into(), &0.into(), &1.into())
    );
    let test = &value["tests"][0];
    assert_eq!((&test["file"], &test["line"]), (&"sql/tests/large.yml".into(), &7.into()));
    assert_eq!(test["failures"][0]["rows"][0]["kind"], "missing");
}

#[test]
fn junit_is_xml_with_a_case_for_each_test() {
    let cases =
        large("    expect: [{id: 2, note: \"<&>\"}, {id: 3}]\n  - name: a \"quoted\" <name>\n    expect: {count: 2}\n");
    let run = shop(&cases).run(&["test", "--format", "junit"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stdout.contains("tests=\"2\" failures=\"1\""), "{run}");
    assert!(run.stdout.contains("name=\"a &quot;quoted&quot; &lt;name&gt;\""), "{run}");
    // Well-formed: every element that begins ends, in the right order, and nothing else has angle brackets.
    let mut open: Vec<&str> = Vec::new();
    for tag in run.stdout.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').unwrap();
        assert!(!text.contains('>'), "{run}");
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap();
        match tag {
            _ if tag.starts_with('?') || tag.ends_with('/') => {}
            _ if tag.starts_with('/') => assert_eq!(open.pop(), Some(name), "{run}"),
            _ => open.push(name),
        }
    }
    assert!(open.is_empty(), "{run}");
}

#[test]
fn fail_fast_runs_no_snapshots_after_a_failure() {
    let project = shop(&large("    expect: {count: 0}\n"));
    let run = project.run(&["test", "--only", "snapshots", "--accept"]);
    assert_eq!(run.code, Some(0), "{run}");
    let run = project.run(&["test", "--fail-fast"]);
    assert_eq!((run.code, last_line(&run)), (Some(1), "0 passed, 1 failed"), "{run}");
}

#[test]
fn snapshots_are_made_compared_and_accepted() {
    let project = shop(&large("    expect: {count: 2}\n"));
    let run = project.run(&["test"]);
    assert_eq!((run.code, last_line(&run)), (Some(0), "1 passed, 0 failed"), "{run}");
    assert!(run.stderr.contains("no snapshots are kept; `lakesmith test --accept` makes them"), "{run}");

    let run = project.run(&["test", "--accept"]);
    assert_eq!((run.code, last_line(&run)), (Some(0), "3 passed, 0 failed"), "{run}");
    let files = [
        "resources.json",
        "sql/bronze/orders.sql",
        "sql/silver/large.sql",
        "sql/silver/late.sql",
        "sql/silver/seen.sql",
    ];
    let both = ["local/shop", "prod/shop"];
    let expected: Vec<String> = both.iter().flat_map(|folder| files.map(|file| format!("{folder}/{file}"))).collect();
    assert_eq!(project.files("tests/snapshots"), expected);
    // A target's snapshot has the names of that target.
    let kept = |target: &str| project.read(&format!("tests/snapshots/{target}/shop/sql/silver/large.sql"));
    assert!(kept("prod").contains("prod_shop") && !kept("local").contains("prod_"));
    let before = project.read("tests/snapshots/prod/shop/resources.json");

    // Nothing of it depends on who runs it, when and where.
    let run = project.run_with(
        &["test", "--only", "snapshots"],
        &[("USER", "other"), ("LAKESMITH_TEST_NOW", "2031-01-01T00:00:00Z")],
    );
    assert_eq!((run.code, last_line(&run)), (Some(0), "2 passed, 0 failed"), "{run}");

    project.edit("lakesmith.yml", "default: 10", "default: 12");
    let run = project.run(&["test", "--only", "snapshots"]);
    assert_eq!((run.code, last_line(&run)), (Some(1), "0 passed, 2 failed"), "{run}");
    assert!(run.stdout.contains("--- tests/snapshots/prod/shop/sql/silver/large.sql\n      +++ now\n"), "{run}");
    assert!(run.stdout.contains("amount >= 10 OR") && run.stdout.contains("amount >= 12 OR"), "{run}");

    // A file that is gone leaves its snapshot, and so does a target.
    std::fs::remove_file(project.root().join("sql/silver/late.sql")).unwrap();
    project.write("tests/snapshots/stage/shop/sql/silver/large.sql", "SELECT 1\n");
    let run = project.run(&["test", "--only", "snapshots", "--format", "json"]);
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(value["summary"]["failed"], 3, "{run}");
    let run = project.run(&["test", "--only", "snapshots", "--accept"]);
    assert_eq!((run.code, last_line(&run)), (Some(0), "2 passed, 0 failed"), "{run}");
    let expected: Vec<String> = expected.into_iter().filter(|file| !file.ends_with("late.sql")).collect();
    assert_eq!(project.files("tests/snapshots"), expected);
    assert_ne!(project.read("tests/snapshots/prod/shop/resources.json"), before);
}

/// The content of this repository: every rule of its solutions, and what they come to for every target.
#[test]
fn the_repository_s_own_tests_pass() {
    let project = TestProject::repository();
    project.copy_from(&repository().join("tests/snapshots"), "tests/snapshots");
    let run = project.run(&["test"]);
    assert_eq!(run.code, Some(0), "{run}");
    let passed: usize = last_line(&run).split(' ').next().unwrap().parse().unwrap();
    assert!(passed >= 60 && last_line(&run).ends_with(" passed, 0 failed"), "{run}");
}
