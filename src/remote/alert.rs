//! SQL alerts.

use serde_json::{Map, Value};

use crate::api::alerts::{self, Alert};
use crate::resource::Observed;

use super::{Item, Lookup, Remote, RemoteError};

/// Said when an alert is made, and never changed.
const FOLDER: &str = "parent_path";

pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let Some(id) = lookup.id else { return Ok(None) };
    Ok(alerts::get(&remote.client, id).await?.map(observed))
}

/// What was set is told under its own name; what holds, set or not, under `effective_…`.
pub(super) fn observed(alert: Alert) -> Observed {
    let mut spec = alert.fields;
    for field in [FOLDER, "run_as"] {
        effective(&mut spec, field);
    }
    if let Some(Value::Object(schedule)) = spec.get_mut("schedule") {
        effective(schedule, "pause_status");
    }
    Observed { id: alert.id, spec, ..Observed::default() }
}

fn effective(fields: &mut Map<String, Value>, field: &str) {
    if let Some(value) = fields.get(&format!("effective_{field}")).filter(|value| !value.is_null()) {
        fields.insert(field.to_string(), value.clone());
    }
}

pub(super) async fn create(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let folder = item.text(FOLDER).ok();
    let alert = remote.in_folder(folder, || alerts::create(&remote.client, item.spec.clone())).await?;
    Ok(Observed { id: alert.id, ..Observed::default() })
}

/// The fields that change and no others: what the project does not name stays as it is, also inside of them. A field that the project no
/// longer names is unset.
pub(super) async fn update(remote: &Remote, id: &str, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let observed = Observed { id: id.to_string(), ..Observed::default() };
    // What lakesmith keeps for itself is no field of an alert.
    let mask: Vec<&str> = item.changed.iter().map(String::as_str).filter(|field| *field != "lifecycle").collect();
    if mask.is_empty() {
        return Ok(observed);
    }
    let there = alerts::get(&remote.client, id).await?.map(|alert| self::observed(alert).spec).unwrap_or_default();
    let mut body = item.merged(&there);
    body.retain(|field, _| field != FOLDER && mask.contains(&field.as_str()));
    let mut body = Value::Object(body);
    without_told(&mut body);
    let Value::Object(body) = body else { return Ok(observed) };
    alerts::update(&remote.client, id, &mask.join(","), body).await?;
    Ok(observed)
}

/// What only the service says ("output only" of `AlertV2`).
fn without_told(value: &mut Value) {
    if let Value::Object(fields) = value {
        let told = |field: &str| field.starts_with("effective_") || matches!(field, "state" | "last_evaluated_at");
        fields.retain(|field, _| !told(field));
        fields.values_mut().for_each(without_told);
    }
}

pub(super) async fn delete(remote: &Remote, id: &str) -> Result<(), RemoteError> {
    alerts::delete(&remote.client, id).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// "effective_run_as: the actual identity that will be used", "effective_parent_path: the actual workspace path"
    /// (REST API, `AlertV2`).
    #[test]
    fn what_holds_is_compared() {
        let told = json!({"id": "a", "display_name": "A", "effective_parent_path": "/Users/x",
            "effective_run_as": {"user_name": "x"}, "schedule": {"effective_pause_status": "UNPAUSED"}});
        let observed = observed(serde_json::from_value(told).unwrap());
        assert_eq!(observed.id, "a");
        assert_eq!(observed.spec["parent_path"], "/Users/x");
        assert_eq!(observed.spec["run_as"], json!({"user_name": "x"}));
        assert_eq!(observed.spec["schedule"]["pause_status"], "UNPAUSED");
    }
}
