//! The columns that a `FROM` clause offers.

use crate::analyze::bound::{Column, Expr, ExprKind};
use crate::diag::Span;
use crate::ident::Identifier;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    Plain,
    /// United with another by `USING`: reached only with its table's name.
    Merged,
    /// `_metadata`: reached by name, not by `*`.
    Hidden,
    /// The same column of what is below once more (`SELECT *, t.a FROM t`): reached by `*`, not by name. Spark finds
    /// one attribute, however often it is selected, so that the name is not ambiguous.
    Twin,
}

#[derive(Clone, Debug)]
pub(super) struct ScopeColumn {
    pub(super) name: Identifier,
    pub(super) expr: Expr,
    pub(super) role: Role,
}

impl ScopeColumn {
    pub(super) fn plain(column: &Column) -> Self {
        Self { name: column.name.clone(), expr: reference(column, Span::default()), role: Role::Plain }
    }
}

/// An expression that is just the column.
pub(super) fn reference(column: &Column, span: Span) -> Expr {
    Expr { kind: ExprKind::Column(column.id), ty: column.ty.clone(), nullable: column.nullable, span }
}

/// A relation whose columns are not all known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Open {
    /// A table: the columns that are asked for are added to the scan, known by the place where it stands.
    Scan(u32),
    /// A query over such a table.
    Query,
    /// A system table, of which Databricks documents most columns.
    System,
}

#[derive(Clone, Debug)]
pub(super) struct ScopeRelation {
    /// The alias, or the parts of the table's name; empty for the columns of `USING`.
    pub(super) qualifier: Vec<Identifier>,
    pub(super) columns: Vec<ScopeColumn>,
    pub(super) open: Option<Open>,
}

impl ScopeRelation {
    pub(super) fn named(&self, qualifier: &[Identifier]) -> bool {
        qualifier.len() <= self.qualifier.len()
            && self.qualifier[self.qualifier.len() - qualifier.len()..] == *qualifier
    }
}

#[derive(Clone, Default, Debug)]
pub(super) struct Scope {
    pub(super) relations: Vec<ScopeRelation>,
}

pub(super) enum Found {
    Nothing,
    One(Expr),
    /// An alias of the select list that is being bound: what it stands for.
    Alias(Expr),
    /// By how many relations.
    Many(Vec<String>),
    /// It may be a column of this relation.
    Open(Open),
}

impl Scope {
    /// Looks a column up; an empty qualifier looks in every relation.
    pub(super) fn column(&self, qualifier: &[Identifier], name: &Identifier) -> Found {
        let mut found: Vec<(&ScopeRelation, &ScopeColumn)> = Vec::new();
        let mut open = None;
        for relation in self.relations.iter().filter(|relation| qualifier.is_empty() || relation.named(qualifier)) {
            let reached = |role: Role| match role {
                Role::Plain | Role::Hidden => true,
                Role::Merged => !qualifier.is_empty(),
                Role::Twin => false,
            };
            let usable = |column: &&ScopeColumn| column.name == *name && reached(column.role);
            found.extend(relation.columns.iter().filter(usable).map(|column| (relation, column)));
            open = open.or(relation.open);
        }
        match (found.as_slice(), open) {
            ([], None) => Found::Nothing,
            ([], Some(open)) => Found::Open(open),
            ([(_, column)], _) => Found::One(column.expr.clone()),
            // A query in which something is wrong gives columns that it was not meant to give.
            (many, Some(Open::Query))
                if many.iter().all(|(relation, _)| std::ptr::eq(*relation, many[0].0) && relation.open.is_some()) =>
            {
                Found::Open(Open::Query)
            }
            (many, _) => {
                Found::Many(many.iter().map(|(relation, column)| display(&relation.qualifier, &column.name)).collect())
            }
        }
    }

    /// The first column of a name in a side of USING. Several are no ambiguity there: a join with ON before it leaves
    /// two (Apache Spark takes the first of the side's output).
    pub(super) fn first_column(&self, name: &Identifier) -> Option<Expr> {
        let columns = self.relations.iter().flat_map(|relation| &relation.columns);
        let reached = |column: &&ScopeColumn| matches!(column.role, Role::Plain | Role::Hidden);
        columns.filter(reached).find(|column| column.name == *name).map(|column| column.expr.clone())
    }

    pub(super) fn has_relation(&self, qualifier: &[Identifier]) -> bool {
        !qualifier.is_empty() && self.relations.iter().any(|relation| relation.named(qualifier))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &Identifier> {
        let columns = self.relations.iter().flat_map(|relation| &relation.columns);
        columns.filter(|column| column.role != Role::Merged).map(|column| &column.name)
    }

    /// Makes every column nullable, as the optional side of an outer join is.
    pub(super) fn weaken(&mut self) {
        for column in self.relations.iter_mut().flat_map(|relation| &mut relation.columns) {
            column.expr.nullable = true;
        }
    }
}

fn display(qualifier: &[Identifier], name: &Identifier) -> String {
    qualifier.iter().chain([name]).map(ToString::to_string).collect::<Vec<_>>().join(".")
}
