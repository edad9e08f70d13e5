//! Arguments and environment folded into values, and the project that they name.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use comfy_table::Table;

use super::args::{Format, Global};
use super::exit::Exit;
use super::failure::{self, Rejected};
use super::terminal::Terminal;
use crate::diag::Diagnostics;
use crate::pipeline::{self, Given, Places, Staged};
use crate::project::{self, Overrides, Project, Resolved};
use crate::sys::{Env, System, fs};

/// What every command gets.
pub(super) struct Settings {
    pub(super) system: System,
    pub(super) terminal: Terminal,
    /// Where the search for the project starts.
    pub(super) folder: PathBuf,
    target: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) progress: bool,
    vars: Vec<(String, String)>,
    /// Of the workspace that a command failed in.
    pub(super) places: RefCell<Places>,
}

impl Settings {
    pub(super) fn new(global: Global, system: System, terminal: &Terminal) -> anyhow::Result<Self> {
        let current = fs::current_dir()?;
        let target = global.target.or_else(|| system.env.get("LAKESMITH_TARGET"));
        // Joining an absolute path gives that path.
        let folder = global.project.map_or_else(|| current.clone(), |folder| current.join(folder));
        let (profile, progress) = (global.profile, !global.no_progress);
        Ok(Self {
            system,
            terminal: *terminal,
            folder,
            target,
            profile,
            progress,
            vars: global.vars,
            places: RefCell::default(),
        })
    }

    /// Of the terminal that shows the output; a usual one where nobody knows.
    pub(super) fn width(&self) -> u16 {
        let told = self.system.env.get("COLUMNS").and_then(|columns| columns.parse().ok());
        told.or_else(|| Table::new().width()).unwrap_or(100).max(60)
    }

    /// The project, or a rejection that holds every finding.
    pub(super) fn project(&self) -> anyhow::Result<(Project, Diagnostics)> {
        Ok(accept(pipeline::load(&self.folder)?)?)
    }

    /// As [`Settings::project`], also where some of its files cannot be read: they are among the findings.
    pub(super) fn checkable_project(&self) -> anyhow::Result<(Project, Diagnostics)> {
        match pipeline::load(&self.folder)? {
            (Some(project), found) if pipeline::is_checkable(&found) => Ok((project, found)),
            (_, found) => Err(Rejected(found).into()),
        }
    }

    /// The folder of the project.
    pub(super) fn root(&self) -> Result<PathBuf, Rejected> {
        project::find(&self.folder).map_err(|diagnostic| Rejected(diagnostic.into()))
    }

    /// Where the project lies in its git repository: `warehouse/` for a folder, empty for the root or without one.
    pub(super) fn repository_prefix(&self) -> String {
        project::find(&self.folder).map(|root| in_repository(&root)).unwrap_or_default()
    }

    /// Shows an error that does not end the command.
    pub(super) fn show(&self, error: &anyhow::Error) -> anyhow::Result<Exit> {
        Ok(failure::show(error, Format::Human, &self.terminal, &self.places.borrow()))
    }

    /// The project's values for the chosen target.
    pub(super) fn resolve<'p>(&self, project: &'p Project) -> anyhow::Result<Resolved<'p>> {
        self.resolve_for(project, None)
    }

    /// As [`Settings::resolve`], for `target` where the user chose none.
    pub(super) fn resolve_for<'p>(&self, project: &'p Project, target: Option<&str>) -> anyhow::Result<Resolved<'p>> {
        self.resolve_for_target(project, self.target.as_deref().or(target))
    }

    /// The project's values for a target, whichever the user chose.
    pub(super) fn resolve_as<'p>(&self, project: &'p Project, target: &str) -> anyhow::Result<Resolved<'p>> {
        self.resolve_for_target(project, Some(target))
    }

    /// The target that the user chose.
    pub(super) fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Values of variables that are not the project's.
    pub(super) fn given(&self) -> Given<'_> {
        Given { vars: &self.vars, env: &self.system.env }
    }

    /// As they are given, by variable.
    pub(super) fn overrides(&self, project: &Project) -> BTreeMap<String, String> {
        Overrides::new(project, &self.vars, &self.system.env).0.given()
    }

    /// What the user chose, for other threads.
    pub(super) fn choice(&self) -> Choice {
        Choice { target: self.target.clone(), vars: self.vars.clone(), env: self.system.env.clone() }
    }

    fn resolve_for_target<'p>(&self, project: &'p Project, target: Option<&str>) -> anyhow::Result<Resolved<'p>> {
        Ok(accept(pipeline::resolve(project, target, &self.vars, &self.system.env))?.0)
    }

    /// As [`Settings::resolve`] for another state of the project, which may lack variables of today.
    pub(super) fn resolve_for_commit<'p>(&self, project: &'p Project, target: &str) -> Option<Resolved<'p>> {
        let known = self.vars.iter().filter(|(name, _)| project.variables.contains_key(name));
        pipeline::resolve(project, Some(target), &known.cloned().collect::<Vec<_>>(), &self.system.env).0
    }
}

/// What a project is resolved with.
#[derive(Clone, Default)]
pub(super) struct Choice {
    target: Option<String>,
    vars: Vec<(String, String)>,
    env: Env,
}

impl Choice {
    /// As [`Settings::resolve`], with what was found.
    pub(super) fn resolved<'p>(&self, project: &'p Project) -> Staged<Resolved<'p>> {
        pipeline::resolve(project, self.target.as_deref(), &self.vars, &self.env)
    }
}

/// A folder below the root of its git repository, with `/` behind it.
pub(super) fn in_repository(root: &Path) -> String {
    let repository = root.ancestors().find(|folder| fs::exists(&folder.join(".git")));
    let inner = repository.and_then(|repository| root.strip_prefix(repository).ok());
    let parts = inner.into_iter().flatten().map(|part| format!("{}/", part.to_string_lossy()));
    parts.collect()
}

/// The value of a stage without errors, and its warnings.
pub(super) fn accept<T>((value, diagnostics): Staged<T>) -> Result<(T, Diagnostics), Rejected> {
    match value {
        Some(value) if !diagnostics.has_errors() => Ok((value, diagnostics)),
        _ => Err(Rejected(diagnostics)),
    }
}
