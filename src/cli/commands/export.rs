//! `lakesmith export`: a project in the form of another tool.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::failure::{Rejected, advise};
use crate::cli::settings::Settings;
use crate::cli::{unit, views};
use crate::pipeline::{self, Judge, Left};
use crate::sys::fs;

/// Write the project in the form of another tool
#[derive(Subcommand, Debug)]
pub(in crate::cli) enum ExportCommand {
    /// Write a bundle for the official Databricks command line, and list what it cannot say
    Bundle(BundleArgs),
}

#[derive(Args, Debug)]
pub(in crate::cli) struct BundleArgs {
    /// Which one, where the project has several
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// Folder to write to; new or empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    #[command(flatten)]
    format: FormatArg,
}

impl ExportCommand {
    pub(in crate::cli) fn format(&self) -> Format {
        let Self::Bundle(args) = self;
        args.format.format
    }
}

pub(in crate::cli) fn run(settings: &Settings, command: &ExportCommand) -> anyhow::Result<Exit> {
    let ExportCommand::Bundle(args) = command;
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    let [solution] = solutions.as_slice() else {
        return Err(advise("the project has several solutions", "name the one to export"));
    };
    if fs::exists(&args.out) && !fs::list(&args.out)?.is_empty() {
        return Err(advise(format!("`{}` is not empty", args.out.display()), "name a new folder with `--out`"));
    }
    let (compiled, mut findings) = pipeline::compile(&resolved, Some(solution));
    let (_, found) = pipeline::examine(&compiled, Some(solution));
    findings.extend(found);
    let findings = Judge::of(&resolved, Some(solution)).judge(findings).findings;
    if findings.has_errors() {
        return Err(Rejected(findings).into());
    }
    let bundle = compiled.bundle(solution);
    for (path, bytes) in &bundle.files {
        let path = args.out.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, bytes)?;
    }
    match args.format.format {
        Format::Json => {
            let left: Vec<Value> = bundle.left.iter().map(left_json).collect();
            let files: Vec<&String> = bundle.files.keys().collect();
            let body = json!({ "target": resolved.target.name, "files": files, "left": left });
            settings.terminal.data(&views::json::result(true, body))?;
        }
        Format::Human => {
            let count = bundle.files.len();
            let mut out = format!("{count} files written to {} for {}\n", args.out.display(), resolved.target.name);
            if !bundle.left.is_empty() {
                out.push_str("the bundle does not say\n");
            }
            for Left { key, field, why } in &bundle.left {
                let field = field.as_ref().map(|field| format!(" {field}")).unwrap_or_default();
                out.push_str(&format!("  {key}{field}: {why}\n"));
            }
            settings.terminal.show(&out)?;
        }
    }
    Ok(Exit::Success)
}

fn left_json(left: &Left) -> Value {
    json!({ "key": left.key, "field": left.field, "why": left.why })
}
