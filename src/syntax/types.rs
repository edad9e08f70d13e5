//! Databricks SQL data types as values, and their names (Databricks documentation, "Data types").

use std::fmt;

use crate::ident::Identifier;

/// A data type. `Struct` fields and `Array`/`Map` elements are nullable unless noted by the column that holds them.
#[derive(Clone, PartialEq, Eq, Debug, Hash, serde::Serialize, serde::Deserialize)]
pub enum DataType {
    Boolean,
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Float,
    Double,
    /// `precision` 1 to 38, `scale` 0 to `precision`.
    Decimal {
        precision: u8,
        scale: u8,
    },
    String,
    Binary,
    Date,
    /// Microseconds since the epoch, shown in the session's time zone.
    Timestamp,
    TimestampNtz,
    /// A time of day without a date.
    Time,
    IntervalYearMonth,
    IntervalDayTime,
    Array(Box<DataType>),
    Map(Box<DataType>, Box<DataType>),
    Struct(Vec<StructField>),
    Variant,
    /// Whatever its coordinate system is.
    Geometry,
    /// On the sphere, whatever its SRID is.
    Geography,
    /// The type of a bare `NULL`.
    Void,
}

#[derive(Clone, PartialEq, Eq, Debug, Hash, serde::Serialize, serde::Deserialize)]
pub struct StructField {
    pub name: Identifier,
    pub data_type: DataType,
}

impl DataType {
    pub fn is_integer(&self) -> bool {
        matches!(self, Self::TinyInt | Self::SmallInt | Self::Int | Self::BigInt)
    }

    pub fn is_numeric(&self) -> bool {
        self.is_integer() || matches!(self, Self::Float | Self::Double | Self::Decimal { .. })
    }

    pub fn is_datetime(&self) -> bool {
        matches!(self, Self::Date | Self::Timestamp | Self::TimestampNtz)
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Boolean => "BOOLEAN",
            Self::TinyInt => "TINYINT",
            Self::SmallInt => "SMALLINT",
            Self::Int => "INT",
            Self::BigInt => "BIGINT",
            Self::Float => "FLOAT",
            Self::Double => "DOUBLE",
            Self::Decimal { precision, scale } => return write!(f, "DECIMAL({precision},{scale})"),
            Self::String => "STRING",
            Self::Binary => "BINARY",
            Self::Date => "DATE",
            Self::Timestamp => "TIMESTAMP",
            Self::TimestampNtz => "TIMESTAMP_NTZ",
            Self::Time => "TIME",
            Self::IntervalYearMonth => "INTERVAL YEAR TO MONTH",
            Self::IntervalDayTime => "INTERVAL DAY TO SECOND",
            Self::Array(element) => return write!(f, "ARRAY<{element}>"),
            Self::Map(key, value) => return write!(f, "MAP<{key}, {value}>"),
            Self::Struct(fields) => {
                f.write_str("STRUCT<")?;
                for (index, field) in fields.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{}: {}", field.name.quoted(), field.data_type)?;
                }
                return f.write_str(">");
            }
            Self::Variant => "VARIANT",
            Self::Geometry => "GEOMETRY",
            Self::Geography => "GEOGRAPHY",
            Self::Void => "VOID",
        };
        f.write_str(name)
    }
}
