//! Data types (Databricks documentation, "Data types").

use crate::syntax::{DataType, parse_type};

fn shown(text: &str) -> String {
    parse_type(text).map_or_else(|error| format!("{error} @ {}", &text[error.span.range()]), |found| found.to_string())
}

#[test]
fn names_and_aliases() {
    for (text, expected) in [
        ("boolean", "BOOLEAN"),
        ("BYTE", "TINYINT"),
        ("short", "SMALLINT"),
        ("INTEGER", "INT"),
        ("LONG", "BIGINT"),
        ("REAL", "FLOAT"),
        ("DOUBLE", "DOUBLE"),
        ("DECIMAL", "DECIMAL(10,0)"),
        ("DEC(5)", "DECIMAL(5,0)"),
        ("NUMERIC(38, 38)", "DECIMAL(38,38)"),
        ("VARCHAR(10)", "STRING"),
        ("CHAR(3)", "STRING"),
        ("STRING", "STRING"),
        ("BINARY", "BINARY"),
        ("TIMESTAMP_LTZ", "TIMESTAMP"),
        ("timestamp_ntz", "TIMESTAMP_NTZ"),
        ("VARIANT", "VARIANT"),
        ("VOID", "VOID"),
        ("INTERVAL YEAR", "INTERVAL YEAR TO MONTH"),
        ("INTERVAL YEAR TO MONTH", "INTERVAL YEAR TO MONTH"),
        ("INTERVAL HOUR TO SECOND", "INTERVAL DAY TO SECOND"),
    ] {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn nested_types() {
    assert_eq!(shown("ARRAY<ARRAY<ARRAY<INT>>>"), "ARRAY<ARRAY<ARRAY<INT>>>");
    assert_eq!(shown("map<string, array<decimal(10,2)>>"), "MAP<STRING, ARRAY<DECIMAL(10,2)>>");
    assert_eq!(
        shown("STRUCT<a: INT NOT NULL COMMENT 'x', `b c`: STRUCT<d STRING COLLATE UTF8_LCASE>>"),
        "STRUCT<`a`: INT, `b c`: STRUCT<`d`: STRING>>"
    );
    assert_eq!(shown("STRUCT<>"), "STRUCT<>");
}

#[test]
fn a_type_reads_back_as_it_is_written() {
    let text = "STRUCT<`a``b`: MAP<STRING, ARRAY<INTERVAL DAY TO SECOND>>, `c`: DECIMAL(38,6), `d`: VOID>";
    let parsed = parse_type(text).unwrap();
    assert_eq!(parsed.to_string(), text);
    assert!(matches!(parsed, DataType::Struct(fields) if fields.len() == 3));
}

#[test]
fn errors() {
    assert_eq!(shown("INTT"), "`INTT` is not a data type @ INTT");
    assert_eq!(shown("DECIMAL(39)"), "the precision of a decimal is 1 to 38 @ 39");
    assert_eq!(shown("DECIMAL(0)"), "the precision of a decimal is 1 to 38 @ 0");
    assert_eq!(shown("DECIMAL(5, 6)"), "the scale of a decimal is 0 to its precision, 5 @ 6");
    assert_eq!(shown("ARRAY INT"), "expected `<`, found `INT` @ INT");
    assert_eq!(shown("ARRAY<INT"), "expected `>`, found the end of the statement @ ");
    assert_eq!(shown("MAP<STRING>"), "expected `,` between the map's key and value types, found `>` @ >");
    assert_eq!(shown("INT x"), "expected the end of the type, found `x` @ x");
    assert_eq!(
        shown("INTERVAL YEAR TO SECOND"),
        "an interval type goes from year to month or from day to second @ TO SECOND"
    );
    assert_eq!(shown(""), "expected a data type, found the end of the statement @ ");
    assert_eq!(shown("'x'"), "expected a data type, found `'x'` @ 'x'");
}
