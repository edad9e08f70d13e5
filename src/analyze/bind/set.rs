//! UNION, INTERSECT and EXCEPT.

use sqlparser::ast::{SetExpr, SetOperator, SetQuantifier};

use crate::analyze::bound::{Column, Relation, SetKind};
use crate::analyze::types::{least_common, orderable};
use crate::diag::Code;
use crate::syntax::DataType;

use super::binder::{Binder, Rel};

impl Binder<'_> {
    pub(super) fn set_operation(
        &mut self,
        op: SetOperator,
        quantifier: SetQuantifier,
        left: &SetExpr,
        right: &SetExpr,
    ) -> Rel {
        let span = self.span(right);
        let kind = match op {
            SetOperator::Union => SetKind::Union,
            SetOperator::Intersect => SetKind::Intersect,
            SetOperator::Except | SetOperator::Minus => SetKind::Except,
        };
        let all = match quantifier {
            SetQuantifier::All => true,
            SetQuantifier::None | SetQuantifier::Distinct => false,
            // Databricks documentation, "Set operators": `{ UNION [ALL | DISTINCT] | … } subquery`.
            SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName => {
                let message = format!("Databricks SQL has no {op} BY NAME: the columns meet by their positions");
                self.error(Code::SQL_SYNTAX, span, message);
                false
            }
        };
        let mut left = self.set_expr(left);
        let qualifiers = self.qualifiers.clone();
        let mut right = self.set_expr(right);
        let open = left.open || right.open;
        if left.columns.len() != right.columns.len() {
            if !open {
                let message =
                    format!("the two sides of {op} have {} and {} columns", left.columns.len(), right.columns.len());
                self.error(Code::INVALID_QUERY, span, message);
            }
            return Rel { relation: left.relation, columns: left.columns, open };
        }
        let mut types: Vec<Option<DataType>> = Vec::new();
        for (index, (l, r)) in left.columns.iter().zip(&right.columns).enumerate() {
            types.push(match (&l.ty, &r.ty) {
                (Some(a), Some(b)) => match least_common(a, b) {
                    Some(common) => Some(common),
                    None => {
                        let message = format!("column {} (`{}`) of {op} is {a} and {b}", index + 1, l.name);
                        self.error(Code::TYPE_MISMATCH, span, message);
                        None
                    }
                },
                _ => None,
            });
        }
        if kind != SetKind::Union || !all {
            let unordered = |ty: &&Option<DataType>| ty.as_ref().is_some_and(|ty| !orderable(ty));
            if let Some(Some(ty)) = types.iter().find(unordered) {
                let message = format!("{op} compares the rows, and values of {ty} cannot be compared");
                self.error(Code::TYPE_MISMATCH, span, message);
            }
        }
        // A column that was cast is a new one.
        let kept = left.columns.iter().zip(&types).zip(qualifiers.unwrap_or_default());
        let kept = kept.map(|((column, ty), qualifier)| if column.ty == *ty { qualifier } else { Vec::new() });
        self.give_qualifiers(kept.collect());
        self.cast_columns(&mut left, &types);
        self.cast_columns(&mut right, &types);
        let pairs: Vec<(Column, Column)> = left.columns.iter().cloned().zip(right.columns.iter().cloned()).collect();
        let columns: Vec<Column> = pairs
            .into_iter()
            .zip(types)
            .map(|((l, r), ty)| self.column(l.name, ty, l.nullable || r.nullable))
            .collect();
        let relation = Relation::SetOperation {
            left: Box::new(left.relation),
            right: Box::new(right.relation),
            kind,
            all,
            columns: columns.clone(),
        };
        Rel { relation, columns, open }
    }
}
