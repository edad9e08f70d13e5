//! Binding everything that a project says in SQL: pipelines, functions, scripts, dashboards, Genie spaces, the story.

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::prelude::*;

use crate::analyze::Session;
use crate::catalog::{ColumnInfo, MemoryCatalog, RelationKind, TableInfo};
use crate::check::pipelines;
use crate::diag::{Code, Diagnostic, Diagnostics, Location};
use crate::ident::{Identifier, QualifiedName, TableName};
use crate::lineage::{Builder, Graph};
use crate::project::SourceTable;
use crate::project::yaml::Node;
use crate::render::{RenderedDocument, RenderedSolution};
use crate::syntax::ast::{Statement, StatementKind};
use crate::syntax::{Parsed, parse, parse_type};

use super::Compiled;
use super::adopt::Piece;
use super::checked::{Checked, Coverage, Missing};
use super::governance;
use super::lineage::{Case, Traced};
use super::origin::{Mark, Origins};
use super::rounds::Passed;
use super::sql_test::Made;
use super::surroundings::{self, Holders, PipelineSource};
use super::units::{Namespace, Script};

/// Binds all SQL of all solutions, or of one, for its lineage alone.
pub(super) fn with_lineage(compiled: &Compiled, solution: Option<&str>, lineage: &mut Builder) {
    check_and(compiled, solution, Some(lineage), false);
}

/// The tables that a solution reads and nothing in the project makes.
pub fn missing(compiled: &Compiled, solution: &str) -> Missing {
    check_and(compiled, Some(solution), None, true).0.missing
}

/// Binds all SQL of all solutions, or of one; tells the lineage to whoever asks for it.
fn check_and(
    compiled: &Compiled,
    solution: Option<&str>,
    mut lineage: Option<&mut Builder>,
    record: bool,
) -> (Checked, Diagnostics) {
    let mut checked = Checked::default();
    let mut out = Diagnostics::default();
    let wanted = |name: &str| solution.is_none_or(|solution| solution == name);
    for solution in compiled.rendered.solutions.values().filter(|solution| wanted(&solution.name)) {
        let mut checker = Checker::new(compiled, solution, record);
        checker.traced = lineage.is_some().then(Vec::new);
        checker.run(lineage.as_deref_mut());
        let Checker { origins, checked: own, out: found, catalog, .. } = checker;
        out.extend(origins.map_all(found));
        checked.take(own);
        checked.catalogs.insert(solution.name.clone(), catalog);
    }
    (checked, out.sorted())
}

/// Binds all SQL, and finds what is wrong with the resources: everything that can be found without a workspace.
pub fn examine(compiled: &Compiled, solution: Option<&str>) -> (Checked, Diagnostics) {
    let (checked, _, out) = examined(compiled, solution, governance::needs_lineage(compiled));
    (checked, out)
}

/// As [`examine`], and the lineage of what was bound.
pub fn examine_and_trace(compiled: &Compiled, solution: Option<&str>) -> (Checked, Graph, Diagnostics) {
    let (checked, graph, out) = examined(compiled, solution, true);
    (checked, graph.unwrap_or_default(), out)
}

fn examined(compiled: &Compiled, solution: Option<&str>, traced: bool) -> (Checked, Option<Graph>, Diagnostics) {
    let sql = || {
        let mut lineage = traced.then(Builder::default);
        let (checked, mut out) = check_and(compiled, solution, lineage.as_mut(), false);
        let graph = lineage.map(Builder::finish);
        if let Some(graph) = graph.as_ref().filter(|_| governance::needs_lineage(compiled)) {
            out.extend(governance::check(compiled, graph));
        }
        (checked, graph, out)
    };
    let ((checked, graph, mut out), wanted) = rayon::join(sql, || compiled.desired_anywhere());
    let scattered = compiled.rendered.solutions.values().any(|solution| solution.scattered);
    let found = beside(&wanted.found, &out, scattered);
    out.extend(found);
    (checked, graph, out.sorted())
}

/// What was found wrong with the resources and is not among the findings of the check.
pub(super) fn beside(found: &Diagnostics, checked: &Diagnostics, scattered: bool) -> Vec<Diagnostic> {
    let document = |diagnostic: &Diagnostic| match diagnostic.code {
        Code::DASHBOARD_FORMAT | Code::GENIE_FORMAT => {
            diagnostic.location.as_ref().map(|location| (diagnostic.code, location.file.name().to_string()))
        }
        _ => None,
    };
    // A file that is not JSON is known already, with the exact place.
    let known: BTreeSet<_> = checked.iter().filter_map(document).collect();
    let is_new = |finding: &&Diagnostic| document(finding).is_none_or(|file| !known.contains(&file));
    // Two folders of somebody else's may each have a dashboard of that name: they are deployed apart.
    let counts = |finding: &&Diagnostic| !scattered || finding.code != Code::DUPLICATE_RESOURCE;
    found.iter().filter(counts).filter(is_new).cloned().collect()
}

/// The script with the queries that its outline leaves out.
fn whole(script: &Script<'_>) -> Parsed {
    match script.parsed.statements.iter().any(Statement::is_of_pipeline) {
        true => parse(script.file),
        false => script.parsed.clone(),
    }
}

fn is_export(document: &RenderedDocument) -> bool {
    matches!(document.body, crate::render::DocumentBody::Export(_))
}

pub(super) struct Checker<'c> {
    pub(super) compiled: &'c Compiled,
    pub(super) solution: &'c RenderedSolution,
    pub(super) catalog: MemoryCatalog,
    /// What names complete themselves with, where a script says so.
    pub(super) namespace: Option<Namespace>,
    /// Where parameters without a value stand.
    pub(super) unset: Vec<Location>,
    /// The datasets of all pipelines.
    pub(super) datasets: Vec<pipelines::Made>,
    /// The lineage of the pipelines' datasets, where somebody asks for it.
    pub(super) traced: Option<Vec<Traced>>,
    /// Where the texts came from that findings point into.
    pub(super) origins: Origins,
    pub(super) checked: Checked,
    pub(super) out: Diagnostics,
    /// What the pipelines make, the datasets included that nobody else sees.
    pub(super) made: Vec<Made>,
    /// The cases of the test files, where somebody asks for the lineage.
    pub(super) cases: Vec<Case<'c>>,
    /// What a later round needs, where there will be one.
    pub(super) trail: Option<Vec<Passed>>,
    /// Do pipelines read each other, so that one is bound before what it reads?
    pub(super) is_tangled: bool,
    /// With a trail: dashboards and Genie spaces, the positions of their findings, and their part of the coverage.
    pub(super) of_documents: Vec<(String, Range<usize>, Coverage)>,
    /// Where what makes tables ends: the findings, the coverage, and the texts that they point into.
    pub(super) beyond: (usize, Coverage, Mark),
}

/// The files of a solution, sorted by who holds them.
pub(super) struct Ground<'g> {
    pub(super) resources: &'g [Node],
    pub(super) pipelines: &'g [PipelineSource],
    pub(super) scripts: &'g [Script<'g>],
    pub(super) holders: &'g Holders<'g>,
    /// By pipeline.
    pub(super) held: &'g [Vec<&'g Script<'g>>],
    /// Those that no pipeline lists, with their queries.
    pub(super) alone: &'g [&'g Script<'g>],
}

impl<'c> Checker<'c> {
    pub(super) fn new(compiled: &'c Compiled, solution: &'c RenderedSolution, record: bool) -> Self {
        let mut origins = Origins::default();
        for rendered in solution.rendered() {
            origins.rendered(rendered);
        }
        let documents = solution.dashboards.iter().chain(&solution.genie);
        let exports = documents.filter(|document| is_export(document)).count();
        let mut checked = Checked::default();
        checked.coverage.files = solution.python.len() + solution.rendered().count() + exports;
        let catalog = if record { MemoryCatalog::recording() } else { MemoryCatalog::default() };
        Self { catalog, origins, checked, ..Self::bare(compiled, solution) }
    }

    /// One that knows nothing of the solution yet.
    pub(super) fn bare(compiled: &'c Compiled, solution: &'c RenderedSolution) -> Self {
        Self {
            compiled,
            solution,
            catalog: MemoryCatalog::default(),
            namespace: None,
            unset: Vec::new(),
            datasets: Vec::new(),
            traced: None,
            origins: Origins::default(),
            checked: Checked::default(),
            out: Diagnostics::default(),
            made: Vec::new(),
            cases: Vec::new(),
            trail: None,
            is_tangled: false,
            of_documents: Vec::new(),
            beyond: Default::default(),
        }
    }

    pub(super) fn run(&mut self, lineage: Option<&mut Builder>) {
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
        self.not_understood();
        self.on_ground(|checker, ground| {
            checker.makers(ground);
            checker.beyond = (checker.out.len(), checker.checked.coverage, checker.origins.mark());
            checker.users(ground, checker.out.has_errors(), &|_| true);
            if let (Some(builder), Some(traced)) = (lineage, checker.traced.take()) {
                checker.tell(&traced, ground.alone, ground.resources, builder);
            }
        });
    }

    /// A file with a statement that nobody understands may make the table that it is named after: who reads that is not
    /// wrong because of it.
    fn not_understood(&mut self) {
        for file in &self.solution.sql {
            let parsed = self.compiled.parsed.get(file.rendered.template.name());
            let opaque = |statement: &Statement| matches!(statement.kind, StatementKind::Opaque { .. });
            let schema = self.solution.schemas.get(&file.layer);
            let name = Identifier::object(&file.name).ok();
            if let (Some(true), Some(schema), Some(name)) =
                (parsed.map(|parsed| parsed.statements.iter().any(opaque)), schema, name)
            {
                let (catalog, schema) = (self.solution.catalog.clone(), schema.clone());
                self.catalog.add_unread(TableName { catalog, schema, name });
            }
        }
    }

    /// Does something with the files, sorted by who holds them.
    pub(super) fn on_ground<T>(&mut self, act: impl FnOnce(&mut Self, &Ground<'_>) -> T) -> T {
        let resources = self.compiled.resources(&self.solution.name);
        let entries = resources.iter().filter_map(|file| file.get("pipelines")?.as_map()).flatten();
        let pipelines: Vec<PipelineSource> = entries.map(PipelineSource::of).collect();
        let scripts = self.scripts();
        let holders = Holders::new(&pipelines);
        let (mut held, mut alone) = (vec![Vec::new(); pipelines.len()], Vec::new());
        for script in &scripts {
            let of = holders.of(script.path);
            if of.is_empty() {
                alone.push(script);
            }
            of.into_iter().for_each(|index| held[index].push(script));
        }
        // Nothing else reads the queries of what only a pipeline can make.
        let whole: Vec<Parsed> = alone.par_iter().map(|script| whole(script)).collect();
        let mut alone: Vec<Script<'_>> = alone
            .iter()
            .zip(&whole)
            .map(|(script, parsed)| Script { path: script.path, file: script.file, parsed, namespace: None })
            .collect();
        let pieces = if self.solution.scattered { self.pieces(&alone) } else { Vec::new() };
        if self.solution.scattered {
            alone = pieces.iter().map(Piece::script).collect();
        }
        let alone: Vec<&Script<'_>> = alone.iter().collect();
        let (held, alone) = (held.as_slice(), alone.as_slice());
        act(self, &Ground { resources, pipelines: &pipelines, scripts: &scripts, holders: &holders, held, alone })
    }

    /// Binds what makes tables, views and functions.
    fn makers(&mut self, ground: &Ground<'_>) {
        let Ground { resources, pipelines, scripts, holders, held, alone } = ground;
        self.python(pipelines, holders);
        self.surroundings(scripts, alone, resources);
        // Functions first: masks, filters and queries of every other file may call them.
        for script in *alone {
            self.declared(script);
        }
        self.units(pipelines, held, alone);
    }

    /// What the SQL needs of the resource files.
    fn surroundings(&mut self, scripts: &[Script<'_>], alone: &[&Script<'_>], resources: &[Node]) {
        let own = |script: &&&Script<'_>| !surroundings::runs(resources, script.path);
        let unlisted: Vec<_> = alone.iter().filter(own).map(|script| (script.file, script.parsed)).collect();
        let resolve = |name: &QualifiedName| self.resolve(name);
        let (tables, found) = surroundings::in_no_pipeline(&unlisted, &resolve, &self.solution.name);
        // Somebody else's scripts may make such tables in a warehouse.
        if !self.solution.scattered {
            self.out.extend(found);
        }
        for table in tables {
            self.catalog.add_unread(table);
        }
        self.out.extend(surroundings::unknown_principals(resources, &self.compiled.principals));
        let files: Vec<_> = scripts.iter().map(|script| script.file).collect();
        self.out.extend(surroundings::unknown_volumes(&files, resources));
    }

    fn scripts(&self) -> Vec<Script<'c>> {
        let scripts = self.solution.sql.iter().filter_map(|sql| {
            let path = sql.rendered.template.name();
            let (file, parsed) = (&sql.rendered.output, self.compiled.parsed.get(path)?);
            Some(Script { path, file, parsed, namespace: None })
        });
        scripts.collect()
    }

    /// For a script that says itself which catalog and schema it uses.
    pub(super) fn session_in(&self, namespace: Option<&Namespace>) -> Session<'_> {
        match namespace {
            Some((catalog, schema)) => Session::new(&self.catalog, catalog.clone(), schema.clone()),
            None => self.session(None),
        }
    }

    pub(super) fn session(&self, schema: Option<&Identifier>) -> Session<'_> {
        if let (None, Some(namespace)) = (schema, &self.namespace) {
            return Session::new(&self.catalog, namespace.0.clone(), namespace.1.clone());
        }
        let first = self.solution.schemas.values().next().unwrap_or(&self.solution.catalog);
        Session::new(&self.catalog, self.solution.catalog.clone(), schema.unwrap_or(first).clone())
    }

    pub(super) fn resolve(&self, name: &QualifiedName) -> Option<TableName> {
        let session = self.session(None);
        name.resolve(&session.current_catalog, &session.current_schema).ok()
    }

    fn source(&mut self, table: &SourceTable) {
        // It is there, and that is all that is known.
        if table.columns.is_empty() {
            self.catalog.add_unread(table.name.clone());
            return;
        }
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
}
