//! Unity Catalog 2.1: catalogs, schemas, tables, volumes, functions, models, grants.
//! <https://docs.databricks.com/api/workspace/catalogs> and its neighbours.
//!
//! Names of catalogs, schemas, tables and volumes are kept in lower case, as Unity Catalog keeps them
//! (Databricks documentation, "Names", § Unity Catalog).

pub(crate) mod catalogs;
pub(crate) mod functions;
pub(crate) mod grants;
pub(crate) mod metastore;
pub(crate) mod models;
mod names;
pub(crate) mod schemas;
pub(crate) mod tables;
pub(crate) mod types;
pub(crate) mod volumes;
