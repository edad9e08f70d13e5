//! Files of volumes and of the workspace. A path from outside is checked part by part before it touches the disk,
//! so it cannot leave its tree.

use std::path::PathBuf;

use super::StoreError;
use crate::ident::{Identifier, TableName};
use crate::sys::fs;

/// A checked path inside a tree: plain names, joined by `/`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct TreePath(Vec<String>);

impl TreePath {
    /// `a/b`, `/a/b` and `/a/b/` are the same; the empty path is the root.
    pub fn parse(path: &str) -> Result<Self, StoreError> {
        let refuse = |reason| StoreError::Path { path: path.to_string(), reason };
        let mut parts = Vec::new();
        for part in path.trim_matches('/').split('/') {
            if part.is_empty() && path.trim_matches('/').is_empty() {
                continue;
            }
            check_part(part).map_err(refuse)?;
            parts.push(part.to_string());
        }
        Ok(Self(parts))
    }

    pub fn parts(&self) -> &[String] {
        &self.0
    }

    /// Its first `count` names.
    pub fn prefix(&self, count: usize) -> Self {
        Self(self.0.iter().take(count).cloned().collect())
    }

    /// With `/` between the names and none at the ends.
    pub fn text(&self) -> String {
        self.0.join("/")
    }
}

/// One name of a path; joined to others it stays below them.
fn check_part(part: &str) -> Result<(), &'static str> {
    match part {
        "" => Err("an empty name"),
        "." | ".." => Err("`.` and `..` are not allowed"),
        _ if part.len() > 255 => Err("a name of more than 255 bytes"),
        _ if part.contains(['/', '\\', '\0']) || part.chars().any(char::is_control) => {
            Err("a character that is not allowed in a name")
        }
        _ => Ok(()),
    }
}

/// `/Volumes/<catalog>/<schema>/<volume>/…`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VolumePath {
    pub volume: TableName,
    pub path: TreePath,
    /// The volume's folder inside the tree of volumes.
    root: TreePath,
}

impl VolumePath {
    /// Also with the `dbfs:` prefix, which Databricks accepts.
    pub fn parse(path: &str) -> Result<Self, StoreError> {
        let refuse = |reason| StoreError::Path { path: path.to_string(), reason };
        let rest = path.strip_prefix("dbfs:").unwrap_or(path);
        let rest = rest.strip_prefix("/Volumes/").ok_or_else(|| refuse("it must start with /Volumes/"))?;
        let parts = TreePath::parse(rest)?.0;
        let [catalog, schema, volume, inner @ ..] = parts.as_slice() else {
            return Err(refuse("it must name a catalog, a schema and a volume"));
        };
        let name = |part: &String| Identifier::object(part.as_str()).map_err(|_| refuse("not an object name"));
        let volume = TableName { catalog: name(catalog)?, schema: name(schema)?, name: name(volume)? };
        Ok(Self { root: Self::root(&volume)?, volume, path: TreePath(inner.to_vec()) })
    }

    /// The volume's own folder inside the tree of volumes. A name that is no folder's name is refused: joined to the
    /// tree, an absolute one would replace it.
    pub(super) fn root(volume: &TableName) -> Result<TreePath, StoreError> {
        let part = |name: &Identifier| -> Result<String, StoreError> {
            let part = name.folded();
            let refuse = |reason| StoreError::Path { path: volume.to_string(), reason };
            check_part(&part).map_err(refuse)?;
            Ok(part)
        };
        Ok(TreePath(vec![part(&volume.catalog)?, part(&volume.schema)?, part(&volume.name)?]))
    }

    /// Another path in the same volume.
    pub fn at(&self, path: TreePath) -> Self {
        Self { path, ..self.clone() }
    }

    /// Where it is inside the tree of volumes (names of objects ignore case, names of files do not).
    pub fn tree_path(&self) -> TreePath {
        let mut parts = self.root.0.clone();
        parts.extend_from_slice(&self.path.0);
        TreePath(parts)
    }
}

impl std::fmt::Display for VolumePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let TableName { catalog, schema, name } = &self.volume;
        write!(f, "/Volumes/{catalog}/{schema}/{name}")?;
        self.path.0.iter().try_for_each(|part| write!(f, "/{part}"))
    }
}

/// What is at a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileInfo {
    pub path: TreePath,
    pub is_dir: bool,
    pub size: u64,
    /// Milliseconds since the epoch.
    pub modified_ms: i64,
}

/// A folder of the data folder and everything below it.
#[derive(Clone, Debug)]
pub struct FileTree {
    root: PathBuf,
}

impl FileTree {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Its place on disk.
    pub fn disk_path(&self, path: &TreePath) -> PathBuf {
        let mut full = self.root.clone();
        full.extend(&path.0);
        full
    }

    pub fn read(&self, path: &TreePath) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(fs::read_optional(&self.disk_path(path))?)
    }

    /// For reading piece by piece: the content is that of now, whatever is written later.
    pub fn open(&self, path: &TreePath) -> Result<Option<fs::File>, StoreError> {
        Ok(fs::open_optional(&self.disk_path(path))?)
    }

    /// Writes a whole file: readers see the old or the new content. Parent folders are made.
    pub fn write(&self, path: &TreePath, bytes: &[u8]) -> Result<(), StoreError> {
        Ok(fs::write_atomic(&self.disk_path(path), bytes)?)
    }

    /// Starts to write a file piece by piece; nothing is visible before [`Upload::finish`].
    pub fn upload(&self, path: &TreePath) -> Result<Upload, StoreError> {
        let target = self.disk_path(path);
        // Outside the tree of the files, so that an abandoned upload is never listed or ingested.
        let folder = self.root.with_extension("uploads");
        Ok(Upload { file: fs::Staged::new_in(&folder)?, target })
    }

    pub fn stat(&self, path: &TreePath) -> Result<Option<FileInfo>, StoreError> {
        let entry = fs::stat(&self.disk_path(path))?;
        Ok(entry.map(|entry| FileInfo {
            path: path.clone(),
            is_dir: entry.is_dir,
            size: entry.size,
            modified_ms: entry.modified_ms,
        }))
    }

    pub fn create_dir(&self, path: &TreePath) -> Result<(), StoreError> {
        Ok(fs::create_dir_all(&self.disk_path(path))?)
    }

    /// The entries of a folder, by name.
    pub fn list(&self, path: &TreePath) -> Result<Vec<FileInfo>, StoreError> {
        self.infos(fs::list(&self.disk_path(path))?)
    }

    /// All files below a folder, by path.
    pub fn walk(&self, path: &TreePath) -> Result<Vec<FileInfo>, StoreError> {
        self.infos(fs::walk_files(&self.disk_path(path))?)
    }

    fn infos(&self, entries: Vec<fs::Entry>) -> Result<Vec<FileInfo>, StoreError> {
        let info = |entry: fs::Entry| {
            let relative = entry.path.strip_prefix(&self.root).ok()?;
            let parts = relative.iter().map(|part| part.to_str().map(str::to_string)).collect::<Option<Vec<_>>>()?;
            let fs::Entry { is_dir, size, modified_ms, .. } = entry;
            Some(FileInfo { path: TreePath(parts), is_dir, size, modified_ms })
        };
        // A name that is not UTF-8 cannot have come through the API, which is the only way in.
        Ok(entries.into_iter().filter_map(info).collect())
    }

    /// Success also if there is no such file.
    pub fn remove_file(&self, path: &TreePath) -> Result<(), StoreError> {
        Ok(fs::remove_file(&self.disk_path(path))?)
    }

    /// Removes a folder; `false` if something is in it.
    pub fn remove_empty_dir(&self, path: &TreePath) -> Result<bool, StoreError> {
        Ok(fs::remove_empty_dir(&self.disk_path(path))?)
    }

    /// All files of a folder, over what is in the other one.
    pub(super) fn copy_dir(&self, from: &TreePath, to: &TreePath) -> Result<(), StoreError> {
        for file in self.walk(from)? {
            let Some(bytes) = self.read(&file.path)? else { continue };
            let inside = file.path.0.iter().skip(from.0.len()).cloned();
            self.write(&TreePath(to.0.iter().cloned().chain(inside).collect()), &bytes)?;
        }
        Ok(())
    }

    /// Removes a folder with all that is in it.
    pub fn remove_dir(&self, path: &TreePath) -> Result<(), StoreError> {
        Ok(fs::remove_dir_all(&self.disk_path(path))?)
    }
}

/// A file that is being written.
pub struct Upload {
    file: fs::Staged,
    target: PathBuf,
}

impl Upload {
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        Ok(self.file.write(bytes)?)
    }

    /// Puts the file in its place, over what is there.
    pub fn finish(self) -> Result<(), StoreError> {
        Ok(self.file.persist(&self.target)?)
    }
}
