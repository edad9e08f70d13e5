//! Finding the object that somebody means by an id or a name.

use serde_json::{Value, json};

use crate::api::{alerts, genie, jobs, lakeview, pipelines};
use crate::remote::{Lookup, Remote, RemoteError};
use crate::resource::{Kind, ResourceKey, Spec, securable_kind};

use super::ImportError;

/// An object of the workspace.
pub(super) struct Found {
    pub(super) id: String,
    pub(super) spec: Spec,
    /// Of a dashboard or a Genie space.
    pub(super) document: Option<String>,
}

/// `wanted` is an id or a name; of what is known by its name, the full name; of grants, `schema.shop.bronze`.
pub(super) async fn find(remote: &Remote, kind: Kind, wanted: &str) -> Result<Found, ImportError> {
    let id = if kind.has_natural_identity() { wanted.to_string() } else { id_of(remote, kind, wanted).await? };
    let key = ResourceKey::new(kind, wanted);
    let sought = sought(kind, wanted)?;
    let lookup = Lookup { key: &key, id: Some(&id), spec: &sought, known: None };
    let missing = || ImportError::Missing { kind, wanted: wanted.to_string() };
    let observed = match remote.read(&lookup).await {
        Ok(found) => found.ok_or_else(missing)?,
        Err(error) if error.is_no_id() => return Err(missing()),
        Err(error) => return Err(error.into()),
    };
    let client = remote.client();
    let document = match kind {
        Kind::Dashboard => {
            lakeview::get(client, &observed.id).await.map_err(RemoteError::from)?.and_then(|d| d.serialized_dashboard)
        }
        Kind::GenieSpace => {
            genie::get(client, &observed.id).await.map_err(RemoteError::from)?.and_then(|s| s.serialized_space)
        }
        _ => None,
    };
    let mut spec = observed.spec;
    if kind == Kind::Grants {
        spec.extend(sought);
    }
    Ok(Found { id: observed.id, spec, document })
}

/// What identifies an object by its name.
fn sought(kind: Kind, wanted: &str) -> Result<Spec, ImportError> {
    let parts: Vec<&str> = wanted.split('.').collect();
    let spec = match (kind, parts.as_slice()) {
        (Kind::Catalog, [name]) => json!({ "name": name }),
        (Kind::Schema, [catalog, name]) => json!({ "catalog_name": catalog, "name": name }),
        (Kind::Volume, [catalog, schema, name]) => {
            json!({ "catalog_name": catalog, "schema_name": schema, "name": name })
        }
        (Kind::Grants, [securable, rest @ ..]) if !rest.is_empty() && securable_kind(securable).is_some() => {
            json!({ "securable_type": securable, "securable": rest.join(".") })
        }
        (Kind::Catalog, _) => return Err(ImportError::Name { kind, form: "a name" }),
        (Kind::Schema, _) => return Err(ImportError::Name { kind, form: "`catalog.schema`" }),
        (Kind::Volume, _) => return Err(ImportError::Name { kind, form: "`catalog.schema.volume`" }),
        (Kind::Grants, _) => {
            let form = "the kind and the name of a securable, such as `schema.main.gold`";
            return Err(ImportError::Name { kind, form });
        }
        _ => Value::Object(Spec::new()),
    };
    Ok(spec.as_object().cloned().unwrap_or_default())
}

/// The id itself where there is such an object, else that of the only one of that name.
async fn id_of(remote: &Remote, kind: Kind, wanted: &str) -> Result<String, ImportError> {
    let client = remote.client();
    let named = |name: Option<&str>| name == Some(wanted);
    let ids: Vec<String> = match kind {
        Kind::Job if wanted.chars().all(|c| c.is_ascii_digit()) => vec![wanted.to_string()],
        Kind::Job => {
            let found = jobs::find_by_name(client, wanted).await.map_err(RemoteError::from)?;
            found.into_iter().map(|job| job.job_id.to_string()).collect()
        }
        Kind::Pipeline => {
            let found = pipelines::find_by_name(client, wanted).await.map_err(RemoteError::from)?;
            found.into_iter().map(|pipeline| pipeline.pipeline_id).collect()
        }
        Kind::Dashboard => {
            let found = lakeview::list(client).await.map_err(RemoteError::from)?.into_iter();
            found.filter(|one| named(one.display_name.as_deref())).map(|one| one.dashboard_id).collect()
        }
        Kind::GenieSpace => {
            let found = genie::list(client).await.map_err(RemoteError::from)?.into_iter();
            found.filter(|one| named(one.title.as_deref())).map(|one| one.space_id).collect()
        }
        Kind::Alert => {
            let found = alerts::list(client).await.map_err(RemoteError::from)?.into_iter();
            found.filter(|one| named(one.text("display_name"))).map(|one| one.id).collect()
        }
        // The others are known by their names.
        _ => Vec::new(),
    };
    match ids.as_slice() {
        [] => Ok(wanted.to_string()),
        [one] => Ok(one.clone()),
        _ => Err(ImportError::Several { kind, name: wanted.to_string(), ids }),
    }
}
