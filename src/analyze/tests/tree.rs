//! The shape of bound trees: what the engine relies on.

use crate::analyze::bound::{ExprKind, JoinKind, Literal, Relation};
use crate::syntax::DataType;

use super::support::bind;

fn relation(sql: &str) -> Relation {
    let (query, diagnostics) = bind(sql);
    assert!(!diagnostics.has_errors(), "{:?}", super::support::messages(&diagnostics));
    query.expect(sql).relation
}

/// engine.md §3: every coercion is an explicit cast. `'10' < 9` compares BIGINTs.
#[test]
fn coercions_are_casts() {
    let Relation::Project { outputs, .. } = relation("SELECT '10' < 9L, a + 1L FROM t") else { panic!() };
    let ExprKind::Call { function: "lt", args } = &outputs[0].1.kind else { panic!() };
    assert!(matches!(args[0].kind, ExprKind::Cast { try_: false, .. }));
    assert_eq!(args[0].ty, Some(DataType::BigInt));
    let ExprKind::Call { function: "add", args } = &outputs[1].1.kind else { panic!() };
    assert_eq!(args[0].ty, Some(DataType::BigInt));
}

/// engine.md §3: integers divide as DOUBLE, decimals stay decimals.
#[test]
fn division() {
    let Relation::Project { outputs, .. } = relation("SELECT 7 / 2, d / 3 FROM t") else { panic!() };
    let ExprKind::Call { function: "divide", args } = &outputs[0].1.kind else { panic!() };
    assert!(args.iter().all(|arg| arg.ty == Some(DataType::Double)));
    let ExprKind::Call { function: "divide", args } = &outputs[1].1.kind else { panic!() };
    assert_eq!(args[1].ty, Some(DataType::Decimal { precision: 1, scale: 0 }));
}

#[test]
fn an_aggregate_computes_each_call_once() {
    let tree = relation("SELECT b, sum(a), sum(a) + 1 FROM t GROUP BY b HAVING sum(a) > 2 ORDER BY sum(a)");
    let Relation::Sort { input, keys } = tree else { panic!() };
    let Relation::Project { input, outputs } = *input else { panic!() };
    // The key is the second output: no hidden column is needed.
    assert_eq!(outputs.len(), 3);
    assert_eq!(keys[0].expr.kind, ExprKind::Column(outputs[1].0.id));
    let Relation::Filter { input, .. } = *input else { panic!() };
    let Relation::Aggregate { groups, aggregates, sets, .. } = *input else { panic!() };
    assert_eq!((groups.len(), aggregates.len(), sets), (1, 1, vec![vec![0]]));
}

#[test]
fn order_by_what_is_not_selected_adds_a_hidden_column() {
    let (query, _) = bind("SELECT a FROM t ORDER BY x DESC");
    let query = query.unwrap();
    assert_eq!(query.output.len(), 1);
    assert_eq!(query.relation.columns().len(), 2);
    let Relation::Sort { keys, .. } = &query.relation else { panic!() };
    // Databricks documentation, "ORDER BY clause": nulls last when descending.
    assert!(keys[0].descending && !keys[0].nulls_first);
}

#[test]
fn qualify_filters_over_the_window() {
    let tree = relation("SELECT a FROM t QUALIFY row_number() OVER (PARTITION BY b ORDER BY a) = 1");
    let Relation::Project { input, .. } = tree else { panic!() };
    let Relation::Filter { input, .. } = *input else { panic!() };
    assert!(matches!(*input, Relation::Window { .. }));
}

#[test]
fn rollup_is_written_out_as_sets() {
    let tree = relation("SELECT b, ok, count(*) FROM t GROUP BY ROLLUP (b, ok)");
    let Relation::Project { input, .. } = tree else { panic!() };
    let Relation::Aggregate { sets, .. } = *input else { panic!() };
    assert_eq!(sets, vec![vec![0, 1], vec![0], vec![]]);
}

#[test]
fn semi_joins_give_the_left_side_only() {
    let tree = relation("SELECT * FROM t LEFT SEMI JOIN u ON t.a = u.a");
    let Relation::Project { input, outputs } = tree else { panic!() };
    assert_eq!(outputs.len(), 7);
    assert!(matches!(*input, Relation::Join { kind: JoinKind::LeftSemi, .. }));
}

#[test]
fn common_table_expressions_are_listed_by_the_outermost_query() {
    let (query, _) =
        bind("WITH c AS (SELECT a FROM t) SELECT x.a FROM (WITH d AS (SELECT a FROM c) SELECT a FROM d) x");
    let query = query.unwrap();
    let names: Vec<_> = query.ctes.iter().map(|cte| cte.name.to_string()).collect();
    assert_eq!(names, ["c", "d"]);
}

/// Both sides of a union are cast to the common type before they meet.
#[test]
fn set_operations_meet_in_one_type() {
    let Relation::SetOperation { left, right, columns, .. } = relation("SELECT a FROM t UNION ALL SELECT a FROM u")
    else {
        panic!()
    };
    assert_eq!(columns[0].ty, Some(DataType::BigInt));
    assert_eq!(left.columns()[0].ty, Some(DataType::BigInt));
    assert_eq!(right.columns()[0].ty, Some(DataType::BigInt));
}

#[test]
fn read_files_keeps_only_the_metadata_that_is_read() {
    let sql = "SELECT x, _metadata.file_name AS f FROM read_files('/Volumes/c/s/v', format => 'csv', \
               schema => 'x INT, y STRING')";
    let Relation::Project { input, outputs } = relation(sql) else { panic!() };
    let Relation::Files(files) = *input else { panic!() };
    assert_eq!(outputs[1].0.ty, Some(DataType::String));
    assert_eq!(files.path, "/Volumes/c/s/v");
    assert_eq!(files.options[0], ("format".to_string(), "csv".to_string()));
    let metadata: Vec<_> = files.metadata.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((files.columns.len(), metadata), (2, vec!["file_name"]));
}

/// Databricks documentation, "`:` (colon sign) operator".
#[test]
fn json_paths_are_calls() {
    let Relation::Project { outputs, .. } = relation("SELECT b:x.y[0]['z'] FROM t") else { panic!() };
    let ExprKind::Call { function: "get_json_object", args } = &outputs[0].1.kind else { panic!() };
    assert_eq!(args[1].kind, ExprKind::Literal(Literal::String("$.x.y[0]['z']".to_string())));
}

#[test]
fn lateral_aliases_stand_for_their_expressions() {
    let Relation::Project { outputs, .. } = relation("SELECT a + 1 AS n, n * 2 AS m FROM t") else { panic!() };
    let ExprKind::Call { function: "multiply", args } = &outputs[1].1.kind else { panic!() };
    assert_eq!(args[0], outputs[0].1);
}
