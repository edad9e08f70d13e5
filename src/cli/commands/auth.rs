//! `lakesmith auth`: who signs in to a workspace, and how.

use clap::{Args, Subcommand};

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::settings::Settings;
use crate::cli::views;
use crate::cli::workspace::{self, block_on};
use crate::pipeline::{self, ApiError, Explicit, PipelineError};
use crate::project::LOCAL;
use crate::sys::process;

/// Who signs in to a workspace, and how
#[derive(Subcommand, Debug)]
pub(in crate::cli) enum AuthCommand {
    /// Say which way to sign in is taken and why, with the source of every value
    Describe(AuthArgs),
    /// Sign in as a person, with a browser
    Login(LoginArgs),
    /// Print a token for another program
    Token(AuthArgs),
}

#[derive(Args, Debug)]
pub(in crate::cli) struct AuthArgs {
    /// The workspace [default: of the target, of DATABRICKS_HOST, or of the profile]
    #[arg(long, value_name = "URL")]
    host: Option<String>,

    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct LoginArgs {
    #[command(flatten)]
    auth: AuthArgs,

    /// Only show the address, and open no browser
    #[arg(long)]
    no_browser: bool,
}

impl AuthCommand {
    pub(in crate::cli) fn format(&self) -> Format {
        match self {
            Self::Describe(args) | Self::Token(args) => args.format.format,
            Self::Login(args) => args.auth.format.format,
        }
    }
}

pub(in crate::cli) fn run(settings: &Settings, command: &AuthCommand) -> anyhow::Result<Exit> {
    match command {
        AuthCommand::Describe(args) => describe(settings, args),
        AuthCommand::Login(args) => login(settings, args),
        AuthCommand::Token(args) => token(settings, args),
    }
}

/// What the command line and the target say. Outside of a project, or in one that is broken, there is no target.
fn explicit(settings: &Settings, args: &AuthArgs) -> anyhow::Result<Explicit> {
    let explicit = |target| workspace::explicit(settings, args.host.as_ref(), target);
    let chosen = settings.target().is_some();
    let project = match settings.project() {
        Ok((project, _)) => project,
        Err(error) if chosen => return Err(error),
        Err(_) => return Ok(explicit(None)),
    };
    let target = match settings.resolve(&project) {
        Ok(resolved) => resolved.target,
        Err(error) if chosen => return Err(error),
        Err(_) => return Ok(explicit(None)),
    };
    if chosen && target.name == LOCAL && target.host.is_none() {
        let hint = "name another target with `-t`, or a workspace with `--host`";
        return Err(advise("the local workspace needs no sign-in: lakesmith has a token of its own for it", hint));
    }
    Ok(explicit(Some(target)))
}

/// There is nothing to sign in to on this machine, so that no hint may lead there.
fn elsewhere<T>(result: Result<T, PipelineError>) -> anyhow::Result<T> {
    result.map_err(|error| match &error {
        PipelineError::Api(ApiError::Config(config)) if config.is_lack() => advise(
            config.to_string(),
            "name a workspace with `--host https://…`, a profile with `-p`, or a target with `-t`; `lakesmith auth \
             describe` shows every way to sign in",
        ),
        _ => error.into(),
    })
}

fn describe(settings: &Settings, args: &AuthArgs) -> anyhow::Result<Exit> {
    let explicit = explicit(settings, args)?;
    let found = block_on(async { elsewhere(pipeline::describe_sign_in(&explicit, &settings.system).await) })?;
    match args.format.format {
        Format::Json => settings.terminal.data(&views::json::document(views::auth::json(&found)))?,
        Format::Human => settings.terminal.show(&views::auth::text(&found))?,
    }
    Ok(if matches!(found.user, Some(Ok(_))) { Exit::Success } else { Exit::Failure })
}

fn login(settings: &Settings, args: &LoginArgs) -> anyhow::Result<Exit> {
    let explicit = explicit(settings, &args.auth)?;
    let show = |page: &str| {
        let opened = !args.no_browser && process::browse(page, &settings.system.env);
        let ask = if opened { "sign in with the browser, or open" } else { "open in a browser" };
        // Whoever cannot read it can still use the page that was opened.
        let _ = settings.terminal.problem(&format!("{ask}: {page}\n"));
    };
    let (signed_in, user) = block_on(async { elsewhere(pipeline::sign_in(&explicit, &settings.system, show).await) })?;
    match args.auth.format.format {
        Format::Json => {
            settings.terminal.data(&views::json::document(views::auth::signed_in_json(&signed_in, &user)))?
        }
        Format::Human => settings.terminal.show(&views::auth::signed_in_text(&signed_in, &user))?,
    }
    Ok(Exit::Success)
}

fn token(settings: &Settings, args: &AuthArgs) -> anyhow::Result<Exit> {
    let explicit = explicit(settings, args)?;
    let token = block_on(async { elsewhere(pipeline::issue_token(&explicit, &settings.system).await) })?;
    match args.format.format {
        Format::Json => settings.terminal.data(&views::json::document(views::auth::token_json(&token)))?,
        Format::Human => settings.terminal.data(&format!("{}\n", token.access.reveal()))?,
    }
    Ok(Exit::Success)
}
