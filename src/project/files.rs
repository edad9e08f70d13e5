//! The file inventory: which file of the project is what. The folder decides, never the content.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;
use std::sync::Arc;

use rayon::prelude::*;

use super::model::{CONTENT, MANIFEST, Solution};
use super::python::declarations;
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile};
use crate::sys::fs::{self, FsError};

/// Texts below `sql/` by their path relative to it.
pub type Templates = BTreeMap<String, Arc<SourceFile>>;

/// The texts of one solution, each list by path.
#[derive(Clone, Default, Debug)]
pub struct SolutionFiles {
    pub sql: Vec<SqlFile>,
    /// SQL files that are there and cannot be read: what they make is unknown.
    pub unread: Vec<UnreadFile>,
    /// Python files that declare datasets of pipelines: beside the SQL, as it is never a template.
    pub python: Vec<Arc<SourceFile>>,
    /// `jobs/<solution>/*.yml`
    pub resources: Vec<Arc<SourceFile>>,
    /// Every other file below `jobs/<solution>/`: Python tasks and what they need.
    pub assets: Vec<Asset>,
    /// `dashboards/<solution>/*.yml` and `*.lvdash.json`
    pub dashboards: Vec<DocumentFile>,
    /// `genie/<solution>/*.yml` and `*.geniespace.json`
    pub genie: Vec<DocumentFile>,
    /// `sql/<solution>/tests/*.yml`
    pub tests: Vec<Arc<SourceFile>>,
    /// `sql/<solution>/tests/**/*.csv` by path: rows that tests name.
    pub test_rows: BTreeMap<String, Arc<SourceFile>>,
    /// `sql/<solution>/sources.yml`
    pub sources: Option<Arc<SourceFile>>,
    /// `sql/<solution>/story.yml`
    pub story: Option<Arc<SourceFile>>,
}

/// `sql/<solution>/<layer>/**/<name>.sql`
#[derive(Clone, Debug)]
pub struct SqlFile {
    /// Empty for a file that lies beside the layers.
    pub layer: String,
    pub name: String,
    pub source: Arc<SourceFile>,
}

/// The place of a SQL file without its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnreadFile {
    /// Relative to the project.
    pub path: String,
    /// As of a [`SqlFile`].
    pub layer: String,
    pub name: String,
}

/// A file that is shipped as it is.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Relative to the project.
    pub path: String,
    /// Where to read it.
    pub full_path: PathBuf,
}

/// A dashboard or a Genie space.
#[derive(Clone, Debug)]
pub struct DocumentFile {
    pub name: String,
    pub form: DocumentForm,
    pub source: Arc<SourceFile>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DocumentForm {
    /// A YAML template in lakesmith's own form.
    Yaml,
    /// Exported from the UI: never a template.
    Export,
}

/// Texts that stand for files of the project, by path relative to it: what an editor holds and has not saved. `None`
/// stands for a file that is not there.
#[derive(Clone, Default, Debug)]
pub struct Overlay(BTreeMap<String, Option<Arc<SourceFile>>>);

impl Overlay {
    pub fn put(&mut self, path: &str, text: impl Into<String>) {
        self.0.insert(path.to_string(), Some(SourceFile::new(path, text)));
    }

    pub fn remove(&mut self, path: &str) {
        self.0.insert(path.to_string(), None);
    }

    /// What stands for the file, if it is held here at all.
    pub fn get(&self, path: &str) -> Option<Option<&Arc<SourceFile>>> {
        self.0.get(path).map(Option::as_ref)
    }

    fn below(&self, folder: &str) -> impl Iterator<Item = &str> {
        let present = self.0.iter().filter(|(_, source)| source.is_some()).map(|(path, _)| path.as_str());
        present.filter(move |path| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }
}

/// Reads files of one project and remembers what could not be read.
pub(super) struct Inventory<'p> {
    pub(super) root: &'p Path,
    overlay: &'p Overlay,
    /// What is below `sql`.
    sql: Vec<(String, PathBuf)>,
    /// Paths of files that are there and cannot be read.
    unread: BTreeSet<String>,
    diagnostics: Diagnostics,
}

impl<'p> Inventory<'p> {
    pub(super) fn new(root: &'p Path, overlay: &'p Overlay) -> Self {
        Self { root, overlay, sql: Vec::new(), unread: BTreeSet::new(), diagnostics: Diagnostics::default() }
    }

    pub(super) fn finish(self) -> Diagnostics {
        self.diagnostics
    }

    /// Every `.sql` below `sql/`.
    pub(super) fn templates(&mut self) -> Result<Templates, FsError> {
        self.sql = self.below("sql")?;
        let wanted = self.sql.iter().filter(|(path, _)| path.ends_with(".sql"));
        let wanted: Vec<&(String, PathBuf)> = wanted.collect();
        let overlay = self.overlay;
        let read: Vec<_> = wanted.par_iter().map(|(path, full)| (path, read(path, full, overlay))).collect();
        let mut templates = Templates::new();
        for (path, source) in read {
            match (path.strip_prefix("sql/"), source) {
                (Some(inner), Ok(source)) => drop(templates.insert(inner.to_string(), source)),
                (inner, Err(diagnostic)) => {
                    // Who imports macros needs them, whatever bytes a comment among them has.
                    let shared = inner.filter(|inner| inner.split('/').any(|part| part.starts_with('_')));
                    if let (Some(inner), Some(location)) = (shared, &diagnostic.location) {
                        templates.insert(inner.to_string(), Arc::clone(&location.file));
                    }
                    self.unread.insert(path.clone());
                    self.diagnostics.push(diagnostic);
                }
                (None, Ok(_)) => {}
            }
        }
        Ok(templates)
    }

    pub(super) fn solution(&mut self, name: &str, only: bool, templates: &Templates) -> Result<SolutionFiles, FsError> {
        let mut files = SolutionFiles::default();
        let folder = self.folder("sql", name, only);
        let start = format!("{folder}/");
        let own: Vec<(String, PathBuf)> =
            self.sql.iter().filter(|(path, _)| path.starts_with(&start)).cloned().collect();
        for (path, full) in own {
            let inner = &path[start.len()..];
            match (inner.rsplit_once('/'), inner) {
                (None, "sources.yml") => files.sources = self.text(&path, &full),
                (None, "story.yml") => files.story = self.text(&path, &full),
                _ if inner.starts_with('_') => {}
                _ if inner.starts_with("tests/") => {
                    if is_yaml(inner) {
                        files.tests.extend(self.text(&path, &full));
                    } else if inner.ends_with(".csv")
                        && let Some(rows) = self.text(&path, &full)
                    {
                        files.test_rows.insert(path, rows);
                    }
                }
                _ if inner.ends_with(".py") => {
                    files.python.extend(self.text(&path, &full).filter(|file| declarations(file.text()).of_pipeline));
                }
                (location, _) => {
                    if let Some(source) = path.strip_prefix("sql/").and_then(|path| templates.get(path)) {
                        let layer = location.map_or("", |(folders, _)| first_folder(folders)).to_string();
                        files.sql.push(SqlFile { layer, name: stem(inner, ".sql"), source: Arc::clone(source) });
                    }
                }
            }
        }
        files.unread = self.unread_below(&start);
        for (path, full) in self.below(&self.folder("jobs", name, only))? {
            if is_yaml(&path) {
                files.resources.extend(self.text(&path, &full));
            } else {
                files.assets.push(Asset { path, full_path: full });
            }
        }
        files.dashboards = self.documents(&self.folder("dashboards", name, only), ".lvdash.json")?;
        files.genie = self.documents(&self.folder("genie", name, only), ".geniespace.json")?;
        Ok(files)
    }

    /// Folders directly below `sql/` that belong to no solution: probably a misspelt name.
    pub(super) fn strays(&mut self, solutions: &[&Solution], manifest: &Location) -> Result<(), FsError> {
        if solutions.len() < 2 {
            return Ok(());
        }
        for top in CONTENT {
            for entry in fs::list(&self.root.join(top))?.iter().filter(|entry| entry.is_dir) {
                let name = entry.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                if name.starts_with(['_', '.']) || solutions.iter().any(|solution| solution.name == name) {
                    continue;
                }
                let message = format!("the folder `{top}/{name}` belongs to no solution of {MANIFEST}");
                let known = solutions.iter().map(|solution| solution.name.as_str());
                let diagnostic = Diagnostic::warning(Code::UNKNOWN_SOLUTION, message).at(manifest.clone());
                self.diagnostics.push(diagnostic.suggest(name, known));
            }
        }
        Ok(())
    }

    fn documents(&mut self, folder: &str, export: &str) -> Result<Vec<DocumentFile>, FsError> {
        let mut documents = Vec::new();
        for (path, full) in self.below(folder)? {
            let (form, name) = if path.ends_with(export) {
                (DocumentForm::Export, stem(&path, export))
            } else if is_yaml(&path) {
                (DocumentForm::Yaml, stem(&stem(&path, ".yaml"), ".yml"))
            } else {
                continue;
            };
            if let Some(source) = self.text(&path, &full) {
                documents.push(DocumentFile { name, form, source });
            }
        }
        Ok(documents)
    }

    /// `top/<solution>`, or `top` itself where the only solution leaves its level out.
    fn folder(&self, top: &str, solution: &str, only: bool) -> String {
        let nested = format!("{top}/{solution}");
        if only && !fs::is_dir(&self.root.join(&nested)) { top.to_string() } else { nested }
    }

    /// Files below a folder of the project: path relative to the project with `/`, and where it is. Hidden files and
    /// folders and Python's caches are left out.
    pub(super) fn below(&mut self, folder: &str) -> Result<Vec<(String, PathBuf)>, FsError> {
        let mut files = Vec::new();
        for (full, is_regular) in fs::walk_paths(&self.root.join(folder))? {
            let Ok(relative) = full.strip_prefix(self.root) else {
                continue;
            };
            let parts: Option<Vec<&str>> = relative.components().map(|part| part.as_os_str().to_str()).collect();
            let Some(parts) = parts else {
                let message = format!("the name of `{}` is not UTF-8", relative.display());
                self.diagnostics.push(Diagnostic::error(Code::UNREADABLE_FILE, message));
                continue;
            };
            if parts.iter().any(|part| part.starts_with('.') || *part == "__pycache__") {
                continue;
            }
            let path = parts.join("/");
            // A link counts as what it leads to.
            // A link that comes back to itself leads nowhere.
            let why = if is_regular { None } else { irregular(fs::stat(&full).ok().flatten().as_ref()) };
            match why {
                None => files.push((path, full)),
                Some(what) if is_read(&path) => {
                    let file = SourceFile::new(path, "");
                    let diagnostic = Diagnostic::error(Code::UNREADABLE_FILE, format!("`{}` is {what}", file.name()));
                    let start = Location::new(&file, crate::diag::Span::new(0, 0));
                    self.unread.insert(file.name().to_string());
                    self.diagnostics.push(diagnostic.at(start).hint("only regular files are read"));
                }
                Some(_) => {}
            }
        }
        files.retain(|(path, _)| !matches!(self.overlay.get(path), Some(None)));
        for path in self.overlay.below(folder) {
            if !files.iter().any(|(known, _)| known == path) {
                files.push((path.to_string(), self.root.join(path)));
            }
        }
        // By the text that is shown, not by the system's path order.
        files.sort();
        Ok(files)
    }

    pub(super) fn text(&mut self, path: &str, full: &Path) -> Option<Arc<SourceFile>> {
        let read = read(path, full, self.overlay);
        read.map_err(|diagnostic| {
            self.unread.insert(path.to_string());
            self.diagnostics.push(diagnostic);
        })
        .ok()
    }

    /// The SQL files of a solution that cannot be read. `start`: its folder and `/`, or nothing where files lie as
    /// somebody else laid them.
    pub(super) fn unread_below(&self, start: &str) -> Vec<UnreadFile> {
        let inner = |path: &str| Some(path.strip_prefix(start)?.to_string()).filter(|_| path.ends_with(".sql"));
        let own = self.unread.iter().filter_map(|path| Some((path.clone(), inner(path)?)));
        let own = own.filter(|(_, inner)| !inner.starts_with('_') && !inner.starts_with("tests/"));
        let file = |(path, inner): (String, String)| {
            let layer = if start.is_empty() || !inner.contains('/') { "" } else { first_folder(&inner) };
            UnreadFile { path, layer: layer.to_string(), name: stem(&inner, ".sql") }
        };
        own.map(file).collect()
    }
}

fn read(path: &str, full: &Path, overlay: &Overlay) -> Result<Arc<SourceFile>, Diagnostic> {
    if let Some(Some(source)) = overlay.get(path) {
        return Ok(Arc::clone(source));
    }
    let bytes = fs::read(full).map_err(|error| {
        let start = Location::new(&SourceFile::new(path, ""), crate::diag::Span::new(0, 0));
        let message = format!("the file cannot be read: {}", error.source);
        Diagnostic::error(Code::UNREADABLE_FILE, message).at(start)
    })?;
    decoded(path, bytes).map(|text| SourceFile::new(path, text)).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let file = SourceFile::new(path, String::from_utf8_lossy(error.as_bytes()));
        let location = Location::new(&file, crate::diag::Span::new(at, at));
        Diagnostic::error(Code::UNREADABLE_FILE, "the file is not UTF-8").at(location)
    })
}

/// The text of a file's bytes. JSON and CSV have no mark of the byte order, which Windows' editors write all the same.
pub fn decoded(path: &str, bytes: Vec<u8>) -> Result<String, FromUtf8Error> {
    let mut text = String::from_utf8(bytes)?;
    if text.starts_with(BYTE_ORDER_MARK) && [".json", ".csv"].iter().any(|ending| path.ends_with(ending)) {
        text.drain(..BYTE_ORDER_MARK.len_utf8());
    }
    Ok(text)
}

const BYTE_ORDER_MARK: char = '\u{feff}';

fn first_folder(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

/// What stands in a file's place, if it is no regular file: reading it could fail or never end.
pub(super) fn irregular(found: Option<&fs::Entry>) -> Option<&'static str> {
    match found {
        None => Some("a link to nothing"),
        Some(entry) if entry.is_file => None,
        Some(entry) if entry.is_dir => Some("a folder"),
        Some(_) => Some("a pipe, a socket or a device"),
    }
}

/// Would the file be read? Below `jobs/` everything is.
fn is_read(path: &str) -> bool {
    path.starts_with("jobs/") || is_yaml(path) || path.ends_with(".sql") || path.ends_with(".json")
}

pub(super) fn is_yaml(path: &str) -> bool {
    path.ends_with(".yml") || path.ends_with(".yaml")
}

/// The last part of a path without its ending.
pub(super) fn stem(path: &str, ending: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(ending).unwrap_or(name).to_string()
}
