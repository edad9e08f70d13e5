//! What every request passes: authentication, the fault switch, and the request log.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::connect_info::ConnectInfo;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;

use super::app::Shared;
use super::connection::Cut;
use super::error::{ApiError, ErrorCode, LoggedCode};
use super::faults::{Circumstances, Faulty, Target, inflict};
use super::log::{LogLine, LoggedBody};
use super::oidc;
use super::principals::{Caller, may_read, principal};
use super::services::statements::RESULT_ROUTE;
use super::tokens::{Known, Use};
use crate::ident::ContentHasher;

/// Larger than any documented request (workspace import: 10 MB, as base64) except file contents, which stream.
const MAX_BUFFERED: usize = 32 * 1024 * 1024;
/// Answered without the token, for [`super::discovery`].
pub(crate) const HEALTH: &str = "/_lakesmith/health";
/// A page, for those who are sent there without a token.
const LOGIN: &str = "/login.html";

pub(crate) async fn gate(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path == HEALTH {
        return next.run(request).await;
    }
    let started = Instant::now();
    let at = app.system.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let method = request.method().clone();
    let target = match request.uri().path_and_query() {
        // The query of a link to a result is a credential.
        Some(target) if !path.starts_with(RESULT_ROUTE) => target.to_string(),
        _ => path.to_string(),
    };
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.map(str::to_string);
    let (response, body) = pass(&app, request, next).await;
    app.log.write(&LogLine {
        at,
        method: method.as_str(),
        path: &target,
        content_type: content_type.as_deref(),
        body,
        status: response.status().as_u16(),
        error_code: response.extensions().get::<LoggedCode>().map(|code| code.0),
        fault: response.extensions().get::<Faulty>().map(|fault| fault.0),
        ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    });
    response
}

async fn pass(app: &Shared, mut request: Request, next: Next) -> (Response, LoggedBody) {
    // What clients look for before they have a credential, and where they get one. A link to a result is its own
    // credential.
    let public =
        ["/.well-known/", oidc::ROOT, LOGIN, RESULT_ROUTE].iter().any(|start| request.uri().path().starts_with(start));
    if !public {
        match authenticate(app, &request) {
            Ok(caller) => request.extensions_mut().insert(caller),
            Err(error) => return (error.into_response(), LoggedBody::None {}),
        };
    }
    let streams = request.method() == Method::PUT && request.uri().path().starts_with("/api/2.0/fs/files/");
    let (request, body, bytes) = if streams {
        let (request, seen) = digesting(request);
        (request, seen, Bytes::new())
    } else {
        match buffered(request).await {
            Ok(buffered) => buffered,
            Err(error) => return (error.into_response(), LoggedBody::None {}),
        }
    };
    let response = if request.uri().path().starts_with("/_lakesmith/") {
        next.run(request).await
    } else {
        meet_faults(app, request, &bytes, next).await
    };
    (response, body.finish())
}

async fn meet_faults(app: &Shared, request: Request, bytes: &[u8], next: Next) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let cut = request.extensions().get::<ConnectInfo<Cut>>().map(|info| info.0.clone());
    let token = bearer(&request).map(str::to_string);
    let target = Target::new(&method, &uri, token.as_deref(), bytes);
    let drawn = app.faults.draw(&target);
    let run = async {
        match app.faults.unseen.hides(&method, &uri) {
            Some(error) => error.into_response(),
            None => without_unseen(app, to_its_end(request, next).await, &method).await,
        }
    };
    let around = Circumstances { cut, target: &target };
    inflict(app, drawn, around, run).await
}

/// Runs the request also when its client goes away meanwhile, as a service does: what it began (an update that is
/// recorded and not started yet) is never left half done.
async fn to_its_end(request: Request, next: Next) -> Response {
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::internal("The workspace failed while it worked on the request.").into_response(),
    }
}

/// Takes what is not seen yet out of an answer.
async fn without_unseen(app: &Shared, response: Response, method: &Method) -> Response {
    if *method != Method::GET || response.status() != StatusCode::OK || app.faults.unseen.is_empty() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let mut bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    if let Ok(mut answer) = serde_json::from_slice(&bytes)
        && app.faults.unseen.filter(&mut answer)
    {
        parts.headers.remove(header::CONTENT_LENGTH);
        bytes = answer.to_string().into();
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// The token that the request brings.
fn bearer(request: &Request) -> Option<&str> {
    let header = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// 401 without a valid bearer token, 403 for what its holder may not do.
/// <https://docs.databricks.com/api/account/errors>: 401 is `UNAUTHENTICATED`, 403 `PERMISSION_DENIED`.
fn authenticate(app: &Shared, request: &Request) -> Result<Caller, ApiError> {
    if let Some(token) = bearer(request) {
        let token = token.as_bytes();
        if equal(token, app.token.as_bytes()) {
            return Ok(Caller(principal(app, &app.owner.name)));
        }
        match app.tokens.find(app, token, equal) {
            Some(Known { of, used_as: Use::Access, ended: false }) => return Ok(Caller(of)),
            Some(Known { used_as: Use::Access, ended: true, .. }) => {
                return Err(ApiError::new(ErrorCode::Unauthenticated, "The access token expired."));
            }
            Some(_) | None => {}
        }
        if let Some(principal) = app.principals.of_token(token, equal) {
            let (method, path) = (request.method(), request.uri().path());
            if may_read(method, path) {
                return Ok(Caller(principal));
            }
            let message = format!("User {} is not authorized to {method} {path}.", principal.name);
            return Err(ApiError::new(ErrorCode::PermissionDenied, message));
        }
    }
    let message = "Credential was not sent or was of an unsupported type for this API.";
    Err(ApiError::new(ErrorCode::Unauthenticated, message))
}

/// Takes as long for a good guess as for a bad one.
pub(super) fn equal(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |acc, (a, b)| acc | (a ^ b)) == 0
}

/// The body as the log will show it, once it has been read.
enum Seen {
    Whole(LoggedBody),
    Stream(Arc<Mutex<(ContentHasher, u64)>>),
}

impl Seen {
    fn finish(self) -> LoggedBody {
        match self {
            Self::Whole(body) => body,
            Self::Stream(seen) => {
                let (hasher, body_bytes) = seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
                LoggedBody::Digest { body_sha256: hasher.finish(), body_bytes }
            }
        }
    }
}

async fn buffered(request: Request) -> Result<(Request, Seen, Bytes), ApiError> {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, MAX_BUFFERED).await.map_err(|_| {
        ApiError::new(ErrorCode::RequestTooLarge, "The request body is longer than 32 MiB or was cut off.")
    })?;
    let logged = LoggedBody::of(parts.uri.path(), &bytes);
    Ok((Request::from_parts(parts, Body::from(bytes.clone())), Seen::Whole(logged), bytes))
}

fn digesting(request: Request) -> (Request, Seen) {
    let seen = Arc::new(Mutex::new((ContentHasher::default(), 0)));
    let (parts, body) = request.into_parts();
    let counter = Arc::clone(&seen);
    let stream = body.into_data_stream().inspect(move |piece| {
        if let Ok(bytes) = piece {
            let mut seen = counter.lock().unwrap_or_else(PoisonError::into_inner);
            seen.0.update(bytes);
            seen.1 += bytes.len() as u64;
        }
    });
    (Request::from_parts(parts, Body::from_stream(stream)), Seen::Stream(seen))
}

/// <https://docs.databricks.com/api/account/errors>: an unknown route is 404 `ENDPOINT_NOT_FOUND`.
pub(crate) async fn unknown_route(request: Request) -> ApiError {
    let what = format!("No API found for '{} {}'", request.method(), request.uri().path());
    ApiError::new(ErrorCode::EndpointNotFound, what)
}

pub(crate) async fn health(State(app): State<Shared>) -> Response {
    let body = serde_json::json!({ "instance_id": app.instance_id });
    (StatusCode::OK, axum::Json(body)).into_response()
}
