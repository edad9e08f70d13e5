//! The only writer of Databricks SQL: literals, and the few queries that lakesmith asks by itself. Names are written by
//! their own types.
//!
//! What a user wrote is never written here: its rendered text is passed on as it is.

use crate::ident::TableName;

/// A string literal whose value is exactly the text.
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            other => out.push(other),
        }
    }
    out.push('\'');
    out
}

/// The number of rows of a table.
pub fn count(table: &TableName) -> String {
    format!("SELECT COUNT(*) AS `rows` FROM {}", table.quoted())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceFile;
    use crate::syntax::parse_expr;

    #[test]
    fn strings_read_back_as_they_were() {
        for text in [
            "",
            "plain",
            "it's",
            "a\\b",
            "line\nbreak\tand\0nul\r",
            "\\%",
            "100%_",
            "é漢😀",
            "\"q\"",
            "''",
            "\\'",
            "${x}",
        ] {
            let (expr, diagnostics) = parse_expr(&SourceFile::new("w.sql", string(text)));
            assert!(diagnostics.is_empty(), "{text:?}");
            let sqlparser::ast::Expr::Value(value) = *expr.unwrap().ast else { panic!("{text:?}") };
            // `\%` and `\_` are the only escapes that keep their backslash; the writer never writes them.
            assert_eq!(value.value, sqlparser::ast::Value::SingleQuotedString(text.to_string()));
        }
    }
}
