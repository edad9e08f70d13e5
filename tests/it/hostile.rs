//! Projects that were made to break the program: every one ends with an error that says what and where.

use std::process::Command;

use crate::support::{TestProject, shop};

const MANIFEST: &str = "name: shop\nsolutions:\n  ins: { catalog: ins, schemas: { bronze: bronze } }\n";

fn checked(template: &str) -> TestProject {
    TestProject::new(&[("lakesmith.yml", MANIFEST), ("sql/ins/bronze/a.sql", template)])
}

#[test]
fn an_import_without_a_name() {
    let project = checked("SELECT 1 AS a;\n{% import 'ins/bronze/a.sql' as a+1 %}\n");
    insta::assert_snapshot!(project.run(&["check"]), @"
    exit code: 1
    ----- stdout -----
    0 files, 0 statements, proved 0 of 0 expressions: with errors
    ----- stderr -----
    error[LS201]: `as` needs a name for what is imported, such as `m`
     --> sql/ins/bronze/a.sql:2:33
      |
    2 | {% import 'ins/bronze/a.sql' as a+1 %}
      |                                 ^^^

    1 error
    ");
    let json = project.run(&["check", "--format", "json"]).json(1);
    assert_eq!(json["diagnostics"][0]["code"], "LS201");
}

#[test]
fn a_panic_of_the_template_engine() {
    let project = checked("SELECT {% for a in [1] %}{{ loop.cycle() }}{% endfor %} AS a\n");
    insta::assert_snapshot!(project.run(&["check"]), @"
    exit code: 1
    ----- stdout -----
    0 files, 0 statements, proved 0 of 0 expressions: with errors
    ----- stderr -----
    error[LS205]: the template engine failed at this, or after it
     --> sql/ins/bronze/a.sql:1:29
      |
    1 | SELECT {% for a in [1] %}{{ loop.cycle() }}{% endfor %} AS a
      |                             ^^^^^^^^^^^^

    1 error
    ");
}

#[test]
fn a_chain_of_signs() {
    let project = checked(&format!("SELECT {{{{ {}1 }}}} AS a\n", "-".repeat(20_000)));
    let run = project.run(&["check"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(
        run.stderr.starts_with("error[LS201]: the template is nested too deeply here\n --> sql/ins/bronze/a.sql:1:")
    );
}

/// 16.7 GB without a limit.
#[cfg(target_os = "linux")]
#[test]
fn macros_that_double_their_text() {
    let calls = format!("{}1{}", "a(".repeat(30), ")".repeat(30));
    let doubled = "{% macro a(x) %}{{ x }}{{ x }}{% endmacro %}";
    let project = checked(&format!("{doubled}\nSELECT {{{{ {calls} }}}} AS a\n"));
    // The shell limits the address space, so that the test fails and not the machine.
    let binary = env!("CARGO_BIN_EXE_lakesmith");
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("ulimit -v 1048576; exec '{binary}' check")]).current_dir(project.root());
    let output = limited.env("HOME", project.home()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("error[LS205]: rendering this file makes more than 64 MiB of text"), "{told}");
    assert!(told.contains("--> sql/ins/bronze/a.sql:1:"), "{told}");
}

/// A container that is given less than its threads need: told, and no mistake of the program.
#[cfg(target_os = "linux")]
#[test]
fn threads_that_cannot_be_started() {
    let project = checked("SELECT 1 AS a\n");
    let binary = env!("CARGO_BIN_EXE_lakesmith");
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("ulimit -v 2097152; exec '{binary}' check")]).current_dir(project.root());
    // As on a machine of so many cores.
    let output = limited.env("HOME", project.home()).env("RAYON_NUM_THREADS", "96").output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.starts_with("error: the threads that a check needs cannot be started: "), "{told}");
    assert!(told.contains("hint: ") && told.contains("RAYON_NUM_THREADS=1"), "{told}");
    assert!(!told.contains("mistake of lakesmith"), "{told}");
}

/// DuckDB's log would go to another folder.
#[test]
fn a_project_in_a_folder_with_a_question_mark() {
    let made = shop::shop();
    let folder = made.root().join("wh?t");
    for file in ["lakesmith.yml", "jobs/where.yml", "sql/bronze/orders.sql"] {
        made.write(&format!("wh?t/{file}"), &made.read(file));
    }
    let run = made.run_in(&folder, &["deploy", "-t", "local", "--yes"], &[]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("DuckDB does not take paths with `?`; rename the folder"), "{run}");
    assert!(!run.stderr.contains("another transaction"), "{run}");
    assert!(!folder.join(".lakesmith/local").exists());
    assert_eq!(
        std::fs::read_dir(made.root())
            .unwrap()
            .filter(|entry| { entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("wh") })
            .count(),
        1
    );
}

#[test]
fn a_project_in_a_folder_with_other_characters() {
    let made = shop::shop();
    let name = "a #%20;&'\"*[b]{c}: größe-日本";
    let files =
        ["lakesmith.yml", "jobs/where.yml", "sql/bronze/orders.sql", &format!("{}/orders/first.csv", shop::VOLUME)];
    for file in files {
        made.write(&format!("{name}/{file}"), &made.read(file));
    }
    let folder = made.root().join(name);
    let run = |arguments: &[&str]| made.run_in(&folder, arguments, &[]);
    for arguments in [["deploy", "-t", "local", "--yes"].as_slice(), &["run", "main", "-t", "local"]] {
        let run = run(arguments);
        assert_eq!(run.code, Some(0), "{run}");
    }
    let rows = run(&["query", "SELECT count(*) AS n FROM shop.bronze.orders", "-t", "local", "--format", "csv"]);
    assert_eq!(rows.success(), "n\n2\n");
}

/// Whoever reads along sees the tables before the end.
#[test]
fn a_run_tells_its_end_last() {
    let project = shop::shop();
    shop::deploy(&project);
    for _ in 0..3 {
        let run = project.run_live(&["run", "main", "-t", "local", "--full-refresh"]);
        assert_eq!(run.code, Some(0), "{run}");
        let lines: Vec<&str> = run.stderr.lines().collect();
        assert_eq!(lines.last(), Some(&"completed"), "{run}");
        assert!(lines.contains(&"  shop.bronze.orders: 2 rows"), "{run}");
    }
    project.write(
        "sql/bronze/orders.sql",
        &project.read("sql/bronze/orders.sql").replace("SELECT *", "SELECT raise_error('no') AS n, *"),
    );
    shop::deploy(&project);
    let run = project.run_live(&["run", "main", "-t", "local", "--full-refresh"]);
    assert_eq!(run.code, Some(1), "{run}");
    let line = |text: &str| run.stderr.lines().position(|line| line == text);
    let (table, end) = (line("  shop.bronze.orders failed"), line("failed"));
    assert!(table.is_some() && table < end, "{run}");
}

#[test]
fn statements_that_are_refused_have_their_class_and_place() {
    let project = shop::shop();
    shop::deploy(&project);
    for (sql, told) in [
        (
            "SELECT * FROM read_files('/etc/passwd')",
            "[FAILED_READ_FILE] Cannot list the files of '/etc/passwd': a path must start with /Volumes/. (line 1, pos 14) SQLSTATE: KD001",
        ),
        (
            "SELECT *\nFROM read_files('/Volumes/shop/bronze/landing/orders/')",
            "[UNSUPPORTED_FEATURE] The embedded workspace does not support read_files without `schema` in a query; declare the columns with `schema => 'a INT, …'` (line 2, pos 5). SQLSTATE: 0A000",
        ),
        ("DROP CATALOG shop", "[CATALOG_NOT_EMPTY] catalog `shop` is not empty. SQLSTATE: 2BP01"),
    ] {
        let run = project.run_live(&["query", sql, "-t", "local"]);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stderr.contains(told), "{run}");
    }
}
