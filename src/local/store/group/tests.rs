//! Writers that come at once: what they see of each other, and what becomes of the rest where one fails.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use super::{Group, begin, lock, member};
use crate::local::store::transaction::{Done, Statement};
use crate::local::store::{FileTree, StoreError, TreePath, Writer};
use crate::sys::{Env, FixedClock, Random, System};

struct Bench {
    group: Group,
    root: Mutex<duckdb::Connection>,
    system: System,
    volumes: FileTree,
}

fn bench(folder: &Path) -> Arc<Bench> {
    let root = duckdb::Connection::open(folder.join("t.duckdb")).unwrap();
    let tables = "CREATE TABLE t (name VARCHAR); CREATE SCHEMA _lakesmith; \
                  CREATE TABLE _lakesmith.doomed_folders (path VARCHAR)";
    root.execute_batch(tables).unwrap();
    let system = System {
        clock: Arc::new(FixedClock::parse("2025-11-14T02:00:00Z").unwrap()),
        random: Arc::new(Random::seeded(1)),
        env: Env::default(),
    };
    let group = Group::new(root.try_clone().unwrap());
    Arc::new(Bench { group, root: Mutex::new(root), system, volumes: FileTree::new(folder.join("volumes")) })
}

impl Bench {
    fn write<T>(&self, f: impl FnOnce(&Writer<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.group.write(&self.system, &self.volumes, false, f)
    }

    /// Until so many stand in line.
    fn line(&self, length: usize) {
        while self.group.coming.load(Ordering::SeqCst) < length {
            std::thread::yield_now();
        }
    }

    /// A connection beside the group's.
    fn beside(&self) -> duckdb::Connection {
        self.root.lock().unwrap().try_clone().unwrap()
    }

    /// What has been committed.
    fn names(&self) -> Vec<String> {
        let connection = self.beside();
        let mut statement = connection.prepare("SELECT name FROM t ORDER BY name").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }
}

fn add(writer: &Writer<'_>, name: &str) -> Result<(), StoreError> {
    writer.execute("INSERT INTO t VALUES (?)", duckdb::params![name]).map(drop)
}

fn seen(writer: &Writer<'_>) -> Vec<String> {
    writer.query("SELECT name FROM t ORDER BY name", [], |row| row.get(0)).unwrap()
}

fn refused() -> StoreError {
    StoreError::NotFound { kind: "thing", name: "x".into() }
}

/// Runs `first`, and `second` while `first` still works, so that it comes into the same transaction.
fn at_once<A: Send + 'static>(
    bench: &Arc<Bench>,
    first: impl FnOnce(&Bench, &Writer<'_>) -> Result<A, StoreError>,
    second: impl FnOnce(&Bench, &Writer<'_>) -> Result<A, StoreError> + Send + 'static,
) -> (Result<A, StoreError>, std::thread::Result<Result<A, StoreError>>) {
    let mut other = None;
    let outcome = bench.write(|writer| {
        let beside = Arc::clone(bench);
        other = Some(std::thread::spawn(move || beside.write(|writer| second(&beside, writer))));
        bench.line(1);
        first(bench, writer)
    });
    (outcome, other.unwrap().join())
}

#[test]
fn who_comes_meanwhile_joins_and_both_commit_together() {
    let folder = tempfile::tempdir().unwrap();
    let bench = bench(folder.path());
    let (first, second) = at_once(
        &bench,
        |_, writer| add(writer, "first"),
        |bench, writer| {
            // Done, and not committed yet: the one transaction has them both.
            assert_eq!(seen(writer), ["first"]);
            assert!(bench.names().is_empty());
            add(writer, "second")
        },
    );
    first.unwrap();
    second.unwrap().unwrap();
    assert_eq!(bench.names(), ["first", "second"]);
}

#[test]
fn who_fails_takes_nobody_along() {
    for fails in [
        (|_: &Bench, _: &Writer<'_>| Err(refused())) as fn(&Bench, &Writer<'_>) -> Result<(), StoreError>,
        |_, writer| add(writer, "second").and(Err(refused())),
        // DuckDB takes nothing more in this transaction.
        |_, writer| writer.execute("INSERT INTO nowhere VALUES (1)", &[]).map(drop),
        |_, writer| Ok(writer.connection().execute_batch("INSERT INTO t VALUES ('second'); SELECT error('x')")?),
        |_, writer| {
            add(writer, "second")?;
            panic!("on purpose")
        },
    ] {
        let folder = tempfile::tempdir().unwrap();
        let bench = bench(folder.path());
        let (first, second) = at_once(&bench, |_, writer| add(writer, "first"), fails);
        first.unwrap();
        assert!(second.is_err() || second.unwrap().is_err());
        assert_eq!(bench.names(), ["first"]);
        bench.write(|writer| add(writer, "third")).unwrap();
        assert_eq!(bench.names(), ["first", "third"]);
    }
}

#[test]
fn who_could_know_of_a_commit_beside_the_group_sees_it() {
    let folder = tempfile::tempdir().unwrap();
    let bench = bench(folder.path());
    let (first, second) = at_once(
        &bench,
        |bench, writer| {
            add(writer, "first")?;
            let flow = bench.beside();
            flow.execute_batch("BEGIN TRANSACTION; INSERT INTO t VALUES ('flow')").unwrap();
            bench.group.beside(|| flow.execute_batch("COMMIT")).unwrap();
            assert_eq!(seen(writer), ["first"]);
            Ok(())
        },
        |_, writer| {
            assert_eq!(seen(writer), ["first", "flow"]);
            add(writer, "second")
        },
    );
    first.unwrap();
    second.unwrap().unwrap();
    assert_eq!(bench.names(), ["first", "flow", "second"]);
}

/// The work that is done again comes after what a flow has committed meanwhile, and undoes none of it.
#[test]
fn work_that_is_done_again_keeps_what_came_between() {
    let folder = tempfile::tempdir().unwrap();
    let bench = bench(folder.path());
    bench.write(|writer| ["mine", "other"].iter().try_for_each(|name| add(writer, name))).unwrap();
    let (first, second) = at_once(
        &bench,
        |_, writer| writer.execute("UPDATE t SET name = 'changed' WHERE name = 'mine'", &[]).map(drop),
        |bench, writer| {
            // Its own failure undoes the work of the first, which is done again on what the flow has left.
            add(writer, "second")?;
            let flow = bench.beside();
            flow.execute_batch("DELETE FROM t WHERE name = 'other'").unwrap();
            Err(refused())
        },
    );
    first.unwrap();
    assert!(second.unwrap().is_err());
    assert_eq!(bench.names(), ["changed"]);
}

#[test]
fn many_at_once_are_all_there() {
    let folder = tempfile::tempdir().unwrap();
    let bench = bench(folder.path());
    let threads = (0..100).map(|number| {
        let bench = Arc::clone(&bench);
        std::thread::spawn(move || {
            let result = bench.write(|writer| {
                add(writer, &format!("{number:03}"))?;
                if number % 3 == 0 { Err(refused()) } else { Ok(number) }
            });
            assert_eq!(result.ok(), (number % 3 != 0).then_some(number));
        })
    });
    threads.collect::<Vec<_>>().into_iter().for_each(|thread| thread.join().unwrap());
    let expected: Vec<String> = (0..100).filter(|n| n % 3 != 0).map(|n| format!("{n:03}")).collect();
    assert_eq!(bench.names(), expected);
}

#[test]
fn nobody_waits_for_who_works_alone() {
    let folder = tempfile::tempdir().unwrap();
    let bench = bench(folder.path());
    let mut other = None;
    bench
        .write(|writer| {
            let alone = Arc::clone(&bench);
            other = Some(std::thread::spawn(move || {
                alone.group.write(&alone.system, &alone.volumes, true, |_| {
                    // The first is committed before the long work begins.
                    Ok::<_, StoreError>(alone.names())
                })
            }));
            bench.line(1);
            add(writer, "first")
        })
        .unwrap();
    assert_eq!(other.unwrap().join().unwrap().unwrap(), ["first"]);
}

/// Otherwise the next one could put something into a folder that is about to be removed.
#[test]
fn who_comes_next_finds_no_folder_that_is_still_to_be_removed() {
    let folder = tempfile::tempdir().unwrap();
    let bench = bench(folder.path());
    let volume = TreePath::parse("main/default/v").unwrap();
    bench.volumes.write(&TreePath::parse("main/default/v/a.csv").unwrap(), b"x").unwrap();
    let there = volume.clone();
    let (first, second) = at_once(
        &bench,
        move |_, writer| writer.after_commit_remove(volume),
        move |bench, _| {
            assert!(bench.volumes.stat(&there).unwrap().is_none());
            Ok(())
        },
    );
    first.unwrap();
    second.unwrap().unwrap();
}

/// Otherwise its client would look and not find what it was told about.
#[test]
fn who_is_refused_is_told_so_when_the_reason_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    let bench = bench(folder.path());
    let (tell, told) = std::sync::mpsc::channel();
    let mut second = None;
    let first = bench.write(|writer| {
        let bench_of_second = Arc::clone(&bench);
        second = Some(std::thread::spawn(move || {
            let bench = bench_of_second;
            let mut third = None;
            let result: Result<(), _> = bench.write(|writer| {
                assert_eq!(seen(writer), ["first"]);
                let bench_of_third = Arc::clone(&bench);
                third = Some(std::thread::spawn(move || {
                    let wait = std::time::Duration::from_millis(300);
                    bench_of_third.write(|_| Ok(told.recv_timeout(wait).is_err())).unwrap()
                }));
                bench.line(1);
                Err(refused())
            });
            assert!(result.is_err() && bench.names() == ["first"]);
            let _ = tell.send(());
            third.unwrap().join().unwrap()
        }));
        bench.line(1);
        add(writer, "first")
    });
    first.unwrap();
    assert!(second.unwrap().join().unwrap(), "the second was told while the third still worked");
}

/// What a later one built on is not there.
#[test]
fn who_came_after_one_whose_work_cannot_be_done_again_fails_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let bench = bench(folder.path());
    let with = |sql: &str| {
        let statements = vec![Statement { sql: sql.to_string(), params: Vec::new() }];
        member(Done { statements, doomed: Vec::new() })
    };
    let (good, first) = with("INSERT INTO t VALUES ('first')");
    let (bad, second) = with("INSERT INTO nowhere VALUES (1)");
    let (after, third) = with("INSERT INTO t VALUES ('third')");
    {
        let mut open = lock(&bench.group.open);
        begin(&open.connection).unwrap();
        open.members.extend([good, bad, after]);
        open.undo();
        open.commit(&bench.volumes);
    }
    first.wait().unwrap();
    second.wait().unwrap_err();
    third.wait().unwrap_err();
    assert_eq!(bench.names(), ["first"]);
}

/// A caller that passes over the failure of a statement would take everybody's work with it.
#[test]
fn a_failure_that_was_passed_over_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let bench = bench(folder.path());
    let (first, second) = at_once(
        &bench,
        |_, writer| add(writer, "first"),
        |_, writer| {
            let _ = writer.execute("INSERT INTO nowhere VALUES (1)", &[]);
            Ok(())
        },
    );
    first.unwrap();
    second.unwrap().unwrap_err();
    assert_eq!(bench.names(), ["first"]);
}
