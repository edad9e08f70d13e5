//! `CREATE PROCEDURE`, and views that are metric views.

use crate::syntax::ast::{
    CreateMetricView, CreateProcedure, FunctionParameter, Ident, Name, ParameterMode, SqlData, StatementKind, Text,
};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::clauses::Seen;
use super::columns::Elements;
use super::cursor::Cursor;
use super::dataset::Modifiers;

#[derive(Default)]
struct Characteristics {
    language: Option<Ident>,
    security: Option<Ident>,
    comment: Option<Text>,
    default_collation: Option<Ident>,
    deterministic: Option<bool>,
    sql_data: Option<SqlData>,
}

impl Cursor<'_> {
    /// After `CREATE … PROCEDURE`.
    pub(super) fn create_procedure(&mut self, modifiers: &Modifiers) -> Parse<StatementKind> {
        let if_not_exists = self.if_not_exists();
        let name = self.name("the procedure's name")?;
        let parameters = self.procedure_parameters()?;
        let mut to = Characteristics::default();
        let mut seen = Seen::default();
        loop {
            let span = self.here();
            let Some(clause) = self.procedure_clause(&mut to)? else {
                break;
            };
            self.note_clause(&mut seen, clause, span);
        }
        if !self.eat_words("AS") {
            return Err(self.expected("`AS BEGIN … END` or a characteristic of the procedure"));
        }
        let body = self.compound(None)?;
        self.expect_end()?;
        let Characteristics { language, security, comment, default_collation, deterministic, sql_data } = to;
        Ok(StatementKind::CreateProcedure(Box::new(CreateProcedure {
            or_replace: modifiers.or_replace,
            if_not_exists,
            name,
            parameters,
            language,
            security,
            comment,
            default_collation,
            deterministic,
            sql_data,
            body,
        })))
    }

    fn procedure_parameters(&mut self) -> Parse<Vec<(ParameterMode, FunctionParameter)>> {
        if self.is(TokenKind::LeftParen) && self.kind(1) == Some(TokenKind::RightParen) {
            self.at += 2;
            return Ok(Vec::new());
        }
        self.parenthesized("a parameter", |cursor| {
            // `in INT` is a parameter of that name.
            let named = cursor.kind(2).is_some_and(|kind| !matches!(kind, TokenKind::Comma | TokenKind::RightParen));
            let mode = if named { cursor.eat_one_of(&["INOUT", "OUT", "IN"]) } else { None };
            let mode = match mode {
                Some("OUT") => ParameterMode::Out,
                Some("INOUT") => ParameterMode::InOut,
                Some(_) | None => ParameterMode::In,
            };
            Ok((mode, cursor.parameter()?))
        })
    }

    fn procedure_clause(&mut self, to: &mut Characteristics) -> Parse<Option<&'static str>> {
        Ok(Some(if self.eat_words("LANGUAGE") {
            to.language = Some(self.ident("`SQL`")?);
            "LANGUAGE"
        } else if self.eat_words("SQL SECURITY") {
            to.security = Some(self.ident("`INVOKER` or `DEFINER`")?);
            "SQL SECURITY"
        } else if self.eat_words("COMMENT") {
            to.comment = Some(self.string("the comment as a string")?);
            "COMMENT"
        } else if self.eat_words("DEFAULT COLLATION") {
            to.default_collation = Some(self.ident("a collation")?);
            "DEFAULT COLLATION"
        } else if let Some(words) = self.eat_one_of(&["NOT DETERMINISTIC", "DETERMINISTIC"]) {
            to.deterministic = Some(words == "DETERMINISTIC");
            "DETERMINISTIC"
        } else if let Some(data) = self.sql_data() {
            to.sql_data = Some(data);
            "SQL DATA"
        } else {
            return Ok(None);
        }))
    }

    pub(super) fn sql_data(&mut self) -> Option<SqlData> {
        match self.eat_one_of(&["CONTAINS SQL", "READS SQL DATA", "MODIFIES SQL DATA"])? {
            "CONTAINS SQL" => Some(SqlData::Contains),
            "READS SQL DATA" => Some(SqlData::Reads),
            _ => Some(SqlData::Modifies),
        }
    }

    /// At `WITH METRICS` of `CREATE VIEW`.
    pub(super) fn metric_view(
        &mut self,
        modifiers: &Modifiers,
        if_not_exists: bool,
        name: Name,
        elements: Elements,
    ) -> Parse<StatementKind> {
        self.expect_words("WITH METRICS LANGUAGE YAML")?;
        if let Some(expectation) = elements.expectations.first() {
            return Err(SyntaxError::new(expectation.name.span, "a metric view has no expectations"));
        }
        let clauses = self.table_clauses()?;
        if !self.eat_words("AS") {
            return Err(self.unexpected_clause("a clause or `AS $$…$$`"));
        }
        let definition = self.dollar_string()?;
        self.expect_end()?;
        Ok(StatementKind::CreateMetricView(Box::new(CreateMetricView {
            or_replace: modifiers.or_replace,
            if_not_exists,
            name,
            columns: elements.columns,
            clauses,
            definition,
        })))
    }

    /// `$$…$$`.
    pub(super) fn dollar_string(&mut self) -> Parse<Text> {
        match self.peek().filter(|token| token.kind == TokenKind::DollarString) {
            Some(token) => {
                self.at += 1;
                Ok(Text { value: token.string_value(self.source), span: token.span })
            }
            None => Err(self.expected("the YAML between `$$` and `$$`")),
        }
    }
}
