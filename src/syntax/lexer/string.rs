//! The values of string literals and quoted names.

use std::borrow::Cow;

use super::token::{Token, TokenKind};

impl Token {
    /// The value of a string literal (Databricks documentation, "STRING type", § Literals).
    pub(crate) fn string_value(&self, source: &str) -> String {
        let text = self.text(source);
        match self.kind {
            TokenKind::String => {
                unescape(text.get(1..text.len().saturating_sub(1)).unwrap_or_default(), text.starts_with('"'))
            }
            TokenKind::RawString | TokenKind::HexString => {
                text.get(2..text.len().saturating_sub(1)).unwrap_or_default().to_string()
            }
            TokenKind::DollarString => text.get(2..text.len().saturating_sub(2)).unwrap_or_default().to_string(),
            _ => text.to_string(),
        }
    }

    /// The name that a word or a quoted word stands for.
    pub(crate) fn name_value<'s>(&self, source: &'s str) -> Cow<'s, str> {
        let text = self.text(source);
        match self.kind {
            TokenKind::QuotedWord => {
                let inside = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
                if inside.contains('`') { inside.replace("``", "`").into() } else { inside.into() }
            }
            _ => text.into(),
        }
    }
}

/// Spark's `unescapeSQLString`: the C escapes, `\Z`, octal and unicode code points; `\%` and `\_` keep their backslash
/// for `LIKE`; any other escaped character stands for itself. A doubled quote is one quote.
fn unescape(inside: &str, double: bool) -> String {
    let quote = if double { '"' } else { '\'' };
    if !inside.contains(['\\', quote]) {
        return inside.to_string();
    }
    let mut value = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '\\' {
            rest = escape(rest, &mut value);
            continue;
        }
        value.push(c);
        // Inside the literal the delimiter can only stand doubled.
        if c == quote {
            rest = rest.strip_prefix(quote).unwrap_or(rest);
        }
    }
    value
}

/// Writes the character that an escape stands for and returns what follows the escape.
fn escape<'t>(rest: &'t str, value: &mut String) -> &'t str {
    let Some(c) = rest.chars().next() else {
        value.push('\\');
        return rest;
    };
    for (letter, digits) in [('u', 4), ('U', 8)] {
        if c == letter
            && let Some(code) = rest.get(1..=digits)
            && let Some(decoded) = u32::from_str_radix(code, 16).ok().and_then(char::from_u32)
        {
            value.push(decoded);
            return &rest[1 + digits..];
        }
    }
    if let Some(octal) = rest.get(..3)
        && octal.bytes().all(|b| (b'0'..=b'7').contains(&b))
        && let Ok(code) = u8::from_str_radix(octal, 8)
        && code.is_ascii()
    {
        value.push(char::from(code));
        return &rest[3..];
    }
    match c {
        '0' => value.push('\0'),
        'b' => value.push('\u{8}'),
        'n' => value.push('\n'),
        'r' => value.push('\r'),
        't' => value.push('\t'),
        'Z' => value.push('\u{1a}'),
        '%' | '_' => {
            value.push('\\');
            value.push(c);
        }
        other => value.push(other),
    }
    &rest[c.len_utf8()..]
}
