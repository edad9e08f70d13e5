//! What a project needs of a workspace before it can be deployed there.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::api::unity::ObjectKind;
use crate::ident::TableName;
use crate::resource::{Desired, Kind, ResourceKey, RunAs};
use crate::syntax::ast::{DatasetKind, StatementKind};

use super::super::Compiled;

/// Something that privileges are given on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Securable {
    Metastore,
    Object(ObjectKind, String),
}

/// A privilege that is needed for something.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Need {
    pub(super) on: Securable,
    pub(super) privilege: &'static str,
    /// If this is there already, it need not be made.
    pub(super) makes: Option<(ObjectKind, String)>,
    /// Who needs it; absent: whoever deploys.
    pub(super) principal: Option<String>,
}

#[derive(Clone, Default, Debug)]
pub struct Needs {
    /// What runs statements.
    pub(super) warehouse: Vec<ResourceKey>,
    pub(super) serverless: Vec<ResourceKey>,
    /// What makes compute that no policy allows for.
    pub(super) compute: Vec<ResourceKey>,
    pub(super) privileges: BTreeSet<Need>,
    /// What the project makes where it is not there.
    pub(super) own: BTreeSet<String>,
}

impl Compiled {
    /// Adds what this needs.
    pub fn add_needs(&self, needs: &mut Needs) {
        let (set, _) = self.desired("/Workspace/Users/nobody", "nobody", Vec::new());
        for desired in set.iter() {
            needs.add(desired);
        }
        let runner = self.run_as.as_ref().map(|run_as| match run_as {
            RunAs::ServicePrincipal(name) | RunAs::User(name) => name.clone(),
        });
        for (path, file) in self.inputs.sql.iter().filter(|(_, file)| !file.datasets.is_empty()) {
            needs.own.extend(file.datasets.iter().map(|table| table.to_string().to_lowercase()));
            let statements = self.parsed.get(path).into_iter().flat_map(|parsed| &parsed.statements);
            let privileges: BTreeSet<&'static str> = statements
                .filter_map(|statement| match &statement.kind {
                    StatementKind::CreateDataset(dataset) => made_with(dataset.kind),
                    _ => None,
                })
                .collect();
            let run = set.iter().any(|desired| {
                desired.key.kind == Kind::Pipeline
                    && desired.depends_on.contains(&ResourceKey::new(Kind::WorkspaceFile, path.as_str()))
            });
            // Of several kinds in a file it is not told which makes which name.
            if let (true, 1, Some(privilege)) = (run, privileges.len(), privileges.first()) {
                for table in &file.datasets {
                    needs.table(table, privilege, runner.clone());
                }
            }
        }
    }
}

/// Databricks documentation, "Unity Catalog privileges and securable objects".
fn made_with(kind: DatasetKind) -> Option<&'static str> {
    match kind {
        DatasetKind::StreamingTable => Some("CREATE_TABLE"),
        DatasetKind::MaterializedView => Some("CREATE_MATERIALIZED_VIEW"),
        DatasetKind::View | DatasetKind::TemporaryView => None,
    }
}

/// As tags call what they are on.
fn entity(kind: &str) -> Option<ObjectKind> {
    match kind {
        "catalogs" => Some(ObjectKind::Catalog),
        "schemas" => Some(ObjectKind::Schema),
        "tables" | "columns" => Some(ObjectKind::Table),
        "volumes" => Some(ObjectKind::Volume),
        _ => None,
    }
}

/// No policy restricts it, so that only who may make any may make it.
fn is_free(cluster: &Value) -> bool {
    cluster.get("policy_id").is_none()
}

impl Needs {
    /// Databricks documentation, "Unity Catalog privileges reference", and what is named where a kind needs more.
    fn add(&mut self, desired: &Desired) {
        let key = &desired.key;
        let text = |field| desired.text(field).map(str::to_lowercase);
        match key.kind {
            Kind::Catalog => {
                let Some(name) = text("name") else { return };
                let makes = Some((ObjectKind::Catalog, name.clone()));
                self.own.insert(name);
                self.need(Securable::Metastore, "CREATE_CATALOG", makes, None);
            }
            Kind::Schema => {
                let (Some(catalog), Some(name)) = (text("catalog_name"), text("name")) else { return };
                let full = format!("{catalog}.{name}");
                let makes = Some((ObjectKind::Schema, full.clone()));
                self.own.insert(full);
                self.on(ObjectKind::Catalog, &catalog, "USE_CATALOG", None);
                self.need(Securable::Object(ObjectKind::Catalog, catalog), "CREATE_SCHEMA", makes, None);
            }
            Kind::Volume => self.in_schema(desired, "CREATE_VOLUME", ObjectKind::Volume),
            Kind::RegisteredModel => self.in_schema(desired, "CREATE_MODEL", ObjectKind::Model),
            Kind::VolumeFile => {
                // "Privileges for Unity Catalog volumes": create, delete, or update files.
                let path = text("path").unwrap_or_default();
                let ["", "volumes", catalog, schema, volume, ..] = path.split('/').collect::<Vec<_>>()[..] else {
                    return;
                };
                let volume = format!("{catalog}.{schema}.{volume}");
                self.inside(ObjectKind::Volume, &volume, &["READ_VOLUME", "WRITE_VOLUME"]);
            }
            Kind::Function | Kind::Table | Kind::View => {
                self.warehouse.push(key.clone());
                let Ok(name) = TableName::parse(key.name()) else { return };
                let (kind, privilege) = match key.kind {
                    Kind::Function => (ObjectKind::Function, "CREATE_FUNCTION"),
                    _ => (ObjectKind::Table, "CREATE_TABLE"),
                };
                let full = name.to_string().to_lowercase();
                let (catalog, schema) = (name.catalog.folded(), name.schema.folded());
                self.made(&catalog, &schema, privilege, (kind, full), None);
            }
            // "Apply tags to Unity Catalog securable objects", requirements. Whether a tag is governed, and so needs ASSIGN
            // too, only the account knows.
            Kind::Tags => {
                let (Some(kind), Some(name)) = (text("entity_type").as_deref().and_then(entity), text("entity_name"))
                else {
                    return;
                };
                // A column is tagged as its table.
                let table = name.split('.').take(3).collect::<Vec<_>>().join(".");
                self.inside(kind, &table, &["APPLY_TAG"]);
            }
            // "Manually apply row filters and column masks", before you begin.
            Kind::Mask | Kind::RowFilter => {
                self.warehouse.push(key.clone());
                let (Some(table), Some(function)) = (text("full_name"), text("function")) else { return };
                self.inside(ObjectKind::Table, &table, &["MANAGE"]);
                self.inside(ObjectKind::Function, &function, &["EXECUTE"]);
            }
            Kind::Grants => self.grants(desired),
            // "Set up and manage an AI/BI Genie space", required permissions.
            Kind::GenieSpace => {
                self.warehouse.push(key.clone());
                let content = desired.content.as_ref().and_then(|content| content.bytes());
                let space: Value = content.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
                for list in ["/data_sources/tables", "/data_sources/metric_views"] {
                    let sources = space.pointer(list).and_then(Value::as_array).into_iter().flatten();
                    for name in sources.filter_map(|source| source.get("identifier")?.as_str()) {
                        self.inside(ObjectKind::Table, &name.to_lowercase(), &["SELECT"]);
                    }
                }
            }
            Kind::Dashboard | Kind::Alert => self.warehouse.push(key.clone()),
            Kind::Job => {
                let items = |field: &str| desired.spec.get(field).and_then(Value::as_array).into_iter().flatten();
                if items("tasks").any(|task| task.get("sql_task").is_some()) {
                    self.warehouse.push(key.clone());
                }
                if items("tasks").chain(items("job_clusters")).filter_map(|item| item.get("new_cluster")).any(is_free) {
                    self.compute.push(key.clone());
                }
            }
            // "Configure classic compute for pipelines": unrestricted creation, or a policy; serverless needs neither.
            Kind::Pipeline => {
                let clusters = || desired.spec.get("clusters").and_then(Value::as_array).into_iter().flatten();
                if desired.spec.get("serverless").and_then(Value::as_bool) == Some(true) {
                    self.serverless.push(key.clone());
                } else if clusters().next().is_none() || clusters().any(is_free) {
                    self.compute.push(key.clone());
                }
            }
            // "SQL warehouse admin settings": the privilege to make warehouses is the entitlement for clusters.
            Kind::SqlWarehouse => self.compute.push(key.clone()),
            // Objects of the workspace, of whoever makes them: they need the entitlements that are looked at always, and
            // a folder that the check of the state's folder tries.
            Kind::SecretScope
            | Kind::WorkspaceFile
            | Kind::Experiment
            | Kind::DashboardSchedule
            | Kind::Permissions
            // It runs as whom the pipeline says, which is looked at with the pipeline's tables.
            | Kind::PipelineUpdate => {}
        }
    }

    /// What is declared with its schema and its catalog.
    fn in_schema(&mut self, desired: &Desired, privilege: &'static str, kind: ObjectKind) {
        let text = |field| desired.text(field).map(str::to_lowercase);
        let (Some(catalog), Some(schema)) = (text("catalog_name"), text("schema_name")) else { return };
        let name = format!("{catalog}.{schema}.{}", text("name").unwrap_or_default());
        self.made(&catalog, &schema, privilege, (kind, name), None);
    }

    fn table(&mut self, table: &TableName, privilege: &'static str, principal: Option<String>) {
        let (catalog, schema) = (table.catalog.folded(), table.schema.folded());
        let makes = (ObjectKind::Table, table.to_string().to_lowercase());
        self.made(&catalog, &schema, privilege, makes, principal);
    }

    /// What is made in a schema.
    fn made(
        &mut self,
        catalog: &str,
        schema: &str,
        privilege: &'static str,
        makes: (ObjectKind, String),
        principal: Option<String>,
    ) {
        let full = format!("{catalog}.{schema}");
        self.own.insert(makes.1.clone());
        self.on(ObjectKind::Catalog, catalog, "USE_CATALOG", principal.clone());
        self.on(ObjectKind::Schema, &full, "USE_SCHEMA", principal.clone());
        self.need(Securable::Object(ObjectKind::Schema, full), privilege, Some(makes), principal);
    }

    /// What is done with something that is there: what that is in must be usable, too.
    fn inside(&mut self, kind: ObjectKind, name: &str, privileges: &[&'static str]) {
        let mut parts = name.split('.');
        if let (Some(catalog), Some(schema)) = (parts.next(), parts.next()) {
            self.on(ObjectKind::Catalog, catalog, "USE_CATALOG", None);
            if parts.next().is_some() {
                self.on(ObjectKind::Schema, &format!("{catalog}.{schema}"), "USE_SCHEMA", None);
            }
        }
        for privilege in privileges {
            self.on(kind, name, privilege, None);
        }
    }

    fn on(&mut self, kind: ObjectKind, name: &str, privilege: &'static str, principal: Option<String>) {
        self.need(Securable::Object(kind, name.to_string()), privilege, None, principal);
    }

    /// Who gives privileges on something owns it or has this one.
    fn grants(&mut self, desired: &Desired) {
        let kind = match desired.text("securable_type") {
            Some("catalog") => ObjectKind::Catalog,
            Some("schema") => ObjectKind::Schema,
            Some("table") => ObjectKind::Table,
            Some("volume") => ObjectKind::Volume,
            Some("function") => ObjectKind::Function,
            _ => return,
        };
        let Some(name) = desired.text("securable").map(str::to_lowercase) else { return };
        self.on(kind, &name, "MANAGE", None);
    }

    fn need(
        &mut self,
        on: Securable,
        privilege: &'static str,
        makes: Option<(ObjectKind, String)>,
        principal: Option<String>,
    ) {
        self.privileges.insert(Need { on, privilege, makes, principal });
    }
}
