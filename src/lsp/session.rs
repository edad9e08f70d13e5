//! What the server holds: open texts by address, and projects by their folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::project::{MANIFEST, Overlay};

use super::diagnostics::Places;
use super::document::Document;
use super::facts::{Facts, Snapshot};
use super::position::Encoding;
use super::uri;

/// What the client said that it can do.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Client {
    pub(super) encoding: Encoding,
    /// Takes a request to watch files.
    pub(super) watches: bool,
    pub(super) document_changes: bool,
    pub(super) renames_files: bool,
}

#[derive(Default, Debug)]
pub(super) struct Session {
    pub(super) client: Client,
    /// By address, as the client writes it.
    pub(super) documents: BTreeMap<String, Document>,
    pub(super) projects: BTreeMap<PathBuf, Project>,
}

/// A folder with a manifest.
#[derive(Default, Debug)]
pub(super) struct Project {
    /// Counts the changes.
    pub(super) edition: u64,
    /// Something changed since the last check began.
    pub(super) dirty: bool,
    /// The files in which that was.
    pub(super) changed: BTreeSet<String>,
    pub(super) running: bool,
    /// A check is to begin as soon as the running one ends.
    pub(super) due: bool,
    /// Of the last check.
    pub(super) errors: usize,
    pub(super) published: BTreeMap<String, Value>,
    pub(super) learning: bool,
    /// The edition that was learned of last, as far as it could be.
    pub(super) known: Option<u64>,
    /// Of the last edition that could be read so far.
    pub(super) facts: Option<Arc<Facts>>,
    pub(super) facts_of: Option<u64>,
    /// Of the last edition in which every file could be read, where that is another one.
    pub(super) sound: Option<Arc<Facts>>,
}

impl Project {
    /// The file may have another text.
    pub(super) fn change(&mut self, file: String) {
        self.edition += 1;
        self.dirty = true;
        self.changed.insert(file);
    }

    /// Is it known what is wrong with the project as it is?
    pub(super) fn is_checked(&self) -> bool {
        !self.dirty && !self.running
    }

    /// Is known of the project as it is what can be known?
    pub(super) fn is_known(&self) -> bool {
        self.known == Some(self.edition)
    }

    /// Is there time to learn, and something to be learned?
    pub(super) fn is_idle(&self) -> bool {
        self.is_checked() && !self.learning && !self.is_known()
    }
}

impl Session {
    /// The project of a path, and the path within it. The deepest folder is its own project.
    pub(super) fn place(&self, path: &Path) -> Option<(&PathBuf, String)> {
        let root =
            self.projects.keys().filter(|root| path.starts_with(root)).max_by_key(|root| root.components().count())?;
        Some((root, uri::relative(root, path)?))
    }

    /// The texts of the editor that stand for a project's files.
    pub(super) fn overlay(&self, root: &Path) -> Overlay {
        let mut overlay = Overlay::default();
        for document in self.documents.values() {
            if let Some((own, name)) = self.place(&document.path)
                && own == root
            {
                overlay.put(&name, document.text.clone());
            }
        }
        overlay
    }

    /// As the client writes the address of a project's file.
    pub(super) fn uri(&self, root: &Path, name: &str) -> String {
        let path = root.join(name);
        let open = self.documents.iter().find(|(_, document)| document.path == path);
        open.map_or_else(|| uri::uri(&path), |(uri, _)| uri.clone())
    }

    pub(super) fn version(&self, root: &Path, name: &str) -> Option<i64> {
        let path = root.join(name);
        self.documents.values().find(|document| document.path == path)?.version
    }

    /// Takes what was learned of an edition.
    pub(super) fn learn(&mut self, root: &Path, snapshot: Snapshot, edition: u64) {
        let Some(project) = self.projects.get_mut(root) else { return };
        let Some(facts) = snapshot.facts else { return };
        let is_unread = |finding: &Diagnostic| finding.severity == Severity::Error && finding.code.is_structural();
        if !snapshot.findings.iter().any(is_unread) {
            project.sound = Some(Arc::clone(&facts));
        }
        (project.facts, project.facts_of) = (Some(facts), Some(edition));
    }

    /// Takes what a check found, and gives what is to be published of it: each file whose findings are others.
    pub(super) fn find(&mut self, root: &Path, findings: &Diagnostics) -> Vec<Value> {
        let mut files: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let name_uri = |name: &str| self.uri(root, name);
        let places = Places { encoding: self.client.encoding, uri: &name_uri };
        for finding in findings.iter() {
            let name = finding.location.as_ref().map_or(MANIFEST, |location| location.file.name());
            files.entry(self.uri(root, name)).or_default().push(places.diagnostic(finding));
        }
        let mut files: BTreeMap<String, Value> =
            files.into_iter().map(|(uri, list)| (uri, Value::Array(list))).collect();
        let versions: BTreeMap<String, i64> =
            self.documents.iter().filter_map(|(uri, document)| Some((uri.clone(), document.version?))).collect();
        let Some(project) = self.projects.get_mut(root) else { return Vec::new() };
        project.errors = findings.count(Severity::Error);
        // Findings of a text that is not there any more would stand at wrong places.
        if project.dirty {
            return Vec::new();
        }
        let mut messages = Vec::new();
        for uri in project.published.keys().filter(|uri| !files.contains_key(*uri)) {
            messages.push((uri.clone(), json!([])));
        }
        for (uri, list) in &files {
            if project.published.get(uri) != Some(list) {
                messages.push((uri.clone(), list.clone()));
            }
        }
        std::mem::swap(&mut project.published, &mut files);
        let message = |(uri, diagnostics): (String, Value)| {
            let version = versions.get(&uri).copied();
            let mut params = json!({ "uri": uri, "diagnostics": diagnostics });
            if let Some(version) = version {
                params["version"] = json!(version);
            }
            params
        };
        messages.into_iter().map(message).collect()
    }

    pub(super) fn edition(&self, root: &Path) -> u64 {
        self.projects.get(root).map_or(0, |project| project.edition)
    }

    /// Checks that are to begin now: of all projects that changed, with the files in which they did.
    pub(super) fn begin(&mut self) -> Vec<(PathBuf, BTreeSet<String>)> {
        let mut begun = Vec::new();
        for (root, project) in &mut self.projects {
            if !project.dirty {
                continue;
            }
            if project.running {
                project.due = true;
                continue;
            }
            (project.dirty, project.running, project.due) = (false, true, false);
            begun.push((root.clone(), std::mem::take(&mut project.changed)));
        }
        begun
    }
}
