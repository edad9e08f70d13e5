//! What a call sends, and how an answer is judged.

use std::path::PathBuf;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::error::{ApiError, StatusError};

/// A body that can be sent again.
#[derive(Clone, Debug)]
pub(super) enum Body {
    None,
    Json(Value),
    Bytes(Bytes),
    /// A file of this machine, opened anew for every attempt.
    File {
        path: PathBuf,
        size: u64,
    },
    /// `multipart/form-data`: fields, and one file part named `content`.
    Form {
        fields: Vec<(&'static str, String)>,
        file_name: String,
        content: Bytes,
    },
}

impl Body {
    /// Bytes, where they are many enough to take time.
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::None | Self::Json(_) => 0,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { size, .. } => *size,
            Self::Form { content, .. } => content.len() as u64,
        }
    }
}

/// An answer, read completely.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// What was asked.
    pub(super) url: Option<reqwest::Url>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn is_html(&self) -> bool {
        self.is_called_html() || self.body.trim_ascii_start().starts_with(b"<")
    }

    fn is_called_html(&self) -> bool {
        self.header("content-type").is_some_and(|value| value.starts_with("text/html"))
    }

    /// An answer that names another place. No call goes there: whoever answers there would be given what proves who asks.
    /// The page for signing in is the one redirect that means something (auth-and-retries.md §5.6, "Errors").
    pub(super) fn redirected(&self, call: &str, host: &str) -> Option<ApiError> {
        let location = self.header("location").filter(|_| (300..400).contains(&self.status))?;
        let asked = self.url.as_ref();
        let url = asked.map_or_else(|| reqwest::Url::parse(location), |asked| asked.join(location)).ok();
        let (call, host) = (call.to_string(), host.to_string());
        let Some(url) = url else { return Some(ApiError::Redirected { call, host, to: "nowhere".to_string() }) };
        if url.path() == "/login.html" {
            let is_private = |(key, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
                key == "error" && value == "private-link-validation-error"
            };
            return Some(match url.query_pairs().any(is_private) {
                true => ApiError::PrivateLink { call, host },
                false => ApiError::WebPage { call, host, title: " (the one for signing in)".to_string() },
            });
        }
        // Its query may hold values.
        let to = format!("{}{}", url.origin().ascii_serialization(), url.path());
        Some(ApiError::Redirected { call, host, to })
    }

    /// A success that is a web page is none: the host is wrong, or something on the way answered instead of it.
    fn judge_page(&self, call: &str, host: &str, is_html: bool) -> Result<(), ApiError> {
        if !is_html {
            return Ok(());
        }
        let title = html_text(&self.body, "title").map(|title| format!(" (\"{title}\")")).unwrap_or_default();
        Err(ApiError::WebPage { call: call.to_string(), host: host.to_string(), title })
    }

    /// As content of a file, which is never called HTML by the Files API (`application/octet-stream`) whatever is in it.
    pub(super) fn content(self, call: &str, host: &str) -> Result<Self, ApiError> {
        self.judge_page(call, host, self.is_called_html())?;
        Ok(self)
    }

    pub(super) fn json<T: serde::de::DeserializeOwned>(&self, call: &str, host: &str) -> Result<T, ApiError> {
        self.judge_page(call, host, self.is_html())?;
        // Several calls answer success with nothing at all.
        let body: &[u8] = if self.body.trim_ascii().is_empty() { b"{}" } else { &self.body };
        serde_json::from_slice(body).map_err(|source| ApiError::Decode { call: call.to_string(), source })
    }

    /// The error that a non-success answer tells (auth-and-retries.md §5.6, "Errors").
    pub(super) fn error(&self, call: &str) -> StatusError {
        let (error_code, message) = self.code_and_message();
        let mut status = self.status;
        // This one service answers 400 for an absent object; the message is the only sign of it.
        let absent = status == 400 && error_code == "INVALID_PARAMETER_VALUE" && message.contains("does not exist");
        let of_a_job = ["/jobs/get", "/jobs/delete", "/jobs/runs/get"].iter().any(|path| call.ends_with(path));
        if absent && (of_a_job || call.starts_with("GET /api/2.0/permissions/jobs/")) {
            status = 404;
        }
        let request_id = ["x-request-id", "x-databricks-request-id"].iter().find_map(|name| self.header(name));
        StatusError { call: call.to_string(), status, error_code, message, request_id: request_id.map(str::to_string) }
    }

    fn code_and_message(&self) -> (String, String) {
        let by_status = status_code_name(self.status).to_string();
        if let Ok(Value::Object(object)) = serde_json::from_slice::<Value>(&self.body) {
            let text = |key: &str| match object.get(key) {
                Some(Value::String(text)) => Some(text.clone()),
                Some(Value::Number(number)) => Some(number.to_string()),
                _ => None,
            };
            if let Some(detail) = text("detail") {
                let code = text("status").map_or(by_status, |status| format!("SCIM_{status}"));
                return (code, detail);
            }
            let message = text("message").or_else(|| text("error_description")).or_else(|| text("error"));
            // "Some legacy endpoints return the HTTP status code here as an integer […]; treat a non-string value as absent"
            // (REST API reference, "Errors").
            let code = object.get("error_code").and_then(Value::as_str).map(str::to_string);
            let code = code.or_else(|| text("error")).unwrap_or(by_status);
            return (code, message.unwrap_or_else(|| "no message".to_string()));
        }
        let body = String::from_utf8_lossy(&self.body);
        if self.is_html() {
            let text = html_text(&self.body, "pre").or_else(|| html_text(&self.body, "title"));
            return (by_status, text.unwrap_or_else(|| "a web page".to_string()));
        }
        match body.split_once(": ") {
            Some((code, rest)) if !code.is_empty() && code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') => {
                (code.to_string(), shorten(rest))
            }
            _ if body.trim().is_empty() => (by_status, "no message".to_string()),
            _ => (by_status, shorten(&body)),
        }
    }
}

fn status_code_name(status: u16) -> &'static str {
    match status {
        400 => "BAD_REQUEST",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "RESOURCE_CONFLICT",
        429 => "TOO_MANY_REQUESTS",
        499 => "CANCELLED",
        501 => "NOT_IMPLEMENTED",
        503 => "TEMPORARILY_UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        500.. => "INTERNAL_ERROR",
        _ => "UNKNOWN",
    }
}

fn shorten(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(400) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}

fn html_text(body: &[u8], tag: &str) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let (_, rest) = text.split_once(&format!("<{tag}>"))?;
    let (inner, _) = rest.split_once(&format!("</{tag}>"))?;
    Some(shorten(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let body = Bytes::copy_from_slice(body.as_bytes());
        Answer { status, headers: HeaderMap::new(), body, url: None }
    }

    #[test]
    fn every_documented_error_form_is_read() {
        let cases = [
            (404, r#"{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"gone"}"#, "RESOURCE_DOES_NOT_EXIST", "gone"),
            (400, r#"{"error":"bad thing"}"#, "bad thing", "bad thing"),
            (409, r#"{"detail":"taken","status":"409","scimType":"uniqueness"}"#, "SCIM_409", "taken"),
            (404, r#"{"error_code":404,"message":"gone"}"#, "NOT_FOUND", "gone"),
            (403, "PERMISSION_DENIED: no", "PERMISSION_DENIED", "no"),
            (500, "<html><title>Oops</title></html>", "INTERNAL_ERROR", "Oops"),
            (503, "", "TEMPORARILY_UNAVAILABLE", "no message"),
        ];
        for (status, body, code, message) in cases {
            let error = answer(status, body).error("GET /x");
            assert_eq!((error.error_code.as_str(), error.message.as_str()), (code, message), "{body}");
        }
    }

    #[test]
    fn an_absent_job_is_missing_although_the_service_says_400() {
        let body = r#"{"error_code":"INVALID_PARAMETER_VALUE","message":"Job 7 does not exist."}"#;
        assert_eq!(answer(400, body).error("GET /api/2.2/jobs/get").status, 404);
        // Of a delete that is repeated because its answer was lost, this is the success.
        assert_eq!(answer(400, body).error("POST /api/2.2/jobs/delete").status, 404);
        assert_eq!(answer(400, body).error("GET /api/2.0/permissions/jobs/7").status, 404);
        assert_eq!(answer(400, body).error("POST /api/2.2/jobs/reset").status, 400);
    }
}
