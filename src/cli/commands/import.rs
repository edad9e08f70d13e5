//! `lakesmith import`: the project's files for an object that is there already.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::bind::{differences, refused};
use crate::cli::args::{Format, FormatArg, duration};
use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::progress::Entrance;
use crate::cli::settings::{Settings, accept};
use crate::cli::unit::{self, Unit};
use crate::cli::{views, workspace};
use crate::pipeline::{self, Cancel, Draft, ImportError, ImportRequest, Kind, Patience};
use crate::project::Overlay;
use crate::sys::fs;

/// Write the project's files for an object that is there already
///
/// Declares a job, pipeline, dashboard, Genie space, alert, catalog, schema, volume or the grants on something as it is, and
/// binds it: the next plan has nothing to do. Overwrites no file.
#[derive(Args, Debug)]
pub(in crate::cli) struct ImportArgs {
    /// job, pipeline, dashboard, genie_space, alert, catalog, schema, volume or grants
    #[arg(value_name = "KIND", value_parser = kind)]
    kind: Kind,

    /// Which one: `1234`, `Daily load`, `main.gold`; of grants, `schema.main.gold`
    #[arg(value_name = "ID|NAME")]
    wanted: String,

    /// Whose it is to be, where the project has several
    #[arg(long, value_name = "SOLUTION")]
    solution: Option<String>,

    /// What the project is to call it [default: a word made of its name]
    #[arg(long, value_name = "KEY", value_parser = key)]
    key: Option<String>,

    /// Wait this long for a deployment of the target to end
    #[arg(long, value_name = "DURATION", default_value = "90s", value_parser = duration)]
    lock_timeout: Duration,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::parse(&text.replace('-', "_")).ok_or_else(|| {
        let all = Kind::ALL.into_iter().filter(|kind| pipeline::section(*kind).is_ok());
        let all: Vec<&str> = all.map(Kind::as_str).collect();
        format!("expected one of {}", all.join(", "))
    })
}

fn key(text: &str) -> Result<String, String> {
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_word {
        Ok(text.to_string())
    } else {
        Err("expected letters, digits, `_` and `-`, a letter first".to_string())
    }
}

pub(in crate::cli) fn run(settings: &Settings, args: &ImportArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    let [solution] = solutions.as_slice() else {
        return Err(advise("the project has several solutions", "say with `--solution` whose it is to be"));
    };
    let root = settings.root()?;
    let (draft, differs) = workspace::with(settings, &resolved, async |connected| {
        let workspace = &connected.workspace;
        let request = ImportRequest { kind: args.kind, wanted: &args.wanted, solution, key: args.key.as_deref() };
        let draft = workspace.draft(&resolved, &request).await.map_err(undone)?;
        // What is wrong with the project is told below.
        let (compiled, _) = pipeline::compile(&resolved, Some(solution));
        let folder = workspace.root(&pipeline::unit(&project.name.value, solution), &resolved.target.name);
        let (as_it_is, _) = compiled.desired(&folder, workspace.user(), Vec::new());
        draft.fits(&as_it_is).map_err(undone)?;
        let mut overlay = Overlay::default();
        for (path, text) in &draft.files {
            if fs::exists(&root.join(path)) {
                let hint = "nothing was written; choose another key with `--key`";
                return Err(advise(format!("`{path}` is there already"), hint));
            }
            overlay.put(path, text.as_str());
        }
        // What would come of the files, before there is any: whatever is wrong is told, and nothing is written.
        let (with_it, _) = accept(pipeline::load_with(&root, &overlay)?)?;
        let with_it = settings.resolve(&with_it)?;
        let unit = Unit::compile(settings, &with_it, solution)?;
        let desired = unit.desired(workspace)?;
        let (observer, cancel) = (&Entrance(settings.terminal), &Cancel::never());
        let patience = Patience { longest: args.lock_timeout, observer, cancel };
        let target = &resolved.target.name;
        let plan = workspace.take(&unit.name, target, &desired, &draft.key, &draft.id, patience).await;
        let plan = plan.map_err(refused)?;
        for (path, text) in &draft.files {
            let full = root.join(path);
            if let Some(folder) = full.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write_atomic(&full, text.as_bytes())?;
        }
        let differs = differences(&plan, &draft.key);
        Ok((draft, differs))
    })?;
    show(settings, args, &resolved.target.name, &draft, &differs)?;
    Ok(if differs.is_empty() { Exit::Success } else { Exit::Failure })
}

fn undone(error: ImportError) -> anyhow::Error {
    match (error.hint(), error) {
        (_, ImportError::Pipeline(error)) => error.into(),
        (Some(hint), error) => advise(error.to_string(), hint),
        (None, error) => error.into(),
    }
}

fn show(settings: &Settings, args: &ImportArgs, target: &str, draft: &Draft, differs: &[String]) -> anyhow::Result<()> {
    let Draft { key, id, files, left } = draft;
    let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    match args.format.format {
        Format::Json => {
            let body = json!({
                "key": key, "id": id, "target": target, "files": paths, "left": left,
                "differs": differs,
            });
            settings.terminal.data(&views::json::result(differs.is_empty(), body))?;
        }
        Format::Human => {
            let mut out: String = paths.iter().map(|path| format!("wrote {path}\n")).collect();
            out.push_str(&format!("`{key}` is `{id}` of {target}\n"));
            if !left.is_empty() {
                out.push_str(&format!("left out, as no resource file can have them: {}\n", left.join(", ")));
            }
            match differs {
                [] => out.push_str("the plan of it has nothing to do\n"),
                differs => out.push_str(&format!("the next plan changes {}\n", differs.join(", "))),
            }
            settings.terminal.show(&out)?;
        }
    }
    Ok(())
}
