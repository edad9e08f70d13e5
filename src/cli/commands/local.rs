//! `lakesmith local`: the embedded workspace by itself.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};

use crate::cli::exit::Exit;
use crate::cli::interrupt::Interrupt;
use crate::cli::settings::Settings;
use crate::cli::workspace::{block_on, data_folder, local_user};
use crate::local::server::{RunningServer, ServerConfig, discover};

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
    block_on(async {
        let server = RunningServer::start(config, settings.system.clone()).await?;
        // Before it is said, so that whoever reads it may press at once.
        let interrupt = Interrupt::listen(settings.terminal);
        settings.terminal.data(&format!("DATABRICKS_HOST={}\nDATABRICKS_TOKEN={}\n", server.url, server.token))?;
        settings.terminal.status("serving until Ctrl-C")?;
        interrupt.pressed().await;
        server.stop().await?;
        Ok(Exit::Success)
    })
}
