//! Seeing the embedded workspace as somebody else. No other workspace has this.

use serde::Deserialize;
use serde_json::json;

use super::{ApiError, Client, Secret};

/// A token of whoever has that name and is in those groups. It reads by SQL and does nothing else.
pub async fn admit(client: &Client, user: &str, groups: &[String]) -> Result<Secret, ApiError> {
    #[derive(Deserialize)]
    struct Admitted {
        token: String,
    }
    let body = json!({ "user_name": user, "groups": groups });
    // Of the same one it is the same token.
    let call = client.post("/_lakesmith/principals").json(body).idempotent();
    Ok(Secret::new(call.send::<Admitted>().await?.token))
}
