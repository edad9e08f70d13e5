//! Values of tests and of results in one form, so that `12.50` and `12.5`, or two ways to write a moment, are equal.

use chrono::DateTime;
use serde_json::Value as Json;

use crate::analyze::literals;
use crate::project::Decimal;
use crate::project::yaml::{self, Node};
use crate::syntax::DataType;

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(Decimal),
    Double(f64),
    /// Days since the epoch.
    Date(i32),
    /// Microseconds since the epoch.
    Moment(i64),
    Text(String),
    Nested(Json),
}

/// Doubles are compared to this part of the greater one: the order of a sum is not promised.
const EPSILON: f64 = 1e-9;

impl Value {
    /// Reads a text as a value of the type; `None` if it is none. A type that is not known takes every text.
    pub(super) fn read(text: &str, data_type: Option<&DataType>) -> Option<Self> {
        let Some(data_type) = data_type else { return Some(Self::Text(text.to_string())) };
        match data_type {
            DataType::Boolean => match text.to_ascii_lowercase().as_str() {
                "true" => Some(Self::Bool(true)),
                "false" => Some(Self::Bool(false)),
                _ => None,
            },
            DataType::TinyInt => whole(text, i8::MIN.into(), i8::MAX.into()),
            DataType::SmallInt => whole(text, i16::MIN.into(), i16::MAX.into()),
            DataType::Int => whole(text, i32::MIN.into(), i32::MAX.into()),
            DataType::BigInt => whole(text, i64::MIN, i64::MAX),
            DataType::Decimal { precision, scale } => decimal(text, *precision, *scale),
            DataType::Float | DataType::Double => text.trim().parse().ok().map(Self::Double),
            DataType::Date => literals::date(text).filter(|_| !text.contains([':', 'T'])).map(Self::Date),
            DataType::Timestamp | DataType::TimestampNtz => literals::timestamp(text).map(Self::Moment),
            DataType::Array(_) | DataType::Map(_, _) | DataType::Struct(_) | DataType::Variant => {
                serde_json::from_str(text).ok().map(Self::Nested)
            }
            DataType::String
            | DataType::Binary
            | DataType::IntervalYearMonth
            | DataType::IntervalDayTime
            | DataType::Time
            | DataType::Geometry
            | DataType::Geography
            | DataType::Void => Some(Self::Text(text.to_string())),
        }
    }

    /// A value of a test; what was expected instead, if it is none of the type.
    pub(super) fn of(node: &Node, data_type: Option<&DataType>) -> Result<Self, String> {
        let wanted = || expects(data_type);
        let text = match &node.value {
            yaml::Value::Null => return Ok(Self::Null),
            yaml::Value::String(text) => return Self::read(text, data_type).ok_or_else(wanted),
            yaml::Value::List(_) | yaml::Value::Map(_) => {
                let nested = |data_type: &DataType| {
                    matches!(
                        data_type,
                        DataType::Array(_) | DataType::Map(..) | DataType::Struct(_) | DataType::Variant
                    )
                };
                return match data_type {
                    Some(data_type) if !nested(data_type) => Err(wanted()),
                    Some(_) | None => Ok(Self::Nested(node.to_json())),
                };
            }
            yaml::Value::Bool(value) => value.to_string(),
            yaml::Value::Integer(value) => value.to_string(),
            yaml::Value::Float { text, .. } => text.clone(),
        };
        // `007` and `1.50` would lose digits on the way to a text.
        if data_type == Some(&DataType::String) {
            return Err("a text; put it in quotes".to_string());
        }
        Self::read(&text, data_type).ok_or_else(wanted)
    }

    /// `tolerance`: numbers may differ by so much.
    pub(super) fn agrees(&self, other: &Self, tolerance: Option<f64>) -> bool {
        if let (Some(tolerance), Some(one), Some(two)) = (tolerance, self.number(), other.number()) {
            return (one - two).abs() <= tolerance;
        }
        match (self, other) {
            (Self::Double(one), Self::Double(two)) => {
                one == two || (one.is_nan() && two.is_nan()) || (one - two).abs() <= EPSILON * one.abs().max(two.abs())
            }
            (Self::Nested(one), Self::Nested(two)) => alike(one, two),
            _ => self == other,
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(value) => value.to_f64(),
            Self::Double(value) => Some(*value),
            _ => None,
        }
    }

    /// For reading.
    pub(super) fn show(&self) -> String {
        match self {
            Self::Null => "NULL".to_string(),
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Double(value) => value.to_string(),
            Self::Date(days) => {
                let day = DateTime::from_timestamp(i64::from(*days) * 86_400, 0);
                day.map_or_else(String::new, |day| day.date_naive().to_string())
            }
            Self::Moment(micros) => DateTime::from_timestamp_micros(*micros)
                .map_or_else(String::new, |moment| moment.naive_utc().format("%Y-%m-%d %H:%M:%S%.f").to_string()),
            Self::Text(text) => text.clone(),
            Self::Nested(value) => value.to_string(),
        }
    }
}

fn whole(text: &str, least: i64, greatest: i64) -> Option<Value> {
    let value: i64 = text.trim().parse().ok()?;
    (least..=greatest).contains(&value).then(|| Value::Number(Decimal::from_integer(value)))
}

/// With no more digits than the type has, before and behind the point.
fn decimal(text: &str, precision: u8, scale: u8) -> Option<Value> {
    let text = text.trim();
    let (digits, fraction) = text.split_once('.').unwrap_or((text, ""));
    let before = digits.trim_start_matches(['-', '+']).trim_start_matches('0').len();
    let behind = fraction.trim_end_matches('0').len();
    let fits = before <= usize::from(precision - scale.min(precision)) && behind <= usize::from(scale);
    Decimal::parse(text).filter(|_| fits).map(Value::Number)
}

/// Nested numbers come as numbers or as texts.
fn alike(one: &Json, two: &Json) -> bool {
    match (one, two) {
        (Json::Array(one), Json::Array(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| alike(one, two))
        }
        (Json::Object(one), Json::Object(two)) => {
            one.len() == two.len()
                && one.iter().all(|(key, value)| two.get(key).is_some_and(|other| alike(value, other)))
        }
        (Json::Number(number), Json::String(text)) | (Json::String(text), Json::Number(number)) => {
            number.to_string() == *text || number.as_f64() == text.parse().ok()
        }
        (Json::Number(one), Json::Number(two)) => one.as_f64() == two.as_f64(),
        _ => one == two,
    }
}

fn expects(data_type: Option<&DataType>) -> String {
    match data_type {
        None => "a value".to_string(),
        Some(DataType::Date) => "a DATE such as 2025-11-14".to_string(),
        Some(DataType::Timestamp | DataType::TimestampNtz) => "a TIMESTAMP such as 2025-11-14 09:30:00".to_string(),
        Some(DataType::Boolean) => "true or false".to_string(),
        Some(other) => format!("a value of the type {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, data_type: &DataType) -> Option<Value> {
        Value::read(text, Some(data_type))
    }

    #[test]
    fn what_is_written_differently_and_means_the_same_agrees() {
        let decimal = DataType::Decimal { precision: 10, scale: 2 };
        let same = [
            ("12.50", "12.5", decimal),
            ("+7", "7", DataType::Int),
            ("2025-11-10T09:00:00.000Z", "2025-11-10 09:00:00", DataType::Timestamp),
            ("2025-11-10 11:00:00+02:00", "2025-11-10 09:00:00", DataType::Timestamp),
            ("0.1", "0.10000000000000001", DataType::Double),
            ("TRUE", "true", DataType::Boolean),
            ("[1, 2]", "[\"1\",2.0]", DataType::Array(Box::new(DataType::Int))),
        ];
        for (one, two, data_type) in same {
            let (one, two) = (read(one, &data_type).unwrap(), read(two, &data_type).unwrap());
            assert!(one.agrees(&two, None), "{one:?} {two:?}");
        }
        assert!(!read("12.50", &DataType::String).unwrap().agrees(&read("12.5", &DataType::String).unwrap(), None));
        assert!(!read("0.1", &DataType::Double).unwrap().agrees(&read("0.1001", &DataType::Double).unwrap(), None));
        assert!(!Value::Null.agrees(&read("", &DataType::String).unwrap(), None));
    }

    #[test]
    fn a_tolerance_includes_its_bound() {
        let value = |text| read(text, &DataType::Decimal { precision: 10, scale: 2 }).unwrap();
        assert!(value("1.00").agrees(&value("1.25"), Some(0.25)));
        assert!(!value("1.00").agrees(&value("1.26"), Some(0.25)));
    }

    /// Databricks documentation: the ranges of TINYINT, INT and DECIMAL(p, s).
    #[test]
    fn what_a_type_cannot_hold_is_no_value_of_it() {
        let decimal = DataType::Decimal { precision: 4, scale: 2 };
        for (text, data_type) in [("128", DataType::TinyInt), ("2147483648", DataType::Int), ("1.5", DataType::BigInt)]
        {
            assert_eq!(read(text, &data_type), None, "{text}");
        }
        assert!(read("-128", &DataType::TinyInt).is_some() && read("99.99", &decimal).is_some());
        assert!(read("100", &decimal).is_none() && read("1.001", &decimal).is_none());
        assert!(read("1.000", &decimal).is_some() && read("2025-02-30", &DataType::Date).is_none());
    }
}
