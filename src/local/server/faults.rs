//! Faults on demand: a test asks for the next matching requests to be slow, to fail before or after their effect, or
//! to kill the process. Only through `/_lakesmith/faults`, with the bearer token.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::app::Shared;
use super::error::{ApiError, ApiResult};
use super::extract::Body;

/// Which requests fail, and how.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Any method if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path without its query; `*` stands for any text.
    pub path: String,
    /// How many matching requests pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// How many then fail.
    #[serde(default = "once")]
    pub times: u32,
    /// The status answered; absent for a fault that only delays or kills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The request takes effect and only its answer is replaced: a lost response.
    #[serde(default)]
    pub after_effect: bool,
    #[serde(default)]
    pub latency_ms: u64,
    /// Seconds, for a `Retry-After` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// The process dies at once, without any clean-up.
    #[serde(default)]
    pub kill: bool,
}

fn once() -> u32 {
    1
}

impl Fault {
    fn matches(&self, method: &Method, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()))
            && glob(&self.path, path)
    }

    fn answer(&self, status: StatusCode) -> Response {
        let code = self.error_code.clone().unwrap_or_else(|| "TEMPORARILY_UNAVAILABLE".to_string());
        let body = serde_json::json!({ "error_code": code, "message": "Injected fault." });
        let mut response = (status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// `*` matches any text, also an empty one.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text
            .strip_prefix(head)
            .is_some_and(|rest| rest.char_indices().any(|(at, _)| glob(tail, &rest[at..])) || glob(tail, "")),
    }
}

pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self(Mutex::new(faults))
    }

    fn list(&self) -> std::sync::MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault of this request, counted as used.
    pub(crate) fn draw(&self, method: &Method, path: &str) -> Option<Fault> {
        let mut faults = self.list();
        let at = faults.iter_mut().position(|fault| {
            if !fault.matches(method, path) {
                return false;
            }
            let due = fault.skip == 0;
            fault.skip = fault.skip.saturating_sub(1);
            due
        })?;
        let drawn = faults[at].clone();
        faults[at].times = faults[at].times.saturating_sub(1);
        if faults[at].times == 0 {
            faults.remove(at);
        }
        Some(drawn)
    }
}

/// Runs the request as the fault demands.
pub(crate) async fn inflict(fault: Fault, request: impl Future<Output = Response>) -> Response {
    tokio::time::sleep(Duration::from_millis(fault.latency_ms)).await;
    if fault.kill && !fault.after_effect {
        std::process::abort();
    }
    let status = fault.status.and_then(|status| StatusCode::from_u16(status).ok());
    match status {
        Some(status) if !fault.after_effect => fault.answer(status),
        status => {
            let response = request.await;
            if fault.kill {
                std::process::abort();
            }
            status.map_or(response, |status| fault.answer(status))
        }
    }
}

pub(crate) async fn add(State(app): State<Shared>, Body(fault): Body<Fault>) -> ApiResult<Response> {
    if fault.times == 0 || fault.status.is_some_and(|status| StatusCode::from_u16(status).is_err()) {
        return Err(ApiError::invalid("A fault needs a valid status and at least one time."));
    }
    app.faults.list().push(fault);
    Ok(Json(serde_json::json!({})).into_response())
}

pub(crate) async fn list(State(app): State<Shared>) -> Response {
    let faults = app.faults.list().clone();
    Json(serde_json::json!({ "faults": faults })).into_response()
}

pub(crate) async fn clear(State(app): State<Shared>) -> Response {
    app.faults.list().clear();
    Json(serde_json::json!({})).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(glob("/api/2.0/pipelines", "/api/2.0/pipelines"));
        assert!(!glob("/api/2.0/pipelines", "/api/2.0/pipelines/1"));
        assert!(glob("/api/*/pipelines*", "/api/2.0/pipelines"));
        assert!(glob("*", ""));
        assert!(!glob("/a*b", "/a"));
    }

    #[test]
    fn a_fault_waits_for_its_turn_and_ends() {
        let fault = Fault { path: "/x*".to_string(), skip: 1, times: 2, ..Fault::default() };
        let faults = Faults::new(vec![fault]);
        let drawn: Vec<bool> = (0..4).map(|_| faults.draw(&Method::GET, "/x").is_some()).collect();
        assert_eq!(drawn, [false, true, true, false]);
    }
}
