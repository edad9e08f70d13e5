//! Data types as the REST API tells them: `type_text`, `type_name`, `type_json`, precision and scale.
//! <https://docs.databricks.com/api/workspace/tables/get>, § columns.

use serde_json::{Map, Value, json};

use crate::syntax::DataType;

/// The `ColumnTypeName` enumeration.
pub(crate) fn type_name(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Boolean => "BOOLEAN",
        DataType::TinyInt => "BYTE",
        DataType::SmallInt => "SHORT",
        DataType::Int => "INT",
        DataType::BigInt => "LONG",
        DataType::Float => "FLOAT",
        DataType::Double => "DOUBLE",
        DataType::Decimal { .. } => "DECIMAL",
        DataType::String => "STRING",
        DataType::Binary => "BINARY",
        DataType::Date => "DATE",
        DataType::Timestamp => "TIMESTAMP",
        DataType::TimestampNtz => "TIMESTAMP_NTZ",
        DataType::IntervalYearMonth | DataType::IntervalDayTime => "INTERVAL",
        DataType::Array(_) => "ARRAY",
        DataType::Map(..) => "MAP",
        DataType::Struct(_) => "STRUCT",
        DataType::Variant => "VARIANT",
        DataType::Geometry => "GEOMETRY",
        DataType::Geography => "GEOGRAPHY",
        DataType::Time => "TIME",
        DataType::Void => "NULL",
    }
}

/// As Unity Catalog writes a type: lower case, without blanks.
pub(crate) fn type_text(data_type: &DataType) -> String {
    match data_type {
        DataType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
        DataType::Array(element) => format!("array<{}>", type_text(element)),
        DataType::Map(key, value) => format!("map<{},{}>", type_text(key), type_text(value)),
        DataType::Struct(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|field| format!("{}:{}", field.name, type_text(&field.data_type))).collect();
            format!("struct<{}>", fields.join(","))
        }
        simple => simple.to_string().to_lowercase(),
    }
}

/// As Spark writes a type in a schema's JSON.
fn spark_json(data_type: &DataType) -> Value {
    match data_type {
        DataType::TinyInt => json!("byte"),
        DataType::SmallInt => json!("short"),
        DataType::Int => json!("integer"),
        DataType::BigInt => json!("long"),
        DataType::Array(element) => {
            json!({"type": "array", "elementType": spark_json(element), "containsNull": true})
        }
        DataType::Map(key, value) => json!({
            "type": "map", "keyType": spark_json(key), "valueType": spark_json(value), "valueContainsNull": true,
        }),
        DataType::Struct(fields) => {
            let fields: Vec<Value> = fields
                .iter()
                .map(|field| {
                    json!({"name": field.name, "type": spark_json(&field.data_type), "nullable": true, "metadata": {}})
                })
                .collect();
            json!({"type": "struct", "fields": fields})
        }
        simple => json!(type_text(simple)),
    }
}

/// The fields that say a column's or parameter's type.
pub(crate) fn type_fields(name: &str, data_type: &DataType, nullable: bool) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("type_text".to_string(), json!(type_text(data_type)));
    fields.insert("type_name".to_string(), json!(type_name(data_type)));
    let schema = json!({"name": name, "type": spark_json(data_type), "nullable": nullable, "metadata": {}});
    fields.insert("type_json".to_string(), json!(schema.to_string()));
    if let DataType::Decimal { precision, scale } = data_type {
        fields.insert("type_precision".to_string(), json!(precision));
        fields.insert("type_scale".to_string(), json!(scale));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::Identifier;
    use crate::syntax::StructField;

    /// The texts are those of the example response of "Get a table" and of Spark's `DataType.json`.
    #[test]
    fn texts() {
        let decimal = DataType::Decimal { precision: 10, scale: 2 };
        assert_eq!(type_text(&decimal), "decimal(10,2)");
        assert_eq!(type_name(&DataType::BigInt), "LONG");
        let field = StructField { name: Identifier::new("Ab").unwrap(), data_type: DataType::BigInt };
        let nested = DataType::Array(Box::new(DataType::Struct(vec![field])));
        assert_eq!(type_text(&nested), "array<struct<Ab:bigint>>");
        let json = type_fields("id", &DataType::Int, false);
        assert_eq!(json["type_json"], r#"{"name":"id","type":"integer","nullable":false,"metadata":{}}"#);
    }
}
