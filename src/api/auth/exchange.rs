//! Calls that end in tokens: other clients, other rules of trying again (auth-and-retries.md §5.6, "token calls").

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use crate::sys::System;

use super::super::body::Answer;
use super::super::receive::{Times, exchange};
use super::super::retry::{RetryPolicy, retry_after};
use super::super::{ApiError, Secret};
use super::token::AuthError;

/// When a call is tried again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rules {
    /// A token of Databricks: 429, 502, 503, 504 and lost connections, for a minute.
    Token,
    /// What is needed on the way to one: 429, 504 and messages that say as much.
    Way,
    /// A question that may stay open.
    Once(Duration),
}

pub(super) struct Exchanger {
    http: reqwest::Client,
    times: Times,
    retry: RetryPolicy,
    pub(super) system: System,
    secrets: Vec<Secret>,
}

impl Exchanger {
    pub(super) fn new(
        http: reqwest::Client,
        times: Times,
        retry: RetryPolicy,
        system: &System,
        secrets: Vec<Secret>,
    ) -> Self {
        Self { http, times, retry, system: system.clone(), secrets }
    }

    /// The JSON of a success. `call` names it in messages; `build` makes each attempt anew.
    pub(super) async fn json<T: DeserializeOwned>(
        &self,
        call: &str,
        rules: Rules,
        build: impl Fn(&reqwest::Client) -> reqwest::RequestBuilder,
    ) -> Result<T, AuthError> {
        let answer = self.answer(call, rules, build).await?;
        if !answer.is_success() {
            let host = answer.url.as_ref().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
            if let Some(redirected) = answer.redirected(call, &host) {
                return Err(redirected.into());
            }
            let mut error = answer.error(call);
            for secret in &self.secrets {
                error.message = secret.hidden_in(&error.message);
            }
            return Err(ApiError::Status(Box::new(error)).into());
        }
        Ok(answer.json(call, "the other side")?)
    }

    /// Whatever came in the end.
    pub(super) async fn answer(
        &self,
        call: &str,
        rules: Rules,
        build: impl Fn(&reqwest::Client) -> reqwest::RequestBuilder,
    ) -> Result<Answer, AuthError> {
        let times = match rules {
            Rules::Once(limit) => Times { silence: limit, ..self.times },
            Rules::Token | Rules::Way => self.times,
        };
        let (started, mut attempt) = (Instant::now(), 1_u32);
        loop {
            let request = build(&self.http);
            let host = request.try_clone().and_then(|request| request.build().ok());
            let host = host.map(|request| request.url().origin().ascii_serialization()).unwrap_or_default();
            let outcome = exchange(request, &times, 0).await.map_err(|lost| lost.into_error(call, &host));
            let (again, asked) = match &outcome {
                Ok(answer) if answer.is_success() => (false, None),
                Ok(answer) => {
                    let now = self.system.clock.now();
                    let asked = answer.header("retry-after").and_then(|header| retry_after(header, now));
                    (is_passing(rules, answer.status, &answer.error(call).message), asked)
                }
                Err(ApiError::Network { source, .. }) => (rules == Rules::Token && !source.is_builder(), None),
                Err(_) => (rules == Rules::Token, None),
            };
            let wait = self.wait(attempt, asked);
            if !again || started.elapsed() + wait > self.retry.token_budget {
                return Ok(outcome?);
            }
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// Full jitter below a doubling time, and no less than was asked for.
    fn wait(&self, attempt: u32, asked: Option<Duration>) -> Duration {
        let ceiling = self.retry.token_base.saturating_mul(1 << attempt.saturating_sub(1).min(6));
        let random = f64::from(u16::from_le_bytes(self.system.random.bytes())) / f64::from(u16::MAX);
        asked.unwrap_or_default().max(ceiling.mul_f64(random))
    }
}

fn is_passing(rules: Rules, status: u16, message: &str) -> bool {
    let says = |text: &str| message.to_ascii_lowercase().contains(text);
    match rules {
        Rules::Token => matches!(status, 429 | 502 | 503 | 504),
        Rules::Way => {
            matches!(status, 429 | 504)
                || ["throttled", "too many requests", "429", "request limit exceeded", "rate limit"]
                    .into_iter()
                    .any(says)
        }
        Rules::Once(_) => false,
    }
}

/// `application/x-www-form-urlencoded`.
pub(super) fn form(fields: &[(&str, &str)]) -> String {
    let url = reqwest::Url::parse_with_params("http://form", fields);
    url.ok().and_then(|url| url.query().map(str::to_string)).unwrap_or_default()
}

/// The body and the header that says what it is.
pub(super) fn post_form(http: &reqwest::Client, address: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
    http.post(address).header("content-type", "application/x-www-form-urlencoded").body(form(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// auth-and-retries.md §5.6: what a call for a token tries again, and what the way to it does.
    #[test]
    fn what_passes_depends_on_the_call() {
        let cases = [
            (429, "", true, true),
            (502, "", true, false),
            (503, "", true, false),
            (504, "", true, true),
            (500, "", false, false),
            (401, "", false, false),
            (400, "Request was throttled", false, true),
            (500, "Rate limit reached", false, true),
        ];
        for (status, message, token, way) in cases {
            assert_eq!(is_passing(Rules::Token, status, message), token, "token {status} {message}");
            assert_eq!(is_passing(Rules::Way, status, message), way, "way {status} {message}");
        }
    }

    #[test]
    fn forms_are_encoded() {
        assert_eq!(
            form(&[("a", "x y&z=1"), ("scope", "offline_access all-apis")]),
            "a=x+y%26z%3D1&scope=offline_access+all-apis"
        );
    }
}
