//! All rules over all jobs.

use std::collections::BTreeMap;

use crate::check::entries::{entries, warning};
use crate::diag::{Code, Diagnostics, Location};
use crate::project::Target;
use crate::project::yaml::Node;

use super::{identity, limits, schedule, tasks, values};

/// What is known of the project around its jobs.
pub struct JobFacts<'f> {
    /// The rendered resource files.
    pub resources: &'f [Node],
    pub target: &'f Target,
    /// The SQL files of the solution by project path: their rendered text.
    pub sql: BTreeMap<&'f str, &'f str>,
}

/// What is wrong with the jobs.
pub fn check(facts: &JobFacts<'_>) -> Diagnostics {
    let mut out = Diagnostics::default();
    let mut names: BTreeMap<&str, &Location> = BTreeMap::new();
    for job in entries(facts.resources, "jobs", &facts.target.name) {
        let node = &job.node;
        schedule::check(node, &mut out);
        limits::job(node, &mut out);
        identity::run_as(node, facts.target, &mut out);
        identity::recipients(node, &mut out);
        tasks::check(node, &mut out);
        values::check(node, facts, &mut out);
        if let Some(name) = node.get("name")
            && let Some(text) = name.as_str()
            && let Some(first) = names.insert(text, &name.location)
        {
            let message = format!("two jobs are called `{text}`");
            let diagnostic = warning(Code::SAME_NAME, &name.location, message).related(first.clone(), "the other");
            out.push(diagnostic.hint("nobody can tell their runs apart; give each job a name of its own"));
        }
    }
    out
}
