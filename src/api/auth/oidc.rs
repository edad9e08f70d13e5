//! Identity federation: a token that somebody else gave, exchanged for one of Databricks (auth-and-retries.md §5.5).
//!
//! Nothing is stored: tokens of others live for minutes and are fetched anew whenever one is needed.

use std::path::PathBuf;

use serde::Deserialize;

use crate::sys::{Env, fs};

use super::super::Secret;
use super::exchange::{Exchanger, Rules, post_form};
use super::host::HostKind;
use super::method::{Context, Setting, Skip};
use super::oauth::{Granted, Server, scopes};
use super::token::{AuthError, Token};

/// Who vouches for this process.
#[derive(Clone, Debug)]
pub(super) enum Issuer {
    Variable(String),
    File(PathBuf),
    GitHub(GitHub),
    AzureDevOps { address: String, token: Secret },
}

/// What GitHub gives to jobs with the permission `id-token: write`.
#[derive(Clone, Debug)]
pub(super) struct GitHub {
    address: String,
    token: Secret,
}

impl GitHub {
    pub(super) fn of(env: &Env) -> Result<Self, Skip> {
        let get = |name: &'static str| env.get(name).ok_or_else(|| Skip(format!("{name} is not set")));
        let (address, token) = (get("ACTIONS_ID_TOKEN_REQUEST_URL")?, get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?);
        Ok(Self { address, token: Secret::new(token) })
    }

    pub(super) async fn id_token(&self, exchanger: &Exchanger, audience: &str) -> Result<Secret, AuthError> {
        #[derive(Deserialize)]
        struct Answer {
            value: String,
        }
        let what =
            |what: &str| AuthError::Answer { from: "ACTIONS_ID_TOKEN_REQUEST_URL".to_string(), what: what.into() };
        let mut address = reqwest::Url::parse(&self.address).map_err(|_| what("it is no address"))?;
        address.query_pairs_mut().append_pair("audience", audience);
        let build = |http: &reqwest::Client| http.get(address.clone()).bearer_auth(self.token.expose());
        let answer: Answer = exchanger.json("GET the job's identity from GitHub", Rules::Way, build).await?;
        Ok(Secret::new(answer.value))
    }
}

impl Issuer {
    fn azure_devops(env: &Env) -> Result<Self, Skip> {
        let get = |name: &'static str| env.get(name).ok_or_else(|| Skip(format!("{name} is not set")));
        let token = Secret::new(get("SYSTEM_ACCESSTOKEN")?);
        let (collection, project) = (get("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI")?, get("SYSTEM_TEAMPROJECTID")?);
        let (plan, job, kind) = (get("SYSTEM_PLANID")?, get("SYSTEM_JOBID")?, get("SYSTEM_HOSTTYPE")?);
        let address = format!(
            "{}/{project}/_apis/distributedtask/hubs/{kind}/plans/{plan}/jobs/{job}/oidctoken?api-version=7.2-preview.1",
            collection.trim_end_matches('/')
        );
        Ok(Self::AzureDevOps { address, token })
    }

    async fn id_token(&self, context: &Context, audience: &str) -> Result<Secret, AuthError> {
        match self {
            Self::Variable(name) => {
                let value = context.exchanger.system.env.get(name);
                value.map(Secret::new).ok_or_else(|| AuthError::Variable(name.clone()))
            }
            Self::File(path) => Ok(Secret::new(fs::read_to_string(path)?.trim())),
            Self::GitHub(github) => github.id_token(&context.exchanger, audience).await,
            Self::AzureDevOps { address, token } => {
                #[derive(Deserialize)]
                #[serde(rename_all = "camelCase")]
                struct Answer {
                    oidc_token: String,
                }
                let build = |http: &reqwest::Client| {
                    http.post(address).bearer_auth(token.expose()).header("content-length", "0")
                };
                let call = "POST the job's identity of Azure DevOps";
                let answer: Answer = context.exchanger.json(call, Rules::Way, build).await?;
                Ok(Secret::new(answer.oidc_token))
            }
        }
    }
}

/// An exchange with Databricks.
#[derive(Clone, Debug)]
pub(super) struct Federation {
    issuer: Issuer,
    server: Server,
    /// Absent for policies of a whole account.
    client_id: Option<String>,
    /// Whom the token of others is meant for, if it is not the address that gives ours.
    audience: Option<String>,
    scopes: String,
    group: Option<String>,
}

impl Federation {
    pub(super) fn github(setting: &Setting<'_>) -> Result<Self, Skip> {
        Self::of(Issuer::GitHub(GitHub::of(setting.env)?), setting)
    }

    pub(super) fn azure_devops(setting: &Setting<'_>) -> Result<Self, Skip> {
        Self::of(Issuer::azure_devops(setting.env)?, setting)
    }

    pub(super) fn variable(setting: &Setting<'_>) -> Result<Self, Skip> {
        let name = setting.attributes.text("oidc_token_env").unwrap_or_else(|| "DATABRICKS_OIDC_TOKEN".to_string());
        if setting.env.get(&name).is_none() {
            return Err(Skip(format!("{name} is not set")));
        }
        Self::of(Issuer::Variable(name), setting)
    }

    pub(super) fn file(setting: &Setting<'_>) -> Result<Self, Skip> {
        let path = setting.attributes.get("oidc_token_filepath").ok_or_else(|| Skip::lacks("oidc_token_filepath"))?;
        Self::of(Issuer::File(PathBuf::from(path)), setting)
    }

    fn of(issuer: Issuer, setting: &Setting<'_>) -> Result<Self, Skip> {
        let attributes = setting.attributes;
        let account = attributes.text("account_id").filter(|_| setting.kind != HostKind::Workspace);
        Ok(Self {
            issuer,
            server: Server::of(setting)?,
            client_id: attributes.text("client_id"),
            audience: attributes.text("token_audience").or(account),
            scopes: scopes(attributes),
            group: attributes.text("group_id"),
        })
    }

    pub(super) async fn token(&self, context: &Context) -> Result<Token, AuthError> {
        let address = self.server.addresses(context).await?.token_endpoint;
        let audience = self.audience.as_deref().unwrap_or(&address);
        let subject = self.issuer.id_token(context, audience).await?;
        let mut fields = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
            ("subject_token", subject.expose()),
            ("scope", self.scopes.as_str()),
        ];
        fields.extend(self.client_id.as_deref().map(|id| ("client_id", id)));
        fields.extend(self.group.as_deref().map(|group| ("assume_group", group)));
        let build = |http: &reqwest::Client| post_form(http, &address, &fields);
        let granted: Granted = context.exchanger.json("POST OAuth token exchange", Rules::Token, build).await?;
        Ok(granted.token(context))
    }
}
