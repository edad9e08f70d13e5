//! Functions, tables and views: made by statements, read through Unity Catalog.

use serde_json::{Map, Value, json};

use crate::api::statements::{self, Statement};
use crate::api::unity::{self, ObjectKind};
use crate::ident::TableName;
use crate::resource::{Alteration, Kind, Observed, Spec};
use crate::syntax::write;

use super::{Item, Lookup, Remote, RemoteError};

/// Its statement cannot be read back; what the service tells of the object is.
pub(super) async fn read(
    remote: &Remote,
    kind: ObjectKind,
    lookup: &Lookup<'_>,
) -> Result<Option<Observed>, RemoteError> {
    let Some(fields) = unity::get(&remote.client, kind, name_of(lookup)?).await? else { return Ok(None) };
    observed(kind, lookup, fields).map(Some)
}

pub(super) fn observed(kind: ObjectKind, lookup: &Lookup<'_>, fields: Spec) -> Result<Observed, RemoteError> {
    let name = name_of(lookup)?;
    let mut spec = shown(kind, &fields);
    spec.insert("full_name".to_string(), Value::String(name.to_string()));
    spec.extend(fields.get("owner").map(|owner| ("owner".to_string(), owner.clone())));
    Ok(Observed { id: name.to_lowercase(), spec, ..Observed::default() })
}

pub(super) fn name_of<'a>(lookup: &Lookup<'a>) -> Result<&'a str, RemoteError> {
    let named = lookup.spec.get("full_name").and_then(Value::as_str);
    let missing = || RemoteError::Incomplete { key: lookup.key.to_string(), what: "full_name" };
    lookup.id.or(named).ok_or_else(missing)
}

pub(super) async fn run(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let not_text = |_| RemoteError::Incomplete { key: item.key.to_string(), what: "a statement in UTF-8" };
    let text = std::str::from_utf8(item.bytes()?).map_err(not_text)?;
    execute(remote, text).await?;
    made(remote, item).await
}

/// By `ALTER TABLE` and `COMMENT ON` where that is enough, else by the statement itself.
pub(super) async fn update(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let Some(alterations) = &item.alterations else { return run(remote, item).await };
    let unnamed = |_| RemoteError::Incomplete { key: item.key.to_string(), what: "a name of three parts" };
    let table = TableName::parse(item.text("full_name")?).map_err(unnamed)?;
    for alteration in alterations {
        let text = write::alter(&table, &statement(alteration, item))
            .map_err(|what| RemoteError::Alteration { key: item.key.to_string(), what: what.to_string() })?;
        execute(remote, &text).await?;
    }
    made(remote, item).await
}

pub(super) async fn execute(remote: &Remote, text: &str) -> Result<(), RemoteError> {
    let warehouse_id = remote.default_warehouse().await?;
    statements::execute(&remote.client, &Statement { text, warehouse_id, ..Statement::default() }).await?;
    Ok(())
}

/// What the service shows of it now: compared with what it shows later.
async fn made(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let name = item.text("full_name")?.to_lowercase();
    let kind = if item.key.kind == Kind::Function { ObjectKind::Function } else { ObjectKind::Table };
    // The statement has done its work: that nothing could be read is no reason to do it again.
    let fields = unity::get(&remote.client, kind, &name).await.ok().flatten();
    let spec = fields.map(|fields| shown(kind, &fields)).unwrap_or_default();
    Ok(Observed { id: name, spec, ..Observed::default() })
}

fn shown(kind: ObjectKind, fields: &Map<String, Value>) -> Spec {
    let names: &[&str] = match kind {
        ObjectKind::Function => &[
            "routine_definition",
            "routine_body",
            "external_language",
            "data_type",
            "full_data_type",
            "comment",
            "is_deterministic",
        ],
        _ => &["comment", "view_definition"],
    };
    let mut spec = Spec::new();
    let present = |name: &&&str| fields.get(**name).is_some_and(|value| !value.is_null());
    spec.extend(names.iter().filter(present).map(|name| ((*name).to_string(), fields[*name].clone())));
    if kind == ObjectKind::Function {
        let parameters = fields.get("input_params").and_then(|params| params.get("parameters"));
        let parameters = parameters.and_then(Value::as_array).into_iter().flatten();
        let told = parameters.map(|parameter| picked(parameter, &["name", "type_text", "parameter_default"]));
        spec.insert("parameters".to_string(), told.collect());
        return spec;
    }
    let columns = fields.get("columns").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut partitions: Vec<(i64, &Value)> = columns
        .iter()
        .filter_map(|column| Some((column.get("partition_index")?.as_i64()?, column.get("name")?)))
        .collect();
    partitions.sort_by_key(|(index, _)| *index);
    if !partitions.is_empty() {
        spec.insert("partitioned_by".to_string(), partitions.into_iter().map(|(_, name)| name.clone()).collect());
    }
    spec.insert("columns".to_string(), columns.iter().map(column).collect());
    let properties = fields.get("properties").filter(|value| value.is_object()).cloned();
    spec.insert("properties".to_string(), properties.unwrap_or_else(|| json!({})));
    spec
}

fn column(column: &Value) -> Value {
    let mut told = picked(column, &["name", "comment"]);
    if let Some(data_type) = column.get("type_text") {
        told["type"] = data_type.clone();
    }
    if column.get("nullable") == Some(&Value::Bool(false)) {
        told["not_null"] = json!(true);
    }
    told
}

fn picked(value: &Value, names: &[&str]) -> Value {
    let fields = names.iter().filter_map(|name| Some(((*name).to_string(), value.get(*name)?.clone())));
    Value::Object(fields.collect())
}

fn statement<'a>(alteration: &'a Alteration, item: &'a Item<'_>) -> write::Alter<'a> {
    match alteration {
        Alteration::Comment(comment) => write::Alter::Comment(comment.as_deref()),
        Alteration::ColumnComment { column, comment } => {
            write::Alter::ColumnComment { column, comment: comment.as_deref().unwrap_or_default() }
        }
        Alteration::Property { key, value: Some(value) } => write::Alter::SetProperty { key, value },
        Alteration::Property { key, value: None } => write::Alter::UnsetProperty { key },
        Alteration::ClusterBy(columns) => write::Alter::ClusterBy(columns),
        Alteration::AddColumn { name, data_type, comment } => {
            let place = place(name, item);
            write::Alter::AddColumn { name, data_type, comment: comment.as_deref(), place }
        }
    }
}

/// Where the project has the column; a column at the end needs no place, and one after another new one follows it.
fn place<'a>(name: &str, item: &'a Item<'_>) -> write::Place<'a> {
    let columns = item.spec.get("columns").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<&str> = columns.filter_map(|column| column.get("name")?.as_str()).collect();
    match names.iter().position(|known| *known == name) {
        Some(0) => write::Place::First,
        Some(at) if at + 1 < names.len() => write::Place::After(names[at - 1]),
        _ => write::Place::Last,
    }
}
