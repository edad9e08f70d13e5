//! Common table expressions.

use sqlparser::ast::{Cte, SetExpr, SetOperator, With};

use crate::analyze::bound::{BoundCte, Column, Relation};
use crate::diag::{Code, Diagnostic};
use crate::ident::Identifier;

use super::binder::{Binder, Rel};

/// A common table expression that a query may use now; the innermost of a name comes last.
#[derive(Clone, Debug)]
pub(super) struct VisibleCte {
    pub(super) name: Identifier,
    pub(super) index: usize,
    pub(super) open: bool,
}

/// A common table expression that is being bound and may use itself.
#[derive(Clone, Debug)]
pub(super) struct Recursion {
    name: Identifier,
    columns: Vec<Column>,
    open: bool,
    is_used: bool,
}

impl Binder<'_> {
    pub(super) fn with(&mut self, with: &With) {
        let With { with_token: _, recursive, cte_tables } = with;
        let span = self.span(with);
        self.untranslated(*recursive, span, "WITH RECURSIVE");
        let first = self.visible.len();
        for cte in cte_tables {
            let name = self.identifier(&cte.alias.name);
            // Spark, error class DUPLICATED_CTE_NAMES.
            if self.visible.get(first..).is_some_and(|known| known.iter().any(|known| known.name == name)) {
                let at = self.span_or_here(cte.alias.name.span);
                self.error(Code::INVALID_QUERY, at, format!("the common table expression `{name}` is defined twice"));
            }
            self.cte(cte, *recursive);
        }
    }

    fn cte(&mut self, cte: &Cte, recursive: bool) {
        let Cte { alias, query, from, materialized, closing_paren_token: _ } = cte;
        let span = self.span_or_here(alias.name.span);
        self.refuse(from.is_some() || materialized.is_some(), span, "this form of WITH");
        let limited = self.side.recursion_limits.contains_key(&span.start);
        self.untranslated(limited, span, "MAX RECURSION LEVEL");
        // It sees nothing of the queries around it.
        let frames = std::mem::take(&mut self.frames);
        let within = self.recursions.len();
        if recursive {
            self.anchor(cte);
        }
        let mut rel = self.query(query);
        let is_union = matches!(&*query.body, SetExpr::SetOperation { op: SetOperator::Union, .. });
        if !is_union && self.recursions.get(within).is_some_and(|own| own.is_used) {
            self.no_anchor(cte, "is no UNION of two queries, the first of which does not");
        }
        self.recursions.truncate(within);
        self.frames = frames;
        self.rename(&mut rel, &alias.columns, span);
        let name = self.identifier(&alias.name);
        self.visible.push(VisibleCte { name: name.clone(), index: self.ctes.len(), open: rel.open });
        self.ctes.push(BoundCte { name, query: rel.relation, columns: rel.columns });
    }

    /// What the query gives where it uses itself: the columns of its first part (Databricks documentation, "Common
    /// table expression (CTE)", § "Recursive common table expression").
    fn anchor(&mut self, cte: &Cte) {
        let name = self.identifier(&cte.alias.name);
        let unknown = Recursion { name: name.clone(), columns: Vec::new(), open: true, is_used: false };
        let SetExpr::SetOperation { op: SetOperator::Union, left, .. } = &*cte.query.body else {
            self.recursions.push(unknown);
            return;
        };
        self.recursions.push(unknown);
        let diagnostics = std::mem::take(&mut self.diagnostics);
        let (proof, made) = (self.proof, self.ctes.len());
        let mark = self.visible.len();
        if let Some(with) = &cte.query.with {
            self.with(with);
        }
        let mut rel = self.set_expr(left);
        self.rename(&mut rel, &cte.alias.columns, self.here);
        self.visible.truncate(mark);
        self.ctes.truncate(made);
        // It is bound again as a part of the whole, and reported then.
        self.diagnostics = diagnostics;
        self.proof = proof;
        if self.recursions.pop().is_some_and(|own| own.is_used) {
            self.no_anchor(cte, "the first query of its UNION does so, too");
        }
        self.recursions.push(Recursion { name, columns: rel.columns, open: rel.open, is_used: false });
    }

    /// Databricks documentation, error condition INVALID_RECURSIVE_CTE: "The first child needs to be the anchor term
    /// without any recursive references".
    fn no_anchor(&mut self, cte: &Cte, why: &str) {
        let at = self.span_or_here(cte.alias.name.span);
        let message = format!("`{}` reads itself, and {why}", cte.alias.name.value);
        let hint = "begin with a query that does not read it: `anchor UNION ALL step`";
        self.report(Diagnostic::error(Code::INVALID_QUERY, message).hint(hint), at);
    }

    /// A use: every column gets an identity of its own.
    pub(super) fn cte_use(&mut self, name: &Identifier) -> Option<Rel> {
        if let Some(recursion) = self.recursions.iter_mut().rev().find(|recursion| recursion.name == *name) {
            recursion.is_used = true;
            let recursion = recursion.clone();
            let column = |column: Column| self.column(column.name, column.ty, true);
            let columns: Vec<Column> = recursion.columns.into_iter().map(column).collect();
            let relation = Relation::TableFunction {
                name: "recursive_cte",
                args: Vec::new(),
                columns: columns.clone(),
                streaming: false,
            };
            return Some(Rel { relation, columns, open: recursion.open });
        }
        let visible = self.visible.iter().rev().find(|cte| cte.name == *name)?.clone();
        let defined: Vec<Column> = self.ctes.get(visible.index)?.columns.clone();
        let columns: Vec<Column> =
            defined.into_iter().map(|column| self.column(column.name, column.ty, column.nullable)).collect();
        let relation = Relation::Cte { index: visible.index, columns: columns.clone() };
        Some(Rel { relation, columns, open: visible.open })
    }

    /// `name (a, b, …)`.
    pub(super) fn rename(
        &mut self,
        rel: &mut Rel,
        names: &[sqlparser::ast::TableAliasColumnDef],
        span: crate::diag::Span,
    ) {
        if names.is_empty() || rel.open {
            return;
        }
        if names.len() != rel.columns.len() {
            let message = format!("{} column names are given for {} columns", names.len(), rel.columns.len());
            self.error(Code::INVALID_QUERY, span, message);
            // Which name is whose is not known.
            rel.open = true;
            return;
        }
        for (column, name) in rel.columns.iter_mut().zip(names) {
            self.refuse(name.data_type.is_some(), span, "a type in an alias");
            column.name = self.identifier(&name.name);
        }
    }
}
