//! Binding everything that a project says in SQL: pipelines, functions, scripts, dashboards, Genie spaces, the story.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::analyze::{Session, bind_function, bind_query};
use crate::catalog::{Catalog, ColumnInfo, MemoryCatalog, RelationKind, TableInfo};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, Severity, SourceFile};
use crate::ident::{Identifier, QualifiedName, TableName};
use crate::project::yaml::Node;
use crate::project::{Question, SourceTable, story};
use crate::render::{RenderedDocument, RenderedSolution};
use crate::resource::Document;
use crate::syntax::ast::{DatasetKind, DatasetSource, Query, StatementKind};
use crate::syntax::{parse_query, parse_type};

use super::Compiled;
use super::compile::has_parameters;
use super::embedded::{self, Contents};
use super::origin::Origins;
use super::sql_test::{Made, PreparedTest};
use super::surroundings::{self, PipelineSource};
use super::units::Script;
use super::widgets::{self, Datasets};

/// What a check learned.
#[derive(Debug, Default)]
pub struct Checked {
    /// The tables of every pipeline, in an order in which they can be filled, by solution and the pipeline's key.
    pub tables: BTreeMap<(String, String), Vec<TableName>>,
    /// The numbers that each solution is told with.
    pub stories: IndexMap<String, Vec<Question>>,
    pub coverage: Coverage,
    /// The cases of all test files that are valid.
    pub tests: Vec<PreparedTest>,
}

/// How much was looked at, and how much of it was proved.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Coverage {
    /// Files of the project that were rendered or read.
    pub files: usize,
    /// SQL statements and queries, those inside YAML and JSON included.
    pub statements: usize,
    /// Of these, without any part that could not be judged.
    pub proved: usize,
}

impl Coverage {
    pub fn add(&mut self, other: Self) {
        self.files += other.files;
        self.statements += other.statements;
        self.proved += other.proved;
    }
}

/// Binds all SQL of all solutions, or of one.
fn check(compiled: &Compiled, solution: Option<&str>) -> (Checked, Diagnostics) {
    let mut checked = Checked::default();
    let mut origins = Origins::default();
    let mut out = Diagnostics::default();
    let mut found = Diagnostics::default();
    let wanted = |name: &str| solution.is_none_or(|solution| solution == name);
    for solution in compiled.rendered.solutions.values().filter(|solution| wanted(&solution.name)) {
        for rendered in solution.rendered() {
            origins.rendered(rendered);
        }
        let documents = solution.dashboards.iter().chain(&solution.genie);
        checked.coverage.files += solution.rendered().count() + documents.filter(|d| is_export(d)).count();
        let catalog = MemoryCatalog::default();
        let mut checker = Checker {
            compiled,
            solution,
            catalog,
            unset: Vec::new(),
            origins: &mut origins,
            checked: &mut checked,
            out: &mut found,
            made: Vec::new(),
        };
        checker.run();
    }
    out.extend(origins.map_all(found));
    (checked, out.sorted())
}

/// [`check`], and what is wrong with the resources: everything that can be found without a workspace.
pub fn examine(compiled: &Compiled, solution: Option<&str>) -> (Checked, Diagnostics) {
    let (checked, mut out) = check(compiled, solution);
    // Where and as whom something is deployed makes no difference to what can be wrong with it.
    let (_, found) = compiled.desired("/Workspace/Users/nobody", "nobody", Vec::new());
    let document = |diagnostic: &Diagnostic| match diagnostic.code {
        Code::DASHBOARD_FORMAT | Code::GENIE_FORMAT => {
            diagnostic.location.as_ref().map(|location| (diagnostic.code, location.file.name().to_string()))
        }
        _ => None,
    };
    // A file that is not JSON is known already, with the exact place.
    let known: BTreeSet<_> = out.iter().filter_map(document).collect();
    out.extend(found.into_iter().filter(|diagnostic| document(diagnostic).is_none_or(|file| !known.contains(&file))));
    (checked, out.sorted())
}

fn is_export(document: &RenderedDocument) -> bool {
    matches!(document.body, crate::render::DocumentBody::Export(_))
}

pub(super) struct Checker<'c> {
    compiled: &'c Compiled,
    pub(super) solution: &'c RenderedSolution,
    pub(super) catalog: MemoryCatalog,
    /// Where parameters without a value stand.
    pub(super) unset: Vec<Location>,
    pub(super) origins: &'c mut Origins,
    pub(super) checked: &'c mut Checked,
    pub(super) out: &'c mut Diagnostics,
    /// What the pipelines make, the datasets included that nobody else sees.
    pub(super) made: Vec<Made>,
}

impl<'c> Checker<'c> {
    fn run(&mut self) {
        let solution = self.solution;
        for schema in solution.schemas.values() {
            self.catalog.add_schema(solution.catalog.clone(), schema.clone());
        }
        for table in &solution.sources {
            self.source(table);
        }
        for table in self.compiled.unread(&solution.name) {
            self.catalog.add_unread(table.clone());
        }
        // What is wrong with the files themselves was reported when they were compiled.
        let resources: Vec<Node> = solution.resources.iter().filter_map(|rendered| rendered.yaml().0).collect();
        let entries = resources.iter().filter_map(|file| file.get("pipelines")?.as_map()).flatten();
        let pipelines: Vec<PipelineSource> = entries.map(PipelineSource::of).collect();
        let scripts = self.scripts();
        let (of_pipelines, alone): (Vec<_>, Vec<_>) =
            scripts.iter().partition(|script| pipelines.iter().any(|pipeline| pipeline.holds(script.path)));
        self.surroundings(&scripts, &alone, &resources);
        // Functions first: masks, filters and queries of every other file may call them.
        for script in &alone {
            self.declared(script);
        }
        self.units(&pipelines, &of_pipelines, &alone);
        for script in &alone {
            self.script(script);
        }
        self.story();
        // What is wrong elsewhere would show in them, too: nothing is wrong with a test because of it.
        if !self.out.has_errors() && self.compiled.unread(&solution.name).is_empty() {
            self.sql_tests();
        }
        for (documents, read) in [
            (self.compiled.dashboards(solution), embedded::dashboard as embedded::Read),
            (self.compiled.genie_spaces(solution), embedded::genie),
        ] {
            for document in documents {
                self.document(document, read);
            }
        }
    }

    /// What the SQL needs of the resource files.
    fn surroundings(&mut self, scripts: &[Script<'_>], alone: &[&Script<'_>], resources: &[Node]) {
        let own = |script: &&&Script<'_>| !surroundings::runs(resources, script.path);
        let unlisted: Vec<_> = alone.iter().filter(own).map(|script| (script.file, script.parsed)).collect();
        let resolve = |name: &QualifiedName| self.resolve(name);
        let (tables, found) = surroundings::in_no_pipeline(&unlisted, &resolve, &self.solution.name);
        self.out.extend(found);
        for table in tables {
            self.catalog.add_unread(table);
        }
        self.out.extend(surroundings::unknown_principals(resources, &self.compiled.principals));
        for script in scripts {
            self.out.extend(surroundings::unknown_volumes(script.file, resources));
        }
    }

    fn scripts(&self) -> Vec<Script<'c>> {
        let scripts = self.solution.sql.iter().filter_map(|sql| {
            let path = sql.rendered.template.name();
            Some(Script { path, file: &sql.rendered.output, parsed: self.compiled.parsed.get(path)? })
        });
        scripts.collect()
    }

    pub(super) fn session(&self, schema: Option<&Identifier>) -> Session<'_> {
        let first = self.solution.schemas.values().next().unwrap_or(&self.solution.catalog);
        Session::new(&self.catalog, self.solution.catalog.clone(), schema.unwrap_or(first).clone())
    }

    pub(super) fn resolve(&self, name: &QualifiedName) -> Option<TableName> {
        let session = self.session(None);
        name.resolve(&session.current_catalog, &session.current_schema).ok()
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
            let (name, comment) = (column.name.value.clone(), column.comment.clone());
            columns.push(ColumnInfo { name, data_type, nullable: column.nullable, comment });
        }
        let (name, comment) = (table.name.clone(), table.comment.clone());
        self.catalog.add_table(TableInfo { name, kind: RelationKind::Table, columns, append_only: true, comment });
    }

    /// A file that is run statement by statement: by a job, or to make objects.
    fn script(&mut self, script: &Script<'_>) {
        if has_parameters(script.file.text()) {
            self.out.extend(script.parsed.diagnostics.clone());
        }
        for statement in &script.parsed.statements {
            match &statement.kind {
                StatementKind::Query(query) => drop(self.query(query, script.file, None)),
                StatementKind::CreateDataset(dataset) if dataset.kind != DatasetKind::View => {
                    if let DatasetSource::Query(query) = &dataset.source {
                        self.query(query, script.file, None);
                    }
                }
                StatementKind::CreateFunction(function) => {
                    let (_, found) = bind_function(function, script.file, &self.session(None));
                    self.note(&found);
                    self.out.extend(found);
                }
                StatementKind::CreateTable(table) if table.temporary => {
                    if let Some(query) = &table.query {
                        self.query(query, script.file, None);
                    }
                }
                // Tables and views were bound before; other statements hold no query of their own.
                _ => {}
            }
        }
    }

    /// A finding in a document has the document's own code, which says what kind of thing is broken.
    /// The names of its columns, where all of them are known.
    fn query(&mut self, query: &Query, file: &Arc<SourceFile>, code: Option<Code>) -> Option<Vec<String>> {
        let (bound, found) = bind_query(query, file, &self.session(None));
        self.note(&found);
        let judged = !found.has_errors();
        self.out.extend(found.into_iter().map(|mut diagnostic| {
            if let (Some(code), Severity::Error) = (code, diagnostic.severity) {
                diagnostic.code = code;
            }
            diagnostic
        }));
        let columns = bound.filter(|_| judged)?.output;
        Some(columns.into_iter().map(|column| column.name.as_str().to_string()).collect())
    }

    fn text_query(&mut self, file: &Arc<SourceFile>, code: Option<Code>) -> Option<Vec<String>> {
        let (query, found) = parse_query(file);
        self.out.extend(found);
        self.query(&query?, file, code)
    }

    /// Counts a statement; one without any error and any note about what was not understood is proved.
    pub(super) fn note(&mut self, found: &Diagnostics) {
        self.checked.coverage.statements += 1;
        if found.iter().all(|diagnostic| diagnostic.severity == Severity::Warning) {
            self.checked.coverage.proved += 1;
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
        self.checked.stories.insert(self.solution.name.clone(), questions);
    }

    fn document(&mut self, document: &Document, read: embedded::Read) {
        let Some(location) = &document.location else { return };
        // For another target the document was rewritten; places are then those of the rewritten text.
        let file = if location.file.text() == document.text {
            Arc::clone(&location.file)
        } else {
            SourceFile::new(&document.path, document.text.clone())
        };
        let Contents { queries, tables, dashboard } = read(&file, self.origins, self.out);
        let mut datasets = Datasets::new();
        for query in queries {
            let columns = self.text_query(&query.file, Some(query.code));
            if let Some((name, own)) = query.dataset {
                datasets.insert(name, columns.map(|columns| [columns, own].concat()));
            }
        }
        self.out.extend(dashboard.iter().flat_map(|dashboard| widgets::check(&file, dashboard, &datasets)));
        for (table, location) in tables {
            self.named_table(&table, location);
        }
    }

    fn named_table(&mut self, table: &TableName, location: Location) {
        let known = self.catalog.table(table).is_some() || self.catalog.unread(table);
        if known || !self.catalog.knows_schema(&table.catalog, &table.schema) {
            return;
        }
        let names = self.catalog.table_names(&table.catalog, &table.schema);
        let diagnostic =
            Diagnostic::error(Code::GENIE_TABLE, format!("the table `{table}` does not exist")).at(location);
        self.out.push(diagnostic.suggest(table.name.as_str(), names.iter().map(Identifier::as_str)));
    }
}
