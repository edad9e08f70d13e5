//! One module a kind: its field rules, its documented fields, and how it is read from the project.

pub(super) mod alert;
pub(super) mod binding;
pub(super) mod catalog;
pub(super) mod cron;
pub(super) mod dashboard;
pub(super) mod dashboard_schedule;
mod document;
pub(super) mod experiment;
pub(super) mod file;
pub(super) mod genie;
pub(super) mod grants;
pub(super) mod job;
pub(super) mod job_fields;
pub(super) mod permissions;
pub(super) mod pipeline;
pub(super) mod registered_model;
pub(super) mod schema;
pub(super) mod secret_scope;
pub(super) mod sql_object;
pub(super) mod sql_warehouse;
pub(super) mod volume;
