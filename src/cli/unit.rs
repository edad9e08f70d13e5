//! Solutions as what is deployed: which ones a command means, and what they want.

use super::failure::Rejected;
use super::settings::Settings;
use super::views;
use crate::demo;
use crate::pipeline::{self, Compiled, DesiredSet, Files, Judge, VolumeUpload, Workspace};
use crate::project::Resolved;

/// The named solution, or all of the project.
pub(super) fn solutions(resolved: &Resolved<'_>, named: Option<&str>) -> anyhow::Result<Vec<String>> {
    match named {
        None => Ok(resolved.solutions.keys().cloned().collect()),
        Some(name) if resolved.solutions.contains_key(name) => Ok(vec![name.to_string()]),
        Some(name) => Err(Rejected(resolved.project.unknown_solution(name).into()).into()),
    }
}

/// As [`solutions`], each with what its state and its folder are called.
pub(super) fn named(resolved: &Resolved<'_>, named: Option<&str>) -> anyhow::Result<Vec<(String, String)>> {
    let project = &resolved.project.name.value;
    let unit = |solution: String| {
        let unit = pipeline::unit(project, &solution);
        (solution, unit)
    };
    Ok(solutions(resolved, named)?.into_iter().map(unit).collect())
}

/// A solution without errors, ready for a workspace.
pub(super) struct Unit {
    /// What its state and its folder are called.
    pub(super) name: String,
    pub(super) solution: String,
    compiled: Compiled,
    judge: Judge,
    uploads: Vec<VolumeUpload>,
}

impl Unit {
    /// Compiles and checks; nothing that has an error gets further. Shows warnings and notes.
    pub(super) fn compile(settings: &Settings, resolved: &Resolved<'_>, solution: &str) -> anyhow::Result<Self> {
        let (compiled, mut findings) = pipeline::compile(resolved, Some(solution));
        let (_, found) = pipeline::examine(&compiled, Some(solution));
        findings.extend(found);
        let judge = Judge::of(resolved, Some(solution));
        let findings = judge.judge(findings).findings;
        if findings.has_errors() {
            return Err(Rejected(findings).into());
        }
        views::diagnostics::human(settings.terminal, &findings)?;
        // A demo that is up has delivered files: they are wanted as long as it is up.
        let uploads = demo::uploads(resolved, solution)?;
        let name = pipeline::unit(&compiled.project, solution);
        Ok(Self { name, solution: solution.to_string(), compiled, judge, uploads })
    }

    pub(super) fn compile_all(
        settings: &Settings,
        resolved: &Resolved<'_>,
        solutions: &[String],
    ) -> anyhow::Result<Vec<Self>> {
        solutions.iter().map(|solution| Self::compile(settings, resolved, solution)).collect()
    }

    /// Digests of the project's files that it was made from.
    pub(super) fn files(&self) -> Files {
        self.compiled.files()
    }

    /// What it wants of this workspace.
    pub(super) fn desired(&self, workspace: &Workspace) -> anyhow::Result<DesiredSet> {
        let root = workspace.root(&self.name, &self.compiled.target);
        let (desired, found) = self.compiled.desired(&root, workspace.user(), self.uploads.clone());
        let found = self.judge.settle(found).findings;
        if found.has_errors() { Err(Rejected(found).into()) } else { Ok(desired) }
    }
}
