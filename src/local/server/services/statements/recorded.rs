//! Statements that another service runs for a caller: they are found, and their results read, as if the caller had sent
//! them.

use std::sync::Arc;

use serde_json::Value;

use super::registry::{Phase, Statement};
use super::result::ResultSet;
use crate::local::server::activity::Cancel;
use crate::local::server::app::{App, Shared};
use crate::local::server::engine::{self, Answer, Failure, RunFailure, StatementRun};

/// A statement that has come to its end.
pub(crate) struct Recorded {
    pub(crate) id: String,
    pub(crate) outcome: Result<Answer, RunFailure>,
}

pub(crate) async fn run_recorded(app: &Shared, run: StatementRun, cancel: &Cancel) -> Recorded {
    let by = run.principal.name.clone();
    let statement = Arc::new(Statement::new(app.system.random.uuid().to_string(), by, app.system.clock.now()));
    app.statements.add(Arc::clone(&statement));
    statement.enter(Phase::Running);
    let outcome = engine::run_statement(app, run, cancel).await.and_then(|answer| match answer.oversized {
        true => {
            let message = "The result is larger than what a statement may give inline.".to_string();
            Err(RunFailure::Failed(Failure { message, sql_state: None, internal: false }))
        }
        false => Ok(answer),
    });
    statement.enter(match &outcome {
        Ok(answer) => match ResultSet::inline(answer.clone(), app.chunk_rows) {
            Some(set) => Phase::Succeeded(Arc::new(set)),
            None => Phase::Canceled,
        },
        Err(RunFailure::Cancelled) => Phase::Canceled,
        Err(RunFailure::Failed(failure)) => Phase::Failed(Arc::new(failure.clone())),
    });
    Recorded { id: statement.id.clone(), outcome }
}

/// The statement as `GET /api/2.0/sql/statements/{id}` tells it; `None` once it was let go of.
pub(crate) fn recorded(app: &App, id: &str) -> Option<Value> {
    app.statements.linked(id).ok().map(|statement| statement.wire(app))
}
