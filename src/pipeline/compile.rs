//! From a project to desired resources: render, parse, analyze, describe. Needs no workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use indexmap::IndexMap;

use crate::analyze::{Session, bind_function, bind_query};
use crate::catalog::{ColumnInfo, FunctionInfo, MemoryCatalog, RelationKind, TableInfo};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, SourceFile};
use crate::ident::{Identifier, TableName};
use crate::project::yaml::Node;
use crate::project::{Question, Resolved, SourceTable, story};
use crate::render::{DocumentBody, RenderedDocument, RenderedSolution, render_all};
use crate::resource::{Content, Context, DesiredSet, Document, Inputs, SqlFile, Uses, VolumeUpload, desired};
use crate::syntax::ast::{Query, StatementKind};
use crate::syntax::{Parsed, parse, parse_query, parse_type};

use super::origin::Origins;
use super::statements::{self, PipelineSource};
use super::{documents, pipelines, uses};

/// What a project means for one target.
#[derive(Debug, Default)]
pub struct Compiled {
    pub desired: DesiredSet,
    /// The tables of every pipeline, in an order in which they can be filled, by the pipeline's key.
    pub datasets: BTreeMap<String, Vec<TableName>>,
    /// The numbers that each solution is told with.
    pub stories: IndexMap<String, Vec<Question>>,
    pub coverage: Coverage,
}

/// How much of the project was looked at, and how much of it was proved.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Coverage {
    /// Templates that were rendered.
    pub files: usize,
    /// SQL statements and queries, those in YAML and JSON included.
    pub statements: usize,
    /// Of these, without any part that could not be judged.
    pub proved: usize,
}

/// Which solutions to compile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Selection<'s> {
    All,
    Solution(&'s str),
}

impl Selection<'_> {
    fn holds(self, solution: &str) -> bool {
        match self {
            Self::All => true,
            Self::Solution(name) => name == solution,
        }
    }
}

/// Renders, checks and describes. The result is of use only where the findings have no error.
pub fn compile(
    resolved: &Resolved<'_>,
    selection: Selection<'_>,
    context: &Context,
    uploads: Vec<VolumeUpload>,
) -> (Compiled, Diagnostics) {
    let (rendered, mut out) = render_all(resolved);
    let mut inputs = Inputs { uploads, ..Inputs::default() };
    let mut compiled = Compiled::default();
    let mut origins = Origins::default();
    let mut found = Diagnostics::default();
    for solution in rendered.solutions.values().filter(|solution| selection.holds(&solution.name)) {
        for rendered in solution.rendered() {
            origins.rendered(rendered);
            compiled.coverage.files += 1;
        }
        let mut compiler = Compiler {
            solution,
            catalog: MemoryCatalog::default(),
            origins: &mut origins,
            inputs: &mut inputs,
            compiled: &mut compiled,
            out: &mut found,
        };
        compiler.run(resolved);
    }
    let (desired, problems) = desired(&inputs, context);
    found.extend(problems);
    out.extend(origins.map_all(found));
    compiled.desired = desired;
    compiled.desired.relocate(&|location| origins.place(location.clone()));
    (compiled, out.sorted())
}

struct Compiler<'c> {
    solution: &'c RenderedSolution,
    catalog: MemoryCatalog,
    origins: &'c mut Origins,
    inputs: &'c mut Inputs,
    compiled: &'c mut Compiled,
    out: &'c mut Diagnostics,
}

impl Compiler<'_> {
    fn run(&mut self, resolved: &Resolved<'_>) {
        let solution = self.solution;
        for schema in solution.schemas.values() {
            self.catalog.add_schema(solution.catalog.clone(), schema.clone());
        }
        for table in &solution.sources {
            self.source(table);
        }
        let resources = self.resources();
        let pipelines = statements::pipelines(&resources);
        let parsed: Vec<(String, Arc<SourceFile>, Parsed)> = self.parse_all();
        let of_pipelines = |path: &str| pipelines.iter().any(|pipeline| pipeline.holds(path));
        for (_, file, parsed) in parsed.iter().filter(|(path, ..)| !of_pipelines(path)) {
            self.functions(file, parsed);
        }
        for pipeline in &pipelines {
            let files: Vec<_> = parsed.iter().filter(|(path, ..)| pipeline.holds(path)).collect();
            self.pipeline(pipeline, &files);
        }
        for (path, file, parsed) in parsed.iter().filter(|(path, ..)| !of_pipelines(path)) {
            self.script(path, file, parsed);
        }
        self.story();
        for document in &solution.dashboards {
            if let Some(document) = self.document(document, resolved, documents::dashboard) {
                self.inputs.dashboards.push(document);
            }
        }
        for document in &solution.genie {
            if let Some(document) = self.document(document, resolved, documents::genie) {
                self.inputs.genie_spaces.push(document);
            }
        }
        self.assets(resolved);
        self.inputs.files.extend(resources);
    }

    fn session(&self, schema: Option<&Identifier>) -> Session<'_> {
        let first = self.solution.schemas.values().next().unwrap_or(&self.solution.catalog);
        Session::new(&self.catalog, self.solution.catalog.clone(), schema.unwrap_or(first).clone())
    }

    fn source(&mut self, table: &SourceTable) {
        let mut columns = Vec::new();
        for column in &table.columns {
            let data_type = match parse_type(&column.kind.value) {
                Ok(data_type) => Some(data_type),
                Err(error) => {
                    let message = format!("`{}` is not a Databricks type: {error}", column.kind.value);
                    self.out.push(Diagnostic::error(Code::INVALID_VALUE, message).at(column.kind.location.clone()));
                    None
                }
            };
            columns.push(ColumnInfo {
                name: column.name.value.clone(),
                data_type,
                nullable: column.nullable,
                comment: column.comment.clone(),
            });
        }
        self.catalog.add_table(TableInfo {
            name: table.name.clone(),
            kind: RelationKind::Table,
            columns,
            append_only: true,
            comment: table.comment.clone(),
        });
    }

    fn resources(&mut self) -> Vec<Node> {
        let mut nodes = Vec::new();
        for rendered in &self.solution.resources {
            let (node, found) = rendered.yaml();
            self.out.extend(found);
            nodes.extend(node);
        }
        nodes
    }

    fn parse_all(&mut self) -> Vec<(String, Arc<SourceFile>, Parsed)> {
        let mut all = Vec::new();
        for sql in &self.solution.sql {
            let file = Arc::clone(&sql.rendered.output);
            let parsed = parse(&file);
            self.out.extend(parsed.diagnostics.clone());
            all.push((sql.rendered.template.name().to_string(), file, parsed));
        }
        all
    }

    /// Functions first: masks, filters and queries of every other file may call them.
    fn functions(&mut self, file: &Arc<SourceFile>, parsed: &Parsed) {
        for statement in &parsed.statements {
            let StatementKind::CreateFunction(function) = &statement.kind else { continue };
            let Some(name) = self.resolve(&function.name.value) else { continue };
            let (bound, found) = bind_function(function, file, &self.session(None));
            self.note(&found);
            self.out.extend(found);
            let definition = Arc::new((**function).clone());
            self.catalog.add_function(FunctionInfo { name, definition, returns: bound.returns });
        }
    }

    fn resolve(&self, name: &crate::ident::QualifiedName) -> Option<TableName> {
        let session = self.session(None);
        name.resolve(&session.current_catalog, &session.current_schema).ok()
    }

    fn pipeline(&mut self, pipeline: &PipelineSource, files: &[&(String, Arc<SourceFile>, Parsed)]) {
        let catalog = pipeline.catalog.clone().unwrap_or_else(|| self.solution.catalog.clone());
        let mut session = self.session(pipeline.schema.as_ref());
        session.current_catalog = catalog;
        let analyzed = pipelines::analyze(&session, files);
        self.compiled.coverage.statements += analyzed.statements;
        self.compiled.coverage.proved += analyzed.proved;
        self.out.extend(analyzed.diagnostics);
        for (path, facts) in analyzed.files {
            self.inputs.sql.insert(path, facts);
        }
        for table in analyzed.tables {
            self.catalog.add_table(table);
        }
        self.compiled.datasets.insert(pipeline.key.clone(), analyzed.order);
    }

    /// A file that is run statement by statement: by a job, or to make objects.
    fn script(&mut self, path: &str, file: &Arc<SourceFile>, parsed: &Parsed) {
        let mut facts = SqlFile { text: file.text().to_string(), ..SqlFile::default() };
        let at = crate::diag::Location::new(file, crate::diag::Span::new(0, 0));
        facts.location = Some(self.origins.place(at));
        for statement in &parsed.statements {
            let mut needs = Uses::default();
            match &statement.kind {
                StatementKind::Query(query) => needs = self.query(query, file, None),
                StatementKind::CreateFunction(function) => {
                    // Its findings were reported when it was declared.
                    let (bound, _) = bind_function(function, file, &self.session(None));
                    bound.body.iter().for_each(|body| uses::of_expr(body, &mut needs));
                    bound.query.iter().for_each(|query| uses::of_query(query, &mut needs));
                }
                StatementKind::CreateTable(table) => {
                    if let Some(query) = &table.query {
                        needs = self.query(query, file, None);
                    }
                }
                StatementKind::CreateDataset(dataset) => {
                    if let crate::syntax::ast::DatasetSource::Query(query) = &dataset.source {
                        needs = self.query(query, file, None);
                    }
                }
                _ => {}
            }
            if let Some(mut object) = statements::object(statement, file, &self.session(None)) {
                object.location = object.location.map(|location| self.origins.place(location));
                needs.functions.remove(&object.name);
                object.uses = needs.clone();
                facts.objects.push(object);
            }
            uses::add(needs, &mut facts.uses);
        }
        self.inputs.sql.insert(path.to_string(), facts);
    }

    fn query(&mut self, query: &Query, file: &Arc<SourceFile>, code: Option<Code>) -> Uses {
        let (bound, found) = bind_query(query, file, &self.session(None));
        self.note(&found);
        // A document's own code says which kind of thing is broken; the message says why.
        self.out.extend(found.into_iter().map(|mut diagnostic| {
            if let (Some(code), Severity::Error) = (code, diagnostic.severity) {
                diagnostic.code = code;
            }
            diagnostic
        }));
        let mut needs = Uses::default();
        if let Some(bound) = &bound {
            uses::of_query(bound, &mut needs);
        }
        needs
    }

    /// Counts a statement; one without any finding about what was not understood is proved.
    fn note(&mut self, found: &Diagnostics) {
        self.compiled.coverage.statements += 1;
        let open = |code| matches!(code, Code::SQL_NOT_UNDERSTOOD | Code::UNSUPPORTED_SQL | Code::UNKNOWN_FUNCTION);
        if !found.has_errors() && !found.iter().any(|diagnostic| open(diagnostic.code)) {
            self.compiled.coverage.proved += 1;
        }
    }

    fn story(&mut self) {
        let Some(rendered) = &self.solution.story else { return };
        let (node, found) = rendered.yaml();
        self.out.extend(found);
        let Some(node) = node else { return };
        let mut found = Diagnostics::default();
        let questions = story(&node, &mut found);
        self.out.extend(found);
        let entries = node.get("story").and_then(Node::as_list).unwrap_or_default();
        for sql in entries.iter().filter_map(|entry| entry.get("sql")) {
            let Some(text) = sql.as_str() else { continue };
            let file = self.origins.scalar(sql, text);
            self.text_query(&file, None);
        }
        self.compiled.stories.insert(self.solution.name.clone(), questions);
    }

    fn text_query(&mut self, file: &Arc<SourceFile>, code: Option<Code>) -> Uses {
        let (query, found) = parse_query(file);
        self.out.extend(found);
        query.map(|query| self.query(&query, file, code)).unwrap_or_default()
    }

    fn document(
        &mut self,
        document: &RenderedDocument,
        resolved: &Resolved<'_>,
        read: fn(&Arc<SourceFile>, &mut Origins, &mut Diagnostics) -> documents::Contents,
    ) -> Option<Document> {
        let DocumentBody::Export(original) = &document.body else {
            if let DocumentBody::Yaml(rendered) = &document.body {
                let message = "dashboards and Genie spaces in YAML are not supported yet";
                let at = crate::diag::Location::new(&rendered.template, crate::diag::Span::new(0, 0));
                let diagnostic = Diagnostic::error(Code::DASHBOARD_FORMAT, message).at(at);
                self.out.push(diagnostic.hint("export it from the workspace as JSON"));
            }
            return None;
        };
        let (text, file) = documents::for_target(original, self.solution, resolved);
        let mut contents = read(&file, self.origins, self.out);
        let mut needs = Uses::default();
        for query in &contents.queries {
            uses::add(self.text_query(&query.file, Some(query.code)), &mut needs);
        }
        for (table, location) in contents.tables.drain(..) {
            self.named_table(&table, location);
            needs.tables.insert(table);
        }
        let start = crate::diag::Location::new(&file, crate::diag::Span::new(0, 0));
        Some(Document { path: file.name().to_string(), text, location: Some(start), uses: needs })
    }

    fn named_table(&mut self, table: &TableName, location: crate::diag::Location) {
        use crate::catalog::Catalog;
        if self.catalog.table(table).is_none() && self.catalog.knows_schema(&table.catalog, &table.schema) {
            let names = self.catalog.table_names(&table.catalog, &table.schema);
            let near = crate::diag::did_you_mean(table.name.as_str(), names.iter().map(Identifier::as_str));
            let diagnostic = Diagnostic::error(Code::GENIE_TABLE, format!("the table `{table}` does not exist"));
            let diagnostic = diagnostic.at(location);
            self.out.push(match near {
                Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        }
    }

    fn assets(&mut self, resolved: &Resolved<'_>) {
        let Some(solution) = resolved.project.solutions.get(&self.solution.name) else { return };
        let mut seen = BTreeSet::new();
        for asset in &solution.files.assets {
            if !seen.insert(asset.path.clone()) {
                continue;
            }
            match crate::sys::fs::read(&asset.full_path) {
                Ok(bytes) => {
                    self.inputs.sources.insert(asset.path.clone(), Content::plain(Bytes::from(bytes)));
                }
                Err(error) => {
                    let message = format!("{error}: {}", error.source);
                    self.out.push(Diagnostic::error(Code::UNREADABLE_FILE, message));
                }
            }
        }
    }
}
