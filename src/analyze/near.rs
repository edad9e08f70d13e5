//! Names that a parser takes as they come, and of which the known ones are so few that a slip of one is seen.

use crate::diag::one_slip;

/// Databricks documentation, "CREATE TABLE [USING]", "COPY INTO", "read_files table-valued function".
const FORMATS: [&str; 12] =
    ["delta", "iceberg", "parquet", "csv", "json", "avro", "orc", "text", "binaryfile", "xml", "excel", "jdbc"];

/// Databricks documentation, "Collation": those that are no locale's.
const COLLATIONS: [&str; 6] = ["UTF8_BINARY", "UTF8_LCASE", "UNICODE", "UNICODE_CI", "UNICODE_AI", "UNICODE_CI_AI"];

/// The format that is misspelt. Others exist: who knows none that is near says nothing.
pub(super) fn near_format(written: &str) -> Option<&'static str> {
    near(written, &FORMATS)
}

/// The same of a collation.
pub(super) fn near_collation(written: &str) -> Option<&'static str> {
    near(written, &COLLATIONS)
}

fn near(written: &str, known: &[&'static str]) -> Option<&'static str> {
    if known.iter().any(|known| known.eq_ignore_ascii_case(written)) {
        return None;
    }
    known.iter().copied().find(|known| known.len() >= 4 && one_slip(written, known))
}
