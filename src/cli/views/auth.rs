//! Who signs in, and how.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::pipeline::{Identity, IssuedToken, Outcome, SignedIn, in_a_line};

/// The word for an outcome, and why.
fn outcome(outcome: &Outcome) -> (&'static str, Option<String>) {
    match outcome {
        Outcome::Skipped(why) => ("skipped", Some(why.clone())),
        Outcome::Failed(error) => ("failed", Some(in_a_line(error))),
        Outcome::Chosen => ("chosen", None),
        Outcome::NotReached => ("not tried", None),
    }
}

pub(in crate::cli) fn text(identity: &Identity) -> String {
    let description = &identity.description;
    let mut out = String::new();
    let file = description.file.display();
    let _ = match &description.profile {
        Some(profile) => writeln!(out, "profile `{profile}` of {file}"),
        None => writeln!(out, "no profile of {file}"),
    };
    let values = &description.attributes;
    let wide = |lengths: Vec<usize>| lengths.into_iter().max().unwrap_or_default();
    let (keys, texts) = (
        wide(values.iter().map(|value| value.key.len()).collect()),
        wide(values.iter().map(|value| value.value.chars().count()).collect()),
    );
    for value in values {
        let _ = writeln!(out, "  {:keys$}  {:texts$}  from {}", value.key, value.value, value.source);
    }
    if !description.attempts.is_empty() {
        out.push_str("ways to sign in, in this order\n");
    }
    let names = wide(description.attempts.iter().map(|attempt| attempt.name.len()).collect());
    for attempt in &description.attempts {
        let (word, why) = outcome(&attempt.outcome);
        let why = why.map(|why| format!(": {}", why.replace('\n', " "))).unwrap_or_default();
        let _ = writeln!(out, "  {:names$}  {word}{why}", attempt.name);
    }
    let _ = match (&identity.user, &description.client, &description.problem) {
        (Some(Ok(user)), Some(client), _) => writeln!(out, "signed in to {} as {user}", client.host()),
        (Some(Err(error)), ..) => writeln!(out, "the workspace does not take it: {}", in_a_line(error)),
        (_, _, Some(problem)) => writeln!(out, "nothing was tried: {}", in_a_line(problem)),
        _ => writeln!(out, "nobody can sign in"),
    };
    out
}

/// `{"host", "profile", "file", "method", "user", "problem", "attributes": [{"key", "value", "source"}],
/// "ways": [{"name", "outcome", "reason"}]}`; an outcome is `chosen`, `skipped`, `failed` or `not tried`.
pub(in crate::cli) fn json(identity: &Identity) -> Value {
    let description = &identity.description;
    let chosen = description.attempts.iter().find(|attempt| matches!(attempt.outcome, Outcome::Chosen));
    let (user, refused) = match &identity.user {
        Some(Ok(user)) => (Some(user), None),
        Some(Err(error)) => (None, Some(in_a_line(error))),
        None => (None, None),
    };
    let problem = refused.or_else(|| description.problem.as_ref().map(|problem| in_a_line(problem)));
    let attributes = description.attributes.iter().map(
        |attribute| json!({ "key": attribute.key, "value": attribute.value, "source": attribute.source.to_string() }),
    );
    let ways = description.attempts.iter().map(|attempt| {
        let (word, reason) = outcome(&attempt.outcome);
        json!({ "name": attempt.name, "outcome": word, "reason": reason })
    });
    json!({
        "host": description.attributes.iter().find(|attribute| attribute.key == "host").map(|host| &host.value),
        "profile": description.profile,
        "file": description.file.display().to_string(),
        "method": chosen.map(|attempt| attempt.name),
        "user": user,
        "problem": problem,
        "attributes": attributes.collect::<Vec<_>>(),
        "ways": ways.collect::<Vec<_>>(),
    })
}

pub(in crate::cli) fn signed_in_text(signed_in: &SignedIn, user: &str) -> String {
    format!("signed in to {} as {user}; kept in {}\n", signed_in.host, signed_in.file.display())
}

/// `{"host", "user", "file", "expiry"}`; `expiry` is of the first token, which is renewed by itself.
pub(in crate::cli) fn signed_in_json(signed_in: &SignedIn, user: &str) -> Value {
    let file = signed_in.file.display().to_string();
    json!({ "host": signed_in.host, "user": user, "file": file, "expiry": signed_in.expiry })
}

/// `{"host", "method", "access_token", "token_type", "expiry"}`: the one output that holds a secret, as was asked.
pub(in crate::cli) fn token_json(token: &IssuedToken) -> Value {
    json!({
        "host": token.host,
        "method": token.method,
        "access_token": token.access.reveal(),
        "token_type": "Bearer",
        "expiry": token.expiry,
    })
}
