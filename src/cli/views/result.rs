//! Rows of a query: as a table, as CSV, as JSON.

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
            if is_number(&column.data_type) { cell.set_alignment(CellAlignment::Right) } else { cell }
        });
        table.add_row(cells);
    }
    let rows = result.rows.len();
    let left_out = if result.truncated { "; the workspace left out the rest" } else { "" };
    format!("{}\n{rows} {}{left_out}\n", table.trim_fmt(), if rows == 1 { "row" } else { "rows" })
}

/// RFC 4180 with a header; NULL is an empty field.
pub(in crate::cli) fn csv(result: &QueryResult) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(result.columns.iter().map(|column| column.name.as_str()))?;
    for row in &result.rows {
        writer.write_record(row.iter().map(|value| value.as_deref().unwrap_or_default()))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    // Every field was UTF-8.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `{"columns":[{"name","type"}],"rows":[{…}]}`. A column whose name is taken gets a number behind it, in both.
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

fn is_number(data_type: &str) -> bool {
    let name = data_type.split('(').next().unwrap_or_default().trim();
    matches!(
        name.to_ascii_uppercase().as_str(),
        "TINYINT"
            | "BYTE"
            | "SMALLINT"
            | "SHORT"
            | "INT"
            | "INTEGER"
            | "BIGINT"
            | "LONG"
            | "FLOAT"
            | "REAL"
            | "DOUBLE"
            | "DECIMAL"
            | "DEC"
            | "NUMERIC"
    )
}

/// A JSON number only where every reader of JSON gets the same number: whole numbers up to 2^53, and decimals that a
/// double holds digit by digit. Anything else stays a text, so that no digit is lost.
fn value(data_type: &str, text: Option<&str>) -> Value {
    let Some(text) = text else { return Value::Null };
    let kept = || Value::String(text.to_string());
    let upper = data_type.to_ascii_uppercase();
    if is_number(data_type) {
        return number(text).map_or_else(kept, Value::Number);
    }
    match upper.split(['(', '<']).next().unwrap_or_default().trim() {
        "BOOLEAN" => text.parse().map_or_else(|_| kept(), Value::Bool),
        "ARRAY" | "MAP" | "STRUCT" => serde_json::from_str(text).unwrap_or_else(|_| kept()),
        _ => kept(),
    }
}

const EXACT: i64 = 1 << 53;

fn number(text: &str) -> Option<Number> {
    if let Ok(whole) = text.parse::<i64>() {
        return (-EXACT..=EXACT).contains(&whole).then(|| whole.into());
    }
    let double: f64 = text.parse().ok()?;
    let digits = |text: &str| {
        let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
        mantissa.chars().filter(char::is_ascii_digit).collect::<String>().trim_start_matches('0').len()
    };
    // A double holds any 15 digits; the workspace's own doubles come with up to 17 and read back as they were.
    (digits(text) <= 17)
        .then(|| Number::from_f64(double))
        .flatten()
        .filter(|_| digits(text) <= 15 || reads_back(double, text))
}

/// Was the text made from this very double?
fn reads_back(double: f64, text: &str) -> bool {
    double.to_string() == text || format!("{double:e}").eq_ignore_ascii_case(text)
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
    fn json_numbers_are_exact_or_texts() {
        assert_eq!(
            json(&result()),
            json!({
                "columns": [
                    {"name": "a", "type": "BIGINT"},
                    {"name": "b", "type": "DECIMAL(20,2)"},
                    {"name": "a_2", "type": "STRING"},
                ],
                "rows": [
                    {"a": 1, "b": 12.5, "a_2": "x,\"y\""},
                    {"a": "9007199254740993", "b": "123456789012345678.25", "a_2": null},
                ],
            })
        );
        assert_eq!(value("DOUBLE", Some("0.1")), json!(0.1));
        assert_eq!(value("DOUBLE", Some("0.30000000000000004")), json!(0.300_000_000_000_000_04));
        assert_eq!(value("DOUBLE", Some("NaN")), json!("NaN"));
        assert_eq!(value("BOOLEAN", Some("true")), json!(true));
        assert_eq!(value("ARRAY<INT>", Some("[1,2]")), json!([1, 2]));
        assert_eq!(value("DATE", Some("2025-11-14")), json!("2025-11-14"));
    }

    #[test]
    fn csv_quotes_what_it_must() {
        assert_eq!(csv(&result()).unwrap().lines().nth(1).unwrap(), "1,12.50,\"x,\"\"y\"\"\"");
    }

    #[test]
    fn the_table_tells_null() {
        let text = table(&result());
        assert!(text.contains("NULL") && text.ends_with("2 rows\n"), "{text}");
    }
}
