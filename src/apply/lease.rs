//! Taking, renewing and giving back the lease on a target.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{join, try_join_all};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::state::{Holder, Lease, StateError};
use crate::sys::{Env, System, fs, machine};

use super::{ApplyError, Cancel, Observer, Storage};

pub(super) const FOLDER: &str = "lock";

/// How often a waiting run looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// So long after its patience a run still tries to get the number that others were quicker to take.
const LONGEST_RACE: Duration = Duration::from_secs(10);

/// How a run waits for another that holds the target.
#[derive(Clone, Copy)]
pub struct Patience<'a> {
    pub longest: Duration,
    /// Hears whom the run waits for.
    pub observer: &'a dyn Observer,
    /// Ends the wait.
    pub cancel: &'a Cancel,
}

/// Who this process is, for the lease.
pub fn holder(user: &str, command: &str, env: &Env) -> Holder {
    let ci_url = env.get("CI_JOB_URL").or_else(|| env.get("BUILD_URL")).or_else(|| {
        let (server, repository) = (env.get("GITHUB_SERVER_URL")?, env.get("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/actions/runs/{}", env.get("GITHUB_RUN_ID")?))
    });
    let pid = std::process::id();
    Holder {
        user: user.to_string(),
        host: host_name(env),
        pid,
        place: machine::place(),
        started: machine::started(pid),
        ci_url,
        command: command.to_string(),
    }
}

/// For messages; empty if it cannot be known.
fn host_name(env: &Env) -> String {
    // `LAKESMITH_TEST_HOST`: as if on another machine.
    let kernel =
        env.get("LAKESMITH_TEST_HOST").or_else(|| fs::read_to_string(Path::new("/proc/sys/kernel/hostname")).ok());
    let name = kernel.or_else(|| env.get("HOSTNAME")).or_else(|| env.get("COMPUTERNAME"));
    name.map(|name| name.trim().to_string()).unwrap_or_default()
}

/// A lease that is being renewed in the background.
pub(super) struct Held<S> {
    storage: Arc<S>,
    system: System,
    lease: Lease,
    /// As it was last renewed.
    renewed: watch::Receiver<Lease>,
    /// Who took it away, if somebody did.
    lost: watch::Receiver<Option<String>>,
    /// The numbers of the leases before it, as far as they are still there.
    older: Vec<u64>,
    heartbeat: JoinHandle<()>,
}

fn file(fencing: u64) -> String {
    format!("{FOLDER}/{fencing:010}.json")
}

fn number(name: &str) -> Option<u64> {
    name.strip_suffix(".json")?.parse().ok()
}

async fn numbers<S: Storage>(storage: &S) -> Result<Vec<u64>, ApplyError> {
    let names = storage.list(FOLDER).await.map_err(ApplyError::Storage)?;
    Ok(names.iter().filter_map(|name| number(name)).collect())
}

async fn highest<S: Storage>(storage: &S) -> Result<Option<u64>, ApplyError> {
    Ok(numbers(storage).await?.into_iter().max())
}

/// The lease with the highest number.
async fn current<S: Storage>(storage: &S) -> Result<Option<(u64, Option<Lease>)>, ApplyError> {
    let Some(highest) = highest(storage).await? else { return Ok(None) };
    let content = storage.read(&file(highest)).await.map_err(ApplyError::Storage)?;
    let lease = content.map(|content| Lease::parse(&content)).transpose()?.flatten();
    Ok(Some((highest, lease)))
}

/// The lease that keeps others out, if one does.
pub(super) async fn blocking<S: Storage>(
    storage: &S,
    system: &System,
    asks: &Holder,
) -> Result<Option<Lease>, ApplyError> {
    let found = current(storage).await?.and_then(|(_, lease)| lease);
    let now = system.clock.now();
    Ok(found.filter(|lease| !lease.standing(now, asks, machine::started).is_free()))
}

fn encode(lease: &Lease) -> Result<Bytes, ApplyError> {
    Ok(Bytes::from(serde_json::to_vec_pretty(lease).map_err(ApplyError::Encode)?))
}

/// What a run that waits has seen of the lease in its way.
struct Seen {
    lease: Lease,
    since: Instant,
}

impl Seen {
    /// Nobody renewed it all the time that it was watched: its holder's clock says something else than ours, or it was
    /// made by a clock that goes wrong, and nobody is there.
    fn is_abandoned(&self) -> bool {
        let longest = (Lease::TTL + Lease::SKEW).to_std().unwrap_or(Duration::from_secs(60));
        self.since.elapsed() > longest
    }
}

/// Waits for another holder to end.
pub(super) async fn acquire<S: Storage>(
    storage: &Arc<S>,
    system: &System,
    holder: &Holder,
    patience: Patience<'_>,
) -> Result<Held<S>, ApplyError> {
    let deadline = Instant::now() + patience.longest;
    let mut seen: Option<Seen> = None;
    loop {
        let found = current(storage.as_ref()).await?;
        let now = system.clock.now();
        let blocking = found
            .as_ref()
            .and_then(|(_, lease)| lease.as_ref())
            .filter(|lease| !lease.standing(now, holder, machine::started).is_free());
        if let Some(lease) = blocking {
            if seen.as_ref().is_none_or(|seen| seen.lease.id != lease.id) {
                if !patience.longest.is_zero() {
                    patience.observer.waiting(lease);
                }
                seen = Some(Seen { lease: lease.clone(), since: Instant::now() });
            } else if let Some(seen) = seen.as_mut().filter(|seen| seen.lease != *lease) {
                *seen = Seen { lease: lease.clone(), since: Instant::now() };
            }
            if seen.as_ref().is_none_or(|seen| !seen.is_abandoned()) {
                if Instant::now() >= deadline || patience.cancel.is_cancelled() {
                    return Err(ApplyError::Locked { holder: lease.describe(), until: lease.free_at() });
                }
                tokio::time::sleep(LOOK_AGAIN).await;
                continue;
            }
        }
        let fencing = found.map_or(0, |(number, _)| number) + 1;
        let lease = Lease::new(fencing, system.random.hex::<8>(), holder.clone(), system.clock.now());
        // Of several that saw the same free lease, one gets the next number; the others look again.
        if storage.create(&file(fencing), encode(&lease)?).await.map_err(ApplyError::Storage)? {
            let (tell, lost) = watch::channel(None);
            let (note, renewed) = watch::channel(lease.clone());
            let beat = beat(Arc::clone(storage), system.clone(), note, tell);
            return Ok(Held {
                storage: Arc::clone(storage),
                system: system.clone(),
                lease,
                renewed,
                lost,
                older: Vec::new(),
                heartbeat: tokio::spawn(beat),
            });
        }
        if patience.cancel.is_cancelled() || Instant::now() > deadline + LONGEST_RACE {
            return Err(ApplyError::LeaseLost { holder: "somebody else".to_string() });
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Takes the lease away from whoever holds it, and leaves it free. A holder that still runs finds the higher number
/// within 15 seconds and stops before its next effect. The result is who held it; `None` if nobody did. `force`: also
/// from a holder that may be alive, and where a newer program wrote the lease.
pub(super) async fn break_up<S: Storage>(
    storage: &S,
    system: &System,
    asks: &Holder,
    force: bool,
) -> Result<Option<Lease>, ApplyError> {
    let lease = match current(storage).await {
        Ok(Some((_, lease))) => lease,
        Ok(None) => return Ok(None),
        Err(ApplyError::State(StateError::FutureLease { .. })) if force => None,
        Err(error) => return Err(error),
    };
    let now = system.clock.now();
    if let Some(lease) = &lease {
        if lease.released {
            return Ok(None);
        }
        if !force && !lease.standing(now, asks, machine::started).is_free() {
            return Err(ApplyError::Locked { holder: lease.describe(), until: lease.free_at() });
        }
    }
    let Some(number) = highest(storage).await? else { return Ok(None) };
    let free = Lease::new(number + 1, system.random.hex::<8>(), asks.clone(), now).released(now);
    // Somebody who was quicker holds it rightly now.
    if !storage.create(&file(free.fencing), encode(&free)?).await.map_err(ApplyError::Storage)? {
        let holder = lease.as_ref().map_or_else(String::new, Lease::describe);
        return Err(ApplyError::LeaseLost { holder });
    }
    Ok(lease)
}

async fn beat<S: Storage>(
    storage: Arc<S>,
    system: System,
    note: watch::Sender<Lease>,
    tell: watch::Sender<Option<String>>,
) {
    let lease = note.borrow().clone();
    let every = (Lease::TTL / 3).to_std().unwrap_or(Duration::from_secs(15));
    loop {
        tokio::time::sleep(every).await;
        match current(storage.as_ref()).await {
            Ok(Some((highest, found))) if highest > lease.fencing => {
                tell.send_replace(Some(found.map_or_else(|| "somebody else".to_string(), |lease| lease.describe())));
                return;
            }
            // Cleared away with all that it was about, or not seen: in neither case it is made anew. A failed look or
            // renewal is tried again at the next beat; two may fail before the lease ends.
            Ok(None) => {}
            Ok(Some((highest, _))) if highest < lease.fencing => {}
            Ok(Some(_)) | Err(_) => {
                // Before the call: the time that others see runs from then.
                let renewed = lease.renewed(system.clock.now());
                if let Ok(content) = encode(&renewed)
                    && storage.write(&file(lease.fencing), content).await.is_ok()
                {
                    note.send_replace(renewed);
                }
            }
        }
    }
}

impl<S: Storage> Held<S> {
    /// Before anything that only the holder may do.
    pub(super) fn check(&self) -> Result<(), ApplyError> {
        if let Some(holder) = self.lost.borrow().as_ref() {
            return Err(ApplyError::LeaseLost { holder: holder.clone() });
        }
        // A machine that slept, or that the workspace did not answer: somebody may have taken over meanwhile.
        if !self.renewed.borrow().is_valid(self.system.clock.now()) {
            return Err(ApplyError::LeaseExpired);
        }
        Ok(())
    }

    /// Looks once more, after the lease was taken: whoever was held up between looking and taking may have got the number
    /// of a lease that others have given back and cleared away meanwhile. To be waited for before anything is done.
    pub(super) async fn confirm(&mut self) -> Result<(), ApplyError> {
        let mine = self.lease.fencing;
        let numbers = numbers(self.storage.as_ref()).await?;
        if numbers.iter().any(|number| *number > mine) {
            let found = current(self.storage.as_ref()).await?.and_then(|(_, lease)| lease);
            let holder = found.map_or_else(|| "somebody else".to_string(), |lease| lease.describe());
            return Err(ApplyError::LeaseLost { holder });
        }
        self.older = numbers.into_iter().filter(|number| *number < mine).collect();
        Ok(())
    }

    /// Renews the lease no more.
    pub(super) fn hold_still(&self) {
        self.heartbeat.abort();
    }

    /// Keeps the number, so that numbers only grow; older leases are cleared away.
    pub(super) async fn release(self) -> Result<(), ApplyError> {
        self.heartbeat.abort();
        // An expired lease that nobody has taken is given back like any other.
        if let Some(holder) = self.lost.borrow().as_ref() {
            return Err(ApplyError::LeaseLost { holder: holder.clone() });
        }
        let lease = self.lease.released(self.system.clock.now());
        let (own, older): (_, Vec<String>) = (file(lease.fencing), self.older.iter().map(|old| file(*old)).collect());
        let released = self.storage.write(&own, encode(&lease)?);
        let cleared = try_join_all(older.iter().map(|old| self.storage.remove(old)));
        // Neither failure ends the other: nobody is to wait for a lease because an old one could not be removed.
        let (released, cleared) = join(released, cleared).await;
        released.map_err(ApplyError::Storage)?;
        cleared.map_err(ApplyError::Storage)?;
        Ok(())
    }
}

impl<S> Drop for Held<S> {
    fn drop(&mut self) {
        self.heartbeat.abort();
    }
}
