//! Results of queries, from the engine's values to what a program reads from `query`.

use crate::support::{TestProject, demo, heavy};

fn query(project: &TestProject, sql: &str, format: &str) -> String {
    project.run_live(&["query", sql, "-t", "local", "--format", format]).success()
}

fn empty() -> TestProject {
    TestProject::new(&[("lakesmith.yml", "name: p\nsolutions:\n  p: { title: P, catalog: p, schemas: { s: s } }\n")])
}

/// What is too large to come inline (25 MiB) comes all the same.
#[test]
fn every_row_of_a_large_result_is_printed() {
    let project = empty();
    let sql = "SELECT id, repeat('x', 50) AS pad FROM range(600000) ORDER BY id";
    let text = query(&project, sql, "csv");
    assert!(text.len() > 26_214_400);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("id,pad"));
    for (number, line) in lines.by_ref().enumerate() {
        assert_eq!(line.split_once(',').unwrap().0, number.to_string());
    }
    assert_eq!(text.lines().count(), 600_001);
    assert!(project.files(".lakesmith/local/results").is_empty());
}

#[test]
fn the_largest_table_of_the_demo_is_printed_whole() {
    let _one_at_a_time = heavy();
    let project = demo().project.copy();
    let (table, counted) = demo().tables.iter().max_by_key(|(_, table)| table.rows).unwrap();
    let text = query(&project, &format!("SELECT * FROM {table}"), "csv");
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(i64::try_from(rows.records().map(Result::unwrap).count()).unwrap(), counted.rows);
}

const VALUES: &str = "SELECT CAST(1 AS TINYINT) AS tiny, 9223372036854775807 AS big, 2 AS small, \
     CAST(12.50 AS DECIMAL(10,2)) AS exact, CAST(1 AS DECIMAL(38,0)) AS whole, 1.0D AS d, CAST('NaN' AS DOUBLE) AS nan, \
     true AS b, DATE '2024-03-01' AS day, TIMESTAMP '2024-03-01T10:05:00Z' AS at, \
     TIMESTAMP_NTZ '2024-03-01T10:05:00.123456' AS local, '' AS empty, CAST(NULL AS STRING) AS nothing, \
     array(1, NULL) AS list, named_struct('a', 1, 'b', 'x') AS record, map('k', 1.5D) AS pairs, \
     X'1CF0' AS bytes";

/// The type of a JSON value depends on the column's type and never on the value's size: whole numbers are numbers, and
/// so are doubles; decimals are texts, which keep their digits.
#[test]
fn json_types_follow_the_columns() {
    let result = query(&empty(), VALUES, "json");
    let result: serde_json::Value = serde_json::from_str(&result).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&result["rows"][0]).unwrap(), @r#"
    {
      "tiny": 1,
      "big": 9223372036854775807,
      "small": 2,
      "exact": "12.50",
      "whole": "1",
      "d": 1.0,
      "nan": "NaN",
      "b": true,
      "day": "2024-03-01",
      "at": "2024-03-01T10:05:00.000Z",
      "local": "2024-03-01T10:05:00.123",
      "empty": "",
      "nothing": null,
      "list": [
        1,
        null
      ],
      "record": {
        "a": 1,
        "b": "x"
      },
      "pairs": {
        "k": 1.5
      },
      "bytes": "HPA="
    }
    "#);
}

/// RFC 4180: NULL is an empty field and an empty text is a quoted one. Lines end with LF.
#[test]
fn csv_tells_null_from_an_empty_text() {
    insta::assert_snapshot!(query(&empty(), VALUES, "csv"), @r#"
    tiny,big,small,exact,whole,d,nan,b,day,at,local,empty,nothing,list,record,pairs,bytes
    1,9223372036854775807,2,12.50,1,1.0,NaN,true,2024-03-01,2024-03-01T10:05:00.000Z,2024-03-01T10:05:00.123,"",,"[1,null]","{""a"":1,""b"":""x""}","{""k"":1.5}",HPA=
    "#);
    let one = "SELECT * FROM VALUES (''), (NULL), ('a\nb') AS t(only) ORDER BY only NULLS FIRST";
    assert_eq!(query(&empty(), one, "csv"), "only\n\n\"\"\n\"a\nb\"\n");
}
