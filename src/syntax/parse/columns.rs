//! Column lists: columns, expectations and table constraints.

use crate::diag::Span;
use crate::syntax::ast::{
    ColumnDef, ColumnKey, ColumnMask, ConstraintKind, ConstraintOption, Expectation, Ident, IdentityOptions, Spanned,
    TableConstraint, Violation,
};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;
use super::types::data_type;

/// What stands in the parentheses behind the name.
#[derive(Default)]
pub(super) struct Elements {
    pub(super) columns: Vec<ColumnDef>,
    pub(super) expectations: Vec<Expectation>,
    pub(super) constraints: Vec<TableConstraint>,
}

/// Words that may follow a column's name or type; they end a `DEFAULT` expression.
const COLUMN_WORDS: [&str; 10] = [
    "NOT NULL",
    "COMMENT",
    "DEFAULT",
    "GENERATED",
    "MASK",
    "CONSTRAINT",
    "PRIMARY KEY",
    "FOREIGN KEY",
    "REFERENCES",
    "COLLATE",
];

impl Cursor<'_> {
    /// `( element, … )`, if there is one.
    pub(super) fn elements(&mut self) -> Parse<Elements> {
        let mut elements = Elements::default();
        let open = self.here();
        if !self.eat(TokenKind::LeftParen) {
            return Ok(elements);
        }
        loop {
            self.element(&mut elements)?;
            if self.eat(TokenKind::RightParen) {
                return Ok(elements);
            }
            if !self.eat(TokenKind::Comma) {
                return Err(self.unexpected_in_list(open));
            }
        }
    }

    fn unexpected_in_list(&self, open: Span) -> SyntaxError {
        let mut error = self.expected("`,` or `)` in the column list");
        error.related = Some((open, "the column list is opened here"));
        if let Some(word) = self.similar(&["COMMENT", "CONSTRAINT", "GENERATED", "DEFAULT", "REFERENCES"]) {
            error = error.hint(format!("did you mean `{word}`?"));
        } else if self.is_words("ON") {
            error = error.hint("an expectation ends with `ON VIOLATION DROP ROW` or `ON VIOLATION FAIL UPDATE`");
        }
        error
    }

    fn element(&mut self, elements: &mut Elements) -> Parse<()> {
        let start = self.here();
        if self.is_words("CONSTRAINT") && !self.column_named_like_keyword() {
            self.at += 1;
            let name = self.ident("the constraint's name")?;
            if self.eat_words("EXPECT") {
                let expectation = self.expectation(name)?;
                if let Some(first) = elements.expectations.iter().find(|e| e.name.value == expectation.name.value) {
                    let first = first.name.span;
                    self.repeated(
                        expectation.name.span,
                        first,
                        format!("the expectation `{}`", expectation.name.value),
                    );
                }
                elements.expectations.push(expectation);
                return Ok(());
            }
            return match self.table_constraint(Some(name), start)? {
                Some(constraint) => {
                    self.constraint(constraint, elements);
                    Ok(())
                }
                None => Err(self.expected("`EXPECT`, `PRIMARY KEY`, `FOREIGN KEY` or `CHECK`")),
            };
        }
        if !self.column_named_like_keyword()
            && let Some(constraint) = self.table_constraint(None, start)?
        {
            self.constraint(constraint, elements);
            return Ok(());
        }
        let (column, foreign_key) = self.column()?;
        elements.constraints.extend(foreign_key);
        if let Some(first) = elements.columns.iter().find(|c| c.name.value == column.name.value) {
            let first = first.name.span;
            self.repeated(column.name.span, first, format!("the column `{}`", column.name.value));
        }
        elements.columns.push(column);
        Ok(())
    }

    /// "A table can have at most one primary key" (Databricks documentation, "CONSTRAINT clause").
    fn constraint(&mut self, constraint: TableConstraint, elements: &mut Elements) {
        let is_key = |known: &&TableConstraint| matches!(known.kind, ConstraintKind::PrimaryKey { .. });
        if is_key(&&constraint) {
            let of_table = elements.constraints.iter().find(is_key).map(|known| known.span);
            let of_column = elements.columns.iter().find(|column| column.primary_key).map(|column| column.name.span);
            if let Some(first) = of_table.or(of_column) {
                self.repeated(constraint.span, first, "the primary key".to_string());
            }
        }
        elements.constraints.push(constraint);
    }

    /// `constraint STRING`: a column may be called as a keyword is; then a comma, a type or `COMMENT` follows.
    fn column_named_like_keyword(&self) -> bool {
        match self.kind(1) {
            Some(TokenKind::Comma | TokenKind::RightParen) | None => true,
            Some(TokenKind::Word) if self.is_words("CONSTRAINT") => {
                let after = self.word_at(2);
                !["EXPECT", "PRIMARY", "FOREIGN", "CHECK"].iter().any(|word| after.eq_ignore_ascii_case(word))
                    && super::types::names_type(self.word_at(1))
            }
            _ => false,
        }
    }

    fn repeated(&mut self, span: Span, first: Span, what: String) {
        let mut error = SyntaxError::new(span, format!("{what} is defined twice"));
        error.related = Some((first, "it is defined here first"));
        self.errors.push(error);
    }

    /// After `CONSTRAINT name EXPECT`.
    fn expectation(&mut self, name: Ident) -> Parse<Expectation> {
        let condition = self.parenthesized_expr()?;
        let mut on_violation = Violation::Warn;
        if self.eat_words("ON") {
            self.expect_words("VIOLATION")?;
            on_violation = if self.eat_words("DROP") {
                self.expect_words("ROW")?;
                Violation::Drop
            } else if self.eat_words("FAIL") {
                self.expect_words("UPDATE")?;
                Violation::Fail
            } else {
                return Err(self
                    .expected("`DROP ROW` or `FAIL UPDATE`")
                    .hint("leave `ON VIOLATION` out to keep the row and count it"));
            };
        }
        Ok(Expectation { name, condition, on_violation })
    }

    /// `PRIMARY KEY (…)`, `FOREIGN KEY (…) REFERENCES …`, `CHECK (…)`.
    pub(super) fn table_constraint(&mut self, name: Option<Ident>, start: Span) -> Parse<Option<TableConstraint>> {
        let kind = if self.eat_words("PRIMARY KEY") {
            let mut timeseries = None;
            let columns = self.parenthesized("a column", |cursor| {
                let column = cursor.ident("a column name")?;
                if cursor.eat_words("TIMESERIES") {
                    timeseries = Some(column.clone());
                }
                Ok(column)
            })?;
            ConstraintKind::PrimaryKey { columns, timeseries }
        } else if self.eat_words("FOREIGN KEY") {
            let columns = self.columns()?;
            self.expect_words("REFERENCES")?;
            let references = self.name("the referenced table")?;
            let referred = if self.is(TokenKind::LeftParen) { self.columns()? } else { Vec::new() };
            ConstraintKind::ForeignKey { columns, references, referred }
        } else if self.is_words("CHECK") && self.kind(1) == Some(TokenKind::LeftParen) {
            self.at += 1;
            ConstraintKind::Check(self.parenthesized_expr()?)
        } else {
            return Ok(None);
        };
        let options = self.constraint_options()?;
        Ok(Some(TableConstraint { name, kind, options, span: self.since(start) }))
    }

    fn constraint_options(&mut self) -> Parse<Vec<ConstraintOption>> {
        const OPTIONS: [(&str, ConstraintOption); 8] = [
            ("NOT ENFORCED", ConstraintOption::NotEnforced),
            ("ENFORCED", ConstraintOption::Enforced),
            ("NORELY", ConstraintOption::NoRely),
            ("RELY", ConstraintOption::Rely),
            ("NOT DEFERRABLE", ConstraintOption::NotDeferrable),
            ("DEFERRABLE", ConstraintOption::Deferrable),
            ("INITIALLY DEFERRED", ConstraintOption::InitiallyDeferred),
            ("MATCH FULL", ConstraintOption::MatchFull),
        ];
        let mut options = Vec::new();
        loop {
            if let Some((_, option)) = OPTIONS.iter().find(|(words, _)| self.eat_words(words)) {
                options.push(*option);
            } else if let Some(words) = self.eat_one_of(&["ON UPDATE", "ON DELETE"]) {
                self.expect_words("NO ACTION")?;
                let update = words == "ON UPDATE";
                let option =
                    if update { ConstraintOption::OnUpdateNoAction } else { ConstraintOption::OnDeleteNoAction };
                options.push(option);
            } else {
                return Ok(options);
            }
        }
    }

    /// A column, and the foreign key written behind it.
    pub(super) fn column(&mut self) -> Parse<(ColumnDef, Option<TableConstraint>)> {
        let name = self.ident("a column name")?;
        let mut column = ColumnDef {
            name,
            data_type: None,
            not_null: false,
            comment: None,
            default: None,
            generated: None,
            identity: false,
            identity_options: IdentityOptions::default(),
            primary_key: false,
            key: ColumnKey::default(),
            collation: None,
            mask: None,
        };
        let typed = self.is(TokenKind::Word) && !COLUMN_WORDS.iter().any(|words| self.is_words(words));
        if typed {
            let start = self.here();
            let value = data_type(self)?;
            column.data_type = Some(Spanned { value, span: self.since(start) });
        }
        let mut foreign_key = None;
        while self.column_property(&mut column, &mut foreign_key)? {}
        Ok((column, foreign_key))
    }

    fn column_property(&mut self, column: &mut ColumnDef, foreign_key: &mut Option<TableConstraint>) -> Parse<bool> {
        let span = self.here();
        if self.eat_words("NOT NULL") {
            self.once(!column.not_null, span, "NOT NULL");
            column.not_null = true;
        } else if self.eat_words("COMMENT") {
            let comment = self.string("the comment as a string")?;
            self.once(column.comment.is_none(), span, "COMMENT");
            column.comment = Some(comment);
        } else if self.eat_words("DEFAULT") {
            let value = self.expr_before(&COLUMN_WORDS);
            self.once(column.default.is_none(), span, "DEFAULT");
            column.default = Some(value);
        } else if self.eat_words("GENERATED") {
            self.once(column.generated.is_none() && !column.identity, span, "GENERATED");
            self.generated(column)?;
        } else if self.eat_words("MASK") {
            self.once(column.mask.is_none(), span, "MASK");
            column.mask = Some(self.mask()?);
        } else if self.eat_words("COLLATE") {
            let collation = self.ident("a collation")?;
            self.once(column.collation.is_none(), span, "COLLATE");
            column.collation = Some(collation);
        } else if ["CONSTRAINT", "PRIMARY KEY", "FOREIGN KEY", "REFERENCES"].iter().any(|words| self.is_words(words)) {
            if let Some(constraint) = self.column_constraint(column)? {
                self.once(foreign_key.is_none(), span, "REFERENCES");
                *foreign_key = Some(constraint);
            }
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn once(&mut self, first: bool, span: Span, what: &str) {
        if !first {
            self.errors.push(SyntaxError::new(span, format!("`{what}` is given twice")));
        }
    }

    fn generated(&mut self, column: &mut ColumnDef) -> Parse<()> {
        let by_default = match self.eat_one_of(&["ALWAYS AS", "BY DEFAULT AS"]) {
            Some(words) => words == "BY DEFAULT AS",
            None => return Err(self.expected("`ALWAYS AS` or `BY DEFAULT AS`")),
        };
        if !self.eat_words("IDENTITY") {
            if by_default {
                return Err(self.expected("`IDENTITY`"));
            }
            column.generated = Some(self.parenthesized_expr()?);
            return Ok(());
        }
        column.identity = true;
        column.identity_options.by_default = by_default;
        if self.eat(TokenKind::LeftParen) {
            loop {
                if self.eat_words("START WITH") {
                    column.identity_options.start = Some(self.signed_number()?);
                } else if self.eat_words("INCREMENT BY") {
                    column.identity_options.step = Some(self.signed_number()?);
                } else if self.eat(TokenKind::RightParen) {
                    return Ok(());
                } else {
                    return Err(self.expected("`START WITH`, `INCREMENT BY` or `)`"));
                }
            }
        }
        Ok(())
    }

    fn signed_number(&mut self) -> Parse<i64> {
        let negative = self.eat(TokenKind::Minus);
        let number = self.whole_number::<i64>("a number")?.value;
        Ok(if negative { -number } else { number })
    }

    fn column_constraint(&mut self, column: &mut ColumnDef) -> Parse<Option<TableConstraint>> {
        let start = self.here();
        let name = if self.eat_words("CONSTRAINT") { Some(self.ident("the constraint's name")?) } else { None };
        if self.eat_words("PRIMARY KEY") {
            self.once(!column.primary_key, start, "PRIMARY KEY");
            column.primary_key = true;
            let timeseries = self.eat_words("TIMESERIES");
            column.key = ColumnKey { name, timeseries, options: self.constraint_options()? };
            return Ok(None);
        }
        self.eat_words("FOREIGN KEY");
        if !self.eat_words("REFERENCES") {
            return Err(self.expected("`PRIMARY KEY` or `REFERENCES`"));
        }
        let references = self.name("the referenced table")?;
        let referred = if self.is(TokenKind::LeftParen) { self.columns()? } else { Vec::new() };
        let options = self.constraint_options()?;
        let kind = ConstraintKind::ForeignKey { columns: vec![column.name.clone()], references, referred };
        Ok(Some(TableConstraint { name, kind, options, span: self.since(start) }))
    }

    /// After `MASK`: `function [USING COLUMNS (…)]`.
    pub(super) fn mask(&mut self) -> Parse<ColumnMask> {
        let function = self.name("the masking function")?;
        let using = if self.eat_words("USING COLUMNS") { self.parenthesized_exprs()? } else { Vec::new() };
        Ok(ColumnMask { function, using })
    }
}
