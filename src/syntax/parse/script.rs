//! SQL scripting: `BEGIN … END` and what stands inside (Databricks documentation, "SQL scripting").

use crate::diag::Span;
use crate::syntax::ast::{Block, Caught, Declaration, Expr, Ident, Loop, LoopKind, Name, ScriptStatement, Statement};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;
use crate::syntax::stack::deeper;

use super::cursor::Cursor;

/// Blocks inside blocks.
const DEPTH_LIMIT: usize = 50;

/// What ends the statements of a block or of a branch.
const ENDS: [&str; 5] = ["END", "ELSE", "ELSEIF", "WHEN", "UNTIL"];

impl Cursor<'_> {
    /// Whether `BEGIN … END` comes next, and not the beginning of a transaction.
    pub(super) fn at_compound(&self) -> bool {
        self.is_words("BEGIN") && self.kind(1).is_some() && !self.is_words("BEGIN TRANSACTION")
    }

    /// `name :`.
    pub(super) fn label(&mut self) -> Parse<Option<Ident>> {
        if !self.is_name() || self.kind(1) != Some(TokenKind::Colon) {
            return Ok(None);
        }
        let label = self.ident("a label")?;
        self.at += 1;
        Ok(Some(label))
    }

    /// At `BEGIN`.
    pub(super) fn compound(&mut self, label: Option<Ident>) -> Parse<Block> {
        let start = label.as_ref().map_or(self.here(), |label| label.span);
        let begin = self.here();
        self.expect_words("BEGIN")?;
        let atomic = self.eat_words("ATOMIC");
        let mut declarations = Vec::new();
        while self.is_words("DECLARE") {
            let at = self.here();
            self.at += 1;
            let declaration = self.declaration()?;
            if let Some(last) = declarations.last()
                && order(last) > order(&declaration)
            {
                self.report(
                    SyntaxError::new(at, "declarations stand in the order variables and conditions, cursors, handlers")
                        .hint("move it before the cursors and the handlers"),
                );
            }
            declarations.push(declaration);
            self.semicolon()?;
        }
        let body = self.script_statements()?;
        self.expect_end_of("BEGIN", begin, "END")?;
        self.end_label(label.as_ref())?;
        Ok(Block { label, atomic, declarations, body, span: self.since(start) })
    }

    fn expect_end_of(&mut self, opener: &str, opened: Span, words: &str) -> Parse<()> {
        let end = self.expect_words(words);
        end.map_err(|mut error| {
            error.message = format!("{}: `{opener}` is closed by `{words}`", error.message);
            error.related = Some((opened, "it is opened here"));
            error
        })
    }

    fn end_label(&mut self, label: Option<&Ident>) -> Parse<()> {
        if !self.is_name() {
            return Ok(());
        }
        let end = self.ident("the label")?;
        match label {
            Some(label) if label.value == end.value => Ok(()),
            Some(label) => {
                let mut error = SyntaxError::new(end.span, format!("the label is `{}`", label.value));
                error.related = Some((label.span, "it is set here"));
                Err(error)
            }
            None => Err(SyntaxError::new(end.span, format!("there is no label `{}` at the beginning", end.value))),
        }
    }

    fn semicolon(&mut self) -> Parse<()> {
        self.expect(TokenKind::Semicolon, "`;`").map(|_| ())
    }

    /// The statements up to a word that cannot begin one.
    fn script_statements(&mut self) -> Parse<Vec<ScriptStatement>> {
        let mut statements = Vec::new();
        while !self.at_end() && !ENDS.iter().any(|word| self.is_words(word)) {
            if self.is_words("DECLARE") {
                self.report(
                    self.expected("a statement").hint("declarations stand before the block's other statements"),
                );
                self.skip_statement();
            } else {
                statements.push(self.script_statement()?);
            }
            self.semicolon()?;
        }
        Ok(statements)
    }

    /// The index of the semicolon that ends the simple statement here.
    fn end_of_statement(&self) -> usize {
        let rest = self.tokens.iter().skip(self.at);
        rest.take_while(|token| token.kind != TokenKind::Semicolon).count() + self.at
    }

    fn skip_statement(&mut self) {
        self.at = self.end_of_statement();
    }

    fn script_statement(&mut self) -> Parse<ScriptStatement> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(SyntaxError::new(self.here(), format!("more than {DEPTH_LIMIT} blocks inside each other")));
        }
        let statement = deeper(|| self.one_statement());
        self.depth -= 1;
        statement
    }

    fn one_statement(&mut self) -> Parse<ScriptStatement> {
        let start = self.here();
        let label = self.label()?;
        if self.is_words("BEGIN") {
            return Ok(ScriptStatement::Block(self.compound(label)?));
        }
        for (words, read) in [
            ("LOOP", Self::bare_loop as fn(&mut Self) -> Parse<(LoopKind, Vec<ScriptStatement>)>),
            ("WHILE", Self::while_loop),
            ("REPEAT", Self::repeat_loop),
            ("FOR", Self::for_loop),
        ] {
            if self.eat_words(words) {
                let (kind, body) = read(self)?;
                self.expect_end_of(words, start, &format!("END {words}"))?;
                self.end_label(label.as_ref())?;
                return Ok(ScriptStatement::Loop(Box::new(Loop { label, kind, body })));
            }
        }
        if label.is_some() {
            return Err(self.expected("`BEGIN`, `LOOP`, `WHILE`, `REPEAT` or `FOR` behind the label"));
        }
        if self.eat_words("IF") {
            return self.if_statement(start);
        }
        if self.eat_words("CASE") {
            return self.case_statement(start);
        }
        match self.control()? {
            Some(statement) => Ok(statement),
            None => Ok(ScriptStatement::Statement(self.inner_statement())),
        }
    }

    /// A statement that stands by itself outside of scripts too. Its errors leave the rest of the script alone.
    fn inner_statement(&mut self) -> Statement {
        let end = self.end_of_statement();
        let mut inner = Cursor::new(self.source, &self.tokens[self.at..end], self.hints);
        inner.scripted = true;
        if self.at == end {
            inner.end = self.here().start;
        }
        self.at = end;
        let statement = inner.whole_statement();
        self.errors.append(&mut inner.errors);
        self.warnings.append(&mut inner.warnings);
        statement
    }

    /// An expression up to a word, which comes before the end of the statement.
    fn expr_to(&mut self, word: &str) -> Parse<Expr> {
        let end = self.word_ahead(word)?;
        if end == self.at {
            return Err(self.expected("a condition"));
        }
        Ok(self.expr_until(end))
    }

    fn word_ahead(&mut self, word: &str) -> Parse<usize> {
        let limit = self.end_of_statement();
        let all = self.tokens;
        self.tokens = &all[..limit];
        let end = self.find_words(&[word], false);
        self.tokens = all;
        if end < limit {
            return Ok(end);
        }
        self.at = limit;
        Err(self.expected(format_args!("`{word}`")))
    }

    fn bare_loop(&mut self) -> Parse<(LoopKind, Vec<ScriptStatement>)> {
        Ok((LoopKind::Loop, self.script_statements()?))
    }

    fn while_loop(&mut self) -> Parse<(LoopKind, Vec<ScriptStatement>)> {
        let condition = self.expr_to("DO")?;
        self.expect_words("DO")?;
        Ok((LoopKind::While(condition), self.script_statements()?))
    }

    fn repeat_loop(&mut self) -> Parse<(LoopKind, Vec<ScriptStatement>)> {
        let body = self.script_statements()?;
        self.expect_words("UNTIL")?;
        Ok((LoopKind::Until(self.expr_to("END")?), body))
    }

    fn for_loop(&mut self) -> Parse<(LoopKind, Vec<ScriptStatement>)> {
        let named = self.is_name() && self.word_at(1).eq_ignore_ascii_case("as");
        let variable = if named { Some(self.ident("a variable")?) } else { None };
        self.at += usize::from(named);
        let end = self.word_ahead("DO")?;
        if !self.at_query() {
            return Err(self.expected("a query"));
        }
        let query = Box::new(self.query_until(end));
        self.expect_words("DO")?;
        Ok((LoopKind::For { variable, query }, self.script_statements()?))
    }

    fn if_statement(&mut self, start: Span) -> Parse<ScriptStatement> {
        let mut branches = Vec::new();
        loop {
            let condition = self.expr_to("THEN")?;
            self.expect_words("THEN")?;
            branches.push((condition, self.script_statements()?));
            if !self.eat_words("ELSEIF") {
                break;
            }
        }
        let otherwise = if self.eat_words("ELSE") { Some(self.script_statements()?) } else { None };
        self.expect_end_of("IF", start, "END IF")?;
        Ok(ScriptStatement::If { branches, otherwise })
    }

    fn case_statement(&mut self, start: Span) -> Parse<ScriptStatement> {
        let operand = if self.is_words("WHEN") { None } else { Some(self.expr_to("WHEN")?) };
        let mut branches = Vec::new();
        while self.eat_words("WHEN") {
            let condition = self.expr_to("THEN")?;
            self.expect_words("THEN")?;
            branches.push((condition, self.script_statements()?));
        }
        if branches.is_empty() {
            return Err(self.expected("`WHEN`"));
        }
        let otherwise = if self.eat_words("ELSE") { Some(self.script_statements()?) } else { None };
        self.expect_end_of("CASE", start, "END CASE")?;
        Ok(ScriptStatement::Case { operand, branches, otherwise })
    }

    /// The statements that only a script has.
    fn control(&mut self) -> Parse<Option<ScriptStatement>> {
        let words = ["LEAVE", "ITERATE", "SIGNAL", "RESIGNAL", "OPEN", "FETCH", "CLOSE", "GET DIAGNOSTICS"];
        Ok(Some(match self.eat_one_of(&words) {
            Some("LEAVE") => ScriptStatement::Leave(self.ident("a label")?),
            Some("ITERATE") => ScriptStatement::Iterate(self.ident("a label")?),
            Some("SIGNAL") => self.signal(false)?,
            Some("RESIGNAL") => self.signal(true)?,
            Some("OPEN") => ScriptStatement::Open(self.ident("a cursor")?),
            Some("FETCH") => {
                if self.eat_words("NEXT") {
                    self.expect_words("FROM")?;
                } else {
                    self.eat_words("FROM");
                }
                let cursor = self.ident("a cursor")?;
                self.expect_words("INTO")?;
                ScriptStatement::Fetch { cursor, into: self.targets()? }
            }
            Some("CLOSE") => ScriptStatement::Close(self.ident("a cursor")?),
            Some(_) => self.diagnostics()?,
            None => return Ok(None),
        }))
    }

    /// `variable, …`.
    pub(super) fn targets(&mut self) -> Parse<Vec<Name>> {
        let mut names = vec![self.name("a variable")?];
        while self.eat(TokenKind::Comma) {
            names.push(self.name("a variable")?);
        }
        Ok(names)
    }

    fn signal(&mut self, again: bool) -> Parse<ScriptStatement> {
        let bare = again && (self.is(TokenKind::Semicolon) || self.is_words("SET") || self.at_end());
        let condition = if bare { None } else { Some(self.caught()?) };
        let mut set = Vec::new();
        if self.eat_words("SET") {
            loop {
                let field = self.ident("`MESSAGE_TEXT` or `MESSAGE_ARGUMENTS`")?;
                self.expect(TokenKind::Equal, "`=`")?;
                let end = self.end_of_statement().min(self.find_words(&[], true));
                set.push((field, self.expr_until(end)));
                if !self.eat(TokenKind::Comma) {
                    break;
                }
            }
        }
        Ok(ScriptStatement::Signal { again, condition, set })
    }

    fn diagnostics(&mut self) -> Parse<ScriptStatement> {
        self.expect_words("CONDITION")?;
        self.expect(TokenKind::Number, "`1`")?;
        let mut items = Vec::new();
        loop {
            let variable = self.name("a variable")?;
            self.expect(TokenKind::Equal, "`=`")?;
            items.push((variable, self.ident("`MESSAGE_TEXT`, `RETURNED_SQLSTATE` or another field")?));
            if !self.eat(TokenKind::Comma) {
                return Ok(ScriptStatement::Diagnostics(items));
            }
        }
    }

    fn caught(&mut self) -> Parse<Caught> {
        if self.eat_words("SQLSTATE") {
            self.eat_words("VALUE");
            return Ok(Caught::SqlState(self.string("the SQLSTATE as a string of five characters")?));
        }
        if self.eat_words("SQLEXCEPTION") {
            return Ok(Caught::SqlException);
        }
        if self.eat_words("NOT FOUND") {
            return Ok(Caught::NotFound);
        }
        Ok(Caught::Condition(self.ident("`SQLSTATE`, `SQLEXCEPTION`, `NOT FOUND` or a condition")?))
    }

    /// After `DECLARE` in a block.
    fn declaration(&mut self) -> Parse<Declaration> {
        if let Some(kind) = self.eat_one_of(&["EXIT HANDLER", "CONTINUE HANDLER"]) {
            self.expect_words("FOR")?;
            let mut conditions = vec![self.caught()?];
            while self.eat(TokenKind::Comma) {
                conditions.push(self.caught()?);
            }
            let body = Box::new(self.script_statement()?);
            return Ok(Declaration::Handler { exit: kind == "EXIT HANDLER", conditions, body });
        }
        if self.word_at(1).eq_ignore_ascii_case("condition") {
            let name = self.ident("a condition")?;
            self.at += 1;
            let sqlstate = if self.eat_words("FOR") {
                self.expect_words("SQLSTATE")?;
                self.eat_words("VALUE");
                Some(self.string("the SQLSTATE as a string")?)
            } else {
                None
            };
            return Ok(Declaration::Condition { name, sqlstate });
        }
        let sensitive =
            self.word_at(1).eq_ignore_ascii_case("insensitive") || self.word_at(1).eq_ignore_ascii_case("asensitive");
        if self.word_at(1 + usize::from(sensitive)).eq_ignore_ascii_case("cursor") {
            let name = self.ident("a cursor")?;
            self.at += 1 + usize::from(sensitive);
            self.expect_words("FOR")?;
            if !self.at_query() {
                return Err(self.expected("a query"));
            }
            let end = self.end_of_statement();
            return Ok(Declaration::Cursor { name, query: Box::new(self.query_until(end)) });
        }
        Ok(Declaration::Variable(self.declared_variable()?))
    }
}

/// The rank of a declaration in a block.
fn order(declaration: &Declaration) -> u8 {
    match declaration {
        Declaration::Variable(_) | Declaration::Condition { .. } => 0,
        Declaration::Cursor { .. } => 1,
        Declaration::Handler { .. } => 2,
    }
}
