//! SQL alerts, version 2. <https://docs.databricks.com/api/workspace/alertsv2>
//!
//! Here an alert is created, read back, changed and deleted. None is evaluated yet: each has the state `UNKNOWN`, "alert
//! not yet evaluated". Its folder shows no file of it, as the real one does.

mod alert;
mod calls;

pub(crate) use calls::{check_exists, create, get, list, trash, update};
