//! Texts that must never be shown.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A token or password. Every way of printing it gives `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What is shorter is no secret that anybody gives.
const SHORTEST: usize = 8;

/// Every secret that this process holds or held.
static KNOWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// A text that nobody wrote with secrets in mind, with all of this process's replaced.
pub fn redacted(text: &str) -> String {
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    // The longest first: one may be a part of another.
    let mut known: Vec<&String> = known.iter().collect();
    known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    known.into_iter().fold(text.to_string(), |text, secret| text.replace(secret, "***"))
}

/// What another program printed, with what is or looks like a secret replaced: words that begin as tokens of Databricks do,
/// and what stands behind `Bearer`, or as the value of something that is called a token, a secret or a password.
pub(super) fn quoted(text: &str) -> String {
    let text = redacted(text.trim());
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
    let (mut out, mut rest, mut before) = (String::new(), text.as_str(), String::new());
    while !rest.is_empty() {
        let gap = rest.find(is_word).unwrap_or(rest.len());
        let (between, word) = rest.split_at(gap);
        let (word, after) = word.split_at(word.find(|c| !is_word(c)).unwrap_or(word.len()));
        let is_value = between.contains(['=', ':'])
            && ["token", "secret", "password"].iter().any(|name| before.ends_with(name))
            && (word.contains(|c: char| c.is_ascii_digit()) || word.len() >= 24);
        let is_token = ["eyJ", "dapi", "dose", "doau"].iter().any(|start| word.starts_with(start));
        let is_secret = word.len() >= SHORTEST && (is_token || is_value || before == "bearer");
        out.push_str(between);
        out.push_str(if is_secret { "***" } else { word });
        before = word.to_ascii_lowercase();
        rest = after;
    }
    out
}

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.len() >= SHORTEST {
            KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(text.clone());
        }
        Self(text)
    }

    /// The text itself, for a user who asked to see this one.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// A text of others, with this one replaced wherever they quote it. Short ones are words of any text.
    pub(super) fn hidden_in(&self, text: &str) -> String {
        if self.0.len() < SHORTEST { text.to_string() } else { text.replace(&self.0, "***") }
    }

    /// The text itself, for a header or a request body only.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_hidden_in_texts_of_others() {
        assert_eq!(Secret::new("dapi-canary").hidden_in("token dapi-canary is bad"), "token *** is bad");
        assert_eq!(Secret::new("t").hidden_in("token"), "token");
    }

    #[test]
    fn what_others_print_is_quoted_without_what_looks_like_a_secret() {
        let known = Secret::new("held-by-this-process");
        for (text, shown) in [
            ("Error: refresh with held-by-this-process failed\n", "Error: refresh with *** failed"),
            (r#"{"refresh_token": "a1b2c3d4", "x": 1}"#, r#"{"refresh_token": "***", "x": 1}"#),
            ("Authorization: Bearer abcdefgh.ijk", "Authorization: Bearer ***"),
            ("client_secret=0123456789abcdef&scope=all-apis", "client_secret=***&scope=all-apis"),
            ("sent eyJhbGciOi.eyJzdWIi.c2ln and dapi0123456789", "sent *** and ***"),
            (
                "cannot get access token: the refresh token is invalid; run databricks auth login --host https://a1.test",
                "cannot get access token: the refresh token is invalid; run databricks auth login --host https://a1.test",
            ),
        ] {
            assert_eq!(quoted(text), shown);
        }
        assert_eq!(known.reveal(), "held-by-this-process");
    }

    #[test]
    fn is_never_printed() {
        let secret = Secret::new("dapi-canary");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
    }
}
