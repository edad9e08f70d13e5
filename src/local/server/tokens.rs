//! Tokens that end: what a workspace gives besides the owner's own token, which ends with the server.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::app::{App, Shared};
use super::error::{ApiError, ApiResult};
use super::extract::Body;
use super::principals::principal;
use crate::local::engine::Principal;
use crate::sys::Random;

/// What a token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A bearer token of the REST API, with all that its holder may do.
    Access,
    /// Exchanged for access tokens, as often as needed.
    Refresh,
    /// Of an identity provider, for this audience; exchanged for an access token.
    Identity { audience: String },
}

struct Issued {
    token: String,
    of: Principal,
    used_as: Use,
    until: DateTime<Utc>,
}

/// A token that is known. One that has ended stays known, so that it is told apart from a wrong one.
pub(crate) struct Known {
    pub(crate) of: Principal,
    pub(crate) used_as: Use,
    pub(crate) ended: bool,
}

/// As long as the process.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<Vec<Issued>>);

impl Tokens {
    fn list(&self) -> MutexGuard<'_, Vec<Issued>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new token. Never from the injected source of randomness, which a seed makes predictable.
    pub(crate) fn issue(&self, app: &App, of: Principal, used_as: Use, lasts: TimeDelta, start: &str) -> String {
        let token = format!("{start}{}", Random::from_os().hex::<24>());
        let until = app.system.clock.now() + lasts;
        self.list().push(Issued { token: token.clone(), of, used_as, until });
        token
    }

    /// `same` compares in constant time.
    pub(crate) fn find(&self, app: &App, token: &[u8], same: fn(&[u8], &[u8]) -> bool) -> Option<Known> {
        let now = app.system.clock.now();
        let list = self.list();
        // To the end, wherever it is found.
        let look = |found: Option<usize>, (at, one): (usize, &Issued)| {
            if same(one.token.as_bytes(), token) { Some(at) } else { found }
        };
        let one = &list[list.iter().enumerate().fold(None, look)?];
        Some(Known { of: one.of.clone(), used_as: one.used_as.clone(), ended: one.until <= now })
    }

    /// Ends a token before its time; the owner's own has none.
    pub(crate) fn expire(&self, token: Option<&str>) {
        for one in self.list().iter_mut().filter(|one| Some(one.token.as_str()) == token) {
            one.until = DateTime::<Utc>::MIN_UTC;
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    ttl_ms: u32,
    /// With a refresh token, as a sign-in in the browser gives one.
    #[serde(default)]
    refresh: bool,
}

/// How long refresh tokens last.
pub(super) const LONG: TimeDelta = TimeDelta::days(90);

/// `POST /_lakesmith/tokens`: a token of the owner that ends after so many milliseconds.
pub(crate) async fn create(State(app): State<Shared>, Body(wanted): Body<Wanted>) -> ApiResult<Json<Value>> {
    if wanted.ttl_ms == 0 {
        return Err(ApiError::invalid("ttl_ms must be at least 1."));
    }
    let owner = principal(&app, &app.owner.name);
    let lasts = TimeDelta::milliseconds(i64::from(wanted.ttl_ms));
    let token = app.tokens.issue(&app, owner.clone(), Use::Access, lasts, "lsm-");
    let mut answer = json!({ "token": token });
    if wanted.refresh {
        answer["refresh_token"] = app.tokens.issue(&app, owner, Use::Refresh, LONG, "lsmr-").into();
    }
    Ok(Json(answer))
}
