//! The `User-Agent` header (auth-and-retries.md §5.6).

use crate::sys::Env;

/// The variable that a CI system sets, and the name by which it is reported.
const CI_SYSTEMS: &[(&str, &str)] = &[
    ("GITHUB_ACTIONS", "github"),
    ("GITLAB_CI", "gitlab"),
    ("TF_BUILD", "azure-devops"),
    ("JENKINS_URL", "jenkins"),
    ("CIRCLECI", "circle"),
    ("TEAMCITY_VERSION", "teamcity"),
    ("BUILDKITE", "buildkite"),
    ("TRAVIS", "travis"),
];

/// Variables that programs set for what they run, and the name by which each is reported. Several may be set when one
/// runs inside another.
const AGENTS: &[(&str, &str)] = &[
    ("AMP_CURRENT_THREAD_ID", "amp"),
    ("ANTIGRAVITY_AGENT", "antigravity"),
    ("AUGMENT_AGENT", "augment"),
    ("CLAUDECODE", "claude-code"),
    ("CLINE_ACTIVE", "cline"),
    ("CODEX_CI", "codex"),
    ("COPILOT_CLI", "copilot-cli"),
    ("COPILOT_MODEL", "copilot-vscode"),
    ("CURSOR_AGENT", "cursor"),
    ("GEMINI_CLI", "gemini-cli"),
    ("GOOSE_TERMINAL", "goose"),
    ("KIRO", "kiro"),
    ("OPENCLAW_SHELL", "openclaw"),
    ("OPENCODE", "opencode"),
    ("WINDSURF_AGENT", "windsurf"),
];

/// `auth`: the way to sign in, once it is known.
pub(super) fn user_agent(auth: Option<&str>, env: &Env) -> String {
    let mut text = format!(
        "lakesmith/{} rust/{} os/{}",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_RUST_VERSION"),
        std::env::consts::OS,
    );
    let ci = CI_SYSTEMS.iter().find(|(variable, _)| env.get(variable).is_some()).map(|(_, name)| *name);
    for (key, value) in [("auth", auth), ("cicd", ci), ("agent", agent(env))] {
        if let Some(value) = value {
            text.push_str(&format!(" {key}/{value}"));
        }
    }
    text
}

/// `None` also where several are set: nobody can tell which one it is.
fn agent(env: &Env) -> Option<&'static str> {
    let mut found = AGENTS.iter().filter(|(variable, _)| env.get(variable).is_some());
    match (found.next(), found.next()) {
        (Some((_, name)), None) => Some(name),
        (Some(_), Some(_)) => None,
        // What the program says of itself is text of anybody: only known names go out.
        (None, _) => env
            .get("AGENT")
            .map(|said| AGENTS.iter().find(|(_, name)| *name == said).map_or("unknown", |(_, name)| name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_tool_the_sign_in_the_ci_system_and_the_agent() {
        let cases: [(&[&str], &str); 6] = [
            (&[], " auth/pat"),
            (&["GITHUB_ACTIONS=true"], " auth/pat cicd/github"),
            (&["CLINE_ACTIVE=true", "TF_BUILD=True"], " auth/pat cicd/azure-devops agent/cline"),
            (&["CLINE_ACTIVE=1", "CURSOR_AGENT=1"], " auth/pat"),
            (&["AGENT=goose"], " auth/pat agent/goose"),
            (&["AGENT=a b\nc"], " auth/pat agent/unknown"),
        ];
        for (variables, end) in cases {
            let pairs = variables.iter().filter_map(|pair| pair.split_once('='));
            let env = Env::from_pairs(pairs.map(|(key, value)| (key.to_string(), value.to_string())));
            let text = user_agent(Some("pat"), &env);
            assert!(
                text.starts_with("lakesmith/") && text.ends_with(&format!("os/{}{end}", std::env::consts::OS)),
                "{text}"
            );
            // auth-and-retries.md §5.6: what stands between the slashes and spaces.
            let product = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.+-".contains(&b));
            assert!(text.split([' ', '/']).all(product), "{text}");
        }
    }
}
