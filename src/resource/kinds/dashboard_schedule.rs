//! Schedules of published dashboards, and who gets a snapshot by them.

use serde_json::{Value, json};

use super::super::declared::Declared;
use super::super::inputs::Context;
use super::super::key::Reference;
use super::super::rules::Rules;
use super::super::shape::{Shape, read_object};
use super::super::{Desired, Kind, ResourceKey};
use super::cron;
use crate::diag::{Code, Diagnostic, Diagnostics};

/// A schedule is known by its name among those of its dashboard.
pub(in super::super) const RULES: Rules =
    Rules { immutable: &["dashboard_id", "display_name"], sets: &["subscriptions"], ..Rules::PLAIN };

/// REST API, "Create dashboard schedule" and "Create schedule subscription" (lakeview-genie-alerts.md B).
const FIELDS: &[(&str, Shape)] = &[
    ("display_name", Shape::Text),
    ("cron_schedule", Shape::Object(&[("quartz_cron_expression", Shape::Text), ("timezone_id", Shape::Text)])),
    ("pause_status", Shape::OneOf(&["PAUSED", "UNPAUSED"])),
    ("warehouse_id", Shape::Text),
    ("subscriptions", Shape::List(&SUBSCRIPTION)),
];

static SUBSCRIPTION: Shape = Shape::Object(&[("user_id", Shape::Integer), ("destination_id", Shape::Text)]);

/// Those of a dashboard's entry: `schedules: { name: … }`.
pub(in super::super) fn build(
    declared: &Declared<'_>,
    dashboard: &ResourceKey,
    context: &Context,
    out: &mut Diagnostics,
) -> Vec<Desired> {
    let Some(node) = declared.node().get("schedules").filter(|node| !node.is_null()) else { return Vec::new() };
    let entries = node.map(out).unwrap_or_default();
    let schedules = entries.iter().map(|entry| {
        let mut spec = read_object(&entry.node, FIELDS, &[], out);
        if !spec.contains_key("cron_schedule") {
            let diagnostic = Diagnostic::error(Code::MISSING_KEY, "the key `cron_schedule` is required here");
            out.push(diagnostic.at(entry.key_location.clone()));
        }
        if let Some(node) = entry.node.at(&["cron_schedule", "quartz_cron_expression"])
            && let Some(problem) = node.as_str().and_then(|text| cron::check(text).err())
        {
            out.push(Diagnostic::error(Code::SCHEDULE, problem).at(node.location.clone()));
        }
        spec.entry("display_name").or_insert_with(|| Value::String(entry.key.clone()));
        spec.insert("dashboard_id".to_string(), json!(Reference::id_of(dashboard)));
        if context.development.is_some() {
            spec.insert("pause_status".to_string(), json!("PAUSED"));
        }
        let key = ResourceKey::new(Kind::DashboardSchedule, format!("{}.{}", dashboard.name(), entry.key));
        let mut desired = Desired::new(key, spec);
        desired.depends_on.insert(dashboard.clone());
        desired.location = Some(entry.key_location.clone());
        desired
    });
    schedules.collect()
}
