//! Who am I (SCIM).

use serde::Deserialize;

use super::{ApiError, Client};

#[derive(Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// An e-mail address for people, an application id for service principals.
    pub user_name: String,
    #[serde(default)]
    pub display_name: Option<String>,
    /// The groups that it is directly in.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// What was given to it directly; more may come from its groups.
    #[serde(default)]
    pub entitlements: Vec<Entitlement>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Group {
    #[serde(default)]
    pub display: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Entitlement {
    /// `workspace-access`, `databricks-sql-access`, …
    pub value: String,
}

pub async fn me(client: &Client) -> Result<Me, ApiError> {
    client.get("/api/2.0/preview/scim/v2/Me").send().await
}
