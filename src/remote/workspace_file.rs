//! Files in the workspace tree.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use crate::api::workspace::{self, Object};
use crate::ident::ContentHash;
use crate::resource::{Observed, Spec};

use super::{Item, Lookup, Remote, RemoteError};

/// The time of the last change serves as etag, so that an untouched file is not downloaded to compare it.
pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    match workspace::get_status(&remote.client, path_of(lookup)?).await? {
        Some(object) => observed(remote, lookup, &object).await,
        None => Ok(None),
    }
}

/// What a listing of its folder tells; the content is read if it was changed.
pub(super) async fn observed(
    remote: &Remote,
    lookup: &Lookup<'_>,
    object: &Object,
) -> Result<Option<Observed>, RemoteError> {
    let path = path_of(lookup)?;
    let etag = stamp(object);
    let mut text = None;
    let fingerprint = match lookup.known {
        Some((known, fingerprint)) if etag.as_deref() == Some(known) => Some(fingerprint.clone()),
        _ => workspace::export(&remote.client, path).await?.map(|bytes| {
            text = String::from_utf8(bytes.to_vec()).ok();
            ContentHash::of(&bytes)
        }),
    };
    let mut spec = Spec::new();
    spec.insert("path".to_string(), Value::String(path.to_string()));
    Ok(Some(Observed { id: path.to_string(), spec, etag, fingerprint, text, ..Observed::default() }))
}

fn stamp(object: &Object) -> Option<String> {
    object.modified_at.map(|time| time.to_string())
}

impl Remote {
    /// The text of a workspace file; `None` if there is no such file, or it is no text.
    pub async fn text(&self, path: &str) -> Result<Option<String>, RemoteError> {
        let bytes = workspace::export(&self.client, path).await?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok()))
    }
}

/// When it was written, [`Remote::stamps`] tells for many at a time.
pub(super) async fn write(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let path = item.text("path")?;
    remote.import(&remote.client, path, item.bytes()?, true).await?;
    Ok(Observed { id: path.to_string(), ..Observed::default() })
}

/// Folders listed at once; the client limits calls further.
const AT_ONCE: usize = 16;

impl Remote {
    /// The etags of files that were just written, by path, with a list for each folder. `written` are their paths and
    /// sizes: a file of another size is not as we wrote it.
    pub async fn stamps(&self, written: &BTreeMap<String, u64>) -> Result<BTreeMap<String, String>, RemoteError> {
        let folder = |path: &String| Some(path.rsplit_once('/')?.0.to_string());
        let folders: BTreeSet<String> = written.keys().filter_map(folder).collect();
        let lists = stream::iter(folders.into_iter().map(|folder| async move {
            let objects = workspace::list(&self.client, &folder).await?.unwrap_or_default();
            let stamped = objects.into_iter().filter_map(|object| {
                let path = format!("{folder}/{}", object.path.rsplit('/').next()?);
                let ours = written.get(&path).is_some_and(|size| object.size.is_none_or(|there| there == *size));
                Some((path, stamp(&object).filter(|_| ours)?))
            });
            Ok::<Vec<_>, RemoteError>(stamped.collect())
        }));
        let lists: Vec<Vec<(String, String)>> = lists.buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(lists.into_iter().flatten().collect())
    }
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
