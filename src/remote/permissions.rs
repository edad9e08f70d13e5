//! Permissions of one object of the workspace.
//!
//! The service knows only whole lists. What the project does not manage stays on the list: what others were given, the
//! owner, and the right of whoever signs in to manage what they made.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::api::permissions::{self, Access};
use crate::api::secrets;
use crate::resource::{Observed, Spec, principal_field, principal_name};

use super::settled::settled;
use super::{GrantChange, Item, Lookup, Remote, RemoteError};

const OWNER: &str = "IS_OWNER";
const MANAGE: [&str; 2] = ["CAN_MANAGE", "MANAGE"];

/// Scopes of secrets have a service of their own.
const SCOPES: &str = "secret-scopes";

/// Levels by principal, as plans name it.
type Levels = BTreeMap<String, BTreeSet<String>>;

pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let Some((object_type, id)) = object(lookup.spec) else { return Ok(None) };
    let Some(list) = list(remote, object_type, &id, &named(lookup.spec)).await? else { return Ok(None) };
    let wanted = named(lookup.spec);
    let hands_over = wanted.values().any(|levels| levels.contains(OWNER));
    let caller = remote.caller().await?;
    let own = |principal: &str, level: &str| {
        let name = principal_field(principal).map(|(_, name)| name);
        MANAGE.contains(&level) && name.is_some_and(|name| name.eq_ignore_ascii_case(caller))
    };
    let mut privileges = Map::new();
    for (principal, levels) in list {
        let managed = wanted.contains_key(&principal);
        let kept = |level: &String| (level == OWNER && !hands_over) || own(&principal, level);
        let shown: Vec<&String> = levels.iter().filter(|level| managed || !kept(level)).collect();
        if !shown.is_empty() {
            privileges.insert(principal.clone(), json!(shown));
        }
    }
    let mut spec = Spec::new();
    spec.insert("object_type".to_string(), json!(object_type));
    spec.insert("object_id".to_string(), json!(id));
    spec.insert("privileges".to_string(), Value::Object(privileges));
    Ok(Some(Observed { id: format!("{object_type}/{id}"), spec, ..Observed::default() }))
}

/// Those whom the project names have what it says, whatever the plan saw.
pub(super) async fn change(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let incomplete = || RemoteError::Incomplete { key: item.key.to_string(), what: "object_id" };
    let (object_type, id) = object(item.spec).ok_or_else(incomplete)?;
    write(remote, object_type, &id, &named(item.spec), &item.grants).await?;
    Ok(Observed { id: format!("{object_type}/{id}"), ..Observed::default() })
}

/// Nothing to take away where the object is gone.
pub(super) async fn revoke(remote: &Remote, recorded: &Spec, changes: &[GrantChange]) -> Result<(), RemoteError> {
    let Some((object_type, id)) = object(recorded) else { return Ok(()) };
    match write(remote, object_type, &id, &Levels::new(), changes).await {
        Err(RemoteError::Api(error)) if error.is_missing() => Ok(()),
        result => result,
    }
}

async fn write(
    remote: &Remote,
    object_type: &str,
    id: &str,
    wanted: &Levels,
    changes: &[GrantChange],
) -> Result<(), RemoteError> {
    // Without what is there, its owner would be lost.
    let look = || list(remote, object_type, id, wanted);
    let there = settled(look, |there| matches!(there, Ok(None)) && !wanted.is_empty()).await?;
    let mut list = there.clone().unwrap_or_default();
    for change in changes {
        let levels = list.entry(change.principal.clone()).or_default();
        levels.retain(|level| !change.remove.contains(level));
        levels.extend(change.add.iter().cloned());
    }
    if wanted.values().any(|levels| levels.contains(OWNER)) {
        // There is exactly one.
        list.values_mut().for_each(|levels| levels.retain(|level| level != OWNER));
    }
    list.extend(wanted.clone());
    list.retain(|_, levels| !levels.is_empty());
    if there.as_ref() == Some(&list) {
        return Ok(());
    }
    if object_type == SCOPES {
        return write_acls(remote, id, &there.unwrap_or_default(), &list).await;
    }
    let access = list.iter().flat_map(|(principal, levels)| {
        let named = principal_field(principal);
        levels.iter().filter_map(move |level| {
            let (field, name) = named?;
            Some(Access { field: field.to_string(), name: name.to_string(), level: level.clone() })
        })
    });
    permissions::set(&remote.client, object_type, id, &access.collect::<Vec<_>>()).await?;
    Ok(())
}

/// One call after the other: side by side, the service loses some.
async fn write_acls(remote: &Remote, scope: &str, there: &Levels, list: &Levels) -> Result<(), RemoteError> {
    let _alone = remote.acls.lock().await;
    let bare = |principal: &str| principal_field(principal).map_or(principal.to_string(), |(_, name)| name.to_string());
    for (principal, levels) in list.iter().filter(|(principal, levels)| there.get(*principal) != Some(levels)) {
        for level in levels {
            secrets::put_acl(&remote.client, scope, &bare(principal), level).await?;
        }
    }
    for principal in there.keys().filter(|principal| !list.contains_key(*principal)) {
        secrets::delete_acl(&remote.client, scope, &bare(principal)).await?;
    }
    Ok(())
}

/// Lists of scopes do not say what a principal is.
async fn list_acls(remote: &Remote, scope: &str, wanted: &Levels) -> Result<Option<Levels>, RemoteError> {
    let Some(found) = secrets::acls(&remote.client, scope).await? else { return Ok(None) };
    let mut levels = Levels::new();
    for acl in found {
        let named =
            |name: &&String| principal_field(name).is_some_and(|(_, name)| name.eq_ignore_ascii_case(&acl.principal));
        let field = if acl.principal.contains('@') { "user_name" } else { "group_name" };
        let principal = wanted.keys().find(named).cloned().unwrap_or_else(|| principal_name(field, &acl.principal));
        levels.entry(principal).or_default().insert(acl.permission);
    }
    Ok(Some(levels))
}

/// What is given on the object itself, under the names that `wanted` has for the same principals.
async fn list(remote: &Remote, object_type: &str, id: &str, wanted: &Levels) -> Result<Option<Levels>, RemoteError> {
    if object_type == SCOPES {
        return list_acls(remote, id, wanted).await;
    }
    let Some(found) = permissions::get(&remote.client, object_type, id).await? else { return Ok(None) };
    let mut levels = Levels::new();
    for access in found {
        let principal = principal_name(&access.field, &access.name);
        // E-mail addresses are kept in lower case.
        let written = wanted.keys().find(|name| name.eq_ignore_ascii_case(&principal));
        levels.entry(written.cloned().unwrap_or(principal)).or_default().insert(access.level);
    }
    Ok(Some(levels))
}

fn named(spec: &Spec) -> Levels {
    let map = spec.get("privileges").and_then(Value::as_object);
    let levels =
        |list: &Value| list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_string).collect();
    map.into_iter().flatten().map(|(principal, list)| (principal.clone(), levels(list))).collect()
}

/// `None` while the object is not there: its id is known only then.
fn object(spec: &Spec) -> Option<(&str, String)> {
    let object_type = spec.get("object_type")?.as_str()?;
    let id = match spec.get("object_id")? {
        Value::String(id) if !id.contains("${") => id.clone(),
        // The id of a job.
        Value::Number(id) => id.to_string(),
        _ => return None,
    };
    Some((object_type, id))
}
