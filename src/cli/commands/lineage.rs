//! `lakesmith lineage`: where columns come from, and what is made of them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::args::Format;
use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::settings::Settings;
use crate::cli::views::lineage::{self as view, Part};
use crate::cli::{unit, views};
use crate::diag::Diagnostics;
use crate::lineage::{Direction, Graph, NotFound, Selection};
use crate::pipeline;
use crate::sys::fs;

/// Show where columns come from and what uses them
///
/// Covers SQL, dashboards, Genie spaces, grants, masks, row filters, alerts, jobs and the story. Without a name: the whole
/// project. Needs no workspace.
#[derive(Args, Debug)]
pub(in crate::cli) struct LineageArgs {
    /// A table or a column, with or without its catalog: `silver.members` or `silver.members.member_id`
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// Only what it is made of
    #[arg(long, conflicts_with = "down")]
    up: bool,

    /// Only what is made of it
    #[arg(long)]
    down: bool,

    /// Go no further than this many steps
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    depth: Option<u32>,

    /// Only this solution
    #[arg(long, value_name = "NAME")]
    solution: Option<String>,

    /// Write the output to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Form of the output: a tree for people, JSON (docs/lineage.md), Graphviz, or one HTML page
    #[arg(long, value_name = "FORMAT", default_value = "tree")]
    format: LineageFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum LineageFormat {
    Tree,
    Json,
    Dot,
    Html,
}

impl LineageArgs {
    pub(in crate::cli) fn error_format(&self) -> Format {
        if self.format == LineageFormat::Json { Format::Json } else { Format::Human }
    }
}

pub(in crate::cli) fn run(settings: &Settings, args: &LineageArgs) -> anyhow::Result<Exit> {
    let (graph, findings, target) = graph(settings, args.solution.as_deref())?;
    let selection = args.name.as_deref().map(|name| find(&graph, name)).transpose()?;
    let directions: &[Direction] = match (args.up, args.down) {
        (true, _) => &[Direction::Up],
        (_, true) => &[Direction::Down],
        _ => &[Direction::Up, Direction::Down],
    };
    let depth = args.depth.and_then(|depth| usize::try_from(depth).ok());
    let part = Part { graph: &graph, selection, directions, depth };
    let text = match args.format {
        LineageFormat::Tree => view::tree(&part),
        LineageFormat::Json => views::json::document(view::json(&part, &target)),
        LineageFormat::Dot => view::dot(&part),
        LineageFormat::Html => view::html(&part, &target),
    };
    match &args.out {
        Some(path) => {
            fs::write(path, text.as_bytes())?;
            settings.terminal.status(&format!("written to {}", path.display()))?;
        }
        None if args.format == LineageFormat::Tree => settings.terminal.show(&text)?,
        None => settings.terminal.data(&text)?,
    }
    views::diagnostics::human(settings.terminal, &findings)?;
    Ok(Exit::of(&findings))
}

/// The graph of the project's solutions, with what is wrong with them: lineage is right as far as they are.
pub(in crate::cli) fn graph(
    settings: &Settings,
    solution: Option<&str>,
) -> anyhow::Result<(Graph, Diagnostics, String)> {
    let (project, mut findings) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let named = solution.is_some().then(|| unit::solutions(&resolved, solution)).transpose()?;
    let named = named.as_ref().and_then(|named| named.first()).map(String::as_str);
    let (compiled, found) = pipeline::compile(&resolved, named);
    findings.extend(found);
    let graph = pipeline::lineage(&compiled, named);
    let errors = findings.into_iter().filter(|finding| finding.severity == crate::diag::Severity::Error);
    Ok((graph, errors.collect(), compiled.target.clone()))
}

/// What a name means, or what was probably meant.
pub(in crate::cli) fn find(graph: &Graph, name: &str) -> anyhow::Result<Selection> {
    graph.find(name).map_err(|error| match &error {
        NotFound::Ambiguous { .. } => advise(error.to_string(), "name the catalog, too"),
        NotFound::Unknown { .. } | NotFound::Column { .. } => match error.near() {
            Some(near) => advise(error.to_string(), format!("did you mean `{near}`?")),
            None => anyhow::anyhow!("{error}"),
        },
    })
}
