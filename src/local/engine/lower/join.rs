//! Joins. DuckDB joins by hashing only where every condition compares the two sides; a condition on one side alone
//! turns an outer join into a nested loop over all pairs, so such conditions are moved to where they cost nothing.

use std::collections::BTreeSet;

use crate::analyze::bound::{ColumnId, Expr, ExprKind, JoinKind, Relation};
use crate::local::engine::error::SqlError;

use super::expr::Lowering;
use super::writer::{Sql, all_of};

/// The conjuncts of an outer join's condition.
#[derive(Default)]
struct Conditions<'e> {
    /// `kept side = other side`.
    equal: Vec<(&'e Expr, &'e Expr)>,
    /// On the side whose rows are all kept.
    kept: Vec<&'e Expr>,
    /// On the side whose rows may be missing.
    optional: Vec<&'e Expr>,
    rest: Vec<&'e Expr>,
}

impl Lowering<'_> {
    pub(super) fn join(
        &self,
        left: &Relation,
        right: &Relation,
        kind: JoinKind,
        on: Option<&Expr>,
        lateral: bool,
    ) -> Result<String, SqlError> {
        let keyword = match kind {
            JoinKind::Inner => "INNER JOIN",
            JoinKind::Left => "LEFT JOIN",
            JoinKind::Right => "RIGHT JOIN",
            JoinKind::Full => "FULL JOIN",
            JoinKind::Cross => "CROSS JOIN",
            JoinKind::LeftSemi => "SEMI JOIN",
            JoinKind::LeftAnti => "ANTI JOIN",
        };
        if let (JoinKind::Left, Some(on), false) = (kind, on, lateral) {
            return self.left_join(left, right, on);
        }
        let lateral = if lateral { "LATERAL " } else { "" };
        let left = self.relation(left)?;
        let right = self.relation(right)?;
        let on = on.map(|on| self.expr(on)).transpose()?;
        let condition = match (kind, on) {
            (JoinKind::Cross, None) => String::new(),
            // A cross join with a condition, and an inner join without, are both legal in Spark.
            (JoinKind::Cross, Some(on)) => format!(" WHERE {}", on.as_str()),
            (_, Some(on)) => format!(" ON {}", on.as_str()),
            (_, None) => " ON TRUE".to_string(),
        };
        Ok(format!("SELECT * FROM ({}) AS l {keyword} {lateral}({}) AS r{condition}", left.as_str(), right.as_str()))
    }

    fn left_join(&self, left: &Relation, right: &Relation, on: &Expr) -> Result<String, SqlError> {
        let mut found = Conditions::default();
        let (kept, optional) = (ids(left), ids(right));
        classify(on, &kept, &optional, &mut found);
        if found.equal.is_empty() {
            found = Conditions { rest: vec![on], ..Conditions::default() };
        }
        let all = |exprs: &[&Expr]| -> Result<Sql, SqlError> {
            Ok(all_of(exprs.iter().map(|expr| self.expr(expr)).collect::<Result<Vec<_>, _>>()?))
        };
        let mut conditions = Vec::with_capacity(found.equal.len() + found.rest.len());
        for (position, (own, other)) in found.equal.iter().enumerate() {
            let (mut own, other) = (self.expr(own)?, self.expr(other)?);
            // A row that its own condition excludes gets a NULL key, which equals nothing: it is kept, unmatched.
            if position == 0 && !found.kept.is_empty() {
                own = super::writer::case(&[(all(&found.kept)?, own)], None);
            }
            conditions.push(super::writer::infix(own, "=", other));
        }
        for expr in &found.rest {
            conditions.push(self.expr(expr)?);
        }
        let left = self.relation(left)?;
        let right = self.relation(right)?;
        let filter = match found.optional.as_slice() {
            [] => String::new(),
            exprs => format!(" WHERE {}", all(exprs)?.as_str()),
        };
        Ok(format!(
            "SELECT * FROM ({}) AS l LEFT JOIN (SELECT * FROM ({}) AS i{filter}) AS r ON {}",
            left.as_str(),
            right.as_str(),
            all_of(conditions).as_str()
        ))
    }
}

fn ids(relation: &Relation) -> BTreeSet<ColumnId> {
    relation.columns().into_iter().map(|column| column.id).collect()
}

fn classify<'e>(expr: &'e Expr, kept: &BTreeSet<ColumnId>, optional: &BTreeSet<ColumnId>, found: &mut Conditions<'e>) {
    if let ExprKind::Call { function: "and", args } = &expr.kind {
        return args.iter().for_each(|arg| classify(arg, kept, optional, found));
    }
    let Some(used) = columns(expr) else { return found.rest.push(expr) };
    if let ExprKind::Call { function: "eq", args } = &expr.kind {
        if let [one, two] = args.as_slice() {
            let sides = columns(one).zip(columns(two));
            if let Some((first, second)) = sides.filter(|(a, b)| !a.is_empty() && !b.is_empty()) {
                if first.is_subset(kept) && second.is_subset(optional) {
                    return found.equal.push((one, two));
                }
                if first.is_subset(optional) && second.is_subset(kept) {
                    return found.equal.push((two, one));
                }
            }
        }
    }
    if used.is_subset(kept) {
        found.kept.push(expr);
    } else if used.is_subset(optional) {
        found.optional.push(expr);
    } else {
        found.rest.push(expr);
    }
}

/// The columns that an expression reads; `None` where a subquery may read more.
fn columns(expr: &Expr) -> Option<BTreeSet<ColumnId>> {
    let (mut used, mut whole) = (BTreeSet::new(), true);
    expr.visit(&mut |part| match &part.kind {
        ExprKind::Column(id) => {
            used.insert(*id);
        }
        ExprKind::InSubquery { .. } | ExprKind::Exists { .. } | ExprKind::ScalarSubquery(_) => whole = false,
        _ => {}
    });
    whole.then_some(used)
}
