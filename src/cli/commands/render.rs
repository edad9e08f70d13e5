//! `lakesmith render`: what the templates come to for a target.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::failure::Rejected;
use crate::cli::output;
use crate::cli::settings::Settings;
use crate::cli::views::{self, render::File};
use crate::diag::Diagnostics;
use crate::pipeline;
use crate::render::RenderedProject;

/// Render SQL and YAML templates for a target
///
/// Lists the rendered files, writes them below a folder, or prints one of them.
#[derive(Args, Debug)]
pub(in crate::cli) struct RenderArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// Write the rendered files below this folder, at the paths of their templates
    #[arg(long, value_name = "DIR", conflicts_with = "file")]
    out: Option<PathBuf>,

    /// Print one rendered file, named by the path of its template
    #[arg(long, value_name = "PATH")]
    file: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

pub(in crate::cli) fn run(settings: &Settings, args: &RenderArgs) -> anyhow::Result<Exit> {
    let (project, mut diagnostics) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    if let Some(name) = args.solution.as_deref().filter(|name| !project.solutions.contains_key(*name)) {
        return Err(Rejected(project.unknown_solution(name).into()).into());
    }
    let (rendered, found) = pipeline::render(&resolved, args.solution.as_deref());
    diagnostics.extend(found);
    let rendered = rendered.ok_or_else(|| Rejected(diagnostics.clone()))?;
    let mut files = files(&rendered);
    if let Some(path) = &args.file {
        files.retain(|file| file.path == path);
        if files.is_empty() && !diagnostics.has_errors() {
            bail!("`{path}` is not a template of this project");
        }
    }
    if let Some(folder) = &args.out {
        // Of files with errors nobody knows whether they are gone.
        let complete = !diagnostics.has_errors();
        output::write(&project.root, folder, &files, complete.then_some(args.solution.as_deref()))?;
    }
    show(settings, args, &rendered.target, &files, &diagnostics)?;
    Ok(Exit::of(&diagnostics))
}

fn files(rendered: &RenderedProject) -> Vec<File<'_>> {
    let mut files: Vec<File<'_>> = rendered
        .solutions
        .values()
        .flat_map(|solution| solution.rendered().map(|file| (solution.name.as_str(), file)))
        .map(|(solution, file)| File { solution, path: file.template.name(), text: file.output.text() })
        .collect();
    files.sort_by_key(|file| file.path);
    files
}

fn show(
    settings: &Settings,
    args: &RenderArgs,
    target: &str,
    files: &[File<'_>],
    diagnostics: &Diagnostics,
) -> anyhow::Result<()> {
    let terminal = settings.terminal;
    if args.format.format == Format::Json {
        let mut body = views::render::json(target, files, args.file.is_some());
        body["diagnostics"] = views::diagnostics::json(diagnostics)["diagnostics"].take();
        return Ok(terminal.data(&views::json::document(body))?);
    }
    match (&args.out, files) {
        (Some(folder), _) => {
            terminal.status(&format!("{} files for `{target}` written below {}", files.len(), folder.display()))?;
        }
        (None, [file]) if args.file.is_some() => terminal.data(file.text)?,
        (None, _) => terminal.show(&views::render::list(files))?,
    }
    Ok(views::diagnostics::human(terminal, diagnostics)?)
}
