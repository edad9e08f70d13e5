//! Values as the literals that fill a table.

use super::value::Value;
use crate::syntax::DataType;
use crate::syntax::write::Literal;

pub(super) fn literal(value: &Value, data_type: Option<&DataType>) -> Literal {
    match value {
        Value::Null => Literal::Null,
        Value::Bool(value) => Literal::Boolean(*value),
        Value::Number(value) => Literal::Number(value.to_string()),
        Value::Double(value) => Literal::Double(*value),
        Value::Date(_) => Literal::Date(value.show()),
        Value::Moment(_) if data_type == Some(&DataType::TimestampNtz) => Literal::TimestampNtz(value.show()),
        // Without a zone, the session's is meant.
        Value::Moment(_) => Literal::Timestamp(format!("{}Z", value.show())),
        Value::Text(text) => Literal::Text(text.clone()),
        Value::Nested(nested) => match data_type {
            Some(data_type) => Literal::Nested { json: nested.to_string(), data_type: data_type.clone() },
            None => Literal::Text(nested.to_string()),
        },
    }
}
