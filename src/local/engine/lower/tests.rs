//! Values: Databricks SQL in, DuckDB's answer out, compared with what Spark answers.

use std::collections::BTreeMap;

use duckdb::Connection;

use crate::analyze::bound::{FileScan, Scan};
use crate::analyze::{self, bind_query};
use crate::catalog::MemoryCatalog;
use crate::diag::{SourceFile, human};
use crate::ident::Identifier;
use crate::local::engine::error::{EngineError, SqlError};
use crate::local::engine::session::{Principal, Session};
use crate::local::engine::source::{DataFile, Input, Source};
use crate::syntax::{DataType, parse_query};

use super::expr::Lowering;
use super::relation::lower_query;

struct NoTables;

impl Source for NoTables {
    fn table(&self, scan: &Scan) -> Result<Input, SqlError> {
        Err(SqlError::unsupported(&scan.table))
    }

    fn files(&self, _: &FileScan) -> Result<Vec<DataFile>, SqlError> {
        Ok(Vec::new())
    }
}

fn session() -> Session {
    Session {
        principal: Principal { name: "user@test".to_string(), groups: vec!["Analysts".to_string()], admin: true },
        catalog: Identifier::object("main").unwrap(),
        schema: Identifier::object("default").unwrap(),
        parameters: BTreeMap::new(),
        now: 1_709_287_500_000_000,
    }
}

/// Binds and lowers a query; gives the type of its first column and the SQL.
fn lowered(text: &str) -> Result<(DataType, String), String> {
    let file = SourceFile::new("test.sql", text);
    let (query, diagnostics) = parse_query(&file);
    let Some(query) = query.filter(|_| !diagnostics.has_errors()) else { return Err(human(&diagnostics, false)) };
    let catalog = MemoryCatalog::default();
    let session = session();
    let names = analyze::Session::new(&catalog, session.catalog.clone(), session.schema.clone());
    let (bound, diagnostics) = bind_query(&query, &file, &names);
    let Some(bound) = bound.filter(|_| !diagnostics.has_errors()) else { return Err(human(&diagnostics, false)) };
    let ty = bound.output[0].ty.clone().ok_or("no type")?;
    let sql = lower_query(&Lowering::new(&session, &NoTables), &bound).map_err(|error| error.to_string())?;
    Ok((ty, sql.as_str().to_string()))
}

/// The first value of a query as text, or the class of its error.
fn run(connection: &Connection, sql: &str) -> Result<String, String> {
    let value = connection.query_row(sql, [], |row| row.get::<_, Option<String>>(0));
    match value {
        Ok(value) => Ok(value.unwrap_or_else(|| "NULL".to_string())),
        Err(error) => match EngineError::from(error) {
            EngineError::Sql(error) => Err(error.class),
            other => panic!("{sql}\n{other:?}"),
        },
    }
}

fn answer(connection: &Connection, expression: &str) -> Result<(String, String), String> {
    let (ty, sql) = lowered(&format!("SELECT {expression} AS v"))?;
    let name = ty.to_string().replace(", ", ",").replace(": ", ":").replace('`', "");
    let value = match ty {
        DataType::Array(_) | DataType::Map(..) | DataType::Struct(_) => {
            run(connection, &format!("SELECT CAST(to_json(x) AS VARCHAR) FROM ({sql}) AS r(x)"))
        }
        DataType::Binary => run(connection, &format!("SELECT hex(x) FROM ({sql}) AS r(x)")),
        _ => {
            let (_, sql) = lowered(&format!("SELECT CAST(({expression}) AS STRING) AS v"))?;
            run(connection, &sql)
        }
    };
    Ok(match value {
        Ok(value) => (name, value.replace('\\', "\\\\").replace('\n', "\\n")),
        Err(class) => ("ERROR".to_string(), class),
    })
}

#[test]
fn values_are_those_of_spark() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("SET TimeZone = 'UTC'").unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in include_str!("values.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let parts: Vec<&str> = line.split(" ==> ").collect();
        let [expression, ty, expected] = parts.as_slice() else { panic!("{line}") };
        count += 1;
        match answer(&connection, expression) {
            Ok((found_ty, found)) => {
                let same_type = found_ty.eq_ignore_ascii_case(ty) || alias(ty, &found_ty);
                let same = same_type && (found == *expected || (*ty == "ERROR" && expected.starts_with(&found)));
                if !same {
                    wrong.push(format!("{expression}\n    expected {ty} {expected}\n    found    {found_ty} {found}"));
                }
            }
            // A refusal at compile time is as good as an error at run time, if the analyzer gives it.
            Err(_) if *ty == "ERROR" => {}
            Err(message) => wrong.push(format!("{expression}\n    expected {ty} {expected}\n    refused: {message}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Spark's names of the interval types tell their fields.
fn alias(spark: &str, ours: &str) -> bool {
    spark.starts_with("INTERVAL") && ours.starts_with("INTERVAL")
}
