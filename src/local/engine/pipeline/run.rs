//! An update from beginning to end.

use std::collections::BTreeSet;

use crate::analyze::bound::Relation;
use crate::analyze::pipeline::Dataset;
use crate::ident::TableName;
use crate::local::engine::authorize::Authorizer;
use crate::local::engine::cancel::CancelToken;
use crate::local::engine::catalog::snapshot;
use crate::local::engine::error::EngineError;
use crate::local::store::{Store, StoreError, TableRecord, VolumePath, VolumeRecord, Writer};
use crate::syntax::ast::DatasetKind;

use super::compile::{Selection, compile};
use super::dataset::Update;
use super::events;
use super::model::{DatasetReport, Failure, Outcome, Progress, UpdateOptions, UpdateReport, UpdateSpec};
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
    store.write(|writer| define(writer, spec, &chosen))?;
    let update = Update { spec, inputs: Inputs { store, datasets: &datasets, catalog: &catalog }, cancel };
    let mut broken: BTreeSet<TableName> = BTreeSet::new();
    for dataset in chosen {
        if reads(dataset, &broken, &datasets) {
            broken.insert(dataset.name.clone());
            let skipped = ended(dataset, Outcome::Skipped);
            store.write(|writer| skip(writer, spec, dataset))?;
            progress(Progress::Finished(&skipped));
            report.datasets.push(skipped);
            continue;
        }
        progress(Progress::Started(&dataset.name));
        let full = selection.full(dataset)?;
        match update.dataset(dataset, &compiled.declared(dataset), full) {
            Ok(Some(done)) => {
                progress(Progress::Finished(&done));
                report.datasets.push(done);
            }
            Ok(None) => {}
            Err((flow, error)) => {
                if let Some(flow) = flow.and_then(|index| dataset.flows.get(index)) {
                    store.write(|writer| events::failed(writer, spec, dataset, flow, &error))?;
                }
                if ends_update(&error) {
                    return Err(error);
                }
                broken.insert(dataset.name.clone());
                let failed = ended(dataset, Outcome::Failed);
                progress(Progress::Finished(&failed));
                report.datasets.push(failed);
                let failure = || Failure { dataset: dataset.name.clone(), location: dataset.location.clone(), error };
                report.failure.get_or_insert_with(failure);
            }
        }
    }
    Ok(report)
}

fn ended(dataset: &Dataset, outcome: Outcome) -> DatasetReport {
    DatasetReport {
        name: dataset.name.clone(),
        kind: dataset.kind,
        outcome,
        rows: 0,
        dropped: 0,
        millis: 0,
        expectations: Vec::new(),
    }
}

/// What no other dataset would survive either.
fn ends_update(error: &EngineError) -> bool {
    match error {
        EngineError::Cancelled => true,
        EngineError::Store(error) => {
            matches!(error, StoreError::DiskFull(_) | StoreError::File(_) | StoreError::Corrupt { .. })
        }
        EngineError::Sql(_) | EngineError::Invalid(_) => false,
    }
}

/// Does it read a broken dataset, directly or through temporary views?
fn reads(dataset: &Dataset, broken: &BTreeSet<TableName>, datasets: &Datasets<'_>) -> bool {
    dataset.dependencies.iter().any(|name| {
        broken.contains(name)
            || datasets.get(name).is_some_and(|other| {
                matches!(other.kind, DatasetKind::TemporaryView | DatasetKind::View) && reads(other, broken, datasets)
            })
    })
}

fn define(writer: &Writer<'_>, spec: &UpdateSpec, datasets: &[&Dataset]) -> Result<(), EngineError> {
    for dataset in datasets {
        for flow in &dataset.flows {
            events::defined(writer, spec, dataset, flow)?;
        }
    }
    Ok(())
}

fn skip(writer: &Writer<'_>, spec: &UpdateSpec, dataset: &Dataset) -> Result<(), EngineError> {
    for flow in &dataset.flows {
        events::state(writer, spec, dataset, flow, "SKIPPED", ": something that it reads has failed")?;
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
