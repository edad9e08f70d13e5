//! Bearer tokens: a fixed one, or OAuth client credentials renewed before they expire (auth-and-retries.md §5.5).

use std::time::{Duration, Instant};

use base64::Engine as _;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::body::Answer;
use super::{ApiError, Auth, Connection, Secret};

pub(super) struct Authenticator {
    host: String,
    auth: Auth,
    http: reqwest::Client,
    cached: Mutex<Option<(Secret, Instant)>>,
}

/// Tokens count as expired this much early.
const EARLY: Duration = Duration::from_secs(40);

#[derive(Deserialize)]
struct Discovery {
    token_endpoint: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    expires_in: u64,
}

impl Authenticator {
    pub(super) fn new(connection: &Connection, http: reqwest::Client) -> Self {
        Self { host: connection.host.clone(), auth: connection.auth.clone(), http, cached: Mutex::new(None) }
    }

    pub(super) async fn token(&self) -> Result<Secret, ApiError> {
        let (client_id, client_secret) = match &self.auth {
            Auth::Pat(token) => return Ok(token.clone()),
            Auth::OAuthM2m { client_id, client_secret } => (client_id, client_secret),
        };
        // Held over the request on purpose: one task renews, the others wait for its result.
        let mut cached = self.cached.lock().await;
        if let Some((token, _)) = cached.as_ref().filter(|(_, until)| Instant::now() < *until) {
            return Ok(token.clone());
        }
        let signed_in = self.sign_in(client_id, client_secret).await;
        let token = signed_in.map_err(|source| match source {
            network @ (ApiError::Network { .. } | ApiError::Timeout { .. }) => network,
            source => ApiError::SignIn { host: self.host.clone(), source: Box::new(source) },
        })?;
        let lasts = Duration::from_secs(token.expires_in).saturating_sub(EARLY);
        let secret = Secret::new(token.access_token);
        *cached = Some((secret.clone(), Instant::now() + lasts));
        Ok(secret)
    }

    /// The workspace does not take this token. `true`: there will be another one.
    pub(super) async fn reject(&self, token: &Secret) -> bool {
        if matches!(self.auth, Auth::Pat(_)) {
            return false;
        }
        let mut cached = self.cached.lock().await;
        // Somebody else may have renewed it in the meantime.
        if cached.as_ref().is_some_and(|(known, _)| known == token) {
            *cached = None;
        }
        true
    }

    async fn sign_in(&self, client_id: &str, client_secret: &Secret) -> Result<Token, ApiError> {
        let address = format!("{}/oidc/.well-known/oauth-authorization-server", self.host);
        let discovery: Discovery = self.exchange("GET OAuth discovery", self.http.get(address)).await?;
        let pair = format!("{client_id}:{}", client_secret.expose());
        let basic = base64::engine::general_purpose::STANDARD.encode(pair);
        let request = self
            .http
            .post(discovery.token_endpoint)
            .header("authorization", format!("Basic {basic}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials&scope=all-apis");
        self.exchange("POST OAuth token", request).await
    }

    async fn exchange<T: serde::de::DeserializeOwned>(
        &self,
        call: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<T, ApiError> {
        let network =
            |source: reqwest::Error| ApiError::Network { host: self.host.clone(), source: source.without_url() };
        let answer = request.send().await.map_err(network)?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.map_err(network)?;
        let answer = Answer { status, headers, body, url: None };
        if !answer.is_success() {
            return Err(ApiError::Status(Box::new(answer.error(call))));
        }
        answer.json(call, &self.host)
    }
}
