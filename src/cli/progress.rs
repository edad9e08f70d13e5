//! Bars and lines on standard error while something runs.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use super::settings::Settings;
use super::terminal::Terminal;
use super::views::count::{NO_ROWS, counted};
use crate::demo::{Step, Watcher};
use crate::pipeline::{Lease, Observer, PlanStep, RemoteError, ResourceKey, RunProgress, UpdateEvent, UpdateProgress};

/// Hidden where nobody looks: not a terminal, `--no-progress`, `--quiet`.
fn bar(settings: &Settings) -> ProgressBar {
    let shown = settings.progress && !settings.terminal.is_quiet() && io::stderr().is_terminal();
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    style(&bar, COUNTED);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

const COUNTED: &str = "{spinner} {prefix:<12} {wide_bar} {pos}/{len} {msg:.dim}";
/// While nobody knows how much there is to do.
const UNCOUNTED: &str = "{spinner} {prefix:<12} {msg:.dim}";

fn style(bar: &ProgressBar, template: &str) {
    // The templates are fixed and valid; a broken one would only lose its looks.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

/// A demo, step by step.
pub(super) struct DemoBar {
    bar: ProgressBar,
    terminal: Terminal,
}

impl DemoBar {
    pub(super) fn new(settings: &Settings) -> Self {
        let bar = bar(settings);
        style(&bar, UNCOUNTED);
        Self { bar, terminal: settings.terminal }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watcher for DemoBar {
    fn started(&self, step: &str) {
        style(&self.bar, UNCOUNTED);
        self.bar.set_position(0);
        self.bar.set_prefix(step.to_string());
        self.bar.set_message("");
    }

    fn progress(&self, done: u64, total: Option<u64>, what: &str) {
        if total.is_some() {
            style(&self.bar, COUNTED);
        }
        self.bar.set_message(what.to_string());
        // Both at once: the bar is drawn by a clock of its own, which must not see one without the other.
        self.bar.update(|state| {
            if let Some(total) = total {
                state.set_len(total);
            }
            state.set_pos(done);
        });
    }

    fn finished(&self, step: &Step) {
        let rows = step.rows.map(told).unwrap_or_default();
        let line = format!("{} done in {:.1} s{rows}", step.name, step.seconds);
        // Datasets are told by the report; here only what the user waits for.
        if self.terminal.is_verbose() || !self.bar.is_hidden() && !step.name.starts_with("update ") {
            self.bar.suspend(|| {
                // A line that cannot be shown is no reason to stop.
                let _ = self.terminal.status(&line);
            });
        }
    }
}

/// What is in the way of a run, and what it mends, before it begins.
pub(super) struct Entrance(pub(super) Terminal);

impl Observer for Entrance {
    fn waiting(&self, lease: &Lease) {
        let until = lease.free_at().format("%H:%M:%S UTC");
        // Lines that cannot be shown are no reason to stop.
        let _ = self.0.status(&format!(
            "waiting for {}, who holds the target until {until} and longer if that run is alive",
            lease.describe()
        ));
    }

    fn beside(&self, lease: &Lease) {
        let _ = self
            .0
            .status(&format!("note: a deployment runs, and this shows what it has done so far: {}", lease.describe()));
    }

    fn taken_up(&self) {
        let _ = self.0.status("note: an earlier run did not come to its end; this goes on from what it did");
    }

    fn mended(&self, what: &str) {
        let _ = self.0.problem(&format!("warning: {what}\n"));
    }
}

/// An apply, resource by resource.
pub(super) struct ApplyBar {
    bar: ProgressBar,
    terminal: Terminal,
    done: AtomicU64,
}

impl ApplyBar {
    pub(super) fn new(settings: &Settings, steps: usize) -> Self {
        let bar = bar(settings);
        bar.set_prefix("apply");
        bar.set_length(steps as u64);
        Self { bar, terminal: settings.terminal, done: AtomicU64::new(0) }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn one_more(&self, line: &str) {
        // A line that cannot be shown is no reason to stop.
        self.bar.suspend(|| drop(self.terminal.detail(line)));
        self.bar.set_position(self.done.fetch_add(1, Ordering::Relaxed) + 1);
    }
}

impl Observer for ApplyBar {
    fn started(&self, step: &PlanStep) {
        self.bar.set_message(step.key.to_string());
    }

    fn succeeded(&self, step: &PlanStep, took: Duration) {
        self.one_more(&format!("{} {} done in {:.1} s", step.action.as_str(), step.key, took.as_secs_f64()));
    }

    fn failed(&self, step: &PlanStep, _: &RemoteError) {
        self.one_more(&format!("{} {} failed", step.action.as_str(), step.key));
    }

    fn skipped(&self, step: &PlanStep, because: &ResourceKey) {
        self.one_more(&format!("{} {} skipped: it needs {because}", step.action.as_str(), step.key));
    }

    fn progress(&self, step: &PlanStep, progress: &UpdateProgress) {
        if let UpdateProgress::Event(event) = progress {
            self.bar.set_message(format!("{}: {}", step.key, event.message));
        }
    }
}

/// A pipeline update or a job run, line by line.
pub(super) struct RunBar(Terminal);

impl RunBar {
    pub(super) fn new(settings: &Settings) -> Self {
        Self(settings.terminal)
    }

    pub(super) fn update(&self, news: &UpdateProgress) {
        let line = match news {
            UpdateProgress::Started { update_id } => format!("update {update_id}"),
            UpdateProgress::State(state) => state.to_lowercase().replace('_', " "),
            // What the workspace warns of would not be seen otherwise.
            UpdateProgress::Event(event) if event.level == "WARN" => format!("  warning: {}", event.message),
            UpdateProgress::Event(event) => match flow(event) {
                Some(line) => line,
                None => return,
            },
        };
        // A line that cannot be shown is no reason to stop.
        let _ = self.0.status(&line);
    }

    pub(super) fn job(&self, news: &RunProgress) {
        let tasks = news.tasks.iter().map(|task| {
            let state = task.result.as_ref().unwrap_or(&task.state);
            format!("{} {}", task.task_key, state.to_lowercase())
        });
        let _ = self.0.status(&format!("{}: {}", news.state.to_lowercase(), tasks.collect::<Vec<_>>().join(", ")));
    }
}

/// What a flow wrote: a table that is as it was before has rows too.
fn told(rows: u64) -> String {
    format!(": {}", if rows == 0 { NO_ROWS.to_string() } else { counted(rows) })
}

/// A flow that has ended; the other events repeat the states.
fn flow(event: &UpdateEvent) -> Option<String> {
    let progress = event.details.get("flow_progress")?;
    let subject = event.subject.as_deref()?;
    match progress.get("status")?.as_str()? {
        "COMPLETED" => {
            let rows = progress.pointer("/metrics/num_output_rows").and_then(Value::as_u64);
            let dropped = progress.pointer("/data_quality/dropped_records").and_then(Value::as_u64);
            let rows = rows.map(told).unwrap_or_default();
            let dropped = dropped.filter(|count| *count > 0).map(|count| format!(", {count} dropped"));
            Some(format!("  {subject}{rows}{}", dropped.unwrap_or_default()))
        }
        "FAILED" => Some(format!("  {subject} failed")),
        "SKIPPED" => Some(format!("  {subject} skipped")),
        _ => None,
    }
}
