//! What a deployment made is found again, also without its record and under another key.

use serde_json::{Value, json};

use crate::support::{CATALOG, TestProject, demo, fingerprints, heavy};

/// The ids that the service chose, by the key of `status`.
fn ids(project: &TestProject) -> Value {
    let run = project.run_live(&["plan", "insurance", "-t", "local", "--format", "json"]);
    let plan = run.json(0);
    let steps = plan["plans"][0]["steps"].as_array().unwrap().iter();
    let chosen = ["pipeline.", "job.", "dashboard.", "genie_space.", "alert."];
    let key = |step: &Value| step["key"].as_str().unwrap().to_string();
    let ours = steps.filter(|step| chosen.iter().any(|kind| key(step).starts_with(kind)));
    ours.map(|step| (key(step), step["id"].clone())).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn a_lost_state_duplicates_nothing() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let (before, tables) = (ids(&project), &demo().tables);
    assert_eq!(before.as_object().map(serde_json::Map::len), Some(5), "{before}");
    let workspace = ".lakesmith/local/workspace";
    let state: Vec<_> = project.files(workspace).into_iter().filter(|path| path.contains("/state")).collect();
    assert!(!state.is_empty());
    for path in state {
        std::fs::remove_file(project.root().join(workspace).join(path)).unwrap();
    }
    let run = project.run_live(&["deploy", "insurance", "-t", "local", "--yes", "--allow", "security"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(ids(&project), before);
    let after = fingerprints(&project, CATALOG);
    for (name, table) in tables {
        assert_eq!(after[name].rows, table.rows, "{name}");
    }
    let plan = project.run_live(&["plan", "insurance", "-t", "local", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(0), "{plan}");
}

#[test]
fn a_new_key_is_no_new_thing() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let before = ids(&project);
    for file in project.files("jobs") {
        let path = format!("jobs/{file}");
        let text = project.read(&path);
        let text = text
            .replace("executive_overview:", "overview:")
            .replace("dashboard.executive_overview", "dashboard.overview");
        let text = text.replace("insurance_pipeline:", "main:").replace("pipeline.insurance_pipeline", "pipeline.main");
        project.write(&path, &text);
    }
    let run = project.run_live(&["deploy", "insurance", "-t", "local", "--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
    let after = ids(&project);
    for (old, new) in [
        ("dashboard.executive_overview", "dashboard.overview"),
        ("pipeline.insurance_pipeline", "pipeline.main"),
        ("job.insurance_daily", "job.insurance_daily"),
    ] {
        assert_eq!(after[new], before[old], "{old}");
        assert_ne!(after[new], json!(null), "{new}");
    }
    assert_eq!(after.as_object().map(serde_json::Map::len), Some(5), "{after}");
    let plan = project.run_live(&["plan", "insurance", "-t", "local", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(0), "{plan}");
}
