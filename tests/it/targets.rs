//! Dashboards and Genie spaces of a project whose targets have catalogs of their own: what a deployment sends names the
//! catalog of its target and no other, wherever a document names one, whichever target it was exported from.
//!
//! workspace-api.md §6: `dataset_catalog` "does not affect fully-qualified names"; "prod genie shows dev catalogs".

use serde_json::{Value, json};

use crate::support::{Machine, Served, TestProject};

const LOG: &str = ".lakesmith/local/requests.jsonl";
const DASHBOARD: &str = "dashboards/wares/board.lvdash.json";
const SPACE: &str = "genie/wares/ask.geniespace.json";

/// A document with `@` where it names a catalog, and `^` where it does so in capitals. The word `wares` itself is prose.
fn of(document: &Value, catalog: &str, capitals: &str) -> Value {
    serde_json::from_str(&document.to_string().replace('@', catalog).replace('^', capitals)).unwrap()
}

/// Every way in which a dataset names a table (lakeview-genie-alerts.md A2).
fn dashboard(title: &str) -> Value {
    json!({
        "datasets": [
            { "name": "joined", "displayName": title, "queryLines": [
                "WITH wanted AS (SELECT what FROM `@`.bronze.orders WHERE what <> 'wares.bronze.orders')\n",
                "SELECT w.what, (SELECT MAX(price) FROM `@`.`bronze`.`items`) AS most -- FROM wares.bronze.items\n",
                "FROM wanted AS w JOIN @.bro", "nze.items AS i ON i.what = w.what\n",
                "JOIN ^.bronze.orders AS o ON o.what = @.bronze.plain(w.what)\n",
            ] },
            { "name": "asset", "displayName": "Asset", "asset_name": "@.bronze.items" },
            { "name": "short", "displayName": "Short", "catalog": "@", "schema": "bronze",
              "queryLines": ["SELECT what FROM orders"] },
            { "name": "older", "displayName": "Older", "query": "SELECT what FROM @.bronze.orders" },
        ],
        "pages": [{ "name": "p", "displayName": "The wares", "pageType": "PAGE_TYPE_CANVAS", "layout": [{
            "widget": {
                "name": "w",
                "queries": [{ "name": "main_query", "query": {
                    "datasetName": "joined", "disaggregated": true,
                    "fields": [{ "name": "what", "expression": "`what`" }],
                } }],
                "spec": { "version": 1, "widgetType": "table", "encodings": { "columns": [{ "fieldName": "what" }] } },
            },
            "position": { "x": 0, "y": 0, "width": 6, "height": 6 },
        }] }],
    })
}

/// Every place of a space that names a table or a function (lakeview-genie-alerts.md C1).
fn space(told: &str) -> Value {
    let id = |digit: char| format!("{digit}{}1", "0".repeat(30));
    json!({
        "version": 2,
        "config": { "sample_questions": [{ "id": id('1'), "question": ["Which wares are ordered?"] }] },
        "data_sources": {
            "tables": [{ "identifier": "@.bronze.items" }, { "identifier": "@.bronze.orders" }],
        },
        "instructions": {
            "text_instructions": [{ "id": id('3'), "content": [told] }],
            "example_question_sqls": [{ "id": id('2'), "question": ["All that is ordered"], "sql": [
                "SELECT o.what, i.price\n", "FROM @.bronze.orders AS o JOIN `@`.bronze.items AS i ON i.what = o.what\n",
                "WHERE o.what <> 'wares' AND o.what = ^.bronze.plain(o.what)",
            ] }],
            "sql_functions": [{ "id": id('4'), "identifier": "@.bronze.plain" }],
            "join_specs": [{
                "id": id('5'),
                "left": { "identifier": "@.bronze.orders", "alias": "orders" },
                "right": { "identifier": "@.bronze.items", "alias": "items" },
                "sql": ["`orders`.`what` = `items`.`what`", "--rt=FROM_RELATIONSHIP_TYPE_MANY_TO_ONE--"],
            }],
            "sql_snippets": { "measures": [{
                "id": id('8'), "alias": "most", "sql": ["(SELECT MAX(price) FROM @.bronze.items)"],
            }] },
        },
        "benchmarks": { "questions": [{ "id": id('9'), "question": ["How many wares are there?"],
            "answer": [{ "format": "SQL", "content": ["SELECT COUNT(*) AS n ", "FROM @.bronze.items"] }] }] },
    })
}

/// Written as if it were exported from the target whose catalog this is.
fn write(project: &TestProject, catalog: &str, [title, told]: [&str; 2]) {
    project.write(DASHBOARD, &of(&dashboard(title), catalog, &catalog.to_uppercase()).to_string());
    project.write(SPACE, &of(&space(told), catalog, &catalog.to_uppercase()).to_string());
}

/// Deploys, and gives the documents that were sent: the dashboard's and the space's.
fn sent(world: &TestProject, machine: &Machine, target: &str) -> [Value; 2] {
    let before = world.read(LOG).lines().count();
    let run = machine.run(&["deploy", "-t", target, "--yes", "--allow", "security"]);
    assert_eq!(run.code, Some(0), "{run}");
    let log = world.read(LOG);
    let requests = log.lines().skip(before).map(|line| serde_json::from_str::<Value>(line).unwrap());
    let writes: Vec<Value> = requests.filter(|request| request["method"] != "GET").collect();
    [("/api/2.0/lakeview/dashboards", "serialized_dashboard"), ("/api/2.0/genie/spaces", "serialized_space")].map(
        |(path, field)| {
            let of = |request: &&Value| request["path"].as_str().unwrap().starts_with(path);
            let about: Vec<&Value> = writes.iter().filter(of).collect();
            // What the service would do to names by itself is not relied on.
            assert!(about.iter().all(|request| !request["path"].as_str().unwrap().contains('?')), "{about:#?}");
            let texts: Vec<&str> = about.iter().filter_map(|request| request["body"][field].as_str()).collect();
            assert_eq!(texts.len(), 1, "{field}: {about:#?}");
            serde_json::from_str(texts[0]).unwrap()
        },
    )
}

fn project() -> TestProject {
    TestProject::new(&[
        (
            "lakesmith.yml",
            "name: wares\nsolutions:\n  wares: { title: Wares, catalog: wares, schemas: { bronze: bronze } }\n\
             targets:\n  dev: { mode: development, catalog_prefix: dev_ }\n  \
             prod: { mode: production, run_as: { user: me@localhost } }\n",
        ),
        (
            "jobs/all.yml",
            &format!(
                "catalogs:\n  main: {{ name: \"{{{{ catalog }}}}\" }}\n\
                 schemas:\n  bronze: {{ catalog_name: \"{{{{ catalog }}}}\", name: bronze }}\n\
                 dashboards:\n  board: {{ display_name: Board, file: {DASHBOARD} }}\n\
                 genie_spaces:\n  ask: {{ title: Ask, file: {SPACE} }}\n"
            ),
        ),
        ("sql/bronze/orders.sql", "CREATE TABLE IF NOT EXISTS {{ this }} (what STRING);\n"),
        ("sql/bronze/items.sql", "CREATE TABLE IF NOT EXISTS {{ this }} (what STRING, price INT);\n"),
        (
            "sql/governance/plain.sql",
            "CREATE OR REPLACE FUNCTION {{ catalog }}.bronze.plain(x STRING) RETURNS STRING RETURN LOWER(x);\n",
        ),
    ])
}

#[test]
fn documents_name_the_catalog_of_their_target_and_no_other() {
    let project = project();
    let served = Served::of(&project);
    let texts = [["One", "The wares of one."], ["Two", "The wares of two."]];
    // First made, then changed, and each as another target's export has it.
    for (words, exported) in texts.into_iter().zip(["wares", "dev_wares"]) {
        write(&project, exported, words);
        for (target, catalog) in [("dev", "dev_wares"), ("prod", "wares")] {
            let machine = served.machine(&project, "runner");
            let [title, told] = words;
            let wanted = [of(&dashboard(title), catalog, catalog), of(&space(told), catalog, catalog)];
            assert_eq!(sent(&project, &machine, target), wanted, "{target} from {exported}");
            let plan = machine.run(&["plan", "-t", target, "--detailed-exitcode"]);
            assert_eq!(plan.code, Some(0), "{plan}");
        }
    }
}
