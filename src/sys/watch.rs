//! Being told of files that change.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::EventKind;
use notify::{Config, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::fs::FsError;

/// How often files are looked at where the system does not tell of changes.
const POLL: Duration = Duration::from_millis(50);

/// A folder and some folders in it that are watched until this is dropped.
pub struct Watch {
    watcher: Box<dyn Watcher + Send>,
    root: PathBuf,
    folders: Vec<PathBuf>,
}

impl Watch {
    /// Watches the entries of `root`, and everything below those of its `folders` that exist. `notice` gets the path of
    /// each file that was written, made, renamed or removed, on a thread of the watcher.
    pub fn start(
        root: &Path,
        folders: &[&str],
        notice: impl Fn(&Path) + Clone + Send + 'static,
    ) -> Result<Self, FsError> {
        let whole = root.join(folders.first().copied().unwrap_or_default());
        let told = move |event: notify::Result<notify::Event>| match event {
            // Events were lost: anything may be another.
            Ok(event) if event.need_rescan() => notice(&whole),
            // Reading is no change.
            Ok(event) if !matches!(event.kind, EventKind::Access(_)) => {
                event.paths.iter().for_each(|path| notice(path))
            }
            Ok(_) | Err(_) => {}
        };
        let folders: Vec<PathBuf> = folders.iter().map(|folder| root.join(folder)).collect();
        let watching = |watcher: Box<dyn Watcher + Send>| {
            let mut watch = Self { watcher, root: root.to_path_buf(), folders: folders.clone() };
            watch.watcher.watch(root, RecursiveMode::NonRecursive).map_err(|error| failed(root, error))?;
            watch.refresh().map(|()| watch)
        };
        let told_too = told.clone();
        let native = RecommendedWatcher::new(told, Config::default()).map_err(|error| failed(root, error));
        native.and_then(|watcher| watching(Box::new(watcher))).or_else(|_| {
            // The system has limits on watches; looking again and again has none.
            let config = Config::default().with_poll_interval(POLL);
            let watcher = PollWatcher::new(told_too, config).map_err(|error| failed(root, error))?;
            watching(Box::new(watcher))
        })
    }

    /// Watches folders that came into being, or came back, since the last call.
    pub fn refresh(&mut self) -> Result<(), FsError> {
        for folder in self.folders.iter().filter(|folder| folder.is_dir()) {
            match self.watcher.watch(folder, RecursiveMode::Recursive) {
                Ok(()) => {}
                // It went away again, which the watch of the root tells.
                Err(_) if !folder.is_dir() => {}
                Err(error) => return Err(failed(&self.root, error)),
            }
        }
        Ok(())
    }
}

fn failed(path: &Path, error: notify::Error) -> FsError {
    FsError { action: "watch", path: path.to_path_buf(), source: io::Error::other(error) }
}
