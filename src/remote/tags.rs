//! Tags of catalogs, schemas, volumes, tables, views and columns.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::tags;
use crate::resource::{Observed, ResourceKey, Spec, tag_value};

use super::{Item, Lookup, Remote, RemoteError};

/// What was never deployed is set, whatever is there: it is not looked for.
pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    if lookup.id.is_none() {
        return Ok(None);
    }
    let (kind, name) = entity(lookup.key, lookup.spec)?;
    let Some(found) = tags::list(&remote.client, kind, name).await? else { return Ok(None) };
    let mut spec = Spec::new();
    spec.insert("entity_type".to_string(), json!(kind));
    spec.insert("entity_name".to_string(), json!(name));
    let told = found.into_iter().map(|(key, value)| (key, tag_value(&value)));
    spec.insert("tags".to_string(), Value::Object(told.collect()));
    Ok(Some(Observed { id: format!("{kind}/{name}"), spec, ..Observed::default() }))
}

/// Sets what the project says, and takes away what it does not say any more.
pub(super) async fn set(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let (kind, name) = entity(item.key, item.spec)?;
    let client = &remote.client;
    let there = tags::list(client, kind, name).await?.unwrap_or_default();
    for (key, value) in wanted(item.spec) {
        match there.get(&key) {
            Some(found) if *found == value => {}
            Some(_) => tags::update(client, kind, name, &key, &value).await?,
            None => tags::create(client, kind, name, &key, &value).await?,
        }
    }
    for key in item.removed.iter().filter_map(|path| path.strip_prefix("tags.")) {
        tags::delete(client, kind, name, key).await?;
    }
    Ok(Observed { id: format!("{kind}/{name}"), ..Observed::default() })
}

/// Others may have set tags of their own, which stay.
pub(super) async fn remove(remote: &Remote, key: &ResourceKey, recorded: &Spec) -> Result<(), RemoteError> {
    let (kind, name) = entity(key, recorded)?;
    for (key, _) in wanted(recorded) {
        tags::delete(&remote.client, kind, name, &key).await?;
    }
    Ok(())
}

fn wanted(spec: &Spec) -> BTreeMap<String, String> {
    let tags = spec.get("tags").and_then(Value::as_object).into_iter().flatten();
    tags.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_string())).collect()
}

fn entity<'s>(key: &ResourceKey, spec: &'s Spec) -> Result<(&'s str, &'s str), RemoteError> {
    let field = |what: &'static str| {
        let found = spec.get(what).and_then(Value::as_str);
        found.ok_or_else(|| RemoteError::Incomplete { key: key.to_string(), what })
    };
    Ok((field("entity_type")?, field("entity_name")?))
}
