//! Dashboards: the draft, and the fact that it is published.

use serde_json::Value;

use super::super::declared::Declared;
use super::super::inputs::{Context, Document};
use super::super::rules::{NormalForm, Risk, Rules};
use super::super::shape::Shape;
use super::super::{Body, Content, Desired, Kind, ResourceKey, Spec};
use super::{document, pipeline};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ident::ContentHash;

/// A trashed dashboard takes its subscriptions and its link with it.
pub(in super::super) const RULES: Rules = Rules {
    immutable: &["parent_path"],
    normal_forms: &[("parent_path", NormalForm::WorkspacePath)],
    risk_of_delete: Risk::Destructive,
    ..Rules::PLAIN
};

/// What `published` is where the published copy is older than the draft.
pub const STALE_COPY: &str = "stale";

pub(in super::super) const FIELDS: &[(&str, Shape)] = &[
    ("display_name", Shape::Text),
    ("warehouse_id", Shape::Text),
    ("embed_credentials", Shape::Boolean),
    ("parent_path", Shape::Text),
];

/// The fingerprint of a dashboard's document. The service adds `pageType` to pages that have none.
/// `None` if the text is not a JSON object.
pub fn fingerprint(text: &str) -> Option<ContentHash> {
    Some(document::fingerprint(&normal(text)?))
}

/// The document in the form of which the fingerprint is, for people.
pub fn readable(text: &str) -> Option<String> {
    Some(document::pretty(&normal(text)?))
}

fn normal(text: &str) -> Option<Value> {
    let mut value: Value = serde_json::from_str(text).ok()?;
    for page in value.as_object_mut()?.get_mut("pages").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(page) = page.as_object_mut() {
            page.entry("pageType").or_insert_with(|| Value::String("PAGE_TYPE_CANVAS".to_string()));
        }
    }
    Some(value)
}

/// `declared` is absent for a file that no resource file mentions.
pub(in super::super) fn build(
    document: &Document,
    declared: Option<&Declared<'_>>,
    context: &Context,
    out: &mut Diagnostics,
) -> Option<Desired> {
    let stem = stem(&document.path);
    let mut desired = match declared {
        Some(declared) => declared.read(Kind::Dashboard, FIELDS, &["file", "permissions", "schedules"], out),
        None => Desired::new(ResourceKey::new(Kind::Dashboard, stem.clone()), Spec::new()),
    };
    let Some(fingerprint) = fingerprint(&document.text) else {
        let message = format!("`{}` is not a JSON object", document.path);
        let mut diagnostic = Diagnostic::error(Code::DASHBOARD_FORMAT, message);
        diagnostic.location = document.location.clone();
        out.push(diagnostic);
        return None;
    };
    let text = |text: &str| Value::String(text.to_string());
    let spec = &mut desired.spec;
    spec.entry("display_name").or_insert_with(|| text(&stem));
    spec.entry("parent_path").or_insert_with(|| text(&format!("{}/resources", context.root)));
    // Whose rights a reader uses is never left to the service's default, which is the publisher's.
    spec.entry("embed_credentials").or_insert(Value::Bool(false));
    spec.insert("published".to_string(), Value::Bool(true));
    if let Some(user) = &context.development {
        pipeline::prefix_name(&mut desired, "display_name", user);
    }
    desired.content = Some(Content { body: Body::Memory(document.text.clone().into()), fingerprint });
    desired.location = desired.location.or_else(|| document.location.clone());
    Some(desired)
}

/// The file's name without folders and double extension.
pub(in super::super) fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_adds_is_no_difference() {
        // lakeview-genie-alerts.md B, "Backend behaviour": pageType is added, a single newline is ensured.
        let file = r#"{"datasets":[],"pages":[{"name":"p","layout":[]}]}"#;
        let service =
            "{\"pages\":[{\"name\":\"p\",\"layout\":[],\"pageType\":\"PAGE_TYPE_CANVAS\"}],\"datasets\":[]}\n";
        assert_eq!(fingerprint(file), fingerprint(service));
        assert_ne!(fingerprint(file), fingerprint(r#"{"datasets":[],"pages":[{"name":"q","layout":[]}]}"#));
        assert_eq!(fingerprint("[]"), None);
    }
}
