//! What a host tells about itself (auth-and-retries.md §5.3).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::Mutex;

use crate::sys::System;

use super::super::{ApiError, Transport};
use super::attributes::{Attributes, Source};
use super::chain::context;
use super::exchange::Rules;
use super::host::HostKind;

const LIMIT: Duration = Duration::from_secs(5);

#[derive(Deserialize, Default, Clone, Debug)]
#[serde(default)]
struct Metadata {
    oidc_endpoint: Option<String>,
    account_id: Option<String>,
    workspace_id: Option<String>,
    cloud: Option<String>,
    host_type: Option<String>,
    token_federation_default_oidc_audiences: Vec<String>,
}

/// What hosts have told about themselves: each is asked once, also one that told nothing.
#[derive(Debug)]
pub(crate) struct Hosts(Mutex<BTreeMap<String, Option<Metadata>>>);

static OF_PROCESS: Hosts = Hosts::new();

impl Default for &'static Hosts {
    fn default() -> Self {
        &OF_PROCESS
    }
}

impl Hosts {
    pub(crate) const fn new() -> Self {
        Self(Mutex::const_new(BTreeMap::new()))
    }
}

/// What a host tells about itself fills in what nobody set. It never fails: most hosts have nothing to tell.
pub(super) async fn ask_host(
    attributes: &mut Attributes,
    kind: HostKind,
    system: &System,
    transport: &Transport,
) -> Result<HostKind, ApiError> {
    let Some(host) = attributes.text("host") else { return Ok(kind) };
    // Held over the request on purpose: whoever comes meanwhile waits for its answer.
    let mut known = transport.hosts.0.lock().await;
    let metadata = match known.get(&host) {
        Some(metadata) => metadata.clone(),
        None => {
            let context = context(attributes, system, transport)?;
            let address = format!("{host}/.well-known/databricks-config");
            let build = |http: &reqwest::Client| http.get(&address).timeout(LIMIT);
            let asked = context.exchanger.json::<Metadata>("GET host metadata", Rules::Once(LIMIT), build).await.ok();
            known.insert(host, asked.clone());
            asked
        }
    };
    drop(known);
    let Some(metadata) = metadata else { return Ok(kind) };
    let has_workspace = metadata.workspace_id.is_some();
    attributes.offer("account_id", metadata.account_id, Source::Metadata);
    attributes.offer("workspace_id", metadata.workspace_id, Source::Metadata);
    attributes.offer("cloud", metadata.cloud, Source::Metadata);
    let account = attributes.text("account_id");
    let discovery = metadata.oidc_endpoint.map(|endpoint| {
        let endpoint = endpoint.replace("{account_id}", account.as_deref().unwrap_or_default());
        format!("{}/.well-known/oauth-authorization-server", endpoint.trim_end_matches('/'))
    });
    attributes.offer("discovery_url", discovery, Source::Metadata);
    let audience = metadata.token_federation_default_oidc_audiences.into_iter().next();
    let audience = audience.or_else(|| account.filter(|_| !has_workspace));
    attributes.offer("token_audience", audience, Source::Metadata);
    Ok(match metadata.host_type.as_deref() {
        Some("workspace") => HostKind::Workspace,
        Some("account") => HostKind::Account,
        Some("unified") => HostKind::Unified,
        _ => kind,
    })
}
