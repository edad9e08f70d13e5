//! `lakesmith test`: the cases of the test files, and the snapshots.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use futures_util::future::try_join_all;

use crate::cli::args;
use crate::cli::exit::Exit;
use crate::cli::failure::{Rejected, advise};
use crate::cli::settings::Settings;
use crate::cli::views::test::{Done, Failure, Place};
use crate::cli::workspace::{TestBench, block_on};
use crate::cli::{snapshots, unit, views};
use crate::diag::Diagnostics;
use crate::pipeline;
use crate::pipeline::sql_test::{self, ReadyTest};
use crate::project::{LOCAL, Project, Resolved};

/// Run the tests of SQL, and compare with the snapshots
///
/// The cases of sql/<solution>/tests/*.yml run in an embedded workspace of their own, which is gone afterwards. The
/// snapshots are what every solution comes to for every target, in tests/snapshots. The last line counts both.
#[derive(Args, Debug)]
pub(in crate::cli) struct TestArgs {
    /// Only tests whose `solution/file/case` or `snapshots/target/solution` contains one of these texts
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,

    /// Only this solution
    #[arg(long, value_name = "NAME")]
    solution: Option<String>,

    /// Only one kind of test
    #[arg(long, value_name = "KIND")]
    only: Option<Kind>,

    /// Leave the snapshots out
    #[arg(long, conflicts_with = "only")]
    no_snapshots: bool,

    /// Keep what the project comes to now as its snapshots, and remove those of what is gone
    #[arg(long, conflicts_with = "no_snapshots")]
    accept: bool,

    /// Stop at the first case that fails
    #[arg(long)]
    fail_fast: bool,

    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: TestFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum Kind {
    /// The cases of the test files
    Unit,
    Snapshots,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum TestFormat {
    Human,
    Json,
    Junit,
}

impl TestArgs {
    /// Of errors.
    pub(in crate::cli) fn error_format(&self) -> args::Format {
        match self.format {
            TestFormat::Json => args::Format::Json,
            TestFormat::Human | TestFormat::Junit => args::Format::Human,
        }
    }

    fn wants(&self, id: &str) -> bool {
        let id = id.to_lowercase();
        self.filters.is_empty() || self.filters.iter().any(|filter| id.contains(&filter.to_lowercase()))
    }
}

pub(in crate::cli) fn run(settings: &Settings, args: &TestArgs) -> anyhow::Result<Exit> {
    let began = Instant::now();
    if args.accept && args.only == Some(Kind::Unit) {
        return Err(advise("`--accept` keeps snapshots, and `--only unit` leaves them out", "leave one of them out"));
    }
    let (project, warnings) = settings.project()?;
    let mut seen = Seen::default();
    let mut done = Vec::new();
    if args.only != Some(Kind::Snapshots) {
        let resolved = settings.resolve_for(&project, Some(LOCAL))?;
        let ready = cases(&resolved, args.solution.as_deref(), &|id| args.wants(id), &mut seen)?;
        done.extend(run_cases(settings, ready, args.fail_fast)?);
    }
    let failed = done.iter().any(|test| !test.failures.is_empty());
    if args.only != Some(Kind::Unit) && !args.no_snapshots && !(failed && args.fail_fast) {
        done.extend(run_snapshots(settings, &project, args, &mut seen)?);
    }
    if done.is_empty() && !args.filters.is_empty() {
        let known: Vec<&str> = seen.ids.iter().map(String::as_str).collect();
        let all = match known.as_slice() {
            [] => "the project has no tests: write some in sql/<solution>/tests/*.yml".to_string(),
            [.., last] => format!("{} tests, from `{}` to `{last}`", known.len(), known[0]),
        };
        return Err(advise(format!("no test matches `{}`", args.filters.join("`, `")), all));
    }
    show(settings, args, &done, &warnings, began.elapsed())?;
    let failed = done.iter().any(|test| !test.failures.is_empty());
    Ok(if failed { Exit::Failure } else { Exit::Success })
}

/// What there is, whatever the filters leave of it.
#[derive(Default)]
struct Seen {
    ids: Vec<String>,
}

/// What becomes of all cases of a solution.
pub(in crate::cli) fn prove(settings: &Settings, resolved: &Resolved<'_>, solution: &str) -> anyhow::Result<Vec<Done>> {
    let ready = cases(resolved, Some(solution), &|_| true, &mut Seen::default())?;
    run_cases(settings, ready, false)
}

/// The cases that are wanted, with all that they run.
fn cases(
    resolved: &Resolved<'_>,
    solution: Option<&str>,
    wanted: &dyn Fn(&str) -> bool,
    seen: &mut Seen,
) -> anyhow::Result<Vec<ReadyTest>> {
    let mut ready = Vec::new();
    for solution in unit::solutions(resolved, solution)? {
        let (compiled, mut findings) = pipeline::compile(resolved, Some(&solution));
        let (checked, found) = pipeline::examine(&compiled, Some(&solution));
        findings.extend(found);
        seen.ids.extend(checked.tests.iter().map(|test| test.id.clone()));
        let wanted = checked.tests.into_iter().filter(|test| wanted(&test.id)).collect();
        ready.extend(sql_test::assemble(resolved, &compiled, wanted, &mut findings));
        if findings.has_errors() {
            return Err(Rejected(findings).into());
        }
    }
    Ok(ready)
}

/// Runs the cases on as many workspaces as there are cores; the results are in the order of the cases.
fn run_cases(settings: &Settings, ready: Vec<ReadyTest>, fail_fast: bool) -> anyhow::Result<Vec<Done>> {
    if ready.is_empty() {
        return Ok(Vec::new());
    }
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let ready = Arc::new(ready);
    block_on(async {
        let benches = try_join_all((0..cores.min(ready.len())).map(|_| TestBench::open(settings))).await?;
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let work = async |bench: &TestBench| {
            let mut done = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(case) = ready.get(at) else { break };
                let verdict = sql_test::run(&bench.bench, case).await?;
                stop.fetch_or(fail_fast && !verdict.mismatches.is_empty(), Ordering::Relaxed);
                done.push((at, finished(case, verdict)));
            }
            anyhow::Ok(done)
        };
        let result = tokio::select! {
            result = try_join_all(benches.iter().map(work)) => result,
            _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
        };
        for bench in benches {
            bench.close().await?;
        }
        let mut done: Vec<(usize, Done)> = result?.into_iter().flatten().collect();
        done.sort_by_key(|(at, _)| *at);
        Ok(done.into_iter().map(|(_, done)| done).collect())
    })
}

fn finished(case: &ReadyTest, verdict: sql_test::Verdict) -> Done {
    Done {
        id: case.test.id.clone(),
        solution: case.test.solution.clone(),
        name: case.test.name.clone(),
        place: Place::Case(case.test.location.clone()),
        elapsed: verdict.elapsed,
        failures: verdict.mismatches.into_iter().map(Failure::Sql).collect(),
    }
}

/// One test for each target and solution.
fn run_snapshots(
    settings: &Settings,
    project: &Project,
    args: &TestArgs,
    seen: &mut Seen,
) -> anyhow::Result<Vec<Done>> {
    let root = &project.root;
    let terminal = settings.terminal;
    let targets: Vec<&str> = match settings.target() {
        Some(target) => vec![target],
        None => project.targets.keys().map(String::as_str).collect(),
    };
    if !snapshots::any(root) && !args.accept {
        if args.filters.is_empty() {
            terminal.status("no snapshots are kept; `lakesmith test --accept` makes them in tests/snapshots")?;
        }
        return Ok(Vec::new());
    }
    let (mut done, mut changed, mut wanted) = (Vec::new(), 0, BTreeSet::new());
    for target in targets {
        let resolved = settings.resolve_as(project, target)?;
        for solution in unit::solutions(&resolved, args.solution.as_deref())? {
            let id = format!("snapshots/{target}/{solution}");
            seen.ids.push(id.clone());
            let folder = snapshots::folder(target, &solution);
            wanted.insert(folder.clone());
            if !args.wants(&id) {
                continue;
            }
            let began = Instant::now();
            let (compiled, mut findings) = pipeline::compile(&resolved, Some(&solution));
            let (made, found) = pipeline::snapshot(&compiled, &solution);
            findings.extend(found);
            if findings.has_errors() {
                return Err(Rejected(findings).into());
            }
            let failures = if args.accept {
                changed += snapshots::accept(root, &folder, &made)?;
                Vec::new()
            } else {
                snapshots::compare(root, &folder, &made)?
            };
            let (name, place, elapsed) = (solution.clone(), Place::Snapshot(folder), began.elapsed());
            done.push(Done { id, solution, name, place, elapsed, failures });
        }
    }
    // Only whoever looks at all of them knows which are of nothing any more.
    if settings.target().is_none() && args.solution.is_none() && args.filters.is_empty() {
        for folder in snapshots::strays(root, &wanted)? {
            if args.accept {
                changed += snapshots::accept(root, &folder, &Default::default())?;
            } else {
                done.push(stray(root, folder)?);
            }
        }
    }
    if args.accept {
        let files = if changed == 1 { "file" } else { "files" };
        terminal.status(&format!("{changed} {files} changed in tests/snapshots"))?;
    }
    Ok(done)
}

/// A snapshot of a target or a solution that is no longer there.
fn stray(root: &std::path::Path, folder: String) -> anyhow::Result<Done> {
    let failures = snapshots::compare(root, &folder, &Default::default())?;
    let parts: Vec<&str> = folder.rsplit('/').collect();
    let (solution, target) = (parts[0].to_string(), parts.get(1).copied().unwrap_or_default());
    let (id, name) = (format!("snapshots/{target}/{solution}"), solution.clone());
    Ok(Done { id, solution, name, place: Place::Snapshot(folder), elapsed: Duration::ZERO, failures })
}

fn show(
    settings: &Settings,
    args: &TestArgs,
    done: &[Done],
    warnings: &Diagnostics,
    elapsed: Duration,
) -> anyhow::Result<()> {
    let terminal = settings.terminal;
    match args.format {
        TestFormat::Human => {
            views::diagnostics::human(terminal, warnings)?;
            terminal.show(&views::test::human(done, terminal.is_verbose()))?;
        }
        TestFormat::Json => terminal.data(&views::json::document(views::test::json(done, elapsed)))?,
        TestFormat::Junit => terminal.data(&views::test::junit(done))?,
    }
    Ok(())
}
