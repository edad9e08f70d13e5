//! Data types.

use crate::diag::{Span, did_you_mean};
use crate::ident::Identifier;
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::{Token, TokenKind};
use crate::syntax::types::{DataType, StructField};

use super::cursor::{Cursor, identifier};

/// Types inside types.
const DEPTH_LIMIT: usize = 50;

/// Simple names and what they stand for (Databricks documentation, "Data types"; aliases as in Spark's
/// `DataTypeAstBuilder`).
const SIMPLE: [(&str, DataType); 23] = [
    ("BOOLEAN", DataType::Boolean),
    ("TINYINT", DataType::TinyInt),
    ("BYTE", DataType::TinyInt),
    ("SMALLINT", DataType::SmallInt),
    ("SHORT", DataType::SmallInt),
    ("INT", DataType::Int),
    ("INTEGER", DataType::Int),
    ("BIGINT", DataType::BigInt),
    ("LONG", DataType::BigInt),
    ("FLOAT", DataType::Float),
    ("REAL", DataType::Float),
    ("DOUBLE", DataType::Double),
    ("STRING", DataType::String),
    ("TEXT", DataType::String),
    ("BINARY", DataType::Binary),
    ("DATE", DataType::Date),
    ("TIMESTAMP", DataType::Timestamp),
    ("TIMESTAMP_LTZ", DataType::Timestamp),
    ("TIMESTAMP_NTZ", DataType::TimestampNtz),
    ("VARIANT", DataType::Variant),
    ("OBJECT", DataType::Variant),
    ("VOID", DataType::Void),
    ("BOOL", DataType::Boolean),
];

/// Reads one data type.
pub(crate) fn data_type(cursor: &mut Cursor<'_>) -> Parse<DataType> {
    nested(cursor, 0)
}

fn nested(cursor: &mut Cursor<'_>, depth: usize) -> Parse<DataType> {
    if depth >= DEPTH_LIMIT {
        return Err(SyntaxError::new(cursor.here(), format!("more than {DEPTH_LIMIT} types inside each other")));
    }
    let Some(token) = cursor.peek().filter(|token| token.kind == TokenKind::Word) else {
        return Err(cursor.expected("a data type"));
    };
    let word = token.text(cursor.source);
    if let Some((_, simple)) = SIMPLE.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) {
        cursor.at += 1;
        return Ok(simple.clone());
    }
    let upper = word.to_ascii_uppercase();
    match upper.as_str() {
        "DECIMAL" | "DEC" | "NUMERIC" => {
            cursor.at += 1;
            decimal(cursor)
        }
        "VARCHAR" | "CHAR" | "CHARACTER" => {
            cursor.at += 1;
            length(cursor)?;
            Ok(DataType::String)
        }
        "INTERVAL" => {
            cursor.at += 1;
            interval(cursor)
        }
        "ARRAY" => {
            cursor.at += 1;
            open(cursor)?;
            let element = nested(cursor, depth + 1)?;
            close(cursor, ">")?;
            Ok(DataType::Array(Box::new(element)))
        }
        "MAP" => {
            cursor.at += 1;
            open(cursor)?;
            let key = nested(cursor, depth + 1)?;
            cursor.expect(TokenKind::Comma, "`,` between the map's key and value types")?;
            let value = nested(cursor, depth + 1)?;
            close(cursor, ">")?;
            Ok(DataType::Map(Box::new(key), Box::new(value)))
        }
        "STRUCT" => {
            cursor.at += 1;
            fields(cursor, depth)
        }
        "GEOMETRY" | "GEOGRAPHY" => {
            cursor.at += 1;
            reference_system(cursor)?;
            Ok(if upper == "GEOMETRY" { DataType::Geometry } else { DataType::Geography })
        }
        _ => Err(unknown(token, word)),
    }
}

/// `(4326)` or `(ANY)` (Databricks documentation, "GEOMETRY type", "GEOGRAPHY type"); types are the same whatever it is.
fn reference_system(cursor: &mut Cursor<'_>) -> Parse<()> {
    if !cursor.is(TokenKind::LeftParen) {
        return Ok(());
    }
    cursor.at += 1;
    let is_known = cursor.peek().is_some_and(|token| token.kind == TokenKind::Number) || cursor.is_words("ANY");
    if !is_known {
        return Err(cursor.expected("the number of a spatial reference system, or `ANY`"));
    }
    cursor.at += 1;
    cursor.expect(TokenKind::RightParen, "`)`").map(|_| ())
}

fn unknown(token: Token, word: &str) -> SyntaxError {
    let names = SIMPLE.iter().map(|(name, _)| *name).chain([
        "DECIMAL",
        "VARCHAR",
        "ARRAY",
        "MAP",
        "STRUCT",
        "INTERVAL",
        "COMMENT",
        "GEOMETRY",
        "GEOGRAPHY",
    ]);
    let error = SyntaxError::new(token.span, format!("`{word}` is not a data type"));
    let upper = word.to_ascii_uppercase();
    let foreign = match upper.as_str() {
        "DATETIME" | "TIMESTAMPTZ" => Some("TIMESTAMP"),
        "JSON" | "JSONB" => Some("VARIANT"),
        "NUMBER" => Some("DECIMAL"),
        "INT64" | "HUGEINT" => Some("BIGINT"),
        "FLOAT64" => Some("DOUBLE"),
        "NVARCHAR" | "UUID" => Some("STRING"),
        _ => did_you_mean(word, names),
    };
    match foreign {
        Some(name) => error.hint(format!("did you mean `{name}`?")),
        None => error,
    }
}

fn open(cursor: &mut Cursor<'_>) -> Parse<()> {
    cursor.expect(TokenKind::Less, "`<`").map(|_| ())
}

fn close(cursor: &mut Cursor<'_>, what: &str) -> Parse<()> {
    cursor.expect(TokenKind::Greater, &format!("`{what}`")).map(|_| ())
}

/// `STRUCT<a: INT NOT NULL COMMENT 'x', b STRING>`. The colon may be left out.
fn fields(cursor: &mut Cursor<'_>, depth: usize) -> Parse<DataType> {
    // `STRUCT<>` is lexed as a word and an operator.
    if cursor.is(TokenKind::NotEqual) && cursor.text(cursor.here()) == "<>" {
        cursor.at += 1;
        return Ok(DataType::Struct(Vec::new()));
    }
    open(cursor)?;
    let mut fields = Vec::new();
    loop {
        let name: Identifier = match cursor.peek() {
            Some(token) if matches!(token.kind, TokenKind::Word | TokenKind::QuotedWord) => {
                cursor.at += 1;
                identifier(cursor.source, token)?.value
            }
            _ => return Err(cursor.expected("a field name")),
        };
        cursor.eat(TokenKind::Colon);
        let data_type = nested(cursor, depth + 1)?;
        fields.push(StructField { name, data_type });
        loop {
            if cursor.eat_words("NOT NULL") {
            } else if cursor.eat_words("COMMENT") {
                cursor.string("the comment as a string")?;
            } else if cursor.eat_words("COLLATE") {
                cursor.ident("a collation")?;
            } else {
                break;
            }
        }
        if !cursor.eat(TokenKind::Comma) {
            close(cursor, ">` or `,")?;
            return Ok(DataType::Struct(fields));
        }
    }
}

fn number(cursor: &mut Cursor<'_>, what: &str) -> Parse<(u32, Span)> {
    match cursor.peek() {
        Some(token) if token.kind == TokenKind::Number => {
            let Ok(value) = token.text(cursor.source).parse() else {
                return Err(cursor.expected(what));
            };
            cursor.at += 1;
            Ok((value, token.span))
        }
        _ => Err(cursor.expected(what)),
    }
}

/// `DECIMAL`, `DECIMAL(p)`, `DECIMAL(p, s)`; (10, 0) when nothing is said.
fn decimal(cursor: &mut Cursor<'_>) -> Parse<DataType> {
    if !cursor.eat(TokenKind::LeftParen) {
        return Ok(DataType::Decimal { precision: 10, scale: 0 });
    }
    let (precision, span) = number(cursor, "the precision, 1 to 38")?;
    let precision = u8::try_from(precision).ok().filter(|p| (1..=38).contains(p));
    let Some(precision) = precision else {
        return Err(SyntaxError::new(span, "the precision of a decimal is 1 to 38"));
    };
    let mut scale = 0;
    if cursor.eat(TokenKind::Comma) {
        let (value, span) = number(cursor, "the scale")?;
        scale = match u8::try_from(value).ok().filter(|s| *s <= precision) {
            Some(scale) => scale,
            None => {
                return Err(SyntaxError::new(
                    span,
                    format!("the scale of a decimal is 0 to its precision, {precision}"),
                ));
            }
        };
    }
    cursor.expect(TokenKind::RightParen, "`)`")?;
    Ok(DataType::Decimal { precision, scale })
}

fn length(cursor: &mut Cursor<'_>) -> Parse<()> {
    if cursor.eat(TokenKind::LeftParen) {
        number(cursor, "a length")?;
        cursor.expect(TokenKind::RightParen, "`)`")?;
    }
    Ok(())
}

/// `INTERVAL YEAR TO MONTH` and its parts; `INTERVAL DAY TO SECOND` and its parts.
fn interval(cursor: &mut Cursor<'_>) -> Parse<DataType> {
    const UNITS: [&str; 6] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];
    let first = unit(cursor, &UNITS)?;
    let span = cursor.here();
    let last = if cursor.eat_words("TO") { unit(cursor, &UNITS)? } else { first };
    match (first, last) {
        (0..=1, 0..=1) if first <= last => Ok(DataType::IntervalYearMonth),
        (2.., 2..) if first <= last => Ok(DataType::IntervalDayTime),
        _ => {
            Err(SyntaxError::new(cursor.since(span), "an interval type goes from year to month or from day to second"))
        }
    }
}

fn unit(cursor: &mut Cursor<'_>, units: &[&str]) -> Parse<usize> {
    match units.iter().position(|unit| cursor.is_words(unit)) {
        Some(index) => {
            cursor.at += 1;
            Ok(index)
        }
        None => Err(cursor.expected("a unit: `YEAR`, `MONTH`, `DAY`, `HOUR`, `MINUTE` or `SECOND`")),
    }
}

/// Whether a word alone can begin a data type.
pub(super) fn names_type(word: &str) -> bool {
    SIMPLE
        .iter()
        .map(|(name, _)| *name)
        .chain(["DECIMAL", "DEC", "NUMERIC", "VARCHAR", "CHAR", "ARRAY", "MAP", "STRUCT"])
        .any(|name| name.eq_ignore_ascii_case(word))
}
