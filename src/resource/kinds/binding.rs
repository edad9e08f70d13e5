//! What statements say of an object that something else makes: tags, masks, row filters.

use serde_json::{Map, Value, json};

use super::super::inputs::{Binding, SqlBinding};
use super::super::rules::{NormalForm, Risk, Rules};
use super::super::{Desired, Kind, ResourceKey, Spec};
use crate::diag::{Code, Diagnostic};

/// Policies go by tags, so that another value of one, or none, can open what they hid.
pub(in super::super) const TAG_RULES: Rules = Rules {
    immutable: &["entity_type", "entity_name"],
    normal_forms: &[("entity_name", NormalForm::IgnoreCase)],
    risk_of_update: Risk::Security,
    risk_of_delete: Risk::Security,
    ..Rules::PLAIN
};

/// Of masks and row filters.
pub(in super::super) const GUARD_RULES: Rules = Rules {
    immutable: &["full_name", "column"],
    normal_forms: &[
        ("full_name", NormalForm::IgnoreCase),
        ("column", NormalForm::IgnoreCase),
        ("function", NormalForm::IgnoreCase),
    ],
    risk_of_update: Risk::Security,
    risk_of_delete: Risk::Security,
    ..Rules::PLAIN
};

pub(in super::super) fn build(statement: &SqlBinding) -> Desired {
    let folded = |names: &[String]| names.iter().map(|name| json!(name.to_lowercase())).collect::<Value>();
    let (kind, name, fields) = match &statement.binding {
        Binding::Tags { entity_type, entity, tags } => {
            let tags: Map<String, Value> = tags.iter().map(|(key, value)| (key.clone(), tag_value(value))).collect();
            let entity = entity.to_lowercase();
            let name = format!("{}.{entity}", entity_type.trim_end_matches('s'));
            (Kind::Tags, name, json!({"entity_type": entity_type, "entity_name": entity, "tags": tags}))
        }
        Binding::Mask { table, column, function, using } => {
            let (table, function) = (table.to_string(), function.to_string());
            let fields = json!({"full_name": table, "column": column, "function": function, "using": folded(using)});
            (Kind::Mask, format!("{table}.{column}").to_lowercase(), fields)
        }
        Binding::RowFilter { table, function, on } => {
            let (table, function) = (table.to_string(), function.to_string());
            let name = table.to_lowercase();
            (Kind::RowFilter, name, json!({"full_name": table, "function": function, "on": folded(on)}))
        }
    };
    let spec = match fields {
        Value::Object(spec) => spec,
        _ => Spec::new(),
    };
    let mut desired = Desired::new(ResourceKey::new(kind, name), spec);
    desired.location = Some(statement.location.clone());
    desired
}

/// A tag without a value is `true`: an empty text would be as good as none.
pub fn tag_value(value: &str) -> Value {
    if value.is_empty() { Value::Bool(true) } else { json!(value) }
}

/// Several statements may set tags of one entity, but not one tag to two values.
pub(in super::super) fn merge(into: &mut Desired, more: &Desired) -> Option<Diagnostic> {
    let (Some(Value::Object(tags)), Some(Value::Object(others))) = (into.spec.get_mut("tags"), more.spec.get("tags"))
    else {
        return None;
    };
    let twice = others.iter().find(|(key, value)| tags.get(*key).is_some_and(|known| known != *value));
    let told = twice.map(|(key, _)| {
        let message = format!("the tag `{key}` of `{}` has two values", more.key.name());
        let mut diagnostic = Diagnostic::error(Code::DUPLICATE_RESOURCE, message);
        diagnostic.location = more.location.clone();
        match into.location.clone() {
            Some(at) => diagnostic.related(at, "the other one"),
            None => diagnostic,
        }
    });
    for (key, value) in others {
        tags.entry(key.clone()).or_insert_with(|| value.clone());
    }
    told
}
