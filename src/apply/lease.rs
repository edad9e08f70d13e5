//! Taking, renewing and giving back the lease on a target.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::state::{Holder, Lease};
use crate::sys::{Env, System, fs};

use super::{ApplyError, Storage};

pub(super) const FOLDER: &str = "lock";

/// How often a waiting run looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Who this process is, for the lease.
pub fn holder(user: &str, command: &str, env: &Env) -> Holder {
    let ci_url = env.get("CI_JOB_URL").or_else(|| env.get("BUILD_URL")).or_else(|| {
        let (server, repository) = (env.get("GITHUB_SERVER_URL")?, env.get("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/actions/runs/{}", env.get("GITHUB_RUN_ID")?))
    });
    Holder {
        user: user.to_string(),
        host: host_name(env),
        pid: std::process::id(),
        ci_url,
        command: command.to_string(),
    }
}

/// Empty if it cannot be known; a lease is then only ever ended by time.
fn host_name(env: &Env) -> String {
    // `LAKESMITH_TEST_HOST`: as if on another machine.
    let kernel =
        env.get("LAKESMITH_TEST_HOST").or_else(|| fs::read_to_string(Path::new("/proc/sys/kernel/hostname")).ok());
    let name = kernel.or_else(|| env.get("HOSTNAME")).or_else(|| env.get("COMPUTERNAME"));
    name.map(|name| name.trim().to_string()).unwrap_or_default()
}

/// Does a process of this machine run? Known only where `/proc` is.
fn alive(pid: u32) -> Option<bool> {
    fs::exists(Path::new("/proc/self")).then(|| fs::exists(Path::new(&format!("/proc/{pid}"))))
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
    heartbeat: JoinHandle<()>,
}

fn file(fencing: u64) -> String {
    format!("{FOLDER}/{fencing:010}.json")
}

fn number(name: &str) -> Option<u64> {
    name.strip_suffix(".json")?.parse().ok()
}

/// The lease with the highest number.
async fn current<S: Storage>(storage: &S) -> Result<Option<(u64, Option<Lease>)>, ApplyError> {
    let names = storage.list(FOLDER).await.map_err(ApplyError::Storage)?;
    let Some(highest) = names.iter().filter_map(|name| number(name)).max() else { return Ok(None) };
    let content = storage.read(&file(highest)).await.map_err(ApplyError::Storage)?;
    let lease = content.map(|content| Lease::parse(&content)).transpose()?.flatten();
    Ok(Some((highest, lease)))
}

fn encode(lease: &Lease) -> Result<Bytes, ApplyError> {
    Ok(Bytes::from(serde_json::to_vec_pretty(lease).map_err(ApplyError::Journal)?))
}

/// Waits at most `patience` for another holder to end.
pub(super) async fn acquire<S: Storage>(
    storage: &Arc<S>,
    system: &System,
    holder: &Holder,
    patience: Duration,
) -> Result<Held<S>, ApplyError> {
    let deadline = tokio::time::Instant::now() + patience;
    loop {
        let found = current(storage.as_ref()).await?;
        let now = system.clock.now();
        let blocking = found
            .as_ref()
            .and_then(|(_, lease)| lease.as_ref())
            .filter(|lease| !lease.standing(now, &holder.host, alive).is_free());
        if let Some(lease) = blocking {
            if tokio::time::Instant::now() >= deadline {
                return Err(ApplyError::Locked { holder: lease.describe() });
            }
            tokio::time::sleep(LOOK_AGAIN).await;
            continue;
        }
        let fencing = found.map_or(0, |(number, _)| number) + 1;
        let lease = Lease::new(fencing, system.random.hex::<8>(), holder.clone(), now);
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
                heartbeat: tokio::spawn(beat),
            });
        }
    }
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
            // A failed look or renewal is tried again at the next beat; two may fail before the lease ends.
            _ => {
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

    /// Keeps the number, so that numbers only grow; older leases are cleared away.
    pub(super) async fn release(self) -> Result<(), ApplyError> {
        self.heartbeat.abort();
        // An expired lease that nobody has taken is given back like any other.
        if let Some(holder) = self.lost.borrow().as_ref() {
            return Err(ApplyError::LeaseLost { holder: holder.clone() });
        }
        let lease = self.lease.released(self.system.clock.now());
        self.storage.write(&file(lease.fencing), encode(&lease)?).await.map_err(ApplyError::Storage)?;
        let names = self.storage.list(FOLDER).await.map_err(ApplyError::Storage)?;
        for old in names.iter().filter_map(|name| number(name)).filter(|number| *number < lease.fencing) {
            self.storage.remove(&file(old)).await.map_err(ApplyError::Storage)?;
        }
        Ok(())
    }
}

impl<S> Drop for Held<S> {
    fn drop(&mut self) {
        self.heartbeat.abort();
    }
}
