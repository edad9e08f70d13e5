//! What is remembered of a target, damaged, edited or lost.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::shop::{deploy, governed};
use crate::support::{LANDING, Run, Served, TestProject, demo, heavy, held_up};

const DEPLOY: [&str; 4] = ["deploy", "-t", "local", "--yes"];
const DETAILED: [&str; 4] = ["plan", "-t", "local", "--detailed-exitcode"];

#[track_caller]
fn done(run: &Run) {
    assert_eq!(run.code, Some(0), "{run}");
}

/// The target's folder on disk: the embedded workspace keeps its files as they are.
fn folder(project: &TestProject) -> PathBuf {
    let workspace = ".lakesmith/local/workspace";
    let mut files = project.files(workspace).into_iter();
    let state = files.find(|path| path.ends_with("/state.json")).unwrap();
    project.root().join(workspace).join(state).parent().unwrap().to_path_buf()
}

/// The copies of the state, beside `state.json`.
fn copies(project: &TestProject) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder(project)).unwrap().map(|entry| entry.unwrap().path());
    let is_copy = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with("state.0") && name.ends_with(".json")
    };
    entries.filter(is_copy).collect()
}

/// Behaviour of a document that a crash or a hand has damaged: nothing is blocked for ever.
#[test]
fn a_damaged_state_is_read_from_its_copy() {
    let project = governed();
    deploy(&project);
    let state = folder(&project).join("state.json");
    let whole = std::fs::read_to_string(&state).unwrap();
    for damage in ["", "{", &whole[..whole.len() / 2]] {
        std::fs::write(&state, damage).unwrap();
        let plan = project.run_live(&DETAILED);
        done(&plan);
        assert!(plan.stderr.contains("warning: `state.json` is damaged; its copy of serial "), "{plan}");
        let repaired = project.run_live(&["state", "repair", "-t", "local"]).success();
        assert!(repaired.starts_with("shop on local: whole, "), "{repaired}");
        let plan = project.run_live(&DETAILED);
        done(&plan);
        assert!(!plan.stderr.contains("damaged"), "{plan}");
    }
}

#[test]
fn where_every_copy_is_damaged_the_way_out_is_told_and_makes_nothing_twice() {
    let project = governed();
    deploy(&project);
    let before = Served::of(&project).inventory();
    for path in copies(&project).into_iter().chain([folder(&project).join("state.json")]) {
        std::fs::write(path, "not json").unwrap();
    }
    for command in [&DETAILED[..], &DEPLOY, &["destroy", "-t", "local", "--yes"]] {
        let refused = project.run_live(command);
        assert_ne!(refused.code, Some(0), "{refused}");
        assert!(refused.stderr.contains("the state is damaged"), "{refused}");
        assert!(refused.stderr.contains("`lakesmith state repair --adopt`"), "{refused}");
    }
    let shown = project.run_live(&["state", "show", "-t", "local", "--format", "json"]).json(1);
    assert_eq!((&shown["ok"], &shown["solutions"][0]["deployed"]), (&json!(false), &json!(false)), "{shown}");
    assert!(shown["solutions"][0]["hint"].as_str().unwrap().contains("--adopt"), "{shown}");
    let adopted = project.run_live(&["state", "repair", "-t", "local", "--adopt", "--format", "json"]).json(0);
    let kept = adopted["solutions"][0]["kept"].as_array().unwrap();
    assert_eq!(kept.len(), 2, "{adopted}");
    for path in kept {
        let text = std::fs::read_to_string(folder(&project).join(path.as_str().unwrap())).unwrap();
        assert_eq!(text, "not json");
    }
    let again = project.run_live(&[&DEPLOY[..], &["--allow", "security"]].concat());
    done(&again);
    assert_eq!(Served::of(&project).inventory(), before);
    done(&project.run_live(&DETAILED));
}

/// What is there as the project says it becomes managed as it is: nothing of it changes.
#[test]
fn statements_that_are_there_as_they_are_written_are_adopted_without_being_run() {
    let project = governed();
    let function = "sql/governance/more.sql";
    project.write(
        function,
        "CREATE OR REPLACE FUNCTION shop.bronze.half(n INT, by DECIMAL(4, 1) DEFAULT 2) RETURNS DOUBLE COMMENT 'of n' \
         RETURN n / by;\n\
         CREATE OR REPLACE VIEW shop.bronze.ones (one COMMENT 'a one') COMMENT 'of v' AS SELECT 1 AS one;\n",
    );
    deploy(&project);
    let adopt = || done(&project.run_live(&["state", "repair", "-t", "local", "--adopt"]));
    let step = |key: &str| {
        let plan = project.run_live(&["plan", "-t", "local", "--format", "json"]).json(0);
        let steps = plan["plans"][0]["steps"].as_array().unwrap();
        steps.iter().find(|step| step["key"] == key).unwrap_or_else(|| panic!("{key}: {plan}")).clone()
    };
    adopt();
    for key in ["function.shop.bronze.half", "function.shop.bronze.mask_what", "view.shop.bronze.ones"] {
        let step = step(key);
        assert_eq!((&step["action"], &step["risk"]), (&json!("update"), &json!("safe")), "{step}");
        assert_eq!(step.get("changes"), None, "{step}");
    }
    let served = Served::of(&project);
    served.fault(&json!({"method": "POST", "path": "/api/2.0/sql/statements", "status": 400}));
    done(&project.run_live(&DEPLOY));
    served.clear_faults();
    drop(served);
    done(&project.run_live(&DETAILED));
    // From now on it is known what is there.
    let sql = |text: &str| done(&project.run_live(&["query", text, "-t", "local"]));
    sql(
        "CREATE OR REPLACE FUNCTION shop.bronze.half(n INT, by DECIMAL(4, 1) DEFAULT 3) RETURNS DOUBLE COMMENT 'of n' RETURN n / by",
    );
    let changed = step("function.shop.bronze.half");
    assert_eq!(
        (&changed["risk"], &changed["changes"][0]["path"]),
        (&json!("security"), &json!("parameters")),
        "{changed}"
    );
    // What is not proved to be the same is run, and says why.
    adopt();
    let refused = project.run_live(&DEPLOY);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("function.shop.bronze.half (security)"), "{refused}");
    assert!(!refused.stderr.contains("mask_what"), "{refused}");
    let told = "function.shop.bronze.half [security]: it exists already and becomes managed\n      \
                content: the workspace does not tell whether it has this text\n";
    assert!(refused.stdout.contains(told), "{refused}");
}

/// What is whole stays as it is: no written plan and no verification is in vain because somebody looked.
#[test]
fn a_repair_of_what_is_whole_changes_nothing() {
    let project = governed();
    let served = Served::of(&project);
    deploy(&project);
    let serial = || {
        let shown = project.run_live(&["state", "show", "-t", "local", "--format", "json"]).json(0);
        shown["solutions"][0]["serial"].as_u64().unwrap_or_else(|| panic!("{shown}"))
    };
    let before = serial();
    let planned = project.run_live(&["plan", "-t", "local", "--out", "before.plan"]);
    done(&planned);
    done(&project.run_live(&["state", "repair", "-t", "local"]));
    assert_eq!(serial(), before);
    drop(served);
    done(&project.run_live(&["apply", "before.plan", "--yes"]));
}

/// docs/state.md: a job that names nothing of the project bears no mark, so that a lost record makes it twice. It is said
/// before that.
#[test]
fn a_job_that_may_be_made_twice_is_noted() {
    let project = governed();
    let job = "jobs:\n  daily:\n    name: daily\n    tasks:\n      - task_key: t\n        \
               notebook_task: { notebook_path: /Shared/daily }\n";
    project.write("jobs/daily.yml", job);
    let first = project.run_live(&["plan", "-t", "local"]).success();
    assert!(!first.contains("of this name"), "{first}");
    deploy(&project);
    let shown = project.run_live(&["state", "show", "job.daily", "-t", "local", "--format", "json"]).json(0);
    let id = shown["record"]["id"].as_str().unwrap();
    done(&project.run_live(&["state", "repair", "-t", "local", "--adopt"]));
    let planned = project.run_live(&["plan", "-t", "local"]).success();
    let told = format!(
        "  + create job.daily: it is new\n      note: there is a job {id} of this name, and nothing tells whether this project \
         made it: if it did, `lakesmith bind job.daily {id}` takes it over instead\n"
    );
    assert!(planned.contains(&told), "{planned}");
    done(&project.run_live(&["bind", "job.daily", id, "-t", "local"]));
    let planned = project.run_live(&["plan", "-t", "local"]).success();
    assert!(!planned.contains("job.daily"), "{planned}");
}

/// What a newer program wrote is not damaged: it is neither passed over nor rewritten.
#[test]
fn what_a_newer_program_wrote_is_refused_with_the_way_out() {
    let project = governed();
    deploy(&project);
    let state = folder(&project).join("state.json");
    let future = r#"{"format_version": 99, "tool_version": "9.0.0", "shape": "unknown"}"#;
    std::fs::write(&state, future).unwrap();
    for command in [&DETAILED[..], &DEPLOY, &["state", "repair", "-t", "local"]] {
        let refused = project.run_live(command);
        assert_ne!(refused.code, Some(0), "{refused}");
        assert!(refused.stderr.contains("format version 99, written by lakesmith 9.0.0"), "{refused}");
        assert!(refused.stderr.contains("update lakesmith"), "{refused}");
    }
    assert_eq!(std::fs::read_to_string(&state).unwrap(), future);
}

/// State edited by hand: the ids are such that nobody has. The job runs no file of the project, but its pipeline.
#[test]
fn a_record_with_a_dead_id_is_found_again_and_nothing_is_made_twice() {
    let project = governed();
    project.write(
        "jobs/daily.yml",
        "jobs:\n  daily:\n    name: daily\n    tasks:\n      - task_key: refresh\n        \
         pipeline_task: { pipeline_id: \"${pipeline.main.id}\" }\n",
    );
    deploy(&project);
    let before = Served::of(&project).inventory();
    assert_eq!((before["jobs"].len(), before["pipelines"].len()), (1, 1), "{before:?}");
    let id = |key: &str| {
        let shown = project.run_live(&["state", "show", key, "-t", "local", "--format", "json"]).json(0);
        shown["record"]["id"].as_str().unwrap().to_string()
    };
    let dead = [("pipeline.main", "00000000-0000-4000-8000-000000000000"), ("job.daily", "12345")];
    let edit = |edited: &[(&str, &str)]| {
        for path in copies(&project).into_iter().chain([folder(&project).join("state.json")]) {
            let mut state: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            for (key, dead) in edited {
                assert!(state["resources"][key]["id"].is_string(), "{key}");
                state["resources"][key]["id"] = json!(dead);
            }
            std::fs::write(&path, state.to_string()).unwrap();
        }
    };
    for (key, dead) in dead {
        let right = id(key);
        edit(&[(key, dead)]);
        let plan = project.run_live(&["plan", "-t", "local"]);
        done(&plan);
        assert!(plan.stdout.contains("it has another id than the state says"), "{plan}");
        let steps = project.run_live(&["plan", "-t", "local", "--format", "json"]).json(0);
        let steps = steps["plans"][0]["steps"].as_array().unwrap().clone();
        assert!(steps.iter().all(|step| step["action"] != "create" && step["action"] != "recreate"), "{steps:?}");
        let run = project.run_live(&DEPLOY);
        done(&run);
        assert_eq!(id(key), right);
        assert_eq!(Served::of(&project).inventory(), before);
        done(&project.run_live(&DETAILED));
    }
    // Also what takes it away finds it.
    edit(&dead);
    std::fs::remove_dir_all(project.root().join(".lakesmith/local/volumes/shop/bronze/landing/orders")).unwrap();
    done(&project.run_live(&["destroy", "-t", "local", "--yes"]));
    let left = Served::of(&project).inventory();
    assert!(left["pipelines"].is_empty() && left["jobs"].is_empty(), "{left:?}");
}

/// Behaviour 7 of workspace-api.md §5: a corrupted journal is no dead end.
#[test]
fn a_damaged_journal_entry_is_set_aside_and_what_it_spoke_of_is_looked_up() {
    let project = governed();
    let wanted = {
        let whole = project.copy();
        deploy(&whole);
        Served::of(&whole).inventory()
    };
    for at in [24, 34] {
        let project = project.copy();
        let served = Served::of(&project);
        served.fault(&held_up(at, "before"));
        let mut child = project.spawn_live(&DEPLOY);
        while !served.faults().is_empty() {
            assert_eq!(child.try_wait().unwrap(), None, "ended before request {at}");
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        drop(served);
        let journal = folder(&project).join("journal");
        let mut damaged = 0;
        for file in walkdir::WalkDir::new(&journal).into_iter().map(Result::unwrap) {
            if file.file_type().is_file() {
                let text = std::fs::read_to_string(file.path()).unwrap();
                std::fs::write(file.path(), text.replace("\"record\"", "\"rec0rd\"")).unwrap();
                damaged += usize::from(text.contains("\"record\""));
            }
        }
        assert!(damaged > 0, "request {at}");
        // A catalog bears no mark: what nobody remembers making may be somebody else's, so that grants on it need a yes.
        let again = project.run_live(&[&DEPLOY[..], &["--allow", "security"]].concat());
        done(&again);
        assert!(again.stderr.contains("is damaged; what it spoke of is looked up"), "{again}");
        let aside = std::fs::read_dir(folder(&project).join("journal-corrupt")).unwrap().count();
        assert_eq!(aside, damaged);
        assert_eq!(Served::of(&project).inventory(), wanted, "killed at request {at}");
        let plan = project.run_live(&DETAILED);
        done(&plan);
        assert!(!plan.stderr.contains("damaged"), "{plan}");
    }
}

#[test]
fn the_state_is_shown_for_people_and_programs() {
    let project = governed();
    let nothing = project.run_live(&["state", "show", "-t", "local"]).success();
    assert!(nothing.starts_with("shop on local: not deployed\n"), "{nothing}");
    deploy(&project);
    let text = project.run_live(&["state", "show", "-t", "local"]).success();
    assert!(text.contains("  catalog.main  shop\n") && text.contains("lineage "), "{text}");
    let shown = project.run_live(&["state", "show", "-t", "local", "--format", "json"]).json(0);
    let solution = &shown["solutions"][0];
    assert_eq!(solution["copies"], json!([solution["serial"]]), "{shown}");
    assert_eq!((&solution["lease"], &solution["journals"]), (&Value::Null, &json!([])), "{shown}");
    assert_eq!(solution["resources"]["catalog.main"], json!({ "id": "shop", "owned": true }), "{shown}");
    let unknown = project.run_live(&["state", "show", "job.none", "-t", "local"]);
    assert_eq!(unknown.code, Some(2), "{unknown}");
}

/// Decision: a production target has one state for all who deploy it, and one that lies elsewhere is moved.
#[test]
fn the_state_of_a_production_target_lies_where_all_who_deploy_it_find_it() {
    let project = governed();
    let manifest = project.read("lakesmith.yml");
    let target = |rest: &str| {
        let text =
            format!("{manifest}targets:\n  far: {{ mode: production, run_as: {{ user: me@localhost }}{rest} }}\n");
        project.write("lakesmith.yml", &text);
    };
    let shown = |run: Run| run.json(0)["solutions"][0].clone();
    let (show, deploy) = (["state", "show", "-t", "far", "--format", "json"], ["deploy", "-t", "far", "--yes"]);
    let served = Served::of(&project);
    // As it was before targets had a root.
    target(", root: /Workspace/Users/me@localhost/.lakesmith");
    done(&served.machine(&project, "one").run(&deploy));
    let before = shown(served.machine(&project, "one").run(&show));
    assert_eq!(before["folder"], "/Workspace/Users/me@localhost/.lakesmith/shop/shop/far");
    let inventory = served.inventory();
    target("");
    let machine = served.machine(&project, "two");
    let moved = machine.run(&deploy);
    done(&moved);
    assert!(moved.stderr.contains("moved to `/Workspace/Shared/.lakesmith/shop/shop/far`"), "{moved}");
    let after = shown(machine.run(&show));
    assert_eq!(after["folder"], "/Workspace/Shared/.lakesmith/shop/shop/far");
    assert_eq!(after["lineage"], before["lineage"]);
    assert_eq!(served.inventory(), inventory);
    done(&machine.run(&["plan", "-t", "far", "--detailed-exitcode"]));
    // There is none at the old place, and none is made there.
    target(", root: /Workspace/Users/me@localhost/.lakesmith");
    assert_eq!(shown(served.machine(&project, "three").run(&show))["deployed"], false);
    target(", root: Shared");
    let refused = project.run(&["check", "-t", "far"]);
    assert!(refused.stderr.contains("`Shared` is not a folder of a workspace"), "{refused}");
}

/// "A fresh checkout on another machine converges": it knows nothing of the demo, and takes nothing of it away.
#[test]
fn a_checkout_without_the_demo_leaves_what_the_demo_delivered() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let volume = LANDING;
    let delivered = project.files(volume);
    assert!(!delivered.is_empty());
    std::fs::remove_dir_all(project.root().join(".lakesmith/demo")).unwrap();
    let plan = project.run_live(&["plan", "insurance", "-t", "local", "--detailed-exitcode"]);
    done(&plan);
    done(&project.run_live(&["deploy", "insurance", "-t", "local", "--yes"]));
    assert_eq!(project.files(volume), delivered);
}
