//! Solutions as what is deployed: which ones a command means, and what they want.

use super::failure::Rejected;
use crate::demo;
use crate::diag::Diagnostics;
use crate::pipeline::{self, DesiredSet, Workspace};
use crate::project::Resolved;

/// The named solution, or all of the project.
pub(super) fn solutions(resolved: &Resolved<'_>, named: Option<&str>) -> anyhow::Result<Vec<String>> {
    match named {
        None => Ok(resolved.solutions.keys().cloned().collect()),
        Some(name) if resolved.solutions.contains_key(name) => Ok(vec![name.to_string()]),
        Some(name) => Err(Rejected(resolved.project.unknown_solution(name).into()).into()),
    }
}

/// What a solution wants of a workspace.
pub(super) struct Wanted {
    pub(super) unit: String,
    pub(super) desired: DesiredSet,
    /// Warnings and notes.
    pub(super) findings: Diagnostics,
}

/// Compiles and checks a solution; nothing that has an error gets further.
pub(super) fn wanted(resolved: &Resolved<'_>, solution: &str, workspace: &Workspace) -> anyhow::Result<Wanted> {
    let (compiled, mut findings) = pipeline::compile(resolved, Some(solution));
    accepted(&findings)?;
    let (_, found) = pipeline::check(&compiled, Some(solution));
    findings.extend(found);
    accepted(&findings)?;
    let unit = pipeline::unit(&compiled.project, solution);
    // A demo that is up has delivered files: they are wanted as long as it is up.
    let uploads = demo::uploads(resolved, solution)?;
    let root = workspace.root(&unit, &compiled.target);
    let (desired, found) = compiled.desired(&root, workspace.user(), uploads);
    findings.extend(found);
    accepted(&findings)?;
    Ok(Wanted { unit, desired, findings })
}

fn accepted(findings: &Diagnostics) -> Result<(), Rejected> {
    if findings.has_errors() { Err(Rejected(findings.clone())) } else { Ok(()) }
}
