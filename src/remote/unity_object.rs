//! Catalogs, schemas, volumes and registered models.

use serde_json::{Map, Value};

use crate::api::unity::{self, ObjectKind};
use crate::resource::{Kind, Observed, ResourceKey, Spec};

use super::{Item, Lookup, Remote, RemoteError};

pub(super) async fn read(
    remote: &Remote,
    kind: ObjectKind,
    lookup: &Lookup<'_>,
) -> Result<Option<Observed>, RemoteError> {
    let name = match lookup.id {
        Some(id) => id.to_string(),
        None => full_name(lookup.key, lookup.spec)?,
    };
    let found = unity::get(&remote.client, kind, &name).await?;
    Ok(found.map(|spec| Observed { id: name, spec, ..Observed::default() }))
}

pub(super) async fn create(remote: &Remote, kind: ObjectKind, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let id = full_name(item.key, item.spec)?;
    unity::create(&remote.client, kind, item.spec.clone()).await?;
    Ok(Observed { id, ..Observed::default() })
}

/// Only what changes is sent: the service refuses an update that repeats what is there ("nothing to update").
pub(super) async fn update(
    remote: &Remote,
    kind: ObjectKind,
    id: &str,
    item: &Item<'_>,
) -> Result<Observed, RemoteError> {
    let fields: &[&str] = match kind {
        ObjectKind::Catalog => &["comment", "properties", "options"],
        ObjectKind::Schema => &["comment", "properties", "custom_max_retention_hours"],
        ObjectKind::Volume | ObjectKind::Model => &["comment"],
        ObjectKind::Function | ObjectKind::Table => &[],
    };
    let mut body = Map::new();
    for field in fields.iter().filter(|field| item.changed.contains(**field)) {
        let cleared = || match *field {
            "comment" => Value::String(String::new()),
            _ => Value::Object(Map::new()),
        };
        body.insert((*field).to_string(), item.spec.get(*field).cloned().unwrap_or_else(cleared));
    }
    if !body.is_empty() {
        unity::update(&remote.client, kind, id, body).await?;
    }
    Ok(Observed { id: id.to_string(), ..Observed::default() })
}

/// The name that identifies the object, in lower case as Unity Catalog keeps it.
fn full_name(key: &ResourceKey, spec: &Spec) -> Result<String, RemoteError> {
    let fields: &[&'static str] = match key.kind {
        Kind::Catalog => &["name"],
        Kind::Schema => &["catalog_name", "name"],
        _ => &["catalog_name", "schema_name", "name"],
    };
    let mut parts = Vec::new();
    for what in fields {
        let part = spec.get(*what).and_then(Value::as_str);
        parts.push(part.ok_or_else(|| RemoteError::Incomplete { key: key.to_string(), what })?.to_lowercase());
    }
    Ok(parts.join("."))
}
