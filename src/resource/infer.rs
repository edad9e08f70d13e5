//! Dependencies that follow from what resources name: catalogs, schemas, tables, functions, paths, references.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, did_you_mean};
use crate::ident::{Identifier, TableName};
use crate::project::yaml::{Node, Value as Yaml};

use super::inputs::{Inputs, SqlFile, Uses};
use super::key::{Reference, references, references_in};
use super::kinds::pipeline;
use super::shape::meaningless;
use super::{Desired, DesiredSet, Kind, ResourceKey};

/// What the builder learned beside the specifications.
#[derive(Default)]
pub(super) struct Facts {
    /// The SQL files of each pipeline.
    pub(super) pipelines: BTreeMap<ResourceKey, BTreeSet<String>>,
    /// What the SQL inside a resource needs.
    pub(super) uses: BTreeMap<ResourceKey, Uses>,
    /// Wanted, but not usable; that was reported, so what refers to them is not reported too.
    pub(super) broken: BTreeSet<ResourceKey>,
}

/// Adds dependencies to every resource, and the pipeline updates that something waits for.
pub(super) fn dependencies(set: &mut DesiredSet, inputs: &Inputs, facts: &Facts, out: &mut Diagnostics) {
    let index = Index::new(set, &inputs.sql, facts);
    // Tables that something outside their pipeline needs.
    let mut needed: BTreeMap<ResourceKey, BTreeSet<TableName>> = BTreeMap::new();
    let mut additions: BTreeMap<ResourceKey, BTreeSet<ResourceKey>> = BTreeMap::new();
    for desired in set.iter() {
        let mut on = BTreeSet::new();
        containers(desired, &index, &mut on);
        let mut schemas: BTreeSet<(&Identifier, &Identifier)> = BTreeSet::new();
        let named = index.named_table(desired);
        let uses = index.uses(desired);
        for table in uses.iter().flat_map(|uses| &uses.tables).chain(&named) {
            if let Some(object) = index.objects.get(table).filter(|key| **key != desired.key) {
                on.insert(object.clone());
            } else if let Some(owner) = index.datasets.get(table).filter(|key| **key != desired.key) {
                let tables: &mut BTreeSet<TableName> = match needed.get_mut(owner) {
                    Some(tables) => tables,
                    None => needed.entry(owner.clone()).or_default(),
                };
                if !tables.contains(table) {
                    tables.insert(table.clone());
                }
                on.insert(pipeline::update_key(owner));
            }
            schemas.insert((&table.catalog, &table.schema));
        }
        let schemas = schemas.into_iter();
        on.extend(schemas.filter_map(|(catalog, schema)| index.schema(catalog.as_str(), schema.as_str())));
        let functions = uses.iter().flat_map(|uses| &uses.functions);
        on.extend(functions.filter_map(|name| index.objects.get(name)).cloned());
        on.extend(uses.iter().flat_map(|uses| &uses.paths).filter_map(|path| index.volume_of(path)));
        // What is given on a table is given after what hides a part of it; what is given around it, the plan tells of.
        if desired.key.kind == Kind::Grants {
            on.extend(named.iter().filter_map(|table| index.guards.get(table)).flatten().cloned());
        }
        on.remove(&desired.key);
        // Whoever names itself has no id to name before it is made: a ring, and not what SQL says of its own object.
        resolved_references(desired, set, inputs, &facts.broken, &mut on, out);
        additions.insert(desired.key.clone(), on);
    }
    for (key, on) in additions {
        if let Some(desired) = set.0.get_mut(&key) {
            desired.depends_on.extend(on);
        }
    }
    let mut owners: BTreeMap<ResourceKey, ResourceKey> = BTreeMap::new();
    for (owner, tables) in needed {
        let Some(owner) = set.get(&owner) else { continue };
        let mut update = pipeline::update(owner, &tables);
        // The files that it may read are there before it runs.
        let files = set.iter().filter(|file| file.key.kind == Kind::VolumeFile);
        let read = files.filter(|file| !file.depends_on.is_disjoint(&owner.depends_on));
        update.depends_on.extend(read.map(|file| file.key.clone()));
        owners.insert(update.key.clone(), owner.key.clone());
        set.0.insert(update.key.clone(), update);
    }
    privileges_first(set, owners);
}

/// Whoever a pipeline runs as has what the project gives on what the pipeline works with, before it runs; but for what is
/// given only after it has run.
fn privileges_first(set: &mut DesiredSet, owners: BTreeMap<ResourceKey, ResourceKey>) {
    let is_guard = |key: &ResourceKey| matches!(key.kind, Kind::Mask | Kind::RowFilter);
    let graph = if owners.is_empty() { return } else { set.graph() };
    let grants = || set.iter().filter(|grants| grants.key.kind == Kind::Grants && !grants.depends_on.is_empty());
    let behind: Vec<(&Desired, BTreeSet<ResourceKey>)> =
        grants().map(|grants| (grants, graph.closure([grants.key.clone()]))).collect();
    let mut additions: Vec<(ResourceKey, BTreeSet<ResourceKey>)> = Vec::new();
    for (update, owner) in owners {
        let around = graph.closure([owner]);
        let given = behind.iter().filter(|(grants, behind)| {
            let mut on = grants.depends_on.iter().filter(|key| !is_guard(key));
            on.all(|key| around.contains(key)) && !behind.contains(&update)
        });
        let given = given.map(|(grants, _)| grants.key.clone()).collect();
        additions.push((update, given));
    }
    for (update, given) in additions {
        if let Some(update) = set.0.get_mut(&update) {
            update.depends_on.extend(given);
        }
    }
}

/// Names to the resources that make them.
struct Index<'i> {
    catalogs: BTreeMap<String, ResourceKey>,
    schemas: BTreeMap<(String, String), ResourceKey>,
    /// By path: `/volumes/c/s/v`, lower case.
    volumes: BTreeMap<String, ResourceKey>,
    /// Functions, tables and views made by statements.
    objects: HashMap<TableName, ResourceKey>,
    /// Tables made by pipelines.
    datasets: HashMap<TableName, ResourceKey>,
    /// The masks and row filters of tables.
    guards: HashMap<TableName, Vec<ResourceKey>>,
    /// The schemas that pipelines make tables in.
    filled: HashMap<ResourceKey, BTreeSet<(Identifier, Identifier)>>,
    sql: &'i BTreeMap<String, SqlFile>,
    facts: &'i Facts,
}

impl<'i> Index<'i> {
    fn new(set: &DesiredSet, sql: &'i BTreeMap<String, SqlFile>, facts: &'i Facts) -> Self {
        let mut index = Self {
            catalogs: BTreeMap::new(),
            schemas: BTreeMap::new(),
            volumes: BTreeMap::new(),
            objects: HashMap::new(),
            datasets: HashMap::new(),
            guards: HashMap::new(),
            filled: HashMap::new(),
            sql,
            facts,
        };
        for desired in set.iter() {
            let text = |field| desired.text(field).unwrap_or_default().to_lowercase();
            let key = desired.key.clone();
            match desired.key.kind {
                Kind::Catalog => drop(index.catalogs.insert(text("name"), key)),
                Kind::Schema => drop(index.schemas.insert((text("catalog_name"), text("name")), key)),
                Kind::Volume => {
                    let path = format!("/volumes/{}/{}/{}", text("catalog_name"), text("schema_name"), text("name"));
                    index.volumes.insert(path, key);
                }
                Kind::Function | Kind::Table | Kind::View => {
                    if let Ok(name) = TableName::parse(&text("full_name")) {
                        index.objects.insert(name, key);
                    }
                }
                Kind::RegisteredModel => {
                    let name = format!("{}.{}.{}", text("catalog_name"), text("schema_name"), text("name"));
                    if let Ok(name) = TableName::parse(&name) {
                        index.objects.insert(name, key);
                    }
                }
                Kind::Mask | Kind::RowFilter => {
                    if let Ok(name) = TableName::parse(&text("full_name")) {
                        index.guards.entry(name).or_default().push(key);
                    }
                }
                Kind::VolumeFile
                | Kind::WorkspaceFile
                | Kind::Pipeline
                | Kind::PipelineUpdate
                | Kind::Tags
                | Kind::Grants
                | Kind::Dashboard
                | Kind::GenieSpace
                | Kind::Alert
                | Kind::Job
                | Kind::SqlWarehouse
                | Kind::SecretScope
                | Kind::Experiment
                | Kind::DashboardSchedule
                | Kind::Permissions => {}
            }
        }
        for (key, sources) in &facts.pipelines {
            for sql in sources.iter().filter_map(|path| sql.get(path)) {
                index.datasets.extend(sql.datasets.iter().map(|name| (name.clone(), key.clone())));
            }
        }
        for (name, owner) in &index.datasets {
            // Asked for by name, so that an owner is written down only once.
            let schema = (name.catalog.clone(), name.schema.clone());
            match index.filled.get_mut(owner) {
                Some(schemas) => drop(schemas.insert(schema)),
                None => drop(index.filled.insert(owner.clone(), BTreeSet::from([schema]))),
            }
        }
        index
    }

    /// What the SQL of a resource needs, by its parts.
    fn uses(&self, desired: &Desired) -> Vec<&Uses> {
        let sources = self.facts.pipelines.get(&desired.key).into_iter().flatten();
        let of_files = sources.filter_map(|path| self.sql.get(path)).map(|sql| &sql.uses);
        self.facts.uses.get(&desired.key).into_iter().chain(of_files).collect()
    }

    /// The table that grants, tags, a mask or a row filter are about.
    fn named_table(&self, desired: &Desired) -> Option<TableName> {
        let name = match (desired.key.kind, desired.text("securable_type"), desired.text("entity_type")) {
            (Kind::Grants, Some("table"), _) => desired.text("securable")?,
            (Kind::Tags, _, Some("tables")) => desired.text("entity_name")?,
            (Kind::Tags, _, Some("columns")) => {
                let column = desired.text("entity_name")?;
                &column[..column.match_indices('.').nth(2)?.0]
            }
            (Kind::Mask | Kind::RowFilter, ..) => desired.text("full_name")?,
            _ => return None,
        };
        TableName::parse(name).ok()
    }

    fn container_of(&self, table: &TableName) -> Option<ResourceKey> {
        self.schema(table.catalog.as_str(), table.schema.as_str())
    }

    /// The schema, or the catalog where only that is the project's.
    fn schema(&self, catalog: &str, schema: &str) -> Option<ResourceKey> {
        let (catalog, schema) = (catalog.to_lowercase(), schema.to_lowercase());
        self.schemas.get(&(catalog.clone(), schema)).or_else(|| self.catalogs.get(&catalog)).cloned()
    }

    fn volume_of(&self, path: &str) -> Option<ResourceKey> {
        let parts: Vec<&str> = path.trim_end_matches('/').splitn(6, '/').collect();
        let root = parts.get(..5)?.join("/").to_lowercase();
        self.volumes.get(&root).cloned()
    }
}

/// What must exist around a resource.
fn containers(desired: &Desired, index: &Index<'_>, on: &mut BTreeSet<ResourceKey>) {
    let text = |field| desired.text(field).unwrap_or_default();
    match desired.key.kind {
        Kind::Schema => on.extend(index.catalogs.get(&text("catalog_name").to_lowercase()).cloned()),
        Kind::Volume | Kind::RegisteredModel => on.extend(index.schema(text("catalog_name"), text("schema_name"))),
        Kind::Pipeline => on.extend(index.schema(text("catalog"), text("schema"))),
        Kind::Function | Kind::Table | Kind::View => {
            if let Ok(name) = TableName::parse(text("full_name")) {
                on.extend(index.container_of(&name));
            }
        }
        Kind::Grants => securable(index, text("securable_type"), text("securable"), on),
        // What is a table has its schema from that.
        Kind::Tags => securable(index, text("entity_type").trim_end_matches('s'), text("entity_name"), on),
        Kind::Mask | Kind::RowFilter => {}
        Kind::VolumeFile => on.extend(index.volume_of(text("path"))),
        Kind::Catalog
        | Kind::WorkspaceFile
        | Kind::PipelineUpdate
        | Kind::Dashboard
        | Kind::GenieSpace
        | Kind::Alert
        | Kind::Job
        | Kind::SqlWarehouse
        | Kind::SecretScope
        | Kind::Experiment
        | Kind::DashboardSchedule
        | Kind::Permissions => {}
    }
    // A pipeline fills schemas other than its default one too.
    if desired.key.kind == Kind::Pipeline {
        let filled = index.filled.get(&desired.key).into_iter().flatten();
        on.extend(filled.filter_map(|(catalog, schema)| index.schema(catalog.as_str(), schema.as_str())));
    }
}

fn securable(index: &Index<'_>, kind: &str, name: &str, on: &mut BTreeSet<ResourceKey>) {
    let name = name.to_lowercase();
    let parts: Vec<&str> = name.split('.').collect();
    match (kind, parts.as_slice()) {
        ("catalog", [catalog]) => on.extend(index.catalogs.get(*catalog).cloned()),
        ("schema", [catalog, schema]) => on.extend(index.schema(catalog, schema)),
        ("volume", [catalog, schema, volume]) => {
            on.extend(index.volume_of(&format!("/volumes/{catalog}/{schema}/{volume}")));
        }
        ("function", _) => {
            let name = TableName::parse(&name).ok();
            on.extend(name.and_then(|name| index.objects.get(&name).cloned()));
        }
        _ => {}
    }
}

/// Where a text is written inside the entry whose key is at `entry`, in a `field` if one is named; else that key.
fn place_of(files: &[Node], entry: &Location, field: Option<&str>, text: &str) -> Location {
    fn find<'n>(node: &'n Node, field: Option<&str>, inside: bool, text: &str) -> Option<&'n Location> {
        match &node.value {
            Yaml::String(value) if inside && value.contains(text) => Some(&node.location),
            Yaml::List(items) => items.iter().find_map(|item| find(item, field, inside, text)),
            Yaml::Map(entries) => entries.iter().find_map(|entry| {
                let inside = field.is_none_or(|field| field == entry.key);
                find(&entry.node, field, inside, text)
            }),
            _ => None,
        }
    }
    let sections = files.iter().filter_map(Node::as_map).flatten();
    let entries = sections.filter_map(|section| section.node.as_map()).flatten();
    let found = entries
        .filter(|found| found.key_location == *entry)
        .find_map(|found| find(&found.node, field, field.is_none(), text));
    found.unwrap_or(entry).clone()
}

/// Fields that hold the id of one kind of resource.
const IDS: [(&str, Kind); 6] = [
    ("alert_id", Kind::Alert),
    ("dashboard_id", Kind::Dashboard),
    ("experiment_id", Kind::Experiment),
    ("job_id", Kind::Job),
    ("pipeline_id", Kind::Pipeline),
    ("warehouse_id", Kind::SqlWarehouse),
];

/// References of another kind than their field takes: the field, what it takes, and what it was given.
fn misplaced(value: &Value) -> Vec<(&'static str, Kind, ResourceKey)> {
    match value {
        Value::Object(fields) => {
            let own = fields.iter().filter_map(|(name, value)| {
                let (field, kind) = IDS.into_iter().find(|(field, _)| field == name)?;
                match references(value.as_str()?).as_slice() {
                    // An output that does not exist is reported as that.
                    [Ok(Reference::Output { key, field: output })] if key.kind != kind && output == super::ID => {
                        Some((field, kind, key.clone()))
                    }
                    _ => None,
                }
            });
            own.chain(fields.values().flat_map(misplaced)).collect()
        }
        Value::Array(items) => items.iter().flat_map(misplaced).collect(),
        _ => Vec::new(),
    }
}

/// Texts of fields of ids, also where the rest is passed on as it is written.
fn ids(value: &Value) -> Vec<(&'static str, &str)> {
    match value {
        Value::Object(fields) => {
            let own = fields.iter().filter_map(|(name, value)| {
                let (field, _) = IDS.into_iter().find(|(field, _)| field == name)?;
                Some((field, value.as_str()?))
            });
            own.chain(fields.values().flat_map(ids)).collect()
        }
        Value::Array(items) => items.iter().flat_map(ids).collect(),
        _ => Vec::new(),
    }
}

/// `${…}` inside the specification.
fn resolved_references(
    desired: &Desired,
    set: &DesiredSet,
    inputs: &Inputs,
    broken: &BTreeSet<ResourceKey>,
    on: &mut BTreeSet<ResourceKey>,
    out: &mut Diagnostics,
) {
    let spec = Value::Object(desired.spec.clone());
    // Where a field was read by itself, the same was said of it already, and is told once.
    for (field, text) in ids(&spec) {
        for mut diagnostic in meaningless(text) {
            diagnostic.location = desired.location.as_ref().map(|at| place_of(&inputs.files, at, Some(field), text));
            out.push(diagnostic);
        }
    }
    for (field, kind, key) in misplaced(&spec) {
        // One that does not exist is reported as that.
        if set.get(&key).is_none() {
            continue;
        }
        let written = Reference::id_of(&key);
        let message =
            format!("`{field}` takes the id of a resource of the kind `{kind}`, not of `{key}`", kind = kind.as_str());
        let mut diagnostic = Diagnostic::error(Code::RESOURCE_REFERENCE, message);
        diagnostic.location = desired.location.as_ref().map(|at| place_of(&inputs.files, at, Some(field), &written));
        out.push(diagnostic);
    }
    for reference in references_in(&spec) {
        let Reference::Output { key, field } = reference else { continue };
        if broken.contains(&key) {
            continue;
        }
        let written = format!("${{{key}.{field}}}");
        let problem = if set.get(&key).is_none() && key.kind != Kind::PipelineUpdate {
            Some(format!("`{key}` does not exist"))
        } else if field != super::ID {
            Some(format!("`{key}` has no output `{field}`, only `id`"))
        } else {
            None
        };
        match problem {
            None => {
                on.insert(key);
            }
            Some(message) => {
                let mut diagnostic = Diagnostic::error(Code::RESOURCE_REFERENCE, message);
                diagnostic.location = desired.location.as_ref().map(|at| place_of(&inputs.files, at, None, &written));
                let known: Vec<String> = set.keys().map(ToString::to_string).collect();
                diagnostic.hint = did_you_mean(&key.to_string(), known.iter().map(String::as_str))
                    .map(|near| format!("did you mean `${{{near}.id}}`?"));
                out.push(diagnostic);
            }
        }
    }
}
