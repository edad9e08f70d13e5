//! An update from beginning to end.

use std::collections::BTreeSet;

use crate::analyze::bound::Relation;
use crate::analyze::pipeline::Dataset;
use crate::ident::TableName;
use crate::local::engine::authorize::Authorizer;
use crate::local::engine::cancel::CancelToken;
use crate::local::engine::catalog::snapshot;
use crate::local::engine::error::EngineError;
use crate::local::store::{Store, TableRecord, VolumePath, VolumeRecord, Writer};
use crate::syntax::ast::DatasetKind;

use super::compile::{Selection, compile};
use super::dataset::Update;
use super::events;
use super::model::{Progress, UpdateOptions, UpdateReport, UpdateSpec};
use super::schedule::{self, Work};
use super::source::{Datasets, Inputs};

/// Runs an update. A dataset that fails is reported, those that read it are skipped, and all others still run;
/// errors of the analysis, of the disk and of the database end the update.
pub fn run_update(
    store: &Store,
    spec: &UpdateSpec,
    options: &UpdateOptions,
    cancel: &CancelToken,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<UpdateReport, EngineError> {
    let catalog = store.read(snapshot)?;
    let compiled = compile(spec, &catalog)?;
    let datasets: Datasets<'_> = compiled.datasets().iter().map(|dataset| (dataset.name.clone(), dataset)).collect();
    authorize(store, spec, &datasets)?;
    let mut report = UpdateReport { diagnostics: compiled.analysis.diagnostics.clone(), ..UpdateReport::default() };
    if options.validate_only {
        return Ok(report);
    }
    let selection = Selection::of(spec, options, compiled.datasets())?;
    let chosen: Vec<&Dataset> = compiled
        .datasets()
        .iter()
        .filter(|dataset| dataset.kind != DatasetKind::TemporaryView && selection.includes(dataset))
        .collect();
    let names: Vec<TableName> = chosen.iter().map(|dataset| dataset.name.clone()).collect();
    progress(Progress::Planned(&names));
    store.write_alone(|writer| define(writer, spec, &chosen))?;
    let update = Update {
        spec,
        inputs: Inputs { store, datasets: &datasets, catalog: &catalog, session: &spec.session },
        cancel,
        pause: &std::thread::sleep,
    };
    let work = chosen
        .into_iter()
        .map(|dataset| {
            let full = selection.full(dataset)?;
            Ok(Work {
                dataset,
                declared: compiled.declared(dataset),
                full,
                waits_for: materialized(dataset, &datasets),
            })
        })
        .collect::<Result<Vec<_>, EngineError>>()?;
    let ended = schedule::run(&update, &work, progress)?;
    report.datasets = ended.reports;
    report.failure = ended.failure;
    Ok(report)
}

/// The tables that it reads, those behind views included.
fn materialized(dataset: &Dataset, datasets: &Datasets<'_>) -> BTreeSet<TableName> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Dataset> = vec![dataset];
    while let Some(dataset) = open.pop() {
        for name in &dataset.dependencies {
            match datasets.get(name) {
                Some(view) if matches!(view.kind, DatasetKind::TemporaryView | DatasetKind::View) => {
                    // A published view must exist before what reads it, but rows come from below it.
                    if view.kind == DatasetKind::View {
                        found.insert(name.clone());
                    }
                    open.push(view);
                }
                Some(_) => {
                    found.insert(name.clone());
                }
                None => {}
            }
        }
    }
    found
}

fn define(writer: &Writer<'_>, spec: &UpdateSpec, datasets: &[&Dataset]) -> Result<(), EngineError> {
    for dataset in datasets {
        for flow in &dataset.flows {
            events::defined(writer, spec, dataset, flow)?;
        }
    }
    Ok(())
}

/// May the principal read what the pipeline reads from outside of it? Its own datasets are its own.
fn authorize(store: &Store, spec: &UpdateSpec, datasets: &Datasets<'_>) -> Result<(), EngineError> {
    if spec.session.principal.admin {
        return Ok(());
    }
    let (mut tables, mut paths) = (BTreeSet::new(), BTreeSet::new());
    for flow in datasets.values().flat_map(|dataset| &dataset.flows) {
        let mut note = |relation: &Relation| match relation {
            Relation::Scan(scan) if !datasets.contains_key(&scan.table) => {
                tables.insert(scan.table.clone());
            }
            Relation::Files(scan) => {
                paths.insert(scan.path.clone());
            }
            _ => {}
        };
        flow.query.relation.relations(&mut note);
        flow.query.ctes.iter().for_each(|cte| cte.query.relations(&mut note));
    }
    store.read(|reader| {
        let authorizer = Authorizer::new(reader, &spec.session.principal);
        tables.iter().try_for_each(|table| authorizer.object::<TableRecord>(table, "SELECT"))?;
        for path in &paths {
            let volume = VolumePath::parse(path)?.volume;
            authorizer.object::<VolumeRecord>(&volume, "READ_VOLUME")?;
        }
        Ok(())
    })
}
