//! A part of a plan, and what was done behind a deployment.

use serde_json::{Value, json};

use crate::support::shop::governed;
use crate::support::{Served, TestProject};

/// The shop with two jobs, the second of which runs the first.
fn shop() -> TestProject {
    let project = governed();
    project.write(
        "jobs/nightly.yml",
        "jobs:\n  load:\n    name: load\n    tasks:\n      - task_key: load\n        \
         pipeline_task: { pipeline_id: \"${pipeline.main.id}\" }\n  \
         check:\n    name: check\n    tasks:\n      - task_key: load\n        \
         run_job_task: { job_id: \"${job.load.id}\" }\n",
    );
    project
}

fn keys(plan: &Value) -> Vec<String> {
    let steps = plan["plans"][0]["steps"].as_array().unwrap();
    let changes = steps.iter().filter(|step| step["action"] != "none");
    changes.map(|step| step["key"].as_str().unwrap().to_string()).collect()
}

/// Issue: "selection (`--select dashboard:*`, with dependencies)".
#[test]
fn a_part_is_deployed_with_what_it_needs_and_nothing_else() {
    let project = shop();
    let plan = |options: &[&str]| project.run_live(&[&["plan", "-t", "local"], options].concat());
    let all = keys(&plan(&["--format", "json"]).json(0));
    let part = plan(&["--select", "schema:*", "--format", "json"]).json(0);
    // workspace-api.md §5, 25: "partial deploy pulls deps+grants".
    assert_eq!(keys(&part), ["catalog.main", "schema.bronze", "grants.catalog.shop", "grants.schema.shop.bronze"]);
    assert_eq!(part["plans"][0]["selected"], json!({ "patterns": ["schema:*"], "left": all.len() - 4 }));
    let deployed = project.run_live(&["deploy", "-t", "local", "--yes", "--select", "schema:*"]).success();
    assert!(deployed.contains(&format!("4 to create ({} other changes not selected)", all.len() - 4)), "{deployed}");
    // The rest is still a first deployment: what it gives opens nothing that somebody relies on.
    let rest = plan(&["--format", "json"]).json(0);
    assert_eq!(keys(&rest).len(), all.len() - 4, "{rest:#}");
    assert!(rest["plans"][0]["steps"].as_array().unwrap().iter().all(|step| step["risk"] == "safe"), "{rest:#}");
    // A written plan of a part is applied as that part.
    let written = plan(&["--select", "job.check", "--out", "part.json"]);
    assert_eq!(written.code, Some(0), "{written}");
    let applied = project.run_live(&["apply", "part.json", "--yes"]);
    assert_eq!(applied.code, Some(0), "{applied}");
    let left = keys(&plan(&["--format", "json"]).json(0));
    assert_eq!(left, ["function.shop.bronze.mask_what", "pipeline_update.main", "grants.table.shop.bronze.orders"]);
    let nothing = plan(&["--select", "job:chekc"]);
    assert_eq!(nothing.code, Some(2), "{nothing}");
    assert!(nothing.stderr.contains("`job:chekc` selects nothing; did you mean `job:check`?"), "{nothing}");
    let kind = plan(&["--select", "jobs:*"]);
    assert_eq!(kind.code, Some(2), "{kind}");
    assert!(kind.stderr.contains("`jobs` is no kind of resource; did you mean `job`?"), "{kind}");
}

/// Design 5: "`lakesmith drift` (exit 3 when found)".
#[test]
fn what_was_changed_behind_a_deployment_is_told() {
    let project = shop();
    let drift = |options: &[&str]| project.run_live(&[&["drift", "-t", "local"], options].concat());
    let before = drift(&[]);
    assert_eq!((before.code, before.stderr.trim_end()), (Some(0), "shop/shop on local: nothing is deployed"));
    let deployed = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(deployed.code, Some(0), "{deployed}");
    assert_eq!(drift(&[]).success(), "shop/shop on local: as it was deployed\n");
    let served = Served::of(&project);
    let jobs = served.call("GET", "/api/2.2/jobs/list", None);
    let id = |name: &str| {
        let mut jobs = jobs["jobs"].as_array().unwrap().iter();
        jobs.find(|job| job["settings"]["name"] == name).unwrap()["job_id"].clone()
    };
    let renamed = json!({ "job_id": id("check"), "new_settings": { "name": "renamed | by hand" } });
    served.call("POST", "/api/2.2/jobs/update", Some(&renamed));
    // The project goes on meanwhile: that is no drift.
    project.edit("jobs/nightly.yml", "name: load\n", "name: loads\n");
    let found = drift(&[]);
    assert_eq!(found.code, Some(3), "{found}");
    let told =
        "  changed job.check\n      name: \"check\" → \"renamed | by hand\"\nshop/shop on local: 1 resource drifted\n";
    assert_eq!(found.stdout, told);
    served.call("POST", "/api/2.2/jobs/delete", Some(&json!({ "job_id": id("check") })));
    let gone = drift(&["--format", "markdown"]);
    assert_eq!(gone.code, Some(3), "{gone}");
    assert!(gone.stdout.contains("| deleted | `job.check` |"), "{gone}");
    let json = drift(&["--format", "json"]).json(3);
    assert_eq!(keys(&json), ["job.check"], "{json:#}");
    // It changed nothing.
    assert_eq!(drift(&[]).code, Some(3));
}

#[test]
fn a_plan_can_be_read_in_a_pull_request() {
    let project = shop();
    let markdown = || project.run_live(&["plan", "-t", "local", "--format", "markdown"]).success();
    let first = markdown();
    let start =
        "<!-- lakesmith plan of shop on local -->\n## What deploying would change\n\n### `shop/shop` on `local`: ";
    assert!(first.starts_with(start), "{first}");
    assert!(first.contains("| create | `job.check` |  | it is new |"), "{first}");
    let deployed = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(deployed.code, Some(0), "{deployed}");
    assert!(markdown().contains("### `shop/shop` on `local`: nothing to change\n"), "{}", markdown());
    project.edit("jobs/nightly.yml", "name: check\n", "name: a|b\n");
    let changed = markdown();
    assert!(changed.contains("| update | `job.check` |  | it changes in the project |"), "{changed}");
    assert!(changed.contains("  - `name`: `\"check\" → \"a|b\"`"), "{changed}");
}

/// GitHub takes comments of 65,536 characters: what is left out is said, and every change is still named.
#[test]
fn a_plan_that_is_too_long_for_a_comment_is_cut_and_says_so() {
    let project = shop();
    // A hundred lines each, all of which change.
    let write = |word: &str| {
        for number in 0..20 {
            let lines: String =
                (0..100).map(|line| format!("-- {word} of line {line} in a file of its own\n")).collect();
            let view = format!("CREATE OR REFRESH MATERIALIZED VIEW v{number} AS SELECT id FROM shop.bronze.orders\n");
            project.write(&format!("sql/bronze/v{number:02}.sql"), &format!("{lines}{view}"));
        }
    };
    write("first");
    let deployed = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(deployed.code, Some(0), "{deployed}");
    write("second");
    let whole = project.run_live(&["plan", "-t", "local", "--format", "markdown", "shop"]).success();
    assert!(whole.chars().count() <= 65_536, "{}", whole.chars().count());
    assert!(whole.starts_with("<!-- lakesmith plan of shop/shop on local -->\n"), "{whole}");
    for number in 0..20 {
        assert!(
            whole.contains(&format!("| update | `workspace_file.sql/bronze/v{number:02}.sql` |")),
            "{number}: {whole}"
        );
    }
    // Of each, the first lines of what changes: two hundred of text, one above them, and the statement around which they stand.
    assert_eq!(whole.matches("\n    … 182 lines more\n").count(), 20, "{whole}");
    let told = "\n**This is not all**: it would be too long for a comment. Texts that change are cut; `lakesmith plan -t local` \
                shows it.\n";
    assert!(whole.ends_with(told), "{whole}");
}
