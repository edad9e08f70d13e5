//! Where the rows behind a scan are. The lowering asks; a statement or a flow answers.

use std::sync::Arc;

use crate::analyze::bound::{BoundQuery, FileScan, Scan};
use crate::ident::TableName;
use crate::local::store::{IngestedFile, quoted};

use super::error::{EngineError, SqlError};
use super::policy::Policy;
use super::session::Principal;

/// The hidden column of tables that can be streamed from: the version of the commit that added the row.
pub(crate) const COMMIT_COLUMN: &str = "__lakesmith_commit";

/// What stands behind a table name.
#[expect(clippy::large_enum_variant, reason = "one is held for the time of one scan")]
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// A stored table.
    Stored(Stored),
    /// A view: its query, whose output columns have the names of the scan's columns.
    View(Arc<BoundQuery>),
}

#[derive(Clone, Debug)]
pub(crate) struct Stored {
    /// Quoted, inside the database.
    pub(crate) physical: String,
    /// For a stream: only rows of commits in `(after, upto]`.
    pub(crate) commits: Option<(i64, i64)>,
    /// Row filter and masks.
    pub(crate) policy: Option<Policy>,
}

impl Stored {
    pub(crate) fn commit_column() -> String {
        quoted(COMMIT_COLUMN)
    }
}

pub(crate) trait Source {
    fn table(&self, scan: &Scan) -> Result<Input, EngineError>;

    /// The files to read, with their places on disk.
    fn files(&self, scan: &FileScan) -> Result<Vec<DataFile>, EngineError>;

    /// The pipeline whose events are asked for, for the principal that asks.
    fn event_log(&self, _: &EventLog, _: &Principal) -> Result<String, EngineError> {
        Err(SqlError::unsupported("event_log in a pipeline").into())
    }

    /// Should files be looked through before DuckDB reads them? It costs time; without it, records that are not as
    /// the header says fail with `MALFORMED_CSV_RECORD`, and the caller asks again, carefully.
    fn careful(&self) -> bool {
        true
    }
}

/// Whose events: a pipeline's by its id, or those of the pipeline that makes a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum EventLog {
    Pipeline(String),
    Table(TableName),
}

/// A file to read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct DataFile {
    pub(crate) file: IngestedFile,
    pub(crate) disk: std::path::PathBuf,
}
