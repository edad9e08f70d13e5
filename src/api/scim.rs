//! Who am I, and who else is there (SCIM).

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

/// How many of `Users`, `Groups` or `ServicePrincipals` have a value of an attribute.
pub async fn count(client: &Client, list: &str, attribute: &str, value: &str) -> Result<u64, ApiError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Listing {
        total_results: u64,
    }
    let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
    let call = client.get(format!("/api/2.0/preview/scim/v2/{list}"));
    let call = call.query("filter", format!("{attribute} eq \"{quoted}\"")).query("attributes", attribute);
    Ok(call.query("count", "1").send::<Listing>().await?.total_results)
}
