//! A dataset of an outline, with its queries.

use crate::diag::Diagnostics;
use crate::syntax::ast::{CreateDataset, CreateFlow, Statement, StatementKind};
use crate::syntax::complete;

use super::collect::{Body, Declared, DeclaredFlow};

/// The statements that a dataset's outline stands for; they live as long as the dataset is being bound.
pub(super) struct Whole {
    /// `None`: the declaration was whole before.
    dataset: Option<Statement>,
    /// For each of the declaration's flows, its own statement if that was an outline.
    flows: Vec<Option<Statement>>,
    pub(super) diagnostics: Diagnostics,
}

impl Whole {
    pub(super) fn of(declared: &Declared<'_>) -> Self {
        let mut diagnostics = Diagnostics::default();
        let mut read = |file, outline: Option<&Statement>| {
            let (statement, found) = complete(file, outline?);
            diagnostics.extend(found);
            Some(statement)
        };
        let dataset = read(&declared.location.file, declared.outline);
        let flows = declared.flows.iter().map(|flow| read(&flow.location.file, flow.outline)).collect();
        Self { dataset, flows, diagnostics }
    }

    /// The declaration over the whole statements. A flow that is not valid is left out; `None`: the dataset itself is
    /// not valid.
    pub(super) fn declared<'w>(&'w self, outline: &'w Declared<'w>) -> Option<Declared<'w>> {
        let statement = match &self.dataset {
            None => outline.statement,
            Some(statement) => dataset(statement)?,
        };
        let flows = outline.flows.iter().zip(&self.flows).filter_map(|(flow, own)| {
            let body = match (own, flow.outline, &self.dataset) {
                (Some(own), ..) => Body::Flow(&self::flow(own)?.body),
                // It stands in the dataset's statement.
                (None, None, Some(_))
                    if std::ptr::eq(flow.location.file.as_ref(), outline.location.file.as_ref())
                        && flow.location.span == outline.location.span =>
                {
                    Body::of(statement)?
                }
                _ => match &flow.body {
                    Body::Query(query) => Body::Query(query),
                    Body::Flow(body) => Body::Flow(body),
                },
            };
            let DeclaredFlow { name, location, place, .. } = flow;
            Some(DeclaredFlow {
                name: name.clone(),
                body,
                location: location.clone(),
                place: place.clone(),
                outline: None,
            })
        });
        let flows: Vec<_> = flows.collect();
        let whole = flows.len() == outline.flows.len();
        let Declared { name, location, place, .. } = outline;
        let (name, location, place) = (name.clone(), location.clone(), place.clone());
        Some(Declared { name, statement, location, flows, place, outline: None, whole })
    }
}

fn dataset(statement: &Statement) -> Option<&CreateDataset> {
    match &statement.kind {
        StatementKind::CreateDataset(dataset) => Some(dataset),
        _ => None,
    }
}

fn flow(statement: &Statement) -> Option<&CreateFlow> {
    match &statement.kind {
        StatementKind::CreateFlow(flow) => Some(flow),
        _ => None,
    }
}
