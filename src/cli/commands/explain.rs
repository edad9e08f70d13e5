//! `lakesmith explain`: what a code means, why it matters, and how it is mended.

use clap::Args;

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::failure::Rejected;
use crate::cli::settings::Settings;
use crate::cli::views;
use crate::diag::{CODES, Code, CodeInfo, Diagnostics, unknown_code};

/// Explain codes of findings, with a wrong and a right example
///
/// Without a code: the list of all.
#[derive(Args, Debug)]
pub(in crate::cli) struct ExplainArgs {
    /// Codes such as LS401, ls401 or 401
    #[arg(value_name = "CODE")]
    codes: Vec<String>,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

pub(in crate::cli) fn run(settings: &Settings, args: &ExplainArgs) -> anyhow::Result<Exit> {
    let (mut chosen, mut unknown) = (Vec::new(), Diagnostics::default());
    for text in &args.codes {
        match Code::parse(text).and_then(Code::info) {
            Some(info) if chosen.iter().any(|other: &&CodeInfo| other.code == info.code) => {}
            Some(info) => chosen.push(info),
            None => unknown.push(unknown_code(text)),
        }
    }
    if !unknown.is_empty() {
        return Err(Rejected(unknown).into());
    }
    let all = args.codes.is_empty();
    let codes: Vec<&CodeInfo> = if all { CODES.iter().collect() } else { chosen };
    let terminal = settings.terminal;
    match args.format.format {
        Format::Json => terminal.data(&views::json::document(views::explain::json(&codes)))?,
        Format::Human if all => terminal.show(&views::explain::list(&codes))?,
        Format::Human => terminal.show(&views::explain::pages(&codes))?,
    }
    Ok(Exit::Success)
}
