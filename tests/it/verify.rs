//! Verification: what is deployed is tried where it runs, and what cannot be tried is said.

use serde_json::{Value, json};

use crate::support::shop::{VOLUME, board, deploy, shop};
use crate::support::{Run, Served, TestProject};

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

const BENCHMARKS: [(&str, &str); 5] = [
    ("How many orders are there?", "SELECT count(*) AS n FROM shop.bronze.orders"),
    ("List all orders", "SELECT id, what FROM shop.bronze.orders ORDER BY id DESC"),
    ("What is the average id?", "SELECT 1.50004 AS a"),
    ("Which orders are of pens?", "SELECT id FROM shop.bronze.orders WHERE what = 'pen'"),
    ("Who bought the most?", "SELECT max(id) AS id FROM shop.bronze.orders"),
];

/// By the rules of "Use benchmarks in a Genie space": the same SQL, the same rows sorted differently, the same number at 4
/// significant digits, more rows, and a question that no example asks.
fn genie(manifest: &str) -> TestProject {
    let project = shop();
    let examples = [
        ("how many orders are there", "SELECT count(*) AS n FROM shop.bronze.orders"),
        ("Please list all the orders.", "SELECT id, what FROM shop.bronze.orders ORDER BY id"),
        ("What is the average id?", "SELECT avg(id) AS a FROM shop.bronze.orders"),
        ("Which orders are of pens?", "SELECT id FROM shop.bronze.orders"),
    ];
    let id = |start: &str, at: usize| format!("{start}{at:031}");
    let example = |(at, (question, sql)): (usize, (&str, &str))| json!({ "id": id("2", at), "question": [question], "sql": [sql] });
    let benchmark = |(at, (question, sql)): (usize, (&str, &str))| json!({ "id": id("9", at), "question": [question], "answer": [{ "format": "SQL", "content": [sql] }] });
    let space = json!({
        "version": 2,
        "data_sources": { "tables": [{ "identifier": "shop.bronze.orders" }] },
        "instructions": { "example_question_sqls": examples.into_iter().enumerate().map(example).collect::<Value>() },
        "benchmarks": { "questions": BENCHMARKS.into_iter().enumerate().map(benchmark).collect::<Value>() },
    });
    project.write("genie/shop/orders.geniespace.json", &space.to_string());
    let where_ = project.read("jobs/where.yml");
    project.write(
        "jobs/where.yml",
        &format!("{where_}genie_spaces:\n  orders: {{ title: Orders, file: genie/shop/orders.geniespace.json }}\n"),
    );
    project.write("lakesmith.yml", &format!("{}{manifest}", project.read("lakesmith.yml")));
    project
}

/// The checks of what Genie answers, after a verification that ends with this exit code.
#[track_caller]
fn answers(run: Run, code: i32) -> Vec<Value> {
    let found = run.json(code);
    let checks = found["solutions"][0]["checks"].as_array().unwrap().clone();
    let others = ["example \"", "benchmark \""];
    let is_answer = |check: &Value| {
        let name = check["name"].as_str().unwrap();
        check["kind"] == "genie_space" && !others.iter().any(|other| name.contains(other))
    };
    checks.into_iter().filter(is_answer).collect()
}

const JSON: [&str; 6] = ["verify", "-t", "local", "--no-run", "--format", "json"];

/// Design 5: "Genie evals over threshold". The embedded Genie has no language model: what it has no example for does not
/// count, and is told.
#[test]
fn what_genie_answers_must_reach_the_threshold() {
    let project = genie("verify: { genie_threshold: 0.75 }\n");
    let _served = Served::of(&project);
    deploy(&project);
    let run = project.run_live(&["verify", "-t", "local", "--format", "json"]);
    let checks = answers(run, 0);
    assert_eq!(checks.len(), 2, "{checks:#?}");
    assert_eq!((&checks[0]["name"], &checks[0]["outcome"]), (&json!("orders: Genie's answers"), &json!("passed")));
    let told = "3 of 4 good (75 %, 75 % are needed); answered by the space's examples, not by a language model";
    assert_eq!(checks[0]["detail"], told);
    let evaluation = &checks[0]["evaluation"];
    assert!(evaluation["run_id"].as_str().is_some_and(|id| id.len() == 32), "{evaluation}");
    assert_eq!((&evaluation["questions"], &evaluation["correct"]), (&json!(4), &json!(3)));
    assert_eq!(evaluation["threshold"], json!(0.75));
    let pens = json!({ "question": BENCHMARKS[3].0, "assessment": "BAD", "reasons": ["RESULT_EXTRA_ROWS"] });
    assert_eq!(evaluation["others"], json!([pens]));
    assert_eq!(checks[1]["outcome"], "skipped");
    let told = "1 of 5 benchmarks have no trusted answer; the embedded workspace has no language model";
    assert_eq!(checks[1]["detail"], told);
    assert_eq!(checks[1]["evaluation"]["others"][0]["question"], BENCHMARKS[4].0);
    // What is needed is the release's own: an edit that is not deployed changes nothing.
    project.edit("lakesmith.yml", "verify: { genie_threshold: 0.75 }\n", "");
    assert_eq!(answers(project.run_live(&JSON), 0)[0]["outcome"], "passed");
    deploy(&project);
    let run = project.run_live(&["verify", "-t", "local", "--no-run"]);
    assert_eq!(run.code, Some(1), "{run}");
    let told = "failed  genie_space orders: Genie's answers: 3 of 4 good (75 %, 80 % are needed); answered by";
    let named = "BAD (RESULT_EXTRA_ROWS): Which orders are of pens?\n";
    for told in [told, named, "NEEDS_REVIEW: Who bought the most?\n"] {
        assert!(run.stdout.contains(told), "`{told}`: {run}");
    }
    let history = project.run_live(&["history", "-t", "local"]).success();
    assert!(history.contains("verification failed (1)"), "{history}");
}

/// Anywhere but in the embedded workspace, what needs a review was not answered well.
#[test]
fn elsewhere_what_needs_a_review_counts_as_not_good() {
    let project = genie("verify: { genie_threshold: 0.6 }\ntargets:\n  far: { mode: development }\n");
    let served = Served::of(&project);
    let machine = served.machine(&project, "laptop");
    let done = machine.run(&["deploy", "-t", "far", "--yes"]);
    assert_eq!(done.code, Some(0), "{done}");
    let far = ["verify", "-t", "far", "--no-run", "--format", "json"];
    let checks = answers(machine.run(&far), 0);
    assert_eq!(checks.len(), 1, "{checks:#?}");
    let told = "3 of 5 good (60 %, 60 % are needed); 1 needs a review, which counts as not good";
    assert_eq!(checks[0]["detail"], told);
    let review = json!({ "question": BENCHMARKS[4].0, "assessment": "NEEDS_REVIEW" });
    assert_eq!(checks[0]["evaluation"]["others"][1], review);
}

/// A workspace that does not evaluate is neither proved nor disproved; one whose evaluation fails or does not end is.
#[test]
fn an_evaluation_that_does_not_come_to_its_end_is_told() {
    let project = genie("");
    let served = Served::of(&project);
    deploy(&project);
    let create = "/api/2.0/genie/spaces/*/eval-runs";
    for (status, code) in [(403, "PERMISSION_DENIED"), (404, "ENDPOINT_NOT_FOUND"), (400, "FEATURE_DISABLED")] {
        served.fault(
            &json!({ "method": "POST", "path": create, "status": status, "error_code": code, "message": "No." }),
        );
        let checks = answers(project.run_live(&JSON), 0);
        let detail = checks[0]["detail"].as_str().unwrap();
        assert_eq!((checks.len(), &checks[0]["outcome"]), (1, &json!("skipped")), "{checks:#?}");
        assert!(detail.starts_with("the workspace does not evaluate benchmarks: "), "{detail}");
        assert!(detail.contains(code), "{detail}");
        assert_eq!(served.faults(), [] as [Value; 0]);
    }
    // Any other refusal is a failure, and the rest is tried all the same.
    served.fault(
        &json!({ "method": "POST", "path": create, "status": 400, "error_code": "BAD_REQUEST", "message": "No." }),
    );
    assert_eq!(answers(project.run_live(&JSON), 1)[0]["outcome"], "failed");
    let watch = format!("{create}/*");
    let status = |status: &str| {
        let run = json!({ "eval_run_id": "e1", "eval_run_status": status, "num_questions": 5, "num_done": 2 });
        served.fault(&json!({ "method": "GET", "path": watch, "body": run.to_string(), "content_type": "application/json", "times": 100_000 }));
    };
    for ended in ["EVALUATION_FAILED", "EVALUATION_TIMEOUT", "EVALUATION_CANCELLED"] {
        status(ended);
        let checks = answers(project.run_live(&JSON), 1);
        assert_eq!(checks[0]["outcome"], "failed", "{checks:#?}");
        assert_eq!(checks[0]["detail"], format!("the evaluation e1 ended as {ended} after 2 of 5 questions"));
        served.clear_faults();
    }
    status("RUNNING");
    let checks = answers(project.run_live(&[&JSON[..], &["--genie-timeout", "1s"]].concat()), 1);
    let told = "the evaluation e1 had answered 2 of 5 questions after 1 seconds; it goes on in the workspace, give it \
                longer with `--genie-timeout`";
    assert_eq!((&checks[0]["outcome"], &checks[0]["detail"]), (&json!("failed"), &json!(told)));
}

#[test]
fn a_threshold_that_is_no_share_is_told_where_it_stands() {
    for (wrong, told) in [
        ("80", "80 is no share: it is not between 0 and 1"),
        ("-0.1", "-0.1 is no share: it is not between 0 and 1"),
        ("most", "expected a decimal number"),
    ] {
        let project = genie(&format!("verify: {{ genie_threshold: {wrong} }}\n"));
        let run = project.run(&["check"]);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stderr.contains("LS104") && run.stderr.contains(told), "{run}");
        assert!(run.stderr.contains("lakesmith.yml:4:28"), "{run}");
    }
    let project = genie("verify: { genie_treshold: 0.5 }\n");
    let run = project.run(&["check"]);
    assert!(run.stderr.contains("did you mean `genie_threshold`?"), "{run}");
}

/// <https://docs.databricks.com/api/genie/v1/eval-run>: the fields of runs, results and details.
#[test]
fn an_evaluation_tells_what_was_asked_and_what_was_answered() {
    let project = genie("");
    let served = Served::of(&project);
    deploy(&project);
    let spaces = served.call("GET", "/api/2.0/genie/spaces", None);
    let base = format!("/api/2.0/genie/spaces/{}/eval-runs", spaces["spaces"][0]["space_id"].as_str().unwrap());
    let question = format!("9{:031}", 3);
    let (status, refused) = served.ask("POST", &base, Some(&json!({ "benchmark_question_ids": ["9"] })));
    assert_eq!((status, &refused["error_code"]), (400, &json!("INVALID_PARAMETER_VALUE")), "{refused}");
    assert_eq!(served.ask("POST", &base, Some(&json!({ "questions": [] }))).0, 400);
    let (status, missing) = served.ask("GET", &format!("{base}/none"), None);
    assert_eq!((status, &missing["error_code"]), (404, &json!("RESOURCE_DOES_NOT_EXIST")), "{missing}");
    let begun = served.call("POST", &base, Some(&json!({ "benchmark_question_ids": [question] })));
    assert_eq!((&begun["num_questions"], &begun["num_done"]), (&json!(1), &json!(0)));
    let one = format!("{base}/{}", begun["eval_run_id"].as_str().unwrap());
    let began = std::time::Instant::now();
    let run = loop {
        let run = served.call("GET", &one, None);
        if run["eval_run_status"] == "DONE" {
            break run;
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "{run}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!((&run["num_done"], &run["num_correct"], &run["num_needs_review"]), (&json!(1), &json!(0), &json!(0)));
    assert_eq!(served.call("GET", &base, None)["eval_runs"], json!([run]));
    let results = served.call("GET", &format!("{one}/results"), None);
    let result = &results["eval_results"][0];
    assert_eq!((&result["benchmark_question_id"], &result["status"]), (&json!(question), &json!("DONE")));
    assert_eq!((&result["question"], &result["benchmark_answer"]), (&json!(BENCHMARKS[3].0), &json!(BENCHMARKS[3].1)));
    let details = served.call("GET", &format!("{one}/results/{}", result["result_id"].as_str().unwrap()), None);
    assert_eq!((&details["assessment"], &details["manual_assessment"]), (&json!("BAD"), &json!(false)));
    assert_eq!(details["assessment_reasons"], json!(["RESULT_EXTRA_ROWS"]));
    let (actual, expected) = (&details["actual_response"][0], &details["expected_response"][0]);
    assert_eq!(actual["response"], "SELECT id FROM shop.bronze.orders");
    assert_eq!((&actual["response_type"], &expected["response"]), (&json!("SQL"), &json!(BENCHMARKS[3].1)));
    assert_eq!(expected["sql_execution_result"]["result"]["data_array"], json!([["1"]]));
    assert_eq!(actual["sql_execution_result"]["manifest"]["total_row_count"], 2);
    // With its space.
    served.call("DELETE", base.trim_end_matches("/eval-runs"), None);
    assert_eq!(served.ask("GET", &one, None).0, 404);
}
