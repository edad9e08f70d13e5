//! lakesmith compiles a whole Databricks lakehouse before it is deployed.

pub mod data;
