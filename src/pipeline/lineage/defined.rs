//! What a statement that makes a table says beside its query: columns, masks, filters, constraints.

use std::sync::Arc;

use crate::analyze::Role;
use crate::analyze::Session;
use crate::diag::Location;
use crate::diag::{SourceFile, Span};
use crate::ident::{Identifier, TableName};
use crate::lineage::{Builder, EdgeKind, Locate, NodeId, NodeKind};
use crate::syntax::DataType;
use crate::syntax::ast::{
    ClusterBy, ColumnDef, ColumnMask, ConstraintKind, Expr, Ident, RowFilter, TableClauses, TableConstraint,
};

/// Names are resolved; places are in `file`.
pub(in crate::pipeline) struct Defined {
    file: Arc<SourceFile>,
    columns: Vec<(Ident, Option<DataType>)>,
    guards: Vec<Guard>,
    keys: Vec<Key>,
}

/// A mask of a column, or a row filter.
struct Guard {
    column: Option<Ident>,
    function: TableName,
    at: Span,
    given: Vec<(Identifier, Span)>,
}

/// Columns that a clause names.
struct Key {
    label: &'static str,
    span: Span,
    own: Vec<Ident>,
    other: Option<(TableName, Span, Vec<Ident>)>,
}

impl Defined {
    pub(in crate::pipeline) fn of(
        file: &Arc<SourceFile>,
        columns: &[ColumnDef],
        constraints: &[TableConstraint],
        clauses: &TableClauses,
        session: &Session<'_>,
    ) -> Self {
        let mut defined = Self { file: Arc::clone(file), columns: Vec::new(), guards: Vec::new(), keys: Vec::new() };
        for column in columns {
            let ty = column.data_type.as_ref().map(|ty| ty.value.clone());
            defined.columns.push((column.name.clone(), ty));
            defined.guards.extend(column.mask.as_ref().and_then(|mask| Guard::mask(&column.name, mask, session)));
        }
        defined.guards.extend(clauses.row_filter.as_ref().and_then(|filter| Guard::filter(filter, session)));
        let mut clause = |label, own: &[Ident]| {
            if let (Some(first), Some(last)) = (own.first(), own.last()) {
                let span = first.span.to(last.span);
                defined.keys.push(Key { label, span, own: own.to_vec(), other: None });
            }
        };
        clause("PARTITIONED BY", &clauses.partitioned_by);
        if let Some(ClusterBy::Columns(columns)) = &clauses.cluster_by {
            clause("CLUSTER BY", columns);
        }
        for constraint in constraints {
            defined.keys.extend(Key::of(constraint, session));
        }
        defined
    }

    pub(in crate::pipeline) fn tell(&self, relation: NodeId, builder: &mut Builder, locate: Locate<'_>) {
        let at = |span: Span| locate(&Location::new(&self.file, span));
        for (name, ty) in &self.columns {
            builder.column(relation, &name.value, ty.as_ref(), Some(&at(name.span)));
        }
        for guard in &self.guards {
            guard.tell(relation, builder, &at);
        }
        for key in &self.keys {
            key.tell(relation, builder, &at);
        }
    }
}

impl Guard {
    fn mask(column: &Ident, mask: &ColumnMask, session: &Session<'_>) -> Option<Self> {
        let function = resolve(session, &mask.function.value)?;
        Some(Self { column: Some(column.clone()), function, at: mask.function.span, given: names(&mask.using) })
    }

    fn filter(filter: &RowFilter, session: &Session<'_>) -> Option<Self> {
        let function = resolve(session, &filter.function.value)?;
        Some(Self { column: None, function, at: filter.function.span, given: names(&filter.on) })
    }

    fn tell(&self, relation: NodeId, builder: &mut Builder, at: &dyn Fn(Span) -> Location) {
        let place = at(self.at);
        let function = builder.function(&self.function, None);
        let (kind, parent) = match &self.column {
            Some(column) => (NodeKind::Mask, builder.column(relation, &column.value, None, None)),
            None => (NodeKind::RowFilter, relation),
        };
        let guard = builder.item(kind, Some(parent), &self.function.to_string(), Some(&place));
        builder.link(function, guard, EdgeKind::Reads, Some(&place));
        builder.link(relation, guard, EdgeKind::Reads, Some(&place));
        let named = EdgeKind::Named { role: Role::Value, explicit: true };
        if let Some(column) = &self.column {
            builder.link(parent, guard, named, Some(&at(column.span)));
        }
        for (name, span) in &self.given {
            let column = builder.column(relation, name, None, None);
            builder.link(column, guard, named, Some(&at(*span)));
        }
    }
}

impl Key {
    fn of(constraint: &TableConstraint, session: &Session<'_>) -> Option<Self> {
        let span = constraint.span;
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, timeseries: _ } => {
                Some(Self { label: "PRIMARY KEY", span, own: columns.clone(), other: None })
            }
            ConstraintKind::ForeignKey { columns, references, referred } => {
                let table = resolve(session, &references.value)?;
                let other = Some((table, references.span, referred.clone()));
                Some(Self { label: "FOREIGN KEY", span, own: columns.clone(), other })
            }
            ConstraintKind::Check(_) => None,
        }
    }

    fn tell(&self, relation: NodeId, builder: &mut Builder, at: &dyn Fn(Span) -> Location) {
        let names: Vec<&str> = self.own.iter().map(|name| name.value.as_str()).collect();
        let label = format!("{} ({})", self.label, names.join(", "));
        let key = builder.item(NodeKind::Constraint, Some(relation), &label, Some(&at(self.span)));
        let named = EdgeKind::Named { role: Role::Group, explicit: true };
        for name in &self.own {
            let column = builder.column(relation, &name.value, None, None);
            builder.link(column, key, named, Some(&at(name.span)));
        }
        if let Some((table, span, columns)) = &self.other {
            let other = builder.relation(NodeKind::External, table, None);
            builder.link(other, key, EdgeKind::Reads, Some(&at(*span)));
            for name in columns {
                let column = builder.column(other, &name.value, None, None);
                builder.link(column, key, named, Some(&at(name.span)));
            }
        }
    }
}

pub(super) fn resolve(session: &Session<'_>, name: &crate::ident::QualifiedName) -> Option<TableName> {
    name.resolve(&session.current_catalog, &session.current_schema).ok()
}

/// The columns among the arguments; the others are constants.
fn names(exprs: &[Expr]) -> Vec<(Identifier, Span)> {
    let column = |expr: &Expr| match &*expr.ast {
        sqlparser::ast::Expr::Identifier(ident) => Some((Identifier::new(ident.value.clone()).ok()?, expr.span)),
        _ => None,
    };
    exprs.iter().filter_map(column).collect()
}
