//! A project in a temporary folder and the binary that runs in it, in an environment without surprises.

mod project;
mod run;

pub use project::TestProject;
pub use run::Run;

use std::path::{Path, PathBuf};

/// The root of this repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}
