//! A store in a temporary folder, and an administrator who runs statements on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ident::Identifier;
use crate::local::engine::statement::{Answer, execute};
use crate::local::engine::{CancelToken, EngineError, Principal, Session};
use crate::local::store::{Store, StoreOptions};
use crate::sys::{Env, FixedClock, Random, System};

pub(super) struct Bench {
    pub(super) store: Store,
    pub(super) session: Session,
    _folder: tempfile::TempDir,
}

impl Bench {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = FixedClock::parse("2025-11-14T12:00:00Z").unwrap();
        let system = System { clock: Arc::new(clock), random: Arc::new(Random::seeded(1)), env: Env::default() };
        let store = Store::open(&StoreOptions::new(folder.path()), system).unwrap();
        let session = Session {
            principal: Principal { name: "admin@example.test".to_string(), groups: vec![], admin: true },
            catalog: Identifier::object("c").unwrap(),
            schema: Identifier::object("s").unwrap(),
            parameters: BTreeMap::new(),
            now: 1_763_121_600_000_000,
        };
        let bench = Self { store, session, _folder: folder };
        bench.run("CREATE CATALOG c");
        bench.run("CREATE SCHEMA s COMMENT 'a schema'");
        bench
    }

    pub(super) fn try_run(&self, sql: &str) -> Result<Answer, EngineError> {
        execute(&self.store, sql, &self.session, Default::default(), &CancelToken::default())
    }

    pub(super) fn run(&self, sql: &str) -> Answer {
        self.try_run(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"))
    }

    pub(super) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let text = |value: Option<String>| value.unwrap_or_else(|| "NULL".to_string());
        self.run(sql).rows.into_iter().map(|row| row.into_iter().map(text).collect()).collect()
    }

    pub(super) fn class(&self, sql: &str) -> String {
        match self.try_run(sql) {
            Err(EngineError::Sql(error)) => error.class,
            other => panic!("{sql}: {other:?}"),
        }
    }
}
