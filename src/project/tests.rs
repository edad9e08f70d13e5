use std::path::Path;

use super::{Mode, Overrides, Project, VariableValue, find, load};
use crate::diag::{Diagnostics, Location};
use crate::sys::{Env, fs};

const MANIFEST: &str = r#"name: shop
solutions:
  insurance: { catalog: ins, schemas: { bronze: raw, silver: silver }, variables: { window: 48 } }
  claims: { catalog: claims, schemas: { gold: gold } }
variables:
  window: { type: integer, default: 24, min: 1, max: 168 }
  price: { type: decimal, default: 8.00, min: 0 }
  day: { type: date, optional: true }
  level: { type: enum, values: [low, high], default: low }
  names: { type: list, default: [a, b] }
targets:
  dev: { mode: development, default: true, catalog_prefix: "dev_", variables: { window: 12 } }
  prod: { mode: production, host: "https://example.test", run_as: { service_principal: abc }, protect: true }
principals:
  analysts: { local: analysts, prod: grp-analysts }
"#;

fn project_of(files: &[(&str, &str)]) -> (Option<Project>, Diagnostics) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        fs::write(&folder.path().join(path), text.as_bytes()).unwrap();
    }
    load(folder.path()).unwrap()
}

fn messages(diagnostics: &Diagnostics) -> Vec<String> {
    let place = |location: Option<&Location>| location.map(Location::display).unwrap_or_default();
    diagnostics.iter().map(|d| format!("{} {}: {}", place(d.location.as_ref()), d.code, d.message)).collect()
}

fn problems(manifest: &str) -> Vec<String> {
    messages(&project_of(&[("lakesmith.yml", manifest)]).1)
}

fn window(
    project: &Project,
    target: Option<&str>,
    solution: &str,
    vars: &[(&str, &str)],
    env: &[(&str, &str)],
) -> VariableValue {
    let own = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect()
    };
    let (overrides, out) = Overrides::new(project, &own(vars), &Env::from_pairs(own(env)));
    assert!(out.is_empty());
    let (resolved, out) = project.resolve(target, &overrides);
    assert!(out.is_empty());
    resolved.unwrap().solutions[solution].variables["window"].clone().unwrap()
}

#[test]
fn precedence_of_values_is_command_line_environment_target_solution_default() {
    let (project, out) = project_of(&[("lakesmith.yml", MANIFEST)]);
    assert!(out.is_empty(), "{out:?}");
    let project = project.unwrap();
    let value = VariableValue::Integer;
    assert_eq!(window(&project, Some("local"), "claims", &[], &[]), value(24));
    assert_eq!(window(&project, Some("local"), "insurance", &[], &[]), value(48));
    assert_eq!(window(&project, None, "insurance", &[], &[]), value(12));
    let env = [("LAKESMITH_VAR_WINDOW", "6")];
    assert_eq!(window(&project, None, "insurance", &[], &env), value(6));
    assert_eq!(window(&project, None, "insurance", &[("window", "3")], &env), value(3));
    assert_eq!(window(&project, None, "claims", &[], &[("LAKESMITH_VAR_window", "5")]), value(5));
}

#[test]
fn values_from_outside_are_typed_and_bounded() {
    let project = project_of(&[("lakesmith.yml", MANIFEST)]).0.unwrap();
    let resolve = |name: &str, text: &str| {
        let (overrides, mut out) = Overrides::new(&project, &[(name.into(), text.into())], &Env::default());
        out.extend(project.resolve(None, &overrides).1);
        messages(&out)
    };
    assert_eq!(resolve("window", "1 OR 1=1"), [" LS104: --var window: expected an integer, found `1 OR 1=1`"]);
    assert_eq!(resolve("window", "169"), [" LS104: --var window: `window` is 169, more than its maximum 168"]);
    assert_eq!(resolve("price", "-0.01"), [" LS104: --var price: `price` is -0.01, less than its minimum 0"]);
    assert_eq!(resolve("level", "mid"), [" LS104: --var level: expected one of low, high, found `mid`"]);
    assert_eq!(resolve("day", "tomorrow"), [" LS104: --var day: expected a date (2025-01-31), found `tomorrow`"]);
    assert_eq!(resolve("windw", "1"), [" LS108: --var windw: the variable `windw` is not declared"]);
}

#[test]
fn names_and_targets() {
    let project = project_of(&[("lakesmith.yml", MANIFEST)]).0.unwrap();
    assert_eq!(project.targets.keys().collect::<Vec<_>>(), ["dev", "prod", "local"]);
    let (resolved, _) = project.resolve(None, &Overrides::default());
    let resolved = resolved.unwrap();
    assert_eq!(resolved.target.mode, Mode::Development);
    assert_eq!(resolved.solutions["insurance"].table("bronze", "x").unwrap().to_string(), "dev_ins.raw.x");
    assert!(resolved.principals.is_empty());
    let (prod, _) = project.resolve(Some("prod"), &Overrides::default());
    assert_eq!(prod.unwrap().principals["analysts"], "grp-analysts");
    let (none, out) = project.resolve(Some("prd"), &Overrides::default());
    assert!(none.is_none());
    assert_eq!(out.iter().next().unwrap().hint.as_deref(), Some("did you mean `prod`?"));
}

#[test]
fn every_problem_of_a_manifest_is_reported_where_it_is() {
    let manifest = "nam: shop
solutions:
  insurance: { catalog: 'a b', schemas: { bronze: raw }, tite: x }
variables:
  window: { type: integer, default: 0, min: 1, vales: [1] }
  price: { type: decimel }
  flag: { type: boolean, default: 'yes', min: 1 }
  names: { type: list, default: [a, 1] }
targets:
  dev: { mode: dev, variables: { widow: 3, window: x } }
";
    assert_eq!(
        problems(manifest),
        [
            "lakesmith.yml:1:1 LS105: the key `name` is required here",
            "lakesmith.yml:3:25 LS104: `a b` contains ' ', which Unity Catalog object names must not contain",
            "lakesmith.yml:3:58 LS103: the key `tite` is not known here",
            "lakesmith.yml:5:48 LS103: the key `vales` is not known here",
            "lakesmith.yml:5:37 LS104: `window` is 0, less than its minimum 1",
            "lakesmith.yml:6:18 LS104: `decimel` is not a type of variable",
            "lakesmith.yml:7:47 LS104: `min` has no meaning for a variable of type boolean",
            "lakesmith.yml:7:35 LS104: expected true or false, found a text",
            "lakesmith.yml:8:37 LS104: expected a text, found an integer",
            "lakesmith.yml:10:16 LS104: `dev` is not a mode",
            "lakesmith.yml:1:1 LS103: the key `nam` is not known here",
        ]
    );
}

#[test]
fn parts_of_a_manifest_must_fit_each_other() {
    let manifest = "name: shop
solutions:
  insurance: { catalog: ins, schemas: {}, variables: { window: 500 } }
variables:
  window: { type: integer, max: 168 }
  WINDOW: { type: integer }
targets:
  dev: { default: true, catalog_prefix: 'a.', variables: { widow: 3 } }
  prod: { default: true }
principals:
  analysts: { dve: x }
";
    assert_eq!(
        problems(manifest),
        [
            "lakesmith.yml:9:3 LS104: `prod` is a second default target",
            "lakesmith.yml:8:41 LS104: `a.ins` contains '.', which Unity Catalog object names must not contain",
            "lakesmith.yml:8:60 LS108: the variable `widow` is not declared",
            "lakesmith.yml:3:64 LS104: `window` is 500, more than its maximum 168",
            "lakesmith.yml:11:15 LS106: the target `dve` is not declared",
            "lakesmith.yml:6:3 LS104: `WINDOW` has the same environment variable as another variable",
        ]
    );
}

#[test]
fn files_are_sorted_into_kinds_by_folder() {
    let (project, out) = project_of(&[
        ("lakesmith.yml", MANIFEST),
        ("sql/_macros/money.sql", ""),
        ("sql/insurance/bronze/b.sql", ""),
        ("sql/insurance/bronze/a.sql", ""),
        ("sql/insurance/silver/deep/c.sql", ""),
        ("sql/insurance/tests/c.yml", ""),
        ("sql/insurance/sources.yml", ""),
        ("sql/insurance/story.yml", ""),
        ("sql/claims/gold/k.sql", ""),
        ("sql/clams/gold/k.sql", ""),
        ("jobs/insurance/daily.yml", ""),
        ("jobs/insurance/agents/main.py", ""),
        ("jobs/insurance/__pycache__/main.pyc", ""),
        ("dashboards/insurance/kpi.lvdash.json", "{}"),
        ("dashboards/insurance/exec.yml", ""),
        ("genie/insurance/ask.geniespace.json", "{}"),
    ]);
    let project = project.unwrap();
    assert_eq!(
        messages(&out),
        ["lakesmith.yml:1:1 LS107: the folder `sql/clams` belongs to no solution of lakesmith.yml"]
    );
    let files = &project.solutions["insurance"].files;
    let sql: Vec<String> = files.sql.iter().map(|file| format!("{}.{}", file.layer, file.name)).collect();
    assert_eq!(sql, ["bronze.a", "bronze.b", "silver.c"]);
    assert_eq!(files.sql[0].source.name(), "sql/insurance/bronze/a.sql");
    assert_eq!(files.resources.len(), 1);
    assert_eq!(
        files.assets.iter().map(|asset| asset.path.as_str()).collect::<Vec<_>>(),
        ["jobs/insurance/agents/main.py"]
    );
    assert_eq!(files.dashboards.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["exec", "kpi"]);
    assert_eq!(files.genie[0].name, "ask");
    assert_eq!(files.tests.len(), 1);
    assert!(files.sources.is_some() && files.story.is_some());
    assert!(project.templates.contains_key("_macros/money.sql"));
}

#[test]
fn a_single_solution_may_leave_its_folder_out() {
    let manifest = "name: shop\nsolutions: { ins: { catalog: ins, schemas: { gold: gold } } }\n";
    let (project, out) = project_of(&[("lakesmith.yml", manifest), ("sql/gold/k.sql", ""), ("jobs/ins/j.yml", "")]);
    assert!(out.is_empty(), "{out:?}");
    let project = project.unwrap();
    let files = &project.solutions["ins"].files;
    assert_eq!((files.sql[0].layer.as_str(), files.resources.len()), ("gold", 1));
}

#[test]
fn the_project_is_found_upwards() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(&folder.path().join("lakesmith.yml"), b"").unwrap();
    let deep = folder.path().join("sql/a");
    fs::create_dir_all(&deep).unwrap();
    assert_eq!(find(&deep).unwrap(), folder.path());
    assert!(find(Path::new("/nonexistent")).unwrap_err().message.starts_with("no lakesmith.yml"));
}
