//! What must be true of this machine before a demo is worth starting.

use std::path::Path;

use super::{DemoError, Generator, Settings};
use crate::sys::fs;

const MB: u64 = 1_000_000;

/// Can the demo's data be written below `folder`, and will it fit? Data that is there already (`present` bytes) needs
/// no new room.
pub(super) fn disk(folder: &Path, generator: Generator, settings: &Settings, present: u64) -> Result<(), DemoError> {
    fs::create_dir_all(folder)?;
    let probe = folder.join(".writable");
    fs::write(&probe, b"")?;
    fs::remove_file(&probe)?;
    let needed = generator.bytes_needed(settings.scale).saturating_sub(present);
    match fs::free_space(folder)? {
        Some(free) if free < needed => {
            Err(DemoError::DiskSpace { path: folder.to_path_buf(), needed_mb: needed.div_ceil(MB), free_mb: free / MB })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_for_an_impossible_scale_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { scale: 1e9, seed: 1, as_of: "2025-11-14".parse().unwrap() };
        let error = disk(folder.path(), Generator::Insurance, &settings, 0).unwrap_err();
        assert!(matches!(error, DemoError::DiskSpace { .. }), "{error}");
        let settings = Settings { scale: 0.0, ..settings };
        disk(folder.path(), Generator::Insurance, &settings, 0).unwrap();
        assert!(fs::list(folder.path()).unwrap().is_empty());
    }
}
