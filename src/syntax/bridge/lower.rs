//! lakesmith's tokens as sqlparser's, with the rewrites of constructs that sqlparser does not know.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Span as AstSpan, Token as AstToken, TokenWithSpan, Word};

use crate::diag::Span;
use crate::syntax::ast::SideTable;
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::{Token, TokenKind};

use super::chains::{self, Chains};
use super::dialect::TRY_CAST;
use super::keyword::{begins_clause, keyword};
use super::operands::binary;
use super::slot::Slot;

/// Operators in a row at one depth. sqlparser builds a left-deep tree of them, which is walked by recursion.
const OPERATOR_LIMIT: usize = 400;
/// How deep the whole tree may be: operators in a row and set operators, with those of the brackets inside them.
const TREE_LIMIT: usize = 600;
/// Brackets inside brackets.
const DEPTH_LIMIT: usize = 100;

pub(super) struct Lowered {
    pub(super) tokens: Vec<TokenWithSpan>,
    pub(super) side: SideTable,
}

/// What the tokens of a slot begin.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    Slot,
    /// A relation, put behind `SELECT * FROM`.
    Relation,
    /// Common table expressions, put before `SELECT NULL`.
    CommonTables,
    /// A query whose relation is a string: the path of files.
    Files,
}

pub(super) fn lower(slot: &Slot<'_>, start: Start) -> Result<Lowered, Vec<SyntaxError>> {
    let mut lowering = Lowering {
        slot,
        at: 0,
        out: Vec::with_capacity(slot.tokens.len() + 3),
        side: SideTable::default(),
        frames: vec![Frame::default()],
        closing: Vec::new(),
        files: start == Start::Files,
        chains: Chains::of(slot.tokens, slot.source),
        grouped: 0,
    };
    if start == Start::Relation {
        let at = Span { start: slot.span().start, end: slot.span().start };
        lowering.push(AstToken::make_keyword("SELECT"), at);
        lowering.push(AstToken::Mul, at);
        lowering.push(AstToken::make_keyword("FROM"), at);
        let frame = lowering.frame();
        frame.from = true;
        frame.relation = true;
    }
    let lowered = lowering.all();
    if start == Start::CommonTables {
        let at = Span { start: slot.after.start, end: slot.after.start };
        lowering.push(AstToken::make_keyword("SELECT"), at);
        lowering.push(AstToken::make_keyword("NULL"), at);
    }
    match lowered {
        Ok(()) => Ok(Lowered { tokens: lowering.out, side: lowering.side }),
        Err(error) => Err(vec![error]),
    }
}

/// What is known about the innermost open parenthesis.
#[derive(Default)]
pub(super) struct Frame {
    /// Between `FROM` and the clause that ends it.
    pub(super) from: bool,
    /// A relation must come next.
    pub(super) relation: bool,
    /// The offset of the relation just read, while its own clauses may follow.
    pub(super) current: Option<u32>,
    /// The parenthesis of `CAST(`.
    pub(super) cast: bool,
    /// The parenthesis of `struct(`.
    pub(super) fields: bool,
    /// The parenthesis is a rewrite's and is left out.
    pub(super) silent: bool,
    /// The parenthesis of a `TABLE(…)` argument: the offset of what is inside.
    pub(super) table_argument: Option<u32>,
    pub(super) operators: usize,
    pub(super) set_operators: usize,
    /// How deep the deepest query of a row of set operators lies that is grouped.
    pub(super) grouped_sets: usize,
    /// How deep the deepest operand of the current row of operators is.
    pub(super) inner: usize,
    /// How deep the deepest operand of a row lies that is grouped.
    pub(super) grouped: usize,
    /// The deepest expression that a comma or a clause has ended.
    pub(super) ended: usize,
    pub(super) joins: usize,
    /// The commas are those between rows.
    pub(super) values: bool,
    /// The deepest `SELECT` that a set operator has ended.
    pub(super) selects: usize,
    /// The `CASE` that waits for its `END`: like brackets, it can stand at the far end of a row of operators.
    pub(super) case: bool,
}

impl Frame {
    /// How deep the current expression can be.
    fn expression(&self) -> usize {
        self.grouped.max(self.operators + self.inner)
    }

    fn end_expression(&mut self) {
        self.ended = self.ended.max(self.expression());
        self.operators = 0;
        self.inner = 0;
        self.grouped = 0;
    }

    /// Ends an operand of a row that is grouped: it lies no deeper than any other.
    fn end_operand(&mut self) {
        self.grouped = self.grouped.max(chains::DEPTH + self.operators + self.inner);
        self.operators = 0;
        self.inner = 0;
    }

    pub(super) fn end_select(&mut self) {
        self.end_expression();
        self.selects = self.selects.max(self.joins + self.ended);
        self.joins = 0;
        self.ended = 0;
    }

    /// How deep the tree of all that was read since the frame was opened can be.
    fn depth(&self) -> usize {
        let expression = self.ended.max(self.expression());
        1 + self.grouped_sets.max(self.set_operators) + self.selects.max(self.joins + expression)
    }
}

pub(super) struct Lowering<'s, 'a> {
    pub(super) slot: &'s Slot<'a>,
    pub(super) at: usize,
    pub(super) out: Vec<TokenWithSpan>,
    pub(super) side: SideTable,
    pub(super) frames: Vec<Frame>,
    /// The tokens before which a parenthesis that a rewrite opened is closed, the innermost last.
    pub(super) closing: Vec<usize>,
    /// A string where a relation is awaited is the path of files.
    pub(super) files: bool,
    pub(super) chains: Chains,
    /// Parentheses of `chains` that are open.
    grouped: usize,
}

impl Lowering<'_, '_> {
    fn all(&mut self) -> Parse<()> {
        self.hints();
        while let Some(token) = self.token(0) {
            while self.closing.pop_if(|at| *at == self.at).is_some() {
                self.push(AstToken::RParen, token.span);
            }
            self.groups(token.span);
            self.step(token)?;
        }
        let end = Span { start: self.slot.after.start, end: self.slot.after.start };
        while self.closing.pop().is_some() {
            self.push(AstToken::RParen, end);
        }
        Ok(())
    }

    /// Parentheses that make a long row of operators a shallow tree.
    fn groups(&mut self, span: Span) {
        // Nothing is closed that was not opened, whatever a rewrite has taken.
        for _ in 0..self.chains.closes.get(&self.at).map_or(0, |count| self.grouped.min(*count)) {
            self.grouped -= 1;
            self.push(AstToken::RParen, span);
        }
        for _ in 0..self.chains.opens.get(&self.at).copied().unwrap_or_default() {
            self.grouped += 1;
            self.push(AstToken::LParen, span);
        }
    }

    fn hints(&mut self) {
        let span = self.slot.span();
        let first = self.slot.hints.partition_point(|hint| hint.span.start < span.start);
        for hint in self.slot.hints[first..].iter().take_while(|hint| hint.span.end <= span.end) {
            let text = hint.text(self.slot.source).trim_start_matches("/*+").trim_end_matches("*/");
            self.side.hints.insert(hint.span.start, text.trim().to_string());
        }
    }

    pub(super) fn token(&self, ahead: usize) -> Option<Token> {
        self.slot.tokens.get(self.at + ahead).copied()
    }

    pub(super) fn kind(&self, ahead: usize) -> Option<TokenKind> {
        self.token(ahead).map(|token| token.kind)
    }

    pub(super) fn is_word(&self, ahead: usize, word: &str) -> bool {
        self.token(ahead).is_some_and(|token| {
            token.kind == TokenKind::Word && token.text(self.slot.source).eq_ignore_ascii_case(word)
        })
    }

    pub(super) fn is_words(&self, ahead: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(index, word)| self.is_word(ahead + index, word))
    }

    pub(super) fn frame(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::default());
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    pub(super) fn push(&mut self, token: AstToken, span: Span) {
        let location = |offset: u32| Location { line: 1, column: u64::from(offset) + 1 };
        self.out.push(TokenWithSpan { token, span: AstSpan { start: location(span.start), end: location(span.end) } });
    }

    /// A name that is not a keyword whatever it says.
    pub(super) fn push_name(&mut self, value: String, quote_style: Option<char>, span: Span) {
        self.push(AstToken::Word(Word { value, quote_style, keyword: Keyword::NoKeyword }), span);
    }

    pub(super) fn emit(&mut self, token: AstToken, span: Span) -> Parse<()> {
        self.at += 1;
        self.push(token, span);
        Ok(())
    }

    pub(super) fn operator(&mut self, token: AstToken, span: Span) -> Parse<()> {
        self.count(span)?;
        self.emit(token, span)
    }

    pub(super) fn count(&mut self, span: Span) -> Parse<()> {
        let is_grouped = self.chains.operators.contains(&self.at);
        let frame = self.frame();
        if is_grouped {
            frame.end_operand();
            return self.limit(span);
        }
        frame.operators += 1;
        if frame.operators > OPERATOR_LIMIT {
            return Err(SyntaxError::new(span, format!("more than {OPERATOR_LIMIT} operators in one expression"))
                .hint("group them with parentheses, or use `IN`, `coalesce` or `concat` with many arguments"));
        }
        self.limit(span)
    }

    pub(super) fn join(&mut self, span: Span) -> Parse<()> {
        let frame = self.frame();
        frame.joins += 1;
        if frame.joins > OPERATOR_LIMIT {
            return Err(SyntaxError::new(span, format!("more than {OPERATOR_LIMIT} joins in one query"))
                .hint("join some of them in common table expressions"));
        }
        self.limit(span)
    }

    /// Brackets that begin a row of operators are below all of them: limits of each alone would allow their product.
    fn limit(&mut self, span: Span) -> Parse<()> {
        if self.frame().depth() > TREE_LIMIT {
            return Err(SyntaxError::new(span, "the nesting is too deep")
                .hint("compute the inner parts in common table expressions"));
        }
        Ok(())
    }

    pub(super) fn open(&mut self, frame: Frame, span: Span) -> Parse<()> {
        if self.frames.len() >= DEPTH_LIMIT {
            return Err(SyntaxError::new(span, format!("more than {DEPTH_LIMIT} brackets inside each other"))
                .hint("name the inner parts with common table expressions"));
        }
        self.frames.push(frame);
        Ok(())
    }

    /// Closes the innermost bracket, and each `CASE` in it that has no `END`.
    fn close(&mut self) -> Frame {
        loop {
            let frame = if self.frames.len() > 1 { self.frames.pop().unwrap_or_default() } else { Frame::default() };
            let depth = frame.depth();
            let outer = self.frame();
            outer.inner = outer.inner.max(depth);
            if !frame.case {
                return frame;
            }
        }
    }

    fn step(&mut self, token: Token) -> Parse<()> {
        use TokenKind as K;
        let span = token.span;
        match token.kind {
            K::Word => self.word(token),
            K::QuotedWord => {
                self.field_alias(span);
                self.begin_relation(span.start);
                self.at += 1;
                self.push_name(token.name_value(self.slot.source).into_owned(), Some('`'), span);
                Ok(())
            }
            K::Number => self.number(token),
            K::String | K::RawString => self.string(token),
            K::HexString => self.emit(AstToken::HexStringLiteral(token.string_value(self.slot.source)), span),
            K::DollarString => self.emit(AstToken::SingleQuotedString(token.string_value(self.slot.source)), span),
            K::LeftParen => self.left_paren(span),
            K::RightParen => self.right_paren(span),
            K::LeftBracket => {
                self.open(Frame::default(), span)?;
                self.emit(AstToken::LBracket, span)
            }
            K::RightBracket => {
                self.close();
                // Each subscript is a node above what it is taken from.
                self.count(span)?;
                self.emit(AstToken::RBracket, span)
            }
            K::Comma => {
                let frame = self.frame();
                frame.relation = frame.from;
                frame.current = None;
                frame.end_expression();
                if frame.from && !frame.values {
                    self.join(span)?;
                }
                self.emit(AstToken::Comma, span)
            }
            K::DoubleColon => self.cast_operator(AstToken::DoubleColon, span),
            K::TryCast => self.cast_operator(AstToken::CustomBinaryOperator(TRY_CAST.to_string()), span),
            K::At => self.at_sign(span),
            K::Greater => self.greater(span),
            K::PipeOperator => self.pipe(token),
            K::Dot => self.emit(AstToken::Period, span),
            K::Colon => self.emit(AstToken::Colon, span),
            K::Question => self.emit(AstToken::Placeholder("?".to_string()), span),
            K::Arrow => self.emit(AstToken::Arrow, span),
            K::FatArrow => self.emit(AstToken::RArrow, span),
            K::LeftBrace => self.emit(AstToken::LBrace, span),
            K::RightBrace => self.emit(AstToken::RBrace, span),
            K::Bang => self.emit(AstToken::ExclamationMark, span),
            K::Tilde => self.emit(AstToken::Tilde, span),
            kind => match binary(kind) {
                Some(operator) => self.operator(operator, span),
                None => Err(SyntaxError::new(span, format!("unexpected `{}`", token.text(self.slot.source)))),
            },
        }
    }

    fn word(&mut self, token: Token) -> Parse<()> {
        let text = token.text(self.slot.source);
        let word = Word { value: text.to_string(), quote_style: None, keyword: keyword(text) };
        if self.rewrite(token, &word)? {
            return Ok(());
        }
        match word.keyword {
            Keyword::FROM | Keyword::JOIN => {
                let distinct = self.at > 0
                    && self.slot.tokens[self.at - 1].text(self.slot.source).eq_ignore_ascii_case("distinct");
                let frame = self.frame();
                if !distinct {
                    frame.from = true;
                    frame.relation = true;
                    frame.current = None;
                }
                frame.end_expression();
                frame.values = false;
                if word.keyword == Keyword::JOIN {
                    self.join(token.span)?;
                }
            }
            word if begins_clause(word) => {
                let frame = self.frame();
                frame.from = false;
                frame.relation = false;
                frame.current = None;
                frame.end_expression();
            }
            Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT | Keyword::MINUS => self.set_operator(token.span)?,
            Keyword::ON | Keyword::USING | Keyword::AS => {
                let frame = self.frame();
                frame.relation = false;
                frame.current = None;
            }
            Keyword::CASE if !self.is_name_here() => self.frames.push(Frame { case: true, ..Frame::default() }),
            Keyword::END if self.frame().case => {
                let case = self.frames.pop().unwrap_or_default().depth();
                let outer = self.frame();
                outer.inner = outer.inner.max(case);
                self.limit(token.span)?;
            }
            Keyword::WHEN | Keyword::THEN | Keyword::ELSE => self.frame().end_expression(),
            Keyword::AND
            | Keyword::OR
            | Keyword::DIV
            | Keyword::IS
            | Keyword::IN
            | Keyword::BETWEEN
            | Keyword::LIKE
            | Keyword::ILIKE
            | Keyword::RLIKE
            | Keyword::REGEXP => self.count(token.span)?,
            Keyword::LATERAL => self.join(token.span)?,
            Keyword::VALUES => self.frame().values = true,
            Keyword::TABLE => {}
            // The parser would take `RLIKE NULL` for one operator.
            Keyword::NULL if self.follows_regexp() => {
                self.push(AstToken::LParen, token.span);
                self.emit(AstToken::Word(word), token.span)?;
                self.push(AstToken::RParen, token.span);
                return Ok(());
            }
            Keyword::END | Keyword::NULL => {}
            _ => {
                self.field_alias(token.span);
                self.begin_relation(token.span.start);
            }
        }
        self.emit(AstToken::Word(word), token.span)
    }

    fn follows_regexp(&self) -> bool {
        self.at.checked_sub(1).is_some_and(|at| {
            let before = self.slot.tokens[at];
            before.kind == TokenKind::Word
                && matches!(keyword(before.text(self.slot.source)), Keyword::RLIKE | Keyword::REGEXP)
        })
    }

    /// Does a name stand here, whatever it says?
    fn is_name_here(&self) -> bool {
        self.at.checked_sub(1).is_some_and(|at| {
            let before = self.slot.tokens[at];
            before.kind == TokenKind::Dot || before.text(self.slot.source).eq_ignore_ascii_case("as")
        })
    }

    /// `struct(1 a)` is `struct(1 AS a)`.
    fn field_alias(&mut self, span: Span) {
        use TokenKind as K;
        if !self.frame().fields || !matches!(self.kind(1), Some(K::Comma | K::RightParen)) {
            return;
        }
        let Some(before) = self.at.checked_sub(1).map(|at| self.slot.tokens[at]) else {
            return;
        };
        let operand = match before.kind {
            K::QuotedWord | K::Number | K::String | K::RightParen | K::RightBracket => true,
            K::Word => {
                matches!(keyword(before.text(self.slot.source)), Keyword::NoKeyword | Keyword::END)
            }
            _ => false,
        };
        if operand {
            self.push(AstToken::make_keyword("AS"), span);
        }
    }

    /// `* EXCEPT (…)` is no set operator, but counting it does no harm.
    fn set_operator(&mut self, span: Span) -> Parse<()> {
        let is_grouped = self.chains.operators.contains(&self.at);
        let frame = self.frame();
        frame.from = false;
        frame.relation = false;
        frame.current = None;
        frame.end_select();
        if is_grouped {
            frame.grouped_sets = frame.grouped_sets.max(chains::DEPTH + frame.set_operators);
            frame.set_operators = 0;
            return self.limit(span);
        }
        frame.set_operators += 1;
        if frame.set_operators > OPERATOR_LIMIT {
            return Err(SyntaxError::new(span, format!("more than {OPERATOR_LIMIT} set operators in one query")));
        }
        self.limit(span)
    }

    /// Marks the start of a relation where one is awaited.
    pub(super) fn begin_relation(&mut self, offset: u32) {
        let frame = self.frame();
        if frame.relation {
            frame.relation = false;
            frame.current = Some(offset);
        }
    }

    fn left_paren(&mut self, span: Span) -> Parse<()> {
        let before = self.at.checked_sub(1).map_or("", |at| self.slot.tokens[at].text(self.slot.source));
        let cast = before.eq_ignore_ascii_case("cast") || before.eq_ignore_ascii_case("try_cast");
        let opens_query = self.is_word(1, "SELECT") || self.is_word(1, "WITH") || self.is_word(1, "VALUES");
        let fields = before.eq_ignore_ascii_case("struct");
        let mut frame = Frame { cast, fields, ..Frame::default() };
        if self.frame().relation {
            // A derived table is known by its first token inside.
            let inside = self.token(1).map_or(span.start, |token| token.span.start);
            self.begin_relation(inside);
            frame.from = !opens_query;
            frame.relation = !opens_query;
        }
        self.open(frame, span)?;
        self.emit(AstToken::LParen, span)
    }

    fn right_paren(&mut self, span: Span) -> Parse<()> {
        let frame = self.close();
        self.limit(span)?;
        if frame.silent {
            self.at += 1;
        } else {
            self.emit(AstToken::RParen, span)?;
        }
        match frame.table_argument {
            Some(offset) => self.table_argument_clauses(offset),
            None => Ok(()),
        }
    }
}
