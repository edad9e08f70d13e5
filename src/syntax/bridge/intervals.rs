//! Interval literals.

use sqlparser::tokenizer::Token as AstToken;

use crate::syntax::error::Parse;
use crate::syntax::lexer::{Token, TokenKind};

use super::lower::Lowering;

impl Lowering<'_, '_> {
    /// `INTERVAL 1 YEAR 2 MONTHS` is `INTERVAL '1 YEAR 2 MONTHS'`.
    pub(super) fn interval(&mut self, token: Token) -> Parse<bool> {
        let mut value = String::new();
        let mut ahead = 1;
        let mut pairs = 0;
        let mut span = token.span;
        loop {
            let sign = self.token(ahead).filter(|t| matches!(t.kind, TokenKind::Minus | TokenKind::Plus));
            let number_at = ahead + usize::from(sign.is_some());
            let number = self.token(number_at).filter(|t| matches!(t.kind, TokenKind::Number | TokenKind::String));
            let unit = self.token(number_at + 1).filter(|t| is_unit(t.text(self.slot.source)));
            let (Some(number), Some(unit)) = (number, unit) else {
                break;
            };
            if sign.is_some_and(|sign| sign.kind == TokenKind::Minus) {
                value.push('-');
            }
            value.push_str(&number.string_value(self.slot.source));
            value.push(' ');
            value.push_str(unit.text(self.slot.source));
            value.push(' ');
            span = if pairs == 0 { number.span.to(unit.span) } else { span.to(unit.span) };
            ahead = number_at + 2;
            pairs += 1;
        }
        if pairs < 2 {
            let value = match self.kind(1) {
                Some(TokenKind::Minus | TokenKind::Plus) => {
                    self.token(3).is_some_and(|t| is_unit(t.text(self.slot.source)))
                }
                Some(TokenKind::Number | TokenKind::LeftParen | TokenKind::Colon | TokenKind::Question) => true,
                kind => kind.is_some_and(TokenKind::is_string),
            };
            if !value {
                self.name_like_keyword(token);
            }
            return Ok(!value);
        }
        self.begin_relation(token.span.start);
        self.push(AstToken::make_keyword("INTERVAL"), token.span);
        self.push(AstToken::SingleQuotedString(value.trim_end().to_string()), span);
        self.at += ahead;
        Ok(true)
    }

    /// How many tokens an interval literal takes from `INTERVAL` on: `INTERVAL [sign] value unit …`.
    pub(super) fn interval_length(&self, start: usize) -> usize {
        let mut length = 1;
        loop {
            let sign = usize::from(matches!(self.kind(start + length), Some(TokenKind::Minus | TokenKind::Plus)));
            let value = self.kind(start + length + sign);
            if !matches!(value, Some(TokenKind::Number | TokenKind::String)) {
                return length;
            }
            length += sign + 1;
            if self.token(start + length).is_some_and(|token| is_unit(token.text(self.slot.source))) {
                length += 1;
            } else {
                return length;
            }
        }
    }
}

/// Units of an interval literal, singular and plural.
fn is_unit(text: &str) -> bool {
    const UNITS: [&str; 9] = ["YEAR", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"];
    UNITS.iter().any(|unit| {
        text.get(..unit.len()).is_some_and(|head| head.eq_ignore_ascii_case(unit))
            && (text.len() == unit.len() || text[unit.len()..].eq_ignore_ascii_case("s"))
    })
}
