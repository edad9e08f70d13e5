//! `lakesmith local`: the embedded workspace by itself.

use std::path::{Path, PathBuf};

use anyhow::bail;
use chrono::TimeDelta;
use clap::{Args, Subcommand};

use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::interrupt::Interrupt;
use crate::cli::settings::Settings;
use crate::cli::workspace::{block_on, data_folder, local_user};
use crate::local::server::{Fault, RunningServer, ServerConfig, discover};
use crate::sys::fs;

/// The embedded workspace
#[derive(Subcommand, Debug)]
pub(in crate::cli) enum LocalCommand {
    /// Serve the embedded workspace until Ctrl-C
    Serve(ServeArgs),
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ServeArgs {
    /// Port to listen on; 0 takes any free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,

    /// Folder that keeps the workspace [default: .lakesmith/local of the project]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Arm the faults of this file, a JSON list (docs/local-workspace.md)
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,

    /// Let a machine of this name sign in by OAuth; its client id and secret are printed
    #[arg(long = "service-principal", value_name = "NAME")]
    service_principals: Vec<String>,

    /// How long OAuth tokens last
    #[arg(long, value_name = "MS", default_value_t = 3_600_000, value_parser = clap::value_parser!(u32).range(1..))]
    oauth_ttl_ms: u32,
}

/// The faults of a file: a JSON list, each as `POST /_lakesmith/faults` takes one.
fn faults(file: &Path) -> anyhow::Result<Vec<Fault>> {
    let text = fs::read_to_string(file)?;
    let wrong = |what: String| {
        advise(format!("`{}`: {what}", file.display()), "docs/local-workspace.md lists what a fault may have")
    };
    let faults: Vec<Fault> = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    for (at, fault) in faults.iter().enumerate() {
        fault.check().map_err(|what| wrong(format!("fault {}: {what}", at + 1)))?;
    }
    Ok(faults)
}

pub(in crate::cli) fn run(settings: &Settings, command: &LocalCommand) -> anyhow::Result<Exit> {
    let LocalCommand::Serve(args) = command;
    let data = match &args.data {
        Some(data) => data.clone(),
        None => data_folder(&settings.project()?.0.root),
    };
    if let Some(found) = discover(&data)? {
        bail!(
            "the workspace in `{}` is served already at {} (process {})",
            data.display(),
            found.server.url,
            found.server.pid
        );
    }
    let mut config = ServerConfig::new(data, local_user(&settings.system.env));
    config.port = args.port;
    config.faults = args.faults.as_deref().map(faults).transpose()?.unwrap_or_default();
    config.service_principals.clone_from(&args.service_principals);
    config.oidc_lasts = TimeDelta::milliseconds(i64::from(args.oauth_ttl_ms));
    block_on(async {
        let server = RunningServer::start(config, settings.system.clone()).await?;
        // Before it is said, so that whoever reads it may press at once.
        let interrupt = Interrupt::listen(settings.terminal);
        settings.terminal.data(&format!("DATABRICKS_HOST={}\nDATABRICKS_TOKEN={}\n", server.url, server.token))?;
        for machine in server.service_principals() {
            let (id, secret) = (&machine.client_id, &machine.client_secret);
            settings.terminal.data(&format!("DATABRICKS_CLIENT_ID={id}\nDATABRICKS_CLIENT_SECRET={secret}\n"))?;
        }
        settings.terminal.status("serving until Ctrl-C")?;
        interrupt.pressed().await;
        server.stop().await?;
        Ok(Exit::Success)
    })
}
