//! The address of a workspace or account, and what it tells by itself (auth-and-retries.md §5.3).

use super::ConfigError;

/// An address as users write it, taken apart.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Host {
    /// With scheme, without a closing slash.
    pub(super) origin: String,
    pub(super) workspace_id: Option<String>,
    pub(super) account_id: Option<String>,
}

impl Host {
    /// Scheme added, path and query dropped; ids in the query of an address copied from a browser are kept.
    pub(super) fn parse(text: &str) -> Result<Self, ConfigError> {
        let invalid = || ConfigError::InvalidHost(text.to_string());
        let text = text.trim();
        let with_scheme = if text.contains("://") { text.to_string() } else { format!("https://{text}") };
        let url = reqwest::Url::parse(&with_scheme).map_err(|_| invalid())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(invalid());
        }
        let mut host = Self { origin: url.origin().ascii_serialization(), workspace_id: None, account_id: None };
        for (key, value) in url.query_pairs() {
            let number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            match key.as_ref() {
                "w" if !value.is_empty() => host.workspace_id = Some(value.into_owned()),
                "o" | "workspace_id" if number => host.workspace_id = Some(value.into_owned()),
                "a" | "account_id" if !value.is_empty() => host.account_id = Some(value.into_owned()),
                _ => {}
            }
        }
        Ok(host)
    }
}

/// Is it this machine?
pub(in crate::api) fn is_loopback(host: &str) -> bool {
    reqwest::Url::parse(host).ok().and_then(|url| {
        let name = url.host_str()?.trim_matches(['[', ']']).to_string();
        Some(name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()))
    }) == Some(true)
}

/// What answers at an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum HostKind {
    Workspace,
    Account,
    /// Workspaces and their account behind one address.
    Unified,
}

impl HostKind {
    pub(super) fn of(origin: &str) -> Self {
        let account = ["https://accounts.", "https://accounts-dod."].iter().any(|start| origin.starts_with(start));
        if account { Self::Account } else { Self::Workspace }
    }
}

/// Clouds that differ in how one signs in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cloud {
    Aws,
    Azure(AzureCloud),
    Gcp,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum AzureCloud {
    Public,
    UsGovernment,
    China,
}

impl AzureCloud {
    /// `PUBLIC`, `USGOVERNMENT`, `CHINA`, or in Azure's own words `AzurePublicCloud`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_uppercase();
        let short = text.strip_prefix("AZURE").unwrap_or(&text);
        match short.strip_suffix("CLOUD").unwrap_or(short) {
            "PUBLIC" => Some(Self::Public),
            "USGOVERNMENT" => Some(Self::UsGovernment),
            "CHINA" => Some(Self::China),
            _ => None,
        }
    }
}

const SUFFIXES: [(&str, Cloud); 6] = [
    (".cloud.databricks.com", Cloud::Aws),
    (".cloud.databricks.us", Cloud::Aws),
    (".azuredatabricks.net", Cloud::Azure(AzureCloud::Public)),
    (".databricks.azure.us", Cloud::Azure(AzureCloud::UsGovernment)),
    (".databricks.azure.cn", Cloud::Azure(AzureCloud::China)),
    (".gcp.databricks.com", Cloud::Gcp),
];

impl Cloud {
    /// By the end of the host's name; AWS where nothing is known.
    pub(super) fn of(origin: &str) -> Self {
        SUFFIXES.iter().find(|(suffix, _)| origin.ends_with(suffix)).map_or(Self::Aws, |(_, cloud)| *cloud)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(origin: &str, workspace: Option<&str>, account: Option<&str>) -> Host {
        let text = |text: Option<&str>| text.map(str::to_string);
        Host { origin: origin.to_string(), workspace_id: text(workspace), account_id: text(account) }
    }

    /// auth-and-retries.md §5.3.
    #[test]
    fn addresses_are_taken_apart() {
        let cases = [
            ("a.test", host("https://a.test", None, None)),
            (" https://a.test/ ", host("https://a.test", None, None)),
            ("https://a.test:443/", host("https://a.test", None, None)),
            ("http://a.test:8080/x/y#z", host("http://a.test:8080", None, None)),
            ("https://a.test/?o=123", host("https://a.test", Some("123"), None)),
            ("https://a.test/?o=abc", host("https://a.test", None, None)),
            ("https://a.test/browse?workspace_id=7&a=acc", host("https://a.test", Some("7"), Some("acc"))),
            ("https://a.test?w=my-place&account_id=acc", host("https://a.test", Some("my-place"), Some("acc"))),
        ];
        for (text, expected) in cases {
            assert_eq!(Host::parse(text).unwrap(), expected, "{text}");
        }
        for text in ["", "https://", "ftp://a.test", "https://a b"] {
            assert!(Host::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_tell_the_cloud_and_the_account() {
        assert_eq!(Cloud::of("https://adb-1.2.azuredatabricks.net"), Cloud::Azure(AzureCloud::Public));
        assert_eq!(Cloud::of("https://x.databricks.azure.cn"), Cloud::Azure(AzureCloud::China));
        assert_eq!(Cloud::of("https://1.2.gcp.databricks.com"), Cloud::Gcp);
        assert_eq!(Cloud::of("https://lake.test"), Cloud::Aws);
        assert_eq!(HostKind::of("https://accounts-dod.cloud.databricks.us"), HostKind::Account);
        assert_eq!(HostKind::of("https://my-accounts.test"), HostKind::Workspace);
        assert_eq!(AzureCloud::parse("AzurePublicCloud"), Some(AzureCloud::Public));
        assert_eq!(AzureCloud::parse("usgovernment"), Some(AzureCloud::UsGovernment));
        assert_eq!(AzureCloud::parse("mars"), None);
    }
}
