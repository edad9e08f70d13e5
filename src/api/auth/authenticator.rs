//! One identity's token, renewed before it expires (auth-and-retries.md §5.5, "Token freshness").

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::super::{ApiError, Secret};
use super::config::ConfigError;
use super::method::{Context, Method};
use super::token::{AuthError, Token};

pub(in crate::api) struct Authenticator {
    name: &'static str,
    /// Absent for a token that was given: there is no other.
    way: Option<(Method, Context)>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<(Token, Instant)>,
    /// A task renews it in the background.
    renewing: bool,
    /// No background renewal before: the last one failed.
    quiet_until: Option<Instant>,
    /// The workspace refused the last one, whatever its time.
    refused: bool,
}

/// Tokens count as expired this much early; those that live for little more, after half of their time, since the next one
/// would live no longer.
const EARLY: Duration = Duration::from_secs(40);
const LONGEST_STALE: Duration = Duration::from_secs(20 * 60);
const QUIET: Duration = Duration::from_secs(60);

#[derive(PartialEq, Eq, Debug)]
enum Freshness {
    Fresh,
    /// Good enough, but soon no more.
    Stale,
    Expired,
}

fn freshness(lasts: Option<Duration>, age: Duration) -> Freshness {
    let Some(lasts) = lasts else { return Freshness::Fresh };
    if age + EARLY.min(lasts / 2) >= lasts {
        Freshness::Expired
    } else if age + (lasts / 2).min(LONGEST_STALE) >= lasts {
        Freshness::Stale
    } else {
        Freshness::Fresh
    }
}

impl Authenticator {
    /// `first`: what the way to sign in gave when it was tried.
    pub(super) fn new(method: Method, context: Context, first: Token) -> Self {
        let name = method.name();
        Self {
            name,
            way: Some((method, context)),
            state: Mutex::new(State { held: Some((first, Instant::now())), ..State::default() }),
        }
    }

    pub(in crate::api) fn of_token(token: Secret) -> Self {
        let first = Token { access: token, headers: Vec::new(), lasts: None };
        Self {
            name: "pat",
            way: None,
            state: Mutex::new(State { held: Some((first, Instant::now())), ..State::default() }),
        }
    }

    /// The name of the way to sign in.
    pub(in crate::api) fn name(&self) -> &'static str {
        self.name
    }

    pub(in crate::api) async fn token(self: &Arc<Self>) -> Result<Token, ApiError> {
        // Held over the request on purpose: one task renews, the others wait for its result.
        let mut state = self.state.lock().await;
        if let Some((token, since)) = &state.held {
            let token = token.clone();
            match freshness(token.lasts, since.elapsed()) {
                Freshness::Fresh => return Ok(token),
                Freshness::Stale => {
                    let quiet = state.quiet_until.is_some_and(|until| Instant::now() < until);
                    if !state.renewing && !quiet {
                        state.renewing = true;
                        tokio::spawn(Arc::clone(self).renew_in_background());
                    }
                    return Ok(token);
                }
                Freshness::Expired => {}
            }
        }
        let asked = Instant::now();
        let token = self.ask(state.refused).await?;
        state.held = Some((token.clone(), asked));
        state.refused = false;
        Ok(token)
    }

    async fn renew_in_background(self: Arc<Self>) {
        let asked = Instant::now();
        let renewed = self.ask(false).await;
        let mut state = self.state.lock().await;
        state.renewing = false;
        match renewed {
            Ok(token) => state.held = Some((token, asked)),
            Err(_) => state.quiet_until = Some(Instant::now() + QUIET),
        }
    }

    /// The workspace does not take this token. `true`: there may be a better one.
    pub(in crate::api) async fn reject(&self, token: &Token) -> bool {
        if self.way.is_none() {
            return false;
        }
        let mut state = self.state.lock().await;
        // Somebody else may have renewed it in the meantime.
        if state.held.as_ref().is_some_and(|(held, _)| held.access == token.access) {
            state.held = None;
            state.refused = true;
        }
        true
    }

    async fn ask(&self, forced: bool) -> Result<Token, ApiError> {
        let Some((method, context)) = &self.way else {
            // Never asked: what was given does not expire and is not let go.
            let why = "it was given and cannot be renewed".to_string();
            return Err(ConfigError::Unusable { method: self.name.to_string(), why }.into());
        };
        let failed = |source: AuthError| ApiError::SignIn {
            host: context.host.clone(),
            method: self.name,
            source: Box::new(source),
        };
        method.token(context, forced).await.map_err(failed)
    }
}

#[cfg(test)]
impl Authenticator {
    /// As if the token had been there for so long already.
    pub(super) async fn age(&self, by: Duration) {
        if let Some((_, since)) = &mut self.state.lock().await.held {
            *since = since.checked_sub(by).unwrap();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// auth-and-retries.md §5.5: expired 40 s early, stale for the last min(ttl/2, 20 min).
    #[test]
    fn tokens_are_fresh_then_stale_then_expired() {
        use Freshness::{Expired, Fresh, Stale};
        let cases = [
            (Some(3600), 0, Fresh),
            (Some(3600), 2399, Fresh),
            (Some(3600), 2400, Stale),
            (Some(3600), 3559, Stale),
            (Some(3600), 3560, Expired),
            (Some(600), 299, Fresh),
            (Some(600), 300, Stale),
            // The document has no rule for these: each is used, and none beyond its time.
            (Some(40), 19, Fresh),
            (Some(40), 20, Expired),
            (Some(0), 0, Expired),
            (None, 1_000_000, Fresh),
        ];
        for (lasts, age, expected) in cases {
            let found = freshness(lasts.map(Duration::from_secs), Duration::from_secs(age));
            assert_eq!(found, expected, "{lasts:?} {age}");
        }
    }
}
