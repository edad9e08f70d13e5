//! The only writer of Databricks SQL: literals, names, and the statements that deployment builds.
//!
//! A query, a view or a function is never written here: its rendered text is passed on as the user wrote it.

use chrono::{NaiveDate, NaiveDateTime};

use crate::ident::{Identifier, QualifiedName, TableName};

use super::ast::ObjectKind;

/// A constant.
#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    Null,
    Boolean(bool),
    Integer(i64),
    /// Digits with an optional sign and point, written as they are.
    Decimal(String),
    Double(f64),
    String(String),
    Date(NaiveDate),
    /// In the session's time zone.
    Timestamp(NaiveDateTime),
    TimestampNtz(NaiveDateTime),
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Boolean(value) => f.write_str(if *value { "TRUE" } else { "FALSE" }),
            Self::Integer(value) if i32::try_from(*value).is_ok() => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}L"),
            Self::Decimal(digits) => write!(f, "{digits}BD"),
            Self::Double(value) if value.is_nan() => f.write_str("double('NaN')"),
            Self::Double(value) if value.is_infinite() => {
                f.write_str(if *value > 0.0 { "double('Infinity')" } else { "double('-Infinity')" })
            }
            Self::Double(value) => write!(f, "{value:?}D"),
            Self::String(value) => f.write_str(&string(value)),
            Self::Date(value) => write!(f, "DATE '{value}'"),
            Self::Timestamp(value) => write!(f, "TIMESTAMP '{}'", value.format("%Y-%m-%d %H:%M:%S%.f")),
            Self::TimestampNtz(value) => write!(f, "TIMESTAMP_NTZ '{}'", value.format("%Y-%m-%d %H:%M:%S%.f")),
        }
    }
}

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

/// The words that name a kind in a statement.
pub fn kind(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Metastore => "METASTORE",
        ObjectKind::Catalog => "CATALOG",
        ObjectKind::Schema => "SCHEMA",
        ObjectKind::Table => "TABLE",
        ObjectKind::View => "VIEW",
        ObjectKind::MaterializedView => "MATERIALIZED VIEW",
        ObjectKind::StreamingTable => "STREAMING TABLE",
        ObjectKind::Volume => "VOLUME",
        ObjectKind::Function => "FUNCTION",
        ObjectKind::Column => "COLUMN",
        ObjectKind::ExternalLocation => "EXTERNAL LOCATION",
        ObjectKind::StorageCredential => "STORAGE CREDENTIAL",
        ObjectKind::ServiceCredential => "SERVICE CREDENTIAL",
        ObjectKind::Connection => "CONNECTION",
        ObjectKind::Share => "SHARE",
    }
}

/// `KIND name`; a metastore has no name.
fn object(of: ObjectKind, name: Option<&QualifiedName>) -> String {
    match name {
        Some(name) => format!("{} {}", kind(of), name.quoted()),
        None => kind(of).to_string(),
    }
}

/// `GRANT …`. Privileges are in the underscore form, as `USE_CATALOG`.
pub fn grant(privileges: &[&str], on: ObjectKind, name: Option<&QualifiedName>, principal: &Identifier) -> String {
    format!("GRANT {} ON {} TO {}", privilege_list(privileges), object(on, name), principal.quoted())
}

/// `REVOKE …`.
pub fn revoke(privileges: &[&str], on: ObjectKind, name: Option<&QualifiedName>, principal: &Identifier) -> String {
    format!("REVOKE {} ON {} FROM {}", privilege_list(privileges), object(on, name), principal.quoted())
}

fn privilege_list(privileges: &[&str]) -> String {
    privileges.iter().map(|privilege| privilege.replace('_', " ")).collect::<Vec<_>>().join(", ")
}

/// `COMMENT ON …`; without a comment the present one is removed.
pub fn comment_on(on: ObjectKind, name: &QualifiedName, comment: Option<&str>) -> String {
    let comment = comment.map_or_else(|| "NULL".to_string(), string);
    format!("COMMENT ON {} IS {comment}", object(on, Some(name)))
}

/// The number of rows of a table.
pub fn count(table: &TableName) -> String {
    format!("SELECT COUNT(*) AS `rows` FROM {}", table.quoted())
}

/// `DROP … IF EXISTS`.
pub fn drop_if_exists(of: ObjectKind, name: &QualifiedName, cascade: bool) -> String {
    let cascade = if cascade { " CASCADE" } else { "" };
    format!("DROP {} IF EXISTS {}{cascade}", kind(of), name.quoted())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceFile;
    use crate::syntax::ast::StatementKind;
    use crate::syntax::{parse, parse_expr};

    fn name(parts: &[&str]) -> QualifiedName {
        QualifiedName::new(parts.iter().map(|part| Identifier::new(*part).unwrap()).collect()).unwrap()
    }

    fn statement(text: &str) -> StatementKind {
        let parsed = parse(&SourceFile::new("w.sql", text));
        assert!(parsed.diagnostics.is_empty(), "{text}: {:?}", parsed.diagnostics);
        parsed.statements[0].kind.clone()
    }

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

    #[test]
    fn literals_are_typed() {
        let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        let time = day.and_hms_micro_opt(1, 2, 3, 500_000).unwrap();
        let cases = [
            (Literal::Integer(-5), "-5"),
            (Literal::Integer(3_000_000_000), "3000000000L"),
            (Literal::Decimal("1.50".into()), "1.50BD"),
            (Literal::Double(1e300), "1e300D"),
            (Literal::Double(f64::NAN), "double('NaN')"),
            (Literal::Date(day), "DATE '2024-02-29'"),
            (Literal::Timestamp(time), "TIMESTAMP '2024-02-29 01:02:03.500'"),
        ];
        for (literal, text) in cases {
            assert_eq!(literal.to_string(), text);
            assert!(parse_expr(&SourceFile::new("w.sql", text)).1.is_empty(), "{text}");
        }
    }

    #[test]
    fn grants_read_back_as_they_were() {
        let principal = Identifier::new("grp `a`-x").unwrap();
        let text = grant(&["USE_CATALOG", "BROWSE"], ObjectKind::Catalog, Some(&name(&["c-1"])), &principal);
        assert_eq!(text, "GRANT USE CATALOG, BROWSE ON CATALOG `c-1` TO `grp ``a``-x`");
        let StatementKind::Grant(read) = statement(&text) else { panic!() };
        assert_eq!(read.privileges.iter().map(|p| p.value.as_str()).collect::<Vec<_>>(), ["USE_CATALOG", "BROWSE"]);
        assert_eq!(read.principal.value, principal);
        let text = revoke(&["CREATE_CATALOG"], ObjectKind::Metastore, None, &principal);
        let StatementKind::Revoke(read) = statement(&text) else { panic!() };
        assert_eq!(read.on.kind, ObjectKind::Metastore);
    }

    #[test]
    fn comments_and_drops_read_back_as_they_were() {
        let text = comment_on(ObjectKind::Table, &name(&["c", "s", "t"]), Some("a 'b'"));
        let StatementKind::CommentOn { comment: Some(comment), .. } = statement(&text) else { panic!() };
        assert_eq!(comment.value, "a 'b'");
        assert_eq!(comment_on(ObjectKind::Catalog, &name(&["c"]), None), "COMMENT ON CATALOG `c` IS NULL");
        let text = drop_if_exists(ObjectKind::MaterializedView, &name(&["c", "s", "m"]), false);
        let StatementKind::Drop { kind: ObjectKind::MaterializedView, if_exists: true, cascade: false, .. } =
            statement(&text)
        else {
            panic!()
        };
        assert_eq!(
            drop_if_exists(ObjectKind::Schema, &name(&["c", "s"]), true),
            "DROP SCHEMA IF EXISTS `c`.`s` CASCADE"
        );
    }
}
