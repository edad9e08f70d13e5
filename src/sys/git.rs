//! The tree of another commit, for comparisons, and what a checkout is of. Runs `git`, which must be installed; nothing of the repository changes.

use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, Utc};
use tempfile::TempDir;

/// Why there is no such tree.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("git cannot be run")]
    NotRun(#[source] std::io::Error),
    #[error("`{0}` is not in a git repository")]
    NoRepository(PathBuf),
    #[error("git knows no commit `{0}`")]
    UnknownCommit(String),
    #[error("git failed: {0}")]
    Failed(String),
}

/// A folder as it was in a commit; it goes away with this value.
pub struct Checkout {
    _folder: TempDir,
    root: PathBuf,
}

impl Checkout {
    /// Where the folder's content lies now.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// Writes a folder of a repository, as it was in a commit, below a folder for temporary files.
pub fn checkout(folder: &Path, commit: &str) -> Result<Checkout, GitError> {
    let place = git(folder, &["rev-parse", "--show-prefix"], None)?;
    let place = place.ok_or_else(|| GitError::NoRepository(folder.to_path_buf()))?;
    let named = format!("{commit}^{{tree}}");
    let tree = git(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &named], None)?;
    let tree = tree.ok_or_else(|| GitError::UnknownCommit(commit.to_string()))?;
    let temporary = TempDir::new().map_err(GitError::NotRun)?;
    // An index of its own: the user's stays as it is.
    let index = temporary.path().join("index");
    let into = format!("--prefix={}/", temporary.path().join("tree").display());
    for arguments in [["read-tree", tree.trim()].as_slice(), &["checkout-index", "--all", "--quiet", &into]] {
        git(folder, arguments, Some(&index))?
            .ok_or_else(|| GitError::Failed(format!("`git {}`", arguments.join(" "))))?;
    }
    let root = temporary.path().join("tree").join(place.trim());
    Ok(Checkout { _folder: temporary, root })
}

/// What a folder is a checkout of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// Absent before the first commit.
    pub commit: Option<String>,
    /// Files below the paths that are not as they were committed, by path in the repository.
    pub dirty: Vec<String>,
    /// Files below the paths that the repository ignores: no commit has them.
    pub ignored: Vec<String>,
    /// Of `origin`, without names and passwords.
    pub remote: Option<String>,
}

/// What a folder is a checkout of, and what was changed below some paths of it; `None` where it is in no repository.
pub fn head(folder: &Path, paths: &[&str]) -> Result<Option<Head>, GitError> {
    if !folder.ancestors().any(|folder| folder.join(".git").exists()) {
        return Ok(None);
    }
    let arguments = [
        "--no-optional-locks",
        "status",
        "--porcelain=v2",
        "--branch",
        "-z",
        "--untracked-files=all",
        "--ignored=traditional",
        "--",
    ];
    let told = git(folder, &[&arguments[..], paths].concat(), None)?;
    let told = told.ok_or_else(|| GitError::Failed("`git status` does not read the repository".to_string()))?;
    let Status { commit, dirty, ignored } = read_status(&told);
    let remote = git(folder, &["config", "--get", "remote.origin.url"], None)?;
    Ok(Some(Head { commit, dirty, ignored, remote: remote.map(|url| without_userinfo(url.trim())) }))
}

/// When the commit was made that a folder is a checkout of; `None` in no repository and before the first commit.
pub fn commit_time(folder: &Path) -> Result<Option<DateTime<Utc>>, GitError> {
    let told = git(folder, &["-c", "log.showSignature=false", "log", "-1", "--format=%ct"], None)?;
    let seconds = told.and_then(|told| told.trim().parse().ok());
    Ok(seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)))
}

#[derive(PartialEq, Debug)]
struct Status {
    commit: Option<String>,
    dirty: Vec<String>,
    ignored: Vec<String>,
}

/// The commit and the files of `git status --porcelain=v2 -z` (git-status, "Porcelain Format Version 2").
fn read_status(told: &str) -> Status {
    let mut commit = None;
    let (mut dirty, mut ignored) = (Vec::new(), Vec::new());
    let mut entries = told.split('\0');
    while let Some(entry) = entries.next() {
        let fields = |count| entry.splitn(count, ' ').nth(count - 1).map(str::to_string);
        match entry.as_bytes().first() {
            Some(b'#') => {
                let oid = entry.strip_prefix("# branch.oid ").filter(|oid| *oid != "(initial)");
                commit = commit.or(oid.map(str::to_string));
            }
            Some(b'1') => dirty.extend(fields(9)),
            Some(b'2') => {
                dirty.extend(fields(10));
                // Where it was before.
                entries.next();
            }
            Some(b'u') => dirty.extend(fields(11)),
            Some(b'?') => dirty.extend(fields(2)),
            Some(b'!') => ignored.extend(fields(2)),
            Some(_) | None => {}
        }
    }
    dirty.sort();
    ignored.sort();
    Status { commit, dirty, ignored }
}

/// `https://name:token@host/path` without the name and the token.
fn without_userinfo(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_string() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    format!("{scheme}://{host}{path}")
}

/// What git says; `None` where it ends with an error.
fn git(folder: &Path, arguments: &[&str], index: Option<&Path>) -> Result<Option<String>, GitError> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index);
    }
    let output = command.output().map_err(GitError::NotRun)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(output.status.success().then_some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_change_is_read() {
        let told = [
            "# branch.oid abc",
            "# branch.head main",
            "1 .M N... 100644 100644 100644 a b sql/a b.sql",
            "2 R. N... 100644 100644 100644 a b R100 new.sql",
            "old.sql",
            "? sql/c.sql",
            "u UU N... 1 2 3 4 a b c d.sql",
            "! ignored",
            "",
        ];
        let Status { commit, dirty, ignored } = read_status(&told.join("\0"));
        assert_eq!(commit.as_deref(), Some("abc"));
        assert_eq!(dirty, ["d.sql", "new.sql", "sql/a b.sql", "sql/c.sql"]);
        assert_eq!(ignored, ["ignored"]);
        let nothing = Status { commit: None, dirty: Vec::new(), ignored: Vec::new() };
        assert_eq!(read_status("# branch.oid (initial)\0"), nothing);
    }

    #[test]
    fn no_password_of_a_remote_is_told() {
        assert_eq!(without_userinfo("https://ann:ghp_secret@example.test/a/b.git"), "https://example.test/a/b.git");
        assert_eq!(without_userinfo("https://example.test/a@b.git"), "https://example.test/a@b.git");
        assert_eq!(without_userinfo("git@example.test:a/b.git"), "git@example.test:a/b.git");
    }
}
