//! What makes tables and views, and the order in which it is bound: each after what it reads, in whichever file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::analyze::pipeline::{Outline, analyze_one, outline};
use crate::analyze::{self, Proof, Session, bind_partial, bind_table};
use crate::catalog::{RelationKind, TableInfo};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile};
use crate::graph::Graph;
use crate::ident::TableName;
use crate::syntax::Parsed;
use crate::syntax::ast::{
    CreateDataset, CreateTable, DatasetKind, DatasetSource, Query, StatementKind, TableConstraint,
};

use super::surroundings::PipelineSource;

/// The statements of a SQL file.
pub(super) struct Script<'c> {
    pub(super) path: &'c str,
    pub(super) file: &'c Arc<SourceFile>,
    pub(super) parsed: &'c Parsed,
}

/// Something that makes tables or views for others to read.
pub(super) enum Unit<'c> {
    Pipeline {
        source: &'c PipelineSource,
        files: Vec<(Arc<SourceFile>, Parsed)>,
    },
    /// A statement outside of all pipelines.
    Object(Object<'c>),
}

pub(super) struct Object<'c> {
    pub(super) name: TableName,
    pub(super) file: &'c Arc<SourceFile>,
    statement: Made<'c>,
}

enum Made<'c> {
    Table(&'c CreateTable),
    View(&'c CreateDataset),
}

/// The tables and views that a file's statements make by themselves. What a pipeline would have to make is left out.
pub(super) fn objects<'c>(script: &Script<'c>, session: &Session<'_>) -> Vec<Object<'c>> {
    let made = script.parsed.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::CreateTable(table) if !table.temporary => Some(Made::Table(table)),
        StatementKind::CreateDataset(view) if view.kind == DatasetKind::View => Some(Made::View(view)),
        _ => None,
    });
    let object = |statement: Made<'c>| {
        let name = statement.name().value.resolve(&session.current_catalog, &session.current_schema).ok()?;
        Some(Object { name, file: script.file, statement })
    };
    made.filter_map(object).collect()
}

impl<'c> Made<'c> {
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
            Made::Table(table) => {
                let (bound, found) = bind_table(table, self.file, session);
                (bound.columns.map(|columns| self.info(RelationKind::Table, columns)), bound.proof, found)
            }
            Made::View(view) => {
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
            Made::Table(table) => &table.clauses,
            Made::View(view) => &view.clauses,
        };
        let comment = clauses.comment.as_ref().map(|text| text.value.clone());
        TableInfo { name: self.name.clone(), kind, columns, append_only: true, comment }
    }

    /// `CREATE OR REPLACE TABLE t AS SELECT … FROM t` reads what was there before.
    fn may_read_itself(&self) -> bool {
        matches!(self.statement, Made::Table(CreateTable { or_replace: true, .. }))
    }
}

/// What the units make, and the units by position, each after what it reads.
pub(super) struct Order {
    pub(super) makes: Vec<TableName>,
    pub(super) sequence: Vec<usize>,
}

/// Where units read each other in a cycle, the resources that they make do so too, and that is reported there.
pub(super) fn order(units: &[Unit<'_>], sessions: &[Session<'_>], out: &mut Diagnostics) -> Order {
    // A pipeline puts its own datasets in order.
    if let [] | [Unit::Pipeline { .. }] = units {
        return Order { makes: Vec::new(), sequence: (0..units.len()).collect() };
    }
    let outlines: Vec<_> = units.iter().zip(sessions).map(|(unit, session)| outline_of(unit, session)).collect();
    let mut makers: BTreeMap<&TableName, usize> = BTreeMap::new();
    for (index, outline) in outlines.iter().enumerate() {
        for name in &outline.makes {
            makers.entry(name).or_insert(index);
        }
    }
    let mut graph: Graph<usize> = Graph::default();
    for (index, outline) in outlines.iter().enumerate() {
        graph.add_node(index);
        for maker in outline.reads.iter().filter_map(|name| makers.get(name)) {
            match &units[index] {
                _ if *maker != index => graph.add_edge(index, *maker, None),
                Unit::Object(object) if !object.may_read_itself() => {
                    let message = format!("`{}` reads itself", object.name);
                    let location = Location::new(object.file, object.statement.name().span);
                    out.push(Diagnostic::error(Code::DEPENDENCY_CYCLE, message).at(location));
                }
                Unit::Object(_) | Unit::Pipeline { .. } => {}
            }
        }
    }
    let makes = makers.into_keys().cloned().collect();
    Order { makes, sequence: graph.order_despite_cycles() }
}

fn outline_of(unit: &Unit<'_>, session: &Session<'_>) -> Outline {
    match unit {
        Unit::Pipeline { files, .. } => outline(files, session),
        Unit::Object(object) => {
            let read = object.statement.query().map(|query| bind_partial(query, object.file, session).0);
            let mut reads: BTreeSet<TableName> = read.iter().flat_map(analyze::tables).collect();
            let referred = analyze::referred_tables(object.statement.constraints(), session);
            reads.extend(referred.into_iter().filter(|table| *table != object.name));
            Outline { makes: BTreeSet::from([object.name.clone()]), reads }
        }
    }
}
