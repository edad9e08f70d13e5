//! Permissions of the workspace's objects, principal by principal.

use serde_json::{Value, json};

use crate::resource::{Desired, Kind, Spec, permission_levels};

use super::grants::{self, GrantDiff};
use super::{FieldChange, Request, Unmanaged};

const OWNER: &str = "IS_OWNER";

/// As grants, but for two things: a level includes those below it, and an object has exactly one owner.
pub(super) fn diff(wanted: &Spec, recorded: Option<&Spec>, observed: Option<&Spec>) -> GrantDiff {
    let mut found = grants::diff(wanted, recorded, observed);
    let owned = |value: &Value| value.as_array().is_some_and(|levels| levels.contains(&json!(OWNER)));
    if found.changes.iter().any(|change| owned(&change.new)) {
        for (principal, levels) in &mut found.strangers {
            if levels.remove(OWNER) {
                let path = format!("privileges[{principal}]");
                found.changes.push(FieldChange {
                    path,
                    old: json!([OWNER]),
                    new: Value::Null,
                    outside: false,
                    edited: false,
                });
            }
        }
        found.strangers.retain(|_, levels| !levels.is_empty());
    }
    let object_type = wanted.get("object_type").and_then(Value::as_str).unwrap_or_default();
    let rank = |value: &Value| {
        let levels = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        let place = |level| permission_levels(object_type).iter().position(|known| *known == level);
        // What nobody knows may be anything.
        levels.map(|level| place(level).map_or(usize::MAX, |place| place + 1)).max().unwrap_or(0)
    };
    found.widens = found.changes.iter().any(|change| rank(&change.new) > rank(&change.old));
    found
}

/// What others were given on objects whose permissions the project manages.
pub(super) fn unmanaged(request: &Request<'_>) -> Vec<Unmanaged> {
    let wanted = request.desired.iter().filter(|desired| desired.key.kind == Kind::Permissions);
    let mut found = Vec::new();
    for desired in wanted {
        let Some(observed) = request.observed.get(&desired.key) else { continue };
        let record = request.state.and_then(|state| state.resources.get(&desired.key));
        let strangers = diff(&desired.spec, record.map(|record| &record.spec), Some(&observed.spec)).strangers;
        let object = desired.depends_on.first();
        let securable = object.map_or(desired.key.name(), |key| key.name());
        let name = object.and_then(|key| request.desired.get(key)).and_then(Desired::name_there);
        for (principal, levels) in strangers {
            found.push(Unmanaged {
                securable_type: object.map_or("object", |key| key.kind.as_str()).to_string(),
                securable: securable.to_string(),
                name: name.filter(|name| *name != securable).map(str::to_string),
                principal,
                privileges: levels.into_iter().collect(),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(privileges: Value) -> Spec {
        json!({"object_type": "jobs", "privileges": privileges}).as_object().cloned().unwrap_or_default()
    }

    fn shown(diff: &GrantDiff) -> Vec<String> {
        diff.changes.iter().map(|c| format!("{}: {} → {}", c.path, c.old, c.new)).collect()
    }

    /// "CAN MANAGE RUN: view results, trigger and cancel a run" includes "CAN VIEW" (documentation, "Access control
    /// lists", "Job ACLs").
    #[test]
    fn a_lower_level_widens_nothing() {
        let (view, run) = (spec(json!({"group a": ["CAN_VIEW"]})), spec(json!({"group a": ["CAN_MANAGE_RUN"]})));
        let (down, up) = (diff(&view, Some(&run), Some(&run)), diff(&run, Some(&view), Some(&view)));
        assert_eq!(shown(&down), [r#"privileges[group a]: ["CAN_MANAGE_RUN"] → ["CAN_VIEW"]"#]);
        assert!(!down.widens && up.widens);
    }

    /// "The job must have exactly one owner" (REST API, "Set job permissions").
    #[test]
    fn a_new_owner_takes_the_place_of_the_old_one() {
        let wanted = spec(json!({"user new": ["IS_OWNER"]}));
        let there = spec(json!({"user old": ["IS_OWNER"], "group a": ["CAN_VIEW"]}));
        let diff = diff(&wanted, None, Some(&there));
        let owner = [r#"privileges[user new]: null → ["IS_OWNER"]"#, r#"privileges[user old]: ["IS_OWNER"] → null"#];
        assert_eq!(shown(&diff), owner);
        assert_eq!(diff.strangers.keys().collect::<Vec<_>>(), ["group a"]);
    }
}
