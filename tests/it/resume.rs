//! A first deployment that failed or was killed, run again.

use serde_json::json;

use crate::support::shop::{VOLUME, far, governed, query};
use crate::support::{Served, TestProject, held_up};

const DEPLOY: [&str; 4] = ["deploy", "-t", "local", "--yes"];
const DETAILED: [&str; 4] = ["plan", "-t", "local", "--detailed-exitcode"];

/// Kills a deployment while its request number `at` waits, `before` or `after` its effect. `false` if the deployment has
/// ended before it came to that request.
fn kill_at(served: &Served, project: &TestProject, at: u32, side: &str) -> bool {
    served.clear_faults();
    // The request that puts the fault there is not counted, and neither are those that look for it.
    served.fault(&held_up(at, side));
    let killed = served.kill_held(&mut project.spawn_live(&DEPLOY));
    served.clear_faults();
    killed
}

/// Design 5: "rerun converges". What a first deployment makes needs no `--allow`, in however many runs it is made.
#[test]
fn a_first_deployment_killed_at_any_request_is_completed_by_the_same_command() {
    let project = governed();
    let served = Served::of(&project);
    let mut points = 0;
    let mut at = 5;
    // Both sides in turn: what is asked for and not answered is either done or not.
    let sides = ["before", "after"];
    while kill_at(&served, &project, at, sides[points % 2]) {
        let side = sides[points % 2];
        let again = project.run_live(&DEPLOY);
        assert_eq!(again.code, Some(0), "killed {side} request {at}: {again}");
        let plan = project.run_live(&DETAILED);
        assert_eq!(plan.code, Some(0), "killed {side} request {at}: {plan}");
        // Nothing is left, so that the next one is a first deployment again.
        let orders = project.root().join(VOLUME).join("orders");
        std::fs::remove_dir_all(&orders).unwrap();
        let destroyed = project.run_live(&["destroy", "-t", "local", "--yes"]);
        assert_eq!(destroyed.code, Some(0), "killed {side} request {at}: {destroyed}");
        project.write(&format!("{VOLUME}/orders/first.csv"), "id,what\n1,pen\n2,ink\n");
        points += 1;
        // Not a multiple of two, so that each side meets requests of every kind in turn.
        at += 3;
    }
    assert!(points >= 10, "{points}");
}

#[test]
fn a_first_deployment_that_failed_is_completed_once_its_cause_is_mended() {
    let project = governed();
    for around in ["[USE_CATALOG]", "[USE_SCHEMA, EXECUTE]"] {
        let with = format!("analysts: {around}\n      auditors: {around}");
        project.edit("jobs/where.yml", &format!("analysts: {around}"), &with);
    }
    let right = project.read("sql/bronze/orders.sql");
    project.edit("sql/bronze/orders.sql", "SELECT id,", "SELECT idd,");
    project.edit("sql/bronze/orders.sql", "what STRING", "what STRING, idd BIGINT");
    // The file has no such column: the update fails while it runs.
    project.edit(
        "sql/bronze/orders.sql",
        "AS SELECT",
        "(CONSTRAINT there EXPECT (idd > 0) ON VIOLATION FAIL UPDATE) AS SELECT",
    );
    let failed = project.run_live(&DEPLOY);
    assert_eq!(failed.code, Some(1), "{failed}");
    project.write("sql/bronze/orders.sql", &right);
    let again = project.run_live(&DEPLOY);
    assert_eq!(again.code, Some(0), "{again}");
    assert_eq!(project.run_live(&DETAILED).code, Some(0));
    // From now on somebody may rely on it: opening it further is a matter of security again.
    project.edit("jobs/where.yml", "analysts: [SELECT]", "analysts: [SELECT]\n      auditors: [SELECT]");
    let wider = project.run_live(&DEPLOY);
    assert_eq!(wider.code, Some(2), "{wider}");
    assert!(wider.stderr.contains("grants.table.shop.bronze.orders (security)"), "{wider}");
    let allowed = project.run_live(&[&DEPLOY[..], &["--allow", "security"]].concat());
    assert_eq!(allowed.code, Some(0), "{allowed}");
}

/// Grants that are taken out of the project and put back open an old table again.
#[test]
fn grants_put_back_on_an_old_table_need_an_allow() {
    let project = governed();
    let with = project.read("jobs/where.yml");
    assert_eq!(project.run_live(&DEPLOY).code, Some(0));
    let (without, _) = with.split_once("grants:\n").unwrap();
    project.write("jobs/where.yml", without);
    let run = project.run_live(&[&DEPLOY[..], &["--allow", "security"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(query(&project, "SELECT count(*) AS n FROM shop.bronze.orders"), "n\n2\n");
    project.write("jobs/where.yml", &with);
    let back = project.run_live(&DEPLOY);
    assert_eq!(back.code, Some(2), "{back}");
    assert!(back.stderr.contains("(security)"), "{back}");
}

/// What the grants need is there after the first run; the update has failed nevertheless.
#[test]
fn an_update_that_failed_is_run_again() {
    let project = governed();
    let bad = "sql/bronze/shares.sql";
    project.write(bad, "CREATE OR REFRESH MATERIALIZED VIEW shares AS SELECT CAST(1 / 0 AS INT) AS share\n");
    for _ in 0..2 {
        let run = project.run_live(&DEPLOY);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stderr.contains("[DIVIDE_BY_ZERO]"), "{run}");
    }
    project.edit(bad, "1 / 0", "1 / 1");
    let run = project.run_live(&DEPLOY);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(query(&project, "SELECT share FROM shop.bronze.shares"), "share\n1\n");
    assert_eq!(project.run_live(&DETAILED).code, Some(0));
}

/// Issue: "the next deploy from a fresh checkout on another machine converges, with no duplicate and no orphan".
#[test]
fn what_one_machine_began_another_completes() {
    let project = far();
    let served = Served::of(&project);
    let deploy = ["deploy", "-t", "far", "--yes"];
    // What one undisturbed deployment makes.
    let whole = served.machine(&project, "quiet").run(&deploy);
    assert_eq!(whole.code, Some(0), "{whole}");
    let wanted = served.inventory();
    let clear = || {
        // What the project did not make keeps the volume from being deleted.
        std::fs::remove_dir_all(project.root().join(VOLUME).join("orders")).unwrap();
        let destroyed = served.machine(&project, "quiet").run(&["destroy", "-t", "far", "--yes"]);
        assert_eq!(destroyed.code, Some(0), "{destroyed}");
        project.write(&format!("{VOLUME}/orders/first.csv"), "id,what\n1,pen\n2,ink\n");
    };
    clear();
    for (at, side) in [(12, "before"), (17, "after"), (25, "before"), (30, "after"), (40, "before"), (44, "after")] {
        served.fault(&held_up(at, side));
        let lost = served.machine(&project, "lost");
        let mut child = lost.spawn(&deploy);
        assert!(served.kill_held(&mut child), "ended before request {at}");
        served.clear_faults();
        let next = served.machine(&project, "next").later();
        let again = next.run(&deploy);
        assert_eq!(again.code, Some(0), "killed {side} request {at}: {again}");
        assert_eq!(served.inventory(), wanted, "killed {side} request {at}");
        let plan = next.run(&["plan", "-t", "far", "--detailed-exitcode"]);
        assert_eq!(plan.code, Some(0), "killed {side} request {at}: {plan}");
        clear();
    }
}

/// A resource with another key is the same resource, also where the run that gave it the key died before its end.
#[test]
fn a_key_that_changes_while_a_run_dies_deletes_nothing() {
    let project = far();
    let served = Served::of(&project);
    let deploy = ["deploy", "-t", "far", "--yes"];
    let first = served.machine(&project, "quiet").run(&deploy);
    assert_eq!(first.code, Some(0), "{first}");
    let wanted = served.inventory();
    // The schema is called otherwise and changed in the run that dies at the volume in it.
    project.edit("jobs/where.yml", "  bronze: { catalog_name: shop,", "  raw: { catalog_name: shop, comment: raw,");
    project.edit("jobs/where.yml", "volume_type: MANAGED }", "volume_type: MANAGED, comment: files }");
    let volumes = "/api/2.1/unity-catalog/volumes/*";
    served.fault(&json!({"method": "PATCH", "path": volumes, "hold": "before"}));
    let lost = served.machine(&project, "lost");
    let mut child = lost.spawn(&deploy);
    assert!(served.kill_held(&mut child), "nothing was to be changed");
    served.clear_faults();
    let next = served.machine(&project, "next").later();
    let plan = next.run(&["plan", "-t", "far"]);
    assert_eq!(plan.code, Some(0), "{plan}");
    assert!(plan.stdout.contains("update volume.landing") && !plan.stdout.contains("delete"), "{plan}");
    let again = next.run(&deploy);
    assert_eq!(again.code, Some(0), "{again}");
    assert_eq!(served.inventory(), wanted);
    let plan = next.run(&["plan", "-t", "far", "--detailed-exitcode"]);
    assert_eq!(plan.code, Some(0), "{plan}");
}

/// The history counts what the run did that came to its end, and says what was there by then from a run that did not.
#[test]
fn the_history_tells_what_an_earlier_run_had_made() {
    let project = far();
    let served = Served::of(&project);
    let machine = served.machine(&project, "ci");
    let deploy = ["deploy", "-t", "far", "--yes", "--format", "json"];
    let grants = "/api/2.1/unity-catalog/permissions/*";
    served.fault(&json!({"method": "PATCH", "path": grants, "status": 400, "error_code": "BAD_REQUEST", "times": 9}));
    let failed = machine.run(&deploy).json(1);
    served.clear_faults();
    let made = failed["deployments"][0]["done"].as_array().unwrap().len();
    assert!(made > 3, "{failed}");
    let second = machine.run(&deploy).json(0);
    let second = &second["deployments"][0];
    let created = second["changes"].as_array().unwrap().iter().filter(|change| change["action"] == "create").count();
    let all = machine.run(&["state", "show", "-t", "far", "--format", "json"]).json(0);
    let all = all["solutions"][0]["resources"].as_object().unwrap().len();
    assert_eq!(created + made, all, "{second}");
    let history = machine.run(&["history", "-t", "far", "--format", "json"]).json(0);
    let changes = &history["solutions"][0]["deployments"][0]["changes"];
    assert_eq!((&changes["create"], &changes["made_before"]), (&json!(created), &json!(made)), "{changes}");
    let told = machine.run(&["history", "-t", "far"]).success();
    let line = format!("{created} created, {made} made before by runs that are no deployment here");
    assert!(told.contains(&line), "{told}");
    // From now on they are of a deployment.
    project.edit("jobs/where.yml", "name: bronze }", "name: bronze, comment: raw }");
    let third = served.machine(&project, "ci").run(&deploy).json(0);
    assert_eq!(third["deployments"][0]["counts"].get("made_before"), None, "{third}");
}
