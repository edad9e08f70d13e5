//! What a fault is: which requests it meets, and what happens to them.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::target::Target;
use crate::ident::glob;

/// Which requests fail, and how.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Any method if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path without its query; `*` stands for any text.
    pub path: String,
    /// Only requests with this bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Only what writes to this folder of the workspace (or of a volume) or below: 403 `PERMISSION_DENIED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readonly: Option<String>,
    /// How many matching requests pass unharmed first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip: u32,
    /// Of those behind `skip`, only every nth; 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u32>,
    /// How many then fail; 1 if absent, and all of them for `readonly`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Before anything else. Faults that do nothing more add to whatever other fault a request meets.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub latency_ms: u64,
    /// The request waits until the faults are cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// The request takes effect and only its answer is replaced: a lost answer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub after_effect: bool,
    /// The server dies at once, without any clean-up.
    #[serde(default, skip_serializing_if = "is_false")]
    pub kill: bool,
    /// The connection is reset instead of an answer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub reset: bool,
    /// The token that the request brings is refused, from now on; the owner's own only this once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub expire_token: bool,
    /// The status answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The `Retry-After` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<RetryAfter>,
    /// Answered instead of `error_code` and `message`; with 200 unless `status` says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Of `body`; `text/html` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Sends the client there: 302 unless `status` says otherwise. The server has a `/login.html`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<String>,
    /// Only so many bytes of the answer's body are sent, and then the connection ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncate: Option<usize>,
    /// The length that is announced is that of what `truncate` left: sound HTTP, broken JSON.
    #[serde(default, skip_serializing_if = "is_false")]
    pub short_length: bool,
    /// The answer's body comes in pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trickle: Option<Trickle>,
    /// What the request creates is not seen at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eventual: Option<Eventual>,
}

/// Where a request waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hold {
    /// Before it has any effect; it never has one if the client goes away meanwhile.
    Before,
    /// With its effect, before its answer.
    After,
}

/// Seconds, or whatever a proxy may send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RetryAfter {
    Seconds(u32),
    Text(String),
}

impl RetryAfter {
    pub(super) fn header(&self) -> Option<HeaderValue> {
        match self {
            Self::Seconds(seconds) => Some(HeaderValue::from(*seconds)),
            Self::Text(text) => HeaderValue::from_str(text).ok(),
        }
    }
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trickle {
    /// Of each piece.
    pub bytes: usize,
    /// Between two pieces.
    pub every_ms: u64,
}

/// How long what a request creates stays unseen.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eventual {
    /// So many reads of it find nothing.
    #[serde(default)]
    pub reads: u32,
    /// So many lists lack it.
    #[serde(default)]
    pub lists: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_nought(value: &u64) -> bool {
    *value == 0
}

impl Fault {
    /// Why it cannot be; the message is shown to whoever wrote it.
    pub fn check(&self) -> Result<(), String> {
        let wrong = |what: &str| Err(what.to_string());
        if self.times == Some(0) || self.every == Some(0) {
            return wrong("`times` and `every` count from 1");
        }
        if self.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return wrong("`status` is an HTTP status from 200 to 599");
        }
        let answers = self.status.is_some() || self.readonly.is_some();
        if !answers && (self.error_code.is_some() || self.message.is_some()) {
            return wrong("`error_code` and `message` need a `status`");
        }
        if self.retry_after.is_some() && self.status.is_none() {
            return wrong("`retry_after` needs a `status`");
        }
        if self.retry_after.as_ref().is_some_and(|value| value.header().is_none()) {
            return wrong("`retry_after` is no text of a header");
        }
        let text = |value: &Option<String>| value.as_ref().is_some_and(|text| HeaderValue::from_str(text).is_err());
        if text(&self.redirect) || text(&self.content_type) {
            return wrong("`redirect` and `content_type` are texts of headers");
        }
        if self.body.is_some() && (self.error_code.is_some() || self.message.is_some()) {
            return wrong("`body` takes the place of `error_code` and `message`: give one or the other");
        }
        if self.content_type.is_some() && self.body.is_none() {
            return wrong("`content_type` needs a `body`");
        }
        if self.short_length && self.truncate.is_none() {
            return wrong("`short_length` needs `truncate`");
        }
        if self.trickle.is_some_and(|trickle| trickle.bytes == 0) {
            return wrong("`trickle.bytes` counts from 1");
        }
        Ok(())
    }

    pub(super) fn meets(&self, target: &Target<'_>) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(target.method.as_str()))
            && glob(&self.path, target.path)
            && self.token.as_deref().is_none_or(|token| target.token == Some(token))
            && self.readonly.as_deref().is_none_or(|folder| target.writes_below(folder))
    }

    /// Nothing but slow.
    pub(super) fn only_delays(&self) -> bool {
        let answers = self.answer_status().is_some();
        let ends = self.hold.is_some() || self.kill || self.reset || self.expire_token;
        !(answers || ends || self.truncate.is_some() || self.trickle.is_some() || self.eventual.is_some())
    }

    pub(super) fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms)
    }

    /// The status that is answered in place of the request's own.
    pub(super) fn answer_status(&self) -> Option<StatusCode> {
        let usual = if self.readonly.is_some() {
            Some(StatusCode::FORBIDDEN)
        } else if self.expire_token {
            Some(StatusCode::UNAUTHORIZED)
        } else if self.redirect.is_some() {
            Some(StatusCode::FOUND)
        } else if self.body.is_some() {
            Some(StatusCode::OK)
        } else {
            None
        };
        self.status.and_then(|status| StatusCode::from_u16(status).ok()).or(usual)
    }

    /// For the request log.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self { reset: true, .. } => "reset",
            Self { truncate: Some(_), .. } => "truncate",
            Self { hold: Some(_), .. } => "hold",
            Self { trickle: Some(_), .. } => "trickle",
            Self { eventual: Some(_), .. } => "eventual",
            Self { readonly: Some(_), .. } => "readonly",
            Self { expire_token: true, .. } => "expire_token",
            _ => "answer",
        }
    }
}

impl Target<'_> {
    #[cfg(test)]
    pub(super) fn plain(path: &str) -> Target<'_> {
        Target { method: &axum::http::Method::GET, path, token: None, written: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_refused() {
        let read = |text: &str| serde_json::from_str::<Fault>(text).unwrap().check();
        for text in [
            r#"{"path": "*", "times": 0}"#,
            r#"{"path": "*", "every": 0}"#,
            r#"{"path": "*", "status": 42}"#,
            r#"{"path": "*", "message": "m"}"#,
            r#"{"path": "*", "retry_after": 1}"#,
            r#"{"path": "*", "status": 429, "retry_after": "a\nb"}"#,
            r#"{"path": "*", "status": 400, "body": "b", "message": "m"}"#,
            r#"{"path": "*", "content_type": "text/plain"}"#,
            r#"{"path": "*", "short_length": true}"#,
            r#"{"path": "*", "trickle": {"bytes": 0, "every_ms": 1}}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read(r#"{"path": "*", "status": 429, "retry_after": "-5"}"#).is_ok());
    }
}
