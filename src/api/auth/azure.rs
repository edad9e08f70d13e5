//! Identities of Entra: secrets, machines, and jobs of GitHub that Entra knows (auth-and-retries.md §5.5, "Azure Entra").

use std::time::Duration;

use serde::Deserialize;

use super::super::Secret;
use super::endpoints::{DATABRICKS, service_management};
use super::exchange::{Rules, post_form};
use super::host::AzureCloud;
use super::method::{Context, Setting, Skip};
use super::oauth::Granted;
use super::oidc::GitHub;
use super::token::{AuthError, Token};

/// Which Azure, and which resource of it the workspace is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) cloud: AzureCloud,
    pub(super) resource_id: Option<String>,
}

impl Place {
    pub(super) fn of(setting: &Setting<'_>) -> Result<Self, Skip> {
        let cloud = setting.azure().ok_or_else(|| Skip("the workspace is not in Azure".to_string()))?;
        let resource_id = setting.attributes.text("azure_workspace_resource_id");
        match (setting.host, &resource_id) {
            (None, None) => Err(Skip::lacks("host")),
            _ => Ok(Self { cloud, resource_id }),
        }
    }

    /// The headers by which Azure lets identities in that the workspace does not know yet.
    pub(super) fn dress(&self, token: &mut Token, management: Option<Token>) {
        if let Some(management) = management {
            token.lasts = token.lasts.min(management.lasts);
            token.headers.push(("X-Databricks-Azure-SP-Management-Token", management.access));
        }
        if let Some(id) = &self.resource_id {
            token.headers.push(("X-Databricks-Azure-Workspace-Resource-Id", Secret::new(id.clone())));
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Proof {
    Secret(Secret),
    /// The machine itself.
    Machine,
    GitHub(GitHub),
}

/// A service principal or a managed identity.
#[derive(Clone, Debug)]
pub(super) struct Entra {
    pub(super) place: Place,
    /// Absent for a machine's own identity.
    client_id: Option<String>,
    /// Absent for machines, and where the workspace has to be asked.
    tenant: Option<String>,
    proof: Proof,
}

const LIMIT: Duration = Duration::from_secs(10);

impl Entra {
    pub(super) fn secret(setting: &Setting<'_>) -> Result<Self, Skip> {
        let place = Place::of(setting)?;
        let get = |key: &'static str| setting.attributes.text(key).ok_or_else(|| Skip::lacks(key));
        let (client_id, secret) = (get("azure_client_id")?, get("azure_client_secret")?);
        let tenant = setting.attributes.text("azure_tenant_id");
        if tenant.is_none() && setting.host.is_none() {
            return Err(Skip::lacks("azure_tenant_id"));
        }
        Ok(Self { place, client_id: Some(client_id), tenant, proof: Proof::Secret(Secret::new(secret)) })
    }

    pub(super) fn github(setting: &Setting<'_>) -> Result<Self, Skip> {
        let place = Place::of(setting)?;
        let get = |key: &'static str| setting.attributes.text(key).ok_or_else(|| Skip::lacks(key));
        let (client_id, tenant) = (Some(get("azure_client_id")?), Some(get("azure_tenant_id")?));
        Ok(Self { place, client_id, tenant, proof: Proof::GitHub(GitHub::of(setting.env)?) })
    }

    pub(super) fn machine(setting: &Setting<'_>) -> Result<Self, Skip> {
        let place = Place::of(setting)?;
        if !setting.attributes.is_on("azure_use_msi") {
            return Err(Skip("azure_use_msi is not `true`".to_string()));
        }
        let client_id = setting.attributes.text("azure_client_id");
        Ok(Self { place, client_id, tenant: None, proof: Proof::Machine })
    }

    pub(super) async fn token(&self, context: &Context) -> Result<Token, AuthError> {
        let mut token = self.for_resource(context, DATABRICKS).await?;
        let management = match self.proof {
            Proof::GitHub(_) => None,
            Proof::Secret(_) | Proof::Machine => {
                Some(self.for_resource(context, service_management(self.place.cloud)).await?)
            }
        };
        self.place.dress(&mut token, management);
        Ok(token)
    }

    pub(super) async fn for_resource(&self, context: &Context, resource: &str) -> Result<Token, AuthError> {
        let client_id = self.client_id.as_deref().unwrap_or_default();
        let granted: Granted = match &self.proof {
            Proof::Machine => {
                let mut query = vec![("api-version", "2018-02-01"), ("resource", resource)];
                query.extend(self.client_id.as_deref().map(|id| ("client_id", id)));
                let address = context.endpoints.instance_metadata();
                let build = |http: &reqwest::Client| {
                    let request = http.get(address.trim_end_matches('/')).query(&query);
                    request.header("Metadata", "true").timeout(LIMIT)
                };
                context.exchanger.json("GET the machine's identity", Rules::Way, build).await?
            }
            Proof::Secret(secret) => {
                let fields = [
                    ("grant_type", "client_credentials"),
                    ("client_id", client_id),
                    ("client_secret", secret.expose()),
                    ("resource", resource),
                ];
                self.ask(context, &fields).await?
            }
            Proof::GitHub(github) => {
                let assertion = github.id_token(&context.exchanger, "api://AzureADTokenExchange").await?;
                let fields = [
                    ("grant_type", "client_credentials"),
                    ("client_id", client_id),
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                    ("client_assertion", assertion.expose()),
                    ("resource", resource),
                ];
                self.ask(context, &fields).await?
            }
        };
        Ok(granted.token(context))
    }

    async fn ask(&self, context: &Context, fields: &[(&str, &str)]) -> Result<Granted, AuthError> {
        let tenant = match &self.tenant {
            Some(tenant) => tenant.clone(),
            None => tenant_of(context).await?,
        };
        let address = format!("{}{tenant}/oauth2/token", context.endpoints.entra(self.place.cloud));
        let build = |http: &reqwest::Client| post_form(http, &address, fields);
        context.exchanger.json("POST Entra token", Rules::Token, build).await
    }
}

/// A workspace sends people who sign in to its tenant.
pub(super) async fn tenant_of(context: &Context) -> Result<String, AuthError> {
    let address = format!("{}/aad/auth", context.host);
    let answer = context.exchanger.answer("GET the workspace's tenant", Rules::Way, |http| http.get(&address)).await?;
    let tenant = answer.header("location").and_then(|location| {
        let url = reqwest::Url::parse(location).ok()?;
        url.path_segments()?.next().filter(|tenant| !tenant.is_empty()).map(str::to_string)
    });
    let what = || "it names no tenant; set azure_tenant_id".to_string();
    tenant.ok_or_else(|| AuthError::Answer { from: address, what: what() })
}

/// The workspace's address, by its resource. `token` is for Azure's management.
pub(super) async fn workspace_address(context: &Context, place: &Place, token: &Token) -> Result<String, AuthError> {
    #[derive(Deserialize)]
    struct Resource {
        properties: Properties,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Properties {
        workspace_url: String,
    }
    let id = place.resource_id.as_deref().unwrap_or_default();
    let address = format!("{}{id}?api-version=2018-04-01", context.endpoints.resource_manager(place.cloud));
    let build = |http: &reqwest::Client| http.get(&address).bearer_auth(token.access.expose());
    let found: Resource = context.exchanger.json("GET the workspace's resource in Azure", Rules::Way, build).await?;
    Ok(found.properties.workspace_url)
}
