//! Permissions: who may do what with one object of the workspace.
//!
//! Written as `permissions:` of the object's own entry. One level a principal: "If multiple permission levels are
//! specified for an identity, only the highest level permission is returned" (Terraform provider, `databricks_permissions`).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::declared::Declared;
use super::super::key::Reference;
use super::super::rules::Rules;
use super::super::{Desired, Kind, ResourceKey, Spec};
use crate::diag::{Code, Diagnostic, Diagnostics, Location};
use crate::project::yaml::{Fields, Located, Node};

/// Differences of `privileges` are judged by `plan::permissions`, principal by principal.
pub(in super::super) const RULES: Rules = Rules { immutable: &["object_type", "object_id"], ..Rules::PLAIN };

/// The field of a principal in the REST API, and its word in plans.
const PRINCIPALS: [(&str, &str); 3] =
    [("user_name", "user"), ("group_name", "group"), ("service_principal_name", "service_principal")];

/// What REST paths call the objects of a kind, for kinds that have permissions.
fn object_type(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Alert => Some("alertsv2"),
        Kind::Dashboard => Some("dashboards"),
        Kind::Experiment => Some("experiments"),
        Kind::GenieSpace => Some("genie"),
        Kind::Job => Some("jobs"),
        Kind::Pipeline => Some("pipelines"),
        // Of another service: lists of access that are changed principal by principal.
        Kind::SecretScope => Some("secret-scopes"),
        Kind::SqlWarehouse => Some("warehouses"),
        _ => None,
    }
}

/// The levels of a type of object, each of which includes those before it: the descriptions of `permissionLevels` in
/// "Permissions" of the REST API and "Access control lists" of the documentation. Where they differ in a name, both hold.
pub fn permission_levels(object_type: &str) -> &'static [&'static str] {
    match object_type {
        "jobs" => &["CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"],
        "pipelines" => &["CAN_VIEW", "CAN_RUN", "CAN_MANAGE", "IS_OWNER"],
        "dashboards" => &["CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"],
        "alertsv2" | "genie" => &["CAN_READ", "CAN_VIEW", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"],
        "experiments" => &["CAN_READ", "CAN_EDIT", "CAN_MANAGE"],
        "secret-scopes" => &["READ", "WRITE", "MANAGE"],
        "warehouses" => &["CAN_VIEW", "CAN_USE", "CAN_MONITOR", "CAN_MANAGE", "IS_OWNER"],
        _ => &[],
    }
}

/// A principal as plans name it: `group analysts`.
pub fn principal_name(field: &str, name: &str) -> String {
    let word = PRINCIPALS.iter().find(|(known, _)| *known == field).map_or(field, |(_, word)| word);
    format!("{word} {name}")
}

/// The REST field and the name of a principal that plans name so.
pub fn principal_field(named: &str) -> Option<(&'static str, &str)> {
    let (word, name) = named.split_once(' ')?;
    let (field, _) = PRINCIPALS.iter().find(|(_, known)| *known == word)?;
    Some((field, name))
}

/// `None` if the entry says nothing of permissions.
pub(in super::super) fn build(declared: &Declared<'_>, of: &ResourceKey, out: &mut Diagnostics) -> Option<Desired> {
    let object_type = object_type(of.kind)?;
    let entry = declared.node().entry("permissions")?;
    let (access, authoritative) = match entry.node.as_map() {
        None if entry.node.is_null() => return None,
        None => (entry.node.list(out)?, false),
        Some(_) => {
            let mut fields = Fields::of(&entry.node, out)?;
            let authoritative = fields.bool("authoritative", out).is_some_and(|flag| flag.value);
            let access = fields.list("access", out);
            fields.finish(out);
            (access, authoritative)
        }
    };
    let mut places: BTreeMap<String, Location> = BTreeMap::new();
    let mut privileges = Map::new();
    for item in access {
        let Some((principal, level)) = access_of(item, object_type, of.kind, out) else { continue };
        if let Some(first) = places.get(&principal.value) {
            let message = format!("`{}` is named twice", principal.value);
            let diagnostic = Diagnostic::error(Code::PERMISSION_PRINCIPAL, message).at(principal.location);
            let diagnostic = diagnostic.related(first.clone(), "first named here");
            out.push(diagnostic.hint("a principal has one level: the highest includes the others"));
            continue;
        }
        places.insert(principal.value.clone(), principal.location);
        privileges.insert(principal.value, json!([level]));
    }
    let mut spec = Spec::new();
    spec.insert("object_type".to_string(), json!(object_type));
    spec.insert("object_id".to_string(), json!(Reference::id_of(of)));
    spec.insert("authoritative".to_string(), json!(authoritative));
    spec.insert("privileges".to_string(), Value::Object(privileges));
    let mut desired = Desired::new(ResourceKey::new(Kind::Permissions, of.to_string()), spec);
    desired.depends_on.insert(of.clone());
    desired.location = Some(entry.key_location.clone());
    Some(desired)
}

/// One principal and its level.
fn access_of(
    item: &Node,
    object_type: &'static str,
    kind: Kind,
    out: &mut Diagnostics,
) -> Option<(Located<String>, String)> {
    let mut fields = Fields::of(item, out)?;
    let start = fields.location().clone();
    let mut named: Vec<Located<String>> = Vec::new();
    for (field, _) in PRINCIPALS {
        let name = fields.string(field, out);
        named.extend(name.map(|name| name.map(|name| principal_name(field, &name))));
    }
    let level = fields.require_string("level", out);
    fields.finish(out);
    let (principal, level) = (named.pop(), level?);
    if principal.is_none() || !named.is_empty() {
        let fields = PRINCIPALS.map(|(field, _)| format!("`{field}`")).join(", ");
        let message = format!("exactly one of {fields} is needed here");
        out.push(Diagnostic::error(Code::PERMISSION_PRINCIPAL, message).at(start));
        return None;
    }
    let levels = permission_levels(object_type);
    if !levels.contains(&level.value.as_str()) {
        let message = format!("`{}` is no permission level of a {}", level.value, kind.as_str().replace('_', " "));
        let diagnostic = Diagnostic::error(Code::PERMISSION_LEVEL, message).at(level.location);
        let diagnostic = diagnostic.hint(format!("one of {}", levels.join(", ")));
        out.push(diagnostic.instead(levels.iter().copied()).suggest(&level.value, levels.iter().copied()));
        return None;
    }
    let principal = principal?;
    if level.value == "IS_OWNER" && principal.value.starts_with("group ") {
        let message = format!("`{}` cannot be the owner", principal.value);
        let diagnostic = Diagnostic::error(Code::PERMISSION_LEVEL, message).at(level.location);
        out.push(diagnostic.hint("an owner is a user or a service principal; give the group CAN_MANAGE"));
        return None;
    }
    Some((principal, level.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_read_back() {
        for (field, name) in [("user_name", "ann@x.test"), ("group_name", "all analysts")] {
            assert_eq!(principal_field(&principal_name(field, name)), Some((field, name)));
        }
    }

    /// "Job permissions — Manage which users can view, manage, trigger, cancel, or own a job" (REST API, "Permissions").
    #[test]
    fn every_kind_with_permissions_has_levels() {
        for kind in Kind::ALL {
            assert!(object_type(kind).is_none_or(|word| permission_levels(word).len() >= 3), "{kind}");
        }
    }
}
