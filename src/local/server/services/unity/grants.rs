//! Grants. <https://docs.databricks.com/api/workspace/grants>

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{models, names};
use crate::ident::TableName;
use crate::local::engine::privileges::{self, applies};
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, Params};
use crate::local::server::page::PageRequest;
use crate::local::store::{
    FunctionRecord, Grant, Reader, SchemaName, SecurableKind, SecurableName, TableRecord, VolumeRecord, Writer,
};

/// A securable that exists, with what contains it, outermost first.
struct Place {
    kind: SecurableKind,
    key: String,
    above: Vec<(SecurableKind, String, String)>,
}

fn place(reader: &Reader<'_>, metastore_id: &str, kind: &str, name: &str) -> ApiResult<Place> {
    let of_three = |reader: &Reader<'_>, name: &TableName| -> ApiResult<Vec<_>> {
        let schema = SchemaName::of(name);
        names::check_schema(reader, &schema)?;
        Ok(vec![
            (SecurableKind::Catalog, schema.catalog.key(), schema.catalog.to_string()),
            (SecurableKind::Schema, schema.key(), schema.to_string()),
        ])
    };
    // The path's word is not case-sensitive: the SDKs send both `schema` and `SCHEMA`.
    match kind.to_ascii_lowercase().as_str() {
        "metastore" if name == metastore_id => {
            Ok(Place { kind: SecurableKind::Metastore, key: String::new(), above: Vec::new() })
        }
        "metastore" => Err(ApiError::new(ErrorCode::NotFound, format!("Metastore '{name}' does not exist."))),
        "catalog" => {
            let name = names::one(name)?;
            names::check_catalog(reader, &name)?;
            Ok(Place { kind: SecurableKind::Catalog, key: name.key(), above: Vec::new() })
        }
        "schema" => {
            let name = names::two(name)?;
            names::check_schema(reader, &name)?;
            let above = vec![(SecurableKind::Catalog, name.catalog.key(), name.catalog.to_string())];
            Ok(Place { kind: SecurableKind::Schema, key: name.key(), above })
        }
        "table" => {
            let name = names::three(name)?;
            let above = of_three(reader, &name)?;
            reader.securable::<TableRecord>(&name)?.ok_or_else(|| names::no_table(&name))?;
            Ok(Place { kind: SecurableKind::Table, key: name.key(), above })
        }
        "volume" => {
            let name = names::three(name)?;
            let above = of_three(reader, &name)?;
            reader.securable::<VolumeRecord>(&name)?.ok_or_else(|| names::no_volume(&name))?;
            Ok(Place { kind: SecurableKind::Volume, key: name.key(), above })
        }
        "function" => {
            let name = names::three(name)?;
            let above = of_three(reader, &name)?;
            if !models::is_there(reader, &name)? {
                reader.securable::<FunctionRecord>(&name)?.ok_or_else(|| names::no_function(&name))?;
            }
            Ok(Place { kind: SecurableKind::Function, key: name.key(), above })
        }
        _ => Err(ApiError::invalid(format!("SecurableType {kind} is not supported here."))),
    }
}

/// Privileges by principal.
type Assignments = BTreeMap<String, BTreeSet<String>>;

fn assignments(reader: &Reader<'_>, kind: SecurableKind, key: &str) -> ApiResult<Assignments> {
    let mut found = Assignments::new();
    for grant in reader.grants_on(kind, key)? {
        found.entry(grant.principal).or_default().insert(grant.privilege);
    }
    Ok(found)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetParams {
    principal: Option<String>,
    max_results: Option<i64>,
    page_token: Option<String>,
    #[serde(rename = "include_deleted_principals")]
    _include_deleted_principals: Option<bool>,
}

impl GetParams {
    fn answer<T>(
        &self,
        server_size: usize,
        found: BTreeMap<String, T>,
        wire: fn(&T) -> Value,
    ) -> ApiResult<Json<Value>> {
        let wanted = |principal: &String| self.principal.as_ref().is_none_or(|wanted| wanted == principal);
        let items: Vec<(String, T)> = found.into_iter().filter(|(principal, _)| wanted(principal)).collect();
        let request = PageRequest { token: self.page_token.as_deref(), size: self.max_results, server_size };
        let wire =
            |(principal, privileges): &(String, T)| json!({"principal": principal, "privileges": wire(privileges)});
        names::page("privilege_assignments", items, request, |(principal, _)| principal.clone(), wire).map(Json)
    }
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Path((kind, name)): Path<(String, String)>,
    Params(params): Params<GetParams>,
) -> ApiResult<Json<Value>> {
    let metastore_id = app.identity.metastore_id.clone();
    let found = app
        .read(move |reader| {
            let place = place(reader, &metastore_id, &kind, &name)?;
            assignments(reader, place.kind, &place.key)
        })
        .await?;
    params.answer(app.page_size, found, |privileges| json!(privileges))
}

/// Where an effective privilege comes from: `None` for the securable itself.
type Effective = BTreeSet<(String, Option<(SecurableKind, String)>)>;

pub(crate) async fn effective(
    State(app): State<Shared>,
    Path((kind, name)): Path<(String, String)>,
    Params(params): Params<GetParams>,
) -> ApiResult<Json<Value>> {
    let metastore_id = app.identity.metastore_id.clone();
    let found = app
        .read(move |reader| {
            let place = place(reader, &metastore_id, &kind, &name)?;
            let mut found: BTreeMap<String, Effective> = BTreeMap::new();
            for (kind, key, name) in &place.above {
                for (principal, privileges) in assignments(reader, *kind, key)? {
                    // Only what means something on the securable itself reaches down to it.
                    let reaching = privileges.into_iter().filter(|privilege| applies(place.kind, privilege));
                    let from = |privilege| (privilege, Some((*kind, name.clone())));
                    found.entry(principal).or_default().extend(reaching.map(from));
                }
            }
            for (principal, privileges) in assignments(reader, place.kind, &place.key)? {
                found.entry(principal).or_default().extend(privileges.into_iter().map(|privilege| (privilege, None)));
            }
            found.retain(|_, privileges| !privileges.is_empty());
            Ok(found)
        })
        .await?;
    params.answer(app.page_size, found, |privileges| {
        let wire = |(privilege, from): &(String, Option<(SecurableKind, String)>)| match from {
            Some((kind, name)) => {
                json!({"privilege": privilege, "inherited_from_type": kind, "inherited_from_name": name})
            }
            None => json!({ "privilege": privilege }),
        };
        privileges.iter().map(wire).collect()
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    principal: String,
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
    #[serde(rename = "principal_id")]
    _principal_id: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateRequest {
    #[serde(default)]
    changes: Vec<Change>,
    #[serde(default)]
    omit_permissions_in_response: bool,
}

pub(crate) async fn update(
    State(app): State<Shared>,
    Path((kind, name)): Path<(String, String)>,
    Body(request): Body<UpdateRequest>,
) -> ApiResult<Json<Value>> {
    let metastore_id = app.identity.metastore_id.clone();
    let found = app
        .write(move |writer| {
            let place = place(writer, &metastore_id, &kind, &name)?;
            for change in &request.changes {
                apply(writer, &place, change)?;
            }
            match request.omit_permissions_in_response {
                true => Ok(Assignments::new()),
                false => assignments(writer, place.kind, &place.key),
            }
        })
        .await?;
    let assignments: Vec<Value> =
        found.iter().map(|(principal, privileges)| json!({"principal": principal, "privileges": privileges})).collect();
    Ok(Json(match assignments.is_empty() {
        true => json!({}),
        false => json!({ "privilege_assignments": assignments }),
    }))
}

fn apply(writer: &Writer<'_>, place: &Place, change: &Change) -> ApiResult<()> {
    if change.principal.is_empty() {
        return Err(ApiError::invalid("The principal of a change must not be empty."));
    }
    // SQL's spelling `USE SCHEMA` is accepted, too.
    let named = |privileges: &[String]| -> ApiResult<BTreeSet<String>> {
        privileges
            .iter()
            .map(|text| {
                let privilege = text.to_ascii_uppercase().replace(' ', "_");
                match applies(place.kind, &privilege) {
                    true => Ok(privilege),
                    false => {
                        let kind = place.kind.as_str().to_uppercase();
                        Err(ApiError::invalid(format!("Privilege {text} is not applicable to this entity [{kind}].")))
                    }
                }
            })
            .collect()
    };
    let (add, remove) = (named(&change.add)?, named(&change.remove)?);
    if let Some(privilege) = add.intersection(&remove).next() {
        return Err(ApiError::invalid(format!("Duplicate privileges to add and delete for principal: {privilege}")));
    }
    let grant = |privilege: &String| Grant {
        kind: place.kind,
        key: place.key.clone(),
        principal: change.principal.clone(),
        privilege: privilege.clone(),
    };
    remove.iter().try_for_each(|privilege| privileges::revoke(writer, &grant(privilege)))?;
    add.iter().try_for_each(|privilege| writer.grant(&grant(privilege)))?;
    Ok(())
}
