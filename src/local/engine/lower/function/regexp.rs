//! Functions of regular expressions, which Java reads on Databricks and RE2 here.

use crate::local::engine::error::{ErrorClass, SqlError};
use crate::syntax::DataType;

use super::super::regex::{self, End, Regex};
use super::super::writer::{self, Sql, call as function, case, infix, shared, try_shared, when};
use super::Arg;

pub(super) fn call(name: &str, args: &[Arg<'_>]) -> Result<Option<Sql>, SqlError> {
    let (Some(a), Some(by)) = (args.first(), args.get(1)) else { return Ok(None) };
    let end = if name == "rlike" { End::Consumed } else { End::Exact };
    let rest = &args[2..];
    let apply: &dyn Fn(Sql, &Pattern) -> Result<Sql, SqlError> = match name {
        "rlike" if rest.is_empty() => &|a, by| Ok(function("regexp_matches", [a, by.sql.clone()])),
        "split" => &|a, by| split(a, by, rest),
        "regexp_replace" if rest.len() == 1 => &|a, by| replace(a, by, &rest[0]),
        "regexp_extract" => &|a, by| {
            let index = group(rest.first())?;
            let text = function("regexp_extract", [a.clone(), by.sql.clone(), Sql::int(index)]);
            Ok(of_group(name, a, by, index, text))
        },
        "regexp_extract_all" => &|a, by| {
            let index = group(rest.first())?;
            let texts = function("regexp_extract_all", [a.clone(), by.all(name)?, Sql::int(index)]);
            Ok(of_group(name, a, by, index, texts))
        },
        "regexp_count" if rest.is_empty() => &|a, by| {
            let all = function("regexp_extract_all", [a, by.all(name)?]);
            Ok(writer::cast(function("len", [all]), "INTEGER"))
        },
        "regexp_substr" if rest.is_empty() => &|a, by| {
            let found = function("regexp_matches", [a.clone(), by.sql.clone()]);
            Ok(case(&[(found, function("regexp_extract", [a, by.sql.clone()]))], None))
        },
        _ => return Ok(None),
    };
    let by = Pattern::of(name, by, end)?;
    let refused = by.refused(name);
    if refused.is_empty() {
        return apply(a.sql.clone(), &by).map(Some);
    }
    let guarded = try_shared([a.sql.clone()], |[a]| {
        let branches: Vec<_> = refused.iter().map(|(when, fail)| (when(&a), fail.clone())).collect();
        Ok::<_, SqlError>(case(&branches, Some(apply(a, &by)?)))
    });
    guarded.map(Some)
}

struct Pattern {
    sql: Sql,
    /// Of a constant.
    regex: Option<Regex>,
    constant: Option<String>,
}

/// What Java and RE2 read alike without a closer look: letters, digits, blanks, some marks and quoted ones.
const ALIKE: &str = "(?:[0-9A-Za-z ,;:=/@!\"<>~'#%_-]|\\\\[.|*+?^$(){}\\[\\]\\\\/dDwW-])*";

type Refusal = (fn(&Sql) -> Sql, Sql);

impl Pattern {
    fn of(name: &str, arg: &Arg<'_>, end: End) -> Result<Self, SqlError> {
        if let Some(text) = arg.constant_text() {
            let regex = regex::java(text, end, name)?;
            return Ok(Self { sql: Sql::text(&regex.text), regex: Some(regex), constant: Some(text.to_string()) });
        }
        let sql = shared([arg.sql.clone()], |[pattern]| {
            let alike = function("regexp_full_match", [pattern.clone(), Sql::text(ALIKE)]);
            let what = "a regular expression that is not constant and has more than letters, digits and quoted marks";
            let fail = unsupported(what);
            case(&[(alike, pattern.clone()), (writer::is_not_null(pattern), fail)], None)
        });
        Ok(Self { sql, regex: None, constant: None })
    }

    /// For which texts what RE2 finds could be something else.
    fn refused(&self, name: &str) -> Vec<Refusal> {
        let mut all: Vec<Refusal> = Vec::new();
        let Some(regex) = &self.regex else { return all };
        if regex.line_end && name != "rlike" {
            let ends = |text: &Sql| {
                let ends = |end: &str| function("ends_with", [text.clone(), Sql::text(end)]);
                let or = |a, b| infix(a, "OR", b);
                or(or(ends("\n"), ends("\r")), or(ends("\u{85}"), or(ends("\u{2028}"), ends("\u{2029}"))))
            };
            let what = format!("{name} with `$` of a text that ends with a line break");
            all.push((ends, unsupported(&what)));
        }
        if regex.boundary {
            let wide = |text: &Sql| infix(function("strlen", [text.clone()]), "<>", function("length", [text.clone()]));
            let what = format!("{name} with `\\b` of a text that has other characters than ASCII's");
            all.push((wide, unsupported(&what)));
        }
        all
    }

    /// Java finds an empty match right behind a match, RE2 does not.
    fn all(&self, name: &str) -> Result<Sql, SqlError> {
        match &self.regex {
            Some(Regex { empty: true, anchored: false, .. }) => {
                Err(SqlError::unsupported(format!("{name} of a regular expression that an empty text matches")))
            }
            _ => Ok(self.sql.clone()),
        }
    }

    fn groups(&self) -> Option<i32> {
        self.regex.as_ref().map(|regex| i32::try_from(regex.groups.len()).unwrap_or(i32::MAX))
    }
}

/// Fails when it is evaluated.
fn unsupported(what: &str) -> Sql {
    Sql::raise(ErrorClass::UNSUPPORTED_FEATURE, &format!("The embedded workspace does not support {what}."))
}

/// Java's split by a regular expression; with no limit, empty texts at the end stay.
fn split(a: Sql, by: &Pattern, rest: &[Arg<'_>]) -> Result<Sql, SqlError> {
    match rest {
        [] => {}
        [limit] if limit.constant_integer().is_some_and(|limit| limit <= 0) => {}
        _ => return Err(SqlError::unsupported("split with a positive limit")),
    }
    let Some(text) = &by.constant else {
        let parts = function("string_split_regex", [a, by.sql.clone()]);
        return Ok(case(&[(writer::is_not_null(by.sql.clone()), parts)], None));
    };
    if text.is_empty() || text == "|" {
        let parts = function("string_split_regex", [a.clone(), Sql::text("")]);
        // The empty match at the end splits too, but an empty pattern only takes the characters apart.
        let last = function("list_append", [parts.clone(), Sql::text("")]);
        return Ok(match text.as_str() {
            "|" => when(infix(a, "=", Sql::text("")), parts, last),
            _ => parts,
        });
    }
    Ok(match unescaped(text) {
        Some(text) => function("string_split", [a, Sql::text(&text)]),
        None => function("string_split_regex", [a, by.all("split")?]),
    })
}

/// The text that a regular expression without operators matches.
fn unescaped(pattern: &str) -> Option<String> {
    let mut text = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(escaped) if !escaped.is_alphanumeric() => text.push(escaped),
                _ => return None,
            },
            '.' | '|' | '[' | ']' | '(' | ')' | '{' | '}' | '*' | '+' | '?' | '^' | '$' => return None,
            _ => text.push(c),
        }
    }
    Some(text)
}

fn replace(a: Sql, by: &Pattern, to: &Arg<'_>) -> Result<Sql, SqlError> {
    let Some(text) = to.constant_text() else {
        return Err(SqlError::unsupported("regexp_replace with a computed replacement"));
    };
    let Some(regex) = &by.regex else {
        // Groups are not known, and empty matches neither.
        if text.contains(['$', '\\']) {
            return Err(SqlError::unsupported("regexp_replace with groups of a computed regular expression"));
        }
        return Ok(function("regexp_replace", [a, by.sql.clone(), Sql::text(text), Sql::text("g")]));
    };
    if regex.empty && regex.full && !regex.anchored && !text.is_empty() {
        return Err(SqlError::unsupported("regexp_replace of a regular expression that an empty text matches"));
    }
    match replacement(text, &regex.groups)? {
        Some(to) => Ok(function("regexp_replace", [a, by.sql.clone(), Sql::text(&to), Sql::text("g")])),
        None => Ok(shared([a], |[a]| {
            let pattern = by.constant.as_deref().unwrap_or_default();
            let message = [
                Sql::text("Could not perform regexp_replace for source = \""),
                a.clone(),
                Sql::text(&format!("\", pattern = \"{pattern}\", replacement = \"{text}\" and position = 1.")),
            ];
            let fail = Sql::raise_with(ErrorClass::INVALID_REGEXP_REPLACE, &message);
            when(function("regexp_matches", [a.clone(), by.sql.clone()]), fail, a)
        })),
    }
}

/// Java's `$1` is RE2's `\1`, and Java's backslash only quotes the next character. `None` where Java fails at the first
/// match: there is no such group, or nothing behind `$` or a backslash.
fn replacement(text: &str, groups: &[String]) -> Result<Option<String>, SqlError> {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '$' if chars.peek() == Some(&'{') => {
                let name: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                let Some(at) = groups.iter().position(|group| *group == name && !name.is_empty()) else {
                    return Ok(None);
                };
                out.push_str(&reference(at + 1)?);
            }
            '$' => {
                let Some(mut group) = chars.next().and_then(|c| c.to_digit(10)).map(|digit| digit as usize) else {
                    return Ok(None);
                };
                if group > groups.len() {
                    return Ok(None);
                }
                // As many digits as still name a group.
                while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                    let longer = group * 10 + digit as usize;
                    if longer > groups.len() {
                        break;
                    }
                    group = longer;
                    chars.next();
                }
                out.push_str(&reference(group)?);
            }
            '\\' => match chars.next() {
                Some('\\') => out.push_str("\\\\"),
                Some(quoted) => out.push(quoted),
                None => return Ok(None),
            },
            _ => out.push(c),
        }
    }
    Ok(Some(out))
}

fn reference(group: usize) -> Result<String, SqlError> {
    match group {
        0..=9 => Ok(format!("\\{group}")),
        _ => Err(SqlError::unsupported("a replacement with a group behind the ninth")),
    }
}

/// `found`, unless the pattern has no such group: then any text at all is an error.
fn of_group(name: &str, a: Sql, by: &Pattern, index: i32, found: Sql) -> Sql {
    let Some(groups) = by.groups() else { return found };
    if (0..=groups).contains(&index) {
        return found;
    }
    let text = format!(
        "The value of parameter(s) `idx` in `{name}` is invalid: Expects group index between 0 and {groups}, but got \
         {index}."
    );
    let fail = Sql::raise(ErrorClass::INVALID_PARAMETER_VALUE_REGEX_GROUP_INDEX, &text);
    let null = match name {
        "regexp_extract_all" => Sql::null(&DataType::Array(Box::new(DataType::String))),
        _ => Sql::null(&DataType::String),
    };
    when(writer::is_not_null(a), fail, null)
}

fn group(arg: Option<&Arg<'_>>) -> Result<i32, SqlError> {
    let index = match arg {
        None => 1,
        Some(arg) => arg
            .constant_integer()
            .ok_or_else(|| SqlError::unsupported("a group of a regular expression that is not constant"))?,
    };
    Ok(i32::try_from(index).unwrap_or(i32::MAX))
}
