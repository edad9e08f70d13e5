//! One file a command: its arguments and what it does with them.

pub(super) mod render;

use super::args::Command;
use super::exit::Exit;
use super::settings::Settings;

pub(super) fn dispatch(settings: &Settings, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Render(args) => render::run(settings, &args),
    }
}
