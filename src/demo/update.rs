//! A pipeline update as the report tells it: one step a dataset, from the event log.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde_json::Value;

use super::report::Step;
use crate::pipeline::{UpdateEvent, UpdateProgress};

/// Reads events as they come.
#[derive(Default)]
pub(super) struct Datasets(Mutex<IndexMap<String, Seen>>);

#[derive(Clone, Copy, Default, Debug)]
struct Seen {
    began: Option<DateTime<Utc>>,
    ended: Option<DateTime<Utc>>,
    rows: Option<u64>,
    /// As the workspace tells it; not all do.
    millis: Option<u64>,
    done: bool,
}

impl Datasets {
    /// The name of the dataset that has just been completed, if the news say so.
    pub(super) fn note(&self, progress: &UpdateProgress) -> Option<String> {
        let UpdateProgress::Event(event) = progress else { return None };
        let flow = event.details.get("flow_progress")?;
        let name = event.subject.clone()?;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = all.entry(name.clone()).or_default();
        let status = flow.get("status").and_then(Value::as_str).unwrap_or_default();
        let time = time(event);
        // Planned and queued flows wait for others; what counts is the work.
        if matches!(status, "STARTING" | "RUNNING") && seen.began.is_none() {
            seen.began = time;
        }
        if let Some(rows) = flow.pointer("/metrics/num_output_rows").and_then(Value::as_u64) {
            seen.rows = Some(rows);
        }
        if let Some(millis) = flow.get("duration_ms").and_then(Value::as_u64) {
            // A dataset may be filled by several flows.
            *seen.millis.get_or_insert(0) += millis;
        }
        if status == "COMPLETED" {
            seen.ended = time;
            seen.done = true;
            return Some(name);
        }
        None
    }

    pub(super) fn completed(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().filter(|seen| seen.done).count()
    }

    /// One step a dataset, in the order in which they were first heard of.
    pub(super) fn into_steps(self) -> Vec<Step> {
        let all = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let step = |(name, seen): (String, Seen)| {
            let told = seen.millis.map(Duration::from_millis);
            let took = told.or_else(|| (seen.ended? - seen.began?).to_std().ok()).unwrap_or(Duration::ZERO);
            Step { name: format!("update {name}"), seconds: took.as_secs_f64(), rows: seen.rows }
        };
        all.into_iter().filter(|(_, seen)| seen.done).map(step).collect()
    }
}

fn time(event: &UpdateEvent) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(&event.timestamp).ok().map(|time| time.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(timestamp: &str, subject: &str, flow: Value) -> UpdateProgress {
        let Value::Object(details) = json!({ "flow_progress": flow }) else { panic!() };
        UpdateProgress::Event(UpdateEvent {
            timestamp: timestamp.to_string(),
            level: "INFO".to_string(),
            event_type: "flow_progress".to_string(),
            message: String::new(),
            subject: Some(subject.to_string()),
            details,
            errors: Vec::new(),
        })
    }

    /// Events as lakeflow-sql.md §"event_log" describes them.
    #[test]
    fn rows_and_times_of_completed_flows_are_kept() {
        let datasets = Datasets::default();
        datasets.note(&event("2025-11-14T08:00:00.000Z", "c.s.a", json!({"status": "RUNNING"})));
        datasets.note(&event("2025-11-14T08:00:00.100Z", "c.s.b", json!({"status": "RUNNING"})));
        let done = json!({"status": "COMPLETED", "metrics": {"num_output_rows": 7}});
        let name = datasets.note(&event("2025-11-14T08:00:00.250Z", "c.s.a", done));
        assert_eq!((name.as_deref(), datasets.completed()), (Some("c.s.a"), 1));
        assert_eq!(datasets.into_steps(), [Step { name: "update c.s.a".to_string(), seconds: 0.25, rows: Some(7) }]);
    }
}
