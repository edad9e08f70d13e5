//! Changes of a table that leave its rows where they are.

use serde_json::Value;

use super::Spec;

/// One of them, as `ALTER TABLE` and `COMMENT ON` can make it.
#[derive(Clone, PartialEq, Debug)]
pub enum Alteration {
    /// `None` takes the comment away.
    Comment(Option<String>),
    /// A column that may be NULL; it is NULL in the rows that are there.
    AddColumn {
        name: String,
        data_type: String,
        comment: Option<String>,
    },
    ColumnComment {
        column: String,
        comment: Option<String>,
    },
    /// `None` takes the property away.
    Property {
        key: String,
        value: Option<String>,
    },
    /// How rows that come are laid out; empty for not at all, `AUTO` by itself for the service's own choice.
    ClusterBy(Vec<String>),
}

impl Alteration {
    /// From the path of a field of a table and what it is to be, `Null` for absent. `None` where the table would have to
    /// be written anew.
    pub fn of(path: &str, new: &Value) -> Option<Self> {
        let text = || match new {
            Value::Null => Some(None),
            Value::String(text) => Some(Some(text.clone())),
            _ => None,
        };
        match path {
            "comment" => return Some(Self::Comment(text()?)),
            "cluster_by" => return Some(Self::ClusterBy(names(new)?)),
            _ => {}
        }
        if let Some(key) = path.strip_prefix("properties.") {
            return Some(Self::Property { key: key.to_string(), value: text()? });
        }
        let column = path.strip_prefix("columns[")?;
        if let Some(column) = column.strip_suffix("].comment") {
            return Some(Self::ColumnComment { column: column.to_string(), comment: text()? });
        }
        column.strip_suffix(']')?;
        Self::added(new.as_object()?)
    }

    /// Anything but a type and a comment is a rule that the rows which are there may not keep.
    fn added(column: &Spec) -> Option<Self> {
        let text = |field| column.get(field).and_then(Value::as_str).map(str::to_string);
        let plain = column.keys().all(|field| matches!(field.as_str(), "name" | "type" | "comment"));
        plain.then_some(())?;
        Some(Self::AddColumn { name: text("name")?, data_type: text("type")?, comment: text("comment") })
    }
}

fn names(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_string)).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_keeps_the_rows_is_told_from_what_does_not() {
        let of = |path: &str, new: Value| Alteration::of(path, &new);
        let property = |value: Option<&str>| Alteration::Property {
            key: "delta.appendOnly".to_string(),
            value: value.map(str::to_string),
        };
        assert_eq!(of("properties.delta.appendOnly", json!("true")), Some(property(Some("true"))));
        assert_eq!(of("properties.delta.appendOnly", Value::Null), Some(property(None)));
        assert_eq!(of("comment", Value::Null), Some(Alteration::Comment(None)));
        let column = |comment: Option<String>| Alteration::ColumnComment { column: "a]b".to_string(), comment };
        assert_eq!(of("columns[a]b].comment", json!("x")), Some(column(Some("x".to_string()))));
        assert_eq!(of("cluster_by", json!(["a", "b"])), Some(Alteration::ClusterBy(vec!["a".into(), "b".into()])));
        let added = json!({"name": "n", "type": "INT"});
        assert!(matches!(of("columns[n]", added), Some(Alteration::AddColumn { comment: None, .. })));
        for (path, new) in [
            ("columns[n]", Value::Null),
            ("columns[n]", json!({"name": "n", "type": "INT", "not_null": true})),
            ("columns[n]", json!({"name": "n", "type": "INT", "default": "1"})),
            ("columns[n].type", json!("BIGINT")),
            ("columns[n].mask", Value::Null),
            ("partitioned_by", json!(["a"])),
            ("query", json!("SELECT 1")),
        ] {
            assert_eq!(of(path, new), None, "{path}");
        }
    }
}
