//! What can be seen of a pipeline's statements as they are written, and of statements beside pipelines.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::check::entries::{note, warning};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span, did_you_mean};
use crate::ident::{Identifier, TableName};
use crate::syntax::ast::{
    ColumnDef, ConstraintKind, CreateDataset, Statement, StatementKind, TableClauses, TableConstraint, Text,
};

/// What is wrong with the statements of one file; `in_pipeline`: a pipeline lists it.
pub fn statements(file: &Arc<SourceFile>, statements: &[Statement], in_pipeline: bool) -> Diagnostics {
    let mut out = Diagnostics::default();
    let at = |span| Location::new(file, span);
    if in_pipeline && !statements.iter().any(|statement| makes(&statement.kind)) {
        let message = "the pipeline lists this file, which makes nothing";
        let hint = "define a dataset or a flow in it, or move it out of the pipeline's folders";
        let start = statements.first().map_or(Span::new(0, 0), |statement| statement.span);
        out.push(warning(Code::MAKES_NOTHING, &at(start), message).hint(hint));
    }
    for statement in statements {
        match &statement.kind {
            StatementKind::CreateDataset(dataset) => {
                clauses(&dataset.clauses, &at, &mut out);
                if in_pipeline {
                    schedule(dataset, &at, &mut out);
                }
            }
            StatementKind::CreateTable(table) => clauses(&table.clauses, &at, &mut out),
            _ => {}
        }
    }
    out
}

/// What was not understood may make something.
fn makes(kind: &StatementKind) -> bool {
    matches!(kind, StatementKind::CreateDataset(_) | StatementKind::CreateFlow(_) | StatementKind::Opaque { .. })
}

fn clauses(clauses: &TableClauses, at: &impl Fn(Span) -> Location, out: &mut Diagnostics) {
    for (key, value) in &clauses.properties {
        property(key, value, at, out);
    }
}

/// Updates of the pipeline refresh its datasets; a schedule is of tables that SQL warehouses make (lakeflow-sql.md §1).
fn schedule(dataset: &CreateDataset, at: &impl Fn(Span) -> Location, out: &mut Diagnostics) {
    let Some(schedule) = &dataset.clauses.schedule else { return };
    let message = format!("`{}` is refreshed by its pipeline, and has a schedule of its own", dataset.name.value);
    let hint = "remove the clause, and schedule the pipeline with a job";
    out.push(warning(Code::PIPELINE_SCHEDULE, &at(schedule.text.span), message).hint(hint));
}

/// What a known property may be. A note: the service keeps any text, and acts on those that it knows.
fn property(key: &Text, value: &Text, at: &impl Fn(Span) -> Location, out: &mut Diagnostics) {
    const BOOLEANS: &[&str] = &[
        "pipelines.reset.allowed",
        "pipelines.automanage",
        "pipelines.autooptimize.managed",
        "pipelines.autooptimize.zordercols.enabled",
        "delta.appendonly",
        "delta.enablechangedatafeed",
        "delta.enabledeletionvectors",
        "delta.enablerowtracking",
        "delta.enabletypewidening",
        "delta.autooptimize.optimizewrite",
        "delta.autooptimize.autocompact",
    ];
    const LAYERS: &[&str] = &["bronze", "silver", "gold"];
    let (name, written) = (key.value.to_lowercase(), value.value.to_lowercase());
    let wanted: Option<&[&str]> = match name.as_str() {
        name if BOOLEANS.contains(&name) => {
            // Delta takes `auto` and `legacy` for compaction.
            let values: &[&str] =
                if name.ends_with("autocompact") { &["true", "false", "auto", "legacy"] } else { &["true", "false"] };
            Some(values)
        }
        // Any word may be meant, but hardly one that is almost a layer.
        "quality" if did_you_mean(&written, LAYERS.iter().copied()).is_some() => Some(LAYERS),
        _ => None,
    };
    if let Some(wanted) = wanted.filter(|wanted| !wanted.contains(&written.as_str())) {
        let message = format!("`{}` is {}, not '{}'", key.value, wanted.join(" or "), value.value);
        out.push(note(Code::TABLE_PROPERTY, &at(value.span), message).suggest(&written, wanted.iter().copied()));
    }
}

/// The primary keys that statements declare, by table.
pub fn keys(
    statements: &[Statement],
    resolve: &dyn Fn(&crate::ident::QualifiedName) -> Option<TableName>,
) -> Vec<(TableName, Vec<Identifier>)> {
    let mut out = Vec::new();
    for statement in statements {
        let (name, columns, constraints): (_, &[ColumnDef], &[TableConstraint]) = match &statement.kind {
            StatementKind::CreateDataset(dataset) => (&dataset.name, &dataset.columns, &dataset.constraints),
            StatementKind::CreateTable(table) => (&table.name, &table.columns, &table.constraints),
            _ => continue,
        };
        let of_columns = columns.iter().filter(|column| column.primary_key).map(|column| column.name.value.clone());
        let mut key: Vec<Identifier> = of_columns.collect();
        for constraint in constraints {
            if let ConstraintKind::PrimaryKey { columns, timeseries: _ } = &constraint.kind {
                key.extend(columns.iter().map(|column| column.value.clone()));
            }
        }
        // Few tables have one.
        if !key.is_empty()
            && let Some(table) = resolve(&name.value)
        {
            out.push((table, key));
        }
    }
    out
}

/// Whether what a foreign key refers to is the primary key, where that is declared: Databricks, error class
/// FOREIGN_KEY_MISMATCH.
fn refers_to_key(referred: &[crate::syntax::ast::Ident], parent: &TableName, key: &[Identifier]) -> Option<Diagnostic> {
    let same = referred.len() == key.len() && referred.iter().all(|column| key.contains(&column.value));
    if referred.is_empty() || same {
        return None;
    }
    let listed = |names: Vec<&Identifier>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let named = listed(referred.iter().map(|column| &column.value).collect());
    let message = format!("{named} is not the primary key of `{parent}`");
    Some(Diagnostic::warning(Code::FOREIGN_KEY, message).hint(format!("it is {}", listed(key.iter().collect()))))
}

/// Foreign keys whose columns have other types than those that they refer to. "The number and type of the foreign key
/// columns must match" (Databricks documentation, "CONSTRAINT clause"). What is not known is not judged.
pub fn constraints(
    file: &Arc<SourceFile>,
    statements: &[Statement],
    catalog: &dyn Catalog,
    primary: &BTreeMap<TableName, Vec<Identifier>>,
    resolve: &dyn Fn(&crate::ident::QualifiedName) -> Option<TableName>,
) -> Diagnostics {
    let mut out = Diagnostics::default();
    for statement in statements {
        let (name, columns, constraints): (_, &[ColumnDef], &[TableConstraint]) = match &statement.kind {
            StatementKind::CreateDataset(dataset) => (&dataset.name, &dataset.columns, &dataset.constraints),
            StatementKind::CreateTable(table) => (&table.name, &table.columns, &table.constraints),
            _ => continue,
        };
        if constraints.is_empty() {
            continue;
        }
        let own = resolve(&name.value).and_then(|name| catalog.table(&name));
        for constraint in constraints {
            let ConstraintKind::ForeignKey { columns: keys, references, referred } = &constraint.kind else { continue };
            let Some(parent) = resolve(&references.value).and_then(|name| catalog.table(&name)) else { continue };
            let known = |column: &crate::syntax::ast::Ident| parent.columns.iter().any(|it| it.name == column.value);
            // A column that does not exist was reported.
            if let Some(key) = primary.get(&parent.name).filter(|_| referred.iter().all(known))
                && let Some(found) = refers_to_key(referred, &parent.name, key)
                && let Some(first) = referred.first()
            {
                out.push(found.at(Location::new(file, first.span)));
                continue;
            }
            // Without a list it is the parent's primary key, which the catalog does not hold.
            for (key, to) in keys.iter().zip(referred) {
                let declared = columns.iter().find(|column| column.name.value == key.value);
                let ty = declared.and_then(|column| Some(column.data_type.as_ref()?.value.clone()));
                let type_of = |table: &crate::catalog::TableInfo, name: &Identifier| {
                    table.columns.iter().find(|column| column.name == *name)?.data_type.clone()
                };
                let ty = ty.or_else(|| type_of(own.as_deref()?, &key.value));
                if let (Some(from), Some(parent_type)) = (ty, type_of(&parent, &to.value))
                    && from != parent_type
                {
                    let message =
                        format!("`{}` is {from}, and `{}` of `{}` is {parent_type}", key.value, to.value, parent.name);
                    out.push(warning(Code::FOREIGN_KEY, &Location::new(file, key.span), message));
                }
            }
        }
    }
    out
}
