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

async fn send(remote: &Remote, kind: &str, name: &str, changes: &[GrantChange]) -> Result<(), RemoteError> {
    let changes: Vec<PermissionChange> = changes
        .iter()
        .map(|change| PermissionChange {
            principal: change.principal.clone(),
            add: change.add.clone(),
            remove: change.remove.clone(),
        })
        .collect();
    if !changes.is_empty() {
        unity::change_permissions(&remote.client, kind, name, &changes).await?;
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
