//! What only a dataset's own statement says.

use std::sync::Arc;

use crate::analyze::bound::{Expr, ExprKind};
use crate::analyze::pipeline::Dataset;
use crate::analyze::{ScalarRule, Session, bind_scalar};
use crate::diag::{Diagnostics, SourceFile};
use crate::ident::{Identifier, QualifiedName, TableName};
use crate::local::engine::constraints;
use crate::local::store::{DeclaredRecord, Definition};
use crate::syntax::Parsed;
use crate::syntax::ast::{ClusterBy, CreateDataset, DatasetSource, StatementKind};

use super::expectation::Rules;

#[derive(Clone, Default)]
pub(super) struct Declared {
    pub(super) rules: Rules,
    pub(super) definition: Option<Definition>,
    pub(super) details: DeclaredRecord,
}

/// The dataset's statement, and where its unqualified names begin.
struct Found<'s> {
    file: &'s Arc<SourceFile>,
    create: &'s CreateDataset,
    catalog: Identifier,
    schema: Identifier,
}

/// Binds what the statement of one of the `datasets` says beyond the analysis.
pub(super) fn declared(
    files: &[(Arc<SourceFile>, Parsed)],
    session: &Session<'_>,
    dataset: &Dataset,
    datasets: &[Dataset],
) -> (Declared, Diagnostics) {
    let Some(found) = find(files, session, dataset) else { return Default::default() };
    let Found { file, create, catalog, schema } = &found;
    let text = match &create.source {
        DatasetSource::Query(query) => file.text().get(query.span.range()),
        DatasetSource::None | DatasetSource::Flow(_) => None,
    };
    let definition =
        text.map(|text| Definition { text: text.to_string(), catalog: catalog.clone(), schema: schema.clone() });
    let (rules, diagnostics) = rules(&found, session, dataset);
    (Declared { rules, definition, details: details(&found, session, dataset, datasets) }, diagnostics)
}

fn find<'s>(files: &'s [(Arc<SourceFile>, Parsed)], session: &Session<'_>, dataset: &Dataset) -> Option<Found<'s>> {
    let (own, at) = (&dataset.location.file, dataset.location.span);
    let (file, parsed) = files.iter().find(|(known, _)| Arc::ptr_eq(known, own))?;
    let (mut catalog, mut schema) = (session.current_catalog.clone(), session.current_schema.clone());
    for statement in &parsed.statements {
        match &statement.kind {
            StatementKind::UseCatalog(name) => catalog = name.value.clone(),
            StatementKind::UseSchema(name) => {
                if let [outer, _] = name.value.parts() {
                    catalog = outer.clone();
                }
                schema = name.value.name().clone();
            }
            StatementKind::CreateDataset(create)
                if statement.span.start <= at.start && at.end <= statement.span.end =>
            {
                return Some(Found { file, create, catalog, schema });
            }
            _ => {}
        }
    }
    None
}

fn rules(found: &Found<'_>, session: &Session<'_>, dataset: &Dataset) -> (Rules, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let required = found.create.columns.iter().filter(|column| column.not_null);
    let mut rules = Rules { not_null: required.map(|c| c.name.value.clone()).collect(), generated: Vec::new() };
    let mut session = session.clone();
    (session.current_catalog, session.current_schema) = (found.catalog.clone(), found.schema.clone());
    for declared in &found.create.columns {
        let Some(expr) = &declared.generated else { continue };
        let Some(column) = dataset.row.iter().find(|column| column.name == declared.name.value) else { continue };
        let (bound, more) = bind_scalar(expr, found.file, &session, &dataset.row, ScalarRule::PREDICATE);
        diagnostics.extend(more);
        let span = bound.span;
        let value = Expr {
            ty: column.ty.clone(),
            nullable: bound.nullable,
            kind: ExprKind::Cast { expr: Box::new(bound), try_: false },
            span,
        };
        rules.generated.push((column.clone(), value));
    }
    (rules, diagnostics)
}

fn details(found: &Found<'_>, session: &Session<'_>, dataset: &Dataset, datasets: &[Dataset]) -> DeclaredRecord {
    let Found { create, catalog, schema, .. } = found;
    let mut here = session.clone();
    (here.current_catalog, here.current_schema) = (catalog.clone(), schema.clone());
    let resolve = |name: &QualifiedName| here.resolve(name);
    let mut constraints = constraints::records(&dataset.name, &create.columns, &create.constraints, &resolve);
    let key = |parent: &TableName| datasets.iter().find(|other| other.name == *parent).map(|d| d.primary_key.clone());
    constraints::complete_with(&mut constraints, &key);
    let clauses = &create.clauses;
    DeclaredRecord {
        constraints,
        cluster_by_auto: matches!(clauses.cluster_by, Some(ClusterBy::Auto)),
        schedule: clauses.schedule.as_ref().map(|schedule| schedule.text.value.clone()),
        refresh_policy: clauses.refresh_policy.as_ref().map(|policy| policy.value.text().to_string()),
    }
}
