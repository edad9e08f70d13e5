//! `CREATE FUNCTION`.

use crate::syntax::DataType;
use crate::syntax::ast::{
    CreateFunction, FunctionBody, FunctionParameter, FunctionReturns, Ident, Spanned, SqlData, StatementKind, Text,
};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::clauses::Seen;
use super::cursor::Cursor;
use super::dataset::Modifiers;
use super::types::data_type;

const PARAMETER_WORDS: [&str; 2] = ["DEFAULT", "COMMENT"];

#[derive(Default)]
struct Characteristics {
    returns: Option<FunctionReturns>,
    language: Option<Ident>,
    comment: Option<Text>,
    deterministic: Option<bool>,
    default_collation: Option<Ident>,
    sql_data: Option<SqlData>,
    security: Option<Ident>,
    handler: Option<Text>,
    parameter_style: Option<Ident>,
    environment: Vec<(Text, Text)>,
}

impl Cursor<'_> {
    /// After `CREATE … FUNCTION`.
    pub(super) fn create_function(&mut self, modifiers: &Modifiers) -> Parse<StatementKind> {
        let if_not_exists = self.if_not_exists();
        let name = self.created_name("the function's name")?;
        let parameters = self.parameters()?;
        let mut characteristics = Characteristics::default();
        let mut seen = Seen::default();
        loop {
            let span = self.here();
            let Some(clause) = self.characteristic(&mut characteristics)? else {
                break;
            };
            self.note_clause(&mut seen, clause, span);
        }
        let body = self.function_body(&characteristics)?;
        self.expect_end()?;
        Ok(StatementKind::CreateFunction(Box::new(CreateFunction {
            or_replace: modifiers.or_replace,
            if_not_exists,
            temporary: modifiers.temporary,
            name,
            parameters,
            returns: characteristics.returns,
            comment: characteristics.comment,
            deterministic: characteristics.deterministic,
            default_collation: characteristics.default_collation,
            language: characteristics.language,
            sql_data: characteristics.sql_data,
            security: characteristics.security,
            handler: characteristics.handler,
            parameter_style: characteristics.parameter_style,
            environment: characteristics.environment,
            body,
        })))
    }

    fn parameters(&mut self) -> Parse<Vec<FunctionParameter>> {
        if self.is(TokenKind::LeftParen) && self.kind(1) == Some(TokenKind::RightParen) {
            self.at += 2;
            return Ok(Vec::new());
        }
        self.parenthesized("a parameter", Self::parameter)
    }

    pub(super) fn parameter(&mut self) -> Parse<FunctionParameter> {
        let name = self.ident("a parameter name")?;
        let start = self.here();
        // A whole table, which only table functions in other languages take (Databricks documentation, "Python
        // user-defined table functions (UDTFs)"); no value has its type.
        let value = if self.eat_words("TABLE") { DataType::Void } else { data_type(self)? };
        let data_type = Spanned { value, span: self.since(start) };
        let mut parameter = FunctionParameter { name, data_type, default: None, comment: None };
        loop {
            if self.eat_words("DEFAULT") {
                parameter.default = Some(self.expr_before(&PARAMETER_WORDS));
            } else if self.eat_words("COMMENT") {
                parameter.comment = Some(self.string("the comment as a string")?);
            } else {
                return Ok(parameter);
            }
        }
    }

    fn characteristic(&mut self, to: &mut Characteristics) -> Parse<Option<&'static str>> {
        Ok(Some(if self.eat_words("RETURNS") {
            to.returns = Some(self.returns()?);
            "RETURNS"
        } else if self.eat_words("LANGUAGE") {
            to.language = Some(self.ident("`SQL` or `PYTHON`")?);
            "LANGUAGE"
        } else if self.eat_words("DETERMINISTIC") {
            to.deterministic = Some(true);
            "DETERMINISTIC"
        } else if self.eat_words("NOT DETERMINISTIC") {
            to.deterministic = Some(false);
            "DETERMINISTIC"
        } else if self.eat_words("COMMENT") {
            to.comment = Some(self.string("the comment as a string")?);
            "COMMENT"
        } else if let Some(data) = self.sql_data() {
            to.sql_data = Some(data);
            "CONTAINS SQL"
        } else if self.eat_words("SQL SECURITY") {
            to.security = Some(self.ident("`DEFINER`")?);
            "SQL SECURITY"
        } else if self.eat_words("DEFAULT COLLATION") {
            to.default_collation = Some(self.ident("a collation")?);
            "DEFAULT COLLATION"
        } else if self.eat_words("HANDLER") {
            to.handler = Some(self.string("the handler as a string")?);
            "HANDLER"
        } else if self.eat_words("PARAMETER STYLE") {
            to.parameter_style = Some(self.ident("`PANDAS`")?);
            "PARAMETER STYLE"
        } else if self.eat_words("ENVIRONMENT") {
            to.environment = self.properties()?;
            "ENVIRONMENT"
        } else {
            return Ok(None);
        }))
    }

    fn returns(&mut self) -> Parse<FunctionReturns> {
        if self.eat_words("TABLE") {
            let columns = if self.is(TokenKind::LeftParen) { self.parameters()? } else { Vec::new() };
            return Ok(FunctionReturns::Table(columns));
        }
        let start = self.here();
        let value = data_type(self)?;
        Ok(FunctionReturns::Scalar(Spanned { value, span: self.since(start) }))
    }

    fn function_body(&mut self, characteristics: &Characteristics) -> Parse<FunctionBody> {
        if self.eat_words("RETURN") {
            let table = matches!(characteristics.returns, Some(FunctionReturns::Table(_)));
            let opens_query = self.is_words("SELECT") || self.is_words("WITH") || self.is_words("VALUES");
            if table || opens_query {
                return self.query_to_end().map(FunctionBody::Query);
            }
            if self.at_end() {
                return Err(self.expected("an expression or a query"));
            }
            let end = self.tokens.len();
            return Ok(FunctionBody::Expr(self.expr_until(end)));
        }
        if self.eat_words("AS") {
            let Some(token) = self.peek().filter(|t| t.kind == TokenKind::DollarString || t.kind.is_string()) else {
                return Err(self.expected("the code between `$$` and `$$`"));
            };
            self.at += 1;
            let Some(language) = characteristics.language.clone() else {
                return Err(SyntaxError::new(token.span, "a function whose body is text needs `LANGUAGE PYTHON`"));
            };
            let code = Spanned { value: token.string_value(self.source), span: token.span };
            return Ok(FunctionBody::Foreign { language, code });
        }
        Err(self.expected("`RETURN`, `AS $$…$$` or a characteristic of the function"))
    }
}
