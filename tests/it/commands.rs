//! Commands on a workspace that holds the demo, from outside: arguments in, texts and exit codes out.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::json;

use crate::support::{TestProject, demo, heavy};

const TOP: &str = "SELECT opportunity_rank, call_topic, daily_calls, daily_cost FROM \
                   insurance_command_center.gold.top_opportunities WHERE opportunity_rank <= 3 ORDER BY 1";

#[test]
fn query_prints_a_table_csv_or_json() {
    let project = demo().project.copy();
    let query = |format: &str| project.run_live(&["query", TOP, "-t", "local", "--format", format]).success();
    insta::assert_snapshot!(query("csv"), @"
    opportunity_rank,call_topic,daily_calls,daily_cost
    1,Billing,5000,40000.00
    2,Pharmacy,4000,32000.00
    3,ID Card,3000,24000.00
    ");
    insta::assert_snapshot!(query("table"), @"
     opportunity_rank   call_topic   daily_calls   daily_cost
    ──────────────────────────────────────────────────────────
                    1   Billing             5000     40000.00
                    2   Pharmacy            4000     32000.00
                    3   ID Card             3000     24000.00
    3 rows
    ");
    let result: serde_json::Value = serde_json::from_str(&query("json")).unwrap();
    assert_eq!(result["columns"][0], json!({"name": "opportunity_rank", "type": "INT"}));
    assert_eq!(
        result["rows"][0],
        json!({"opportunity_rank": 1, "call_topic": "Billing", "daily_calls": 5000, "daily_cost": "40000.00"})
    );
}

#[test]
fn a_query_that_is_wrong_says_where() {
    let project = demo().project.copy();
    let run =
        project.run_live(&["query", "SELECT nothing FROM insurance_command_center.gold.population", "-t", "local"]);
    insta::assert_snapshot!(run, @"
    exit code: 1
    ----- stderr -----
    error: the statement failed
      caused by: [UNRESOLVED_COLUMN.WITHOUT_SUGGESTION] the column `nothing` does not exist. (line 1, pos 7) SQLSTATE: 42703
    ");
    let run =
        project.run_live(&["query", "SELECT members FROM insurance_command_center.gold.populaton", "-t", "local"]);
    insta::assert_snapshot!(run.stderr, @"
    error: the statement failed
      caused by: [TABLE_OR_VIEW_NOT_FOUND] the table `insurance_command_center.gold.populaton` does not exist; did you mean `insurance_command_center.gold.population`? (line 1, pos 20) SQLSTATE: 42P01
    ");
    let run =
        project.run_live(&["query", "SELECT as_of_dat FROM insurance_command_center.gold.population", "-t", "local"]);
    insta::assert_snapshot!(run.stderr, @"
    error: the statement failed
      caused by: [UNRESOLVED_COLUMN.WITH_SUGGESTION] the column `as_of_dat` does not exist; did you mean `as_of_date`? (line 1, pos 7) SQLSTATE: 42703
    ");
}

#[test]
fn status_tells_what_is_deployed() {
    let status = demo().project.copy().run_live(&["status", "-t", "local", "--format", "json"]).json(0);
    let insurance = &status["solutions"][0];
    assert_eq!((&status["target"], &insurance["deployed"]), (&json!("local"), &json!(true)));
    assert_eq!(insurance["resources"]["volume_file"], 11);
    assert_eq!(insurance["pipelines"][0]["last_state"], "COMPLETED");
}

#[test]
fn a_plan_is_applied_once_and_exactly() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    project.edit("jobs/insurance/daily.yml", "timeout_seconds: 7200", "timeout_seconds: 3600");
    let plan = project.run_live(&["plan", "insurance", "-t", "local", "--out", "plan.json", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(2), "{plan}");
    insta::assert_snapshot!(plan.stdout, @"
      ~ update job.insurance_daily: it changes in the project
          timeout_seconds: 7200 → 3600
    healthcare-lakehouse/insurance on local: 1 to update, 87 unchanged
    ");
    let saved: serde_json::Value = serde_json::from_str(&project.read("plan.json")).unwrap();
    assert_eq!(saved["plan_version"], 4);
    // What is applied is what was shown.
    project.write("edited.json", &project.read("plan.json").replace("3600", "1800"));
    let edited = project.run_live(&["apply", "edited.json", "--yes"]);
    assert_eq!(edited.code, Some(2), "{edited}");
    assert!(edited.stderr.contains("the plan file is not as it was written"), "{edited}");
    let nowhere = project.run_live(&["plan", "insurance", "-t", "local", "--out", "a/b/plan.json"]);
    assert_eq!(nowhere.code, Some(2), "{nowhere}");
    assert!(!project.root().join("a").exists());
    // Nobody can be asked. The plan says which target it is for.
    let asked = project.run_live(&["apply", "plan.json"]);
    assert_eq!(asked.code, Some(2), "{asked}");
    assert!(asked.stderr.contains("--yes"), "{asked}");
    let applied = project.run_live(&["apply", "plan.json", "-t", "local", "--yes"]);
    assert_eq!(applied.code, Some(0), "{applied}");
    let again = project.run_live(&["apply", "plan.json", "-t", "local", "--yes"]);
    assert_eq!(again.code, Some(2), "{again}");
    assert!(again.stderr.contains("plan again"), "{again}");
    let plan = project.run_live(&["plan", "insurance", "-t", "local", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(0), "{plan}");
    // For programs: one document that says what was done.
    project.edit("jobs/insurance/daily.yml", "timeout_seconds: 3600", "timeout_seconds: 1800");
    let deployed = project.run_live(&["deploy", "-t", "local", "--yes", "--format", "json"]).json(0);
    assert_eq!((&deployed["version"], &deployed["ok"]), (&json!(1), &json!(true)));
    assert_eq!(deployed["deployments"][0]["done"], json!(["job.insurance_daily"]));
    assert_eq!(deployed["deployments"][0]["counts"]["update"], 1);
}

#[test]
fn what_destroys_needs_an_allow() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    project.edit(
        "jobs/insurance/presentation.yml",
        "  executive_overview:\n",
        "  executive_overview:\n    targets: [dev]\n",
    );
    let daily = project.read("jobs/insurance/daily.yml");
    let refresh = daily.find("      - task_key: refresh_dashboard").unwrap();
    project.write("jobs/insurance/daily.yml", &daily[..refresh]);
    let plan = project.run_live(&["plan", "insurance", "-t", "local", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(3), "{plan}");
    let deploy = project.run_live(&["deploy", "insurance", "-t", "local", "--yes"]);
    assert_eq!(deploy.code, Some(2), "{deploy}");
    insta::assert_snapshot!(deploy.stderr, @"
    error: the plan has risky changes: dashboard.executive_overview (destructive)
      hint: nothing was changed; if they are meant, add `--allow destructive`
    ");
    let deploy = project.run_live(&["deploy", "insurance", "-t", "local", "--yes", "--allow", "destructive"]);
    assert_eq!(deploy.code, Some(0), "{deploy}");
}

#[test]
fn run_ends_with_the_outcome() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let job = project.run_live(&["run", "insurance_daily", "-t", "local"]);
    assert_eq!(job.code, Some(0), "{job}");
    let status = project.run_live(&["status", "-t", "local"]).success();
    assert!(status.ends_with("  pipeline.insurance_pipeline: completed\n  job.insurance_daily: success\n"), "{status}");
    let unknown = project.run_live(&["run", "nothing", "-t", "local"]);
    insta::assert_snapshot!(unknown, @"
    exit code: 2
    ----- stderr -----
    error: `nothing` is not deployed to `local`; deployed are: pipeline.insurance_pipeline, job.insurance_daily
    ");
    let dashboard = project.run_live(&["run", "dashboard.executive_overview", "-t", "local"]);
    insta::assert_snapshot!(dashboard, @"
    exit code: 2
    ----- stderr -----
    error: `dashboard.executive_overview` is deployed, but nothing that can be run
      hint: pipelines and jobs can: pipeline.insurance_pipeline, job.insurance_daily
    ");
}

/// What comes from data does not act on the terminal; what is made for programs keeps its bytes.
#[test]
fn control_characters_are_shown_not_sent() {
    let project = TestProject::repository();
    let sql = "SELECT concat('a', char(27), '[31mb') AS x";
    let table = project.run_live(&["query", sql, "-t", "local"]).success();
    assert!(table.contains("a\\u{1b}[31mb") && !table.contains('\u{1b}'), "{table:?}");
    let csv = project.run_live(&["query", sql, "-t", "local", "--format", "csv"]).success();
    assert_eq!(csv, "x\na\u{1b}[31mb\n");
}

/// Requests by `-vv`, with neither their headers nor their bodies.
#[test]
fn requests_are_shown_when_asked_for() {
    let project = TestProject::repository();
    let run = project.run_live(&["query", "SELECT 'canary' AS x", "-t", "local", "-vv"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stderr.contains("POST /api/2.0/sql/statements → 200 ("), "{run}");
    assert!(!run.stderr.contains("canary") && !run.stderr.contains("Bearer"), "{run}");
    let run = project.run_live(&["query", "SELECT 1 AS x", "-t", "local"]);
    assert_eq!(run.stderr, "");
}

/// The first Ctrl-C is answered at once.
#[cfg(unix)]
#[test]
fn ctrl_c_is_answered() {
    let project = TestProject::repository();
    let mut child =
        Serving(project.live(&["local", "serve"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(child.0.stderr.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "serving until Ctrl-C");
    let sent = std::process::Command::new("kill").args(["-INT", &child.0.id().to_string()]).status();
    assert!(sent.unwrap().success());
    assert_eq!(lines.next().unwrap().unwrap(), "");
    assert_eq!(lines.next().unwrap().unwrap(), "stopping: waits for what is in progress; Ctrl-C again ends at once");
    assert!(child.0.wait().unwrap().success());
}

#[test]
fn the_same_options_give_the_same_data() {
    let project = TestProject::repository();
    let generate = |folder: &str| {
        project
            .run(&["data", "generate", "insurance", "--out", folder, "--as-of", "2025-11-14", "--format", "json"])
            .json(0)["files"]
            .clone()
    };
    let (a, b) = (generate("a"), generate("b"));
    assert_eq!(a, b);
    assert_eq!(a.as_array().unwrap().len(), project.files("a").len());
    let refused = project.run(&["data", "generate", "insurance", "--out", "a"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    let stats = project.run(&["data", "stats", "insurance", "--format", "json"]).json(0);
    let rows: u64 = stats["sources"].as_array().unwrap().iter().map(|source| source["rows"].as_u64().unwrap()).sum();
    assert_eq!(rows, 425_000);
}

/// A child that is killed when the test ends.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_second_command_uses_the_server_that_runs() {
    let project = TestProject::repository();
    let mut child =
        Serving(project.live(&["local", "serve"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let host = lines.next().unwrap().unwrap();
    assert!(host.starts_with("DATABRICKS_HOST=http://127.0.0.1:"), "{host}");
    let run = project.run_live(&["query", "SELECT 1 AS one", "-t", "local", "--format", "csv"]);
    assert_eq!(run.success(), "one\n1\n");
    let second = project.run_live(&["local", "serve"]);
    assert_eq!(second.code, Some(2), "{second}");
    assert!(second.stderr.contains("is served already"), "{second}");
}

/// Another process has the workspace but does not answer: an error that says so, never one of the database.
#[test]
fn a_workspace_that_is_held_and_not_served() {
    let project = TestProject::repository();
    project.write(".lakesmith/local/lock", "");
    let lock = std::fs::File::options().write(true).open(project.root().join(".lakesmith/local/lock")).unwrap();
    lock.lock().unwrap();
    let run = project.run_live(&["query", "SELECT 1", "-t", "local"]);
    insta::assert_snapshot!(run, @"
    exit code: 2
    ----- stderr -----
    error: the data folder [FOLDER]/project/.lakesmith/local is in use by another process
      hint: another lakesmith is using it but does not answer: wait for it to end, or stop it
    ");
}

/// `--version` does no work (issue 2: at most 20 ms in a release build).
#[test]
fn help_and_version_need_no_project() {
    let folder = tempfile::tempdir().unwrap();
    let project = TestProject::new(&[]);
    for argument in ["--version", "--help"] {
        let run = project.run_in(folder.path(), &[argument], &[]);
        assert_eq!(run.code, Some(0), "{run}");
    }
    let run = project.run_in(folder.path(), &["status", "-t", "local"], &[]);
    assert_eq!(run.code, Some(2), "{run}");
}
