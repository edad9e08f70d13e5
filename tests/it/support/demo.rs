//! The demo of this repository, made once for all tests: it takes seconds.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::Value;

use super::{Fingerprints, TestProject, fingerprints};

pub const CATALOG: &str = "insurance_command_center";

/// Where the embedded workspace keeps the landing volume, relative to the project.
pub const LANDING: &str = ".lakesmith/local/volumes/insurance_command_center/bronze/landing";

pub struct Demo {
    /// To be copied by tests that change something.
    pub project: TestProject,
    pub stdout: String,
    pub stderr: String,
    pub report: Value,
    pub tables: Fingerprints,
}

/// After `demo up insurance -t local --no-serve --format json` in a copy of the repository's project.
pub fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| {
        let project = TestProject::repository();
        let arguments =
            ["demo", "up", "insurance", "-t", "local", "--no-serve", "--format", "json", "--as-of", "2025-11-14"];
        let run = project.run_live(&arguments);
        assert_eq!(run.code, Some(0), "{run}");
        let report = serde_json::from_str(run.stdout.lines().last().unwrap()).unwrap();
        let tables = fingerprints(&project, CATALOG);
        Demo { project, stdout: run.stdout, stderr: run.stderr, report, tables }
    })
}

/// Held by tests that run whole updates: side by side they would take memory from each other and gain nothing.
pub fn heavy() -> MutexGuard<'static, ()> {
    static HEAVY: Mutex<()> = Mutex::new(());
    HEAVY.lock().unwrap_or_else(PoisonError::into_inner)
}
