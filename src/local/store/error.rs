//! What can go wrong with the store, told apart where a caller must act differently.

use std::path::PathBuf;

use crate::ident::NameError;
use crate::sys::fs::FsError;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the data folder {} is in use by another process", .0.display())]
    InUse(PathBuf),
    #[error("the data folder {} cannot be used: {reason}", path.display())]
    Folder { path: PathBuf, reason: &'static str },
    #[error("the database {} is damaged or was written by another program", path.display())]
    Corrupt {
        path: PathBuf,
        #[source]
        source: duckdb::Error,
    },
    #[error("the database was written by a newer lakesmith (format {found}; this one knows {known})")]
    Newer { found: i64, known: i64 },
    #[error("the disk is full")]
    DiskFull(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("not enough memory: the limit of the embedded workspace was reached")]
    OutOfMemory(#[source] duckdb::Error),
    #[error("{kind} `{name}` already exists")]
    AlreadyExists { kind: &'static str, name: String },
    #[error("{kind} `{name}` does not exist")]
    NotFound { kind: &'static str, name: String },
    #[error("{kind} `{name}` is not empty")]
    NotEmpty { kind: &'static str, name: String },
    #[error("{kind} `{name}` was changed by somebody else (version {found}, expected {expected})")]
    Stale { kind: &'static str, name: String, expected: i64, found: i64 },
    #[error("`{path}` is not a valid path: {reason}")]
    Path { path: String, reason: &'static str },
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("another transaction changed the same rows at the same time")]
    Conflict(#[source] duckdb::Error),
    #[error("the page token is not valid")]
    PageToken,
    #[error("a stored {kind} cannot be read")]
    Record {
        kind: &'static str,
        #[source]
        source: serde_json::Error,
    },
    #[error(transparent)]
    File(FsError),
    #[error("the database failed")]
    Database(#[source] duckdb::Error),
}

impl From<FsError> for StoreError {
    fn from(error: FsError) -> Self {
        match error.source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull(Box::new(error)),
            _ => Self::File(error),
        }
    }
}

impl From<duckdb::Error> for StoreError {
    fn from(error: duckdb::Error) -> Self {
        match Failure::of(&error) {
            Failure::DiskFull => Self::DiskFull(Box::new(error)),
            Failure::OutOfMemory => Self::OutOfMemory(error),
            Failure::Conflict => Self::Conflict(error),
            Failure::Corrupt | Failure::Locked | Failure::Other => Self::Database(error),
        }
    }
}

/// The kinds of DuckDB failure that callers tell apart. DuckDB's client interface gives a text only, so this is the
/// one place of the store that looks at it; the texts are those of DuckDB 1.5.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Failure {
    DiskFull,
    OutOfMemory,
    Conflict,
    Corrupt,
    Locked,
    Other,
}

impl Failure {
    pub(super) fn of(error: &duckdb::Error) -> Self {
        let duckdb::Error::DuckDBFailure(_, Some(text)) = error else {
            return Self::Other;
        };
        let has = |part: &str| text.contains(part);
        if has("No space left on device") || has("Disk quota exceeded") || has("max_temp_directory_size") {
            Self::DiskFull
        } else if text.starts_with("Out of Memory Error") {
            Self::OutOfMemory
        } else if is_conflict(text) {
            Self::Conflict
        } else if has("Could not set lock on file") {
            Self::Locked
        } else if has("not a valid DuckDB database file")
            || has("Corrupt database file")
            || text.starts_with("Serialization Error")
            || has("checksum")
        {
            Self::Corrupt
        } else {
            Self::Other
        }
    }
}

/// Of all that can go wrong when a transaction commits (a log that cannot be written, too), what another one did.
fn is_conflict(text: &str) -> bool {
    let Some(reason) = text.strip_prefix("TransactionContext Error: ") else { return false };
    let reason = reason.strip_prefix("Failed to commit: ").unwrap_or(reason);
    let conflicts = ["Conflict on ", "Transaction conflict", "Catalog write-write conflict", "write-write conflict"];
    conflicts.iter().any(|conflict| reason.starts_with(conflict))
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn only_what_another_transaction_did_is_a_conflict() {
        let of = |text: &str| Failure::of(&duckdb::Error::DuckDBFailure(duckdb::ffi::Error::new(1), Some(text.into())));
        for text in [
            "TransactionContext Error: Conflict on update!",
            "TransactionContext Error: Conflict on tuple deletion!",
            "TransactionContext Error: Catalog write-write conflict on create with \"t\"",
            "TransactionContext Error: Failed to commit: write-write conflict on key: \"1\"",
            "TransactionContext Error: Transaction conflict: cannot delete a table that has been altered!",
        ] {
            assert_eq!(of(text), Failure::Conflict, "{text}");
        }
        // The log of a commit cannot be written.
        let file =
            "TransactionContext Error: Failed to commit: Cannot open file \"/a/Conflict on/workspace.duckdb.wal\"";
        assert_eq!(of(file), Failure::Other);
        let full = "TransactionContext Error: Failed to commit: Could not write file: No space left on device";
        assert_eq!(of(full), Failure::DiskFull);
    }
}
