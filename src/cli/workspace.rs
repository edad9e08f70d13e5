//! The workspace that a command works on: the embedded one, found or started, or a remote one.

use std::cell::OnceCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::interrupt::Interrupt;
use super::settings::Settings;
use super::terminal::visible;
use crate::local::server::{self, RunningServer, ServerConfig};
use crate::pipeline::sql_test::Bench;
use crate::pipeline::{self, Connection, Exchange, Explicit, Secret, Workspace};
use crate::project::{LOCAL, Resolved, Target};
use crate::sys::fs::TempFolder;
use crate::sys::{Env, SettableClock, System};

/// Where the embedded workspace of a project keeps everything.
pub(super) fn data_folder(root: &Path) -> PathBuf {
    root.join(".lakesmith").join("local")
}

/// Who "me" is in the embedded workspace.
pub(super) fn local_user(env: &Env) -> String {
    let user = env.get("USER").or_else(|| env.get("USERNAME")).unwrap_or_else(|| "me".to_string());
    format!("{user}@localhost")
}

/// What the command line and the target say of a workspace that is elsewhere.
pub(super) fn explicit(settings: &Settings, host: Option<&String>, target: Option<&Target>) -> Explicit {
    let mut explicit = Explicit { host: host.cloned(), host_place: None, profile: settings.profile.clone() };
    let Some(target) = target else { return explicit };
    if let (None, Some(named)) = (host, &target.host) {
        explicit.host = Some(named.value.clone());
        explicit.host_place = Some(named.location.display());
    }
    explicit.profile = explicit.profile.or_else(|| Some(target.profile.as_ref()?.value.clone()));
    explicit
}

/// A connection, and the embedded workspace behind it if there is one.
pub(super) struct Connected {
    pub(super) workspace: Workspace,
    local: Option<server::Workspace>,
    interrupt: OnceCell<Interrupt>,
}

impl Connected {
    pub(super) async fn open(settings: &Settings, resolved: &Resolved<'_>) -> anyhow::Result<Self> {
        let target = resolved.target;
        let watch = settings.terminal.shows_requests().then_some(show_exchange as fn(&Exchange<'_>));
        if target.name == LOCAL && target.host.is_none() {
            let local = embedded(settings, resolved).await?;
            let connection = Connection::with_token(local.url(), Secret::new(local.token()))?;
            return match Workspace::connect(&connection, &settings.system, watch).await {
                Ok(workspace) => {
                    Ok(Self { workspace: workspace.of(resolved), local: Some(local), interrupt: OnceCell::new() })
                }
                Err(error) => {
                    local.close().await?;
                    Err(error.into())
                }
            };
        }
        let explicit = explicit(settings, None, Some(target));
        let connection = Connection::resolve(&explicit, &settings.system.env)?;
        let workspace = Workspace::connect(&connection, &settings.system, watch).await?.of(resolved);
        Ok(Self { workspace, local: None, interrupt: OnceCell::new() })
    }

    /// From the first call on, neither Ctrl-C nor a request to terminate ends the process at once.
    pub(super) fn interrupt(&self, settings: &Settings) -> &Interrupt {
        self.interrupt.get_or_init(|| Interrupt::listen(settings.terminal))
    }

    pub(super) fn is_embedded(&self) -> bool {
        self.local.is_some()
    }

    /// Where the embedded workspace listens, if this process serves it.
    pub(super) fn serves(&self) -> Option<&str> {
        match &self.local {
            Some(local @ server::Workspace::Own(_)) => Some(local.url()),
            Some(server::Workspace::Other(_)) | None => None,
        }
    }

    pub(super) async fn close(self) -> anyhow::Result<()> {
        drop(self.workspace);
        match self.local {
            Some(local) => Ok(local.close().await?),
            None => Ok(()),
        }
    }
}

/// The embedded workspace of the project: the one that is served, or one of this process.
pub(super) async fn embedded(settings: &Settings, resolved: &Resolved<'_>) -> anyhow::Result<server::Workspace> {
    let data = data_folder(&resolved.project.root);
    let config = ServerConfig::new(data, local_user(&settings.system.env));
    Ok(server::Workspace::connect(config, settings.system.clone()).await?)
}

/// An embedded workspace in a folder of its own, for tests: nothing of it is left.
pub(super) struct TestBench {
    pub(super) bench: Bench,
    server: RunningServer,
    /// Removed when dropped, after the server has let go of it.
    _folder: TempFolder,
}

impl TestBench {
    pub(super) async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let folder = TempFolder::new()?;
        let clock = Arc::new(SettableClock::over(Arc::clone(&settings.system.clock)));
        let system = System { clock: Arc::<SettableClock>::clone(&clock), ..settings.system.clone() };
        let config = ServerConfig::new(folder.path(), local_user(&settings.system.env));
        let server = RunningServer::start(config, system).await?;
        let connection = Connection::with_token(&server.url, Secret::new(&server.token))?;
        let watch = settings.terminal.shows_requests().then_some(show_exchange as fn(&Exchange<'_>));
        let workspace = Workspace::connect(&connection, &settings.system, watch).await?;
        Ok(Self { bench: Bench::new(workspace, clock), server, _folder: folder })
    }

    pub(super) async fn close(self) -> anyhow::Result<()> {
        drop(self.bench);
        Ok(self.server.stop().await?)
    }
}

/// Runs something that waits.
pub(super) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(work);
    // Work that nobody waits for any more must not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    result
}

/// Connects, works, and closes whatever happened.
pub(super) fn with<T>(
    settings: &Settings,
    resolved: &Resolved<'_>,
    work: impl AsyncFnOnce(&Connected) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    block_on(async {
        let connected = Connected::open(settings, resolved).await?;
        let workspace = &connected.workspace;
        settings.terminal.detail(&format!("connected to {} as {}", workspace.host(), workspace.user()))?;
        let result = work(&connected).await;
        if let Err(error) = &result
            && [DEPLOYED, workspace.base()].iter().any(|folder| format!("{error:#}").contains(folder))
        {
            learn_places(settings, resolved, workspace).await;
        }
        let closed = connected.close().await;
        let value = result?;
        closed?;
        Ok(value)
    })
}

/// The folder of every project in a workspace.
const DEPLOYED: &str = "/.lakesmith/";

/// Learns where in the project the deployed files come from, so that errors which name them can be told there.
/// What cannot be learnt stays as the workspace told it: the error itself matters more.
pub(super) async fn learn_places(settings: &Settings, resolved: &Resolved<'_>, workspace: &Workspace) {
    for solution in resolved.solutions.keys() {
        let unit = pipeline::unit(&resolved.project.name.value, solution);
        if let Ok(Some(state)) = workspace.state(&unit, &resolved.target.name).await {
            let (compiled, _) = pipeline::compile(resolved, Some(solution));
            settings.places.borrow_mut().add(&compiled, &state);
        }
    }
}

pub(super) fn show_exchange(exchange: &Exchange<'_>) {
    let outcome = exchange.status.map_or_else(|| "no answer".to_string(), |status| status.to_string());
    let again = if exchange.attempt > 1 { format!(", attempt {}", exchange.attempt) } else { String::new() };
    let line = format!("{} → {outcome} ({} ms{again})\n", exchange.call, exchange.elapsed.as_millis());
    // A line that cannot be shown is no reason to stop.
    let _ = std::io::stderr().lock().write_all(visible(&line).as_bytes());
}
