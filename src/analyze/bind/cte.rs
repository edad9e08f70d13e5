//! Common table expressions.

use sqlparser::ast::{Cte, With};

use crate::analyze::bound::{BoundCte, Column, Relation};
use crate::ident::Identifier;

use super::binder::{Binder, Rel};

/// A common table expression that a query may use now; the innermost of a name comes last.
#[derive(Clone, Debug)]
pub(super) struct VisibleCte {
    pub(super) name: Identifier,
    pub(super) index: usize,
    pub(super) open: bool,
}

impl Binder<'_> {
    pub(super) fn with(&mut self, with: &With) {
        let With { with_token: _, recursive, cte_tables } = with;
        let span = self.span(with);
        self.refuse(*recursive, span, "WITH RECURSIVE");
        for cte in cte_tables {
            self.cte(cte);
        }
    }

    fn cte(&mut self, cte: &Cte) {
        let Cte { alias, query, from, materialized, closing_paren_token: _ } = cte;
        let span = self.span_or_here(alias.name.span);
        self.refuse(from.is_some() || materialized.is_some(), span, "this form of WITH");
        self.refuse(self.side.recursion_limits.contains_key(&span.start), span, "MAX RECURSION LEVEL");
        // It sees nothing of the queries around it.
        let frames = std::mem::take(&mut self.frames);
        let mut rel = self.query(query);
        self.frames = frames;
        self.rename(&mut rel, &alias.columns, span);
        let name = self.identifier(&alias.name);
        self.visible.push(VisibleCte { name: name.clone(), index: self.ctes.len(), open: rel.open });
        self.ctes.push(BoundCte { name, query: rel.relation, columns: rel.columns });
    }

    /// A use: every column gets an identity of its own.
    pub(super) fn cte_use(&mut self, name: &Identifier) -> Option<Rel> {
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
            self.error(crate::diag::Code::INVALID_QUERY, span, message);
            return;
        }
        for (column, name) in rel.columns.iter_mut().zip(names) {
            self.refuse(name.data_type.is_some(), span, "a type in an alias");
            column.name = self.identifier(&name.name);
        }
    }
}
