//! `lakesmith sources`: what is known of tables that the project reads and does not make.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, Subcommand};

use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::settings::Settings;
use crate::cli::views::unified::unified;
use crate::cli::{unit, workspace};
use crate::ident::TableName;
use crate::pipeline::{self, RemoteTable, Workspace};
use crate::project::{Resolved, SourceTable};
use crate::sys::fs;

/// Tables that the project reads and does not make
#[derive(Subcommand, Debug)]
pub(in crate::cli) enum SourcesCommand {
    /// Read their columns from the workspace into sources.yml
    ///
    /// `check` itself never needs a workspace. Entries of which nothing changed stay as they are, with their comments.
    Pull(PullArgs),
}

#[derive(Args, Debug)]
pub(in crate::cli) struct PullArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// This table, too, as catalog.schema.table; may be repeated
    #[arg(long = "table", value_name = "NAME")]
    tables: Vec<String>,

    /// Every table of this schema, too, as catalog.schema; may be repeated
    #[arg(long = "schema", value_name = "NAME")]
    schemas: Vec<String>,

    /// Write nothing; exit with 1 if something would change
    #[arg(long)]
    check: bool,
}

pub(in crate::cli) fn run(settings: &Settings, command: &SourcesCommand) -> anyhow::Result<Exit> {
    let SourcesCommand::Pull(args) = command;
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    if solutions.len() > 1 && !(args.tables.is_empty() && args.schemas.is_empty()) {
        let hint = format!("name one of {}", solutions.join(", "));
        return Err(advise("whose tables are they? The project has several solutions", hint));
    }
    let mut wanted = BTreeMap::new();
    for solution in &solutions {
        let (compiled, _) = pipeline::compile(&resolved, Some(solution));
        let declared = compiled.rendered.solutions.get(solution).map(|rendered| rendered.sources.clone());
        let declared = declared.unwrap_or_default();
        let mut tables = pipeline::missing(&compiled, solution).tables;
        tables.retain(|table| !is_built_in(table));
        tables.extend(declared.iter().map(|table| table.name.clone()));
        for name in &args.tables {
            tables.insert(
                TableName::parse(name).map_err(|error| advise(error.to_string(), "write catalog.schema.table"))?,
            );
        }
        wanted.insert(solution.clone(), (declared, tables));
    }
    workspace::with(settings, &resolved, async |connected| {
        let mut exit = Exit::Success;
        for (solution, (declared, tables)) in &wanted {
            let changed = pull(settings, &resolved, &connected.workspace, args, solution, declared, tables).await?;
            if changed && args.check {
                exit = Exit::Failure;
            }
        }
        Ok(exit)
    })
}

/// Whose columns are known without asking.
fn is_built_in(table: &TableName) -> bool {
    table.catalog.as_str().eq_ignore_ascii_case("system")
        || table.schema.as_str().eq_ignore_ascii_case("information_schema")
}

/// Whether the file changes.
async fn pull(
    settings: &Settings,
    resolved: &Resolved<'_>,
    workspace: &Workspace,
    args: &PullArgs,
    solution: &str,
    declared: &[SourceTable],
    tables: &BTreeSet<TableName>,
) -> anyhow::Result<bool> {
    let mut tables = tables.clone();
    for name in &args.schemas {
        let Some((catalog, schema)) = name.split_once('.') else {
            return Err(advise(format!("`{name}` is no schema"), "write catalog.schema"));
        };
        match workspace.tables(catalog, schema).await? {
            Some(found) => tables.extend(found),
            None => return Err(advise(format!("the workspace has no schema `{name}`"), "see `--schema` and `-t`")),
        }
    }
    let mut pulled: Vec<RemoteTable> = Vec::new();
    for name in &tables {
        match workspace.table(name).await? {
            Some(table) => pulled.push(table),
            None => {
                settings.terminal.status(&format!("{name}: the workspace has no such table, or does not show it"))?
            }
        }
    }
    let Some(own) = resolved.project.solutions.get(solution) else { return Ok(false) };
    let path = pipeline::sources_path(resolved.project, own);
    let before = own.files.sources.as_ref().map(|file| file.text()).unwrap_or_default();
    let after = match pulled.is_empty() {
        true => before.to_string(),
        false => pipeline::sources_with(own.files.sources.as_deref(), declared, &pulled),
    };
    if before == after {
        settings.terminal.status(&format!("{path}: nothing changes"))?;
        return Ok(false);
    }
    settings.terminal.show(&unified(&path, &path, before, &after))?;
    if !args.check {
        fs::write_atomic(&resolved.project.root.join(&path), after.as_bytes())?;
    }
    Ok(true)
}
