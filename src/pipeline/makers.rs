//! Binding what makes functions, tables and views, each after what it reads, so that all that follows knows them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use crate::analyze::pipeline::{Dataset, Each, FlowKind, Mentions};
use crate::analyze::{self, Session, bind_function, referred_tables};
use crate::catalog::{Catalog, FunctionInfo, RelationKind, TableInfo};
use crate::check::pipelines::{Marks, Seen, datasets};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile};
use crate::ident::TableName;
use crate::syntax::ast::{DatasetKind, StatementKind};
use crate::syntax::{Parsed, configure, parse_outline};

use super::check::Checker;
use super::compile::has_parameters;
use super::lineage::Traced;
use super::rounds::Passed;
use super::sql_test::{Home, Made};
use super::surroundings::{self, PipelineSource};
use super::units::{self, Order, Script, Unit};

impl Checker<'_> {
    /// What a file's functions are, before the tables are known that their bodies may read.
    pub(super) fn declared(&mut self, script: &Script<'_>) {
        self.namespace = script.namespace.clone();
        for statement in &script.parsed.statements {
            match &statement.kind {
                StatementKind::CreateFunction(function) => {
                    let Some(name) = self.resolve(&function.name.value) else { continue };
                    let (bound, _) = bind_function(function, script.file, &self.session(None));
                    let definition = Arc::new((**function).clone());
                    let text = script.file.text().get(statement.span.range()).unwrap_or_default().into();
                    self.catalog.add_function(FunctionInfo { name, definition, text, returns: bound.returns });
                }
                kind => {
                    if let StatementKind::CreateProcedure(procedure) = kind
                        && let Some(name) = self.resolve(&procedure.name.value)
                    {
                        self.catalog.add_procedure(name, (**procedure).clone());
                    }
                    for name in kind.makes_unread() {
                        if let Some(name) = self.resolve(&name.value) {
                            self.catalog.add_unread(name);
                        }
                    }
                }
            }
        }
    }

    /// Pipelines, and the tables and views that are made outside of them, each after what it reads.
    pub(super) fn units(&mut self, pipelines: &[PipelineSource], held: &[Vec<&Script<'_>>], alone: &[&Script<'_>]) {
        self.namespace = None;
        let mut units: Vec<Unit<'_>> = Vec::new();
        for (source, held) in pipelines.iter().zip(held) {
            let files = held.iter().map(|script| self.configured(source, script)).collect();
            units.push(Unit::Pipeline { source, files });
        }
        let of_script = |script: &&Script<'_>| self.session_in(script.namespace.as_ref());
        units.extend(alone.iter().flat_map(|script| units::objects(script, &of_script(script))).map(Unit::Object));
        let mut found = Diagnostics::default();
        let sessions: Vec<Session<'_>> = units.iter().map(|unit| self.session_of(unit)).collect();
        let Order { makes, sequence, mentions, is_tangled } = units::order(&units, &sessions, &mut found);
        self.is_tangled = is_tangled;
        self.out.extend(found);
        for table in makes {
            self.catalog.add_unread(table);
        }
        for (unit, mentions) in sequence.into_iter().filter_map(|index| Some((units.get(index)?, mentions.get(index)?)))
        {
            match unit {
                Unit::Pipeline { source, files } => self.pipeline(source, files, unit, mentions.as_ref()),
                Unit::Object(object) => {
                    let (table, proof, found) = object.bind(&self.session_of(unit));
                    self.checked.coverage.count(proof);
                    self.out.extend(found);
                    match table {
                        Some(mut table) => {
                            // One of two scripts may make a table of it: then it can be changed.
                            let known = self.catalog.table(&table.name);
                            if known.is_some_and(|known| known.kind == RelationKind::Table) {
                                table.kind = RelationKind::Table;
                            }
                            self.catalog.add_table(table);
                        }
                        None => self.catalog.add_unread(object.name.clone()),
                    }
                }
            }
        }
    }

    /// The file with the values of the pipeline's parameters in it.
    fn configured<'s>(&mut self, pipeline: &PipelineSource, script: &Script<'s>) -> (Arc<SourceFile>, Cow<'s, Parsed>) {
        if !has_parameters(script.file.text()) {
            return (Arc::clone(script.file), Cow::Borrowed(script.parsed));
        }
        let known = pipeline.configuration.iter().filter_map(|(key, value)| Some((key.clone(), value.clone()?)));
        let configured = configure(script.file.text(), &known.collect());
        for unset in &configured.unset {
            let location = Location::new(script.file, unset.span);
            if !self.solution.scattered {
                self.out.extend(surroundings::unset_parameter(unset, &location, pipeline));
            }
            if !unset.in_text {
                self.unset.push(location);
            }
        }
        let (file, parsed) = if configured.is_changed() {
            let file = self.origins.configured(script.file, configured);
            let parsed = parse_outline(&file);
            (file, Cow::Owned(parsed))
        } else {
            (Arc::clone(script.file), Cow::Borrowed(script.parsed))
        };
        self.told(parsed.diagnostics.clone());
        (file, parsed)
    }

    /// Takes findings over, but for those about a parameter itself: that it has no value was reported, or is no fault.
    pub(super) fn told(&mut self, found: Diagnostics) {
        let (origins, unset) = (&self.origins, &self.unset);
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
            Unit::Object(object) => self.session_in(object.namespace.as_ref()),
        }
    }

    fn pipeline(
        &mut self,
        pipeline: &PipelineSource,
        files: &[(Arc<SourceFile>, Cow<'_, Parsed>)],
        unit: &Unit<'_>,
        mentions: Option<&Mentions>,
    ) {
        let marks = Marks::of(files);
        let parsed: Vec<_> = files.iter().map(|(file, parsed)| (Arc::clone(file), &**parsed)).collect();
        let session = self.session_of(unit);
        let is_traced = self.traced.is_some();
        let keep = |dataset: Dataset| {
            let traced = is_traced.then(|| Traced::of(&dataset, &parsed, &session, &pipeline.key));
            Kept::of(dataset, traced, &pipeline.key, &marks)
        };
        let mut found = analyze::pipeline::analyze_each(files, &session, mentions, &keep);
        let place = (session.current_catalog.clone(), session.current_schema.clone());
        let statements: usize = files.iter().map(|(_, parsed)| parsed.statements.len()).sum();
        self.checked.coverage.statements += statements;
        self.checked.coverage.proved(found.proof);
        let bound = self.told_of_each(std::mem::take(&mut found.diagnostics), &found.each);
        for table in found.unread {
            self.catalog.add_unread(table);
        }
        let tested = (!self.solution.tests.is_empty()).then(|| self.tested(pipeline, files, unit));
        let (mut tables, mut seen, mut private) = (Vec::new(), Vec::new(), Vec::new());
        for kept in found.datasets {
            if let Some((home, refers)) = &tested {
                self.made.push(Made {
                    name: kept.table.name.clone(),
                    home: Arc::clone(home),
                    kind: kept.kind,
                    private: kept.private_table,
                    columns: kept.table.columns.clone(),
                    reads: kept.reads.clone(),
                    refers: refers.get(&kept.table.name).cloned().unwrap_or_default(),
                });
            }
            seen.push(kept.seen);
            if let (Some(all), Some(traced)) = (&mut self.traced, kept.traced) {
                all.push(traced);
            }
            if kept.private {
                if self.trail.is_some() {
                    private.push(kept.table);
                }
                continue;
            }
            if kept.table.kind != RelationKind::View {
                tables.push(kept.table.name.clone());
            }
            self.catalog.add_table(kept.table);
        }
        let first = self.out.len();
        self.out.extend(datasets(seen.iter(), &marks));
        self.datasets.extend(seen.iter().map(|dataset| dataset.made.clone()));
        if let Some(trail) = &mut self.trail {
            let of_datasets = first..self.out.len();
            let (each, views) = (found.each, found.views);
            let mentions = mentions.cloned();
            let key = pipeline.key.clone();
            let files = files.iter().map(|(file, _)| Arc::clone(file)).collect();
            trail.push(Passed { key, place, files, each, bound, of_datasets, views, mentions, marks, seen, private });
        }
        self.checked.tables.insert((self.solution.name.clone(), pipeline.key.clone()), tables);
    }

    /// Takes findings over, and says where those of each dataset are then.
    fn told_of_each(&mut self, found: Diagnostics, each: &[Each]) -> Vec<(TableName, Range<usize>)> {
        if self.trail.is_none() {
            self.told(found);
            return Vec::new();
        }
        let ranges = each.iter().flat_map(|each| [(&each.name, &each.found), (&each.name, &each.keys)]);
        let mut ranges: Vec<(&TableName, &Range<usize>)> = ranges.filter(|(_, range)| !range.is_empty()).collect();
        ranges.sort_by_key(|(_, range)| range.start);
        let mut found: VecDeque<Diagnostic> = found.into_iter().collect();
        let (mut at, mut bound) = (0, Vec::new());
        for (name, range) in ranges {
            self.told(found.drain(..range.start - at).collect());
            let first = self.out.len();
            self.told(found.drain(..range.len()).collect());
            bound.push((name.clone(), first..self.out.len()));
            at = range.end;
        }
        self.told(found.into_iter().collect());
        bound
    }
}

impl Checker<'_> {
    /// What tests of the pipeline's datasets need beside these: where they live, and whom their foreign keys refer to.
    fn tested(
        &self,
        pipeline: &PipelineSource,
        files: &[(Arc<SourceFile>, Cow<'_, Parsed>)],
        unit: &Unit<'_>,
    ) -> (Arc<Home>, BTreeMap<TableName, BTreeSet<TableName>>) {
        let session = self.session_of(unit);
        let mut refers: BTreeMap<TableName, BTreeSet<TableName>> = BTreeMap::new();
        for statement in files.iter().flat_map(|(_, parsed)| &parsed.statements) {
            if let StatementKind::CreateDataset(dataset) = &statement.kind
                && let Some(name) = session.resolve(&dataset.name.value)
            {
                refers.entry(name).or_default().extend(referred_tables(&dataset.constraints, &session));
            }
        }
        (Arc::new(Home::of(pipeline, &session)), refers)
    }
}

/// What is kept of a dataset of a pipeline once it is bound; its queries are not.
pub(super) struct Kept {
    pub(super) table: TableInfo,
    /// Seen by its own pipeline only.
    pub(super) private: bool,
    /// `PRIVATE` or temporary, as the statement says.
    private_table: bool,
    kind: DatasetKind,
    pub(super) reads: Vec<TableName>,
    pub(super) seen: Seen,
    /// Where somebody asks for the lineage.
    traced: Option<Traced>,
}

impl Kept {
    pub(super) fn is_private(&self) -> bool {
        self.private_table
    }

    pub(super) fn of(dataset: Dataset, traced: Option<Traced>, pipeline: &str, marks: &Marks) -> Self {
        let seen = Seen::of(pipeline, &dataset, marks);
        let kind = match dataset.kind {
            DatasetKind::StreamingTable => RelationKind::StreamingTable,
            DatasetKind::MaterializedView => RelationKind::MaterializedView,
            DatasetKind::View => RelationKind::View,
            DatasetKind::TemporaryView => RelationKind::TemporaryView,
        };
        let append_only = dataset.flows.iter().all(|flow| matches!(flow.kind, FlowKind::Append { .. }));
        let private = dataset.private || kind == RelationKind::TemporaryView;
        let Dataset { name, columns, comment, private: private_table, kind: dataset_kind, dependencies, .. } = dataset;
        Self {
            table: TableInfo { name, kind, columns, append_only, comment },
            private,
            private_table,
            kind: dataset_kind,
            reads: dependencies,
            seen,
            traced,
        }
    }
}
