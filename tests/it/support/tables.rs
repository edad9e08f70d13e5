//! The tables of an embedded workspace, read from its database by DuckDB itself: no code of the program under test
//! stands between a table and what is compared.

use std::collections::BTreeMap;

use super::TestProject;

/// By `catalog.schema.table`.
pub type Fingerprints = BTreeMap<String, Fingerprint>;

/// What a table holds. Equal means: as many rows, and in them the same values.
#[derive(Clone, Debug)]
pub struct Fingerprint {
    pub rows: i64,
    /// Of all values that are exact.
    hash: String,
    /// Of the columns of doubles: sums and averages depend, in their last digits, on the order in which threads add up,
    /// and what is rounded afterwards on those digits.
    sums: Vec<f64>,
}

impl PartialEq for Fingerprint {
    fn eq(&self, other: &Self) -> bool {
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-3 * a.abs().max(b.abs()).max(1.0);
        (self.rows, &self.hash, self.sums.len()) == (other.rows, &other.hash, other.sums.len())
            && self.sums.iter().zip(&other.sums).all(near)
    }
}

/// Columns that differ between runs by design: when a row was ingested, and the number of the commit.
const OWN: [&str; 2] = ["_ingested_at", "__lakesmith_commit"];

#[derive(Default)]
struct Columns {
    exact: Vec<String>,
    doubles: Vec<String>,
}

/// Every table of a catalog. No process may have the workspace open.
pub fn fingerprints(project: &TestProject, catalog: &str) -> Fingerprints {
    let database = project.root().join(".lakesmith/local/workspace.duckdb");
    let connection = duckdb::Connection::open(database).unwrap();
    let mut tables: BTreeMap<(String, String), Columns> = BTreeMap::new();
    let mut found = connection
        .prepare("SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() ORDER BY ALL")
        .unwrap();
    let rows = found.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    for row in rows {
        let (schema, table, column, data_type): (String, String, String, String) = row.unwrap();
        if schema.split('.').next() != Some(catalog) || OWN.contains(&column.as_str()) {
            continue;
        }
        let columns = tables.entry((schema, table)).or_default();
        match data_type.as_str() {
            "DOUBLE" | "FLOAT" => columns.doubles.push(format!("coalesce(sum(\"{column}\"), 0)::DOUBLE")),
            _ => columns.exact.push(format!("\"{column}\"")),
        }
    }
    let mut all = Fingerprints::new();
    for ((schema, table), Columns { mut exact, doubles }) in tables {
        if exact.is_empty() {
            exact.push("1".to_string());
        }
        let sql = format!(
            "SELECT count(*), coalesce(sum(hash({})::HUGEINT), 0)::VARCHAR, [{}]::VARCHAR FROM \"{schema}\".\"{table}\"",
            exact.join(", "),
            doubles.join(", ")
        );
        let (rows, hash, sums): (i64, String, String) =
            connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        let sums = sums.trim_matches(['[', ']']).split(", ").filter(|sum| !sum.is_empty());
        let sums = sums.map(|sum| sum.parse().unwrap()).collect();
        all.insert(format!("{schema}.{table}"), Fingerprint { rows, hash, sums });
    }
    all
}
