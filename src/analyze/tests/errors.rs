//! Errors: the code and the place at which each is reported.

use super::support::{bind, errors, messages, refusals};

/// Each case of `errors.txt`: one error, its code, and its place.
#[test]
fn each_error_is_at_its_place() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for line in include_str!("errors.txt").lines().filter(|line| !line.starts_with("--")) {
        let (marked, code) = line.rsplit_once(" | ").expect(line);
        let sql = marked.replace(['«', '»'], "");
        let place = marked.split('«').nth(1).and_then(|rest| rest.split('»').next()).unwrap_or_default();
        let found = errors(&sql);
        let right = |text: &String| {
            text.starts_with(&format!("error {code} "))
                && (place.is_empty() || text.contains(&format!("at `{place}`:")))
        };
        if found.len() != 1 || !found.iter().all(right) {
            wrong.push(format!("{line}\n  {}", found.join("\n  ")));
        }
        cases += 1;
    }
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases >= 200, "{cases}");
}

/// A finding on what works is the worst mistake of a check: not even a note.
#[test]
fn what_is_valid_is_passed_over_in_silence() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for sql in include_str!("silent.txt").lines().filter(|line| !line.starts_with("--")) {
        let found = messages(&bind(sql).1);
        if !found.is_empty() {
            wrong.push(format!("{sql}\n  {}", found.join("\n  ")));
        }
        cases += 1;
    }
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases >= 90, "{cases}");
}

/// Databricks adds columns to its own tables: an unknown one is a warning if it is close to a known one, else nothing.
#[test]
fn columns_of_system_tables_are_never_errors() {
    let found = messages(&bind("SELECT usage_dat FROM system.billing.usage").1);
    assert_eq!(found, ["warning LS411 at `usage_dat`: the system table has no column `usage_dat` that is documented"]);
    assert_eq!(messages(&bind("SELECT entirely_new FROM system.billing.usage").1), Vec::<String>::new());
    assert_eq!(errors("SELECT NOT usage_date FROM system.billing.usage").len(), 1);
    // A table that is not documented may be there.
    let found = messages(&bind("SELECT a FROM system.billing.brand_new").1);
    assert!(found.len() == 1 && found[0].starts_with("note LS401"), "{found:?}");
}

/// What is close to a built-in is one, where nothing else can have the name; where a schema is not known, anything can.
#[test]
fn a_name_close_to_a_function_is_an_error_only_where_nothing_else_can_have_it() {
    let (_, found) = bind("SELECT uper(b) FROM t");
    let hints: Vec<_> = found.iter().filter_map(|diagnostic| diagnostic.hint.as_deref()).collect();
    assert_eq!((found.has_errors(), hints), (true, vec!["did you mean `upper`?"]));
    assert_eq!(errors("SELECT my_own_function(b) FROM t"), Vec::<String>::new());
    assert_eq!(errors("SELECT other.schema.uper(b) FROM t"), Vec::<String>::new());
}

/// Apache Spark casts the conditions of HAVING and QUALIFY to BOOLEAN, and no others.
#[test]
fn a_number_is_a_condition_in_two_places() {
    for (sql, place) in [
        ("SELECT sum(a) FROM t HAVING sum(a)", "sum(a)"),
        ("SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a)", "row_number()"),
    ] {
        let found = messages(&bind(sql).1);
        let [only] = found.as_slice() else { panic!("{sql}: {found:?}") };
        assert!(only.starts_with(&format!("warning LS404 at `{place}")), "{only}");
    }
    assert_eq!(errors("SELECT a FROM t WHERE a").len(), 1);
}

/// Apache Spark 4.3 takes it for a row without columns; the documentation, "Star (`*`) clause", speaks of those of FROM.
#[test]
fn a_star_without_a_table_is_a_warning() {
    let found = messages(&bind("SELECT *").1);
    assert_eq!(found, ["warning LS410 at `*`: `*` without a FROM clause has no columns"]);
}

/// Of short names so many are one letter apart that an unknown one may well be a function that somebody made.
#[test]
fn short_names_are_no_slips() {
    for name in ["lb", "up", "pi2", "lnn"] {
        let found = messages(&bind(&format!("SELECT {name}(a) FROM t")).1);
        assert!(found.len() == 1 && found[0].starts_with("note LS406"), "{found:?}");
    }
}

/// Apache Spark computes a window over another one; an aggregate over one is refused.
#[test]
fn windows_over_windows_are_no_errors() {
    for sql in [
        "SELECT lag(avg(a) OVER (ORDER BY day), 7) OVER (ORDER BY day) FROM t",
        "SELECT sum(lag(a) OVER (ORDER BY day)) OVER (ORDER BY day) FROM t",
        "SELECT rank() OVER (ORDER BY sum(a) OVER (PARTITION BY b)) FROM t",
    ] {
        let found = messages(&bind(sql).1);
        assert!(found.len() == 1 && found[0].starts_with("note LS408"), "{sql}: {found:?}");
        // Who runs it must not run something else.
        assert_eq!(refusals(sql).len(), 1, "{sql}");
    }
    assert_eq!(errors("SELECT sum(avg(a) OVER ()) FROM t").len(), 1);
}

/// What is not known to be an array may be a map, which makes two columns.
#[test]
fn the_columns_of_an_unknown_value_are_not_known() {
    let of =
        |select: &str| errors(&format!("SELECT * FROM (SELECT {select} FROM other.s.elsewhere) e WHERE key = 'x'"));
    assert_eq!(of("explode(tags)"), Vec::<String>::new());
    assert_eq!(of("explode(tags) AS (key, value)"), Vec::<String>::new());
    assert_eq!(of("posexplode(tags) AS (pos, key, value)"), Vec::<String>::new());
    // Three columns come of neither.
    assert_eq!(of("explode(tags) AS (key, value, more)").len(), 1);
    assert_eq!(errors("SELECT key FROM (SELECT explode(b) AS key FROM t) WHERE key.name = 1").len(), 1);
}

/// A column comes before an alias, and of a table that is not known every name may be a column.
#[test]
fn an_expression_is_grouped_by_as_it_was_selected() {
    let sql =
        "SELECT array_join(names, ', ') AS names, count(*) FROM other.s.elsewhere GROUP BY array_join(names, ', ')";
    assert_eq!(errors(sql), Vec::<String>::new());
    assert_eq!(errors("SELECT upper(b) AS u, count(*) FROM t GROUP BY lower(u)").len(), 1);
}

/// Where an alias cannot be meant, the name is a column of the table that is not known.
#[test]
fn a_column_that_is_not_known_comes_before_an_alias_that_cannot_stand() {
    let from = "FROM other.s.elsewhere";
    for select in ["sum(clicks) AS clicks, sum(clicks) / count(*) AS rate", "p AS n, q AS n, upper(n)"] {
        assert_eq!(errors(&format!("SELECT {select} {from}")), Vec::<String>::new());
    }
    assert_eq!(errors("SELECT sum(a) AS clicks, sum(clicks) FROM t").len(), 1);
    assert_eq!(errors("SELECT a AS n, b AS n, upper(n) FROM t").len(), 1);
}

/// `IDENTIFIER(…)` may be longer than a name.
#[test]
fn long_computed_names_are_not_judged() {
    let branches: String = (0..12).map(|n| format!("WHEN :by = 'choice {n}' THEN 'column_{n}' ")).collect();
    let sql = format!("SELECT IDENTIFIER(CASE {branches} ELSE 'b' END) AS k, a FROM t");
    assert_eq!(errors(&sql), Vec::<String>::new());
}

#[test]
fn one_mistake_is_one_error() {
    // What depends on the unknown column has no type, and nothing more is said of it.
    assert_eq!(errors("SELECT upper(nope) || 1, sum(nope + 1), nope FROM t WHERE nope > 1 GROUP BY ALL").len(), 4);
    assert_eq!(errors("SELECT x.y + 1 AS z, z || 'a' FROM (SELECT nope AS y FROM t) x WHERE y > 2").len(), 1);
    assert_eq!(errors("SELECT q.anything, upper(q.other) FROM missing q WHERE q.third = 1").len(), 1);
}

#[test]
fn hints_name_the_closest_column() {
    let (_, diagnostics) = bind("SELECT dya FROM t");
    let hints: Vec<_> = diagnostics.iter().filter_map(|diagnostic| diagnostic.hint.as_deref()).collect();
    assert_eq!(hints, ["did you mean `day`?"]);
}

#[test]
fn what_is_not_known_is_a_note() {
    let (query, diagnostics) = bind("SELECT my_function(a) AS f FROM t");
    assert!(!diagnostics.has_errors());
    assert_eq!(messages(&diagnostics).len(), 1);
    assert_eq!(query.unwrap().output[0].ty, None);
    let (query, diagnostics) = bind("SELECT q, count(*) AS n FROM other.schema.tab GROUP BY q");
    assert!(!diagnostics.has_errors());
    assert_eq!(query.unwrap().output.len(), 2);
    let (query, diagnostics) =
        bind("FROM other.schema.tab |> WHERE q = 1 |> EXTEND q + 1 AS r |> SELECT tab.q, r, tab.s");
    assert!(!diagnostics.has_errors(), "{:?}", messages(&diagnostics));
    assert_eq!(query.unwrap().output.len(), 3);
    // The columns of `*` are not known at all.
    let (query, diagnostics) = bind("SELECT * FROM other.schema.tab");
    assert!(query.is_none() && !diagnostics.has_errors());
}

/// The limits of the parser are within those of the binder, on the 2 MiB stack of a test thread.
#[test]
fn deep_and_long_expressions_are_bound() {
    for text in [
        format!("SELECT {}1{}", "coalesce(a, ".repeat(40), ")".repeat(40)) + " FROM t",
        format!("SELECT b{} FROM t", " || 'x'".repeat(390)),
        format!("SELECT a FROM t WHERE a = 0{}", " OR a = 1".repeat(190)),
        format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(390)),
        format!("SELECT * FROM {}t{}", "(SELECT * FROM ".repeat(20), ") x".repeat(20)),
        format!("SELECT a IN (1{}) FROM t", ", 1".repeat(10_000)),
    ] {
        assert_eq!(errors(&text), Vec::<String>::new());
    }
}

#[test]
fn aliases_are_not_written_out_without_bounds() {
    let doubling: String = (0..40).map(|i| format!(", x{i} + x{i} AS x{}", i + 1)).collect();
    let found = refusals(&format!("SELECT a AS x0{doubling} FROM t"));
    assert!(found.iter().any(|text| text.starts_with("error LS408")), "{found:?}");
    // A random value would not be the same twice.
    let found = refusals("SELECT uuid() AS id, concat(id, '!') AS again FROM t");
    assert!(found.len() == 1 && found[0].starts_with("error LS408 at `id`"), "{found:?}");
    // Databricks takes both: a check has nothing against them.
    assert_eq!(errors("SELECT uuid() AS id, concat(id, '!') AS again FROM t"), Vec::<String>::new());
}

/// Whoever uses an operand twice doubles the tree with each nesting: it ends where it would be too large.
#[test]
fn operands_that_are_used_twice_do_not_grow_without_bound() {
    for (open, close) in [
        ("nullif(", ", 'x')"),
        ("nullifzero(", ")"),
        ("CASE ", " WHEN 'a' THEN 'b' WHEN 'c' THEN 'd' END"),
        ("decode(", ", 'a', 'b', 'c', 'd')"),
        ("CAST(", " BETWEEN 'a' AND 'b' AS STRING)"),
        ("CAST(", " LIKE ANY ('a', 'b') AS STRING)"),
    ] {
        let sql = format!("SELECT {}b{} FROM t", open.repeat(40), close.repeat(40));
        let found = refusals(&sql);
        assert!(found.iter().any(|text| text.contains("so large an expression")), "{open}: {found:?}");
    }
}

/// Names that are one letter from a known one of few: others exist, so no more than a warning.
#[test]
fn slips_of_formats_and_collations_are_warnings() {
    for (sql, expected) in [
        ("SELECT b COLLATE UTF8_BINRY FROM t", "warning LS410 at `UTF8_BINRY`"),
        ("SELECT a FROM read_files('/v', format => 'parqet', schema => 'a INT')", "warning LS419 at `'parqet'`"),
        ("SELECT * EXCEPT (a, c, arr, m, p) FROM u", "warning LS410"),
    ] {
        let found = messages(&bind(sql).1);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{sql}: {found:?}");
    }
}

/// Databricks documentation, "measure aggregate function"; error condition METRIC_VIEW_MISSING_MEASURE_FUNCTION.
#[test]
fn measures_are_read_by_measure_only() {
    let mut catalog = super::support::catalog();
    for name in ["metrics", "perhaps"] {
        let columns = "region STRING, total DECIMAL(20,2)";
        catalog.add_table(super::support::table(name, columns, crate::catalog::RelationKind::View));
    }
    let id = super::support::id;
    let name = crate::ident::TableName { catalog: id("c"), schema: id("s"), name: id("metrics") };
    catalog.add_measures(name, vec![id("total")]);
    let found = |sql: &str| {
        let session = crate::analyze::Session::new(&catalog, id("c"), id("s"));
        let file = super::support::file(sql);
        let parsed = crate::syntax::parse(&file);
        let crate::syntax::ast::StatementKind::Query(query) = &parsed.statements[0].kind else { panic!("{sql}") };
        messages(&crate::analyze::bind_query(query, &file, &session).1)
    };
    for fine in [
        "SELECT region, MEASURE(total) AS total FROM metrics GROUP BY ALL ORDER BY total",
        "SELECT region, measure(m.total) FROM metrics m WHERE m.region = 'x' GROUP BY region HAVING measure(total) > 1",
        "SELECT * EXCEPT (total) FROM metrics",
        "SELECT * FROM (SELECT region, measure(total) AS total FROM metrics GROUP BY region) WHERE total > 1",
        // It may be a metric view that somebody else made, or a plain one.
        "SELECT *, measure(region), total FROM perhaps",
        "SELECT total, measure(region) FROM perhaps GROUP BY ALL",
    ] {
        let errors: Vec<_> = found(fine).into_iter().filter(|text| text.contains("easure")).collect();
        assert_eq!(errors, Vec::<String>::new(), "{fine}");
    }
    for (sql, expected) in [
        ("SELECT region, total FROM metrics", "error LS407 at `total`"),
        ("SELECT sum(m.total) FROM metrics m", "error LS407 at `m.total`"),
        ("SELECT * FROM metrics", "error LS407 at `*`"),
        ("SELECT measure(region) FROM metrics", "error LS407 at `region`"),
        ("SELECT measure(nope) FROM metrics", "error LS402 at `nope`"),
        ("SELECT measure(a) FROM t", "error LS407 at `a`"),
    ] {
        let found = found(sql);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{sql}: {found:?}");
    }
}
