//! SQL warehouses. <https://docs.databricks.com/api/workspace/warehouses>
//!
//! A warehouse here is a name and a state: all statements run on the embedded engine. States are eventual, as the
//! real ones are: a started warehouse is `STARTING` first.

mod routes;
mod settings;

pub(crate) use routes::{check_exists, create, delete, edit, get, list, prepare, start, stop};
