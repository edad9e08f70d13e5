//! Files in volumes.

use serde_json::Value;

use crate::api::files::{self, FileInfo};
use crate::ident::ContentHash;
use crate::resource::{Body, Observed, Spec};

use super::workspace_file::path_of;
use super::{Item, Lookup, Remote, RemoteError};

/// Time of the last change and size serve as etag.
fn etag(info: &FileInfo) -> Option<String> {
    Some(format!("{} {}", info.last_modified.as_ref()?, info.size))
}

pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let path = path_of(lookup)?;
    let Some(info) = files::head(&remote.client, path).await? else { return Ok(None) };
    let etag = etag(&info);
    let fingerprint = match lookup.known {
        Some((known, fingerprint)) if etag.as_deref() == Some(known) => Some(fingerprint.clone()),
        _ => files::get(&remote.client, path).await?.map(|bytes| ContentHash::of(&bytes)),
    };
    let mut spec = Spec::new();
    spec.insert("path".to_string(), Value::String(path.to_string()));
    Ok(Some(Observed { id: path.to_string(), spec, etag, fingerprint, ..Observed::default() }))
}

pub(super) async fn write(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let path = item.text("path")?;
    match &item.content()?.body {
        Body::Memory(bytes) => files::put(&remote.client, path, bytes.clone()).await?,
        Body::File { path: local, size } => files::put_file(&remote.client, path, local, *size).await?,
    }
    let info = files::head(&remote.client, path).await?;
    Ok(Observed { id: path.to_string(), etag: info.as_ref().and_then(etag), ..Observed::default() })
}

pub(super) async fn delete(remote: &Remote, path: &str) -> Result<(), RemoteError> {
    files::delete(&remote.client, path).await?;
    Ok(())
}
