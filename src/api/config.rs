//! Which workspace, and as whom: explicit values, then the environment, then a profile (auth-and-retries.md §5.1–5.4).
//!
//! This version signs in with a personal access token or OAuth for a service principal. Any other way is an error
//! that says so, never a silent attempt with something else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::sys::{Env, fs};

use super::Secret;
use super::profile::{ProfileFile, SETTINGS};

/// What flags and the manifest say; everything optional.
#[derive(Clone, Default, Debug)]
pub struct Explicit {
    pub host: Option<String>,
    pub token: Option<Secret>,
    pub profile: Option<String>,
}

/// A workspace and an identity.
#[derive(Clone, Debug)]
pub struct Connection {
    /// With scheme, without a closing slash.
    pub host: String,
    pub auth: Auth,
    /// For hosts that serve several workspaces.
    pub workspace_id: Option<String>,
}

#[derive(Clone, Debug)]
pub enum Auth {
    Pat(Secret),
    OAuthM2m { client_id: String, client_secret: Secret },
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("no workspace host is known: set `host` in the target, DATABRICKS_HOST, or a profile in {}", file.display())]
    NoHost { file: PathBuf },
    #[error("`{0}` is not a workspace host")]
    InvalidHost(String),
    #[error("the profile `{name}` is not in {}{}", file.display(), known_profiles(known))]
    UnknownProfile { name: String, file: PathBuf, known: Vec<String> },
    #[error("`__settings__` is reserved and cannot be a profile")]
    ReservedProfile,
    #[error("validate: more than one authorization method configured: {0}")]
    SeveralMethods(String),
    #[error(
        "signing in with `{method}` is not supported in this version; use a personal access token (`token`) or OAuth for a service principal (`client_id`, `client_secret`)"
    )]
    Unsupported { method: String },
    #[error(
        "no way to sign in to {host} is configured: set DATABRICKS_TOKEN, DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, or a profile"
    )]
    NoCredentials { host: String },
    #[error(transparent)]
    File(#[from] fs::FsError),
    #[error("{} is not text", .0.display())]
    NotText(PathBuf),
}

fn known_profiles(known: &[String]) -> String {
    if known.is_empty() { String::new() } else { format!(" (it has {})", known.join(", ")) }
}

/// Key in the file, variables (the first that is set counts), class of sign-in.
const ATTRIBUTES: &[(&str, &[&str], Option<&str>)] = &[
    ("host", &["DATABRICKS_HOST"], None),
    ("workspace_id", &["DATABRICKS_WORKSPACE_ID"], None),
    ("auth_type", &["DATABRICKS_AUTH_TYPE"], None),
    ("token", &["DATABRICKS_TOKEN"], Some("pat")),
    ("username", &["DATABRICKS_USERNAME"], Some("basic")),
    ("password", &["DATABRICKS_PASSWORD"], Some("basic")),
    ("client_id", &["DATABRICKS_CLIENT_ID"], Some("oauth")),
    ("client_secret", &["DATABRICKS_CLIENT_SECRET"], Some("oauth")),
    ("metadata_service_url", &["DATABRICKS_METADATA_SERVICE_URL"], Some("metadata-service")),
    ("oidc_token_env", &["DATABRICKS_OIDC_TOKEN_ENV"], Some("env-oidc")),
    ("oidc_token_filepath", &["DATABRICKS_OIDC_TOKEN_FILEPATH", "DATABRICKS_OIDC_TOKEN_FILE"], Some("file-oidc")),
    ("databricks_id_token_filepath", &[], Some("file-oidc")),
    ("azure_workspace_resource_id", &["DATABRICKS_AZURE_RESOURCE_ID"], Some("azure")),
    ("azure_client_id", &["ARM_CLIENT_ID"], Some("azure")),
    ("azure_client_secret", &["ARM_CLIENT_SECRET"], Some("azure")),
    ("azure_tenant_id", &["ARM_TENANT_ID"], Some("azure")),
    ("azure_use_msi", &["ARM_USE_MSI"], Some("azure")),
    ("google_service_account", &["DATABRICKS_GOOGLE_SERVICE_ACCOUNT"], Some("google")),
    ("google_credentials", &["GOOGLE_CREDENTIALS"], Some("google")),
];

type Attributes = BTreeMap<&'static str, String>;

impl Connection {
    /// A known workspace with a known token, such as the local one: the environment is not asked.
    pub fn with_token(host: &str, token: Secret) -> Result<Self, ConfigError> {
        Ok(Self { host: normalise_host(host)?, auth: Auth::Pat(token), workspace_id: None })
    }

    pub fn resolve(explicit: &Explicit, env: &Env) -> Result<Self, ConfigError> {
        let file = config_file(env);
        let mut attributes = Attributes::new();
        let given =
            [("host", explicit.host.clone()), ("token", explicit.token.as_ref().map(|t| t.expose().to_string()))];
        attributes.extend(given.into_iter().filter_map(|(key, value)| Some((key, value.filter(|v| !v.is_empty())?))));
        for (key, variables, _) in ATTRIBUTES {
            if let Some(value) = variables.iter().find_map(|variable| env.get(variable)) {
                attributes.entry(key).or_insert(value);
            }
        }
        let requested = explicit.profile.clone().or_else(|| env.get("DATABRICKS_CONFIG_PROFILE"));
        // Without a requested profile the file counts only when nothing else says where or who.
        let decided = attributes
            .keys()
            .any(|key| *key == "host" || ATTRIBUTES.iter().any(|(name, _, class)| name == key && class.is_some()));
        if requested.is_some() || !decided {
            read_profile(&file, requested.as_deref(), &mut attributes)?;
        }
        finish(&attributes, &file, env)
    }
}

fn config_file(env: &Env) -> PathBuf {
    let home = env.home();
    match env.get("DATABRICKS_CONFIG_FILE") {
        Some(path) => match (path.strip_prefix("~/"), &home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(path),
        },
        None => home.unwrap_or_default().join(".databrickscfg"),
    }
}

fn read_profile(file: &Path, requested: Option<&str>, attributes: &mut Attributes) -> Result<(), ConfigError> {
    if requested == Some(SETTINGS) {
        return Err(ConfigError::ReservedProfile);
    }
    let profiles = match fs::read_optional(file)? {
        Some(bytes) => {
            ProfileFile::parse(&String::from_utf8(bytes).map_err(|_| ConfigError::NotText(file.to_path_buf()))?)
        }
        None => ProfileFile::default(),
    };
    let default = profiles.section(SETTINGS).and_then(|settings| settings.get("default_profile")).cloned();
    let named = requested.map(str::to_string).or(default.filter(|name| !name.is_empty()));
    let section = match &named {
        Some(name) => Some(profiles.section(name).ok_or_else(|| ConfigError::UnknownProfile {
            name: name.clone(),
            file: file.to_path_buf(),
            known: profiles.names().map(str::to_string).collect(),
        })?),
        None => profiles.section("DEFAULT"),
    };
    for (key, _, _) in ATTRIBUTES {
        if let Some(value) = section.and_then(|section| section.get(*key)).filter(|value| !value.is_empty()) {
            attributes.entry(key).or_insert_with(|| value.clone());
        }
    }
    Ok(())
}

fn finish(attributes: &Attributes, file: &Path, env: &Env) -> Result<Connection, ConfigError> {
    let get = |key: &str| attributes.get(key).cloned();
    let host = normalise_host(&get("host").ok_or_else(|| ConfigError::NoHost { file: file.to_path_buf() })?)?;
    let mut classes: Vec<&str> = ATTRIBUTES
        .iter()
        .filter(|(key, _, _)| attributes.contains_key(key))
        .filter_map(|(_, _, class)| *class)
        .collect();
    classes.sort_unstable();
    classes.dedup();
    let forced = get("auth_type");
    if forced.is_none() && classes.len() > 1 {
        return Err(ConfigError::SeveralMethods(classes.join(" and ")));
    }
    let pat = || get("token").map(|token| Auth::Pat(Secret::new(token)));
    let oauth =
        || Some(Auth::OAuthM2m { client_id: get("client_id")?, client_secret: Secret::new(get("client_secret")?) });
    let auth = match forced.as_deref() {
        Some("pat") => pat(),
        Some("oauth-m2m") => oauth(),
        Some(other) => return Err(ConfigError::Unsupported { method: other.to_string() }),
        None => pat().or_else(oauth),
    };
    match auth {
        Some(auth) => Ok(Connection { host, auth, workspace_id: get("workspace_id") }),
        None => Err(match classes.iter().find(|class| !matches!(**class, "pat" | "oauth")) {
            Some(class) => ConfigError::Unsupported { method: (*class).to_string() },
            None if env.get("ACTIONS_ID_TOKEN_REQUEST_URL").is_some() => {
                ConfigError::Unsupported { method: "github-oidc".to_string() }
            }
            None => ConfigError::NoCredentials { host },
        }),
    }
}

/// Scheme added, closing slash, path and query dropped (auth-and-retries.md §5.3).
fn normalise_host(text: &str) -> Result<String, ConfigError> {
    let invalid = || ConfigError::InvalidHost(text.to_string());
    let with_scheme = if text.contains("://") { text.to_string() } else { format!("https://{text}") };
    let url = reqwest::Url::parse(with_scheme.trim()).map_err(|_| invalid())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(invalid());
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Env {
        Env::from_pairs(pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())))
    }

    fn profile(text: &str, more: &[(&str, &str)], explicit: &Explicit) -> Result<Connection, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cfg");
        fs::write(&path, text.as_bytes()).unwrap();
        let mut pairs = vec![("DATABRICKS_CONFIG_FILE", path.to_str().unwrap())];
        pairs.extend(more);
        Connection::resolve(explicit, &env(&pairs))
    }

    #[test]
    fn the_environment_wins_over_the_file_which_is_not_read() {
        let found = profile(
            "[DEFAULT]\nhost = https://file.test\ntoken = f",
            &[("DATABRICKS_HOST", "env.test/?o=1"), ("DATABRICKS_TOKEN", "e")],
            &Explicit::default(),
        );
        let found = found.unwrap();
        assert_eq!(found.host, "https://env.test");
        assert!(matches!(found.auth, Auth::Pat(token) if token.expose() == "e"));
    }

    #[test]
    fn a_named_profile_does_not_inherit_from_default() {
        let explicit = Explicit { profile: Some("DEV".into()), ..Explicit::default() };
        let found = profile("[DEFAULT]\ntoken = t\n[DEV]\nhost = dev.test", &[], &explicit);
        assert!(matches!(found, Err(ConfigError::NoCredentials { .. })), "{found:?}");
    }

    #[test]
    fn settings_choose_the_default_profile() {
        let text = "[__settings__]\ndefault_profile = M2M\n[M2M]\nhost=m.test\nclient_id=a\nclient_secret=b";
        let found = profile(text, &[], &Explicit::default()).unwrap();
        assert!(matches!(found.auth, Auth::OAuthM2m { .. }));
        assert!(!format!("{found:?}").contains("\"b\""));
    }

    #[test]
    fn mixed_and_unsupported_methods_are_refused() {
        let mixed = Connection::resolve(
            &Explicit::default(),
            &env(&[("DATABRICKS_HOST", "h.test"), ("DATABRICKS_TOKEN", "t"), ("ARM_CLIENT_ID", "c")]),
        );
        assert_eq!(
            mixed.unwrap_err().to_string(),
            "validate: more than one authorization method configured: azure and pat"
        );
        let other = Connection::resolve(
            &Explicit::default(),
            &env(&[("DATABRICKS_HOST", "h.test"), ("DATABRICKS_AUTH_TYPE", "databricks-cli")]),
        );
        assert!(matches!(other, Err(ConfigError::Unsupported { method }) if method == "databricks-cli"));
    }

    #[test]
    fn an_unknown_profile_lists_the_known_ones() {
        let explicit = Explicit { profile: Some("PRD".into()), ..Explicit::default() };
        let error = profile("[DEV]\nhost=a.test\n", &[], &explicit).unwrap_err().to_string();
        assert!(error.contains("`PRD`") && error.contains("(it has DEV)"), "{error}");
    }
}
