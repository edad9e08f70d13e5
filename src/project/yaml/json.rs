//! A YAML value as JSON: the REST API's form of a resource.

use serde_json::{Map, Number, Value as Json};

use super::{Node, Value};

impl Node {
    /// Without the places. A number that JSON cannot hold (`.nan`, `.inf`) becomes its text.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Integer(value) => Json::Number((*value).into()),
            Value::Float { value, text } => {
                Number::from_f64(*value).map_or_else(|| Json::String(text.clone()), Json::Number)
            }
            Value::String(text) => Json::String(text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Value::Map(entries) => {
                Json::Object(entries.iter().map(|e| (e.key.clone(), e.node.to_json())).collect::<Map<_, _>>())
            }
        }
    }
}
