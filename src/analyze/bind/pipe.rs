//! Pipe operators (Databricks documentation, "Piped operation"). Each takes a relation with the names by which its
//! columns are reached, and gives another one.
//!
//! A column that passes through an operator as it is keeps its table's name: `FROM t |> SELECT a |> WHERE t.a > 1`.

use sqlparser::ast::{
    Assignment, AssignmentTarget, ExprWithAlias, ExprWithAliasAndOrderBy, GroupByExpr, Ident, ObjectName,
    ObjectNamePart, OrderBy, PipeOperator, Query, Select, SelectItem, SetExpr, TableAlias,
};

use crate::analyze::bound::{Column, ColumnId, Expr, ExprKind, Relation, SortKey};
use crate::diag::{Code, Diagnostic, Span};
use crate::ident::Identifier;
use crate::syntax::ast::Pipe;
use crate::syntax::{PIPED, deeper};

use super::binder::{Binder, Rel};
use super::frame::{Aliases, Frame};
use super::from::Source;
use super::group::Grouping;
use super::order::{OrderKey, Ordered};
use super::query::ordinal;
use super::scope::{Open, Role, Scope, ScopeColumn, ScopeRelation};
use super::select::Block;

/// How a column is reached: by its table's name, and whether `*` shows it.
type Reached = (Vec<Identifier>, Role);

impl Binder<'_> {
    pub(super) fn piped_query(&mut self, query: &Query) -> Rel {
        let asked = self.qualifiers.replace(Vec::new());
        let mut source = self.before_pipes(query);
        for operator in &query.pipe_operators {
            source = deeper(|| self.pipe(source, operator));
        }
        let rel = self.flat(source);
        if asked.is_none() {
            self.qualifiers = None;
        }
        rel
    }

    /// The query in front of the first operator.
    fn before_pipes(&mut self, query: &Query) -> Source {
        let span = self.here;
        let mut source = match &*query.body {
            SetExpr::Select(select) if is_only_from(select) => {
                let mut source = self.from(&select.from);
                for view in &select.lateral_views {
                    source = self.lateral_view(source, view);
                }
                if let Some(order_by) = &query.order_by {
                    self.order_source(&mut source, order_by);
                }
                source
            }
            SetExpr::Select(select) => {
                let rel = self.select(select, query.order_by.as_ref());
                self.reached_source(rel)
            }
            other => {
                let mut rel = self.set_expr(other);
                if let Some(order_by) = &query.order_by {
                    let qualifiers = self.qualifiers.clone().unwrap_or_default();
                    self.order_output(&mut rel, qualifiers, order_by);
                }
                self.reached_source(rel)
            }
        };
        if let Some(clause) = &query.limit_clause {
            self.limit(&mut source.relation, clause, span);
        }
        source
    }

    fn pipe(&mut self, source: Source, operator: &PipeOperator) -> Source {
        let span = self.here;
        match operator {
            PipeOperator::Union { queries, set_quantifier: _ } => match queries.as_slice() {
                [query] => self.pipe_clause(source, query),
                _ => source,
            },
            PipeOperator::Set { assignments } => {
                assignments.iter().fold(source, |source, assignment| self.pipe_set(source, assignment))
            }
            PipeOperator::Drop { columns } => self.pipe_drop(source, columns),
            PipeOperator::As { alias } => {
                let alias = self.identifier(alias);
                renamed(source, alias)
            }
            PipeOperator::Aggregate { full_table_exprs, group_by_expr } => {
                self.pipe_aggregate(source, full_table_exprs, group_by_expr)
            }
            PipeOperator::Rename { .. } | PipeOperator::Call { .. } => {
                let message = "Databricks SQL has no such pipe operator";
                self.error(Code::SQL_SYNTAX, span, message);
                source
            }
            // They reach the tree as queries.
            PipeOperator::Limit { .. }
            | PipeOperator::Where { .. }
            | PipeOperator::OrderBy { .. }
            | PipeOperator::Select { .. }
            | PipeOperator::Extend { .. }
            | PipeOperator::TableSample { .. }
            | PipeOperator::Intersect { .. }
            | PipeOperator::Except { .. }
            | PipeOperator::Pivot { .. }
            | PipeOperator::Unpivot { .. }
            | PipeOperator::Join(_) => {
                self.doubted(span, "this pipe operator");
                source
            }
        }
    }

    /// An operator that the bridge made a query of.
    fn pipe_clause(&mut self, source: Source, query: &Query) -> Source {
        let outer = self.here;
        self.here = self.span(query);
        let span = self.here;
        let first = first_select(&query.body);
        let kind = first.and_then(|select| {
            let word = crate::syntax::offset_of(select.select_token.0.span)?;
            self.side.pipes.get(&word.start).copied()
        });
        let mut order_by = query.order_by.as_ref();
        let mut source = match (kind, &*query.body) {
            (Some(Pipe::SetOperation), body) => {
                self.piped = Some(source);
                let rel = self.set_expr(body);
                self.reached_source(rel)
            }
            (Some(Pipe::Relation), SetExpr::Select(select)) => {
                self.piped = Some(source);
                let source = self.from(&select.from);
                self.settled(source)
            }
            (Some(Pipe::Filter), SetExpr::Select(select)) => self.pipe_where(source, select),
            (Some(Pipe::Organize), SetExpr::Select(select)) => {
                let spread =
                    !select.cluster_by.is_empty() || !select.distribute_by.is_empty() || !select.sort_by.is_empty();
                self.untranslated(spread, span, "CLUSTER BY, DISTRIBUTE BY and SORT BY");
                source
            }
            (Some(Pipe::Select), SetExpr::Select(select)) => self.pipe_select(source, select, order_by.take()),
            (Some(Pipe::Extend), SetExpr::Select(select)) => self.pipe_extend(source, select),
            _ => {
                self.doubted(span, "this pipe operator");
                source
            }
        };
        self.piped = None;
        if let Some(order_by) = order_by {
            self.order_source(&mut source, order_by);
        }
        if let Some(clause) = &query.limit_clause {
            self.limit(&mut source.relation, clause, span);
        }
        self.here = outer;
        source
    }

    /// [`PIPED`] in FROM: what is on the left of the operator.
    pub(super) fn left_of_pipe(&mut self, name: &ObjectName, alias: Option<&TableAlias>) -> Option<Source> {
        let [ObjectNamePart::Identifier(ident)] = name.0.as_slice() else { return None };
        if ident.value != PIPED {
            return None;
        }
        let source = self.piped.take()?;
        Some(match alias {
            Some(alias) => {
                let alias = self.identifier(&alias.name);
                renamed(source, alias)
            }
            None => source,
        })
    }

    fn pipe_where(&mut self, source: Source, select: &Select) -> Source {
        self.only(select, "WHERE");
        let Source { mut relation, scope } = source;
        self.frames.push(Frame::new(scope));
        if let Some(selection) = &select.selection {
            let predicate = self.condition(selection, "WHERE", Aliases::Unknown, true);
            relation.filter(predicate);
        }
        let scope = self.frames.pop().map(|frame| frame.scope).unwrap_or_default();
        Source { relation, scope }
    }

    fn pipe_select(&mut self, source: Source, select: &Select, order_by: Option<&OrderBy>) -> Source {
        if !select.from.is_empty() || select.selection.is_some() || select.having.is_some() || select.qualify.is_some()
        {
            let span = self.here;
            self.error(Code::SQL_SYNTAX, span, "a piped SELECT has no clause but GROUP BY and WINDOW");
            return source;
        }
        let opened = opened(&source.scope);
        let rel = self.block_over(source, select, order_by);
        let open = rel.open;
        let mut source = self.reached_source(rel);
        if open {
            source.scope.relations.extend(opened);
        }
        source
    }

    /// "Appends new columns to the query select list."
    fn pipe_extend(&mut self, source: Source, select: &Select) -> Source {
        self.only(select, "EXTEND");
        let (outputs, mut reached) = columns(&source.scope);
        let known = outputs.len();
        self.projected(source, |binder| {
            let frame = binder.frame();
            frame.outputs = outputs;
            frame.no_aggregate = Some("EXTEND");
            for star in select.projection.iter().filter(|item| matches!(item, SelectItem::Wildcard(_))) {
                // Spark: INVALID_USAGE_OF_STAR_OR_REGEX.
                let span = binder.item_span(star);
                binder.error(Code::INVALID_QUERY, span, "EXTEND adds expressions; the columns that are there stay");
            }
            let (outputs, _) = binder.outputs(&select.projection);
            reached.extend((known..outputs.len()).map(|_| (Vec::new(), Role::Plain)));
            (outputs, reached)
        })
    }

    /// One assignment: the next sees what it made.
    fn pipe_set(&mut self, source: Source, assignment: &Assignment) -> Source {
        let Assignment { target, value } = assignment;
        let span = self.span(target);
        let AssignmentTarget::ColumnName(ObjectName(parts)) = target else {
            self.error(Code::SQL_SYNTAX, span, "SET takes plain column names");
            return source;
        };
        let [ObjectNamePart::Identifier(ident)] = parts.as_slice() else {
            self.error(Code::SQL_SYNTAX, span, "SET takes plain column names");
            return source;
        };
        let at = self.span_or_here(ident.span);
        let name = self.identifier(ident);
        let (mut outputs, mut reached) = columns(&source.scope);
        let found = self.shown_column(&source.scope, &outputs, &reached, &name, at);
        self.projected(source, |binder| {
            binder.frame().no_aggregate = Some("SET");
            let expr = binder.expr(value);
            if let Some(index) = found {
                outputs[index].1 = expr;
                reached[index] = (Vec::new(), Role::Plain);
            }
            (outputs, reached)
        })
    }

    fn pipe_drop(&mut self, source: Source, dropped: &[Ident]) -> Source {
        let (outputs, reached) = columns(&source.scope);
        let mut gone: Vec<usize> = Vec::new();
        for ident in dropped {
            let at = self.span_or_here(ident.span);
            let name = self.identifier(ident);
            if let Some(index) = self.shown_column(&source.scope, &outputs, &reached, &name, at) {
                // Databricks: EXCEPT_OVERLAPPING_COLUMNS.
                if gone.contains(&index) {
                    self.error(Code::INVALID_QUERY, at, format!("the column `{name}` is dropped twice"));
                }
                gone.push(index);
            }
        }
        self.projected(source, |_| {
            let kept = outputs.into_iter().zip(reached).enumerate().filter(|(index, _)| !gone.contains(index));
            kept.map(|(_, column)| column).unzip()
        })
    }

    /// The only column of `*` that has the name.
    fn shown_column(
        &mut self,
        scope: &Scope,
        outputs: &[(Identifier, Expr)],
        reached: &[Reached],
        name: &Identifier,
        span: Span,
    ) -> Option<usize> {
        let shown = |index: &usize| outputs[*index].0 == *name && reached[*index].1 == Role::Plain;
        let found: Vec<usize> = (0..outputs.len()).filter(shown).collect();
        match found.as_slice() {
            [index] => return Some(*index),
            [] if scope.relations.iter().any(|relation| relation.open.is_some()) => {}
            [] => {
                let diagnostic = Diagnostic::error(Code::UNKNOWN_COLUMN, format!("the column `{name}` does not exist"));
                self.report(diagnostic.suggest(name.as_str(), outputs.iter().map(|(name, _)| name.as_str())), span);
            }
            _ => self.error(Code::AMBIGUOUS_COLUMN, span, format!("`{name}` is ambiguous")),
        }
        None
    }

    /// "The column list includes the grouping columns first and then the aggregate columns" (Apache Spark
    /// documentation, "SQL Pipe Syntax", § "AGGREGATE").
    fn pipe_aggregate(
        &mut self,
        source: Source,
        aggregates: &[ExprWithAliasAndOrderBy],
        groups: &[ExprWithAliasAndOrderBy],
    ) -> Source {
        let Source { relation, scope } = source;
        let input: Vec<ColumnId> = relation.columns().iter().map(|column| column.id).collect();
        let (seen, reached) = columns(&scope);
        let shown = seen.into_iter().zip(reached).filter(|(_, (_, role))| matches!(role, Role::Plain | Role::Twin));
        let shown: Vec<(Identifier, Expr)> = shown.map(|(column, _)| column).collect();
        self.frames.push(Frame::new(scope));
        self.frame().no_window = Some("GROUP BY");
        let mut outputs: Vec<(Identifier, Expr)> = Vec::new();
        let mut exprs: Vec<Expr> = Vec::new();
        for ExprWithAliasAndOrderBy { expr: ExprWithAlias { expr, alias }, order_by: _ } in groups {
            let index = self.group_expr(expr, &mut exprs, &shown);
            let position = ordinal(expr).and_then(|position| shown.get(position.checked_sub(1)?));
            let name = match (alias, position) {
                (Some(alias), _) => self.identifier(alias),
                (None, Some((name, _))) => name.clone(),
                (None, None) => self.output_name(expr),
            };
            outputs.push((name, exprs[index].clone()));
        }
        self.frame().no_window = None;
        for ExprWithAliasAndOrderBy { expr: ast, order_by: _ } in aggregates {
            let ExprWithAlias { expr: ast, alias } = ast;
            let mut expr = self.expr(ast);
            if !self.holds_aggregate(&expr) && is_proved(&expr) {
                let message =
                    "an expression of AGGREGATE needs an aggregate function; grouping columns come by themselves";
                self.error(Code::INVALID_AGGREGATE, expr.span, message);
                expr = self.unproved("aggregate", expr.span);
            }
            let name = match alias {
                Some(alias) => self.identifier(alias),
                None => self.output_name(ast),
            };
            outputs.push((name, expr));
        }
        let Some(frame) = self.frames.pop() else { return Source { relation, scope: Scope::default() } };
        let sets = vec![(0..exprs.len()).collect()];
        let grouping = Some(Grouping { exprs, sets, in_sets: false });
        let rel = self.assemble(relation, &input, frame, Block { grouping, ..Block::of(outputs) });
        self.reached_source(rel)
    }

    /// Projects a source to what the columns in sight become; the columns that `*` does not show stay beside them.
    fn projected(
        &mut self,
        source: Source,
        bind: impl FnOnce(&mut Self) -> (Vec<(Identifier, Expr)>, Vec<Reached>),
    ) -> Source {
        let Source { relation, scope } = source;
        let opened = opened(&scope);
        let input: Vec<ColumnId> = relation.columns().iter().map(|column| column.id).collect();
        self.frames.push(Frame::new(scope));
        let (outputs, reached) = bind(self);
        let Some(frame) = self.frames.pop() else { return Source { relation, scope: Scope::default() } };
        let rel = self.assemble(relation, &input, frame, Block::of(outputs));
        let columns = rel.columns.iter().map(ScopeColumn::plain);
        let columns =
            columns.zip(reached).map(|(column, (qualifier, role))| (qualifier, ScopeColumn { role, ..column }));
        let mut scope = Scope { relations: chunks(columns) };
        scope.relations.extend(opened);
        Source { relation: rel.relation, scope }
    }

    /// Columns that only an expression gives (`FULL JOIN … USING`) become columns of the relation.
    fn settled(&mut self, source: Source) -> Source {
        let mut shown = source.scope.relations.iter().flat_map(|relation| &relation.columns);
        if shown.all(|column| matches!(column.expr.kind, ExprKind::Column(_))) {
            return source;
        }
        let columns = columns(&source.scope);
        self.projected(source, |_| columns)
    }

    /// Orders by what is in sight; a key may hold a window function.
    fn order_source(&mut self, source: &mut Source, order_by: &OrderBy) {
        let (shown, reached) = columns(&source.scope);
        let shown = shown.into_iter().zip(reached).filter(|(_, (_, role))| matches!(role, Role::Plain | Role::Twin));
        let shown: Vec<(Identifier, Expr)> = shown.map(|(column, _)| column).collect();
        let mut frame = Frame::new(std::mem::take(&mut source.scope));
        frame.no_aggregate = Some("this ORDER BY");
        self.frames.push(frame);
        let keys = self.order_keys(order_by, shown.len());
        let Some(mut frame) = self.frames.pop() else { return };
        source.scope = std::mem::take(&mut frame.scope);
        if !frame.windows.is_empty() {
            source.relation.wrap(|input| Relation::Window { input, windows: frame.windows });
        }
        let key = |key: OrderKey| {
            let expr = match key.by {
                Ordered::Output(index) => shown.get(index)?.1.clone(),
                Ordered::Expr(expr) => expr,
            };
            Some(SortKey { expr, descending: key.descending, nulls_first: key.nulls_first })
        };
        let keys: Vec<SortKey> = keys.into_iter().filter_map(key).collect();
        if !keys.is_empty() {
            source.relation.wrap(|input| Relation::Sort { input, keys });
        }
    }

    /// What a query gave, under the names that were noted while it was bound.
    fn reached_source(&mut self, rel: Rel) -> Source {
        let qualifiers = self.qualifiers.replace(Vec::new()).unwrap_or_default();
        self.qualified(rel, qualifiers)
    }

    /// Like [`Self::source`], with a qualifier for each column.
    pub(super) fn qualified(&mut self, rel: Rel, qualifiers: Vec<Vec<Identifier>>) -> Source {
        if qualifiers.len() != rel.columns.len() {
            return self.source(rel, Vec::new());
        }
        let mut source = self.source(rel, Vec::new());
        let Some(whole) = source.scope.relations.pop() else { return source };
        source.scope.relations = chunks(qualifiers.into_iter().zip(whole.columns));
        if whole.open.is_some() {
            source.scope.relations.push(ScopeRelation { qualifier: Vec::new(), columns: Vec::new(), open: whole.open });
        }
        source
    }

    pub(super) fn give_qualifiers(&mut self, qualifiers: Vec<Vec<Identifier>>) {
        if self.qualifiers.is_some() {
            self.qualifiers = Some(qualifiers);
        }
    }

    /// The table by whose name an output is still reached: it is that table's column as it is.
    pub(super) fn qualifier_of(&self, scope: &Scope, name: &Identifier, expr: &Expr) -> Vec<Identifier> {
        let ExprKind::Column(id) = expr.kind else {
            // A column of a query whose columns are not known.
            let mut open = scope.relations.iter().filter(|relation| relation.open.is_some());
            return match (&expr.kind, open.next(), open.next()) {
                (ExprKind::Unproved { .. }, Some(relation), None) => relation.qualifier.clone(),
                _ => Vec::new(),
            };
        };
        let same =
            |column: &ScopeColumn| column.name == *name && matches!(column.expr.kind, ExprKind::Column(of) if of == id);
        let holds = |relation: &&ScopeRelation| {
            let opened = match relation.open {
                Some(Open::Scan(scan)) => {
                    self.opened.get(&scan).is_some_and(|columns| columns.iter().any(|c| c.id == id))
                }
                _ => false,
            };
            opened || relation.columns.iter().any(same)
        };
        let mut relations: Vec<&ScopeRelation> = scope.relations.iter().filter(holds).collect();
        relations.sort_by_key(|relation| relation.qualifier.is_empty());
        relations.first().map(|relation| relation.qualifier.clone()).unwrap_or_default()
    }

    /// The columns of `*`, as those of a query.
    fn flat(&mut self, source: Source) -> Rel {
        let open = source.scope.relations.iter().any(|relation| relation.open.is_some());
        let (all, reached) = columns(&source.scope);
        let shown = all.into_iter().zip(reached).filter(|(_, (_, role))| matches!(role, Role::Plain | Role::Twin));
        let (shown, qualifiers): (Vec<(Identifier, Expr)>, Vec<Vec<Identifier>>) =
            shown.map(|(column, (qualifier, _))| (column, qualifier)).unzip();
        self.give_qualifiers(qualifiers);
        let mut relation = source.relation;
        let ids = shown.iter().map(|(_, expr)| match expr.kind {
            ExprKind::Column(id) => Some(id),
            _ => None,
        });
        let exact = relation.columns().iter().map(|column| Some(column.id)).eq(ids);
        if exact {
            let column = |(name, expr): (Identifier, Expr)| match expr.kind {
                ExprKind::Column(id) => Some(Column { id, name, ty: expr.ty, nullable: expr.nullable }),
                _ => None,
            };
            let columns = shown.into_iter().filter_map(column).collect();
            return Rel { relation, columns, open };
        }
        let mut outputs: Vec<(Column, Expr)> = Vec::new();
        for (name, expr) in shown {
            outputs.push((self.column(name, expr.ty.clone(), expr.nullable), expr));
        }
        let columns = outputs.iter().map(|(column, _)| column.clone()).collect();
        relation.project(outputs);
        Rel { relation, columns, open }
    }

    /// Refuses clauses that the operator has not.
    fn only(&mut self, select: &Select, operator: &str) {
        let grouped = !matches!(&select.group_by, GroupByExpr::Expressions(exprs, modifiers) if exprs.is_empty() && modifiers.is_empty());
        let filtered = select.selection.is_some() && operator != "WHERE";
        if grouped || filtered || !select.from.is_empty() || select.having.is_some() || select.qualify.is_some() {
            let span = self.here;
            self.error(Code::SQL_SYNTAX, span, format!("{operator} is followed by another clause without `|>`"));
        }
    }
}

/// `FROM t` alone, which is `SELECT * FROM t`.
fn is_only_from(select: &Select) -> bool {
    let star = |item: &SelectItem| match item {
        SelectItem::Wildcard(options) => {
            options.opt_except.is_none() && options.opt_replace.is_none() && options.opt_rename.is_none()
        }
        _ => false,
    };
    matches!(select.projection.as_slice(), [item] if star(item))
        && !select.from.is_empty()
        && select.distinct.is_none()
        && select.selection.is_none()
        && select.having.is_none()
        && select.qualify.is_none()
        && matches!(&select.group_by, GroupByExpr::Expressions(exprs, _) if exprs.is_empty())
}

fn first_select(body: &SetExpr) -> Option<&Select> {
    match body {
        SetExpr::Select(select) => Some(select),
        SetExpr::SetOperation { left, .. } => first_select(left),
        _ => None,
    }
}

/// Everything in sight, in the order of `*`.
fn columns(scope: &Scope) -> (Vec<(Identifier, Expr)>, Vec<Reached>) {
    let column = |relation: &ScopeRelation, column: &ScopeColumn| {
        ((column.name.clone(), column.expr.clone()), (relation.qualifier.clone(), column.role))
    };
    scope.relations.iter().flat_map(|relation| relation.columns.iter().map(move |c| column(relation, c))).unzip()
}

/// The tables and queries of which not all columns are known, by their names alone.
fn opened(scope: &Scope) -> Vec<ScopeRelation> {
    let open = |relation: &ScopeRelation| {
        let open = match relation.open? {
            Open::System => Open::System,
            Open::Scan(_) | Open::Query => Open::Query,
        };
        Some(ScopeRelation { qualifier: relation.qualifier.clone(), columns: Vec::new(), open: Some(open) })
    };
    scope.relations.iter().filter_map(open).collect()
}

/// Neighbours with the same qualifier are one relation.
fn chunks(columns: impl Iterator<Item = (Vec<Identifier>, ScopeColumn)>) -> Vec<ScopeRelation> {
    let mut relations: Vec<ScopeRelation> = Vec::new();
    for (qualifier, column) in columns {
        match relations.last_mut().filter(|last| last.qualifier == qualifier) {
            Some(last) => last.columns.push(column),
            None => relations.push(ScopeRelation { qualifier, columns: vec![column], open: None }),
        }
    }
    relations
}

/// All columns of `*` under one name.
fn renamed(source: Source, alias: Identifier) -> Source {
    let Source { relation, scope } = source;
    let mut open = None;
    let mut columns = Vec::new();
    let single = scope.relations.len() == 1;
    for known in scope.relations {
        let kind = known.open.map(|open| if single { open } else { Open::Query });
        open = open.or(kind);
        columns.extend(known.columns.into_iter().filter(|column| matches!(column.role, Role::Plain | Role::Twin)));
    }
    Source { relation, scope: Scope { relations: vec![ScopeRelation { qualifier: vec![alias], columns, open }] } }
}

/// Is everything in it known, so that there is certainly no aggregate of another kind?
fn is_proved(expr: &Expr) -> bool {
    let mut proved = expr.ty.is_some();
    expr.visit(&mut |part| proved &= !matches!(part.kind, ExprKind::Unproved { .. } | ExprKind::UserFunction { .. }));
    proved
}
