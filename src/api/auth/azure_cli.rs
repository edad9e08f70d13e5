//! Whoever is signed in to the CLI of Azure (auth-and-retries.md §5.5, "az CLI").

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Local, NaiveDateTime, TimeZone, Utc};
use serde::Deserialize;

use crate::sys::process;

use super::super::secret::quoted;
use super::azure::{Place, tenant_of};
use super::endpoints::{DATABRICKS, service_management};
use super::method::{Context, Setting, Skip, run};
use super::oauth::Number;
use super::token::{AuthError, Token};

#[derive(Clone, Debug)]
pub(super) struct AzureCli {
    pub(super) place: Place,
    program: PathBuf,
    tenant: Option<String>,
}

const LIMIT: Duration = Duration::from_secs(60);

impl AzureCli {
    pub(super) fn configure(setting: &Setting<'_>) -> Result<Self, Skip> {
        let place = Place::of(setting)?;
        let program = process::find("az", setting.env);
        let program = program.ok_or_else(|| Skip("the program `az` is not on PATH".to_string()))?;
        Ok(Self { place, program, tenant: setting.attributes.text("azure_tenant_id") })
    }

    pub(super) async fn token(&self, context: &Context) -> Result<Token, AuthError> {
        let mut token = self.for_resource(context, DATABRICKS).await?;
        // People need no second token; a principal that the workspace does not know yet may have none.
        let management = match self.place.resource_id {
            Some(_) => self.for_resource(context, service_management(self.place.cloud)).await.ok(),
            None => None,
        };
        self.place.dress(&mut token, management);
        Ok(token)
    }

    pub(super) async fn for_resource(&self, context: &Context, resource: &str) -> Result<Token, AuthError> {
        let managed = self.is_managed().await?;
        let tenant = match (&self.tenant, managed) {
            (_, true) => None,
            (Some(tenant), false) => Some(tenant.clone()),
            // Whoever cannot be asked leaves it to the subscription.
            (None, false) if !context.host.is_empty() => tenant_of(context).await.ok(),
            (None, false) => None,
        };
        let base = ["account", "get-access-token", "--resource", resource, "--output", "json"];
        let with = |more: &[&str]| base.iter().chain(more).map(ToString::to_string).collect::<Vec<_>>();
        let subscription = self.place.resource_id.as_deref().and_then(subscription);
        let mut tries = Vec::new();
        match (&tenant, subscription) {
            (Some(tenant), _) => tries.push(with(&["--tenant", tenant])),
            (None, Some(subscription)) => tries.push(with(&["--subscription", subscription])),
            (None, None) => {}
        }
        // A principal of a federation has no tenant to choose, and a subscription may belong to others.
        tries.push(with(&[]));
        let mut refused = String::new();
        for arguments in tries {
            let output = run(&self.program, arguments, LIMIT).await?;
            if output.success {
                return parse(&output.stdout, context.exchanger.system.clock.now());
            }
            if refused.is_empty() {
                refused = quoted(&output.stderr);
            }
        }
        Err(AuthError::Refused { command: "az account get-access-token".to_string(), message: refused })
    }

    async fn is_managed(&self) -> Result<bool, AuthError> {
        #[derive(Deserialize)]
        struct Account {
            user: User,
        }
        #[derive(Deserialize)]
        struct User {
            name: String,
        }
        let arguments = ["account", "show", "--output", "json"].map(str::to_string).to_vec();
        let output = run(&self.program, arguments, LIMIT).await?;
        if !output.success {
            let message = quoted(&output.stderr);
            return Err(AuthError::Refused { command: "az account show".to_string(), message });
        }
        let account: Option<Account> = serde_json::from_str(&output.stdout).ok();
        let names = ["systemAssignedIdentity", "userAssignedIdentity"];
        Ok(account.is_some_and(|account| names.contains(&account.user.name.as_str())))
    }
}

/// `/subscriptions/ID/…`.
fn subscription(resource_id: &str) -> Option<&str> {
    let mut parts = resource_id.split('/').skip_while(|part| !part.eq_ignore_ascii_case("subscriptions"));
    parts.nth(1).filter(|id| !id.is_empty())
}

fn parse(text: &str, now: DateTime<Utc>) -> Result<Token, AuthError> {
    #[derive(Deserialize)]
    struct Told {
        #[serde(rename = "accessToken")]
        access_token: String,
        /// In local time.
        #[serde(rename = "expiresOn", default)]
        local: String,
        /// Since the epoch; newer versions only.
        #[serde(default)]
        expires_on: Option<Number>,
    }
    let wrong = |what: &str| AuthError::Answer { from: "`az`".to_string(), what: what.to_string() };
    // What serde says of it could hold the token.
    let told: Told = serde_json::from_str(text).map_err(|_| wrong("it lacks `accessToken`"))?;
    let exact = told.expires_on.as_ref().and_then(Number::seconds).and_then(|at| DateTime::from_timestamp(at, 0));
    let local = || {
        let naive = NaiveDateTime::parse_from_str(&told.local, "%Y-%m-%d %H:%M:%S%.f").ok()?;
        Some(Local.from_local_datetime(&naive).earliest()?.with_timezone(&Utc))
    };
    let expiry = exact.or_else(local).ok_or_else(|| wrong("`expiresOn` is no time"))?;
    Ok(Token::lasting(told.access_token, (expiry - now).to_std().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_az_prints_is_read() {
        let now: DateTime<Utc> = "2026-01-02T03:00:00Z".parse().unwrap();
        let in_an_hour = now + chrono::Duration::hours(1);
        let local = in_an_hour.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S.000000");
        let exact = in_an_hour.timestamp();
        for rest in [format!(r#""expiresOn":"{local}""#), format!(r#""expiresOn":"x","expires_on":{exact}"#)] {
            let token = parse(&format!(r#"{{"accessToken":"a",{rest}}}"#), now).unwrap();
            assert_eq!((token.access.expose(), token.lasts.unwrap().as_secs()), ("a", 3600), "{rest}");
        }
    }

    #[test]
    fn a_resource_names_its_subscription() {
        assert_eq!(subscription("/subscriptions/s-1/resourceGroups/g/providers/x"), Some("s-1"));
        assert_eq!(subscription("/nothing"), None);
    }
}
