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
}

pub async fn me(client: &Client) -> Result<Me, ApiError> {
    client.get("/api/2.0/preview/scim/v2/Me").send().await
}
