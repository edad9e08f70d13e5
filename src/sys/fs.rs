//! Files: reads, atomic writes, walks and locks. Paths in errors are as given.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// An open file, for reading or writing piece by piece.
pub use std::fs::File;

/// A file operation that failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", path.display())]
pub struct FsError {
    pub action: &'static str,
    pub path: PathBuf,
    #[source]
    pub source: io::Error,
}

fn context(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FsError {
    let path = path.to_path_buf();
    move |source| FsError { action, path, source }
}

pub fn read(path: &Path) -> Result<Vec<u8>, FsError> {
    fs::read(path).map_err(context("read", path))
}

pub fn read_to_string(path: &Path) -> Result<String, FsError> {
    fs::read_to_string(path).map_err(context("read", path))
}

/// Opens a file for reading piece by piece.
pub fn open(path: &Path) -> Result<File, FsError> {
    File::open(path).map_err(context("open", path))
}

/// As [`open`]; `None` if there is no such file.
pub fn open_optional(path: &Path) -> Result<Option<File>, FsError> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(context("open", path)(error)),
    }
}

/// `None` if there is no such file.
pub fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, FsError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(context("read", path)(error)),
    }
}

/// Writes a temporary file beside `path` and renames it: a reader sees the old or the new content, never a part.
/// Parent folders are made.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FsError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_dir_all(folder)?;
    let write = || -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_data()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(context("write", path))
}

/// As [`write_atomic`], readable by the owner only where the system knows owners, as is the folder if it is made.
pub fn write_atomic_private(path: &Path, bytes: &[u8]) -> Result<(), FsError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let make = || -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(folder)
    };
    make().map_err(context("create the folder", folder))?;
    // A temporary file is private from the start, and keeps its permissions when it is renamed.
    write_atomic(path, bytes)
}

/// As [`write_atomic`], for a file that is there: links are followed, and its permissions stay.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FsError> {
    let replace = || -> io::Result<()> {
        let real = fs::canonicalize(path)?;
        let permissions = fs::metadata(&real)?.permissions();
        let mut file = tempfile::NamedTempFile::new_in(real.parent().unwrap_or(Path::new(".")))?;
        file.write_all(bytes)?;
        file.as_file().set_permissions(permissions)?;
        file.as_file().sync_data()?;
        file.persist(&real).map_err(|error| error.error)?;
        Ok(())
    };
    replace().map_err(context("write", path))
}

/// A file written piece by piece, invisible until it is put in its place; dropped, it leaves nothing.
pub struct Staged(tempfile::NamedTempFile);

impl Staged {
    /// `folder` must be on the file system of the later place; it is made if absent.
    pub fn new_in(folder: &Path) -> Result<Self, FsError> {
        create_dir_all(folder)?;
        tempfile::NamedTempFile::new_in(folder).map(Self).map_err(context("create a file in", folder))
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FsError> {
        let path = self.0.path().to_path_buf();
        self.0.write_all(bytes).map_err(context("write", &path))
    }

    /// Renames it to `path`, over what is there. Parent folders are made.
    pub fn persist(self, path: &Path) -> Result<(), FsError> {
        create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        let persist = || {
            self.0.as_file().sync_data()?;
            self.0.persist(path).map_err(|error| error.error)
        };
        persist().map(drop).map_err(context("write", path))
    }
}

/// A folder of its own among the system's temporary ones, removed with all that is in it when dropped.
pub struct TempFolder(tempfile::TempDir);

impl TempFolder {
    pub fn new() -> Result<Self, FsError> {
        tempfile::tempdir().map(Self).map_err(context("create a folder in", Path::new("the temporary folder")))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// As [`write_atomic`], readable by the owner only.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), FsError> {
    // NamedTempFile creates with mode 0600, and the rename keeps it.
    write_atomic(path, bytes)
}

/// Writes a shared (0644) file for content that needs no protection against a crash.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), FsError> {
    if let Some(folder) = path.parent() {
        create_dir_all(folder)?;
    }
    fs::write(path, bytes).map_err(context("write", path))
}

/// Opens a new or emptied file for streaming writes.
pub fn create(path: &Path) -> Result<File, FsError> {
    if let Some(folder) = path.parent() {
        create_dir_all(folder)?;
    }
    File::create(path).map_err(context("create", path))
}

/// Opens a file for appending, made if absent, readable by the owner only where the system knows owners.
pub fn open_append_private(path: &Path) -> Result<File, FsError> {
    if let Some(folder) = path.parent() {
        create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(context("open", path))
}

pub fn create_dir_all(path: &Path) -> Result<(), FsError> {
    fs::create_dir_all(path).map_err(context("create the folder", path))
}

/// Success also if there is no such file.
pub fn remove_file(path: &Path) -> Result<(), FsError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(context("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Removes an empty folder; `false` if something is in it. Success also if there is no such folder.
pub fn remove_empty_dir(path: &Path) -> Result<bool, FsError> {
    match fs::remove_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(context("remove", path)(error)),
        _ => Ok(true),
    }
}

/// Success also if there is no such folder.
pub fn remove_dir_all(path: &Path) -> Result<(), FsError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(context("remove", path)(error)),
        _ => Ok(()),
    }
}

pub fn rename(from: &Path, to: &Path) -> Result<(), FsError> {
    fs::rename(from, to).map_err(context("rename", from))
}

/// The folder that relative paths start from.
pub fn current_dir() -> Result<PathBuf, FsError> {
    std::env::current_dir().map_err(context("find", Path::new(".")))
}

/// The absolute path without links.
pub fn canonicalize(path: &Path) -> Result<PathBuf, FsError> {
    fs::canonicalize(path).map_err(context("find", path))
}

pub fn exists(path: &Path) -> bool {
    path.exists()
}

pub fn is_dir(path: &Path) -> bool {
    path.is_dir()
}

/// What a folder listing says of one entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub path: PathBuf,
    pub is_dir: bool,
    /// A regular file: not a folder, a link, a pipe or a device.
    pub is_file: bool,
    /// Bytes.
    pub size: u64,
    /// Milliseconds since the epoch.
    pub modified_ms: i64,
}

/// What is at `path`, or where it links to; `None` if there is nothing.
pub fn stat(path: &Path) -> Result<Option<Entry>, FsError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(entry(path.to_path_buf(), &metadata))),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(context("inspect", path)(error)),
    }
}

/// The entries of one folder, by name; empty if the folder does not exist.
pub fn list(path: &Path) -> Result<Vec<Entry>, FsError> {
    walk_to(path, 1)
}

/// All files below a folder, by path; links are not followed. Empty if the folder does not exist.
pub fn walk_files(path: &Path) -> Result<Vec<Entry>, FsError> {
    let mut entries = walk_to(path, usize::MAX)?;
    entries.retain(|entry| !entry.is_dir);
    Ok(entries)
}

/// The paths of [`walk_files`], each with whether it is a regular file: the system is not asked about each.
pub fn walk_paths(path: &Path) -> Result<Vec<(PathBuf, bool)>, FsError> {
    walk(path, usize::MAX, |item| {
        let kind = item.file_type();
        Ok((!kind.is_dir()).then(|| (item.into_path(), kind.is_file())))
    })
}

fn walk_to(path: &Path, depth: usize) -> Result<Vec<Entry>, FsError> {
    walk(path, depth, |item| {
        let metadata = item.metadata()?;
        Ok(Some(entry(item.into_path(), &metadata)))
    })
}

fn walk<T>(
    path: &Path,
    depth: usize,
    each: impl Fn(walkdir::DirEntry) -> Result<Option<T>, walkdir::Error>,
) -> Result<Vec<T>, FsError> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let walker = walkdir::WalkDir::new(path).min_depth(1).max_depth(depth).sort_by_file_name();
    let entries = walker.into_iter().filter_map(|item| item.and_then(&each).transpose());
    entries.collect::<Result<_, walkdir::Error>>().map_err(|error| context("list", path)(error.into()))
}

fn entry(path: PathBuf, metadata: &fs::Metadata) -> Entry {
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let modified_ms = modified.map_or(0, |age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
    Entry { path, is_dir: metadata.is_dir(), is_file: metadata.is_file(), size: metadata.len(), modified_ms }
}

/// Bytes that a user without privileges may still write on the file system of an existing path; `None` where the
/// system does not say.
pub fn free_space(path: &Path) -> Result<Option<u64>, FsError> {
    #[cfg(unix)]
    {
        let found =
            rustix::fs::statvfs(path).map_err(|error| context("measure the free space at", path)(error.into()))?;
        Ok(Some(found.f_bavail.saturating_mul(found.f_frsize)))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(None)
    }
}

/// An exclusive advisory lock, held until dropped (also by a crash: the system releases it).
pub struct FileLock(#[expect(dead_code, reason = "the open file is the lock")] File);

/// `None` if another process holds it.
pub fn try_lock(path: &Path) -> Result<Option<FileLock>, FsError> {
    if let Some(folder) = path.parent() {
        create_dir_all(folder)?;
    }
    let options = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = options.map_err(context("open", path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(FileLock(file))),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(context("lock", path)(error)),
    }
}
