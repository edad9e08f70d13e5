//! Literals, casts and operators as sqlparser's tokens.

use sqlparser::tokenizer::Token as AstToken;

use crate::diag::Span;
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::{NumberParts, Token, TokenKind};
use crate::syntax::parse::{Cursor, data_type};

use super::dialect::UNSIGNED_SHIFT;
use super::lower::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn number(&mut self, token: Token) -> Parse<()> {
        let parts = NumberParts::of(token.text(self.slot.source));
        if let Some(suffix) = parts.suffix {
            self.side.numbers.insert(token.span.start, suffix);
        }
        self.emit(AstToken::Number(parts.digits.to_string(), false), token.span)
    }

    /// Neighbouring literals are one string.
    pub(super) fn string(&mut self, token: Token) -> Parse<()> {
        self.refuse_string_alias(token)?;
        let mut value = token.string_value(self.slot.source);
        let mut span = token.span;
        self.at += 1;
        while let Some(next) = self.token(0).filter(|next| next.kind.is_string()) {
            value.push_str(&next.string_value(self.slot.source));
            span = span.to(next.span);
            self.at += 1;
        }
        if self.files && self.frame().relation {
            self.begin_relation(span.start);
            self.push_name(value, Some('`'), span);
            return Ok(());
        }
        self.side.strings.insert(span.start, span);
        self.push(AstToken::SingleQuotedString(value), span);
        Ok(())
    }

    /// sqlparser takes `x AS 'y'` and `f(x) 'y'` for an alias; Databricks has no such alias.
    pub(super) fn refuse_string_alias(&self, token: Token) -> Parse<()> {
        let Some(before) = self.at.checked_sub(1).map(|at| self.slot.tokens[at]) else {
            return Ok(());
        };
        let alias = match before.kind {
            TokenKind::Word => before.text(self.slot.source).eq_ignore_ascii_case("as"),
            TokenKind::QuotedWord | TokenKind::Number | TokenKind::RightParen | TokenKind::RightBracket => true,
            _ => false,
        };
        if !alias {
            return Ok(());
        }
        let text = token.text(self.slot.source);
        let name = text.trim_matches(['\'', '"']).replace('`', "``");
        Err(SyntaxError::new(token.span, format!("expected a name, found the string {text}"))
            .hint(format!("quotes make a string; write the name in backticks: `{name}`")))
    }

    pub(super) fn cast_operator(&mut self, operator: AstToken, span: Span) -> Parse<()> {
        self.operator(operator, span)?;
        self.cast_type()
    }

    /// The type that comes next, read by our own parser and handed on as one name.
    pub(super) fn cast_type(&mut self) -> Parse<()> {
        let mut cursor = Cursor::new(self.slot.source, &self.slot.tokens[self.at..], &[]);
        cursor.end = self.slot.after.start;
        let start = cursor.here();
        let value = data_type(&mut cursor)?;
        let span = cursor.since(start);
        self.at += cursor.at;
        self.push_name(value.to_string(), None, span);
        Ok(())
    }

    /// `AS` of a `CAST`; anything else is not a rewrite's business.
    pub(super) fn cast_as(&mut self, token: Token) -> Parse<bool> {
        if !self.frame().cast {
            return Ok(false);
        }
        self.frame().cast = false;
        self.emit(AstToken::make_keyword("AS"), token.span)?;
        self.cast_type()?;
        Ok(true)
    }

    /// `>` is lexed one by one, for types; elsewhere neighbours make `>>` and `>>>`.
    pub(super) fn greater(&mut self, span: Span) -> Parse<()> {
        let joined = |ahead: usize| {
            self.token(ahead).is_some_and(|next| {
                next.kind == TokenKind::Greater && next.span.start as usize == span.start as usize + ahead
            })
        };
        let (length, operator) = match (joined(1), joined(2)) {
            (true, true) => (3, AstToken::CustomBinaryOperator(UNSIGNED_SHIFT.to_string())),
            (true, false) => (2, AstToken::ShiftRight),
            _ => (1, AstToken::Gt),
        };
        self.count(span)?;
        self.at += length;
        self.push(operator, Span { start: span.start, end: span.start + u32::try_from(length).unwrap_or(1) });
        Ok(())
    }
}

pub(super) fn binary(kind: TokenKind) -> Option<AstToken> {
    use TokenKind as K;
    Some(match kind {
        K::Equal => AstToken::Eq,
        K::NotEqual => AstToken::Neq,
        K::NullSafeEqual => AstToken::Spaceship,
        K::Less => AstToken::Lt,
        K::LessEqual => AstToken::LtEq,
        K::GreaterEqual => AstToken::GtEq,
        K::ShiftLeft => AstToken::ShiftLeft,
        K::Plus => AstToken::Plus,
        K::Minus => AstToken::Minus,
        K::Star => AstToken::Mul,
        K::Slash => AstToken::Div,
        K::Percent => AstToken::Mod,
        K::Concat => AstToken::StringConcat,
        K::Pipe => AstToken::Pipe,
        K::Ampersand => AstToken::Ampersand,
        K::Caret => AstToken::Caret,
        _ => return None,
    })
}
