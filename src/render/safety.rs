//! Which values may be printed where: no value can end the place that it is printed in.
//!
//! In SQL code: numbers, booleans, fragments that lakesmith quoted itself, texts of digits, and names of the form `a`
//! or `a.b.c` with parts `[A-Za-z_][A-Za-z0-9_]*`. Inside quotes: texts of `[A-Za-z0-9_./:@+=-]`, enough for paths and hosts. Inside
//! backticks and comments: what cannot close them. In YAML: the same texts as inside quotes, and they must not look
//! like YAML themselves. Everything else needs a filter: `literal`, `ident` or `string_list`.

use super::lexical::{Context, Lexical};
use super::value::Dialect;
use crate::ident::{Identifier, string_literal};

/// Why a value may not be printed here: what it is, and what to do.
pub(super) struct Unsafe {
    pub(super) problem: &'static str,
    pub(super) hint: &'static str,
}

const FILTERS: &str = "use `| literal` for a quoted text or `| ident` for a name";

fn refuse(problem: &'static str, hint: &'static str) -> Result<String, Unsafe> {
    Err(Unsafe { problem, hint })
}

/// A fragment that is complete in itself.
pub(super) fn fragment(text: &str, sql: Option<&Lexical>, line: &str) -> Result<String, Unsafe> {
    let Some(lexical) = sql else {
        let quoted = line.matches('"').count() % 2 == 1 || line.matches('\'').count() % 2 == 1;
        return if quoted && text.contains(['"', '\'']) {
            refuse("a quoted value is printed inside quotes", "remove the quotes around it")
        } else {
            Ok(text.to_string())
        };
    };
    match lexical.context() {
        // `-` and a negative number would make a comment.
        Context::Code if lexical.last() == Some('-') && text.starts_with('-') => {
            refuse("a negative number directly after `-` begins a comment", "put a space or parentheses between")
        }
        Context::Code => Ok(text.to_string()),
        Context::Quoted | Context::Dollar if text.contains(['\'', '"', '\\', '$', '\n']) => {
            refuse("a quoted value is printed inside quotes", "remove the quotes around it")
        }
        context => contained(text, context),
    }
}

/// A name that is printed without `| ident`.
pub(super) fn name(text: &str, sql: Option<&Lexical>) -> Result<String, Unsafe> {
    match sql.map(Lexical::context) {
        Some(Context::Code) if is_word(text) => Ok(text.to_string()),
        Some(Context::Code) => match Identifier::new(text) {
            Ok(name) => Ok(name.quoted()),
            Err(_) => refuse("an empty name is printed", FILTERS),
        },
        _ => plain(text, sql),
    }
}

/// Text of unknown origin.
pub(super) fn plain(text: &str, sql: Option<&Lexical>) -> Result<String, Unsafe> {
    let Some(lexical) = sql else {
        return if is_yaml_safe(text) {
            Ok(text.to_string())
        } else {
            refuse("a text that YAML could misread is printed without a filter", "use `| literal`")
        };
    };
    match lexical.context() {
        // Digits: `~` makes texts of numbers.
        Context::Code if text.split('.').all(is_word) || text.chars().all(|c| c.is_ascii_digit()) => {
            Ok(text.to_string())
        }
        Context::Code => refuse("a text is printed in SQL without a filter", FILTERS),
        Context::Quoted | Context::Dollar if text.chars().all(is_path_character) => Ok(text.to_string()),
        Context::Quoted | Context::Dollar => refuse(
            "a text with other characters than letters, digits and `_./:@+=-` is printed inside quotes",
            "remove the quotes and use `| literal`",
        ),
        context => contained(text, context),
    }
}

/// Inside backticks and comments: whatever cannot end them.
fn contained(text: &str, context: Context) -> Result<String, Unsafe> {
    let ends = match context {
        Context::Name => text.contains('`'),
        Context::LineComment => text.contains(['\n', '\r']),
        Context::BlockComment => text.contains(['*', '/']),
        Context::Code | Context::Quoted | Context::Dollar => false,
    };
    if ends || text.chars().any(char::is_control) {
        refuse("the text could end the name or comment that it is printed in", FILTERS)
    } else {
        Ok(text.to_string())
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_path_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_./:@+=-".contains(c)
}

/// Cannot be a list item, a key or, in SQL that the YAML holds, a comment.
fn is_yaml_safe(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(is_path_character)
        && !text.starts_with(['-', '@', ':', '='])
        && !text.ends_with(':')
        && !text.contains("--")
}

/// A text as this kind of file quotes it. YAML 1.2 contains JSON.
pub(super) fn literal(text: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sql => string_literal(text),
        Dialect::Yaml => serde_json::Value::from(text).to_string(),
    }
}
