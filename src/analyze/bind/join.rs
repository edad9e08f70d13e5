//! Joins.

use sqlparser::ast::{Join, JoinConstraint, JoinOperator};

use crate::analyze::bound::{Expr, JoinKind};
use crate::diag::{Code, Span};
use crate::ident::Identifier;
use crate::syntax::DataType;

use super::binder::{Binder, call};
use super::frame::Frame;
use super::from::{Source, combine, is_lateral};
use super::scope::{Found, Role, Scope, ScopeColumn, ScopeRelation};

impl Binder<'_> {
    pub(super) fn join(&mut self, left: Source, join: &Join) -> Source {
        let Join { relation, global, join_operator } = join;
        let span = self.span(relation);
        self.refuse(*global, span, "GLOBAL JOIN");
        let lateral = is_lateral(relation);
        let mut right = self.factor(relation, Some(&left.scope));
        self.unique_names(&left.scope, &right.scope);
        let (kind, constraint) = match join_operator {
            JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => (JoinKind::Inner, constraint),
            JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => (JoinKind::Left, constraint),
            JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => (JoinKind::Right, constraint),
            JoinOperator::FullOuter(constraint) => (JoinKind::Full, constraint),
            JoinOperator::CrossJoin(constraint) => (JoinKind::Cross, constraint),
            JoinOperator::Semi(constraint) | JoinOperator::LeftSemi(constraint) => (JoinKind::LeftSemi, constraint),
            JoinOperator::Anti(constraint) | JoinOperator::LeftAnti(constraint) => (JoinKind::LeftAnti, constraint),
            JoinOperator::RightSemi(_)
            | JoinOperator::RightAnti(_)
            | JoinOperator::CrossApply
            | JoinOperator::OuterApply
            | JoinOperator::AsOf { .. }
            | JoinOperator::StraightJoin(_)
            | JoinOperator::ArrayJoin
            | JoinOperator::LeftArrayJoin
            | JoinOperator::InnerArrayJoin => {
                self.unsupported(span, "this kind of JOIN");
                (JoinKind::Cross, &JoinConstraint::None)
            }
        };
        // Databricks: INVALID_LATERAL_JOIN_TYPE.
        if lateral && matches!(kind, JoinKind::Right | JoinKind::Full | JoinKind::LeftSemi | JoinKind::LeftAnti) {
            self.error(Code::INVALID_QUERY, span, "LATERAL stands behind an INNER, CROSS or LEFT JOIN only");
        }
        let mut left = left;
        match constraint {
            JoinConstraint::On(on) => {
                let mut scope = left.scope.clone();
                scope.relations.extend(right.scope.relations.clone());
                self.frames.push(Frame::new(scope).forbid("ON"));
                let mut on = self.expr(on);
                self.frames.pop();
                self.boolean(&mut on, "ON");
                weaken(kind, &mut left, &mut right);
                let kind = if kind == JoinKind::Cross { JoinKind::Inner } else { kind };
                combine(left, right, kind, Some(on), lateral)
            }
            JoinConstraint::Using(names) => {
                let mut columns: Vec<(Identifier, Span)> = Vec::new();
                for name in names {
                    let at = self.span(name);
                    match self.object_name(name, at) {
                        Some(name) if name.parts().len() == 1 => columns.push((name.name().clone(), at)),
                        Some(_) => self.error(Code::INVALID_QUERY, at, "USING takes plain column names"),
                        None => {}
                    }
                }
                self.using(left, right, kind, &columns, lateral)
            }
            JoinConstraint::Natural => {
                let theirs: Vec<Identifier> = right.scope.names().cloned().collect();
                let mut columns: Vec<(Identifier, Span)> = Vec::new();
                for name in left.scope.names() {
                    if theirs.contains(name) && !columns.iter().any(|(known, _)| known == name) {
                        columns.push((name.clone(), span));
                    }
                }
                self.using(left, right, kind, &columns, lateral)
            }
            JoinConstraint::None => {
                weaken(kind, &mut left, &mut right);
                match kind {
                    // A join without a condition pairs everything.
                    JoinKind::Inner | JoinKind::Cross => combine(left, right, JoinKind::Cross, None, lateral),
                    JoinKind::Left if lateral => combine(left, right, kind, None, lateral),
                    JoinKind::Left | JoinKind::Right | JoinKind::Full | JoinKind::LeftSemi | JoinKind::LeftAnti => {
                        combine(left, right, kind, None, lateral)
                    }
                }
            }
        }
    }

    /// The columns of USING come first, once; the sides' own are reached with their table's name.
    fn using(
        &mut self,
        mut left: Source,
        mut right: Source,
        kind: JoinKind,
        columns: &[(Identifier, Span)],
        lateral: bool,
    ) -> Source {
        let mut on: Option<Expr> = None;
        let mut merged = Vec::new();
        for (name, span) in columns {
            let (Some(l), Some(r)) = (self.side(&left.scope, name, *span), self.side(&right.scope, name, *span)) else {
                continue;
            };
            let same = self.compare("eq", l.clone(), r.clone(), *span);
            on = Some(match on {
                None => same,
                Some(before) => call("and", vec![before, same], DataType::Boolean, true, *span),
            });
            let expr = match kind {
                JoinKind::Right => r,
                JoinKind::Full => self.builtin("coalesce", vec![l, r], *span),
                _ => l,
            };
            merged.push(ScopeColumn { name: name.clone(), expr, role: Role::Plain });
            if matches!(kind, JoinKind::LeftSemi | JoinKind::LeftAnti) {
                first(&mut left.scope, name, merged.len() - 1);
            } else {
                hide(&mut left.scope, name);
                hide(&mut right.scope, name);
            }
        }
        weaken(kind, &mut left, &mut right);
        let kind = if kind == JoinKind::Cross && on.is_some() { JoinKind::Inner } else { kind };
        let mut source = combine(left, right, kind, on, lateral);
        if !matches!(kind, JoinKind::LeftSemi | JoinKind::LeftAnti) {
            let relation = ScopeRelation { qualifier: Vec::new(), columns: merged, open: None };
            source.scope.relations.insert(0, relation);
        }
        source
    }

    fn side(&mut self, scope: &Scope, name: &Identifier, span: Span) -> Option<Expr> {
        match scope.column(&[], name) {
            Found::One(expr) | Found::Alias(expr) => Some(Expr { span, ..expr }),
            Found::Open(_) => None,
            Found::Many(_) => scope.first_column(name).map(|expr| Expr { span, ..expr }),
            Found::Nothing => {
                if self.diagnostics.iter().any(|known| known.location.as_ref().is_some_and(|at| at.span == span)) {
                    return None;
                }
                let message = format!("the column `{name}` of USING does not exist on both sides");
                self.error(Code::UNKNOWN_COLUMN, span, message);
                None
            }
        }
    }
}

/// A semi or anti join shows the columns of USING first, too.
fn first(scope: &mut Scope, name: &Identifier, at: usize) {
    for relation in &mut scope.relations {
        if let Some(from) =
            relation.columns.iter().position(|column| column.name == *name && column.role == Role::Plain)
        {
            let column = relation.columns.remove(from);
            relation.columns.insert(at.min(relation.columns.len()), column);
            return;
        }
    }
}

fn hide(scope: &mut Scope, name: &Identifier) {
    for column in scope.relations.iter_mut().flat_map(|relation| &mut relation.columns) {
        if column.name == *name && column.role == Role::Plain {
            column.role = Role::Merged;
        }
    }
}

/// The optional side of an outer join can be all NULL.
fn weaken(kind: JoinKind, left: &mut Source, right: &mut Source) {
    if matches!(kind, JoinKind::Left | JoinKind::Full) {
        right.scope.weaken();
    }
    if matches!(kind, JoinKind::Right | JoinKind::Full) {
        left.scope.weaken();
    }
}
