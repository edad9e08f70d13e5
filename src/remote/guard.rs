//! Masks and row filters: set by `ALTER`, read back with their table.

use serde_json::{Map, Value, json};

use crate::api::unity::{self, ObjectKind};
use crate::ident::TableName;
use crate::resource::{Kind, Observed, ResourceKey, Spec};
use crate::syntax::write::{self, Altered, Guard};

use super::sql_object::execute;
use super::{Item, Lookup, Remote, RemoteError};

/// <https://docs.databricks.com/api/workspace/tables/get>: `columns[].mask`, `row_filter`.
pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let name = text(lookup.key, lookup.spec, "full_name")?;
    let Some(table) = unity::get(&remote.client, ObjectKind::Table, name).await? else { return Ok(None) };
    let told = match lookup.key.kind {
        Kind::Mask => {
            let column = text(lookup.key, lookup.spec, "column")?;
            column_of(&table, column).and_then(|column| column.get("mask"))
        }
        _ => table.get("row_filter"),
    };
    let Some(told) = told.filter(|told| told.is_object()) else { return Ok(None) };
    let (field, columns) = match lookup.key.kind {
        Kind::Mask => ("using", "using_column_names"),
        _ => ("on", "input_column_names"),
    };
    let named = told.get(columns).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut spec = Spec::new();
    spec.insert("full_name".to_string(), json!(name));
    spec.extend(lookup.spec.get("column").map(|column| ("column".to_string(), column.clone())));
    spec.extend(told.get("function_name").map(|function| ("function".to_string(), function.clone())));
    spec.insert(field.to_string(), named.map(|name| json!(name.to_lowercase())).collect());
    Ok(Some(Observed { id: lookup.key.name().to_string(), spec, ..Observed::default() }))
}

/// In the place of one that is there.
pub(super) async fn set(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let function = table_name(item.key, item.text("function")?)?;
    let field = if item.key.kind == Kind::Mask { "using" } else { "on" };
    let columns = item.spec.get(field).and_then(Value::as_array).into_iter().flatten();
    let columns: Vec<&str> = columns.filter_map(Value::as_str).collect();
    let guard = match item.key.kind {
        Kind::Mask => Guard::SetMask { column: item.text("column")?, function: &function, using: &columns },
        _ => Guard::SetRowFilter { function: &function, on: &columns },
    };
    let table = item.text("full_name")?;
    let found = unity::get(&remote.client, ObjectKind::Table, table).await?;
    run(remote, item.key, table, &found.unwrap_or_default(), &guard).await?;
    Ok(Observed { id: item.key.name().to_string(), ..Observed::default() })
}

/// Nothing to take away where the table, its column or the guard is gone.
pub(super) async fn remove(remote: &Remote, key: &ResourceKey, recorded: &Spec) -> Result<(), RemoteError> {
    let table = text(key, recorded, "full_name")?;
    let Some(found) = unity::get(&remote.client, ObjectKind::Table, table).await? else { return Ok(()) };
    let (there, guard) = match key.kind {
        Kind::Mask => {
            let column = text(key, recorded, "column")?;
            (column_of(&found, column).and_then(|column| column.get("mask")), Guard::DropMask { column })
        }
        _ => (found.get("row_filter"), Guard::DropRowFilter),
    };
    if there.is_none_or(Value::is_null) {
        return Ok(());
    }
    run(remote, key, table, &found, &guard).await
}

async fn run(
    remote: &Remote,
    key: &ResourceKey,
    table: &str,
    found: &Map<String, Value>,
    guard: &Guard<'_>,
) -> Result<(), RemoteError> {
    let kind = match found.get("table_type").and_then(Value::as_str) {
        Some("STREAMING_TABLE") => Altered::StreamingTable,
        Some("MATERIALIZED_VIEW") => Altered::MaterializedView,
        _ => Altered::Table,
    };
    let text = write::guard(kind, &table_name(key, table)?, guard)
        .map_err(|what| RemoteError::Alteration { key: key.to_string(), what: what.to_string() })?;
    execute(remote, &text).await
}

/// Unity Catalog ignores case.
fn column_of<'t>(table: &'t Map<String, Value>, name: &str) -> Option<&'t Value> {
    let mut columns = table.get("columns").and_then(Value::as_array)?.iter();
    columns.find(|column| {
        column.get("name").and_then(Value::as_str).is_some_and(|known| known.to_lowercase() == name.to_lowercase())
    })
}

fn text<'s>(key: &ResourceKey, spec: &'s Spec, what: &'static str) -> Result<&'s str, RemoteError> {
    let found = spec.get(what).and_then(Value::as_str);
    found.ok_or_else(|| RemoteError::Incomplete { key: key.to_string(), what })
}

fn table_name(key: &ResourceKey, name: &str) -> Result<TableName, RemoteError> {
    TableName::parse(name).map_err(|_| RemoteError::Incomplete { key: key.to_string(), what: "a name of three parts" })
}
