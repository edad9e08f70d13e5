//! What the server holds: open texts by address, and projects by their folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::diag::{Diagnostic, Severity};
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
    /// Of the last check that could read the project.
    pub(super) facts: Option<Arc<Facts>>,
    /// Of the last check in which every file could be read, where that is another one.
    pub(super) sound: Option<Arc<Facts>>,
    pub(super) errors: usize,
    /// Something changed since the last check began.
    pub(super) dirty: bool,
    pub(super) running: bool,
    /// A check is to begin as soon as the running one ends.
    pub(super) due: bool,
    pub(super) published: BTreeMap<String, Value>,
}

impl Project {
    pub(super) fn is_fresh(&self) -> bool {
        !self.dirty && !self.running
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

    /// Takes what a check learned, and gives what is to be published of it: each file whose findings are others.
    pub(super) fn learn(&mut self, root: &Path, snapshot: Snapshot) -> Vec<Value> {
        let Some(project) = self.projects.get(root) else { return Vec::new() };
        let stale = project.dirty;
        let errors = snapshot.findings.count(Severity::Error);
        let is_unread = |finding: &Diagnostic| finding.severity == Severity::Error && finding.code.is_structural();
        let unread = snapshot.findings.iter().any(is_unread);
        let mut files: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let name_uri = |name: &str| self.uri(root, name);
        let places = Places { encoding: self.client.encoding, uri: &name_uri };
        for finding in snapshot.findings.iter() {
            let name = finding.location.as_ref().map_or(MANIFEST, |location| location.file.name());
            files.entry(self.uri(root, name)).or_default().push(places.diagnostic(finding));
        }
        let mut files: BTreeMap<String, Value> =
            files.into_iter().map(|(uri, list)| (uri, Value::Array(list))).collect();
        let versions: BTreeMap<String, i64> =
            self.documents.iter().filter_map(|(uri, document)| Some((uri.clone(), document.version?))).collect();
        let Some(project) = self.projects.get_mut(root) else { return Vec::new() };
        project.errors = errors;
        if let Some(facts) = snapshot.facts {
            let facts = Arc::new(facts);
            if !unread {
                project.sound = Some(Arc::clone(&facts));
            }
            project.facts = Some(facts);
        }
        // Findings of a text that is not there any more would stand at wrong places.
        if stale {
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

    /// Checks that are to begin now: of all projects that changed.
    pub(super) fn begin(&mut self) -> Vec<PathBuf> {
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
            begun.push(root.clone());
        }
        begun
    }
}
