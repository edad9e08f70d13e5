//! Finding and reading a project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::decode;
use super::files::{Inventory, irregular};
use super::model::{MANIFEST, Project};
use super::yaml;
use crate::diag::{Code, Diagnostic, Diagnostics, SourceFile};
use crate::sys::fs::{self, FsError};

/// The nearest folder at or above `start` that holds a manifest.
pub fn find(start: &Path) -> Result<PathBuf, Diagnostic> {
    let found = start.ancestors().find(|folder| fs::exists(&folder.join(MANIFEST)));
    found.map(Path::to_path_buf).ok_or_else(|| {
        let message = format!("no {MANIFEST} in `{}` or in a folder above it", start.display());
        let hint = format!("go to the project's folder, name it with -C, or write a {MANIFEST}");
        Diagnostic::error(Code::PROJECT_NOT_FOUND, message).hint(hint)
    })
}

/// Reads the manifest and every file of the project at `root`. There is no project when the manifest is not usable.
pub fn load(root: &Path) -> Result<(Option<Project>, Diagnostics), FsError> {
    let path = root.join(MANIFEST);
    let mut out = Diagnostics::default();
    if let Some(what) = irregular(fs::stat(&path)?.as_ref()) {
        let message = format!("{MANIFEST} is {what}");
        return Ok((None, Diagnostic::error(Code::UNREADABLE_FILE, message).into()));
    }
    let Ok(text) = String::from_utf8(fs::read(&path)?) else {
        let message = format!("{MANIFEST} is not UTF-8");
        return Ok((None, Diagnostic::error(Code::UNREADABLE_FILE, message).into()));
    };
    let (project, found) = read(root, text, &BTreeMap::new())?;
    out.extend(found);
    Ok((project, out))
}

/// Reads the project that `root` would be with this manifest and these files in it, by their path.
pub fn load_as(
    root: &Path,
    manifest: String,
    written: &BTreeMap<String, String>,
) -> Result<(Option<Project>, Diagnostics), FsError> {
    read(root, manifest, written)
}

fn read(
    root: &Path,
    manifest: String,
    written: &BTreeMap<String, String>,
) -> Result<(Option<Project>, Diagnostics), FsError> {
    let mut out = Diagnostics::default();
    let (node, found) = yaml::parse(&SourceFile::new(MANIFEST, manifest));
    out.extend(found);
    let Some(mut project) = node.and_then(|node| decode::manifest(root, &node, &mut out)) else {
        return Ok((None, out));
    };
    let mut inventory = Inventory::new(root);
    if project.solutions.values().any(|solution| solution.layout.is_none()) {
        project.templates = inventory.templates()?;
    }
    let only = project.solutions.len() == 1;
    for solution in project.solutions.values_mut() {
        solution.files = match &solution.layout {
            Some(layout) => inventory.scattered(layout, written)?,
            None => inventory.solution(&solution.name, only, &project.templates)?,
        };
    }
    // Folders of a scattered solution are called as they like.
    if project.solutions.values().all(|solution| solution.layout.is_none()) {
        let solutions: Vec<_> = project.solutions.values().collect();
        inventory.strays(&solutions, &project.manifest_start())?;
    }
    out.extend(inventory.finish());
    Ok((Some(project), out))
}
