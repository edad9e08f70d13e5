//! Finding and reading a project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::decode;
use super::files::{Inventory, Overlay, irregular};
use super::model::{MANIFEST, Project};
use super::yaml;
use crate::diag::{Code, Diagnostic, Diagnostics, SourceFile};
use crate::sys::fs::{self, FsError};

/// The nearest folder at or above `start` that holds a manifest.
pub fn find(start: &Path) -> Result<PathBuf, Diagnostic> {
    let found = start.ancestors().find(|folder| fs::exists(&folder.join(MANIFEST)));
    found.map(Path::to_path_buf).ok_or_else(|| {
        let message = format!("no {MANIFEST} in `{}` or in a folder above it", start.display());
        let hint = "go to the project's folder, name it with -C, or let `lakesmith init` make one";
        Diagnostic::error(Code::PROJECT_NOT_FOUND, message).hint(hint)
    })
}

/// Reads the manifest and every file of the project at `root`. There is no project when the manifest is not usable.
pub fn load(root: &Path) -> Result<(Option<Project>, Diagnostics), FsError> {
    load_with(root, &Overlay::default())
}

/// As [`load`], with other texts for some files. They do not replace assets, which are shipped and never read here.
pub fn load_with(root: &Path, overlay: &Overlay) -> Result<(Option<Project>, Diagnostics), FsError> {
    let mut out = Diagnostics::default();
    let manifest = match overlay.get(MANIFEST) {
        Some(Some(source)) => Arc::clone(source),
        Some(None) | None => match manifest(root)? {
            Ok(source) => source,
            Err(diagnostic) => return Ok((None, (*diagnostic).into())),
        },
    };
    let (project, found) = read(root, &manifest, overlay, &BTreeMap::new())?;
    out.extend(found);
    Ok((project, out))
}

/// Reads the project that `root` would be with this manifest and these files in it, by their path.
pub fn load_as(
    root: &Path,
    manifest: String,
    written: &BTreeMap<String, String>,
) -> Result<(Option<Project>, Diagnostics), FsError> {
    read(root, &SourceFile::new(MANIFEST, manifest), &Overlay::default(), written)
}

fn read(
    root: &Path,
    manifest: &Arc<SourceFile>,
    overlay: &Overlay,
    written: &BTreeMap<String, String>,
) -> Result<(Option<Project>, Diagnostics), FsError> {
    let mut out = Diagnostics::default();
    let (node, found) = yaml::parse(manifest);
    out.extend(found);
    let Some(mut project) = node.and_then(|node| decode::manifest(root, &node, &mut out)) else {
        return Ok((None, out));
    };
    let mut inventory = Inventory::new(root, overlay);
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
    let unread = inventory.finish();
    project.is_complete = !unread.has_errors();
    out.extend(unread);
    Ok((Some(project), out))
}

fn manifest(root: &Path) -> Result<Result<Arc<SourceFile>, Box<Diagnostic>>, FsError> {
    let path = root.join(MANIFEST);
    let refused =
        |what: &str| Ok(Err(Box::new(Diagnostic::error(Code::UNREADABLE_FILE, format!("{MANIFEST} is {what}")))));
    if let Some(what) = irregular(fs::stat(&path)?.as_ref()) {
        return refused(what);
    }
    match String::from_utf8(fs::read(&path)?) {
        Ok(text) => Ok(Ok(SourceFile::new(MANIFEST, text))),
        Err(_) => refused("not UTF-8"),
    }
}
