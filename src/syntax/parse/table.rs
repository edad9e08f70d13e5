//! `CREATE TABLE`.

use crate::syntax::ast::{CreateTable, StatementKind};
use crate::syntax::error::{Parse, SyntaxError};

use super::cursor::Cursor;
use super::dataset::Modifiers;

impl Cursor<'_> {
    /// After `CREATE … [EXTERNAL] TABLE`.
    pub(super) fn create_table(&mut self, modifiers: &Modifiers, external: bool) -> Parse<StatementKind> {
        let if_not_exists = self.if_not_exists();
        let name = self.created_name("the table's name")?;
        if self.is_words("SHALLOW CLONE") || self.is_words("DEEP CLONE") || self.is_words("CLONE") {
            return Ok(self.opaque("CREATE TABLE CLONE"));
        }
        if self.is_words("LIKE") {
            return Ok(self.opaque("CREATE TABLE LIKE"));
        }
        let elements = self.elements()?;
        for expectation in &elements.expectations {
            let error =
                SyntaxError::new(expectation.name.span, "`EXPECT` belongs to a dataset of a pipeline, not to a table");
            self.errors.push(
                error.hint("use `CREATE OR REFRESH STREAMING TABLE` or `MATERIALIZED VIEW`, or a `CHECK` constraint"),
            );
        }
        let clauses = self.table_clauses()?;
        self.refuse_both_layouts(&clauses);
        let query = if self.eat_words("AS") || self.at_query() { Some(self.query_to_end()?) } else { None };
        if !self.at_end() {
            return Err(self.unexpected_clause("a table clause, `AS` or the end of the statement"));
        }
        Ok(StatementKind::CreateTable(Box::new(CreateTable {
            or_replace: modifiers.or_replace,
            if_not_exists,
            temporary: modifiers.temporary,
            external,
            name,
            columns: elements.columns,
            constraints: elements.constraints,
            clauses,
            query,
        })))
    }
}
