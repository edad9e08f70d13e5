//! Functions, tables and views: made by statements, read through Unity Catalog.

use serde_json::Value;

use crate::api::statements::{self, Statement};
use crate::api::unity::{self, ObjectKind};
use crate::resource::{Observed, Spec};

use super::{Item, Lookup, Remote, RemoteError};

/// Its statement cannot be read back; what was run last counts as what is there.
pub(super) async fn read(
    remote: &Remote,
    kind: ObjectKind,
    lookup: &Lookup<'_>,
) -> Result<Option<Observed>, RemoteError> {
    let named = lookup.spec.get("full_name").and_then(Value::as_str);
    let missing = || RemoteError::Incomplete { key: lookup.key.to_string(), what: "full_name" };
    let name = lookup.id.or(named).ok_or_else(missing)?;
    if unity::get(&remote.client, kind, name).await?.is_none() {
        return Ok(None);
    }
    let mut spec = Spec::new();
    spec.insert("full_name".to_string(), Value::String(name.to_string()));
    Ok(Some(Observed { id: name.to_lowercase(), spec, ..Observed::default() }))
}

pub(super) async fn run(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let name = item.text("full_name")?.to_lowercase();
    let not_text = |_| RemoteError::Incomplete { key: item.key.to_string(), what: "a statement in UTF-8" };
    let text = std::str::from_utf8(item.bytes()?).map_err(not_text)?;
    let warehouse_id = remote.default_warehouse().await?;
    statements::execute(&remote.client, &Statement { text, warehouse_id, ..Statement::default() }).await?;
    Ok(Observed { id: name, ..Observed::default() })
}
