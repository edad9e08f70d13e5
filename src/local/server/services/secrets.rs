//! Secret scopes, their secrets, and who may use them. <https://docs.databricks.com/api/workspace/secrets>
//!
//! Access is kept and answered, not enforced: the one user of the embedded workspace is its administrator. Values lie in
//! the workspace's data as they are.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, NoParams, Params};
use crate::local::store::{Document, DocumentKind, Expect, Filter, Order, PageRequest, Reader, Writer};

const KIND: DocumentKind = DocumentKind("secret_scope");

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Permission {
    Read,
    Write,
    Manage,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Secret {
    /// Base64.
    value: String,
    last_updated_timestamp: i64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Record {
    secrets: BTreeMap<String, Secret>,
    acls: BTreeMap<String, Permission>,
}

fn find(reader: &Reader<'_>, scope: &str) -> ApiResult<Record> {
    let found: Option<Document<Record>> = reader.document(KIND, scope)?;
    let found = found.ok_or_else(|| ApiError::missing(format!("Scope {scope} does not exist!")))?;
    Ok(found.body)
}

fn put(writer: &Writer<'_>, scope: &str, record: &Record, expect: Expect) -> ApiResult<()> {
    writer.put_document(KIND, scope, "", scope, record, expect)?;
    Ok(())
}

/// "Must consist of alphanumeric characters, dashes, underscores, @, and periods, and may not exceed 128 characters."
fn check_name(what: &str, name: &str) -> ApiResult<()> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    match !name.is_empty() && name.chars().count() <= 128 && name.chars().all(fits) {
        true => Ok(()),
        false => Err(ApiError::invalid(format!("{what} is not a valid name."))),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateScope {
    scope: String,
    initial_manage_principal: Option<String>,
    scope_backend_type: Option<String>,
    backend_azure_keyvault: Option<Value>,
}

pub(crate) async fn create_scope(
    State(app): State<Shared>,
    Body(request): Body<CreateScope>,
) -> ApiResult<Json<Value>> {
    check_name("The scope", &request.scope)?;
    let vault = request.backend_azure_keyvault.is_some();
    if vault || request.scope_backend_type.is_some_and(|backend| backend != "DATABRICKS") {
        return Err(ApiError::invalid("Scopes of an Azure Key Vault are not supported here."));
    }
    // "If … is not specified, the initial ACL with MANAGE permission applied to the scope is assigned to the API
    // request issuer's user identity."
    let manager = request.initial_manage_principal.unwrap_or_else(|| app.owner.name.clone());
    app.write(move |writer| {
        if writer.document::<Record>(KIND, &request.scope)?.is_some() {
            let message = format!("Scope {} already exists!", request.scope);
            return Err(ApiError::new(ErrorCode::ResourceAlreadyExists, message));
        }
        let acls = BTreeMap::from([(manager, Permission::Manage)]);
        put(writer, &request.scope, &Record { acls, ..Record::default() }, Expect::Absent)
    })
    .await?;
    Ok(Json(json!({})))
}

pub(crate) async fn list_scopes(State(app): State<Shared>, Params(_): Params<NoParams>) -> ApiResult<Json<Value>> {
    let all = app
        .read(|reader| Ok(reader.documents::<Record>(KIND, Filter::default(), Order::Name, PageRequest::ALL)?.items))
        .await?;
    let scopes: Vec<Value> = all.iter().map(|scope| json!({"name": scope.id, "backend_type": "DATABRICKS"})).collect();
    Ok(Json(if scopes.is_empty() { json!({}) } else { json!({ "scopes": scopes }) }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfScope {
    scope: String,
}

pub(crate) async fn delete_scope(State(app): State<Shared>, Body(request): Body<OfScope>) -> ApiResult<Json<Value>> {
    app.write(move |writer| {
        find(writer, &request.scope)?;
        Ok(writer.delete_document(KIND, &request.scope)?)
    })
    .await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutSecret {
    scope: String,
    key: String,
    string_value: Option<String>,
    bytes_value: Option<String>,
}

pub(crate) async fn put_secret(State(app): State<Shared>, Body(request): Body<PutSecret>) -> ApiResult<Json<Value>> {
    check_name("The key", &request.key)?;
    let value = match (request.string_value, request.bytes_value) {
        (Some(text), None) => STANDARD.encode(text),
        (None, Some(bytes)) if STANDARD.decode(&bytes).is_ok() => bytes,
        _ => return Err(ApiError::invalid("Exactly one of string_value and bytes_value is needed.")),
    };
    let now = app.now_ms();
    app.write(move |writer| {
        let mut record = find(writer, &request.scope)?;
        record.secrets.insert(request.key, Secret { value, last_updated_timestamp: now });
        put(writer, &request.scope, &record, Expect::Present)
    })
    .await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfSecret {
    scope: String,
    key: String,
}

fn no_secret(request: &OfSecret) -> ApiError {
    ApiError::missing(format!("Secret does not exist with scope: {} and key: {}", request.scope, request.key))
}

pub(crate) async fn get_secret(State(app): State<Shared>, Params(request): Params<OfSecret>) -> ApiResult<Json<Value>> {
    let answer = app
        .read(move |reader| {
            let record = find(reader, &request.scope)?;
            let secret = record.secrets.get(&request.key).ok_or_else(|| no_secret(&request))?;
            Ok(json!({"key": request.key, "value": secret.value}))
        })
        .await?;
    Ok(Json(answer))
}

pub(crate) async fn delete_secret(State(app): State<Shared>, Body(request): Body<OfSecret>) -> ApiResult<Json<Value>> {
    app.write(move |writer| {
        let mut record = find(writer, &request.scope)?;
        record.secrets.remove(&request.key).ok_or_else(|| no_secret(&request))?;
        put(writer, &request.scope, &record, Expect::Present)
    })
    .await?;
    Ok(Json(json!({})))
}

pub(crate) async fn list_secrets(
    State(app): State<Shared>,
    Params(request): Params<OfScope>,
) -> ApiResult<Json<Value>> {
    let record = app.read(move |reader| find(reader, &request.scope)).await?;
    let one = |(key, secret): (&String, &Secret)| json!({"key": key, "last_updated_timestamp": secret.last_updated_timestamp});
    let secrets: Vec<Value> = record.secrets.iter().map(one).collect();
    Ok(Json(json!({ "secrets": secrets })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutAcl {
    scope: String,
    principal: String,
    permission: Permission,
}

pub(crate) async fn put_acl(State(app): State<Shared>, Body(request): Body<PutAcl>) -> ApiResult<Json<Value>> {
    app.write(move |writer| {
        let mut record = find(writer, &request.scope)?;
        record.acls.insert(request.principal, request.permission);
        put(writer, &request.scope, &record, Expect::Present)
    })
    .await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfAcl {
    scope: String,
    principal: String,
}

fn no_acl(request: &OfAcl) -> ApiError {
    ApiError::missing(format!("Acl does not exist for principal {} in scope {}.", request.principal, request.scope))
}

pub(crate) async fn delete_acl(State(app): State<Shared>, Body(request): Body<OfAcl>) -> ApiResult<Json<Value>> {
    app.write(move |writer| {
        let mut record = find(writer, &request.scope)?;
        record.acls.remove(&request.principal).ok_or_else(|| no_acl(&request))?;
        put(writer, &request.scope, &record, Expect::Present)
    })
    .await?;
    Ok(Json(json!({})))
}

pub(crate) async fn get_acl(State(app): State<Shared>, Params(request): Params<OfAcl>) -> ApiResult<Json<Value>> {
    let answer = app
        .read(move |reader| {
            let record = find(reader, &request.scope)?;
            let permission = record.acls.get(&request.principal).ok_or_else(|| no_acl(&request))?;
            Ok(json!({"principal": request.principal, "permission": permission}))
        })
        .await?;
    Ok(Json(answer))
}

pub(crate) async fn list_acls(State(app): State<Shared>, Params(request): Params<OfScope>) -> ApiResult<Json<Value>> {
    let record = app.read(move |reader| find(reader, &request.scope)).await?;
    let items =
        record.acls.iter().map(|(principal, permission)| json!({"principal": principal, "permission": permission}));
    Ok(Json(json!({ "items": items.collect::<Vec<_>>() })))
}
