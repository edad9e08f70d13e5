//! What an update did, read off its event log (Databricks documentation, "Pipeline event log schema").

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde_json::Value;

use crate::remote::UpdateEvent;

/// An update that has ended.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct UpdateOutcome {
    pub update_id: String,
    /// `COMPLETED`, `FAILED` or `CANCELED`.
    pub state: String,
    /// In the order in which they began.
    pub datasets: Vec<DatasetOutcome>,
    /// Of the events that are errors, the innermost cause of each.
    pub errors: Vec<String>,
}

/// What became of one dataset.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DatasetOutcome {
    pub name: String,
    /// The last that the log tells: `COMPLETED`, `SKIPPED`, `FAILED`, …
    pub status: String,
    /// Rows written, of all its flows; `None` where the log does not say.
    pub rows: Option<u64>,
    /// From the first sign of work to the last.
    pub seconds: Option<f64>,
    /// Rows that expectations kept out.
    pub dropped: u64,
    pub expectations: Vec<ExpectationOutcome>,
}

#[derive(Clone, PartialEq, Debug, Default)]
pub struct ExpectationOutcome {
    pub name: String,
    pub passed: u64,
    pub failed: u64,
}

/// `events` are those of the update, oldest first.
pub(super) fn outcome(update_id: &str, state: &str, events: &[UpdateEvent]) -> UpdateOutcome {
    let mut datasets: IndexMap<String, (DatasetOutcome, Option<DateTime<Utc>>)> = IndexMap::new();
    let mut errors: Vec<String> = Vec::new();
    for event in events {
        if let (Some(name), Some(progress)) = (&event.subject, event.details.get("flow_progress")) {
            let fresh = || (DatasetOutcome { name: name.clone(), ..DatasetOutcome::default() }, None);
            let (dataset, began) = datasets.entry(name.clone()).or_insert_with(fresh);
            add(dataset, began, progress, event.time);
        }
        if event.level == "ERROR" {
            let text = event.errors.last().unwrap_or(&event.message).clone();
            if !errors.contains(&text) {
                errors.push(text);
            }
        }
    }
    UpdateOutcome {
        update_id: update_id.to_string(),
        state: state.to_string(),
        datasets: datasets.into_values().map(|(dataset, _)| dataset).collect(),
        errors,
    }
}

fn add(
    dataset: &mut DatasetOutcome,
    began: &mut Option<DateTime<Utc>>,
    progress: &Value,
    time: Option<DateTime<Utc>>,
) {
    let count = |path: &str| progress.pointer(path).and_then(Value::as_u64);
    if let Some(status) = progress.get("status").and_then(Value::as_str) {
        dataset.status = status.to_string();
        // Waiting is not work.
        if !matches!(status, "QUEUED" | "PLANNING" | "STARTING") && began.is_none() {
            *began = time;
        }
    }
    if let (Some(began), Some(time)) = (*began, time) {
        dataset.seconds = (time - began).to_std().ok().map(|took| took.as_secs_f64());
    }
    if let Some(rows) = count("/metrics/num_output_rows") {
        dataset.rows = Some(dataset.rows.unwrap_or(0) + rows);
    }
    dataset.dropped += count("/data_quality/dropped_records").unwrap_or(0);
    let told = progress.pointer("/data_quality/expectations").and_then(Value::as_array);
    for told in told.into_iter().flatten() {
        let Some(name) = told.get("name").and_then(Value::as_str) else { continue };
        let field = |name| told.get(name).and_then(Value::as_u64).unwrap_or(0);
        let (passed, failed) = (field("passed_records"), field("failed_records"));
        match dataset.expectations.iter_mut().find(|known| known.name == name) {
            Some(known) => {
                known.passed += passed;
                known.failed += failed;
            }
            None => dataset.expectations.push(ExpectationOutcome { name: name.to_string(), passed, failed }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(second: u32, details: Value, level: &str) -> UpdateEvent {
        UpdateEvent {
            level: level.to_string(),
            event_type: "flow_progress".to_string(),
            message: "m".to_string(),
            subject: Some("c.s.t".to_string()),
            time: DateTime::from_timestamp(i64::from(second), 0),
            details: details.as_object().unwrap().clone(),
            errors: if level == "ERROR" { vec!["outer".to_string(), "inner".to_string()] } else { Vec::new() },
        }
    }

    #[test]
    fn rows_and_expectations_add_up_and_waiting_is_no_work() {
        // The form of `details:flow_progress` in the documentation of the event log.
        let events = [
            event(0, json!({"flow_progress": {"status": "QUEUED"}}), "INFO"),
            event(5, json!({"flow_progress": {"status": "RUNNING"}}), "INFO"),
            event(6, json!({"flow_progress": {"status": "RUNNING", "metrics": {"num_output_rows": 10}, "data_quality": {"dropped_records": 2, "expectations": [{"name": "e", "dataset": "t", "passed_records": 8, "failed_records": 2}]}}}), "METRICS"),
            event(7, json!({"flow_progress": {"status": "COMPLETED", "metrics": {"num_output_rows": 5}, "data_quality": {"expectations": [{"name": "e", "dataset": "t", "passed_records": 5, "failed_records": 0}]}}}), "INFO"),
            event(8, json!({}), "ERROR"),
        ];
        let outcome = outcome("u", "COMPLETED", &events);
        assert_eq!(outcome.errors, ["inner"]);
        let expected = DatasetOutcome {
            name: "c.s.t".to_string(),
            status: "COMPLETED".to_string(),
            rows: Some(15),
            seconds: Some(2.0),
            dropped: 2,
            expectations: vec![ExpectationOutcome { name: "e".to_string(), passed: 13, failed: 2 }],
        };
        assert_eq!(outcome.datasets, [expected]);
    }
}
