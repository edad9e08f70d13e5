//! The analysis of a pipeline from beginning to end.

use std::borrow::Borrow;
use std::sync::Arc;

use rayon::prelude::*;

use crate::analyze::bound::{Column, Proof};
use crate::analyze::session::Session;
use crate::catalog::{LayeredCatalog, TableInfo};
use crate::diag::{Diagnostics, SourceFile};
use crate::syntax::Parsed;
use crate::syntax::ast::{CreateDataset, DatasetKind};

use super::collect::{Declarations, Declared, alone, collect};
use super::dataset::Builder;
use super::flow::Views;
use super::model::{Analysis, Dataset, PipelineAnalysis};
use super::order::{Mentions, Order, order};
use super::whole::Whole;

/// Analyzes the files of one pipeline. The session's catalog knows everything outside of it; what it may know of the
/// pipeline's own datasets is hidden by their definitions here.
pub fn analyze<P: Borrow<Parsed>>(files: &[(Arc<SourceFile>, P)], session: &Session<'_>) -> PipelineAnalysis {
    analyze_each(files, session, None, &|dataset| dataset)
}

/// As [`analyze`]; what the datasets mention may be known already. Of each dataset only what `keep` makes of it stays in memory. Datasets that do not read each other
/// are bound side by side.
pub fn analyze_each<P: Borrow<Parsed>, T: Send>(
    files: &[(Arc<SourceFile>, P)],
    session: &Session<'_>,
    mentions: Option<&Mentions>,
    keep: &(impl Fn(Dataset) -> T + Sync),
) -> Analysis<T> {
    let declarations = collect(files, session);
    let mut diagnostics = declarations.diagnostics.clone();
    let Order { levels, cyclic } = order(&declarations, session, mentions, &mut diagnostics);
    let Declarations { datasets: declared, unread, .. } = declarations;
    let mut run = Run { session, catalog: LayeredCatalog::over(session.catalog), views: Views::default() };
    let mut out =
        Analysis { datasets: Vec::new(), unread, incomplete: Vec::new(), proof: Proof::default(), diagnostics };
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
            referring.extend(row.map(|row| (index, row)));
        }
    }
    for (index, row) in referring {
        let mut builder = Builder::new(session, &run.catalog, &run.views, &declared[index]);
        builder.foreign_keys(&row);
        out.diagnostics.extend(builder.into_diagnostics());
    }
    out
}

/// What is known so far.
struct Run<'a> {
    session: &'a Session<'a>,
    catalog: LayeredCatalog<'a>,
    views: Views,
}

/// What binding one dataset gave.
struct Built<T> {
    /// What is kept of it, what readers see of it, whether it is a view of a stream, and how many flows it has.
    dataset: Option<(T, TableInfo, bool, usize)>,
    /// Where foreign keys have to be looked at.
    row: Option<Vec<Column>>,
    proof: Proof,
    diagnostics: Diagnostics,
}

impl Run<'_> {
    fn bind<T>(&self, declared: &Declared<'_>, keep: &impl Fn(Dataset) -> T) -> Built<T> {
        let whole = Whole::of(declared);
        let mut diagnostics = whole.diagnostics.clone();
        let Some(declared) = whole.declared(declared) else {
            return Built { dataset: None, row: None, proof: Proof::default(), diagnostics };
        };
        let mut builder = Builder::new(self.session, &self.catalog, &self.views, &declared);
        let built = builder.build();
        let proof = builder.proof;
        diagnostics.extend(builder.into_diagnostics());
        let Some((dataset, table, streaming)) = built else {
            return Built { dataset: None, row: None, proof, diagnostics };
        };
        let row = (!declared.statement.constraints.is_empty()).then(|| dataset.row.clone());
        let flows = dataset.flows.len();
        Built { dataset: Some((keep(dataset), table, streaming, flows)), row, proof, diagnostics }
    }

    fn take<T>(&mut self, declared: &Declared<'_>, built: Built<T>, out: &mut Analysis<T>) -> Option<Vec<Column>> {
        out.proof.add(built.proof);
        out.diagnostics.extend(built.diagnostics);
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
        match declared.statement.kind {
            DatasetKind::TemporaryView if streaming => drop(self.views.of_streams.insert(declared.name.clone())),
            DatasetKind::TemporaryView => {
                self.views.of_batches.insert(declared.name.clone(), declared.location.clone());
            }
            DatasetKind::StreamingTable | DatasetKind::MaterializedView | DatasetKind::View => {}
        }
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
