//! Synthetic data.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::count::{grouped, noun};
use crate::data::insurance::Statistics;
use crate::demo::{DataSet, Settings};

pub(in crate::cli) fn files(settings: &Settings, data: &DataSet, folder: &Path) -> String {
    let mut out = String::new();
    for (source, rows) in &data.rows {
        let _ = writeln!(out, "{source:<28}{:>12} {}", grouped(*rows), noun(*rows));
    }
    let _ = writeln!(out, "{} files below {} ({settings})", data.files.len(), folder.display());
    out
}

/// `{"scale", "seed", "as_of", "rows": {source: rows}, "files": [{"path", "bytes", "sha256"}]}`.
pub(in crate::cli) fn files_json(settings: &Settings, data: &DataSet) -> Value {
    let mut body = json!(settings);
    body["rows"] = json!(data.rows);
    body["files"] = json!(data.files);
    body
}

pub(in crate::cli) fn statistics(settings: &Settings, statistics: &Statistics) -> String {
    let mut out = format!("{settings}\n");
    for source in &statistics.sources {
        let rejected = source.missing_member + source.unknown_member + source.bad_date + source.bad_value;
        let _ = writeln!(
            out,
            "{:<24}{:>12} rows: {} clean, {} duplicates, {} to be rejected",
            source.source,
            grouped(source.rows),
            grouped(source.clean),
            grouped(source.duplicates),
            grouped(rejected),
        );
    }
    for quota in &statistics.story {
        let _ = writeln!(out, "{:<52}{:>12}", quota.name, grouped(quota.rows));
    }
    out
}

/// `{"scale", …, "sources": […], "story": […], "days": […]}`.
pub(in crate::cli) fn statistics_json(settings: &Settings, statistics: &Statistics) -> Value {
    let sources = statistics.sources.iter().map(|source| {
        json!({
            "source": source.source,
            "rows": source.rows,
            "clean": source.clean,
            "duplicates": source.duplicates,
            "missing_member": source.missing_member,
            "unknown_member": source.unknown_member,
            "bad_date": source.bad_date,
            "bad_value": source.bad_value,
        })
    });
    let story = statistics.story.iter().map(|quota| json!({ "name": quota.name, "rows": quota.rows }));
    let days = statistics.days.iter().map(|day| {
        json!({
            "date": day.date,
            "calls": day.calls,
            "repeat_calls": day.repeat_calls,
            "negative_calls": day.negative_calls,
            "billing_leaks": day.billing_leaks,
            "id_card_leaks": day.id_card_leaks,
            "pharmacy_leaks": day.pharmacy_leaks,
            "other_leaks": day.other_leaks,
            "late_leaks": day.late_leaks,
        })
    });
    let mut body = json!(settings);
    body["sources"] = sources.collect();
    body["story"] = story.collect();
    body["days"] = days.collect();
    body
}
