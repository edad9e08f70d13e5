//! What tests of SQL use: the datasets under test, the tables that they give rows to, and the columns of all rows.

use crate::analyze::{How, Role, Source, Trace, bind_partial, trace};
use crate::diag::{Location, SourceFile, Span};
use crate::ident::{Identifier, TableName};
use crate::lineage::{EdgeKind, NodeId, NodeKind};
use crate::project::yaml::Located;
use crate::project::{Given, Outcome, Rows, SqlTest};
use crate::render::{Rendered, RenderedSolution};
use crate::syntax::parse_query;

use super::collect::Teller;
use crate::pipeline::sql_test::{id, table_of};

/// The cases of one file.
pub(in crate::pipeline) struct Case<'c> {
    pub(in crate::pipeline) rendered: &'c Rendered,
    pub(in crate::pipeline) tests: Vec<SqlTest>,
}

/// Whose columns the expected rows name.
enum Shown {
    Dataset(NodeId),
    /// Those of the case's query that have no name of their own.
    Query(Vec<(Identifier, NodeId)>),
}

impl Teller<'_> {
    pub(super) fn cases(&mut self, solution: &RenderedSolution, case: &Case<'_>) {
        for test in &case.tests {
            self.case(solution, case.rendered, test);
        }
    }

    fn case(&mut self, solution: &RenderedSolution, rendered: &Rendered, test: &SqlTest) {
        let place = (self.locate)(&test.name.location);
        let node = self.builder.item(NodeKind::Test, None, &id(&solution.name, rendered, test), Some(&place));
        let mut shown = None;
        for model in &test.models {
            shown = self.named_table(node, solution, model).map(Shown::Dataset);
        }
        if test.query_node.is_some() {
            shown = self.case_query(node, test).map(Shown::Query);
        }
        for given in test.given.iter().chain(test.batches.iter().flatten()) {
            self.given(node, solution, given);
        }
        let Outcome::Rows { rows, tolerance, .. } = &test.outcome else { return };
        let Some(shown) = shown else { return };
        let columns = rows.iter().flat_map(columns).chain(tolerance.iter().map(|(column, _)| column));
        for column in columns {
            self.shown(node, &shown, column);
        }
    }

    fn named_table(&mut self, test: NodeId, solution: &RenderedSolution, name: &Located<String>) -> Option<NodeId> {
        let table = table_of(solution, &name.value)?;
        let relation = self.builder.relation(NodeKind::External, &table, None);
        let place = (self.locate)(&name.location);
        self.builder.link(relation, test, EdgeKind::Reads, Some(&place));
        Some(relation)
    }

    fn given(&mut self, test: NodeId, solution: &RenderedSolution, given: &Given) {
        let Some(relation) = self.named_table(test, solution, &given.table) else { return };
        let shown = Shown::Dataset(relation);
        for column in columns(&given.rows) {
            self.shown(test, &shown, column);
        }
    }

    fn shown(&mut self, test: NodeId, shown: &Shown, column: &Located<String>) {
        let Ok(name) = Identifier::new(&column.value) else { return };
        let ids = match shown {
            Shown::Dataset(relation) => vec![self.builder.column(*relation, &name, None, None)],
            Shown::Query(known) => known.iter().filter(|(known, _)| *known == name).map(|(_, id)| *id).collect(),
        };
        let place = (self.locate)(&column.location);
        for id in ids {
            let named = EdgeKind::Named { role: Role::Value, explicit: true };
            self.builder.link(id, test, named, Some(&place));
        }
    }

    /// Tells what the case's query reads; the columns that it shows under the names that they have in their tables.
    fn case_query(&mut self, test: NodeId, case: &SqlTest) -> Option<Vec<(Identifier, NodeId)>> {
        let node = case.query_node.as_ref()?;
        let file = SourceFile::new(node.location.file.name(), node.as_str()?);
        let (bound, ..) = bind_partial(&parse_query(&file).0?, &file, &self.session);
        let traced = trace(&bound);
        let locate = |location: &Location| (self.locate)(&node.locate(location.span));
        self.builder.query(test, &traced, &file, &locate, false);
        Some(self.named_by_source(&traced, &file))
    }

    /// The outputs of a query that have the name of the column that they show only because it has it.
    pub(super) fn named_by_source(&mut self, traced: &Trace, file: &SourceFile) -> Vec<(Identifier, NodeId)> {
        let text = |span: Span| file.text().get(span.range()).unwrap_or_default();
        let mut found = Vec::new();
        for output in &traced.outputs {
            let behind = file.text().get(output.span.range().end..).unwrap_or_default();
            for (column, how) in &output.from {
                let Some((source, name)) = traced.columns.get(*column as usize) else { continue };
                let Some(Source::Table(table)) = traced.sources.get(*source as usize) else { continue };
                let mut uses = traced.uses.iter().filter(|used| used.column == *column);
                let starred = uses.any(|used| text(used.span).ends_with('*'));
                if *how == How::Copy && *name == output.name && (starred || !is_renamed(behind)) {
                    found.push((name.clone(), self.column_of(table, name)));
                }
            }
        }
        found
    }

    fn column_of(&mut self, table: &TableName, name: &Identifier) -> NodeId {
        let relation = self.builder.relation(NodeKind::External, table, None);
        self.builder.column(relation, name, None, None)
    }
}

fn columns(rows: &Rows) -> impl Iterator<Item = &Located<String>> {
    let cells = rows.each.iter().chain(rows.rows.iter().flat_map(|row| &row.cells));
    cells.map(|cell| &cell.column)
}

/// Does a name of its own follow an item of a `SELECT` list?
fn is_renamed(behind: &str) -> bool {
    let next = behind.trim_start();
    let is_from = next.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("from"));
    !(next.is_empty() || next.starts_with([',', ';', ')']) || is_from)
}
