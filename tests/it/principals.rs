//! Several people and machines that deploy one target: what one has deployed, the others see, change and take away; and
//! those who may not.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::shop::{VOLUME, governed};
use crate::support::{Machine, Run, Served, TestProject, held_up};

const DEPLOY: [&str; 6] = ["deploy", "-t", "prod", "--yes", "--allow", "security"];
const DETAILED: [&str; 4] = ["plan", "-t", "prod", "--detailed-exitcode"];
const ROOT: &str = "/Workspace/Shared/.lakesmith/shop/shop/prod";

/// One target whose folder belongs to nobody alone.
fn project() -> TestProject {
    let project = governed();
    let manifest = project.read("lakesmith.yml");
    let prod = "targets:\n  prod: { mode: production, run_as: { user: me@localhost } }\n";
    project.write("lakesmith.yml", &format!("{manifest}{prod}"));
    project
}

#[track_caller]
fn done(run: &Run) {
    assert_eq!(run.code, Some(0), "{run}");
}

/// A service principal on a machine of its own, and the name it goes by.
fn machine(served: &Served, project: &TestProject, name: &str) -> (Machine, String) {
    let (id, secret) = served.machines(1).remove(0);
    let machine =
        served.machine(project, name).signs_in(&[("DATABRICKS_CLIENT_ID", &id), ("DATABRICKS_CLIENT_SECRET", &secret)]);
    (machine, id)
}

#[test]
fn what_one_principal_deployed_another_sees_changes_and_takes_away() {
    let project = project();
    let served = Served::with(&project, &["--service-principal", "ann", "--service-principal", "bob"]);
    let before = served.inventory();
    let (ann, ann_id) = machine(&served, &project, "ann");
    let (bob, bob_id) = machine(&served, &project, "bob");
    assert_ne!(ann_id, bob_id);
    done(&ann.run(&DEPLOY));

    // Bob has nothing of his own, and nothing to do.
    done(&bob.run(&DETAILED));
    let state = |machine: &Machine| machine.run(&["state", "show", "-t", "prod", "--format", "json"]).json(0);
    assert_eq!(state(&bob), state(&ann));
    let made = served.inventory();

    // While Ann deploys, Bob is told that it is Ann.
    ann.project.edit("jobs/where.yml", "name: landing,", "name: landing, comment: of Ann,");
    served.fault(&held_up(20, "before"));
    let mut deploys = ann.command(&DEPLOY);
    let mut child = deploys.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = std::time::Instant::now();
    while served.holding() == 0 {
        assert_eq!(child.try_wait().unwrap(), None, "ended before it was held up");
        assert!(began.elapsed().as_secs() < 60, "the request never came");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let refused = bob.run(&[&DEPLOY[..], &["--lock-timeout", "0s"]].concat());
    assert_eq!(refused.code, Some(2), "{refused}");
    let holder = format!("the target is locked by {ann_id} on ann (lakesmith deploy -t prod");
    assert!(refused.stderr.contains(&holder), "{holder}: {refused}");
    assert!(refused.stderr.contains("state unlock --force"), "{refused}");
    served.clear_faults();
    assert_eq!(child.wait().unwrap().code(), Some(0));

    // Bob's checkout is older; what it says is what he gets, and then Ann is told what he did.
    done(&bob.run(&DEPLOY));
    let plan = ann.run(&DETAILED);
    assert_eq!(plan.code, Some(2), "{plan}");
    assert!(plan.stdout.contains("~ update volume.landing") && plan.stdout.contains("of Ann"), "{plan}");
    assert!(plan.stdout.ends_with("shop/shop on prod: 1 to update, 9 unchanged\n"), "{plan}");
    assert_eq!(served.inventory(), made);
    let history = ann.run(&["history", "-t", "prod", "--format", "json"]).json(0);
    let deployments = history["solutions"][0]["deployments"].as_array().unwrap();
    let by: Vec<&Value> = deployments.iter().map(|deployment| &deployment["by"]).collect();
    assert_eq!(by, [&json!(bob_id), &json!(ann_id), &json!(ann_id)], "{history:#}");

    // Whoever takes it away takes all of it: what it is owned by is the target.
    std::fs::remove_dir_all(project.root().join(VOLUME).join("orders")).unwrap();
    done(&bob.run(&["destroy", "-t", "prod", "--yes"]));
    assert_eq!(served.inventory(), before);
    let gone = ann.run(&["destroy", "-t", "prod", "--yes"]);
    done(&gone);
    assert!(gone.stdout.contains("nothing to change"), "{gone}");
}

/// What the server was asked at a path, of its whole log.
fn asked(project: &TestProject, path: &str) -> usize {
    let log = project.read(".lakesmith/local/requests.jsonl");
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["path"].as_str().is_some_and(|asked| asked.starts_with(path))).count()
}

/// The workspace ends the token of a deployment twice before its time: each time it is renewed once, whoever was refused
/// asks again, and the deployment goes on to its end.
#[test]
fn a_token_that_ends_in_the_middle_of_a_deployment_is_renewed() {
    let project = project();
    let served = Served::with(&project, &["--service-principal", "ann"]);
    let (ann, _) = machine(&served, &project, "ann");
    for skip in [12, 40] {
        served.fault(&json!({ "path": "/api/*", "skip": skip, "expire_token": true }));
    }
    done(&ann.run(&DEPLOY));
    assert!(served.faults().is_empty(), "the deployment was shorter than that: {:?}", served.faults());
    assert_eq!(asked(&project, "/oidc/v1/token"), 3);
    done(&ann.run(&DETAILED));
}

/// Tokens of two seconds, and a deployment that takes longer.
#[test]
fn a_deployment_outlives_its_tokens() {
    let project = project();
    let served = Served::with(&project, &["--service-principal", "ann", "--oauth-ttl-ms", "2500"]);
    let (ann, _) = machine(&served, &project, "ann");
    served.fault(&json!({ "path": "/api/*", "latency_ms": 150, "times": 100_000 }));
    let began = std::time::Instant::now();
    done(&ann.run(&DEPLOY));
    let (took, tokens) = (began.elapsed(), asked(&project, "/oidc/v1/token"));
    assert!(took.as_millis() > 2500, "it took {took:?}, which is no longer than a token lives");
    // Each is used for a while, and none is asked for at every call.
    assert!(tokens >= 2 && tokens * 4 < asked(&project, "/api/"), "{tokens} in {took:?}");
    served.clear_faults();
    done(&ann.run(&DETAILED));
}

/// auth-and-retries.md §5.3, "cache per host": two targets of one host ask it once about itself.
#[test]
fn two_targets_of_one_host_ask_it_once_about_itself() {
    let project = project();
    let manifest = project.read("lakesmith.yml");
    project.write("lakesmith.yml", &format!("{manifest}  dev: {{ mode: development }}\n"));
    let served = Served::with(&project, &["--service-principal", "ann"]);
    let (ann, _) = machine(&served, &project, "ann");
    done(&ann.run(&["deploy", "-t", "dev", "--yes", "--allow", "security"]));
    let before = asked(&project, "/.well-known/databricks-config");
    assert_eq!(before, 1);
    done(&ann.run(&["diff", "--from", "dev", "--to", "prod"]));
    assert_eq!(asked(&project, "/.well-known/databricks-config"), before + 1);
}

/// Ann dies while she deploys; Bob's next deployment completes hers.
#[test]
fn what_one_principal_began_another_completes() {
    let project = project();
    let served = Served::with(&project, &["--service-principal", "ann", "--service-principal", "bob"]);
    let (ann, ann_id) = machine(&served, &project, "ann");
    let (bob, _) = machine(&served, &project, "bob");
    served.fault(&json!({ "method": "POST", "path": "/api/2.0/pipelines", "hold": "after" }));
    assert!(served.kill_held(&mut ann.spawn(&DEPLOY)), "no pipeline was made");
    served.clear_faults();
    let plan = bob.run(&["plan", "-t", "prod"]);
    done(&plan);
    assert!(plan.stderr.contains(&ann_id), "{plan}");
    let bob = bob.later();
    done(&bob.run(&DEPLOY));
    done(&bob.run(&DETAILED));
    assert_eq!(served.inventory()["pipelines"], ["shop"]);
}

/// Everything but the files of the target: that is enough to plan and not to deploy.
#[test]
fn who_may_not_write_the_targets_folder_may_plan_and_is_told_what_a_deployment_needs() {
    let project = project();
    let served = Served::of(&project);
    let owner = served.machine(&project, "owner");
    done(&owner.run(&DEPLOY));
    let before = served.inventory();
    let given = served.call("POST", "/_lakesmith/tokens", Some(&json!({ "ttl_ms": 600_000 })));
    let token = given["token"].as_str().unwrap();
    served.fault(&json!({ "path": "*", "readonly": "/Workspace/Shared/.lakesmith", "token": token }));
    project.edit("jobs/where.yml", "name: landing,", "name: landing, comment: two,");
    let reader = served.machine(&project, "reader").signs_in(&[("DATABRICKS_TOKEN", token)]);
    let plan = reader.run(&DETAILED);
    assert_eq!(plan.code, Some(2), "{plan}");
    assert!(plan.stdout.contains("~ update volume.landing"), "{plan}");
    for command in [&DEPLOY[..], &["destroy", "-t", "prod", "--yes"]] {
        let refused = reader.run(command);
        assert_eq!(refused.code, Some(2), "{refused}");
        assert!(refused.stderr.contains("PERMISSION_DENIED"), "{refused}");
        let hint =
            "hint: whoever deploys needs CAN_MANAGE on the folder of the target; its `root` in lakesmith.yml names it";
        assert!(refused.stderr.contains(hint), "{refused}");
        assert_eq!(served.inventory(), before);
    }
    // The others are not held up.
    let owner = served.machine(&project, "owner");
    done(&owner.run(&DEPLOY));
    done(&reader.run(&DETAILED));
}

/// Somebody who may query and nothing else.
#[test]
fn who_may_not_read_the_targets_folder_is_told_so_and_changes_nothing() {
    let project = project();
    let served = Served::of(&project);
    done(&served.machine(&project, "owner").run(&DEPLOY));
    let before = served.inventory();
    let given = served.call("POST", "/_lakesmith/principals", Some(&json!({ "user_name": "eve@x.test" })));
    let token = given["token"].as_str().unwrap();
    let eve = served.machine(&project, "eve").signs_in(&[("DATABRICKS_TOKEN", token)]);
    for (command, code) in
        [(&["plan", "-t", "prod"][..], 2), (&DEPLOY[..], 2), (&["destroy", "-t", "prod", "--yes"], 2)]
    {
        let refused = eve.run(command);
        assert_eq!(refused.code, Some(code), "{refused}");
        assert!(refused.stdout.is_empty(), "{refused}");
        for told in ["PERMISSION_DENIED", "eve@x.test", "hint: "] {
            assert!(refused.stderr.contains(told), "{told}: {refused}");
        }
        assert!(!refused.stderr.contains(token), "{refused}");
    }
    assert_eq!(served.inventory(), before);
    let left = served.call("GET", &format!("/api/2.0/workspace/list?path={ROOT}/lock"), None);
    assert_eq!(left["objects"].as_array().unwrap().len(), 1, "{left}");
}
