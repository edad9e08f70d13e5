//! Java's date and time patterns (Databricks documentation, "Datetime patterns"), translated when they are constant.

use crate::local::engine::error::SqlError;
use crate::syntax::DataType;

use super::writer::{Sql, call, case, cast, infix};

/// One run of the pattern.
enum Part {
    Text(String),
    Field(char, usize),
}

fn parts(pattern: &str) -> Result<Vec<Part>, SqlError> {
    let mut parts = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            let mut text = String::new();
            loop {
                match chars.next() {
                    Some('\'') if chars.peek() == Some(&'\'') => {
                        chars.next();
                        text.push('\'');
                    }
                    Some('\'') => break,
                    Some(other) => text.push(other),
                    None => return Err(refused(pattern, "it has an open quote")),
                }
            }
            // Two quotes outside of a text stand for one.
            parts.push(Part::Text(if text.is_empty() { "'".to_string() } else { text }));
        } else if c.is_ascii_alphabetic() {
            let mut count = 1;
            while chars.peek() == Some(&c) {
                chars.next();
                count += 1;
            }
            parts.push(Part::Field(c, count));
        } else if matches!(c, '[' | ']' | '{' | '}' | '#') {
            return Err(refused(pattern, "optional sections and reserved characters are not supported"));
        } else {
            parts.push(Part::Text(c.to_string()));
        }
    }
    Ok(parts)
}

fn refused(pattern: &str, why: &str) -> SqlError {
    SqlError::unsupported(format!("the datetime pattern '{pattern}': {why}"))
}

/// `date_format`: the parts one after the other.
pub(super) fn format(time: &Sql, pattern: &str) -> Result<Sql, SqlError> {
    let mut out: Vec<Sql> = Vec::new();
    let mut run = String::new();
    let flush = |run: &mut String, out: &mut Vec<Sql>| {
        if !run.is_empty() {
            out.push(call("strftime", [time.clone(), Sql::text(run)]));
            run.clear();
        }
    };
    for part in parts(pattern)? {
        match part {
            Part::Text(text) => run.push_str(&text.replace('%', "%%")),
            Part::Field(letter, count) => match strftime(letter, count) {
                Some(code) => run.push_str(code),
                None => {
                    flush(&mut run, &mut out);
                    out.push(computed(time, letter, count).ok_or_else(|| refused(pattern, &letters(letter, count)))?);
                }
            },
        }
    }
    flush(&mut run, &mut out);
    // An empty pattern still is NULL for a NULL time.
    let empty = case(&[(super::writer::is_not_null(time.clone()), Sql::text(""))], None);
    Ok(out.into_iter().reduce(|left, right| infix(left, "||", right)).unwrap_or(empty))
}

fn letters(letter: char, count: usize) -> String {
    format!("`{}` is not supported", letter.to_string().repeat(count))
}

fn strftime(letter: char, count: usize) -> Option<&'static str> {
    Some(match (letter, count) {
        ('y' | 'u', 1 | 4) => "%Y",
        ('y' | 'u', 2) => "%y",
        ('M' | 'L', 1) => "%-m",
        ('M' | 'L', 2) => "%m",
        ('M' | 'L', 3) => "%b",
        ('M' | 'L', 4) => "%B",
        ('d', 1) => "%-d",
        ('d', 2) => "%d",
        ('D', 1) => "%-j",
        ('D', 3) => "%j",
        ('E', 1..=3) => "%a",
        ('E', 4) => "%A",
        ('H', 1) => "%-H",
        ('H', 2) => "%H",
        ('h', 1) => "%-I",
        ('h', 2) => "%I",
        ('m', 1) => "%-M",
        ('m', 2) => "%M",
        ('s', 1) => "%-S",
        ('s', 2) => "%S",
        ('S', 3) => "%g",
        ('S', 6) => "%f",
        ('a', 1) => "%p",
        ('z', 1..=3) => "UTC",
        ('X', 1..=3) => "Z",
        ('x' | 'Z', 1..=2) => "+0000",
        ('x', 3) | ('Z', 5) => "+00:00",
        _ => return None,
    })
}

/// What `strftime` has no code for.
fn computed(time: &Sql, letter: char, count: usize) -> Option<Sql> {
    let text = |sql: Sql| cast(sql, "VARCHAR");
    let quarter = text(call("quarter", [time.clone()]));
    Some(match (letter, count) {
        ('Q' | 'q', 1) => quarter,
        ('Q' | 'q', 2) => infix(Sql::text("0"), "||", quarter),
        ('Q' | 'q', 3) => infix(Sql::text("Q"), "||", quarter),
        ('S', 1..=9) => {
            let digits = infix(call("strftime", [time.clone(), Sql::text("%f")]), "||", Sql::text("000"));
            call("left", [digits, Sql::integer(i64::try_from(count).unwrap_or(9))])
        }
        _ => return None,
    })
}

/// `to_timestamp` and `to_date` with a pattern: NULL where the text does not match it exactly.
pub(super) fn parse(text: &Sql, pattern: &str) -> Result<Sql, SqlError> {
    let (mut code, mut shape) = (String::new(), String::new());
    for part in parts(pattern)? {
        match part {
            Part::Text(text) => {
                code.push_str(&text.replace('%', "%%"));
                for c in text.chars() {
                    if !c.is_alphanumeric() {
                        shape.push('\\');
                    }
                    shape.push(c);
                }
            }
            Part::Field(letter, count) => {
                let (part, digits) =
                    strptime(letter, count).ok_or_else(|| refused(pattern, &letters(letter, count)))?;
                code.push_str(part);
                shape.push_str(digits);
            }
        }
    }
    let matches = call("regexp_full_match", [text.clone(), Sql::text(&format!("(?i){shape}"))]);
    let value = call("try_strptime", [text.clone(), Sql::text(&code)]);
    Ok(case(&[(matches, value)], Some(Sql::null(&DataType::Timestamp))))
}

/// The code and what the text must look like there; Java counts letters strictly.
fn strptime(letter: char, count: usize) -> Option<(&'static str, &'static str)> {
    Some(match (letter, count) {
        ('y' | 'u', 1 | 4) => ("%Y", "[0-9]{4}"),
        ('y' | 'u', 2) => ("%y", "[0-9]{2}"),
        ('M', 1) => ("%-m", "[0-9]{1,2}"),
        ('M', 2) => ("%m", "[0-9]{2}"),
        ('M', 3) => ("%b", "[A-Za-z]{3}"),
        ('M', 4) => ("%B", "[A-Za-z]+"),
        ('d', 1) => ("%-d", "[0-9]{1,2}"),
        ('d', 2) => ("%d", "[0-9]{2}"),
        ('H', 1) => ("%-H", "[0-9]{1,2}"),
        ('H', 2) => ("%H", "[0-9]{2}"),
        ('h', 1) => ("%-I", "[0-9]{1,2}"),
        ('h', 2) => ("%I", "[0-9]{2}"),
        ('m', 1) => ("%-M", "[0-9]{1,2}"),
        ('m', 2) => ("%M", "[0-9]{2}"),
        ('s', 1) => ("%-S", "[0-9]{1,2}"),
        ('s', 2) => ("%S", "[0-9]{2}"),
        ('S', 3) => ("%g", "[0-9]{3}"),
        ('S', 6) => ("%f", "[0-9]{6}"),
        ('a', 1) => ("%p", "[AaPp][Mm]"),
        _ => return None,
    })
}
