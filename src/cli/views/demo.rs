//! The demo's report, status and end, for reading.

use std::collections::BTreeMap;
use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, TableComponent, presets};
use serde_json::{Value, json};

use super::count::{NO_ROWS, grouped, groups, noun};
use crate::demo::{Record, Removal, Report, StoryLine};

/// The story first, then where the time went, then what to try.
pub(in crate::cli) fn report(report: &Report, width: u16) -> String {
    let mut out = String::new();
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.set_style(TableComponent::HeaderLines, '─').set_style(TableComponent::MiddleHeaderIntersections, '─');
    table.set_header(["", "story", "expected", "actual", "unit"]);
    for line in &report.story {
        table.add_row([
            Cell::new(if line.ok { "✓" } else { "✗" }),
            Cell::new(&line.title),
            Cell::new(number(line.expected)).set_alignment(CellAlignment::Right),
            Cell::new(line.actual.map_or_else(|| "none".to_string(), number)).set_alignment(CellAlignment::Right),
            Cell::new(&line.unit),
        ]);
    }
    // Only titles are broken into lines.
    for (index, column) in table.column_iter_mut().enumerate() {
        if index != 1 {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let _ = writeln!(out, "{}\n", table.trim_fmt());
    // All tables of a solution are in one catalog: its name says nothing new.
    let names: Vec<String> = report.steps.iter().map(|step| without_catalog(&step.name)).collect();
    let width = names.iter().map(String::len).max().unwrap_or_default();
    for (name, step) in names.iter().zip(&report.steps) {
        let rows = match step.rows {
            Some(0) => format!("{NO_ROWS:>17}"),
            Some(rows) => format!("{:>12} {}", grouped(rows), noun(rows)),
            None => String::new(),
        };
        let _ = writeln!(out, "  {name:<width$}{:>10.3} s{rows}", step.seconds);
    }
    let rows: u64 = report.tables.iter().map(|table| table.rows).sum();
    let off: Vec<&StoryLine> = report.story.iter().filter(|line| !line.ok).collect();
    let _ = writeln!(
        out,
        "\n{} tables, {} rows, {:.1} s in all; {} of {} numbers are as the story tells them",
        report.tables.len(),
        grouped(rows),
        report.elapsed_s,
        report.story.len() - off.len(),
        report.story.len(),
    );
    for line in off {
        let actual = line.actual.map_or_else(|| "no number".to_string(), number);
        let _ = writeln!(out, "off: {} ({}): expected {}, found {actual}", line.title, line.id, number(line.expected));
    }
    out
}

fn without_catalog(step: &str) -> String {
    match step.split_once(' ') {
        Some((verb, name)) => format!("  {verb} {}", name.split_once('.').map_or(name, |(_, rest)| rest)),
        None => step.to_string(),
    }
}

/// What to do with a demo that is up.
pub(in crate::cli) fn next(report: &Report) -> String {
    let (solution, target) = (&report.solution, &report.target);
    let table = report.tables.iter().find(|table| table.name.ends_with(".top_opportunities")).or(report.tables.last());
    let query = table.map(|table| format!("  lakesmith query \"SELECT * FROM {}\" -t {target}\n", table.name));
    format!(
        "Try next:\n{}  lakesmith plan {solution} -t {target}\n  lakesmith demo down {solution} -t {target}\n",
        query.unwrap_or_default()
    )
}

/// What was taken away, kind by kind, what is left, and what is somebody else's.
pub(in crate::cli) fn removal(removal: &Removal) -> String {
    let mut out = String::new();
    for key in &removal.left {
        let _ = writeln!(out, "still there: {key}");
    }
    for path in &removal.kept {
        let _ = writeln!(out, "not the demo's, so it stays: {path}");
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for key in &removal.removed {
        *kinds.entry(key.split('.').next().unwrap_or_default()).or_default() += 1;
    }
    if !kinds.is_empty() {
        let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let _ = writeln!(out, "removed: {}, with the tables that its pipelines made", kinds.join(", "));
    }
    let files = removal.files;
    let _ = match (removal.removed.len(), removal.left.len()) {
        (0, 0) => writeln!(out, "nothing was deployed; {files} files removed from this machine"),
        (removed, 0) => {
            writeln!(
                out,
                "{removed} resources, and {files} files of this machine removed; looked up again, none of them is left"
            )
        }
        (removed, left) => writeln!(out, "{removed} resources removed, {left} are still there"),
    };
    out
}

/// `resources` is absent where the workspace was not asked.
pub(in crate::cli) fn status(solution: &str, record: Option<&Record>, resources: Option<usize>) -> String {
    let Some(record) = record else { return format!("no demo of {solution} is up\n") };
    if resources == Some(0) {
        return format!(
            "no demo of {solution} is up: nothing is deployed to {target}, only its data files are on this machine\n\
             `lakesmith demo up {solution} -t {target}` makes it again, `lakesmith demo down {solution} -t {target}` \
             removes them\n",
            target = record.target
        );
    }
    let data = match &record.data {
        Some(data) => format!("{} rows of data", grouped(data.rows.values().sum())),
        None => "its data was not finished".to_string(),
    };
    let resources = resources.map(|count| format!(", {count} resources")).unwrap_or_default();
    format!(
        "the demo of {solution} is up on {}: {}, {data}{resources}, since {}\n",
        record.target, record.settings, record.created_at
    )
}

pub(in crate::cli) fn status_json(solution: &str, record: Option<&Record>, resources: Option<usize>) -> Value {
    match record {
        None => json!({ "solution": solution, "up": false }),
        Some(record) => json!({
            "solution": solution,
            "up": resources != Some(0),
            "target": record.target,
            "scale": record.settings.scale,
            "seed": record.settings.seed,
            "as_of": record.settings.as_of,
            "created_at": record.created_at,
            "rows": record.data.as_ref().map(|data| data.rows.values().sum::<u64>()),
            "resources": resources,
        }),
    }
}

/// Up to two decimals, thousands apart.
fn number(value: f64) -> String {
    let text = format!("{:.2}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let sign = if value < 0.0 && !text.trim_matches(['0', '.']).is_empty() { "-" } else { "" };
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{dot}{fraction}", groups(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_short() {
        assert_eq!(
            [5000.0, -0.65, 23.5, 1_460_000.0, 999.999, -0.001].map(number),
            ["5,000", "-0.65", "23.5", "1,460,000", "1,000", "0"]
        );
    }
}
