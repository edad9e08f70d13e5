//! Grants, principal by principal.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::resource::{Kind, ResourceKey, Spec, in_all_privileges};

use super::{FieldChange, Request, Unmanaged};

/// By the principal as the service spells it, else as the project does.
type Privileges = BTreeMap<String, BTreeSet<String>>;

const ALL: &str = "ALL_PRIVILEGES";
const MANAGE: &str = "MANAGE";

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
        let held = |of: &'_ Principals| of.get(principal).map(|(_, names)| names.clone());
        let (wanted, given) = (held(&want), held(&given));
        let (spelling, has) =
            there.get(principal).or_else(|| want.get(principal)).map_or((principal, &nothing), |(spelling, _)| {
                (spelling, there.get(principal).map_or(&nothing, |(_, has)| has))
            });
        let mut shall: BTreeSet<String> = match (&wanted, &given) {
            (Some(wanted), _) => wanted.clone(),
            (None, _) if authoritative => BTreeSet::new(),
            (None, Some(given)) => has.iter().filter(|name| !covers(given, name)).cloned().collect(),
            (None, None) => {
                result.strangers.insert(spelling.clone(), has.clone());
                continue;
            }
        };
        if normal(has) == normal(&shall) {
            continue;
        }
        // What ALL PRIVILEGES means anyhow is neither given nor taken beside it.
        if shall.contains(ALL) {
            shall.retain(|name| name == ALL || !in_all_privileges(name));
            shall.extend(has.iter().filter(|name| in_all_privileges(name)).cloned());
        }
        result.widens |= shall.iter().any(|name| !covers(has, name));
        result.changes.push(FieldChange {
            path: format!("privileges[{spelling}]"),
            old: to_value(has),
            new: to_value(&shall),
            outside: wanted.is_some() && wanted.as_ref().map(normal) == given.as_ref().map(normal),
            // Of whom the project does not name any more, what others gave stays.
            edited: wanted.is_some() && given.is_some_and(|given| normal(&given) != normal(has)),
        });
    }
    result
}

/// Who counts as given what, once the run died whose call was to change it, so that nobody knows whether it was. Who has
/// what the call was to make of it got it, and who has what was there `before` did not. Whatever else is there,
/// somebody has made of it since: a difference from what is recorded, and said as such.
pub fn given_after(
    intended: &Spec,
    recorded: Option<&Spec>,
    before: Option<&Spec>,
    there: &Spec,
) -> serde_json::Map<String, Value> {
    let (want, given, had, there) =
        (privileges(Some(intended)), privileges(recorded), privileges(before), privileges(Some(there)));
    let of =
        |principals: &Principals, name: &str| principals.get(name).map(|(_, names)| names.clone()).unwrap_or_default();
    let mut counts = serde_json::Map::new();
    for (name, (spelling, wanted)) in &want {
        let (has, had) = (of(&there, name), of(&had, name));
        // ALL PRIVILEGES are taken away before what is kept of them is given.
        let between = || -> BTreeSet<String> {
            let kept = |name: &&String| *name != ALL && !in_all_privileges(name) && wanted.contains(*name);
            had.iter().filter(kept).cloned().collect()
        };
        let recorded = given.get(name).map(|(_, names)| names);
        let counted = if normal(&has) == normal(wanted) {
            Some(wanted)
        } else if normal(&has) == normal(&had) {
            recorded
        } else if had.contains(ALL) && !wanted.contains(ALL) && has == between() {
            Some(&has)
        } else {
            recorded.or(Some(wanted))
        };
        if let Some(names) = counted.filter(|names| !names.is_empty()) {
            counts.insert(spelling.clone(), to_value(names));
        }
    }
    // Of what is taken away, as much as is still there.
    for (name, (spelling, names)) in given.iter().filter(|(name, _)| !want.contains_key(*name)) {
        let has = of(&there, name);
        let left: BTreeSet<String> = names.iter().filter(|name| covers(&has, name)).cloned().collect();
        if !left.is_empty() {
            counts.insert(spelling.clone(), to_value(&left));
        }
    }
    counts
}

/// Does whoever holds these privileges hold that one?
fn covers(held: &BTreeSet<String>, name: &str) -> bool {
    held.contains(name) || held.contains(ALL) && in_all_privileges(name)
}

/// The same set for all ways to write the same rights: ALL PRIVILEGES stands for all but the four that it leaves out.
fn normal(names: &BTreeSet<String>) -> BTreeSet<String> {
    let all = names.contains(ALL);
    names.iter().filter(|name| !all || *name == ALL || !in_all_privileges(name)).cloned().collect()
}

/// Why the changes of a securable's grants may not be made: they take MANAGE from the very principal that makes them,
/// which neither owns the securable nor anything around it, so that no later deployment could give it back. What is not
/// known of owners is no reason.
pub(super) fn locks_out(request: &Request<'_>, spec: &Spec, changes: &[FieldChange]) -> Option<String> {
    let deployer = request.deployer?;
    let holds = |value: &Value| value.as_array().into_iter().flatten().any(|name| name == MANAGE);
    let same = |name: &str| name.to_lowercase() == deployer.to_lowercase();
    let own = |change: &&FieldChange| {
        change.path.strip_prefix("privileges[").and_then(|path| path.strip_suffix(']')).is_some_and(same)
    };
    changes.iter().filter(own).find(|change| holds(&change.old) && !holds(&change.new))?;
    let text = |field: &str| spec.get(field).and_then(Value::as_str);
    let (securable_type, securable) = (text("securable_type")?, text("securable")?.to_lowercase());
    let of = owner(request, securable_type, &securable)?;
    let mut around = Vec::new();
    let mut name = securable.as_str();
    while let Some((outer, _)) = name.rsplit_once('.') {
        around.push((if outer.contains('.') { "schema" } else { "catalog" }, outer));
        name = outer;
    }
    let manages = |key: &ResourceKey| {
        let known = request.observed.get(key).or_else(|| request.bystanders.get(key));
        let held = privileges(known.map(|observed| &observed.spec));
        held.get(&deployer.to_lowercase()).is_some_and(|(_, names)| names.contains(MANAGE))
    };
    let kept = around.iter().any(|(kind, name)| {
        owner(request, kind, name).is_none_or(same)
            || manages(&ResourceKey::new(Kind::Grants, format!("{kind}.{name}")))
    });
    (!same(of) && !kept).then(|| {
        format!(
            "it takes MANAGE on the {securable_type} `{securable}` from `{deployer}`, who deploys and does not own it: \
             nobody could give it back; leave it MANAGE, or deploy as its owner `{of}`"
        )
    })
}

/// Taking away all that was given at the last deployment, but for what other deployments give, too.
pub(super) fn revoke<'s>(
    recorded: &Spec,
    observed: Option<&Spec>,
    others: impl Iterator<Item = &'s Spec>,
) -> Vec<FieldChange> {
    let mut without = recorded.clone();
    without.insert("privileges".to_string(), Value::Object(serde_json::Map::new()));
    without.insert("authoritative".to_string(), Value::Bool(false));
    let mut changes = diff(&without, Some(recorded), observed).changes;
    leave_what_others_give(&mut changes, &without, observed, others);
    changes
}

/// What a principal that is not `wanted` any more loses is not what other deployments give it, too.
pub(super) fn leave_what_others_give<'s>(
    changes: &mut Vec<FieldChange>,
    wanted: &Spec,
    observed: Option<&Spec>,
    others: impl Iterator<Item = &'s Spec>,
) {
    let (wanted, there, others): (_, _, Vec<Principals>) =
        (privileges(Some(wanted)), privileges(observed), others.map(|spec| privileges(Some(spec))).collect());
    for change in changes.iter_mut() {
        let name = change.path.trim_start_matches("privileges[").trim_end_matches(']').to_lowercase();
        let Some((_, has)) = there.get(&name).filter(|_| !wanted.contains_key(&name)) else { continue };
        let given = others.iter().filter_map(|other| other.get(&name)).flat_map(|(_, names)| names);
        let mut shall: BTreeSet<String> = given.filter(|name| covers(has, name)).cloned().collect();
        shall.extend(change.new.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_string));
        change.new = to_value(&shall);
    }
    changes.retain(|change| change.old != change.new);
}

/// By the principal in lower case: as it is spelt, and what it has.
type Principals = BTreeMap<String, (String, BTreeSet<String>)>;

/// Principals whose names differ in nothing but case are one.
fn privileges(spec: Option<&Spec>) -> Principals {
    let map = spec.and_then(|spec| spec.get("privileges")).and_then(Value::as_object);
    let mut principals = Principals::new();
    for (principal, list) in map.into_iter().flatten() {
        let names = list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_string);
        let (_, known) =
            principals.entry(principal.to_lowercase()).or_insert_with(|| (principal.clone(), BTreeSet::new()));
        known.extend(names);
    }
    principals.retain(|_, (_, names)| !names.is_empty());
    principals
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
            if owner.is_none_or(|owner| owner.to_lowercase() != principal.to_lowercase()) {
                found.push(Unmanaged {
                    securable_type: securable_type.to_string(),
                    securable: securable.clone(),
                    name: None,
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

    /// workspace-api.md §2.3: ALL PRIVILEGES collapses what it covers, and leaves the four out.
    #[test]
    fn all_privileges_has_one_normal_form() {
        let change = |wanted: Value, there: Value| {
            let found = diff(&spec(json!({"a": wanted}), true), None, Some(&spec(json!({"a": there}), false)));
            (shown(&found).join(" "), found.widens)
        };
        let all = "ALL_PRIVILEGES";
        assert_eq!(change(json!([all]), json!([all, "SELECT"])), (String::new(), false));
        assert_eq!(change(json!([all, "SELECT"]), json!([all])), (String::new(), false));
        for apart in ["EXTERNAL_USE_LOCATION", "EXTERNAL_USE_SCHEMA", "MANAGE", "READ_METADATA"] {
            let (told, widens) = change(json!([all, apart]), json!([all, "SELECT"]));
            assert!(
                widens
                    && told.ends_with(&format!(
                        r#"→ ["ALL_PRIVILEGES",{}]"#,
                        match apart {
                            "READ_METADATA" => r#""READ_METADATA","SELECT""#.to_string(),
                            other => format!(r#""{other}","SELECT""#),
                        }
                    )),
                "{told}"
            );
            let (told, widens) = change(json!([]), json!([all, apart]));
            assert!(!widens && told.contains(apart) && told.ends_with("null"), "{told}");
        }
        // Less than all, although every part of it was there.
        let (told, widens) = change(json!(["SELECT"]), json!([all, "SELECT"]));
        assert_eq!(told, r#"privileges[a]: ["ALL_PRIVILEGES","SELECT"] → ["SELECT"]"#);
        assert!(!widens);
        assert!(!change(json!(["MODIFY"]), json!([all])).1 && change(json!([all]), json!(["MODIFY"])).1);
    }

    #[test]
    fn principals_that_differ_in_case_are_one() {
        let wanted = spec(json!({"Ana@x.test": ["SELECT"], "ana@x.test": ["MODIFY"]}), true);
        let there = spec(json!({"ANA@x.test": ["MODIFY", "SELECT"]}), false);
        assert_eq!(diff(&wanted, None, Some(&there)), GrantDiff::default());
        let there = spec(json!({"ANA@x.test": ["SELECT"]}), false);
        let found = diff(&wanted, None, Some(&there));
        assert_eq!(shown(&found), [r#"privileges[ANA@x.test]: ["SELECT"] → ["MODIFY","SELECT"]"#]);
    }

    #[test]
    fn who_deploys_is_not_locked_out() {
        let told = |owner: Option<&str>, catalog: Option<&str>, around: Value, new: Value| {
            let there = |id: &str, owner: Option<&str>| {
                let spec = owner.map(|owner| ("owner".to_string(), json!(owner))).into_iter().collect();
                crate::resource::Observed { id: id.to_string(), spec, ..Default::default() }
            };
            let catalog_grants = crate::resource::Observed { spec: spec(around, false), ..Default::default() };
            let observed = BTreeMap::from([
                ("schema.s".parse().unwrap(), there("c.s", owner)),
                ("catalog.c".parse().unwrap(), there("c", catalog)),
                ("grants.catalog.c".parse().unwrap(), catalog_grants),
            ]);
            let request = Request {
                project: "p",
                target: "t",
                desired: &crate::resource::DesiredSet::default(),
                state: None,
                observed: &observed,
                bystanders: &BTreeMap::new(),
                others: &Default::default(),
                overwrite: &[],
                deployer: Some("ci@x.test"),
            };
            let securable = json!({"securable_type": "schema", "securable": "c.S"});
            let old = json!(["MANAGE", "SELECT"]);
            let change =
                FieldChange { path: "privileges[CI@x.test]".to_string(), old, new, outside: false, edited: false };
            locks_out(&request, securable.as_object().unwrap(), &[change])
        };
        let boss = Some("boss@x.test");
        let blocked = told(boss, boss, json!({}), json!(["SELECT"])).unwrap();
        assert!(blocked.contains("`ci@x.test`") && blocked.contains("schema `c.s`"), "{blocked}");
        assert!(told(boss, boss, json!({}), Value::Null).is_some());
        // Others may give it back, or nobody knows that they may not.
        assert_eq!(told(boss, boss, json!({}), json!(["MANAGE"])), None);
        assert_eq!(told(Some("CI@X.test"), boss, json!({}), Value::Null), None);
        assert_eq!(told(boss, Some("ci@x.test"), json!({}), Value::Null), None);
        assert_eq!(told(boss, boss, json!({"Ci@x.test": ["MANAGE"]}), Value::Null), None);
        assert_eq!(told(None, boss, json!({}), Value::Null), None);
        assert_eq!(told(boss, None, json!({}), Value::Null), None);
    }

    #[test]
    fn taking_the_grants_away_leaves_what_others_gave() {
        let recorded = spec(json!({"a": ["SELECT"]}), false);
        let there = spec(json!({"a": ["SELECT", "MODIFY"], "b": ["SELECT"]}), false);
        let changes = revoke(&recorded, Some(&there), std::iter::empty());
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].new, json!(["MODIFY"]));
        // Another target grants it, too.
        let other = spec(json!({"A": ["SELECT"]}), false);
        assert_eq!(revoke(&recorded, Some(&there), [&other].into_iter()), []);
        let (all, both) =
            (spec(json!({"a": ["ALL_PRIVILEGES"]}), false), spec(json!({"a": ["SELECT", "MANAGE"]}), false));
        let told = revoke(&all, Some(&all), [&both].into_iter());
        assert_eq!((&told[0].old, &told[0].new), (&json!(["ALL_PRIVILEGES"]), &json!(["SELECT"])));
    }

    /// What is as before or as intended is nobody's edit, nor what lies between the two calls that taking ALL PRIVILEGES
    /// needs; anything else stays a difference.
    #[test]
    fn what_counts_as_given_by_a_run_that_died() {
        let of = |list: Value| spec(json!({ "a": list }), false);
        let given = |recorded: Option<Value>, before: Value, intended: Value, there: Value| {
            let (recorded, before) = (recorded.map(of), of(before));
            let given = given_after(&of(intended), recorded.as_ref(), Some(&before), &of(there));
            given.get("a").cloned().unwrap_or(Value::Null)
        };
        let (none, one, both, other) =
            (json!([]), json!(["SELECT"]), json!(["MODIFY", "SELECT"]), json!(["MANAGE", "SELECT"]));
        // Given for the first time: before it, after it, and edited.
        assert_eq!(given(None, none.clone(), one.clone(), none.clone()), Value::Null);
        assert_eq!(given(None, none.clone(), one.clone(), one.clone()), one);
        assert_eq!(given(None, none, one.clone(), other.clone()), one);
        // Of whom others had given something.
        assert_eq!(given(None, one.clone(), both.clone(), one.clone()), Value::Null);
        // Changed: the record is what is there, and an edit differs from it.
        let recorded = Some(one.clone());
        assert_eq!(given(recorded.clone(), one.clone(), both.clone(), one.clone()), one);
        assert_eq!(given(recorded.clone(), one.clone(), both.clone(), both.clone()), both);
        assert_eq!(given(recorded, one.clone(), both.clone(), other.clone()), one);
        // Between taking all and giving what is kept of it.
        let all = json!(["ALL_PRIVILEGES", "MANAGE"]);
        assert_eq!(given(Some(all.clone()), all, other, json!(["MANAGE"])), json!(["MANAGE"]));
        // Who is not to have anything any more.
        let left = given_after(&Spec::new(), Some(&of(both)), None, &of(one.clone()));
        assert_eq!(left.get("a"), Some(&one));
        assert!(given_after(&Spec::new(), Some(&of(one)), None, &Spec::new()).is_empty());
    }
}
