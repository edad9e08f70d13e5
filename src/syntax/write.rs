//! The only writer of Databricks SQL: the few queries that lakesmith asks by itself. Names and literals are written by
//! `ident`.
//!
//! What a user wrote is never written here: its rendered text is passed on as it is.

use crate::ident::TableName;

/// The number of rows of a table.
pub fn count(table: &TableName) -> String {
    format!("SELECT COUNT(*) AS `rows` FROM {}", table.quoted())
}

#[cfg(test)]
mod tests {
    use crate::diag::SourceFile;
    use crate::ident::string_literal;
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
            let (expr, diagnostics) = parse_expr(&SourceFile::new("w.sql", string_literal(text)));
            assert!(diagnostics.is_empty(), "{text:?}");
            let sqlparser::ast::Expr::Value(value) = *expr.unwrap().ast else { panic!("{text:?}") };
            // `\%` and `\_` are the only escapes that keep their backslash; the writer never writes them.
            assert_eq!(value.value, sqlparser::ast::Value::SingleQuotedString(text.to_string()));
        }
    }
}
