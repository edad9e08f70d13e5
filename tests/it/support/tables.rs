//! The tables of an embedded workspace, read from its database by DuckDB itself: no code of the program under test
//! stands between a table and what is compared.

use std::collections::BTreeMap;

use super::TestProject;

/// Rows and a hash of all values, by `catalog.schema.table`.
pub type Fingerprints = BTreeMap<String, (i64, String)>;

/// Columns that differ between runs by design: when a row was ingested, and the number of the commit.
const OWN: [&str; 2] = ["_ingested_at", "__lakesmith_commit"];

/// Every table of a catalog. No process may have the workspace open.
pub fn fingerprints(project: &TestProject, catalog: &str) -> Fingerprints {
    let database = project.root().join(".lakesmith/local/workspace.duckdb");
    let connection = duckdb::Connection::open(database).unwrap();
    let mut columns: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let mut found = connection
        .prepare("SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() ORDER BY ALL")
        .unwrap();
    let rows = found.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    for row in rows {
        let (schema, table, column, data_type): (String, String, String, String) = row.unwrap();
        if schema.split('.').next() == Some(catalog) && !OWN.contains(&column.as_str()) {
            // Sums of doubles depend on the order in which threads add them up, in the last digits.
            let value = match data_type.as_str() {
                "DOUBLE" | "FLOAT" => format!("round(\"{column}\", 6)"),
                _ => format!("\"{column}\""),
            };
            columns.entry((schema, table)).or_default().push(value);
        }
    }
    let mut all = Fingerprints::new();
    for ((schema, table), columns) in columns {
        let sql = format!(
            "SELECT count(*), coalesce(sum(hash(r)::HUGEINT), 0)::VARCHAR FROM (SELECT {} FROM \"{schema}\".\"{table}\") AS r",
            columns.join(", ")
        );
        let fingerprint = connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        all.insert(format!("{schema}.{table}"), fingerprint);
    }
    all
}
