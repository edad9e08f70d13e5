//! Lineage of columns.

use crate::analyze::lineage;

use super::support::bind;

/// `output <- table.column, …` for each output column.
fn columns(sql: &str) -> Vec<String> {
    let (query, diagnostics) = bind(sql);
    assert!(!diagnostics.has_errors(), "{:?}", super::support::messages(&diagnostics));
    let lineage = lineage(&query.unwrap());
    let line = |(name, origins): &(crate::ident::Identifier, std::collections::BTreeSet<crate::analyze::Origin>)| {
        let from: Vec<String> = origins.iter().map(|o| format!("{}.{}", o.table.name, o.column)).collect();
        format!("{name} <- {}", from.join(", "))
    };
    lineage.columns.iter().map(line).collect()
}

#[test]
fn columns_come_from_the_columns_that_they_are_computed_from() {
    assert_eq!(
        columns("SELECT a + x AS s, upper(b) AS b, 1 AS one FROM t WHERE ok"),
        ["s <- t.a, t.x", "b <- t.b", "one <- "]
    );
    assert_eq!(
        columns("WITH c AS (SELECT a AS k, d FROM t) SELECT k, sum(d) AS total FROM c JOIN u ON u.a = k GROUP BY k"),
        ["k <- t.a", "total <- t.d"]
    );
    assert_eq!(columns("SELECT a FROM t UNION ALL SELECT a FROM u"), ["a <- t.a, u.a"]);
    assert_eq!(
        columns("SELECT lag(a) OVER (PARTITION BY b ORDER BY at) AS p, (SELECT max(c) FROM u) AS m FROM t"),
        ["p <- t.a, t.at, t.b", "m <- u.c"]
    );
    assert_eq!(columns("SELECT e FROM u LATERAL VIEW explode(arr) x AS e"), ["e <- u.arr"]);
    assert_eq!(
        columns("SELECT n, v, w FROM t UNPIVOT ((v, w) FOR n IN ((a, b), (d, b)))"),
        ["n <- ", "v <- t.a, t.d", "w <- t.b"]
    );
}

/// Each operator passes on what it does not change.
#[test]
fn columns_come_through_pipe_operators() {
    assert_eq!(
        columns("FROM t |> EXTEND a + x AS s |> SET b = upper(b) |> DROP x |> AS z |> SELECT z.s, b"),
        ["s <- t.a, t.x", "b <- t.b"]
    );
    assert_eq!(
        columns("FROM t |> JOIN u ON t.a = u.a |> WHERE ok |> AGGREGATE sum(d) AS total, max(c) AS c GROUP BY b AS g"),
        ["g <- t.b", "total <- t.d", "c <- u.c"]
    );
    assert_eq!(columns("FROM t |> SELECT b |> UNION ALL SELECT c FROM u |> ORDER BY b |> LIMIT 3"), ["b <- t.b, u.c"]);
    let (query, _) = bind("FROM t |> WHERE ok |> JOIN u ON t.a = u.a |> SELECT b");
    let rows = lineage(&query.unwrap()).rows;
    let rows: Vec<String> = rows.iter().map(|o| format!("{}.{}", o.table.name, o.column)).collect();
    assert_eq!(rows, ["t.a", "t.ok", "u.a"]);
}

#[test]
fn filters_and_joins_decide_the_rows() {
    let (query, _) = bind("SELECT t.b FROM t JOIN u ON t.a = u.a WHERE ok");
    let lineage = lineage(&query.unwrap());
    let rows: Vec<String> = lineage.rows.iter().map(|o| format!("{}.{}", o.table.name, o.column)).collect();
    assert_eq!(rows, ["t.a", "t.ok", "u.a"]);
    let tables: Vec<String> = lineage.tables.iter().map(|table| table.to_string()).collect();
    assert_eq!(tables, ["c.s.t", "c.s.u"]);
}
