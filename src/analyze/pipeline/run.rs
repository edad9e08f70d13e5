//! The analysis of a pipeline from beginning to end.

use std::sync::Arc;

use crate::analyze::bound::Proof;
use crate::analyze::session::Session;
use crate::catalog::LayeredCatalog;
use crate::diag::{Diagnostics, SourceFile};
use crate::syntax::Parsed;
use crate::syntax::ast::{CreateDataset, DatasetKind};

use super::collect::{Declarations, alone, collect};
use super::dataset::Builder;
use super::flow::Views;
use super::model::{Dataset, PipelineAnalysis};
use super::order::{Order, order};

/// Analyzes the files of one pipeline. The session's catalog knows everything outside of it; what it may know of the
/// pipeline's own datasets is hidden by their definitions here.
pub fn analyze(files: &[(Arc<SourceFile>, Parsed)], session: &Session<'_>) -> PipelineAnalysis {
    let declarations = collect(files, session);
    let mut diagnostics = declarations.diagnostics.clone();
    let Order { sequence, cyclic } = order(&declarations, session, &mut diagnostics);
    let Declarations { datasets: declared, unread, diagnostics: _ } = declarations;
    let mut catalog = LayeredCatalog::over(session.catalog);
    let mut unread = unread;
    unread.extend(cyclic.into_iter().map(|index| declared[index].name.clone()));
    for name in &unread {
        catalog.add_unread(name.clone());
    }
    let mut views = Views::default();
    let mut proof = Proof::default();
    let (mut datasets, mut incomplete) = (Vec::new(), Vec::new());
    for index in sequence {
        let declared = &declared[index];
        let mut builder = Builder::new(session, &catalog, &views, declared);
        let built = builder.build();
        proof.add(builder.proof);
        diagnostics.extend(builder.into_diagnostics());
        match built {
            Some((dataset, table, streaming)) => {
                if dataset.flows.len() < declared.flows.len() {
                    incomplete.push((dataset.name.clone(), dataset.location.clone()));
                }
                match dataset.kind {
                    DatasetKind::TemporaryView if streaming => drop(views.of_streams.insert(dataset.name.clone())),
                    DatasetKind::TemporaryView => {
                        views.of_batches.insert(dataset.name.clone(), dataset.location.clone());
                    }
                    DatasetKind::StreamingTable | DatasetKind::MaterializedView | DatasetKind::View => {}
                }
                catalog.add_table(table);
                datasets.push(dataset);
            }
            None => {
                catalog.add_unread(declared.name.clone());
                unread.push(declared.name.clone());
                incomplete.push((declared.name.clone(), declared.location.clone()));
            }
        }
    }
    for dataset in &datasets {
        if let Some(declared) = declared.iter().find(|declared| declared.name == dataset.name) {
            let mut builder = Builder::new(session, &catalog, &views, declared);
            builder.foreign_keys(&dataset.row);
            diagnostics.extend(builder.into_diagnostics());
        }
    }
    PipelineAnalysis { datasets, unread, incomplete, proof, diagnostics }
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
