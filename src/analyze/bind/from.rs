//! FROM: relations, their aliases, LATERAL VIEW.

use sqlparser::ast::{
    Expr as Ast, LateralView, TableAlias, TableFactor, TableSampleKind, TableSampleUnit, TableWithJoins,
    Value as AstValue,
};

use crate::analyze::bound::{Column, ColumnId, Expr, ExprKind, JoinKind, Relation};
use crate::analyze::functions::{self, Kind};
use crate::diag::{Code, Span};
use crate::ident::Identifier;

use super::binder::{Binder, Rel};
use super::frame::Frame;
use super::pivot::{Pivot, Unpivot};
use super::scope::{Open, Role, Scope, ScopeColumn, ScopeRelation};
use super::special::plain_args;

/// A relation and the names under which its columns are reached.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) relation: Relation,
    pub(super) scope: Scope,
}

impl Binder<'_> {
    pub(super) fn from(&mut self, from: &[TableWithJoins]) -> Source {
        let mut all: Option<Source> = None;
        for item in from {
            all = Some(match all {
                None => self.table_with_joins(item, None),
                Some(left) => {
                    let lateral = is_lateral(&item.relation);
                    let right = self.table_with_joins(item, Some(&left.scope));
                    self.unique_names(&left.scope, &right.scope);
                    combine(left, right, JoinKind::Cross, None, lateral)
                }
            });
        }
        all.unwrap_or(Source { relation: Relation::Empty, scope: Scope::default() })
    }

    pub(super) fn table_with_joins(&mut self, item: &TableWithJoins, left: Option<&Scope>) -> Source {
        let TableWithJoins { relation, joins } = item;
        let mut source = self.factor(relation, left);
        for join in joins {
            source = self.join(source, join);
        }
        source
    }

    pub(super) fn factor(&mut self, factor: &TableFactor, left: Option<&Scope>) -> Source {
        let outer = self.here;
        self.here = self.span(factor);
        let source = self.factor_here(factor, left);
        self.here = outer;
        source
    }

    fn factor_here(&mut self, factor: &TableFactor, left: Option<&Scope>) -> Source {
        let span = self.here;
        match factor {
            TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                let other = !with_hints.is_empty()
                    || *with_ordinality
                    || !partitions.is_empty()
                    || json_path.is_some()
                    || !index_hints.is_empty();
                self.refuse(other, span, "a table clause of another dialect");
                self.untranslated(version.is_some(), span, "time travel");
                self.sample(sample.as_ref(), span);
                self.side_clauses(span);
                match args {
                    Some(args) => {
                        self.refuse(args.settings.is_some(), span, "SETTINGS");
                        self.table_call(name, &args.args, alias.as_ref(), None, span)
                    }
                    None => self.table(name, alias.as_ref(), span),
                }
            }
            TableFactor::Derived { lateral, subquery, alias, sample } => {
                self.sample(sample.as_ref(), span);
                let visible = left.filter(|_| *lateral);
                let rel = self.beside(visible, |binder| binder.query(subquery));
                self.named(rel, alias.as_ref(), span)
            }
            TableFactor::Function { lateral, name, args, with_ordinality, alias } => {
                self.refuse(*with_ordinality, span, "WITH ORDINALITY");
                self.side_clauses(span);
                self.table_call(name, args, alias.as_ref(), left.filter(|_| *lateral), span)
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                let source = self.table_with_joins(table_with_joins, left);
                self.refuse(alias.is_some(), span, "an alias of a join in parentheses");
                source
            }
            TableFactor::Pivot { table, aggregate_functions, value_column, value_source, default_on_null, alias } => {
                self.refuse(default_on_null.is_some(), span, "DEFAULT ON NULL");
                let (by, values) = (value_column.as_slice(), value_source);
                let pivot = Pivot { table, aggregates: aggregate_functions, by, values, alias: alias.as_ref() };
                self.pivot(&pivot, span)
            }
            TableFactor::Unpivot { table, value, name, columns, null_inclusion, alias } => {
                let (nulls, alias) = (null_inclusion.as_ref(), alias.as_ref());
                self.unpivot(&Unpivot { table, value, name, columns, nulls, alias }, span)
            }
            TableFactor::TableFunction { .. }
            | TableFactor::UNNEST { .. }
            | TableFactor::JsonTable { .. }
            | TableFactor::OpenJsonTable { .. }
            | TableFactor::UnpivotExpr { .. }
            | TableFactor::MatchRecognize { .. }
            | TableFactor::XmlTable { .. }
            | TableFactor::SemanticView { .. } => self.refused_factor(span, "this kind of table"),
        }
    }

    /// Databricks documentation, "TABLESAMPLE clause": a "constant percentage between 0 and 100".
    fn sample(&mut self, sample: Option<&TableSampleKind>, span: Span) {
        self.untranslated(sample.is_some(), span, "TABLESAMPLE");
        let Some(TableSampleKind::BeforeTableAlias(sample) | TableSampleKind::AfterTableAlias(sample)) = sample else {
            return;
        };
        let Some(quantity) = &sample.quantity else { return };
        if let (Some(TableSampleUnit::Percent), Ast::Value(value)) = (&quantity.unit, &quantity.value)
            && let AstValue::Number(number, _) = &value.value
            && number.parse::<f64>().is_ok_and(|percent| percent > 100.0)
        {
            let at = self.span(&quantity.value);
            self.error(Code::INVALID_QUERY, at, format!("a sample is at most 100 PERCENT, not {number}"));
        }
    }

    fn refused_factor(&mut self, span: Span, what: &str) -> Source {
        self.unsupported(span, what);
        let relation = ScopeRelation { qualifier: Vec::new(), columns: Vec::new(), open: Some(Open::Query) };
        Source { relation: Relation::Empty, scope: Scope { relations: vec![relation] } }
    }

    /// Runs with the columns to the left in sight.
    pub(super) fn beside<T>(&mut self, left: Option<&Scope>, bind: impl FnOnce(&mut Self) -> T) -> T {
        let Some(left) = left else { return bind(self) };
        self.frames.push(Frame::new(left.clone()).forbid("FROM"));
        let bound = bind(self);
        self.frames.pop();
        bound
    }

    /// What sqlparser's tree has no place for.
    fn side_clauses(&mut self, span: Span) {
        let start = span.start;
        self.untranslated(self.side.relation_options.contains_key(&start), span, "WITH (…) options of a table");
        // Only who runs the query itself leaves it out.
        if let Some(watermark) = self.side.watermarks.get(&start).filter(|_| self.session.complete) {
            let at = watermark.span;
            let message = "WATERMARK is not applied: late rows are kept";
            self.report(crate::diag::Diagnostic::warning(Code::UNSUPPORTED_SQL, message), at);
        }
    }

    /// Gives a relation its alias, and its columns theirs.
    pub(super) fn named(&mut self, mut rel: Rel, alias: Option<&TableAlias>, span: Span) -> Source {
        let mut qualifier = Vec::new();
        if let Some(TableAlias { explicit: _, name, columns, at }) = alias {
            self.refuse(at.is_some(), span, "AT in an alias");
            self.rename(&mut rel, columns, span);
            qualifier.push(self.identifier(name));
        }
        self.source(rel, qualifier)
    }

    pub(super) fn source(&mut self, rel: Rel, qualifier: Vec<Identifier>) -> Source {
        let mut columns: Vec<ScopeColumn> = rel.columns.iter().map(ScopeColumn::plain).collect();
        let twins = self.twins(&rel.relation);
        for (column, _) in columns.iter_mut().zip(&rel.columns).filter(|(_, given)| twins.contains(&given.id)) {
            column.role = Role::Twin;
        }
        let relation = ScopeRelation { qualifier, columns, open: rel.open.then_some(Open::Query) };
        Source { relation: rel.relation, scope: Scope { relations: vec![relation] } }
    }

    /// Outputs of a query that are an input's column which an output before gives under the same name.
    fn twins(&self, relation: &Relation) -> Vec<ColumnId> {
        match relation {
            Relation::Project { input: _, outputs } => {
                let same = |(a, of_a): &(Column, Expr), (b, of_b): &(Column, Expr)| {
                    a.name == b.name
                        && matches!((&of_a.kind, &of_b.kind), (ExprKind::Column(x), ExprKind::Column(y)) if x == y)
                };
                let before = |at: usize| outputs[..at].iter().any(|output| same(output, &outputs[at]));
                (0..outputs.len()).filter(|at| before(*at)).map(|at| outputs[at].0.id).collect()
            }
            Relation::Filter { input, .. } | Relation::Distinct { input } => self.twins(input),
            Relation::Cte { index, columns } => {
                let Some(cte) = self.ctes.get(*index) else { return Vec::new() };
                let twins = self.twins(&cte.query);
                let own = cte.columns.iter().zip(columns).filter(|(defined, _)| twins.contains(&defined.id));
                own.map(|(_, used)| used.id).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Two relations of one FROM must not have the same alias.
    pub(super) fn unique_names(&mut self, left: &Scope, right: &Scope) {
        for relation in &right.relations {
            let twin = |other: &&ScopeRelation| !other.qualifier.is_empty() && other.qualifier == relation.qualifier;
            if left.relations.iter().any(|other| twin(&other)) {
                let name = relation.qualifier.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
                // Legal until a column is asked for by that name, which is then ambiguous.
                let message = format!("two relations of this FROM are called `{name}`");
                let at = self.here;
                self.report(crate::diag::Diagnostic::warning(Code::AMBIGUOUS_COLUMN, message), at);
            }
        }
    }

    pub(super) fn lateral_view(&mut self, source: Source, view: &LateralView) -> Source {
        let LateralView { lateral_view, lateral_view_name, lateral_col_alias, outer } = view;
        let span = self.span(lateral_view);
        let names: Vec<Identifier> = lateral_col_alias.iter().map(|name| self.identifier(name)).collect();
        let qualifier = self.object_name(lateral_view_name, span).map(|name| name.parts().to_vec());
        let sqlparser::ast::Expr::Function(function) = lateral_view else {
            self.doubted(span, "this LATERAL VIEW");
            return source;
        };
        let known = function.name.0.last().map(|name| name.to_string().to_lowercase());
        let known = known.and_then(|name| functions::find(&name)).filter(|f| f.kind == Kind::Generator);
        let (Some(known), Some(args)) = (known, plain_args(function)) else {
            self.error(Code::INVALID_QUERY, span, "LATERAL VIEW needs a function that makes rows");
            return source;
        };
        let made = self.beside(Some(&source.scope), |binder| binder.generator(known, &args, &names, span));
        let Some(mut generator) = made else { return source };
        generator.outer |= *outer;
        let columns: Vec<Column> = generator.columns.clone();
        let open = generator.open.then_some(Open::Query);
        let relation = generator.over(Box::new(source.relation));
        let mut scope = source.scope;
        let columns = columns.iter().map(ScopeColumn::plain).collect();
        scope.relations.push(ScopeRelation { qualifier: qualifier.unwrap_or_default(), columns, open });
        Source { relation, scope }
    }
}

/// May it see what stands to its left?
pub(super) fn is_lateral(factor: &TableFactor) -> bool {
    matches!(factor, TableFactor::Derived { lateral: true, .. } | TableFactor::Function { lateral: true, .. })
}

pub(super) fn combine(
    left: Source,
    right: Source,
    kind: JoinKind,
    on: Option<crate::analyze::bound::Expr>,
    lateral: bool,
) -> Source {
    let mut scope = left.scope;
    if !matches!(kind, JoinKind::LeftSemi | JoinKind::LeftAnti) {
        scope.relations.extend(right.scope.relations);
    }
    let relation = Relation::Join { left: Box::new(left.relation), right: Box::new(right.relation), kind, on, lateral };
    Source { relation, scope }
}
