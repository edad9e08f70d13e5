//! Table properties. Those of Delta Lake that change what statements may do are obeyed or refused; those about files,
//! statistics and retention mean nothing here and are kept as they are (Databricks documentation, "Table properties
//! reference").

use crate::local::engine::error::{ErrorClass, SqlError};
use crate::local::store::TableRecord;
use crate::syntax::ast::Text;

const APPEND_ONLY: &str = "delta.appendOnly";

/// Storage, statistics, retention and protocol: no statement here acts differently for them.
const KEPT: [&str; 21] = [
    APPEND_ONLY,
    "delta.autoOptimize.autoCompact",
    "delta.autoOptimize.optimizeWrite",
    "delta.checkpoint.writeStatsAsJson",
    "delta.checkpoint.writeStatsAsStruct",
    "delta.checkpointInterval",
    "delta.checkpointPolicy",
    "delta.columnMapping.mode",
    "delta.dataSkippingNumIndexedCols",
    "delta.dataSkippingStatsColumns",
    "delta.deletedFileRetentionDuration",
    "delta.enableChangeDataFeed",
    "delta.enableDeletionVectors",
    "delta.enableRowTracking",
    "delta.isolationLevel",
    "delta.logRetentionDuration",
    "delta.minReaderVersion",
    "delta.minWriterVersion",
    "delta.parquet.compression.codec",
    "delta.targetFileSize",
    "delta.tuneFileSizesForRewrites",
];

/// A property that must not be ignored and is not obeyed.
pub(in crate::local::engine) fn check(properties: &[(Text, Text)]) -> Result<(), SqlError> {
    for (key, value) in properties {
        let name = key.value.as_str();
        let of_delta = name.get(..6).is_some_and(|prefix| prefix.eq_ignore_ascii_case("delta."));
        let kept = KEPT.iter().any(|known| known.eq_ignore_ascii_case(name));
        if of_delta && !kept {
            let text = format!(
                "Unknown configuration was specified: {name}. The embedded workspace neither obeys it nor may ignore it."
            );
            return Err(SqlError::new(ErrorClass::DELTA_UNKNOWN_CONFIGURATION, text).at(key.span));
        }
        let boolean = ["true", "false"].iter().any(|known| known.eq_ignore_ascii_case(&value.value));
        if name.eq_ignore_ascii_case(APPEND_ONLY) && !boolean {
            let text = format!("The value {} of {APPEND_ONLY} is not true or false.", value.value);
            return Err(SqlError::new(ErrorClass::INVALID_PARAMETER_VALUE, text).at(value.span));
        }
    }
    Ok(())
}

/// Rows that are there may not be changed if `delta.appendOnly` says so.
pub(super) fn check_changeable(record: &TableRecord) -> Result<(), SqlError> {
    let set =
        |(key, value): (&String, &String)| key.eq_ignore_ascii_case(APPEND_ONLY) && value.eq_ignore_ascii_case("true");
    if !record.properties.iter().any(set) {
        return Ok(());
    }
    let text = format!(
        "This table is configured to only allow appends. If you would like to permit updates or deletes, use 'ALTER \
         TABLE {} SET TBLPROPERTIES ({APPEND_ONLY}=false)'.",
        record.name.quoted()
    );
    Err(SqlError::new(ErrorClass::DELTA_CANNOT_MODIFY_APPEND_ONLY, text))
}
