//! The `AlertV2` object: what is sent, and what of it may be changed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::fields;

/// What a caller sets. It is kept as it was sent, and what is absent is not told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Settings(Map<String, Value>);

/// Set by nobody but the service. A caller may send back what it has read; it has no effect.
const OUTPUT_ONLY: [&str; 7] = [
    "create_time",
    "effective_parent_path",
    "effective_run_as",
    "id",
    "lifecycle_state",
    "owner_user_name",
    "update_time",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to see that every field is as documented")]
struct Documented {
    display_name: String,
    query_text: String,
    warehouse_id: String,
    evaluation: Evaluation,
    schedule: Schedule,
    custom_description: Option<String>,
    custom_summary: Option<String>,
    parameters: Option<Vec<Value>>,
    parent_path: Option<String>,
    run_as: Option<RunAs>,
    run_as_user_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to see that every field is as documented")]
struct Evaluation {
    source: Column,
    comparison_operator: Operator,
    empty_result_state: Option<State>,
    notification: Option<Notification>,
    threshold: Option<Operand>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to see that every field is as documented")]
struct Column {
    name: String,
    display: Option<String>,
    aggregation: Option<Aggregation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Aggregation {
    Sum,
    Count,
    CountDistinct,
    Avg,
    Median,
    Min,
    Max,
    Stddev,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Operator {
    LessThan,
    LessThanOrEqual,
    Equal,
    NotEqual,
    GreaterThan,
    GreaterThanOrEqual,
    IsNull,
    IsNotNull,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum State {
    Unknown,
    Ok,
    Triggered,
    Error,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to see that every field is as documented")]
struct Operand {
    column: Option<Column>,
    value: Option<OperandValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to see that every field is as documented")]
struct OperandValue {
    bool_value: Option<bool>,
    double_value: Option<f64>,
    string_value: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notification {
    notify_on_ok: Option<bool>,
    retrigger_seconds: Option<u32>,
    subscriptions: Option<Vec<Subscription>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscription {
    destination_id: Option<String>,
    user_email: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to see that every field is as documented")]
struct Schedule {
    quartz_cron_schedule: String,
    timezone_id: String,
    pause_status: Option<PauseStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum PauseStatus {
    Paused,
    Unpaused,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RunAs {
    service_principal_name: Option<String>,
    user_name: Option<String>,
}

impl Settings {
    /// What of a request can be set, every field as documented.
    pub(super) fn read(mut request: Map<String, Value>) -> ApiResult<Self> {
        without_output(&mut request);
        let read: Documented = fields::typed(&request)?;
        for (field, text) in [("display_name", &read.display_name), ("query_text", &read.query_text)] {
            if text.trim().is_empty() {
                return Err(ApiError::invalid(format!("{field} must not be empty.")));
            }
        }
        let Evaluation { comparison_operator, threshold, notification, .. } = read.evaluation;
        let alone = matches!(comparison_operator, Operator::IsNull | Operator::IsNotNull);
        if threshold.is_none() && !alone {
            return Err(ApiError::invalid("evaluation.threshold is required for this comparison_operator."));
        }
        if let Some(Notification { notify_on_ok, retrigger_seconds, subscriptions }) = notification {
            let subscriptions = subscriptions.unwrap_or_default();
            if notify_on_ok.is_none() && retrigger_seconds.is_none() && subscriptions.is_empty() {
                let message = "evaluation.notification is provided but doesn't contain any value, please remove this \
                               field if you don't want to set it";
                return Err(ApiError::invalid(message));
            }
            if subscriptions.iter().any(|one| one.destination_id.is_some() == one.user_email.is_some()) {
                return Err(ApiError::invalid("A subscription has either a destination_id or a user_email."));
            }
        }
        if read.run_as.is_some_and(|who| who.service_principal_name.is_some() == who.user_name.is_some()) {
            return Err(ApiError::invalid("run_as has either a service_principal_name or a user_name."));
        }
        Ok(Self(request))
    }

    /// These settings with what `mask` names taken from `request`: paths separated by commas, or `*` for all.
    pub(super) fn changed(&self, mut request: Map<String, Value>, mask: &str) -> ApiResult<Self> {
        without_output(&mut request);
        let parent = self.0.get("parent_path");
        if request.get("parent_path").is_some_and(|path| Some(path) != parent) {
            return Err(ApiError::invalid("parent_path cannot be updated."));
        }
        let mut fields = match mask {
            "*" => request,
            paths => {
                let mut fields = self.0.clone();
                for path in paths.split(',') {
                    let keys: Vec<&str> = path.split('.').collect();
                    take(&mut fields, &request, &keys)
                        .ok_or_else(|| ApiError::invalid(format!("update_mask: no field {path} can be updated.")))?;
                }
                fields
            }
        };
        if let Some(parent) = parent {
            fields.insert("parent_path".to_string(), parent.clone());
        }
        Self::read(fields)
    }

    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field).and_then(Value::as_str)
    }

    /// The fields as the service tells them. `owner` is whom the alert runs as where it says nobody.
    pub(super) fn wire(&self, owner: &str) -> Map<String, Value> {
        let mut fields = self.0.clone();
        let run_as = fields.get("run_as").cloned().unwrap_or_else(|| json!({ "user_name": owner }));
        fields.insert("effective_run_as".to_string(), run_as);
        if let Some(Value::Object(schedule)) = fields.get_mut("schedule") {
            let status = schedule.get("pause_status").cloned().unwrap_or_else(|| json!("UNPAUSED"));
            schedule.insert("effective_pause_status".to_string(), status);
        }
        if let Some(Value::Object(evaluation)) = fields.get_mut("evaluation") {
            evaluation.insert("state".to_string(), json!("UNKNOWN"));
            // Told even where nothing of it was set.
            evaluation.entry("notification").or_insert_with(|| json!({}));
        }
        fields
    }
}

fn without_output(request: &mut Map<String, Value>) {
    request.retain(|field, value| !OUTPUT_ONLY.contains(&field.as_str()) && !value.is_null());
    for (part, fields) in
        [("evaluation", &["state", "last_evaluated_at"][..]), ("schedule", &["effective_pause_status"])]
    {
        if let Some(Value::Object(part)) = request.get_mut(part) {
            part.retain(|field, _| !fields.contains(&field.as_str()));
        }
    }
}

/// Sets one field to what the request has there, or unsets it. `None` if there can be no such field.
fn take(into: &mut Map<String, Value>, from: &Map<String, Value>, keys: &[&str]) -> Option<()> {
    const CHANGEABLE: [&str; 10] = [
        "custom_description",
        "custom_summary",
        "display_name",
        "evaluation",
        "parameters",
        "query_text",
        "run_as",
        "run_as_user_name",
        "schedule",
        "warehouse_id",
    ];
    let (first, inner) = keys.split_first()?;
    if !CHANGEABLE.contains(first) {
        return None;
    }
    let (mut into, mut from, mut last) = (into, Some(from), *first);
    for key in inner {
        into = into.entry(last).or_insert_with(|| json!({})).as_object_mut()?;
        from = from.and_then(|fields| fields.get(last)?.as_object());
        last = key;
    }
    match from.and_then(|fields| fields.get(last)) {
        Some(value) => drop(into.insert(last.to_string(), value.clone())),
        None => drop(into.remove(last)),
    }
    Some(())
}
