//! A type as sqlparser read it, as a Databricks type.

use sqlparser::ast::{
    ArrayElemTypeDef, DataType as Ast, ExactNumberInfo, IntervalFields, ObjectNamePart, StructField as AstField,
    TimezoneInfo,
};

use crate::ident::Identifier;
use crate::syntax::{DataType, StructField};

/// `None` where Databricks has no such type.
pub(crate) fn data_type(ast: &Ast) -> Option<DataType> {
    Some(match ast {
        Ast::Boolean | Ast::Bool => DataType::Boolean,
        Ast::TinyInt(None) => DataType::TinyInt,
        Ast::SmallInt(None) => DataType::SmallInt,
        Ast::Int(None) | Ast::Integer(None) => DataType::Int,
        Ast::BigInt(None) => DataType::BigInt,
        Ast::Float(ExactNumberInfo::None) | Ast::Real => DataType::Float,
        Ast::Double(ExactNumberInfo::None) | Ast::DoublePrecision => DataType::Double,
        Ast::Decimal(info) | Ast::Dec(info) | Ast::Numeric(info) => exact(info)?,
        Ast::String(None) | Ast::Varchar(_) | Ast::Char(_) | Ast::Character(_) => DataType::String,
        Ast::Binary(None) => DataType::Binary,
        Ast::Date => DataType::Date,
        Ast::Timestamp(None, TimezoneInfo::None) => DataType::Timestamp,
        Ast::TimestampNtz(None) => DataType::TimestampNtz,
        Ast::Timestamp(None, TimezoneInfo::WithoutTimeZone) => DataType::TimestampNtz,
        Ast::Interval { fields: Some(fields), precision: None } => interval(fields)?,
        Ast::Array(ArrayElemTypeDef::AngleBracket(element)) => DataType::Array(Box::new(data_type(element)?)),
        Ast::Map(key, value, _) => DataType::Map(Box::new(data_type(key)?), Box::new(data_type(value)?)),
        Ast::Struct(fields, _) => DataType::Struct(fields.iter().map(field).collect::<Option<_>>()?),
        Ast::Custom(name, arguments) => custom(name.0.as_slice(), arguments)?,
        _ => return None,
    })
}

fn custom(name: &[ObjectNamePart], arguments: &[String]) -> Option<DataType> {
    let [ObjectNamePart::Identifier(name)] = name else { return None };
    if !arguments.is_empty() {
        return None;
    }
    Some(match name.value.to_ascii_lowercase().as_str() {
        "byte" => DataType::TinyInt,
        "short" => DataType::SmallInt,
        "long" => DataType::BigInt,
        "variant" => DataType::Variant,
        "void" => DataType::Void,
        "timestamp_ntz" => DataType::TimestampNtz,
        "timestamp_ltz" => DataType::Timestamp,
        _ => return None,
    })
}

fn field(field: &AstField) -> Option<StructField> {
    let AstField { field_name, field_type, options } = field;
    if options.is_some() {
        return None;
    }
    let name = Identifier::new(field_name.as_ref()?.value.clone()).ok()?;
    Some(StructField { name, data_type: data_type(field_type)? })
}

/// DECIMAL alone is DECIMAL(10,0) (Databricks documentation, "DECIMAL type").
fn exact(info: &ExactNumberInfo) -> Option<DataType> {
    let (precision, scale) = match *info {
        ExactNumberInfo::None => (10, 0),
        ExactNumberInfo::Precision(precision) => (precision, 0),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => (precision, u64::try_from(scale).ok()?),
    };
    if precision == 0 || precision > 38 || scale > precision {
        return None;
    }
    Some(DataType::Decimal { precision: u8::try_from(precision).ok()?, scale: u8::try_from(scale).ok()? })
}

fn interval(fields: &IntervalFields) -> Option<DataType> {
    use IntervalFields::*;
    match fields {
        Year | Month | YearToMonth => Some(DataType::IntervalYearMonth),
        Day | Hour | Minute | Second | DayToHour | DayToMinute | DayToSecond | HourToMinute | HourToSecond
        | MinuteToSecond => Some(DataType::IntervalDayTime),
    }
}
