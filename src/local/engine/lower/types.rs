//! Databricks types as DuckDB stores them. A timestamp is microseconds UTC without a zone; an interval is a number:
//! months (INTEGER) or microseconds (BIGINT), which keeps `a - b` and comparisons exact.

use crate::local::engine::error::SqlError;
use crate::local::store::quoted;
use crate::syntax::DataType;

pub(crate) fn duck_type(ty: &DataType) -> Result<String, SqlError> {
    let name = match ty {
        DataType::Boolean => "BOOLEAN",
        DataType::TinyInt => "TINYINT",
        DataType::SmallInt => "SMALLINT",
        DataType::Int | DataType::IntervalYearMonth => "INTEGER",
        DataType::BigInt | DataType::IntervalDayTime => "BIGINT",
        DataType::Float => "FLOAT",
        DataType::Double => "DOUBLE",
        DataType::Decimal { precision, scale } => return Ok(format!("DECIMAL({precision},{scale})")),
        DataType::String => "VARCHAR",
        DataType::Binary => "BLOB",
        DataType::Date => "DATE",
        DataType::Timestamp | DataType::TimestampNtz => "TIMESTAMP",
        // Only ever NULL.
        DataType::Void => "INTEGER",
        DataType::Array(element) => return Ok(format!("{}[]", duck_type(element)?)),
        DataType::Map(key, value) => return Ok(format!("MAP({}, {})", duck_type(key)?, duck_type(value)?)),
        DataType::Struct(fields) => {
            let fields = fields
                .iter()
                .map(|field| Ok(format!("{} {}", quoted(field.name.as_str()), duck_type(&field.data_type)?)))
                .collect::<Result<Vec<_>, SqlError>>()?;
            return Ok(format!("STRUCT({})", fields.join(", ")));
        }
        DataType::Variant | DataType::Geometry | DataType::Geography | DataType::Time => {
            return Err(SqlError::unsupported(format!("the type {ty}")));
        }
    };
    Ok(name.to_string())
}
