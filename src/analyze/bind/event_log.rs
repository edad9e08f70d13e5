//! `event_log( { TABLE ( table_name ) | pipeline_id } )` (Databricks documentation, "event_log table-valued function"):
//! the events of a pipeline. `origin` and `error` are structs, as the documentation's own queries read them
//! (`origin.update_id`, `error.exceptions`); `details` is a text of JSON.

use sqlparser::ast::{Expr as Ast, FunctionArg, FunctionArgExpr, TableAlias};

use crate::analyze::bound::{Column, Literal, Relation};
use crate::diag::{Code, Span};
use crate::ident::{Identifier, QualifiedName, TableName};
use crate::syntax::{DataType, StructField};

use super::binder::{Binder, Rel, literal};
use super::from::Source;

/// What the relation is called: by a pipeline's id, or by a table that a pipeline makes.
const BY_ID: &str = "event_log";
const BY_TABLE: &str = "event_log_of_table";

fn structure(fields: &[(&'static str, DataType)]) -> DataType {
    let field =
        |(name, ty): &(&'static str, DataType)| StructField { name: Identifier::fixed(name), data_type: ty.clone() };
    DataType::Struct(fields.iter().map(field).collect())
}

/// The documented columns, in order, and whether they may be NULL.
fn columns() -> [(&'static str, DataType, bool); 10] {
    let text = DataType::String;
    let sequence =
        structure(&[("data_plane_id", structure(&[("instance", text.clone()), ("seq_no", DataType::BigInt)]))]);
    let of_origin = ["pipeline_id", "pipeline_name", "pipeline_type", "update_id", "dataset_name", "flow_name"];
    let origin = structure(&of_origin.map(|name| (name, DataType::String)));
    let exception = structure(&[("class_name", text.clone()), ("message", text.clone())]);
    let error = structure(&[("fatal", DataType::Boolean), ("exceptions", DataType::Array(Box::new(exception)))]);
    [
        ("id", text.clone(), false),
        ("sequence", sequence, false),
        ("origin", origin, false),
        ("timestamp", DataType::Timestamp, false),
        ("message", text.clone(), false),
        ("level", text.clone(), false),
        ("maturity_level", text.clone(), true),
        ("error", error, true),
        ("details", text.clone(), false),
        ("event_type", text, false),
    ]
}

impl Binder<'_> {
    pub(super) fn event_log(&mut self, args: &[FunctionArg], alias: Option<&TableAlias>, span: Span) -> Source {
        let of = match args {
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))] => self.event_log_of(arg, span),
            _ => None,
        };
        if of.is_none() {
            self.error(
                Code::INVALID_QUERY,
                span,
                "`event_log` takes a pipeline's id as a constant text, or TABLE(name)",
            );
        }
        let made = columns();
        let columns: Vec<Column> = made
            .into_iter()
            .map(|(name, ty, nullable)| self.column(Identifier::fixed(name), Some(ty), nullable))
            .collect();
        let (name, of) = of.unwrap_or((BY_ID, Vec::new()));
        let args = of.into_iter().map(|text| literal(Literal::String(text), DataType::String, span)).collect();
        let relation = Relation::TableFunction { name, args, columns: columns.clone(), streaming: false };
        let mut source = self.named(Rel { relation, columns, open: false }, alias, span);
        if alias.is_none() {
            source.scope.relations[0].qualifier = vec![Identifier::fixed("event_log")];
        }
        source
    }

    fn event_log_of(&mut self, arg: &Ast, span: Span) -> Option<(&'static str, Vec<String>)> {
        // The parser leaves `TABLE(…)` out and gives the name in it.
        let parts = match arg {
            Ast::Identifier(part) => vec![self.identifier(part)],
            Ast::CompoundIdentifier(parts) => parts.iter().map(|part| self.identifier(part)).collect(),
            _ => return self.constant_text(arg).map(|id| (BY_ID, vec![id])),
        };
        let table: TableName = self.session.resolve(&QualifiedName::new(parts).ok()?)?;
        if self.session.complete && self.session.table(&table).is_none() {
            self.error(Code::UNKNOWN_TABLE, span, format!("the table `{table}` does not exist"));
        }
        Some((BY_TABLE, [table.catalog, table.schema, table.name].map(|part| part.to_string()).to_vec()))
    }
}
