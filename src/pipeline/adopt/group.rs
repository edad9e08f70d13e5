//! Which files make one pipeline.

use std::collections::{BTreeMap, BTreeSet};

use super::classify::{File, FileKind};

/// Files that are assumed to be the sources of one pipeline.
pub(super) struct Group<'f> {
    /// What it is called in the resource files.
    pub(super) key: String,
    pub(super) files: Vec<&'f File>,
    pub(super) datasets: BTreeSet<String>,
}

/// A folder's files are one pipeline, unless two of them declare the same dataset: then each is its own. Pipelines of
/// which one reads the datasets of another by bare names are one.
pub(super) fn groups(files: &[File]) -> Vec<Group<'_>> {
    let mut folders: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.kind == FileKind::Pipeline) {
        folders.entry(file.folder()).or_default().push(file);
    }
    let mut groups = Vec::new();
    for (folder, files) in folders {
        let all: usize = files.iter().map(|file| file.datasets.len()).sum();
        let datasets: BTreeSet<String> = files.iter().flat_map(|file| file.datasets.clone()).collect();
        if datasets.len() == all {
            groups.push(Group { key: folder.to_string(), files, datasets });
        } else {
            groups.extend(files.into_iter().map(|file| Group {
                key: file.path().rsplit_once('.').map_or(file.path(), |(stem, _)| stem).to_string(),
                files: vec![file],
                datasets: file.datasets.clone(),
            }));
        }
    }
    while let Some((into, from)) = connected(&groups) {
        let taken = groups.remove(from);
        if let Some(group) = groups.get_mut(into) {
            group.key = common(&group.key, &taken.key);
            group.files.extend(taken.files);
            group.datasets.extend(taken.datasets);
        }
    }
    let mut keys = BTreeSet::new();
    for group in &mut groups {
        group.files.sort_by(|a, b| a.path().cmp(b.path()));
        group.key = unique(&group.key, &mut keys);
    }
    groups
}

/// Two groups, the first before the second, of which one needs what only the other makes.
fn connected(groups: &[Group<'_>]) -> Option<(usize, usize)> {
    for (reader, group) in groups.iter().enumerate() {
        for name in group.files.iter().flat_map(|file| &file.reads) {
            let name = match name.as_slice() {
                [name] => name,
                [live, name] if live == "live" => name,
                _ => continue,
            };
            if group.datasets.contains(name) {
                continue;
            }
            let makers = groups.iter().enumerate().filter(|(_, other)| other.datasets.contains(name));
            let makers: Vec<usize> = makers.map(|(at, _)| at).collect();
            if let [maker] = makers.as_slice()
                && groups.get(*maker).is_some_and(|other| other.datasets.is_disjoint(&group.datasets))
            {
                return Some((reader.min(*maker), reader.max(*maker)));
            }
        }
    }
    None
}

fn common(a: &str, b: &str) -> String {
    let parts = a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).map(|(a, _)| a);
    parts.collect::<Vec<_>>().join("/")
}

/// A key for resource files: the last folder, with those before it where it is taken.
fn unique(path: &str, taken: &mut BTreeSet<String>) -> String {
    let parts: Vec<String> = path.split('/').map(plain).filter(|part| !part.is_empty()).collect();
    for from in (0..parts.len()).rev() {
        let key = parts.get(from..).unwrap_or_default().join("_");
        if taken.insert(key.clone()) {
            return key;
        }
    }
    let base = if parts.is_empty() { "pipeline".to_string() } else { parts.join("_") };
    let mut number = 1;
    loop {
        let key = if number == 1 { base.clone() } else { format!("{base}_{number}") };
        if taken.insert(key.clone()) {
            return key;
        }
        number += 1;
    }
}

/// Letters, digits and `_`, a letter first.
pub(in super::super) fn plain(text: &str) -> String {
    let text: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let text = text.trim_matches('_').to_string();
    if text.starts_with(|c: char| c.is_ascii_digit()) { format!("n{text}") } else { text }
}
