//! Genie spaces through the whole life of a deployment, and what people do to them.

use serde_json::{Value, json};

use crate::support::shop::deploy;
use crate::support::{Run, Served, TestProject};

const BASE: &str = "/api/2.0/genie/spaces";
const FILE: &str = "genie/shop/orders.geniespace.json";

fn space(told: &str) -> String {
    let text = json!([{ "id": "30000000000000000000000000000001", "content": [told] }]);
    let tables = json!([{ "identifier": "shop.bronze.orders" }]);
    let space =
        json!({ "version": 2, "data_sources": { "tables": tables }, "instructions": { "text_instructions": text } });
    space.to_string()
}

fn deployed() -> (TestProject, Served) {
    let project = TestProject::new(&[
        (
            "lakesmith.yml",
            "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n",
        ),
        (
            "jobs/where.yml",
            "catalogs:\n  main: { name: shop }\nschemas:\n  bronze: { catalog_name: shop, name: bronze }\n\
             genie_spaces:\n  orders: { title: Orders, file: genie/shop/orders.geniespace.json }\n",
        ),
        ("sql/bronze/orders.sql", "CREATE TABLE shop.bronze.orders (what STRING, amount DECIMAL(9,2));\n"),
        (FILE, &space("one")),
    ]);
    let served = Served::of(&project);
    deploy(&project);
    (project, served)
}

fn plan(project: &TestProject) -> Run {
    project.run_live(&["plan", "-t", "local", "--detailed-exitcode"])
}

/// The one space, with its content.
fn the(served: &Served) -> Value {
    let listed = served.call("GET", BASE, None);
    let spaces = listed["spaces"].as_array().unwrap();
    assert_eq!(spaces.len(), 1, "{listed}");
    let id = spaces[0]["space_id"].as_str().unwrap();
    served.call("GET", &format!("{BASE}/{id}?include_serialized_space=true"), None)
}

fn edit(served: &Served, fields: &Value) {
    let id = the(served)["space_id"].as_str().unwrap().to_string();
    served.call("PATCH", &format!("{BASE}/{id}"), Some(fields));
}

fn told(space: &Value) -> Value {
    let document: Value = serde_json::from_str(space["serialized_space"].as_str().unwrap()).unwrap();
    document["instructions"]["text_instructions"][0]["content"][0].clone()
}

/// workspace-api.md §4, 21.
#[test]
fn a_space_that_is_gone_is_made_and_one_that_was_moved_or_edited_is_kept() {
    let (project, served) = deployed();
    assert_eq!(plan(&project).code, Some(0));
    let first = the(&served);
    // Moved.
    served.call("POST", "/api/2.0/workspace/mkdirs", Some(&json!({ "path": "/Shared/theirs" })));
    edit(&served, &json!({ "parent_path": "/Shared/theirs" }));
    let moved = plan(&project);
    assert_eq!(moved.code, Some(3), "{moved}");
    assert!(moved.stdout.contains(r#"parent_path: "/Shared/theirs" stays"#), "{moved}");
    // Edited, and the project goes on.
    edit(&served, &json!({ "serialized_space": space("theirs"), "title": "Orders of theirs" }));
    let drift = project.run_live(&["drift", "-t", "local"]);
    let line = |sign: char, told: &str| {
        drift.stdout.lines().any(|line| line.trim_start().starts_with(sign) && line.contains(&format!("\"{told}\"")))
    };
    assert!(line('-', "one") && line('+', "theirs") && drift.code == Some(3), "{drift}");
    project.edit("jobs/where.yml", "title: Orders", "title: Orders, description: of ours");
    deploy(&project);
    let there = the(&served);
    assert_eq!((told(&there), &there["title"]), (json!("theirs"), &json!("Orders of theirs")));
    assert_eq!((&there["description"], &there["parent_path"]), (&json!("of ours"), &json!("/Shared/theirs")));
    assert_eq!(plan(&project).code, Some(3));
    let run = project.run_live(&["deploy", "-t", "local", "--yes", "--overwrite-remote"]);
    assert_eq!(run.code, Some(0), "{run}");
    let there = the(&served);
    assert_eq!((told(&there), &there["title"]), (json!("one"), &json!("Orders")));
    assert_eq!((&there["parent_path"], &there["space_id"]), (&first["parent_path"], &first["space_id"]));
    assert_eq!(plan(&project).code, Some(0));
    // Gone.
    served.call("DELETE", &format!("{BASE}/{}", first["space_id"].as_str().unwrap()), None);
    let gone = plan(&project);
    assert!(gone.stdout.contains("+ create genie_space.orders: it was deleted in the workspace"), "{gone}");
    deploy(&project);
    assert_ne!(the(&served)["space_id"], first["space_id"]);
    assert_eq!(plan(&project).code, Some(0));
}

/// The service may rewrite what it stores, so that its etag is another (lakeview-genie-alerts.md C1): that is no edit.
/// Neither is our own write whose answer was lost.
#[test]
fn a_refused_write_is_looked_at_before_it_is_given_up() {
    let (project, served) = deployed();
    for (number, fault) in [
        json!({ "status": 409, "error_code": "RESOURCE_CONFLICT" }),
        json!({ "after_effect": true, "status": 504 }),
        json!({ "after_effect": true, "reset": true }),
        json!({ "reset": true }),
    ]
    .into_iter()
    .enumerate()
    {
        let text = format!("text {number}");
        project.write(FILE, &space(&text));
        let mut armed = fault.clone();
        armed["method"] = json!("PATCH");
        armed["path"] = json!(format!("{BASE}/*"));
        served.fault(&armed);
        let run = project.run_live(&["deploy", "-t", "local", "--yes"]);
        assert_eq!(run.code, Some(0), "{fault}: {run}");
        assert!(served.faults().is_empty(), "{fault}");
        assert_eq!(told(&the(&served)), json!(text), "{fault}");
        assert_eq!(plan(&project).code, Some(0), "{fault}");
    }
    // One that stays refused is an error.
    project.write(FILE, &space("more"));
    served.fault(&json!({ "method": "PATCH", "path": format!("{BASE}/*"), "status": 409, "times": 9 }));
    let run = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(run.code, Some(1), "{run}");
    served.clear_faults();
    deploy(&project);
    assert_eq!(told(&the(&served)), "more");
}
