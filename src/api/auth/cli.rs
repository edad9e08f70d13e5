//! Tokens of the official CLI (auth-and-retries.md §5.5, "U2M").
//!
//! Its refresh tokens are its own: two programs that renew them end each other's sign-in. So it is asked, never read.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use tokio::sync::OnceCell;

use crate::sys::{fs, process};

use super::super::secret::quoted;
use super::host::HostKind;
use super::method::{Context, Setting, Skip, run};
use super::token::{AuthError, Token};

#[derive(Clone, Debug)]
pub(super) struct DatabricksCli {
    program: PathBuf,
    profile: Option<String>,
    account_id: Option<String>,
    /// Can it be told to renew? Asked once.
    renews: Arc<OnceCell<bool>>,
}

/// The old CLI, which was a script of Python and knows none of this, is smaller.
const SMALLEST: u64 = 1024 * 1024;
/// It may renew a token itself.
const LIMIT: Duration = Duration::from_secs(60);

impl DatabricksCli {
    pub(super) fn configure(setting: &Setting<'_>) -> Result<Self, Skip> {
        setting.host()?;
        let named = setting.attributes.text("databricks_cli_path").map(PathBuf::from);
        let program = named.or_else(|| process::find("databricks", setting.env));
        let program = program.ok_or_else(|| Skip("the program `databricks` is not on PATH".to_string()))?;
        let size = fs::stat(&program).ok().flatten().map_or(0, |entry| entry.size);
        if size < SMALLEST {
            return Err(Skip(format!("{} is not the CLI of Databricks, or too old", program.display())));
        }
        let account = setting.attributes.text("account_id").filter(|_| setting.kind != HostKind::Workspace);
        // A profile's sign-in belongs to its own host, whatever the name says.
        let profile = setting.profile.filter(|_| setting.host_is_of_profile());
        Ok(Self { program, profile: profile.map(str::to_string), account_id: account, renews: Arc::default() })
    }

    /// Of what it keeps, the CLI gives also what ends in a moment; so it is told to renew it, if it can be.
    pub(super) async fn token(&self, context: &Context) -> Result<Token, AuthError> {
        let force = *self.renews.get_or_init(|| self.can_renew()).await;
        let by_host = {
            let mut arguments = vec!["--host".to_string(), context.host.clone()];
            if let Some(account) = &self.account_id {
                arguments.extend(["--account-id".to_string(), account.clone()]);
            }
            arguments
        };
        let output = match &self.profile {
            Some(profile) => {
                let output = self.ask(&["--profile".to_string(), profile.clone()], force).await?;
                // Before 0.207.1.
                if !output.success && output.stderr.contains("unknown flag: --profile") {
                    self.ask(&by_host, force).await?
                } else {
                    output
                }
            }
            None => self.ask(&by_host, force).await?,
        };
        if !output.success {
            let message = quoted(&output.stderr).trim_start_matches("Error: ").to_string();
            return Err(AuthError::Refused { command: "databricks auth token".to_string(), message });
        }
        parse(&output.stdout, context.exchanger.system.clock.now())
    }

    async fn ask(&self, who: &[String], force: bool) -> Result<process::Output, AuthError> {
        let mut arguments = vec!["auth".to_string(), "token".to_string()];
        arguments.extend(who.iter().cloned());
        arguments.extend(force.then(|| "--force-refresh".to_string()));
        run(&self.program, arguments, LIMIT).await
    }

    /// Whoever does not tell its version is asked as the old ones are.
    async fn can_renew(&self) -> bool {
        let output = run(&self.program, vec!["--version".to_string()], LIMIT).await.ok();
        output.and_then(|output| version(&output.stdout)).is_some_and(|version| version >= (0, 296, 0))
    }
}

/// `Databricks CLI v0.296.0`.
fn version(text: &str) -> Option<(u32, u32, u32)> {
    let rest = text.trim().rsplit(' ').next()?.strip_prefix('v')?;
    let mut numbers = rest.split(['.', '-', '+']).map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??, numbers.next()??))
}

fn parse(text: &str, now: DateTime<Utc>) -> Result<Token, AuthError> {
    #[derive(Deserialize)]
    struct Told {
        access_token: String,
        expiry: String,
    }
    let wrong = |what: &str| AuthError::Answer { from: "`databricks auth token`".to_string(), what: what.to_string() };
    // What serde says of it could hold the token.
    let told: Told = serde_json::from_str(text).map_err(|_| wrong("it lacks `access_token` or `expiry`"))?;
    let expiry = expiry(&told.expiry).ok_or_else(|| wrong("`expiry` is no time"))?;
    Ok(Token::lasting(told.access_token, (expiry - now).to_std().unwrap_or_default()))
}

/// RFC 3339, or a date and a time with a space between, which are UTC.
fn expiry(text: &str) -> Option<DateTime<Utc>> {
    let exact = DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc)).ok();
    exact.or_else(|| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").map(|time| time.and_utc()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// auth-and-retries.md §5.5: the three forms of `expiry`.
    #[test]
    fn what_the_cli_prints_is_read() {
        let now = "2026-01-02T03:00:00Z".parse().unwrap();
        for expiry in ["2026-01-02T04:00:00Z", "2026-01-02T05:00:00.000000001+01:00", "2026-01-02 04:00:00"] {
            let text = format!(r#"{{"access_token":"a","token_type":"Bearer","expiry":"{expiry}"}}"#);
            let token = parse(&text, now).unwrap();
            assert_eq!((token.access.expose(), token.lasts.unwrap().as_secs()), ("a", 3600), "{expiry}");
        }
        let error = parse(r#"{"access_token":"canary","expiry":"soon"}"#, now).unwrap_err().to_string();
        assert!(!error.contains("canary"), "{error}");
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("Databricks CLI v0.296.0\n"), Some((0, 296, 0)));
        assert_eq!(version("Databricks CLI v1.13.2-dev+abc"), Some((1, 13, 2)));
        assert!(version("Databricks CLI v0.30.0").unwrap() < (0, 296, 0));
        assert_eq!(version("Version 0.18"), None);
    }
}
