//! Rows as the Statement Execution API writes them in its `JSON_ARRAY` form: every value a text, or nothing
//! (Databricks documentation, "Execute a SQL statement").

use arrow::array::{Array, ArrayRef, AsArray, StructArray};
use arrow::datatypes as arrows;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use duckdb::Connection;
use serde_json::{Map, Value};

use super::error::{EngineError, SqlError};
use crate::syntax::DataType;

/// A result: columns with their types, and rows.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ResultSet {
    pub columns: Vec<(String, DataType)>,
    pub rows: Vec<Vec<Option<String>>>,
    /// There were more rows than asked for.
    pub truncated: bool,
}

impl ResultSet {
    /// Of statements that answer with texts only.
    pub(crate) fn texts(columns: &[&str], rows: Vec<Vec<Option<String>>>) -> Self {
        let columns = columns.iter().map(|name| ((*name).to_string(), DataType::String)).collect();
        Self { columns, rows, truncated: false }
    }
}

/// Runs lowered SQL whose columns have the types of `columns`, in order.
pub(crate) fn fetch(
    connection: &Connection,
    sql: &str,
    columns: Vec<(String, DataType)>,
    limit: Option<usize>,
) -> Result<ResultSet, EngineError> {
    let mut statement = connection.prepare(sql)?;
    drop(statement.stream_arrow([])?);
    let mut result = ResultSet { columns, rows: Vec::new(), truncated: false };
    let limit = limit.unwrap_or(usize::MAX);
    while let Some(batch) = statement.step()? {
        for row in 0..batch.len() {
            if result.rows.len() == limit {
                result.truncated = true;
                return Ok(result);
            }
            result.rows.push(texts(&batch, row, &result.columns)?);
        }
    }
    Ok(result)
}

fn texts(batch: &StructArray, row: usize, columns: &[(String, DataType)]) -> Result<Vec<Option<String>>, SqlError> {
    let cells = columns.iter().zip(batch.columns());
    cells.map(|((_, ty), array)| if array.is_null(row) { Ok(None) } else { text(array, row, ty).map(Some) }).collect()
}

fn mismatch(array: &ArrayRef, ty: &DataType) -> SqlError {
    SqlError::new(super::ErrorClass::INTERNAL_ERROR, format!("A value of type {ty} came back as {}.", array.data_type()))
}

/// One value that is not NULL.
fn text(array: &ArrayRef, row: usize, ty: &DataType) -> Result<String, SqlError> {
    macro_rules! primitive {
        ($kind:ty) => {
            array.as_primitive_opt::<$kind>().map(|values| values.value(row)).ok_or_else(|| mismatch(array, ty))?
        };
    }
    Ok(match ty {
        DataType::Boolean => array.as_boolean_opt().ok_or_else(|| mismatch(array, ty))?.value(row).to_string(),
        DataType::TinyInt => primitive!(arrows::Int8Type).to_string(),
        DataType::SmallInt => primitive!(arrows::Int16Type).to_string(),
        DataType::Int => primitive!(arrows::Int32Type).to_string(),
        DataType::BigInt => primitive!(arrows::Int64Type).to_string(),
        DataType::Float => java_float(f64::from(primitive!(arrows::Float32Type)), &primitive!(arrows::Float32Type).to_string()),
        DataType::Double => java_double(primitive!(arrows::Float64Type)),
        DataType::Decimal { scale, .. } => decimal(primitive!(arrows::Decimal128Type), usize::from(*scale)),
        DataType::String => array.as_string_opt::<i32>().ok_or_else(|| mismatch(array, ty))?.value(row).to_string(),
        DataType::Binary => STANDARD.encode(array.as_binary_opt::<i32>().ok_or_else(|| mismatch(array, ty))?.value(row)),
        DataType::Date => date(primitive!(arrows::Date32Type)),
        DataType::Timestamp => timestamp(primitive!(arrows::TimestampMicrosecondType), "Z"),
        DataType::TimestampNtz => timestamp(primitive!(arrows::TimestampMicrosecondType), ""),
        DataType::IntervalYearMonth => year_month(primitive!(arrows::Int32Type)),
        DataType::IntervalDayTime => day_time(primitive!(arrows::Int64Type)),
        DataType::Array(_) | DataType::Map(..) | DataType::Struct(_) => json(array, row, ty)?.to_string(),
        DataType::Variant | DataType::Void => return Err(mismatch(array, ty)),
    })
}

/// A nested value as JSON: numbers and booleans stay such.
fn json(array: &ArrayRef, row: usize, ty: &DataType) -> Result<Value, SqlError> {
    if array.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match ty {
        DataType::Array(element) => {
            let items = array.as_list_opt::<i32>().ok_or_else(|| mismatch(array, ty))?.value(row);
            Value::Array((0..items.len()).map(|index| json(&items, index, element)).collect::<Result<_, _>>()?)
        }
        DataType::Struct(fields) => {
            let values = array.as_struct_opt().ok_or_else(|| mismatch(array, ty))?;
            let mut object = Map::new();
            for (field, column) in fields.iter().zip(values.columns()) {
                object.insert(field.name.to_string(), json(column, row, &field.data_type)?);
            }
            Value::Object(object)
        }
        DataType::Map(key, value) => {
            let entries = array.as_map_opt().ok_or_else(|| mismatch(array, ty))?.value(row);
            let [keys, values] = entries.columns() else { return Err(mismatch(array, ty)) };
            let mut object = Map::new();
            for index in 0..entries.len() {
                object.insert(text(keys, index, key)?, json(values, index, value)?);
            }
            Value::Object(object)
        }
        DataType::Boolean => Value::Bool(array.as_boolean_opt().ok_or_else(|| mismatch(array, ty))?.value(row)),
        integer if integer.is_integer() => {
            let text = text(array, row, ty)?;
            text.parse::<i64>().map_or(Value::String(text), Value::from)
        }
        DataType::Double => {
            let value = array.as_primitive_opt::<arrows::Float64Type>().ok_or_else(|| mismatch(array, ty))?.value(row);
            serde_json::Number::from_f64(value).map_or_else(|| Value::String(java_double(value)), Value::Number)
        }
        DataType::Decimal { .. } => {
            let text = text(array, row, ty)?;
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        _ => Value::String(text(array, row, ty)?),
    })
}

/// `Double.toString` of Java: plain between 0.001 and 10 million, else `d.dE±n`.
pub(crate) fn java_double(value: f64) -> String {
    java_float(value, &value.to_string())
}

/// `plain` has the shortest digits of the value in its own width.
fn java_float(value: f64, plain: &str) -> String {
    if value.is_nan() {
        return "NaN".to_string();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_string();
    }
    let size = value.abs();
    if value == 0.0 || (1e-3..1e7).contains(&size) {
        return if plain.contains('.') { plain.to_string() } else { format!("{plain}.0") };
    }
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let significant = all.trim_matches('0');
    let exponent = i64::try_from(whole.len()).unwrap_or(0) - i64::try_from(leading).unwrap_or(0) - 1;
    let (head, tail) = significant.split_at(significant.len().min(1));
    let tail = if tail.is_empty() { "0" } else { tail };
    format!("{sign}{head}.{tail}E{exponent}")
}

fn decimal(units: i128, scale: usize) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale + 1);
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

fn date(days: i32) -> String {
    let date = DateTime::from_timestamp(i64::from(days) * 86_400, 0);
    date.map_or_else(|| days.to_string(), |date| date.format("%Y-%m-%d").to_string())
}

/// Three digits of a second at least; more where they are not zero.
fn timestamp(micros: i64, zone: &str) -> String {
    let Some(time) = DateTime::from_timestamp_micros(micros) else { return micros.to_string() };
    let digits = if micros % 1000 == 0 { "%.3f" } else { "%.6f" };
    format!("{}{zone}", time.format(&format!("%Y-%m-%dT%H:%M:%S{digits}")))
}

fn year_month(months: i32) -> String {
    let sign = if months < 0 { "-" } else { "" };
    let months = months.unsigned_abs();
    format!("{sign}{}-{}", months / 12, months % 12)
}

fn day_time(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    let seconds = micros / 1_000_000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    format!("{sign}{days} {hours:02}:{minutes:02}:{:02}.{:09}", seconds % 60, micros % 1_000_000 * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Double.toString` of Java 17 (its documentation and examples).
    #[test]
    fn doubles_are_printed_as_java_does() {
        let cases = [
            (1.0, "1.0"),
            (0.001, "0.001"),
            (1e-4, "1.0E-4"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (-1.25e-5, "-1.25E-5"),
            (123_456_789.125, "1.23456789125E8"),
            (1e300, "1.0E300"),
            (-0.0, "-0.0"),
        ];
        for (value, expected) in cases {
            assert_eq!(java_double(value), expected);
        }
    }

    #[test]
    fn decimals_keep_their_scale() {
        assert_eq!((decimal(5, 2), decimal(-1250, 2), decimal(7, 0)), ("0.05".into(), "-12.50".into(), "7".into()));
    }

    #[test]
    fn timestamps_are_iso_8601() {
        assert_eq!(timestamp(1_709_287_500_000_000, "Z"), "2024-03-01T10:05:00.000Z");
        assert_eq!(timestamp(1_709_287_500_123_456, ""), "2024-03-01T10:05:00.123456");
    }
}
