//! What uses tables and makes none that a pipeline could read: scripts, the story, tests, dashboards, Genie spaces,
//! alerts; and the rules that look at everything.

use std::sync::Arc;

use crate::analyze::bound::BoundQuery;
use crate::analyze::{Proof, Running, Session, bind_partial};
use crate::catalog::{ColumnInfo, RelationKind, TableInfo};
use crate::check::{Outputs, alert, columns_of, dashboard, genie};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, Severity, SourceFile, Span};
use crate::project::story;
use crate::project::yaml::Node;
use crate::resource::Document;
use crate::syntax::ast::{CreateMetricView, DatasetKind, Query, Statement, StatementKind};
use crate::syntax::parse_query;

use super::alert_query;
use super::check::{Checker, Ground};
use super::compile::is_unfinished;
use super::embedded::{self, Contents, DocumentQuery};
use super::metric_view::{MetricView, metric_view};
use super::units::Script;

impl Checker<'_> {
    /// Binds what only uses them, and applies the rules that look at everything. `faulty`: something is wrong before.
    /// `wanted`: the dashboards and Genie spaces to look at.
    pub(super) fn users(&mut self, ground: &Ground<'_>, faulty: bool, wanted: &dyn Fn(&Document) -> bool) {
        let Ground { resources, pipelines, scripts, holders, held, alone } = ground;
        let solution = self.solution;
        let first = self.out.len();
        // The query of an alert is told as that.
        let alerts = alert_query::files(resources);
        for script in alone.iter().filter(|script| !alerts.contains(script.file.name())) {
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
        self.documents(wanted);
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
                StatementKind::Truncate { .. } if moved => {}
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
        let MetricView { columns, measures, proof, found } = metric_view(view, file, &self.session(None));
        self.checked.coverage.count(proof);
        let wrong = found.has_errors();
        self.out.extend(found);
        let Some(name) = self.resolve(&view.name.value) else { return };
        match columns.filter(|_| !wrong) {
            Some(columns) => {
                let kind = RelationKind::View;
                let table = TableInfo { name: name.clone(), kind, columns, append_only: false, comment: None };
                self.catalog.add_table(table);
                self.catalog.add_measures(name, measures);
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

    /// The dashboards and Genie spaces that are wanted.
    pub(super) fn documents(&mut self, wanted: &dyn Fn(&Document) -> bool) {
        let solution = self.solution;
        for (documents, read, rules) in [
            (self.compiled.dashboards(solution), embedded::dashboard as embedded::Read, dashboard::check as Rules),
            (self.compiled.genie_spaces(solution), embedded::genie, genie::check),
        ] {
            for document in documents.into_iter().filter(|document| wanted(document)) {
                let (first, before) = (self.out.len(), self.checked.coverage);
                self.document(document, read, rules);
                if self.trail.is_some() {
                    let coverage = self.checked.coverage.without(before);
                    self.of_documents.push((document.path.clone(), first..self.out.len(), coverage));
                }
            }
        }
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
