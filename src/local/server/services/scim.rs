//! SCIM: who am I, and which groups exist.
//!
//! <https://docs.databricks.com/api/workspace/currentuser/me> and <https://docs.databricks.com/api/workspace/groups>.
//! Errors of these routes have the general shape, which the SDKs accept beside SCIM's own.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::local::server::app::{Shared, number_of};
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::extract::Params;
use crate::local::server::principals::Caller;

/// The groups that every workspace has.
const GROUPS: [&str; 2] = ["admins", "users"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MeParams {
    #[serde(rename = "attributes")]
    _attributes: Option<String>,
    #[serde(rename = "excludedAttributes")]
    _excluded_attributes: Option<String>,
}

pub(crate) async fn me(Extension(Caller(caller)): Extension<Caller>, Params(_): Params<MeParams>) -> Json<Value> {
    let name = &caller.name;
    let groups: Vec<Value> = caller
        .groups
        .iter()
        .map(|group| json!({"display": group, "value": number_of(group).to_string(), "type": "direct"}))
        .collect();
    // Others have what `users` has, which is not told of them.
    let given: &[&str] = if caller.admin { &["workspace-access", "databricks-sql-access"] } else { &[] };
    let entitlements: Vec<Value> = given.iter().map(|value| json!({ "value": value })).collect();
    Json(json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": number_of(name).to_string(),
        "userName": name,
        "displayName": name,
        "active": true,
        "emails": [{"type": "work", "value": name, "primary": true}],
        "groups": groups,
        "entitlements": entitlements,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupsParams {
    filter: Option<String>,
    #[serde(rename = "startIndex")]
    start_index: Option<usize>,
    count: Option<usize>,
    #[serde(rename = "attributes")]
    _attributes: Option<String>,
    #[serde(rename = "excludedAttributes")]
    _excluded_attributes: Option<String>,
    #[serde(rename = "sortBy")]
    _sort_by: Option<String>,
    #[serde(rename = "sortOrder")]
    _sort_order: Option<String>,
}

pub(crate) async fn groups(State(app): State<Shared>, Params(params): Params<GroupsParams>) -> ApiResult<Json<Value>> {
    let wanted = params.filter.as_deref().map(display_name_filter).transpose()?;
    let found: Vec<&str> = GROUPS
        .into_iter()
        .filter(|group| wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(group)))
        .collect();
    // SCIM counts from 1.
    let start = params.start_index.unwrap_or(1).max(1);
    let page: Vec<Value> = found
        .iter()
        .skip(start - 1)
        .take(params.count.unwrap_or(100).min(100))
        .map(|group| {
            json!({
                "id": number_of(group).to_string(),
                "displayName": group,
                "members": [{"display": app.owner.name, "value": app.owner.id}],
                "meta": {"resourceType": "WorkspaceGroup"},
            })
        })
        .collect();
    Ok(Json(json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": found.len(),
        "startIndex": start,
        "itemsPerPage": page.len(),
        "Resources": page,
    })))
}

/// `displayName eq "x"`, the one filter that is needed to look a group up.
fn display_name_filter(filter: &str) -> ApiResult<String> {
    let mut words = filter.splitn(3, ' ');
    let value = match (words.next(), words.next(), words.next()) {
        (Some(attribute), Some(operator), Some(value))
            if attribute.eq_ignore_ascii_case("displayName") && operator.eq_ignore_ascii_case("eq") =>
        {
            value.trim()
        }
        _ => return Err(ApiError::invalid(format!("Filter is not supported here: {filter}"))),
    };
    let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    Ok(inner.unwrap_or(value).to_string())
}
