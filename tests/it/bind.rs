//! `lakesmith bind` and `unbind` against a served workspace: the state alone changes, and the plan then shows exactly what
//! differs.

use serde_json::{Value, json};

use crate::support::shop::shop;
use crate::support::{Run, Served, TestProject};

const JOB: &str = "jobs:\n  daily:\n    name: daily\n    description: Told every day\n    tasks:\n      - task_key: one\n        pipeline_task: { pipeline_id: \"${pipeline.main.id}\" }\n";

fn project() -> (TestProject, Served) {
    let project = shop();
    let served = Served::of(&project);
    assert_eq!(project.run_live(&["deploy", "-t", "local", "--yes"]).code, Some(0));
    project.write("jobs/daily.yml", JOB);
    (project, served)
}

/// A job that somebody made by hand, for the pipeline of the project.
fn by_hand(served: &Served, name: &str) -> String {
    let pipelines = served.call("GET", "/api/2.0/pipelines?max_results=100", None);
    let pipeline = &pipelines["statuses"][0]["pipeline_id"];
    let job = json!({
        "name": name, "description": "By hand", "max_concurrent_runs": 3,
        "tasks": [{"task_key": "one", "pipeline_task": {"pipeline_id": pipeline}}],
    });
    served.call("POST", "/api/2.2/jobs/create", Some(&job))["job_id"].to_string()
}

fn state(project: &TestProject) -> Value {
    let shown = project.run_live(&["state", "show", "-t", "local", "--format", "json"]).json(0);
    shown["solutions"][0]["resources"].clone()
}

/// Key, action and changed fields of everything that a plan would change.
fn changes(project: &TestProject) -> Vec<(String, String, Vec<String>)> {
    let plan = project.run_live(&["plan", "-t", "local", "--format", "json"]).json(0);
    let steps = plan["plans"][0]["steps"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_string();
    let changed = steps.iter().filter(|step| step["action"] != "none");
    changed
        .map(|step| {
            let paths = step["changes"].as_array().unwrap().iter().map(|change| text(&change["path"])).collect();
            (text(&step["key"]), text(&step["action"]), paths)
        })
        .collect()
}

fn lines(run: Run) -> (Option<i32>, String) {
    (run.code, format!("{}{}", run.stdout, run.stderr))
}

#[test]
fn a_bound_job_differs_where_it_differs_and_becomes_what_the_project_says() {
    let (project, served) = project();
    let id = by_hand(&served, "by hand");
    let before = served.call("GET", &format!("/api/2.2/jobs/get?job_id={id}"), None);
    let bound = project.run_live(&["bind", "job.daily", &id, "-t", "local", "--format", "json"]).json(0);
    assert_eq!((&bound["key"], &bound["id"]), (&json!("job.daily"), &json!(id)), "{bound}");
    assert_eq!(bound["differs"], json!(["name", "description"]), "{bound}");
    // The state alone.
    assert_eq!(served.call("GET", &format!("/api/2.2/jobs/get?job_id={id}"), None), before);
    assert_eq!(state(&project)["job.daily"], json!({"id": id, "owned": false}));
    let expected = ["name", "description"].map(str::to_string).to_vec();
    assert_eq!(changes(&project), [("job.daily".to_string(), "update".to_string(), expected)]);
    assert_eq!(project.run_live(&["deploy", "-t", "local", "--yes"]).code, Some(0));
    assert_eq!(changes(&project), []);
    assert_eq!(served.inventory()["jobs"], ["daily"]);
    // It was there before lakesmith: whoever takes it out of the project leaves it in the workspace.
    std::fs::remove_file(project.root().join("jobs/daily.yml")).unwrap();
    assert_eq!(project.run_live(&["deploy", "-t", "local", "--yes"]).code, Some(0));
    assert_eq!(served.inventory()["jobs"], ["daily"]);
}

#[test]
fn what_cannot_be_bound_is_refused_with_the_way_out_and_nothing_is_recorded() {
    let (project, served) = project();
    let id = by_hand(&served, "by hand");
    let before = state(&project);
    let refused = |arguments: &[&str], expected: &[&str]| {
        let (code, text) = lines(project.run_live(&[arguments, &["-t", "local"]].concat()));
        assert_eq!(code, Some(2), "{text}");
        expected.iter().for_each(|part| assert!(text.contains(part), "{part}: {text}"));
    };
    refused(&["bind", "job.daily", "987654321"], &["the workspace has no job `987654321`"]);
    refused(&["bind", "job.daily", "not-a-number"], &["the workspace has no job `not-a-number`"]);
    refused(
        &["bind", "job.dialy", &id],
        &["the project has no resource `job.dialy`", "it has job.daily", "import job"],
    );
    refused(&["bind", "schema.bronze", "shop.bronze"], &["is known by its name", "a plan finds it"]);
    refused(&["bind", "cluster.x", "1"], &["`cluster.x` is no resource's key"]);
    refused(&["unbind", "job.daily"], &["`job.daily` is not recorded", "state show"]);
    assert_eq!(state(&project), before);
    assert_eq!(project.run_live(&["bind", "job.daily", &id, "-t", "local"]).code, Some(0));
    refused(&["bind", "job.daily", &id], &["is bound to", "lakesmith unbind job.daily"]);
    project.write("jobs/other.yml", &JOB.replace("  daily:", "  other:"));
    refused(&["bind", "job.other", &id], &["is what `job.daily` is bound to"]);
}

#[test]
fn what_is_let_go_of_stays() {
    let (project, served) = project();
    assert_eq!(project.run_live(&["deploy", "-t", "local", "--yes"]).code, Some(0));
    let before = served.inventory();
    let (code, text) = lines(project.run_live(&["unbind", "job.daily", "-t", "local"]));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("take it out of the project, too"), "{text}");
    assert_eq!(state(&project)["job.daily"], Value::Null);
    std::fs::remove_file(project.root().join("jobs/daily.yml")).unwrap();
    assert_eq!(changes(&project), []);
    assert_eq!(project.run_live(&["deploy", "-t", "local", "--yes"]).code, Some(0));
    assert_eq!(served.inventory(), before);
}

/// Issue 4: "Two deployers at once: one waits or fails naming the holder".
#[test]
fn whoever_deploys_is_waited_for() {
    let (project, served) = project();
    let id = by_hand(&served, "by hand");
    served.fault(&json!({ "path": "/api/2.2/jobs/create", "hold": "before" }));
    let mut deploy = project.spawn_live(&["deploy", "-t", "local", "--yes"]);
    while served.holding() == 0 {
        assert!(deploy.try_wait().unwrap().is_none(), "the deployment ended");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let (code, text) = lines(project.run_live(&["bind", "job.daily", &id, "-t", "local", "--lock-timeout", "0s"]));
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("lakesmith deploy"), "{text}");
    served.clear_faults();
    assert!(deploy.wait().unwrap().success());
}

/// "The pipeline name … is already used by another pipeline" (REST API, "Create a pipeline": names are unique but for
/// `allow_duplicate_names`): told before anything is begun, with the way out.
#[test]
fn a_pipeline_of_others_that_has_the_name_is_told_before_anything_is_begun() {
    let project = shop();
    let served = Served::of(&project);
    let theirs = json!({"name": "shop", "catalog": "theirs", "schema": "x", "serverless": true, "continuous": false});
    let id = served.call("POST", "/api/2.0/pipelines", Some(&theirs))["pipeline_id"].as_str().unwrap().to_string();
    let before = served.inventory();
    let way = format!(
        "the pipeline `{id}`, which is not this project's, has the name of `pipeline.main`: take it over with \
         `lakesmith bind pipeline.main {id}`, or give this one another name"
    );
    let planned = project.run_live(&["plan", "-t", "local"]);
    assert!(planned.stdout.contains(&format!("      blocked: {way}\n")), "{planned}");
    let refused = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains(&format!("error: the plan is blocked: {way}\n")), "{refused}");
    assert_eq!(served.inventory(), before);

    // Both ways are ways out. One: another name.
    let declared = project.read("jobs/where.yml");
    project.write("jobs/where.yml", &declared.replace("    name: shop\n", "    name: shop of ours\n"));
    assert_eq!(project.run_live(&["deploy", "-t", "local", "--yes"]).code, Some(0));
    assert_eq!(served.inventory()["pipelines"], ["shop", "shop of ours"]);
    // Which cannot become the taken one later, either.
    project.write("jobs/where.yml", &declared);
    let planned = project.run_live(&["plan", "-t", "local"]);
    assert!(planned.stdout.contains(&format!("      blocked: {way}\n")), "{planned}");

    let project = shop();
    let served = Served::of(&project);
    let id = served.call("POST", "/api/2.0/pipelines", Some(&theirs))["pipeline_id"].as_str().unwrap().to_string();
    // The other: it is taken over.
    assert_eq!(project.run_live(&["bind", "pipeline.main", &id, "-t", "local"]).code, Some(0));
    let bound = project.run_live(&["plan", "-t", "local"]);
    assert!(!bound.stdout.contains("blocked"), "{bound}");
    // Or there may be two of the name.
    assert_eq!(project.run_live(&["unbind", "pipeline.main", "-t", "local"]).code, Some(0));
    project.edit("jobs/where.yml", "    name: shop\n", "    name: shop\n    allow_duplicate_names: true\n");
    assert_eq!(project.run_live(&["deploy", "-t", "local", "--yes"]).code, Some(0));
    assert_eq!(served.inventory()["pipelines"], ["shop", "shop"]);
}

/// A deployment of a shop that somebody overtakes while the answer to its schema is on the way.
fn overtaken<T>(by: impl FnOnce(&Served) -> T) -> (TestProject, Served, Run, T) {
    let project = shop();
    let served = Served::of(&project);
    served.fault(&json!({"method": "POST", "path": "/api/2.1/unity-catalog/schemas", "hold": "after"}));
    let (run, made) = std::thread::scope(|scope| {
        let run = scope.spawn(|| project.run_live(&["deploy", "-t", "local", "--yes"]));
        while served.holding() == 0 {
            assert!(!run.is_finished(), "the deployment ended");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let made = by(&served);
        served.clear_faults();
        (run.join().unwrap(), made)
    });
    assert_ne!(run.code, Some(0), "{run}");
    (project, served, run, made)
}

/// Whoever is quicker than a deployment: the service's refusal comes with the same ways out, and is not lost itself.
#[test]
fn a_name_that_was_taken_since_the_plan_was_made_is_told_with_the_way_out() {
    let theirs = json!({"name": "shop", "catalog": "theirs", "schema": "x", "serverless": true, "continuous": false});
    let (project, _served, run, id) = overtaken(|served| {
        served.call("POST", "/api/2.0/pipelines", Some(&theirs))["pipeline_id"].as_str().unwrap().to_string()
    });
    let way = format!(
        "failed: pipeline.main: the pipeline `{id}`, which is not this project's, has the name of `pipeline.main`: take it \
         over with `lakesmith bind pipeline.main {id}`, or give this one another name: "
    );
    assert!(run.stderr.contains(&way), "{run}");
    assert!(run.stderr.contains("is already used by another pipeline"), "{run}");
    assert!(run.stderr.contains("  hint: do one of both, then run the command again\n"), "{run}");
    let planned = project.run_live(&["plan", "-t", "local"]);
    assert!(planned.stdout.contains("      blocked: the pipeline"), "{planned}");
    assert_eq!(project.run_live(&["bind", "pipeline.main", &id, "-t", "local"]).code, Some(0));

    // What is known by its name becomes managed as soon as it is seen.
    let volume = json!({"name": "landing", "catalog_name": "shop", "schema_name": "bronze", "volume_type": "MANAGED"});
    let (project, _served, run, _) =
        overtaken(|served| served.call("POST", "/api/2.1/unity-catalog/volumes", Some(&volume)));
    let way = "failed: volume.landing: another volume has the name of `volume.landing`: plan again, and what is there \
               becomes managed; if the plan does not show it, have it shown to you, or give this one another name: ";
    assert!(run.stderr.contains(way), "{run}");
    let planned = project.run_live(&["plan", "-t", "local"]);
    assert!(planned.stdout.contains("volume.landing: it exists already and becomes managed"), "{planned}");
    assert_eq!(project.run_live(&["deploy", "-t", "local", "--yes"]).code, Some(0));
}
