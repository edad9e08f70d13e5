//! What a project makes of its findings: `checks` of the manifest and allow comments.
//!
//! The one place where findings are lowered, raised or left out. It works on places in the user's own files, so
//! findings come here last, after they were mapped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::allow::{self, Covers};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, Severity, SourceFile};
use crate::project::{self, Checks, Level, Mode, Project, Resolved, SolutionFiles};

/// The rules of a project and the comments of its files.
#[derive(Debug)]
pub struct Judge {
    checks: Checks,
    /// The wider come last: a finding is allowed by the nearest.
    allowances: Vec<Allowance>,
    by_file: BTreeMap<String, Vec<usize>>,
    /// The paths of the files that were looked at.
    files: Vec<String>,
    /// What is wrong with the comments themselves.
    faults: Diagnostics,
    /// Are rules in force that only look at targets which many people use?
    guarded: bool,
}

#[derive(Debug)]
struct Allowance {
    code: Code,
    reason: String,
    location: Location,
    scope: Scope,
    /// Would everything that it could allow be found?
    examined: bool,
}

#[derive(Debug)]
enum Scope {
    Line(usize),
    File,
    Files(project::Allow),
}

/// A finding that the project allows.
#[derive(Clone, Debug)]
pub struct Allowed {
    pub diagnostic: Diagnostic,
    pub reason: String,
    /// The comment or the entry of the manifest.
    pub location: Location,
    /// Does the file itself say so?
    pub in_source: bool,
}

/// Findings as the project wants them.
#[derive(Default, Debug)]
pub struct Judged {
    pub findings: Diagnostics,
    pub allowed: Vec<Allowed>,
}

impl Judge {
    /// For one solution, or all of the project.
    pub fn of(resolved: &Resolved<'_>, solution: Option<&str>) -> Self {
        let project = resolved.project;
        let mut faults = Diagnostics::default();
        let mut allowances = Vec::new();
        let read = files(project, solution);
        let files = paths(project, solution, &read);
        for (file, examined) in read {
            allowances.extend(allow::comments(&file, &mut faults).into_iter().map(|comment| Allowance {
                code: comment.code,
                reason: comment.reason,
                location: comment.location,
                scope: match comment.covers {
                    Covers::Line(line) => Scope::Line(line),
                    Covers::File => Scope::File,
                },
                examined,
            }));
        }
        allowances.extend(project.checks.allow.iter().map(|allow| Allowance {
            code: allow.code,
            reason: allow.reason.clone(),
            location: allow.location.clone(),
            scope: Scope::Files(allow.clone()),
            examined: solution.is_none(),
        }));
        allowances.sort_by_key(|allowance| matches!(allowance.scope, Scope::File));
        let mut by_file: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, allowance) in allowances.iter().enumerate() {
            if !matches!(allowance.scope, Scope::Files(_)) {
                by_file.entry(allowance.location.file.name().to_string()).or_default().push(index);
            }
        }
        let guarded = resolved.target.protect || resolved.target.mode == Mode::Production;
        Self { checks: project.checks.clone(), allowances, by_file, files, faults, guarded }
    }

    /// Every file that a finding may be in, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// Does a comment of the file say something?
    pub(super) fn concerns(&self, path: &str) -> bool {
        let at = |fault: &Diagnostic| fault.location.as_ref().is_some_and(|location| location.file.name() == path);
        self.by_file.contains_key(path) || self.faults.iter().any(at)
    }

    /// Of everything that was found: with what is wrong with the rules and comments, and with those that are not needed.
    pub fn judge(&self, findings: Diagnostics) -> Judged {
        // One finding that was made in several ways is one. What was not read, rendered or parsed may hold what a comment allows.
        let findings = findings.sorted();
        let complete = !findings.iter().any(is_fixed);
        let mut used = BTreeSet::new();
        let mut judged = self.sift(findings, &mut used);
        let mut own = self.faults.clone();
        for (index, allowance) in self.allowances.iter().enumerate() {
            let depends = (8..=9).contains(&allowance.code.family()) && !self.guarded;
            if complete && allowance.examined && !depends && !used.contains(&index) {
                let message = format!("this allows nothing: there is no {} here", allowance.code);
                let diagnostic = Diagnostic::warning(Code::UNUSED_ALLOW, message).at(allowance.location.clone());
                own.push(diagnostic.hint("remove it"));
            }
        }
        judged.findings.extend(own.into_iter().filter_map(|diagnostic| self.leveled(diagnostic)));
        judged
    }

    /// Of what a later stage found.
    pub fn settle(&self, findings: Diagnostics) -> Judged {
        self.sift(findings, &mut BTreeSet::new())
    }

    fn sift(&self, findings: Diagnostics, used: &mut BTreeSet<usize>) -> Judged {
        let mut judged = Judged::default();
        let mut refused = BTreeSet::new();
        for diagnostic in findings {
            let allowance = self.allowance(&diagnostic);
            used.extend(allowance);
            let allowance = allowance.and_then(|index| Some((index, self.allowances.get(index)?)));
            match allowance {
                Some((index, allowance)) if is_fixed(&diagnostic) => {
                    if refused.insert(index) {
                        let message =
                            format!("{} cannot be allowed: nobody knows what would be deployed", diagnostic.code);
                        let finding = Diagnostic::error(Code::FIXED_SEVERITY, message).at(allowance.location.clone());
                        judged.findings.push(finding.hint("mend the error and remove this"));
                    }
                    judged.findings.push(diagnostic);
                }
                Some((_, allowance)) => judged.allowed.extend(self.leveled(diagnostic).map(|diagnostic| Allowed {
                    diagnostic,
                    reason: allowance.reason.clone(),
                    location: allowance.location.clone(),
                    in_source: !matches!(allowance.scope, Scope::Files(_)),
                })),
                None => judged.findings.extend(self.leveled(diagnostic)),
            }
        }
        judged
    }

    /// The nearest one that covers a finding.
    fn allowance(&self, diagnostic: &Diagnostic) -> Option<usize> {
        let location = diagnostic.location.as_ref()?;
        let name = location.file.name();
        let own = self.by_file.get(name).map(Vec::as_slice).unwrap_or_default();
        let line = || location.file.line_column(location.span.start).0;
        let of_code = |index: &&usize| self.allowances.get(**index).is_some_and(|a| a.code == diagnostic.code);
        let covers = |index: &&usize| match self.allowances.get(**index).map(|allowance| &allowance.scope) {
            Some(Scope::Line(covered)) => *covered == line(),
            Some(Scope::File) => true,
            Some(Scope::Files(_)) | None => false,
        };
        if let Some(index) = own.iter().filter(of_code).find(covers) {
            return Some(*index);
        }
        self.allowances.iter().position(|allowance| match &allowance.scope {
            Scope::Files(files) => files.code == diagnostic.code && files.covers(name),
            Scope::Line(_) | Scope::File => false,
        })
    }

    /// With the severity that the project gives it; `None` where it does not want to hear of it.
    fn leveled(&self, mut diagnostic: Diagnostic) -> Option<Diagnostic> {
        match self.checks.level(diagnostic.code) {
            Some(_) if is_fixed(&diagnostic) => {}
            Some(Level::Off) => return None,
            Some(Level::Is(severity)) => diagnostic.severity = severity,
            None => {}
        }
        Some(diagnostic)
    }
}

impl Judged {
    /// Warnings are errors.
    #[must_use]
    pub fn strict(mut self) -> Self {
        let raise = |mut diagnostic: Diagnostic| {
            if diagnostic.severity == Severity::Warning {
                diagnostic.severity = Severity::Error;
            }
            diagnostic
        };
        self.findings = self.findings.into_iter().map(raise).collect();
        self
    }
}

/// An error that stays one in every project.
fn is_fixed(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && diagnostic.code.is_structural()
}

/// The files that can hold comments, and whether a check of `solution` sees all that is found in them.
fn files(project: &Project, solution: Option<&str>) -> Vec<(Arc<SourceFile>, bool)> {
    let mut files: BTreeMap<&str, (&Arc<SourceFile>, bool)> = BTreeMap::new();
    let wanted = |name: &str| solution.is_none_or(|solution| solution == name);
    let mut others = BTreeSet::new();
    for solution in project.solutions.values() {
        for source in sources(&solution.files) {
            if wanted(&solution.name) {
                files.insert(source.name(), (source, true));
            } else {
                others.insert(source.name());
            }
        }
    }
    // Macros, which every solution may use.
    for source in project.templates.values().filter(|source| !others.contains(source.name())) {
        files.entry(source.name()).or_insert((source, solution.is_none()));
    }
    files.insert(project.manifest.name(), (&project.manifest, solution.is_none()));
    files.into_values().map(|(source, examined)| (Arc::clone(source), examined)).collect()
}

/// With the files that hold no comments.
fn paths(project: &Project, solution: Option<&str>, read: &[(Arc<SourceFile>, bool)]) -> Vec<String> {
    let solutions = project.solutions.values().filter(|s| solution.is_none_or(|name| name == s.name));
    let documents = solutions.flat_map(|s| s.files.dashboards.iter().chain(&s.files.genie));
    let names = documents.map(|document| document.source.name()).chain(read.iter().map(|(file, _)| file.name()));
    names.collect::<BTreeSet<_>>().into_iter().map(str::to_string).collect()
}

fn sources(files: &SolutionFiles) -> impl Iterator<Item = &Arc<SourceFile>> {
    let documents = files.dashboards.iter().chain(&files.genie);
    let documents = documents.filter(|document| document.form == project::DocumentForm::Yaml);
    let sql = files.sql.iter().map(|file| &file.source);
    let others = files.resources.iter().chain(&files.tests).chain(&files.sources).chain(&files.story);
    sql.chain(documents.map(|document| &document.source)).chain(others)
}
