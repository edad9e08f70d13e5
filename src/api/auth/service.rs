//! A metadata service: a program on this machine that gives tokens to others on it (auth-and-retries.md §5.5).

use std::time::Duration;

use super::exchange::Rules;
use super::host::is_loopback;
use super::method::{Context, Setting, Skip};
use super::oauth::Granted;
use super::token::{AuthError, Token};

#[derive(Clone, Debug)]
pub(super) struct Service {
    address: String,
}

const LIMIT: Duration = Duration::from_secs(10);

impl Service {
    pub(super) fn configure(setting: &Setting<'_>) -> Result<Self, Skip> {
        let key = "metadata_service_url";
        let address = setting.attributes.text(key).ok_or_else(|| Skip::lacks(key))?;
        setting.host()?;
        // It would be told which workspace we want, and its tokens would cross the network.
        match is_loopback(&address) {
            true => Ok(Self { address }),
            false => Err(Skip("metadata_service_url is not on this machine".to_string())),
        }
    }

    pub(super) async fn token(&self, context: &Context) -> Result<Token, AuthError> {
        let build = |http: &reqwest::Client| {
            let request = http.get(&self.address).header("X-Databricks-Metadata-Version", "1");
            request.header("X-Databricks-Host", context.host.as_str()).timeout(LIMIT)
        };
        let granted: Granted = context.exchanger.json("GET a token of the metadata service", Rules::Way, build).await?;
        Ok(granted.token(context))
    }
}
