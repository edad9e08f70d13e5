//! Binding everything that a project says in SQL: pipelines, functions, scripts, dashboards, Genie spaces, the story.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;

use crate::analyze::bound::BoundQuery;
use crate::analyze::{Proof, Running, Session, bind_partial};
use crate::catalog::{ColumnInfo, MemoryCatalog, RelationKind, TableInfo};
use crate::check::{Outputs, alert, columns_of, dashboard, genie, pipelines};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, Severity, SourceFile, Span};
use crate::ident::{Identifier, QualifiedName, TableName};
use crate::lineage::{Builder, Graph};
use crate::project::yaml::Node;
use crate::project::{Question, SourceTable, story};
use crate::render::{RenderedDocument, RenderedSolution};
use crate::resource::Document;
use crate::syntax::ast::{CreateMetricView, DatasetKind, Query, Statement, StatementKind};
use crate::syntax::{Parsed, parse, parse_query, parse_type};

use super::Compiled;
use super::adopt::Piece;
use super::compile::is_unfinished;
use super::embedded::{self, Contents, DocumentQuery};
use super::governance;
use super::lineage::{Case, Traced};
use super::metric_view::{MetricView, metric_view};
use super::origin::{Mark, Origins};
use super::rounds::Passed;
use super::sql_test::{Made, PreparedTest};
use super::surroundings::{self, Holders, PipelineSource};
use super::units::{Namespace, Script};

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
    /// The tables and functions that each solution knows in the end, by its name.
    pub catalogs: BTreeMap<String, MemoryCatalog>,
    /// Tables that are read and that nothing makes or declares, where that is asked for.
    missing: Missing,
}

/// How much was looked at, and how much of it was proved.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Coverage {
    /// Files of the project that were rendered or read.
    pub files: usize,
    /// SQL statements and queries, those inside YAML and JSON included.
    pub statements: usize,
    /// Expressions in these: names, literals, calls, operators, each with all that is inside it.
    pub expressions: usize,
    /// Of these, whose type was proved.
    pub proved: usize,
}

impl Checked {
    /// What was learned of another solution.
    fn take(&mut self, other: Self) {
        let Self { tables, stories, coverage, tests, catalogs, missing } = other;
        self.tables.extend(tables);
        self.stories.extend(stories);
        self.coverage.add(coverage);
        self.tests.extend(tests);
        self.catalogs.extend(catalogs);
        self.missing.tables.extend(missing.tables);
        self.missing.made.extend(missing.made);
    }
}

impl Coverage {
    pub fn add(&mut self, other: Self) {
        self.files += other.files;
        self.statements += other.statements;
        self.expressions += other.expressions;
        self.proved += other.proved;
    }

    /// What is in this and not in a part of it.
    pub(super) fn without(self, part: Self) -> Self {
        Self {
            files: self.files - part.files,
            statements: self.statements - part.statements,
            expressions: self.expressions - part.expressions,
            proved: self.proved - part.proved,
        }
    }

    /// A statement and what of it was proved.
    pub(super) fn count(&mut self, proof: Proof) {
        self.statements += 1;
        self.proved(proof);
    }

    pub(super) fn proved(&mut self, proof: Proof) {
        self.expressions += proof.expressions;
        self.proved += proof.typed;
    }
}

/// Binds all SQL of all solutions, or of one, for its lineage alone.
pub(super) fn with_lineage(compiled: &Compiled, solution: Option<&str>, lineage: &mut Builder) {
    check_and(compiled, solution, Some(lineage), false);
}

/// What a solution's names of tables mean.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Missing {
    /// What is read, and nothing in the project makes or declares it.
    pub tables: BTreeSet<TableName>,
    /// What is made or declared.
    pub made: BTreeSet<TableName>,
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
    let ((checked, graph, mut out), found) = rayon::join(sql, || compiled.desired_anywhere());
    let scattered = compiled.rendered.solutions.values().any(|solution| solution.scattered);
    let found = beside(&found, &out, scattered);
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
        self.on_ground(|checker, ground| {
            checker.makers(ground);
            checker.beyond = (checker.out.len(), checker.checked.coverage, checker.origins.mark());
            checker.users(ground, checker.out.has_errors());
            if let (Some(builder), Some(traced)) = (lineage, checker.traced.take()) {
                checker.tell(&traced, ground.alone, ground.resources, builder);
            }
        });
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

    /// Binds what only uses them, and applies the rules that look at everything. `faulty`: something is wrong before.
    pub(super) fn users(&mut self, ground: &Ground<'_>, faulty: bool) {
        let Ground { resources, pipelines, scripts, holders, held, alone } = ground;
        let solution = self.solution;
        let first = self.out.len();
        for script in *alone {
            self.script(script);
        }
        self.namespace = None;
        self.story();
        // What is wrong elsewhere would show in them, too: nothing is wrong with a test because of it.
        let readable = scripts.iter().all(|script| !script.parsed.diagnostics.has_errors());
        let faulty = faulty || self.out.iter().skip(first).any(|found| found.severity == Severity::Error);
        if readable && !faulty && self.compiled.unread(&solution.name).is_empty() {
            self.sql_tests();
        }
        for (documents, read, rules) in [
            (self.compiled.dashboards(solution), embedded::dashboard as embedded::Read, dashboard::check as Rules),
            (self.compiled.genie_spaces(solution), embedded::genie, genie::check),
        ] {
            for document in documents {
                self.document(document, read, rules);
            }
        }
        self.alerts(resources);
        if solution.scattered {
            let mut listed: Vec<&Script<'_>> = Vec::new();
            for script in held.iter().flatten() {
                if !listed.iter().any(|known| known.path == script.path) {
                    listed.push(script);
                }
            }
            let all: Vec<Script<'_>> = listed.iter().chain(*alone).map(|script| (**script).clone()).collect();
            self.rules(resources, &all, pipelines, holders);
        } else {
            self.rules(resources, scripts, pipelines, holders);
        }
        // The rules look tables up as well.
        if self.catalog.is_recording() {
            self.checked.missing.tables.extend(self.catalog.missed());
            self.checked.missing.made.extend(self.catalog.names().cloned());
        }
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

    /// A file that is run statement by statement: by a job, or to make objects.
    fn script(&mut self, script: &Script<'_>) {
        self.namespace = script.namespace.clone();
        // What an outline passes over was not reported with it.
        if is_unfinished(script.file.text(), self.solution.scattered) || !script.parsed.outline {
            self.out.extend(script.parsed.diagnostics.clone());
        }
        // Names mean something else behind `USE`.
        let moves = |statement: &Statement| {
            matches!(statement.kind, StatementKind::UseCatalog(_) | StatementKind::UseSchema(_))
        };
        let moved = script.parsed.statements.iter().any(moves);
        let mut unchecked: Vec<&Statement> = Vec::new();
        let mut checked: Vec<(Proof, Diagnostics)> = Vec::new();
        let mut running = Running::new(self.session(None), script.file);
        for statement in &script.parsed.statements {
            match &statement.kind {
                StatementKind::Insert(_)
                | StatementKind::Update(_)
                | StatementKind::Delete(_)
                | StatementKind::Merge(_)
                | StatementKind::CopyInto(_)
                | StatementKind::Script(_)
                | StatementKind::CreateProcedure(_)
                    if moved =>
                {
                    unchecked.push(statement);
                }
                // Tables and views were bound before.
                StatementKind::CreateTable(table) if !table.temporary => {}
                StatementKind::CreateDataset(dataset) if dataset.kind == DatasetKind::View => {}
                _ if moves(statement) => {}
                _ => checked.extend(running.statement(statement)),
            }
        }
        for statement in &script.parsed.statements {
            if let StatementKind::CreateMetricView(view) = &statement.kind
                && !moved
            {
                self.metric_view(view, script.file);
            }
        }
        for (proof, found) in checked {
            self.checked.coverage.count(proof);
            self.out.extend(found);
        }
        for statement in unchecked {
            self.not_checked(script, statement, "its names depend on the session");
        }
    }

    fn metric_view(&mut self, view: &CreateMetricView, file: &Arc<SourceFile>) {
        let MetricView { columns, proof, found } = metric_view(view, file, &self.session(None));
        self.checked.coverage.count(proof);
        let wrong = found.has_errors();
        self.out.extend(found);
        let Some(name) = self.resolve(&view.name.value) else { return };
        match columns.filter(|_| !wrong) {
            Some(columns) => {
                let kind = RelationKind::View;
                self.catalog.add_table(TableInfo { name, kind, columns, append_only: false, comment: None });
            }
            // An earlier round may have known it.
            None => {
                self.catalog.forget(&name);
                self.catalog.add_unread(name);
            }
        }
    }

    /// Counts a statement that is understood, but not what it reads and writes.
    fn not_checked(&mut self, script: &Script<'_>, statement: &Statement, why: &str) {
        let span = Span { start: statement.span.start, end: statement.span.start };
        let note = Diagnostic::note(Code::UNSUPPORTED_SQL, format!("the statement was not checked: {why}"));
        self.checked.coverage.count(Proof { expressions: 1, typed: 0 });
        self.out.push(note.at(Location::new(script.file, span)));
    }

    fn query(&mut self, query: &Query, file: &Arc<SourceFile>) {
        let (bound, open, found) = bind_partial(query, file, &self.session(None));
        self.judged(bound, open, found);
    }

    /// The query's columns, where all of them are known.
    fn judged(&mut self, bound: BoundQuery, open: bool, found: Diagnostics) -> Option<Vec<ColumnInfo>> {
        self.checked.coverage.count(bound.proof);
        let judged = !open && !found.has_errors();
        self.out.extend(found);
        judged.then(|| columns_of(bound))
    }

    fn document_query(&mut self, query: &DocumentQuery) -> Option<Vec<ColumnInfo>> {
        let (parsed, found) = parse_query(&query.file);
        self.out.extend(found);
        let (catalog, schema) = &query.namespace;
        let mut session = self.session(schema.as_ref());
        if let Some(catalog) = catalog {
            session.current_catalog = catalog.clone();
        }
        let (bound, open, found) = bind_partial(&parsed?, &query.file, &session);
        let found = found.into_iter().map(|finding| query.judge(finding)).collect();
        self.judged(bound, open, found)
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
            let (query, found) = parse_query(&file);
            self.out.extend(found);
            if let Some(query) = query {
                self.query(&query, &file);
            }
        }
        self.checked.stories.insert(self.solution.name.clone(), questions);
    }

    fn alerts(&mut self, resources: &[Node]) {
        let target = &self.compiled.about;
        let mut outputs = Outputs::new();
        for (key, sql) in alert::queries(resources, target) {
            let query = embedded::alert(sql, &mut self.origins);
            let columns = self.document_query(&query);
            outputs.insert(key, columns);
        }
        self.out.extend(alert::check(resources, target, &outputs));
    }

    fn document(&mut self, document: &Document, read: embedded::Read, rules: Rules) {
        let Some(location) = &document.location else { return };
        // For another target the document was rewritten; places are then those of the rewritten text.
        let file = if location.file.text() == document.text {
            Arc::clone(&location.file)
        } else {
            SourceFile::new(&document.path, document.text.clone())
        };
        let Contents { queries, root } = read(&file, &mut self.origins, &mut self.out);
        let mut outputs = Outputs::new();
        for mut query in queries {
            let columns = self.document_query(&query);
            outputs.extend(query.dataset.take().map(|dataset| (dataset, columns)));
        }
        let Some(root) = root else { return };
        let found = rules(&root, &outputs, &self.session(None));
        self.out.extend(found);
    }
}

/// The rules of one kind of document.
type Rules = fn(&Node, &Outputs, &Session<'_>) -> Diagnostics;
