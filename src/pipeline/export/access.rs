//! Who may do what: grants and permissions, which bundles write with the object that they are on.

use serde_json::{Map, Value, json};

use crate::resource::{Desired, DesiredSet, Kind, ResourceKey, principal_field};

/// The resource of the set that grants are on.
pub(super) fn holder_of_grants<'s>(set: &'s DesiredSet, grants: &Desired) -> Option<&'s Desired> {
    set.iter().find(|desired| is_on(grants, desired))
}

/// The resource of the set that permissions are on.
pub(super) fn holder_of_permissions<'s>(set: &'s DesiredSet, permissions: &Desired) -> Option<&'s Desired> {
    set.get(&permissions.key.name().parse().ok()?)
}

/// `- { principal, privileges }`.
pub(super) fn grants_on(set: &DesiredSet, desired: &Desired) -> Vec<Value> {
    let grants = set.iter().filter(|other| other.key.kind == Kind::Grants && is_on(other, desired));
    let entry =
        |(principal, privileges): (&String, &Value)| json!({ "principal": principal, "privileges": privileges });
    grants.filter_map(privileges).flatten().map(entry).collect()
}

/// `- { level, user_name | group_name | service_principal_name }`.
pub(super) fn permissions_on(set: &DesiredSet, desired: &Desired) -> Vec<Value> {
    let key = ResourceKey::new(Kind::Permissions, desired.key.to_string());
    let access = set.get(&key).and_then(privileges).into_iter().flatten();
    let entry = |(principal, levels): (&String, &Value)| {
        let (field, name) = principal_field(principal)?;
        Some(json!({ "level": levels.get(0)?, field: name }))
    };
    access.filter_map(entry).collect()
}

fn privileges(desired: &Desired) -> Option<&Map<String, Value>> {
    desired.spec.get("privileges")?.as_object()
}

fn is_on(grants: &Desired, desired: &Desired) -> bool {
    let Some((securable_type, name)) = desired.securable() else { return false };
    grants.key.kind == Kind::Grants
        && grants.text("securable_type") == Some(securable_type)
        && grants.text("securable").is_some_and(|on| on.to_lowercase() == name)
}
