//! What the user sees of a manifest that is wrong, of settings, and of the program itself.

use crate::support::TestProject;

const MANIFEST: &str = "name: shop
solutions:
  ins: { catalog: ins, schemas: { bronze: bronze } }
variables:
  window: { type: integer, default: 24, min: 1, max: 168 }
targets:
  dev: { default: true, catalog_prefix: dev_ }
";

const SQL: &str = "SELECT {{ var('window') }} FROM {{ this }}\n";

fn shop() -> TestProject {
    TestProject::new(&[("lakesmith.yml", MANIFEST), ("sql/bronze/a.sql", SQL)])
}

fn rendered(project: &TestProject, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let arguments = [&["render", "--file", "sql/bronze/a.sql"], arguments].concat();
    project.run_with(&arguments, environment).success()
}

#[test]
fn settings_come_from_arguments_environment_and_manifest() {
    let shop = shop();
    assert_eq!(rendered(&shop, &[], &[]), "SELECT 24 FROM `dev_ins`.`bronze`.`a`\n");
    assert_eq!(rendered(&shop, &["-t", "local"], &[]), "SELECT 24 FROM `ins`.`bronze`.`a`\n");
    assert_eq!(rendered(&shop, &[], &[("LAKESMITH_TARGET", "local")]), "SELECT 24 FROM `ins`.`bronze`.`a`\n");
    let environment = [("LAKESMITH_VAR_WINDOW", "6"), ("LAKESMITH_TARGET", "local")];
    assert_eq!(rendered(&shop, &["-t", "dev"], &environment), "SELECT 6 FROM `dev_ins`.`bronze`.`a`\n");
    assert_eq!(rendered(&shop, &["--var", "window=3"], &environment), "SELECT 3 FROM `ins`.`bronze`.`a`\n");
}

#[test]
fn the_project_is_found_upwards_and_by_option() {
    let shop = shop();
    let deep = shop.root().join("sql/bronze");
    insta::assert_snapshot!(shop.run_in(&deep, &["render"], &[]), @r"
    exit code: 0
    ----- stdout -----
    sql/bronze/a.sql
    ");
    insta::assert_snapshot!(shop.run_in(&shop.home(), &["render", "-C", "../project/sql"], &[]), @r"
    exit code: 0
    ----- stdout -----
    sql/bronze/a.sql
    ");
    insta::assert_snapshot!(shop.run_in(&shop.home(), &["render"], &[]), @"
    exit code: 2
    ----- stderr -----
    error[LS101]: no lakesmith.yml in `[FOLDER]/home` or in a folder above it
    help: go to the project's folder, name it with -C, or let `lakesmith init` make one

    1 error
    ");
}

#[test]
fn every_error_of_a_manifest_is_shown_with_its_line() {
    let project = TestProject::new(&[(
        "lakesmith.yml",
        &MANIFEST.replace("catalog: ins", "catlog: ins").replace("max: 168", "max: x"),
    )]);
    insta::assert_snapshot!(project.run(&["render"]), @"
    exit code: 1
    ----- stderr -----
    error[LS105]: the key `catalog` is required here
     --> lakesmith.yml:3:8
      |
    3 |   ins: { catlog: ins, schemas: { bronze: bronze } }
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error[LS103]: the key `catlog` is not known here
     --> lakesmith.yml:3:10
      |
    3 |   ins: { catlog: ins, schemas: { bronze: bronze } }
      |          ^^^^^^
      |
      = help: did you mean `catalog`?

    error[LS104]: expected an integer, found a text
     --> lakesmith.yml:5:54
      |
    5 |   window: { type: integer, default: 24, min: 1, max: x }
      |                                                      ^

    3 errors
    ");
}

#[test]
fn broken_yaml_is_shown_at_its_place() {
    let project = TestProject::new(&[("lakesmith.yml", "name: shop\nsolutions: { a: [ }\n")]);
    insta::assert_snapshot!(project.run(&["render"]), @"
    exit code: 1
    ----- stderr -----
    error[LS102]: mismatched bracket '[' closed by '}'
     --> lakesmith.yml:2:17
      |
    2 | solutions: { a: [ }
      |                 ^

    1 error
    ");
}

#[test]
fn wrong_settings_are_the_callers_fault() {
    let shop = shop();
    insta::assert_snapshot!(shop.run(&["render", "-t", "prod"]), @"
    exit code: 2
    ----- stderr -----
    error[LS106]: the target `prod` is not declared
    help: targets: dev, local (`local` is built in)

    1 error
    ");
    insta::assert_snapshot!(shop.run(&["render", "--var", "window=500"]), @"
    exit code: 2
    ----- stderr -----
    error[LS104]: --var window: `window` is 500, more than its maximum 168
     --> lakesmith.yml:5:3
      |
    5 |   window: { type: integer, default: 24, min: 1, max: 168 }
      |   ------ declared here

    1 error
    ");
    insta::assert_snapshot!(shop.run(&["render", "--var", "widow=5"]), @"
    exit code: 2
    ----- stderr -----
    error[LS108]: --var widow: the variable `widow` is not declared
    help: did you mean `window`?

    1 error
    ");
    insta::assert_snapshot!(shop.run(&["render", "--var", "window"]), @"
    exit code: 2
    ----- stderr -----
    error: invalid value 'window' for '--var <NAME=VALUE>': expected NAME=VALUE

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(shop.run(&["render", "inz"]), @"
    exit code: 2
    ----- stderr -----
    error[LS107]: the solution `inz` is not declared
    help: did you mean `ins`?

    1 error
    ");
}

#[test]
fn errors_are_json_for_programs() {
    let shop = shop();
    let error = shop.run(&["render", "-t", "prod", "--format", "json"]).json(2);
    assert_eq!(error["version"], 1);
    assert_eq!(error["diagnostics"][0]["code"], "LS106");
    let error = shop.run(&["render", "--out", ".", "--format", "json"]).json(2);
    assert!(error["error"]["message"].as_str().unwrap().contains("project's folder"), "{error}");
}

#[test]
fn the_version_is_told() {
    insta::assert_snapshot!(shop().run(&["--version"]), @r"
    exit code: 0
    ----- stdout -----
    lakesmith [VERSION]
    ");
}

/// Reading a pipe waits for ever, a device never ends: only regular files are read.
#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_read() {
    let shop = shop();
    let fifo = |path: &str| {
        let made = std::process::Command::new("mkfifo").arg(shop.root().join(path)).status();
        assert!(made.unwrap().success());
    };
    fifo("sql/bronze/pipe.sql");
    std::os::unix::fs::symlink("/dev/zero", shop.root().join("sql/bronze/zero.sql")).unwrap();
    std::os::unix::fs::symlink("/nowhere", shop.root().join("sql/bronze/gone.sql")).unwrap();
    std::os::unix::fs::symlink("a.sql", shop.root().join("sql/bronze/linked.sql")).unwrap();
    std::os::unix::fs::symlink("/nowhere", shop.root().join("sql/bronze/notes.txt")).unwrap();
    insta::assert_snapshot!(shop.run(&["render", "-t", "local"]), @"
    exit code: 1
    ----- stderr -----
    error[LS110]: `sql/bronze/gone.sql` is a link to nothing
    --> sql/bronze/gone.sql
     = help: only regular files are read

    error[LS110]: `sql/bronze/pipe.sql` is a pipe, a socket or a device
    --> sql/bronze/pipe.sql
     = help: only regular files are read

    error[LS110]: `sql/bronze/zero.sql` is a pipe, a socket or a device
    --> sql/bronze/zero.sql
     = help: only regular files are read

    3 errors
    ");
    std::fs::remove_file(shop.root().join("lakesmith.yml")).unwrap();
    fifo("lakesmith.yml");
    insta::assert_snapshot!(shop.run(&["render"]), @"
    exit code: 2
    ----- stderr -----
    error[LS110]: lakesmith.yml is a pipe, a socket or a device

    1 error
    ");
}

#[test]
fn help_is_a_command_too() {
    let shop = shop();
    assert_eq!(shop.run(&["help", "run"]).success(), shop.run(&["run", "--help"]).success());
}

#[test]
fn values_of_options_are_told_in_the_users_words() {
    let shop = shop();
    let told = |arguments: &[&str]| {
        let run = shop.run(&[&["data", "stats", "insurance"], arguments].concat());
        assert_eq!(run.code, Some(2), "{run}");
        run.stderr.lines().next().unwrap().to_string()
    };
    insta::assert_snapshot!(told(&["--as-of", "yesterday"]), @"error: invalid value 'yesterday' for '--as-of <DATE>': expected a day of the calendar such as 2025-11-14");
    insta::assert_snapshot!(told(&["--scale", "-1"]), @"error: invalid value '-1' for '--scale <N>': expected a number from 1 to 250");
}

/// The project's default target is a workspace that this machine does not know.
#[test]
fn without_a_workspace_the_local_one_is_named() {
    insta::assert_snapshot!(shop().run(&["status"]), @"
    exit code: 2
    ----- stderr -----
    error: no workspace host is known: set `host` in the target, DATABRICKS_HOST, or a profile in [FOLDER]/home/.databrickscfg
      hint: to stay on this machine, without a workspace, add `-t local`
    ");
    insta::assert_snapshot!(shop().run(&["run", "x", "-v"]).code.unwrap(), @"2");
}

/// Who makes errors for programs to read says what went wrong in one form.
#[test]
fn errors_as_json_have_a_version_and_say_that_they_are_errors() {
    let error = shop().run(&["status", "--format", "json"]).json(2);
    assert_eq!((&error["version"], &error["ok"]), (&serde_json::json!(1), &serde_json::json!(false)));
    assert!(error["error"]["message"].is_string() && error["error"]["hint"].is_string(), "{error}");
    let rejected = shop().run(&["status", "-t", "nowhere", "--format", "json"]).json(2);
    assert_eq!(rejected["ok"], serde_json::json!(false));
    assert_eq!(rejected["diagnostics"][0]["code"], "LS106");
}
