//! The order in which ways to sign in are tried, and what came of each (auth-and-retries.md §5.4).
//!
//! The order is the one of the official CLI and of Terraform: the same machine and profile give the same identity.

use std::time::Duration;

use crate::sys::System;

use super::super::error::in_a_line;
use super::super::{ApiError, Transport};
use super::attributes::{Attributes, Source};
use super::authenticator::Authenticator;
use super::azure::Entra;
use super::azure_cli::AzureCli;
use super::cli::DatabricksCli;
use super::config::{ConfigError, Connection, seconds};
use super::endpoints::Endpoints;
use super::exchange::Exchanger;
use super::host::{Host, HostKind, is_loopback};
use super::http;
use super::login::Login;
use super::metadata::ask_host;
use super::method::{Context, Method, Setting, Skip};
use super::oauth::ServicePrincipal;
use super::oidc::Federation;
use super::service::Service;
use super::token::{AuthError, Token};

struct Strategy {
    name: &'static str,
    configure: fn(&Setting<'_>) -> Result<Method, Skip>,
}

const NO_PASSWORDS: &str = "Databricks takes no passwords any more; use OAuth or a personal access token";
const NO_GOOGLE: &str = "not supported: signing for Google needs its libraries; exchange an identity token of \
                         Google instead (DATABRICKS_OIDC_TOKEN)";

/// `lakesmith-login` is ours and stands before the CLI's, which is slower to ask and holds other people's sign-ins.
const STRATEGIES: &[Strategy] = &[
    Strategy { name: "pat", configure: Method::pat },
    Strategy { name: "basic", configure: |setting| refuse(setting, "username", NO_PASSWORDS) },
    Strategy { name: "oauth-m2m", configure: |s| ServicePrincipal::configure(s).map(Method::ServicePrincipal) },
    Strategy { name: "lakesmith-login", configure: |s| Login::configure(s).map(Method::Login) },
    Strategy { name: "databricks-cli", configure: |s| DatabricksCli::configure(s).map(Method::DatabricksCli) },
    Strategy { name: "metadata-service", configure: |s| Service::configure(s).map(Method::Service) },
    Strategy { name: "github-oidc", configure: |s| Ok(Method::Federation("github-oidc", Federation::github(s)?)) },
    Strategy {
        name: "azure-devops-oidc",
        configure: |s| Ok(Method::Federation("azure-devops-oidc", Federation::azure_devops(s)?)),
    },
    Strategy { name: "env-oidc", configure: |s| Ok(Method::Federation("env-oidc", Federation::variable(s)?)) },
    Strategy { name: "file-oidc", configure: |s| Ok(Method::Federation("file-oidc", Federation::file(s)?)) },
    Strategy { name: "github-oidc-azure", configure: |s| Ok(Method::Entra("github-oidc-azure", Entra::github(s)?)) },
    Strategy { name: "azure-msi", configure: |s| Ok(Method::Entra("azure-msi", Entra::machine(s)?)) },
    Strategy {
        name: "azure-client-secret",
        configure: |s| Ok(Method::Entra("azure-client-secret", Entra::secret(s)?)),
    },
    Strategy { name: "azure-cli", configure: |s| AzureCli::configure(s).map(Method::AzureCli) },
    Strategy { name: "google-credentials", configure: |setting| refuse(setting, "google_credentials", NO_GOOGLE) },
    Strategy { name: "google-id", configure: |setting| refuse(setting, "google_service_account", NO_GOOGLE) },
];

/// Ways whose token can be one of a group's rights (§5.1, `group_id`); the others would act with all of one's own.
const AS_GROUP: &[&str] = &["oauth-m2m", "github-oidc", "azure-devops-oidc", "env-oidc", "file-oidc"];

fn refuse(setting: &Setting<'_>, key: &str, why: &str) -> Result<Method, Skip> {
    Err(if setting.attributes.get(key).is_some() { Skip(why.to_string()) } else { Skip::lacks(key) })
}

/// What came of one way to sign in.
#[derive(Debug)]
pub enum Outcome {
    /// Not meant, or refused by this program; why.
    Skipped(String),
    /// Meant, and gave no token.
    Failed(AuthError),
    Chosen,
    /// Another one was chosen before.
    NotReached,
}

#[derive(Debug)]
pub struct Attempt {
    pub name: &'static str,
    pub outcome: Outcome,
}

/// An identity that has proved to have a token, and how to speak to its workspace.
pub(in crate::api) struct Chosen {
    pub(in crate::api) authenticator: Authenticator,
    pub(in crate::api) host: String,
    pub(in crate::api) workspace_id: Option<String>,
    pub(in crate::api) warehouse_id: Option<String>,
    /// Calls a second.
    pub(in crate::api) rate: Option<u32>,
    pub(in crate::api) http: reqwest::Client,
    pub(in crate::api) transport: Transport,
}

impl Chosen {
    fn new(
        authenticator: Authenticator,
        host: String,
        attributes: &Attributes,
        system: &System,
        transport: Transport,
    ) -> Result<Self, ApiError> {
        let transport = timed(attributes, &transport);
        let http = http::builder(attributes, &host, &system.env, &transport)?.build().map_err(ApiError::Setup)?;
        let rate = seconds(attributes, "rate_limit").and_then(|rate| u32::try_from(rate).ok());
        let (workspace_id, warehouse_id) = (attributes.text("workspace_id"), attributes.text("warehouse_id"));
        Ok(Self { authenticator, host, workspace_id, warehouse_id, rate, http, transport })
    }
}

/// With the times that the profile sets.
fn timed(attributes: &Attributes, transport: &Transport) -> Transport {
    let mut transport = *transport;
    let whole = |key| seconds(attributes, key);
    if let Some(silence) = whole("http_timeout_seconds").and_then(|seconds| u64::try_from(seconds).ok()) {
        transport.times.silence = Duration::from_secs(silence.max(1));
    }
    if let Some(budget) = whole("retry_timeout_seconds") {
        // Negative: for ever.
        let budget = u64::try_from(budget).map_or(Duration::MAX, Duration::from_secs);
        transport.retry.budget = budget;
        // Calls that end in tokens have a minute of their own (§5.6), and no more than the user has.
        transport.retry.token_budget = transport.retry.token_budget.min(budget);
    }
    transport
}

/// What is known in the end, whatever was chosen.
pub(super) struct Search {
    pub(super) attributes: Attributes,
    pub(super) attempts: Vec<Attempt>,
    pub(super) chosen: Option<Chosen>,
}

impl Connection {
    /// Names that `auth_type` may have.
    fn forced(&self) -> Result<Option<&str>, ConfigError> {
        let known = || STRATEGIES.iter().map(|strategy| strategy.name);
        match self.attributes.get("auth_type") {
            Some(name) if !known().any(|known| known == name) => {
                Err(ConfigError::UnknownMethod { name: name.to_string(), known: known().collect() })
            }
            forced => Ok(forced),
        }
    }

    /// Signs in: tries one way after the other, each until it has given a token.
    pub(in crate::api) async fn choose(&self, system: &System, transport: &Transport) -> Result<Chosen, ApiError> {
        let Search { attributes, attempts, chosen } = self.search(system, transport).await?;
        if let Some(chosen) = chosen {
            return Ok(chosen);
        }
        let host = attributes.text("host").unwrap_or_else(|| "the workspace".to_string());
        let forced = self.forced()?;
        let mut failed = Vec::new();
        for Attempt { name, outcome } in attempts {
            match outcome {
                Outcome::Failed(source) => failed.push((name, source)),
                Outcome::Skipped(why) if forced.is_some() => {
                    return Err(ConfigError::Unusable { method: name.to_string(), why }.into());
                }
                Outcome::Skipped(_) | Outcome::Chosen | Outcome::NotReached => {}
            }
        }
        if failed.len() == 1
            && let Some((method, source)) = failed.pop()
        {
            return Err(ApiError::SignIn { host, method, source: source.into() });
        }
        let (profile, file) = (self.profile.clone(), self.file.clone());
        let failed = failed.into_iter().map(|(name, error)| (name, in_a_line(&error))).collect();
        Err(ConfigError::NoCredentials { host, profile, file, unread: self.unread, failed }.into())
    }

    /// Without asking anybody: host and token must be given.
    pub(in crate::api) fn given(&self, system: &System, transport: &Transport) -> Result<Chosen, ApiError> {
        match (self.attributes.text("host"), self.attributes.secret("token")) {
            (Some(host), Some(token)) => {
                Chosen::new(Authenticator::of_token(token), host, &self.attributes, system, *transport)
            }
            (host, _) => {
                let (profile, file, failed) = (self.profile.clone(), self.file.clone(), Vec::new());
                let host = host.unwrap_or_else(|| "the workspace".to_string());
                Err(ConfigError::NoCredentials { host, profile, file, unread: self.unread, failed }.into())
            }
        }
    }

    pub(super) async fn search(&self, system: &System, transport: &Transport) -> Result<Search, ApiError> {
        let forced = self.forced()?.map(str::to_string);
        let mut attributes = self.attributes.clone();
        let mut attempts = Vec::new();
        let mut chosen: Option<Chosen> = None;
        let mut kind = attributes.get("host").map_or(HostKind::Workspace, HostKind::of);
        let mut asked = false;
        for strategy in STRATEGIES.iter().filter(|strategy| forced.as_deref().is_none_or(|name| name == strategy.name))
        {
            if chosen.is_some() {
                attempts.push(Attempt { name: strategy.name, outcome: Outcome::NotReached });
                continue;
            }
            // A given token needs nothing of what the host tells about itself, but the workspace's id where a host serves
            // several; one on this machine does not.
            let is_served_alone = attributes.get("host").is_none_or(is_loopback);
            let is_known = attributes.get("workspace_id").is_some() || attributes.get("token").is_none();
            if !(asked || strategy.name == "pat" && (is_served_alone || is_known)) {
                asked = true;
                kind = ask_host(&mut attributes, kind, system, transport).await?;
            }
            let outcome = match self.attempt(strategy, &attributes, kind, system, transport).await? {
                Ok(found) => {
                    attributes.offer("host", Some(found.host.clone()), Source::Azure);
                    chosen = Some(found);
                    Outcome::Chosen
                }
                Err(outcome) => outcome,
            };
            attempts.push(Attempt { name: strategy.name, outcome });
        }
        Ok(Search { attributes, attempts, chosen })
    }

    async fn attempt(
        &self,
        strategy: &Strategy,
        attributes: &Attributes,
        kind: HostKind,
        system: &System,
        transport: &Transport,
    ) -> Result<Result<Chosen, Outcome>, ApiError> {
        let host = attributes.get("host");
        let (profile, profile_host) = (self.profile.as_deref(), self.profile_host.as_deref());
        let setting = Setting { attributes, env: &system.env, profile, profile_host, host, kind };
        let method = match (strategy.configure)(&setting) {
            Ok(method) => method,
            Err(Skip(why)) => return Ok(Err(Outcome::Skipped(why))),
        };
        if attributes.get("group_id").is_some() && !AS_GROUP.contains(&strategy.name) {
            return Ok(Err(Outcome::Failed(AuthError::NoGroup)));
        }
        if let (Method::Pat(token), Some(host)) = (&method, host) {
            // Nobody is asked, so that nothing has to be set up for asking.
            let authenticator = Authenticator::of_token(token.clone());
            return Ok(Ok(Chosen::new(authenticator, host.to_string(), attributes, system, *transport)?));
        }
        let mut context = context(attributes, system, transport)?;
        Ok(match prove(&method, &mut context).await {
            Ok(token) => {
                let host = context.host.clone();
                let authenticator = Authenticator::new(method, context, token);
                Ok(Chosen::new(authenticator, host, attributes, system, *transport)?)
            }
            Err(error) => Err(Outcome::Failed(error)),
        })
    }
}

async fn prove(method: &Method, context: &mut Context) -> Result<Token, AuthError> {
    if context.host.is_empty()
        && let Some(address) = method.find_host(context).await?
    {
        let what = || AuthError::Answer { from: "Azure".to_string(), what: format!("`{address}` is no host") };
        context.host = Host::parse(&address).map_err(|_| what())?.origin;
    }
    method.token(context, false).await
}

/// What ways to sign in use, for the host that is known so far.
pub(super) fn context(attributes: &Attributes, system: &System, transport: &Transport) -> Result<Context, ApiError> {
    let host = attributes.text("host").unwrap_or_default();
    let transport = &timed(attributes, transport);
    let client = http::builder(attributes, &host, &system.env, transport)?.build().map_err(ApiError::Setup)?;
    let exchanger = Exchanger::new(client, transport.times, transport.retry, system, attributes.secrets());
    Ok(Context { exchanger, host, endpoints: Endpoints::of(&system.env) })
}
