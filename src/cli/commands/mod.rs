//! One file a command: its arguments and what it does with them.

pub(super) mod auth;
pub(super) mod bind;
pub(super) mod build;
pub(super) mod check;
pub(super) mod data;
pub(super) mod demo;
pub(super) mod deploy;
pub(super) mod diff;
pub(super) mod doctor;
pub(super) mod drift;
pub(super) mod explain;
pub(super) mod export;
pub(super) mod fmt;
pub(super) mod history;
pub(super) mod impact;
pub(super) mod import;
pub(super) mod init;
pub(super) mod lineage;
pub(super) mod local;
pub(super) mod lsp;
pub(super) mod plan;
pub(super) mod promote;
pub(super) mod query;
pub(super) mod render;
pub(super) mod rollback;
pub(super) mod run;
pub(super) mod sources;
pub(super) mod state;
pub(super) mod status;
pub(super) mod test;
pub(super) mod verify;
mod watch;

use super::args::Command;
use super::exit::Exit;
use super::settings::Settings;

pub(super) fn dispatch(settings: &Settings, command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Init(args) => init::run(settings, args),
        Command::Sources(command) => sources::run(settings, command),
        Command::Render(args) => render::run(settings, args),
        Command::Check(args) => check::run(settings, args),
        Command::Explain(args) => explain::run(settings, args),
        Command::Lineage(args) => lineage::run(settings, args),
        Command::Impact(args) => impact::run(settings, args),
        Command::Fmt(args) => fmt::run(settings, args),
        Command::Test(args) => test::run(settings, args),
        Command::Plan(args) => plan::run(settings, args),
        Command::Apply(args) => deploy::apply(settings, args),
        Command::Deploy(args) => deploy::deploy(settings, args),
        Command::Destroy(args) => deploy::destroy(settings, args),
        Command::Build(args) => build::run(settings, args),
        Command::History(args) => history::run(settings, args),
        Command::Rollback(args) => rollback::run(settings, args),
        Command::Verify(args) => verify::run(settings, args),
        Command::Diff(args) => diff::run(settings, args),
        Command::Promote(args) => promote::run(settings, args),
        Command::Drift(args) => drift::run(settings, args),
        Command::Bind(args) => bind::bind(settings, args),
        Command::Import(args) => import::run(settings, args),
        Command::Export(command) => export::run(settings, command),
        Command::Unbind(args) => bind::unbind(settings, args),
        Command::Doctor(args) => doctor::run(settings, args),
        Command::State(command) => state::run(settings, command),
        Command::Run(args) => run::run(settings, args),
        Command::Query(args) => query::run(settings, args),
        Command::Status(args) => status::run(settings, args),
        Command::Data(command) => data::run(settings, command),
        Command::Demo(command) => demo::run(settings, command),
        Command::Local(command) => local::run(settings, command),
        Command::Auth(command) => auth::run(settings, command),
        Command::Lsp(args) => lsp::run(settings, args),
    }
}
