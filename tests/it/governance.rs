//! Sensitive columns through `check`: the insurance solution is clean, and one removed protection is found.

use crate::support::TestProject;

fn codes(project: &TestProject, target: &str) -> Vec<String> {
    let run = project.run(&["check", "--format", "json", "-t", target]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let all = report["diagnostics"].as_array().unwrap().iter();
    let governed = all.filter(|finding| finding["code"].as_str().unwrap().starts_with("LS84"));
    let told = governed.map(|finding| {
        let (file, line) = (finding["file"].as_str().unwrap(), &finding["start"]["line"]);
        format!("{} {} {file}:{line}", finding["severity"].as_str().unwrap(), finding["code"].as_str().unwrap())
    });
    told.collect()
}

const TIMELINE: &str = "sql/insurance/gold/member_journey_timeline.sql";
const MASK: &str = " MASK {{ catalog }}.{{ schema('silver') }}.mask_transcript";

/// Without the mask of a column that is made of a tagged one, two steps behind it.
fn unmasked() -> TestProject {
    let project = TestProject::repository();
    let text = project.read(TIMELINE);
    let line = text.lines().find(|line| line.trim_start().starts_with("transcript STRING")).unwrap();
    let bare = line.replace(MASK, "");
    assert_ne!(line, bare);
    project.write(TIMELINE, &text.replace(line, &bare));
    project
}

#[test]
fn the_insurance_solution_protects_what_is_sensitive() {
    let project = TestProject::repository();
    for target in ["prod", "dev", "local"] {
        assert!(codes(&project, target).is_empty(), "{target}: {:?}", codes(&project, target));
    }
}

#[test]
fn a_descendant_that_lost_its_mask_is_found_with_the_way_that_it_came() {
    let project = unmasked();
    let line = project.read(TIMELINE).lines().position(|line| line.trim_start().starts_with("transcript STRING"));
    let place = format!("{TIMELINE}:{}", line.unwrap() + 1);
    assert_eq!(codes(&project, "prod"), [format!("error LS840 {place}")]);
    // Elsewhere it is only announced.
    assert_eq!(codes(&project, "local"), [format!("warning LS840 {place}")]);
    let run = project.run(&["check", "-t", "prod", "--format", "json"]).json(1);
    let all = run["diagnostics"].as_array().unwrap();
    let finding = all.iter().find(|finding| finding["code"] == "LS840").unwrap();
    let related = finding["related"].as_array().unwrap();
    assert!(related[0]["message"].as_str().unwrap().contains("taken from `silver.call_center_clean.transcript`"));
    assert_eq!(related.last().unwrap()["file"], "lakesmith.yml", "{finding:#}");
}

/// The manifest clears engineers and the service for clear values, so that their tables need no masks.
#[test]
fn a_table_that_others_may_read_needs_masks() {
    let project = TestProject::repository();
    project.edit("jobs/insurance/grants.yml", "[USE_SCHEMA, EXECUTE]", "[USE_SCHEMA, EXECUTE, SELECT]");
    let found = codes(&project, "prod");
    assert!(found.iter().any(|told| told.contains("silver/members_staged.sql")), "{found:?}");
}

#[test]
fn embedded_credentials_show_what_masks_hide() {
    let project = TestProject::repository();
    let board = "dashboards/insurance/executive_overview.lvdash.json";
    let query = "SELECT insight_rank, severity, headline, briefing, cost_impact, robust_z, expansion_factor\\n";
    project.edit(
        board,
        query,
        &query.replace(
            "\\n",
            ", (SELECT MAX(transcript) FROM insurance_command_center.gold.member_journey_timeline) AS words\\n",
        ),
    );
    assert!(codes(&project, "prod").is_empty(), "{:?}", codes(&project, "prod"));
    project.edit("jobs/insurance/presentation.yml", "embed_credentials: false", "embed_credentials: true");
    let found = codes(&project, "prod");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with(&format!("error LS842 {board}:")), "{found:?}");
}

#[test]
fn a_policy_that_names_nothing_is_told() {
    let project = TestProject::repository();
    project.edit("lakesmith.yml", "bronze.members_raw.zip_code", "bronze.members_raw.zip_cod");
    let found = codes(&project, "prod");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("error LS844 lakesmith.yml:"), "{found:?}");
}

/// "Tags don't inherit to the column level" (Databricks documentation, "Apply tags to Unity Catalog securable objects").
#[test]
fn a_tag_of_a_table_is_none_of_its_columns() {
    let project = TestProject::new(&[
        (
            "lakesmith.yml",
            "name: shop\nsolutions:\n  shop: { catalog: shop, schemas: { bronze: bronze, gold: gold } }\n\
             targets:\n  local: { protect: true }\n",
        ),
        ("sql/bronze/people.sql", "CREATE OR REFRESH MATERIALIZED VIEW {{ this }} AS SELECT 1 AS id, 'Ann' AS name;\n"),
        ("sql/setup/tags.sql", "ALTER TABLE shop.bronze.people SET TAGS ('class' = 'pii');\n"),
        (
            "sql/gold/kept.sql",
            "CREATE OR REFRESH MATERIALIZED VIEW {{ this }} (id INT, name STRING)\n\
             AS SELECT id, name FROM {{ ref('bronze.people') }};\n",
        ),
        (
            "jobs/shop/pipelines.yml",
            "pipelines:\n  shop:\n    name: shop\n    catalog: shop\n    schema: bronze\n    \
             sql: [sql/bronze/people.sql, sql/gold/kept.sql]\n",
        ),
    ]);
    let all = |project: &TestProject| {
        let report: serde_json::Value =
            serde_json::from_str(&project.run(&["check", "--format", "json", "-t", "local"]).stdout).unwrap();
        let found = report["diagnostics"].as_array().unwrap().clone();
        let of = |code: &str| found.iter().filter(|finding| finding["code"] == code).count();
        (of("LS831"), of("LS830"), of("LS840"))
    };
    assert_eq!(all(&project), (1, 0, 0));
    // The column itself is followed.
    project.edit("sql/setup/tags.sql", "SET TAGS", "ALTER COLUMN name SET TAGS");
    assert_eq!(all(&project), (0, 1, 1));
}
