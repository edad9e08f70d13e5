//! Sends one request and reads its answer, within limits of time: a server that sends byte by byte is given up, too.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout};

use super::ApiError;
use super::body::Answer;

/// How long an answer may take.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub connect: Duration,
    /// Of inactivity: until the answer begins, and between its parts.
    pub silence: Duration,
    /// Bytes a second that an answer must have on average once it has lasted as long as `silence`.
    pub least_rate: u64,
}

impl Default for Times {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), silence: Duration::from_secs(60), least_rate: 1024 }
    }
}

/// Bytes a second that a request's body must have on average, beyond the silence that is allowed anyway.
const UPLOAD_RATE: u64 = 64 * 1024;

/// Why no answer came.
#[derive(Debug)]
pub(super) enum Lost {
    Network(reqwest::Error),
    Late,
    Slow,
}

impl Lost {
    pub(super) fn into_error(self, call: &str, host: &str) -> ApiError {
        let (call, host) = (call.to_string(), host.to_string());
        match self {
            // The address may hold a query; the call's name does not.
            Self::Network(source) => ApiError::Network { host, source: source.without_url() },
            Self::Late => ApiError::Timeout { call, host, what: "no answer in time" },
            Self::Slow => ApiError::Timeout { call, host, what: "the answer comes too slowly" },
        }
    }
}

/// `size`: bytes of the request's body.
pub(super) async fn exchange(request: reqwest::RequestBuilder, times: &Times, size: u64) -> Result<Answer, Lost> {
    let patience = times.silence + Duration::from_secs(size / UPLOAD_RATE);
    let mut answer = timeout(patience, request.send()).await.map_err(|_| Lost::Late)?.map_err(Lost::Network)?;
    let (status, headers, url) = (answer.status().as_u16(), answer.headers().clone(), answer.url().clone());
    let began = Instant::now();
    let (mut parts, mut length) = (Vec::new(), 0_u64);
    loop {
        let part = timeout(times.silence, answer.chunk()).await.map_err(|_| Lost::Late)?;
        let Some(part) = part.map_err(Lost::Network)? else { break };
        length += part.len() as u64;
        parts.push(part);
        let lasts = began.elapsed();
        if lasts >= times.silence && length < times.least_rate.saturating_mul(lasts.as_secs().max(1)) {
            return Err(Lost::Slow);
        }
    }
    let body = match parts.len() {
        1 => parts.swap_remove(0),
        _ => Bytes::from(parts.concat()),
    };
    Ok(Answer { status, headers, body, url: Some(url) })
}
