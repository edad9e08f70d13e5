//! Joins, written so that DuckDB can hash them. It takes an outer, semi or anti join for a nested loop as soon as its
//! condition has a part that is not `left expression compared with right expression`; both rewrites below keep the
//! meaning and the hash join.

use std::collections::BTreeSet;

use crate::analyze::bound::{ColumnId, Expr, ExprKind, JoinKind, Relation};
use crate::local::engine::error::EngineError;
use crate::syntax::deeper;

use super::expr::Lowering;
use super::writer::{Sql, all_of, case, infix};

/// One join as the tree has it.
pub(super) struct Join<'j> {
    pub(super) left: &'j Relation,
    pub(super) right: &'j Relation,
    pub(super) kind: JoinKind,
    pub(super) on: Option<&'j Expr>,
    pub(super) lateral: bool,
}

pub(super) fn join(lowering: &Lowering<'_>, join: &Join<'_>) -> Result<String, EngineError> {
    if let (true, None, JoinKind::Cross, Relation::Generate { input, function, args, outer, columns }) =
        (join.lateral, join.on, join.kind, join.right)
    {
        if **input == Relation::Empty {
            // One `unnest` over the left keeps its order; a join would not.
            return lowering.generate(join.left, function, args, *outer, columns);
        }
    }
    let left = lowering.relation(join.left)?;
    let right = lowering.relation(join.right)?;
    let (left, right) = (left.as_str(), right.as_str());
    let Some(on) = join.on else {
        let lateral = if join.lateral { "LATERAL " } else { "" };
        return Ok(match join.kind {
            JoinKind::Cross => format!("SELECT * FROM ({left}) AS l CROSS JOIN {lateral}({right}) AS r"),
            kind => format!("SELECT * FROM ({left}) AS l {} {lateral}({right}) AS r ON TRUE", keyword(kind)),
        });
    };
    if join.lateral {
        let on = lowering.expr(on)?;
        return Ok(format!(
            "SELECT * FROM ({left}) AS l {} LATERAL ({right}) AS r ON {}",
            inner(join.kind),
            on.as_str()
        ));
    }
    let sides = Sides::of(join);
    let condition = Condition::of(lowering, on, &sides)?;
    let plain =
        |on: &Sql| format!("SELECT * FROM ({left}) AS l {} ({right}) AS r ON {}", inner(join.kind), on.as_str());
    if condition.mixed.is_empty() || matches!(join.kind, JoinKind::Inner | JoinKind::Cross | JoinKind::Full) {
        return Ok(plain(&condition.whole(join.kind)));
    }
    let whole = condition.all();
    let on = whole.as_str();
    Ok(match join.kind {
        JoinKind::Left => {
            format!(
                "SELECT * FROM ({left}) AS l LEFT JOIN LATERAL (SELECT * FROM ({right}) AS q WHERE {on}) AS r ON TRUE"
            )
        }
        JoinKind::Right => {
            format!(
                "SELECT * FROM ({right}) AS r LEFT JOIN LATERAL (SELECT * FROM ({left}) AS q WHERE {on}) AS l ON TRUE"
            )
        }
        JoinKind::LeftSemi => {
            format!("SELECT * FROM ({left}) AS l WHERE EXISTS (SELECT 1 FROM ({right}) AS r WHERE {on})")
        }
        JoinKind::LeftAnti => {
            format!("SELECT * FROM ({left}) AS l WHERE NOT EXISTS (SELECT 1 FROM ({right}) AS r WHERE {on})")
        }
        JoinKind::Inner | JoinKind::Cross | JoinKind::Full => plain(&whole),
    })
}

fn keyword(kind: JoinKind) -> &'static str {
    match kind {
        JoinKind::Inner => "INNER JOIN",
        JoinKind::Left => "LEFT JOIN",
        JoinKind::Right => "RIGHT JOIN",
        JoinKind::Full => "FULL JOIN",
        JoinKind::Cross => "CROSS JOIN",
        JoinKind::LeftSemi => "SEMI JOIN",
        JoinKind::LeftAnti => "ANTI JOIN",
    }
}

/// A cross join with a condition is an inner one.
fn inner(kind: JoinKind) -> &'static str {
    keyword(if kind == JoinKind::Cross { JoinKind::Inner } else { kind })
}

struct Sides {
    left: BTreeSet<ColumnId>,
    right: BTreeSet<ColumnId>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    Both,
    /// Constants, and columns of an enclosing query.
    Neither,
}

impl Sides {
    fn of(join: &Join<'_>) -> Self {
        let ids = |relation: &Relation| relation.columns().into_iter().map(|column| column.id).collect();
        Self { left: ids(join.left), right: ids(join.right) }
    }

    fn side(&self, expr: &Expr) -> Side {
        let (mut left, mut right) = (false, false);
        expr.visit(&mut |part| {
            if let ExprKind::Column(id) = &part.kind {
                left |= self.left.contains(id);
                right |= self.right.contains(id);
            }
        });
        match (left, right) {
            (true, true) => Side::Both,
            (true, false) => Side::Left,
            (false, true) => Side::Right,
            (false, false) => Side::Neither,
        }
    }
}

/// A join condition by parts.
#[derive(Default)]
struct Condition {
    /// `left = right`: both sides, the left one first.
    equal: Vec<(Sql, Sql)>,
    /// Other comparisons of one side with the other.
    compared: Vec<Sql>,
    left: Vec<Sql>,
    right: Vec<Sql>,
    /// What needs both sides in one expression.
    mixed: Vec<Sql>,
}

impl Condition {
    fn of(lowering: &Lowering<'_>, on: &Expr, sides: &Sides) -> Result<Self, EngineError> {
        let mut condition = Self::default();
        let mut parts = Vec::new();
        conjuncts(on, &mut parts);
        for part in parts {
            let sql = lowering.expr(part)?;
            match sides.side(part) {
                Side::Left => condition.left.push(sql),
                Side::Right | Side::Neither => condition.right.push(sql),
                Side::Both => match comparison(part) {
                    Some((function, a, b)) => match (sides.side(a), sides.side(b)) {
                        (Side::Left, Side::Right) if function == "eq" => {
                            condition.equal.push((lowering.expr(a)?, lowering.expr(b)?));
                        }
                        (Side::Right, Side::Left) if function == "eq" => {
                            condition.equal.push((lowering.expr(b)?, lowering.expr(a)?));
                        }
                        (Side::Left, Side::Right) | (Side::Right, Side::Left) => condition.compared.push(sql),
                        _ => condition.mixed.push(sql),
                    },
                    None => condition.mixed.push(sql),
                },
            }
        }
        Ok(condition)
    }

    /// A row of the side that an outer join keeps matches nothing when its own part of the condition does not hold:
    /// its key becomes NULL, which equals nothing.
    fn whole(mut self, kind: JoinKind) -> Sql {
        let keeps_left = matches!(kind, JoinKind::Left | JoinKind::Full | JoinKind::LeftAnti);
        let keeps_right = matches!(kind, JoinKind::Right | JoinKind::Full);
        if let Some((left, right)) = self.equal.first_mut() {
            if keeps_left && !self.left.is_empty() {
                *left = case(&[(all_of(self.left.drain(..)), left.clone())], None);
            }
            if keeps_right && !self.right.is_empty() {
                *right = case(&[(all_of(self.right.drain(..)), right.clone())], None);
            }
        }
        self.all()
    }

    fn all(self) -> Sql {
        let equal = self.equal.into_iter().map(|(left, right)| infix(left, "=", right));
        all_of(equal.chain(self.compared).chain(self.left).chain(self.right).chain(self.mixed))
    }
}

fn conjuncts<'e>(expr: &'e Expr, parts: &mut Vec<&'e Expr>) {
    match &expr.kind {
        ExprKind::Call { function: "and", args } => args.iter().for_each(|arg| deeper(|| conjuncts(arg, parts))),
        _ => parts.push(expr),
    }
}

fn comparison(expr: &Expr) -> Option<(&'static str, &Expr, &Expr)> {
    let ExprKind::Call { function, args } = &expr.kind else { return None };
    let ([a, b], "eq" | "lt" | "lte" | "gt" | "gte" | "null_safe_eq") = (args.as_slice(), *function) else {
        return None;
    };
    Some((function, a, b))
}
