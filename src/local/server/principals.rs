//! Who calls. The workspace belongs to one user, the owner; to see it as somebody else does, the owner asks for a token
//! of somebody else. Whoever comes with that one may only read by SQL: with the privileges, row filters and masks that
//! hold for that name and those groups.

use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::app::{App, Shared};
use super::error::{ApiError, ApiResult};
use super::extract::Body;
use crate::local::engine::Principal;
use crate::sys::Random;

/// Every caller is in it.
const EVERYBODY: &str = "users";

/// Who sent the request, as [`super::gate`] knows it from the token.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) Principal);

/// The owner is the workspace's administrator; whoever else runs something needs privileges.
pub(crate) fn principal(app: &App, name: &str) -> Principal {
    let admin = name == app.owner.name;
    let groups = if admin { vec!["admins".to_string(), EVERYBODY.to_string()] } else { vec![EVERYBODY.to_string()] };
    Principal { name: name.to_string(), groups, admin }
}

/// Everybody but the owner, with their tokens; as long as the process.
#[derive(Default)]
pub(crate) struct Principals(Mutex<Vec<(String, Principal)>>);

impl Principals {
    fn list(&self) -> std::sync::MutexGuard<'_, Vec<(String, Principal)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose token it is; `same` compares in constant time.
    pub(crate) fn of_token(&self, token: &[u8], same: fn(&[u8], &[u8]) -> bool) -> Option<Principal> {
        let list = self.list();
        // To the end, wherever it is found.
        let look = |found: Option<Principal>, (known, principal): &(String, Principal)| {
            if same(known.as_bytes(), token) { Some(principal.clone()) } else { found }
        };
        list.iter().fold(None, look)
    }
}

/// May somebody who is not the owner ask for this? What they read is the engine's to judge.
pub(crate) fn may_read(method: &Method, path: &str) -> bool {
    let statement =
        path.trim_end_matches('/') == "/api/2.0/sql/statements" || path.starts_with("/api/2.0/sql/statements/");
    let look = ["/api/2.0/preview/scim/v2/Me", "/api/2.0/sql/warehouses"].contains(&path);
    statement || (look && method == Method::GET)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Somebody {
    user_name: String,
    #[serde(default)]
    groups: Vec<String>,
}

/// `POST /_lakesmith/principals`: a token of somebody; of the same one, the same token.
pub(crate) async fn admit(State(app): State<Shared>, Body(request): Body<Somebody>) -> ApiResult<Json<Value>> {
    let name = request.user_name;
    if name.is_empty() || name == app.owner.name {
        return Err(ApiError::invalid("user_name must name somebody else than the owner of the workspace."));
    }
    let mut groups = request.groups;
    groups.push(EVERYBODY.to_string());
    groups.sort();
    groups.dedup();
    let wanted = Principal { name, groups, admin: false };
    let mut list = app.principals.list();
    let known = list.iter().find(|(_, principal)| *principal == wanted).map(|(token, _)| token.clone());
    let token = known.unwrap_or_else(|| {
        // As the owner's: never from the injected source, which a seed makes predictable.
        let token = format!("lsm-{}", Random::from_os().hex::<24>());
        list.push((token.clone(), wanted));
        token
    });
    Ok(Json(json!({ "token": token })))
}
