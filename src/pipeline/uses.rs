//! What a bound tree needs to exist.

use crate::analyze::bound::{BoundQuery, Expr, ExprKind, Relation};
use crate::resource::Uses;

pub(super) fn of_query(query: &BoundQuery, uses: &mut Uses) {
    of_relation(&query.relation, uses);
    for cte in &query.ctes {
        of_relation(&cte.query, uses);
    }
}

fn of_relation(relation: &Relation, uses: &mut Uses) {
    relation.relations(&mut |relation| match relation {
        Relation::Scan(scan) => {
            uses.tables.insert(scan.table.clone());
        }
        Relation::Files(files) => {
            uses.paths.insert(files.path.clone());
        }
        _ => {}
    });
    relation.visit(&mut |expr| note_function(expr, uses));
}

pub(super) fn of_expr(expr: &Expr, uses: &mut Uses) {
    expr.visit(&mut |expr| {
        note_function(expr, uses);
        if let Some(query) = expr.subquery() {
            of_query(query, uses);
        }
    });
}

fn note_function(expr: &Expr, uses: &mut Uses) {
    if let ExprKind::UserFunction { name, .. } = &expr.kind {
        uses.functions.insert(name.clone());
    }
}

pub(super) fn add(from: Uses, into: &mut Uses) {
    into.tables.extend(from.tables);
    into.functions.extend(from.functions);
    into.paths.extend(from.paths);
}
