//! Clauses of datasets: done, kept where everybody sees them, or refused (lakeflow-sql.md §1.1).

use super::support::Workspace;
use crate::diag::Code;
use crate::ident::TableName;
use crate::local::engine::EngineError;
use crate::local::engine::pipeline::UpdateOptions;
use crate::local::store::{ConstraintRecord, TableRecord};

fn refused(sql: &str) -> Vec<String> {
    let workspace = Workspace::new();
    match workspace.try_update(sql, &UpdateOptions::default()) {
        Err(EngineError::Invalid(found)) => found
            .iter()
            .filter(|found| found.code == Code::UNSUPPORTED_SQL)
            .map(|found| format!("{} {}", found.location.as_ref().unwrap().display(), found.message))
            .collect(),
        other => panic!("{sql}: {other:?}"),
    }
}

#[test]
fn what_would_decide_about_rows_and_is_not_done_is_refused() {
    let with =
        |columns: &str, clauses: &str| format!("CREATE MATERIALIZED VIEW m {columns} {clauses} AS SELECT 1 AS a;");
    for (columns, clauses, text) in [
        ("", "LOCATION 's3://x'", "LOCATION in a pipeline is not supported"),
        ("", "DEFAULT COLLATION UNICODE", "the collation UNICODE"),
        ("(a STRING COLLATE UTF8_LCASE)", "", "the collation UTF8_LCASE"),
        ("(a BIGINT GENERATED ALWAYS AS IDENTITY)", "", "IDENTITY columns, as `a`"),
        ("", "USING PARQUET", "datasets that are not DELTA"),
        ("", "TBLPROPERTIES ('delta.constraints.positive' = 'a > 1')", "delta.constraints.positive"),
    ] {
        let found = refused(&with(columns, clauses));
        assert!(found.len() == 1 && found[0].contains(text), "{columns} {clauses}: {found:?}");
        assert!(found[0].starts_with("pipeline.sql:1:"), "{found:?}");
    }
    for (columns, clauses) in [
        ("(a MASK main.demo.f)", ""),
        ("(a NOT NULL)", ""),
        ("", "WITH ROW FILTER main.demo.f ON (a)"),
        ("", "CLUSTER BY (a)"),
        ("", "SCHEDULE EVERY 1 DAY"),
    ] {
        let sql = format!("CREATE TEMPORARY VIEW v {columns} {clauses} AS SELECT 1 AS a;");
        assert!(!refused(&sql).is_empty(), "{sql}");
    }
    // These say what is so anyway.
    let workspace = Workspace::new();
    workspace.update(&with("(a INT)", "USING DELTA DEFAULT COLLATION UTF8_BINARY CLUSTER BY NONE"));
}

const GENERATED: &str = "CREATE MATERIALIZED VIEW m (a INT, b INT GENERATED ALWAYS AS (a * 2), c INT DEFAULT 7) AS";

/// "Values are computed … each value that is written must be the expression's" (Delta Lake, "Use Delta Lake generated
/// columns": writing another value is an error, `DELTA_VIOLATE_CONSTRAINT_WITH_VALUES`).
#[test]
fn a_generated_column_has_its_value() {
    let workspace = Workspace::new();
    workspace.update(&format!("{GENERATED} SELECT 1 AS a;"));
    assert_eq!(workspace.rows("SELECT a, b, c FROM m"), ["1|2|7"]);
    workspace.update(&format!("{GENERATED} SELECT 2 AS a, 4 AS b, 1 AS c;"));
    assert_eq!(workspace.rows("SELECT a, b, c FROM m"), ["2|4|1"]);
    let sql = format!("{GENERATED} SELECT 3 AS a, 5 AS b;");
    let report = workspace.try_update(&sql, &UpdateOptions::default()).unwrap();
    let Some(EngineError::Sql(error)) = report.failure.map(|failure| failure.error) else { panic!("accepted") };
    assert_eq!(error.class, "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES");
    assert_eq!(workspace.rows("SELECT a, b, c FROM m"), ["2|4|1"]);
}

fn record(workspace: &Workspace, name: &str) -> TableRecord {
    let name = TableName::parse(&format!("main.demo.{name}")).unwrap();
    workspace.store.read(|reader| reader.expect_securable::<TableRecord>(&name)).unwrap()
}

#[test]
fn what_has_no_effect_on_rows_is_kept() {
    let workspace = Workspace::new();
    workspace.update(
        "CREATE MATERIALIZED VIEW child (a INT, p INT, CONSTRAINT own PRIMARY KEY (a TIMESERIES), FOREIGN KEY (p) REFERENCES parent)
           CLUSTER BY AUTO SCHEDULE EVERY 2 DAYS REFRESH POLICY FULL AS SELECT 1 AS a, 2 AS p;
         CREATE MATERIALIZED VIEW parent (id INT PRIMARY KEY, CONSTRAINT up FOREIGN KEY (id) REFERENCES main.demo.other (x))
           TRIGGER ON UPDATE AS SELECT 2 AS id;
         CREATE MATERIALIZED VIEW other (x INT) AS SELECT 2 AS x;",
    );
    let (child, parent) = (record(&workspace, "child").declared, record(&workspace, "parent").declared);
    assert!(child.cluster_by_auto && !parent.cluster_by_auto);
    assert_eq!(child.schedule.as_deref(), Some("SCHEDULE EVERY 2 DAYS"));
    assert_eq!(child.refresh_policy.as_deref(), Some("REFRESH POLICY FULL"));
    assert_eq!(parent.schedule.as_deref(), Some("TRIGGER ON UPDATE"));
    let told = |constraint: &ConstraintRecord| match constraint {
        ConstraintRecord::PrimaryKey { name, columns, timeseries } => format!("{name} {columns:?} {timeseries:?}"),
        ConstraintRecord::ForeignKey { name, columns, parent, parent_columns } => {
            format!("{name} {columns:?} {parent} {parent_columns:?}")
        }
    };
    let keys = |constraints: &[ConstraintRecord]| constraints.iter().map(told).collect::<Vec<_>>();
    // A foreign key without columns means the parent's primary key, wherever the parent is declared.
    assert_eq!(keys(&child.constraints).len(), 2);
    assert!(keys(&child.constraints)[0].starts_with("own ["), "{:?}", keys(&child.constraints));
    assert!(matches!(&child.constraints[1], ConstraintRecord::ForeignKey { name, parent_columns, .. }
        if name == "child_parent_fk" && parent_columns[0].as_str() == "id"));
    assert_eq!(parent.primary_key().unwrap()[0].as_str(), "id");
    assert_eq!(parent.constraints[1].name(), "up");
    let told = workspace.rows("DESCRIBE EXTENDED child");
    assert!(told.iter().any(|row| row == "Refresh Schedule|SCHEDULE EVERY 2 DAYS|~"), "{told:?}");
}
