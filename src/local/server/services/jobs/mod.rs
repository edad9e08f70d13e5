//! Jobs and their runs. <https://docs.databricks.com/api/workspace/jobs>, version 2.2
//!
//! A run executes its task graph: dependencies, `run_if`, conditions, retries, timeouts. Pipeline, SQL file and
//! condition tasks run; a task of another kind fails and says so. Schedules are kept but nothing is started by them.

mod condition;
mod definitions;
mod documented;
mod edit;
mod executor;
mod graph;
mod output;
mod record;
mod references;
mod runs;
mod settings;
mod start;
mod task;
mod wire;

pub(crate) use definitions::{check_exists, create, delete, get, list};
pub(crate) use edit::{reset, update};
pub(crate) use output::get_output;
pub(crate) use record::settle_interrupted;
pub(crate) use runs::{cancel_run, delete_run, get_run, list_runs};
pub(crate) use start::run_now;
