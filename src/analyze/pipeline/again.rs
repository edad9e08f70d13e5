//! Some datasets of a pipeline once more, after a query of theirs was changed, without the rest of it.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::analyze::bound::Proof;
use crate::analyze::guard::referred_tables;
use crate::analyze::session::Session;
use crate::diag::{Diagnostics, SourceFile};
use crate::ident::TableName;
use crate::syntax::Parsed;
use crate::syntax::ast::DatasetKind;

use super::collect::{Declarations, Declared, collect};
use super::dataset::Builder;
use super::flow::Views;
use super::model::Dataset;
use super::order::Made;
use super::run::Built;

/// Files of a pipeline: all that declare some of its datasets, or flows into these. What is wrong with the declarations
/// themselves is not told again.
pub struct Again<'f>(Declarations<'f>);

/// What binding a dataset again gave.
pub struct Rebound<T> {
    /// What is kept of it; `None`: its columns are not known.
    pub dataset: Option<T>,
    /// Readers are to be bound again, too, even if they see the same columns.
    pub other_view: bool,
    pub proof: Proof,
    pub diagnostics: Diagnostics,
}

impl<'f> Again<'f> {
    pub fn of<P: Borrow<Parsed>>(files: &'f [(Arc<SourceFile>, P)], session: &Session<'_>) -> Self {
        Self(collect(files, session))
    }

    /// Every dataset with the files that it and its flows are declared in, by their place in memory.
    pub fn homes(&self) -> impl Iterator<Item = (&TableName, BTreeSet<usize>)> {
        self.0.datasets.iter().map(|dataset| {
            let flows = dataset.flows.iter().map(|flow| &flow.location);
            let places = flows.chain([&dataset.location]);
            (&dataset.name, places.map(|location| Arc::as_ptr(&location.file) as usize).collect())
        })
    }

    /// Those that only the pipeline itself sees.
    pub fn hidden(&self) -> impl Iterator<Item = &TableName> {
        let hidden =
            |dataset: &&Declared<'_>| dataset.statement.private || dataset.statement.kind == DatasetKind::TemporaryView;
        self.0.datasets.iter().filter(hidden).map(|dataset| &dataset.name)
    }

    fn find(&self, name: &TableName) -> Option<&Declared<'f>> {
        self.0.by_name.get(name).and_then(|index| self.0.datasets.get(*index))
    }

    /// What the dataset's text mentions among what is `made` somewhere.
    pub fn mentioned(&self, name: &TableName, made: &Made, session: &Session<'_>) -> BTreeSet<TableName> {
        self.find(name).map(|dataset| made.mentioned(dataset, session)).unwrap_or_default()
    }

    /// The tables that foreign keys refer to, by dataset.
    pub fn all_referred(&self, session: &Session<'_>) -> Vec<(TableName, Vec<TableName>)> {
        let keyed = self.0.datasets.iter().filter(|dataset| !dataset.statement.constraints.is_empty());
        let referred = keyed.map(|dataset| {
            let mut here = session.clone();
            (here.current_catalog, here.current_schema) = dataset.place.clone();
            (dataset.name.clone(), referred_tables(&dataset.statement.constraints, &here))
        });
        referred.collect()
    }

    /// Binds a dataset; the session's catalog knows everything that it may read.
    pub fn bind<T>(
        &self,
        name: &TableName,
        session: &Session<'_>,
        views: &mut Views,
        keep: &impl Fn(Dataset) -> T,
    ) -> Option<Rebound<T>> {
        let declared = self.find(name)?;
        let built = Built::of(declared, session, session.catalog, views, keep);
        let mut diagnostics = built.diagnostics;
        if let Some(row) = &built.row {
            let mut builder = Builder::new(session, session.catalog, views, declared);
            builder.foreign_keys(row);
            diagnostics.extend(builder.into_diagnostics());
        }
        let other_view = match &built.dataset {
            Some((_, _, streaming, _)) => views.take(declared, *streaming),
            None => views.forget(name),
        };
        let dataset = built.dataset.map(|(kept, ..)| kept);
        Some(Rebound { dataset, other_view, proof: built.proof, diagnostics })
    }
}
