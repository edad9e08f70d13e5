//! What Unity Catalog tells of tables. <https://docs.databricks.com/api/workspace/tables/get>

use serde_json::{Map, Value};

use crate::api::unity::{self, ObjectKind};
use crate::ident::{Identifier, TableName};

use super::{Remote, RemoteError};

/// A table or view of the workspace.
#[derive(Clone, PartialEq, Debug)]
pub struct RemoteTable {
    pub name: TableName,
    pub comment: Option<String>,
    pub columns: Vec<RemoteColumn>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct RemoteColumn {
    pub name: String,
    /// As SQL writes it, such as `DECIMAL(10,2)`.
    pub data_type: String,
    pub nullable: bool,
    pub comment: Option<String>,
}

impl Remote {
    /// `None` if there is no such table, or nobody may see it.
    pub async fn table(&self, name: &TableName) -> Result<Option<RemoteTable>, RemoteError> {
        let found = unity::get(&self.client, ObjectKind::Table, &name.to_string()).await?;
        Ok(found.map(|fields| RemoteTable {
            name: name.clone(),
            comment: text(&fields, "comment"),
            columns: columns(&fields),
        }))
    }

    /// The names in a schema; `None` if there is no such schema.
    pub async fn tables(&self, catalog: &str, schema: &str) -> Result<Option<Vec<TableName>>, RemoteError> {
        let found = unity::list(&self.client, ObjectKind::Table, catalog, Some(schema)).await?;
        let name = |fields: &Map<String, Value>| {
            Some(TableName {
                catalog: Identifier::object(catalog).ok()?,
                schema: Identifier::object(schema).ok()?,
                name: Identifier::object(fields.get("name")?.as_str()?).ok()?,
            })
        };
        Ok(found.map(|tables| tables.iter().filter_map(name).collect()))
    }
}

fn columns(fields: &Map<String, Value>) -> Vec<RemoteColumn> {
    let mut columns: Vec<&Value> = fields.get("columns").and_then(Value::as_array).into_iter().flatten().collect();
    columns.sort_by_key(|column| column.get("position").and_then(Value::as_u64));
    let column = |column: &&Value| {
        let fields = column.as_object()?;
        Some(RemoteColumn {
            name: text(fields, "name")?,
            data_type: type_text(text(fields, "type_text")?),
            nullable: fields.get("nullable").and_then(Value::as_bool).unwrap_or(true),
            comment: text(fields, "comment"),
        })
    };
    columns.iter().filter_map(column).collect()
}

/// The service tells types in lower case. Names of fields keep theirs.
fn type_text(text: String) -> String {
    if text.contains('<') { text } else { text.to_uppercase() }
}

fn text(fields: &Map<String, Value>, key: &str) -> Option<String> {
    fields.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_string)
}
