//! Starting and stopping.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::app::{App, Owner};
use super::connection::{Cut, Cuttable};
use super::discovery::{self, Attachment, Discovered};
use super::error::ApiError;
use super::faults::{Fault, Faults};
use super::holds::Holds;
use super::log::RequestLog;
use super::oidc::ServicePrincipal;
use super::routes;
use super::services::statements::RESULTS;
use super::services::unity::metastore;
use crate::local::store::{Store, StoreError, StoreOptions};
use crate::sys::fs::{self, FsError};
use crate::sys::{Random, System};

/// How long a stopping server waits for its connections.
const PATIENCE: Duration = Duration::from_secs(5);

/// How the embedded workspace is started.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    pub store: StoreOptions,
    /// 0 takes any free port.
    pub port: u16,
    /// The user name that the workspace answers for "me".
    pub user: String,
    /// The longest page of a list.
    pub page_size: usize,
    /// Rows in one chunk of a statement's result.
    pub chunk_rows: usize,
    /// Faults that are armed from the first request on.
    pub faults: Vec<Fault>,
    /// Names of machines' identities, which sign in by OAuth.
    pub service_principals: Vec<String>,
    /// How long an OAuth token lasts.
    pub oidc_lasts: TimeDelta,
}

impl ServerConfig {
    pub fn new(data: impl Into<PathBuf>, user: impl Into<String>) -> Self {
        Self {
            store: StoreOptions::new(data),
            port: 0,
            user: user.into(),
            page_size: 100,
            chunk_rows: 10_000,
            faults: Vec::new(),
            service_principals: Vec::new(),
            oidc_lasts: TimeDelta::hours(1),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("port {0} is already in use")]
    PortInUse(u16),
    #[error("cannot listen on port {port}")]
    Bind {
        port: u16,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    File(#[from] FsError),
    #[error("the embedded workspace failed")]
    Serve(#[source] std::io::Error),
}

impl ServerError {
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::PortInUse(_) => Some("choose another with `--port`, or leave it out to take any free port"),
            Self::Store(StoreError::InUse(_)) => {
                Some("another lakesmith is using it but does not answer: wait for it to end, or stop it")
            }
            Self::Bind { .. } | Self::Store(_) | Self::File(_) | Self::Serve(_) => None,
        }
    }
}

/// The server, listening.
pub struct RunningServer {
    pub url: String,
    pub token: String,
    app: Arc<App>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl RunningServer {
    /// Opens the store, binds to loopback, and publishes the discovery file.
    pub async fn start(config: ServerConfig, system: System) -> Result<Self, ServerError> {
        let port = config.port;
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await;
        let listener = listener.map_err(|source| match source.kind() {
            std::io::ErrorKind::AddrInUse => ServerError::PortInUse(port),
            _ => ServerError::Bind { port, source },
        })?;
        let address = listener.local_addr().map_err(|source| ServerError::Bind { port, source })?;
        let app = open(config, system, format!("http://{address}")).await?;
        routes::prepare(&app).await?;
        let (stop, stopped) = oneshot::channel();
        let service = routes::router(Arc::clone(&app)).into_make_service_with_connect_info::<Cut>();
        let serving = tokio::spawn(async move {
            let stopped = async {
                // The sender that is dropped stops the server, too.
                let _ = stopped.await;
            };
            axum::serve(Cuttable(listener), service).with_graceful_shutdown(stopped).await
        });
        let started_at = app.system.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let server = Discovered {
            url: app.url.clone(),
            token: app.token.clone(),
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_string(),
            started_at,
            instance_id: app.instance_id.clone(),
        };
        discovery::publish(app.store.data(), &server)?;
        Ok(Self { url: app.url.clone(), token: app.token.clone(), app, stop, serving })
    }

    /// With their secrets, which are new in every run.
    pub fn service_principals(&self) -> &[ServicePrincipal] {
        &self.app.service_principals
    }

    /// For tests that need objects which only the engine makes.
    #[cfg(test)]
    pub(super) fn store(&self) -> &Store {
        &self.app.store
    }

    /// Waits for other commands that use this server, and for requests and runs under way, then stops.
    pub async fn shutdown(self) -> Result<(), ServerError> {
        self.app.holds.released().await;
        self.stop().await
    }

    /// Stops without waiting for other commands; requests under way are still answered.
    pub async fn stop(self) -> Result<(), ServerError> {
        discovery::withdraw(self.app.store.data(), &self.app.instance_id)?;
        self.app.activities.stop().await;
        // The receiver is gone only if the server has ended already.
        let _ = self.stop.send(());
        let mut serving = self.serving;
        let served = match tokio::time::timeout(PATIENCE, &mut serving).await {
            Ok(Ok(served)) => served.map_err(ServerError::Serve),
            // A panic was reported where it was.
            Ok(Err(_)) => Ok(()),
            // A client that keeps its connection open does not keep the server.
            Err(_) => {
                serving.abort();
                Ok(())
            }
        };
        // The data folder is free once the last connection has let go of it.
        let free = async {
            while Arc::strong_count(&self.app) > 1 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let _ = tokio::time::timeout(PATIENCE, free).await;
        if let Some(app) = Arc::into_inner(self.app) {
            let closed = tokio::task::spawn_blocking(move || app.store.close()).await;
            closed.map_err(|error| ServerError::Serve(error.into()))??;
        }
        served
    }
}

async fn open(config: ServerConfig, system: System, url: String) -> Result<Arc<App>, ServerError> {
    let opening = system.clone();
    let opened = tokio::task::spawn_blocking(move || -> Result<_, ServerError> {
        let store = Store::open(&config.store, opening)?;
        // Of a process that was killed.
        fs::remove_dir_all(&store.data().join(RESULTS))?;
        let log = RequestLog::open(store.data())?;
        let identity = store.write(|writer| metastore::identity(writer, store.system()));
        let identity = identity.map_err(|error: ApiError| ServerError::Serve(std::io::Error::other(error)))?;
        Ok((store, log, identity))
    });
    let (store, log, identity) = opened.await.map_err(|error| ServerError::Serve(error.into()))??;
    Ok(Arc::new(App {
        store,
        // Never from the injected source, which a seed makes predictable.
        token: format!("lsm-{}", Random::from_os().hex::<24>()),
        instance_id: system.random.uuid().to_string(),
        owner: Owner::new(config.user),
        tokens: Default::default(),
        service_principals: config.service_principals.into_iter().map(ServicePrincipal::new).collect(),
        oidc_lasts: config.oidc_lasts,
        principals: Default::default(),
        url,
        page_size: config.page_size.max(1),
        log,
        faults: Faults::new(config.faults),
        holds: Holds::new(),
        activities: Default::default(),
        statements: Default::default(),
        chunk_rows: config.chunk_rows.max(1),
        identity,
        file_writes: Default::default(),
        system,
    }))
}

/// The server of a data folder, whoever runs it.
pub enum Workspace {
    Own(RunningServer),
    Other(Attachment),
}

impl Workspace {
    pub fn url(&self) -> &str {
        match self {
            Self::Own(server) => &server.url,
            Self::Other(attachment) => &attachment.server.url,
        }
    }

    pub fn token(&self) -> &str {
        match self {
            Self::Own(server) => &server.token,
            Self::Other(attachment) => &attachment.server.token,
        }
    }

    /// Uses the running server or starts one. Of two commands that start at once, one serves and the other finds it.
    pub async fn connect(config: ServerConfig, system: System) -> Result<Self, ServerError> {
        let data = config.store.data.clone();
        let mut attempts = 0;
        loop {
            let folder = data.clone();
            let found = tokio::task::spawn_blocking(move || discovery::discover(&folder)).await;
            if let Some(attachment) = found.map_err(|error| ServerError::Serve(error.into()))?? {
                return Ok(Self::Other(attachment));
            }
            match RunningServer::start(config.clone(), system.clone()).await {
                Err(ServerError::Store(StoreError::InUse(_))) if attempts < 50 => attempts += 1,
                started => return started.map(Self::Own),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub async fn close(self) -> Result<(), ServerError> {
        match self {
            Self::Own(server) => server.shutdown().await,
            Self::Other(_) => Ok(()),
        }
    }
}
