//! Binding what makes functions, tables and views, each after what it reads, so that all that follows knows them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::analyze::{self, Session, bind_function, referred_tables};
use crate::catalog::{FunctionInfo, RelationKind, TableInfo};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, Severity, SourceFile};
use crate::ident::TableName;
use crate::syntax::ast::{DatasetKind, StatementKind};
use crate::syntax::{Parsed, configure, parse};

use super::check::Checker;
use super::compile::has_parameters;
use super::sql_test::{Home, Made};
use super::surroundings::{self, PipelineSource};
use super::units::{self, Order, Script, Unit};

impl Checker<'_> {
    /// What a file's functions are, before the tables are known that their bodies may read.
    pub(super) fn declared(&mut self, script: &Script<'_>) {
        for statement in &script.parsed.statements {
            match &statement.kind {
                StatementKind::CreateFunction(function) => {
                    let Some(name) = self.resolve(&function.name.value) else { continue };
                    let (bound, _) = bind_function(function, script.file, &self.session(None));
                    let definition = Arc::new((**function).clone());
                    self.catalog.add_function(FunctionInfo { name, definition, returns: bound.returns });
                }
                // Reported by the parser.
                StatementKind::Opaque { creates: Some(name), leading: _ } => {
                    if let Some(name) = self.resolve(&name.value) {
                        self.catalog.add_unread(name);
                    }
                }
                _ => {}
            }
        }
    }

    /// Pipelines, and the tables and views that are made outside of them, each after what it reads.
    pub(super) fn units(&mut self, pipelines: &[PipelineSource], of_pipelines: &[&Script<'_>], alone: &[&Script<'_>]) {
        let mut units: Vec<Unit<'_>> = Vec::new();
        for source in pipelines {
            let held = of_pipelines.iter().filter(|script| source.holds(script.path));
            units.push(Unit::Pipeline { source, files: held.map(|script| self.configured(source, script)).collect() });
        }
        units.extend(alone.iter().flat_map(|script| units::objects(script, &self.session(None))).map(Unit::Object));
        let mut found = Diagnostics::default();
        let sessions: Vec<Session<'_>> = units.iter().map(|unit| self.session_of(unit)).collect();
        let Order { makes, sequence } = units::order(&units, &sessions, &mut found);
        self.out.extend(found);
        for table in makes {
            self.catalog.add_unread(table);
        }
        for unit in sequence.into_iter().filter_map(|index| units.get(index)) {
            match unit {
                Unit::Pipeline { source, files } => self.pipeline(source, files, unit),
                Unit::Object(object) => {
                    let (table, found) = object.bind(&self.session_of(unit));
                    self.note(&found);
                    self.out.extend(found);
                    match table {
                        Some(table) => self.catalog.add_table(table),
                        None => self.catalog.add_unread(object.name.clone()),
                    }
                }
            }
        }
    }

    /// The file with the values of the pipeline's parameters in it.
    fn configured(&mut self, pipeline: &PipelineSource, script: &Script<'_>) -> (Arc<SourceFile>, Parsed) {
        if !has_parameters(script.file.text()) {
            return (Arc::clone(script.file), script.parsed.clone());
        }
        let known = pipeline.configuration.iter().filter_map(|(key, value)| Some((key.clone(), value.clone()?)));
        let configured = configure(script.file.text(), &known.collect());
        for unset in &configured.unset {
            let location = Location::new(script.file, unset.span);
            self.out.extend(surroundings::unset_parameter(unset, &location, pipeline));
            if !unset.in_text {
                self.unset.push(location);
            }
        }
        let (file, parsed) = if configured.is_changed() {
            let file = self.origins.configured(script.file, configured);
            let parsed = parse(&file);
            (file, parsed)
        } else {
            (Arc::clone(script.file), script.parsed.clone())
        };
        self.told(parsed.diagnostics.clone());
        (file, parsed)
    }

    /// Takes findings over, but for those about a parameter itself: that it has no value was reported, or is no fault.
    fn told(&mut self, found: Diagnostics) {
        let (origins, unset) = (&*self.origins, &self.unset);
        let about_unset = |diagnostic: &Diagnostic| {
            let of_a_name = [Code::SQL_SYNTAX, Code::UNKNOWN_TABLE, Code::UNKNOWN_COLUMN, Code::UNKNOWN_FUNCTION];
            let place = diagnostic.location.as_ref().filter(|_| of_a_name.contains(&diagnostic.code));
            let written = place.map(|at| origins.unconfigured(at).unwrap_or_else(|| at.clone()));
            let names = |at: &Location, unset: &Location| {
                let inside = at.span.start <= unset.span.start && unset.span.end <= at.span.end;
                inside && Arc::ptr_eq(&unset.file, &at.file)
            };
            written.is_some_and(|at| unset.iter().any(|unset| names(&at, unset)))
        };
        let told: Vec<Diagnostic> = found.into_iter().filter(|diagnostic| !about_unset(diagnostic)).collect();
        self.out.extend(told);
    }

    fn session_of(&self, unit: &Unit<'_>) -> Session<'_> {
        match unit {
            Unit::Pipeline { source, .. } => {
                let mut session = self.session(source.schema.as_ref());
                session.current_catalog = source.catalog.clone().unwrap_or(session.current_catalog);
                session
            }
            Unit::Object(_) => self.session(None),
        }
    }

    fn pipeline(&mut self, pipeline: &PipelineSource, files: &[(Arc<SourceFile>, Parsed)], unit: &Unit<'_>) {
        let found = analyze::pipeline::analyze(files, &self.session_of(unit));
        let statements: usize = files.iter().map(|(_, parsed)| parsed.statements.len()).sum();
        let doubtful = found.diagnostics.iter().filter(|diagnostic| diagnostic.severity != Severity::Warning).count();
        self.checked.coverage.statements += statements;
        self.checked.coverage.proved += statements.saturating_sub(doubtful);
        self.told(found.diagnostics);
        for table in found.unread {
            self.catalog.add_unread(table);
        }
        let mut refers: BTreeMap<TableName, BTreeSet<TableName>> = BTreeMap::new();
        for statement in files.iter().flat_map(|(_, parsed)| &parsed.statements) {
            if let StatementKind::CreateDataset(dataset) = &statement.kind
                && let Some(name) = self.session_of(unit).resolve(&dataset.name.value)
            {
                refers.entry(name).or_default().extend(referred_tables(&dataset.constraints, &self.session_of(unit)));
            }
        }
        let home = Arc::new(Home::of(pipeline, &self.session_of(unit)));
        self.made.extend(found.datasets.iter().map(|dataset| Made {
            name: dataset.name.clone(),
            home: Arc::clone(&home),
            kind: dataset.kind,
            private: dataset.private,
            columns: dataset.columns.clone(),
            reads: dataset.dependencies.clone(),
            refers: refers.remove(&dataset.name).unwrap_or_default(),
        }));
        let mut tables = Vec::new();
        for dataset in found.datasets.iter().filter(|dataset| !dataset.private) {
            let kind = match dataset.kind {
                DatasetKind::StreamingTable => RelationKind::StreamingTable,
                DatasetKind::MaterializedView => RelationKind::MaterializedView,
                DatasetKind::View => RelationKind::View,
                DatasetKind::TemporaryView => continue,
            };
            if kind != RelationKind::View {
                tables.push(dataset.name.clone());
            }
            let appends =
                |flow: &analyze::pipeline::Flow| matches!(flow.kind, analyze::pipeline::FlowKind::Append { .. });
            self.catalog.add_table(TableInfo {
                name: dataset.name.clone(),
                kind,
                columns: dataset.columns.clone(),
                append_only: dataset.flows.iter().all(appends),
                comment: dataset.comment.clone(),
            });
        }
        self.checked.tables.insert((self.solution.name.clone(), pipeline.key.clone()), tables);
    }
}
