//! Rows of the event log (lakeflow-sql.md §4.5): flow definitions and the progress of flows.

use serde_json::{Value, json};

use crate::analyze::pipeline::{Dataset, Flow, FlowKind};
use crate::local::engine::error::EngineError;
use crate::local::store::{EventDraft, EventLevel, StoreError, Writer};

use super::expectation::Checked;
use super::model::UpdateSpec;

fn origin(spec: &UpdateSpec, dataset: &Dataset, flow: &Flow) -> Value {
    json!({
        "pipeline_id": spec.pipeline_id,
        "pipeline_name": spec.pipeline_name,
        "pipeline_type": "WORKSPACE",
        "update_id": spec.update_id,
        "dataset_name": dataset.name.to_string(),
        "flow_name": flow.name.to_string(),
    })
}

fn draft(spec: &UpdateSpec, dataset: &Dataset, flow: &Flow, event_type: &'static str) -> EventDraft {
    EventDraft {
        pipeline_id: spec.pipeline_id.clone(),
        update_id: spec.update_id.clone(),
        level: EventLevel::Info,
        event_type,
        message: String::new(),
        origin: origin(spec, dataset, flow),
        details: Value::Null,
        error: None,
    }
}

pub(super) fn flow_type(kind: &FlowKind) -> &'static str {
    match kind {
        FlowKind::Append { once: true, .. } => "APPEND_ONCE",
        FlowKind::Append { .. } => "APPEND",
        FlowKind::Complete => "COMPLETE",
        FlowKind::ReplaceWhere { .. } => "REPLACE_WHERE",
        FlowKind::ReplaceUsing { .. } => "REPLACE_USING",
        FlowKind::AutoCdc(_) => "CHANGE",
    }
}

pub(super) fn defined(
    writer: &Writer<'_>,
    spec: &UpdateSpec,
    dataset: &Dataset,
    flow: &Flow,
) -> Result<(), StoreError> {
    let inputs: Vec<String> = dataset.dependencies.iter().map(ToString::to_string).collect();
    let schema: Vec<Value> = dataset
        .columns
        .iter()
        .map(|column| {
            let ty = column.data_type.as_ref().map(ToString::to_string).unwrap_or_default();
            json!({ "name": column.name.to_string(), "data_type": ty })
        })
        .collect();
    let event = EventDraft {
        message: format!("Flow '{}' defined as {}.", flow.name, flow_type(&flow.kind)),
        details: json!({ "flow_definition": {
            "output_dataset": dataset.name.to_string(),
            "input_datasets": inputs.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
            "flow_type": flow_type(&flow.kind),
            "schema": schema,
        }}),
        ..draft(spec, dataset, flow, "flow_definition")
    };
    writer.log_event(&event).map(drop)
}

/// `QUEUED`, `STARTING`, `RUNNING`, `SKIPPED` …: a state without numbers.
pub(super) fn state(
    writer: &Writer<'_>,
    spec: &UpdateSpec,
    dataset: &Dataset,
    flow: &Flow,
    state: &str,
    reason: &str,
) -> Result<(), StoreError> {
    let event = EventDraft {
        message: format!("Flow '{}' is {state}{reason}.", flow.name),
        details: json!({ "flow_progress": { "status": state } }),
        ..draft(spec, dataset, flow, "flow_progress")
    };
    writer.log_event(&event).map(drop)
}

/// `COMPLETED`, with rows and expectation counts.
pub(super) fn completed(
    writer: &Writer<'_>,
    spec: &UpdateSpec,
    dataset: &Dataset,
    flow: &Flow,
    checked: &Checked,
    metrics: Value,
    millis: u64,
) -> Result<(), StoreError> {
    let expectations: Vec<Value> = checked
        .reports
        .iter()
        .map(|report| {
            json!({
                "name": report.name,
                "dataset": dataset.name.to_string(),
                "passed_records": report.passed,
                "failed_records": report.failed,
            })
        })
        .collect();
    let mut progress = json!({ "status": "COMPLETED", "metrics": metrics, "duration_ms": millis });
    if !dataset.expectations.is_empty() {
        progress["data_quality"] = json!({ "dropped_records": checked.dropped, "expectations": expectations });
    }
    let event = EventDraft {
        message: format!("Flow '{}' has COMPLETED.", flow.name),
        details: json!({ "flow_progress": progress }),
        ..draft(spec, dataset, flow, "flow_progress")
    };
    writer.log_event(&event).map(drop)
}

/// `FAILED`: its own transaction, because the flow's was rolled back.
pub(super) fn failed(
    writer: &Writer<'_>,
    spec: &UpdateSpec,
    dataset: &Dataset,
    flow: &Flow,
    error: &EngineError,
) -> Result<(), StoreError> {
    let (class, message) = match error {
        EngineError::Sql(error) => (error.class.clone(), error.to_string()),
        other => ("INTERNAL_ERROR".to_string(), other.whole_text()),
    };
    let event = EventDraft {
        level: EventLevel::Error,
        message: format!("Flow '{}' has FAILED: {message}", flow.name),
        details: json!({ "flow_progress": { "status": "FAILED" } }),
        error: Some(json!({
            "fatal": true,
            "exceptions": [{ "class_name": class, "message": format!("{}: {message}", flow.location.display()) }],
        })),
        ..draft(spec, dataset, flow, "flow_progress")
    };
    writer.log_event(&event).map(drop)
}
