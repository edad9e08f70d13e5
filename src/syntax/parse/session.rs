//! `DECLARE`, `SET`, `RESET`, `EXECUTE IMMEDIATE`, `CALL`, transactions.

use crate::syntax::ast::{
    DeclareVariable, Expr, Ident, Name, SessionStatement, Spanned, StatementKind, Transaction, VariableValue,
};
use crate::syntax::error::Parse;
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;
use super::types::data_type;

fn session(statement: SessionStatement) -> StatementKind {
    StatementKind::Session(Box::new(statement))
}

impl Cursor<'_> {
    /// The statements of this file that their first word tells; `None` for any other.
    pub(super) fn session_statement(&mut self) -> Parse<Option<StatementKind>> {
        let words = ["DECLARE", "RESET", "EXECUTE IMMEDIATE", "CALL", "REMOVE WIDGET", "BEGIN", "COMMIT", "ROLLBACK"];
        Ok(Some(match self.eat_one_of(&words) {
            Some("DECLARE") => session(SessionStatement::Declare(self.declared_variable()?)),
            Some("RESET") => {
                let key = if self.at_end() { None } else { Some(self.setting_key()) };
                session(SessionStatement::Reset { key })
            }
            Some("EXECUTE IMMEDIATE") => self.execute_immediate()?,
            Some("CALL") => self.call()?,
            Some("REMOVE WIDGET") => session(SessionStatement::RemoveWidget { name: self.ident("the widget's name")? }),
            Some(word) => {
                self.eat_words("TRANSACTION");
                session(SessionStatement::Transaction(match word {
                    "BEGIN" => Transaction::Begin,
                    "COMMIT" => Transaction::Commit,
                    _ => Transaction::Rollback,
                }))
            }
            None => return Ok(None),
        }))
    }

    /// After `CREATE WIDGET` (Databricks documentation, "Databricks widgets"):
    /// `{TEXT | DROPDOWN | COMBOBOX | MULTISELECT} name DEFAULT text [CHOICES query]`.
    pub(super) fn create_widget(&mut self) -> Parse<StatementKind> {
        let kinds = ["TEXT", "DROPDOWN", "COMBOBOX", "MULTISELECT"];
        if self.eat_one_of(&kinds).is_none() {
            return Err(self.expected("`TEXT`, `DROPDOWN`, `COMBOBOX` or `MULTISELECT`"));
        }
        let name = self.ident("the widget's name")?;
        let default = if self.eat_words("DEFAULT") { Some(self.string("the default, a string")?) } else { None };
        let choices = if self.eat_words("CHOICES") { Some(Box::new(self.query_to_end()?)) } else { None };
        Ok(session(SessionStatement::CreateWidget { name, default, choices }))
    }

    /// `[OR REPLACE] [VARIABLE] name, … [type] [{DEFAULT | =} value]`.
    pub(super) fn declared_variable(&mut self) -> Parse<DeclareVariable> {
        let or_replace = self.eat_words("OR");
        if or_replace {
            self.expect_words("REPLACE")?;
        }
        let keyword = matches!(self.kind(1), Some(TokenKind::Word | TokenKind::QuotedWord));
        if keyword {
            let _ = self.eat_words("VARIABLE");
        }
        let names = self.targets()?;
        let typed = self.is(TokenKind::Word) && !self.is_words("DEFAULT");
        let data_type = if typed {
            let start = self.here();
            let value = data_type(self)?;
            Some(Spanned { value, span: self.since(start) })
        } else {
            None
        };
        let default = if self.eat_words("DEFAULT") || self.eat(TokenKind::Equal) { Some(self.value()?) } else { None };
        if data_type.is_none() && default.is_none() {
            return Err(self.expected("a data type or `DEFAULT`"));
        }
        Ok(DeclareVariable { or_replace, names, data_type, default })
    }

    /// An expression up to a comma or the end of the statement, which in a script is a semicolon.
    fn value(&mut self) -> Parse<Expr> {
        let rest = self.tokens.iter().skip(self.at);
        let limit = self.at + rest.take_while(|token| token.kind != TokenKind::Semicolon).count();
        let end = self.find_words(&[], true).min(limit);
        if end == self.at {
            return Err(self.expected("an expression"));
        }
        Ok(self.expr_until(end))
    }

    /// After `SET VAR`, or `SET` in a script.
    pub(super) fn set_variables(&mut self) -> Parse<StatementKind> {
        let mut set = Vec::new();
        loop {
            let targets = if self.is(TokenKind::LeftParen) {
                self.parenthesized("a variable", |cursor| cursor.name("a variable"))?
            } else {
                vec![self.name("a variable")?]
            };
            self.expect(TokenKind::Equal, "`=`")?;
            let query = self.is(TokenKind::LeftParen)
                && ["SELECT", "WITH", "VALUES", "FROM"].iter().any(|word| self.word_at(1).eq_ignore_ascii_case(word));
            // A subquery may only begin an expression; for several targets it is the whole.
            let value = if query && targets.len() > 1 {
                self.at += 1;
                let end = self.end_of_group();
                let query = self.query_until(end);
                self.expect(TokenKind::RightParen, "`)`")?;
                VariableValue::Query(Box::new(query))
            } else if targets.len() > 1 {
                return Err(self.expected("a query in parentheses"));
            } else {
                VariableValue::Expr(self.value()?)
            };
            set.push((targets, value));
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect_end()?;
        Ok(session(SessionStatement::SetVariables(set)))
    }

    /// After `SET`, where no `key = value` follows.
    pub(super) fn set_otherwise(&mut self) -> Parse<Option<StatementKind>> {
        if self.eat_words("VAR") || self.eat_words("VARIABLE") || self.scripted {
            return self.set_variables().map(Some);
        }
        if self.at_end() {
            return Ok(Some(session(SessionStatement::ShowSettings { key: None })));
        }
        if self.eat_words("TIME ZONE") {
            if self.at_end() {
                return Err(self.expected("`LOCAL`, a time zone as a string or an interval"));
            }
            let start = self.here();
            self.at = self.tokens.len();
            return Ok(Some(session(SessionStatement::SetTimeZone(self.text_since(start)))));
        }
        if !self.tokens.iter().skip(self.at).any(|token| token.kind == TokenKind::Equal) {
            let key = Some(self.setting_key());
            return Ok(Some(session(SessionStatement::ShowSettings { key })));
        }
        Ok(None)
    }

    /// A key up to the end: `spark.sql.shuffle.partitions`.
    fn setting_key(&mut self) -> crate::syntax::ast::Text {
        let start = self.here();
        self.at = self.tokens.len();
        let mut key = self.text_since(start);
        key.value = key.value.trim_matches('`').to_string();
        key
    }

    /// After `EXECUTE IMMEDIATE`.
    fn execute_immediate(&mut self) -> Parse<StatementKind> {
        let text = self.condition(&["INTO", "USING"])?;
        let into = if self.eat_words("INTO") { self.targets()? } else { Vec::new() };
        let using = if self.eat_words("USING") { self.arguments_with_alias()? } else { Vec::new() };
        self.expect_end()?;
        Ok(session(SessionStatement::ExecuteImmediate { text, into, using }))
    }

    fn arguments_with_alias(&mut self) -> Parse<Vec<(Expr, Option<Ident>)>> {
        // `USING (a, b)` and `USING a, b`; `USING (a + b) * 2` begins with a parenthesis as well.
        let open = self.is(TokenKind::LeftParen) && {
            self.at += 1;
            let end = self.end_of_group();
            self.at -= 1;
            end + 1 >= self.tokens.len()
        };
        self.at += usize::from(open);
        let mut arguments = Vec::new();
        loop {
            let end = self.find_words(&["AS"], true);
            if end == self.at {
                return Err(self.expected("an expression"));
            }
            let value = self.expr_until(end);
            let alias = if self.eat_words("AS") { Some(self.ident("a parameter's name")?) } else { None };
            arguments.push((value, alias));
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        if open {
            self.expect(TokenKind::RightParen, "`,` or `)`")?;
        }
        Ok(arguments)
    }

    /// After `CALL`.
    fn call(&mut self) -> Parse<StatementKind> {
        let procedure: Name = self.name("the procedure")?;
        let mut arguments = Vec::new();
        if self.is(TokenKind::LeftParen) && self.kind(1) == Some(TokenKind::RightParen) {
            self.at += 2;
        } else {
            arguments = self.parenthesized("an argument", |cursor| {
                let named = cursor.kind(1) == Some(TokenKind::FatArrow);
                let name = if named { Some(cursor.ident("a parameter's name")?) } else { None };
                cursor.at += usize::from(named);
                Ok((name, cursor.value()?))
            })?;
        }
        self.expect_end()?;
        Ok(session(SessionStatement::Call { procedure, arguments }))
    }
}
