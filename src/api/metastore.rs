//! The metastore of a workspace, and what principals may do in it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::call::segment;
use super::error::optional;
use super::paging::every_page;
use super::{ApiError, Client};

/// The id of the workspace's metastore; `None` if it has none.
pub async fn assigned(client: &Client) -> Result<Option<String>, ApiError> {
    #[derive(Deserialize)]
    struct Assignment {
        metastore_id: String,
    }
    let call = client.get("/api/2.1/unity-catalog/current-metastore-assignment");
    Ok(optional(call.send::<Assignment>().await)?.map(|assignment| assignment.metastore_id))
}

/// Privileges by principal, with those that come from what contains the securable.
pub type Effective = BTreeMap<String, BTreeSet<String>>;

/// `None` if there is no such securable. Without `principal`, of everybody, which only those are told who may give
/// privileges on it.
pub async fn effective(
    client: &Client,
    securable: &str,
    full_name: &str,
    principal: Option<&str>,
) -> Result<Option<Effective>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        privilege_assignments: Vec<Assignment>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    #[derive(Deserialize)]
    struct Assignment {
        principal: String,
        #[serde(default)]
        privileges: Vec<Held>,
    }
    #[derive(Deserialize)]
    struct Held {
        privilege: String,
    }
    let path = format!("/api/2.1/unity-catalog/effective-permissions/{}/{}", segment(securable), segment(full_name));
    let request = || {
        let call = client.get(path.as_str());
        match principal {
            Some(principal) => call.query("principal", principal),
            None => call,
        }
    };
    let mut found = Effective::new();
    let take = |page: Page| {
        for assignment in page.privilege_assignments {
            let held = assignment.privileges.into_iter().map(|held| held.privilege);
            found.entry(assignment.principal).or_default().extend(held);
        }
        page.next_page_token
    };
    let answer = optional(every_page(request, take).await)?;
    Ok(answer.map(|()| found))
}
