//! Letters of either case by all of Unicode's rules, which give `ς` at the end of a word and two letters for `ŉ`:
//! functions of every connection. DuckDB's own map one character to one.

use std::sync::Arc;

use duckdb::Connection;
use duckdb::arrow::array::{Array, AsArray, RecordBatch, StringArray};
use duckdb::arrow::datatypes::DataType;
use duckdb::vscalar::{ArrowFunctionSignature, VArrowScalar};

/// Their names in SQL.
pub(crate) const UNICODE_LOWER: &str = "unicode_lower";
pub(crate) const UNICODE_UPPER: &str = "unicode_upper";

pub(super) fn register(connection: &Connection) -> duckdb::Result<()> {
    connection.register_scalar_function::<Lower>(UNICODE_LOWER)?;
    connection.register_scalar_function::<Upper>(UNICODE_UPPER)
}

type Failure = Box<dyn std::error::Error>;

fn mapped(input: &RecordBatch, f: impl Fn(&str) -> String) -> Result<Arc<dyn Array>, Failure> {
    let texts =
        input.columns().first().and_then(|column| column.as_string_opt::<i32>()).ok_or("a text was expected")?;
    Ok(Arc::new(texts.iter().map(|text| text.map(&f)).collect::<StringArray>()))
}

fn signature() -> Vec<ArrowFunctionSignature> {
    vec![ArrowFunctionSignature::exact(vec![DataType::Utf8], DataType::Utf8)]
}

struct Lower;

impl VArrowScalar for Lower {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Failure> {
        mapped(&input, str::to_lowercase)
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        signature()
    }
}

struct Upper;

impl VArrowScalar for Upper {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Failure> {
        mapped(&input, str::to_uppercase)
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        signature()
    }
}
