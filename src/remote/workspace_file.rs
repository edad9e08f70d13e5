//! Files in the workspace tree.

use serde_json::Value;

use crate::api::workspace;
use crate::ident::ContentHash;
use crate::resource::{Observed, Spec};

use super::{Item, Lookup, Remote, RemoteError};

/// The time of the last change serves as etag, so that an untouched file is not downloaded to compare it.
pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let path = path_of(lookup)?;
    let Some(object) = workspace::get_status(&remote.client, path).await? else { return Ok(None) };
    let etag = object.modified_at.map(|time| time.to_string());
    let fingerprint = match lookup.known {
        Some((known, fingerprint)) if etag.as_deref() == Some(known) => Some(fingerprint.clone()),
        _ => workspace::export(&remote.client, path).await?.map(|bytes| ContentHash::of(&bytes)),
    };
    let mut spec = Spec::new();
    spec.insert("path".to_string(), Value::String(path.to_string()));
    Ok(Some(Observed { id: path.to_string(), spec, etag, fingerprint, ..Observed::default() }))
}

pub(super) async fn write(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let path = item.text("path")?;
    if let Some((folder, _)) = path.rsplit_once('/') {
        remote.ensure_folder(folder).await?;
    }
    workspace::import(&remote.client, path, item.bytes()?.clone(), true).await?;
    let object = workspace::get_status(&remote.client, path).await?;
    let etag = object.and_then(|object| object.modified_at).map(|time| time.to_string());
    Ok(Observed { id: path.to_string(), etag, ..Observed::default() })
}

pub(super) async fn delete(remote: &Remote, path: &str) -> Result<(), RemoteError> {
    workspace::delete(&remote.client, path, false).await?;
    Ok(())
}

pub(super) fn path_of<'a>(lookup: &Lookup<'a>) -> Result<&'a str, RemoteError> {
    let named = lookup.spec.get("path").and_then(Value::as_str);
    let missing = || RemoteError::Incomplete { key: lookup.key.to_string(), what: "path" };
    lookup.id.or(named).ok_or_else(missing)
}
