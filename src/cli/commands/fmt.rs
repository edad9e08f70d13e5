//! `lakesmith fmt`: SQL templates in one style.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::failure::{Rejected, advise};
use crate::cli::settings::Settings;
use crate::cli::views;
use crate::cli::views::fmt::{Formatted, Outcome};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::pipeline;
use crate::project;
use crate::sys::fs;

/// Write SQL templates in one style
///
/// Changes white space, line breaks and the case of keywords, and nothing else: comments, hints and template tags stay
/// as they are. A file that cannot be read as SQL is left alone.
#[derive(Args, Debug)]
pub(in crate::cli) struct FmtArgs {
    /// Files, and folders to search for `.sql` files; `-` formats standard input to standard output [default: the
    /// project's `sql` folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Change nothing; exit with 1 if a file would be changed
    #[arg(long)]
    check: bool,

    /// Show what is changed, as a unified diff; also with -v
    #[arg(long)]
    diff: bool,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

pub(in crate::cli) fn run(settings: &Settings, args: &FmtArgs) -> anyhow::Result<Exit> {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return standard_input(settings, args);
    }
    let mut diagnostics = Diagnostics::default();
    let mut files = Vec::new();
    for (name, path) in inputs(settings, args)? {
        let bytes = fs::read(&path)?;
        let file = match String::from_utf8(bytes) {
            Ok(text) => SourceFile::new(name, text),
            Err(_) => {
                let file = SourceFile::new(name.clone(), "");
                let place = Location::new(&file, Span::default());
                diagnostics.push(Diagnostic::error(Code::UNREADABLE_FILE, format!("`{name}` is not UTF-8")).at(place));
                files.push(Formatted {
                    path: name,
                    outcome: Outcome::Failed,
                    before: String::new(),
                    after: String::new(),
                });
                continue;
            }
        };
        let formatted = formatted(&file, &mut diagnostics);
        if formatted.outcome == Outcome::Changed && !args.check {
            write(&path, &formatted.after)?;
        }
        files.push(formatted);
    }
    show(settings, args, &files, &diagnostics)?;
    Ok(exit(&files, &diagnostics, args.check))
}

/// The file as it should be, or why it stays as it is.
fn formatted(file: &std::sync::Arc<SourceFile>, diagnostics: &mut Diagnostics) -> Formatted {
    let before = file.text().to_string();
    let (outcome, after) = match pipeline::format(file) {
        Ok(after) if after == before => (Outcome::Unchanged, after),
        Ok(after) => (Outcome::Changed, after),
        Err(diagnostic) => {
            diagnostics.push(*diagnostic);
            (Outcome::Failed, before.clone())
        }
    };
    Formatted { path: file.name().to_string(), outcome, before, after }
}

/// Through a link, and never leaving half a file.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    Ok(fs::replace(path, text.as_bytes())?)
}

fn show(settings: &Settings, args: &FmtArgs, files: &[Formatted], diagnostics: &Diagnostics) -> anyhow::Result<()> {
    let terminal = settings.terminal;
    if args.format.format == Format::Json {
        let mut body = views::fmt::json(files, args.check);
        body["diagnostics"] = views::diagnostics::json(diagnostics)["diagnostics"].take();
        return Ok(terminal.data(&views::json::document(body))?);
    }
    for file in files.iter().filter(|file| file.outcome == Outcome::Changed) {
        if args.diff || terminal.is_verbose() {
            terminal.show(&views::fmt::diff(file))?;
        } else {
            terminal.show(&format!("{}\n", file.path))?;
        }
    }
    views::diagnostics::human(terminal, diagnostics)?;
    Ok(terminal.status(&views::fmt::summary(files, args.check))?)
}

fn exit(files: &[Formatted], diagnostics: &Diagnostics, check: bool) -> Exit {
    let found = check && files.iter().any(|file| file.outcome == Outcome::Changed);
    Exit::of(diagnostics).or(if found { Exit::Failure } else { Exit::Success })
}

fn standard_input(settings: &Settings, args: &FmtArgs) -> anyhow::Result<Exit> {
    if args.paths.len() > 1 {
        return Err(advise("`-` stands for the only input", "leave out the other paths"));
    }
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text).context("cannot read standard input")?;
    let mut diagnostics = Diagnostics::default();
    let formatted = formatted(&SourceFile::new("<stdin>", text), &mut diagnostics);
    let files = [formatted];
    if args.check || args.diff || args.format.format == Format::Json {
        show(settings, args, &files, &diagnostics)?;
    } else {
        // A text with errors is passed on as it is, so that a pipe loses nothing.
        settings.terminal.data(&files[0].after)?;
        views::diagnostics::human(settings.terminal, &diagnostics)?;
    }
    Ok(exit(&files, &diagnostics, args.check))
}

/// The names and places of all files, each once, in the order of the arguments and of paths below folders.
fn inputs(settings: &Settings, args: &FmtArgs) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    if args.paths.is_empty() {
        let root = project::find(&settings.folder).map_err(|diagnostic| Rejected(diagnostic.into()))?;
        below(&root.join("sql"), &root, &mut found)?;
        return Ok(found);
    }
    for path in &args.paths {
        let place = settings.folder.join(path);
        match fs::stat(&place)? {
            Some(entry) if entry.is_dir => below(&place, &settings.folder, &mut found)?,
            Some(_) => found.push((shown(path), place)),
            None => {
                return Err(advise(
                    format!("`{}` does not exist", path.display()),
                    "name files, or folders to search for `.sql` files",
                ));
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|(_, place)| seen.insert(place.clone()));
    Ok(found)
}

fn below(folder: &Path, root: &Path, found: &mut Vec<(String, PathBuf)>) -> anyhow::Result<()> {
    for entry in fs::walk_files(folder)? {
        if entry.is_file && entry.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("sql")) {
            found.push((shown(entry.path.strip_prefix(root).unwrap_or(&entry.path)), entry.path.clone()));
        }
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}
