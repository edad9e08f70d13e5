//! Databricks' own OAuth: where it is, and tokens for service principals (auth-and-retries.md §5.5).

use std::time::Duration;

use base64::Engine as _;
use serde::Deserialize;

use super::super::{ApiError, Secret};
use super::attributes::Attributes;
use super::exchange::{Rules, post_form};
use super::host::HostKind;
use super::method::{Context, Setting, Skip};
use super::token::{AuthError, Token};

/// Where tokens are given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Server {
    /// A document that says it.
    Discovery(String),
    Fixed(Addresses),
}

#[derive(Deserialize, Clone, PartialEq, Eq, Debug)]
pub(super) struct Addresses {
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
}

impl Server {
    pub(super) fn of(setting: &Setting<'_>) -> Result<Self, Skip> {
        let host = setting.host()?;
        if let Some(address) = setting.attributes.text("discovery_url") {
            return Ok(Self::Discovery(address));
        }
        let account = || setting.attributes.get("account_id").ok_or_else(|| Skip::lacks("account_id"));
        let known = "/.well-known/oauth-authorization-server";
        Ok(match setting.kind {
            HostKind::Workspace => Self::Discovery(format!("{host}/oidc{known}")),
            HostKind::Unified => Self::Discovery(format!("{host}/oidc/accounts/{}{known}", account()?)),
            HostKind::Account => {
                let base = format!("{host}/oidc/accounts/{}/v1", account()?);
                let (authorization_endpoint, token_endpoint) = (format!("{base}/authorize"), format!("{base}/token"));
                Self::Fixed(Addresses { authorization_endpoint, token_endpoint })
            }
        })
    }

    pub(super) async fn addresses(&self, context: &Context) -> Result<Addresses, AuthError> {
        match self {
            Self::Fixed(addresses) => Ok(addresses.clone()),
            Self::Discovery(address) => {
                let found = context.exchanger.json("GET OAuth discovery", Rules::Way, |http| http.get(address)).await;
                found.map_err(|error| match error {
                    AuthError::Call(error) if error.is_missing() => AuthError::NoOAuth { host: context.host.clone() },
                    other => other,
                })
            }
        }
    }
}

/// The answer to every request for a token. Numbers may come as texts.
#[derive(Deserialize)]
pub(super) struct Granted {
    pub(super) access_token: String,
    #[serde(default)]
    pub(super) expires_in: Option<Number>,
    #[serde(default)]
    pub(super) expires_on: Option<Number>,
    #[serde(default)]
    pub(super) refresh_token: Option<String>,
}

/// A number, or a text that is one.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Number(serde_json::Value);

impl Number {
    /// Whole seconds; `None` if it is no number.
    pub(super) fn seconds(&self) -> Option<i64> {
        self.0.as_i64().or_else(|| self.0.as_str()?.trim().parse().ok())
    }
}

/// Where nothing is said: as long as Entra's shortest tokens last.
const UNSAID: Duration = Duration::from_secs(300);

impl Granted {
    /// From now on: `expires_in`, or until `expires_on` in seconds since the epoch.
    pub(super) fn lasts(&self, now: chrono::DateTime<chrono::Utc>) -> Duration {
        let told = self.expires_in.as_ref().and_then(Number::seconds);
        let told = told.or_else(|| Some(self.expires_on.as_ref()?.seconds()? - now.timestamp()));
        told.map_or(UNSAID, |seconds| Duration::from_secs(u64::try_from(seconds).unwrap_or_default()))
    }

    pub(super) fn token(self, context: &Context) -> Token {
        let lasts = self.lasts(context.exchanger.system.clock.now());
        Token::lasting(self.access_token, lasts)
    }
}

/// `all-apis`, or what the attribute says: sorted, each once.
pub(super) fn scopes(attributes: &Attributes) -> String {
    let text = attributes.get("scopes").unwrap_or("all-apis");
    let mut scopes: Vec<&str> = text.split([',', ' ']).map(str::trim).filter(|scope| !scope.is_empty()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes.join(" ")
}

/// A service principal with a secret of Databricks.
#[derive(Clone, Debug)]
pub(super) struct ServicePrincipal {
    server: Server,
    client_id: String,
    client_secret: Secret,
    scopes: String,
    group: Option<String>,
}

impl ServicePrincipal {
    pub(super) fn configure(setting: &Setting<'_>) -> Result<Self, Skip> {
        let attributes = setting.attributes;
        let client_id = attributes.text("client_id").ok_or_else(|| Skip::lacks("client_id"))?;
        let client_secret = attributes.secret("client_secret").ok_or_else(|| Skip::lacks("client_secret"))?;
        let (scopes, group) = (scopes(attributes), attributes.text("group_id"));
        Ok(Self { server: Server::of(setting)?, client_id, client_secret, scopes, group })
    }

    pub(super) async fn token(&self, context: &Context) -> Result<Token, AuthError> {
        let address = self.server.addresses(context).await?.token_endpoint;
        let pair = format!("{}:{}", self.client_id, self.client_secret.expose());
        let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
        let mut fields = vec![("grant_type", "client_credentials"), ("scope", self.scopes.as_str())];
        fields.extend(self.group.as_deref().map(|group| ("assume_group", group)));
        let build = |http: &reqwest::Client| post_form(http, &address, &fields).header("authorization", basic.as_str());
        let granted: Granted = context.exchanger.json("POST OAuth token", Rules::Token, build).await?;
        Ok(granted.token(context))
    }
}

/// Is it an answer that says no, rather than none?
pub(super) fn is_refusal(error: &AuthError) -> bool {
    matches!(error, AuthError::Call(error)
        if matches!(error.as_ref(), ApiError::Status(status) if matches!(status.status, 400 | 401 | 403)))
}
