//! The workspace's issuer of OAuth tokens: for the service principals that were named when the server started, and for
//! whoever has a refresh token or an identity token of this server.
//!
//! RFC 6749 (client credentials §4.4, refresh §6, errors §5.2), RFC 8693 (token exchange) and RFC 8414 (discovery), with
//! the addresses that <https://docs.databricks.com/aws/en/dev-tools/auth/oauth-m2m> and
//! <https://docs.databricks.com/aws/en/dev-tools/auth/oauth-federation-exchange> name.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};

use super::app::{App, Shared};
use super::extract::Params;
use super::gate::equal;
use super::principals::principal;
use super::tokens::{LONG, Use};
use crate::ident::ContentHash;
use crate::local::engine::Principal;
use crate::sys::Random;

/// Answered without a token.
pub(crate) const ROOT: &str = "/oidc/";

/// A machine's identity. It may do whatever the owner may.
#[derive(Clone)]
pub struct ServicePrincipal {
    pub name: String,
    /// Made from the name, so that it is the same after a restart.
    pub client_id: String,
    pub client_secret: String,
}

impl std::fmt::Debug for ServicePrincipal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServicePrincipal")
            .field("name", &self.name)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl ServicePrincipal {
    pub(crate) fn new(name: String) -> Self {
        let client_id = id_of(&format!("service principal {name}"));
        Self { name, client_id, client_secret: format!("lsms-{}", Random::from_os().hex::<24>()) }
    }

    /// Service principals go by their application id.
    fn principal(&self, app: &App) -> Principal {
        Principal { name: self.client_id.clone(), ..principal(app, &app.owner.name) }
    }
}

/// A stable UUID for a text.
fn id_of(text: &str) -> String {
    let hash = ContentHash::of(text.as_bytes());
    let hash = hash.as_str();
    format!("{}-{}-4{}-8{}-{}", &hash[..8], &hash[8..12], &hash[12..15], &hash[15..18], &hash[18..30])
}

/// `GET /.well-known/databricks-config`, without a token: where this host's other addresses are.
pub(crate) async fn host_metadata(State(app): State<Shared>) -> Json<Value> {
    Json(json!({
        "oidc_endpoint": format!("{}/oidc", app.url),
        "account_id": id_of(&format!("account of {}", app.identity.metastore_id)),
        "workspace_id": app.identity.workspace_id.to_string(),
        "cloud": "AWS",
        "host_type": "workspace",
        "token_federation_default_oidc_audiences": [audience(&app)],
    }))
}

fn audience(app: &App) -> String {
    format!("{}/oidc/v1/token", app.url)
}

/// `GET /oidc/.well-known/oauth-authorization-server`
pub(crate) async fn discovery(State(app): State<Shared>) -> Json<Value> {
    Json(json!({
        "issuer": format!("{}/oidc", app.url),
        // Nobody signs in there with a browser, but clients want to know where they would.
        "authorization_endpoint": format!("{}/oidc/v1/authorize", app.url),
        "token_endpoint": audience(&app),
        "grant_types_supported": ["client_credentials", "refresh_token", EXCHANGE],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
        "scopes_supported": ["all-apis", "offline_access"],
    }))
}

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    grant_type: String,
    scope: Option<String>,
    client_id: Option<String>,
    refresh_token: Option<String>,
    subject_token: Option<String>,
    subject_token_type: Option<String>,
}

/// RFC 6749 §5.2.
struct Refused(&'static str, &'static str);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = if self.0 == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        (status, Json(json!({ "error": self.0, "error_description": self.1 }))).into_response()
    }
}

/// `POST /oidc/v1/token`
pub(crate) async fn token(State(app): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    match grant(&app, &headers, &body) {
        Ok(granted) => Json(granted).into_response(),
        Err(refused) => refused.into_response(),
    }
}

fn grant(app: &App, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refused> {
    let malformed = Refused("invalid_request", "the body is no form with the documented fields");
    // A form is written as a query is.
    let uri = Uri::try_from([b"/?", body].concat()).ok();
    let form = uri.and_then(|uri| Query::<Form>::try_from_uri(&uri).ok());
    let Some(Query(form)) = form else { return Err(malformed) };
    let known = |scope: &str| matches!(scope, "all-apis" | "offline_access");
    if form.scope.as_deref().is_some_and(|scopes| !scopes.split(' ').all(known)) {
        return Err(Refused("invalid_scope", "the scopes are all-apis and offline_access"));
    }
    match form.grant_type.as_str() {
        "client_credentials" => {
            let client = basic(headers).and_then(|(id, secret)| {
                let known = app.service_principals.iter().find(|one| one.client_id == id)?;
                equal(known.client_secret.as_bytes(), secret.as_bytes()).then_some(known)
            });
            let client = client.ok_or(Refused("invalid_client", "Client authentication failed"))?;
            if form.scope.is_none() {
                return Err(Refused("invalid_scope", "scope=all-apis is required"));
            }
            Ok(granted(app, client.principal(app)))
        }
        "refresh_token" => {
            let of = exchanged(app, form.refresh_token, |used_as| *used_as == Use::Refresh)?;
            let mut answer = granted(app, of.clone());
            answer["refresh_token"] = app.tokens.issue(app, of, Use::Refresh, LONG, "lsmr-").into();
            Ok(answer)
        }
        EXCHANGE => {
            if form.subject_token_type.as_deref() != Some(JWT) {
                return Err(Refused("invalid_request", "subject_token_type must be that of a JWT"));
            }
            let wanted = Use::Identity { audience: audience(app) };
            let owner = exchanged(app, form.subject_token, |used_as| *used_as == wanted)?;
            match form.client_id {
                // Federation of the whole account: the token's subject itself.
                None => Ok(granted(app, owner)),
                Some(id) => match app.service_principals.iter().find(|one| one.client_id == id) {
                    Some(client) => Ok(granted(app, client.principal(app))),
                    None => Err(Refused("invalid_client", "no service principal has this client_id")),
                },
            }
        }
        _ => Err(Refused("unsupported_grant_type", "client_credentials, refresh_token and token exchange are known")),
    }
}

fn granted(app: &App, of: Principal) -> Value {
    let lasts = app.oidc_lasts;
    let token = app.tokens.issue(app, of, Use::Access, lasts, "lsmo-");
    json!({ "access_token": token, "token_type": "Bearer", "expires_in": lasts.num_seconds(), "scope": "all-apis" })
}

/// Whose token it is, if it is one that may be exchanged.
fn exchanged(app: &App, token: Option<String>, fits: impl Fn(&Use) -> bool) -> Result<Principal, Refused> {
    let token = token.ok_or(Refused("invalid_request", "the token to exchange is missing"))?;
    let known = app.tokens.find(app, token.as_bytes(), equal).filter(|known| !known.ended && fits(&known.used_as));
    known.map(|known| known.of).ok_or(Refused("invalid_grant", "the token is invalid, has expired or is for others"))
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, pair) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let pair = String::from_utf8(STANDARD.decode(pair.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| (id.to_string(), secret.to_string()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityParams {
    audience: String,
    ttl_ms: Option<u32>,
    /// As GitHub's own address has one.
    #[serde(rename = "api-version")]
    _api_version: Option<String>,
}

/// `GET /_lakesmith/id-token?audience=…`: an identity token in the way that GitHub gives one to a workflow. It has the
/// form of a JWT; its third part is random and nobody but this server accepts it.
pub(crate) async fn identity_token(State(app): State<Shared>, Params(params): Params<IdentityParams>) -> Json<Value> {
    let lasts = TimeDelta::milliseconds(i64::from(params.ttl_ms.unwrap_or(300_000)));
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let until = (app.system.clock.now() + lasts).timestamp();
    let header = part(json!({ "alg": "none", "typ": "JWT" }));
    let payload = json!({ "iss": format!("{}/_lakesmith", app.url), "sub": app.owner.name, "aud": params.audience, "exp": until });
    let start = format!("{header}.{}.", part(payload));
    let owner = principal(&app, &app.owner.name);
    let used_as = Use::Identity { audience: params.audience };
    Json(json!({ "value": app.tokens.issue(&app, owner, used_as, lasts, &start) }))
}

/// `GET /login.html`: where a browser is sent to sign in, and where a client that is no browser ends up with a 200.
pub(crate) async fn login_page() -> axum::response::Html<&'static str> {
    axum::response::Html("<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>\n")
}
