//! `lakesmith impact`: what a change breaks, before it is made or before it is merged.

use clap::{Args, ValueEnum};

use super::lineage::{find, graph};
use crate::cli::args::Format;
use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::settings::Settings;
use crate::cli::views;
use crate::cli::views::impact::{self as view, Entry, Report, Verb};
use crate::diag::Diagnostics;
use crate::ident::Identifier;
use crate::lineage::{Change, Difference, Graph, Selection};
use crate::pipeline;
use crate::sys::git;

/// List everything that a change of tables or columns breaks
///
/// Datasets, dashboards, Genie spaces, grants, masks, row filters, alerts, jobs and the story, each with its places in the
/// project's files. Needs no workspace.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("change").required(true).args(["drop", "rename", "since"]))]
pub(in crate::cli) struct ImpactArgs {
    /// Without this table or column: `silver.members` or `silver.members.member_id`; may be repeated
    #[arg(long, value_name = "NAME")]
    drop: Vec<String>,

    /// With another name for this table or column: `silver.members.member_id=person_id`; may be repeated
    #[arg(long, value_name = "NAME=NEW")]
    rename: Vec<String>,

    /// What changed since this commit of the project's git repository
    #[arg(long, value_name = "GIT_REF")]
    since: Option<String>,

    /// Only this solution
    #[arg(long, value_name = "NAME")]
    solution: Option<String>,

    /// Form of the output; Markdown is for pull requests
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: ImpactFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum ImpactFormat {
    Human,
    Json,
    Markdown,
}

impl ImpactArgs {
    pub(in crate::cli) fn error_format(&self) -> Format {
        if self.format == ImpactFormat::Json { Format::Json } else { Format::Human }
    }
}

pub(in crate::cli) fn run(settings: &Settings, args: &ImpactArgs) -> anyhow::Result<Exit> {
    let (now, findings, target) = graph(settings, args.solution.as_deref())?;
    let old = args.since.as_deref().map(|since| graph_of(settings, args, since, &target)).transpose()?;
    let graph = old.as_ref().unwrap_or(&now);
    let mut report = Report { graph, target: &target, since: args.since.as_deref(), entries: Vec::new(), now: None };
    for name in &args.drop {
        let id = find(graph, name)?.id();
        report.entries.push(Entry { verb: Verb::Drop, node: id, impact: graph.impact(id, Change::Drop) });
    }
    for text in &args.rename {
        report.entries.push(rename(graph, text)?);
    }
    if args.since.is_some() {
        report.now = Some(&now);
        report.entries.extend(graph.differences(&now).into_iter().map(|difference| entry(graph, difference)));
    }
    let terminal = settings.terminal;
    match args.format {
        ImpactFormat::Json => terminal.data(&views::json::document(view::json(&report)))?,
        ImpactFormat::Markdown => terminal.data(&view::markdown(&report))?,
        ImpactFormat::Human => terminal.show(&view::human(&report))?,
    }
    show(settings, &findings)
}

fn show(settings: &Settings, findings: &Diagnostics) -> anyhow::Result<Exit> {
    views::diagnostics::human(settings.terminal, findings)?;
    Ok(Exit::of(findings))
}

fn rename(graph: &Graph, text: &str) -> anyhow::Result<Entry> {
    let hint = "write `schema.table.column=new_name`";
    let (name, new) = text.split_once('=').ok_or_else(|| advise(format!("`{text}` names no new name"), hint))?;
    let selection = find(graph, name)?;
    let id = selection.id();
    let new_name = Identifier::new(new).map_err(|error| advise(error.to_string(), hint))?;
    let taken = match selection {
        Selection::Column(column) => {
            let table = graph.parent(column);
            let names = table.into_iter().flat_map(|table| graph.columns(table)).map(|id| graph.name(id));
            names.into_iter().any(|known| known.eq_ignore_ascii_case(new_name.as_str()))
        }
        Selection::Relation(_) => graph.find(new).is_ok(),
    };
    if taken {
        return Err(advise(format!("`{new}` is there already"), "choose a name that nothing has"));
    }
    Ok(Entry { verb: Verb::Rename(new.to_string()), node: id, impact: graph.impact(id, Change::Rename) })
}

fn entry(old: &Graph, difference: Difference) -> Entry {
    let node = difference.node();
    let verb = match difference {
        Difference::DroppedTable(_) | Difference::DroppedColumn(_) => Verb::Drop,
        Difference::RenamedColumn { new, .. } => Verb::Rename(new),
        Difference::Retyped { from, to, .. } => Verb::Retype(from, to),
    };
    let change = if verb == Verb::Drop { Change::Drop } else { Change::Rename };
    Entry { verb, node, impact: old.impact(node, change) }
}

/// The graph of the project as it was in a commit.
fn graph_of(settings: &Settings, args: &ImpactArgs, since: &str, target: &str) -> anyhow::Result<Graph> {
    let (project, _) = settings.project()?;
    let old = git::checkout(&project.root, since)?;
    let before =
        |what: &str| advise(format!("the project {what} at `{since}`"), "name a commit whose project is valid");
    let (loaded, _) = pipeline::load(old.root())?;
    let loaded = loaded.ok_or_else(|| before("cannot be read as it was"))?;
    let resolved = settings.resolve_for_commit(&loaded, target).ok_or_else(|| before("has no such target"))?;
    let solution = args.solution.as_deref().filter(|name| resolved.solutions.contains_key(*name));
    let (compiled, _) = pipeline::compile(&resolved, solution);
    Ok(pipeline::lineage(&compiled, solution))
}
