//! SQL warehouses.

use serde::Deserialize;

use super::{ApiError, Client};

#[derive(Deserialize, Clone, Debug)]
pub struct Warehouse {
    pub id: String,
    pub name: String,
    /// `RUNNING`, `STARTING`, `STOPPED`, `STOPPING`, `DELETED`, `DELETING`.
    #[serde(default)]
    pub state: Option<String>,
    #[serde(default)]
    pub enable_serverless_compute: bool,
}

pub async fn list(client: &Client) -> Result<Vec<Warehouse>, ApiError> {
    #[derive(Deserialize)]
    struct Listing {
        #[serde(default)]
        warehouses: Vec<Warehouse>,
    }
    Ok(client.get("/api/2.0/sql/warehouses").send::<Listing>().await?.warehouses)
}
