//! SQL alerts, version 2.

use serde_json::Value;

use super::super::declared::Declared;
use super::super::inputs::Context;
use super::super::key::DEFAULT_WAREHOUSE;
use super::super::rules::{NormalForm, Risk, Rules};
use super::super::shape::Shape;
use super::super::{Desired, Kind};
use super::pipeline;
use crate::diag::Diagnostics;

/// A deleted alert watches nothing any more, and its history goes with it.
pub(in super::super) const RULES: Rules = Rules {
    // "Can only be set on create, and cannot be updated."
    immutable: &["parent_path"],
    sets: &["evaluation.notification.subscriptions"],
    normal_forms: &[("parent_path", NormalForm::WorkspacePath)],
    risk_of_delete: Risk::Destructive,
    ..Rules::PLAIN
};

/// Of the `AlertV2` object, all that is not only told by the service (lakeview-genie-alerts.md D1). What the values of
/// the service's own lists are, and what an alert must have, `check::alert` knows.
const FIELDS: &[(&str, Shape)] = &[
    ("display_name", Shape::Text),
    ("query_text", Shape::Text),
    ("warehouse_id", Shape::Text),
    ("parent_path", Shape::Text),
    ("evaluation", EVALUATION),
    (
        "schedule",
        Shape::Object(&[
            ("quartz_cron_schedule", Shape::Text),
            ("timezone_id", Shape::Text),
            ("pause_status", Shape::Text),
        ]),
    ),
    ("custom_summary", Shape::Text),
    ("custom_description", Shape::Text),
    ("parameters", Shape::List(&Shape::Any)),
    ("run_as", Shape::Object(&[("user_name", Shape::Text), ("service_principal_name", Shape::Text)])),
    ("run_as_user_name", Shape::Text),
];

const EVALUATION: Shape = Shape::Object(&[
    ("source", COLUMN),
    ("comparison_operator", Shape::Text),
    // The one field of a value says its type.
    ("threshold", Shape::Object(&[("value", Shape::Any), ("column", COLUMN)])),
    ("empty_result_state", Shape::Text),
    (
        "notification",
        Shape::Object(&[
            ("notify_on_ok", Shape::Boolean),
            ("retrigger_seconds", Shape::Integer),
            ("subscriptions", Shape::List(&SUBSCRIPTION)),
        ]),
    ),
]);

const COLUMN: Shape = Shape::Object(&[("name", Shape::Text), ("display", Shape::Text), ("aggregation", Shape::Text)]);

static SUBSCRIPTION: Shape = Shape::Object(&[("user_email", Shape::Text), ("destination_id", Shape::Text)]);

pub(in super::super) fn build(declared: &Declared<'_>, context: &Context, out: &mut Diagnostics) -> Desired {
    let mut desired = declared.read(Kind::Alert, FIELDS, &["permissions"], out);
    let spec = &mut desired.spec;
    // The API wants a warehouse; the project means "the usual one".
    spec.entry("warehouse_id").or_insert_with(|| Value::String(DEFAULT_WAREHOUSE.to_string()));
    spec.entry("parent_path").or_insert_with(|| Value::String(format!("{}/resources", context.root)));
    if let (Some(run_as), false) = (&context.run_as, spec.contains_key("run_as_user_name")) {
        spec.entry("run_as").or_insert_with(|| run_as.to_json());
    }
    if let Some(user) = &context.development {
        if let Some(Value::Object(schedule)) = spec.get_mut("schedule") {
            schedule.insert("pause_status".to_string(), Value::String("PAUSED".to_string()));
        }
        pipeline::prefix_name(&mut desired, "display_name", user);
    }
    desired
}
