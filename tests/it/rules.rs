//! Rules of the project, its templates, pipelines, grants and jobs, as a user meets them.

use crate::support::TestProject;

/// The lines that say what and where, without the excerpts.
fn told(project: &TestProject, target: &str) -> Vec<String> {
    let run = project.run(&["check", "-t", target, "--format", "json"]);
    let text: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let line = |found: &serde_json::Value| {
        let text = |key: &str| found[key].as_str().unwrap_or_default().to_string();
        let (line, column) = (&found["start"]["line"], &found["start"]["column"]);
        format!("{}:{line}:{column} {} {}", text("file"), text("severity"), text("code"))
    };
    text["diagnostics"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn the_repository_keeps_all_rules_in_every_target() {
    let project = TestProject::repository();
    for target in ["local", "dev", "prod"] {
        assert_eq!(told(&project, target), [""; 0], "{target}");
    }
}

/// Faults in the manifest and in templates are found whatever the target.
#[test]
fn what_nothing_uses_and_where_targets_go() {
    let project = TestProject::repository();
    project.edit("lakesmith.yml", "variables:\n", "variables:\n  idle: { type: integer, default: 1 }\n");
    project.edit("lakesmith.yml", "principals:\n", "principals:\n  idle: { local: idle }\n");
    project.edit("lakesmith.yml", "https://workspace.example.test", "https://workspace.example.test/?o=1");
    let macros = project.read("sql/_macros/money.sql");
    project.write("sql/_macros/money.sql", &format!("{macros}{{% macro idle() %}}{{% endmacro %}}\n"));
    let line = macros.lines().count() + 1;
    let found = told(&project, "dev");
    let codes: Vec<&str> = found.iter().map(|line| line.rsplit_once(' ').unwrap().1).collect();
    assert_eq!(codes, ["LS120", "LS126", "LS121", "LS206"], "{found:?}");
    assert!(found.contains(&format!("sql/_macros/money.sql:{line}:10 warning LS206")), "{found:?}");
}

/// Each rule of the manifest on a project that breaks it.
#[test]
fn solutions_and_targets_that_cannot_mean_what_they_say() {
    let manifest = "name: shop
solutions:
  shop: { title: Shop, catalog: shop, schemas: { silver: silver, gold: gold, attic: attic } }
  again: { title: Again, catalog: SHOP, schemas: { gold: gold } }
targets:
  dev: { mode: development, host: \"https://a.test\" }
  prod: { mode: production, host: \"https://a.test/\" }
  live: { mode: production, run_as: { user: a@example.test } }
";
    let view = "CREATE OR REPLACE VIEW shop.gold.one AS SELECT 1 AS a\n";
    let project = TestProject::new(&[
        ("lakesmith.yml", manifest),
        ("sql/shop/gold/one.sql", view),
        ("sql/shop/sliver/two.sql", "SELECT 1"),
    ]);
    assert_eq!(
        told(&project, "dev"),
        [
            "lakesmith.yml:3:58 warning LS124",
            "lakesmith.yml:3:85 warning LS124",
            "lakesmith.yml:4:3 warning LS122",
            "lakesmith.yml:4:58 warning LS129",
            "lakesmith.yml:7:3 warning LS125",
            "lakesmith.yml:7:3 warning LS128",
            "lakesmith.yml:8:3 warning LS127",
            "sql/shop/sliver/two.sql:1:1 warning LS123",
        ]
    );
}

/// A place in a resource file is that of the template, not of the rendered text.
#[test]
fn jobs_and_grants_are_found_where_they_are_written() {
    let project = TestProject::repository();
    let daily = "jobs/insurance/daily.yml";
    project.edit(daily, "timezone_id: UTC", "timezone_id: UCT2");
    project.edit(daily, "0 0 2 * * ?", "* 0 2 * * ?");
    project.edit(daily, "full_refresh: false", "full_refresh: true");
    project.edit(daily, "max_concurrent_runs: 1", "max_concurrent_runs: 1001");
    let grants = "jobs/insurance/grants.yml";
    project.edit(
        grants,
        "      \"{{ principal('analysts') }}\": [USE_SCHEMA, SELECT]",
        "      \"{{ principal('analysts') }}\": [SELECT, SELECT]",
    );
    let found = told(&project, "local");
    let places: Vec<(usize, String)> = found
        .iter()
        .map(|line| {
            let (place, rest) = line.split_once(' ').unwrap();
            (place.split(':').nth(1).unwrap().parse().unwrap(), rest.to_string())
        })
        .collect();
    let line = |path: &str, text: &str| project.read(path).lines().position(|line| line.contains(text)).unwrap() + 1;
    let at = |path: &str, text: &str, rest: &str| (line(path, text), rest.to_string());
    let gold = line(grants, "[SELECT, SELECT]");
    for expected in [
        at(daily, "UCT2", "error LS905"),
        at(daily, "* 0 2", "warning LS924"),
        at(daily, "full_refresh", "warning LS923"),
        at(daily, "1001", "error LS912"),
        (gold, "error LS806".to_string()),
        (gold, "warning LS807".to_string()),
    ] {
        assert!(places.contains(&expected), "{expected:?} of {found:?}");
    }
}

/// Design §4: sensitive columns are masked in every target marked `protect`, and only there it is an error.
#[test]
fn a_tag_without_a_mask_is_an_error_in_protected_targets() {
    let project = TestProject::repository();
    let file = "sql/insurance/governance/tags.sql";
    // A column that no other table copies and no Genie space has: the way of copies is the lineage's (governance.rs).
    let table = "{{ ref('gold.impact_tracker') }}";
    project.write(
        file,
        &format!(
            "ALTER TABLE {table} ALTER COLUMN is_simulated SET TAGS ('class' = 'pii');\n\
             ALTER TABLE {table} ALTER COLUMN is_simulatd SET TAGS ('x' = 'y');\n\
             GRANT CREATE SCHEMA ON SCHEMA {{{{ catalog }}}}.gold TO `{{{{ principal('engineers') }}}}`;\n"
        ),
    );
    let always = [
        format!("{file}:1:1 error LS966"),
        format!("{file}:2:59 error LS402"),
        format!("{file}:3:1 error LS966"),
        format!("{file}:3:7 error LS801"),
    ];
    assert_eq!(told(&project, "local"), always);
    let found = told(&project, "prod");
    assert_eq!(found.len(), 5, "{found:?}");
    assert!(
        found.iter().any(|one| one.ends_with("error LS830") && one.starts_with(&format!("{file}:1:"))),
        "{found:?}"
    );
}
