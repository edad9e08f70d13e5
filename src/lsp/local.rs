//! Names that only their own statement knows: common table expressions and aliases.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::analyze::{Session, bind_query};
use crate::catalog::{Catalog, FunctionInfo, TableInfo};
use crate::diag::{Location, Span};
use crate::ident::{Identifier, TableName};
use crate::syntax::ast::{DatasetSource, FlowBody, Query as Tree, Statement, StatementKind};
use crate::syntax::parse;

use super::at::{Subject, in_tag};
use super::facts::Facts;
use super::query::{Query, What};
use super::scope::{Column, Scope};
use super::target::Target;

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Local {
    pub(super) title: String,
    pub(super) columns: Vec<Column>,
    /// Where it is defined, and where else it is named; `None` and none in a text that was not checked.
    pub(super) place: Option<Location>,
    pub(super) uses: Vec<Location>,
}

/// The common table expression or alias that a name stands for.
pub(super) fn at(facts: &Facts, file: &str, text: &str, offset: usize) -> Option<(Subject, Span)> {
    if !file.ends_with(".sql") || in_tag(text, offset) {
        return None;
    }
    let query = Query::around(text, offset);
    let index = query.name_at(offset)?;
    let target = query.target(index)?;
    let scope = Scope::new(facts, file, &query);
    let (title, columns) = match &target {
        Target::Named { name, .. } => {
            (format!("common table expression {name}"), scope.columns(&What::Named(name.clone()), 0))
        }
        Target::Alias { alias, what, .. } => {
            let of = match what {
                What::Ref(name) | What::Source(name) | What::Named(name) => format!(" of {name}"),
                What::This => " of this table".to_string(),
                What::Query(_) => " of a query".to_string(),
            };
            (format!("alias {alias}{of}"), scope.columns(what, 0))
        }
    };
    let known = facts.files.get(file).filter(|known| known.text() == text);
    let place = |index: usize| Some(Location::new(known?, query.span(index)?));
    let same = |other: &usize| query.target(*other).is_some_and(|other| other.token() == target.token());
    let uses = query.all().filter(|other| *other != target.token()).filter(same).filter_map(place);
    let local = Local { title, columns, place: place(target.token()), uses: uses.collect() };
    Some((Subject::Local(Box::new(local)), query.span(index)?))
}

/// The columns of the common table expressions of a file as the last check's text of it binds, by their names in lower
/// case; of names that stand for several, none.
pub(super) fn bound(facts: &Facts, file: &str) -> BTreeMap<String, Vec<Column>> {
    let mut found: BTreeMap<String, Option<Vec<Column>>> = BTreeMap::new();
    let (Some(rendered), Some(model)) = (facts.rendered.get(file), facts.model(file)) else { return BTreeMap::new() };
    let Ok(name) = TableName::parse(&model.table) else { return BTreeMap::new() };
    let session = Session::new(facts, name.catalog, name.schema);
    for statement in &parse(&rendered.output).statements {
        for tree in queries(statement) {
            let (Some(query), _) = bind_query(tree, &rendered.output, &session) else { continue };
            for cte in query.ctes {
                let column = |column: crate::analyze::bound::Column| {
                    (column.name.as_str().to_string(), column.ty.map(|ty| ty.to_string()))
                };
                let columns = cte.columns.into_iter().map(column).collect();
                let entry = found.entry(cte.name.as_str().to_lowercase());
                entry.and_modify(|known| *known = None).or_insert(Some(columns));
            }
        }
    }
    found.into_iter().filter_map(|(name, columns)| Some((name, columns?))).collect()
}

fn queries(statement: &Statement) -> Vec<&Tree> {
    match &statement.kind {
        StatementKind::CreateDataset(dataset) => match &dataset.source {
            DatasetSource::Query(query) => vec![query],
            DatasetSource::Flow(body) => of_flow(body).into_iter().collect(),
            DatasetSource::None => Vec::new(),
        },
        StatementKind::CreateFlow(made) => of_flow(&made.body).into_iter().collect(),
        StatementKind::CreateTable(table) => table.query.iter().collect(),
        StatementKind::Insert(insert) => vec![&insert.query],
        StatementKind::Query(query) => vec![query],
        _ => Vec::new(),
    }
}

fn of_flow(body: &FlowBody) -> Option<&Tree> {
    match body {
        FlowBody::Insert { query, .. }
        | FlowBody::ReplaceWhere { query, .. }
        | FlowBody::ReplaceUsing { query, .. } => Some(query),
        FlowBody::AutoCdc { .. } => None,
    }
}

/// What the last check knew. What it did not know is not known to be absent.
impl Catalog for Facts {
    fn table(&self, name: &TableName) -> Option<Arc<TableInfo>> {
        self.tables.get(&name.to_string().to_lowercase()).cloned()
    }

    fn function(&self, name: &TableName) -> Option<Arc<FunctionInfo>> {
        self.functions.get(&name.to_string().to_lowercase()).cloned()
    }

    fn knows_schema(&self, _: &Identifier, _: &Identifier) -> bool {
        false
    }

    fn table_names(&self, _: &Identifier, _: &Identifier) -> Vec<Identifier> {
        Vec::new()
    }
}
