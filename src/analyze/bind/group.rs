//! GROUP BY, and the aggregate node of a block.

use sqlparser::ast::{Expr as Ast, GroupByExpr, GroupByWithModifier};

use crate::analyze::bound::{AggregateCall, Column, ColumnId, Expr, ExprKind, Relation};
use crate::analyze::types::holds_variant;
use crate::diag::{Code, Diagnostic, Span};
use crate::ident::Identifier;

use super::binder::Binder;
use super::frame::{Aliases, Frame};
use super::order::{OrderKey, Ordered};
use super::query::ordinal;
use super::scope::{ScopeRelation, reference};
use super::select::Block;

/// At most so many grouping sets are written out: CUBE of 10 columns.
const MAX_SETS: usize = 1024;

#[derive(Debug)]
pub(super) struct Grouping {
    pub(super) exprs: Vec<Expr>,
    pub(super) sets: Vec<Vec<usize>>,
    /// Written with ROLLUP, CUBE or GROUPING SETS.
    pub(super) in_sets: bool,
}

impl Binder<'_> {
    pub(super) fn grouping_of(&mut self, group_by: &GroupByExpr, outputs: &[(Identifier, Expr)]) -> Option<Grouping> {
        let frame = self.frame();
        frame.aliases = Aliases::AfterColumns;
        frame.no_window = Some("GROUP BY");
        let grouping = match group_by {
            GroupByExpr::All(modifiers) => {
                let span = self.here;
                self.refuse(!modifiers.is_empty(), span, "a modifier of GROUP BY ALL");
                Some(self.group_by_all(outputs))
            }
            GroupByExpr::Expressions(exprs, modifiers) if exprs.is_empty() && modifiers.is_empty() => None,
            GroupByExpr::Expressions(exprs, modifiers) => Some(self.group_by(exprs, modifiers, outputs)),
        };
        self.frame().no_window = None;
        for expr in grouping.iter().flat_map(|grouping| &grouping.exprs) {
            if let Some(ty) = expr.ty.as_ref().filter(|ty| holds_variant(ty)) {
                self.error(Code::TYPE_MISMATCH, expr.span, format!("GROUP BY: values of {ty} cannot be compared"));
            }
        }
        grouping
    }

    /// `GROUP BY window(at, '1 hour')` makes a column `window` that the other clauses see (Databricks documentation,
    /// "window grouping expression", "session_window grouping expression").
    pub(super) fn window_columns(&mut self, group_by: &GroupByExpr) {
        let GroupByExpr::Expressions(exprs, _) = group_by else { return };
        for ast in exprs {
            let Ast::Function(function) = ast else { continue };
            let name = function.name.to_string().to_lowercase();
            if !matches!(name.as_str(), "window" | "session_window") {
                continue;
            }
            // It is bound again where it stands, and reported then.
            let (diagnostics, proof) = (std::mem::take(&mut self.diagnostics), self.proof);
            let bound = self.expr(ast);
            (self.diagnostics, self.proof) = (diagnostics, proof);
            let name = self.name(&name);
            let relation =
                ScopeRelation { qualifier: Vec::new(), columns: vec![Self::hidden(name, bound)], open: None };
            self.frame().scope.relations.push(relation);
        }
    }

    /// Every output without an aggregate.
    fn group_by_all(&mut self, outputs: &[(Identifier, Expr)]) -> Grouping {
        let mut exprs: Vec<Expr> = Vec::new();
        for (_, expr) in outputs {
            if !self.holds_aggregate(expr) && !matches!(expr.kind, ExprKind::Literal(_)) && !exprs.contains(expr) {
                exprs.push(expr.clone());
            }
        }
        let sets = vec![(0..exprs.len()).collect()];
        Grouping { exprs, sets, in_sets: false }
    }

    pub(super) fn holds_aggregate(&mut self, expr: &Expr) -> bool {
        let frame = self.frame();
        let made = frame.aggregates.iter().map(|(column, _)| column.id);
        let made: Vec<ColumnId> = made.chain(frame.windows.iter().map(|(column, _)| column.id)).collect();
        let mut found = false;
        expr.visit(&mut |part| found |= matches!(part.kind, ExprKind::Column(id) if made.contains(&id)));
        found
    }

    fn group_by(
        &mut self,
        asts: &[Ast],
        modifiers: &[GroupByWithModifier],
        outputs: &[(Identifier, Expr)],
    ) -> Grouping {
        let mut exprs: Vec<Expr> = Vec::new();
        let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
        for ast in asts {
            // Of a table whose columns are not known, a name inside an expression is a column like those that the
            // same expression of the select list found there; an alias stands alone.
            let open = self.frame().scope.relations.iter().any(|relation| relation.open.is_some());
            let alone = matches!(ast, Ast::Identifier(_));
            self.frame().aliases = if open && !alone { Aliases::Unknown } else { Aliases::AfterColumns };
            let choices = match ast {
                Ast::Rollup(lists) => rollup(&self.indices(lists, &mut exprs, outputs)),
                Ast::Cube(lists) => cube(&self.indices(lists, &mut exprs, outputs)),
                Ast::GroupingSets(lists) => self.indices(lists, &mut exprs, outputs),
                Ast::Tuple(none) if none.is_empty() => {
                    let span = self.span(ast);
                    self.error(Code::SQL_SYNTAX, span, "`()` is a grouping set only inside GROUPING SETS (…)");
                    continue;
                }
                single => vec![vec![self.group_expr(single, &mut exprs, outputs)]],
            };
            sets = product(&sets, &choices);
        }
        for modifier in modifiers {
            let span = self.here;
            let plain: Vec<Vec<usize>> = (0..exprs.len()).map(|index| vec![index]).collect();
            match modifier {
                GroupByWithModifier::Rollup => sets = rollup(&plain),
                GroupByWithModifier::Cube => sets = cube(&plain),
                GroupByWithModifier::GroupingSets(Ast::GroupingSets(lists)) => {
                    sets = self.indices(lists, &mut exprs, outputs);
                }
                GroupByWithModifier::GroupingSets(_) | GroupByWithModifier::Totals => {
                    self.unsupported(span, "this modifier of GROUP BY");
                }
            }
        }
        if sets.len() > MAX_SETS {
            let span = self.here;
            self.doubted(span, "a GROUP BY of more than 1024 grouping sets");
            sets.truncate(1);
        }
        let written = |ast: &Ast| matches!(ast, Ast::Rollup(_) | Ast::Cube(_) | Ast::GroupingSets(_));
        let in_sets = !modifiers.is_empty() || asts.iter().any(written);
        Grouping { exprs, sets, in_sets }
    }

    fn indices(
        &mut self,
        lists: &[Vec<Ast>],
        exprs: &mut Vec<Expr>,
        outputs: &[(Identifier, Expr)],
    ) -> Vec<Vec<usize>> {
        lists.iter().map(|list| list.iter().map(|ast| self.group_expr(ast, exprs, outputs)).collect()).collect()
    }

    /// The index of the expression among the grouping ones, where it is added.
    pub(super) fn group_expr(&mut self, ast: &Ast, exprs: &mut Vec<Expr>, outputs: &[(Identifier, Expr)]) -> usize {
        let span = self.span(ast);
        let expr = match ordinal(ast) {
            Some(position) => match position.checked_sub(1).and_then(|index| outputs.get(index)) {
                Some((_, expr)) => expr.clone(),
                None => {
                    let message =
                        format!("GROUP BY position {position} is not in the select list of {}", outputs.len());
                    self.error(Code::INVALID_QUERY, span, message);
                    self.unproved("position", span)
                }
            },
            None => self.expr(ast),
        };
        if self.holds_aggregate(&expr) {
            let span = expr.span;
            self.error(Code::INVALID_AGGREGATE, span, "GROUP BY must not contain an aggregate or window function");
        }
        match exprs.iter().position(|known| *known == expr) {
            Some(index) => index,
            None => {
                exprs.push(expr);
                exprs.len() - 1
            }
        }
    }

    /// Puts the aggregate over the input; whatever comes after it speaks of groups and aggregates.
    pub(super) fn aggregate_node(
        &mut self,
        relation: &mut Relation,
        input: &[ColumnId],
        frame: &mut Frame,
        block: &mut Block,
    ) {
        let none = Grouping { exprs: Vec::new(), sets: vec![Vec::new()], in_sets: false };
        let Grouping { exprs, sets, in_sets } = block.grouping.take().unwrap_or(none);
        let mut groups: Vec<(Column, Expr)> = Vec::new();
        for (index, expr) in exprs.into_iter().enumerate() {
            let nullable = expr.nullable || sets.iter().any(|set| !set.contains(&index));
            let name = block.outputs.iter().find(|(_, output)| *output == expr).map(|(name, _)| name.clone());
            let name = name.unwrap_or_else(|| self.name("group"));
            groups.push((self.column(name, expr.ty.clone(), nullable), expr));
        }
        let aggregates = std::mem::take(&mut frame.aggregates);
        self.grouping_calls(&aggregates, &groups, in_sets, frame.first_aggregate);
        let mut later: Vec<&mut Expr> = block.outputs.iter_mut().map(|(_, expr)| expr).collect();
        later.extend(block.having.as_mut());
        later.extend(block.qualify.as_mut());
        later.extend(frame.windows.iter_mut().flat_map(|(_, call)| call.exprs_mut()));
        later.extend(frame.generators.iter_mut().flat_map(|generator| &mut generator.args));
        for OrderKey { by, .. } in &mut block.order {
            if let Ordered::Expr(expr) = by {
                later.push(expr);
            }
        }
        let mut ungrouped: Vec<(ColumnId, Span)> = Vec::new();
        for expr in later {
            regroup(expr, &groups);
            expr.visit(&mut |part| {
                if let ExprKind::Column(id) = part.kind {
                    if input.contains(&id) && !ungrouped.iter().any(|(known, _)| *known == id) {
                        ungrouped.push((id, part.span));
                    }
                }
            });
        }
        self.correlated_outputs(&block.outputs, &groups);
        // A group that failed was reported: what it was meant to cover is not known.
        if groups.iter().any(|(_, group)| matches!(group.kind, ExprKind::Unproved { .. })) {
            ungrouped.clear();
        }
        let name_of = |id: ColumnId| {
            // As the query names it: an alias may have given the column another name than its relation has.
            let seen = frame.scope.relations.iter().flat_map(|relation| &relation.columns);
            let seen = seen.filter(|column| matches!(column.expr.kind, ExprKind::Column(found) if found == id));
            let name = seen.map(|column| column.name.to_string()).next().or_else(|| {
                relation.columns().iter().find(|column| column.id == id).map(|column| column.name.to_string())
            });
            name.unwrap_or_default()
        };
        // A `*` stands for many columns, and is one mistake.
        let mut places: Vec<(Span, Vec<String>)> = Vec::new();
        for (id, span) in ungrouped {
            match places.iter_mut().find(|(known, _)| *known == span) {
                Some((_, names)) => names.push(name_of(id)),
                None => places.push((span, vec![name_of(id)])),
            }
        }
        for (span, names) in places {
            let more = match names.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            let message = format!("`{}`{more} must be in GROUP BY or inside an aggregate function", names[0]);
            let mut diagnostic = Diagnostic::error(Code::INVALID_AGGREGATE, message);
            if let Some(at) = frame.first_aggregate.filter(|_| groups.is_empty()) {
                diagnostic = diagnostic.related(self.location(at), "the query aggregates because of this");
            }
            self.report(diagnostic, span);
        }
        relation.wrap(|input| Relation::Aggregate { input, groups, sets, aggregates });
    }
}

impl Binder<'_> {
    /// SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION: a subquery over a column of the groups is computed for each
    /// row, before there are groups.
    fn correlated_outputs(&mut self, outputs: &[(Identifier, Expr)], groups: &[(Column, Expr)]) {
        let mut found = Vec::new();
        for (_, expr) in outputs {
            expr.visit(&mut |part| {
                let ExprKind::ScalarSubquery(query) = &part.kind else { return };
                let mut uses = false;
                query.relation.visit(&mut |inner| {
                    uses |= matches!(inner.kind, ExprKind::Column(id) if groups.iter().any(|(group, _)| group.id == id));
                });
                if uses && !found.contains(&part.span) {
                    found.push(part.span);
                }
            });
        }
        for span in found {
            let message = "a subquery that uses a column of this query must be in GROUP BY or inside an aggregate";
            let hint = "group by its alias too, or take `first(…)` of it";
            self.report(Diagnostic::error(Code::INVALID_AGGREGATE, message).hint(hint), span);
        }
    }

    /// `grouping(x)` asks about a grouping set, so there must be some, and `x` must be grouped by (Databricks
    /// documentation, "grouping function": "col: a column reference identified in a GROUPING SET, ROLLUP, or CUBE").
    fn grouping_calls(
        &mut self,
        aggregates: &[(Column, AggregateCall)],
        groups: &[(Column, Expr)],
        in_sets: bool,
        at: Option<Span>,
    ) {
        for (_, call) in aggregates.iter().filter(|(_, call)| matches!(call.function, "grouping" | "grouping_id")) {
            let absent = call.args.iter().find(|arg| !groups.iter().any(|(_, group)| group == *arg));
            let known = |arg: &&Expr| arg.ty.is_some();
            if !in_sets {
                let span = call.args.first().map(|arg| arg.span).or(at).unwrap_or(self.here);
                let message = format!("`{}` needs ROLLUP, CUBE or GROUPING SETS in GROUP BY", call.function);
                self.error(Code::INVALID_AGGREGATE, span, message);
            } else if let Some(arg) = absent.filter(known) {
                let message = format!("the argument of `{}` is not in GROUP BY", call.function);
                self.error(Code::INVALID_AGGREGATE, arg.span, message);
            }
        }
    }
}

/// Replaces what equals a grouping expression by its column.
fn regroup(expr: &mut Expr, groups: &[(Column, Expr)]) {
    expr.rewrite(&mut |part| {
        let Some((column, _)) = groups.iter().find(|(_, group)| group == part) else { return false };
        *part = reference(column, part.span);
        true
    });
}

/// `ROLLUP (a, b)`: (a, b), (a), ().
fn rollup(parts: &[Vec<usize>]) -> Vec<Vec<usize>> {
    (0..=parts.len()).rev().map(|count| parts[..count].concat()).collect()
}

/// `CUBE (a, b)`: (a, b), (a), (b), ().
fn cube(parts: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let count = parts.len().min(16);
    let chosen = |mask: usize| -> Vec<usize> {
        let picked = (0..count).filter(|index| mask & (1 << (count - 1 - index)) != 0);
        picked.flat_map(|index| parts[index].clone()).collect()
    };
    (0..1usize << count).rev().map(chosen).collect()
}

fn product(left: &[Vec<usize>], right: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let pair = |a: &Vec<usize>, b: &Vec<usize>| {
        let mut set = a.clone();
        set.extend(b.iter().filter(|index| !a.contains(index)));
        set
    };
    left.iter().flat_map(|a| right.iter().map(move |b| pair(a, b))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Databricks documentation, "GROUP BY clause", § "ROLLUP" and "CUBE".
    #[test]
    fn sets_are_written_out() {
        let parts = [vec![0], vec![1]];
        assert_eq!(rollup(&parts), [vec![0, 1], vec![0], vec![]]);
        assert_eq!(cube(&parts), [vec![0, 1], vec![0], vec![1], vec![]]);
        assert_eq!(product(&[vec![2]], &rollup(&parts)), [vec![2, 0, 1], vec![2, 0], vec![2]]);
    }
}
