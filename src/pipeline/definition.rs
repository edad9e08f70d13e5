//! What a statement outside of a pipeline says of the object that it makes, field by field, as Unity Catalog's API would
//! tell it. What that API does not tell is there as it is written.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::diag::{SourceFile, Span};
use crate::resource::Spec;
use crate::syntax::ast::{
    ClusterBy, ColumnDef, ColumnMask, ConstraintKind, CreateDataset, CreateFunction, CreateMetricView, CreateTable,
    DatasetSource, Expr, FunctionBody, Ident, TableClauses, Text,
};

/// The texts of a file.
pub(super) struct Definition<'f>(pub(super) &'f Arc<SourceFile>);

impl Definition<'_> {
    fn text(&self, span: Span) -> Value {
        json!(self.0.text().get(span.range()).unwrap_or_default())
    }

    /// `routine_definition`. Parameters, type and the rest of a function have no fields of their own.
    pub(super) fn function(&self, function: &CreateFunction) -> Spec {
        let body = match &function.body {
            FunctionBody::Expr(expr) => self.text(expr.span),
            FunctionBody::Query(query) => self.text(query.span),
            FunctionBody::Foreign { code, .. } => json!(code.value),
        };
        Spec::from_iter([("routine_definition".to_string(), body)])
    }

    /// `view_definition`, `comment`, and `columns` where they are named.
    pub(super) fn view(&self, view: &CreateDataset) -> Spec {
        let mut spec = Spec::new();
        if let DatasetSource::Query(query) = &view.source {
            spec.insert("view_definition".to_string(), self.text(query.span));
        }
        comment(&mut spec, view.clauses.comment.as_ref());
        if !view.columns.is_empty() {
            let columns = view.columns.iter().map(|column| Value::Object(self.column(column, &[])));
            spec.insert("columns".to_string(), columns.collect());
        }
        spec
    }

    /// `view_definition`, which is its YAML, and `comment`.
    pub(super) fn metric_view(&self, view: &CreateMetricView) -> Spec {
        let mut spec = Spec::new();
        spec.insert("view_definition".to_string(), json!(view.definition.value));
        comment(&mut spec, view.clauses.comment.as_ref());
        spec
    }

    /// `columns`, `comment`, `properties`, `partitioned_by`, `cluster_by`, `query`, `constraints`, and clauses as texts.
    pub(super) fn table(&self, table: &CreateTable) -> Spec {
        let clauses = &table.clauses;
        let mut spec = Spec::new();
        let in_key: Vec<&Ident> = table
            .constraints
            .iter()
            .filter_map(|constraint| match &constraint.kind {
                ConstraintKind::PrimaryKey { columns, .. } => Some(columns),
                ConstraintKind::ForeignKey { .. } | ConstraintKind::Check(_) => None,
            })
            .flatten()
            .collect();
        let columns = table.columns.iter().map(|column| Value::Object(self.column(column, &in_key)));
        spec.insert("columns".to_string(), columns.collect());
        spec.insert("properties".to_string(), properties(clauses));
        comment(&mut spec, clauses.comment.as_ref());
        if !clauses.partitioned_by.is_empty() {
            spec.insert("partitioned_by".to_string(), names(&clauses.partitioned_by));
        }
        match &clauses.cluster_by {
            Some(ClusterBy::Columns(columns)) => drop(spec.insert("cluster_by".to_string(), names(columns))),
            Some(ClusterBy::Auto) => drop(spec.insert("cluster_by".to_string(), json!("AUTO"))),
            Some(ClusterBy::None) | None => {}
        }
        if let Some(query) = &table.query {
            spec.insert("query".to_string(), self.text(query.span));
        }
        if !table.constraints.is_empty() {
            let constraints = table.constraints.iter().map(|constraint| self.text(constraint.span));
            spec.insert("constraints".to_string(), constraints.collect());
        }
        let texts = [
            ("using", clauses.using.as_ref().map(|format| json!(format.value.as_str().to_uppercase()))),
            ("location", clauses.location.as_ref().map(|text| json!(text.value))),
            ("collation", clauses.default_collation.as_ref().map(|name| json!(name.value))),
            (
                "row_filter",
                clauses.row_filter.as_ref().map(|filter| self.call(&filter.function.value.to_string(), &filter.on)),
            ),
        ];
        put(&mut spec, texts);
        spec
    }

    /// `name`, `type`, `not_null`, `comment`, and what else stands beside them as texts.
    fn column(&self, column: &ColumnDef, in_key: &[&Ident]) -> Map<String, Value> {
        let not_null = column.not_null || column.primary_key || in_key.iter().any(|key| key.value == column.name.value);
        let mut fields = Map::new();
        let mask = |mask: &ColumnMask| self.call(&mask.function.value.to_string(), &mask.using);
        let expr = |expr: &Option<Expr>| expr.as_ref().map(|expr| self.text(expr.span));
        let parts = [
            ("name", Some(json!(column.name.value))),
            ("type", column.data_type.as_ref().map(|ty| json!(ty.value.to_string()))),
            ("not_null", not_null.then_some(json!(true))),
            ("comment", column.comment.as_ref().map(|text| json!(text.value))),
            ("mask", column.mask.as_ref().map(mask)),
            ("default", expr(&column.default)),
            ("generated", expr(&column.generated)),
            ("identity", column.identity.then_some(json!(true))),
            ("collation", column.collation.as_ref().map(|name| json!(name.value))),
        ];
        put(&mut fields, parts);
        fields
    }

    fn call(&self, function: &str, arguments: &[Expr]) -> Value {
        let arguments = arguments.iter().filter_map(|expr| self.0.text().get(expr.span.range()));
        json!(format!("{function}({})", arguments.collect::<Vec<_>>().join(", ")))
    }
}

fn put<const N: usize>(into: &mut Map<String, Value>, fields: [(&str, Option<Value>); N]) {
    into.extend(fields.into_iter().filter_map(|(name, value)| Some((name.to_string(), value?))));
}

fn comment(spec: &mut Spec, text: Option<&Text>) {
    put(spec, [("comment", text.map(|text| json!(text.value)))]);
}

fn names(columns: &[Ident]) -> Value {
    columns.iter().map(|column| json!(column.value)).collect()
}

fn properties(clauses: &TableClauses) -> Value {
    let properties = clauses.properties.iter().map(|(key, value)| (key.value.clone(), json!(value.value)));
    Value::Object(properties.collect())
}
