//! The one metastore. <https://docs.databricks.com/api/workspace/metastores/current>

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::ident::Identifier;
use crate::local::server::app::{App, Identity, Shared};
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::extract::{NoParams, Params};
use crate::local::store::{CatalogRecord, DocumentKind, Expect, Registration, Writer};
use crate::sys::System;

const KIND: DocumentKind = DocumentKind("identity");
/// The catalog of unqualified names, which every workspace has.
pub(crate) const DEFAULT_CATALOG: &str = "main";

/// What the workspace is called; made once.
pub(crate) fn identity(writer: &Writer<'_>, system: &System) -> ApiResult<Identity> {
    if let Some(known) = writer.document::<Identity>(KIND, "workspace")? {
        return Ok(known.body);
    }
    let bytes: [u8; 8] = system.random.bytes();
    let workspace_id = (i64::from_be_bytes(bytes) & 0x1f_ffff_ffff_ffff).max(1);
    let identity = Identity { metastore_id: system.random.uuid().to_string(), workspace_id };
    writer.put_document(KIND, "workspace", "", "", &identity, Expect::Absent)?;
    Ok(identity)
}

pub(crate) fn prepare(app: &App, writer: &Writer<'_>) -> ApiResult<()> {
    let name = Identifier::object(DEFAULT_CATALOG).map_err(|error| ApiError::internal(error.to_string()))?;
    if writer.securable::<CatalogRecord>(&name)?.is_none() {
        let record = CatalogRecord {
            name,
            comment: None,
            properties: Default::default(),
            registration: Registration::default(),
        };
        writer.create_catalog(record, &app.owner.name)?;
    }
    Ok(())
}

pub(crate) async fn current(State(app): State<Shared>, Params(_): Params<NoParams>) -> Json<Value> {
    Json(json!({
        "metastore_id": app.identity.metastore_id,
        "workspace_id": app.identity.workspace_id,
        "default_catalog_name": DEFAULT_CATALOG,
    }))
}
