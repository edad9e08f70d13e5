//! `lakesmith query`: one statement, and its rows.

use clap::{Args, ValueEnum};

use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::{args, views, workspace};

/// Run one SQL statement in the workspace
#[derive(Args, Debug)]
pub(in crate::cli) struct QueryArgs {
    /// The statement
    #[arg(value_name = "SQL")]
    sql: String,

    /// Catalog of names that have none
    #[arg(long, value_name = "NAME")]
    catalog: Option<String>,

    /// Schema of names that have none
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,

    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: RowFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum RowFormat {
    Table,
    Csv,
    Json,
}

impl QueryArgs {
    /// Of errors.
    pub(in crate::cli) fn error_format(&self) -> args::Format {
        match self.format {
            RowFormat::Json => args::Format::Json,
            RowFormat::Table | RowFormat::Csv => args::Format::Human,
        }
    }
}

pub(in crate::cli) fn run(settings: &Settings, args: &QueryArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let result = workspace::with(settings, &resolved, async |connected| {
        Ok(connected.workspace.query(&args.sql, args.catalog.as_deref(), args.schema.as_deref()).await?)
    })?;
    let terminal = settings.terminal;
    match args.format {
        RowFormat::Table => terminal.show(&views::result::table(&result))?,
        RowFormat::Csv => terminal.data(&views::result::csv(&result)?)?,
        RowFormat::Json => terminal.data(&format!("{}\n", views::result::json(&result)))?,
    }
    Ok(Exit::Success)
}
