//! What every request passes: authentication, the fault switch, and the request log.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;

use super::app::Shared;
use super::error::{ApiError, ErrorCode, LoggedCode};
use super::faults;
use super::log::{LogLine, LoggedBody};
use super::principals::{Caller, may_read, principal};
use super::services::statements::RESULT_ROUTE;
use crate::ident::ContentHasher;

/// Larger than any documented request (workspace import: 10 MB, as base64) except file contents, which stream.
const MAX_BUFFERED: usize = 32 * 1024 * 1024;
/// Answered without the token, for [`super::discovery`].
pub(crate) const HEALTH: &str = "/_lakesmith/health";

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
        ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    });
    response
}

async fn pass(app: &Shared, mut request: Request, next: Next) -> (Response, LoggedBody) {
    // What clients look for before they have a credential; there is nothing to find, and that is no secret. A link to
    // a result is its own credential.
    let public = ["/.well-known/", RESULT_ROUTE].iter().any(|start| request.uri().path().starts_with(start));
    if !public {
        match authenticate(app, &request) {
            Ok(caller) => request.extensions_mut().insert(caller),
            Err(error) => return (error.into_response(), LoggedBody::None {}),
        };
    }
    let path = request.uri().path().to_string();
    let fault = match path.starts_with("/_lakesmith/") {
        true => None,
        false => app.faults.draw(request.method(), &path),
    };
    let streams = request.method() == Method::PUT && path.starts_with("/api/2.0/fs/files/");
    let (request, body) = if streams {
        digesting(request)
    } else {
        match buffered(request).await {
            Ok(buffered) => buffered,
            Err(error) => return (error.into_response(), LoggedBody::None {}),
        }
    };
    let run = next.run(request);
    let response = match fault {
        Some(fault) => faults::inflict(fault, run).await,
        None => run.await,
    };
    (response, body.finish())
}

/// 401 without a valid bearer token, 403 for what its holder may not do.
/// <https://docs.databricks.com/api/account/errors>: 401 is `UNAUTHENTICATED`, 403 `PERMISSION_DENIED`.
fn authenticate(app: &Shared, request: &Request) -> Result<Caller, ApiError> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = header.and_then(|header| header.split_once(' ')).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") {
        let token = token.trim().as_bytes();
        if equal(token, app.token.as_bytes()) {
            return Ok(Caller(principal(app, &app.owner.name)));
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
fn equal(left: &[u8], right: &[u8]) -> bool {
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

async fn buffered(request: Request) -> Result<(Request, Seen), ApiError> {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, MAX_BUFFERED).await.map_err(|_| {
        ApiError::new(ErrorCode::RequestTooLarge, "The request body is longer than 32 MiB or was cut off.")
    })?;
    let logged = LoggedBody::of(parts.uri.path(), &bytes);
    Ok((Request::from_parts(parts, Body::from(bytes)), Seen::Whole(logged)))
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
