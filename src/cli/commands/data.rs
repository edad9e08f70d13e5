//! `lakesmith data`: the synthetic data by itself.

use std::path::PathBuf;

use anyhow::bail;
use chrono::NaiveDate;
use clap::{Args, Subcommand};

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::views;
use crate::demo::{self, Generator, Wishes};
use crate::sys::fs;

/// Make synthetic data, or say what it would hold
#[derive(Subcommand, Debug)]
pub(in crate::cli) enum DataCommand {
    /// Write the synthetic data of a solution
    #[command(after_help = NEXT_DAY)]
    Generate(GenerateArgs),
    /// Tell the row counts and planted numbers of that data
    Stats(StatsArgs),
}

const NEXT_DAY: &str = "\
The next day in the local workspace, after `lakesmith demo up insurance -t local --as-of 2025-11-14`:
  lakesmith data generate insurance --next-day --out next --as-of 2025-11-14
  cp -R next/. .lakesmith/local/volumes/insurance_command_center/bronze/landing/
  lakesmith run insurance_pipeline -t local
Scale and seed must be those of the data it follows; the update reads the new files only.";

/// What the data is made from. The same values give the same bytes.
#[derive(Args, Debug)]
pub(in crate::cli) struct Knobs {
    /// Multiple of the smallest data set, from 1 to 250
    #[arg(long, value_name = "N", value_parser = scale, allow_negative_numbers = true)]
    scale: Option<f64>,

    /// Who, when and which words [default: 42]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Last day of the data, as 2025-11-14 [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<NaiveDate>,
}

fn scale(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| (1.0..=250.0).contains(number));
    number.ok_or_else(|| "expected a number from 1 to 250".to_string())
}

fn date(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "expected a day of the calendar such as 2025-11-14".to_string())
}

impl Knobs {
    pub(in crate::cli) fn wishes(&self) -> Wishes {
        Wishes { scale: self.scale, seed: self.seed, as_of: self.as_of }
    }
}

#[derive(Args, Debug)]
pub(in crate::cli) struct GenerateArgs {
    #[arg(value_name = "SOLUTION")]
    solution: String,

    /// Folder to write to; must be empty or absent
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// Only the files of the day after the last: its calls, claims and so on, and the members who changed
    #[arg(long)]
    next_day: bool,

    #[command(flatten)]
    knobs: Knobs,

    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct StatsArgs {
    #[arg(value_name = "SOLUTION")]
    solution: String,

    #[command(flatten)]
    knobs: Knobs,

    #[command(flatten)]
    format: FormatArg,
}

impl DataCommand {
    pub(in crate::cli) fn format(&self) -> Format {
        match self {
            Self::Generate(args) => args.format.format,
            Self::Stats(args) => args.format.format,
        }
    }
}

pub(in crate::cli) fn run(settings: &Settings, command: &DataCommand) -> anyhow::Result<Exit> {
    let today = settings.system.clock.now().date_naive();
    match command {
        DataCommand::Generate(args) => {
            let generator = Generator::of(&args.solution)?;
            let chosen = demo::Settings::chosen(&args.knobs.wishes(), today);
            // The generator empties its folder: it must not be one that holds something else.
            if !fs::list(&args.out)?.is_empty() {
                bail!("`{}` is not empty", args.out.display());
            }
            let data = if args.next_day {
                demo::next_day(generator, &chosen, &args.out)?
            } else {
                demo::generate(generator, &chosen, &args.out)?
            };
            let text = match args.format.format {
                Format::Json => views::json::document(views::data::files_json(&chosen, &data)),
                Format::Human => views::data::files(&chosen, &data, &args.out),
            };
            settings.terminal.data(&text)?;
        }
        DataCommand::Stats(args) => {
            let chosen = demo::Settings::chosen(&args.knobs.wishes(), today);
            let statistics = demo::statistics(Generator::of(&args.solution)?, &chosen)?;
            let text = match args.format.format {
                Format::Json => views::json::document(views::data::statistics_json(&chosen, &statistics)),
                Format::Human => views::data::statistics(&chosen, &statistics),
            };
            settings.terminal.data(&text)?;
        }
    }
    Ok(Exit::Success)
}
