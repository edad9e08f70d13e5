//! From the project's files to desired resources.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Diagnostic, Diagnostics, Location};
use crate::graph::Graph;
use crate::project::yaml::{Fields, Node};

use super::declared::Declared;
use super::inputs::{Context, Document, Inputs, Undeployed};
use super::kinds;
use super::{Content, Desired, Kind, ResourceKey, infer};

/// Everything that is wanted, by key. Every dependency is in the set, and there is no cycle.
#[derive(Clone, Debug, Default)]
pub struct DesiredSet(pub(super) BTreeMap<ResourceKey, Desired>);

impl DesiredSet {
    pub fn get(&self, key: &ResourceKey) -> Option<&Desired> {
        self.0.get(key)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Desired> {
        self.0.values()
    }

    pub fn keys(&self) -> impl Iterator<Item = &ResourceKey> {
        self.0.keys()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts places in templates for places in what was rendered from them.
    pub fn relocate(&mut self, place: &dyn Fn(&Location) -> Location) {
        for desired in self.0.values_mut() {
            if let Some(location) = &mut desired.location {
                *location = place(location);
            }
        }
    }

    pub fn graph(&self) -> Graph<ResourceKey> {
        let mut graph = Graph::default();
        for desired in self.iter() {
            graph.add_node(desired.key.clone());
            for dependency in &desired.depends_on {
                graph.add_edge(desired.key.clone(), dependency.clone(), desired.location.clone());
            }
        }
        graph
    }
}

impl FromIterator<Desired> for DesiredSet {
    fn from_iter<T: IntoIterator<Item = Desired>>(iter: T) -> Self {
        Self(iter.into_iter().map(|desired| (desired.key.clone(), desired)).collect())
    }
}

/// Reads all resource files and adds what follows from SQL files, dashboards and Genie files.
pub fn desired(inputs: &Inputs, context: &Context) -> (DesiredSet, Diagnostics) {
    let mut builder = Builder::new(inputs, context);
    let mut parts = Parts::default();
    for file in &inputs.files {
        builder.file(file, &Section::ALL, &mut parts);
    }
    builder.documents(&parts, &|_| true);
    builder.sql(&parts);
    for upload in &inputs.uploads {
        builder.add(kinds::volume::upload(upload));
    }
    infer::dependencies(&mut builder.set, inputs, &builder.facts, &mut builder.out);
    if let Err(cycle) = builder.set.graph().order() {
        builder.out.push(cycle.diagnostic(Code::DEPENDENCY_CYCLE, "resources depend on each other"));
    }
    (builder.set, builder.out)
}

/// The resource of one dashboard or Genie file as [`desired`] makes it, but for what it depends on, and what is wrong with
/// the file's content.
pub fn desired_document(inputs: &Inputs, context: &Context, path: &str) -> (Option<ResourceKey>, Diagnostics) {
    let mut builder = Builder::new(inputs, context);
    let mut parts = Parts::default();
    for file in &inputs.files {
        builder.file(file, &[Section::Dashboards, Section::GenieSpaces], &mut parts);
    }
    // That of the resource files is the same whatever the document holds.
    builder.out = Diagnostics::default();
    builder.documents(&parts, &|document| document.path == path);
    (builder.set.0.into_keys().next(), builder.out)
}

/// What later steps need to know of the resource files.
#[derive(Default)]
struct Parts<'n> {
    /// SQL and other files that jobs run.
    scripts: BTreeSet<String>,
    /// Entries that name a dashboard or Genie file, by that file.
    dashboards: BTreeMap<String, Declared<'n>>,
    genie_spaces: BTreeMap<String, Declared<'n>>,
    /// Files that are declared for other targets only.
    elsewhere: BTreeSet<String>,
}

type BuildDocument = fn(&Document, Option<&Declared<'_>>, &Context, &mut Diagnostics) -> Option<Desired>;

struct Builder<'i> {
    inputs: &'i Inputs,
    context: &'i Context,
    set: DesiredSet,
    facts: infer::Facts,
    out: Diagnostics,
}

impl<'i> Builder<'i> {
    fn new(inputs: &'i Inputs, context: &'i Context) -> Self {
        let (set, facts, out) = Default::default();
        Self { inputs, context, set, facts, out }
    }

    fn file<'n>(&mut self, file: &'n Node, sections: &[Section], parts: &mut Parts<'n>) {
        let Some(mut fields) = Fields::of(file, &mut self.out) else { return };
        for section in sections {
            let Some(node) = fields.take(section.key()) else { continue };
            for entry in node.map(&mut self.out).unwrap_or_default() {
                let declared = Declared::new(entry);
                if declared.applies_to(&self.context.target, &mut self.out) {
                    self.entry(*section, declared, parts);
                } else if let Some(file) = declared.node().get("file").and_then(Node::as_str) {
                    parts.elsewhere.insert(file.to_string());
                }
            }
        }
        fields.finish(&mut self.out);
    }

    fn entry<'n>(&mut self, section: Section, declared: Declared<'n>, parts: &mut Parts<'n>) {
        match section {
            Section::Catalogs => {
                let desired = kinds::catalog::build(&declared, &mut self.out);
                self.add(desired);
            }
            Section::Schemas => {
                let desired = kinds::schema::build(&declared, &mut self.out);
                self.add(desired);
            }
            Section::Volumes => {
                for desired in kinds::volume::build(&declared, self.inputs, &mut self.out) {
                    self.add(desired);
                }
            }
            Section::Pipelines => {
                let built = kinds::pipeline::build(&declared, self.inputs, self.context, &mut self.out);
                self.facts.pipelines.insert(built.desired.key.clone(), built.sources);
                self.add_with_permissions(built.desired, &declared);
            }
            Section::Jobs => {
                let built = kinds::job::build(&declared, self.inputs, self.context, &mut self.out);
                parts.scripts.extend(built.sources);
                self.add_with_permissions(built.desired, &declared);
            }
            Section::Grants => {
                if let Some(desired) = kinds::grants::build(&declared, &mut self.out) {
                    self.add(desired);
                }
            }
            Section::Alerts => {
                let desired = kinds::alert::build(&declared, self.context, &mut self.out);
                let uses = self.inputs.alerts.get(declared.key()).cloned().unwrap_or_default();
                self.facts.uses.insert(desired.key.clone(), uses);
                self.add_with_permissions(desired, &declared);
            }
            Section::SqlWarehouses => {
                let desired = kinds::sql_warehouse::build(&declared, self.context, &mut self.out);
                self.add_with_permissions(desired, &declared);
            }
            Section::SecretScopes => {
                let desired = kinds::secret_scope::build(&declared, &mut self.out);
                self.add_with_permissions(desired, &declared);
            }
            Section::RegisteredModels => {
                let desired = kinds::registered_model::build(&declared, &mut self.out);
                self.add(desired);
            }
            Section::Experiments => {
                let desired = kinds::experiment::build(&declared, self.context, &mut self.out);
                self.add_with_permissions(desired, &declared);
            }
            Section::Dashboards => self.document(declared, &self.inputs.dashboards, &mut parts.dashboards),
            Section::GenieSpaces => self.document(declared, &self.inputs.genie_spaces, &mut parts.genie_spaces),
        }
    }

    /// Notes which entry describes which file; the resource is made when all entries are known.
    fn document<'n>(
        &mut self,
        declared: Declared<'n>,
        documents: &[Document],
        into: &mut BTreeMap<String, Declared<'n>>,
    ) {
        let Some(node) = declared.node().get("file") else {
            let diagnostic = Diagnostic::error(Code::MISSING_KEY, "the key `file` is required here");
            self.out.push(diagnostic.at(declared.location().clone()));
            return;
        };
        let Some(file) = node.string(&mut self.out) else { return };
        if !documents.iter().any(|document| document.path == file.value) {
            let message = format!("the file `{}` does not exist in the project", file.value);
            self.out.push(Diagnostic::error(Code::MISSING_FILE, message).at(file.location));
            return;
        }
        into.insert(file.value, declared);
    }

    fn documents(&mut self, parts: &Parts<'_>, wanted: &dyn Fn(&Document) -> bool) {
        let inputs = self.inputs;
        let all = [
            (Kind::Dashboard, &inputs.dashboards, &parts.dashboards, kinds::dashboard::build as BuildDocument),
            (Kind::GenieSpace, &inputs.genie_spaces, &parts.genie_spaces, kinds::genie::build),
        ];
        for (kind, documents, entries, build) in all {
            for document in documents.iter().filter(|document| wanted(document)) {
                let declared = entries.get(&document.path);
                if declared.is_none() && parts.elsewhere.contains(&document.path) {
                    continue;
                }
                match build(document, declared, self.context, &mut self.out) {
                    Some(desired) => {
                        self.facts.uses.insert(desired.key.clone(), document.uses.clone());
                        match declared {
                            Some(declared) => {
                                let schedules = match kind {
                                    Kind::Dashboard => kinds::dashboard_schedule::build(
                                        declared,
                                        &desired.key,
                                        self.context,
                                        &mut self.out,
                                    ),
                                    _ => Vec::new(),
                                };
                                self.add_with_permissions(desired, declared);
                                schedules.into_iter().for_each(|schedule| self.add(schedule));
                            }
                            None => self.add(desired),
                        }
                    }
                    None => {
                        let name =
                            declared.map_or_else(|| kinds::dashboard::stem(&document.path), |d| d.key().to_string());
                        self.facts.broken.insert(ResourceKey::new(kind, name));
                    }
                }
            }
        }
    }

    /// Files that pipelines and jobs run are uploaded; statements of the others are run.
    fn sql(&mut self, parts: &Parts<'_>) {
        let inputs = self.inputs;
        let mut uploaded: BTreeSet<String> = self.facts.pipelines.values().flatten().cloned().collect();
        uploaded.extend(parts.scripts.iter().cloned());
        for path in &uploaded {
            let (content, location) = match (inputs.sql.get(path), inputs.sources.get(path)) {
                (Some(sql), _) => (Content::plain(sql.text.clone().into_bytes()), sql.location.clone()),
                (None, Some(content)) => (content.clone(), None),
                (None, None) => continue,
            };
            self.out.extend(kinds::file::too_large(path, &content, location.as_ref()));
            self.add(kinds::file::build(self.context, path, content, location));
        }
        for (_, sql) in inputs.sql.iter().filter(|(path, _)| !uploaded.contains(*path)) {
            for object in &sql.objects {
                let desired = kinds::sql_object::build(object);
                self.facts.uses.insert(desired.key.clone(), object.uses.clone());
                self.add(desired);
            }
            for statement in &sql.bindings {
                let desired = kinds::binding::build(statement);
                self.facts
                    .uses
                    .entry(desired.key.clone())
                    .or_default()
                    .functions
                    .extend(statement.uses.functions.clone());
                match self.set.0.get_mut(&desired.key).filter(|known| known.key.kind == Kind::Tags) {
                    Some(known) => self.out.extend(kinds::binding::merge(known, &desired)),
                    None => self.add(desired),
                }
            }
            self.out.extend(sql.undeployed.iter().map(not_deployed));
        }
    }

    /// A resource, and who may do what with it.
    fn add_with_permissions(&mut self, desired: Desired, declared: &Declared<'_>) {
        let permissions = kinds::permissions::build(declared, &desired.key, &mut self.out);
        self.add(desired);
        if let Some(permissions) = permissions {
            self.add(permissions);
        }
    }

    fn add(&mut self, desired: Desired) {
        if let Some(first) = self.set.0.get(&desired.key) {
            let mut diagnostic =
                Diagnostic::error(Code::DUPLICATE_RESOURCE, format!("`{}` is defined twice", desired.key));
            diagnostic.location = desired.location.clone();
            if let Some(location) = &first.location {
                diagnostic = diagnostic.related(location.clone(), "first defined here");
            }
            self.out.push(diagnostic);
            return;
        }
        self.set.0.insert(desired.key.clone(), desired);
    }
}

fn not_deployed(statements: &Undeployed) -> Diagnostic {
    let Undeployed { what, hint, more, location } = statements;
    let message = match more {
        0 => format!("this is not deployed: {what}"),
        more => format!("this and {more} more of the file are not deployed: {what}"),
    };
    Diagnostic::error(Code::NOT_DEPLOYED, message).at(location.clone()).hint(hint.clone())
}

/// The top-level keys of a resource file.
#[derive(Clone, Copy)]
enum Section {
    Catalogs,
    Schemas,
    Volumes,
    Pipelines,
    Jobs,
    Grants,
    Dashboards,
    GenieSpaces,
    Alerts,
    SqlWarehouses,
    SecretScopes,
    RegisteredModels,
    Experiments,
}

impl Section {
    const ALL: [Self; 13] = [
        Self::Catalogs,
        Self::Schemas,
        Self::Volumes,
        Self::Pipelines,
        Self::Jobs,
        Self::Grants,
        Self::Dashboards,
        Self::GenieSpaces,
        Self::Alerts,
        Self::SqlWarehouses,
        Self::SecretScopes,
        Self::RegisteredModels,
        Self::Experiments,
    ];

    fn key(self) -> &'static str {
        match self {
            Self::Catalogs => "catalogs",
            Self::Schemas => "schemas",
            Self::Volumes => "volumes",
            Self::Pipelines => "pipelines",
            Self::Jobs => "jobs",
            Self::Grants => "grants",
            Self::Dashboards => "dashboards",
            Self::GenieSpaces => "genie_spaces",
            Self::Alerts => "alerts",
            Self::SqlWarehouses => "sql_warehouses",
            Self::SecretScopes => "secret_scopes",
            Self::RegisteredModels => "registered_models",
            Self::Experiments => "experiments",
        }
    }
}
