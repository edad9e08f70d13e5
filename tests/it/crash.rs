//! Killing the process in the middle of an update, and running again.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use lakesmith::data::{Sink, insurance};

use crate::support::{CATALOG, Fingerprints, LANDING, TestProject, demo, fingerprints, heavy};

const RUN: [&str; 4] = ["run", "insurance_pipeline", "-t", "local"];

/// Writes below a folder, every file with the same time: `_metadata` shows it.
struct Folder {
    root: PathBuf,
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Sink for Folder {
    fn begin(&mut self, path: &str) -> io::Result<()> {
        self.path = self.root.join(path);
        self.bytes.clear();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        std::fs::create_dir_all(self.path.parent().unwrap())?;
        std::fs::write(&self.path, &self.bytes)?;
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(1_763_164_800);
        std::fs::File::options().write(true).open(&self.path)?.set_modified(modified)
    }
}

/// The demo, and the next day's files of all sources in its landing volume, not ingested yet.
fn next_day() -> TestProject {
    let project = demo().project.copy();
    let mut sink = Folder { root: project.root().join(LANDING), path: PathBuf::new(), bytes: Vec::new() };
    let options = insurance::GenerateOptions { scale: 1.0, seed: 42, as_of: "2025-11-14".parse().unwrap() };
    insurance::next_day(&options, &mut sink).unwrap();
    project
}

/// A copy whose update was killed while it ran. A machine may be faster in one run than in another: a run that has ended
/// already does not count and is tried again with less time.
fn killed_after(base: &TestProject, mut delay: Duration) -> TestProject {
    for _ in 0..20 {
        let project = base.copy();
        let mut child = project.spawn_live(&RUN);
        std::thread::sleep(delay);
        let is_running = child.try_wait().unwrap().is_none();
        // SIGKILL: no handler runs.
        let _ = child.kill();
        child.wait().unwrap();
        if is_running {
            return project;
        }
        delay = delay * 3 / 4;
    }
    panic!("no run was still going when it was to be killed");
}

#[test]
fn a_kill_at_any_of_ten_points_loses_nothing_and_doubles_nothing() {
    let _one_at_a_time = heavy();
    let base = next_day();
    let undisturbed = base.copy();
    let began = Instant::now();
    let run = undisturbed.run_live(&RUN);
    let took = began.elapsed();
    assert_eq!(run.code, Some(0), "{run}");
    let expected = fingerprints(&undisturbed, CATALOG);
    assert_ne!(expected, demo().tables);
    for point in 0..10 {
        let project = killed_after(&base, took * (2 * point + 1) / 20);
        let run = project.run_live(&RUN);
        assert_eq!(run.code, Some(0), "after a kill at {point} of 10: {run}");
        let found = fingerprints(&project, CATALOG);
        let tables = expected.keys().chain(found.keys());
        let other: BTreeSet<&String> = tables.filter(|table| found.get(*table) != expected.get(*table)).collect();
        assert!(other.is_empty(), "after a kill at {point} of 10: {other:?}");
    }
}

#[test]
fn a_demo_that_was_killed_goes_on() {
    let _one_at_a_time = heavy();
    let project = TestProject::repository();
    let up = ["demo", "up", "insurance", "-t", "local", "--no-serve", "--format", "json", "--as-of", "2025-11-14"];
    let mut killed = 0;
    // While data is generated, while it is uploaded, in the middle of the first update.
    for delay in [500, 1_000, 2_000, 4_000] {
        let mut child = project.spawn_live(&up);
        std::thread::sleep(Duration::from_millis(delay));
        killed += u32::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
    }
    assert!(killed >= 2);
    let run = project.run_live(&up);
    assert_eq!(run.code, Some(0), "{run}");
    let found = fingerprints(&project, CATALOG);
    // Where a row came from is told by the time at which its file was uploaded.
    let rows = |all: &Fingerprints| all.iter().map(|(name, table)| (name.clone(), table.rows)).collect::<Vec<_>>();
    assert_eq!(rows(&found), rows(&demo().tables));
    let gold = |name: &&String| name.contains(".gold.");
    for table in demo().tables.keys().filter(gold) {
        assert_eq!(found[table], demo().tables[table], "{table}");
    }
}
