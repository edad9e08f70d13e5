//! The snapshots that a project keeps below `tests/snapshots`: comparing with them, and putting others in their place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::views::test::Failure;
use crate::sys::fs;

/// Relative to the project.
const FOLDER: &str = "tests/snapshots";

/// Does the project keep any?
pub(super) fn any(root: &Path) -> bool {
    fs::is_dir(&root.join(FOLDER))
}

/// Of a solution for a target, relative to the project.
pub(super) fn folder(target: &str, solution: &str) -> String {
    format!("{FOLDER}/{target}/{solution}")
}

/// Everything that is not as it was kept; `made` is by path inside the folder.
pub(super) fn compare(root: &Path, folder: &str, made: &BTreeMap<String, String>) -> anyhow::Result<Vec<Failure>> {
    let kept = kept(root, folder)?;
    if kept.is_empty() {
        return Ok(vec![Failure::NoSnapshot]);
    }
    let paths: BTreeSet<&String> = kept.keys().chain(made.keys()).collect();
    let different = paths.into_iter().filter(|path| kept.get(*path) != made.get(*path));
    let failure = |path: &String| Failure::Snapshot {
        path: format!("{folder}/{path}"),
        kept: kept.get(path).cloned(),
        made: made.get(path).cloned(),
    };
    Ok(different.map(failure).collect())
}

/// Keeps what was made and removes what is no longer made. The number of files that changed.
pub(super) fn accept(root: &Path, folder: &str, made: &BTreeMap<String, String>) -> anyhow::Result<usize> {
    let kept = kept(root, folder)?;
    let mut changed = 0;
    for (path, text) in made.iter().filter(|(path, text)| kept.get(*path) != Some(*text)) {
        fs::write(&root.join(folder).join(path), text.as_bytes())?;
        changed += 1;
    }
    for path in kept.keys().filter(|path| !made.contains_key(*path)) {
        let full = root.join(folder).join(path);
        fs::remove_file(&full)?;
        remove_empty(root, full.parent())?;
        changed += 1;
    }
    Ok(changed)
}

/// Folders of targets and solutions that the project no longer has, relative to the project.
pub(super) fn strays(root: &Path, wanted: &BTreeSet<String>) -> anyhow::Result<Vec<String>> {
    let mut strays = Vec::new();
    for target in fs::list(&root.join(FOLDER))?.into_iter().filter(|entry| entry.is_dir) {
        for solution in fs::list(&target.path)?.into_iter().filter(|entry| entry.is_dir) {
            let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_string);
            let (Some(target), Some(solution)) = (name(&target.path), name(&solution.path)) else { continue };
            let folder = folder(&target, &solution);
            if !wanted.contains(&folder) {
                strays.push(folder);
            }
        }
    }
    Ok(strays)
}

fn remove_empty(root: &Path, folder: Option<&Path>) -> anyhow::Result<()> {
    let stop = root.join(FOLDER);
    for folder in folder.into_iter().flat_map(Path::ancestors).take_while(|folder| folder.starts_with(&stop)) {
        if !fs::remove_empty_dir(folder)? {
            break;
        }
    }
    Ok(())
}

fn kept(root: &Path, folder: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let full = root.join(folder);
    let mut kept = BTreeMap::new();
    for entry in fs::walk_files(&full)? {
        let Some(path) = entry.path.strip_prefix(&full).ok().and_then(Path::to_str) else { continue };
        // A file that is no text was not written by this program, and so differs from all that it makes.
        let text = String::from_utf8_lossy(&fs::read(&entry.path)?).into_owned();
        kept.insert(path.replace('\\', "/"), text);
    }
    Ok(kept)
}
