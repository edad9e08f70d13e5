//! Grants, principal by principal.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::resource::{Kind, ResourceKey, Spec};

use super::{FieldChange, Request, Unmanaged};

type Privileges = BTreeMap<String, BTreeSet<String>>;

/// What changes.
#[derive(Debug, Default, PartialEq)]
pub(super) struct GrantDiff {
    pub(super) changes: Vec<FieldChange>,
    /// What is there and stays, because the project does not manage it.
    pub(super) strangers: Privileges,
    /// Somebody gets something that they did not have.
    pub(super) widens: bool,
}

/// A principal that the project names gets exactly what it says. One that it named at the last deployment loses what
/// it was given then. Others are left alone and reported, unless the grants are authoritative.
pub(super) fn diff(wanted: &Spec, recorded: Option<&Spec>, observed: Option<&Spec>) -> GrantDiff {
    let (want, there) = (privileges(Some(wanted)), privileges(observed));
    let given = privileges(recorded);
    let authoritative = wanted.get("authoritative").and_then(Value::as_bool).unwrap_or(false);
    let mut result = GrantDiff::default();
    let principals: BTreeSet<&String> = want.keys().chain(there.keys()).chain(given.keys()).collect();
    let nothing = BTreeSet::new();
    for principal in principals {
        let has = there.get(principal).unwrap_or(&nothing);
        let shall: BTreeSet<String> = match (want.get(principal), given.get(principal)) {
            (Some(wanted), _) => wanted.clone(),
            (None, _) if authoritative => BTreeSet::new(),
            (None, Some(given)) => has.difference(given).cloned().collect(),
            (None, None) => {
                result.strangers.insert(principal.clone(), has.clone());
                continue;
            }
        };
        if *has == shall {
            continue;
        }
        result.widens |= !shall.is_subset(has);
        result.changes.push(FieldChange {
            path: format!("privileges[{principal}]"),
            old: to_value(has),
            new: to_value(&shall),
            outside: want.contains_key(principal) && want.get(principal) == given.get(principal),
        });
    }
    result
}

/// Taking away all that was given at the last deployment.
pub(super) fn revoke(recorded: &Spec, observed: Option<&Spec>) -> Vec<FieldChange> {
    let mut without = recorded.clone();
    without.insert("privileges".to_string(), Value::Object(serde_json::Map::new()));
    without.insert("authoritative".to_string(), Value::Bool(false));
    diff(&without, Some(recorded), observed).changes
}

fn privileges(spec: Option<&Spec>) -> Privileges {
    let map = spec.and_then(|spec| spec.get("privileges")).and_then(Value::as_object);
    let entries = map.into_iter().flatten().map(|(principal, list)| {
        let names = list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_string);
        (principal.clone(), names.collect::<BTreeSet<_>>())
    });
    entries.filter(|(_, names)| !names.is_empty()).collect()
}

fn to_value(names: &BTreeSet<String>) -> Value {
    if names.is_empty() { Value::Null } else { Value::Array(names.iter().cloned().map(Value::String).collect()) }
}

/// Privileges of principals whom the project names neither now nor at the last deployment, on every securable that was
/// looked at. Owners have theirs by owning.
pub(super) fn unmanaged(request: &Request<'_>) -> Vec<Unmanaged> {
    let wanted = request.desired.iter().filter(|desired| desired.key.kind == Kind::Grants);
    let wanted = wanted.filter_map(|desired| {
        let record = request.state.and_then(|state| state.resources.get(&desired.key));
        Some((&desired.spec, record.map(|record| &record.spec), request.observed.get(&desired.key)?))
    });
    let nothing = Spec::new();
    let others = request.bystanders.values().map(|observed| (&nothing, None, observed));
    let mut found = Vec::new();
    for (wanted, recorded, observed) in wanted.chain(others) {
        let text = |field| observed.spec.get(field).and_then(Value::as_str).unwrap_or_default();
        let (securable_type, securable) = (text("securable_type"), text("securable").to_lowercase());
        let owner = owner(request, securable_type, &securable);
        for (principal, privileges) in diff(wanted, recorded, Some(&observed.spec)).strangers {
            if owner != Some(principal.as_str()) {
                found.push(Unmanaged {
                    securable_type: securable_type.to_string(),
                    securable: securable.clone(),
                    principal,
                    privileges: privileges.into_iter().collect(),
                });
            }
        }
    }
    found.sort();
    found
}

/// As far as the securable itself was looked at.
fn owner<'r>(request: &'r Request<'_>, securable_type: &str, securable: &str) -> Option<&'r str> {
    let fits = |key: &ResourceKey| match key.kind {
        Kind::Catalog => securable_type == "catalog",
        Kind::Schema => securable_type == "schema",
        Kind::Volume => securable_type == "volume",
        Kind::Function => securable_type == "function",
        Kind::Table | Kind::View => securable_type == "table",
        _ => false,
    };
    let found = request.observed.iter().find(|(key, observed)| fits(key) && observed.id.to_lowercase() == securable);
    found?.1.spec.get("owner")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(privileges: Value, authoritative: bool) -> Spec {
        let value = json!({"privileges": privileges, "authoritative": authoritative});
        value.as_object().unwrap().clone()
    }

    fn shown(diff: &GrantDiff) -> Vec<String> {
        diff.changes.iter().map(|c| format!("{}: {} → {}", c.path, c.old, c.new)).collect()
    }

    #[test]
    fn every_revoke_is_a_change_and_strangers_are_only_reported() {
        let wanted = spec(json!({"a": ["SELECT"], "n": ["SELECT"]}), false);
        let recorded = spec(json!({"a": ["SELECT"], "old": ["SELECT"]}), false);
        let observed = spec(json!({"a": ["MODIFY", "SELECT"], "old": ["MODIFY", "SELECT"], "bob": ["SELECT"]}), false);
        let diff = diff(&wanted, Some(&recorded), Some(&observed));
        assert_eq!(
            shown(&diff),
            [
                r#"privileges[a]: ["MODIFY","SELECT"] → ["SELECT"]"#,
                r#"privileges[n]: null → ["SELECT"]"#,
                r#"privileges[old]: ["MODIFY","SELECT"] → ["MODIFY"]"#,
            ]
        );
        assert!(diff.widens && diff.changes[0].outside && !diff.changes[1].outside);
        assert_eq!(diff.strangers, Privileges::from([("bob".to_string(), BTreeSet::from(["SELECT".to_string()]))]));
    }

    #[test]
    fn authoritative_grants_revoke_strangers_and_widen_nothing() {
        let diff = diff(&spec(json!({}), true), None, Some(&spec(json!({"bob": ["SELECT"]}), false)));
        assert_eq!(shown(&diff), [r#"privileges[bob]: ["SELECT"] → null"#]);
        assert!(!diff.widens && diff.strangers.is_empty());
    }

    #[test]
    fn taking_the_grants_away_leaves_what_others_gave() {
        let recorded = spec(json!({"a": ["SELECT"]}), false);
        let changes = revoke(&recorded, Some(&spec(json!({"a": ["SELECT", "MODIFY"], "b": ["SELECT"]}), false)));
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].new, json!(["MODIFY"]));
    }
}
