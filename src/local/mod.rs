//! The embedded workspace: it answers the Databricks REST API on loopback and really runs what it is given.
//!
//! Owns its own wire structs and its own reading of the public API documentation. Must not know `api`, `remote`,
//! `plan`, `apply` or `cli`: a fake that shares types with its client agrees with the client's mistakes.

pub mod server;
