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
    let of_update = store.read(|tx| tx.events("p", Some("u1"), PageRequest::ALL)).unwrap();
    assert_eq!(of_update.items.len(), 1);
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
