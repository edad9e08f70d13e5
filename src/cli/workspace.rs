//! The workspace that a command works on: the embedded one, found or started, or a remote one.

use std::path::{Path, PathBuf};

use super::settings::Settings;
use crate::local::server::{self, ServerConfig};
use crate::pipeline::{Cancel, Connection, Explicit, Secret, Workspace, cancellation};
use crate::project::{LOCAL, Resolved};
use crate::sys::Env;

/// Where the embedded workspace of a project keeps everything.
pub(super) fn data_folder(root: &Path) -> PathBuf {
    root.join(".lakesmith").join("local")
}

/// Who "me" is in the embedded workspace.
pub(super) fn local_user(env: &Env) -> String {
    let user = env.get("USER").or_else(|| env.get("USERNAME")).unwrap_or_else(|| "me".to_string());
    format!("{user}@localhost")
}

/// A connection, and the embedded workspace behind it if there is one.
pub(super) struct Connected {
    pub(super) workspace: Workspace,
    local: Option<server::Workspace>,
}

impl Connected {
    pub(super) async fn open(settings: &Settings, resolved: &Resolved<'_>) -> anyhow::Result<Self> {
        let target = resolved.target;
        if target.name == LOCAL && target.host.is_none() {
            let data = data_folder(&resolved.project.root);
            let config = ServerConfig::new(data, local_user(&settings.system.env));
            let local = server::Workspace::connect(config, settings.system.clone()).await?;
            let connection = Connection::with_token(local.url(), Secret::new(local.token()))?;
            return match Workspace::connect(&connection, &settings.system).await {
                Ok(workspace) => Ok(Self { workspace, local: Some(local) }),
                Err(error) => {
                    local.close().await?;
                    Err(error.into())
                }
            };
        }
        let explicit = Explicit {
            host: target.host.as_ref().map(|host| host.value.clone()),
            token: None,
            profile: settings.profile.clone().or_else(|| target.profile.as_ref().map(|profile| profile.value.clone())),
        };
        let connection = Connection::resolve(&explicit, &settings.system.env)?;
        Ok(Self { workspace: Workspace::connect(&connection, &settings.system).await?, local: None })
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
        let result = work(&connected).await;
        let closed = connected.close().await;
        let value = result?;
        closed?;
        Ok(value)
    })
}

/// The first Ctrl-C asks to stop after the call in flight, the second ends the process as usual.
pub(super) fn on_interrupt() -> Cancel {
    let (canceller, cancel) = cancellation();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            canceller.cancel();
            // Whoever presses it again does not want to wait.
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        }
    });
    cancel
}
