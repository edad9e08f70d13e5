//! Values: Databricks SQL in, DuckDB's answer out, compared with what Spark answers.

use std::collections::BTreeMap;

use duckdb::Connection;

use crate::analyze::bound::{BoundQuery, Column, ColumnId, FileScan, Relation, Scan};
use crate::analyze::{self, bind_query};
use crate::catalog::MemoryCatalog;
use crate::diag::{Code, Diagnostics, Severity, SourceFile, human};
use crate::ident::{Identifier, TableName};
use crate::local::engine::error::EngineError;
use crate::local::engine::session::{Principal, Session};
use crate::local::engine::source::{DataFile, Input, Source};
use crate::local::store::{StoreError, register_functions};
use crate::syntax::{DataType, parse_query};

use super::expr::Lowering;
use super::relation::lower_query;

struct NoTables;

impl Source for NoTables {
    fn table(&self, scan: &Scan) -> Result<Input, EngineError> {
        Err(EngineError::unsupported(&scan.table))
    }

    fn files(&self, _: &FileScan) -> Result<Vec<DataFile>, EngineError> {
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

fn connection() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("SET TimeZone = 'UTC'").unwrap();
    register_functions(&connection).unwrap();
    connection
}

/// An error class, and what was said.
#[derive(Debug)]
struct Refusal(String, String);

fn refused(found: &Diagnostics) -> Refusal {
    let class = match found.iter().find(|found| found.severity == Severity::Error).map(|found| found.code) {
        Some(Code::TYPE_MISMATCH) => "DATATYPE_MISMATCH".to_string(),
        Some(Code::WRONG_ARITY) => "WRONG_NUM_ARGS".to_string(),
        Some(Code::SQL_SYNTAX) => "PARSE_SYNTAX_ERROR".to_string(),
        other => format!("{other:?}"),
    };
    Refusal(class, human(found, false))
}

fn failed(error: EngineError) -> Refusal {
    match error {
        EngineError::Sql(error) => Refusal(error.class.clone(), error.to_string()),
        other => Refusal("INTERNAL".to_string(), format!("{other:?}")),
    }
}

/// Binds and lowers a query; gives the type of its first column and the SQL.
fn lowered(text: &str) -> Result<(DataType, String), Refusal> {
    let file = SourceFile::new("test.sql", text);
    let (query, diagnostics) = parse_query(&file);
    let Some(query) = query.filter(|_| !diagnostics.has_errors()) else { return Err(refused(&diagnostics)) };
    let catalog = MemoryCatalog::default();
    let session = session();
    let mut names = analyze::Session::new(&catalog, session.catalog.clone(), session.schema.clone());
    // As the workspace binds what it runs.
    names.complete = true;
    let (bound, diagnostics) = bind_query(&query, &file, &names);
    let Some(bound) = bound.filter(|_| !diagnostics.has_errors()) else { return Err(refused(&diagnostics)) };
    let ty = bound.output[0].ty.clone().ok_or_else(|| Refusal("UNPROVED".to_string(), text.to_string()))?;
    let sql = lower_query(&Lowering::new(&session, &NoTables), &bound).map_err(failed)?;
    Ok((ty, sql.as_str().to_string()))
}

/// The first value of a query as text.
fn run(connection: &Connection, sql: &str) -> Result<String, Refusal> {
    let value = connection.query_row(sql, [], |row| row.get::<_, Option<String>>(0));
    match value {
        Ok(value) => Ok(value.unwrap_or_else(|| "NULL".to_string())),
        Err(error) => Err(failed(error.into())),
    }
}

fn answer(connection: &Connection, expression: &str) -> Result<(String, String), Refusal> {
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
    Ok((name, value?.replace('\\', "\\\\").replace('\n', "\\n")))
}

#[test]
fn values_are_those_of_spark() {
    let connection = connection();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in include_str!("values.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let parts: Vec<&str> = line.split(" ==> ").collect();
        let [expression, ty, expected] = parts.as_slice() else { panic!("{line}") };
        count += 1;
        match answer(&connection, expression) {
            Ok((found_ty, found)) => {
                let same_type = found_ty.eq_ignore_ascii_case(ty) || alias(ty, &found_ty);
                if !same_type || found != *expected {
                    wrong.push(format!("{expression}\n    expected {ty} {expected}\n    found    {found_ty} {found}"));
                }
            }
            // At compile time or when it runs; a subclass may be left out.
            Err(Refusal(class, _))
                if *ty == "ERROR" && (*expected == class || expected.starts_with(&format!("{class}."))) => {}
            Err(Refusal(_, message)) => {
                wrong.push(format!("{expression}\n    expected {ty} {expected}\n    refused: {message}"))
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// The law of the registry: a function that the analyzer knows is either computed, by SQL that DuckDB accepts, or
/// refused in words that name it; DuckDB never sees a function that it has not.
#[test]
fn each_built_in_is_computed_or_refused_by_name() {
    let connection = connection();
    let row = "SELECT CAST(NULL AS TINYINT) AS tiny, CAST(NULL AS SMALLINT) AS small, CAST(NULL AS INT) AS i, \
               CAST(NULL AS BIGINT) AS big, CAST(NULL AS FLOAT) AS f, CAST(NULL AS DOUBLE) AS x, \
               CAST(NULL AS DECIMAL(10,2)) AS d, CAST(NULL AS DECIMAL(38,10)) AS wide, CAST(NULL AS STRING) AS s, \
               CAST(NULL AS BINARY) AS bin, CAST(NULL AS BOOLEAN) AS ok, CAST(NULL AS DATE) AS day, \
               CAST(NULL AS TIMESTAMP) AS at, CAST(NULL AS TIMESTAMP_NTZ) AS ntz, CAST(NULL AS INTERVAL MONTH) AS ym, \
               CAST(NULL AS INTERVAL DAY) AS ds, CAST(NULL AS ARRAY<INT>) AS ints, CAST(NULL AS ARRAY<STRING>) AS strs, \
               CAST(NULL AS ARRAY<FLOAT>) AS floats, CAST(NULL AS MAP<STRING, INT>) AS m, \
               CAST(NULL AS STRUCT<a: INT, b: STRING>) AS st";
    let (mut wrong, mut computed, mut refused) = (Vec::new(), 0, 0);
    let calls = include_str!("../../../analyze/tests/functions.sql").lines().filter(|line| !line.starts_with("--"));
    let calls = calls.filter_map(|line| Some(line.rsplit_once(" returns ")?.0));
    for call in calls.filter(|call| !call.starts_with("SELECT")) {
        // The embedded workspace has no column of type VARIANT.
        let call = call.replace("(v)", "(parse_json('1'))").replace("(v,", "(parse_json('1'),");
        let names = || call.match_indices('(').filter_map(|(at, _)| call[..at].rsplit([' ', '(', ',']).next());
        match lowered(&format!("SELECT {call} AS c FROM ({row}) AS w")) {
            Ok((_, sql)) => match connection.prepare(&sql) {
                Ok(_) => computed += 1,
                Err(error) => wrong.push(format!("{call}: DuckDB refuses it: {error}")),
            },
            // By its own name, where the call has an alias.
            Err(Refusal(_, said)) if said.contains("the function ") => refused += 1,
            Err(Refusal(_, said))
                if names().any(|name| !name.is_empty() && said.to_lowercase().contains(&name.to_lowercase())) =>
            {
                refused += 1;
            }
            Err(Refusal(class, said)) => wrong.push(format!("{call}: {class}: {said}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), wrong.len() + computed + refused, wrong.join("\n"));
    assert!(computed > 300 && refused > 200, "{computed} computed, {refused} refused");
}

/// Spark's names of the interval types tell their fields.
fn alias(spark: &str, ours: &str) -> bool {
    spark.starts_with("INTERVAL") && ours.starts_with("INTERVAL")
}

/// The text grows with the nesting, not with a power of it.
#[test]
fn nested_calls_grow_no_faster_than_their_nesting() {
    let connection = connection();
    let growing = |open: &str, close: &str, inner: &str, depth: usize| {
        let text = |depth: usize| format!("SELECT {}{inner}{} AS v", open.repeat(depth), close.repeat(depth));
        let length = |depth: usize| lowered(&text(depth)).unwrap().1.len();
        let (half, whole) = (length(depth / 2), length(depth));
        assert!(whole < 3 * half, "{open}…{close}: {half} at half the depth, then {whole}");
        let sql = lowered(&text(depth)).unwrap().1;
        run(&connection, &format!("SELECT CAST(v AS VARCHAR) FROM ({sql}) AS r(v)")).unwrap()
    };
    assert_eq!(growing("array(", ")[0]", "7", 14), "7");
    assert_eq!(growing("initcap(trim(element_at(array(", "), 1)))", "'ab'", 10), "Ab");
    assert_eq!(growing("sqrt(", ")", "1e0", 10), "1.0");
    assert_eq!(growing("lpad(", ", 3, '-')", "'a'", 10), "--a");
    assert_eq!(growing("date_format(to_timestamp(", ", 'yyyy'), 'yyyy')", "'2024'", 6), "2024");
    assert_eq!(growing("concat_ws(',', array(", "))", "'a'", 10), "a");
    assert_eq!(growing("substring(", ", int(1), int(9))", "'abc'", 10), "abc");
    assert_eq!(growing("locate('1', ", ", int(1))", "'21'", 8), "0");
}

/// A look-up that fails is still known for what it was: a full disk ends an update, a conflict is tried again.
#[test]
fn a_failed_look_up_keeps_its_error() {
    struct Full;
    impl Source for Full {
        fn table(&self, _: &Scan) -> Result<Input, EngineError> {
            Err(StoreError::DiskFull("no space".into()).into())
        }

        fn files(&self, _: &FileScan) -> Result<Vec<DataFile>, EngineError> {
            Ok(Vec::new())
        }
    }
    let name = TableName::parse("main.default.t").unwrap();
    let scan =
        Scan { table: name, columns: Vec::new(), streaming: false, span: crate::diag::Span { start: 0, end: 0 } };
    let query = BoundQuery {
        relation: Relation::Project { input: Box::new(Relation::Scan(scan)), outputs: Vec::new() },
        output: vec![Column { id: ColumnId(1), name: Identifier::object("c").unwrap(), ty: None, nullable: true }],
        proof: Default::default(),
        ctes: Vec::new(),
    };
    let error = lower_query(&Lowering::new(&session(), &Full), &query).unwrap_err();
    assert!(matches!(error, EngineError::Store(StoreError::DiskFull(_))), "{error:?}");
    assert_eq!(error.whole_text(), "the disk is full: no space");
}
