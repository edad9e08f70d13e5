//! When a job starts: schedules, triggers, time zones.

use crate::check::entries::{error, open, text, warning};
use crate::diag::{Code, Diagnostics};
use crate::project::yaml::Node;

use super::zones::ZONES;

/// Java's own short names, which the service takes beside those of the IANA database ("A Java timezone ID", Jobs API).
const SHORT: &[&str] = &[
    "ACT", "AET", "AGT", "ART", "AST", "BET", "BST", "CAT", "CNT", "CST", "CTT", "EAT", "ECT", "IET", "IST", "JST",
    "MIT", "NET", "NST", "PLT", "PNT", "PRT", "PST", "SST", "VST",
];

pub(super) fn check(job: &Node, out: &mut Diagnostics) {
    one_start(job, out);
    if let Some(schedule) = job.get("schedule") {
        cron(schedule, out);
    }
    if let Some(trigger) = job.get("trigger") {
        arrival(trigger, out);
    }
    if let (Some(continuous), Some(runs)) = (job.get("continuous"), job.get("max_concurrent_runs"))
        && !continuous.is_null()
        && runs.as_i64().is_some_and(|runs| runs > 1)
    {
        let message = "a continuous job has one run at a time";
        let diagnostic = warning(Code::JOB_TRIGGER, &runs.location, message);
        out.push(diagnostic.related(continuous.location.clone(), "it is continuous"));
    }
}

/// "schedule", "trigger" and "continuous" exclude each other.
fn one_start(job: &Node, out: &mut Diagnostics) {
    let starts = ["schedule", "trigger", "continuous"];
    let given: Vec<_> = starts.into_iter().filter_map(|key| job.entry(key).filter(|e| !e.node.is_null())).collect();
    if let [first, second, ..] = given.as_slice() {
        let message = format!("the job has both `{}` and `{}`", first.key, second.key);
        let diagnostic = error(Code::JOB_TRIGGER, &second.key_location, message);
        out.push(diagnostic.related(first.key_location.clone(), "the other").hint("keep one of them"));
    }
}

fn cron(schedule: &Node, out: &mut Diagnostics) {
    if let Some(zone) = schedule.get("timezone_id") {
        time_zone(zone, Code::TIME_ZONE, out);
    } else if schedule.as_map().is_some() {
        let message = "the key `timezone_id` is required here";
        let at = schedule.get("quartz_cron_expression").unwrap_or(schedule);
        out.push(error(Code::MISSING_KEY, &at.location, message).hint("for example `timezone_id: UTC`"));
    }
    let Some(node) = schedule.get("quartz_cron_expression") else { return };
    let Some(expression) = node.as_str() else { return };
    let fields: Vec<&str> = expression.split_whitespace().collect();
    let [seconds, _, _, _, _, ..] = fields.as_slice() else { return };
    if let Some(every) = every_seconds(seconds) {
        let message = format!("the schedule comes due every {every}");
        let diagnostic = warning(Code::SCHEDULE_RATE, &node.location, message);
        out.push(diagnostic.hint("the first field is seconds: write `0` there, and the minutes in the second"));
    }
    never_due(node, out);
}

/// Of any schedule: a name that is none.
pub(in crate::check) fn time_zone(zone: &Node, code: Code, out: &mut Diagnostics) {
    if let Some(name) = zone.as_str().filter(|name| !open(name) && !is_zone(name)) {
        let known: Vec<String> = zones().collect();
        let message = format!("`{name}` is not a time zone");
        let diagnostic = error(code, &zone.location, message);
        let hint = "write a name of the IANA database, such as `Europe/Berlin` or `UTC`";
        out.push(diagnostic.hint(hint).suggest(name, known.iter().map(String::as_str)));
    }
}

/// Of any schedule: a Quartz expression of days that do not exist.
pub(in crate::check) fn never_due(node: &Node, out: &mut Diagnostics) {
    let fields: Vec<&str> = node.as_str().unwrap_or_default().split_whitespace().collect();
    let [_, _, _, day, month, ..] = fields.as_slice() else { return };
    if never(day, month) {
        let message = format!("no `{month}` has a day `{day}`: the schedule never comes due");
        out.push(error(Code::SCHEDULE_NEVER, &node.location, message));
    }
}

/// "Databricks enforces a minimum interval of 10 seconds between subsequent runs triggered by the schedule of a job"
/// (Databricks documentation, "Run jobs on a schedule").
fn every_seconds(field: &str) -> Option<String> {
    const LEAST: u32 = 10;
    match field.split_once('/') {
        None if field == "*" => Some("second".to_string()),
        Some((_, step)) => {
            let step: u32 = step.parse().ok()?;
            (step < LEAST).then(|| format!("{step} seconds"))
        }
        None => None,
    }
}

/// A day that no month of the list has. Anything but plain values is not judged.
fn never(day: &str, month: &str) -> bool {
    const NAMES: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let Ok(day) = day.parse::<u32>() else { return false };
    let longest = |month: &str| {
        let named = NAMES.iter().position(|name| name.eq_ignore_ascii_case(month)).map(|at| at + 1);
        match named.or_else(|| month.parse().ok())? {
            2 => Some(29),
            4 | 6 | 9 | 11 => Some(30),
            1..=12 => Some(31),
            _ => None,
        }
    };
    let months: Option<Vec<u32>> = month.split(',').map(longest).collect();
    months.is_some_and(|months| day <= 31 && months.iter().all(|last| day > *last))
}

fn zones() -> impl Iterator<Item = String> {
    let named = ZONES.iter().flat_map(|(area, cities)| {
        cities.split_whitespace().map(move |city| match *area {
            "" => city.to_string(),
            area => format!("{area}/{city}"),
        })
    });
    named.chain(SHORT.iter().map(ToString::to_string))
}

fn is_zone(name: &str) -> bool {
    let (area, city) = name.split_once('/').unwrap_or(("", name));
    let listed = ZONES.iter().any(|(of, cities)| *of == area && cities.split_whitespace().any(|known| known == city));
    listed || SHORT.contains(&name) || is_offset(name)
}

/// `GMT+2`, `GMT-03:30` (Java's custom time zones).
fn is_offset(name: &str) -> bool {
    let Some(offset) = name.strip_prefix("GMT").and_then(|rest| rest.strip_prefix(['+', '-'])) else { return false };
    let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "00"));
    let number = |text: &str, greatest: u32| {
        (1..=2).contains(&text.len()) && text.parse::<u32>().is_ok_and(|value| value <= greatest)
    };
    number(hours, 23) && minutes.len() == 2 && number(minutes, 59)
}

/// Jobs API, `FileArrivalTriggerConfiguration`: "URL to be monitored for file arrivals. The path must point to the root
/// or a subpath of the external location"; `PeriodicTriggerConfiguration`: interval and unit.
fn arrival(trigger: &Node, out: &mut Diagnostics) {
    if let Some(url) = trigger.at(&["file_arrival", "url"])
        && let Some(path) = url.as_str().filter(|path| !open(path))
    {
        let volume = path.starts_with("/Volumes/") && path.split('/').filter(|part| !part.is_empty()).count() >= 4;
        let cloud = ["s3://", "abfss://", "gs://", "wasbs://", "r2://", "s3a://"].iter().any(|s| path.starts_with(s));
        if !volume && !cloud {
            let message = format!("`{path}` is neither a volume nor a place in cloud storage");
            let hint = "write `/Volumes/catalog/schema/volume/folder/` or a URL such as `s3://bucket/folder/`";
            out.push(error(Code::FILE_ARRIVAL, &url.location, message).hint(hint));
        }
    }
    if let Some(periodic) = trigger.get("periodic") {
        if let Some(interval) = periodic.get("interval")
            && interval.as_i64().is_some_and(|every| every < 1)
        {
            out.push(error(Code::JOB_LIMIT, &interval.location, "the interval is at least 1"));
        }
        let units = ["HOURS", "DAYS", "WEEKS"];
        if let (Some(unit), Some(node)) = (text(periodic, "unit"), periodic.get("unit"))
            && !units.contains(&unit)
        {
            let message = format!("`{unit}` is none of {}", units.join(", "));
            out.push(error(Code::JOB_LIMIT, &node.location, message).suggest(unit, units));
        }
    }
}
