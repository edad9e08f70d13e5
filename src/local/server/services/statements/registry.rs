//! The statements of this process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::links::{self, Files};
use super::result::ResultSet;
use crate::local::engine::Principal;
use crate::local::server::activity::Cancel;
use crate::local::server::app::App;
use crate::local::server::engine::Failure;
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};

/// "The result data remains available for one hour."
const KEPT: TimeDelta = TimeDelta::hours(1);
/// Beyond this the oldest results go earlier.
const MAX_BYTES: usize = 256 * 1024 * 1024;
/// The same for the files of results that are fetched by links.
const MAX_DISK: usize = 4 * 1024 * 1024 * 1024;

#[derive(Clone)]
pub(super) enum Phase {
    Pending,
    Running,
    Succeeded(Arc<ResultSet>),
    Failed(Arc<Failure>),
    Canceled,
}

impl Phase {
    pub(super) fn is_final(&self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }
}

pub(super) struct Statement {
    pub(super) id: String,
    pub(super) cancel: Cancel,
    /// Who sent it.
    by: String,
    phase: watch::Sender<Phase>,
    made_at: DateTime<Utc>,
}

impl Statement {
    pub(super) fn new(id: String, by: String, made_at: DateTime<Utc>) -> Self {
        Self { id, by, cancel: Cancel::default(), phase: watch::Sender::new(Phase::Pending), made_at }
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase.borrow().clone()
    }

    /// A final phase stays.
    pub(super) fn enter(&self, phase: Phase) {
        self.phase.send_if_modified(|known| {
            let changes = !known.is_final();
            if changes {
                *known = phase;
            }
            changes
        });
    }

    pub(super) async fn finished(&self) {
        // The sender lives in `self`, so the wait cannot fail.
        let _ = self.phase.subscribe().wait_for(Phase::is_final).await;
    }

    /// The response of execute and get: with the first chunk once it is there.
    pub(super) fn wire(&self, app: &App) -> Value {
        let mut answer = json!({ "statement_id": self.id });
        match self.phase() {
            Phase::Pending => answer["status"] = json!({"state": "PENDING"}),
            Phase::Running => answer["status"] = json!({"state": "RUNNING"}),
            Phase::Canceled => answer["status"] = json!({"state": "CANCELED"}),
            Phase::Failed(failure) => {
                let error = json!({"error_code": failure.code(), "message": failure.message});
                answer["status"] = json!({"state": "FAILED", "error": error});
                if let Some(sql_state) = &failure.sql_state {
                    answer["status"]["sql_state"] = json!(sql_state);
                }
            }
            Phase::Succeeded(set) => {
                answer["status"] = json!({"state": "SUCCEEDED"});
                answer["manifest"] = set.manifest();
                answer["result"] =
                    set.chunk(&self.id, 0, &|index| links::link(app, &self.id, index)).unwrap_or_default();
            }
        }
        answer
    }

    /// In memory and on disk.
    fn size(&self) -> (usize, usize) {
        match &*self.phase.borrow() {
            Phase::Succeeded(set) => (set.size(), set.files().map_or(0, Files::bytes)),
            _ => (0, 0),
        }
    }
}

#[derive(Default)]
pub(crate) struct Statements(Mutex<BTreeMap<String, Arc<Statement>>>);

impl Statements {
    fn table(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Statement>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a statement and lets go of results that are old or too large together.
    pub(super) fn add(&self, statement: Arc<Statement>) {
        let mut table = self.table();
        let now = statement.made_at;
        table.retain(|_, known| !known.phase().is_final() || now - known.made_at < KEPT);
        let mut finished: Vec<_> = table.values().filter(|known| known.phase().is_final()).cloned().collect();
        finished.sort_by_key(|known| known.made_at);
        let sum = |sizes: (usize, usize), known: &Arc<Statement>| (sizes.0 + known.size().0, sizes.1 + known.size().1);
        let (mut bytes, mut disk) = finished.iter().fold((0, 0), sum);
        for known in finished {
            if bytes <= MAX_BYTES && disk <= MAX_DISK {
                break;
            }
            let size = known.size();
            (bytes, disk) = (bytes - size.0, disk - size.1);
            table.remove(&known.id);
        }
        table.insert(statement.id.clone(), statement);
    }

    /// Everybody finds their own statements, and administrators all of them.
    pub(super) fn find(&self, id: &str, caller: &Principal) -> ApiResult<Arc<Statement>> {
        self.found(id, |statement| caller.admin || statement.by == caller.name)
    }

    /// For whoever comes with a link, which is its own credential.
    pub(super) fn linked(&self, id: &str) -> ApiResult<Arc<Statement>> {
        self.found(id, |_| true)
    }

    fn found(&self, id: &str, visible: impl Fn(&Statement) -> bool) -> ApiResult<Arc<Statement>> {
        let found = self.table().get(id).filter(|statement| visible(statement)).cloned();
        let message = || format!("The statement {id} was not found. It may have expired.");
        found.ok_or_else(|| ApiError::new(ErrorCode::NotFound, message()))
    }
}
