//! Secret scopes.

use serde_json::{Value, json};

use crate::api::secrets::{self, Scope};
use crate::resource::{Observed, Spec};

use super::{Item, Lookup, Remote, RemoteError};

/// There is no call for one: all are listed, and one that is not among them is not there.
pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let sought = Item::sought(lookup.key, lookup.spec);
    let name = match lookup.id {
        Some(id) => id,
        None => sought.text("name")?,
    };
    let found = secrets::scopes(&remote.client).await?.into_iter().find(|scope| scope.name == name);
    Ok(found.map(observed))
}

fn observed(scope: Scope) -> Observed {
    let mut spec = Spec::new();
    spec.insert("name".to_string(), json!(scope.name));
    let backend = scope.backend_type.unwrap_or_else(|| "DATABRICKS".to_string());
    spec.insert("scope_backend_type".to_string(), json!(backend));
    if let Some(vault) = scope.keyvault_metadata {
        spec.insert("backend_azure_keyvault".to_string(), Value::Object(vault));
    }
    Observed { id: scope.name, spec, ..Observed::default() }
}

pub(super) async fn create(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let mut body = item.spec.clone();
    if let Some(name) = body.remove("name") {
        body.insert("scope".to_string(), name);
    }
    secrets::create_scope(&remote.client, body).await?;
    Ok(Observed { id: item.text("name")?.to_string(), ..Observed::default() })
}

pub(super) async fn delete(remote: &Remote, id: &str) -> Result<(), RemoteError> {
    secrets::delete_scope(&remote.client, id).await?;
    Ok(())
}
