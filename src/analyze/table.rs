//! `CREATE TABLE` outside of a pipeline.

use std::sync::Arc;

use crate::catalog::ColumnInfo;
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile};
use crate::syntax::ast::{ClusterBy, ConstraintKind, CreateTable};

use super::bound::{BoundQuery, Column, Proof};
use super::entry::{ScalarRule, bind_partial, bind_scalar};
use super::guard::Guard;
use super::near::{near_collation, near_format};
use super::session::Session;
use super::types::store_assignable;

#[derive(Clone, PartialEq, Debug)]
pub struct BoundTable {
    /// `None` where the query's columns are not known.
    pub columns: Option<Vec<ColumnInfo>>,
    pub query: Option<BoundQuery>,
    /// Of its query and its defaults.
    pub proof: Proof,
}

/// Checks the columns, their defaults, the query of `CREATE TABLE … AS`, and the clauses that name columns.
pub fn bind_table(table: &CreateTable, file: &Arc<SourceFile>, session: &Session<'_>) -> (BoundTable, Diagnostics) {
    let mut out = Diagnostics::default();
    let mut proof = Proof::default();
    let error = |code, span, message: String| Diagnostic::error(code, message).at(Location::new(file, span));
    for (index, column) in table.columns.iter().enumerate() {
        if table.columns.iter().take(index).any(|known| known.name.value == column.name.value) {
            let message = format!("the column `{}` is declared twice", column.name.value);
            out.push(error(Code::DUPLICATE_COLUMN, column.name.span, message));
        }
        if let Some(default) = &column.default {
            let (value, found) = bind_scalar(default, file, session, &[], ScalarRule::PREDICATE);
            out.extend(found);
            proof.add(value.proof());
            if let (Some(from), Some(to)) = (&value.ty, &column.data_type) {
                if !store_assignable(from, &to.value) {
                    let message = format!("the default of `{}` is {from}, not {}", column.name.value, to.value);
                    out.push(error(Code::TYPE_MISMATCH, default.span, message));
                }
            }
        }
    }
    let warning = |code, span, what: &str, near: &str| {
        let diagnostic = Diagnostic::warning(code, what.to_string()).at(Location::new(file, span));
        diagnostic.hint(format!("did you mean `{near}`?"))
    };
    if let Some(using) = &table.clauses.using
        && let Some(near) = near_format(using.value.as_str())
    {
        let what = format!("the format `{}` is not known", using.value);
        out.push(warning(Code::INVALID_QUERY, using.span, &what, near));
    }
    let of_columns = table.columns.iter().filter_map(|column| column.collation.as_ref());
    for collation in of_columns.chain(&table.clauses.default_collation) {
        if let Some(near) = near_collation(collation.value.as_str()) {
            let what = format!("the collation `{}` is not known", collation.value);
            out.push(warning(Code::INVALID_QUERY, collation.span, &what, near));
        }
    }
    let mut query = None;
    let mut columns: Option<Vec<ColumnInfo>> = Some(
        table
            .columns
            .iter()
            .map(|column| ColumnInfo {
                name: column.name.value.clone(),
                data_type: column.data_type.as_ref().map(|ty| ty.value.clone()),
                nullable: !column.not_null,
                comment: column.comment.as_ref().map(|comment| comment.value.clone()),
            })
            .collect(),
    );
    if let Some(source) = &table.query {
        let (bound, open, found) = bind_partial(source, file, session);
        out.extend(found);
        proof.add(bound.proof);
        let bound = (!open).then_some(bound);
        if let Some(bound) = &bound {
            for (index, output) in bound.output.iter().enumerate() {
                if bound.output.iter().take(index).any(|known| known.name == output.name) {
                    let message = format!("the query gives the column `{}` twice", output.name);
                    out.push(error(Code::DUPLICATE_COLUMN, source.span, message));
                }
            }
        }
        if table.columns.is_empty() {
            columns = bound.as_ref().map(|bound| bound.output.iter().map(produced).collect());
        }
        query = bound;
    }
    // Without columns and without a query they are those of files that only the workspace sees.
    columns = columns.filter(|_| !table.columns.is_empty() || table.query.is_some());
    if let Some(columns) = &columns {
        out.extend(named_by_clauses(table, columns, file, session));
    }
    (BoundTable { columns, query, proof }, out)
}

/// Columns, functions and other tables that the clauses name.
fn named_by_clauses(
    table: &CreateTable,
    columns: &[ColumnInfo],
    file: &Arc<SourceFile>,
    session: &Session<'_>,
) -> Diagnostics {
    let row = Column::row(columns);
    let mut guard = Guard::new(session, file, &row);
    guard.columns(&table.clauses.partitioned_by, "PARTITIONED BY");
    if let Some(ClusterBy::Columns(by)) = &table.clauses.cluster_by {
        guard.columns(by, "CLUSTER BY");
    }
    for constraint in &table.constraints {
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, timeseries: _ } => guard.columns(columns, "PRIMARY KEY"),
            ConstraintKind::ForeignKey { columns, references: _, referred: _ } => {
                guard.columns(columns, "FOREIGN KEY");
            }
            ConstraintKind::Check(condition) => guard.check(condition),
        }
    }
    guard.foreign_keys(session.resolve(&table.name.value).as_ref(), &table.constraints);
    for column in &table.columns {
        if let Some(generated) = &column.generated {
            guard.value(generated);
        }
        if let Some(mask) = &column.mask {
            guard.mask(&column.name.value, mask);
        }
    }
    if let Some(filter) = &table.clauses.row_filter {
        guard.row_filter(filter);
    }
    guard.out
}

fn produced(output: &Column) -> ColumnInfo {
    ColumnInfo { name: output.name.clone(), data_type: output.ty.clone(), nullable: output.nullable, comment: None }
}
