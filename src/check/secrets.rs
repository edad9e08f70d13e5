//! Values of resources that look like secrets. What is found is never said: findings are shown where others read them.
//!
//! A value is known by its form, which whoever issues it has made easy to know, or by the name of a password with a value
//! that is none of the words people write for others to fill in.

use super::entries::{entries, open, warning};
use crate::diag::{Code, Diagnostics};
use crate::project::yaml::{Node, Value};

/// Sections whose values the service keeps and shows to whoever may see the resource.
const SECTIONS: [&str; 3] = ["pipelines", "jobs", "alerts"];

/// Keys below which `{{secrets/…}}` is replaced by the service (documentation, "Use a secret in a Spark configuration
/// property or environment variable"; "Configure pipelines", `configuration`).
const REPLACED: [&str; 3] = ["configuration", "spark_conf", "spark_env_vars"];

/// What is wrong with the resources of a target.
pub fn check(resources: &[Node], target: &str) -> Diagnostics {
    let mut out = Diagnostics::default();
    for section in SECTIONS {
        for entry in entries(resources, section, target) {
            walk(&entry.node, &entry.key, false, &mut out);
        }
    }
    out
}

/// `key` is the nearest one above the node.
fn walk(node: &Node, key: &str, replaced: bool, out: &mut Diagnostics) {
    match &node.value {
        Value::String(text) => {
            let Some(what) = known(text).or_else(|| named(key, text)) else { return };
            let hint = if replaced {
                "put it into a secret scope and write `{{secrets/SCOPE/KEY}}`"
            } else {
                "put it into a secret scope and read it where it is used: `secret('SCOPE', 'KEY')`, \
                 `dbutils.secrets.get`"
            };
            let message = format!("the value of `{key}` looks like {what}");
            out.push(warning(Code::SECRET_VALUE, &node.location, message).hint(hint));
        }
        Value::List(items) => items.iter().for_each(|item| walk(item, key, replaced, out)),
        Value::Map(entries) => {
            // The value of a parameter is called `default`.
            let name = node.get("name").and_then(Node::as_str);
            for entry in entries {
                let key = if entry.key == "default" { name.unwrap_or(&entry.key) } else { &entry.key };
                walk(&entry.node, key, replaced || REPLACED.contains(&entry.key.as_str()), out);
            }
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float { .. } => {}
    }
}

type Letters = fn(char) -> bool;

fn hexadecimal(c: char) -> bool {
    c.is_ascii_digit() || ('a'..='f').contains(&c)
}

fn upper(c: char) -> bool {
    c.is_ascii_digit() || c.is_ascii_uppercase()
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// Prefix, how many letters follow at least, which, and what it is: from the pages of whoever issues them.
const FORMS: [(&str, usize, Letters, &str); 16] = [
    ("dapi", 32, hexadecimal, "an access token of Databricks"),
    ("dose", 32, hexadecimal, "an OAuth secret of Databricks"),
    ("ghp_", 36, word, "a token of GitHub"),
    ("gho_", 36, word, "a token of GitHub"),
    ("ghs_", 36, word, "a token of GitHub"),
    ("ghu_", 36, word, "a token of GitHub"),
    ("ghr_", 36, word, "a token of GitHub"),
    ("github_pat_", 50, word, "a token of GitHub"),
    ("glpat-", 20, word, "a token of GitLab"),
    ("AKIA", 16, upper, "an access key of AWS"),
    ("ASIA", 16, upper, "an access key of AWS"),
    ("AIza", 35, word, "an API key of Google"),
    ("xoxb-", 20, word, "a token of Slack"),
    ("xoxp-", 20, word, "a token of Slack"),
    ("sk_live_", 20, word, "a key of Stripe"),
    ("npm_", 36, word, "a token of npm"),
];

/// What a text is by its form.
fn known(text: &str) -> Option<&'static str> {
    if text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    // Whoever knows such an address may write to the channel.
    if text.contains("hooks.slack.com/services/T") || text.contains(".webhook.office.com/webhookb2/") {
        return Some("the address of a webhook, which is a secret");
    }
    let long = |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "+/=".contains(*c)).count() >= 40;
    if text.split_once("AccountKey=").is_some_and(|(_, rest)| long(rest)) {
        return Some("a key of Azure Storage");
    }
    if has_password(text) {
        return Some("an address with a password");
    }
    let words = text.split(|c: char| !word(c) && c != '.').filter(|word| !word.is_empty());
    words.into_iter().find_map(of_word)
}

fn of_word(text: &str) -> Option<&'static str> {
    let parts: Vec<&str> = text.split('.').collect();
    if text.starts_with("eyJ") && parts.len() == 3 && parts.iter().all(|part| part.len() >= 16) {
        return Some("a signed token (JWT)");
    }
    let form = FORMS.iter().find(|(prefix, least, letters, _)| {
        let rest = text.strip_prefix(prefix);
        rest.is_some_and(|rest| {
            let count = rest.chars().take_while(|c| letters(*c)).count();
            // A fixed form ends where its letters end; Databricks numbers some of its tokens.
            let ends = rest.get(count..).is_none_or(|more| more.is_empty() || more.starts_with('-'));
            count >= *least && ends && varied(rest)
        })
    });
    form.map(|(.., what)| *what)
}

/// Examples repeat a letter; what is drawn at random does not.
fn varied(text: &str) -> bool {
    text.chars().collect::<std::collections::BTreeSet<_>>().len() >= 6
}

/// `scheme://user:password@host`.
fn has_password(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
        let credentials = authority.rsplit_once('@').and_then(|(before, _)| before.split_once(':'));
        credentials.is_some_and(|(_, password)| is_literal(password))
    })
}

/// Words at the end of a key whose value is a password.
const NAMES: [&str; 8] =
    ["password", "passwd", "pwd", "apikey", "api_key", "client_secret", "secret_key", "access_key"];

/// What a text is by the name of its key.
fn named(key: &str, text: &str) -> Option<&'static str> {
    let key = key.to_lowercase().replace('-', "_");
    let ends = NAMES
        .iter()
        .any(|name| key.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with(['.', '_'])));
    let drawn = text.len() >= 8
        && !text.contains([' ', '/'])
        && text.chars().any(|c| c.is_ascii_digit())
        && text.chars().any(char::is_alphabetic)
        && varied(text);
    (ends && drawn && is_literal(text)).then_some("a password")
}

/// No reference, and nothing to be filled in.
fn is_literal(text: &str) -> bool {
    !text.is_empty() && !open(text) && !text.contains("{{") && !text.contains(['<', '*'])
}

#[cfg(test)]
mod tests {
    use super::super::testing::{resources, told};
    use super::*;

    /// So that no file of the repository holds what looks like one.
    fn token(prefix: &str, count: usize) -> String {
        prefix.chars().chain("0a1b2c3d4e5f6789".chars().cycle().take(count)).collect()
    }

    #[test]
    fn what_looks_like_a_secret_is_found_and_not_said() {
        let (databricks, github, slack) = (token("dapi", 32), token("ghp_", 36), token("xoxb-", 24));
        let text = format!(
            "pipelines:\n  p:\n    configuration: {{ mail.token: {databricks}, mail.password: Tr0ub4dor, a.b: c }}\n\
             jobs:\n  j:\n    parameters:\n      - {{ name: api_key, default: Xy12345678 }}\n    tasks:\n      - task_key: t\n        \
             spark_python_task: {{ python_file: a.py, parameters: [--token, {github}] }}\n        notebook_task: {{ \
             base_parameters: {{ hook: 'https://hooks.slack.com/services/T0/B0/x', at: 'jdbc://u:pass1@h/d', s: \
             {slack} }} }}\n"
        );
        let found = check(&resources(&text), "dev");
        let said: Vec<&str> = found.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(
            said,
            [
                "the value of `mail.token` looks like an access token of Databricks",
                "the value of `mail.password` looks like a password",
                "the value of `api_key` looks like a password",
                "the value of `parameters` looks like a token of GitHub",
                "the value of `hook` looks like the address of a webhook, which is a secret",
                "the value of `at` looks like an address with a password",
                "the value of `s` looks like a token of Slack",
            ]
        );
        let hints: Vec<bool> = found.iter().map(|d| d.hint.as_ref().unwrap().contains("{{secrets/")).collect();
        assert_eq!(hints, [true, true, false, false, false, false, false]);
        let shown = crate::diag::human(&found, false);
        for secret in [&databricks, &github, &slack, "Tr0ub4dor", "Xy12345678", "pass1"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("r.yml:3:34"), "{shown}");
    }

    /// What working projects hold: references, names of secrets, examples, ids, hashes.
    #[test]
    fn what_only_sounds_like_one_is_none() {
        let (hash, example) = ("3f".repeat(32), format!("dapi{}", "0".repeat(32)));
        let text = format!(
            "pipelines:\n  p:\n    configuration:\n      mail.password: '{{{{secrets/mail/password}}}}'\n      \
             db.password: ${{var.password}}\n      secret.scope: kv-mail-1\n      token_column: session_token1\n      \
             sha: {hash}\n      id: 8ec9edc1-db0c-40df-af8d-7580020fe61e\n      url: https://example.com/a:b@c\n      \
             my.password: <your-password-1>\n      api_key: changeme\n      example: {example}\n      u: \
             postgres://reader:{{{{secrets/a/b}}}}@host/db\n",
        );
        assert_eq!(told(check(&resources(&text), "dev")), [""; 0]);
    }
}
