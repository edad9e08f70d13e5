//! Grants on a securable.

use serde_json::{Map, Value, json};

use crate::api::unity::{self, PermissionChange};
use crate::resource::{Observed, ResourceKey, Spec};

use super::{GrantChange, Item, Lookup, Remote, RemoteError};

pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let (kind, name) = securable(lookup.key, lookup.spec)?;
    let Some(found) = unity::permissions(&remote.client, kind, name).await? else { return Ok(None) };
    let privileges: Map<String, Value> = found.into_iter().map(|(who, what)| (who, json!(what))).collect();
    let mut spec = Spec::new();
    spec.insert("securable_type".to_string(), Value::String(kind.to_string()));
    spec.insert("securable".to_string(), Value::String(name.to_string()));
    spec.insert("privileges".to_string(), Value::Object(privileges));
    Ok(Some(Observed { id: format!("{kind}/{}", name.to_lowercase()), spec, ..Observed::default() }))
}

pub(super) async fn change(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let (kind, name) = securable(item.key, item.spec)?;
    send(remote, kind, name, &item.grants).await?;
    Ok(Observed { id: format!("{kind}/{}", name.to_lowercase()), ..Observed::default() })
}

/// Nothing to take away where the securable is gone.
pub(super) async fn revoke(remote: &Remote, recorded: &Spec, changes: &[GrantChange]) -> Result<(), RemoteError> {
    let field = |name| recorded.get(name).and_then(Value::as_str);
    let (Some(kind), Some(name)) = (field("securable_type"), field("securable")) else { return Ok(()) };
    match send(remote, kind, name, changes).await {
        Err(RemoteError::Api(error)) if error.is_missing() => Ok(()),
        result => result,
    }
}

/// Whoever loses ALL PRIVILEGES loses what it covers with it. What they keep is given in a call of its own: nobody says
/// in which order the service goes through one.
async fn send(remote: &Remote, kind: &str, name: &str, changes: &[GrantChange]) -> Result<(), RemoteError> {
    let (mut first, mut then) = (Vec::new(), Vec::new());
    for change in changes {
        let GrantChange { principal, add, remove } = change.clone();
        let change = |add, remove| PermissionChange { principal: principal.clone(), add, remove };
        if remove.iter().any(|privilege| privilege == "ALL_PRIVILEGES") && !add.is_empty() {
            first.push(change(Vec::new(), remove));
            then.push(change(add, Vec::new()));
        } else {
            first.push(change(add, remove));
        }
    }
    for changes in [first, then].iter().filter(|changes| !changes.is_empty()) {
        unity::change_permissions(&remote.client, kind, name, changes).await?;
    }
    Ok(())
}

fn securable<'s>(key: &ResourceKey, spec: &'s Spec) -> Result<(&'s str, &'s str), RemoteError> {
    let field = |what: &'static str| {
        let found = spec.get(what).and_then(Value::as_str);
        found.ok_or_else(|| RemoteError::Incomplete { key: key.to_string(), what })
    };
    Ok((field("securable_type")?, field("securable")?))
}
