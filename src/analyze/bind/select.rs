//! One SELECT: its clauses in the order of their meaning, put together as relational algebra.

use sqlparser::ast::{
    Distinct, Expr as Ast, NamedWindowDefinition, OrderBy, Select, SelectFlavor, SelectItem, WildcardAdditionalOptions,
};

use crate::analyze::bound::{Column, ColumnId, Expr, ExprKind, Relation, SortKey};
use crate::analyze::functions;
use crate::analyze::types::orderable;
use crate::diag::{Code, Diagnostic, Span};
use crate::ident::Identifier;
use crate::syntax::DataType;

use super::binder::{Binder, Rel};
use super::frame::{Aliases, Frame};
use super::from::Source;
use super::group::Grouping;
use super::order::{OrderKey, Ordered};
use super::scope::reference;

/// The clauses of a block, bound over its input; the aggregates and windows wait in the frame.
pub(super) struct Block {
    pub(super) outputs: Vec<(Identifier, Expr)>,
    pub(super) grouping: Option<Grouping>,
    pub(super) having: Option<Expr>,
    pub(super) qualify: Option<Expr>,
    pub(super) order: Vec<OrderKey>,
    pub(super) distinct: bool,
    pub(super) open: bool,
}

impl Block {
    /// A select list alone.
    pub(super) fn of(outputs: Vec<(Identifier, Expr)>) -> Self {
        let order = Vec::new();
        Self { outputs, grouping: None, having: None, qualify: None, order, distinct: false, open: false }
    }
}

impl Binder<'_> {
    pub(super) fn select(&mut self, select: &Select, order_by: Option<&OrderBy>) -> Rel {
        let outer = self.here;
        self.here = self.span(select);
        let rel = self.block(select, order_by);
        self.here = outer;
        rel
    }

    fn block(&mut self, select: &Select, order_by: Option<&OrderBy>) -> Rel {
        let mut source = self.from(&select.from);
        for view in &select.lateral_views {
            source = self.lateral_view(source, view);
        }
        self.block_over(source, select, order_by)
    }

    /// All clauses but FROM and LATERAL VIEW.
    pub(super) fn block_over(&mut self, source: Source, select: &Select, order_by: Option<&OrderBy>) -> Rel {
        let Select {
            select_token: _,
            // Hints change no result.
            optimizer_hints: _,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude,
            into,
            from: _,
            lateral_views: _,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        let span = self.here;
        let other_dialects = select_modifiers.is_some()
            || top.is_some()
            || exclude.is_some()
            || into.is_some()
            || prewhere.is_some()
            || !connect_by.is_empty()
            || value_table_mode.is_some();
        self.refuse(other_dialects, span, "a clause of another dialect");
        let spread = !cluster_by.is_empty() || !distribute_by.is_empty() || !sort_by.is_empty();
        self.untranslated(spread, span, "CLUSTER BY, DISTRIBUTE BY and SORT BY");

        let mut relation = source.relation;
        let input: Vec<ColumnId> = relation.columns().iter().map(|column| column.id).collect();
        self.frames.push(Frame::new(source.scope));
        for NamedWindowDefinition(name, window) in named_window {
            let name = self.identifier(name);
            self.frame().named_windows.push((name, window.clone()));
        }
        if let Some(selection) = selection {
            let predicate = self.condition(selection, "WHERE", Aliases::Unknown, true);
            relation.filter(predicate);
        }
        self.window_columns(group_by);
        let star = [SelectItem::Wildcard(WildcardAdditionalOptions::default())];
        let items = match flavor {
            SelectFlavor::FromFirstNoSelect => star.as_slice(),
            SelectFlavor::Standard | SelectFlavor::FromFirst => projection.as_slice(),
        };
        let (outputs, open) = self.outputs(items);
        let grouping = self.grouping_of(group_by, &outputs);
        let having = having.as_ref().map(|having| self.condition(having, "HAVING", Aliases::BeforeColumns, false));
        let qualify = qualify.as_ref().map(|qualify| self.condition(qualify, "QUALIFY", Aliases::AfterColumns, false));
        self.windowless(qualify.as_ref(), open);
        self.frame().aliases = Aliases::BeforeColumns;
        let order = order_by.map(|order_by| self.order_keys(order_by, outputs.len())).unwrap_or_default();
        for expr in cluster_by.iter().chain(distribute_by).chain(sort_by.iter().map(|key| &key.expr)) {
            self.expr(expr);
        }
        let distinct = match distinct {
            None | Some(Distinct::All) => false,
            Some(Distinct::Distinct) => true,
            Some(Distinct::On(_)) => {
                self.unsupported(span, "DISTINCT ON");
                false
            }
        };
        let block = Block { outputs, grouping, having, qualify, order, distinct, open };
        let Some(frame) = self.frames.pop() else { return Rel { relation, columns: Vec::new(), open: true } };
        self.assemble(relation, &input, frame, block)
    }

    /// Databricks documentation, "QUALIFY clause": "at least one window function is required".
    fn windowless(&mut self, qualify: Option<&Expr>, open: bool) {
        let Some(condition) = qualify.filter(|_| !open) else { return };
        if self.frame().windows.is_empty() && !self.diagnostics.has_errors() {
            let message = "QUALIFY needs a window function in the select list or in its condition";
            let hint = "a condition without one belongs into WHERE or HAVING";
            self.report(Diagnostic::error(Code::INVALID_QUERY, message).hint(hint), condition.span);
        }
    }

    /// WHERE takes neither aggregates nor windows, HAVING no windows.
    pub(super) fn condition(&mut self, ast: &Ast, clause: &'static str, aliases: Aliases, plain: bool) -> Expr {
        let frame = self.frame();
        frame.aliases = aliases;
        frame.no_aggregate = plain.then_some(clause);
        frame.no_window = (clause != "QUALIFY").then_some(clause);
        let mut bound = self.expr(ast);
        let frame = self.frame();
        frame.no_aggregate = None;
        frame.no_window = None;
        match &bound.ty {
            // Spark casts these two conditions, and no other one.
            Some(ty) if !plain && ty.is_numeric() => {
                let message = format!("{clause} takes this {ty} for a BOOLEAN: every number but 0 is true");
                let diagnostic = Diagnostic::warning(Code::TYPE_MISMATCH, message);
                self.report(diagnostic.hint("compare it with a number"), bound.span);
                functions::cast(&mut bound, DataType::Boolean);
            }
            _ => self.boolean(&mut bound, clause),
        }
        bound
    }

    pub(super) fn assemble(
        &mut self,
        mut relation: Relation,
        input: &[ColumnId],
        mut frame: Frame,
        mut block: Block,
    ) -> Rel {
        if self.qualifiers.is_some() {
            let qualifiers = block.outputs.iter().map(|(name, expr)| self.qualifier_of(&frame.scope, name, expr));
            self.qualifiers = Some(qualifiers.collect());
        }
        if block.grouping.is_some() || !frame.aggregates.is_empty() || block.having.is_some() {
            self.aggregate_node(&mut relation, input, &mut frame, &mut block);
        }
        if let Some(having) = block.having.take() {
            relation.filter(having);
        }
        for generator in std::mem::take(&mut frame.generators) {
            relation.wrap(|input| generator.over(input));
        }
        if !frame.windows.is_empty() {
            let windows = std::mem::take(&mut frame.windows);
            relation.wrap(|input| Relation::Window { input, windows });
        }
        if let Some(qualify) = block.qualify.take() {
            relation.filter(qualify);
        }
        self.project(relation, block)
    }

    /// The projection, the columns that only ORDER BY needs, DISTINCT and the sort.
    fn project(&mut self, mut relation: Relation, block: Block) -> Rel {
        let mut outputs: Vec<(Column, Expr)> = Vec::new();
        for (name, expr) in block.outputs {
            let column = self.column(name, expr.ty.clone(), expr.nullable);
            outputs.push((column, expr));
        }
        let visible = outputs.len();
        let mut keys = Vec::new();
        for OrderKey { by, descending, nulls_first, span } in block.order {
            let at = match by {
                Ordered::Output(index) => Some(index).filter(|index| *index < visible),
                Ordered::Expr(expr) => match outputs.iter().position(|(_, known)| *known == expr) {
                    Some(index) => Some(index),
                    None if block.distinct => {
                        match over_outputs(expr, &outputs) {
                            Some(expr) => keys.push(SortKey { expr, descending, nulls_first }),
                            None => {
                                let message = "ORDER BY of SELECT DISTINCT takes only expressions of the select list";
                                self.error(Code::INVALID_QUERY, span, message);
                            }
                        }
                        None
                    }
                    None => {
                        let name = self.name("order");
                        outputs.push((self.column(name, expr.ty.clone(), expr.nullable), expr));
                        Some(outputs.len() - 1)
                    }
                },
            };
            if let Some((column, _)) = at.and_then(|at| outputs.get(at)) {
                keys.push(SortKey { expr: reference(column, span), descending, nulls_first });
            }
        }
        let columns: Vec<Column> = outputs.iter().take(visible).map(|(column, _)| column.clone()).collect();
        relation.project(outputs);
        if block.distinct {
            for column in &columns {
                if let Some(ty) = column.ty.as_ref().filter(|ty| !orderable(ty)) {
                    let message =
                        format!("SELECT DISTINCT compares the rows, and `{}` is {ty}, which has no order", column.name);
                    let span = self.here;
                    self.error(Code::TYPE_MISMATCH, span, message);
                }
            }
            relation.wrap(|input| Relation::Distinct { input });
        }
        if !keys.is_empty() {
            relation.wrap(|input| Relation::Sort { input, keys });
        }
        Rel { relation, columns, open: block.open }
    }

    pub(super) fn item_span(&self, item: &SelectItem) -> Span {
        self.span(item)
    }
}

/// The expression in terms of what the select list gives, as `lower(name)` is of `SELECT DISTINCT name`.
fn over_outputs(mut expr: Expr, outputs: &[(Column, Expr)]) -> Option<Expr> {
    let mut beyond = false;
    expr.rewrite(&mut |part| {
        if let Some((column, _)) = outputs.iter().find(|(_, known)| known == part) {
            *part = reference(column, part.span);
            return true;
        }
        beyond |= matches!(part.kind, ExprKind::Column(_));
        false
    });
    (!beyond).then_some(expr)
}
