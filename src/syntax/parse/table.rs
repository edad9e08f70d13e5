//! `CREATE TABLE`, also as a copy of another.

use crate::syntax::ast::{CopyHow, CopyTable, CreateTable, Name, StatementKind, Version};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;
use super::dataset::Modifiers;

impl Cursor<'_> {
    /// After `CREATE … [EXTERNAL] TABLE`.
    pub(super) fn create_table(&mut self, modifiers: &Modifiers, external: bool) -> Parse<StatementKind> {
        let if_not_exists = self.if_not_exists();
        let name = self.created_name("the table's name")?;
        let how = match self.eat_one_of(&["SHALLOW CLONE", "DEEP CLONE", "CLONE", "LIKE"]) {
            Some("SHALLOW CLONE") => Some(CopyHow::Shallow),
            Some("LIKE") => Some(CopyHow::Like),
            Some(_) => Some(CopyHow::Deep),
            None => None,
        };
        if let Some(how) = how {
            return self.copied_table(modifiers, if_not_exists, external, name, how);
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

    fn copied_table(
        &mut self,
        modifiers: &Modifiers,
        if_not_exists: bool,
        external: bool,
        name: Name,
        how: CopyHow,
    ) -> Parse<StatementKind> {
        let source = self.name("the table that is copied")?;
        let version = if how == CopyHow::Like { None } else { self.version()? };
        let clauses = self.table_clauses()?;
        if !self.at_end() {
            return Err(self.unexpected_clause("a table clause or the end of the statement"));
        }
        let or_replace = modifiers.or_replace;
        let copy = CopyTable { or_replace, if_not_exists, external, name, how, source, version, clauses };
        Ok(StatementKind::CopyTable(Box::new(copy)))
    }

    /// `[FOR] VERSION AS OF n`, `[FOR] TIMESTAMP AS OF expr`, if it is there.
    pub(super) fn version(&mut self) -> Parse<Option<Version>> {
        let named = usize::from(self.is_words("FOR"));
        let word = self.word_at(named).to_ascii_uppercase();
        if !matches!(word.as_str(), "VERSION" | "TIMESTAMP" | "SYSTEM_VERSION" | "SYSTEM_TIME") {
            return Ok(None);
        }
        self.at += named + 1;
        self.expect_words("AS OF")?;
        if word.ends_with("VERSION") {
            let start = self.here();
            if !self.eat(TokenKind::Number) && !self.eat(TokenKind::String) {
                return Err(self.expected("the number of a version"));
            }
            return Ok(Some(Version::Number(self.text_since(start))));
        }
        let ends = ["USING", "LOCATION", "TBLPROPERTIES", "COMMENT", "CLUSTER BY"];
        Ok(Some(Version::Timestamp(self.condition(&ends)?)))
    }
}
