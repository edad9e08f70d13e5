//! Who would sign in to a workspace, who does, and with what token.

use crate::api::{ApiError, Client, Connection, Description, Explicit, IssuedToken, SignedIn, Transport, scim};
use crate::sys::System;

use super::PipelineError;

/// Every way to sign in, and whom the workspace takes the chosen one for.
pub struct Identity {
    pub description: Description,
    /// Absent if no way gave a token.
    pub user: Option<Result<String, ApiError>>,
}

/// Tries to sign in and says what came of it; only a broken configuration is an error.
pub async fn describe_sign_in(explicit: &Explicit, system: &System) -> Result<Identity, PipelineError> {
    let description = Description::of(explicit, system, Transport::default()).await?;
    let user = match &description.client {
        Some(client) => Some(scim::me(client).await.map(|me| me.user_name)),
        None => None,
    };
    Ok(Identity { description, user })
}

/// Lets a person sign in with a browser; `show` gets the address to open. The second value is who the workspace says
/// that it was.
pub async fn sign_in(
    explicit: &Explicit,
    system: &System,
    show: impl FnOnce(&str),
) -> Result<(SignedIn, String), PipelineError> {
    let connection = Connection::resolve(explicit, &system.env).map_err(ApiError::from)?;
    let signed_in = connection.sign_in(system, &Transport::default(), show).await?;
    let client = Client::new(&signed_in.connection, system, Transport::default())?;
    let user = scim::me(&client).await?.user_name;
    Ok((signed_in, user))
}

/// A token of whoever would sign in.
pub async fn issue_token(explicit: &Explicit, system: &System) -> Result<IssuedToken, PipelineError> {
    let connection = Connection::resolve(explicit, &system.env).map_err(ApiError::from)?;
    let client = Client::connect(&connection, system, Transport::default()).await?;
    Ok(client.issue_token().await?)
}
