//! Runs against a workspace in memory that can die at any call, before or after its effect.

mod upkeep;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::api::ApiError;
use crate::plan::{Plan, Request, compute};
use crate::remote::{Deletion, Item, RemoteError};
use crate::resource::{Content, Desired, DesiredSet, Kind, Observed, ResourceKey, Spec};
use crate::state::{Holder, State};
use crate::sys::{Clock, Env, FixedClock, Random, System};

#[derive(Clone, Debug, PartialEq)]
struct Thing {
    kind: Kind,
    id: String,
    spec: Spec,
    content: Option<Content>,
}

#[derive(Clone, Copy, PartialEq)]
enum When {
    Before,
    After,
}

#[derive(Default)]
struct World {
    files: Mutex<BTreeMap<String, Bytes>>,
    things: Mutex<Vec<Thing>>,
    next: AtomicUsize,
    calls: AtomicUsize,
    kill: Mutex<Option<(usize, When)>>,
    killed: Notify,
    /// Creates that fail: certainly, or after their effect with a lost answer.
    refuse: Mutex<BTreeSet<String>>,
    lose_answer: Mutex<BTreeSet<String>>,
    /// Look-ups find nothing, as with a service that shows new things late.
    blind: AtomicBool,
    /// Creates that take long.
    slow: Mutex<BTreeMap<String, Duration>>,
    /// Planning finds things by their name, as the workspace's by their mark.
    marks: AtomicBool,
    /// How many files of journals were written.
    segments: AtomicUsize,
    /// A journal is written as slowly as over a network.
    far: AtomicBool,
}

#[derive(Clone)]
struct Fake(Arc<World>);

impl Fake {
    async fn gate(&self) -> usize {
        let call = self.0.calls.fetch_add(1, Ordering::SeqCst);
        self.die_if(call, When::Before).await;
        call
    }

    async fn die_if(&self, call: usize, when: When) {
        let dies = *self.0.kill.lock().unwrap() == Some((call, when));
        if dies {
            self.0.killed.notify_one();
            std::future::pending::<()>().await;
        }
    }

    fn natural(item: &Item<'_>) -> String {
        let field = |name: &str| item.spec.get(name).and_then(Value::as_str).map(str::to_string);
        field("path").or_else(|| field("name")).unwrap_or_default()
    }
}

fn lost() -> RemoteError {
    let source = serde_json::from_str::<Value>("{").unwrap_err();
    RemoteError::Api(ApiError::Decode { call: "POST".to_string(), source })
}

impl Storage for Fake {
    async fn read(&self, path: &str) -> Result<Option<Bytes>, RemoteError> {
        self.gate().await;
        Ok(self.0.files.lock().unwrap().get(path).cloned())
    }

    async fn create(&self, path: &str, content: Bytes) -> Result<bool, RemoteError> {
        let call = self.gate().await;
        let made = {
            let mut files = self.0.files.lock().unwrap();
            let free = !files.contains_key(path);
            if free {
                files.insert(path.to_string(), content);
            }
            free
        };
        self.die_if(call, When::After).await;
        Ok(made)
    }

    async fn write(&self, path: &str, content: Bytes) -> Result<(), RemoteError> {
        let call = self.gate().await;
        if path.starts_with("journal/") {
            self.0.segments.fetch_add(1, Ordering::SeqCst);
            if self.0.far.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        self.0.files.lock().unwrap().insert(path.to_string(), content);
        self.die_if(call, When::After).await;
        Ok(())
    }

    async fn list(&self, folder: &str) -> Result<Vec<String>, RemoteError> {
        self.gate().await;
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let files = self.0.files.lock().unwrap();
        let below = files.keys().filter_map(|path| path.strip_prefix(&prefix));
        let names: BTreeSet<String> = below.filter_map(|rest| rest.split('/').next()).map(str::to_string).collect();
        Ok(names.into_iter().collect())
    }

    async fn remove(&self, path: &str) -> Result<(), RemoteError> {
        let call = self.gate().await;
        let below = format!("{path}/");
        self.0.files.lock().unwrap().retain(|file, _| file != path && !file.starts_with(&below));
        self.die_if(call, When::After).await;
        Ok(())
    }
}

impl Effects for Fake {
    async fn create(&self, item: &Item<'_>) -> Result<Observed, RemoteError> {
        let call = self.gate().await;
        let key = item.key.to_string();
        if self.0.refuse.lock().unwrap().contains(&key) {
            return Err(RemoteError::NoWarehouse);
        }
        let slow = self.0.slow.lock().unwrap().get(&key).copied();
        if let Some(slow) = slow {
            tokio::time::sleep(slow).await;
        }
        let id = match item.key.kind.has_natural_identity() {
            true => Self::natural(item),
            false => self.0.next.fetch_add(1, Ordering::SeqCst).to_string(),
        };
        let thing =
            Thing { kind: item.key.kind, id: id.clone(), spec: item.spec.clone(), content: item.content.cloned() };
        {
            let mut things = self.0.things.lock().unwrap();
            things.retain(|old| !(old.kind == thing.kind && old.id == thing.id));
            things.push(thing);
        }
        self.die_if(call, When::After).await;
        if self.0.lose_answer.lock().unwrap().remove(&key) {
            return Err(lost());
        }
        Ok(Observed { id, ..Observed::default() })
    }

    async fn update(&self, id: &str, item: &Item<'_>) -> Result<Observed, RemoteError> {
        let call = self.gate().await;
        for thing in self.0.things.lock().unwrap().iter_mut() {
            if thing.kind == item.key.kind && thing.id == id {
                thing.spec = item.spec.clone();
                thing.content = item.content.cloned();
            }
        }
        self.die_if(call, When::After).await;
        Ok(Observed { id: id.to_string(), ..Observed::default() })
    }

    async fn delete(&self, deletion: &Deletion<'_>) -> Result<(), RemoteError> {
        let call = self.gate().await;
        self.0.things.lock().unwrap().retain(|thing| !(thing.kind == deletion.key.kind && thing.id == deletion.id));
        self.die_if(call, When::After).await;
        Ok(())
    }

    async fn find(
        &self,
        item: &Item<'_>,
        _: DateTime<Utc>,
        known: &BTreeSet<String>,
    ) -> Result<Option<Observed>, RemoteError> {
        self.gate().await;
        if self.0.blind.load(Ordering::SeqCst) {
            return Ok(None);
        }
        let things = self.0.things.lock().unwrap();
        let name = Self::natural(item);
        let matches = |thing: &&Thing| {
            let same = match item.key.kind.has_natural_identity() {
                true => thing.id == name,
                false => thing.spec.get("name") == item.spec.get("name") && !known.contains(&thing.id),
            };
            thing.kind == item.key.kind && same
        };
        let seen = |thing: &Thing| Observed { id: thing.id.clone(), spec: thing.spec.clone(), ..Observed::default() };
        Ok(things.iter().find(matches).map(seen))
    }

    async fn warehouse(&self) -> Result<String, RemoteError> {
        Ok("w".to_string())
    }
}

fn key(text: &str) -> ResourceKey {
    text.parse().unwrap()
}

fn wanted(name: &str, spec: Value, on: &[&str], content: Option<&str>) -> Desired {
    let mut desired = Desired::new(key(name), spec.as_object().unwrap().clone());
    desired.depends_on = on.iter().map(|name| key(name)).collect();
    desired.content = content.map(|text| Content::plain(text.as_bytes().to_vec()));
    desired
}

fn first() -> Vec<Desired> {
    vec![
        wanted("catalog.c", json!({"name": "c"}), &[], None),
        wanted("workspace_file.f", json!({"path": "/f"}), &[], Some("one")),
        wanted("workspace_file.g", json!({"path": "/g"}), &[], Some("g")),
        wanted("pipeline.p", json!({"name": "P"}), &["catalog.c", "workspace_file.f"], None),
        wanted(
            "job.j",
            json!({"name": "J", "tasks": [{"task_key": "a", "pipeline_task": {"pipeline_id": "${pipeline.p.id}"}}]}),
            &["pipeline.p"],
            None,
        ),
        wanted("job.k", json!({"name": "K"}), &[], None),
        wanted("function.f", json!({"name": "f", "replace": true}), &["catalog.c"], Some("mask")),
        wanted("grants.c", json!({"name": "g", "privileges": {"a": ["USE_CATALOG"]}}), &["catalog.c"], None),
    ]
}

/// Another file, a changed job, one resource less, one more, one made anew.
fn second() -> Vec<Desired> {
    vec![
        wanted("catalog.c", json!({"name": "c", "comment": "new"}), &[], None),
        wanted("workspace_file.f", json!({"path": "/f"}), &[], Some("two")),
        wanted("pipeline.p", json!({"name": "P", "storage": "s3://x"}), &["catalog.c", "workspace_file.f"], None),
        wanted(
            "job.j",
            json!({"name": "J2", "tasks": [{"task_key": "a", "pipeline_task": {"pipeline_id": "${pipeline.p.id}"}}]}),
            &["pipeline.p"],
            None,
        ),
        wanted("job.l", json!({"name": "L"}), &["job.j"], None),
    ]
}

fn observe(world: &World, desired: &DesiredSet, state: Option<&State>) -> BTreeMap<ResourceKey, Observed> {
    let things = world.things.lock().unwrap();
    let recorded = state.into_iter().flat_map(|state| &state.resources);
    let ids: BTreeMap<ResourceKey, String> = recorded.map(|(key, record)| (key.clone(), record.id.clone())).collect();
    let mut observed = BTreeMap::new();
    for key in desired.keys().chain(ids.keys()) {
        let natural = desired.get(key).filter(|_| key.kind.has_natural_identity());
        let name = natural.and_then(|d| d.text("path").or_else(|| d.text("name"))).map(str::to_string);
        let marked = desired.get(key).filter(|_| world.marks.load(Ordering::SeqCst) && !ids.contains_key(key));
        if let Some(wanted) = marked.filter(|_| !key.kind.has_natural_identity()) {
            let same = |thing: &&Thing| {
                thing.kind == key.kind
                    && thing.spec.get("name") == wanted.spec.get("name")
                    && !ids.values().any(|id| *id == thing.id)
            };
            if let Some(thing) = things.iter().find(same) {
                let (id, spec) = (thing.id.clone(), thing.spec.clone());
                observed.insert(key.clone(), Observed { id, spec, made_before: true, ..Observed::default() });
            }
            continue;
        }
        let Some(id) = ids.get(key).cloned().or(name) else { continue };
        if let Some(thing) = things.iter().find(|thing| thing.kind == key.kind && thing.id == id) {
            let fingerprint = thing.content.as_ref().map(|content| content.fingerprint.clone());
            observed.insert(
                key.clone(),
                Observed { id, spec: thing.spec.clone(), etag: None, fingerprint, ..Observed::default() },
            );
        }
    }
    observed
}

struct Machine {
    attempt: i64,
}

impl Machine {
    fn system(&self) -> System {
        // Every attempt is an hour later, so that the lease of a dead one has ended.
        let now = DateTime::UNIX_EPOCH + chrono::Duration::hours(self.attempt);
        System {
            clock: Arc::new(FixedClock(now)),
            random: Arc::new(Random::seeded(self.attempt.unsigned_abs())),
            env: Env::default(),
        }
    }

    fn holder() -> Holder {
        Holder {
            user: "u".into(),
            host: String::new(),
            pid: 1,
            place: None,
            started: None,
            ci_url: None,
            command: "deploy".to_string(),
        }
    }

    async fn open(&self, fake: &Fake) -> Result<Session<Fake>, ApplyError> {
        self.open_at(fake, &self.system()).await
    }

    async fn open_at(&self, fake: &Fake, system: &System) -> Result<Session<Fake>, ApplyError> {
        let holder = Self::holder();
        let identity = Identity { project: "p".to_string(), target: "t".to_string() };
        let never = Cancel::never();
        let patience = Patience { longest: Duration::ZERO, observer: &Silent, cancel: &never };
        Session::open(fake.clone(), system, &identity, &holder, patience, fake).await
    }

    async fn deploy(&self, fake: &Fake, wanted: Vec<Desired>) -> Result<(Plan, Report), ApplyError> {
        let mut session = self.open(fake).await?;
        let set: DesiredSet = wanted.into_iter().collect();
        let observed = observe(&fake.0, &set, session.stored_state());
        let state = session.stored_state();
        let plan = compute(&Request {
            project: "p",
            target: "t",
            desired: &set,
            state,
            observed: &observed,
            bystanders: &BTreeMap::new(),
            others: &Default::default(),
            overwrite: &[],
            deployer: Some("me"),
        });
        let contents = set.iter().filter_map(|d| Some((d.key.clone(), d.content.clone()?))).collect();
        let report = run(&mut session, &plan, &contents, fake, &Silent, &Cancel::never(), Pace::default()).await?;
        session.close().await?;
        Ok((plan, report))
    }

    /// `None` if it was killed.
    async fn attempt(&mut self, fake: &Fake, wanted: Vec<Desired>) -> Option<(Plan, Report)> {
        self.attempt += 1;
        tokio::select! {
            result = self.deploy(fake, wanted) => Some(result.unwrap()),
            () = fake.0.killed.notified() => None,
        }
    }
}

/// Kinds and names of what is there; ids differ from run to run.
fn shown(fake: &Fake) -> Vec<String> {
    let things = fake.0.things.lock().unwrap();
    let mut shown: Vec<String> = things
        .iter()
        .map(|thing| {
            let mut spec = Value::Object(thing.spec.clone());
            if let Some(id) = spec.pointer_mut("/tasks/0/pipeline_task/pipeline_id") {
                let exists = things.iter().any(|t| t.kind == Kind::Pipeline && *id == json!(t.id));
                *id = json!(if exists { "a pipeline that exists" } else { "dangling" });
            }
            let content = thing.content.as_ref().map(|content| content.bytes().cloned());
            format!("{} {spec} {content:?}", thing.kind)
        })
        .collect();
    shown.sort();
    shown
}

async fn settled(fake: &Fake, machine: &mut Machine, wanted: fn() -> Vec<Desired>, context: &str) {
    let (plan, report) = machine.attempt(fake, wanted()).await.unwrap();
    assert!(
        plan.is_empty() && report.done.is_empty(),
        "{context}: second plan {:?}",
        plan.changes().collect::<Vec<_>>()
    );
    let files = fake.0.files.lock().unwrap();
    let left: Vec<&String> = files.keys().filter(|path| path.starts_with("journal/")).collect();
    assert!(left.is_empty(), "{context}: {left:?}");
}

/// The plan for a workspace in which there is nothing.
fn first_plan(desired: &DesiredSet) -> Plan {
    compute(&Request {
        project: "p",
        target: "t",
        desired,
        state: None,
        observed: &BTreeMap::new(),
        bystanders: &BTreeMap::new(),
        others: &Default::default(),
        overwrite: &[],
        deployer: Some("me"),
    })
}

#[tokio::test]
async fn deploying_twice_changes_nothing_the_second_time() {
    let fake = Fake(Arc::default());
    let mut machine = Machine { attempt: 0 };
    let (plan, report) = machine.attempt(&fake, first()).await.unwrap();
    assert_eq!((plan.counts().create, report.done.len(), report.is_complete()), (8, 8, true));
    settled(&fake, &mut machine, first, "after one").await;
}

/// The law: killed at any call, before or after its effect, the next run completes and nothing is there twice.
#[tokio::test]
async fn a_run_killed_anywhere_is_taken_up() {
    let undisturbed = Fake(Arc::default());
    let mut machine = Machine { attempt: 0 };
    machine.attempt(&undisturbed, first()).await.unwrap();
    let after_first = shown(&undisturbed);
    let before_second = undisturbed.0.calls.load(Ordering::SeqCst);
    machine.attempt(&undisturbed, second()).await.unwrap();
    let after_second = shown(&undisturbed);
    let second_calls = undisturbed.0.calls.load(Ordering::SeqCst) - before_second;
    assert!(before_second > 20 && second_calls > 20);
    for (wanted, again, calls, expected) in
        [(first as fn() -> Vec<Desired>, false, before_second, after_first), (second, true, second_calls, after_second)]
    {
        for call in 0..calls {
            for when in [When::Before, When::After] {
                let context =
                    format!("killed at call {call} {}", if when == When::Before { "before" } else { "after" });
                let fake = Fake(Arc::default());
                let mut machine = Machine { attempt: 0 };
                if again {
                    machine.attempt(&fake, first()).await.unwrap();
                    fake.0.calls.store(0, Ordering::SeqCst);
                }
                *fake.0.kill.lock().unwrap() = Some((call, when));
                let died = machine.attempt(&fake, wanted()).await.is_none();
                *fake.0.kill.lock().unwrap() = None;
                if died {
                    let (plan, report) = machine.attempt(&fake, wanted()).await.unwrap();
                    assert!(report.is_complete(), "{context}");
                    // What a first deployment makes needs no allow, in however many runs it is made.
                    let risky: Vec<_> = plan.not_allowed(&[]).map(|step| &step.key).collect();
                    assert!(again || risky.is_empty(), "{context}: {risky:?}");
                }
                assert_eq!(shown(&fake), expected, "{context}");
                settled(&fake, &mut machine, wanted, &context).await;
            }
        }
    }
}

#[tokio::test]
async fn a_failure_holds_back_only_what_needs_it() {
    let fake = Fake(Arc::default());
    fake.0.refuse.lock().unwrap().insert("pipeline.p".to_string());
    let mut machine = Machine { attempt: 0 };
    let (_, report) = machine.attempt(&fake, first()).await.unwrap();
    let failed: Vec<String> = report.failed.iter().map(|(key, _)| key.to_string()).collect();
    assert_eq!(failed, ["pipeline.p"]);
    assert_eq!(report.skipped, [(key("job.j"), key("pipeline.p"))]);
    assert_eq!(report.done.len(), 6);
    fake.0.refuse.lock().unwrap().clear();
    let (plan, report) = machine.attempt(&fake, first()).await.unwrap();
    assert_eq!((plan.counts().create, report.is_complete()), (2, true));
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_nothing_is_made_twice() {
    let fake = Fake(Arc::default());
    fake.0.lose_answer.lock().unwrap().insert("job.k".to_string());
    let mut machine = Machine { attempt: 0 };
    let (_, report) = machine.attempt(&fake, first()).await.unwrap();
    assert!(report.is_complete());
    assert_eq!(shown(&fake).iter().filter(|thing| thing.contains("\"K\"")).count(), 1);
    settled(&fake, &mut machine, first, "lost answer").await;
}

#[tokio::test]
async fn what_nobody_knows_is_looked_up_by_the_next_run_and_nothing_else_is_replayed() {
    let fake = Fake(Arc::default());
    fake.0.lose_answer.lock().unwrap().insert("job.k".to_string());
    fake.0.blind.store(true, Ordering::SeqCst);
    let mut machine = Machine { attempt: 0 };
    let (_, report) = machine.attempt(&fake, first()).await.unwrap();
    assert_eq!(report.failed.len(), 1, "the answer is lost and the look-up finds nothing");
    let journal: Vec<String> = fake
        .0
        .files
        .lock()
        .unwrap()
        .iter()
        .filter(|(path, _)| path.starts_with("journal/"))
        .map(|(_, text)| String::from_utf8_lossy(text).into_owned())
        .collect();
    let lines: Vec<&str> = journal.iter().flat_map(|text| text.lines()).collect();
    assert!(lines.len() == 2 && lines[1].contains("job.k"), "{journal:?}");
    fake.0.blind.store(false, Ordering::SeqCst);
    let (plan, _) = machine.attempt(&fake, first()).await.unwrap();
    assert_eq!(plan.counts().create, 0, "found and adopted before planning");
    assert_eq!(shown(&fake).iter().filter(|thing| thing.contains("\"K\"")).count(), 1);
    settled(&fake, &mut machine, first, "after the look-up").await;
}

#[tokio::test]
async fn a_held_target_is_refused_and_two_runs_never_share_a_serial() {
    let fake = Fake(Arc::default());
    let machine = Machine { attempt: 1 };
    let session = machine.open(&fake).await.unwrap();
    let error = machine.open(&fake).await.err().unwrap();
    assert!(error.to_string().starts_with("the target is locked by u on "), "{error}");
    session.close().await.unwrap();
    machine.open(&fake).await.unwrap().close().await.unwrap();
    // Somebody else took serial 1 although this run believes to hold the lease.
    let mut session = machine.open(&fake).await.unwrap();
    let foreign = State { serial: 1, ..State::new("x".to_string(), "p", "t") };
    fake.0.files.lock().unwrap().insert("state.0000000001.json".to_string(), foreign.to_bytes().unwrap().into());
    assert!(matches!(session.begin().await, Err(ApplyError::Conflict { serial: 1 })));
}

#[tokio::test]
async fn a_cancelled_run_begins_nothing_new_and_can_be_continued() {
    let fake = Fake(Arc::default());
    let machine = Machine { attempt: 1 };
    let mut session = machine.open(&fake).await.unwrap();
    let set: DesiredSet = first().into_iter().collect();
    let plan = first_plan(&set);
    let contents = set.iter().filter_map(|d| Some((d.key.clone(), d.content.clone()?))).collect();
    let (canceller, cancel) = cancellation();
    canceller.cancel();
    let report = run(&mut session, &plan, &contents, &fake, &Silent, &cancel, Pace::default()).await.unwrap();
    session.close().await.unwrap();
    assert_eq!((report.left.len(), report.done.len()), (8, 0));
    let mut machine = Machine { attempt: 1 };
    assert!(machine.attempt(&fake, first()).await.unwrap().1.is_complete());
}

/// Every look at it is seconds later than the one before.
#[derive(Default)]
struct HurryingClock(AtomicI64);

impl Clock for HurryingClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + chrono::Duration::seconds(self.0.fetch_add(4, Ordering::SeqCst))
    }
}

/// A machine that slept past its lease must not go on: somebody may have taken over meanwhile.
#[tokio::test]
async fn a_run_whose_lease_ends_begins_nothing_more_and_says_what_is_left() {
    let fake = Fake(Arc::default());
    let machine = Machine { attempt: 1 };
    let system = System { clock: Arc::new(HurryingClock::default()), ..machine.system() };
    let mut session = machine.open_at(&fake, &system).await.unwrap();
    let set: DesiredSet = first().into_iter().collect();
    let plan = first_plan(&set);
    let contents = set.iter().filter_map(|d| Some((d.key.clone(), d.content.clone()?))).collect();
    let report = run(&mut session, &plan, &contents, &fake, &Silent, &Cancel::never(), Pace::default()).await.unwrap();
    assert!(matches!(report.stopped, Some(ApplyError::LeaseExpired)), "{:?}", report.stopped);
    assert!(!report.done.is_empty() && !report.left.is_empty(), "{report:?}");
    assert_eq!((report.done.len() + report.left.len(), shown(&fake).len()), (8, report.done.len()));
}

/// What was done is told even where the state could not be saved at the end.
#[tokio::test]
async fn a_run_that_had_to_stop_still_reports_what_it_did() {
    let fake = Fake(Arc::default());
    let mut session = Machine { attempt: 1 }.open(&fake).await.unwrap();
    let set: DesiredSet = first().into_iter().collect();
    let plan = first_plan(&set);
    let contents = set.iter().filter_map(|d| Some((d.key.clone(), d.content.clone()?))).collect();
    // The run takes serial 1 when it begins; serial 2, which it needs when it ends, is somebody else's.
    let foreign = State { serial: 2, ..State::new("x".to_string(), "p", "t") };
    fake.0.files.lock().unwrap().insert("state.0000000002.json".to_string(), foreign.to_bytes().unwrap().into());
    let report = run(&mut session, &plan, &contents, &fake, &Silent, &Cancel::never(), Pace::default()).await.unwrap();
    assert_eq!((report.done.len(), report.is_complete()), (8, false));
    assert!(matches!(report.stopped, Some(ApplyError::Conflict { serial: 2 })), "{:?}", report.stopped);
}

#[tokio::test]
async fn content_that_is_not_the_plans_is_refused() {
    let fake = Fake(Arc::default());
    let mut session = Machine { attempt: 1 }.open(&fake).await.unwrap();
    let set: DesiredSet = first().into_iter().collect();
    let plan = first_plan(&set);
    let other = Content::plain(b"other".to_vec());
    let contents = BTreeMap::from([(key("workspace_file.f"), other.clone()), (key("workspace_file.g"), other)]);
    let error =
        run(&mut session, &plan, &contents, &fake, &Silent, &Cancel::never(), Pace::default()).await.unwrap_err();
    assert!(matches!(error, ApplyError::ContentChanged { .. }));
}
