//! Releases: the same sources make the same one, every deployment is remembered, and an earlier one can be put back.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::shop::{VOLUME, governed};
use crate::support::{COMMITTED, Run, Served, TestProject};

const DEPLOY: [&str; 4] = ["deploy", "-t", "far", "--yes"];
const HISTORY: [&str; 5] = ["history", "-t", "far", "--format", "json"];
const ALLOW: [&str; 2] = ["--allow", "rebuild,security,destructive"];

fn digests(run: Run) -> Value {
    run.json(0)["releases"][0].clone()
}

fn deployments(run: Run) -> Vec<Value> {
    run.json(0)["solutions"][0]["deployments"].as_array().unwrap().clone()
}

/// Issue 4: "the very bytes": neither time nor author nor place is in the digest, everything that is deployed is.
#[test]
fn the_same_sources_make_the_same_release_whoever_makes_it() {
    let project = governed();
    let manifest = project.read("lakesmith.yml");
    let more = "variables:\n  limit: { type: integer, default: 10 }\n";
    project.write("lakesmith.yml", &format!("{manifest}{more}"));
    let build = ["build", "--format", "json", "-t", "local"];
    let first = digests(project.run(&build));
    let elsewhere = project.checkout();
    let other = [("USER", "somebody"), ("LAKESMITH_TEST_NOW", "2027-01-02T03:04:05Z"), ("LAKESMITH_TEST_SEED", "7")];
    let again = digests(elsewhere.run_with(&build, &other));
    assert_eq!(again["digest"], first["digest"]);
    assert_eq!(again["targets"], first["targets"]);
    // The file holds the sources as they are.
    let out = [&build[..], &["--out", "release.gz"]].concat();
    let bytes = |project: &TestProject| std::fs::read(project.root().join("release.gz")).unwrap();
    assert_eq!(digests(project.run(&out))["digest"], first["digest"]);
    let (release, archive) = parts(&bytes(&project));
    let hash = release["sources"]["sql/bronze/orders.sql"].as_str().unwrap();
    assert_eq!(archive[hash], json!({ "text": project.read("sql/bronze/orders.sql") }));
    // Whatever is deployed otherwise is another release.
    let set = digests(project.run(&[&build[..], &["--var", "limit=11"]].concat()));
    assert_ne!(set["digest"], first["digest"]);
    assert_eq!(set["overrides"], json!({ "limit": "11" }));
    let environment = digests(project.run_with(&build, &[("LAKESMITH_VAR_LIMIT", "11")]));
    assert_eq!(environment["digest"], set["digest"]);
    project.edit("sql/bronze/orders.sql", "SELECT id, what", "SELECT id, upper(what) AS what");
    let changed = digests(project.run(&build));
    assert_ne!(changed["digest"], first["digest"]);
    assert_ne!(changed["targets"]["local"], first["targets"]["local"]);
}

/// The release document and the archive of a built file, without the gzip around them.
fn parts(file: &[u8]) -> (Value, Value) {
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(file), &mut text).unwrap();
    let mut parts = serde_json::Deserializer::from_str(&text).into_iter::<Value>().map(Result::unwrap);
    (parts.next().unwrap(), parts.next().unwrap())
}

/// "Same input, same bytes", and reproducible-builds.org, "SOURCE_DATE_EPOCH".
#[test]
fn the_same_commit_is_built_to_the_same_bytes() {
    let first = governed();
    let second = first.checkout();
    for (project, remote) in [(&first, "https://one.example.test/shop.git"), (&second, "ssh://two.example.test/shop")] {
        project.git(&["init", "-q"]);
        project.git(&["remote", "add", "origin", remote]);
        project.git(&["add", "lakesmith.yml", "jobs", "sql"]);
        project.git(&["commit", "-q", "-m", "first"]);
    }
    let built = |project: &TestProject, environment: &[(&str, &str)]| {
        let run = project.run_with(&["build", "-t", "local", "--out", "release.gz"], environment);
        assert_eq!(run.code, Some(0), "{run}");
        std::fs::read(project.root().join("release.gz")).unwrap()
    };
    let (ann, bob) = (
        [("USER", "ann"), ("LAKESMITH_TEST_NOW", "2026-05-01T00:00:00Z"), ("LAKESMITH_TEST_SEED", "1")],
        [("USER", "bob"), ("LAKESMITH_TEST_NOW", "2027-06-02T01:01:01Z"), ("LAKESMITH_TEST_SEED", "2")],
    );
    let file = built(&first, &ann);
    assert_eq!(file, built(&second, &bob));
    let (release, archive) = parts(&file);
    assert_eq!(release["created"]["at"], COMMITTED);
    assert_eq!(release["created"]["git"]["dirty"], false);
    let fields: Vec<&String> = release["created"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["at", "tool_version", "git"], "{release}");
    // RFC 1952: the four bytes of the modification time follow magic, method and flags; 0 is no time. The archive's
    // member begins where that of the release ends.
    let mut whole = flate2::bufread::GzDecoder::new(&file[..]);
    std::io::Read::read_to_end(&mut whole, &mut Vec::new()).unwrap();
    let second_member = whole.into_inner();
    for member in [&file[..], second_member] {
        assert_eq!((&member[..2], &member[4..8]), (&[0x1f, 0x8b][..], &[0, 0, 0, 0][..]));
    }
    assert!(!archive.as_object().unwrap().is_empty());
    // Who says of when things are is believed; what is no time is not.
    let dated = [&ann[..], &[("SOURCE_DATE_EPOCH", "1767323045")]].concat();
    assert_eq!(parts(&built(&first, &dated)).0["created"]["at"], "2026-01-02T03:04:05Z");
    for wrong in ["yesterday", "-1", "1.5", " 1"] {
        let run = first.run_with(&["build", "-t", "local"], &[("SOURCE_DATE_EPOCH", wrong)]);
        assert!(run.code == Some(2) && run.stderr.contains("SOURCE_DATE_EPOCH is"), "{wrong}: {run}");
    }
    // What is in no commit is of no time, and the same all the same.
    for project in [&first, &second] {
        project.edit("sql/bronze/orders.sql", "SELECT id, what", "SELECT id, upper(what) AS what");
    }
    let file = built(&first, &ann);
    assert_eq!(file, built(&second, &bob));
    assert_eq!(parts(&file).0["created"].get("at"), None);
    for project in [&first, &second] {
        std::fs::remove_dir_all(project.root().join(".git")).unwrap();
    }
    let file = built(&first, &ann);
    assert_eq!(file, built(&second, &bob));
    assert_eq!(parts(&file).0["created"].as_object().unwrap().keys().collect::<Vec<_>>(), ["tool_version"]);
}

/// Design 5: "each successful deploy stores an immutable release".
#[test]
fn every_deployment_that_came_to_its_end_is_remembered() {
    let project = governed();
    let served = Served::of(&project);
    let local = |arguments: &[&str]| project.run_live(&[arguments, &["-t", "local"]].concat());
    let history = || deployments(local(&["history", "--format", "json"]));
    assert_eq!(history(), Vec::<Value>::new());
    assert!(local(&["history"]).success().contains("shop on local: no deployments"));
    // What fails is no deployment of the release.
    served.fault(&json!({ "method": "POST", "path": "/api/2.0/pipelines", "times": 9, "status": 400 }));
    assert_eq!(local(&["deploy", "--yes"]).code, Some(1));
    served.clear_faults();
    assert_eq!(history(), Vec::<Value>::new());
    let first = local(&["deploy", "--yes", "--format", "json"]).json(0);
    let outcome = &first["deployments"][0];
    let entries = history();
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    let build = digests(project.run(&["build", "--format", "json", "-t", "local"]));
    assert_eq!((&entry["release"], &outcome["release"]), (&build["digest"], &build["digest"]));
    assert_eq!((&entry["serial"], &outcome["history"]), (&json!(1), &json!(1)));
    assert_eq!((&entry["how"], &entry["verification"]), (&json!("deploy"), &Value::Null));
    assert!(entry["changes"]["create"].as_u64().unwrap() > 0, "{entry}");
    // Once more changes nothing and says nothing new; a part is no release.
    let none = local(&["deploy", "--yes", "--format", "json"]).json(0);
    assert_eq!(none["deployments"][0]["history"], json!(1));
    project.edit("jobs/where.yml", "name: bronze }", "name: bronze, comment: first }");
    assert_eq!(local(&["deploy", "--yes", "--select", "schema:*"]).code, Some(0));
    assert_eq!(history().len(), 1);
    // What no resource shows is another release all the same.
    project.edit("sql/governance/mask_what.sql", "CREATE OR", "-- who sees what\nCREATE OR");
    assert_eq!(local(&["deploy", "--yes"]).code, Some(0));
    let entries = history();
    assert_eq!(entries.iter().map(|entry| entry["serial"].clone()).collect::<Vec<_>>(), [json!(2), json!(1)]);
    assert_ne!(entries[0]["release"], entries[1]["release"]);
    let text = local(&["history", "--limit", "1"]).success();
    assert!(text.contains("not verified") && text.lines().count() == 3, "{text}");
    // Nothing that lakesmith keeps is left behind.
    std::fs::remove_dir_all(project.root().join(VOLUME).join("orders")).unwrap();
    assert_eq!(local(&["destroy", "--yes"]).code, Some(0));
    let left = served.call("GET", "/api/2.0/workspace/list?path=/Workspace/Users/me@localhost", None);
    assert_eq!(left.get("objects").and_then(Value::as_array).map_or(0, Vec::len), 0, "{left}");
}

/// What the state says of every resource, without what changes with each write.
fn deployed(project: &TestProject) -> BTreeMap<String, Value> {
    let shown = project.run_live(&["state", "show", "-t", "local", "--format", "json"]).json(0);
    let keys = shown["solutions"][0]["resources"].as_object().unwrap().keys();
    let record = |key: &String| {
        let run = project.run_live(&["state", "show", key, "-t", "local", "--format", "json"]);
        let mut record = run.json(0)["record"].clone();
        for changing in ["etag", "id", "shown"] {
            record.as_object_mut().unwrap().remove(changing);
        }
        (key.clone(), record)
    };
    keys.map(record).collect()
}

/// `(key, action, changes)` of a plan, as it is or turned round.
fn steps(plan: &Value, inverse: bool) -> BTreeMap<String, (String, Vec<Value>)> {
    let steps = plan["plans"][0]["steps"].as_array().unwrap().iter().filter(|step| step["action"] != "none");
    let step = |step: &Value| {
        let action = match (step["action"].as_str().unwrap(), inverse) {
            ("create", true) => "delete",
            ("delete", true) => "create",
            (action, _) => action,
        };
        let mut changes = Vec::new();
        // Of what comes or goes, one of the two directions has no fields.
        for change in step["changes"].as_array().into_iter().flatten().filter(|_| action == "update") {
            let (old, new) = if inverse { ("new", "old") } else { ("old", "new") };
            changes.push(json!([change["path"], change[old], change[new]]));
        }
        (step["key"].as_str().unwrap().to_string(), (action.to_string(), changes))
    };
    steps.map(step).collect()
}

/// Issue 4: a rollback is the inverse of what it takes back, and what is there afterwards is what was there before.
#[test]
fn a_rollback_puts_back_what_was_there() {
    let project = governed();
    let served = Served::of(&project);
    let deploy = || project.run_live(&[&["deploy", "-t", "local", "--yes"][..], &ALLOW].concat());
    let plan = || project.run_live(&["plan", "-t", "local", "--format", "json"]).json(0);
    assert_eq!(deploy().code, Some(0));
    let (first, inventory) = (deployed(&project), served.inventory());
    let none = project.run_live(&["rollback", "-t", "local", "--yes"]);
    assert_eq!(none.code, Some(2), "{none}");
    assert!(none.stderr.contains("there is no earlier release") && none.stderr.contains("lakesmith history"), "{none}");
    // A comment changes, a job comes, a function becomes another, a pipeline gets another source.
    let sources = ["jobs/where.yml", "sql/governance/mask_what.sql", "sql/bronze/orders.sql"];
    let before: Vec<String> = sources.iter().map(|file| project.read(file)).collect();
    project.edit("jobs/where.yml", "name: bronze }", "name: bronze, comment: second }");
    let jobs = "jobs:\n  daily:\n    name: daily\n    tasks:\n      - task_key: load\n        pipeline_task: { pipeline_id: \"${pipeline.main.id}\" }\n";
    project.write("jobs/daily.yml", jobs);
    project.edit("sql/governance/mask_what.sql", "ELSE '***'", "ELSE '---'");
    project.edit("sql/bronze/orders.sql", "SELECT id, what", "SELECT id, upper(what) AS what");
    let forth = plan();
    assert_eq!(deploy().code, Some(0));
    assert_ne!(deployed(&project), first);
    // The plan back, as the checkout of before would have it.
    for (file, text) in sources.iter().zip(&before) {
        project.write(file, text);
    }
    let daily = project.root().join("jobs/daily.yml");
    std::fs::remove_file(&daily).unwrap();
    let back = plan();
    assert_eq!(steps(&back, false), steps(&forth, true));
    // The checkout is of no interest to a rollback.
    project.write("jobs/daily.yml", jobs);
    project.edit("jobs/where.yml", "name: bronze }", "name: bronze, comment: third }");
    let refused = project.run_live(&["rollback", "-t", "local", "--yes"]);
    assert!(refused.stderr.contains("the plan has risky changes"), "{refused}");
    let done =
        project.run_live(&[&["rollback", "-t", "local", "--yes", "--format", "json"][..], &ALLOW].concat()).json(0);
    let changes = done["deployments"][0]["changes"].as_array().unwrap();
    let did: BTreeMap<&str, &str> =
        changes.iter().map(|step| (step["key"].as_str().unwrap(), step["action"].as_str().unwrap())).collect();
    let back = steps(&back, false);
    assert_eq!(did, back.iter().map(|(key, (action, _))| (key.as_str(), action.as_str())).collect());
    assert_eq!(deployed(&project), first);
    assert_eq!(served.inventory(), inventory);
    let entries = deployments(project.run_live(&["history", "-t", "local", "--format", "json"]));
    let told: Vec<_> = entries.iter().map(|entry| (&entry["how"], &entry["restores"])).collect();
    let (rollback, deploy_) = (json!("rollback"), json!("deploy"));
    assert_eq!(told, [(&rollback, &json!(1)), (&deploy_, &Value::Null), (&deploy_, &Value::Null)]);
    assert_eq!(entries[0]["release"], entries[2]["release"]);
    // Forth again, by number and by digest.
    let digest = entries[1]["release"].as_str().unwrap();
    for to in ["2", &digest[..8]] {
        let run = project.run_live(&[&["rollback", "-t", "local", "--yes", "--to", to][..], &ALLOW].concat());
        assert_eq!(run.code, Some(0), "{run}");
        assert!(deployed(&project).contains_key("job.daily"), "{to}");
    }
    for (to, told) in [("9", "never deployed to local as `9`"), ("abc", "too short"), ("0000000", "never deployed")] {
        let run = project.run_live(&["rollback", "-t", "local", "--yes", "--to", to]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.stderr.contains(told), "{run}");
    }
}

/// A rollback that dies is taken up by the same command, on another machine.
#[test]
fn a_rollback_that_was_interrupted_is_taken_up() {
    let project = governed();
    let manifest = project.read("lakesmith.yml");
    project.write("lakesmith.yml", &format!("{manifest}targets:\n  far: {{ mode: development }}\n"));
    let served = Served::of(&project);
    let machine = served.machine(&project, "one");
    let done = |run: Run| assert_eq!(run.code, Some(0), "{run}");
    done(machine.run(&DEPLOY));
    let inventory = served.inventory();
    machine.project.write("jobs/daily.yml", "jobs:\n  daily: { name: daily, tasks: [{ task_key: load, pipeline_task: { pipeline_id: \"${pipeline.main.id}\" } }] }\n");
    machine.project.edit("sql/governance/mask_what.sql", "ELSE '***'", "ELSE '---'");
    done(machine.run(&[&DEPLOY[..], &ALLOW].concat()));
    let rollback = [&["rollback", "-t", "far", "--yes"][..], &ALLOW].concat();
    let mut killed = 0;
    for (at, side) in [(14, "before"), (20, "after"), (26, "before"), (30, "after")] {
        served.fault(&crate::support::held_up(at, side));
        let lost = served.machine(&machine.project, "lost");
        let mut child = lost.spawn(&rollback);
        killed += usize::from(served.kill_held(&mut child));
        served.clear_faults();
        let next = served.machine(&machine.project, "next").later();
        let again = next.run(&rollback);
        // It had come to its end, and only its entry of the history may lack.
        if again.stderr.contains("there is no earlier release") {
            assert_eq!(served.inventory(), inventory, "killed {side} request {at}");
        } else {
            done(again);
        }
        assert_eq!(served.inventory(), inventory, "killed {side} request {at}");
        assert_eq!(deployments(next.run(&HISTORY))[0]["restores"], 1, "killed {side} request {at}");
        done(next.run(&["rollback", "-t", "far", "--yes", "--to", "2", ALLOW[0], ALLOW[1]]));
    }
    assert!(killed >= 3, "{killed}");
}
