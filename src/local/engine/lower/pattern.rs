//! Java's date and time patterns (Databricks documentation, "Datetime patterns"), translated when they are constant.

use crate::local::engine::error::{ErrorClass, SqlError};
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
            known(pattern, c)?;
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

/// Letters that Java has for weeks, or had once, and those that mean nothing (Databricks documentation, "Datetime
/// patterns": its table of symbols has none of them).
fn known(pattern: &str, letter: char) -> Result<(), SqlError> {
    let class = match letter {
        'u' | 'Y' | 'w' | 'W' => ErrorClass::DATETIME_PATTERN_RECOGNITION,
        'e' | 'c' => ErrorClass::DATETIME_WEEK_BASED_PATTERN,
        'G' | 'y' | 'D' | 'M' | 'L' | 'd' | 'Q' | 'q' | 'E' | 'F' | 'a' | 'h' | 'K' | 'k' | 'H' | 'm' | 's' | 'S'
        | 'V' | 'z' | 'O' | 'X' | 'x' | 'Z' => return Ok(()),
        _ => ErrorClass::INVALID_DATETIME_PATTERN,
    };
    let text = format!("Unrecognized datetime pattern: {pattern}. The letter '{letter}' has no meaning in it.");
    Err(SqlError::new(class, text))
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
        ('y', 4) => "%Y",
        ('y', 2) => "%y",
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
        ('X', 4..=5) | ('Z', 5) => "Z",
        ('x', 1) => "+00",
        ('x', 2 | 4) | ('Z', 1..=3) => "+0000",
        ('x', 3 | 5) => "+00:00",
        _ => return None,
    })
}

/// What `strftime` has no code for.
fn computed(time: &Sql, letter: char, count: usize) -> Option<Sql> {
    let text = |sql: Sql| cast(sql, "VARCHAR");
    let quarter = text(call("quarter", [time.clone()]));
    Some(match (letter, count) {
        // Years of fewer than four digits as they are.
        ('y', 1) => text(call("year", [time.clone()])),
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
    let parts = parts(pattern)?;
    let mut shape = String::from("(?i)");
    let (mut code, mut fields) = (String::new(), Vec::new());
    let mut open_year = false;
    for part in &parts {
        match part {
            Part::Text(text) => {
                open_year = false;
                code.push_str(&text.replace('%', "%%"));
                for c in text.chars() {
                    if !c.is_alphanumeric() {
                        shape.push('\\');
                    }
                    shape.push(c);
                }
            }
            Part::Field(letter, count) => {
                let field = strptime(*letter, *count).ok_or_else(|| refused(pattern, &letters(*letter, *count)))?;
                // The year takes every digit that follows, unless fields of fixed widths do.
                open_year |= *letter == 'y' && *count != 2;
                if *letter == 'S' && open_year {
                    return Err(refused(pattern, "a fraction directly behind a year's other fields"));
                }
                if fields.iter().any(|(kind, _): &(char, _)| *kind == field.kind) {
                    return Err(refused(pattern, "a field that comes twice"));
                }
                code.push_str(field.code);
                shape.push_str(&format!("({})", field.shape));
                fields.push((field.kind, field.code));
            }
        }
    }
    let has = |kind| fields.iter().any(|(found, _)| *found == kind);
    if has('a') && (has('H') || !has('h')) {
        return Err(refused(pattern, "a half of the day without an hour of it"));
    }
    let null = Sql::null(&DataType::Timestamp);
    let read = |text: Sql, code: &str| call("try_strptime", [text, Sql::text(code)]);
    // What DuckDB takes for a missing year, for two digits of one, and for a fraction, is not what Java does.
    if has('y') && !has('S') && has('a') == has('h') && fields.iter().all(|(_, code)| *code != "%y") {
        let matches = call("regexp_full_match", [text.clone(), Sql::text(&shape)]);
        return Ok(case(&[(matches, read(text.clone(), &code))], Some(null)));
    }
    if fields.len() > 9 {
        return Err(refused(pattern, "more than nine fields"));
    }
    // So the text is written anew, with all its fields in a fixed order.
    let (mut whole, mut code) = (String::new(), String::new());
    for (kind, usual) in [
        ('y', "1970"),
        ('M', "01"),
        ('d', "01"),
        ('h', "12"),
        ('H', "00"),
        ('m', "00"),
        ('s', "00"),
        ('S', "0"),
        ('a', "AM"),
    ] {
        if (kind == 'h' && !has('h')) || (kind == 'H' && has('h')) || (kind == 'a' && !has('h')) {
            continue;
        }
        let at = fields.iter().position(|(found, _)| *found == kind);
        let given = at.map(|at| (at + 1, fields[at].1));
        let default = match kind {
            'y' => "%Y",
            'M' => "%m",
            'd' => "%d",
            'h' => "%I",
            'H' => "%H",
            'm' => "%M",
            's' => "%S",
            'S' => "%f",
            _ => "%p",
        };
        let (value, format) = match given {
            Some((at, "%y")) => (format!("20\\{at}"), default),
            Some((at, format)) => (format!("\\{at}"), format),
            None => (usual.to_string(), default),
        };
        whole.push_str(&value);
        whole.push('|');
        code.push_str(format);
        code.push('|');
    }
    let matches = call("regexp_full_match", [text.clone(), Sql::text(&shape)]);
    let shape = shape.replacen("(?i)", "(?i)^", 1) + "$";
    let written = call("regexp_replace", [text.clone(), Sql::text(&shape), Sql::text(&whole)]);
    Ok(case(&[(matches, read(written, &code))], Some(null)))
}

/// A field of a pattern when it is read.
struct Field {
    /// Its letter, whatever the width.
    kind: char,
    /// DuckDB's code.
    code: &'static str,
    /// What the text must look like there; Java counts letters strictly.
    shape: &'static str,
}

fn strptime(letter: char, count: usize) -> Option<Field> {
    let (code, shape) = match (letter, count) {
        ('y', 1 | 4) => ("%Y", "[0-9]{4}"),
        ('y', 2) => ("%y", "[0-9]{2}"),
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
        // As many digits as there are letters, or fewer.
        ('S', 1) => ("%f", "[0-9]"),
        ('S', 2) => ("%f", "[0-9]{1,2}"),
        ('S', 3) => ("%f", "[0-9]{1,3}"),
        ('S', 4) => ("%f", "[0-9]{1,4}"),
        ('S', 5) => ("%f", "[0-9]{1,5}"),
        ('S', 6) => ("%f", "[0-9]{1,6}"),
        ('a', 1) => ("%p", "[AaPp][Mm]"),
        _ => return None,
    };
    Some(Field { kind: letter, code, shape })
}
