//! What is done with projects that an editor has open: checks that go on from one another, and whole ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use crate::cli::commands::check::edited;
use crate::cli::commands::watch::{Changes, changed_files, is_content};
use crate::cli::settings::Choice;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::lsp::{Facts, Job, Snapshot};
use crate::pipeline::{self, Rounds, is_checkable};
use crate::project::{CONTENT, MANIFEST, Overlay, Resolved};
use crate::sys::fs;
use crate::sys::watch::Watch;

/// The checks of each project.
pub(super) struct Checks {
    choice: Choice,
    roots: BTreeMap<PathBuf, Root>,
}

/// A project as the last check left it.
struct Root {
    rounds: Option<Rounds>,
    /// The editor's texts then.
    overlay: Overlay,
    /// What others do to its files. Without it, no check can rest on one before.
    disk: Option<Disk>,
}

/// Tells of files that others save: not every client does, nor for all files.
struct Disk {
    /// The system tells of changes by the real path.
    root: PathBuf,
    watch: Watch,
    told: Receiver<PathBuf>,
}

impl Checks {
    pub(super) fn new(choice: Choice) -> Self {
        Self { choice, roots: BTreeMap::new() }
    }

    /// What is wrong with a project, as `lakesmith check` says it. `changed`: the files whose texts may be others than at
    /// the last time.
    pub(super) fn check(&mut self, job: &Job, changed: &BTreeSet<String>) -> Diagnostics {
        self.go_on(job, changed).unwrap_or_else(|| self.whole(job))
    }

    /// As [`Checks::check`], from what the last one left. `None`: a whole check is needed.
    pub(super) fn go_on(&mut self, job: &Job, changed: &BTreeSet<String>) -> Option<Diagnostics> {
        let root = self.roots.get_mut(&job.root)?;
        // Taken out, so that none are left where a defect ends the check.
        let rounds = root.rounds.take();
        let changes = root.changes(job, changed);
        root.overlay = job.overlay.clone();
        let (Some(mut rounds), Changes::Files(files)) = (rounds, changes) else { return None };
        let round = edited(&mut rounds, &files, &job.overlay)?;
        root.rounds = Some(rounds);
        Some(round.findings)
    }

    pub(super) fn whole(&mut self, job: &Job) -> Diagnostics {
        let new = || Root { rounds: None, overlay: Overlay::default(), disk: Disk::watched(&job.root) };
        let root = self.roots.entry(job.root.clone()).or_insert_with(new);
        root.overlay = job.overlay.clone();
        // Folders that are new are watched from now on.
        root.disk = root.disk.take().and_then(Disk::refreshed);
        let checked = with_project(&self.choice, job, |resolved, found| {
            let solutions: Vec<String> = resolved.solutions.keys().cloned().collect();
            Rounds::first(resolved, &solutions, None, found)
        });
        match checked {
            Ok((round, rounds)) => {
                root.rounds = rounds;
                round.findings
            }
            Err(findings) => findings,
        }
    }

    /// What the next checks will need: nobody waits.
    pub(super) fn prepare(&mut self) {
        for root in self.roots.values_mut() {
            root.rounds = root.rounds.take().map(|mut rounds| {
                rounds.prepare();
                rounds
            });
        }
    }
}

impl Root {
    fn changes(&self, job: &Job, changed: &BTreeSet<String>) -> Changes {
        let Some(disk) = &self.disk else { return Changes::Unknown };
        let Changes::Files(saved) = changed_files(&disk.root, disk.told.try_iter().collect()) else {
            return Changes::Unknown;
        };
        let others = changed.iter().filter(|path| may_be_read(path)).chain(saved.keys()).collect::<BTreeSet<_>>();
        let others = others.into_iter().map(|path| (path.clone(), job.root.join(path)));
        let others = others.filter(|(path, file)| self.is_other(&job.overlay, path, file, saved.contains_key(path)));
        Changes::Files(others.collect())
    }

    /// May a file's text be another than at the last check? What is not held by the editor is as it was on the disk,
    /// unless it was saved since.
    fn is_other(&self, overlay: &Overlay, path: &str, file: &Path, saved: bool) -> bool {
        let text =
            |overlay: &Overlay| overlay.get(path).map(|held| held.map(|source| source.text().as_bytes().to_vec()));
        match (text(&self.overlay), text(overlay)) {
            (Some(before), Some(now)) => before != now,
            (Some(before), None) => before != fs::read(file).ok(),
            (None, Some(now)) => saved || now != fs::read(file).ok(),
            (None, None) => true,
        }
    }
}

impl Disk {
    fn watched(root: &Path) -> Option<Self> {
        let root = fs::canonicalize(root).ok()?;
        let (tell, told) = channel();
        let own = root.clone();
        let notice = move |path: &Path| {
            if is_content(&own, path) {
                // Nobody listens any more when the project cannot be watched to the end.
                let _ = tell.send(path.to_path_buf());
            }
        };
        let watch = Watch::start(&root, &CONTENT, notice).ok()?;
        Some(Self { root, watch, told })
    }

    fn refreshed(mut self) -> Option<Self> {
        self.watch.refresh().ok().map(|()| self)
    }
}

/// Is it the manifest, or below a folder with the project's files?
fn may_be_read(path: &str) -> bool {
    path == MANIFEST || path.split_once('/').is_some_and(|(folder, _)| CONTENT.contains(&folder))
}

/// What would be wrong with other texts: a whole check.
pub(super) fn attempt(choice: &Choice, job: &Job) -> Diagnostics {
    let checked = with_project(choice, job, |resolved, found| {
        let solutions: Vec<String> = resolved.solutions.keys().cloned().collect();
        pipeline::round(resolved, &solutions, None, found).findings
    });
    checked.unwrap_or_else(|findings| findings)
}

/// What was learned last of each project. It is held here until the server has something newer: taking apart what is known
/// of a large project takes long, and must not hold up the server.
#[derive(Default)]
pub(super) struct Learned {
    last: BTreeMap<PathBuf, Arc<Facts>>,
    replaced: Option<Arc<Facts>>,
}

impl Learned {
    /// What answers are made from.
    pub(super) fn learn(&mut self, choice: &Choice, job: &Job) -> Snapshot {
        self.replaced = None;
        let learned = with_project(choice, job, |resolved, mut findings| {
            let (compiled, found) = pipeline::compile(resolved, None);
            findings.extend(found);
            let (checked, graph, found) = pipeline::examine_and_trace(&compiled, None);
            findings.extend(found);
            (Arc::new(Facts::of(resolved, &compiled, &checked, graph)), findings)
        });
        match learned {
            Ok((facts, findings)) => {
                self.replaced = self.last.insert(job.root.clone(), Arc::clone(&facts));
                Snapshot { findings, facts: Some(facts) }
            }
            Err(findings) => Snapshot { findings, facts: None },
        }
    }
}

/// Does something with the project that has the editor's texts in it. As everywhere, nothing is made of a manifest that
/// has errors: they are given instead.
fn with_project<T>(
    choice: &Choice,
    job: &Job,
    act: impl FnOnce(&Resolved<'_>, Diagnostics) -> T,
) -> Result<T, Diagnostics> {
    let (project, mut findings) = match pipeline::load_with(&job.root, &job.overlay) {
        Ok(loaded) => loaded,
        Err(error) => return Err(Diagnostic::error(Code::UNREADABLE_FILE, crate::diag::chain(&error)).into()),
    };
    let (Some(project), true) = (project, is_checkable(&findings)) else { return Err(findings.sorted()) };
    let (resolved, found) = choice.resolved(&project);
    findings.extend(found);
    let (Some(resolved), true) = (resolved, is_checkable(&findings)) else { return Err(findings.sorted()) };
    Ok(act(&resolved, findings))
}
