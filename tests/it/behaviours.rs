//! Behaviours of deployments that nobody else's module is about, by their numbers in workspace-api.md §5 ("25
//! behaviours to cover with own tests").

use std::process::Child;

use serde_json::{Value, json};

use crate::support::shop::{VOLUME, far};
use crate::support::{Machine, Run, Served, TestProject};

const DEPLOY: [&str; 4] = ["deploy", "-t", "far", "--yes"];
const DETAILED: [&str; 4] = ["plan", "-t", "far", "--detailed-exitcode"];
const DESTROY: [&str; 4] = ["destroy", "-t", "far", "--yes"];
const STATE: &str = "/Workspace/Users/me@localhost/.lakesmith/shop/shop/far/state.json";

#[track_caller]
fn done(run: &Run) {
    assert_eq!(run.code, Some(0), "{run}");
}

/// What the pipeline reads and the project did not make: a volume that holds it is not empty.
fn without_rows(project: &TestProject) {
    std::fs::remove_dir_all(project.root().join(VOLUME).join("orders")).unwrap();
}

/// Requests of this kind that had an effect.
fn done_requests(project: &TestProject, method: &str, path: &str) -> Vec<Value> {
    let log = project.read(".lakesmith/local/requests.jsonl");
    let requests = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    requests
        .filter(|request| request["method"] == method && request["path"].as_str().unwrap().starts_with(path))
        .filter(|request| request["status"].as_u64().unwrap() < 300)
        .collect()
}

fn killed(served: &Served, machine: &Machine, fault: &Value) {
    served.fault(fault);
    let mut child: Child = machine.spawn(&DEPLOY);
    assert!(served.kill_held(&mut child), "ended before {fault}");
    served.clear_faults();
}

/// 2, destroy_idempotent: the state says that everything is there, and nothing is.
#[test]
fn what_is_gone_already_is_destroyed_once_more() {
    let project = far();
    let served = Served::of(&project);
    let before = served.inventory();
    let machine = served.machine(&project, "runner");
    done(&machine.run(&DEPLOY));
    let exported = served.call("GET", &format!("/api/2.0/workspace/export?path={STATE}"), None);
    without_rows(&project);
    done(&machine.run(&DESTROY));
    let (folder, _) = STATE.rsplit_once('/').unwrap();
    served.call("POST", "/api/2.0/workspace/mkdirs", Some(&json!({ "path": folder })));
    let restored = json!({ "path": STATE, "content": exported["content"], "format": "AUTO", "overwrite": true });
    served.call("POST", "/api/2.0/workspace/import", Some(&restored));
    done(&machine.run(&DESTROY));
    assert_eq!(served.inventory(), before);
}

const NIGHTLY: &str = "jobs:\n  nightly:\n    name: nightly\n    tasks:\n      - task_key: load\n        \
                       pipeline_task: { pipeline_id: \"${pipeline.main.id}\" }\n";

/// 3, delete_idempotent: it leaves the project after somebody took it out of the workspace.
#[test]
fn what_somebody_deleted_before_is_forgotten() {
    let project = far();
    project.write("jobs/nightly.yml", NIGHTLY);
    let served = Served::of(&project);
    done(&served.machine(&project, "runner").run(&DEPLOY));
    let job = served.call("GET", "/api/2.2/jobs/list", None)["jobs"][0]["job_id"].clone();
    served.call("POST", "/api/2.2/jobs/delete", Some(&json!({ "job_id": job })));
    project.write("jobs/nightly.yml", "jobs: {}\n");
    let machine = served.machine(&project, "runner");
    done(&machine.run(&DEPLOY));
    done(&machine.run(&DETAILED));
}

/// 25, run/state-wiped: nothing but the pipeline that it runs says whose job it is, and the pipeline has to be found first.
#[test]
fn a_job_is_known_by_the_pipeline_that_it_runs() {
    let project = far();
    let job = |name: &str, task: &str| format!("  {name}:\n    name: {name}\n    tasks:\n      - {task}\n");
    let first = "{ task_key: load, pipeline_task: { pipeline_id: \"${pipeline.main.id}\" } }";
    let then = "{ task_key: run, run_job_task: { job_id: \"${job.z.id}\" } }";
    project.write("jobs/chain.yml", &format!("jobs:\n{}{}", job("z", first), job("a", then)));
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    done(&machine.run(&DEPLOY));
    let before = served.inventory();
    let (folder, _) = STATE.rsplit_once('/').unwrap();
    let gone = json!({ "path": folder, "recursive": true });
    served.call("POST", "/api/2.0/workspace/delete", Some(&gone));
    done(&machine.run(&[&DEPLOY[..], &["--allow", "security"]].concat()));
    assert_eq!(served.inventory(), before);
    done(&machine.run(&DETAILED));
}

/// 25, run/state-wiped: that nothing is recorded is not that nothing is there.
#[test]
fn what_a_lost_state_told_of_is_named_and_not_forgotten() {
    let project = far();
    project.write("jobs/nightly.yml", NIGHTLY);
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    done(&machine.run(&DEPLOY));
    let made = served.inventory();
    let (folder, _) = STATE.rsplit_once('/').unwrap();
    let delete = |path: &str| {
        served.call("POST", "/api/2.0/workspace/delete", Some(&json!({ "path": path, "recursive": true })));
    };
    // The documents of the state alone, and everything that lies beside them.
    for whole in [false, true] {
        if whole {
            delete(folder);
        } else {
            let listed = served.call("GET", &format!("/api/2.0/workspace/list?path={folder}"), None);
            let paths = listed["objects"].as_array().unwrap().iter().map(|object| object["path"].as_str().unwrap());
            let states: Vec<&str> = paths.filter(|path| path.contains("/state.") && path.ends_with(".json")).collect();
            assert!(states.len() > 1, "{listed}");
            states.into_iter().for_each(delete);
        }
        for command in [&DESTROY[..], &["drift", "-t", "far"]] {
            let refused = machine.run(command);
            assert_eq!(refused.code, Some(2), "{refused}");
            assert!(refused.stderr.contains("the state of shop/shop on far is lost"), "{refused}");
            assert!(refused.stderr.contains("`job.nightly`"), "{refused}");
            assert!(refused.stderr.contains("`lakesmith deploy -t far` finds it"), "{refused}");
            assert!(refused.stderr.contains("remove it yourself: `catalog.main`"), "{refused}");
            assert_eq!(served.inventory(), made);
        }
        done(&machine.run(&[&DEPLOY[..], &["--allow", "security"]].concat()));
        assert_eq!(served.inventory(), made);
    }
    // A state that was begun anew tells no more than none, and what the repair has kept stays.
    let repaired = machine.run(&["state", "repair", "-t", "far", "--adopt"]);
    done(&repaired);
    let refused = machine.run(&DESTROY);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("the state of shop/shop on far is lost"), "{refused}");
    assert!(
        !machine.run(&["history", "-t", "far", "--format", "json"]).json(0)["solutions"][0]["deployments"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    done(&machine.run(&[&DEPLOY[..], &["--allow", "security"]].concat()));
    // The way out that was told leads there, and what stays is named.
    done(&machine.run(&DESTROY));
    let left = served.inventory();
    assert!(left["jobs"].is_empty() && left["pipelines"].is_empty(), "{left:?}");
    let file = format!("/api/2.0/workspace/get-status?path={folder}/files/sql/bronze/orders.sql");
    assert_eq!(served.ask("GET", &file, None).0, 404, "what lies in the project's folder is the project's");
    assert!(left["catalogs"].contains(&"shop".to_string()), "{left:?}");
    let again = machine.run(&DESTROY);
    done(&again);
    assert!(again.stderr.contains("nothing is recorded, so that what bears the project's names stays: "), "{again}");
    assert!(again.stderr.contains("`catalog.main`"), "{again}");
    let drift = machine.run(&["drift", "-t", "far"]);
    done(&drift);
    assert_eq!(drift.stderr, "shop/shop on far: nothing is deployed\n");
    assert_eq!(served.inventory(), left);
}

/// 5, chain-3-jobs: killed at the third of three that need each other; the next run makes the one that lacks.
#[test]
fn a_chain_that_was_cut_off_is_completed_where_it_ended() {
    for (side, more) in [("before", 1), ("after", 0)] {
        let project = far();
        let job = |name: &str, task: &str| format!("  {name}:\n    name: {name}\n    tasks:\n      - {task}\n");
        let after = |other: &str| format!("{{ task_key: run, run_job_task: {{ job_id: \"${{job.{other}.id}}\" }} }}");
        let first = "{ task_key: load, pipeline_task: { pipeline_id: \"${pipeline.main.id}\" } }";
        let all = [job("a", first), job("b", &after("a")), job("c", &after("b"))].concat();
        project.write("jobs/chain.yml", &format!("jobs:\n{all}"));
        let served = Served::of(&project);
        let create = json!({ "path": "/api/2.2/jobs/create", "skip": 2, "hold": side });
        killed(&served, &served.machine(&project, "lost"), &create);
        let made = done_requests(&project, "POST", "/api/2.2/jobs/create").len();
        let next = served.machine(&project, "next").later();
        done(&next.run(&DEPLOY));
        assert_eq!(done_requests(&project, "POST", "/api/2.2/jobs/create").len(), made + more, "{side}");
        assert_eq!(served.inventory()["jobs"], ["[dev me] a", "[dev me] b", "[dev me] c"], "{side}");
        done(&next.run(&DETAILED));
    }
}

/// 6, header-only-wal: killed twice before anything was done; the third run is not held up.
#[test]
fn two_deaths_before_the_first_effect_leave_nothing_in_the_way() {
    let project = far();
    let served = Served::of(&project);
    let before = served.inventory();
    for machine in [served.machine(&project, "first"), served.machine(&project, "second").later()] {
        let create = json!({ "path": "/api/2.1/unity-catalog/catalogs", "method": "POST", "hold": "before" });
        killed(&served, &machine, &create);
        assert_eq!(served.inventory(), before);
    }
    let third = served.machine(&project, "third").later().later();
    done(&third.run(&DEPLOY));
    done(&third.run(&DETAILED));
    let shown = third.run(&["state", "show", "-t", "far", "--format", "json"]).json(0);
    assert_eq!(shown["solutions"][0]["journals"], json!([]), "{shown}");
}

/// 8, readplan/serial-mismatch, lineage-mismatch: "stale plan file refused before any file upload".
#[test]
fn a_plan_that_others_have_overtaken_changes_nothing() {
    let project = far();
    let served = Served::of(&project);
    let (slow, quick) = (served.machine(&project, "slow"), served.machine(&project, "quick"));
    let apply = ["apply", "shop.plan", "--yes"];
    // What the checkout of the plan has is another file than what the others deploy.
    slow.project.edit("sql/bronze/orders.sql", "SELECT id, what", "SELECT what, id");
    done(&slow.run(&["plan", "-t", "far", "--out", "shop.plan"]));
    done(&quick.run(&DEPLOY));
    let folder = STATE.strip_suffix("state.json").unwrap();
    let file =
        || served.call("GET", &format!("/api/2.0/workspace/export?path={folder}files/sql/bronze/orders.sql"), None);
    let deployed = file();
    let (writes, log) = (["POST", "PUT", "PATCH", "DELETE"], ".lakesmith/local/requests.jsonl");
    let written = || {
        let log = project.read(log);
        let writes = |line: &&str| writes.iter().any(|method| line.contains(&format!("\"method\":\"{method}\"")));
        let effects = log.lines().filter(writes).filter(|line| !line.contains("/api/2.0/workspace/"));
        effects.count()
    };
    let files = || done_requests(&project, "POST", "/api/2.0/workspace/import").len();
    let (before, uploads) = (written(), files());
    let refused = slow.run(&apply);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("plan again"), "{refused}");
    assert_eq!(written(), before, "{refused}");
    assert!(files() - uploads <= 2, "{} uploads", files() - uploads);
    assert_eq!(file(), deployed);
    // Destroyed and made anew: another lineage, although the serial may be the same.
    done(&slow.run(&["plan", "-t", "far", "--out", "shop.plan"]));
    without_rows(&project);
    done(&quick.run(&DESTROY));
    project.write(&format!("{VOLUME}/orders/first.csv"), "id,what\n1,pen\n2,ink\n");
    done(&quick.run(&DEPLOY));
    let (before, uploads) = (written(), files());
    let refused = slow.run(&apply);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("plan again"), "{refused}");
    // Only the lock was taken and given back.
    assert_eq!(written(), before, "{refused}");
    assert!(files() - uploads <= 2, "{} uploads", files() - uploads);
    assert_eq!(file(), deployed);
}

/// 9, grants-remove-principal: a saved plan revokes, too.
#[test]
fn a_saved_plan_revokes_what_it_says() {
    let project = far();
    let served = Served::of(&project);
    done(&served.machine(&project, "runner").run(&DEPLOY));
    project.edit("jobs/where.yml", "analysts: [USE_SCHEMA, EXECUTE]", "auditors: [USE_SCHEMA]");
    project.edit("jobs/where.yml", "analysts: [SELECT]", "auditors: [SELECT]");
    project.edit("jobs/where.yml", "analysts: [USE_CATALOG]", "auditors: [USE_CATALOG]");
    let machine = served.machine(&project, "runner");
    done(&machine.run(&["plan", "-t", "far", "--out", "shop.plan"]));
    done(&machine.run(&["apply", "shop.plan", "--yes", "--allow", "security"]));
    for (securable, privilege) in
        [("catalog/shop", "USE_CATALOG"), ("schema/shop.bronze", "USE_SCHEMA"), ("table/shop.bronze.orders", "SELECT")]
    {
        let there = served.call("GET", &format!("/api/2.1/unity-catalog/permissions/{securable}"), None);
        let given = json!([{ "principal": "auditors", "privileges": [privilege] }]);
        assert_eq!(there["privilege_assignments"], given, "{securable}");
    }
}

/// 11, force-lock-node-limit: the folder takes no more files. Neither is anything done, nor is anything lost.
#[test]
fn a_folder_that_takes_no_more_files_is_named_with_the_way_out() {
    let project = far();
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    done(&machine.run(&DEPLOY));
    let before = served.inventory();
    let full = json!({
        "path": "/api/2.0/workspace/import", "status": 403, "times": 1000,
        "error_code": "MAX_CHILD_NODE_SIZE_EXCEEDED",
        "message": "The parent folder already contains 4000 nodes, the maximum.",
    });
    served.fault(&full);
    let refused = machine.run(&DESTROY);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("MAX_CHILD_NODE_SIZE_EXCEEDED"), "{refused}");
    assert!(refused.stderr.contains("delete"), "the way out is told: {refused}");
    assert_eq!(served.inventory(), before);
    served.clear_faults();
    without_rows(&project);
    done(&machine.run(&DESTROY));
}

/// 12 and 13, lineage-mismatch-after-redeploy, local_state_staleness: a checkout knows nothing of its own that could be
/// out of date.
#[test]
fn a_checkout_that_was_away_sees_what_others_have_deployed() {
    let project = far();
    let served = Served::of(&project);
    let away = served.machine(&project, "away");
    done(&away.run(&DEPLOY));
    let other = served.machine(&project, "other");
    without_rows(&project);
    done(&other.run(&DESTROY));
    project.write(&format!("{VOLUME}/orders/first.csv"), "id,what\n1,pen\n2,ink\n");
    done(&other.run(&DEPLOY));
    done(&away.run(&DETAILED));
    done(&away.run(&DEPLOY));
    without_rows(&project);
    done(&away.run(&DESTROY));
}

/// 14, prevent-destroy: also "shows hole: removing the files succeeds", which is closed here.
#[test]
fn what_is_protected_stays_also_when_its_declaration_is_gone() {
    let project = far();
    let where_ = project.read("jobs/where.yml");
    let landing = "name: landing, volume_type: MANAGED";
    project.edit("jobs/where.yml", landing, &format!("{landing}, lifecycle: {{ prevent_destroy: true }}"));
    let served = Served::of(&project);
    let deployed = served.machine(&project, "runner");
    done(&deployed.run(&DEPLOY));
    let before = served.inventory();
    let refused = deployed.run(&DESTROY);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("volume.landing") && refused.stderr.contains("prevent_destroy"), "{refused}");
    // Its declaration goes, and what it says of itself with it.
    let volumes = where_.find("volumes:").unwrap();
    let pipelines = where_.find("pipelines:").unwrap();
    project.write("jobs/where.yml", &format!("{}{}", &where_[..volumes], &where_[pipelines..]));
    let refused = served.machine(&project, "runner").run(&[&DEPLOY[..], &["--allow", "destructive"]].concat());
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("volume.landing") && refused.stderr.contains("prevent_destroy"), "{refused}");
    assert_eq!(served.inventory(), before);
}

/// 15, create_error: "dependents reported, siblings applied, rerun gives identical plan".
#[test]
fn a_failure_holds_back_what_needs_it_and_nothing_else() {
    let project = far();
    project.write("jobs/nightly.yml", NIGHTLY);
    let served = Served::of(&project);
    let refusal = json!({
        "path": "/api/2.0/pipelines", "method": "POST", "status": 400, "times": 2,
        "error_code": "INVALID_PARAMETER_VALUE", "message": "The edition is not known.",
    });
    served.fault(&refusal);
    let machine = served.machine(&project, "runner");
    let plan = || {
        let mut plan = machine.run(&["plan", "-t", "far", "--format", "json"]).json(0);
        // What was saved meanwhile counts on.
        plan["plans"][0]["serial"] = Value::Null;
        plan
    };
    let failed = machine.run(&DEPLOY);
    assert_eq!(failed.code, Some(1), "{failed}");
    assert!(failed.stderr.contains("failed: pipeline.main: "), "{failed}");
    assert!(failed.stderr.contains("The edition is not known."), "{failed}");
    assert!(failed.stderr.contains("not done: job.nightly, because it needs pipeline.main"), "{failed}");
    assert_eq!(served.inventory()["functions"], ["shop.bronze.mask_what"], "{failed}");
    let first = plan();
    let again = machine.run(&DEPLOY);
    assert_eq!(again.code, Some(1), "{again}");
    assert_eq!(plan(), first);
    done(&machine.run(&DEPLOY));
    done(&machine.run(&DETAILED));
}

/// 25, deploy/files/out-of-band-delete: "remote file loss".
#[test]
fn a_file_that_somebody_deleted_is_written_again() {
    let project = far();
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    done(&machine.run(&DEPLOY));
    let path = STATE.replace("state.json", "files/sql/bronze/orders.sql");
    served.call("POST", "/api/2.0/workspace/delete", Some(&json!({ "path": path })));
    let plan = machine.run(&DETAILED);
    assert_eq!(plan.code, Some(2), "{plan}");
    done(&machine.run(&DEPLOY));
    served.call("GET", &format!("/api/2.0/workspace/get-status?path={path}"), None);
    done(&machine.run(&DETAILED));
}

/// workspace-api.md §6, 10: "enum of privileges stale ⇒ false warnings": what is not known is told and stops nothing.
#[test]
fn a_privilege_that_is_not_known_is_a_warning() {
    let project = far();
    project.edit("jobs/where.yml", "analysts: [SELECT]", "analysts: [SELECT, BREW_COFFEE]");
    let run = project.run(&["check", "-t", "far"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stderr.contains("warning[LS804]: `BREW_COFFEE`"), "{run}");
}
