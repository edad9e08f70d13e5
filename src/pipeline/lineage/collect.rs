//! From a compiled project to its graph.

use std::collections::HashMap;
use std::sync::Arc;

use crate::analyze::Role;
use crate::analyze::bound::Column;
use crate::analyze::pipeline::analyze_one;
use crate::analyze::{
    Observed, Running, ScalarRule, Session, Variables, bind_partial, bind_scalar, bind_table, trace, trace_row,
    written_by,
};
use crate::diag::{Location, SourceFile};
use crate::ident::TableName;
use crate::lineage::{Builder, EdgeKind, Graph, NodeId, NodeKind};
use crate::project::yaml::Node;
use crate::render::Rendered;
use crate::syntax::ast::{
    AlterAction, AlterTable, CreateTable, DatasetKind, DatasetSource, Insert, Merge, Query, Statement, StatementKind,
};

use super::defined::{Defined, resolve};
use super::traced::Traced;
use crate::pipeline::check::{self, Checker};
use crate::pipeline::compile::Compiled;
use crate::pipeline::units::Script;

/// The lineage of all solutions, or of one. Complete as far as the project is free of errors.
pub fn lineage(compiled: &Compiled, solution: Option<&str>) -> Graph {
    let mut builder = Builder::default();
    check::with_lineage(compiled, solution, &mut builder);
    builder.finish()
}

/// The places of rendered files in their templates, found by file.
struct Written<'c>(HashMap<usize, &'c Rendered>);

fn written(compiled: &Compiled) -> Written<'_> {
    Written(compiled.templates().map(|rendered| (Arc::as_ptr(&rendered.output) as usize, rendered)).collect())
}

impl Written<'_> {
    fn place(&self, location: &Location) -> Location {
        let rendered = self.0.get(&(Arc::as_ptr(&location.file) as usize));
        rendered.map_or_else(|| location.clone(), |rendered| rendered.locate(location.span))
    }
}

/// What facts are told with.
pub(super) struct Teller<'t> {
    pub(super) builder: &'t mut Builder,
    pub(super) session: Session<'t>,
    pub(super) locate: &'t dyn Fn(&Location) -> Location,
}

impl Checker<'_> {
    /// Tells everything, once all that makes tables is bound.
    pub(in crate::pipeline) fn tell(
        &mut self,
        traced: &[Traced],
        alone: &[&Script<'_>],
        resources: &[Node],
        builder: &mut Builder,
    ) {
        let written = written(self.compiled);
        let origins = &self.origins;
        let locate = |location: &Location| {
            let plain = origins.unconfigured(location);
            written.place(plain.as_ref().unwrap_or(location))
        };
        let mut teller = Teller { builder, session: self.session(None), locate: &locate };
        for table in &self.solution.sources {
            teller.source(table);
        }
        for dataset in traced {
            dataset.tell(teller.builder, &locate);
        }
        for script in alone {
            teller.script(script);
        }
        teller.story(self.solution);
        for case in &self.cases {
            teller.cases(self.solution, case);
        }
        teller.resources(resources, self.compiled, self.solution);
    }
}

impl Teller<'_> {
    fn source(&mut self, table: &crate::project::SourceTable) {
        let id = self.builder.relation(NodeKind::External, &table.name, None);
        for column in &table.columns {
            let ty = crate::syntax::parse_type(&column.kind.value).ok();
            let place = (self.locate)(&column.name.location);
            self.builder.column(id, &column.name.value, ty.as_ref(), Some(&place));
        }
    }

    /// A file that is run statement by statement; a node only where it reads something by itself.
    fn script(&mut self, script: &Script<'_>) {
        let start = Location::new(&SourceFile::new(script.path, ""), crate::diag::Span::default());
        self.session.variables = Variables::declared(&script.parsed.statements);
        for statement in &script.parsed.statements {
            self.statement(statement, script, &start);
        }
        self.session.variables = Variables::default();
    }

    fn statement(&mut self, statement: &Statement, script: &Script<'_>, start: &Location) {
        let file = script.file;
        match &statement.kind {
            StatementKind::CreateDataset(view) if view.kind == DatasetKind::View => {
                let (bound, _) = analyze_one(view, file, &self.session);
                if let Some(dataset) = bound {
                    let files = [(Arc::clone(file), script.parsed)];
                    Traced::of(&dataset, &files, &self.session, "").tell(self.builder, self.locate);
                }
            }
            StatementKind::CreateDataset(dataset) => {
                if let DatasetSource::Query(query) = &dataset.source {
                    self.read(query, file, script, start);
                }
            }
            StatementKind::CreateTable(table) if !table.temporary => self.table(table, file),
            StatementKind::CreateTable(table) => {
                table.query.iter().for_each(|query| self.read(query, file, script, start));
            }
            StatementKind::Query(query) => self.read(query, file, script, start),
            StatementKind::Insert(insert) => self.insert(insert, script, start),
            StatementKind::Update(update) => {
                let node = self.script_node(script, start);
                self.changes(node, &update.table, update.predicate.as_ref(), file);
                let Some(table) = resolve(&self.session, &update.table.value) else { return };
                let relation = self.builder.relation(NodeKind::External, &table, None);
                for (column, _) in &update.assignments {
                    let id = self.builder.column(relation, &column.value, None, None);
                    self.named(id, node, &Location::new(file, column.span));
                }
                self.written(&statement.kind, relation, file);
            }
            StatementKind::Merge(merge) => self.merge(merge, &statement.kind, script, start),
            StatementKind::Script(_) | StatementKind::CreateProcedure(_) | StatementKind::Session(_) => {
                self.inner(statement, script, start);
            }
            StatementKind::Delete(delete) => {
                let node = self.script_node(script, start);
                self.changes(node, &delete.table, delete.predicate.as_ref(), file);
            }
            StatementKind::CreateFunction(function) => {
                let Some(name) = resolve(&self.session, &function.name.value) else { return };
                let place = (self.locate)(&Location::new(file, function.name.span));
                let id = self.builder.function(&name, Some(&place));
                let (bound, _) = crate::analyze::bind_function(function, file, &self.session);
                if let Some(query) = &bound.query {
                    self.builder.query(id, &trace(query), file, self.locate, false);
                }
                if let Some(body) = &bound.body {
                    let none = TableName { name: name.name.clone(), ..name };
                    self.builder.query(id, &trace_row(body, &none, &[]), file, self.locate, false);
                }
            }
            StatementKind::AlterTable(alter) => self.alter(alter, file),
            _ => {}
        }
    }

    /// The statements of a script, a procedure or an executed text, each with the names that it sees.
    fn inner(&mut self, statement: &Statement, script: &Script<'_>, start: &Location) {
        let (builder, locate) = (&mut *self.builder, self.locate);
        let mut observer = |what: Observed<'_>, session: &Session<'_>, file: &Arc<SourceFile>| {
            // An executed text stands in the file that executes it.
            let own = |location: &Location| match Arc::ptr_eq(&location.file, file) {
                true => locate(&Location::new(script.file, location.span)),
                false => locate(location),
            };
            let script = Script { file, ..script.clone() };
            let mut teller = Teller { builder: &mut *builder, session: session.clone(), locate: &own };
            match what {
                Observed::Statement(statement) => match &statement.kind {
                    // They are told of one by one.
                    StatementKind::Script(_) | StatementKind::CreateProcedure(_) | StatementKind::Session(_) => {}
                    _ => teller.statement(statement, &script, start),
                },
                Observed::Query(query) => teller.read(query, file, &script, start),
            }
        };
        Running::new(self.session.clone(), script.file).observed(&mut observer).statement(statement);
    }

    /// Values that a statement puts into columns of a table.
    fn written(&mut self, kind: &StatementKind, relation: NodeId, file: &Arc<SourceFile>) {
        for query in written_by(kind, file, &self.session) {
            self.builder.query(relation, &trace(&query), file, self.locate, true);
        }
    }

    fn merge(&mut self, merge: &Merge, kind: &StatementKind, script: &Script<'_>, start: &Location) {
        self.read(&merge.source, script.file, script, start);
        let node = self.script_node(script, start);
        let Some(table) = resolve(&self.session, &merge.target.value) else { return };
        let relation = self.builder.relation(NodeKind::External, &table, None);
        let place = (self.locate)(&Location::new(script.file, merge.target.span));
        self.builder.link(relation, node, EdgeKind::Reads, Some(&place));
        self.written(kind, relation, script.file);
    }

    fn script_node(&mut self, script: &Script<'_>, start: &Location) -> NodeId {
        self.builder.item(NodeKind::Script, None, script.path, Some(start))
    }

    fn named(&mut self, column: NodeId, by: NodeId, at: &Location) {
        let place = (self.locate)(at);
        self.builder.link(column, by, EdgeKind::Named { role: Role::Value, explicit: true }, Some(&place));
    }

    /// A query whose rows a script shows or checks.
    fn read(&mut self, query: &Query, file: &Arc<SourceFile>, script: &Script<'_>, start: &Location) {
        let (bound, ..) = bind_partial(query, file, &self.session);
        let node = self.script_node(script, start);
        self.builder.query(node, &trace(&bound), file, self.locate, false);
    }

    fn insert(&mut self, insert: &Insert, script: &Script<'_>, start: &Location) {
        let file = script.file;
        self.read(&insert.query, file, script, start);
        let node = self.script_node(script, start);
        let Some(table) = resolve(&self.session, &insert.table.value) else { return };
        let relation = self.builder.relation(NodeKind::External, &table, None);
        let place = (self.locate)(&Location::new(file, insert.table.span));
        self.builder.link(relation, node, EdgeKind::Reads, Some(&place));
        for column in &insert.columns {
            let id = self.builder.column(relation, &column.value, None, None);
            self.named(id, node, &Location::new(file, column.span));
        }
        // By position, or by name: the outputs are the table's columns.
        let (bound, ..) = bind_partial(&insert.query, file, &self.session);
        let mut traced = trace(&bound);
        let listed: Vec<_> = insert.columns.iter().map(|column| column.value.clone()).collect();
        let info = self.session.catalog.table(&table);
        let names = match (listed.is_empty(), info) {
            (false, _) => listed,
            (true, Some(info)) => info.columns.iter().map(|column| column.name.clone()).collect(),
            (true, None) => return,
        };
        if !insert.by_name {
            for (output, name) in traced.outputs.iter_mut().zip(&names) {
                output.name = name.clone();
            }
        }
        self.builder.query(relation, &traced, file, self.locate, true);
    }

    fn changes(
        &mut self,
        node: NodeId,
        table: &crate::syntax::ast::Name,
        predicate: Option<&crate::syntax::ast::Expr>,
        file: &Arc<SourceFile>,
    ) {
        let Some(name) = resolve(&self.session, &table.value) else { return };
        let relation = self.builder.relation(NodeKind::External, &name, None);
        let place = (self.locate)(&Location::new(file, table.span));
        self.builder.link(relation, node, EdgeKind::Reads, Some(&place));
        let (Some(info), Some(predicate)) = (self.session.catalog.table(&name), predicate) else { return };
        let row = Column::row(&info.columns);
        let (bound, _) = bind_scalar(predicate, file, &self.session, &row, ScalarRule::PREDICATE);
        self.builder.query(node, &trace_row(&bound, &name, &row), file, self.locate, false);
    }

    fn table(&mut self, table: &CreateTable, file: &Arc<SourceFile>) {
        let Some(name) = resolve(&self.session, &table.name.value) else { return };
        let place = (self.locate)(&Location::new(file, table.name.span));
        let id = self.builder.relation(NodeKind::Table, &name, Some(&place));
        Defined::of(file, &table.columns, &table.constraints, &table.clauses, &self.session).tell(
            id,
            self.builder,
            self.locate,
        );
        let (bound, _) = bind_table(table, file, &self.session);
        if let Some(query) = &bound.query {
            self.builder.query(id, &trace(query), file, self.locate, true);
        }
        for column in bound.columns.iter().flatten() {
            self.builder.column(id, &column.name, column.data_type.as_ref(), None);
        }
    }

    fn alter(&mut self, alter: &AlterTable, file: &Arc<SourceFile>) {
        let Some(name) = resolve(&self.session, &alter.name.value) else { return };
        let relation = self.builder.relation(NodeKind::External, &name, None);
        match &alter.action {
            AlterAction::SetColumnTags { column, tags } => {
                let id = self.builder.column(relation, &column.value, None, None);
                let place = (self.locate)(&Location::new(file, column.span));
                for (key, value) in tags {
                    self.tagged(id, &key.value, &value.value, &place);
                }
            }
            // "Tags don't inherit to the column level" (Databricks documentation, "Apply tags to Unity Catalog securable
            // objects").
            AlterAction::SetTags(_) => {}
            AlterAction::SetMask { column, mask } => {
                let column = crate::syntax::ast::ColumnDef {
                    name: column.clone(),
                    data_type: None,
                    not_null: false,
                    comment: None,
                    default: None,
                    generated: None,
                    identity: false,
                    identity_options: Default::default(),
                    primary_key: false,
                    key: Default::default(),
                    collation: None,
                    mask: Some(mask.clone()),
                };
                let clauses = crate::syntax::ast::TableClauses::default();
                Defined::of(file, &[column], &[], &clauses, &self.session).tell(relation, self.builder, self.locate);
            }
            AlterAction::SetRowFilter(filter) => {
                let clauses =
                    crate::syntax::ast::TableClauses { row_filter: Some(filter.clone()), ..Default::default() };
                Defined::of(file, &[], &[], &clauses, &self.session).tell(relation, self.builder, self.locate);
            }
            _ => {}
        }
    }

    fn tagged(&mut self, column: NodeId, key: &str, value: &str, place: &Location) {
        let name = if value.is_empty() { key.to_string() } else { format!("{key}={value}") };
        self.builder.tag(column, &name, place.clone());
        let tag = self.builder.item(NodeKind::Tag, Some(column), key, Some(place));
        self.builder.link(column, tag, EdgeKind::Named { role: Role::Value, explicit: true }, Some(place));
    }

    fn story(&mut self, solution: &crate::render::RenderedSolution) {
        let Some((Some(node), _)) = solution.story.as_ref().map(Rendered::yaml) else { return };
        for entry in node.get("story").and_then(Node::as_list).unwrap_or_default() {
            let (Some(sql), Some(id)) = (entry.get("sql"), entry.get("id").and_then(Node::as_str)) else { continue };
            let Some(text) = sql.as_str() else { continue };
            let file = SourceFile::new(sql.location.file.name(), text);
            let (Some(query), _) = crate::syntax::parse_query(&file) else { continue };
            let (bound, ..) = bind_partial(&query, &file, &self.session);
            let place = (self.locate)(&entry.location);
            let item = self.builder.item(NodeKind::Story, None, id, Some(&place));
            let locate = |location: &Location| (self.locate)(&sql.locate(location.span));
            self.builder.query(item, &trace(&bound), &file, &locate, false);
        }
    }
}
