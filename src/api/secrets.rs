//! Secret scopes and who may use them. <https://docs.databricks.com/api/workspace/secrets>
//!
//! Nothing here reads or writes a secret's value.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::optional;
use super::{ApiError, Client};

const BASE: &str = "/api/2.0/secrets";

#[derive(Deserialize, Clone, Debug)]
pub struct Scope {
    pub name: String,
    /// `DATABRICKS` or `AZURE_KEYVAULT`.
    #[serde(default)]
    pub backend_type: Option<String>,
    #[serde(default)]
    pub keyvault_metadata: Option<Map<String, Value>>,
}

/// What one principal may do with a scope: `READ`, `WRITE` or `MANAGE`.
#[derive(Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct Acl {
    pub principal: String,
    pub permission: String,
}

/// All scopes: there is no call for one.
pub async fn scopes(client: &Client) -> Result<Vec<Scope>, ApiError> {
    #[derive(Deserialize)]
    struct Listing {
        #[serde(default)]
        scopes: Vec<Scope>,
    }
    Ok(client.get(format!("{BASE}/scopes/list")).send::<Listing>().await?.scopes)
}

pub async fn create_scope(client: &Client, body: Map<String, Value>) -> Result<(), ApiError> {
    client.post(format!("{BASE}/scopes/create")).json(Value::Object(body)).done().await
}

/// With all secrets inside; `false` if there was nothing.
pub async fn delete_scope(client: &Client, scope: &str) -> Result<bool, ApiError> {
    let call = client.post(format!("{BASE}/scopes/delete")).json(json!({ "scope": scope })).idempotent();
    call.removed().await
}

/// `None` if there is no such scope.
pub async fn acls(client: &Client, scope: &str) -> Result<Option<Vec<Acl>>, ApiError> {
    #[derive(Deserialize)]
    struct Listing {
        #[serde(default)]
        items: Vec<Acl>,
    }
    let listed: Option<Listing> = optional(client.get(format!("{BASE}/acls/list")).query("scope", scope).send().await)?;
    Ok(listed.map(|listed| listed.items))
}

/// Takes the place of what the principal had.
pub async fn put_acl(client: &Client, scope: &str, principal: &str, permission: &str) -> Result<(), ApiError> {
    let body = json!({ "scope": scope, "principal": principal, "permission": permission });
    client.post(format!("{BASE}/acls/put")).json(body).idempotent().done().await
}

/// `false` if there was nothing.
pub async fn delete_acl(client: &Client, scope: &str, principal: &str) -> Result<bool, ApiError> {
    let body = json!({ "scope": scope, "principal": principal });
    client.post(format!("{BASE}/acls/delete")).json(body).idempotent().removed().await
}
