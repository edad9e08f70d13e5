//! The only writer of Databricks SQL: the few statements that lakesmith says by itself. Names and literals are written
//! by `ident`.
//!
//! What a user wrote is never written here: its rendered text is passed on as it is.

use crate::ident::{Identifier, NameError, TableName, string_literal};

use super::{DataType, SyntaxError, parse_type};

/// The number of rows of a table.
pub fn count(table: &TableName) -> String {
    format!("SELECT COUNT(*) AS `rows` FROM {}", table.quoted())
}

/// All of a table.
pub fn select_all(table: &TableName) -> String {
    format!("SELECT * FROM {}", table.quoted())
}

/// An empty table, in the place of one of that name.
pub fn replace_table(table: &TableName, columns: &[(Identifier, DataType)]) -> String {
    let columns: Vec<String> =
        columns.iter().map(|(name, data_type)| format!("{} {data_type}", name.quoted())).collect();
    format!("CREATE OR REPLACE TABLE {} ({})", table.quoted(), columns.join(", "))
}

/// A value in a row (Databricks documentation, "Data types" and "from_json function").
#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    Null,
    Boolean(bool),
    /// Digits with a sign and a point, no exponent: an exact number.
    Number(String),
    Double(f64),
    /// `yyyy-MM-dd`
    Date(String),
    /// `yyyy-MM-dd HH:mm:ss[.ffffff]` and a zone.
    Timestamp(String),
    /// Without a zone.
    TimestampNtz(String),
    Text(String),
    /// An ARRAY, MAP or STRUCT, as JSON.
    Nested {
        json: String,
        data_type: DataType,
    },
}

/// Adds rows that have a value for each of the table's columns, in their order.
pub fn insert(table: &TableName, rows: &[Vec<Literal>]) -> String {
    let rows: Vec<String> =
        rows.iter().map(|row| format!("({})", row.iter().map(written).collect::<Vec<_>>().join(", "))).collect();
    format!("INSERT INTO {} VALUES {}", table.quoted(), rows.join(", "))
}

fn written(literal: &Literal) -> String {
    match literal {
        Literal::Null => "NULL".to_string(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Number(digits) => digits.clone(),
        Literal::Double(value) => format!("CAST({} AS DOUBLE)", string_literal(&value.to_string())),
        Literal::Date(text) => format!("DATE {}", string_literal(text)),
        Literal::Timestamp(text) => format!("TIMESTAMP {}", string_literal(text)),
        Literal::TimestampNtz(text) => format!("TIMESTAMP_NTZ {}", string_literal(text)),
        Literal::Text(text) => string_literal(text),
        Literal::Nested { json, data_type } => {
            format!("from_json({}, {})", string_literal(json), string_literal(&data_type.to_string()))
        }
    }
}

/// A change of a table that leaves its rows alone.
#[derive(Clone, PartialEq, Debug)]
pub enum Alter<'a> {
    /// `None` takes the comment away.
    Comment(Option<&'a str>),
    AddColumn {
        name: &'a str,
        /// As text: it is read, and written anew.
        data_type: &'a str,
        comment: Option<&'a str>,
        place: Place<'a>,
    },
    ColumnComment {
        column: &'a str,
        comment: &'a str,
    },
    SetProperty {
        key: &'a str,
        value: &'a str,
    },
    UnsetProperty {
        key: &'a str,
    },
    /// Empty for `NONE`; `AUTO` by itself is the word.
    ClusterBy(&'a [String]),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place<'a> {
    First,
    After(&'a str),
    Last,
}

/// Why an alteration cannot be written.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("`{text}` is not a type")]
    Type {
        text: String,
        #[source]
        error: SyntaxError,
    },
}

/// Databricks documentation, "ALTER TABLE" and "COMMENT ON".
pub fn alter(table: &TableName, change: &Alter<'_>) -> Result<String, WriteError> {
    let name = table.quoted();
    let column = |name: &str| Ok::<_, NameError>(Identifier::new(name)?.quoted());
    Ok(match change {
        Alter::Comment(None) => format!("COMMENT ON TABLE {name} IS NULL"),
        Alter::Comment(Some(text)) => format!("COMMENT ON TABLE {name} IS {}", string_literal(text)),
        Alter::AddColumn { name: added, data_type, comment, place } => {
            let error = |error| WriteError::Type { text: (*data_type).to_string(), error };
            let data_type = parse_type(data_type).map_err(error)?;
            let comment = comment.map(|text| format!(" COMMENT {}", string_literal(text))).unwrap_or_default();
            let place = match place {
                Place::First => " FIRST".to_string(),
                Place::After(other) => format!(" AFTER {}", column(other)?),
                Place::Last => String::new(),
            };
            format!("ALTER TABLE {name} ADD COLUMNS ({} {data_type}{comment}{place})", column(added)?)
        }
        Alter::ColumnComment { column: changed, comment } => {
            format!("ALTER TABLE {name} ALTER COLUMN {} COMMENT {}", column(changed)?, string_literal(comment))
        }
        Alter::SetProperty { key, value } => {
            format!("ALTER TABLE {name} SET TBLPROPERTIES ({} = {})", string_literal(key), string_literal(value))
        }
        Alter::UnsetProperty { key } => {
            format!("ALTER TABLE {name} UNSET TBLPROPERTIES IF EXISTS ({})", string_literal(key))
        }
        Alter::ClusterBy([]) => format!("ALTER TABLE {name} CLUSTER BY NONE"),
        Alter::ClusterBy([auto]) if auto == "AUTO" => format!("ALTER TABLE {name} CLUSTER BY AUTO"),
        Alter::ClusterBy(columns) => {
            let columns: Vec<String> = columns.iter().map(|name| column(name)).collect::<Result<_, _>>()?;
            format!("ALTER TABLE {name} CLUSTER BY ({})", columns.join(", "))
        }
    })
}

/// What `ALTER` calls a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Altered {
    Table,
    StreamingTable,
    MaterializedView,
}

/// What stands between a table and its readers.
#[derive(Clone, PartialEq, Debug)]
pub enum Guard<'a> {
    SetMask { column: &'a str, function: &'a TableName, using: &'a [&'a str] },
    DropMask { column: &'a str },
    SetRowFilter { function: &'a TableName, on: &'a [&'a str] },
    DropRowFilter,
}

/// Databricks documentation, "ALTER TABLE", "ALTER STREAMING TABLE", "ALTER MATERIALIZED VIEW", "Column mask clause",
/// "ROW FILTER clause".
pub fn guard(kind: Altered, table: &TableName, guard: &Guard<'_>) -> Result<String, WriteError> {
    let names = |names: &[&str]| -> Result<String, NameError> {
        let quoted = names.iter().map(|name| Ok(Identifier::new(*name)?.quoted())).collect::<Result<Vec<_>, _>>()?;
        Ok(quoted.join(", "))
    };
    let kind = match kind {
        Altered::Table => "TABLE",
        Altered::StreamingTable => "STREAMING TABLE",
        Altered::MaterializedView => "MATERIALIZED VIEW",
    };
    let action = match guard {
        Guard::SetMask { column, function, using } => {
            let using = if using.is_empty() { String::new() } else { format!(" USING COLUMNS ({})", names(using)?) };
            format!("ALTER COLUMN {} SET MASK {}{using}", names(&[*column])?, function.quoted())
        }
        Guard::DropMask { column } => format!("ALTER COLUMN {} DROP MASK", names(&[*column])?),
        Guard::SetRowFilter { function, on } => format!("SET ROW FILTER {} ON ({})", function.quoted(), names(on)?),
        Guard::DropRowFilter => "DROP ROW FILTER".to_string(),
    };
    Ok(format!("ALTER {kind} {} {action}", table.quoted()))
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
            let (expr, diagnostics) = parse_expr(&SourceFile::new("w.sql", string_literal(text)));
            assert!(diagnostics.is_empty(), "{text:?}");
            let sqlparser::ast::Expr::Value(value) = *expr.unwrap().ast else { panic!("{text:?}") };
            // `\%` and `\_` are the only escapes that keep their backslash; the writer never writes them.
            assert_eq!(value.value, sqlparser::ast::Value::SingleQuotedString(text.to_string()));
        }
    }

    /// What is written is what the grammar reads, whatever is in the names and texts.
    #[test]
    fn alterations_read_back() {
        let name = TableName::parse("c.s.a`b").unwrap();
        let clusters = ["x y".to_string()];
        let changes = [
            Alter::Comment(None),
            Alter::Comment(Some("it's; -- no")),
            Alter::AddColumn {
                name: "a`;b",
                data_type: "ARRAY<STRUCT<`x`: DECIMAL(10,2)>>",
                comment: Some("'"),
                place: Place::After("q"),
            },
            Alter::AddColumn { name: "a", data_type: "int", comment: None, place: Place::Last },
            Alter::ColumnComment { column: "a`b", comment: "" },
            Alter::SetProperty { key: "a.b'c", value: "\\" },
            Alter::UnsetProperty { key: "a.b'c" },
            Alter::ClusterBy(&[]),
            Alter::ClusterBy(&clusters),
        ];
        for change in changes {
            let text = alter(&name, &change).unwrap();
            let parsed = crate::syntax::parse(&SourceFile::new("w.sql", text.as_str()));
            assert!(parsed.diagnostics.is_empty() && parsed.statements.len() == 1, "{text}: {parsed:?}");
            assert!(!matches!(parsed.statements[0].kind, crate::syntax::ast::StatementKind::Opaque { .. }), "{text}");
        }
        let type_with_more = "INT) ; DROP TABLE x --";
        let change = Alter::AddColumn { name: "a", data_type: type_with_more, comment: None, place: Place::Last };
        assert!(matches!(alter(&name, &change), Err(WriteError::Type { .. })));
    }

    #[test]
    fn guards_read_back() {
        use crate::syntax::ast::{AlterAction, StatementKind};
        let (table, function) = (TableName::parse("c.s.a`b").unwrap(), TableName::parse("c.s.f").unwrap());
        for kind in [Altered::Table, Altered::StreamingTable, Altered::MaterializedView] {
            for wanted in [
                Guard::SetMask { column: "x y", function: &function, using: &[] },
                Guard::SetMask { column: "x", function: &function, using: &["a`;b", "c"] },
                Guard::DropMask { column: "x" },
                Guard::SetRowFilter { function: &function, on: &["a"] },
                Guard::SetRowFilter { function: &function, on: &[] },
                Guard::DropRowFilter,
            ] {
                let text = guard(kind, &table, &wanted).unwrap();
                let parsed = crate::syntax::parse(&SourceFile::new("w.sql", text.as_str()));
                assert!(parsed.diagnostics.is_empty() && parsed.statements.len() == 1, "{text}: {parsed:?}");
                let StatementKind::AlterTable(alter) = &parsed.statements[0].kind else { panic!("{text}") };
                let same = match (&wanted, &alter.action) {
                    (Guard::SetMask { using, .. }, AlterAction::SetMask { mask, .. }) => {
                        mask.using.len() == using.len()
                    }
                    (Guard::SetRowFilter { on, .. }, AlterAction::SetRowFilter(filter)) => filter.on.len() == on.len(),
                    (Guard::DropMask { .. }, AlterAction::DropMask { .. }) => true,
                    (Guard::DropRowFilter, AlterAction::DropRowFilter) => true,
                    _ => false,
                };
                assert!(same, "{text}: {alter:?}");
            }
        }
    }

    #[test]
    fn tables_and_rows_read_back_as_statements() {
        let table = TableName::parse("c.s.t").unwrap();
        let columns = [
            (Identifier::new("x y").unwrap(), DataType::Decimal { precision: 9, scale: 2 }),
            (Identifier::new("tags").unwrap(), DataType::Array(Box::new(DataType::String))),
        ];
        let rows = [
            vec![Literal::Number("-1.50".to_string()), Literal::Text("it's; DROP TABLE t".to_string())],
            vec![Literal::Null, Literal::Nested { json: "[\"a'b\"]".to_string(), data_type: columns[1].1.clone() }],
        ];
        for text in [replace_table(&table, &columns), insert(&table, &rows), select_all(&table)] {
            let parsed = crate::syntax::parse(&SourceFile::new("w.sql", text.clone()));
            assert!(parsed.statements.len() == 1 && parsed.diagnostics.is_empty(), "{text}");
        }
    }
}
