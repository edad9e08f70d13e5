//! Kill −9 at any moment, run again: the same tables as without the kill. The victim is this test binary itself.

use std::process::{Command, Stdio};

use super::support::{Workspace, open, rows, set_up, update};
use crate::local::engine::pipeline::UpdateOptions;
use crate::local::store::{Store, VolumePath};

const FOLDER: &str = "LAKESMITH_TEST_CRASH_FOLDER";

const SQL: &str = "
CREATE OR REFRESH STREAMING TABLE raw (CONSTRAINT ok EXPECT (v IS NOT NULL) ON VIOLATION DROP ROW) AS
SELECT id, v, seq FROM STREAM read_files('/Volumes/main/demo/landing/raw', format => 'csv', header => true,
  schema => 'id INT, v STRING, seq INT');
CREATE OR REFRESH STREAMING TABLE copy AS SELECT id, v FROM STREAM(raw);
CREATE OR REFRESH STREAMING TABLE latest;
CREATE FLOW f AS AUTO CDC INTO latest FROM STREAM(raw) KEYS (id) SEQUENCE BY seq STORED AS SCD TYPE 2;
CREATE OR REFRESH MATERIALIZED VIEW stats AS SELECT count(*) AS n, count(DISTINCT id) AS ids, sum(seq) AS s FROM raw;
CREATE OR REFRESH MATERIALIZED VIEW both AS SELECT (SELECT count(*) FROM copy) AS a, (SELECT n FROM stats) AS b;";

fn fill(store: &Store) {
    for part in 0..5 {
        let mut text = String::from("id,v,seq\n");
        for row in 0..4000 {
            let value = if row % 10 == 0 { String::new() } else { format!("v{}", row % 7) };
            text.push_str(&format!("{},{value},{}\n", row % 500, part * 4000 + row));
        }
        let path = VolumePath::parse(&format!("/Volumes/main/demo/landing/raw/{part}.csv")).unwrap();
        store.volume_files().write(&path.tree_path(), text.as_bytes()).unwrap();
    }
}

fn state(store: &Store) -> Vec<String> {
    let mut all = Vec::new();
    for query in [
        "SELECT count(*), count(DISTINCT seq), sum(id) FROM raw",
        "SELECT count(*), sum(id) FROM copy",
        "SELECT count(*), sum(id), sum(__START_AT), sum(__END_AT) FROM latest",
        "SELECT * FROM stats",
        "SELECT * FROM both",
    ] {
        all.extend(rows(store, query));
    }
    all
}

#[test]
fn a_killed_update_resumes() {
    let calm = Workspace::new();
    fill(&calm.store);
    let began = std::time::Instant::now();
    calm.update(SQL);
    let whole = began.elapsed();
    let expected = state(&calm.store);
    drop(calm);
    for point in 1..=10 {
        let folder = tempfile::tempdir().unwrap();
        {
            let store = open(folder.path());
            set_up(&store);
            fill(&store);
        }
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["local::engine::pipeline::tests::crash::victim", "--exact", "--ignored"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole * point / 8);
        victim.kill().unwrap();
        victim.wait().unwrap();
        let store = open(folder.path());
        let report = update(&store, SQL, &UpdateOptions::default()).unwrap();
        assert!(report.failure.is_none(), "{:?}", report.failure);
        assert_eq!(state(&store), expected, "killed at {point}/8 of the update");
    }
}

#[test]
#[ignore = "run by a_killed_update_resumes in a process of its own"]
fn victim() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = open(std::path::Path::new(&folder));
    update(&store, SQL, &UpdateOptions::default()).unwrap();
}
