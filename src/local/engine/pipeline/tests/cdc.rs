//! AUTO CDC (lakeflow-sql.md §4.4).

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::support::Workspace;
use crate::local::engine::EngineError;
use crate::local::engine::pipeline::UpdateOptions;

fn sql(clauses: &str) -> String {
    format!(
        "CREATE OR REFRESH STREAMING TABLE feed AS SELECT * FROM STREAM read_files(
           '/Volumes/main/demo/landing/feed', format => 'csv', header => true,
           schema => 'k STRING, name STRING, city STRING, op STRING, seq INT');
         CREATE OR REFRESH STREAMING TABLE t;
         CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(feed) KEYS (k) {clauses};"
    )
}

const SCD1: &str = "APPLY AS DELETE WHEN op = 'D' SEQUENCE BY seq COLUMNS * EXCEPT (op, seq) STORED AS SCD TYPE 1";
const SCD2: &str = "APPLY AS DELETE WHEN op = 'D' SEQUENCE BY seq COLUMNS * EXCEPT (op, seq) STORED AS SCD TYPE 2";

fn feed(workspace: &Workspace, file: &str, events: &[&str]) {
    workspace.file(&format!("feed/{file}.csv"), &format!("k,name,city,op,seq\n{}\n", events.join("\n")));
}

#[test]
fn type_1_keeps_the_latest_and_remembers_deletes() {
    let workspace = Workspace::new();
    feed(&workspace, "1", &["a,Ann,Bonn,U,1", "b,Bob,Rome,U,5", "a,Anna,Bonn,U,3"]);
    workspace.update(&sql(SCD1));
    assert_eq!(workspace.rows("SELECT k, name, city FROM t ORDER BY k"), ["a|Anna|Bonn", "b|Bob|Rome"]);
    // A late event changes nothing, a delete leaves a tombstone that a late upsert cannot pass.
    feed(&workspace, "2", &["a,Late,Paris,U,2", "b,,,D,9"]);
    workspace.update(&sql(SCD1));
    feed(&workspace, "3", &["b,Zombie,Rome,U,7"]);
    workspace.update(&sql(SCD1));
    assert_eq!(workspace.rows("SELECT k, name, city FROM t ORDER BY k"), ["a|Anna|Bonn"]);
}

/// The worked example of lakeflow-sql.md §4.4: a late event splits the history.
#[test]
fn type_2_splits_history_at_a_late_event() {
    let workspace = Workspace::new();
    let clauses = format!("{SCD2} TRACK HISTORY ON name");
    feed(&workspace, "1", &["1,Alice,at5,U,5", "1,Alice,at10,U,10", "1,Alice,at15,U,15", "1,Charlie,at20,U,20"]);
    workspace.update(&sql(&clauses));
    let query = "SELECT name, city, __START_AT, __END_AT FROM t ORDER BY __START_AT";
    assert_eq!(workspace.rows(query), ["Alice|at15|5|20", "Charlie|at20|20|~"]);
    feed(&workspace, "2", &["1,Bob,at12,U,12"]);
    workspace.update(&sql(&clauses));
    assert_eq!(workspace.rows(query), ["Alice|at10|5|12", "Bob|at12|12|15", "Alice|at15|15|20", "Charlie|at20|20|~"]);
    // An early delete closes what comes late and is older.
    feed(&workspace, "3", &["2,,,D,8"]);
    workspace.update(&sql(&clauses));
    feed(&workspace, "4", &["2,Dora,x,U,6"]);
    workspace.update(&sql(&clauses));
    assert_eq!(workspace.rows("SELECT name, __START_AT, __END_AT FROM t WHERE k = '2'"), ["Dora|6|8"]);
}

/// What each update wrote and deleted, by the event log.
fn metrics(workspace: &Workspace) -> Vec<(i64, i64)> {
    let page =
        workspace.store.read(|reader| reader.events("p-1", None, crate::local::store::PageRequest::ALL)).unwrap();
    let mut events = page.items;
    events.sort_by_key(|event| event.sequence);
    let of = |event: &crate::local::store::Event| {
        let metrics = &event.details["flow_progress"]["metrics"];
        Some((metrics["num_upserted_rows"].as_i64()?, metrics["num_deleted_rows"].as_i64()?))
    };
    events.iter().filter_map(of).collect()
}

/// Worked out by hand: rows that are new or differ, and rows of which nothing is left.
#[test]
fn metrics_count_what_changed() {
    let workspace = Workspace::new();
    feed(&workspace, "1", &["a,Ann,Bonn,U,1", "b,Bob,Rome,U,1"]);
    workspace.update(&sql(SCD1));
    // One goes, one comes.
    feed(&workspace, "2", &["a,,,D,2", "c,Cid,Oslo,U,2"]);
    workspace.update(&sql(SCD1));
    // The same values again, and one that differs.
    feed(&workspace, "3", &["b,Bob,Rome,U,3", "c,Cid,Kiel,U,3"]);
    workspace.update(&sql(SCD1));
    assert_eq!(metrics(&workspace), [(2, 0), (1, 1), (1, 0)]);
    assert_eq!(workspace.rows("SELECT k, name, city FROM t ORDER BY k"), ["b|Bob|Rome", "c|Cid|Kiel"]);
}

#[test]
fn metrics_of_a_history_count_versions() {
    let workspace = Workspace::new();
    feed(&workspace, "1", &["a,Ann,Bonn,U,1", "b,Bob,Rome,U,1", "b,Rob,Rome,U,2"]);
    workspace.update(&sql(SCD2));
    // The open version of `a` ends and another begins; both of `b` stay as they are.
    feed(&workspace, "2", &["a,Anna,Bonn,U,3", "b,Rob,Rome,U,3"]);
    workspace.update(&sql(SCD2));
    // A delete ends a version; it deletes no row.
    feed(&workspace, "3", &["b,,,D,5"]);
    workspace.update(&sql(SCD2));
    // A late event that makes one version of two takes a row away.
    feed(&workspace, "4", &["c,Cid,Oslo,U,5", "c,Cyd,Oslo,U,6"]);
    workspace.update(&sql(SCD2));
    feed(&workspace, "5", &["c,,,D,6"]);
    workspace.update(&sql(SCD2));
    assert_eq!(metrics(&workspace), [(3, 0), (2, 0), (1, 0), (2, 0), (0, 1)]);
}

#[test]
fn null_updates_keep_what_was_there() {
    let workspace = Workspace::new();
    let clauses = SCD1.replace("APPLY AS DELETE", "IGNORE NULL UPDATES APPLY AS DELETE");
    feed(&workspace, "1", &["a,Ann,Bonn,U,1", "a,,Rome,U,2", "b,Bob,Oslo,U,1", "b,,,D,2", "b,,Kiel,U,3"]);
    workspace.update(&sql(&clauses));
    assert_eq!(workspace.rows("SELECT k, name, city FROM t ORDER BY k"), ["a|Ann|Rome", "b|~|Kiel"]);
}

#[test]
fn a_null_key_is_refused_and_nothing_is_written() {
    let workspace = Workspace::new();
    feed(&workspace, "1", &["a,Ann,Bonn,U,1", ",Nobody,Bonn,U,2"]);
    let report = workspace.try_update(&sql(SCD1), &UpdateOptions::default()).unwrap();
    assert!(matches!(report.failure.unwrap().error, EngineError::Sql(e) if e.class == "AUTO_CDC_NULL_VALUE"));
}

/// What type 2 must show, worked out event by event.
fn expected(events: &[(i32, char, i32, i32)]) -> Vec<String> {
    let mut out = Vec::new();
    let mut keys: Vec<i32> = events.iter().map(|event| event.0).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let mut own: Vec<_> = events.iter().filter(|event| event.0 == key).copied().collect();
        own.sort_by_key(|event| event.3);
        let mut open: Option<(i32, i32)> = None;
        for (_, op, value, seq) in own {
            match (op, open) {
                ('D', Some((shown, start))) => {
                    out.push(format!("{key}|{shown}|{start}|{seq}"));
                    open = None;
                }
                ('U', Some((shown, start))) if shown != value => {
                    out.push(format!("{key}|{shown}|{start}|{seq}"));
                    open = Some((value, seq));
                }
                ('U', None) => open = Some((value, seq)),
                _ => {}
            }
        }
        if let Some((shown, start)) = open {
            out.push(format!("{key}|{shown}|{start}|~"));
        }
    }
    out.sort();
    out
}

/// The result depends on the set of events only, not on order or batches.
#[test]
fn any_order_and_any_batches_give_the_same_history() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for round in 0..4 {
        let workspace = Workspace::new();
        let mut events: Vec<(i32, char, i32, i32)> = (0..40)
            .map(|seq| {
                let op = if random.random_range(0..5) == 0 { 'D' } else { 'U' };
                (random.random_range(0..3), op, random.random_range(0..3), seq)
            })
            .collect();
        let wanted = expected(&events);
        events.shuffle(&mut random);
        let mut batch = 0;
        while !events.is_empty() {
            let size = random.random_range(1..=events.len().min(15));
            let taken: Vec<String> = events
                .drain(..size)
                .map(
                    |(key, op, value, seq)| {
                        if op == 'D' { format!("{key},,,D,{seq}") } else { format!("{key},{value},x,U,{seq}") }
                    },
                )
                .collect();
            let lines: Vec<&str> = taken.iter().map(String::as_str).collect();
            feed(&workspace, &format!("{batch:03}"), &lines);
            workspace.update(&sql(SCD2));
            batch += 1;
        }
        let mut found = workspace.rows("SELECT k, name, __START_AT, __END_AT FROM t");
        found.sort();
        assert_eq!(found, wanted, "round {round}");
    }
}
