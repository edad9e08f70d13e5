//! From a project to what it wants deployed: render, parse, and the facts that deploying needs.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile};
use crate::ident::{ContentHash, Identifier, TableName};
use crate::plan::Files;
use crate::project::yaml::Node;
use crate::project::{Mode, Resolved, Target};
use crate::render::{
    DocumentBody, Rendered, RenderedDocument, RenderedProject, RenderedSolution, RenderedSql, render_all, render_one,
};
use crate::resource::{Content, Document, Inputs, RunAs, SqlFile};
use crate::syntax::ast::StatementKind;
use crate::syntax::{Parsed, outline_and_tokens};
use crate::sys::fs;

use super::adopt::has_blanks;
use super::documents::{Catalogs, document};
use super::facts::{Surroundings, sql_file, uses};
use super::governance::Governed;
use super::reader::Roles;

/// A project, rendered and parsed for one target.
#[derive(Debug)]
pub struct Compiled {
    pub project: String,
    pub target: String,
    pub rendered: RenderedProject,
    /// An outline of the statements of every SQL file, by project path; places are in the rendered text.
    pub parsed: BTreeMap<String, Arc<Parsed>>,
    pub(super) inputs: Inputs,
    /// The schemas of which anything may be a solution's, by its name.
    pub(super) schemas: BTreeMap<String, HashSet<Identifier>>,
    /// How the targets call a solution's catalog, by its name.
    pub(super) catalogs: BTreeMap<String, Catalogs>,
    /// What the files that could not be rendered would have made, by solution.
    unread: BTreeMap<String, Vec<TableName>>,
    /// Which of the resource files in `inputs` are a solution's.
    resources: BTreeMap<String, Range<usize>>,
    /// Those of the target, as they are called there.
    pub(super) principals: BTreeSet<String>,
    pub(super) roles: Roles,
    pub(super) governed: Governed,
    pub(super) mode: Mode,
    /// The target, as the manifest declares it.
    pub(super) about: Target,
    pub(super) run_as: Option<RunAs>,
    /// The files that all of this was made from.
    sources: Vec<Arc<SourceFile>>,
}

/// The roles that the manifest declares, and who plays them in the target.
pub fn roles(resolved: &Resolved<'_>) -> Roles {
    let declared = resolved.project.principals.keys();
    declared.map(|role| (role.clone(), resolved.principals.get(role).cloned())).collect()
}

/// Renders and parses all solutions, or one. What comes back may be deployed only if there is no error among the findings.
pub fn compile(resolved: &Resolved<'_>, solution: Option<&str>) -> (Compiled, Diagnostics) {
    let (rendered, mut out) = match solution {
        None => render_all(resolved),
        Some(name) => render_one(resolved, name),
    };
    let mut inputs = Inputs::default();
    let mut parsed = BTreeMap::new();
    let mut unread = BTreeMap::new();
    let mut schemas = BTreeMap::new();
    let mut catalogs_of = BTreeMap::new();
    let mut resources = BTreeMap::new();
    for solution in rendered.solutions.values() {
        let mut files = Vec::new();
        for file in &solution.resources {
            let (node, diagnostics) = file.yaml();
            out.extend(diagnostics);
            files.extend(node);
        }
        let known = sql(solution, &files, &mut inputs, &mut parsed, &mut out);
        schemas.insert(solution.name.clone(), known);
        inputs.sql.extend(python(solution));
        alerts(solution, &files, &mut inputs);
        let first = inputs.files.len();
        inputs.files.extend(files);
        resources.insert(solution.name.clone(), first..inputs.files.len());
        unread.insert(solution.name.clone(), not_rendered(resolved, solution, &mut inputs));
        let called = catalogs(resolved, solution);
        documents(&called, solution, &mut inputs, &mut out);
        catalogs_of.insert(solution.name.clone(), called);
    }
    assets(resolved, &rendered, &mut inputs, &mut out);
    let sources = sources(resolved, &rendered);
    let target = resolved.target;
    let run_as = target.run_as.as_ref().map(|run_as| match &run_as.value {
        crate::project::RunAs::ServicePrincipal(id) => RunAs::ServicePrincipal(id.clone()),
        crate::project::RunAs::User(name) => RunAs::User(name.clone()),
    });
    let mut principals: BTreeSet<String> = resolved.principals.values().cloned().collect();
    principals.extend(run_as.iter().map(|run_as| match run_as {
        RunAs::ServicePrincipal(name) | RunAs::User(name) => name.clone(),
    }));
    let compiled = Compiled {
        principals,
        roles: roles(resolved),
        project: resolved.project.name.value.clone(),
        target: target.name.clone(),
        rendered,
        parsed,
        inputs,
        schemas,
        catalogs: catalogs_of,
        unread,
        resources,
        governed: Governed::of(resolved),
        mode: target.mode,
        about: target.clone(),
        run_as,
        sources,
    };
    (compiled, out)
}

fn sql<'r>(
    solution: &'r RenderedSolution,
    resources: &[Node],
    inputs: &mut Inputs,
    parsed: &mut BTreeMap<String, Arc<Parsed>>,
    out: &mut Diagnostics,
) -> HashSet<Identifier> {
    // A name with two parts is nothing of the project's if the first is no schema of it: most are columns.
    let mut schemas: HashSet<Identifier> = solution.schemas.values().cloned().collect();
    schemas.extend(declared_schemas(resources));
    let read = |file: &'r RenderedSql| read_sql(solution, file, &schemas).map(|read| (file, read));
    let mut files: Vec<_> = solution.sql.par_iter().filter_map(read).collect();
    let further: HashSet<Identifier> = files.iter().flat_map(|(_, read)| made_in(&read.statements)).collect();
    if !further.is_subset(&schemas) {
        schemas.extend(further);
        for (file, ReadSql { facts, .. }) in &mut files {
            let Some(schema) = place(solution, file) else { continue };
            let around = Surroundings { catalog: &solution.catalog, schema, schemas: Some(&schemas) };
            facts.uses = uses(file.rendered.output.text(), &around);
            for object in &mut facts.objects {
                object.uses = uses(&object.statement, &around);
                object.uses.tables.remove(&object.name);
            }
        }
    }
    for (file, ReadSql { mut facts, statements, found }) in files {
        let path = file.rendered.template.name().to_string();
        out.extend(found);
        if solution.scattered {
            facts.objects.clear();
            facts.undeployed.clear();
        }
        inputs.sql.insert(path.clone(), facts);
        parsed.insert(path, Arc::new(statements));
    }
    schemas
}

/// The schema in which a file makes its table.
fn place<'r>(solution: &'r RenderedSolution, file: &RenderedSql) -> Option<&'r Identifier> {
    solution.schemas.get(&file.layer).or_else(|| solution.schemas.values().next())
}

/// A rendered SQL file, read.
pub(super) struct ReadSql {
    pub(super) facts: SqlFile,
    pub(super) statements: Parsed,
    pub(super) found: Diagnostics,
}

/// `schemas`: all of which anything may be the project's.
pub(super) fn read_sql(
    solution: &RenderedSolution,
    file: &RenderedSql,
    schemas: &HashSet<Identifier>,
) -> Option<ReadSql> {
    let rendered = &file.rendered;
    let schema = place(solution, file)?;
    let around = Surroundings { catalog: &solution.catalog, schema, schemas: Some(schemas) };
    let (statements, tokens) = outline_and_tokens(&rendered.output);
    let mut found = Diagnostics::default();
    // Whether it can be read with the values of parameters in it is seen where these are known.
    if !is_unfinished(rendered.output.text(), solution.scattered) {
        found.extend(rendered.map_diagnostics(statements.diagnostics.clone()));
    }
    let mut facts = sql_file(&rendered.output, &statements, &tokens, &around);
    facts.location = Some(Location::new(&rendered.template, crate::diag::Span::new(0, 0)));
    for object in &mut facts.objects {
        object.location = object.location.as_ref().map(|location| rendered.locate(location.span));
    }
    Some(ReadSql { facts, statements, found })
}

/// What the queries of alerts read.
fn alerts(solution: &RenderedSolution, files: &[Node], inputs: &mut Inputs) {
    let Some(schema) = solution.schemas.values().last() else { return };
    let around = Surroundings { catalog: &solution.catalog, schema, schemas: None };
    for entry in files.iter().filter_map(|file| file.get("alerts")?.as_map()).flatten() {
        let Some(query) = entry.node.get("query_text").and_then(Node::as_str) else { continue };
        let found = uses(query, &around);
        // Files may declare an alert of one key each for another target.
        let known = inputs.alerts.entry(entry.key.clone()).or_default();
        known.tables.extend(found.tables);
        known.paths.extend(found.paths);
    }
}

/// Python files are sources of pipelines like SQL files.
fn python(solution: &RenderedSolution) -> impl Iterator<Item = (String, SqlFile)> {
    solution.python.iter().map(|file| {
        let start = Location::new(file, crate::diag::Span::new(0, 0));
        let facts = SqlFile { text: file.text().to_string(), location: Some(start), ..SqlFile::default() };
        (file.name().to_string(), facts)
    })
}

/// The schemas that resource files declare.
fn declared_schemas(files: &[Node]) -> Vec<Identifier> {
    let entries = files.iter().filter_map(|file| file.get("schemas")?.as_map()).flatten();
    entries.filter_map(|entry| Identifier::object(entry.node.get("name")?.as_str()?).ok()).collect()
}

/// The schemas in which a file's statements make something.
fn made_in(parsed: &Parsed) -> impl Iterator<Item = Identifier> {
    let names = parsed.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::CreateDataset(dataset) => Some(&dataset.name),
        StatementKind::CreateTable(table) => Some(&table.name),
        StatementKind::CreateFunction(function) => Some(&function.name),
        _ => None,
    });
    names.filter_map(|name| match name.value.parts() {
        [.., schema, _] => Some(schema.clone()),
        _ => None,
    })
}

/// May a pipeline's configuration put values into the text?
pub(super) fn has_parameters(text: &str) -> bool {
    text.contains("${")
}

/// Is it a text that is not SQL yet? Files that lie as somebody left them may have names to be filled in.
pub(super) fn is_unfinished(text: &str, scattered: bool) -> bool {
    has_parameters(text) || (scattered && has_blanks(text))
}

/// A file that cannot be read or has an error of its own is still there: nothing that names it or its object is wrong because of it.
fn not_rendered(resolved: &Resolved<'_>, solution: &RenderedSolution, inputs: &mut Inputs) -> Vec<TableName> {
    let Some(whole) = resolved.solutions.get(&solution.name) else { return Vec::new() };
    let mut tables = Vec::new();
    let files = &whole.solution.files;
    let read = files.sql.iter().map(|file| (file.source.name(), &file.layer, &file.name));
    let unread = files.unread.iter().map(|file| (file.path.as_str(), &file.layer, &file.name));
    for (path, layer, name) in read.chain(unread) {
        if !inputs.sql.contains_key(path) {
            inputs.sql.insert(path.to_string(), SqlFile::default());
            match whole.table(layer, name) {
                Some(table) => tables.push(table),
                // Which schema a function of another folder is in is known only from its statement.
                None => tables.extend(solution.schemas.values().filter_map(|schema| {
                    let (catalog, schema) = (solution.catalog.clone(), schema.clone());
                    Some(TableName { catalog, schema, name: Identifier::object(name).ok()? })
                })),
            }
        }
    }
    tables
}

fn documents(catalogs: &Catalogs, solution: &RenderedSolution, inputs: &mut Inputs, out: &mut Diagnostics) {
    let both = [
        (&solution.dashboards, &mut inputs.dashboards, Code::DASHBOARD_FORMAT, "dashboards"),
        (&solution.genie, &mut inputs.genie_spaces, Code::GENIE_FORMAT, "Genie spaces"),
    ];
    for (files, into, code, what) in both {
        for file in files {
            match &file.body {
                DocumentBody::Export(source) => into.extend(read_document(solution, source, catalogs)),
                DocumentBody::Yaml(rendered) => {
                    let message = format!("{what} written in YAML are not supported in this version");
                    let start = Location::new(&rendered.template, crate::diag::Span::new(0, 0));
                    out.push(Diagnostic::error(code, message).at(start).hint("use the JSON file that the UI exports"));
                }
            }
        }
    }
}

/// A dashboard or a Genie space that was exported.
pub(super) fn read_document(
    solution: &RenderedSolution,
    source: &Arc<SourceFile>,
    catalogs: &Catalogs,
) -> Option<Document> {
    let schema = solution.schemas.values().last()?;
    let around = Surroundings { catalog: &solution.catalog, schema, schemas: None };
    Some(document(source, catalogs, &around))
}

/// The solution's catalog as every target calls it: a file may have been exported from any of them.
fn catalogs(resolved: &Resolved<'_>, solution: &RenderedSolution) -> Catalogs {
    let mut catalogs = Catalogs::new();
    let Some(declared) = resolved.project.solutions.get(&solution.name) else { return catalogs };
    let plain = &declared.catalog.value;
    let prefixes = resolved.project.targets.values().filter_map(|target| target.catalog_prefix.as_ref());
    let names = prefixes.map(|prefix| format!("{}{plain}", prefix.value)).chain([plain.as_str().to_string()]);
    let target: &Identifier = &solution.catalog;
    catalogs.extend(names.map(|name| (name.to_lowercase(), target.clone())));
    catalogs
}

fn assets(resolved: &Resolved<'_>, rendered: &RenderedProject, inputs: &mut Inputs, out: &mut Diagnostics) {
    let wanted = resolved.solutions.iter().filter(|(name, _)| rendered.solutions.contains_key(*name));
    for asset in wanted.flat_map(|(_, solution)| &solution.solution.files.assets) {
        match fs::read(&asset.full_path) {
            Ok(bytes) => drop(inputs.sources.insert(asset.path.clone(), Content::plain(bytes))),
            Err(error) => {
                let start = Location::new(&SourceFile::new(&asset.path, ""), crate::diag::Span::new(0, 0));
                let message = format!("the file cannot be read: {}", error.source);
                out.push(Diagnostic::error(Code::UNREADABLE_FILE, message).at(start));
            }
        }
    }
}

/// The manifest, all that the solutions hold, and the macros that their templates may use.
fn sources(resolved: &Resolved<'_>, rendered: &RenderedProject) -> Vec<Arc<SourceFile>> {
    let mut sources = vec![&resolved.project.manifest];
    let shared = |path: &str| path.split('/').any(|part| part.starts_with('_'));
    sources.extend(resolved.project.templates.iter().filter(|(path, _)| shared(path)).map(|(_, source)| source));
    for (_, whole) in resolved.solutions.iter().filter(|(name, _)| rendered.solutions.contains_key(*name)) {
        let files = &whole.solution.files;
        sources.extend(files.sql.iter().map(|file| &file.source));
        sources.extend(&files.resources);
        sources.extend(files.dashboards.iter().chain(&files.genie).map(|file| &file.source));
    }
    sources.into_iter().map(Arc::clone).collect()
}

impl Compiled {
    /// Digests of the project's files by their path.
    pub fn files(&self) -> Files {
        let digest = |source: &Arc<SourceFile>| (source.name().to_string(), ContentHash::of(source.text().as_bytes()));
        let others = self.inputs.sources.iter().map(|(path, content)| (path.clone(), content.fingerprint.clone()));
        self.sources.iter().map(digest).chain(others).collect()
    }

    /// Tables of which only the name is known, because their file could not be rendered.
    pub(super) fn unread(&self, solution: &str) -> &[TableName] {
        self.unread.get(solution).map(Vec::as_slice).unwrap_or_default()
    }

    /// The resource files of a solution; what is wrong with the files themselves was reported when they were compiled.
    pub(super) fn resources(&self, solution: &str) -> &[Node] {
        self.resources.get(solution).and_then(|range| self.inputs.files.get(range.clone())).unwrap_or_default()
    }

    /// The dashboards of a solution, their catalogs already those of the target.
    pub(super) fn dashboards(&self, solution: &RenderedSolution) -> Vec<&Document> {
        of_solution(&self.inputs.dashboards, &solution.dashboards)
    }

    pub(super) fn genie_spaces(&self, solution: &RenderedSolution) -> Vec<&Document> {
        of_solution(&self.inputs.genie_spaces, &solution.genie)
    }

    pub(super) fn templates(&self) -> impl Iterator<Item = &Rendered> {
        self.rendered.solutions.values().flat_map(RenderedSolution::rendered)
    }
}

fn of_solution<'d>(documents: &'d [Document], files: &[RenderedDocument]) -> Vec<&'d Document> {
    let is_file = |path: &str| {
        files.iter().any(|file| match &file.body {
            DocumentBody::Export(source) => source.name() == path,
            DocumentBody::Yaml(rendered) => rendered.template.name() == path,
        })
    };
    documents.iter().filter(|document| is_file(&document.path)).collect()
}
