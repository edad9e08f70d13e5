//! `INSERT`, `UPDATE`, `DELETE`, `TRUNCATE`.

use crate::syntax::ast::{Delete, Expr, Ident, Insert, Name, Query, StatementKind, Update};
use crate::syntax::bridge::Start;
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

const QUERY_STARTS: [&str; 5] = ["SELECT", "WITH", "VALUES", "FROM", "TABLE"];

/// Words behind the parenthesis of a query that are no alias.
const SET_OPERATORS: [&str; 7] = ["UNION", "EXCEPT", "INTERSECT", "MINUS", "ORDER", "LIMIT", "SORT"];

impl Cursor<'_> {
    /// After `INSERT` (Databricks documentation, "INSERT INTO").
    pub(super) fn insert(&mut self, with: Option<Query>) -> Parse<StatementKind> {
        let schema_evolution = self.eat_words("WITH");
        if schema_evolution {
            self.expect_words("SCHEMA EVOLUTION")?;
        }
        let overwrite = match self.eat_one_of(&["INTO", "OVERWRITE"]) {
            Some(word) => word == "OVERWRITE",
            None => return Err(self.expected("`INTO` or `OVERWRITE`")),
        };
        self.eat_words("TABLE");
        let table = self.name("the table")?;
        let partition = self.optional_partition()?;
        let if_not_exists = !partition.is_empty() && self.if_not_exists();
        let mut by_name = self.eat_words("BY NAME");
        let listed = !by_name && self.is(TokenKind::LeftParen) && self.column_list_ahead();
        let columns = if listed { self.columns()? } else { Vec::new() };
        by_name |= self.eat_words("BY NAME");
        let aliased = self.is_words("AS") || (self.is_name() && self.word_at(1).eq_ignore_ascii_case("replace"));
        let alias = if aliased { self.alias(&["REPLACE"])? } else { None };
        let (mut replace_where, mut replace_using, mut replace_on) = (None, Vec::new(), None);
        if self.eat_words("REPLACE") {
            match self.eat_one_of(&["WHERE", "USING", "ON"]) {
                Some("USING") => replace_using = self.columns()?,
                Some(word) => {
                    let end = self.find_query();
                    if end == self.at {
                        return Err(self.expected("a condition"));
                    }
                    let condition = Some(self.expr_until(end));
                    if word == "ON" { replace_on = condition } else { replace_where = condition }
                }
                None => return Err(self.expected("`WHERE`, `USING` or `ON`")),
            }
        } else if let Some(alias) = &alias {
            return Err(SyntaxError::new(alias.span, "the alias of a table is for `REPLACE ON`"));
        }
        let (query, query_alias) = self.inserted_query(replace_on.is_some())?;
        let insert = Insert {
            overwrite,
            table,
            columns,
            by_name,
            replace_where,
            replace_using,
            replace_on,
            alias,
            query_alias,
            partition,
            if_not_exists,
            schema_evolution,
            with,
            query,
        };
        Ok(StatementKind::Insert(Box::new(insert)))
    }

    /// The query; behind `REPLACE ON` it may stand in parentheses with an alias.
    fn inserted_query(&mut self, replaces_on: bool) -> Parse<(Query, Option<Ident>)> {
        if !replaces_on || !self.is(TokenKind::LeftParen) {
            return Ok((self.query_to_end()?, None));
        }
        self.at += 1;
        let end = self.end_of_group();
        self.at -= 1;
        let named = self.tokens.get(end + 1).is_some_and(|token| match token.kind {
            TokenKind::Word => !SET_OPERATORS.iter().any(|word| token.text(self.source).eq_ignore_ascii_case(word)),
            kind => kind == TokenKind::QuotedWord,
        });
        if !named {
            return Ok((self.query_to_end()?, None));
        }
        let query = self.query_until(end + 1);
        Ok((query, self.alias(&[])?))
    }

    /// A statement behind common table expressions: `WITH … INSERT`, `WITH … MERGE`. `None` where a query follows.
    pub(super) fn behind_common_tables(&mut self) -> Option<Parse<StatementKind>> {
        if !self.is_words("WITH") {
            return None;
        }
        let end =
            self.find_words(&["MERGE INTO", "MERGE WITH", "INSERT INTO", "INSERT OVERWRITE", "INSERT WITH"], false);
        if end == self.tokens.len() {
            return None;
        }
        let with = Some(self.slot_until(end, Start::CommonTables));
        if self.eat_words("MERGE") {
            return Some(self.merge(with));
        }
        self.at += 1;
        Some(self.insert(with))
    }

    /// Whether the parenthesis that comes next holds names and not a query.
    fn column_list_ahead(&self) -> bool {
        let query = QUERY_STARTS.iter().any(|word| self.word_at(1).eq_ignore_ascii_case(word));
        !query && matches!(self.kind(1), Some(TokenKind::Word | TokenKind::QuotedWord))
    }

    /// An alias: a name that is not the next clause.
    pub(super) fn alias(&mut self, clauses: &[&str]) -> Parse<Option<Ident>> {
        if self.eat_words("AS") {
            return self.ident("an alias").map(Some);
        }
        if !self.is_name() || clauses.iter().any(|clause| self.is_words(clause)) {
            return Ok(None);
        }
        self.ident("an alias").map(Some)
    }

    /// After `UPDATE`.
    pub(super) fn update(&mut self) -> Parse<StatementKind> {
        let table = self.name("the table")?;
        let alias = self.alias(&["SET"])?;
        self.expect_words("SET")?;
        let (mut assignments, mut nested) = (Vec::new(), Vec::new());
        for assignment in self.assignments(&["WHERE"])? {
            match assigned_column(&assignment.target, &table, alias.as_ref()) {
                Some(column) => assignments.push((column, assignment.value)),
                None => nested.push(assignment),
            }
        }
        let predicate = self.predicate()?;
        Ok(StatementKind::Update(Box::new(Update { table, alias, assignments, nested, predicate })))
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
        let partition = self.optional_partition()?;
        self.expect_end()?;
        Ok(StatementKind::Truncate { name, partition })
    }
}

/// `column`, `alias.column` or `table.column`; `None` for a field inside of a column.
fn assigned_column(target: &Name, table: &Name, alias: Option<&Ident>) -> Option<Ident> {
    let (column, qualifier) = target.value.parts().split_last()?;
    let known = match alias {
        Some(alias) => matches!(qualifier, [] | [_]) && qualifier.iter().all(|part| *part == alias.value),
        None => table.value.parts().ends_with(qualifier),
    };
    known.then(|| Ident { value: column.clone(), span: target.span })
}
