//! Genie spaces.

use serde_json::{Map, Value};

use super::super::declared::Declared;
use super::super::inputs::{Context, Document};
use super::super::rules::{NormalForm, Risk, Rules};
use super::super::shape::Shape;
use super::super::{Body, Content, Desired, Kind, ResourceKey, Spec};
use super::{dashboard, document, pipeline};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ident::ContentHash;

/// A deleted space loses its conversations.
pub(in super::super) const RULES: Rules = Rules {
    normal_forms: &[("parent_path", NormalForm::WorkspacePath)],
    risk_of_delete: Risk::Destructive,
    ..Rules::PLAIN
};

const FIELDS: &[(&str, Shape)] = &[
    ("title", Shape::Text),
    ("description", Shape::Text),
    ("warehouse_id", Shape::Text),
    ("parent_path", Shape::Text),
];

/// The fingerprint of a space's document. The service upgrades version 1 to 2, which renames two fields, and adds
/// `data_sources`. `None` if the text is not a JSON object.
pub fn fingerprint(text: &str) -> Option<ContentHash> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut value = renamed(value);
    let object = value.as_object_mut()?;
    object.insert("version".to_string(), Value::from(2));
    object.entry("data_sources").or_insert_with(|| Value::Object(Map::new()));
    Some(document::fingerprint(&value))
}

fn renamed(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(key, value)| {
                    let key = match key.as_str() {
                        "get_example_values" => "enable_format_assistance".to_string(),
                        "build_value_dictionary" => "enable_entity_matching".to_string(),
                        _ => key,
                    };
                    (key, renamed(value))
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(renamed).collect()),
        other => other,
    }
}

pub(in super::super) fn build(
    document: &Document,
    declared: Option<&Declared<'_>>,
    context: &Context,
    out: &mut Diagnostics,
) -> Option<Desired> {
    let stem = dashboard::stem(&document.path);
    let mut desired = match declared {
        Some(declared) => declared.read(Kind::GenieSpace, FIELDS, &["file", "permissions"], out),
        None => Desired::new(ResourceKey::new(Kind::GenieSpace, stem.clone()), Spec::new()),
    };
    let parsed = serde_json::from_str::<Map<String, Value>>(&document.text).ok().and_then(unwrap);
    let Some((space, around)) = parsed else {
        let message = format!("`{}` is not a JSON object with the space's content", document.path);
        let mut diagnostic = Diagnostic::error(Code::GENIE_FORMAT, message);
        diagnostic.location = document.location.clone();
        out.push(diagnostic);
        return None;
    };
    for (name, _) in FIELDS {
        if let Some(value @ Value::String(_)) = around.get(*name) {
            desired.spec.entry(*name).or_insert_with(|| value.clone());
        }
    }
    desired.spec.entry("title").or_insert_with(|| Value::String(stem));
    let parent = Value::String(format!("{}/resources", context.root));
    desired.spec.entry("parent_path").or_insert(parent);
    if let Some(user) = &context.development {
        pipeline::prefix_name(&mut desired, "title", user);
    }
    let fingerprint = fingerprint(&space)?;
    desired.content = Some(Content { body: Body::Memory(space.into()), fingerprint });
    desired.location = desired.location.or_else(|| document.location.clone());
    Some(desired)
}

/// The space's document, and the fields around it where the file is an API answer that was saved.
fn unwrap(mut file: Map<String, Value>) -> Option<(String, Map<String, Value>)> {
    match file.remove("serialized_space") {
        None => Some((Value::Object(file).to_string(), Map::new())),
        Some(Value::String(text)) => {
            serde_json::from_str::<Map<String, Value>>(&text).ok()?;
            Some((text, file))
        }
        Some(space @ Value::Object(_)) => Some((space.to_string(), file)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_upgrade_is_no_difference() {
        // lakeview-genie-alerts.md C1, "v1→v2".
        let old = r#"{"version":1,"instructions":{},"x":[{"column_name":"a","get_example_values":true}]}"#;
        let new = r#"{"version":2,"data_sources":{},"x":[{"enable_format_assistance":true,"column_name":"a"}],"instructions":{}}"#;
        assert_eq!(fingerprint(old), fingerprint(new));
    }

    #[test]
    fn a_saved_answer_is_unwrapped() {
        let file = serde_json::from_str(r#"{"title":"T","serialized_space":"{\"version\":2}"}"#).unwrap();
        let (space, around) = unwrap(file).unwrap();
        assert_eq!((space.as_str(), around["title"].as_str()), (r#"{"version":2}"#, Some("T")));
    }
}
