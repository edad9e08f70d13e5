//! Dashboards through the whole life of a deployment: the draft and its published copy, and what people do to both.

use serde_json::{Value, json};

use crate::support::shop::{board, deploy};
use crate::support::{Run, Served, TestProject};

const BASE: &str = "/api/2.0/lakeview/dashboards";
const FILE: &str = "dashboards/shop/sales.lvdash.json";

fn shop() -> TestProject {
    TestProject::new(&[
        (
            "lakesmith.yml",
            "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n",
        ),
        (
            "jobs/where.yml",
            "catalogs:\n  main: { name: shop }\nschemas:\n  bronze: { catalog_name: shop, name: bronze }\n\
             dashboards:\n  sales: { display_name: Sales, file: dashboards/shop/sales.lvdash.json }\n",
        ),
        (FILE, &board("SELECT 1 AS n", "n")),
    ])
}

fn deployed() -> (TestProject, Served) {
    let project = shop();
    let served = Served::of(&project);
    deploy(&project);
    (project, served)
}

fn plan(project: &TestProject) -> Run {
    project.run_live(&["plan", "-t", "local", "--detailed-exitcode"])
}

/// The ids of all that are not in the trash.
fn ids(served: &Served) -> Vec<String> {
    let listed = served.call("GET", BASE, None);
    let all = listed["dashboards"].as_array().into_iter().flatten();
    all.map(|dashboard| dashboard["dashboard_id"].as_str().unwrap().to_string()).collect()
}

fn the(served: &Served) -> Value {
    let ids = ids(served);
    assert_eq!(ids.len(), 1, "{ids:?}");
    served.call("GET", &format!("{BASE}/{}", ids[0]), None)
}

fn published(served: &Served) -> Option<Value> {
    let (status, body) = served.ask("GET", &format!("{BASE}/{}/published", ids(served)[0]), None);
    (status == 200).then_some(body)
}

fn edit(served: &Served, fields: &Value) {
    served.call("PATCH", &format!("{BASE}/{}", ids(served)[0]), Some(fields));
}

fn sql(dashboard: &Value) -> Value {
    let document: Value = serde_json::from_str(dashboard["serialized_dashboard"].as_str().unwrap()).unwrap();
    document["datasets"][0]["queryLines"][0].clone()
}

/// workspace-api.md §2.1: `published` is desired always; unpublished or stale is an update, in the trash is gone.
#[test]
fn a_published_copy_is_made_and_made_again_when_it_is_stale_or_gone() {
    let (project, served) = deployed();
    let first = the(&served);
    let copy = published(&served).unwrap();
    assert_eq!(copy["embed_credentials"], false);
    assert_eq!(plan(&project).code, Some(0));
    // Somebody took the copy away: who may see what is the project's to say.
    served.call("DELETE", &format!("{BASE}/{}/published", ids(&served)[0]), None);
    let planned = plan(&project);
    assert_eq!(planned.code, Some(2), "{planned}");
    assert!(planned.stdout.contains("published: false → true"), "{planned}");
    deploy(&project);
    assert!(published(&served).is_some());
    // Somebody touched the draft and left it as it was: the copy is older than the draft.
    edit(&served, &json!({ "display_name": "Sales" }));
    let stale = plan(&project);
    assert!(stale.stdout.contains("published: \"stale\" → true"), "{stale}");
    let note = "its published copy is older than its draft, and is published anew";
    assert!(stale.stdout.contains(&format!("note: {note}")), "{stale}");
    let shown = |format: &str| project.run_live(&["plan", "-t", "local", "--format", format]).success();
    assert!(shown("markdown").contains(&format!("- `dashboard.sales`: {note}\n")), "{}", shown("markdown"));
    let planned: Value = serde_json::from_str(&shown("json")).unwrap();
    let steps = planned["plans"][0]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["key"] == "dashboard.sales").unwrap();
    let change = &step["changes"][0];
    assert_eq!((&change["path"], &change["old"]), (&json!("published"), &json!("stale")), "{step}");
    assert_eq!(step["notes"], json!([note]));
    let drift = project.run_live(&["drift", "-t", "local"]);
    assert!(drift.stdout.contains("published: true → \"stale\""), "{drift}");
    deploy(&project);
    assert_eq!(plan(&project).code, Some(0));
    // With the rights of whoever published it.
    let body = json!({ "embed_credentials": true });
    served.call("POST", &format!("{BASE}/{}/published", ids(&served)[0]), Some(&body));
    assert!(plan(&project).stdout.contains("embed_credentials: true → "), "{}", plan(&project));
    deploy(&project);
    assert_eq!(published(&served).unwrap()["embed_credentials"], false);
    // In the trash it is gone; another one is made.
    served.call("DELETE", &format!("{BASE}/{}", ids(&served)[0]), None);
    let gone = plan(&project);
    assert!(gone.stdout.contains("+ create dashboard.sales: it was deleted in the workspace"), "{gone}");
    deploy(&project);
    assert_ne!(the(&served)["dashboard_id"], first["dashboard_id"]);
    assert!(published(&served).is_some());
    // Also for who takes everything away.
    served.call("DELETE", &format!("{BASE}/{}", ids(&served)[0]), None);
    let run = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(ids(&served), Vec::<String>::new());
}

/// workspace-api.md §4, 18: a publication that fails after the draft was written is made up for by the next deployment.
#[test]
fn a_publication_that_failed_is_made_up_for() {
    let (project, served) = deployed();
    project.write(FILE, &board("SELECT 2 AS n", "n"));
    served.fault(&json!({ "method": "POST", "path": "*/published", "status": 400, "error_code": "BAD_REQUEST" }));
    let run = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(sql(&the(&served)), "SELECT 2 AS n");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(2), "{planned}");
    assert!(planned.stdout.contains("published: \"stale\" → true"), "{planned}");
    // What we wrote is nobody's edit, also if the project has gone on meanwhile.
    project.write(FILE, &board("SELECT 3 AS n", "n"));
    deploy(&project);
    assert_eq!(sql(&the(&served)), "SELECT 3 AS n");
    assert_eq!(plan(&project).code, Some(0));
}

/// C3: documents that were edited in the workspace stay, and are not published over the head of their author.
#[test]
fn an_edited_draft_is_kept_and_not_published_until_it_is_to_be_overwritten() {
    let (project, served) = deployed();
    edit(&served, &json!({ "serialized_dashboard": board("SELECT 9 AS n", "n") }));
    let kept = plan(&project);
    assert_eq!(kept.code, Some(3), "{kept}");
    assert!(kept.stdout.contains("= keep dashboard.sales: it was edited in the workspace"), "{kept}");
    // The project goes on beside it, with the name and with the document.
    project.edit("jobs/where.yml", "display_name: Sales", "display_name: Sales of today");
    project.write(FILE, &board("SELECT 2 AS n", "n"));
    let run = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(run.code, Some(3), "the document of the project is withheld: {run}");
    assert!(run.stderr.contains("not deployed: `content` of `dashboard.sales`"), "{run}");
    let there = the(&served);
    assert_eq!((&there["display_name"], sql(&there)), (&json!("Sales of today"), json!("SELECT 9 AS n")));
    assert_eq!(published(&served).unwrap()["display_name"], "Sales", "not published with a draft of theirs");
    let kept = plan(&project);
    assert_eq!(kept.code, Some(3), "{kept}");
    assert!(kept.stdout.contains("nothing to change, 1 edited resource kept"), "{kept}");
    // It is still missing, and told as often as somebody deploys.
    let run = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert_eq!(sql(&the(&served)), "SELECT 9 AS n");
    let run = project.run_live(&["deploy", "-t", "local", "--yes", "--overwrite-remote=dashboard.sales"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(sql(&the(&served)), "SELECT 2 AS n");
    assert_eq!(published(&served).unwrap()["display_name"], "Sales of today");
    assert_eq!(plan(&project).code, Some(0));
    // What the project takes over, it may change again.
    edit(&served, &json!({ "serialized_dashboard": board("SELECT 5 AS n", "n") }));
    project.write(FILE, &board("SELECT 5 AS n", "n"));
    deploy(&project);
    assert_eq!(plan(&project).code, Some(0));
    project.write(FILE, &board("SELECT 6 AS n", "n"));
    deploy(&project);
    assert_eq!(sql(&the(&served)), "SELECT 6 AS n");
    assert_eq!(plan(&project).code, Some(0));
}

/// The etag refuses our own second try: it is read, and is as we wrote it.
#[test]
fn a_write_whose_answer_was_lost_is_known_again() {
    let (project, served) = deployed();
    for (number, fault) in [
        json!({ "after_effect": true, "status": 504 }),
        json!({ "status": 503 }),
        json!({ "after_effect": true, "reset": true }),
        json!({ "reset": true }),
        json!({ "after_effect": true, "status": 409, "error_code": "RESOURCE_CONFLICT" }),
    ]
    .into_iter()
    .enumerate()
    {
        let text = format!("SELECT 1{number} AS n");
        project.write(FILE, &board(&text, "n"));
        let mut armed = fault.clone();
        armed["method"] = json!("PATCH");
        armed["path"] = json!(format!("{BASE}/*"));
        served.fault(&armed);
        let run = project.run_live(&["deploy", "-t", "local", "--yes"]);
        assert_eq!(run.code, Some(0), "{fault}: {run}");
        assert!(served.faults().is_empty(), "{fault}");
        assert_eq!(sql(&the(&served)), json!(text), "{fault}");
        let again = plan(&project);
        assert_eq!(again.code, Some(0), "{fault}: {again}");
    }
}

/// Somebody edits the draft between our look and our write: theirs stays, and we say so.
#[test]
fn an_edit_between_plan_and_write_is_not_lost() {
    let (project, served) = deployed();
    project.write(FILE, &board("SELECT 2 AS n", "n"));
    served.fault(&json!({ "method": "PATCH", "path": format!("{BASE}/*"), "hold": "before" }));
    let mut client = project.spawn_live(&["deploy", "-t", "local", "--yes"]);
    while served.holding() == 0 {
        assert!(client.try_wait().unwrap().is_none());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    edit(&served, &json!({ "serialized_dashboard": board("SELECT 9 AS n", "n") }));
    served.clear_faults();
    assert_eq!(client.wait().unwrap().code(), Some(1));
    assert_eq!(sql(&the(&served)), "SELECT 9 AS n");
    assert_eq!(plan(&project).code, Some(3));
}

/// Braces in an exported dashboard are filled in by nobody: what has them is not skipped.
#[test]
fn queries_with_braces_are_not_passed_over() {
    let project = shop();
    let check = |sql: &str, options: &[&str]| {
        project.write(FILE, &board(sql, "n"));
        project.run(&[&["check"], options].concat())
    };
    for sql in ["SELECT n FROM {{ catalog }}.gold.nope --", "nonsense + {{ catalog }}"] {
        let run = check(sql, &[]);
        assert_eq!(run.code, Some(1), "{run}");
        let told = "error[LS612]: the query of the dataset `d` has `{{ catalog }}`, and nothing fills it in";
        assert!(run.stderr.contains(told) && run.stderr.contains("is no template"), "{run}");
        assert!(run.stderr.contains(&format!("{FILE}:1:")), "{run}");
    }
    // Text is text.
    assert_eq!(check("SELECT '{{ n }}' AS n", &["--strict"]).code, Some(0));
    let wrong = check("SELECT '{{ n }}' AS n FROM shop.bronze.nowhere", &[]);
    assert!(wrong.stderr.contains("error[LS602]") && wrong.stderr.contains("nowhere"), "{wrong}");
    // The legacy form of a parameter that is declared: what the query is then, nobody knows.
    let with = r#""parameters": [{"keyword": "since", "displayName": "Since", "dataType": "DATE"}], "queryLines""#;
    project.write(FILE, &board("SELECT 1 AS n WHERE now() > {{ since }}", "n").replace("\"queryLines\"", with));
    let legacy = project.run(&["check"]);
    assert_eq!(legacy.code, Some(0), "{legacy}");
    assert!(legacy.stderr.contains("warning[LS602]: the query of the dataset `d` is not checked"), "{legacy}");
    assert!(legacy.stderr.contains("write the parameter as `:since`"), "{legacy}");
    assert_eq!(project.run(&["check", "--strict"]).code, Some(1));
}
