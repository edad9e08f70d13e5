//! Lets a request meet its fault.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::armed::Drawn;
use super::fault::{Eventual, Fault, Hold, Trickle};
use super::target::Target;
use crate::local::server::app::App;
use crate::local::server::connection::Cut;

/// Which fault an answer met, for the request log.
#[derive(Clone, Copy)]
pub(crate) struct Faulty(pub(crate) &'static str);

/// What is known of the request besides its own work.
pub(crate) struct Circumstances<'a> {
    pub(crate) cut: Option<Cut>,
    pub(crate) target: &'a Target<'a>,
}

/// Runs the request as the fault demands.
pub(crate) async fn inflict(
    app: &App,
    drawn: Drawn,
    around: Circumstances<'_>,
    request: impl Future<Output = Response>,
) -> Response {
    if !drawn.latency.is_zero() {
        tokio::time::sleep(drawn.latency).await;
    }
    let Some(fault) = drawn.fault else { return request.await };
    let call = || format!("{} {}", around.target.method, around.target.path);
    if fault.hold == Some(Hold::Before) {
        app.faults.hold(call()).await;
    }
    if fault.expire_token {
        app.tokens.expire(around.target.token);
    }
    if fault.kill && !fault.after_effect {
        std::process::abort();
    }
    let answer = answer(&fault);
    let takes_effect = fault.after_effect || fault.hold == Some(Hold::After) || (answer.is_none() && !fault.reset);
    let own = if takes_effect { Some(request.await) } else { None };
    if fault.kill {
        std::process::abort();
    }
    if fault.hold == Some(Hold::After) {
        app.faults.hold(call()).await;
    }
    if fault.reset
        && let Some(cut) = &around.cut
    {
        cut.now();
    }
    let mut response = match (answer, own) {
        (Some(answer), _) => answer,
        (None, Some(own)) => own,
        // Never sent: the connection is cut.
        (None, None) => Response::new(Body::empty()),
    };
    if let Some(eventual) = fault.eventual {
        response = remembered(app, eventual, &around.target.written, response).await;
    }
    if let Some(keep) = fault.truncate {
        response = truncated(response, keep, fault.short_length).await;
    }
    if let Some(trickle) = fault.trickle {
        response = trickled(response, trickle).await;
    }
    response.extensions_mut().insert(Faulty(fault.name()));
    response
}

fn answer(fault: &Fault) -> Option<Response> {
    let status = fault.answer_status()?;
    let mut response = match &fault.body {
        Some(body) => {
            let content_type = fault.content_type.clone().unwrap_or_else(|| "text/html".to_string());
            (status, [(header::CONTENT_TYPE, content_type)], body.clone()).into_response()
        }
        None if status.is_redirection() => status.into_response(),
        None => (status, Json(error(fault))).into_response(),
    };
    let headers = response.headers_mut();
    if let Some(value) = fault.retry_after.as_ref().and_then(|value| value.header()) {
        headers.insert(header::RETRY_AFTER, value);
    }
    if let Some(value) = fault.redirect.as_ref().and_then(|place| HeaderValue::from_str(place).ok()) {
        headers.insert(header::LOCATION, value);
    }
    Some(response)
}

fn error(fault: &Fault) -> Value {
    let (code, message) = match fault {
        Fault { expire_token: true, .. } => ("UNAUTHENTICATED", "The access token expired."),
        Fault { readonly: Some(_), .. } => ("PERMISSION_DENIED", "The folder may not be written to."),
        _ => ("TEMPORARILY_UNAVAILABLE", "Injected fault."),
    };
    let code = fault.error_code.as_deref().unwrap_or(code);
    json!({ "error_code": code, "message": fault.message.as_deref().unwrap_or(message) })
}

/// Anything that a handler streams into memory ends; what fails on the way is empty.
async fn whole(body: Body) -> Bytes {
    axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default()
}

async fn remembered(app: &App, eventual: Eventual, written: &[String], response: Response) -> Response {
    if !response.status().is_success() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = whole(body).await;
    let answer = serde_json::from_slice(&bytes).unwrap_or_default();
    app.faults.unseen.remember(eventual, &answer, written);
    Response::from_parts(parts, Body::from(bytes))
}

/// Between what is sent and the end, so that it is on its way before the connection ends.
const MOMENT: Duration = Duration::from_millis(20);

async fn truncated(response: Response, keep: usize, short_length: bool) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = whole(body).await;
    let sent = whole.slice(..keep.min(whole.len()));
    if short_length {
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::from(sent));
    }
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let end = stream::once(async {
        tokio::time::sleep(MOMENT).await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    Response::from_parts(parts, Body::from_stream(stream::iter([Ok(sent)]).chain(end)))
}

async fn trickled(response: Response, trickle: Trickle) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = whole(body).await;
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let pieces = stream::unfold(whole, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(trickle.every_ms)).await;
        let piece = rest.split_to(trickle.bytes.min(rest.len()));
        Some((Ok::<_, Infallible>(piece), rest))
    });
    Response::from_parts(parts, Body::from_stream(pieces))
}
