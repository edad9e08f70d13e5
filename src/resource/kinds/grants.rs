//! Grants: the privileges of principals on one securable.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::declared::Declared;
use super::super::rules::{NormalForm, Rules};
use super::super::{Desired, Kind, ResourceKey, Spec};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::project::yaml::Fields;

/// Differences of `privileges` are judged by `plan::grants`, principal by principal.
pub(in super::super) const RULES: Rules = Rules {
    immutable: &["securable_type", "securable"],
    normal_forms: &[("securable", NormalForm::IgnoreCase)],
    ..Rules::PLAIN
};

/// Securable type as the REST path names it, and the privileges that apply to it or are inherited below it
/// (Databricks documentation, "Unity Catalog privileges and securable objects").
const PRIVILEGES: &[(&str, &[&str])] = &[
    (
        "catalog",
        &[
            "ALL_PRIVILEGES",
            "APPLY_TAG",
            "BROWSE",
            "CREATE_FUNCTION",
            "CREATE_MATERIALIZED_VIEW",
            "CREATE_MODEL",
            "CREATE_MODEL_VERSION",
            "CREATE_SCHEMA",
            "CREATE_TABLE",
            "CREATE_VOLUME",
            "EXECUTE",
            "EXTERNAL_USE_SCHEMA",
            "MANAGE",
            "MODIFY",
            "READ_VOLUME",
            "REFRESH",
            "SELECT",
            "USE_CATALOG",
            "USE_SCHEMA",
            "WRITE_VOLUME",
        ],
    ),
    (
        "schema",
        &[
            "ALL_PRIVILEGES",
            "APPLY_TAG",
            "CREATE_FUNCTION",
            "CREATE_MATERIALIZED_VIEW",
            "CREATE_MODEL",
            "CREATE_MODEL_VERSION",
            "CREATE_TABLE",
            "CREATE_VOLUME",
            "EXECUTE",
            "EXTERNAL_USE_SCHEMA",
            "MANAGE",
            "MODIFY",
            "READ_VOLUME",
            "REFRESH",
            "SELECT",
            "USE_SCHEMA",
            "WRITE_VOLUME",
        ],
    ),
    ("table", &["ALL_PRIVILEGES", "APPLY_TAG", "MANAGE", "MODIFY", "REFRESH", "SELECT"]),
    ("volume", &["ALL_PRIVILEGES", "APPLY_TAG", "MANAGE", "READ_VOLUME", "WRITE_VOLUME"]),
    ("function", &["ALL_PRIVILEGES", "APPLY_TAG", "EXECUTE", "MANAGE"]),
];

pub(in super::super) fn build(declared: &Declared<'_>, out: &mut Diagnostics) -> Option<Desired> {
    let mut fields = Fields::of(declared.node(), out)?;
    fields.take("targets");
    fields.take("lifecycle");
    let securable_type = fields.require_string("securable_type", out);
    let securable = fields.require_string("securable", out);
    let authoritative = fields.bool("authoritative", out).is_some_and(|flag| flag.value);
    let principals = fields.map("privileges", out);
    fields.finish(out);
    let (securable_type, securable) = (securable_type?, securable?);
    let Some((_, legal)) = PRIVILEGES.iter().find(|(name, _)| *name == securable_type.value) else {
        let known = PRIVILEGES.iter().map(|(name, _)| *name);
        let message = format!("`{}` is not a kind of securable", securable_type.value);
        let diagnostic = Diagnostic::error(Code::INVALID_VALUE, message).at(securable_type.location);
        let all = known.clone().collect::<Vec<_>>().join(", ");
        out.push(diagnostic.hint(all).suggest(&securable_type.value, known));
        return None;
    };
    let mut privileges = Map::new();
    for entry in principals {
        let mut names = BTreeSet::new();
        for item in entry.node.list(out).unwrap_or_default() {
            let Some(text) = item.string(out) else { continue };
            let name = text.value.trim().to_uppercase().replace(' ', "_");
            if legal.contains(&name.as_str()) {
                names.insert(name);
                continue;
            }
            let message = format!("`{name}` does not apply to a {}", securable_type.value);
            let diagnostic = Diagnostic::error(Code::GRANT_PRIVILEGE, message).at(text.location);
            out.push(diagnostic.suggest(&name, legal.iter().copied()));
        }
        privileges.insert(entry.key.clone(), Value::Array(names.into_iter().map(Value::String).collect()));
    }
    let key = format!("{}.{}", securable_type.value, securable.value.to_lowercase());
    let mut spec = Spec::new();
    spec.insert("securable_type".to_string(), Value::String(securable_type.value));
    spec.insert("securable".to_string(), Value::String(securable.value));
    spec.insert("authoritative".to_string(), Value::Bool(authoritative));
    spec.insert("privileges".to_string(), Value::Object(privileges));
    Some(declared.finish(Desired::new(ResourceKey::new(Kind::Grants, key), spec)))
}
