//! Which workspace, and as whom: explicit values, then the environment, then a profile (auth-and-retries.md §5.1, §5.2).
//!
//! Reads files and variables only; what must be asked of a host is [`super::chain`]'s.

use std::path::{Path, PathBuf};

use crate::sys::{Env, fs};

use super::super::Secret;
use super::attributes::{ATTRIBUTES, Attributes, Source};
use super::host::Host;
use super::profile::{DEFAULT, ProfileFile, SETTINGS};

/// What flags and the manifest say; everything optional.
#[derive(Clone, Default, Debug)]
pub struct Explicit {
    pub host: Option<String>,
    /// Where the manifest says so, if it is the manifest that names the host.
    pub host_place: Option<String>,
    pub profile: Option<String>,
}

/// What is known of a workspace and an identity before anybody is asked.
#[derive(Clone, Debug)]
pub struct Connection {
    pub(super) attributes: Attributes,
    /// The section that was read, also where it was chosen by default.
    pub(super) profile: Option<String>,
    /// What that section says is its host.
    pub(super) profile_host: Option<String>,
    pub(super) file: PathBuf,
    /// The first line of the file that could not be read.
    pub(super) unread: Option<usize>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error(
        "no workspace host is known: set `host` in the target, DATABRICKS_HOST, or {}",
        wanted_profile(profile.as_deref(), file, *unread)
    )]
    NoHost { profile: Option<String>, file: PathBuf, unread: Option<usize> },
    #[error("`{0}` is not a workspace host")]
    InvalidHost(String),
    #[error(
        "{place}: the target's host is {host}, but the profile `{profile}` of {} is for {home}: its `{key}` is sent \
         nowhere else",
        file.display()
    )]
    ForeignHost { place: String, host: String, profile: String, file: PathBuf, home: String, key: &'static str },
    #[error("the profile `{name}` is not in {}{}", file.display(), known_profiles(known))]
    UnknownProfile { name: String, file: PathBuf, known: Vec<String> },
    #[error("there is nothing in the profile `{name}` of {}", file.display())]
    EmptyProfile { name: String, file: PathBuf },
    #[error("{}:{line}: the name of a section has no `]` at its end", file.display())]
    Unclosed { file: PathBuf, line: usize },
    /// Never with the value: whatever was pasted there may be a secret.
    #[error("`{key}` of {origin} must be {wanted}")]
    Value { key: &'static str, origin: Source, wanted: &'static str },
    #[error("`__settings__` is reserved and cannot be a profile")]
    ReservedProfile,
    #[error("validate: more than one authorization method configured: {0}")]
    SeveralMethods(String),
    #[error("`{name}` is no way to sign in; `auth_type` may be one of {}", known.join(", "))]
    UnknownMethod { name: String, known: Vec<&'static str> },
    #[error("nothing would use this sign-in: `auth_type` is `{forced}` ({origin}), and then nothing else is tried")]
    UnusedLogin { forced: String, origin: Source },
    #[error("cannot sign in with `{method}`: {why}")]
    Unusable { method: String, why: String },
    #[error(
        "no way to sign in to {host} is configured: set DATABRICKS_TOKEN, DATABRICKS_CLIENT_ID and \
         DATABRICKS_CLIENT_SECRET, or {}, or run `lakesmith auth login`{}",
        wanted_profile(profile.as_deref(), file, *unread), failures(failed)
    )]
    NoCredentials {
        host: String,
        profile: Option<String>,
        file: PathBuf,
        unread: Option<usize>,
        failed: Vec<(&'static str, String)>,
    },
    #[error(transparent)]
    File(#[from] fs::FsError),
    #[error("{} is not text", .0.display())]
    NotText(PathBuf),
    #[error("the certificates in {} cannot be used", file.display())]
    Certificates {
        file: PathBuf,
        #[source]
        source: reqwest::Error,
    },
}

fn known_profiles(known: &[String]) -> String {
    if known.is_empty() { String::new() } else { format!(" (it has {})", known.join(", ")) }
}

/// Never quotes a line: what stands in it may be a secret.
fn wanted_profile(profile: Option<&str>, file: &Path, unread: Option<usize>) -> String {
    let unread = unread
        .map(|line| format!(" (whose line {line} says nothing: there is a `[name]`, and `key = value` below it)"));
    let (file, unread) = (file.display(), unread.unwrap_or_default());
    match profile {
        Some(name) => format!("the profile `{name}` in {file}{unread}"),
        None => format!("a profile in {file}{unread}"),
    }
}

impl ConfigError {
    /// What to do about it, where the error alone does not say so.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoHost { .. } | Self::NoCredentials { .. } => {
                "to stay on this machine, without a workspace, add `-t local`"
            }
            Self::SeveralMethods(_) => {
                "`lakesmith auth describe` shows where each value comes from: remove those of one of them, or say with \
                 DATABRICKS_AUTH_TYPE which way is meant"
            }
            Self::InvalidHost(_) => {
                "a host is written as in the address of the browser, such as https://shop.cloud.databricks.com"
            }
            Self::ForeignHost { .. } => {
                "correct or remove the target's `host`, or take a profile of that host with `-p`; what a profile without a \
                 `host` holds is sent to any"
            }
            Self::UnknownProfile { .. } => {
                "correct the name (`-p`, DATABRICKS_CONFIG_PROFILE, `profile` of the target, `default_profile` of the file), \
                 or name another file with DATABRICKS_CONFIG_FILE"
            }
            Self::EmptyProfile { .. } => "write `host = https://…` and a way to sign in below its name",
            Self::ReservedProfile => {
                "it holds settings, such as `default_profile`: name one of the file's other sections (`-p`)"
            }
            Self::Unclosed { .. } => "write `[NAME]` in a line of its own",
            Self::Value { .. } => "correct it, or take it away to have what is usual",
            Self::UnknownMethod { .. } => "correct `auth_type` of the profile or DATABRICKS_AUTH_TYPE",
            Self::UnusedLogin { .. } => {
                "sign in with the program that it names (`databricks auth login` for `databricks-cli`), or set `auth_type` or \
                 DATABRICKS_AUTH_TYPE to `lakesmith-login`"
            }
            Self::Unusable { .. } => {
                "give what it lacks, or another `auth_type` (DATABRICKS_AUTH_TYPE), or none: then every way is tried; \
                 `lakesmith-login` is a sign-in by `lakesmith auth login`"
            }
            Self::NotText(_) => "save it as UTF-8, or name another file with DATABRICKS_CONFIG_FILE",
            Self::Certificates { .. } => "LAKESMITH_CA_FILE names a file of certificates in PEM",
            // What the system says of the file has a hint of its own.
            Self::File(_) => return None,
        })
    }

    /// The message itself says what to set.
    pub fn is_lack(&self) -> bool {
        matches!(self, Self::NoHost { .. } | Self::NoCredentials { .. })
    }
}

fn failures(failed: &[(&'static str, String)]) -> String {
    failed.iter().map(|(name, why)| format!("\n    {name}: {why}")).collect()
}

impl Connection {
    /// A known workspace with a known token, such as the local one: the environment is not asked.
    pub fn with_token(host: &str, token: Secret) -> Result<Self, ConfigError> {
        let mut attributes = Attributes::default();
        attributes.offer("host", Some(Host::parse(host)?.origin), Source::Explicit);
        attributes.offer("token", Some(token.expose().to_string()), Source::Explicit);
        Ok(Self { attributes, profile: None, profile_host: None, file: PathBuf::new(), unread: None })
    }

    pub fn resolve(explicit: &Explicit, env: &Env) -> Result<Self, ConfigError> {
        let connection = Self::collect(explicit, env)?;
        connection.validate()?;
        Ok(connection)
    }

    /// Every attribute with its source, whether or not they fit together.
    pub fn collect(explicit: &Explicit, env: &Env) -> Result<Self, ConfigError> {
        let file = config_file(env);
        let mut attributes = Attributes::default();
        let named = explicit.host_place.clone().map_or(Source::Explicit, Source::Manifest);
        attributes.offer("host", explicit.host.clone(), named);
        attributes.offer_variables(env);
        let requested = explicit.profile.clone().or_else(|| env.get("DATABRICKS_CONFIG_PROFILE"));
        // Without a requested profile the file counts only when nothing else says where or who.
        let decided = attributes.get("host").is_some() || !attributes.classes().is_empty();
        let mut connection = Self { attributes, profile: None, profile_host: None, file, unread: None };
        if requested.is_some() || !decided {
            connection.read_profile(requested)?;
        }
        connection.take_host_apart()?;
        Ok(connection)
    }

    fn read_profile(&mut self, requested: Option<String>) -> Result<(), ConfigError> {
        if requested.as_deref() == Some(SETTINGS) {
            return Err(ConfigError::ReservedProfile);
        }
        let Some(bytes) = fs::read_optional(&self.file)? else {
            // A pipeline of CI may name a profile that only people have, and sign in by other means.
            self.profile = requested;
            return Ok(());
        };
        let text = String::from_utf8(bytes).map_err(|_| ConfigError::NotText(self.file.clone()))?;
        let unclosed = |line| ConfigError::Unclosed { file: self.file.clone(), line };
        let profiles = ProfileFile::parse(&text).map_err(unclosed)?;
        self.unread = profiles.unread;
        let default = profiles.section(SETTINGS).and_then(|settings| settings.get("default_profile")).cloned();
        let named = requested.or(default.map(|name| name.trim().to_string()).filter(|name| !name.is_empty()));
        let (name, section) = match named {
            Some(name) => match profiles.section(&name) {
                Some(section) if name != SETTINGS => (name, section),
                Some(_) => return Err(ConfigError::ReservedProfile),
                None if profiles.is_empty(&name) => {
                    return Err(ConfigError::EmptyProfile { name, file: self.file.clone() });
                }
                None => {
                    let known = profiles.names().map(str::to_string).collect();
                    return Err(ConfigError::UnknownProfile { name, file: self.file.clone(), known });
                }
            },
            None => match profiles.section(DEFAULT) {
                Some(section) => (DEFAULT.to_string(), section),
                None => return Ok(()),
            },
        };
        let source = Source::Profile { file: self.file.clone(), name: name.clone() };
        self.attributes.offer_section(section, &source);
        let host = section.get("host").filter(|host| !host.is_empty());
        self.profile_host = host.map(|host| Ok::<_, ConfigError>(Host::parse(host)?.origin)).transpose()?;
        self.profile = Some(name);
        Ok(())
    }

    fn take_host_apart(&mut self) -> Result<(), ConfigError> {
        let Some(text) = self.attributes.text("host") else { return Ok(()) };
        let host = Host::parse(&text)?;
        self.attributes.replace("host", host.origin);
        self.attributes.offer("workspace_id", host.workspace_id, Source::Host);
        self.attributes.offer("account_id", host.account_id, Source::Host);
        Ok(())
    }

    /// By what a profile signs in is for the host of the profile. Flags and variables are the user's own, who may know
    /// another name of it; a manifest comes with a checkout and may name any host.
    fn keep_profile_at_home(&self) -> Result<(), ConfigError> {
        let (host, place) = match (self.attributes.text("host"), self.attributes.source("host")) {
            (Some(host), Some(Source::Manifest(place))) => (host, place.clone()),
            _ => return Ok(()),
        };
        match (&self.profile, &self.profile_host, self.attributes.credential_of_profile()) {
            (Some(profile), Some(home), Some(key)) if *home != host => {
                let (profile, file, home) = (profile.clone(), self.file.clone(), home.clone());
                Err(ConfigError::ForeignHost { place, host, profile, file, home, key })
            }
            _ => Ok(()),
        }
    }

    /// Values of other types than text, none of which may be passed over.
    fn read_values(&self) -> Result<(), ConfigError> {
        for (key, least) in NUMBERS {
            let is_read = seconds(&self.attributes, key).is_some_and(|number| number >= least);
            self.reads(key, is_read, if least < 0 { "a whole number" } else { "a whole number, not below 0" })?;
        }
        for key in SWITCHES {
            self.reads(key, self.attributes.switch(key).is_some(), "`true` or `false`")?;
        }
        Ok(())
    }

    fn reads(&self, key: &'static str, is_read: bool, wanted: &'static str) -> Result<(), ConfigError> {
        match self.attributes.source(key) {
            Some(origin) if !is_read => Err(ConfigError::Value { key, origin: origin.clone(), wanted }),
            Some(_) | None => Ok(()),
        }
    }

    pub fn validate(&self) -> Result<(), ConfigError> {
        self.keep_profile_at_home()?;
        self.read_values()?;
        let classes = self.attributes.classes();
        if self.attributes.get("auth_type").is_none() && classes.len() > 1 {
            return Err(ConfigError::SeveralMethods(classes.join(" and ")));
        }
        // Azure knows the host of a workspace by its resource.
        if self.attributes.get("host").is_none() && self.attributes.get("azure_workspace_resource_id").is_none() {
            let (profile, file) = (self.profile.clone(), self.file.clone());
            return Err(ConfigError::NoHost { profile, file, unread: self.unread });
        }
        Ok(())
    }
}

/// The attributes that this program reads as numbers, and the least that each may be.
const NUMBERS: [(&str, i64); 4] =
    [("oauth_callback_port", 0), ("http_timeout_seconds", 0), ("retry_timeout_seconds", i64::MIN), ("rate_limit", 0)];
const SWITCHES: [&str; 3] = ["azure_use_msi", "disable_oauth_refresh_token", "skip_verify"];

fn config_file(env: &Env) -> PathBuf {
    let home = env.home();
    match env.get("DATABRICKS_CONFIG_FILE") {
        Some(path) => match (path.strip_prefix('~'), &home) {
            (Some(""), Some(home)) => home.clone(),
            (Some(rest), Some(home)) if rest.starts_with(['/', '\\']) => home.join(&rest[1..]),
            _ => PathBuf::from(path),
        },
        None => home.unwrap_or_default().join(".databrickscfg"),
    }
}

/// Sets a file's values that calls of this program depend on: seconds, or `None` if they are not set or no number.
pub(super) fn seconds(attributes: &Attributes, key: &'static str) -> Option<i64> {
    debug_assert!(ATTRIBUTES.iter().any(|attribute| attribute.key == key), "{key}");
    attributes.get(key).and_then(|text| text.trim().parse().ok())
}
