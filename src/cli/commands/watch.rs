//! `lakesmith check --watch`: the same again whenever a file of the project is saved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{sleep, timeout};

use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::workspace::block_on;
use crate::project::{CONTENT, MANIFEST};
use crate::sys::fs;
use crate::sys::watch::Watch;

/// An editor saves in several steps: they are over when nothing has happened for this long.
const QUIET: Duration = Duration::from_millis(10);
/// However much happens, nobody waits longer.
const PATIENCE: Duration = Duration::from_millis(200);
/// A file may vanish while the project is read, because an editor is about to replace it.
const AGAIN: Duration = Duration::from_millis(50);

/// What was changed since the last round.
#[derive(Clone, Debug)]
pub(super) enum Changes {
    /// Anything may be another.
    Unknown,
    /// Files, some of them gone, by their path in the project.
    Files(BTreeMap<String, PathBuf>),
}

/// What is to be done now.
pub(super) enum Step {
    /// A round, which gives its exit code.
    Round(Changes),
    /// What the next round will need: nobody waits.
    Idle,
}

/// Until Ctrl-C, with the exit code of the last round. A round that could not be made is tried once more and told.
pub(super) fn run(
    settings: &Settings,
    mut step: impl FnMut(Step) -> anyhow::Result<Option<Exit>>,
) -> anyhow::Result<Exit> {
    // The system tells of changes by the real path.
    let root = fs::canonicalize(&settings.root()?)?;
    block_on(async {
        let (tell, mut told) = unbounded_channel();
        let own = root.clone();
        let notice = move |path: &Path| {
            if is_content(&own, path) {
                // Nobody listens any more when the command ends.
                let _ = tell.send(path.to_path_buf());
            }
        };
        let mut watch = Watch::start(&root, &CONTENT, notice)?;
        let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
        let mut changes = Changes::Unknown;
        loop {
            let mut exit = step(Step::Round(changes));
            if exit.is_err() {
                sleep(AGAIN).await;
                exit = step(Step::Round(Changes::Unknown));
            }
            let exit = match exit {
                Ok(exit) => exit.unwrap_or(Exit::Success),
                Err(error) => settings.show(&error)?,
            };
            settings.terminal.status("watching the project's files until Ctrl-C")?;
            step(Step::Idle)?;
            tokio::select! {
                _ = &mut interrupt => return Ok(exit),
                changed = change(&mut told) => changes = changed_files(&root, changed),
            }
            // Folders that are new are watched from now on.
            watch.refresh()?;
        }
    })
}

/// Waits for a change, and for the end of those that belong to it.
async fn change(told: &mut UnboundedReceiver<PathBuf>) -> BTreeSet<PathBuf> {
    let Some(first) = told.recv().await else {
        // Without a watcher nothing is told any more; only Ctrl-C ends the wait.
        return std::future::pending().await;
    };
    let mut all = BTreeSet::from([first]);
    let quiet = async {
        while let Ok(Some(path)) = timeout(QUIET, told.recv()).await {
            all.insert(path);
        }
    };
    // Whichever comes first.
    let _ = timeout(PATIENCE, quiet).await;
    all
}

/// By their path in the project; a folder may hold anything.
pub(super) fn changed_files(root: &Path, paths: BTreeSet<PathBuf>) -> Changes {
    let mut files = BTreeMap::new();
    for path in paths {
        let inner = path.strip_prefix(root).ok().map(|inner| inner.to_string_lossy().replace('\\', "/"));
        let Some(inner) = inner.filter(|_| !path.is_dir()) else { return Changes::Unknown };
        files.insert(inner, path);
    }
    Changes::Files(files)
}

/// The manifest, or something in one of the folders with the project's files; not what editors keep beside them.
pub(super) fn is_content(root: &Path, path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    if name.starts_with('.') || name.ends_with('~') {
        return false;
    }
    let Ok(inner) = path.strip_prefix(root) else { return false };
    let first = inner.components().next().map(|part| part.as_os_str().to_string_lossy());
    first.is_some_and(|first| first == MANIFEST || CONTENT.contains(&first.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_project_count() {
        let counts = |path: &str| is_content(Path::new("/p"), Path::new(path));
        for path in ["/p/lakesmith.yml", "/p/sql", "/p/sql/a/b.sql", "/p/jobs/x.yml", "/p/genie/x.json"] {
            assert!(counts(path), "{path}");
        }
        for path in
            ["/p/.lakesmith/local/x", "/p/README.md", "/p/sql/.a.sql.swp", "/p/sql/a.sql~", "/q/sql/a.sql", "/p"]
        {
            assert!(!counts(path), "{path}");
        }
    }
}
