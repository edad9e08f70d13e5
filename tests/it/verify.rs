//! Verification: what is deployed is tried where it runs, and what cannot be tried is said.

use serde_json::{Value, json};

use crate::support::shop::{VOLUME, board, deploy, shop};
use crate::support::{Served, TestProject};

/// The checks of a verification that ends with this exit code, as `kind name outcome`.
#[track_caller]
fn verify(project: &TestProject, more: &[&str], code: i32) -> Vec<(String, Value)> {
    let run = project.run_live(&[&["verify", "-t", "local", "--format", "json"], more].concat());
    let found = run.json(code);
    let checks = found["solutions"][0]["checks"].as_array().unwrap().iter();
    let text = |check: &Value, field: &str| check[field].as_str().unwrap().to_string();
    let told = |check: &Value| format!("{} {} {}", text(check, "kind"), text(check, "name"), text(check, "outcome"));
    checks.map(|check| (told(check), check["detail"].clone())).collect()
}

fn names(checks: &[(String, Value)]) -> Vec<&str> {
    checks.iter().map(|(told, _)| told.as_str()).collect()
}

/// Design 5: "pipeline update succeeded, tests passed, dashboards' queries ran".
#[test]
fn everything_that_is_deployed_is_tried() {
    let project = shop();
    project.edit(
        "sql/bronze/orders.sql",
        "STREAMING TABLE orders",
        "STREAMING TABLE orders(CONSTRAINT pens EXPECT (what = 'pen'), \
         CONSTRAINT counted EXPECT (id > 0) ON VIOLATION FAIL UPDATE)",
    );
    project.write("dashboards/fine.lvdash.json", &board("SELECT id FROM shop.bronze.orders", "id"));
    let served = Served::of(&project);
    let never = project.run_live(&["verify", "-t", "local"]);
    assert_eq!(never.code, Some(2), "{never}");
    assert!(never.stderr.contains("no release was ever deployed to `local`"), "{never}");
    deploy(&project);
    project.write(&format!("{VOLUME}/orders/more.csv"), "id,what\n3,ink\n");
    let first = verify(&project, &[], 0);
    assert_eq!(
        names(&first),
        ["drift everything is as it was deployed passed", "pipeline main passed", "dashboard fine: D passed"]
    );
    // Rows that do not meet an expectation are told, and no reason to fail.
    assert_eq!(first[1].1, json!("1 row did not meet `pens` of shop.bronze.orders"));
    let history = project.run_live(&["history", "-t", "local"]).success();
    assert!(history.contains("; verified 20"), "{history}");
    // A query with parameters that the workspace cannot know, one with a default, one that fails where it runs.
    let with = |sql: &str, parameters: Value| {
        let mut board: Value = serde_json::from_str(&board(sql, "id")).unwrap();
        board["datasets"][0]["parameters"] = parameters;
        board.to_string()
    };
    let default = json!({"values": {"dataType": "INTEGER", "values": [{"value": "2"}]}});
    let parameter = json!([{ "displayName": "n", "keyword": "n", "dataType": "INTEGER", "defaultSelection": default }]);
    let chosen = "SELECT id FROM shop.bronze.orders WHERE id = :n";
    project.write("dashboards/chosen.lvdash.json", &with(chosen, parameter));
    let open = json!([{ "displayName": "n", "keyword": "n", "dataType": "INTEGER" }]);
    project.write("dashboards/open.lvdash.json", &with(chosen, open));
    project.write("dashboards/broken.lvdash.json", &board("SELECT 1 DIV (id - 1) AS id FROM shop.bronze.orders", "id"));
    deploy(&project);
    let second = verify(&project, &["--no-run"], 1);
    let wanted = [
        "drift everything is as it was deployed passed",
        "pipeline main passed",
        "dashboard broken: D failed",
        "dashboard chosen: D passed",
        "dashboard fine: D passed",
        "dashboard open: D skipped",
    ];
    assert_eq!(names(&second), wanted);
    assert!(second[2].1.as_str().unwrap().contains("DIVIDE_BY_ZERO"), "{second:?}");
    assert_eq!(second[5].1, json!("its parameter `n` has no default"));
    let text = project.run_live(&["verify", "-t", "local", "--no-run"]);
    assert!(text.stdout.contains("4 passed, 1 failed, 1 could not be tried"), "{text}");
    // What somebody changed in the workspace is not what was deployed.
    let comment = json!({ "comment": "changed by hand" });
    served.call("PATCH", "/api/2.1/unity-catalog/schemas/shop.bronze", Some(&comment));
    project.edit("jobs/where.yml", "name: bronze }", "name: bronze, comment: ours }");
    deploy(&project);
    assert_eq!(verify(&project, &["--no-run"], 1)[0].0, "drift everything is as it was deployed passed");
    served.call("PATCH", "/api/2.1/unity-catalog/schemas/shop.bronze", Some(&comment));
    assert_eq!(verify(&project, &["--no-run"], 1)[0].0, "drift schema.bronze failed");
    deploy(&project);
    // Rows that came since fail the update.
    project.write(&format!("{VOLUME}/orders/last.csv"), "id,what\n-1,pen\n");
    let third = verify(&project, &[], 1);
    assert_eq!(third[1].0, "pipeline main failed");
    let fourth = verify(&project, &["--no-run"], 1);
    assert_eq!(fourth[1], ("pipeline main failed".to_string(), json!("its latest update is FAILED")));
    let history = project.run_live(&["history", "-t", "local"]).success();
    assert!(history.contains("verification failed (2)"), "{history}");
}
