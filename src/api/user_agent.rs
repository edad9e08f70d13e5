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

pub(super) fn user_agent(auth: &str, env: &Env) -> String {
    let mut text = format!(
        "lakesmith/{} rust/{} os/{} auth/{auth}",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_RUST_VERSION"),
        std::env::consts::OS,
    );
    if let Some((_, name)) = CI_SYSTEMS.iter().find(|(variable, _)| env.get(variable).is_some()) {
        text.push_str(" cicd/");
        text.push_str(name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_tool_the_sign_in_and_the_ci_system() {
        let env = Env::from_pairs([("GITHUB_ACTIONS".to_string(), "true".to_string())]);
        let text = user_agent("pat", &env);
        assert!(text.starts_with("lakesmith/") && text.ends_with(" auth/pat cicd/github"), "{text}");
    }
}
