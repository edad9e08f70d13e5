//! Pipelines from outside: files and SQL in, tables and event log out.

mod support;

mod cancel;
mod cdc;
mod clauses;
mod crash;
mod depth;
mod event_log;
mod expectations;
mod ingestion;
mod masks;
mod refresh;
mod replace;
