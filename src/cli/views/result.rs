//! Rows of a query: as a table, as CSV, as JSON.

use std::fmt::{self, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, TableComponent, presets};
use serde_json::{Map, Number, Value, json};

use crate::pipeline::{QueryColumn, QueryResult};

/// For reading; NULL is told apart from the text.
pub(in crate::cli) fn table(result: &QueryResult) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_style(TableComponent::HeaderLines, '─').set_style(TableComponent::MiddleHeaderIntersections, '─');
    table.set_header(result.columns.iter().map(|column| column.name.as_str()));
    for row in &result.rows {
        let cells = row.iter().zip(&result.columns).map(|(value, column)| {
            let cell = Cell::new(value.as_deref().unwrap_or("NULL"));
            if matches!(family(&column.data_type), Family::Whole | Family::Double | Family::Decimal) {
                cell.set_alignment(CellAlignment::Right)
            } else {
                cell
            }
        });
        table.add_row(cells);
    }
    let rows = result.rows.len();
    let left_out = if result.truncated { "; the workspace left out the rest" } else { "" };
    format!("{}\n{rows} {}{left_out}\n", table.trim_fmt(), if rows == 1 { "row" } else { "rows" })
}

/// RFC 4180 with a header, lines end with LF. NULL is an empty field, an empty text is a quoted one.
pub(in crate::cli) fn csv(result: &QueryResult) -> Result<String, fmt::Error> {
    let mut out = String::new();
    line(&mut out, result.columns.iter().map(|column| Some(column.name.as_str())))?;
    for row in &result.rows {
        line(&mut out, row.iter().map(Option::as_deref))?;
    }
    Ok(out)
}

fn line<'v>(out: &mut String, values: impl Iterator<Item = Option<&'v str>>) -> fmt::Result {
    for (number, value) in values.enumerate() {
        if number > 0 {
            out.write_char(',')?;
        }
        match value {
            None => {}
            Some(text) if text.is_empty() || text.contains([',', '"', '\n', '\r']) => {
                write!(out, "\"{}\"", text.replace('"', "\"\""))?;
            }
            Some(text) => out.write_str(text)?,
        }
    }
    out.write_char('\n')
}

/// `{"columns":[{"name","type"}],"rows":[{…}]}`. A column whose name is taken gets a number behind it, in both.
///
/// The type of a value follows from the type of its column, never from its size:
/// - whole numbers (TINYINT to BIGINT) are JSON numbers, to be read as 64-bit integers;
/// - FLOAT and DOUBLE are JSON numbers, and what JSON has no number for is the text NaN, Infinity or -Infinity;
/// - DECIMAL is a text, so that no digit is lost, and so is an ARRAY, MAP or STRUCT with a DECIMAL in it;
/// - other ARRAYs, MAPs and STRUCTs are JSON arrays and objects, BOOLEAN is a JSON boolean, NULL is null;
/// - everything else is a text.
pub(in crate::cli) fn json(result: &QueryResult) -> Value {
    let names = unique_names(&result.columns);
    let columns = names.iter().zip(&result.columns);
    let columns: Vec<Value> = columns.map(|(name, column)| json!({ "name": name, "type": column.data_type })).collect();
    let rows = result.rows.iter().map(|row| {
        let fields = names.iter().zip(&result.columns).zip(row);
        Value::Object(
            fields
                .map(|((name, column), text)| (name.clone(), value(&column.data_type, text.as_deref())))
                .collect::<Map<_, _>>(),
        )
    });
    json!({ "columns": columns, "rows": rows.collect::<Vec<_>>() })
}

fn unique_names(columns: &[QueryColumn]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for column in columns {
        let mut name = column.name.clone();
        let mut number = 1;
        while names.contains(&name) {
            number += 1;
            name = format!("{}_{number}", column.name);
        }
        names.push(name);
    }
    names
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Whole,
    Double,
    Decimal,
    Boolean,
    Nested,
    Text,
}

fn family(data_type: &str) -> Family {
    let upper = data_type.to_ascii_uppercase();
    match upper.split(['(', '<']).next().unwrap_or_default().trim() {
        "TINYINT" | "BYTE" | "SMALLINT" | "SHORT" | "INT" | "INTEGER" | "BIGINT" | "LONG" => Family::Whole,
        "FLOAT" | "REAL" | "DOUBLE" => Family::Double,
        "DECIMAL" | "DEC" | "NUMERIC" => Family::Decimal,
        "BOOLEAN" => Family::Boolean,
        "ARRAY" | "MAP" | "STRUCT" if !upper.contains("DECIMAL") => Family::Nested,
        _ => Family::Text,
    }
}

/// As [`json`] says. A text that is not of its column's type stays as it came.
fn value(data_type: &str, text: Option<&str>) -> Value {
    let Some(text) = text else { return Value::Null };
    let found = match family(data_type) {
        Family::Whole => text.parse().ok().map(|whole: i64| Value::Number(whole.into())),
        Family::Double => text.parse().ok().and_then(Number::from_f64).map(Value::Number),
        Family::Boolean => text.parse().ok().map(Value::Bool),
        Family::Nested => serde_json::from_str(text).ok(),
        Family::Decimal | Family::Text => None,
    };
    found.unwrap_or_else(|| Value::String(text.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result() -> QueryResult {
        let column = |name: &str, data_type: &str| QueryColumn { name: name.into(), data_type: data_type.into() };
        let text = |text: &str| Some(text.to_string());
        QueryResult {
            columns: vec![column("a", "BIGINT"), column("b", "DECIMAL(20,2)"), column("a", "STRING")],
            rows: vec![
                vec![text("1"), text("12.50"), text("x,\"y\"")],
                vec![text("9007199254740993"), text("123456789012345678.25"), None],
            ],
            truncated: false,
        }
    }

    #[test]
    fn the_type_of_a_json_value_is_that_of_its_column() {
        assert_eq!(
            json(&result()),
            json!({
                "columns": [
                    {"name": "a", "type": "BIGINT"},
                    {"name": "b", "type": "DECIMAL(20,2)"},
                    {"name": "a_2", "type": "STRING"},
                ],
                "rows": [
                    {"a": 1, "b": "12.50", "a_2": "x,\"y\""},
                    {"a": 9_007_199_254_740_993_i64, "b": "123456789012345678.25", "a_2": null},
                ],
            })
        );
        assert_eq!(value("DOUBLE", Some("0.1")), json!(0.1));
        assert_eq!(value("DOUBLE", Some("0.30000000000000004")), json!(0.300_000_000_000_000_04));
        assert_eq!(value("DOUBLE", Some("1.0E10")), json!(1e10));
        assert_eq!(value("DOUBLE", Some("NaN")), json!("NaN"));
        assert_eq!(value("DOUBLE", Some("-Infinity")), json!("-Infinity"));
        assert_eq!(value("BOOLEAN", Some("true")), json!(true));
        assert_eq!(value("ARRAY<INT>", Some("[1,2]")), json!([1, 2]));
        assert_eq!(value("ARRAY<DECIMAL(38,2)>", Some("[0.10]")), json!("[0.10]"));
        assert_eq!(value("DATE", Some("2025-11-14")), json!("2025-11-14"));
    }

    #[test]
    fn csv_quotes_what_it_must() {
        assert_eq!(csv(&result()).unwrap().lines().nth(1).unwrap(), "1,12.50,\"x,\"\"y\"\"\"");
    }

    #[test]
    fn csv_tells_null_from_an_empty_text() {
        let rows = vec![vec![None, Some(String::new())], vec![Some("a\r\nb".to_string()), None]];
        let column = |name: &str| QueryColumn { name: name.into(), data_type: "STRING".into() };
        let result = QueryResult { columns: vec![column("n"), column("e")], rows, truncated: false };
        assert_eq!(csv(&result).unwrap(), "n,e\n,\"\"\n\"a\r\nb\",\n");
    }

    #[test]
    fn the_table_tells_null() {
        let text = table(&result());
        assert!(text.contains("NULL") && text.ends_with("2 rows\n"), "{text}");
    }
}
