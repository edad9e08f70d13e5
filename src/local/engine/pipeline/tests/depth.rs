//! What the bridge lets through also lowers and runs, on the 2 MiB stack of a server's thread; what it does not is an
//! error of the user and never a stack overflow.

use super::support::{Workspace, session};
use crate::local::engine::{CancelToken, EngineError, statement};

const STACK: usize = 2 * 1024 * 1024;

fn on_a_server_thread(check: impl FnOnce(&Workspace) + Send) {
    std::thread::scope(|scope| {
        let run = move || check(&Workspace::new());
        std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).unwrap().join().unwrap();
    });
}

#[test]
fn long_rows_of_operators_run() {
    on_a_server_thread(|workspace| {
        let one = |text: String| workspace.rows(&text).concat();
        for (text, expected) in [
            (format!("SELECT 1{}", " + 1".repeat(399)), "400"),
            (format!("SELECT x{} FROM VALUES (1) AS t(x)", " + x".repeat(399)), "400"),
            (format!("SELECT 400{}", " - 1".repeat(399)), "1"),
            (format!("SELECT 1{}", " * 1".repeat(399)), "1"),
            (format!("SELECT length('a'{})", " || 'b'".repeat(398)), "399"),
            (format!("SELECT 1 = 2{}", " OR 1 = 2".repeat(190)), "false"),
            (format!("SELECT 1 = 1{}", " AND 1 = 1".repeat(190)), "true"),
            (format!("SELECT count(*) FROM (SELECT 1 AS x{})", " UNION ALL SELECT 1".repeat(390)), "391"),
            (format!("SELECT count(*) FROM (SELECT 1 AS x{})", " UNION SELECT 1".repeat(390)), "1"),
            (format!("SELECT 1 = 2{}", " OR 1 = 2".repeat(5_000)), "false"),
            (format!("SELECT 1 = 1{} AND 1 = 2", " AND 1 = 1".repeat(5_000)), "false"),
            (format!("SELECT length('a'{})", " || 'b'".repeat(5_000)), "5001"),
            (format!("SELECT count(*) FROM (SELECT 1 AS x{})", " UNION ALL SELECT 1".repeat(2_000)), "2001"),
            (format!("SELECT {}1{}", "coalesce(NULL, ".repeat(40), ")".repeat(40)), "1"),
            (format!("SELECT 7{}", "::BIGINT::INT".repeat(190)), "7"),
            (format!("SELECT {}1{}", "(SELECT max(x) FROM (SELECT ".repeat(9), " AS x))".repeat(9)), "1"),
        ] {
            assert_eq!(one(text.clone()), expected, "{}", &text[..60]);
        }
    });
}

#[test]
fn what_is_deeper_runs_or_is_refused() {
    on_a_server_thread(|workspace| {
        let nested =
            |open: &str, depth: usize, close: &str| format!("SELECT {}1{}", open.repeat(depth), close.repeat(depth));
        for text in [
            // Each bracket begins a row of operators: limits of each alone would allow their product.
            nested("(", 90, &format!("{})", " + 1".repeat(300))),
            nested("CASE WHEN true THEN ", 70, &format!("{} END", " + 1".repeat(300))),
            format!(
                "SELECT * FROM range(1) AS t0{}",
                (1..3000).map(|i| format!(" JOIN range(1) AS t{i}")).collect::<String>()
            ),
            format!("SELECT 1{}", " / 1".repeat(399)),
            format!("SELECT 1.5{}", " % 1.5".repeat(399)),
            format!("SELECT {}1{}", "array(".repeat(60), ")[0]".repeat(60)),
            format!("SELECT 1{}", " IS NULL".repeat(3000)),
            format!("SELECT {} FROM t", "-".repeat(300)),
            format!(
                "SELECT * FROM range(1) AS t0{}",
                (1..300).map(|i| format!(" LEFT JOIN range(1) AS t{i} USING (id)")).collect::<String>()
            ),
            nested("(SELECT max(x) FROM (SELECT ", 40, " AS x))"),
        ] {
            let answer =
                statement::execute(&workspace.store, &text, &session(), Default::default(), &CancelToken::default());
            match answer {
                Ok(_) | Err(EngineError::Invalid(_)) => {}
                Err(EngineError::Sql(error)) => {
                    assert_eq!(error.class, "FAILED_TO_PARSE_TOO_COMPLEX", "{}", &text[..60])
                }
                Err(other) => panic!("{}: {other:?}", &text[..60]),
            }
        }
    });
}
