//! The ways to sign in, ready to be used.

use std::path::Path;
use std::time::Duration;

use crate::sys::{Env, process};

use super::super::Secret;
use super::attributes::Attributes;
use super::azure::{Entra, workspace_address};
use super::azure_cli::AzureCli;
use super::cli::DatabricksCli;
use super::endpoints::{Endpoints, service_management};
use super::exchange::Exchanger;
use super::host::{AzureCloud, Cloud, HostKind};
use super::login::Login;
use super::oauth::ServicePrincipal;
use super::oidc::Federation;
use super::service::Service;
use super::token::{AuthError, Token};

/// What every way to sign in may use.
pub(in crate::api) struct Context {
    pub(super) exchanger: Exchanger,
    /// With scheme; empty while only the workspace's resource in Azure is known.
    pub(super) host: String,
    pub(super) endpoints: Endpoints,
}

/// What decides whether a way to sign in is meant.
pub(super) struct Setting<'a> {
    pub(super) attributes: &'a Attributes,
    pub(super) env: &'a Env,
    /// The profile that was read.
    pub(super) profile: Option<&'a str>,
    pub(super) profile_host: Option<&'a str>,
    pub(super) host: Option<&'a str>,
    pub(super) kind: HostKind,
}

impl Setting<'_> {
    pub(super) fn host(&self) -> Result<&str, Skip> {
        self.host.ok_or_else(|| Skip::lacks("host"))
    }

    /// Does the profile's own sign-in fit to the host that is asked?
    pub(super) fn host_is_of_profile(&self) -> bool {
        self.profile_host.is_none() || self.profile_host == self.host
    }

    /// Which Azure the workspace is in; `None` if it is elsewhere.
    pub(super) fn azure(&self) -> Option<AzureCloud> {
        if let Some(Cloud::Azure(cloud)) = self.host.map(Cloud::of) {
            return Some(cloud);
        }
        let said = self.attributes.get("cloud").is_some_and(|cloud| cloud.eq_ignore_ascii_case("azure"));
        if !said && self.attributes.get("azure_workspace_resource_id").is_none() {
            return None;
        }
        let environment = self.attributes.get("azure_environment").filter(|_| self.host.is_none());
        Some(environment.and_then(AzureCloud::parse).unwrap_or(AzureCloud::Public))
    }
}

/// Why a way to sign in is not tried.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Skip(pub(super) String);

impl Skip {
    pub(super) fn lacks(key: &str) -> Self {
        Self(format!("{key} is not set"))
    }
}

#[derive(Clone, Debug)]
pub(super) enum Method {
    Pat(Secret),
    ServicePrincipal(ServicePrincipal),
    Login(Login),
    DatabricksCli(DatabricksCli),
    Service(Service),
    Federation(&'static str, Federation),
    Entra(&'static str, Entra),
    AzureCli(AzureCli),
}

impl Method {
    pub(super) fn pat(setting: &Setting<'_>) -> Result<Self, Skip> {
        setting.host()?;
        setting.attributes.secret("token").map(Self::Pat).ok_or_else(|| Skip::lacks("token"))
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Pat(_) => "pat",
            Self::ServicePrincipal(_) => "oauth-m2m",
            Self::Login(_) => "lakesmith-login",
            Self::DatabricksCli(_) => "databricks-cli",
            Self::Service(_) => "metadata-service",
            Self::Federation(name, _) | Self::Entra(name, _) => name,
            Self::AzureCli(_) => "azure-cli",
        }
    }

    /// `forced`: the workspace refused the last one, so that what is kept somewhere is no use.
    pub(super) async fn token(&self, context: &Context, forced: bool) -> Result<Token, AuthError> {
        match self {
            Self::Pat(token) => Ok(Token { access: token.clone(), headers: Vec::new(), lasts: None }),
            Self::ServicePrincipal(principal) => principal.token(context).await,
            Self::Login(login) => login.token(context, forced).await,
            Self::DatabricksCli(cli) => cli.token(context).await,
            Self::Service(service) => service.token(context).await,
            Self::Federation(_, federation) => federation.token(context).await,
            Self::Entra(_, entra) => entra.token(context).await,
            Self::AzureCli(cli) => cli.token(context).await,
        }
    }

    /// The address of a workspace that is known as a resource of Azure only; `None` for ways that know no Azure.
    pub(super) async fn find_host(&self, context: &Context) -> Result<Option<String>, AuthError> {
        let (place, token) = match self {
            Self::Entra(_, entra) => {
                (&entra.place, entra.for_resource(context, service_management(entra.place.cloud)).await?)
            }
            Self::AzureCli(cli) => (&cli.place, cli.for_resource(context, service_management(cli.place.cloud)).await?),
            Self::Pat(_)
            | Self::ServicePrincipal(_)
            | Self::Login(_)
            | Self::DatabricksCli(_)
            | Self::Service(_)
            | Self::Federation(..) => return Ok(None),
        };
        Ok(Some(workspace_address(context, place, &token).await?))
    }
}

/// Runs a program off the threads that wait.
pub(super) async fn run(program: &Path, arguments: Vec<String>, limit: Duration) -> Result<process::Output, AuthError> {
    let owned = program.to_path_buf();
    let work = move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        process::run(&owned, &arguments, limit)
    };
    let done = tokio::task::spawn_blocking(work).await;
    let failed = |error| process::ProcessError::NotRun { program: program.to_path_buf(), source: error };
    Ok(done.map_err(|error| failed(std::io::Error::other(error)))??)
}
