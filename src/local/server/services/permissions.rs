//! Access control lists of workspace objects. <https://docs.databricks.com/api/workspace/permissions>
//!
//! They are kept and answered, not enforced: the one user of the embedded workspace is its administrator.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{alerts, dashboards, experiments, genie, jobs, pipelines, warehouses};
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::extract::{Body, NoParams, Params};
use crate::local::store::{DocumentKind, Expect, Reader, Writer};

const KIND: DocumentKind = DocumentKind("permissions");

#[derive(Clone, Copy, PartialEq, Eq)]
enum ObjectKind {
    Job,
    Pipeline,
    Dashboard,
    Genie,
    Warehouse,
    Alert,
    Experiment,
}

impl ObjectKind {
    /// The path's word.
    fn parse(text: &str) -> ApiResult<Self> {
        match text {
            "jobs" => Ok(Self::Job),
            "pipelines" => Ok(Self::Pipeline),
            "dashboards" => Ok(Self::Dashboard),
            "genie" => Ok(Self::Genie),
            "warehouses" => Ok(Self::Warehouse),
            "alertsv2" => Ok(Self::Alert),
            "experiments" => Ok(Self::Experiment),
            _ => Err(ApiError::invalid(format!("Object type {text} is not supported here."))),
        }
    }

    /// `object_type` and the prefix of `object_id`.
    fn wire(self) -> (&'static str, &'static str) {
        match self {
            Self::Job => ("job", "/jobs/"),
            Self::Pipeline => ("pipelines", "/pipelines/"),
            Self::Dashboard => ("dashboard", "/dashboards/"),
            Self::Genie => ("genie", "/genie/"),
            Self::Warehouse => ("warehouses", "/sql/warehouses/"),
            Self::Alert => ("alertv2", "/alertsv2/"),
            Self::Experiment => ("mlflowExperiment", "/experiments/"),
        }
    }

    fn levels(self) -> &'static [&'static str] {
        match self {
            Self::Job => &["CAN_VIEW", "CAN_MANAGE_RUN", "IS_OWNER", "CAN_MANAGE"],
            Self::Pipeline => &["CAN_VIEW", "CAN_RUN", "CAN_MANAGE", "IS_OWNER"],
            Self::Dashboard | Self::Genie | Self::Alert => &["CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"],
            Self::Experiment => &["CAN_READ", "CAN_EDIT", "CAN_MANAGE"],
            Self::Warehouse => &["CAN_USE", "CAN_MONITOR", "CAN_VIEW", "CAN_MANAGE", "IS_OWNER"],
        }
    }

    /// Jobs, pipelines and warehouses have exactly one owner; the creator is, until another is set.
    fn has_owner(self) -> bool {
        self.levels().contains(&"IS_OWNER")
    }

    fn check_exists(self, reader: &Reader<'_>, id: &str) -> ApiResult<()> {
        match self {
            Self::Job => jobs::check_exists(reader, id),
            Self::Pipeline => pipelines::check_exists(reader, id),
            Self::Dashboard => dashboards::find(reader, id).map(drop),
            Self::Genie => genie::check_exists(reader, id),
            Self::Warehouse => warehouses::check_exists(reader, id),
            Self::Alert => alerts::check_exists(reader, id),
            Self::Experiment => experiments::check_exists(reader, id),
        }
    }
}

#[expect(clippy::enum_variant_names, reason = "these are the words of the API")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PrincipalKind {
    UserName,
    GroupName,
    ServicePrincipalName,
}

impl PrincipalKind {
    fn field(self) -> &'static str {
        match self {
            Self::UserName => "user_name",
            Self::GroupName => "group_name",
            Self::ServicePrincipalName => "service_principal_name",
        }
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
struct Entry {
    kind: PrincipalKind,
    principal: String,
    level: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessControl {
    user_name: Option<String>,
    group_name: Option<String>,
    service_principal_name: Option<String>,
    permission_level: String,
}

impl AccessControl {
    fn entry(self, kind: ObjectKind) -> ApiResult<Entry> {
        let named = [
            (PrincipalKind::UserName, self.user_name),
            (PrincipalKind::GroupName, self.group_name),
            (PrincipalKind::ServicePrincipalName, self.service_principal_name),
        ];
        let mut named = named.into_iter().filter_map(|(kind, name)| name.map(|name| (kind, name)));
        let (Some((principal_kind, principal)), None) = (named.next(), named.next()) else {
            return Err(ApiError::invalid("Each access control needs exactly one principal."));
        };
        let level = self.permission_level;
        if !kind.levels().contains(&level.as_str()) {
            let (object_type, _) = kind.wire();
            return Err(ApiError::invalid(format!("Permission level {level} does not apply to a {object_type}.")));
        }
        if level == "IS_OWNER" && principal_kind == PrincipalKind::GroupName {
            return Err(ApiError::invalid("Groups can not be owners."));
        }
        Ok(Entry { kind: principal_kind, principal, level })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AclRequest {
    #[serde(default)]
    access_control_list: Vec<AccessControl>,
}

fn entries(reader: &Reader<'_>, kind: ObjectKind, id: &str, owner: &str) -> ApiResult<Vec<Entry>> {
    let (_, prefix) = kind.wire();
    if let Some(known) = reader.document::<Vec<Entry>>(KIND, &format!("{prefix}{id}"))? {
        return Ok(known.body);
    }
    let level = if kind.has_owner() { "IS_OWNER" } else { "CAN_MANAGE" };
    Ok(vec![Entry { kind: PrincipalKind::UserName, principal: owner.to_string(), level: level.to_string() }])
}

fn wire(kind: ObjectKind, id: &str, entries: &[Entry]) -> Value {
    let (object_type, prefix) = kind.wire();
    let mut by_principal: BTreeMap<(PrincipalKind, &str), Vec<Value>> = BTreeMap::new();
    for entry in entries {
        let level = json!({"permission_level": entry.level, "inherited": false});
        by_principal.entry((entry.kind, &entry.principal)).or_default().push(level);
    }
    // Administrators manage everything, by inheritance.
    let inherited = json!({"permission_level": "CAN_MANAGE", "inherited": true, "inherited_from_object": [prefix]});
    by_principal.entry((PrincipalKind::GroupName, "admins")).or_default().push(inherited);
    let list: Vec<Value> = by_principal
        .into_iter()
        .map(|((kind, principal), levels)| json!({kind.field(): principal, "all_permissions": levels}))
        .collect();
    json!({"object_id": format!("{prefix}{id}"), "object_type": object_type, "access_control_list": list})
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Path((kind, id)): Path<(String, String)>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let kind = ObjectKind::parse(&kind)?;
    let owner = app.owner.name.clone();
    let answer = app
        .read(move |reader| {
            kind.check_exists(reader, &id)?;
            Ok(wire(kind, &id, &entries(reader, kind, &id, &owner)?))
        })
        .await?;
    Ok(Json(answer))
}

fn store(writer: &Writer<'_>, kind: ObjectKind, id: &str, entries: &mut Vec<Entry>) -> ApiResult<()> {
    entries.sort();
    entries.dedup();
    let owners = entries.iter().filter(|entry| entry.level == "IS_OWNER").count();
    if kind.has_owner() && owners != 1 {
        let (object_type, _) = kind.wire();
        return Err(ApiError::invalid(format!("The {object_type} must have exactly one owner.")));
    }
    let (_, prefix) = kind.wire();
    writer.put_document(KIND, &format!("{prefix}{id}"), "", "", entries, Expect::Anything)?;
    Ok(())
}

/// `PUT`: "Sets permissions on an object, replacing existing permissions if they exist."
pub(crate) async fn set(
    State(app): State<Shared>,
    Path((kind, id)): Path<(String, String)>,
    Body(request): Body<AclRequest>,
) -> ApiResult<Json<Value>> {
    let kind = ObjectKind::parse(&kind)?;
    let entries = request.access_control_list.into_iter().map(|control| control.entry(kind));
    let mut entries = entries.collect::<ApiResult<Vec<_>>>()?;
    let answer = app
        .write(move |writer| {
            kind.check_exists(writer, &id)?;
            store(writer, kind, &id, &mut entries)?;
            Ok(wire(kind, &id, &entries))
        })
        .await?;
    Ok(Json(answer))
}

/// `PATCH`: each named principal gets the given level; a new owner takes the place of the old one.
pub(crate) async fn update(
    State(app): State<Shared>,
    Path((kind, id)): Path<(String, String)>,
    Body(request): Body<AclRequest>,
) -> ApiResult<Json<Value>> {
    let kind = ObjectKind::parse(&kind)?;
    let owner = app.owner.name.clone();
    let changes = request.access_control_list.into_iter().map(|control| control.entry(kind));
    let changes = changes.collect::<ApiResult<Vec<_>>>()?;
    let answer = app
        .write(move |writer| {
            kind.check_exists(writer, &id)?;
            let mut entries = entries(writer, kind, &id, &owner)?;
            for change in changes {
                entries.retain(|entry| (entry.kind, &entry.principal) != (change.kind, &change.principal));
                entries.retain(|entry| change.level != "IS_OWNER" || entry.level != "IS_OWNER");
                entries.push(change);
            }
            store(writer, kind, &id, &mut entries)?;
            Ok(wire(kind, &id, &entries))
        })
        .await?;
    Ok(Json(answer))
}

/// What the creator of a job sends with it.
pub(crate) fn set_for_new_job(writer: &Writer<'_>, id: &str, owner: &str, list: Vec<AccessControl>) -> ApiResult<()> {
    let mut entries = list.into_iter().map(|control| control.entry(ObjectKind::Job)).collect::<ApiResult<Vec<_>>>()?;
    if entries.iter().all(|entry| entry.level != "IS_OWNER") {
        let level = "IS_OWNER".to_string();
        entries.push(Entry { kind: PrincipalKind::UserName, principal: owner.to_string(), level });
    }
    store(writer, ObjectKind::Job, id, &mut entries)
}

/// Forgets the list of a deleted object.
pub(crate) fn forget(writer: &Writer<'_>, object_id: &str) -> ApiResult<()> {
    match writer.document::<Vec<Entry>>(KIND, object_id)? {
        Some(_) => Ok(writer.delete_document(KIND, object_id)?),
        None => Ok(()),
    }
}
