//! What makes tables and views, and the order in which it is bound: each after what it reads, in whichever file.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use crate::analyze::pipeline::{Made, Makes, Mentions, analyze_one};
use crate::analyze::{self, Proof, Session, Variables, bind_partial, bind_table};
use crate::catalog::{RelationKind, TableInfo};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile};
use crate::graph::Graph;
use crate::ident::{Identifier, TableName};
use crate::syntax::Parsed;
use crate::syntax::ast::{
    CreateDataset, CreateTable, DatasetKind, DatasetSource, Query, StatementKind, TableConstraint,
};

use super::surroundings::PipelineSource;

/// The statements of a SQL file, or a part of them.
#[derive(Clone)]
pub(super) struct Script<'c> {
    pub(super) path: &'c str,
    pub(super) file: &'c Arc<SourceFile>,
    pub(super) parsed: &'c Parsed,
    /// The catalog and the schema that a script uses, where these are not the solution's.
    pub(super) namespace: Option<Namespace>,
}

pub(super) type Namespace = (Identifier, Identifier);

/// Something that makes tables or views for others to read.
pub(super) enum Unit<'c> {
    Pipeline {
        source: &'c PipelineSource,
        files: Vec<(Arc<SourceFile>, Cow<'c, Parsed>)>,
    },
    /// A statement outside of all pipelines.
    Object(Object<'c>),
}

pub(super) struct Object<'c> {
    pub(super) name: TableName,
    pub(super) file: &'c Arc<SourceFile>,
    pub(super) namespace: Option<Namespace>,
    /// Of the session in which a table is made.
    variables: Variables,
    statement: Statement<'c>,
}

enum Statement<'c> {
    Table(&'c CreateTable),
    View(&'c CreateDataset),
}

/// The tables and views that a file's statements make by themselves. What a pipeline would have to make is left out.
pub(super) fn objects<'c>(script: &Script<'c>, session: &Session<'_>) -> Vec<Object<'c>> {
    let made = script.parsed.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::CreateTable(table) if !table.temporary => Some(Statement::Table(table)),
        StatementKind::CreateDataset(view) if view.kind == DatasetKind::View => Some(Statement::View(view)),
        _ => None,
    });
    let variables = Variables::declared(&script.parsed.statements);
    let object = |statement: Statement<'c>| {
        let name = statement.name().value.resolve(&session.current_catalog, &session.current_schema).ok()?;
        let (namespace, variables) = (script.namespace.clone(), variables.clone());
        Some(Object { name, file: script.file, namespace, variables, statement })
    };
    made.filter_map(object).collect()
}

impl<'c> Statement<'c> {
    fn name(&self) -> &'c crate::syntax::ast::Name {
        match self {
            Self::Table(table) => &table.name,
            Self::View(view) => &view.name,
        }
    }

    fn constraints(&self) -> &'c [TableConstraint] {
        match self {
            Self::Table(table) => &table.constraints,
            Self::View(view) => &view.constraints,
        }
    }

    fn query(&self) -> Option<&'c Query> {
        match self {
            Self::Table(table) => table.query.as_ref(),
            Self::View(view) => match &view.source {
                DatasetSource::Query(query) => Some(query),
                DatasetSource::None | DatasetSource::Flow(_) => None,
            },
        }
    }
}

impl Object<'_> {
    /// What readers see of it; `None` where its columns are not known.
    pub(super) fn bind(&self, session: &Session<'_>) -> (Option<TableInfo>, Proof, Diagnostics) {
        match &self.statement {
            Statement::Table(table) => {
                let session = Session { variables: self.variables.clone(), ..session.clone() };
                let (bound, found) = bind_table(table, self.file, &session);
                (bound.columns.map(|columns| self.info(RelationKind::Table, columns)), bound.proof, found)
            }
            Statement::View(view) => {
                let (bound, found) = analyze_one(view, self.file, session);
                let mut proof = Proof::default();
                for flow in bound.iter().flat_map(|view| &view.flows) {
                    proof.add(flow.query.proof);
                }
                (bound.map(|view| self.info(RelationKind::View, view.columns)), proof, found)
            }
        }
    }

    fn info(&self, kind: RelationKind, columns: Vec<crate::catalog::ColumnInfo>) -> TableInfo {
        let clauses = match &self.statement {
            Statement::Table(table) => &table.clauses,
            Statement::View(view) => &view.clauses,
        };
        let comment = clauses.comment.as_ref().map(|text| text.value.clone());
        TableInfo { name: self.name.clone(), kind, columns, append_only: true, comment }
    }

    /// The tables of its foreign keys.
    fn referred(&self, session: &Session<'_>) -> BTreeSet<TableName> {
        let referred = analyze::referred_tables(self.statement.constraints(), session);
        referred.into_iter().filter(|table| *table != self.name).collect()
    }

    fn reads(&self, session: &Session<'_>) -> BTreeSet<TableName> {
        let read = self.statement.query().map(|query| bind_partial(query, self.file, session).0);
        read.iter().flat_map(analyze::tables).collect()
    }

    /// `CREATE OR REPLACE TABLE t AS SELECT … FROM t` reads what was there before.
    fn may_read_itself(&self) -> bool {
        matches!(self.statement, Statement::Table(CreateTable { or_replace: true, .. }))
    }
}

/// What the units make, and the units by position, each after what it reads.
pub(super) struct Order {
    pub(super) makes: Vec<TableName>,
    pub(super) sequence: Vec<usize>,
    /// What the datasets of each unit mention, where that had to be found out.
    pub(super) mentions: Vec<Option<Mentions>>,
    /// Do units read each other, so that one of them comes before what it reads?
    pub(super) is_tangled: bool,
}

/// Where units read each other in a cycle, the resources that they make do so too, and that is reported there.
pub(super) fn order(units: &[Unit<'_>], sessions: &[Session<'_>], out: &mut Diagnostics) -> Order {
    // A pipeline puts its own datasets in order.
    if let [] | [Unit::Pipeline { .. }] = units {
        let mentions = vec![None; units.len()];
        return Order { makes: Vec::new(), sequence: (0..units.len()).collect(), mentions, is_tangled: false };
    }
    let makes: Vec<Makes> =
        units.par_iter().zip(sessions.par_iter()).map(|(unit, session)| makes(unit, session)).collect();
    let mut makers: HashMap<&TableName, usize> = HashMap::new();
    for (index, makes) in makes.iter().enumerate() {
        for name in &makes.seen {
            makers.entry(name).or_insert(index);
        }
    }
    let names = makers.keys().copied().chain(makes.iter().flat_map(|makes| &makes.private));
    let made = sessions.first().map(|session| Made::new(names, session));
    let read = Read::all(units, sessions, made.as_ref());
    let mentioned = graph(&read, &makers);
    // Only what is mentioned in a ring needs to be looked at closely.
    let graph =
        if mentioned.order().is_ok() { mentioned } else { self::graph(&Read::all(units, sessions, None), &makers) };
    for (unit, session) in units.iter().zip(sessions) {
        out.extend(reads_itself(unit, session));
    }
    let mut names: Vec<TableName> = makers.keys().map(|name| (*name).clone()).collect();
    names.sort();
    let mentions = read.into_iter().map(|read| read.datasets).collect();
    let is_tangled = graph.order().is_err();
    Order { makes: names, sequence: graph.order_despite_cycles(), mentions, is_tangled }
}

/// What a unit reads.
struct Read {
    /// Of a pipeline, by dataset.
    datasets: Option<Mentions>,
    /// By the unit itself, and through foreign keys.
    others: BTreeSet<TableName>,
}

impl Read {
    /// Exactly, or all that is mentioned of what is `made`.
    fn all(units: &[Unit<'_>], sessions: &[Session<'_>], made: Option<&Made>) -> Vec<Self> {
        units.par_iter().zip(sessions.par_iter()).map(|(unit, session)| Self::of(unit, session, made)).collect()
    }

    fn of(unit: &Unit<'_>, session: &Session<'_>, made: Option<&Made>) -> Self {
        match (unit, made) {
            (Unit::Pipeline { files, .. }, _) => Self {
                datasets: Some(analyze::pipeline::reads(files, session, made)),
                others: analyze::pipeline::referred(files, session),
            },
            (Unit::Object(object), Some(made)) => {
                let mut others = object.referred(session);
                if let Some(query) = object.statement.query() {
                    made.in_text(object.file, query.span, None, session, &mut others);
                }
                Self { datasets: None, others }
            }
            (Unit::Object(object), None) => {
                let mut others = object.referred(session);
                others.extend(object.reads(session));
                Self { datasets: None, others }
            }
        }
    }

    fn tables(&self) -> impl Iterator<Item = &TableName> {
        self.datasets.iter().flat_map(Mentions::values).flatten().chain(&self.others)
    }
}

fn graph(read: &[Read], makers: &HashMap<&TableName, usize>) -> Graph<usize> {
    let mut graph: Graph<usize> = Graph::default();
    for (index, read) in read.iter().enumerate() {
        graph.add_node(index);
        let makers: BTreeSet<usize> = read.tables().filter_map(|name| makers.get(name)).copied().collect();
        for maker in makers.into_iter().filter(|maker| *maker != index) {
            graph.add_edge(index, maker, None);
        }
    }
    graph
}

fn makes(unit: &Unit<'_>, session: &Session<'_>) -> Makes {
    match unit {
        Unit::Pipeline { files, .. } => analyze::pipeline::makes(files, session),
        Unit::Object(object) => Makes { seen: BTreeSet::from([object.name.clone()]), private: BTreeSet::new() },
    }
}

fn reads_itself(unit: &Unit<'_>, session: &Session<'_>) -> Option<Diagnostic> {
    let Unit::Object(object) = unit else { return None };
    if object.may_read_itself() || !object.reads(session).contains(&object.name) {
        return None;
    }
    let message = format!("`{}` reads itself", object.name);
    let location = Location::new(object.file, object.statement.name().span);
    Some(Diagnostic::error(Code::DEPENDENCY_CYCLE, message).at(location))
}
