//! `MERGE` and `COPY INTO`.

use crate::syntax::ast::{
    Assignment, CopyInto, CopySource, Expr, Ident, Merge, MergeAction, MergeClause, MergeWhen, Name, Query,
    StatementKind, Text, Validate,
};
use crate::syntax::bridge::Start;
use crate::syntax::error::Parse;
use crate::syntax::lexer::TokenKind;

use super::clauses::Seen;
use super::cursor::Cursor;

impl Cursor<'_> {
    /// After `MERGE`.
    pub(super) fn merge(&mut self, with: Option<Query>) -> Parse<StatementKind> {
        let schema_evolution = self.eat_words("WITH");
        if schema_evolution {
            self.expect_words("SCHEMA EVOLUTION")?;
        }
        self.expect_words("INTO")?;
        let target = self.name("the target table")?;
        let alias = self.alias(&["USING"])?;
        self.expect_words("USING")?;
        let end = self.find_words(&["ON", "WHEN"], false);
        if end == self.at {
            return Err(self.expected("the source: a table or a query in parentheses"));
        }
        let source = self.slot_until(end, Start::Relation);
        self.expect_words("ON")?;
        let on = self.condition(&["WHEN"])?;
        let mut clauses = Vec::new();
        while !self.at_end() {
            clauses.push(self.merge_clause()?);
        }
        if clauses.is_empty() {
            return Err(self.expected("`WHEN MATCHED`, `WHEN NOT MATCHED` or `WHEN NOT MATCHED BY SOURCE`"));
        }
        let merge = Merge { with, schema_evolution, target, alias, source, on, clauses };
        Ok(StatementKind::Merge(Box::new(merge)))
    }

    /// An expression that must be there, up to one of these words.
    pub(super) fn condition(&mut self, before: &[&str]) -> Parse<Expr> {
        let end = self.find_words(before, false);
        if end == self.at {
            return Err(self.expected("a condition"));
        }
        Ok(self.expr_until(end))
    }

    fn merge_clause(&mut self) -> Parse<MergeClause> {
        let start = self.here();
        self.expect_words("WHEN")?;
        let when = if self.eat_words("MATCHED") {
            MergeWhen::Matched
        } else {
            self.expect_words("NOT MATCHED")?;
            match self.eat_words("BY").then(|| self.eat_one_of(&["SOURCE", "TARGET"])) {
                Some(Some("SOURCE")) => MergeWhen::NotMatchedBySource,
                Some(None) => return Err(self.expected("`SOURCE` or `TARGET`")),
                Some(Some(_)) | None => MergeWhen::NotMatched,
            }
        };
        let condition = if self.eat_words("AND") { Some(self.condition(&["THEN"])?) } else { None };
        self.expect_words("THEN")?;
        let action = match when {
            MergeWhen::NotMatched => {
                self.expect_words("INSERT")?;
                self.merge_insert()?
            }
            MergeWhen::Matched | MergeWhen::NotMatchedBySource if self.eat_words("DELETE") => MergeAction::Delete,
            MergeWhen::Matched | MergeWhen::NotMatchedBySource if self.eat_words("UPDATE") => self.merge_update()?,
            MergeWhen::Matched | MergeWhen::NotMatchedBySource => {
                return Err(self.expected("`UPDATE SET` or `DELETE`"));
            }
        };
        if !self.at_end() && !self.is_words("WHEN") {
            return Err(self.expected("another `WHEN` or the end of the statement"));
        }
        Ok(MergeClause { when, condition, action, span: self.since(start) })
    }

    fn merge_update(&mut self) -> Parse<MergeAction> {
        self.expect_words("SET")?;
        if self.eat(TokenKind::Star) {
            return Ok(MergeAction::UpdateAll { except: self.star_except()? });
        }
        Ok(MergeAction::Update(self.assignments(&["WHEN"])?))
    }

    /// `target = value, …`.
    pub(super) fn assignments(&mut self, before: &[&str]) -> Parse<Vec<Assignment>> {
        let mut assignments = Vec::new();
        loop {
            let target = self.name("a column name")?;
            self.expect(TokenKind::Equal, "`=`")?;
            assignments.push(Assignment { target, value: self.expr_before(before) });
            if !self.eat(TokenKind::Comma) {
                return Ok(assignments);
            }
        }
    }

    fn merge_insert(&mut self) -> Parse<MergeAction> {
        if self.eat(TokenKind::Star) {
            return Ok(MergeAction::InsertAll { except: self.star_except()? });
        }
        let names = |cursor: &mut Self| cursor.name("a column name");
        let columns = if self.is_words("VALUES") { Vec::new() } else { self.parenthesized("a column", names)? };
        self.expect_words("VALUES")?;
        let open = self.here();
        let values = self.parenthesized_exprs()?;
        if self.errors.is_empty() && !columns.is_empty() && columns.len() != values.len() {
            let message = format!("{} columns are given {} values", columns.len(), values.len());
            self.report(crate::syntax::SyntaxError::new(self.since(open), message));
        }
        Ok(MergeAction::Insert { columns, values })
    }

    fn star_except(&mut self) -> Parse<Vec<Name>> {
        if !self.eat_words("EXCEPT") {
            return Ok(Vec::new());
        }
        self.parenthesized("a column", |cursor| cursor.name("a column name"))
    }

    /// After `COPY`.
    pub(super) fn copy_into(&mut self) -> Parse<StatementKind> {
        self.expect_words("INTO")?;
        let target = self.name("the target table")?;
        let by_position = self.eat_words("BY POSITION");
        let columns = if self.is(TokenKind::LeftParen) { self.columns()? } else { Vec::new() };
        self.expect_words("FROM")?;
        let source = self.copy_source()?;
        self.expect_words("FILEFORMAT")?;
        self.expect(TokenKind::Equal, "`=`")?;
        let format = self.ident("a format, as `CSV`")?;
        let mut copy = CopyInto {
            target,
            columns,
            by_position,
            source,
            format,
            validate: None,
            files: Vec::new(),
            pattern: None,
            format_options: Vec::new(),
            copy_options: Vec::new(),
        };
        let mut seen = Seen::default();
        while !self.at_end() {
            let span = self.here();
            let clause = self.copy_clause(&mut copy)?;
            self.note_clause(&mut seen, clause, span);
        }
        Ok(StatementKind::CopyInto(Box::new(copy)))
    }

    fn copy_source(&mut self) -> Parse<CopySource> {
        if !self.is(TokenKind::LeftParen) {
            let path = self.string("the path as a string, or a query in parentheses")?;
            return Ok(CopySource::Path { path, access: self.copy_access()? });
        }
        self.at += 1;
        if !self.is_words("SELECT") {
            return Err(self.expected("`SELECT`"));
        }
        let end = self.end_of_group();
        let query = self.slot_until(end, Start::Files);
        self.expect(TokenKind::RightParen, "`)`")?;
        Ok(CopySource::Select(Box::new(query)))
    }

    /// `WITH (CREDENTIAL … ENCRYPTION …)`.
    fn copy_access(&mut self) -> Parse<Option<Text>> {
        if !self.eat_words("WITH") {
            return Ok(None);
        }
        self.expect(TokenKind::LeftParen, "`(`")?;
        let start = self.here();
        if !self.is_words("CREDENTIAL") && !self.is_words("ENCRYPTION") {
            return Err(self.expected("`CREDENTIAL` or `ENCRYPTION`"));
        }
        self.at = self.end_of_group();
        let text = self.text_since(start);
        self.expect(TokenKind::RightParen, "`)`")?;
        Ok(Some(text))
    }

    fn copy_clause(&mut self, to: &mut CopyInto) -> Parse<&'static str> {
        if self.eat_words("VALIDATE") {
            to.validate = Some(if self.is(TokenKind::Number) {
                let rows = self.whole_number("a number of rows")?.value;
                self.expect_words("ROWS")?;
                Validate::Rows(rows)
            } else {
                self.eat_words("ALL");
                Validate::All
            });
            return Ok("VALIDATE");
        }
        if self.eat_words("FILES") {
            self.expect(TokenKind::Equal, "`=`")?;
            to.files = self.parenthesized("a file", |cursor| cursor.string("a file name as a string"))?;
            return Ok("FILES");
        }
        if self.eat_words("PATTERN") {
            self.expect(TokenKind::Equal, "`=`")?;
            to.pattern = Some(self.string("the pattern as a string")?);
            return Ok("PATTERN");
        }
        if self.eat_words("FORMAT_OPTIONS") {
            to.format_options = self.properties()?;
            return Ok("FORMAT_OPTIONS");
        }
        if self.eat_words("COPY_OPTIONS") {
            to.copy_options = self.properties()?;
            return Ok("COPY_OPTIONS");
        }
        let what = "`FILES`, `PATTERN`, `FORMAT_OPTIONS`, `COPY_OPTIONS` or the end of the statement";
        Err(self.expected(what))
    }

    /// `(a = 1, b)` behind `PARTITION`.
    pub(super) fn partition(&mut self) -> Parse<Vec<(Ident, Option<Expr>)>> {
        self.parenthesized("a partition column", |cursor| {
            let column = cursor.ident("a partition column")?;
            let value = if cursor.eat(TokenKind::Equal) { Some(cursor.expr_before(&[])) } else { None };
            Ok((column, value))
        })
    }

    /// `PARTITION (…)`, if it is there.
    pub(super) fn optional_partition(&mut self) -> Parse<Vec<(Ident, Option<Expr>)>> {
        if self.eat_words("PARTITION") { self.partition() } else { Ok(Vec::new()) }
    }
}
