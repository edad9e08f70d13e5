//! From a folder to a resolved project and its rendered texts. Findings travel beside the value; failures of the world
//! are errors.

use std::path::Path;

use crate::diag::{Code, Diagnostics, Severity};
use crate::project::{self, Overlay, Overrides, Project, Resolved};
use crate::render::{self, RenderedProject};
use crate::sys::Env;
use crate::sys::fs::FsError;

/// What a stage made, if it could, and what it found.
pub type Staged<T> = (Option<T>, Diagnostics);

/// Finds the project at or above a folder and reads it.
pub fn load(start: &Path) -> Result<Staged<Project>, FsError> {
    match project::find(start) {
        Ok(root) => project::load(&root),
        Err(diagnostic) => Ok((None, diagnostic.into())),
    }
}

/// As [`load`] of the project at `root`, with other texts for some of its files.
pub fn load_with(root: &Path, overlay: &Overlay) -> Result<Staged<Project>, FsError> {
    project::load_with(root, overlay)
}

/// Is a project that was loaded with these findings worth checking? Files that cannot be read hide what they make, and
/// nothing else; with any other error nobody knows what the project is.
pub fn is_checkable(found: &Diagnostics) -> bool {
    found.iter().all(|finding| finding.severity != Severity::Error || finding.code == Code::UNREADABLE_FILE)
}

/// Settles names and variables for a target (`None`: the project's default).
pub fn resolve<'p>(
    project: &'p Project,
    target: Option<&str>,
    vars: &[(String, String)],
    env: &Env,
) -> Staged<Resolved<'p>> {
    let (overrides, mut diagnostics) = Overrides::new(project, vars, env);
    let (resolved, found) = project.resolve(target, &overrides);
    diagnostics.extend(found);
    (resolved, diagnostics)
}

/// Renders every template, or those of one solution.
pub fn render(resolved: &Resolved<'_>, solution: Option<&str>) -> Staged<RenderedProject> {
    let (rendered, diagnostics) = match solution {
        None => render::render_all(resolved),
        Some(name) => render::render_one(resolved, name),
    };
    (Some(rendered), diagnostics)
}
