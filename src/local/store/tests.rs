//! The store from outside: what is kept, what is refused, what survives.

use serde_json::json;

use super::*;
use crate::ident::{Identifier, TableName};
use crate::sys::{Env, FixedClock, Random, System};
use std::sync::Arc;

fn system() -> System {
    System {
        clock: Arc::new(FixedClock::parse("2025-11-14T02:00:00Z").unwrap()),
        random: Arc::new(Random::seeded(1)),
        env: Env::default(),
    }
}

fn open(folder: &std::path::Path) -> Result<Store, StoreError> {
    Store::open(&StoreOptions { memory_mb: 200, threads: 2, ..StoreOptions::new(folder) }, system())
}

const KIND: DocumentKind = DocumentKind("pipeline");

fn put(store: &Store, id: &str, name: &str, expect: Expect) -> Result<i64, StoreError> {
    store.write(|tx| tx.put_document(KIND, id, "", name, &json!({ "id": id }), expect))
}

#[test]
fn one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    assert!(matches!(open(folder.path()), Err(StoreError::InUse(_))));
    drop(store);
    open(folder.path()).unwrap();
}

#[test]
fn a_file_of_another_program_is_reported_as_such() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("workspace.duckdb"), vec![7; 20_000]).unwrap();
    assert!(matches!(open(folder.path()), Err(StoreError::Corrupt { .. })));
}

#[test]
fn documents_have_versions_and_pages() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    for id in ["c", "a", "b"] {
        assert_eq!(put(&store, id, id, Expect::Absent).unwrap(), 1);
    }
    assert!(matches!(put(&store, "a", "a", Expect::Absent), Err(StoreError::AlreadyExists { .. })));
    assert_eq!(put(&store, "a", "a2", Expect::Version(1)).unwrap(), 2);
    assert!(matches!(put(&store, "a", "a3", Expect::Version(1)), Err(StoreError::Stale { found: 2, .. })));
    let page = |order, token: Option<&str>| {
        let request = PageRequest { size: 2, token };
        store.read(|tx| tx.documents::<serde_json::Value>(KIND, Filter::default(), order, request)).unwrap()
    };
    let ids = |page: &Page<Document<serde_json::Value>>| page.items.iter().map(|d| d.id.clone()).collect::<Vec<_>>();
    let first = page(Order::Oldest, None);
    assert_eq!(ids(&first), ["c", "a"]);
    let second = page(Order::Oldest, first.next.as_deref());
    assert_eq!((ids(&second), &second.next), (vec!["b".to_string()], &None));
    let names = page(Order::Name, None);
    assert_eq!(ids(&names), ["a", "b"]);
    assert_eq!(ids(&page(Order::Name, names.next.as_deref())), ["c"]);
    assert_eq!(ids(&page(Order::Newest, None)), ["b", "a"]);
}

#[test]
fn a_failed_write_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    let failed = store.write(|tx| -> Result<(), StoreError> {
        tx.put_document(KIND, "x", "", "x", &json!(1), Expect::Absent)?;
        Err(StoreError::PageToken)
    });
    assert!(failed.is_err());
    assert!(store.read(|tx| tx.document::<serde_json::Value>(KIND, "x")).unwrap().is_none());
}

fn catalog(name: &str) -> CatalogRecord {
    CatalogRecord {
        name: Identifier::object(name).unwrap(),
        comment: None,
        properties: Default::default(),
        registration: Registration::default(),
    }
}

#[test]
fn objects_are_found_without_case_and_dropped_with_what_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    let volume = TableName::parse("Main.default.landing").unwrap();
    store
        .write(|tx| -> Result<(), StoreError> {
            tx.create_catalog(catalog("Main"), "admin@test")?;
            let record = VolumeRecord {
                name: volume.clone(),
                comment: None,
                storage_location: None,
                registration: Registration::default(),
            };
            tx.create_volume(record, "admin@test")?;
            Ok(())
        })
        .unwrap();
    let path = VolumePath::parse("/Volumes/main/DEFAULT/landing/calls/a.csv").unwrap();
    store.volume_files().write(&path.tree_path(), b"x").unwrap();
    let lower = Identifier::object("main").unwrap();
    let found = store.read(|tx| tx.expect_securable::<CatalogRecord>(&lower)).unwrap();
    assert_eq!((found.name.as_str(), found.registration.owner.as_str()), ("Main", "admin@test"));
    let kept = store.write(|tx| tx.drop_schema(&SchemaName::of(&volume), false));
    assert!(matches!(kept, Err(StoreError::NotEmpty { .. })));
    assert!(store.volume_files().stat(&path.tree_path()).unwrap().is_some());
    store.write(|tx| tx.drop_catalog(&lower, true)).unwrap();
    assert!(store.volume_files().stat(&path.tree_path()).unwrap().is_none());
    assert!(store.read(|tx| tx.securables::<SchemaRecord>()).unwrap().is_empty());
}

#[test]
fn paths_cannot_leave_their_tree() {
    for path in ["../x", "a/../../x", "a//b", "a/./b", "a\\..\\b", "a\0b"] {
        assert!(matches!(TreePath::parse(path), Err(StoreError::Path { .. })), "{path}");
    }
    assert!(VolumePath::parse("/Volumes/a/b").is_err());
    assert!(VolumePath::parse("/Volumes/a/b/../c/d").is_err());
    assert_eq!(VolumePath::parse("dbfs:/Volumes/a/b/c/d/e.csv").unwrap().to_string(), "/Volumes/a/b/c/d/e.csv");
}

#[test]
fn flows_remember() {
    let folder = tempfile::tempdir().unwrap();
    let target = TableName::parse("a.b.c").unwrap();
    let flow = FlowKey { target: target.clone(), flow: "f".to_string() };
    let file = IngestedFile { path: "/Volumes/a/b/v/1.csv".to_string(), size: 3, modified_ms: 5 };
    {
        let store = open(folder.path()).unwrap();
        store
            .write(|tx| -> Result<(), StoreError> {
                assert_eq!(tx.record_commit(&target, CommitKind::Append, 10, "u", "f")?, 1);
                assert_eq!(tx.record_commit(&target, CommitKind::Delete, 1, "u", "f")?, 2);
                tx.set_checkpoint(&flow, "s", 7)?;
                tx.set_checkpoint(&flow, "s", 8)?;
                tx.record_ingested(&flow, "s", std::slice::from_ref(&file), 1)
            })
            .unwrap();
    }
    let store = open(folder.path()).unwrap();
    store
        .read(|tx| -> Result<(), StoreError> {
            let kinds: Vec<_> = tx.commits_after(&target, 1)?.into_iter().map(|commit| commit.kind).collect();
            assert_eq!(kinds, [CommitKind::Delete]);
            assert_eq!(tx.checkpoint(&flow, "s")?, Some(8));
            assert_eq!(tx.ingested_files(&flow, "s")?.get(&file.path), Some(&file));
            Ok(())
        })
        .unwrap();
}

#[test]
fn events_come_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    for update_id in ["u1", "u2", "u2"] {
        let draft = EventDraft {
            pipeline_id: "p".to_string(),
            update_id: update_id.to_string(),
            level: EventLevel::Info,
            event_type: "flow_progress",
            message: "m".to_string(),
            origin: json!({}),
            details: json!({ "a": 1 }),
            error: None,
        };
        store.write(|tx| tx.log_event(&draft)).unwrap();
    }
    let page = store.read(|tx| tx.events("p", None, PageRequest { size: 2, token: None })).unwrap();
    assert!(page.items[0].sequence > page.items[1].sequence);
    let rest = store.read(|tx| tx.events("p", None, PageRequest { size: 2, token: page.next.as_deref() })).unwrap();
    assert_eq!((rest.items.len(), rest.items[0].update_id.as_str()), (1, "u1"));
    let oldest = EventSelect { ascending: true, conditions: Vec::new() };
    let ascending =
        |token: Option<&str>| store.read(|tx| tx.events("p", Some(&oldest), PageRequest { size: 2, token })).unwrap();
    let first = ascending(None);
    assert_eq!(first.items[0].update_id, "u1");
    assert_eq!(ascending(first.next.as_deref()).items.len(), 1);
    let found = |conditions: Vec<EventCondition>| {
        let select = EventSelect { ascending: false, conditions };
        store.read(|tx| tx.events("p", Some(&select), PageRequest::ALL)).unwrap().items.len()
    };
    let (one, now) = (&page.items[0], page.items[0].time);
    assert_eq!(found(vec![EventCondition::Id(one.id.clone())]), 1);
    assert_eq!(found(vec![EventCondition::Level(vec!["warn".to_string(), "info".to_string()])]), 3);
    assert_eq!(found(vec![EventCondition::Level(vec!["ERROR".to_string()])]), 0);
    let times = [
        (TimeComparison::Less, 0),
        (TimeComparison::LessOrEqual, 3),
        (TimeComparison::Equal, 3),
        (TimeComparison::GreaterOrEqual, 3),
        (TimeComparison::Greater, 0),
    ];
    for (comparison, expected) in times {
        assert_eq!(found(vec![EventCondition::Time(comparison, now)]), expected, "{comparison:?}");
    }
}

/// Whoever makes the record: names become keys and folders.
#[test]
fn names_that_are_no_object_names_are_refused_here_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    store.write(|tx| tx.create_catalog(catalog("main"), "admin@test")).unwrap();
    let outside = tempfile::tempdir().unwrap();
    for name in ["/x", "..", "a.b", "a/b", "a\\b", outside.path().to_str().unwrap()] {
        let part = |text: &str| Identifier::new(text).unwrap();
        let name = TableName { catalog: part("main"), schema: part("default"), name: part(name) };
        let record = VolumeRecord {
            name: name.clone(),
            comment: None,
            storage_location: None,
            registration: Registration::default(),
        };
        let made = store.write(|tx| tx.create_volume(record, "admin@test"));
        assert!(matches!(made, Err(StoreError::Name(_) | StoreError::Path { .. })), "{name}: {made:?}");
        assert!(VolumePath::root(&name).is_err() || name.name.as_str() == "a.b");
    }
    assert!(outside.path().exists());
}

/// A writer holds its transaction for as long as a pipeline's flow takes.
#[test]
fn a_reader_does_not_wait_for_a_writer() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    put(&store, "a", "a", Expect::Absent).unwrap();
    store
        .write(|tx| -> Result<(), StoreError> {
            tx.put_document(KIND, "a", "", "b", &json!({}), Expect::Version(1))?;
            let readers: Vec<_> = (0..3)
                .map(|_| {
                    let store = store.clone();
                    let (sender, done) = std::sync::mpsc::channel();
                    std::thread::spawn(move || {
                        let found = store.read(|tx| tx.document::<serde_json::Value>(KIND, "a"));
                        sender.send(found.unwrap().unwrap().name)
                    });
                    done
                })
                .collect();
            for done in readers {
                let name = done.recv_timeout(std::time::Duration::from_secs(20)).expect("the reader waits");
                assert_eq!(name, "a");
            }
            Ok(())
        })
        .unwrap();
}

fn volume(name: &TableName) -> VolumeRecord {
    VolumeRecord { name: name.clone(), comment: None, storage_location: None, registration: Registration::default() }
}

fn counter(store: &Store) -> i64 {
    let next = store.write(|tx| tx.query("SELECT nextval('_lakesmith.counter')", [], |row| row.get::<_, i64>(0)));
    next.unwrap()[0]
}

/// What large tables have left behind goes when they have gone, and everything else stays.
#[test]
fn a_workspace_without_tables_gives_its_room_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("workspace.duckdb");
    let store = open(folder.path()).unwrap();
    store.write(|tx| tx.create_catalog(catalog("main"), "admin@test")).unwrap();
    let fill =
        "CREATE TABLE \"main.default\".large AS SELECT i, repeat(md5(i::VARCHAR), 4) AS t FROM range(300000) r(i)";
    store.write(|tx| tx.execute(fill, &[])).unwrap();
    store.write(|tx| tx.execute("DROP TABLE \"main.default\".large", &[])).unwrap();
    // Somebody else still uses it.
    store.clone().close().unwrap();
    store.connection().unwrap().execute_batch("CHECKPOINT").unwrap();
    assert!(std::fs::metadata(&file).unwrap().len() > 8 * 1024 * 1024);
    let before = counter(&store);
    store.close().unwrap();
    let size = std::fs::metadata(&file).unwrap().len();
    assert!(size < 8 * 1024 * 1024, "{size}");
    let store = open(folder.path()).unwrap();
    let found = store.read(|tx| tx.securables::<CatalogRecord>()).unwrap();
    assert_eq!(found.len(), 1);
    // Numbers go on: what was made first is still the oldest.
    assert!(counter(&store) > before);
    // The schema is there inside the database, too.
    store.write(|tx| tx.execute("CREATE TABLE \"main.default\".t (a INT)", &[])).unwrap();
    let volume_name = TableName::parse("main.default.v").unwrap();
    store.write(|tx| tx.create_volume(volume(&volume_name), "admin@test")).unwrap();
}

#[test]
fn a_folder_that_outlives_its_volume_goes_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let name = TableName::parse("main.default.v").unwrap();
    let path = VolumePath::parse("/Volumes/main/default/v/a.csv").unwrap().tree_path();
    {
        let store = open(folder.path()).unwrap();
        store.write(|tx| tx.create_catalog(catalog("main"), "admin@test")).unwrap();
        store.write(|tx| tx.create_volume(volume(&name), "admin@test")).unwrap();
        store.write(|tx| tx.drop_volume(&name)).unwrap();
        // As a crash between the commit and the removal would leave it.
        let doomed = "INSERT INTO _lakesmith.doomed_folders VALUES ('main/default/v')";
        store.write(|tx| tx.execute(doomed, &[])).unwrap();
        store.volume_files().write(&path, b"x").unwrap();
    }
    let store = open(folder.path()).unwrap();
    assert!(store.volume_files().stat(&path).unwrap().is_none());
}

/// Files that somebody placed before there was a volume are in the volume; what a dropped one left is not.
#[test]
fn a_new_volume_takes_up_the_files_that_were_placed_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let name = TableName::parse("main.default.v").unwrap();
    let path = VolumePath::parse("/Volumes/main/default/v/a.csv").unwrap().tree_path();
    let store = open(folder.path()).unwrap();
    store.write(|tx| tx.create_catalog(catalog("main"), "admin@test")).unwrap();
    let there = || store.volume_files().stat(&path).unwrap().is_some();
    for _ in 0..2 {
        store.volume_files().write(&path, b"x").unwrap();
        store.write(|tx| tx.create_volume(volume(&name), "admin@test")).unwrap();
        assert!(there());
        store.write(|tx| tx.drop_volume(&name)).unwrap();
        assert!(!there());
    }
    let doomed = "INSERT INTO _lakesmith.doomed_folders VALUES ('main/default/v')";
    store.write(|tx| tx.execute(doomed, &[])).unwrap();
    store.volume_files().write(&path, b"x").unwrap();
    store.write(|tx| tx.create_volume(volume(&name), "admin@test")).unwrap();
    assert!(!there());
}

#[test]
fn a_new_volume_of_the_same_name_keeps_its_files_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let name = TableName::parse("main.default.v").unwrap();
    let path = VolumePath::parse("/Volumes/main/default/v/a.csv").unwrap().tree_path();
    {
        let store = open(folder.path()).unwrap();
        store.write(|tx| tx.create_catalog(catalog("main"), "admin@test")).unwrap();
        store.write(|tx| tx.create_volume(volume(&name), "admin@test")).unwrap();
        store.write(|tx| tx.drop_volume(&name)).unwrap();
        store.write(|tx| tx.create_volume(volume(&name), "admin@test")).unwrap();
        store.volume_files().write(&path, b"x").unwrap();
    }
    let store = open(folder.path()).unwrap();
    assert!(store.volume_files().stat(&path).unwrap().is_some());
}

/// A statement and a pipeline that publish the same view at once.
#[test]
fn two_transactions_do_not_make_the_same_view() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    store.write(|tx| tx.create_catalog(catalog("main"), "admin@test")).unwrap();
    let record = || TableRecord {
        name: TableName::parse("main.default.v").unwrap(),
        kind: TableKind::View,
        columns: Vec::new(),
        comment: None,
        properties: Default::default(),
        cluster_by: Vec::new(),
        partitioned_by: Vec::new(),
        definition: None,
        pipeline_id: None,
        append_only: true,
        row_filter: None,
        masks: Vec::new(),
        declared: Default::default(),
        registration: Registration::default(),
    };
    let second = store.write_beside(|tx| -> Result<_, StoreError> {
        // Begins before the other has committed, and does not see it.
        assert!(tx.securables::<TableRecord>()?.is_empty());
        store.write(|other| other.create_table(record(), "first@test"))?;
        tx.create_table(record(), "second@test")
    });
    assert!(matches!(second, Err(StoreError::Conflict(_))), "{second:?}");
    let found = store.read(|tx| tx.securables::<TableRecord>()).unwrap();
    assert_eq!(found.len(), 1);
    store.write(|tx| tx.drop_table(&found[0].name)).unwrap();
    store.write(|tx| tx.create_table(record(), "again@test")).unwrap();
}
