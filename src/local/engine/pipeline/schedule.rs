//! Datasets that do not read each other run side by side, as many as the machine has cores.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::analyze::pipeline::{Dataset, Flow};
use crate::ident::TableName;
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::store::StoreError;

use super::dataset::Update;
use super::declared::Declared;
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

/// DuckDB plans a statement by recursion, on the stack of the thread that asks.
const STACK: usize = 16 * 1024 * 1024;

/// `work` is in an order in which each comes after those that it waits for.
pub(super) fn run(
    update: &Update<'_>,
    work: &[Work<'_>],
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Ended, EngineError> {
    let one = |work: &Work<'_>, broken: bool, tell: &dyn Fn(Message)| one(update, work, broken, tell);
    run_each(work, &one, progress)
}

/// Brings one dataset up to date; the flag: something that it reads is broken. An error ends the update.
type One<'o> =
    dyn Fn(&Work<'_>, bool, &dyn Fn(Message)) -> Result<(DatasetReport, Option<Failure>), EngineError> + Sync + 'o;

fn run_each(work: &[Work<'_>], one: &One<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Ended, EngineError> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let desk = Desk { state: Mutex::new(State::new(work)), changed: Condvar::new() };
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..cores.min(work.len()) {
            let (sender, desk) = (sender.clone(), &desk);
            let serve = move || desk.serve(work, one, &sender);
            let spawned = std::thread::Builder::new().name("dataset".to_string()).stack_size(STACK);
            if let Err(error) = spawned.spawn_scoped(scope, serve) {
                let text = format!("A thread for the update could not be started: {error}.");
                desk.fail(SqlError::new(ErrorClass::INTERNAL_ERROR, text).into());
            }
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
    /// Indices of what has not begun, the most urgent first.
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
            waiting: by_urgency(work),
            open: work.iter().map(|work| work.dataset.name.clone()).collect(),
            broken: BTreeSet::new(),
            reports: work.iter().map(|_| None).collect(),
            failures: work.iter().map(|_| None).collect(),
            fatal: None,
        }
    }
}

/// The longest chain of readers first: whatever ends it ends the update. Ties in the given order.
fn by_urgency(work: &[Work<'_>]) -> Vec<usize> {
    let place: BTreeMap<&TableName, usize> =
        work.iter().enumerate().map(|(index, work)| (&work.dataset.name, index)).collect();
    let mut chain = vec![0_usize; work.len()];
    // Readers come after what they read, so that their own chains are known.
    for (index, work) in work.iter().enumerate().rev() {
        for &read in work.waits_for.iter().filter_map(|name| place.get(name)) {
            chain[read] = chain[read].max(chain[index] + 1);
        }
    }
    let mut order: Vec<usize> = (0..work.len()).collect();
    order.sort_by_key(|&index| Reverse(chain[index]));
    order
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the update.
    fn fail(&self, error: EngineError) {
        self.lock().fatal.get_or_insert(error);
        self.changed.notify_all();
    }

    fn serve(&self, work: &[Work<'_>], one: &One<'_>, messages: &Sender<Message>) {
        // Nobody listens any more only when the whole process ends.
        let tell = |message| drop(messages.send(message));
        while let Some((index, broken)) = self.take(work) {
            let name = &work[index].dataset.name;
            // Others wait for this dataset: a panic must not leave them waiting. Its transaction was rolled back.
            let result = catch_unwind(AssertUnwindSafe(|| one(&work[index], broken, &tell)));
            let result = result.unwrap_or_else(|_| {
                let text = format!("The engine failed while it worked on the dataset {name}.");
                Err(SqlError::new(ErrorClass::INTERNAL_ERROR, text).into())
            });
            let mut state = self.lock();
            state.open.remove(name);
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
    tell: &dyn Fn(Message),
) -> Result<(DatasetReport, Option<Failure>), EngineError> {
    let dataset = work.dataset;
    let (store, spec) = (update.inputs.store, update.spec);
    let note = |flow: &Flow, state: &str, reason: &str| {
        update.persist(|| store.write(|writer| Ok(events::state(writer, spec, dataset, flow, state, reason)?)))
    };
    if broken {
        dataset.flows.iter().try_for_each(|flow| note(flow, "SKIPPED", ": something that it reads has failed"))?;
        let report = without_rows(dataset, Outcome::Skipped);
        tell(Message::Finished(report.clone()));
        return Ok((report, None));
    }
    tell(Message::Started(dataset.name.clone()));
    // A transaction of its own: whoever watches sees that the flows run while they run.
    dataset.flows.iter().try_for_each(|flow| note(flow, "RUNNING", ""))?;
    let (report, failure) = match update.dataset(dataset, &work.declared, work.full) {
        Ok(report) => (report, None),
        Err((flow, error)) => {
            match (flow.and_then(|index| dataset.flows.get(index)), &error) {
                (Some(flow), EngineError::Cancelled) => note(flow, "STOPPED", ": the update was canceled")?,
                (Some(flow), error) => {
                    let log = || store.write(|writer| Ok(events::failed(writer, spec, dataset, flow, error)?));
                    update.persist(log)?;
                }
                (None, _) => {}
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::catalog::MemoryCatalog;
    use crate::diag::SourceFile;
    use crate::ident::Identifier;
    use crate::local::engine::pipeline::UpdateSpec;
    use crate::local::engine::pipeline::compile::compile;
    use crate::local::engine::{CancelToken, Principal, Session};

    /// The datasets as work, each with what it reads.
    fn with_work<T>(datasets: &[(&str, &str)], run: impl FnOnce(&[Work<'_>]) -> T) -> T {
        let define = |(name, reads): &(&str, &str)| format!("CREATE MATERIALIZED VIEW {name} AS SELECT {reads};");
        let sql: String = datasets.iter().map(define).collect();
        let spec = UpdateSpec {
            pipeline_id: String::new(),
            pipeline_name: String::new(),
            update_id: String::new(),
            files: vec![SourceFile::new("pipeline.sql", sql.as_str())],
            session: Session {
                principal: Principal { name: "admin@test".to_string(), groups: Vec::new(), admin: true },
                catalog: Identifier::object("main").unwrap(),
                schema: Identifier::object("demo").unwrap(),
                parameters: std::collections::BTreeMap::new(),
                now: 0,
            },
        };
        let mut catalog = MemoryCatalog::default();
        catalog.add_schema(spec.session.catalog.clone(), spec.session.schema.clone());
        let compiled = compile(&spec, &catalog).unwrap();
        let work = |dataset| Work {
            dataset,
            declared: Declared::default(),
            full: false,
            waits_for: dataset.dependencies.iter().cloned().collect(),
        };
        let work: Vec<_> = compiled.datasets().iter().map(work).collect();
        run(&work)
    }

    /// Runs `one` over `a`, its readers `b`, `c` and `d`, and the independent `e`.
    fn run_with(one: &One<'_>) -> Result<Ended, EngineError> {
        let datasets = [("a", "1 AS x"), ("b", "* FROM a"), ("c", "* FROM a"), ("d", "* FROM a"), ("e", "1 AS x")];
        with_work(&datasets, |work| run_each(work, one, &mut |_| {}))
    }

    #[test]
    fn the_longest_chain_of_readers_begins_first() {
        let datasets = [
            ("a", "1 AS x"),
            ("b", "1 AS x"),
            ("c", "1 AS x"),
            ("c2", "* FROM c"),
            ("b2", "* FROM b"),
            ("b3", "* FROM b2"),
        ];
        let order = with_work(&datasets, |work| {
            by_urgency(work).into_iter().map(|index| work[index].dataset.name.name.to_string()).collect::<Vec<_>>()
        });
        assert_eq!(order, ["b", "c", "b2", "a", "c2", "b3"]);
    }

    fn done(work: &Work<'_>) -> Result<(DatasetReport, Option<Failure>), EngineError> {
        Ok((without_rows(work.dataset, Outcome::Completed), None))
    }

    #[test]
    fn a_panic_ends_the_update_and_leaves_nobody_waiting() {
        let ended = run_with(&|work, _, _| match work.dataset.name.name.as_str() {
            "a" => panic!("a defect of the engine"),
            _ => done(work),
        });
        let Err(EngineError::Sql(error)) = ended else { panic!("the update went on") };
        assert_eq!(error.class, "INTERNAL_ERROR");
        assert!(error.message.contains("main.demo.a"), "{}", error.message);
    }

    #[test]
    fn a_cancel_ends_the_update_while_others_wait() {
        let cancel = CancelToken::default();
        let began = Instant::now();
        let asked = cancel.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            asked.cancel();
        });
        let ended = run_with(&|work, _, _| match work.dataset.name.name.as_str() {
            "a" => loop {
                cancel.check()?;
                std::thread::yield_now();
            },
            _ => done(work),
        });
        assert!(matches!(ended, Err(EngineError::Cancelled)));
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}
