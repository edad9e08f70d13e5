//! Addresses outside of Databricks (auth-and-retries.md §5.5, the table of clouds).

use crate::sys::Env;

use super::host::{AzureCloud, is_loopback};

/// Where Azure is. Replaceable, so that tests can be Azure themselves.
#[derive(Clone, Debug)]
pub(super) struct Endpoints {
    /// Replaces every address below, each in a folder of its own.
    instead: Option<String>,
}

impl Endpoints {
    /// `LAKESMITH_TEST_ENDPOINTS` serves tests of the binary and is believed only if it is this machine: nobody who sets
    /// a variable shall lead secrets elsewhere.
    pub(super) fn of(env: &Env) -> Self {
        let instead = env.get("LAKESMITH_TEST_ENDPOINTS").filter(|address| is_loopback(address));
        Self { instead: instead.map(|address| address.trim_end_matches('/').to_string()) }
    }

    /// Entra, which was Active Directory; with a closing slash.
    pub(super) fn entra(&self, cloud: AzureCloud) -> String {
        let real = match cloud {
            AzureCloud::Public => "https://login.microsoftonline.com/",
            AzureCloud::UsGovernment => "https://login.microsoftonline.us/",
            AzureCloud::China => "https://login.chinacloudapi.cn/",
        };
        self.or("entra", real)
    }

    /// The resource manager; without a closing slash, as ids of resources begin with one.
    pub(super) fn resource_manager(&self, cloud: AzureCloud) -> String {
        let real = match cloud {
            AzureCloud::Public => "https://management.azure.com/",
            AzureCloud::UsGovernment => "https://management.usgovcloudapi.net/",
            AzureCloud::China => "https://management.chinacloudapi.cn/",
        };
        self.or("arm", real).trim_end_matches('/').to_string()
    }

    /// Tells machines in Azure who they are; only they can reach it, without TLS by design.
    pub(super) fn instance_metadata(&self) -> String {
        self.or("instance", "http://169.254.169.254/metadata/identity/oauth2/token")
    }

    fn or(&self, folder: &str, real: &str) -> String {
        match &self.instead {
            Some(base) => format!("{base}/{folder}/"),
            None => real.to_string(),
        }
    }
}

/// Not an address but a name in tokens: never replaced.
pub(super) fn service_management(cloud: AzureCloud) -> &'static str {
    match cloud {
        AzureCloud::Public => "https://management.core.windows.net/",
        AzureCloud::UsGovernment => "https://management.core.usgovcloudapi.net/",
        AzureCloud::China => "https://management.core.chinacloudapi.cn/",
    }
}

/// Databricks in Entra, the same in all clouds.
pub(super) const DATABRICKS: &str = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";
