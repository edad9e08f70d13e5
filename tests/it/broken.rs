//! Broken projects: what is wrong, where, and the exit code. Nothing half-done is lost or doubled.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use crate::support::{CATALOG, LANDING, TestProject, demo, fingerprints, heavy};

/// The same finding from `check` and from `demo up`, which must not begin anything.
#[track_caller]
fn refused(project: &TestProject) -> String {
    let check = project.run(&["check", "-t", "local"]);
    assert_eq!(check.code, Some(1), "{check}");
    let up = project.run(&["demo", "up", "insurance", "-t", "local", "--no-serve"]);
    assert_eq!(up.code, Some(1), "{up}");
    assert_eq!(up.stderr, check.stderr);
    assert!(!project.root().join(".lakesmith/local").exists());
    check.stderr
}

#[test]
fn an_unknown_column_in_a_gold_file() {
    let project = TestProject::repository();
    project.edit(
        "sql/insurance/gold/billing_leakage_segments.sql",
        "is_as_of_day AND is_avoidable",
        "is_as_of_day AND is_avoidble",
    );
    insta::assert_snapshot!(refused(&project), @"
    error[LS402]: the column `is_avoidble` does not exist
      --> sql/insurance/gold/billing_leakage_segments.sql:31:24
       |
    31 | WHERE is_as_of_day AND is_avoidble AND call_topic = {{ var('focus_topic') | literal }}
       |                        ^^^^^^^^^^^
       |
       = help: did you mean `is_avoidable`?

    1 error
    ");
}

/// The workspace names the deployed, rendered file; the user has written the template.
#[test]
fn an_update_that_fails_is_told_at_the_template() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let population = "sql/insurance/gold/population.sql";
    project.edit(population, "  r.members,\n", "  CAST(CAST(t.as_of_date AS STRING) AS BIGINT) AS members,\n");
    let deploy = project.run_live(&["deploy", "insurance", "-t", "local", "--yes"]);
    assert_eq!(deploy.code, Some(0), "{deploy}");
    let run = project.run_live(&["run", "insurance_pipeline", "-t", "local"]);
    assert_eq!(run.code, Some(1), "{run}");
    let told = "population: sql/insurance/gold/population.sql:4:40: [CAST_INVALID_INPUT]";
    assert!(run.stderr.contains(told), "{run}");
    assert_eq!(run.stderr.matches("[CAST_INVALID_INPUT]").count(), 1, "{run}");
    assert!(!run.stderr.contains("/Workspace/"), "{run}");
    // As a program reads it.
    let up = project.run_live(&["demo", "up", "insurance", "-t", "local", "--no-serve", "--format", "json"]).json(1);
    assert_eq!((&up["ok"], &up["version"]), (&serde_json::json!(false), &serde_json::json!(1)));
    assert!(up["error"]["message"].as_str().unwrap().contains(told), "{up}");
    // The lines of what is deployed are not those of the project any more.
    project.write(population, &format!("-- a new line\n{}", project.read(population)));
    let run = project.run_live(&["run", "insurance_pipeline", "-t", "local"]);
    assert!(run.stderr.contains("of the deployed file; the project has changed since"), "{run}");
}

#[test]
fn without_resource_files_the_cause_is_told_once() {
    let project = TestProject::repository();
    std::fs::remove_dir_all(project.root().join("jobs")).unwrap();
    // Nothing but an alert uses it.
    let manifest = project.read("lakesmith.yml");
    let (before, after) = manifest.split_once("  alert_trend_pct:\n").unwrap();
    let (_, after) = after.split_once("is raised\n").unwrap();
    project.write("lakesmith.yml", &format!("{before}{after}"));
    insta::assert_snapshot!(refused(&project), @"
    error[LS508]: no pipeline lists this file and 51 more, so nothing makes their tables
     --> sql/insurance/bronze/action_library_raw.sql:4:38
      |
    4 | CREATE OR REFRESH STREAMING TABLE {{ this }} (
      |                                      ^^^^
      |
      = help: list it or its folder under `sql` of a pipeline in jobs/insurance/

    1 error
    ");
}

#[test]
fn a_broken_macro_file_is_told_once() {
    let project = TestProject::repository();
    project.edit("sql/_macros/intake.sql", "{%- macro expectations(facts) -%}", "{%- macro -%}");
    insta::assert_snapshot!(refused(&project), @"
    error[LS201]: unexpected end of block, expected identifier
      --> sql/_macros/intake.sql:20:11
       |
    20 | {%- macro -%}
       |           ^^^
       |
      ::: sql/insurance/silver/call_center_clean.sql:1:4
       |
     1 | {% import '_macros/intake.sql' as intake %}
       |    ------------------------------------- reached through this
       |
       = note: and 13 more places: sql/insurance/silver/call_center_quarantine.sql:1:4, sql/insurance/silver/claims_clean.sql:1:4, sql/insurance/silver/claims_quarantine.sql:1:4, …

    1 error
    ");
}

#[test]
fn references_and_volumes_that_do_not_exist() {
    let project = TestProject::repository();
    project.edit("jobs/insurance/daily.yml", "${pipeline.insurance_pipeline.id}", "${pipeline.insurance_pipelin.id}");
    project.edit(
        "sql/insurance/bronze/claims_raw.sql",
        "volume_path('bronze.landing')",
        "volume_path('bronze.landin')",
    );
    insta::assert_snapshot!(refused(&project), @r#"
    error[LS901]: `pipeline.insurance_pipelin` does not exist
      --> jobs/insurance/daily.yml:22:24
       |
    22 |           pipeline_id: "${pipeline.insurance_pipelin.id}"
       |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: did you mean `${pipeline.insurance_pipeline.id}`?

    error[LS901]: the volume `insurance_command_center.bronze.landin` is not declared
      --> sql/insurance/bronze/claims_raw.sql:48:3
       |
    48 |   '{{ volume_path('bronze.landin') }}/claims',
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: did you mean `insurance_command_center.bronze.landing`?

    2 errors
    "#);
}

#[test]
fn a_widget_that_shows_nothing() {
    let project = TestProject::repository();
    let dashboard = "dashboards/insurance/executive_overview.lvdash.json";
    let text = project.read(dashboard);
    // The field of a query, and the field that a counter shows.
    let text = text.replacen("\"SUM(`total_calls`)\"", "\"SUM(`total_cals`)\"", 1);
    let shown = "\"fieldName\": \"weighting\"";
    assert_eq!(text.matches(shown).count(), 1);
    project.write(dashboard, &text.replace(shown, "\"fieldName\": \"wieghting\""));
    insta::assert_snapshot!(refused(&project), @r#"
    error[LS603]: the widget `weighting` shows the field `wieghting`, which its query does not have
       --> dashboards/insurance/executive_overview.lvdash.json:109:33
        |
    109 |                   "fieldName": "wieghting",
        |                                 ^^^^^^^^^
        |
        = help: did you mean `weighting`?

    error[LS603]: in the widget `kpi_calls`: the dataset `today` has no column `total_cals`
       --> dashboards/insurance/executive_overview.lvdash.json:137:42
        |
    137 |                       "expression": "SUM(`total_cals`)"
        |                                          ^^^^^^^^^^^^
        |
        = help: did you mean `total_calls`?

    2 errors
    "#);
}

#[test]
fn a_principal_that_nobody_declared_is_a_warning() {
    let project = TestProject::repository();
    project.edit(
        "jobs/insurance/grants.yml",
        "      \"{{ principal('analysts') }}\": [SELECT]\n",
        "      analyst: [SELECT]\n",
    );
    insta::assert_snapshot!(project.run(&["check", "-t", "local"]), @"
    exit code: 0
    ----- stdout -----
    83 files, 147 statements, proved 9797 of 9797 expressions: no errors
    ----- stderr -----
    warning[LS803]: the principal `analyst` is not declared in lakesmith.yml
      --> jobs/insurance/grants.yml:44:7
       |
    44 |       analyst: [SELECT]
       |       ^^^^^^^
       |
       = help: did you mean `analysts`?

    1 warning
    ");
}

#[test]
fn an_undefined_variable() {
    let project = TestProject::repository();
    project.edit("sql/insurance/gold/billing_leakage_segments.sql", "var('focus_topic')", "var('focus_topc')");
    insta::assert_snapshot!(refused(&project), @"
    error[LS108]: the variable `focus_topc` is not declared
      --> sql/insurance/gold/billing_leakage_segments.sql:31:57
       |
    31 | WHERE is_as_of_day AND is_avoidable AND call_topic = {{ var('focus_topc') | literal }}
       |                                                         ^^^^^^^^^^^^^^^^^
       |
       = help: did you mean `focus_topic`?

    1 error
    ");
}

#[test]
fn a_cycle_of_datasets() {
    let project = TestProject::repository();
    project.write(
        "sql/insurance/gold/a.sql",
        "CREATE MATERIALIZED VIEW {{ this }} AS SELECT * FROM {{ ref('gold.b') }};\n",
    );
    project.write(
        "sql/insurance/gold/b.sql",
        "CREATE MATERIALIZED VIEW {{ this }} AS SELECT * FROM {{ ref('gold.a') }};\n",
    );
    insta::assert_snapshot!(refused(&project), @"
    error[LS501]: datasets depend on each other in a cycle: insurance_command_center.gold.a → insurance_command_center.gold.b → insurance_command_center.gold.a
     --> sql/insurance/gold/a.sql:1:29
      |
    1 | CREATE MATERIALIZED VIEW {{ this }} AS SELECT * FROM {{ ref('gold.b') }};
      |                             ^^^^
      |
     ::: sql/insurance/gold/b.sql:1:29
      |
    1 | CREATE MATERIALIZED VIEW {{ this }} AS SELECT * FROM {{ ref('gold.a') }};
      |                             ---- also in the cycle

    1 error
    ");
}

#[test]
fn a_key_that_is_not_known() {
    let project = TestProject::repository();
    project.edit("jobs/insurance/pipeline.yml", "    serverless: true", "    serverles: true");
    insta::assert_snapshot!(refused(&project), @"
    error[LS103]: the key `serverles` is not known here
     --> jobs/insurance/pipeline.yml:7:5
      |
    7 |     serverles: true
      |     ^^^^^^^^^
      |
      = help: did you mean `serverless`?

    1 error
    ");
}

#[test]
fn a_file_that_does_not_exist() {
    let project = TestProject::repository();
    std::fs::remove_file(project.root().join("sql/insurance/checks/silver.sql")).unwrap();
    insta::assert_snapshot!(refused(&project), @"
    error[LS109]: the file `sql/insurance/checks/silver.sql` does not exist in the project
      --> jobs/insurance/daily.yml:40:19
       |
    40 |             path: sql/insurance/checks/silver.sql
       |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    1 error
    ");
}

#[test]
fn a_dashboard_that_is_not_json() {
    let project = TestProject::repository();
    project.edit("dashboards/insurance/executive_overview.lvdash.json", "{\n  \"datasets\": [", "{\n  \"datasets\": ");
    insta::assert_snapshot!(refused(&project), @"
    error[LS601]: the file is not valid JSON: key must be a string
      --> dashboards/insurance/executive_overview.lvdash.json:14:5
       |
    14 |     {
       |     ^

    1 error
    ");
}

#[test]
fn a_port_that_is_taken() {
    let project = TestProject::repository();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let run = project.run(&["local", "serve", "--port", &port]);
    assert_eq!(run.code, Some(2));
    insta::assert_snapshot!(run.stderr.replace(&port, "[PORT]"), @"
    error: port [PORT] is already in use
      hint: choose another with `--port`, or leave it out to take any free port
    ");
}

/// A quote that is never closed: the file is named, its rows are in no table, and the repaired file is read once.
#[test]
fn a_csv_file_with_unreadable_rows() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let path = format!("{LANDING}/claims/claims_20251115.csv");
    project.write(&path, "claim_id,member_id,claim_date\nCLM90000001,\"M-104382,2025-11-14\n");
    let run = project.run_live(&["run", "insurance_pipeline", "-t", "local"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("claims_20251115.csv"), "{run}");
    assert_eq!(fingerprints(&project, CATALOG), demo().tables);
    project.write(&path, "claim_id,member_id,claim_date,status\nCLM90000001,M-104382,2025-11-14,Approved\n");
    let run = project.run_live(&["run", "insurance_pipeline", "-t", "local"]);
    assert_eq!(run.code, Some(0), "{run}");
    let table = format!("{CATALOG}.bronze.claims_raw");
    assert_eq!(fingerprints(&project, CATALOG)[&table].rows, demo().tables[&table].rows + 1);
}

/// A small file system of its own, mounted with root's rights.
struct SmallDisk {
    folder: tempfile::TempDir,
    root: &'static [&'static str],
}

/// Without a password, as on the machines that run CI.
const AS_ROOT: [&[&str]; 2] = [&[], &["sudo", "--non-interactive"]];

fn rooted(root: &[&str], program: &str) -> Command {
    match root {
        [] => Command::new(program),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(program);
            command
        }
    }
}

impl SmallDisk {
    /// `None` on a machine whose user may not mount one, unless `LAKESMITH_TEST_MOUNTS` says that it must.
    fn new(megabytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={megabytes}m,mode=0777");
        for root in AS_ROOT {
            let mut mount = rooted(root, "mount");
            mount.args(["-t", "tmpfs", "-o", &options, "lakesmith-test"]).arg(folder.path());
            if mount.output().is_ok_and(|output| output.status.success()) {
                return Some(Self { folder, root });
            }
        }
        assert!(std::env::var_os("LAKESMITH_TEST_MOUNTS").is_none(), "this user may not mount a small disk");
        let _ = writeln!(std::io::stderr(), "not tested: this user may not mount a small disk");
        None
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = rooted(self.root, "umount").arg(self.path()).output();
    }
}

#[test]
fn a_disk_without_room_is_noticed_before_anything_is_made() {
    let Some(disk) = SmallDisk::new(20) else { return };
    let project = TestProject::repository();
    std::os::unix::fs::symlink(disk.path(), project.root().join(".lakesmith")).unwrap();
    let run = project.run(&["demo", "up", "insurance", "-t", "local", "--no-serve"]);
    assert_eq!(run.code, Some(2), "{run}");
    insta::assert_snapshot!(run.stderr, @"
    error: 300 MB of disk space are needed for the demo, 20 MB are free at [FOLDER]/project/.lakesmith/demo/insurance
      hint: free some, use a smaller `--scale`, or move the project
    ");
}

/// The disk fills up during an update: an error that says so, and with room again the update goes on.
#[test]
fn a_disk_that_fills_up_during_an_update() {
    let _one_at_a_time = heavy();
    let Some(disk) = SmallDisk::new(900) else { return };
    let project = demo().project.copy();
    let (folder, local) = (disk.path().join("local"), project.root().join(".lakesmith/local"));
    let moved = Command::new("cp").arg("-a").arg(&local).arg(&folder).status().unwrap();
    assert!(moved.success());
    std::fs::remove_dir_all(&local).unwrap();
    std::os::unix::fs::symlink(&folder, &local).unwrap();
    let header = "call_id,member_id,call_date,call_timestamp,call_topic,handle_time_minutes,sentiment\n";
    let row = "CALL90000001,M-104382,2025-11-14,2025-11-14 20:00:00,Billing,5.0,neutral\n";
    project.write(&format!("{LANDING}/call_center/call_center_20251115.csv"), &format!("{header}{row}"));
    let filler = disk.path().join("filler");
    let filled = Command::new("dd").args(["if=/dev/zero", "bs=64K"]).arg(format!("of={}", filler.display())).output();
    assert!(!filled.unwrap().status.success(), "the disk is not full");
    // Room for the small files that a server writes when it starts, not for an update.
    let file = std::fs::File::options().write(true).open(&filler).unwrap();
    file.set_len(file.metadata().unwrap().len() - 400_000).unwrap();
    // An open file would keep its room when it is removed.
    drop(file);
    let run = project.run_live(&["run", "insurance_pipeline", "-t", "local"]);
    assert!(matches!(run.code, Some(1 | 2)), "{run}");
    assert!(run.stderr.to_lowercase().contains("disk"), "{run}");
    std::fs::remove_file(&filler).unwrap();
    let run = project.run_live(&["run", "insurance_pipeline", "-t", "local"]);
    assert_eq!(run.code, Some(0), "{run}");
    let table = format!("{CATALOG}.bronze.call_center_raw");
    assert_eq!(fingerprints(&project, CATALOG)[&table].rows, demo().tables[&table].rows + 1);
}
