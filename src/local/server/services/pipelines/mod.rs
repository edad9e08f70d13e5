//! Pipelines, their updates and their event log. <https://docs.databricks.com/api/workspace/pipelines>
//!
//! An update runs apart from its request: `QUEUED`, `INITIALIZING`, `SETTING_UP_TABLES`, `RUNNING`, and then
//! `COMPLETED`, `FAILED` or `CANCELED`. One that a killed process left is `FAILED` after the next start.

mod configuration;
mod definitions;
mod events;
mod filter;
mod record;
mod run;
mod spec;
mod updates;

pub(crate) use definitions::{create, delete, edit, get, list};
pub(crate) use events::list_events;
pub(crate) use record::{Cause, UpdateState, check_exists, settle_interrupted};
pub(crate) use run::{execute, reserve};
pub(crate) use updates::{UpdateRequest, get_update, list_updates, start_update, stop};
