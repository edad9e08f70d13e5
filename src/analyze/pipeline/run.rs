//! The analysis of a pipeline from beginning to end.

use std::borrow::Borrow;
use std::sync::Arc;

use rayon::prelude::*;

use crate::analyze::bound::{Column, Proof};
use crate::analyze::session::Session;
use crate::catalog::{Catalog, LayeredCatalog, TableInfo};
use crate::diag::{Diagnostics, SourceFile};
use crate::syntax::Parsed;
use crate::syntax::ast::CreateDataset;

use super::collect::{Declarations, Declared, alone, collect};
use super::dataset::Builder;
use super::flow::Views;
use super::model::{Analysis, Dataset, Each, PipelineAnalysis};
use super::order::{Mentions, Order, order};
use super::whole::Whole;

/// Analyzes the files of one pipeline. The session's catalog knows everything outside of it; what it may know of the
/// pipeline's own datasets is hidden by their definitions here.
pub fn analyze<P: Borrow<Parsed>>(files: &[(Arc<SourceFile>, P)], session: &Session<'_>) -> PipelineAnalysis {
    analyze_each(files, session, None, &|dataset| dataset)
}

/// As [`analyze`]; what the datasets mention may be known already. Of each dataset only what `keep` makes of it stays in
/// memory. Datasets that do not read each other are bound side by side.
pub fn analyze_each<P: Borrow<Parsed>, T: Send>(
    files: &[(Arc<SourceFile>, P)],
    session: &Session<'_>,
    mentions: Option<&Mentions>,
    keep: &(impl Fn(Dataset) -> T + Sync),
) -> Analysis<T> {
    let declarations = collect(files, session);
    let mut diagnostics = declarations.diagnostics.clone();
    let Order { levels, cyclic } = order(&declarations, session, mentions, &mut diagnostics);
    let Declarations { datasets: declared, by_name, unread, .. } = declarations;
    let announced = || by_name.keys().cloned().collect();
    let catalog = LayeredCatalog::announcing(session.catalog, &announced);
    let mut run = Run { session, catalog, views: Views::default() };
    let mut out = Analysis {
        each: Vec::new(),
        views: Views::default(),
        datasets: Vec::new(),
        unread,
        incomplete: Vec::new(),
        proof: Proof::default(),
        diagnostics,
    };
    out.unread.extend(cyclic.into_iter().map(|index| declared[index].name.clone()));
    for name in &out.unread {
        run.catalog.add_unread(name.clone());
    }
    let mut referring = Vec::new();
    for level in levels {
        let bind = |index: &usize| run.bind(&declared[*index], keep);
        // Below that, handing the work out costs more than it saves.
        let built: Vec<_> =
            if level.len() < 4 { level.iter().map(bind).collect() } else { level.par_iter().map(bind).collect() };
        for (index, built) in level.into_iter().zip(built) {
            let row = run.take(&declared[index], built, &mut out);
            referring.extend(row.map(|row| (index, row, out.each.len() - 1)));
        }
    }
    for (index, row, each) in referring {
        let mut builder = Builder::new(session, &run.catalog, &run.views, &declared[index]);
        builder.foreign_keys(&row);
        let first = out.diagnostics.len();
        out.diagnostics.extend(builder.into_diagnostics());
        out.each[each].keys = first..out.diagnostics.len();
    }
    out.views = run.views;
    out
}

/// What is known so far.
struct Run<'a> {
    session: &'a Session<'a>,
    catalog: LayeredCatalog<'a>,
    views: Views,
}

/// What binding one dataset gave.
pub(super) struct Built<T> {
    /// What is kept of it, what readers see of it, whether it is a view of a stream, and how many flows it has.
    pub(super) dataset: Option<(T, TableInfo, bool, usize)>,
    /// Where foreign keys have to be looked at.
    pub(super) row: Option<Vec<Column>>,
    pub(super) proof: Proof,
    pub(super) diagnostics: Diagnostics,
}

impl<T> Built<T> {
    /// Binds a dataset whose queries need not be whole.
    pub(super) fn of(
        declared: &Declared<'_>,
        session: &Session<'_>,
        catalog: &dyn Catalog,
        views: &Views,
        keep: &impl Fn(Dataset) -> T,
    ) -> Self {
        let whole = Whole::of(declared);
        let mut diagnostics = whole.diagnostics.clone();
        let Some(declared) = whole.declared(declared) else {
            return Self { dataset: None, row: None, proof: Proof::default(), diagnostics };
        };
        let mut builder = Builder::new(session, catalog, views, &declared);
        let built = builder.build();
        let proof = builder.proof;
        diagnostics.extend(builder.into_diagnostics());
        let Some((dataset, table, streaming)) = built else {
            return Self { dataset: None, row: None, proof, diagnostics };
        };
        let row = (!declared.statement.constraints.is_empty()).then(|| dataset.row.clone());
        let flows = dataset.flows.len();
        Self { dataset: Some((keep(dataset), table, streaming, flows)), row, proof, diagnostics }
    }
}

impl Run<'_> {
    fn bind<T>(&self, declared: &Declared<'_>, keep: &impl Fn(Dataset) -> T) -> Built<T> {
        Built::of(declared, self.session, &self.catalog, &self.views, keep)
    }

    fn take<T>(&mut self, declared: &Declared<'_>, built: Built<T>, out: &mut Analysis<T>) -> Option<Vec<Column>> {
        out.proof.add(built.proof);
        let first = out.diagnostics.len();
        out.diagnostics.extend(built.diagnostics);
        let found = first..out.diagnostics.len();
        out.each.push(Each { name: declared.name.clone(), proof: built.proof, found, keys: 0..0 });
        let place = || (declared.name.clone(), declared.location.clone());
        let Some((kept, table, streaming, flows)) = built.dataset else {
            self.catalog.add_unread(declared.name.clone());
            out.unread.push(declared.name.clone());
            out.incomplete.push(place());
            return None;
        };
        if flows < declared.flows.len() {
            out.incomplete.push(place());
        }
        self.views.take(declared, streaming);
        self.catalog.add_table(table);
        out.datasets.push(kept);
        built.row
    }
}

/// One dataset's statement by itself, outside of a pipeline: what it reads, the catalog knows.
pub fn analyze_one(
    statement: &CreateDataset,
    file: &Arc<SourceFile>,
    session: &Session<'_>,
) -> (Option<Dataset>, Diagnostics) {
    let (declared, mut diagnostics) = alone(statement, file, session);
    let Some(declared) = declared else { return (None, diagnostics) };
    let views = Views::default();
    let mut builder = Builder::new(session, session.catalog, &views, &declared);
    let built = builder.build();
    diagnostics.extend(builder.into_diagnostics());
    (built.map(|(dataset, _, _)| dataset), diagnostics)
}
