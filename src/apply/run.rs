//! Carrying out a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Semaphore;

use crate::plan::{Action, Plan, Step};
use crate::remote::{Possessions, RemoteError};
use crate::resource::{Content, Kind, ResourceKey};
use crate::state::{Entry, State};

use super::step::{Done, Failure, Shared, deleted_files, files};
use super::{ApplyError, Cancel, Effects, Observer, Session, Storage};

/// How fast a run goes.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Steps at their calls at once; the client limits calls further.
    pub parallel: usize,
    /// The state is saved this often while steps go on; the journal covers what lies between.
    pub save_every: Duration,
}

/// For each step that is at its calls, so many wait for their turn while their intents are written to the journal: one
/// write has to end before the next begins.
const AHEAD: usize = 2;

impl Default for Pace {
    fn default() -> Self {
        Self { parallel: 32, save_every: Duration::from_secs(5) }
    }
}

/// The bytes behind the plan's fingerprints.
pub type Contents = BTreeMap<ResourceKey, Content>;

/// What became of the steps.
#[derive(Debug, Default)]
pub struct Report {
    pub done: Vec<ResourceKey>,
    pub failed: Vec<(ResourceKey, RemoteError)>,
    /// Not done, and the step that failed before them.
    pub skipped: Vec<(ResourceKey, ResourceKey)>,
    /// Not begun, because the run was asked to stop or had to.
    pub left: Vec<ResourceKey>,
    /// Why the run had to stop: its lease, its state or its journal could not be kept.
    pub stopped: Option<ApplyError>,
}

impl Report {
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.skipped.is_empty() && self.left.is_empty() && self.stopped.is_none()
    }
}

/// Does what the plan says, as far as possible: a failed step keeps back only those that need it. An error means that
/// nothing was begun; what stops the run later is told by the report, beside all that was done until then.
pub async fn run<S: Storage, E: Effects>(
    session: &mut Session<S>,
    plan: &Plan,
    contents: &Contents,
    effects: &E,
    observer: &dyn Observer,
    cancel: &Cancel,
    pace: Pace,
) -> Result<Report, ApplyError> {
    plan.check_against(session.stored_state())?;
    for step in plan.changes().filter(|step| step.action != Action::Delete && step.action != Action::Forget) {
        let given = contents.get(&step.key).map(|content| &content.fingerprint);
        if given != step.fingerprint.as_ref() {
            return Err(ApplyError::ContentChanged { key: step.key.to_string() });
        }
    }
    if plan.is_empty() {
        finish_unchanged(session, plan).await?;
        return Ok(Report::default());
    }
    session.begin().await?;
    let state = session.state();
    let possessions = possessions(state, plan);
    let header = Entry::Run {
        run: session.run().to_string(),
        lineage: state.lineage.clone(),
        serial: state.serial,
        at: session.system.clock.now(),
        files: files(plan.changes()),
        deleted_files: deleted_files(plan),
    };
    // With the first step's intent, or before the first file.
    let header = session.note(&header)?;
    let mut report = Report::default();
    let (state, open) = (Mutex::new(session.state().clone()), Mutex::default());
    let (places, stopped) = (Semaphore::new(pace.parallel.max(1)), AtomicBool::new(false));
    let possessions = &possessions;
    let shared =
        Shared { session, header, effects, observer, contents, possessions, state, open, places, cancel, stopped };
    report.stopped = carry_out(&shared, plan, &mut report, cancel, pace).await;
    let state = shared.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    let open = shared.open.into_inner().unwrap_or_else(PoisonError::into_inner);
    *session.state_mut() = state;
    if report.stopped.is_some() {
        // As much as is known, in the journal at least. Where this fails too, for the same reason, what was in flight
        // is looked up by the next run; and whoever may have taken over the target reads no journal of ours any more.
        if session.check_lease().is_ok() {
            let _in_the_journal_too = session.flush().await;
        }
        let _in_the_state_too = session.save().await;
        return Ok(report);
    }
    note_unchanged(session, plan);
    note_written(session, plan, &report.done, contents, effects).await;
    // The rest of the deployment is still to come.
    if report.is_complete() && plan.selected.is_none() {
        session.state_mut().finish();
    }
    // A call whose outcome is unknown is looked up by the next run, which reads the journal for it.
    report.stopped = session.finish(open.into_values().collect()).await.err();
    Ok(report)
}

/// To be called where the plan is empty: a deployment that an earlier run left unfinished has come to its end.
pub async fn finish_unchanged<S: Storage>(session: &mut Session<S>, plan: &Plan) -> Result<(), ApplyError> {
    if plan.selected.is_some() {
        return Ok(());
    }
    let is_rewritten = |step: &Step| {
        let record = session.state().resources.get(&step.key);
        step.key.kind.is_file() && record.is_some_and(|record| record.fingerprint != step.fingerprint)
    };
    let changed = plan.steps.iter().any(is_rewritten);
    if changed {
        note_unchanged(session, plan);
    }
    if session.state_mut().finish() || changed { session.save().await } else { Ok(()) }
}

/// What was there before lakesmith and was only taken over is not among them, nor what is let go of because others have
/// it, too.
fn possessions(state: &State, plan: &Plan) -> Possessions {
    let forgotten = plan.changes().filter(|step| step.action == Action::Forget).map(|step| &step.key);
    let forgotten: BTreeSet<&ResourceKey> = forgotten.collect();
    let made = state.resources.iter().filter(|(key, record)| record.owned && !forgotten.contains(key));
    Possessions::new(made.map(|(key, record)| (key.kind, record.id.as_str())))
}

/// Runs steps until none is left or the run must stop, and saves the state beside them. What has begun is finished. The
/// result is why it had to stop.
async fn carry_out<S: Storage, E: Effects>(
    shared: &Shared<'_, S, E>,
    plan: &Plan,
    report: &mut Report,
    cancel: &Cancel,
    pace: Pace,
) -> Option<ApplyError> {
    let mut schedule = Schedule::new(plan);
    let mut running = FuturesUnordered::new();
    // One at a time: every save takes the serial after the one before.
    let mut saving = FuturesUnordered::new();
    let mut clock = tokio::time::interval_at(tokio::time::Instant::now() + pace.save_every, pace.save_every);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut unsaved = false;
    let mut fatal = None;
    loop {
        fatal = fatal.or(shared.session.check_lease().err());
        shared.stopped.store(fatal.is_some(), Ordering::SeqCst);
        let may_begin = fatal.is_none() && !cancel.is_cancelled();
        while may_begin && running.len() < pace.parallel.max(1) * (1 + AHEAD) {
            let Some(step) = schedule.next() else { break };
            shared.observer.started(step);
            running.push(async move {
                let started = Instant::now();
                (step, shared.execute(step).await, started.elapsed())
            });
        }
        if running.is_empty() && saving.is_empty() {
            report.left.extend(schedule.take_rest());
            return fatal;
        }
        tokio::select! {
            biased;
            Some((step, result, took)) = running.next(), if !running.is_empty() => match result {
                Ok(done) => {
                    note_done(shared, step, done);
                    unsaved = true;
                    shared.observer.succeeded(step, took);
                    schedule.succeeded(&step.key);
                    report.done.push(step.key.clone());
                }
                Err(Failure::Step(error)) => {
                    shared.observer.failed(step, &error);
                    for (skipped, because) in schedule.failed(&step.key) {
                        shared.observer.skipped(skipped, &because);
                        report.skipped.push((skipped.key.clone(), because));
                    }
                    report.failed.push((step.key.clone(), error));
                }
                Err(Failure::Run(error)) => {
                    fatal = fatal.or(Some(error));
                    report.left.push(step.key.clone());
                }
                Err(Failure::NotBegun) => report.left.push(step.key.clone()),
            },
            Some(saved) = saving.next(), if !saving.is_empty() => match saved {
                Ok(serial) => shared.with_state(|state| state.serial = serial),
                Err(error) => fatal = fatal.or(Some(error)),
            },
            _ = clock.tick(), if unsaved && saving.is_empty() && fatal.is_none() => {
                unsaved = false;
                let state = shared.with_state(|state| state.clone());
                saving.push(async move { shared.session.store(&state).await });
            }
        }
    }
}

fn note_done<S: Storage, E: Effects>(shared: &Shared<'_, S, E>, step: &Step, done: Done) {
    shared.with_state(|state| {
        if let Some(old) = &step.moved_from {
            state.resources.remove(old);
        }
        match done {
            Done::Stored(record) => drop(state.resources.insert(step.key.clone(), *record)),
            Done::Removed => drop(state.resources.remove(&step.key)),
        }
    });
}

/// Resources that did not change may still have other dependencies than when they were deployed.
fn note_unchanged<S: Storage>(session: &mut Session<S>, plan: &Plan) {
    for step in plan.steps.iter().filter(|step| step.action == Action::None) {
        if let Some(record) = session.state_mut().resources.get_mut(&step.key) {
            record.depends_on.clone_from(&step.depends_on);
            record.delivered = step.delivered;
            // What was edited in the workspace is not what was deployed.
            if step.etag.is_some() && step.kept.is_empty() {
                record.etag.clone_from(&step.etag);
                // What is there is what is wanted, whoever wrote it: the two are read as one from now on.
                if step.key.kind.is_file() {
                    record.fingerprint.clone_from(&step.fingerprint);
                }
            }
        }
    }
}

/// When the files were written, so that the next plan need not read them. Whatever is not told now is read then.
async fn note_written<S: Storage, E: Effects>(
    session: &mut Session<S>,
    plan: &Plan,
    done: &[ResourceKey],
    contents: &Contents,
    effects: &E,
) {
    let done: BTreeSet<&ResourceKey> = done.iter().collect();
    let written = plan.changes().filter(|step| {
        let writes = matches!(step.action, Action::Create | Action::Update | Action::Recreate);
        step.key.kind == Kind::WorkspaceFile && writes && done.contains(&step.key)
    });
    let files: BTreeMap<String, (&ResourceKey, u64)> = written
        .filter_map(|step| {
            let path = step.spec.as_ref()?.get("path")?.as_str()?;
            Some((path.to_string(), (&step.key, contents.get(&step.key)?.bytes()?.len() as u64)))
        })
        .collect();
    if files.is_empty() {
        return;
    }
    let sizes = files.iter().map(|(path, (_, size))| (path.clone(), *size)).collect();
    for (path, etag) in effects.stamps(&sizes).await.unwrap_or_default() {
        let key = files.get(&path).map(|(key, _)| *key);
        if let Some(record) = key.and_then(|key| session.state_mut().resources.get_mut(key)) {
            record.etag = Some(etag);
        }
    }
}

/// Which steps may begin.
struct Schedule<'p> {
    waiting: BTreeMap<&'p ResourceKey, (&'p Step, BTreeSet<&'p ResourceKey>)>,
    /// By place in the plan.
    ready: BTreeMap<usize, &'p Step>,
    places: BTreeMap<&'p ResourceKey, usize>,
}

impl<'p> Schedule<'p> {
    fn new(plan: &'p Plan) -> Self {
        let active: BTreeSet<&ResourceKey> = plan.changes().map(|step| &step.key).collect();
        let mut schedule = Self { waiting: BTreeMap::new(), ready: BTreeMap::new(), places: BTreeMap::new() };
        // What is not changed waits for nothing, but those that need it need what it needs.
        let mut behind: BTreeMap<&ResourceKey, BTreeSet<&ResourceKey>> = BTreeMap::new();
        for (place, step) in plan.steps.iter().enumerate() {
            let mut on: BTreeSet<&ResourceKey> = step.after.iter().filter(|key| active.contains(key)).collect();
            on.extend(step.after.iter().filter_map(|key| behind.get(key)).flatten());
            if !active.contains(&step.key) {
                behind.insert(&step.key, on);
                continue;
            }
            schedule.places.insert(&step.key, place);
            if on.is_empty() {
                schedule.ready.insert(place, step);
            } else {
                schedule.waiting.insert(&step.key, (step, on));
            }
        }
        schedule
    }

    fn next(&mut self) -> Option<&'p Step> {
        self.ready.pop_first().map(|(_, step)| step)
    }

    fn succeeded(&mut self, key: &ResourceKey) {
        let mut free = Vec::new();
        for (waiting, (_, on)) in &mut self.waiting {
            if on.remove(key) && on.is_empty() {
                free.push(*waiting);
            }
        }
        for key in free {
            if let (Some((step, _)), Some(place)) = (self.waiting.remove(key), self.places.get(key)) {
                self.ready.insert(*place, step);
            }
        }
    }

    /// Everything that needs the failed step, directly or not, with what it waited for.
    fn failed(&mut self, key: &ResourceKey) -> Vec<(&'p Step, ResourceKey)> {
        let mut skipped = Vec::new();
        let mut open = vec![key.clone()];
        while let Some(cause) = open.pop() {
            let hit: Vec<&ResourceKey> =
                self.waiting.iter().filter(|(_, (_, on))| on.contains(&cause)).map(|(key, _)| *key).collect();
            for key in hit {
                if let Some((step, _)) = self.waiting.remove(key) {
                    skipped.push((step, cause.clone()));
                    open.push(key.clone());
                }
            }
        }
        skipped
    }

    fn take_rest(&mut self) -> Vec<ResourceKey> {
        let ready = std::mem::take(&mut self.ready).into_values().map(|step| step.key.clone());
        let waiting = std::mem::take(&mut self.waiting).into_keys().cloned();
        ready.chain(waiting).collect()
    }
}
