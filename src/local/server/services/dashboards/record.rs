//! A dashboard as it is stored, and as the API tells it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::local::server::error::{ApiError, ApiResult};
use crate::local::store::{Document, DocumentKind, Expect, Reader, Writer};

pub(super) const KIND: DocumentKind = DocumentKind("dashboard");
pub(super) const EXTENSION: &str = ".lvdash.json";

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum LifecycleState {
    Active,
    Trashed,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Published {
    pub(super) display_name: String,
    pub(super) embed_credentials: bool,
    pub(super) warehouse_id: Option<String>,
    pub(super) serialized_dashboard: String,
    pub(super) revision_create_time: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(super) display_name: String,
    /// Without `/Workspace`.
    pub(super) parent_path: String,
    pub(super) warehouse_id: Option<String>,
    pub(super) serialized_dashboard: String,
    pub(super) etag: i64,
    pub(super) state: LifecycleState,
    pub(super) create_time: String,
    pub(super) update_time: String,
    pub(super) published: Option<Published>,
}

impl Record {
    pub(super) fn path(&self) -> String {
        let parent = self.parent_path.trim_end_matches('/');
        format!("{parent}/{}{EXTENSION}", self.display_name)
    }

    pub(super) fn wire(&self, id: &str) -> Value {
        let mut value = self.wire_basic(id);
        value["path"] = json!(self.path());
        value["parent_path"] = json!(self.parent_path);
        value["update_time"] = json!(self.update_time);
        value["etag"] = json!(self.etag.to_string());
        value["serialized_dashboard"] = json!(self.serialized_dashboard);
        value
    }

    /// "This field is excluded in List Dashboards responses": etag, paths, update time, content.
    pub(super) fn wire_basic(&self, id: &str) -> Value {
        let mut value = json!({
            "dashboard_id": id,
            "display_name": self.display_name,
            "create_time": self.create_time,
            "lifecycle_state": self.state,
        });
        if let Some(warehouse_id) = &self.warehouse_id {
            value["warehouse_id"] = json!(warehouse_id);
        }
        value
    }
}

/// Also a trashed one.
pub(crate) fn find(reader: &Reader<'_>, id: &str) -> ApiResult<Document<Record>> {
    let found = reader.document(KIND, id)?;
    found.ok_or_else(|| ApiError::missing(format!("Unable to find dashboard [dashboardId={id}]")))
}

pub(crate) fn find_active(reader: &Reader<'_>, id: &str) -> ApiResult<Document<Record>> {
    match find(reader, id)? {
        document if document.body.state == LifecycleState::Active => Ok(document),
        _ => Err(ApiError::missing(format!("Unable to find dashboard [dashboardId={id}]"))),
    }
}

pub(super) fn put(writer: &Writer<'_>, id: &str, record: &Record, expect: Expect) -> ApiResult<()> {
    writer.put_document(KIND, id, &record.parent_path, &record.display_name, record, expect)?;
    Ok(())
}
