//! Walking and rewriting bound trees.

use crate::syntax::deeper;

use super::bound::{
    AggregateCall, Bound, BoundQuery, Column, Expr, ExprKind, Proof, Relation, SortKey, WindowCall, WindowFunction,
};

impl Expr {
    /// The direct parts, without those inside subqueries and function bodies.
    pub(crate) fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Column(_)
            | ExprKind::Literal(_)
            | ExprKind::Parameter(_)
            | ExprKind::Exists { .. }
            | ExprKind::ScalarSubquery(_) => Vec::new(),
            ExprKind::Call { args, .. } | ExprKind::Session { args, .. } | ExprKind::Unproved { args, .. } => {
                args.iter().collect()
            }
            ExprKind::UserFunction { args, .. } => args.iter().map(|(_, arg)| arg).collect(),
            ExprKind::Cast { expr, .. } | ExprKind::Field { expr, .. } => vec![expr],
            ExprKind::Case { branches, otherwise } => {
                let branches = branches.iter().flat_map(|(condition, value)| [condition, value]);
                branches.chain(otherwise.as_deref()).collect()
            }
            ExprKind::InList { expr, list, .. } => std::iter::once(&**expr).chain(list).collect(),
            ExprKind::InSubquery { exprs, .. } => exprs.iter().collect(),
            ExprKind::Index { expr, index } => vec![expr, index],
            ExprKind::Lambda { body, .. } => vec![body],
        }
    }

    pub(crate) fn children_mut(&mut self) -> Vec<&mut Expr> {
        match &mut self.kind {
            ExprKind::Column(_)
            | ExprKind::Literal(_)
            | ExprKind::Parameter(_)
            | ExprKind::Exists { .. }
            | ExprKind::ScalarSubquery(_) => Vec::new(),
            ExprKind::Call { args, .. } | ExprKind::Session { args, .. } | ExprKind::Unproved { args, .. } => {
                args.iter_mut().collect()
            }
            ExprKind::UserFunction { args, .. } => args.iter_mut().map(|(_, arg)| arg).collect(),
            ExprKind::Cast { expr, .. } | ExprKind::Field { expr, .. } => vec![expr],
            ExprKind::Case { branches, otherwise } => {
                let branches = branches.iter_mut().flat_map(|(condition, value)| [condition, value]);
                branches.chain(otherwise.as_deref_mut()).collect()
            }
            ExprKind::InList { expr, list, .. } => std::iter::once(&mut **expr).chain(list).collect(),
            ExprKind::InSubquery { exprs, .. } => exprs.iter_mut().collect(),
            ExprKind::Index { expr, index } => vec![expr, index],
            ExprKind::Lambda { body, .. } => vec![body],
        }
    }

    pub(crate) fn subquery(&self) -> Option<&BoundQuery> {
        match &self.kind {
            ExprKind::InSubquery { query, .. } | ExprKind::Exists { query, .. } | ExprKind::ScalarSubquery(query) => {
                Some(query)
            }
            _ => None,
        }
    }

    pub(crate) fn subquery_mut(&mut self) -> Option<&mut BoundQuery> {
        match &mut self.kind {
            ExprKind::InSubquery { query, .. } | ExprKind::Exists { query, .. } | ExprKind::ScalarSubquery(query) => {
                Some(query)
            }
            _ => None,
        }
    }

    /// Every part, from the outside in, subqueries included.
    /// How much of a lone expression was proved: as a query counts it, with the casts that the binder put in.
    pub fn proof(&self) -> Proof {
        let mut proof = Proof::default();
        self.visit(&mut |part| proof.add(Proof { expressions: 1, typed: usize::from(part.ty.is_some()) }));
        proof
    }

    pub(crate) fn visit<'e>(&'e self, f: &mut dyn FnMut(&'e Expr)) {
        f(self);
        for child in self.children() {
            deeper(|| child.visit(f));
        }
        if let Some(query) = self.subquery() {
            deeper(|| query.relation.visit(f));
        }
    }

    /// Every part, from the outside in; where `f` says that it is done, its parts are left alone.
    pub(crate) fn rewrite(&mut self, f: &mut dyn FnMut(&mut Expr) -> bool) {
        if f(self) {
            return;
        }
        for child in self.children_mut() {
            deeper(|| child.rewrite(f));
        }
        if let Some(query) = self.subquery_mut() {
            deeper(|| query.relation.rewrite(f));
        }
    }
}

impl Relation {
    /// Puts a node on top of this one.
    pub(crate) fn wrap(&mut self, node: impl FnOnce(Box<Relation>) -> Relation) {
        let input = std::mem::replace(self, Self::Empty);
        *self = node(Box::new(input));
    }

    pub(crate) fn project(&mut self, outputs: Vec<(Column, Expr)>) {
        self.wrap(|input| Self::Project { input, outputs });
    }

    pub(crate) fn filter(&mut self, predicate: Expr) {
        self.wrap(|input| Self::Filter { input, predicate });
    }

    pub(crate) fn inputs(&self) -> Vec<&Relation> {
        match self {
            Self::Empty
            | Self::Scan(_)
            | Self::Files(_)
            | Self::TableFunction { .. }
            | Self::Values { .. }
            | Self::Cte { .. } => Vec::new(),
            Self::Project { input, .. }
            | Self::Filter { input, .. }
            | Self::Aggregate { input, .. }
            | Self::Window { input, .. }
            | Self::Distinct { input }
            | Self::Generate { input, .. }
            | Self::Sort { input, .. }
            | Self::Limit { input, .. } => vec![input],
            Self::Join { left, right, .. } | Self::SetOperation { left, right, .. } => vec![left, right],
        }
    }

    pub(crate) fn inputs_mut(&mut self) -> Vec<&mut Relation> {
        match self {
            Self::Empty
            | Self::Scan(_)
            | Self::Files(_)
            | Self::TableFunction { .. }
            | Self::Values { .. }
            | Self::Cte { .. } => Vec::new(),
            Self::Project { input, .. }
            | Self::Filter { input, .. }
            | Self::Aggregate { input, .. }
            | Self::Window { input, .. }
            | Self::Distinct { input }
            | Self::Generate { input, .. }
            | Self::Sort { input, .. }
            | Self::Limit { input, .. } => vec![input],
            Self::Join { left, right, .. } | Self::SetOperation { left, right, .. } => vec![left, right],
        }
    }

    /// The expressions of this node alone.
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        match self {
            Self::Empty | Self::Scan(_) | Self::Files(_) | Self::Cte { .. } | Self::Distinct { .. } => Vec::new(),
            Self::SetOperation { .. } => Vec::new(),
            Self::TableFunction { args, .. } | Self::Generate { args, .. } => args.iter().collect(),
            Self::Values { rows, .. } => rows.iter().flatten().collect(),
            Self::Project { outputs, .. } => outputs.iter().map(|(_, expr)| expr).collect(),
            Self::Filter { predicate, .. } => vec![predicate],
            Self::Join { on, .. } => on.iter().collect(),
            Self::Aggregate { groups, aggregates, .. } => {
                let aggregates = aggregates.iter().flat_map(|(_, call)| aggregate(call));
                groups.iter().map(|(_, expr)| expr).chain(aggregates).collect()
            }
            Self::Window { windows, .. } => windows.iter().flat_map(|(_, call)| call.exprs()).collect(),
            Self::Sort { keys, .. } => keys.iter().map(|key| &key.expr).collect(),
            Self::Limit { limit, offset, .. } => limit.iter().chain(offset).collect(),
        }
    }

    pub(crate) fn exprs_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Self::Empty | Self::Scan(_) | Self::Files(_) | Self::Cte { .. } | Self::Distinct { .. } => Vec::new(),
            Self::SetOperation { .. } => Vec::new(),
            Self::TableFunction { args, .. } | Self::Generate { args, .. } => args.iter_mut().collect(),
            Self::Values { rows, .. } => rows.iter_mut().flatten().collect(),
            Self::Project { outputs, .. } => outputs.iter_mut().map(|(_, expr)| expr).collect(),
            Self::Filter { predicate, .. } => vec![predicate],
            Self::Join { on, .. } => on.iter_mut().collect(),
            Self::Aggregate { groups, aggregates, .. } => {
                let aggregates = aggregates.iter_mut().flat_map(|(_, call)| aggregate_mut(call));
                groups.iter_mut().map(|(_, expr)| expr).chain(aggregates).collect()
            }
            Self::Window { windows, .. } => windows.iter_mut().flat_map(|(_, call)| call.exprs_mut()).collect(),
            Self::Sort { keys, .. } => keys.iter_mut().map(|key| &mut key.expr).collect(),
            Self::Limit { limit, offset, .. } => limit.iter_mut().chain(offset).collect(),
        }
    }

    /// Every expression of the whole tree.
    pub(crate) fn visit<'e>(&'e self, f: &mut dyn FnMut(&'e Expr)) {
        for expr in self.exprs() {
            expr.visit(f);
        }
        for input in self.inputs() {
            deeper(|| input.visit(f));
        }
    }

    pub(crate) fn rewrite(&mut self, f: &mut dyn FnMut(&mut Expr) -> bool) {
        for expr in self.exprs_mut() {
            expr.rewrite(f);
        }
        for input in self.inputs_mut() {
            deeper(|| input.rewrite(f));
        }
    }

    /// Every column that a node of the tree makes.
    pub(crate) fn all_columns(&self, f: &mut dyn FnMut(&Column)) {
        for column in self.columns() {
            f(column);
        }
        for expr in self.exprs() {
            expr.visit(&mut |part| match &part.kind {
                ExprKind::Lambda { parameters, .. } => parameters.iter().for_each(&mut *f),
                ExprKind::UserFunction { args, .. } => args.iter().for_each(|(column, _)| f(column)),
                _ => {}
            });
            expr.visit(&mut |part| {
                if let Some(query) = part.subquery() {
                    deeper(|| query.relation.all_columns(f));
                }
            });
        }
        for input in self.inputs() {
            deeper(|| input.all_columns(f));
        }
    }

    /// Every relation of the whole tree, those of subqueries in expressions included.
    pub(crate) fn relations<'r>(&'r self, f: &mut dyn FnMut(&'r Relation)) {
        f(self);
        for expr in self.exprs() {
            each_subquery(expr, f);
        }
        for input in self.inputs() {
            deeper(|| input.relations(f));
        }
    }

    /// Every relation of the whole tree, those of subqueries in expressions included.
    pub(crate) fn relations_mut(&mut self, f: &mut dyn FnMut(&mut Relation)) {
        f(self);
        for expr in self.exprs_mut() {
            in_subqueries(expr, f);
        }
        for input in self.inputs_mut() {
            deeper(|| input.relations_mut(f));
        }
    }
}

fn each_subquery<'r>(expr: &'r Expr, f: &mut dyn FnMut(&'r Relation)) {
    if let Some(query) = expr.subquery() {
        deeper(|| query.relation.relations(f));
    }
    for child in expr.children() {
        deeper(|| each_subquery(child, f));
    }
}

fn in_subqueries(expr: &mut Expr, f: &mut dyn FnMut(&mut Relation)) {
    if let Some(query) = expr.subquery_mut() {
        deeper(|| query.relation.relations_mut(f));
    }
    for child in expr.children_mut() {
        deeper(|| in_subqueries(child, f));
    }
}

fn aggregate(call: &AggregateCall) -> Vec<&Expr> {
    call.args.iter().chain(&call.filter).chain(call.order_by.iter().map(|key| &key.expr)).collect()
}

fn aggregate_mut(call: &mut AggregateCall) -> Vec<&mut Expr> {
    call.args.iter_mut().chain(&mut call.filter).chain(call.order_by.iter_mut().map(|key| &mut key.expr)).collect()
}

impl WindowCall {
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        let mut all = match &self.function {
            WindowFunction::Ranking { args, .. } => args.iter().collect(),
            WindowFunction::Aggregate(call) => aggregate(call),
        };
        all.extend(&self.partition_by);
        all.extend(self.order_by.iter().map(|key: &SortKey| &key.expr));
        if let Some(frame) = &self.frame {
            all.extend(bound(&frame.start).into_iter().chain(bound(&frame.end)));
        }
        all
    }

    pub(crate) fn exprs_mut(&mut self) -> Vec<&mut Expr> {
        let mut all = match &mut self.function {
            WindowFunction::Ranking { args, .. } => args.iter_mut().collect(),
            WindowFunction::Aggregate(call) => aggregate_mut(call),
        };
        all.extend(&mut self.partition_by);
        all.extend(self.order_by.iter_mut().map(|key: &mut SortKey| &mut key.expr));
        if let Some(frame) = &mut self.frame {
            all.extend(bound_mut(&mut frame.start).into_iter().chain(bound_mut(&mut frame.end)));
        }
        all
    }
}

fn bound(bound: &Bound) -> Option<&Expr> {
    match bound {
        Bound::Preceding(expr) | Bound::Following(expr) => Some(expr),
        Bound::UnboundedPreceding | Bound::CurrentRow | Bound::UnboundedFollowing => None,
    }
}

fn bound_mut(bound: &mut Bound) -> Option<&mut Expr> {
    match bound {
        Bound::Preceding(expr) | Bound::Following(expr) => Some(expr),
        Bound::UnboundedPreceding | Bound::CurrentRow | Bound::UnboundedFollowing => None,
    }
}

/// The arguments that a generator makes one of its columns of: `stack` deals its values out, row by row.
pub(super) fn generated_from<'e>(
    function: &str,
    args: &'e [Expr],
    column: usize,
    columns: usize,
) -> impl Iterator<Item = &'e Expr> + use<'e> {
    let dealt = function == "stack";
    let own = move |index: usize| !dealt || (index > 0 && (index - 1) % columns.max(1) == column);
    args.iter().enumerate().filter(move |(index, _)| own(*index)).map(|(_, arg)| arg)
}
