//! What tests of SQL name: the tables and columns that they give, and those whose rows they expect.

use std::sync::Arc;

use crate::analyze::{How, Role, Source, bind_partial, trace};
use crate::diag::{Diagnostics, Location, SourceFile};
use crate::ident::{Identifier, TableName};
use crate::lineage::{EdgeKind, NodeId, NodeKind};
use crate::project::{Given, Located, Outcome, Rows, SqlTest, sql_tests};
use crate::render::RenderedSolution;

use super::collect::Teller;

/// From the name of a table, as tests write it.
type Named<'n> = &'n dyn Fn(&Located<String>) -> Option<TableName>;

const NAMED: EdgeKind = EdgeKind::Named { role: Role::Value, explicit: true };

impl Teller<'_> {
    /// `named` knows how tests name tables. What is wrong with the files was reported.
    pub(super) fn tests(&mut self, solution: &RenderedSolution, named: Named<'_>) {
        for rendered in &solution.tests {
            let (Some(node), _) = rendered.yaml() else { continue };
            let mut known = Diagnostics::default();
            let file = rendered.template.name().rsplit('/').next().unwrap_or_default();
            let stem = file.trim_end_matches(".yaml").trim_end_matches(".yml");
            for test in sql_tests(&node, &solution.test_rows, &mut known) {
                let place = (self.locate)(&test.name.location);
                let label = format!("{}/{stem}/{}", solution.name, test.name.value);
                let id = self.builder.item(NodeKind::Test, None, &label, Some(&place));
                self.test(id, &test, named);
            }
        }
    }

    fn test(&mut self, id: NodeId, test: &SqlTest, named: Named<'_>) {
        for given in test.given.iter().chain(test.batches.iter().flatten()) {
            self.given(id, given, named);
        }
        for model in &test.models {
            self.reads(id, model, named);
        }
        let Outcome::Rows { rows: Some(rows), tolerance, .. } = &test.outcome else {
            self.asked(id, test, &|_| Vec::new());
            return;
        };
        let written = |name: &Identifier| -> Vec<Location> {
            let cells = rows.each.iter().chain(rows.rows.iter().flat_map(|row| &row.cells));
            let all = cells.map(|cell| &cell.column).chain(tolerance.iter().map(|(column, _)| column));
            let same = all.filter(|column| column.value.eq_ignore_ascii_case(name.as_str()));
            same.map(|column| column.location.clone()).collect()
        };
        if test.query.is_some() {
            self.asked(id, test, &written);
        } else if let Some(table) = test.models.last().and_then(named) {
            self.rows(id, &table, rows);
            for (column, _) in tolerance {
                self.cell(id, &table, column);
            }
        }
    }

    fn given(&mut self, id: NodeId, given: &Given, named: Named<'_>) {
        self.reads(id, &given.table, named);
        if let Some(table) = named(&given.table) {
            self.rows(id, &table, &given.rows);
        }
    }

    fn reads(&mut self, id: NodeId, table: &Located<String>, named: Named<'_>) {
        let Some(name) = named(table) else { return };
        let relation = self.builder.relation(NodeKind::External, &name, None);
        let place = (self.locate)(&table.location);
        self.builder.link(relation, id, EdgeKind::Reads, Some(&place));
    }

    fn rows(&mut self, id: NodeId, table: &TableName, rows: &Rows) {
        for cell in rows.each.iter().chain(rows.rows.iter().flat_map(|row| &row.cells)) {
            self.cell(id, table, &cell.column);
        }
    }

    fn cell(&mut self, id: NodeId, table: &TableName, column: &Located<String>) {
        // A slip was reported; it must not make a column.
        let Ok(name) = Identifier::new(&column.value) else { return };
        let info = self.session.catalog.table(table);
        if info.is_some_and(|info| !info.columns.iter().any(|known| known.name == name)) {
            return;
        }
        let relation = self.builder.relation(NodeKind::External, table, None);
        let column_id = self.builder.column(relation, &name, None, None);
        let place = (self.locate)(&column.location);
        self.builder.link(column_id, id, NAMED, Some(&place));
    }

    /// The query whose rows are looked at. A column that it hands on under its own name is expected under that name.
    fn asked(&mut self, id: NodeId, test: &SqlTest, written: &dyn Fn(&Identifier) -> Vec<Location>) {
        let Some((node, text)) = test.query_node.as_ref().and_then(|node| Some((node, node.as_str()?))) else { return };
        let file: Arc<SourceFile> = SourceFile::new(node.location.file.name(), text);
        let (Some(query), _) = crate::syntax::parse_query(&file) else { return };
        let (bound, ..) = bind_partial(&query, &file, &self.session);
        let traced = trace(&bound);
        let locate = |location: &Location| (self.locate)(&node.locate(location.span));
        self.builder.query(id, &traced, &file, &locate, false);
        for output in &traced.outputs {
            for (column, how) in &output.from {
                let Some((source, name)) = traced.columns.get(*column as usize) else { continue };
                let Some(Source::Table(table)) = traced.sources.get(*source as usize) else { continue };
                if *how != How::Copy || name != &output.name {
                    continue;
                }
                let relation = self.builder.relation(NodeKind::External, table, None);
                let column = self.builder.column(relation, name, None, None);
                for place in written(name) {
                    self.builder.link(column, id, NAMED, Some(&(self.locate)(&place)));
                }
            }
        }
    }
}
