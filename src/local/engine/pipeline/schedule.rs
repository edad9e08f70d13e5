//! Datasets that do not read each other run side by side, as many as the machine has cores.

use std::collections::BTreeSet;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::analyze::pipeline::Dataset;
use crate::ident::TableName;
use crate::local::engine::error::EngineError;
use crate::local::store::{StoreError, Writer};

use super::compile::Declared;
use super::dataset::Update;
use super::events;
use super::model::{DatasetReport, Failure, Outcome, Progress};

/// A dataset to update.
pub(super) struct Work<'w> {
    pub(super) dataset: &'w Dataset,
    pub(super) declared: Declared,
    pub(super) full: bool,
    /// It starts after these, where they are updated too.
    pub(super) waits_for: BTreeSet<TableName>,
}

pub(super) struct Ended {
    /// In the order of the work.
    pub(super) reports: Vec<DatasetReport>,
    pub(super) failure: Option<Failure>,
}

enum Message {
    Started(TableName),
    Finished(DatasetReport),
}

/// `work` is in an order in which each comes after those that it waits for.
pub(super) fn run(
    update: &Update<'_>,
    work: &[Work<'_>],
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Ended, EngineError> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let desk = Desk { state: Mutex::new(State::new(work)), changed: Condvar::new() };
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..cores.min(work.len()) {
            let (sender, desk) = (sender.clone(), &desk);
            scope.spawn(move || desk.serve(update, work, &sender));
        }
        drop(sender);
        for message in receiver {
            match message {
                Message::Started(name) => progress(Progress::Started(&name)),
                Message::Finished(report) => progress(Progress::Finished(&report)),
            }
        }
    });
    let state = desk.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    match state.fatal {
        Some(error) => Err(error),
        None => Ok(Ended {
            reports: state.reports.into_iter().flatten().collect(),
            failure: state.failures.into_iter().flatten().next(),
        }),
    }
}

/// Where the workers take their work.
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Indices of what has not begun, in order.
    waiting: Vec<usize>,
    /// Not finished yet.
    open: BTreeSet<TableName>,
    broken: BTreeSet<TableName>,
    reports: Vec<Option<DatasetReport>>,
    failures: Vec<Option<Failure>>,
    /// Ends the update: nothing more begins.
    fatal: Option<EngineError>,
}

impl State {
    fn new(work: &[Work<'_>]) -> Self {
        Self {
            waiting: (0..work.len()).collect(),
            open: work.iter().map(|work| work.dataset.name.clone()).collect(),
            broken: BTreeSet::new(),
            reports: work.iter().map(|_| None).collect(),
            failures: work.iter().map(|_| None).collect(),
            fatal: None,
        }
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, update: &Update<'_>, work: &[Work<'_>], messages: &Sender<Message>) {
        while let Some((index, broken)) = self.take(work) {
            let result = one(update, &work[index], broken, messages);
            let mut state = self.lock();
            state.open.remove(&work[index].dataset.name);
            match result {
                Ok((report, failure)) => {
                    if matches!(report.outcome, Outcome::Failed | Outcome::Skipped) {
                        state.broken.insert(report.name.clone());
                    }
                    state.reports[index] = Some(report);
                    state.failures[index] = failure;
                }
                Err(error) => {
                    state.fatal.get_or_insert(error);
                }
            }
            drop(state);
            self.changed.notify_all();
        }
    }

    /// The next dataset that may begin, and whether something that it reads is broken. `None`: there is no more.
    fn take(&self, work: &[Work<'_>]) -> Option<(usize, bool)> {
        let mut state = self.lock();
        loop {
            if state.fatal.is_some() || state.waiting.is_empty() {
                return None;
            }
            let ready = |index: &usize| work[*index].waits_for.is_disjoint(&state.open);
            if let Some(place) = state.waiting.iter().position(ready) {
                let index = state.waiting.remove(place);
                let broken = !work[index].waits_for.is_disjoint(&state.broken);
                return Some((index, broken));
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// An error here ends the update.
fn one(
    update: &Update<'_>,
    work: &Work<'_>,
    broken: bool,
    messages: &Sender<Message>,
) -> Result<(DatasetReport, Option<Failure>), EngineError> {
    let dataset = work.dataset;
    let (store, spec) = (update.inputs.store, update.spec);
    // Nobody listens any more only when the whole process ends.
    let tell = |message| drop(messages.send(message));
    if broken {
        store.write(|writer| skip(update, writer, dataset))?;
        let report = without_rows(dataset, Outcome::Skipped);
        tell(Message::Finished(report.clone()));
        return Ok((report, None));
    }
    tell(Message::Started(dataset.name.clone()));
    let (report, failure) = match update.dataset(dataset, &work.declared, work.full) {
        Ok(report) => (report, None),
        Err((flow, error)) => {
            if let Some(flow) = flow.and_then(|index| dataset.flows.get(index)) {
                store.write(|writer| events::failed(writer, spec, dataset, flow, &error))?;
            }
            if ends_update(&error) {
                return Err(error);
            }
            let (name, location) = (dataset.name.clone(), dataset.location.clone());
            (without_rows(dataset, Outcome::Failed), Some(Failure { dataset: name, location, error }))
        }
    };
    tell(Message::Finished(report.clone()));
    Ok((report, failure))
}

fn without_rows(dataset: &Dataset, outcome: Outcome) -> DatasetReport {
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

fn skip(update: &Update<'_>, writer: &Writer<'_>, dataset: &Dataset) -> Result<(), EngineError> {
    for flow in &dataset.flows {
        events::state(writer, update.spec, dataset, flow, "SKIPPED", ": something that it reads has failed")?;
    }
    Ok(())
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
