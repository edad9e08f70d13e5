//! <https://docs.databricks.com/api/workspace/alertsv2>; Python SDK, `service/sql.py`, `AlertsV2API`.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{TestServer, USER, error};

const ALERTS: &str = "/api/2.0/alerts";

/// The example of lakeview-genie-alerts.md D1.
async fn alert(server: &TestServer) -> Value {
    let warehouse = server.get("/api/2.0/sql/warehouses").await["warehouses"][0]["id"].clone();
    json!({
        "display_name": "Leakage above 15%",
        "warehouse_id": warehouse,
        "query_text": "SELECT specialty, leakage_rate FROM main.gold.leakage_by_specialty",
        "evaluation": {
            "source": {"name": "leakage_rate", "display": "leakage_rate", "aggregation": "MAX"},
            "comparison_operator": "GREATER_THAN",
            "threshold": {"value": {"double_value": 0.15}},
            "empty_result_state": "OK",
            "notification": {"notify_on_ok": false, "retrigger_seconds": 3600, "subscriptions": [{"user_email": "me@x.com"}]},
        },
        "schedule": {"quartz_cron_schedule": "0 0 8 * * ?", "timezone_id": "America/Chicago", "pause_status": "UNPAUSED"},
    })
}

fn path(made: &Value) -> String {
    format!("{ALERTS}/{}", made["id"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_is_told_with_what_holds() {
    let server = TestServer::start().await;
    let sent = alert(&server).await;
    let made = server.post(ALERTS, sent.clone()).await;
    for field in ["display_name", "warehouse_id", "query_text"] {
        assert_eq!(made[field], sent[field]);
    }
    for field in ["source", "comparison_operator", "threshold", "empty_result_state", "notification"] {
        assert_eq!(made["evaluation"][field], sent["evaluation"][field]);
    }
    // "UNKNOWN - alert not yet evaluated"
    assert_eq!((&made["evaluation"]["state"], made["evaluation"].get("last_evaluated_at")), (&json!("UNKNOWN"), None));
    assert_eq!(made["effective_parent_path"], format!("/Users/{USER}"));
    assert_eq!(made["effective_run_as"], json!({ "user_name": USER }));
    assert_eq!(made["schedule"]["effective_pause_status"], "UNPAUSED");
    assert_eq!((&made["lifecycle_state"], &made["owner_user_name"]), (&json!("ACTIVE"), &json!(USER)));
    assert_eq!(server.get(&path(&made)).await, made);
    // What was read may be sent back.
    assert_eq!(server.post(ALERTS, made.clone()).await["query_text"], sent["query_text"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_as_documented_is_refused() {
    let server = TestServer::start().await;
    let right = alert(&server).await;
    let without = |pointer: &str, field: &str| {
        let mut wrong = right.clone();
        wrong.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(field);
        wrong
    };
    let with = |pointer: &str, value: Value| {
        let mut wrong = right.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        wrong
    };
    let mut unknown = right.clone();
    unknown["name"] = json!("x");
    let wrong = [
        without("", "display_name"),
        without("", "warehouse_id"),
        without("/schedule", "timezone_id"),
        without("/evaluation", "threshold"),
        without("/evaluation/source", "name"),
        with("/query_text", json!(" ")),
        with("/evaluation/comparison_operator", json!("GREATER")),
        with("/evaluation/source/aggregation", json!("MAXIMUM")),
        with("/evaluation/threshold/value", json!({"double_value": "high"})),
        with("/evaluation/notification", json!({})),
        with("/evaluation/notification/subscriptions", json!([{}])),
        with("/schedule/pause_status", json!("RUNNING")),
        unknown,
    ];
    for body in wrong {
        let shown = body.to_string();
        assert_eq!(
            server.fails(Method::POST, ALERTS, Some(body)).await,
            error(400, "INVALID_PARAMETER_VALUE"),
            "{shown}"
        );
    }
    for (field, value) in [("warehouse_id", "none"), ("parent_path", "/Shared/none")] {
        let mut wrong = right.clone();
        wrong[field] = json!(value);
        assert_eq!(server.fails(Method::POST, ALERTS, Some(wrong)).await, error(404, "RESOURCE_DOES_NOT_EXIST"));
    }
    assert_eq!(server.get(ALERTS).await, json!({}));
}

/// "The field mask must be a single string, with multiple fields separated by commas … using a dot to navigate
/// sub-fields … A field mask of `*` indicates full replacement."
#[tokio::test(flavor = "multi_thread")]
async fn an_update_changes_what_its_mask_names() {
    let server = TestServer::start().await;
    let mut sent = alert(&server).await;
    sent["custom_summary"] = json!("S");
    let made = server.post(ALERTS, sent).await;
    let path = path(&made);
    let body = json!({"display_name": "B", "query_text": "SELECT 1 AS leakage_rate"});
    let changed = server.patch(&format!("{path}?update_mask=display_name,custom_summary"), body).await;
    assert_eq!((&changed["display_name"], changed.get("custom_summary")), (&json!("B"), None));
    assert_eq!(changed["query_text"], made["query_text"]);
    let body = json!({"evaluation": {"threshold": {"value": {"double_value": 0.2}}}});
    let changed = server.patch(&format!("{path}?update_mask=evaluation.threshold"), body).await;
    assert_eq!(changed["evaluation"]["threshold"]["value"], json!({"double_value": 0.2}));
    assert_eq!(changed["evaluation"]["source"], made["evaluation"]["source"]);
    let whole = alert(&server).await;
    let changed = server.patch(&format!("{path}?update_mask=*"), whole.clone()).await;
    assert_eq!(changed["display_name"], whole["display_name"]);
    for (query, body) in [
        ("", json!({"display_name": "C"})),
        ("?update_mask=name", json!({"display_name": "C"})),
        ("?update_mask=owner_user_name", json!({"owner_user_name": "x"})),
        ("?update_mask=display_name", json!({})),
        ("?update_mask=parent_path", json!({"parent_path": "/Shared"})),
        ("?update_mask=display_name", json!({"display_name": "C", "parent_path": "/Shared"})),
        ("?update_mask=display_name&etag=1", json!({"display_name": "C"})),
    ] {
        let answer = server.fails(Method::PATCH, &format!("{path}{query}"), Some(body)).await;
        assert_eq!(answer, error(400, "INVALID_PARAMETER_VALUE"), "{query}");
    }
    assert_eq!(server.get(&path).await["display_name"], whole["display_name"]);
}

/// "Trashed alerts immediately disappear from list views"; `purge`: "Whether to permanently delete the alert."
#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_listed_trashed_and_purged() {
    let server = TestServer::start().await;
    let sent = alert(&server).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(server.post(ALERTS, sent.clone()).await);
    }
    let (listed, pages) = server.pages(ALERTS, "alerts").await;
    assert_eq!((&listed, pages), (&made, 2));
    let (first, second) = (path(&made[0]), path(&made[1]));
    server.delete(&first).await;
    assert_eq!(server.get(&first).await["lifecycle_state"], "DELETED");
    let patch = server.fails(Method::PATCH, &format!("{first}?update_mask=*"), Some(sent)).await;
    assert_eq!(patch, error(404, "RESOURCE_DOES_NOT_EXIST"));
    for purged in [&first, &second] {
        server.delete(&format!("{purged}?purge=true")).await;
        assert_eq!(server.fails(Method::GET, purged, None).await, error(404, "RESOURCE_DOES_NOT_EXIST"));
    }
    assert_eq!(server.pages(ALERTS, "alerts").await.0, made[2..]);
    assert_eq!(server.fails(Method::DELETE, &first, None).await, error(404, "RESOURCE_DOES_NOT_EXIST"));
}
