//! A flow's output as the dataset's columns: by name or by position, cast as storing does.

use crate::analyze::bound::{BoundQuery, Column, Expr, ExprKind, Literal};
use crate::analyze::functions;
use crate::analyze::types::store_assignable;
use crate::catalog::ColumnInfo;
use crate::diag::{Code, Diagnostic, Location, Span, did_you_mean};
use crate::syntax::DataType;
use crate::syntax::ast::ColumnDef;

use super::dataset::Builder;
use super::flow::Bound;

impl<'a> Builder<'a> {
    /// Projects the flow's query to exactly the dataset's columns.
    pub(super) fn fit(&mut self, flow: Bound<'a>, columns: &[ColumnInfo]) -> BoundQuery {
        let query_span = flow.declared.body.query().span;
        let location = Location::new(&flow.declared.location.file, query_span);
        let renamed = self.positional(&flow, columns);
        let mut next = next_id(&flow.query);
        let mut outputs: Vec<(Column, Expr)> = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            let at = flow.query.output.get(index);
            let source = if renamed {
                at
            } else {
                // Nearly always the column stands where its table has it.
                let same = |output: &&Column| output.name == column.name;
                at.filter(same).or_else(|| flow.query.output.iter().find(same))
            };
            let mut value = match source {
                Some(source) => reference(source, query_span),
                None => self.absent(column, &flow, &location, &mut next),
            };
            // What has the type already is stored as it is.
            if let Some(to) = column.data_type.as_ref().filter(|to| value.ty.as_ref() != Some(*to)) {
                let what = format!("the column `{}` of `{}`", column.name, self.declared.name);
                if value.ty.as_ref().is_some_and(|from| !store_assignable(from, to)) {
                    self.unfit.insert(column.name.clone());
                }
                self.binder(&location, next, |binder| binder.assign(&mut value, to, &what));
            }
            let id = crate::analyze::bound::ColumnId(next);
            next += 1;
            let output = Column { id, name: column.name.clone(), ty: value.ty.clone(), nullable: value.nullable };
            outputs.push((output, value));
        }
        if !renamed {
            self.surplus(&flow.query, columns, &location);
        }
        let mut query = flow.query;
        query.output = outputs.iter().map(|(column, _)| column.clone()).collect();
        query.relation.project(outputs);
        query
    }

    /// Are the columns matched by position? So are untyped lists of names, and `INSERT` without `BY NAME`.
    fn positional(&mut self, flow: &Bound<'a>, columns: &[ColumnInfo]) -> bool {
        let declared = &self.statement().columns;
        let untyped = !declared.is_empty() && declared.iter().all(|column| column.data_type.is_none());
        if untyped {
            return true;
        }
        if flow.by_name() || declared.is_empty() {
            return false;
        }
        if flow.query.output.len() != columns.len() {
            let location = flow.declared.location.clone();
            let message = format!(
                "the flow gives {} columns for the {} of `{}`; write BY NAME to match them by name",
                flow.query.output.len(),
                columns.len(),
                self.declared.name
            );
            self.error(Code::INVALID_QUERY, location, message);
        }
        true
    }

    /// A declared column that the query does not give: computed, defaulted, or missing.
    fn absent(&mut self, column: &ColumnInfo, flow: &Bound<'a>, location: &Location, next: &mut u32) -> Expr {
        let declared: Option<&ColumnDef> = self.statement().columns.iter().find(|def| def.name.value == column.name);
        let null = Expr {
            kind: ExprKind::Literal(Literal::Null),
            ty: Some(DataType::Void),
            nullable: true,
            span: location.span,
        };
        let Some(def) = declared else { return null };
        let at = self.at(def.name.span);
        if def.identity {
            self.error(Code::UNSUPPORTED_SQL, at, "an IDENTITY column in a pipeline is not supported");
            return null;
        }
        if let Some(expr) = def.generated.as_ref().or(def.default.as_ref()) {
            let visible = if def.generated.is_some() { flow.query.output.as_slice() } else { &[] };
            let rule = crate::analyze::entry::ScalarRule::PREDICATE;
            let mut binder =
                crate::analyze::bind::Binder::new(&self.session, &at.file, &expr.side, expr.span).starting_at(*next);
            let bound = binder.lone(&expr.ast, visible, rule.forbidden);
            *next = binder.next_id();
            self.diagnostics.extend(binder.into_diagnostics());
            return bound;
        }
        if flow.query.output.is_empty() {
            return null;
        }
        let message = format!("the query does not give the declared column `{}`", column.name);
        let names = flow.query.output.iter().map(|output| output.name.as_str());
        let mut diagnostic =
            Diagnostic::error(Code::UNKNOWN_COLUMN, message).at(at).related(location.clone(), "the query");
        if let Some(near) = did_you_mean(column.name.as_str(), names) {
            diagnostic = diagnostic.hint(format!("it gives `{near}`"));
        }
        self.diagnostics.push(diagnostic);
        null
    }

    /// What the query gives must be declared.
    fn surplus(&mut self, query: &BoundQuery, columns: &[ColumnInfo], location: &Location) {
        for (index, output) in query.output.iter().enumerate() {
            let same = |column: &ColumnInfo| column.name == output.name;
            if !columns.get(index).is_some_and(same) && !columns.iter().any(same) {
                let message =
                    format!("the query gives `{}`, which `{}` does not declare", output.name, self.declared.name);
                self.error(Code::UNKNOWN_COLUMN, location.clone(), message);
            }
        }
    }
}

pub(super) fn reference(column: &Column, span: Span) -> Expr {
    Expr { kind: ExprKind::Column(column.id), ty: column.ty.clone(), nullable: column.nullable, span }
}

/// An identifier above all that the query uses.
pub(super) fn next_id(query: &BoundQuery) -> u32 {
    let mut next = query.output.iter().map(|column| column.id.0 + 1).max().unwrap_or(0);
    let mut relations = vec![&query.relation];
    relations.extend(query.ctes.iter().map(|cte| &cte.query));
    for relation in relations {
        relation.all_columns(&mut |column| next = next.max(column.id.0 + 1));
    }
    next
}

pub(super) fn cast_or_report(builder: &mut Builder<'_>, value: &mut Expr, to: &DataType, what: &str, at: &Location) {
    match value.ty.clone() {
        Some(from) if store_assignable(&from, to) => functions::cast(value, to.clone()),
        Some(from) => {
            let message = format!("{what} is {to}, and {from} cannot be stored in it");
            builder.error(Code::TYPE_MISMATCH, at.clone(), message);
        }
        None => {}
    }
}
