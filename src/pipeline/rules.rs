//! Facts for the rules of `check`: what templates, resource files and SQL files say, put together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::analyze::{Alterations, Session, check_upkeep};
use crate::catalog::Catalog;
use crate::check::grants::{Consumer, GrantFacts};
use crate::check::jobs::{self, JobFacts};
use crate::check::pipelines::{self, SchemaFacts, SettingFacts};
use crate::check::sensitive::Policies;
use crate::check::{grants, project as manifest, secrets, templates};
use crate::diag::{Diagnostics, Location, SourceFile};
use crate::ident::{QualifiedName, TableName};
use crate::project::yaml::{Entry, Node};
use crate::project::{DocumentForm, Project, Resolved, SolutionFiles};
use crate::render::{Outline, Rendered};
use crate::resource::Document;
use crate::syntax::ast::StatementKind;

use super::check::Checker;
use super::facts::{Surroundings, uses};
use super::surroundings::{Holders, PipelineSource};
use super::units::Script;

/// What is wrong with the manifest and the templates of a project, whatever the target and the solution.
pub fn lint(resolved: &Resolved<'_>) -> Diagnostics {
    let project = resolved.project;
    let (outlines, complete) = outlines(project);
    let mut used = manifest::Used::default();
    // What a template says that cannot be read is not known: then nothing counts as unused.
    if complete {
        used.variables = Some(BTreeSet::new());
        used.principals = Some(BTreeSet::new());
        // Where no template names layers, nothing can be said of them.
        let named = project.solutions.values().filter(|solution| solution.layout.is_none());
        used.layers.extend(named.map(|solution| (solution.name.as_str(), Some(BTreeSet::new()))));
    }
    for template in &outlines {
        for (function, argument, _) in &template.outline.calls {
            let argument = argument.as_deref();
            match function.as_str() {
                "var" => note(&mut used.variables, argument),
                "principal" => note(&mut used.principals, argument),
                "schema" | "volume_path" | "ref" => {
                    let parts: Option<Vec<&str>> = argument.map(|text| text.split('.').collect());
                    let layer = parts.as_ref().map(|parts| match parts.as_slice() {
                        [_, layer, _] => *layer,
                        parts => parts.first().copied().unwrap_or_default(),
                    });
                    // A macro may be called by any solution, and ref() may name another one.
                    used.layers.values_mut().for_each(|layers| note(layers, layer));
                }
                _ => {}
            }
        }
    }
    for (name, solution) in &project.solutions {
        let Some(layers) = used.layers.get_mut(name.as_str()) else { continue };
        let missing = |layer: &str| layers.as_ref().is_some_and(|layers| !layers.contains(layer));
        let written: Vec<&String> = solution
            .schemas
            .iter()
            .filter(|(layer, schema)| missing(layer) && is_written(&solution.files, schema.value.as_str()))
            .map(|(layer, _)| layer)
            .collect();
        written.into_iter().for_each(|layer| note(layers, Some(layer)));
    }
    let mut out = manifest::check(project, &used);
    let facts: Vec<templates::Template<'_>> = outlines
        .iter()
        .map(|template| {
            let Outline { macros, imports, defined, read, calls, .. } = &template.outline;
            templates::Template {
                file: template.file,
                macros,
                imports,
                defined,
                read,
                calls,
                own: template.own.clone(),
            }
        })
        .collect();
    out.extend(templates::check(&facts, &Outline::GIVEN, complete));
    out
}

fn note<'u>(names: &mut Option<BTreeSet<&'u str>>, name: Option<&'u str>) {
    match name {
        Some(name) => drop(names.as_mut().map(|names| names.insert(name))),
        None => *names = None,
    }
}

/// Is the name a word of any file?
fn is_written(files: &SolutionFiles, name: &str) -> bool {
    let documents = files.dashboards.iter().chain(&files.genie).map(|file| &file.source);
    let sql = files.sql.iter().map(|file| &file.source);
    let mut all = files.resources.iter().chain(documents).chain(sql);
    all.any(|file| has_word(file.text(), name))
}

/// Does the name stand in the text by itself?
pub(super) fn has_word(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.contains(name) && text.split(|c| !part(c)).any(|word| word == name)
}

struct Outlined<'p> {
    file: &'p Arc<SourceFile>,
    own: Option<String>,
    outline: Outline,
}

/// Every template of the project that can be read, and whether that is all of them.
fn outlines(project: &Project) -> (Vec<Outlined<'_>>, bool) {
    let mut own: BTreeMap<&str, String> = BTreeMap::new();
    let mut files: Vec<&Arc<SourceFile>> = project.templates.values().collect();
    for solution in project.solutions.values() {
        let of = &solution.files;
        own.extend(of.sql.iter().map(|file| (file.source.name(), format!("{}.{}", file.layer, file.name))));
        let documents = of.dashboards.iter().chain(&of.genie).filter(|file| file.form == DocumentForm::Yaml);
        files.extend(of.resources.iter().chain(&of.tests).chain(&of.sources).chain(&of.story));
        files.extend(documents.map(|file| &file.source));
    }
    let count = files.len();
    let outlined = |file| Some(Outlined { file, own: own.get(file.name()).cloned(), outline: Outline::of(file)? });
    let outlines: Vec<Outlined<'_>> = files.into_par_iter().filter_map(outlined).collect();
    let complete = project.is_complete && outlines.len() == count;
    (outlines, complete)
}

impl Checker<'_> {
    /// The rules beyond SQL, once everything is bound.
    pub(super) fn rules(
        &mut self,
        resources: &[Node],
        scripts: &[Script<'_>],
        sources: &[PipelineSource],
        holders: &Holders<'_>,
    ) {
        let target = &self.compiled.about;
        let mut found = Diagnostics::default();
        found.extend(pipelines::overlapping(&self.datasets));
        found.extend(pipelines::shadowed(&self.datasets, &|table| self.catalog.holds(table)));
        let mut files: BTreeMap<&str, Vec<(&str, &[crate::syntax::ast::Statement])>> = BTreeMap::new();
        let mut policies = Policies::new(self.compiled.governed.sensitive_tags());
        let templates: BTreeMap<&str, &str> = self.solution.sql.iter().map(|sql| template(&sql.rendered)).collect();
        let holder = |script: &Script<'_>| holders.of(script.path).first().and_then(|index| sources.get(*index));
        let keys = scripts.iter().flat_map(|script| {
            let resolve = |name: &QualifiedName| self.resolve_in(holder(script), name);
            pipelines::keys(&script.parsed.statements, &resolve)
        });
        let keys = keys.collect();
        for script in scripts {
            let statements = script.parsed.statements.as_slice();
            let held: Vec<&PipelineSource> =
                holders.of(script.path).into_iter().filter_map(|index| sources.get(index)).collect();
            let pipeline = held.first().copied();
            for pipeline in held {
                files.entry(&pipeline.key).or_default().push((script.file.text(), statements));
            }
            let resolve = |name: &QualifiedName| match (&script.namespace, pipeline) {
                (Some((catalog, schema)), None) => name.resolve(catalog, schema).ok(),
                _ => self.resolve_in(pipeline, name),
            };
            found.extend(pipelines::statements(
                script.file,
                statements,
                pipeline.is_some() && is_settled(script, &templates),
            ));
            found.extend(pipelines::constraints(script.file, statements, &self.catalog, &keys, &resolve));
            policies.add(script.file, statements, &resolve);
        }
        let settings = SettingFacts { resources, target, files };
        found.extend(pipelines::settings(&settings));
        found.extend(pipelines::containers(&settings));
        found.extend(self.undeclared(resources, scripts));
        found.extend(self.alterations(scripts));
        found.extend(policies.check(target));
        let sql = scripts.iter().map(|script| (script.path, script.file.text())).collect();
        found.extend(jobs::check(&JobFacts { resources, target, sql }));
        found.extend(secrets::check(resources, &target.name));
        found.extend(grants::check(&GrantFacts {
            resources,
            target,
            scripts: scripts.iter().map(|script| (script.file, script.parsed.statements.as_slice())).collect(),
            principals: &self.compiled.principals,
            catalog: &self.catalog,
            solution_catalog: &self.solution.catalog,
            schemas: self.solution.schemas.values().collect(),
            sensitive: policies.sensitive_tables(),
            consumers: self.consumers(resources, scripts),
        }));
        self.out.extend(found);
    }

    fn undeclared(&self, resources: &[Node], scripts: &[Script<'_>]) -> Diagnostics {
        let objects = self.solution.sql.iter().filter_map(|file| {
            self.compiled.inputs.sql.get(file.rendered.template.name()).map(|facts| facts.objects.iter())
        });
        let statements = scripts.iter().flat_map(|script| &script.parsed.statements);
        let created = statements.filter_map(|statement| match &statement.kind {
            StatementKind::CreateSchema(schema) => match schema.name.value.parts() {
                [schema] => Some((self.solution.catalog.folded(), schema.folded())),
                [catalog, schema] => Some((catalog.folded(), schema.folded())),
                _ => None,
            },
            _ => None,
        });
        pipelines::undeclared(&SchemaFacts {
            resources,
            all: &self.compiled.inputs.files,
            datasets: &self.datasets,
            objects: objects.flatten().filter_map(|object| Some((&object.name, object.location.clone()?))).collect(),
            created: created.collect(),
        })
    }

    fn resolve_in(&self, pipeline: Option<&PipelineSource>, name: &QualifiedName) -> Option<TableName> {
        let session = self.session(pipeline.and_then(|pipeline| pipeline.schema.as_ref()));
        let catalog = pipeline.and_then(|pipeline| pipeline.catalog.as_ref()).unwrap_or(&session.current_catalog);
        name.resolve(catalog, &session.current_schema).ok()
    }

    /// Changes of tables, and what else looks after them.
    fn alterations(&self, scripts: &[Script<'_>]) -> Diagnostics {
        let mut others = Alterations::default();
        self.each_in_session(scripts, &mut |_, kind, session| others.take(kind, session));
        let mut out = Diagnostics::default();
        self.each_in_session(scripts, &mut |script, kind, session| {
            out.extend(check_upkeep(kind, script.file, session, &others));
        });
        out
    }

    /// The statements of the scripts, with what their names mean.
    fn each_in_session(&self, scripts: &[Script<'_>], f: &mut dyn FnMut(&Script<'_>, &StatementKind, &Session<'_>)) {
        for script in scripts {
            let mut session = self.session_in(script.namespace.as_ref());
            for statement in &script.parsed.statements {
                match &statement.kind {
                    StatementKind::UseCatalog(catalog) => session.current_catalog = catalog.value.clone(),
                    // A name of more parts is reported where it is parsed or bound.
                    StatementKind::UseSchema(name) => {
                        session.use_schema(&name.value);
                    }
                    kind => f(script, kind, &session),
                }
            }
        }
    }

    /// What reads tables for people, and what reads them on its own.
    fn consumers(&self, resources: &[Node], scripts: &[Script<'_>]) -> Vec<Consumer> {
        let target = &self.compiled.about;
        let entries = |kind: &str| crate::check::entries(resources, kind, &target.name);
        let known = |tables: BTreeSet<TableName>| -> Vec<TableName> {
            tables.into_iter().filter(|table| self.catalog.table(table).is_some()).collect()
        };
        let mut consumers = Vec::new();
        let documents = [
            ("dashboards", "the dashboard", self.compiled.dashboards(self.solution)),
            ("genie_spaces", "the Genie space", self.compiled.genie_spaces(self.solution)),
        ];
        for (kind, what, documents) in documents {
            let declared = entries(kind);
            for document in documents {
                let entry = declared.iter().find(|entry| names(entry, document));
                // Whoever opens it reads with the publisher's rights.
                let embedded = entry.and_then(|entry| entry.node.get("embed_credentials")?.as_bool()) == Some(true);
                let location = entry.map(|entry| entry.key_location.clone()).or_else(|| document.location.clone());
                let Some(location) = location.filter(|_| !embedded) else { continue };
                let name = entry.map_or_else(|| document.path.clone(), |entry| entry.key.clone());
                let tables = known(document.uses.tables.clone());
                consumers.push(Consumer { what, name, location, tables, identity: None });
            }
        }
        let Some(schema) = self.solution.schemas.values().next() else { return consumers };
        let around = Surroundings { catalog: &self.solution.catalog, schema, schemas: None };
        for job in entries("jobs") {
            let Some(identity) = jobs::identity(&job.node, target) else { continue };
            let tasks = job.node.get("tasks").and_then(Node::as_list).unwrap_or_default();
            let paths = tasks.iter().filter_map(|task| task.at(&["sql_task", "file", "path"])?.as_str());
            let files = paths.filter_map(|path| scripts.iter().find(|script| script.path == path));
            let tables = files.flat_map(|script| uses(script.file.text(), &around).tables).collect();
            let location: Location = job.key_location.clone();
            let (name, identity) = (job.key.clone(), Some(identity.to_string()));
            consumers.push(Consumer { what: "the job", name, location, tables: known(tables), identity });
        }
        for alert in entries("alerts") {
            let Some(identity) = jobs::identity(&alert.node, target) else { continue };
            let Some(query) = alert.node.get("query_text").and_then(Node::as_str) else { continue };
            let tables = known(uses(query, &around).tables);
            let (name, identity) = (alert.key.clone(), Some(identity.to_string()));
            consumers.push(Consumer {
                what: "the alert",
                name,
                location: alert.key_location.clone(),
                tables,
                identity,
            });
        }
        consumers
    }
}

fn names(entry: &Entry, document: &Document) -> bool {
    entry.node.get("file").and_then(Node::as_str) == Some(document.path.as_str())
}

fn template(rendered: &Rendered) -> (&str, &str) {
    (rendered.template.name(), rendered.template.text())
}

/// Is what the file says known: no statement failed, and no tag of its template left it empty?
fn is_settled(script: &Script<'_>, templates: &BTreeMap<&str, &str>) -> bool {
    let conditional = templates.get(script.path).is_some_and(|text| text.contains("{%"));
    script.parsed.diagnostics.is_empty() && !(conditional && script.parsed.statements.is_empty())
}
