//! The folder that `render --out` fills: what it wrote there before and no longer makes goes away, and nothing else.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::views::render::File;
use crate::ident::ContentHash;
use crate::sys::fs;

/// What was written, inside the folder itself so that it moves with it.
const LIST: &str = ".lakesmith-render.json";

#[derive(Serialize, Deserialize)]
struct List {
    version: u32,
    files: BTreeMap<String, Written>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    solution: String,
    sha256: ContentHash,
}

/// Writes the files at their paths below `folder`. `complete` says that `files` are all of a solution, or of all
/// solutions for `Some(None)`: then the others that an earlier call wrote are removed, unless they were changed since.
pub(super) fn write(
    root: &Path,
    folder: &Path,
    files: &[File<'_>],
    complete: Option<Option<&str>>,
) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    // The rendered files have the templates' paths: in the project's own folder they would replace them.
    if fs::canonicalize(folder)? == fs::canonicalize(root)? {
        bail!("`{}` is the project's folder, and the templates would be overwritten", folder.display());
    }
    let mut list = read(&folder.join(LIST))?;
    let mut written = BTreeMap::new();
    for file in files {
        fs::write(&folder.join(file.path), file.text.as_bytes())?;
        let sha256 = ContentHash::of(file.text.as_bytes());
        written.insert(file.path.to_string(), Written { solution: file.solution.to_string(), sha256 });
    }
    list.retain(|path, _| !written.contains_key(path));
    if let Some(solution) = complete {
        let gone = |written: &Written| solution.is_none_or(|solution| solution == written.solution);
        for (path, old) in list.extract_if(.., |_, written| gone(written)) {
            remove(folder, &path, &old.sha256)?;
        }
    }
    list.extend(written);
    let text = serde_json::to_vec_pretty(&List { version: 1, files: list })?;
    Ok(fs::write(&folder.join(LIST), &text)?)
}

fn read(path: &Path) -> anyhow::Result<BTreeMap<String, Written>> {
    let Some(bytes) = fs::read_optional(path)? else { return Ok(BTreeMap::new()) };
    let list: List = serde_json::from_slice(&bytes)
        .with_context(|| format!("{} does not say what was written here before; remove it", path.display()))?;
    Ok(list.files)
}

/// Removes a file that is as it was written, and the folders that it leaves empty.
fn remove(folder: &Path, path: &str, sha256: &ContentHash) -> anyhow::Result<()> {
    let path = Path::new(path);
    // A list that somebody edited must not reach outside the folder.
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Ok(());
    }
    match fs::read_optional(&folder.join(path))? {
        Some(bytes) if ContentHash::of(&bytes) == *sha256 => {}
        _ => return Ok(()),
    }
    fs::remove_file(&folder.join(path))?;
    for parent in path.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty()) {
        if !fs::remove_empty_dir(&folder.join(parent))? {
            break;
        }
    }
    Ok(())
}
