//! A project in a temporary folder and the binary that runs in it, in an environment without surprises.

mod demo;
mod everything;
pub mod fake;
mod project;
mod run;
pub mod schema;
mod served;
pub mod shop;
mod tables;

pub use demo::{CATALOG, LANDING, demo, heavy};
pub use everything::{RESOURCE_FILE, everything};
pub use project::{COMMITTED, TestProject};
pub use run::Run;
pub use served::{Machine, Served, held_up};
pub use tables::{Fingerprints, fingerprints};

use std::path::{Path, PathBuf};

/// The root of this repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}
