//! The metadata tables. None has an index: they are small, and DuckDB replays a log without indices most simply after a
//! crash. So nothing here keeps two transactions that run beside each other from adding the same row: an object's name
//! is taken inside the database itself (`Writer::create_table`), or its makers use `Store::write`, which waits.

/// Raised when a table below changes in a way that an older lakesmith cannot read.
pub(super) const FORMAT: i64 = 1;

/// Makes what is absent; run at every start, in one transaction. Times are microseconds since the epoch.
pub(super) const CREATE: &str = r#"
CREATE SCHEMA IF NOT EXISTS _lakesmith;
CREATE SCHEMA IF NOT EXISTS _lakesmith_history;
CREATE SEQUENCE IF NOT EXISTS _lakesmith.counter;
CREATE TABLE IF NOT EXISTS _lakesmith.meta (name VARCHAR NOT NULL, value VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _lakesmith.documents (
    kind VARCHAR NOT NULL, id VARCHAR NOT NULL, parent VARCHAR NOT NULL, name VARCHAR NOT NULL, body VARCHAR NOT NULL,
    version BIGINT NOT NULL, position BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS _lakesmith.securables (
    kind VARCHAR NOT NULL, key VARCHAR NOT NULL, parent VARCHAR NOT NULL, record VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _lakesmith.grants (
    kind VARCHAR NOT NULL, key VARCHAR NOT NULL, principal VARCHAR NOT NULL, privilege VARCHAR NOT NULL,
    created_at BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS _lakesmith.commits (
    target VARCHAR NOT NULL, version BIGINT NOT NULL, kind VARCHAR NOT NULL, rows BIGINT NOT NULL,
    update_id VARCHAR NOT NULL, flow VARCHAR NOT NULL, committed_at BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS _lakesmith.checkpoints (
    target VARCHAR NOT NULL, flow VARCHAR NOT NULL, source VARCHAR NOT NULL, version BIGINT NOT NULL,
    committed_at BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS _lakesmith.ingested_files (
    target VARCHAR NOT NULL, flow VARCHAR NOT NULL, source VARCHAR NOT NULL, path VARCHAR NOT NULL, size BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL, version BIGINT NOT NULL, ingested_at BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS _lakesmith.fingerprints (target VARCHAR NOT NULL, value VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _lakesmith.doomed_folders (path VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _lakesmith.events (
    sequence BIGINT NOT NULL, id VARCHAR NOT NULL, pipeline_id VARCHAR NOT NULL, update_id VARCHAR NOT NULL,
    time BIGINT NOT NULL, level VARCHAR NOT NULL, event_type VARCHAR NOT NULL, maturity VARCHAR NOT NULL,
    message VARCHAR NOT NULL, origin VARCHAR NOT NULL, details VARCHAR NOT NULL, error VARCHAR);
"#;
