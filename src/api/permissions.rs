//! Access control lists of the workspace's objects. <https://docs.databricks.com/api/workspace/permissions>

use serde::Deserialize;
use serde_json::{Value, json};

use super::call::segment;
use super::error::optional;
use super::{ApiError, Client};

/// One level of one principal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Access {
    /// `user_name`, `group_name` or `service_principal_name`.
    pub field: String,
    pub name: String,
    pub level: String,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    access_control_list: Vec<Control>,
}

#[derive(Deserialize)]
struct Control {
    #[serde(default)]
    user_name: Option<String>,
    #[serde(default)]
    group_name: Option<String>,
    #[serde(default)]
    service_principal_name: Option<String>,
    #[serde(default)]
    all_permissions: Vec<Permission>,
}

#[derive(Deserialize)]
struct Permission {
    #[serde(default)]
    permission_level: Option<String>,
    #[serde(default)]
    inherited: bool,
}

/// What is given on the object itself, without what it inherits from what is around it; `None` if there is no such
/// object.
pub async fn get(client: &Client, object_type: &str, id: &str) -> Result<Option<Vec<Access>>, ApiError> {
    let found: Option<Listed> = optional(client.get(path(object_type, id)).send().await)?;
    Ok(found.map(|listed| listed.access_control_list.into_iter().flat_map(direct).collect()))
}

fn direct(control: Control) -> Vec<Access> {
    let named = [
        ("user_name", control.user_name),
        ("group_name", control.group_name),
        ("service_principal_name", control.service_principal_name),
    ];
    let Some((field, name)) = named.into_iter().find_map(|(field, name)| Some((field, name?))) else {
        return Vec::new();
    };
    let own = control.all_permissions.into_iter().filter(|permission| !permission.inherited);
    let levels = own.filter_map(|permission| permission.permission_level);
    levels.map(|level| Access { field: field.to_string(), name: name.clone(), level }).collect()
}

/// "Sets permissions on an object, replacing existing permissions if they exist."
pub async fn set(client: &Client, object_type: &str, id: &str, list: &[Access]) -> Result<(), ApiError> {
    let control = |access: &Access| {
        let mut control = serde_json::Map::new();
        control.insert(access.field.clone(), json!(access.name));
        control.insert("permission_level".to_string(), json!(access.level));
        Value::Object(control)
    };
    let list: Vec<Value> = list.iter().map(control).collect();
    client.put(path(object_type, id)).json(json!({ "access_control_list": list })).done().await
}

fn path(object_type: &str, id: &str) -> String {
    format!("/api/2.0/permissions/{}/{}", segment(object_type), segment(id))
}
