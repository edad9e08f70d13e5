//! Rounds, as who checks again and again sees them.

use std::collections::BTreeSet;

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::pipeline::{Allowed, Coverage, Judge, compile, examine, lint};
use crate::project::{Project, Resolved};

use super::solved::{Solved, Whole};

/// What a check says of a project.
#[derive(Debug, Default)]
pub struct Round {
    /// As the project wants them, sorted.
    pub findings: Diagnostics,
    pub allowed: Vec<Allowed>,
    pub coverage: Coverage,
    /// Every file that a finding may be in, sorted by path.
    pub files: Vec<String>,
}

/// A whole check of some solutions. `only`: the one that was asked for; `found`: what is known already.
pub fn round(resolved: &Resolved<'_>, solutions: &[String], only: Option<&str>, found: Diagnostics) -> Round {
    let check = || {
        let (mut coverage, mut all) = (Coverage::default(), found);
        for solution in solutions {
            let (compiled, found) = compile(resolved, Some(solution));
            all.extend(found);
            let (checked, found) = examine(&compiled, Some(solution));
            all.extend(found);
            coverage.add(checked.coverage);
            // The process need not wait until all of it is taken apart.
            rayon::spawn(move || drop((compiled, checked)));
        }
        (coverage, all)
    };
    let ((coverage, mut all), (linted, judge)) = rayon::join(check, || (lint(resolved), Judge::of(resolved, only)));
    all.extend(linted);
    judged(&judge, all, coverage)
}

fn judged(judge: &Judge, found: Diagnostics, coverage: Coverage) -> Round {
    let judged = judge.judge(found);
    let files = judge.files().map(str::to_string).collect();
    Round { findings: judged.findings.sorted(), allowed: judged.allowed, coverage, files }
}

/// What a round leaves for the next one.
pub struct Rounds {
    judge: Judge,
    /// Of the manifest and the templates.
    found: Diagnostics,
    solutions: Vec<Solved>,
    /// The paths of all files that were read or are shipped.
    files: BTreeSet<String>,
}

impl Rounds {
    /// As [`round`]. There is nothing to go on from where rules look at the lineage of the whole project, nor where a file
    /// could not be read, since it may become anything.
    pub fn first(
        resolved: &Resolved<'_>,
        solutions: &[String],
        only: Option<&str>,
        found: Diagnostics,
    ) -> (Round, Option<Self>) {
        if found.has_errors() {
            return (round(resolved, solutions, only, found), None);
        }
        let check = || -> Vec<Result<Solved, Whole>> {
            solutions.iter().map(|solution| Solved::of(resolved, solution)).collect()
        };
        let (solved, linted) = rayon::join(check, || lint(resolved));
        let mut found = found;
        found.extend(linted);
        let judge = Judge::of(resolved, only);
        let (mut parts, mut whole) = (Vec::new(), Vec::new());
        for solution in solved {
            match solution {
                Ok(solved) => parts.push(solved),
                Err(checked) => whole.push(checked),
            }
        }
        if whole.is_empty() {
            let rounds = Self { judge, found, solutions: parts, files: files(resolved.project) };
            return (rounds.last(), Some(rounds));
        }
        let mut coverage = Coverage::default();
        for solved in parts {
            found.extend(solved.findings());
            coverage.add(solved.coverage());
        }
        for (own, of_solution) in whole {
            found.extend(own);
            coverage.add(of_solution);
        }
        (judged(&judge, found, coverage), None)
    }

    /// Makes ready what an edit needs, so that the first one need not wait for it.
    pub fn prepare(&mut self) {
        self.solutions.iter_mut().for_each(Solved::prepare);
    }

    /// The text of a file that was rendered, as it was known in the last round.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.solutions.iter().find_map(|solution| solution.text(path))
    }

    /// Was there such a file, or can it matter that there is none? Folders next to the root have a meaning of their own.
    pub fn is_nothing(&self, path: &str) -> bool {
        !self.files.contains(path) && path.matches('/').count() >= 2
    }

    /// The round after the file got this text. `None`: more may have changed than can be looked at here; nothing more
    /// is to be asked of these rounds then.
    pub fn edit(&mut self, path: &str, text: &str) -> Option<Round> {
        if self.judge.concerns(path) || names(self.found.iter(), path) {
            return None;
        }
        let unused = self.found.iter().any(|found| found.code == Code::UNUSED_SCHEMA);
        let solution = self.solutions.iter_mut().find(|solution| solution.text(path).is_some())?;
        solution.edit(path, text, unused)?;
        Some(self.last())
    }

    /// The round as it is known now.
    pub fn last(&self) -> Round {
        let (mut found, mut coverage) = (self.found.clone(), Coverage::default());
        for solution in &self.solutions {
            found.extend(solution.findings());
            coverage.add(solution.coverage());
        }
        judged(&self.judge, found, coverage)
    }
}

fn files(project: &Project) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = project.templates.values().map(|source| source.name().to_string()).collect();
    all.insert(project.manifest.name().to_string());
    for files in project.solutions.values().map(|solution| &solution.files) {
        let documents = files.dashboards.iter().chain(&files.genie).map(|document| &document.source);
        let yaml = files.resources.iter().chain(&files.tests).chain(&files.sources).chain(&files.story);
        let sql = files.sql.iter().map(|file| &file.source);
        let read = documents.chain(yaml).chain(sql).chain(&files.python).chain(files.test_rows.values());
        all.extend(read.map(|source| source.name().to_string()));
        all.extend(files.assets.iter().map(|asset| asset.path.clone()));
    }
    all
}

/// Does a finding have a place in the file?
pub(super) fn names<'d>(found: impl IntoIterator<Item = &'d Diagnostic>, path: &str) -> bool {
    found.into_iter().any(|finding| {
        let labels = finding.related.iter().map(|label| &label.location);
        finding.location.iter().chain(labels).any(|location| location.file.name() == path)
    })
}
