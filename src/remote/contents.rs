//! What lies in a catalog, a schema or a volume. Deleting one takes everything inside along, so it is looked at first:
//! only what a deployment made may go with it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::api::files;
use crate::api::unity::{self, ObjectKind};
use crate::resource::Kind;

use super::{Remote, RemoteError};

/// Everything that a deployment made and that Unity Catalog knows.
#[derive(Clone, Debug, Default)]
pub struct Possessions {
    objects: BTreeSet<(ObjectKind, String)>,
    files: BTreeSet<String>,
    /// What they made is the deployment's, too.
    pipelines: BTreeSet<String>,
}

impl Possessions {
    /// From the kinds and ids of the resources that were made.
    pub fn new<'a>(made: impl Iterator<Item = (Kind, &'a str)>) -> Self {
        let mut all = Self::default();
        for (kind, id) in made {
            let object = match kind {
                Kind::Schema => ObjectKind::Schema,
                Kind::Volume => ObjectKind::Volume,
                Kind::Function => ObjectKind::Function,
                Kind::RegisteredModel => ObjectKind::Model,
                Kind::Table | Kind::View => ObjectKind::Table,
                Kind::VolumeFile => {
                    all.files.insert(comparable(id));
                    continue;
                }
                Kind::Pipeline => {
                    all.pipelines.insert(id.to_string());
                    continue;
                }
                Kind::Catalog
                | Kind::WorkspaceFile
                | Kind::PipelineUpdate
                | Kind::Grants
                | Kind::Dashboard
                | Kind::GenieSpace
                | Kind::Alert
                | Kind::Job
                | Kind::SqlWarehouse
                | Kind::SecretScope
                | Kind::Experiment
                | Kind::Permissions => continue,
            };
            all.objects.insert((object, id.to_lowercase()));
        }
        all
    }

    fn holds(&self, kind: ObjectKind, name: &str, fields: &Map<String, Value>) -> bool {
        let by = fields.get("pipeline_id").and_then(Value::as_str);
        self.objects.contains(&(kind, name.to_string())) || by.is_some_and(|by| self.pipelines.contains(by))
    }
}

/// Names of objects ignore case, names of files do not.
fn comparable(path: &str) -> String {
    let inner = path.match_indices('/').nth(4).map_or(path.len(), |(at, _)| at);
    let (volume, rest) = path.split_at(inner);
    format!("{}{rest}", volume.to_lowercase())
}

/// What was found in a container.
#[derive(Debug, Default)]
struct Contents {
    /// `table a.b.c`.
    foreign: Vec<String>,
    /// Something is there, and the deployment made it.
    own: bool,
}

impl Contents {
    fn note(&mut self, own: bool, kind: &str, name: &str) {
        if own {
            self.own = true;
        } else {
            self.foreign.push(format!("{kind} {name}"));
        }
    }
}

/// Deletes a catalog, schema or volume that holds nothing but what the deployment made; else refuses, and nothing
/// happens. Where nothing at all is inside, the service is asked to refuse as well if something has come in meanwhile.
pub(super) async fn delete(
    remote: &Remote,
    kind: ObjectKind,
    id: &str,
    owned: &Possessions,
) -> Result<(), RemoteError> {
    let mut found = Contents::default();
    match kind {
        ObjectKind::Catalog => in_catalog(remote, id, owned, &mut found).await?,
        ObjectKind::Schema => in_schema(remote, id, owned, &mut found).await?,
        ObjectKind::Volume => in_volume(remote, id, owned, &mut found).await?,
        ObjectKind::Function | ObjectKind::Table | ObjectKind::Model => {}
    }
    if !found.foreign.is_empty() {
        return Err(RemoteError::foreign(kind.noun(), id, found.foreign));
    }
    if kind == ObjectKind::Catalog {
        // The service made it with the catalog, and refuses to drop a catalog that has a schema.
        unity::delete(&remote.client, ObjectKind::Schema, &default_schema(id), false).await?;
    }
    let force = found.own && matches!(kind, ObjectKind::Catalog | ObjectKind::Schema);
    unity::delete(&remote.client, kind, id, force).await?;
    Ok(())
}

fn default_schema(catalog: &str) -> String {
    format!("{catalog}.default")
}

async fn in_catalog(
    remote: &Remote,
    catalog: &str,
    owned: &Possessions,
    found: &mut Contents,
) -> Result<(), RemoteError> {
    let schemas = unity::list(&remote.client, ObjectKind::Schema, catalog, None).await?;
    for fields in schemas.unwrap_or_default() {
        let Some(name) = full_name(&fields, &[catalog]) else { continue };
        let own = owned.holds(ObjectKind::Schema, &name, &fields);
        if name == format!("{catalog}.information_schema") {
            continue;
        }
        // What lies in a schema that somebody else made goes without saying.
        if own || name == default_schema(catalog) {
            in_schema(remote, &name, owned, found).await?;
        }
        if name != default_schema(catalog) {
            found.note(own, "schema", &name);
        }
    }
    Ok(())
}

async fn in_schema(
    remote: &Remote,
    schema: &str,
    owned: &Possessions,
    found: &mut Contents,
) -> Result<(), RemoteError> {
    let Some((catalog, name)) = schema.split_once('.') else { return Ok(()) };
    for kind in [ObjectKind::Table, ObjectKind::Volume, ObjectKind::Function, ObjectKind::Model] {
        // A workspace without the service has none of its objects.
        let objects = unity::list(&remote.client, kind, catalog, Some(name)).await?;
        for fields in objects.unwrap_or_default() {
            let Some(object) = full_name(&fields, &[catalog, name]) else { continue };
            let own = owned.holds(kind, &object, &fields);
            if own && kind == ObjectKind::Volume {
                in_volume(remote, &object, owned, found).await?;
            }
            found.note(own, kind.noun(), &object);
        }
    }
    Ok(())
}

async fn in_volume(
    remote: &Remote,
    volume: &str,
    owned: &Possessions,
    found: &mut Contents,
) -> Result<(), RemoteError> {
    let mut folders = vec![format!("/Volumes/{}", volume.replace('.', "/"))];
    while let Some(folder) = folders.pop() {
        for entry in files::list(&remote.client, &folder).await?.unwrap_or_default() {
            if entry.is_directory {
                folders.push(entry.path.trim_end_matches('/').to_string());
            } else {
                found.note(owned.files.contains(&comparable(&entry.path)), "file", &entry.path);
            }
        }
    }
    Ok(())
}

/// In lower case, as ids are.
fn full_name(fields: &Map<String, Value>, container: &[&str]) -> Option<String> {
    let text = |field: &str| fields.get(field).and_then(Value::as_str).map(str::to_lowercase);
    text("full_name").or_else(|| Some(format!("{}.{}", container.join("."), text("name")?)))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::http::{Method, StatusCode, Uri};
    use serde_json::json;

    use super::*;
    use crate::api::{Client, Connection, Secret, Transport};
    use crate::sys::System;

    /// A workspace whose schema `c.s` holds what a test says, by the path of the listing; an unknown listing is 404, as
    /// of a service that a workspace does not have. Its other answers are to deletes. Every delete is noted.
    async fn workspace(lists: &[(&str, Value)], on_delete: (StatusCode, Value)) -> (Remote, Arc<Mutex<Vec<String>>>) {
        let lists: Vec<(String, Value)> =
            lists.iter().map(|(path, list)| ((*path).to_string(), list.clone())).collect();
        let deleted = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&deleted);
        let router = axum::Router::new().fallback(move |method: Method, uri: Uri| {
            let target = uri.path_and_query().unwrap().to_string();
            let target = target.strip_prefix("/api/2.1/unity-catalog/").unwrap().to_string();
            let answer = if method == Method::DELETE {
                noted.lock().unwrap().push(target);
                on_delete.clone()
            } else {
                let found = lists.iter().find(|(path, _)| *path == target).map(|(_, list)| list.clone());
                found.map_or_else(
                    || (StatusCode::NOT_FOUND, json!({"error_code": "ENDPOINT_NOT_FOUND", "message": ""})),
                    |list| (StatusCode::OK, list),
                )
            };
            async move { (answer.0, axum::Json(answer.1)) }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connection =
            Connection::with_token(&format!("http://{}", listener.local_addr().unwrap()), Secret::new("t")).unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        (Remote::new(Client::new(&connection, &System::real(), Transport::default()).unwrap()), deleted)
    }

    fn owned() -> Possessions {
        Possessions::new([(Kind::Schema, "c.s"), (Kind::Pipeline, "p-1")].into_iter())
    }

    const TABLES: &str = "tables?catalog_name=c&schema_name=s";
    const NEXT: &str = "tables?catalog_name=c&schema_name=s&page_token=2";
    const MODELS: &str = "models?catalog_name=c&schema_name=s";

    /// The tables of a deleted pipeline may go some time after it.
    #[tokio::test]
    async fn what_pipelines_of_the_deployment_made_goes_with_the_schema() {
        let ours = json!({"name": "t", "full_name": "c.s.t", "pipeline_id": "p-1"});
        let lists = [(TABLES, json!({"next_page_token": "2"})), (NEXT, json!({ "tables": [ours] }))];
        let (remote, deleted) = workspace(&lists, (StatusCode::OK, json!({}))).await;
        delete(&remote, ObjectKind::Schema, "c.s", &owned()).await.unwrap();
        assert_eq!(*deleted.lock().unwrap(), ["schemas/c.s?force=true"]);
    }

    #[tokio::test]
    async fn what_is_on_a_later_page_or_no_table_is_seen() {
        let theirs = json!({"name": "t", "full_name": "c.s.t", "pipeline_id": "p-2"});
        let lists = [
            (TABLES, json!({"next_page_token": "2"})),
            (NEXT, json!({ "tables": [theirs] })),
            (MODELS, json!({ "registered_models": [{"name": "m", "full_name": "c.s.m"}] })),
        ];
        let (remote, deleted) = workspace(&lists, (StatusCode::OK, json!({}))).await;
        let error = delete(&remote, ObjectKind::Schema, "c.s", &owned()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the schema `c.s` holds what this project did not make, so it stays: model c.s.m, table c.s.t"
        );
        assert!(deleted.lock().unwrap().is_empty());
    }

    /// What is not listed, or comes in between, the service itself refuses to take along.
    #[tokio::test]
    async fn an_empty_container_is_deleted_without_force() {
        let refusal = json!({"error_code": "INVALID_STATE", "message": "Schema 'c.s' is not empty."});
        let (remote, deleted) = workspace(&[], (StatusCode::BAD_REQUEST, refusal)).await;
        let error = delete(&remote, ObjectKind::Schema, "c.s", &owned()).await.unwrap_err();
        assert!(error.hint().is_some() && !error.may_have_taken_effect(), "{error}");
        assert_eq!(*deleted.lock().unwrap(), ["schemas/c.s"]);
    }

    #[test]
    fn what_a_deployment_made_is_told_from_the_rest() {
        let made = [
            (Kind::Schema, "c.S"),
            (Kind::View, "c.s.v"),
            (Kind::Pipeline, "p-1"),
            (Kind::VolumeFile, "/Volumes/C/S/landing/Claims/a.csv"),
        ];
        let owned = Possessions::new(made.into_iter());
        let fields = |value: Value| value.as_object().cloned().unwrap();
        let none = Map::new();
        assert!(owned.holds(ObjectKind::Schema, "c.s", &none));
        assert!(owned.holds(ObjectKind::Table, "c.s.v", &none) && !owned.holds(ObjectKind::Volume, "c.s.v", &none));
        assert!(owned.holds(ObjectKind::Table, "c.s.t", &fields(json!({"pipeline_id": "p-1"}))));
        assert!(!owned.holds(ObjectKind::Table, "c.s.t", &fields(json!({"pipeline_id": "p-2"}))));
        assert!(owned.files.contains(&comparable("/Volumes/c/s/landing/Claims/a.csv")));
        assert!(!owned.files.contains(&comparable("/Volumes/c/s/landing/claims/a.csv")));
    }
}
