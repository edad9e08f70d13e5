//! `lakesmith query`: one statement, and its rows.

use clap::{Args, ValueEnum};

use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::settings::Settings;
use crate::cli::{args, views, workspace};
use crate::pipeline::{self, NoReader, Reader};
use crate::project::Resolved;

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

    /// Read as somebody who plays this role of `principals`, or as the user of this name; several roles, by commas. Only
    /// in the embedded workspace
    #[arg(long = "as", value_name = "ROLE|USER", value_delimiter = ',')]
    reader: Vec<String>,

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
    let reader = reader(&resolved, &args.reader)?;
    let result = workspace::with(settings, &resolved, async |connected| {
        let (catalog, schema) = (args.catalog.as_deref(), args.schema.as_deref());
        let Some(reader) = &reader else { return Ok(connected.workspace.query(&args.sql, catalog, schema).await?) };
        if !connected.is_embedded() {
            let hint = "ask in the embedded workspace with `-t local`, or connect as that user with `-p PROFILE`";
            return Err(advise("only the embedded workspace can be read as somebody else", hint));
        }
        Ok(connected.workspace.seen_by(reader).await?.query(&args.sql, catalog, schema).await?)
    })?;
    let terminal = settings.terminal;
    match args.format {
        RowFormat::Table => terminal.show(&views::result::table(&result))?,
        RowFormat::Csv => terminal.data(&views::result::csv(&result)?)?,
        RowFormat::Json => terminal.data(&format!("{}\n", views::result::json(&result)))?,
    }
    Ok(Exit::Success)
}

/// Whoever `--as` names; `None` if it is absent.
fn reader(resolved: &Resolved<'_>, named: &[String]) -> anyhow::Result<Option<Reader>> {
    let (users, roles): (Vec<&str>, Vec<&str>) =
        named.iter().map(String::as_str).filter(|name| !name.is_empty()).partition(|name| name.contains('@'));
    if let [_, second, ..] = users.as_slice() {
        return Err(advise(format!("`{second}` is a second user"), "name one user, and the roles of that user"));
    }
    if users.is_empty() && roles.is_empty() {
        return Ok(None);
    }
    let declared = pipeline::roles(resolved);
    match Reader::of_roles(&declared, &roles, users.first().copied()) {
        Ok(reader) => Ok(Some(reader)),
        Err((at, why)) => {
            let role = roles.get(at).copied().unwrap_or_default();
            let known: Vec<String> = declared.keys().map(|role| format!("`{role}`")).collect();
            Err(match why {
                NoReader::Unknown => advise(
                    format!("the principal `{role}` is not declared"),
                    format!("name a user as `name@domain`, or a role of lakesmith.yml: {}", known.join(", ")),
                ),
                NoReader::Unnamed => advise(
                    format!("the principal `{role}` has no name in the target `{}`", resolved.target.name),
                    "name it under `principals` in lakesmith.yml",
                ),
                NoReader::Second { first, second } => advise(
                    format!("`{first}` and `{second}` are two users"),
                    "name one user, and the roles of that user",
                ),
            })
        }
    }
}
