//! The release of the checkout: what a deployment from it is recorded as.

use super::failure::advise;
use super::settings::{Settings, accept};
use crate::pipeline::{self, Built, Created, Git, Given, How, Recording, Refusal};
use crate::project::{CONTENT, MANIFEST, Mode, OWN, Project, Resolved};
use crate::sys::fs::TempFolder;
use crate::sys::{Env, git};

/// A release that was made from the checkout, and what git says of it.
pub(super) struct Made {
    pub(super) built: Built,
    git: Option<Git>,
    /// Files of the project that are not as they were committed.
    dirty: Vec<String>,
}

impl Made {
    /// `created` says by whom and when.
    pub(super) fn of(
        settings: &Settings,
        resolved: &Resolved<'_>,
        solution: &str,
        created: impl FnOnce(Option<Git>) -> Created,
    ) -> anyhow::Result<Self> {
        let project = resolved.project;
        let (git, dirty) = checkout(project, resolved.target.mode == Mode::Production)?;
        let built = pipeline::build(project, solution, settings.given(), created(git.clone()))?;
        Ok(Self { built, git, dirty })
    }

    /// What the target asks of a deployment from a checkout.
    pub(super) fn check(&self, resolved: &Resolved<'_>) -> anyhow::Result<()> {
        refuse(&Refusal::of_production(resolved.target, self.git.as_ref(), &self.dirty), || {
            format!("nothing was deployed to `{}`", resolved.target.name)
        })
    }

    pub(super) fn recording(&self) -> Recording<'_> {
        Recording { built: &self.built, how: How::Deploy, git: self.git.clone(), restores: None, from: None }
    }
}

/// Endings of the files that a project is made of.
const SOURCES: [&str; 5] = [".sql", ".yml", ".yaml", ".json", ".csv"];

/// The repository of the project, and what was changed in the folders of projects. Where git cannot tell, nobody knows;
/// `must_know` makes that an error.
fn checkout(project: &Project, must_know: bool) -> anyhow::Result<(Option<Git>, Vec<String>)> {
    let mut paths: Vec<&str> = [MANIFEST, OWN].into_iter().chain(CONTENT).collect();
    let layouts = project.solutions.values().filter_map(|solution| solution.layout.as_ref());
    paths.extend(layouts.flat_map(|layout| &layout.folders).map(String::as_str));
    match git::head(&project.root, &paths) {
        Ok(None) => Ok((None, Vec::new())),
        Ok(Some(mut head)) => {
            // What is read and in no commit is a change, too; an editor's own files are none.
            let is_read = |path: &String| SOURCES.iter().any(|ending| path.ends_with(ending));
            head.dirty.extend(head.ignored.into_iter().filter(is_read));
            let git = Git { commit: head.commit, dirty: !head.dirty.is_empty(), remote: head.remote };
            Ok((Some(git), head.dirty))
        }
        Err(_) if !must_know => Ok((None, Vec::new())),
        Err(error) => Err(advise(
            format!("git cannot tell whether the checkout is as it was committed: {}", crate::diag::chain(&error)),
            "a production target is deployed from what is committed; install git, or promote a release",
        )),
    }
}

/// An error that names every condition that is not met, with what meets it; none if there is none.
pub(super) fn refuse(refused: &[Refusal], what: impl FnOnce() -> String) -> anyhow::Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    let messages: Vec<String> = refused.iter().map(Refusal::message).collect();
    Err(advise(format!("{}: {}", what(), messages.join("; ")), Refusal::hints(refused).join("; ")))
}

/// The project of a release, from its own sources; what goes on in the embedded workspace goes on in the checkout's.
pub(super) struct Unpacked {
    pub(super) project: Project,
    vars: Vec<(String, String)>,
    env: Env,
    /// Removed when dropped.
    _folder: TempFolder,
}

impl Unpacked {
    pub(super) fn of(settings: &Settings, built: &Built) -> anyhow::Result<Self> {
        let folder = TempFolder::new()?;
        built.unpack(folder.path())?;
        let (mut project, _) = accept(pipeline::load(folder.path())?)?;
        project.root = settings.root()?;
        let vars = built.release.overrides.clone().into_iter().collect();
        Ok(Self { project, vars, env: Env::default(), _folder: folder })
    }

    /// With the values of variables that the release was made with, and no others.
    pub(super) fn given(&self) -> Given<'_> {
        Given { vars: &self.vars, env: &self.env }
    }

    pub(super) fn resolve(&self, target: &str) -> anyhow::Result<Resolved<'_>> {
        Ok(accept(pipeline::resolve(&self.project, Some(target), &self.vars, &self.env))?.0)
    }
}
