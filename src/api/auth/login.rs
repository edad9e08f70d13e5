//! Sign-ins of people that lakesmith holds itself: kept in a file of its own, renewed by one process at a time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::sys::{Env, fs};

use super::super::Secret;
use super::exchange::{Rules, post_form};
use super::method::{Context, Setting, Skip};
use super::oauth::{Granted, Server, is_refusal};
use super::token::{AuthError, Token};

/// The application of Databricks that may send people back to their own machine.
pub(super) const CLIENT: &str = "databricks-cli";

/// The file: `{"version": 1, "tokens": {KEY: …}}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    tokens: BTreeMap<String, Entry>,
}

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// The only host that these tokens are ever sent to.
    pub(super) host: String,
    pub(super) access_token: String,
    /// Absent if the user asked for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
    pub(super) expiry: DateTime<Utc>,
}

/// The file of a user.
#[derive(Clone, Debug)]
pub(super) struct Cache(PathBuf);

const LOCK_LIMIT: Duration = Duration::from_secs(30);
const LOCK_POLL: Duration = Duration::from_millis(20);

impl Cache {
    pub(super) fn of(env: &Env) -> Option<Self> {
        let base = env.get("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| Some(env.home()?.join(".config")))?;
        Some(Self(base.join("lakesmith").join("tokens.json")))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    fn read(&self) -> Result<File, AuthError> {
        let Some(bytes) = fs::read_optional(&self.0)? else {
            return Ok(File { version: VERSION, tokens: BTreeMap::new() });
        };
        // What serde says of it could hold a token.
        let file = serde_json::from_slice(&bytes).ok().filter(|file: &File| file.version == VERSION);
        file.ok_or_else(|| AuthError::Cache(self.0.clone()))
    }

    pub(super) fn get(&self, key: &str) -> Result<Option<Entry>, AuthError> {
        Ok(self.read()?.tokens.get(key).cloned())
    }

    /// Only with the lock.
    pub(super) fn put(&self, key: &str, entry: Entry, _lock: &fs::FileLock) -> Result<(), AuthError> {
        let mut file = self.read()?;
        file.tokens.insert(key.to_string(), entry);
        let bytes = serde_json::to_vec_pretty(&file).map_err(|_| AuthError::Cache(self.0.clone()))?;
        Ok(fs::write_atomic_private(&self.0, &bytes)?)
    }

    pub(super) async fn lock(&self) -> Result<fs::FileLock, AuthError> {
        let path = self.0.with_extension("lock");
        let mut waited = Duration::ZERO;
        loop {
            if let Some(lock) = fs::try_lock(&path)? {
                return Ok(lock);
            }
            if waited >= LOCK_LIMIT {
                return Err(AuthError::Busy);
            }
            tokio::time::sleep(LOCK_POLL).await;
            waited += LOCK_POLL;
        }
    }
}

/// Under which name a sign-in is kept: a profile's, if there is one, as two people may share a host.
pub(super) fn key(setting: &Setting<'_>) -> Result<String, Skip> {
    let host = setting.host()?;
    Ok(match setting.profile {
        Some(profile) if profile != "DEFAULT" && setting.host_is_of_profile() => profile.to_string(),
        _ => host.to_string(),
    })
}

/// Somebody who has signed in before.
#[derive(Clone, Debug)]
pub(super) struct Login {
    cache: Cache,
    key: String,
    server: Server,
    /// For the message that asks to sign in again.
    profile: Option<String>,
}

/// Renewed when so little is left.
const EARLY: Duration = Duration::from_secs(300);

impl Login {
    pub(super) fn configure(setting: &Setting<'_>) -> Result<Self, Skip> {
        let (host, key) = (setting.host()?, key(setting)?);
        let cache = Cache::of(setting.env).ok_or_else(|| Skip::lacks("HOME"))?;
        match cache.get(&key) {
            Ok(Some(entry)) if entry.host == host => {}
            Ok(Some(_)) => return Err(Skip(format!("the sign-in of `{key}` is for another host"))),
            Ok(None) => return Err(Skip("nobody has signed in with `lakesmith auth login`".to_string())),
            Err(error) => return Err(Skip(error.to_string())),
        }
        let profile = setting.profile.map(str::to_string);
        Ok(Self { cache, key, server: Server::of(setting)?, profile })
    }

    pub(super) async fn token(&self, context: &Context, forced: bool) -> Result<Token, AuthError> {
        let now = context.exchanger.system.clock.now();
        let left = |entry: &Entry| (entry.expiry - now).to_std().unwrap_or_default();
        let ready = |entry: &Entry| (left(entry) >= EARLY && !forced).then(|| given(entry, left(entry)));
        let ended = || AuthError::Ended(self.profile.as_ref().map(|name| format!(" -p {name}")).unwrap_or_default());
        let before = self.cache.get(&self.key)?.ok_or_else(ended)?;
        if let Some(token) = ready(&before) {
            return Ok(token);
        }
        let lock = self.cache.lock().await?;
        // Another process may have renewed it while this one waited.
        let entry = self.cache.get(&self.key)?.ok_or_else(ended)?;
        if entry.access_token != before.access_token && left(&entry) >= EARLY {
            return Ok(given(&entry, left(&entry)));
        }
        match self.renew(context, &entry).await {
            Ok(renewed) => {
                let token = given(&renewed, left(&renewed));
                self.cache.put(&self.key, renewed, &lock)?;
                Ok(token)
            }
            // The old one still serves.
            Err(_) if !forced && left(&entry) > Duration::from_secs(60) => Ok(given(&entry, left(&entry))),
            Err(error) if is_refusal(&error) => Err(ended()),
            Err(error) => Err(error),
        }
    }

    async fn renew(&self, context: &Context, entry: &Entry) -> Result<Entry, AuthError> {
        let hint = || AuthError::Ended(self.profile.as_ref().map(|name| format!(" -p {name}")).unwrap_or_default());
        let refresh = entry.refresh_token.as_deref().ok_or_else(hint)?;
        let address = self.server.addresses(context).await?.token_endpoint;
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", CLIENT)];
        let build = |http: &reqwest::Client| post_form(http, &address, &fields);
        let granted: Granted = context.exchanger.json("POST OAuth refresh", Rules::Token, build).await?;
        let kept = entry.refresh_token.clone();
        Ok(entry_of(granted, &entry.host, kept, context.exchanger.system.clock.now()))
    }
}

fn given(entry: &Entry, left: Duration) -> Token {
    Token { access: Secret::new(entry.access_token.clone()), headers: Vec::new(), lasts: Some(left) }
}

/// `kept`: the refresh token that stays if no other one came.
pub(super) fn entry_of(granted: Granted, host: &str, kept: Option<String>, now: DateTime<Utc>) -> Entry {
    let expiry = now + granted.lasts(now);
    let refresh_token = granted.refresh_token.or(kept);
    Entry { host: host.to_string(), access_token: granted.access_token, refresh_token, expiry }
}
