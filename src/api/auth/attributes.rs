//! The attributes of unified authentication: their keys, variables and classes, and where each value came from
//! (auth-and-retries.md §5.1).

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use crate::sys::Env;

use super::super::Secret;

pub(super) struct Attribute {
    /// In the file.
    pub(super) key: &'static str,
    /// Another key in the file that other tools use for the same.
    alias: Option<&'static str>,
    /// The first that is set counts.
    variables: &'static [&'static str],
    /// Attributes of two classes at once are ambiguous.
    pub(super) class: Option<&'static str>,
    pub(super) secret: bool,
}

const fn plain(key: &'static str, variables: &'static [&'static str]) -> Attribute {
    Attribute { key, alias: None, variables, class: None, secret: false }
}

const fn of(class: &'static str, key: &'static str, variables: &'static [&'static str]) -> Attribute {
    Attribute { key, alias: None, variables, class: Some(class), secret: false }
}

const fn secret(class: &'static str, key: &'static str, variables: &'static [&'static str]) -> Attribute {
    Attribute { key, alias: None, variables, class: Some(class), secret: true }
}

/// Values of variables without an attribute of their own (CLI only) are not read: `DATABRICKS_AUTH_STORAGE` and
/// `DATABRICKS_CACHE_DIR` reach the CLI, which inherits the environment, and the others rule bundles.
pub(super) const ATTRIBUTES: &[Attribute] = &[
    plain("host", &["DATABRICKS_HOST"]),
    plain("account_id", &["DATABRICKS_ACCOUNT_ID"]),
    plain("workspace_id", &["DATABRICKS_WORKSPACE_ID"]),
    secret("pat", "token", &["DATABRICKS_TOKEN"]),
    of("basic", "username", &["DATABRICKS_USERNAME"]),
    secret("basic", "password", &["DATABRICKS_PASSWORD"]),
    of("oauth", "client_id", &["DATABRICKS_CLIENT_ID"]),
    secret("oauth", "client_secret", &["DATABRICKS_CLIENT_SECRET"]),
    plain("auth_type", &["DATABRICKS_AUTH_TYPE"]),
    of("metadata-service", "metadata_service_url", &["DATABRICKS_METADATA_SERVICE_URL"]),
    of("env-oidc", "oidc_token_env", &["DATABRICKS_OIDC_TOKEN_ENV"]),
    Attribute {
        alias: Some("databricks_id_token_filepath"),
        ..of("file-oidc", "oidc_token_filepath", &["DATABRICKS_OIDC_TOKEN_FILEPATH", "DATABRICKS_OIDC_TOKEN_FILE"])
    },
    Attribute { alias: Some("audience"), ..plain("token_audience", &["DATABRICKS_TOKEN_AUDIENCE"]) },
    of("azure", "azure_workspace_resource_id", &["DATABRICKS_AZURE_RESOURCE_ID"]),
    of("azure", "azure_client_id", &["ARM_CLIENT_ID"]),
    secret("azure", "azure_client_secret", &["ARM_CLIENT_SECRET"]),
    of("azure", "azure_tenant_id", &["ARM_TENANT_ID"]),
    of("azure", "azure_use_msi", &["ARM_USE_MSI"]),
    plain("azure_environment", &["ARM_ENVIRONMENT"]),
    of("google", "google_service_account", &["DATABRICKS_GOOGLE_SERVICE_ACCOUNT"]),
    secret("google", "google_credentials", &["GOOGLE_CREDENTIALS"]),
    plain("databricks_cli_path", &["DATABRICKS_CLI_PATH"]),
    plain("cluster_id", &["DATABRICKS_CLUSTER_ID"]),
    plain("warehouse_id", &["DATABRICKS_WAREHOUSE_ID"]),
    plain("serverless_compute_id", &["DATABRICKS_SERVERLESS_COMPUTE_ID"]),
    plain("scopes", &[]),
    plain("discovery_url", &["DATABRICKS_DISCOVERY_URL"]),
    plain("cloud", &["DATABRICKS_CLOUD"]),
    plain("disable_oauth_refresh_token", &["DATABRICKS_DISABLE_OAUTH_REFRESH_TOKEN"]),
    plain("oauth_callback_port", &["DATABRICKS_OAUTH_CALLBACK_PORT"]),
    plain("group_id", &["DATABRICKS_GROUP_ID"]),
    plain("skip_verify", &[]),
    plain("http_timeout_seconds", &[]),
    plain("retry_timeout_seconds", &[]),
    plain("rate_limit", &["DATABRICKS_RATE_LIMIT"]),
    plain("debug_truncate_bytes", &["DATABRICKS_DEBUG_TRUNCATE_BYTES"]),
    plain("debug_headers", &["DATABRICKS_DEBUG_HEADERS"]),
];

/// Where a value came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// A flag, or this program itself.
    Explicit,
    /// The target in lakesmith.yml, and where it says so.
    Manifest(String),
    Variable(&'static str),
    Profile {
        file: PathBuf,
        name: String,
    },
    /// The query of the host's address.
    Host,
    /// The host's own document about itself.
    Metadata,
    /// Azure's resource manager.
    Azure,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Explicit => f.write_str("command line"),
            Self::Manifest(place) => f.write_str(place),
            Self::Variable(name) => f.write_str(name),
            Self::Profile { file, name } => write!(f, "{}[{name}]", file.display()),
            Self::Host => f.write_str("address of the host"),
            Self::Metadata => f.write_str("host metadata"),
            Self::Azure => f.write_str("Azure resource manager"),
        }
    }
}

/// Values by key. Whatever is printed of them is `***`: some are secrets.
#[derive(Clone, Default, Debug)]
pub(super) struct Attributes(BTreeMap<&'static str, (Secret, Source)>);

impl Attributes {
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|(value, _)| value.expose())
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.get(key).map(str::to_string)
    }

    pub(super) fn secret(&self, key: &str) -> Option<Secret> {
        self.0.get(key).map(|(value, _)| value.clone())
    }

    pub(super) fn is_on(&self, key: &str) -> bool {
        self.switch(key) == Some(true)
    }

    /// `true`, `1` and the like, and their opposites; `None` if it is not set or neither.
    pub(super) fn switch(&self, key: &str) -> Option<bool> {
        match self.get(key)?.to_ascii_lowercase().as_str() {
            "true" | "1" | "t" | "yes" => Some(true),
            "false" | "0" | "f" | "no" => Some(false),
            _ => None,
        }
    }

    pub(super) fn source(&self, key: &str) -> Option<&Source> {
        self.0.get(key).map(|(_, source)| source)
    }

    /// A value that is set is never overwritten; an empty one is none.
    pub(super) fn offer(&mut self, key: &'static str, value: Option<String>, source: Source) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.0.entry(key).or_insert_with(|| (Secret::new(value), source));
        }
    }

    pub(super) fn replace(&mut self, key: &'static str, value: String) {
        if let Some((known, _)) = self.0.get_mut(key) {
            *known = Secret::new(value);
        }
    }

    pub(super) fn offer_variables(&mut self, env: &Env) {
        for attribute in ATTRIBUTES {
            let set = attribute.variables.iter().find_map(|name| Some((*name, env.get(name)?)));
            if let Some((name, value)) = set {
                self.offer(attribute.key, Some(value), Source::Variable(name));
            }
        }
    }

    pub(super) fn offer_section(&mut self, section: &BTreeMap<String, String>, source: &Source) {
        for attribute in ATTRIBUTES {
            let mut keys = std::iter::once(attribute.key).chain(attribute.alias);
            let value = keys.find_map(|key| section.get(key).filter(|value| !value.is_empty()));
            self.offer(attribute.key, value.cloned(), source.clone());
        }
    }

    /// Of the ways to sign in, by name.
    pub(super) fn classes(&self) -> Vec<&'static str> {
        let known = ATTRIBUTES.iter().filter(|attribute| self.0.contains_key(attribute.key));
        let mut classes: Vec<_> = known.filter_map(|attribute| attribute.class).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    /// The first value of a profile by which somebody signs in.
    pub(super) fn credential_of_profile(&self) -> Option<&'static str> {
        let of_profile = |key| matches!(self.source(key), Some(Source::Profile { .. }));
        let mut all = ATTRIBUTES.iter().filter(|attribute| attribute.class.is_some());
        all.find(|attribute| of_profile(attribute.key)).map(|attribute| attribute.key)
    }

    /// In the order of the table: key, value to show, source.
    pub(super) fn shown(&self) -> Vec<(&'static str, String, Source)> {
        let known = ATTRIBUTES.iter().filter_map(|attribute| Some((attribute, self.0.get(attribute.key)?)));
        let masked = |attribute: &Attribute, value: &Secret| match attribute.secret {
            true => value.to_string(),
            false => value.expose().to_string(),
        };
        known.map(|(attribute, (value, source))| (attribute.key, masked(attribute, value), source.clone())).collect()
    }

    /// What must not be shown, wherever it turns up.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        ATTRIBUTES.iter().filter(|attribute| attribute.secret).filter_map(|a| self.secret(a.key)).collect()
    }
}
