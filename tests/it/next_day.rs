//! The day after: files from the command line, into the local workspace, read once.

use std::path::Path;

use crate::support::{CATALOG, LANDING, TestProject, demo, fingerprints, heavy};

const NEXT_DAY: [&str; 9] =
    ["data", "generate", "insurance", "--next-day", "--out", "next", "--as-of", "2025-11-14", "--format"];
const RUN: [&str; 4] = ["run", "insurance_pipeline", "-t", "local"];

/// As the help of the command says: `cp -R next/. …/landing/`.
fn deliver(project: &TestProject) {
    for path in project.files("next") {
        assert!(path.contains("_20251115"), "{path}");
        let to = project.root().join(LANDING).join(&path);
        assert!(!to.exists() && to.parent().is_some_and(Path::is_dir), "{path}");
        std::fs::copy(project.root().join("next").join(&path), to).unwrap();
    }
}

/// The rows a bronze table has gained must be those the command says it wrote.
#[test]
fn the_next_day_is_ingested_row_by_row_and_once() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let made = project.run(&[NEXT_DAY.as_slice(), &["json"]].concat()).json(0);
    let sources = made["rows"].as_object().unwrap();
    assert_eq!(sources.len(), 7, "{made}");
    let again = project.run(&[NEXT_DAY.as_slice(), &["json"]].concat());
    assert_eq!(again.code, Some(2), "a folder that holds something is left alone: {again}");
    deliver(&project);
    let run = project.run_live(&RUN);
    assert_eq!(run.code, Some(0), "{run}");

    let (before, after) = (&demo().tables, fingerprints(&project, CATALOG));
    let gained = |table: &str| {
        let name = format!("{CATALOG}.{table}");
        after[&name].rows - before[&name].rows
    };
    for (name, table) in before.iter().filter(|(name, _)| name.contains(".bronze.")) {
        let source = name.rsplit('.').next().unwrap().trim_end_matches("_raw");
        let rows = sources.get(source).map_or(0, |rows| rows.as_i64().unwrap());
        assert_eq!(after[name].rows - table.rows, rows, "{name}");
        assert!(rows > 0 || !sources.contains_key(source), "{source} has no next day");
    }
    // Fifty members change; two of them come twice, and three records cannot be used.
    assert_eq!((gained("bronze.members_raw"), gained("silver.members_clean")), (55, 50));
    assert_eq!((gained("silver.members_current"), gained("silver.members_quarantine")), (0, 3));
    let changes = "SELECT COUNT(DISTINCT member_id) AS members, COUNT_IF(old.state <> new.state) > 0 AS moved, \
                   COUNT_IF(old.plan_type <> new.plan_type) > 0 AS other_plan \
                   FROM insurance_command_center.silver.members_clean old \
                   INNER JOIN insurance_command_center.silver.members_clean new USING (member_id) \
                   WHERE old.__END_AT = new.__START_AT";
    let versions = project.run_live(&["query", changes, "-t", "local", "--format", "json"]).json(0);
    assert_eq!(versions["rows"], serde_json::json!([{"members": 50, "moved": true, "other_plan": true}]));
    // Four records of every other source cannot be used, and two come twice: all six end in its quarantine.
    for source in sources.keys().filter(|source| *source != "members") {
        let rows = sources[source].as_i64().unwrap();
        assert_eq!(gained(&format!("silver.{source}_quarantine")), 6, "{source}");
        assert_eq!(gained(&format!("silver.{source}_clean")), rows - 6, "{source}");
    }
    assert_eq!(gained("gold.executive_kpis"), 1);

    let run = project.run_live(&RUN);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(fingerprints(&project, CATALOG), after, "a second run reads nothing");
}
