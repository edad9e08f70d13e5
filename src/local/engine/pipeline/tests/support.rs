//! A workspace in a temporary folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::diag::SourceFile;
use crate::ident::{Identifier, TableName};
use crate::local::engine::pipeline::{UpdateOptions, UpdateReport, UpdateSpec, run_update};
use crate::local::engine::{CancelToken, EngineError, Principal, Session, statement};
use crate::local::store::{
    CatalogRecord, Registration, SchemaName, SchemaRecord, Store, StoreError, StoreOptions, VolumePath, VolumeRecord,
};
use crate::sys::{Env, FixedClock, Random, System};

pub(super) struct Workspace {
    pub(super) store: Store,
    _folder: Option<tempfile::TempDir>,
}

pub(super) fn session() -> Session {
    Session {
        principal: Principal { name: "admin@test".to_string(), groups: Vec::new(), admin: true },
        catalog: Identifier::object("main").unwrap(),
        schema: Identifier::object("demo").unwrap(),
        parameters: BTreeMap::new(),
        now: 1_763_085_600_000_000,
    }
}

pub(super) fn open(folder: &Path) -> Store {
    let system = System {
        clock: Arc::new(FixedClock::parse("2025-11-14T02:00:00Z").unwrap()),
        random: Arc::new(Random::seeded(1)),
        env: Env::default(),
    };
    Store::open(&StoreOptions { memory_mb: 300, threads: 2, ..StoreOptions::new(folder) }, system).unwrap()
}

/// The catalog `main` with the schema `demo` and in it the volume `landing`.
pub(super) fn set_up(store: &Store) {
    let catalog = Identifier::object("main").unwrap();
    let schema = SchemaName { catalog: catalog.clone(), name: Identifier::object("demo").unwrap() };
    let registration = Registration::default();
    store
        .write(|writer| -> Result<(), StoreError> {
            let record = CatalogRecord {
                name: catalog,
                comment: None,
                properties: BTreeMap::new(),
                registration: registration.clone(),
            };
            writer.create_catalog(record, "admin@test")?;
            let record = SchemaRecord {
                name: schema,
                comment: None,
                properties: BTreeMap::new(),
                registration: registration.clone(),
            };
            writer.create_schema(record, "admin@test")?;
            let name = TableName::parse("main.demo.landing").unwrap();
            let record = VolumeRecord { name, comment: None, storage_location: None, registration };
            writer.create_volume(record, "admin@test")?;
            Ok(())
        })
        .unwrap();
}

impl Workspace {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        set_up(&store);
        Self { store, _folder: Some(folder) }
    }

    /// Writes a file of the volume `landing`.
    pub(super) fn file(&self, path: &str, text: &str) {
        self.bytes(path, text.as_bytes());
    }

    pub(super) fn bytes(&self, path: &str, bytes: &[u8]) {
        let path = VolumePath::parse(&format!("/Volumes/main/demo/landing/{path}")).unwrap();
        self.store.volume_files().write(&path.tree_path(), bytes).unwrap();
    }

    pub(super) fn update(&self, sql: &str) -> UpdateReport {
        let report = self.try_update(sql, &UpdateOptions::default()).unwrap();
        assert!(report.failure.is_none(), "{:?}", report.failure);
        report
    }

    pub(super) fn try_update(&self, sql: &str, options: &UpdateOptions) -> Result<UpdateReport, EngineError> {
        update(&self.store, sql, options)
    }

    /// The rows of a query, values joined by `|`, NULL as `~`.
    pub(super) fn rows(&self, query: &str) -> Vec<String> {
        rows(&self.store, query)
    }
}

pub(super) fn update(store: &Store, sql: &str, options: &UpdateOptions) -> Result<UpdateReport, EngineError> {
    let spec = UpdateSpec {
        pipeline_id: "p-1".to_string(),
        pipeline_name: "demo".to_string(),
        update_id: "u-1".to_string(),
        files: vec![SourceFile::new("pipeline.sql", sql)],
        session: session(),
    };
    run_update(store, &spec, options, &CancelToken::default(), &mut |_| {})
}

pub(super) fn rows(store: &Store, query: &str) -> Vec<String> {
    let answer = statement::execute(store, query, &session(), Default::default(), &CancelToken::default());
    let answer = answer.unwrap_or_else(|error| panic!("{query}: {error:?}"));
    let text = |value: Option<String>| value.unwrap_or_else(|| "~".to_string());
    answer.rows.into_iter().map(|row| row.into_iter().map(text).collect::<Vec<_>>().join("|")).collect()
}
