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
    fn is_never_printed() {
        let secret = Secret::new("dapi-canary");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
    }
}
