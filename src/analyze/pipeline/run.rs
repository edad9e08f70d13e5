//! The analysis of a pipeline from beginning to end.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::analyze::session::Session;
use crate::catalog::LayeredCatalog;
use crate::diag::SourceFile;
use crate::ident::TableName;
use crate::syntax::Parsed;

use super::collect::{Declarations, collect};
use super::dataset::Builder;
use super::model::PipelineAnalysis;
use super::order::{Order, order};

/// Analyzes the files of one pipeline. The session's catalog knows everything outside of it; what it may know of the
/// pipeline's own datasets is hidden by their definitions here.
pub fn analyze(files: &[(Arc<SourceFile>, Parsed)], session: &Session<'_>) -> PipelineAnalysis {
    let declarations = collect(files, session);
    let mut diagnostics = declarations.diagnostics.clone();
    let Order { sequence, cyclic } = order(&declarations, session, &mut diagnostics);
    let Declarations { datasets: declared, unread, diagnostics: _ } = declarations;
    let mut catalog = LayeredCatalog::over(session.catalog);
    for name in unread {
        catalog.add_unread(name);
    }
    for index in cyclic {
        catalog.add_unread(declared[index].name.clone());
    }
    let mut streaming_views: BTreeSet<TableName> = BTreeSet::new();
    let mut datasets = Vec::new();
    for index in sequence {
        let declared = &declared[index];
        let mut builder = Builder::new(session, &catalog, &streaming_views, declared);
        let built = builder.build();
        diagnostics.extend(builder.into_diagnostics());
        match built {
            Some((dataset, table, streaming)) => {
                if streaming {
                    streaming_views.insert(dataset.name.clone());
                }
                catalog.add_table(table);
                datasets.push(dataset);
            }
            None => catalog.add_unread(declared.name.clone()),
        }
    }
    PipelineAnalysis { datasets, diagnostics }
}
