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
    insta::assert_snapshot!(shop.run_in(&shop.home(), &["render"], &[]), @"");
}

#[test]
fn every_error_of_a_manifest_is_shown_with_its_line() {
    let project = TestProject::new(&[("lakesmith.yml", &MANIFEST.replace("catalog: ins", "catlog: ins").replace("max: 168", "max: x"))]);
    insta::assert_snapshot!(project.run(&["render"]), @"");
}

#[test]
fn broken_yaml_is_shown_at_its_place() {
    let project = TestProject::new(&[("lakesmith.yml", "name: shop\nsolutions: { a: [ }\n")]);
    insta::assert_snapshot!(project.run(&["render"]), @"");
}

#[test]
fn wrong_settings_are_the_callers_fault() {
    let shop = shop();
    insta::assert_snapshot!(shop.run(&["render", "-t", "prod"]), @"");
    insta::assert_snapshot!(shop.run(&["render", "--var", "window=500"]), @"");
    insta::assert_snapshot!(shop.run(&["render", "--var", "widow=5"]), @"");
    insta::assert_snapshot!(shop.run(&["render", "--var", "window"]), @"");
    insta::assert_snapshot!(shop.run(&["render", "inz"]), @"");
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
