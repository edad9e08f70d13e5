//! Files of a solution that lie as somebody else laid them, and a folder that is no project yet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::checks::covers;
use super::files::{DocumentFile, DocumentForm, Inventory, Overlay, SolutionFiles, SqlFile, decoded, is_yaml, stem};
use super::model::{Layout, OWN};
use super::python::declarations;
use crate::diag::{Diagnostics, SourceFile};
use crate::sys::fs::{self, FsError};

/// Folders that hold what tools made or fetched.
const FOREIGN: [&str; 7] =
    ["node_modules", "site-packages", "venv", "dbt_packages", "target", "build", "spark-warehouse"];
/// No file that people write is longer.
const LONGEST: u64 = 8 << 20;

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Folder {
    pub files: SolutionFiles,
    /// Other texts in which something may make tables: Python, Scala, notebooks, resource files.
    pub others: Vec<Arc<SourceFile>>,
    /// What cannot be read.
    pub findings: Diagnostics,
}

/// Everything below a folder that lakesmith could read.
pub fn folder(root: &Path) -> Result<Folder, FsError> {
    let overlay = Overlay::default();
    let mut inventory = Inventory::new(root, &overlay);
    let layout = Layout { folders: vec![".".into()], ignore: Vec::new() };
    let files = inventory.scattered(&layout, &BTreeMap::new())?;
    let mut others = Vec::new();
    for (path, full) in inventory.beneath(&layout)? {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        if is_short(&full) && ["py", "ipynb", "scala", "r", "R", "yml", "yaml", "sh", "tf"].contains(&ending) {
            // What is no text makes no tables.
            others.extend(quiet(&path, &full));
        }
    }
    Ok(Folder { files, others, findings: inventory.finish() })
}

fn is_short(full: &Path) -> bool {
    fs::stat(full).ok().flatten().is_some_and(|entry| entry.is_file && entry.size <= LONGEST)
}

fn quiet(path: &str, full: &Path) -> Option<Arc<SourceFile>> {
    let bytes = fs::read(full).ok()?;
    decoded(path, bytes).ok().map(|text| SourceFile::new(path, text))
}

impl Inventory<'_> {
    /// Paths below the folders of a layout, each once.
    fn beneath(&mut self, layout: &Layout) -> Result<Vec<(String, std::path::PathBuf)>, FsError> {
        let mut all = BTreeMap::new();
        for folder in &layout.folders {
            for (path, full) in self.below(if folder == "." { "" } else { folder })? {
                let foreign = path.split('/').any(|part| FOREIGN.contains(&part)) || path.starts_with("lakesmith/");
                // A folder of a template is no folder of the lakehouse.
                if !foreign && !path.contains("{{") && !layout.ignore.iter().any(|pattern| covers(pattern, &path)) {
                    all.insert(path, full);
                }
            }
        }
        Ok(all.into_iter().collect())
    }

    /// The files of a solution with a layout. `written` are files that are not there yet.
    pub(super) fn scattered(
        &mut self,
        layout: &Layout,
        written: &BTreeMap<String, String>,
    ) -> Result<SolutionFiles, FsError> {
        let mut files = SolutionFiles::default();
        let mut names = BTreeSet::new();
        for (path, full) in self.beneath(layout)? {
            if path.ends_with(".sql") {
                if let Some(source) = self.text(&path, &full) {
                    files.sql.push(SqlFile { layer: String::new(), name: stem(&path, ".sql"), source });
                }
            } else if path.ends_with(".py") {
                files.python.extend(quiet(&path, &full).filter(|file| declarations(file.text()).of_pipeline));
            } else if path.ends_with(".json") {
                let Some((is_dashboard, source)) = document(self, &path, &full) else { continue };
                let kind = if is_dashboard { ".lvdash.json" } else { ".geniespace.json" };
                let mut name = stem(&stem(&path, kind), ".json");
                if !names.insert((is_dashboard, name.to_lowercase())) {
                    name = path.trim_end_matches(kind).replace('/', "-");
                }
                let file = DocumentFile { name, form: DocumentForm::Export, source };
                if is_dashboard { files.dashboards.push(file) } else { files.genie.push(file) }
            }
        }
        files.unread = self.unread_below("");
        let own = self.below(OWN)?;
        for (path, full) in own.iter().filter(|(path, _)| is_yaml(path) && !written.contains_key(path)) {
            let Some(source) = self.text(path, full) else { continue };
            self::own(&mut files, source);
        }
        for (path, text) in written.iter().filter(|(path, _)| path.starts_with("lakesmith/")) {
            self::own(&mut files, SourceFile::new(path, text.clone()));
        }
        Ok(files)
    }
}

fn own(files: &mut SolutionFiles, source: Arc<SourceFile>) {
    let inner = source.name().strip_prefix("lakesmith/").unwrap_or_default();
    match inner {
        "sources.yml" => files.sources = Some(source),
        _ if inner.starts_with("tests/") => files.tests.push(source),
        _ => files.resources.push(source),
    }
}

/// A dashboard (`true`) or a Genie space: by its name, or as the API's answer that was saved.
fn document(inventory: &mut Inventory<'_>, path: &str, full: &Path) -> Option<(bool, Arc<SourceFile>)> {
    if path.ends_with(".lvdash.json") {
        return Some((true, inventory.text(path, full)?));
    }
    if path.ends_with(".geniespace.json") {
        return Some((false, inventory.text(path, full)?));
    }
    if !is_short(full) {
        return None;
    }
    let source = quiet(path, full)?;
    let start = source.text().trim_start();
    let answer = |key: &str| {
        let value = serde_json::from_str::<serde_json::Value>(start).ok();
        value.is_some_and(|value| value.get(key).is_some_and(serde_json::Value::is_string))
    };
    for (key, is_dashboard) in [("serialized_dashboard", true), ("serialized_space", false)] {
        if start.contains(&format!("\"{key}\"")) && answer(key) {
            return Some((is_dashboard, source));
        }
    }
    None
}
