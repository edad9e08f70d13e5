//! Numeric literals (Spark's lexer: `INTEGER_VALUE`, `BIGINT_LITERAL` … `BIGDECIMAL_LITERAL`).

use crate::syntax::ast::NumberSuffix;

/// The length of the number at the start of a text; `None` when the text starts a name, as `2024_sales` does.
pub(super) fn number_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(0);
    let mut end = whole;
    let mut fraction = false;
    if bytes.get(end) == Some(&b'.') {
        let places = digits(end + 1);
        if whole > 0 || places > 0 {
            end += 1 + places;
            fraction = true;
        }
    }
    let mut exponent = false;
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let places = bytes.get(end + 1 + sign..).map_or(0, |_| digits(end + 1 + sign));
        if places > 0 {
            end += 1 + sign + places;
            exponent = true;
        }
    }
    end += suffix_length(&bytes[end..], fraction || exponent);
    let ends = |at: usize| !text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(continues_name);
    if ends(end) {
        return Some(end);
    }
    // `1.a` is a number, a dot and a name, though `1.` alone is a number.
    (fraction && whole > 0).then_some(whole)
}

fn suffix_length(rest: &[u8], fractional: bool) -> usize {
    match rest.first().map(u8::to_ascii_uppercase) {
        Some(b'L' | b'S' | b'Y') if !fractional => 1,
        Some(b'F' | b'D') => 1,
        Some(b'B') if rest.get(1).is_some_and(|b| b.eq_ignore_ascii_case(&b'D')) => 2,
        _ => 0,
    }
}

fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A numeric literal taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NumberParts<'t> {
    pub(crate) digits: &'t str,
    pub(crate) suffix: Option<NumberSuffix>,
}

impl<'t> NumberParts<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let last = text.as_bytes().last().map(u8::to_ascii_uppercase);
        let big = text.len() > 2 && text.as_bytes()[text.len() - 2].eq_ignore_ascii_case(&b'B');
        let suffix = match last {
            Some(b'L') => Some(NumberSuffix::BigInt),
            Some(b'S') => Some(NumberSuffix::SmallInt),
            Some(b'Y') => Some(NumberSuffix::TinyInt),
            Some(b'F') => Some(NumberSuffix::Float),
            Some(b'D') if big => Some(NumberSuffix::Decimal),
            Some(b'D') => Some(NumberSuffix::Double),
            _ => None,
        };
        let length = match suffix {
            None => 0,
            Some(NumberSuffix::Decimal) => 2,
            Some(_) => 1,
        };
        Self { digits: &text[..text.len() - length], suffix }
    }
}
