//! What can be written on the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::commands::{
    auth, bind, build, check, data, demo, deploy, diff, doctor, drift, explain, export, fmt, history, impact, import,
    init, lineage, local, lsp, plan, promote, query, render, rollback, run, sources, state, status, test, verify,
};

#[derive(Parser, Debug)]
#[command(
    name = "lakesmith",
    version,
    about = "Compiles, proves, deploys and locally runs a whole Databricks lakehouse",
    max_term_width = 100
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// Target of lakesmith.yml (default: the one marked `default`, else `local`) [env: LAKESMITH_TARGET]
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(super) target: Option<String>,

    /// Profile of ~/.databrickscfg [env: DATABRICKS_CONFIG_PROFILE]
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(super) profile: Option<String>,

    /// Look for the project from this folder upwards instead of the current one
    #[arg(short = 'C', long = "project", global = true, value_name = "DIR")]
    pub(super) project: Option<PathBuf>,

    /// Set a variable of the project; may be repeated [env: LAKESMITH_VAR_<NAME>]
    #[arg(long = "var", global = true, value_name = "NAME=VALUE", value_parser = pair)]
    pub(super) vars: Vec<(String, String)>,

    /// Say less
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,

    /// Say more; twice for every request
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,

    /// When to use colours [env: NO_COLOR]
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,

    /// Show no progress bars
    #[arg(long, global = true)]
    pub(super) no_progress: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

/// The form of output that every command has.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub(super) enum Format {
    Human,
    Json,
}

/// `--format human|json`, for commands that have no other forms.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct FormatArg {
    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Format,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    Init(init::InitArgs),
    Render(render::RenderArgs),
    Check(check::CheckArgs),
    Explain(explain::ExplainArgs),
    Lineage(lineage::LineageArgs),
    Impact(impact::ImpactArgs),
    Fmt(fmt::FmtArgs),
    Test(test::TestArgs),
    Plan(plan::PlanArgs),
    Apply(deploy::ApplyArgs),
    Deploy(deploy::DeployArgs),
    Destroy(deploy::DestroyArgs),
    Drift(drift::DriftArgs),
    Build(build::BuildArgs),
    History(history::HistoryArgs),
    Rollback(rollback::RollbackArgs),
    Verify(verify::VerifyArgs),
    Diff(diff::DiffArgs),
    Promote(promote::PromoteArgs),
    Bind(bind::BindArgs),
    Import(import::ImportArgs),
    #[command(subcommand)]
    Export(export::ExportCommand),
    Unbind(bind::UnbindArgs),
    Doctor(doctor::DoctorArgs),
    #[command(subcommand)]
    State(state::StateCommand),
    Run(run::RunArgs),
    Query(query::QueryArgs),
    Status(status::StatusArgs),
    #[command(subcommand)]
    Sources(sources::SourcesCommand),
    #[command(subcommand)]
    Data(data::DataCommand),
    #[command(subcommand)]
    Demo(demo::DemoCommand),
    #[command(subcommand)]
    Local(local::LocalCommand),
    #[command(subcommand)]
    Auth(auth::AuthCommand),
    Lsp(lsp::LspArgs),
}

impl Command {
    /// How errors are shown: a program that asked for JSON gets them as JSON too.
    pub(super) fn format(&self) -> Format {
        match self {
            Self::Render(args) => args.format.format,
            Self::Check(args) => args.error_format(),
            Self::Test(args) => args.error_format(),
            Self::Fmt(args) => args.format.format,
            Self::Explain(args) => args.format.format,
            Self::Lineage(args) => args.error_format(),
            Self::Impact(args) => args.error_format(),
            Self::Plan(args) => args.error_format(),
            Self::Drift(args) => args.error_format(),
            Self::Build(args) => args.format.format,
            Self::History(args) => args.format.format,
            Self::Rollback(args) => args.changing.format.format,
            Self::Verify(args) => args.format.format,
            Self::Diff(args) => args.format.format,
            Self::Promote(args) => args.changing.format.format,
            Self::Bind(args) => args.format.format,
            Self::Import(args) => args.format.format,
            Self::Export(command) => command.format(),
            Self::Unbind(args) => args.format.format,
            Self::Doctor(args) => args.format.format,
            Self::Query(args) => args.error_format(),
            Self::Status(args) => args.format.format,
            Self::Data(command) => command.format(),
            Self::Demo(command) => command.format(),
            Self::Auth(command) => command.format(),
            Self::Apply(args) => args.changing.format.format,
            Self::Deploy(args) => args.changing.format.format,
            Self::Destroy(args) => args.format.format,
            Self::State(command) => command.format(),
            Self::Run(args) => args.format.format,
            Self::Local(_) | Self::Lsp(_) | Self::Init(_) | Self::Sources(_) => Format::Human,
        }
    }

    /// Does the exit code tell what a plan holds?
    pub(super) fn has_detailed_exit(&self) -> bool {
        matches!(self, Self::Plan(args) if args.detailed_exitcode)
    }
}

/// The commands by what they are for.
const GROUPS: [(&str, &[&str]); 6] = [
    (
        "Look at the project",
        &["init", "check", "test", "fmt", "explain", "lineage", "impact", "render", "sources", "data", "export", "lsp"],
    ),
    ("Change a workspace", &["plan", "deploy", "apply", "drift", "destroy", "import", "bind", "unbind", "state"]),
    ("Releases", &["build", "verify", "diff", "promote", "history", "rollback"]),
    ("Sign in to a workspace", &["auth", "doctor"]),
    ("Use what is deployed", &["run", "query", "status"]),
    ("Show a solution, also without a workspace", &["demo", "local"]),
];

/// The arguments, with a list of all commands as the program's help.
pub(super) fn definition() -> clap::Command {
    let command = Cli::command();
    let mut list = String::new();
    for (title, names) in GROUPS {
        list.push_str(&format!("{title}:\n"));
        for command in names.iter().filter_map(|name| command.find_subcommand(name)) {
            let about = |command: &clap::Command| command.get_about().map(ToString::to_string).unwrap_or_default();
            let inner: Vec<&clap::Command> = command.get_subcommands().collect();
            if inner.is_empty() {
                list.push_str(&format!("  {:<15}{}\n", command.get_name(), about(command)));
            }
            for inner in inner {
                let name = format!("{} {}", command.get_name(), inner.get_name());
                list.push_str(&format!("  {name:<15}{}\n", about(inner)));
            }
        }
        list.push('\n');
    }
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{list}`lakesmith help COMMAND` lists the options of a \
         command.\n\nOptions of every command:\n{{options}}"
    );
    command.help_template(template)
}

/// `90s`, `5m`, `1h`; a number alone is seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let seconds = match &text[digits.len()..] {
        "" | "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        _ => None,
    };
    let number = digits.parse::<u64>().ok();
    let whole = number.zip(seconds).and_then(|(number, seconds)| number.checked_mul(seconds));
    whole.map(Duration::from_secs).ok_or_else(|| "expected a time such as `90s`, `5m` or `1h`".to_string())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_string(), value.to_string())),
        _ => Err("expected NAME=VALUE".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        definition().debug_assert();
    }

    #[test]
    fn durations_have_a_unit_or_are_seconds() {
        let read = |text| duration(text).map(|duration| duration.as_secs()).ok();
        assert_eq!([read("90"), read("90s"), read("5m"), read("2h"), read("0")], [90, 90, 300, 7200, 0].map(Some));
        for wrong in ["", "s", "5 m", "-1", "1d", "1.5m", "99999999999999999999h"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_command_is_in_a_group_of_the_help() {
        let command = Cli::command();
        let mut listed: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        let mut all: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        listed.sort_unstable();
        all.sort_unstable();
        assert_eq!(listed, all);
    }
}
