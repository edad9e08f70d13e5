//! What flows remember: commits of tables, how far each flow has read its sources, and the files it has taken in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::securable::SecurableName;
use super::{Reader, StoreError, Writer};
use crate::ident::TableName;

/// A flow is its target and its name: renamed, it is another flow and starts anew.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FlowKey {
    pub target: TableName,
    pub flow: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CommitKind {
    Create,
    Append,
    /// Rows replaced as a whole: a materialized view's refresh, `INSERT OVERWRITE`.
    Overwrite,
    /// A full refresh of a streaming table, `TRUNCATE`.
    Truncate,
    Update,
    Delete,
    /// AUTO CDC.
    Merge,
}

impl CommitKind {
    const ALL: [Self; 7] =
        [Self::Create, Self::Append, Self::Overwrite, Self::Truncate, Self::Update, Self::Delete, Self::Merge];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Append => "APPEND",
            Self::Overwrite => "OVERWRITE",
            Self::Truncate => "TRUNCATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Merge => "MERGE",
        }
    }

    /// Has it only added rows? Only then may a stream go on.
    pub fn appends(self) -> bool {
        matches!(self, Self::Create | Self::Append)
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Commit {
    pub version: i64,
    pub kind: CommitKind,
    pub rows: i64,
    pub update_id: String,
    pub flow: String,
    pub committed_at: i64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IngestedFile {
    /// `/Volumes/…`.
    pub path: String,
    pub size: u64,
    pub modified_ms: i64,
}

impl Reader<'_> {
    /// The version of the table's last commit; 0 if it has none.
    pub fn version(&self, table: &TableName) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce(max(version), 0) FROM _lakesmith.commits WHERE target = ?";
        Ok(self.query_optional(sql, [table.key()], |row| row.get(0))?.unwrap_or(0))
    }

    /// Oldest first.
    pub fn commits_after(&self, table: &TableName, version: i64) -> Result<Vec<Commit>, StoreError> {
        let sql = "SELECT version, kind, rows, update_id, flow, committed_at FROM _lakesmith.commits \
                   WHERE target = ? AND version > ? ORDER BY version";
        self.query(sql, duckdb::params![table.key(), version], |row| {
            let kind: String = row.get(1)?;
            let found = CommitKind::ALL.into_iter().find(|known| known.as_str() == kind);
            Ok(Commit {
                version: row.get(0)?,
                kind: found.ok_or_else(|| {
                    let text = format!("unknown commit kind {kind}");
                    duckdb::Error::FromSqlConversionFailure(1, duckdb::types::Type::Text, text.into())
                })?,
                rows: row.get(2)?,
                update_id: row.get(3)?,
                flow: row.get(4)?,
                committed_at: row.get(5)?,
            })
        })
    }

    /// The last version of `source` that the flow has read; absent if it never ran.
    pub fn checkpoint(&self, flow: &FlowKey, source: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT version FROM _lakesmith.checkpoints WHERE target = ? AND flow = ? AND source = ?";
        self.query_optional(sql, [flow.target.key().as_str(), &flow.flow, source], |row| row.get(0))
    }

    /// By path.
    pub fn ingested_files(&self, flow: &FlowKey, source: &str) -> Result<BTreeMap<String, IngestedFile>, StoreError> {
        let sql = "SELECT path, size, modified_ms FROM _lakesmith.ingested_files \
                   WHERE target = ? AND flow = ? AND source = ?";
        let files = self.query(sql, [flow.target.key().as_str(), &flow.flow, source], |row| {
            let path: String = row.get(0)?;
            let size = u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default();
            Ok((path.clone(), IngestedFile { path, size, modified_ms: row.get(2)? }))
        })?;
        Ok(files.into_iter().collect())
    }

    /// What a materialized view was last computed from: its definition and its inputs' versions, as a digest.
    pub fn fingerprint(&self, table: &TableName) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM _lakesmith.fingerprints WHERE target = ?";
        self.query_optional(sql, [table.key()], |row| row.get(0))
    }
}

impl Writer<'_> {
    /// Records the commit and gives its version.
    pub fn record_commit(
        &self,
        table: &TableName,
        kind: CommitKind,
        rows: i64,
        update_id: &str,
        flow: &str,
    ) -> Result<i64, StoreError> {
        let version = self.version(table)? + 1;
        let sql = "INSERT INTO _lakesmith.commits VALUES (?, ?, ?, ?, ?, ?, ?)";
        let now = self.now();
        self.execute(sql, duckdb::params![table.key(), version, kind.as_str(), rows, update_id, flow, now])?;
        Ok(version)
    }

    pub fn set_checkpoint(&self, flow: &FlowKey, source: &str, version: i64) -> Result<(), StoreError> {
        let key = flow.target.key();
        let delete = "DELETE FROM _lakesmith.checkpoints WHERE target = ? AND flow = ? AND source = ?";
        self.execute(delete, duckdb::params![key.as_str(), &flow.flow, source])?;
        let insert = "INSERT INTO _lakesmith.checkpoints VALUES (?, ?, ?, ?, ?)";
        self.execute(insert, duckdb::params![key, flow.flow, source, version, self.now()])?;
        Ok(())
    }

    pub fn record_ingested(
        &self,
        flow: &FlowKey,
        source: &str,
        files: &[IngestedFile],
        version: i64,
    ) -> Result<(), StoreError> {
        let key = flow.target.key();
        let now = self.now();
        for file in files {
            let sql = "INSERT INTO _lakesmith.ingested_files VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
            let size = i64::try_from(file.size).unwrap_or(i64::MAX);
            let params = duckdb::params![key, flow.flow, source, file.path, size, file.modified_ms, version, now];
            self.execute(sql, params)?;
        }
        Ok(())
    }

    pub fn set_fingerprint(&self, table: &TableName, value: &str) -> Result<(), StoreError> {
        let key = table.key();
        self.execute("DELETE FROM _lakesmith.fingerprints WHERE target = ?", duckdb::params![&key])?;
        self.execute("INSERT INTO _lakesmith.fingerprints VALUES (?, ?)", duckdb::params![key.as_str(), value])?;
        Ok(())
    }

    /// Forgets how far the flows into `table` have come: what a full refresh does. Commits stay.
    pub fn reset_flows(&self, table: &TableName) -> Result<(), StoreError> {
        let key = table.key();
        for records in ["checkpoints", "ingested_files", "fingerprints"] {
            self.execute(&format!("DELETE FROM _lakesmith.{records} WHERE target = ?"), duckdb::params![&key])?;
        }
        Ok(())
    }

    pub(super) fn forget_flows(&self, table: &TableName) -> Result<(), StoreError> {
        self.reset_flows(table)?;
        self.execute("DELETE FROM _lakesmith.commits WHERE target = ?", duckdb::params![table.key()])?;
        Ok(())
    }
}
