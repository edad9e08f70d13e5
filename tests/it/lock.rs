//! Several deployments of one target: the lock, whoever holds it, and whoever takes it over.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::shop::far;
use crate::support::{Run, Served, held_up};

const DEPLOY: [&str; 4] = ["deploy", "-t", "far", "--yes"];
const DETAILED: [&str; 4] = ["plan", "-t", "far", "--detailed-exitcode"];

/// Holds the request up for so long, as [`held_up`] does for a minute.
fn slow(skip: u32, seconds: u32) -> Value {
    json!({ "path": "/api/*", "skip": skip, "latency_ms": seconds * 1000 })
}

/// Until the workspace holds a request of this process up.
#[track_caller]
fn wait_until_held(served: &Served, child: &mut Child) {
    let began = Instant::now();
    while !served.faults().is_empty() {
        assert_eq!(child.try_wait().unwrap(), None, "ended before it was held up");
        assert!(began.elapsed() < Duration::from_secs(60), "the request never came");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn signal(child: &Child, name: &str) {
    let sent = std::process::Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

/// What the process said, once it has ended.
fn said(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[track_caller]
fn done(run: &Run) {
    assert_eq!(run.code, Some(0), "{run}");
}

/// Issue 4: "two deployers at once (the second waits or is told who holds it)".
#[test]
fn the_second_deployer_is_told_who_holds_the_target_or_waits_for_the_end() {
    let project = far();
    let served = Served::of(&project);
    let (first, second) = (served.machine(&project, "first"), served.machine(&project, "second"));
    served.fault(&slow(30, 12));
    let mut child = first.command(&DEPLOY).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until_held(&served, &mut child);
    let refused = second.run(&["deploy", "-t", "far", "--yes", "--lock-timeout", "0s"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    let holder = format!("on first (lakesmith deploy -t far, process {})", child.id());
    for told in ["the target is locked by ", &holder, "--lock-timeout", "state unlock --force"] {
        assert!(refused.stderr.contains(told), "{told}: {refused}");
    }
    // A plan needs no lock, and says what it may be half of.
    let plan = second.run(&["plan", "-t", "far"]);
    done(&plan);
    assert!(plan.stderr.contains("a deployment runs") && plan.stderr.contains(&holder), "{plan}");
    assert!(!plan.stderr.contains("did not come to its end"), "{plan}");
    let shown = second.run(&["state", "show", "-t", "far"]).success();
    assert!(shown.contains("\n  its run goes on: `journal/") && !shown.contains("did not end"), "{shown}");
    let shown = second.run(&["state", "show", "-t", "far", "--format", "json"]).json(0);
    assert_eq!(shown["solutions"][0]["journals"][0]["goes_on"], true, "{shown}");
    let mut waits = second.command(&DEPLOY);
    let waits = waits.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(2));
    served.clear_faults();
    assert_eq!(said(child).0, Some(0));
    let (code, told) = said(waits);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("waiting for ") && told.contains(&holder), "{told}");
    done(&second.run(&DETAILED));
    let pipelines = &served.inventory()["pipelines"];
    assert_eq!(pipelines.len(), 1, "{pipelines:?}");
}

/// Issue 4: "a dead holder's lease expires and the next run proceeds; a fenced writer stops". In real time: the first is
/// stopped while it reads, nobody renews its lease, and the usual patience of the second outlives it.
#[test]
fn a_lease_that_nobody_renews_ends_and_its_holder_finds_out() {
    let project = far();
    let served = Served::of(&project);
    let (first, second) = (served.machine(&project, "first"), served.machine(&project, "second"));
    served.fault(&json!({ "method": "GET", "path": "/api/2.1/unity-catalog/catalogs/shop", "latency_ms": 200 }));
    // Whatever it plans from what it read before and after, it is allowed to: the lease alone stops it.
    let mut deploys = first.command(&[&DEPLOY[..], &["--allow", "security,destructive,rebuild"]].concat());
    let mut child = deploys.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until_held(&served, &mut child);
    signal(&child, "-STOP");
    let run = second.run(&DEPLOY);
    done(&run);
    assert!(run.stderr.contains("waiting for ") && run.stderr.contains(" on first ("), "{run}");
    let after = served.inventory();
    signal(&child, "-CONT");
    let (code, told) = said(child);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("the lease on the target "), "{told}");
    assert_eq!(served.inventory(), after);
    done(&second.run(&DETAILED));
}

/// The lease is lost while a resource is made anew, between the two calls of it: somebody else may be making it by now.
#[test]
fn a_run_that_loses_the_target_after_it_deleted_makes_nothing_in_its_place() {
    let project = far();
    project.write("jobs/scope.yml", "secret_scopes:\n  mail: { name: shop-mail }\n");
    let served = Served::of(&project);
    done(&served.machine(&project, "first").run(&DEPLOY));
    project.edit("jobs/scope.yml", "shop-mail", "shop-post");
    let (first, second) = (served.machine(&project, "first"), served.machine(&project, "second"));
    let plan = first.run(&["plan", "-t", "far", "--format", "json"]).json(0);
    let changes = plan["plans"][0]["steps"].as_array().unwrap().iter().filter(|step| step["action"] != "none");
    let changes: Vec<(&Value, &Value)> = changes.map(|step| (&step["key"], &step["action"])).collect();
    assert_eq!(changes, [(&json!("secret_scope.mail"), &json!("recreate"))]);

    served.fault(&json!({ "method": "POST", "path": "/api/2.0/secrets/scopes/delete", "hold": "after" }));
    let mut deploys = first.command(&[&DEPLOY[..], &["--allow", "destructive"]].concat());
    let mut child = deploys.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until_held(&served, &mut child);
    let log = || project.read(".lakesmith/local/requests.jsonl");
    let before = log().lines().count();
    done(&second.run(&["state", "unlock", "-t", "far", "--force"]));
    // It looks at its lease every 15 seconds, and finds the one with the next number.
    let began = Instant::now();
    let looked = |line: &str| line.contains("\"method\":\"GET\"") && line.contains("lock%2F0000000003.json");
    while !log().lines().skip(before).any(looked) {
        assert!(began.elapsed() < Duration::from_secs(60), "it never looked");
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_millis(500));
    served.clear_faults();
    let (code, told) = said(child);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("the lease on the target "), "{told}");
    let asked = |what: &str| {
        let path = format!("\"path\":\"/api/2.0/secrets/scopes/{what}\"");
        log().lines().skip(before).filter(|line| line.contains(&path)).count()
    };
    assert_eq!((asked("delete"), asked("create")), (1, 0));
    assert_eq!(served.inventory()["secret scopes"], Vec::<String>::new());
    done(&second.run(&DEPLOY));
    assert_eq!((asked("delete"), asked("create")), (1, 1));
    assert_eq!(served.inventory()["secret scopes"], ["shop-post"]);
    done(&second.run(&DETAILED));
}

/// Design 5: "Ctrl-C finishes the call in flight, journals, releases"; CI services ask by SIGTERM.
#[test]
fn a_deployment_that_is_asked_to_terminate_gives_the_target_back() {
    let project = far();
    let served = Served::of(&project);
    let (first, second) = (served.machine(&project, "first"), served.machine(&project, "second"));
    served.fault(&slow(30, 3));
    let mut child = first.command(&DEPLOY).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until_held(&served, &mut child);
    signal(&child, "-TERM");
    std::thread::sleep(Duration::from_millis(300));
    // Asked again: what is in flight is still to be finished.
    signal(&child, "-TERM");
    served.clear_faults();
    let (code, told) = said(child);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("stopping: waits for what is in progress"), "{told}");
    let run = second.run(&["deploy", "-t", "far", "--yes", "--lock-timeout", "0s"]);
    done(&run);
    assert!(!run.stderr.contains("waiting"), "{run}");
    done(&second.run(&DETAILED));
}

/// Of a machine that will not come back, whose clock is an hour ahead: nobody needs to wait for it.
#[test]
fn a_lock_is_taken_by_force_and_by_force_only() {
    let project = far();
    let served = Served::of(&project);
    let (lost, next) = (served.machine(&project, "lost").later(), served.machine(&project, "next"));
    served.fault(&held_up(30, "before"));
    let mut child = lost.command(&DEPLOY).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until_held(&served, &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    served.clear_faults();
    let asked = next.run(&["state", "unlock", "-t", "far"]);
    assert_eq!(asked.code, Some(2), "{asked}");
    assert!(asked.stderr.contains("the target is locked by ") && asked.stderr.contains(" on lost ("), "{asked}");
    let shown: Value = next.run(&["state", "show", "-t", "far", "--format", "json"]).json(0);
    assert_eq!(shown["solutions"][0]["lease"]["holder"]["host"], "lost", "{shown}");
    let forced: Value = next.run(&["state", "unlock", "-t", "far", "--force", "--format", "json"]).json(0);
    assert_eq!(forced["solutions"][0]["lease"]["holder"]["host"], "lost", "{forced}");
    let again = next.run(&["state", "unlock", "-t", "far"]).success();
    assert_eq!(again, "shop on far: nobody holds it\n");
    let run = next.run(&["deploy", "-t", "far", "--yes", "--lock-timeout", "0s"]);
    done(&run);
    done(&next.run(&DETAILED));
}

/// Why a run stopped is told once, with what was done until then, to people and to programs.
#[test]
fn a_run_whose_lock_was_taken_says_so_once() {
    for format in ["human", "json"] {
        let project = far();
        let served = Served::of(&project);
        let (first, second) = (served.machine(&project, "first"), served.machine(&project, "second"));
        served.fault(&json!({ "method": "POST", "path": "/api/2.0/pipelines", "hold": "after" }));
        let mut deploys = first.command(&[&DEPLOY[..], &["--format", format]].concat());
        let child = deploys.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while served.holding() == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        done(&second.run(&["state", "unlock", "-t", "far", "--force"]));
        // docs/state.md: it stops within 15 seconds.
        std::thread::sleep(Duration::from_secs(16));
        served.clear_faults();
        let output = child.wait_with_output().unwrap();
        let (out, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(output.status.code(), Some(1), "{said}");
        let lost = "the lease on the target was lost to ";
        assert_eq!(said.matches(lost).count(), 1, "{said}");
        assert!(said.contains(&format!("stopped: {lost}")) && said.contains("not begun: "), "{said}");
        if format == "json" {
            let told: Value = serde_json::from_str(&out).unwrap();
            assert_eq!(told["ok"], false, "{told}");
            assert!(told["deployments"][0]["stopped"].as_str().unwrap().starts_with(lost), "{told}");
        }
    }
}
