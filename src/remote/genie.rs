//! Genie spaces.

use serde_json::{Map, Value, json};

use crate::api::genie::{self, Space};
use crate::resource::{Kind, Observed, Rules, Spec, genie_fingerprint};

use super::guarded::{Look, guarded};
use super::{Item, Lookup, Remote, RemoteError};

const FIELDS: [&str; 4] = ["title", "description", "warehouse_id", "parent_path"];

pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let Some(id) = lookup.id else { return Ok(None) };
    Ok(genie::get(&remote.client, id).await?.map(|space| observed(space, lookup)))
}

fn observed(space: Space, lookup: &Lookup<'_>) -> Observed {
    let fingerprint = match lookup.known {
        Some((known, fingerprint)) if space.etag.as_deref() == Some(known) => Some(fingerprint.clone()),
        _ => space.serialized_space.as_deref().and_then(genie_fingerprint),
    };
    let values = [space.title, space.description, space.warehouse_id, space.parent_path];
    let fields = FIELDS.into_iter().zip(values);
    let spec: Spec = fields.filter_map(|(name, value)| Some((name.to_string(), Value::String(value?)))).collect();
    Observed { id: space.space_id, spec, etag: space.etag, fingerprint, ..Observed::default() }
}

/// The fields that `takes` takes.
fn body(item: &Item<'_>, takes: impl Fn(&str) -> bool) -> Result<Map<String, Value>, RemoteError> {
    let fields = FIELDS.into_iter().filter(|name| takes(name));
    let mut body: Map<String, Value> =
        fields.filter_map(|name| Some((name.to_string(), item.spec.get(name)?.clone()))).collect();
    if takes("content") {
        let not_text = |_| RemoteError::Incomplete { key: item.key.to_string(), what: "a document in UTF-8" };
        let text = std::str::from_utf8(item.bytes()?).map_err(not_text)?;
        body.insert("serialized_space".to_string(), Value::String(text.to_string()));
    }
    Ok(body)
}

pub(super) async fn create(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let mut body = body(item, |_| true)?;
    if !body.contains_key("warehouse_id") {
        body.insert("warehouse_id".to_string(), json!(remote.default_warehouse().await?));
    }
    let folder = item.text("parent_path").ok();
    let space = remote.in_folder(folder, || genie::create(&remote.client, body.clone())).await?;
    Ok(Observed { id: space.space_id, etag: space.etag, ..Observed::default() })
}

/// What changes, with the etag that the plan saw: an edit since then is not overwritten unseen.
pub(super) async fn update(remote: &Remote, id: &str, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let mut body = body(item, |field| item.changed.contains(field))?;
    if item.changed.contains("description") {
        body.entry("description").or_insert_with(|| json!(""));
    }
    let write = async |etag: Option<String>| {
        let mut body = body.clone();
        body.extend(etag.map(|etag| ("etag".to_string(), json!(etag))));
        Ok(genie::update(&remote.client, id, body).await?.etag)
    };
    let look = async || {
        let space = genie::get(&remote.client, id).await?;
        Ok(space.map(|space| {
            let there = space.serialized_space.as_deref().and_then(genie_fingerprint);
            let content = !item.changed.contains("content") || there.as_ref() == item.content.map(|c| &c.fingerprint);
            let known = Lookup { key: item.key, id: Some(id), spec: item.spec, known: None };
            let observed = observed(space, &known);
            let rules = Rules::of(Kind::GenieSpace);
            let same = |(field, wanted): (&String, &Value)| match field.as_str() {
                "serialized_space" => true,
                field => rules.same(field, wanted, observed.spec.get(field)),
            };
            let written = content && body.iter().all(same);
            Look { etag: observed.etag, written, unchanged: there.is_some() && there == item.seen }
        }))
    };
    let etag = guarded(item.etag, write, look).await?;
    Ok(Observed { id: id.to_string(), etag, ..Observed::default() })
}

pub(super) async fn trash(remote: &Remote, id: &str) -> Result<(), RemoteError> {
    genie::trash(&remote.client, id).await?;
    Ok(())
}
