//! `INSERT`, `UPDATE`, `DELETE`, `TRUNCATE`.

use crate::syntax::ast::{Delete, Expr, Ident, Insert, Name, StatementKind, Update};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

const QUERY_STARTS: [&str; 5] = ["SELECT", "WITH", "VALUES", "FROM", "TABLE"];

impl Cursor<'_> {
    /// After `INSERT`.
    pub(super) fn insert(&mut self) -> Parse<StatementKind> {
        self.eat_words("WITH SCHEMA EVOLUTION");
        let overwrite = match self.eat_one_of(&["INTO", "OVERWRITE"]) {
            Some(word) => word == "OVERWRITE",
            None => return Err(self.expected("`INTO` or `OVERWRITE`")),
        };
        self.eat_words("TABLE");
        let table = self.name("the table")?;
        if self.is_words("PARTITION") || self.is_words("REPLACE ON") {
            return Ok(self.opaque("INSERT"));
        }
        let by_name = self.eat_words("BY NAME");
        let listed = !by_name && self.is(TokenKind::LeftParen) && self.column_list_ahead();
        let columns = if listed { self.columns()? } else { Vec::new() };
        let mut replace_where = None;
        let mut replace_using = Vec::new();
        if self.eat_words("REPLACE WHERE") {
            // `FROM` may stand in the condition (`IS DISTINCT FROM`); a query that begins with it stands in parentheses.
            let end = self.find_words(&["SELECT", "WITH", "VALUES", "TABLE"], false);
            replace_where = Some(self.expr_until(end));
        } else if self.eat_words("REPLACE USING") {
            replace_using = self.columns()?;
        }
        let query = self.query_to_end()?;
        let insert = Insert { overwrite, table, columns, by_name, replace_where, replace_using, query };
        Ok(StatementKind::Insert(Box::new(insert)))
    }

    /// Whether the parenthesis that comes next holds names and not a query.
    fn column_list_ahead(&self) -> bool {
        let query = QUERY_STARTS.iter().any(|word| self.word_at(1).eq_ignore_ascii_case(word));
        !query && matches!(self.kind(1), Some(TokenKind::Word | TokenKind::QuotedWord))
    }

    /// An alias: a name that is not the next clause.
    fn alias(&mut self, clauses: &[&str]) -> Parse<Option<Ident>> {
        if self.eat_words("AS") {
            return self.ident("an alias").map(Some);
        }
        let named = matches!(self.kind(0), Some(TokenKind::Word | TokenKind::QuotedWord));
        if !named || clauses.iter().any(|clause| self.is_words(clause)) {
            return Ok(None);
        }
        self.ident("an alias").map(Some)
    }

    /// After `UPDATE`.
    pub(super) fn update(&mut self) -> Parse<StatementKind> {
        let table = self.name("the table")?;
        let alias = self.alias(&["SET"])?;
        self.expect_words("SET")?;
        let mut assignments = Vec::new();
        loop {
            let column = self.assigned_column(&table, alias.as_ref())?;
            self.expect(TokenKind::Equal, "`=`")?;
            assignments.push((column, self.expr_before(&["WHERE"])));
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        let predicate = self.predicate()?;
        Ok(StatementKind::Update(Box::new(Update { table, alias, assignments, predicate })))
    }

    /// `column`, `alias.column` or `table.column`.
    fn assigned_column(&mut self, table: &Name, alias: Option<&Ident>) -> Parse<Ident> {
        let name = self.name("a column name")?;
        let column = name.value.name().clone();
        let qualifier = &name.value.parts()[..name.value.parts().len() - 1];
        let known = match alias {
            Some(alias) => matches!(qualifier, [] | [_]) && qualifier.iter().all(|part| *part == alias.value),
            None => table.value.parts().ends_with(qualifier),
        };
        if !known {
            return Err(SyntaxError::new(name.span, "a nested field cannot be assigned")
                .hint("assign the whole struct: `s = named_struct(…)`"));
        }
        Ok(Ident { value: column, span: name.span })
    }

    fn predicate(&mut self) -> Parse<Option<Expr>> {
        if self.at_end() {
            return Ok(None);
        }
        if !self.eat_words("WHERE") {
            return Err(self.expected("`WHERE` or the end of the statement"));
        }
        if self.at_end() {
            return Err(self.expected("a condition"));
        }
        let end = self.tokens.len();
        Ok(Some(self.expr_until(end)))
    }

    /// After `DELETE`.
    pub(super) fn delete(&mut self) -> Parse<StatementKind> {
        self.expect_words("FROM")?;
        let table = self.name("the table")?;
        let alias = self.alias(&["WHERE"])?;
        let predicate = self.predicate()?;
        Ok(StatementKind::Delete(Box::new(Delete { table, alias, predicate })))
    }

    /// After `TRUNCATE`.
    pub(super) fn truncate(&mut self) -> Parse<StatementKind> {
        self.expect_words("TABLE")?;
        let name = self.name("the table")?;
        if self.is_words("PARTITION") {
            return Ok(self.opaque("TRUNCATE"));
        }
        self.expect_end()?;
        Ok(StatementKind::Truncate { name })
    }
}
