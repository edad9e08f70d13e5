//! The tree of another commit, for comparisons. Runs `git`, which must be installed; nothing of the repository changes.

use std::path::{Path, PathBuf};
use std::process::Command;

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
