//! The embedded workspace: storage, SQL execution on DuckDB, and the HTTP server that speaks the workspace's API.
//!
//! Keeps its own wire structs and knows nothing of the client side (`api`, `remote`, `plan`, `apply`, `cli`).

pub mod engine;
pub mod server;
pub mod store;
