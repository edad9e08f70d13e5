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
        let told = move |event: notify::Result<notify::Event>| match event {
            // Reading is no change.
            Ok(event) if !matches!(event.kind, EventKind::Access(_)) => {
                event.paths.iter().for_each(|path| notice(path))
            }
            Ok(_) | Err(_) => {}
        };
        // The system has a limit on watches; looking again and again has none.
        let watcher: Box<dyn Watcher + Send> = match RecommendedWatcher::new(told.clone(), Config::default()) {
            Ok(watcher) => Box::new(watcher),
            Err(_) => {
                let config = Config::default().with_poll_interval(POLL);
                Box::new(PollWatcher::new(told, config).map_err(|error| failed(root, error))?)
            }
        };
        let folders = folders.iter().map(|folder| root.join(folder)).collect();
        let mut watch = Self { watcher, root: root.to_path_buf(), folders };
        watch.watcher.watch(root, RecursiveMode::NonRecursive).map_err(|error| failed(root, error))?;
        watch.refresh()?;
        Ok(watch)
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
