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
    pub(super) privileges: BTreeSet<Need>,
    /// Catalogs and schemas that the project makes where they are not there.
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

impl Needs {
    fn add(&mut self, desired: &Desired) {
        let text = |field| desired.text(field).map(str::to_lowercase);
        match desired.key.kind {
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
                self.inside(ObjectKind::Catalog, &catalog, "USE_CATALOG", None);
                self.need(Securable::Object(ObjectKind::Catalog, catalog), "CREATE_SCHEMA", makes, None);
            }
            Kind::Volume => {
                let (Some(catalog), Some(schema)) = (text("catalog_name"), text("schema_name")) else { return };
                let name = format!("{catalog}.{schema}.{}", text("name").unwrap_or_default());
                self.made(&catalog, &schema, "CREATE_VOLUME", (ObjectKind::Volume, name), None);
            }
            Kind::Function | Kind::Table | Kind::View => {
                self.warehouse.push(desired.key.clone());
                let Ok(name) = TableName::parse(desired.key.name()) else { return };
                let (kind, privilege) = match desired.key.kind {
                    Kind::Function => (ObjectKind::Function, "CREATE_FUNCTION"),
                    _ => (ObjectKind::Table, "CREATE_TABLE"),
                };
                let full = name.to_string().to_lowercase();
                let (catalog, schema) = (name.catalog.folded(), name.schema.folded());
                self.made(&catalog, &schema, privilege, (kind, full), None);
            }
            Kind::Dashboard | Kind::GenieSpace | Kind::Alert => self.warehouse.push(desired.key.clone()),
            Kind::Job => {
                let tasks = desired.spec.get("tasks").and_then(Value::as_array);
                if tasks.into_iter().flatten().any(|task| task.get("sql_task").is_some()) {
                    self.warehouse.push(desired.key.clone());
                }
            }
            Kind::Pipeline if desired.spec.get("serverless").and_then(Value::as_bool) == Some(true) => {
                self.serverless.push(desired.key.clone());
            }
            Kind::Grants => self.grants(desired),
            _ => {}
        }
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
        self.inside(ObjectKind::Catalog, catalog, "USE_CATALOG", principal.clone());
        self.inside(ObjectKind::Schema, &full, "USE_SCHEMA", principal.clone());
        self.need(Securable::Object(ObjectKind::Schema, full), privilege, Some(makes), principal);
    }

    fn inside(&mut self, kind: ObjectKind, name: &str, privilege: &'static str, principal: Option<String>) {
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
        self.inside(kind, &name, "MANAGE", None);
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
