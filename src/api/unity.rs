//! Unity Catalog objects and privileges.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::call::segment;
use super::error::optional;
use super::paging::every_page;
use super::{ApiError, Client};

const BASE: &str = "/api/2.1/unity-catalog";

/// The kinds of object that share one set of calls.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ObjectKind {
    Catalog,
    Schema,
    Volume,
    Function,
    /// Views, too.
    Table,
    Model,
}

impl ObjectKind {
    fn collection(self) -> &'static str {
        match self {
            Self::Catalog => "catalogs",
            Self::Schema => "schemas",
            Self::Volume => "volumes",
            Self::Function => "functions",
            Self::Table => "tables",
            Self::Model => "models",
        }
    }

    /// What a page of a listing calls them.
    fn list_field(self) -> &'static str {
        match self {
            Self::Model => "registered_models",
            other => other.collection(),
        }
    }

    /// The word for one of them.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Schema => "schema",
            Self::Volume => "volume",
            Self::Function => "function",
            Self::Table => "table",
            Self::Model => "model",
        }
    }
}

fn one(kind: ObjectKind, full_name: &str) -> String {
    format!("{BASE}/{}/{}", kind.collection(), segment(full_name))
}

pub async fn create(client: &Client, kind: ObjectKind, body: Map<String, Value>) -> Result<Value, ApiError> {
    client.post(format!("{BASE}/{}", kind.collection())).json(Value::Object(body)).send().await
}

pub async fn get(client: &Client, kind: ObjectKind, full_name: &str) -> Result<Option<Map<String, Value>>, ApiError> {
    optional(client.get(one(kind, full_name)).send().await)
}

pub async fn update(
    client: &Client,
    kind: ObjectKind,
    full_name: &str,
    body: Map<String, Value>,
) -> Result<Value, ApiError> {
    client.patch(one(kind, full_name)).json(Value::Object(body)).send().await
}

/// `false` if there was nothing. `force` removes what is inside a catalog or schema too.
pub async fn delete(client: &Client, kind: ObjectKind, full_name: &str, force: bool) -> Result<bool, ApiError> {
    let call = client.delete(one(kind, full_name));
    let call = if force { call.query("force", "true") } else { call };
    call.removed().await
}

/// The schemas of a catalog, or what a schema holds of one kind: all pages, `None` if there is no such container.
pub async fn list(
    client: &Client,
    kind: ObjectKind,
    catalog: &str,
    schema: Option<&str>,
) -> Result<Option<Vec<Map<String, Value>>>, ApiError> {
    let mut objects = Vec::new();
    let request = || {
        let call = client.get(format!("{BASE}/{}", kind.collection())).query("catalog_name", catalog);
        match schema {
            Some(schema) => call.query("schema_name", schema),
            None => call,
        }
    };
    let take = |mut page: Map<String, Value>| {
        if let Some(Value::Array(found)) = page.remove(kind.list_field()) {
            objects.extend(found.into_iter().filter_map(|object| match object {
                Value::Object(fields) => Some(fields),
                _ => None,
            }));
        }
        page.get("next_page_token").and_then(Value::as_str).map(str::to_string)
    };
    let answer = optional(every_page(request, take).await)?;
    Ok(answer.map(|()| objects))
}

/// Principal → its direct privileges, both sorted.
pub type Privileges = BTreeMap<String, Vec<String>>;

/// The direct grants on a securable; `None` if there is no such securable.
pub async fn permissions(client: &Client, securable: &str, full_name: &str) -> Result<Option<Privileges>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        privilege_assignments: Vec<Assignment>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    #[derive(Deserialize)]
    struct Assignment {
        principal: String,
        #[serde(default)]
        privileges: Vec<String>,
    }
    let mut found = Privileges::new();
    let take = |page: Page| {
        for assignment in page.privilege_assignments {
            let privileges = found.entry(assignment.principal).or_default();
            privileges.extend(assignment.privileges);
            privileges.sort();
            privileges.dedup();
        }
        page.next_page_token
    };
    let answer = optional(every_page(|| client.get(permissions_path(securable, full_name)), take).await)?;
    found.retain(|_, privileges| !privileges.is_empty());
    Ok(answer.map(|()| found))
}

/// What to give to and take from one principal.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PermissionChange {
    pub principal: String,
    pub add: Vec<String>,
    pub remove: Vec<String>,
}

pub async fn change_permissions(
    client: &Client,
    securable: &str,
    full_name: &str,
    changes: &[PermissionChange],
) -> Result<(), ApiError> {
    let changes: Vec<Value> = changes
        .iter()
        .map(|change| {
            let mut value = json!({ "principal": change.principal });
            // Empty lists are left out: the service answers 400 to a privilege that is both added and removed,
            // and the documented examples never send an empty list.
            for (key, list) in [("add", &change.add), ("remove", &change.remove)] {
                if !list.is_empty() {
                    value[key] = json!(list);
                }
            }
            value
        })
        .collect();
    client.patch(permissions_path(securable, full_name)).json(json!({ "changes": changes })).done().await
}

fn permissions_path(securable: &str, full_name: &str) -> String {
    format!("{BASE}/permissions/{}/{}", segment(securable), segment(full_name))
}
