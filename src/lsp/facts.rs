//! What one check of a project learned, as values that answers are made from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{Catalog, FunctionInfo, TableInfo};
use crate::diag::{Diagnostics, Location, SourceFile};
use crate::lineage::{Graph, NodeId, NodeKind};
use crate::pipeline::{Checked, Compiled};
use crate::project::{Resolved, ResolvedSolution, SourceTable, Variable};
use crate::render::{Mention, Outline, Rendered};

use super::macros::{Macro, Uses};

/// What is known of a project if it could be read, and what was found on the way.
#[derive(Debug, Default)]
pub struct Snapshot {
    pub findings: Diagnostics,
    pub facts: Option<Arc<Facts>>,
}

/// All names fold to lower case.
#[derive(Debug)]
pub struct Facts {
    pub(super) graph: Graph,
    /// By the complete name.
    pub(super) tables: BTreeMap<String, Arc<TableInfo>>,
    pub(super) functions: BTreeMap<String, Arc<FunctionInfo>>,
    pub(super) variables: Vec<Variable>,
    pub(super) principals: BTreeSet<String>,
    pub(super) sources: Vec<SourceTable>,
    pub(super) models: Vec<Model>,
    pub(super) macros: Vec<Macro>,
    /// What each template says of macros, where it says something.
    pub(super) uses: Vec<Uses>,
    /// Templates, as imports name them, and their files.
    pub(super) modules: BTreeMap<String, String>,
    /// SQL files as they were rendered, by their path.
    pub(super) rendered: BTreeMap<String, Rendered>,
    /// Calls of lakesmith's functions in templates: the function, its text, and the place.
    pub(super) calls: Vec<(String, String, Location)>,
    /// Keys of resource files: `pipelines`, the key, its place.
    pub(super) keys: Vec<(String, String, Location)>,
    /// The texts that were checked, by their path in the project.
    pub(super) files: BTreeMap<String, Arc<SourceFile>>,
}

/// A SQL file that `ref()` can name.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) solution: String,
    pub(super) layer: String,
    pub(super) name: String,
    /// The complete name of what the file makes, in lower case.
    pub(super) table: String,
    pub(super) file: String,
}

impl Facts {
    pub fn of(resolved: &Resolved<'_>, compiled: &Compiled, checked: &Checked, graph: Graph) -> Self {
        let project = resolved.project;
        let mut facts = Self {
            graph,
            tables: BTreeMap::new(),
            functions: BTreeMap::new(),
            variables: project.variables.values().cloned().collect(),
            principals: project.principals.keys().cloned().collect(),
            sources: Vec::new(),
            models: Vec::new(),
            macros: Vec::new(),
            uses: Vec::new(),
            modules: BTreeMap::new(),
            rendered: BTreeMap::new(),
            calls: Vec::new(),
            keys: Vec::new(),
            files: BTreeMap::new(),
        };
        for catalog in checked.catalogs.values() {
            facts
                .tables
                .extend(catalog.tables().map(|table| (table.name.to_string().to_lowercase(), Arc::clone(table))));
            let functions = catalog.functions();
            facts.functions.extend(functions.into_iter().map(|info| (info.name.to_string().to_lowercase(), info)));
        }
        facts.file(&project.manifest);
        for (name, source) in &project.templates {
            facts.modules.insert(name.clone(), source.name().to_string());
            facts.file(source);
            facts.template(source);
        }
        for solution in resolved.solutions.values() {
            facts.solution(solution);
        }
        for solution in compiled.rendered.solutions.values() {
            facts.sources.extend(solution.sources.iter().cloned());
            solution.resources.iter().for_each(|rendered| facts.resource(rendered));
            let sql = solution.sql.iter().map(|sql| (sql.rendered.template.name().to_string(), sql.rendered.clone()));
            facts.rendered.extend(sql);
        }
        facts
    }

    fn file(&mut self, source: &Arc<SourceFile>) {
        self.files.insert(source.name().to_string(), Arc::clone(source));
    }

    fn template(&mut self, source: &Arc<SourceFile>) {
        let Some(outline) = Outline::of(source) else { return };
        if !outline.read.is_empty() || !outline.defined.is_empty() {
            let place = |mention: Mention| (mention.clone(), Location::new(source, mention.at));
            self.uses.push(Uses {
                file: source.name().to_string(),
                mentions: outline.mentions.into_iter().map(place).collect(),
                unclear: outline.unclear.into_iter().collect(),
                defined: outline.defined.into_iter().map(|(name, _)| name).collect(),
                modules: outline.modules.into_iter().collect(),
            });
        }
        for (name, span) in outline.macros {
            self.macros.push(Macro { name, location: Location::new(source, span) });
        }
        for (function, argument, span) in outline.calls {
            self.calls.extend(argument.map(|argument| (function, argument, Location::new(source, span))));
        }
    }

    fn solution(&mut self, solution: &ResolvedSolution<'_>) {
        let files = &solution.solution.files;
        for file in &files.sql {
            let Some(table) = solution.table(&file.layer, &file.name) else { continue };
            self.models.push(Model {
                solution: solution.solution.name.clone(),
                layer: file.layer.clone(),
                name: file.name.clone(),
                table: table.to_string().to_lowercase(),
                file: file.source.name().to_string(),
            });
        }
        let yaml = files.resources.iter().chain(&files.tests).chain(&files.sources).chain(&files.story);
        let yaml: Vec<&Arc<SourceFile>> = yaml.collect();
        yaml.iter().for_each(|source| self.file(source));
        yaml.iter().for_each(|source| self.template(source));
        files.dashboards.iter().chain(&files.genie).for_each(|document| self.file(&document.source));
        files.test_rows.values().for_each(|rows| self.file(rows));
    }

    fn resource(&mut self, rendered: &Rendered) {
        let (Some(root), _) = rendered.yaml() else { return };
        for section in root.as_map().unwrap_or_default() {
            for entry in section.node.as_map().unwrap_or_default() {
                let place = rendered.locate(entry.key_location.span);
                self.keys.push((section.key.clone(), entry.key.clone(), place));
            }
        }
    }

    /// What a relation, a column or a function of the graph is known as beside it.
    pub(super) fn table(&self, id: NodeId) -> Option<&Arc<TableInfo>> {
        self.tables.get(&self.graph.name(self.graph.relation(id)?).to_lowercase())
    }

    /// The node of a table by its complete name.
    pub(super) fn relation(&self, name: &str) -> Option<NodeId> {
        let is = |id: &NodeId| {
            self.graph.kind(*id).is_relation()
                && !matches!(self.graph.kind(*id), NodeKind::Dataset | NodeKind::Files)
                && self.graph.name(*id).eq_ignore_ascii_case(name)
        };
        self.graph.ids().find(is)
    }

    /// The file that `ref()` names in a file of the project.
    pub(super) fn referred(&self, from: &str, text: &str) -> Option<&Model> {
        let parts: Vec<&str> = text.split('.').collect();
        let own = self.solution_of(from);
        let found = |solution: Option<&str>, layer: &str, name: &str| {
            let fits = |model: &&Model| {
                solution.is_none_or(|solution| model.solution == solution) && model.layer == layer && model.name == name
            };
            self.models.iter().find(fits)
        };
        match parts.as_slice() {
            [layer, name] => found(own, layer, name).or_else(|| found(None, layer, name)),
            [solution, layer, name] => found(Some(solution), layer, name),
            _ => None,
        }
    }

    /// The model whose file it is.
    pub(super) fn model(&self, file: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.file == file)
    }

    /// The solution that a file belongs to, where there are several.
    pub(super) fn solution_of(&self, file: &str) -> Option<&str> {
        let folder = file.split('/').nth(1)?;
        self.models.iter().map(|model| model.solution.as_str()).find(|solution| *solution == folder)
    }

    /// The columns of a table with their types, as far as they are known.
    pub(super) fn columns(&self, table: &str) -> Vec<(String, Option<String>)> {
        if let Some(info) = self.tables.get(&table.to_lowercase()) {
            let column = |column: &crate::catalog::ColumnInfo| {
                (column.name.as_str().to_string(), column.data_type.as_ref().map(ToString::to_string))
            };
            return info.columns.iter().map(column).collect();
        }
        let Some(id) = self.relation(table) else { return Vec::new() };
        let of_graph = |id: NodeId| (self.graph.name(id).to_string(), self.graph.type_of(id).map(str::to_string));
        self.graph.columns(id).map(of_graph).collect()
    }
}
