//! The built-in functions: each documented name is known, and each call of `functions.sql` has its documented type.

use std::collections::BTreeSet;

use crate::analyze::functions::known;

use super::support::{bind, messages, short_types};

const CALLS: &str = include_str!("functions.sql");
const DOCUMENTED: &str = include_str!("functions_documented.txt");

fn documented() -> BTreeSet<&'static str> {
    DOCUMENTED.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect()
}

#[test]
fn every_documented_function_is_known() {
    let known: BTreeSet<&str> = known().chain(crate::analyze::bind::table_functions()).collect();
    let absent: Vec<&str> = documented().into_iter().filter(|name| !known.contains(name)).collect();
    assert!(absent.is_empty(), "not known: {}", absent.join(" "));
    println!("{} documented functions are known", documented().len());
    assert!(documented().len() >= 740, "{}", documented().len());
}

#[test]
fn calls_have_their_documented_types() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for line in CALLS.lines().filter(|line| !line.starts_with("--") && !line.is_empty()) {
        let (call, expected) = line.rsplit_once(" returns ").expect(line);
        let sql = if call.starts_with("SELECT") { call.to_string() } else { format!("SELECT {call} FROM w") };
        let (query, diagnostics) = bind(&sql);
        let found = short_types(query.as_ref());
        if found != expected || diagnostics.iter().next().is_some() {
            let why = messages(&diagnostics).join("\n  ");
            wrong.push(format!("{call}\n  expected {expected}\n  found    {found}\n  {why}"));
        }
        cases += 1;
    }
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases >= 800, "{cases}");
}

/// Which functions the calls show: all that are documented but those of the lists below.
#[test]
fn every_documented_function_has_a_call() {
    let shown: BTreeSet<String> = CALLS
        .lines()
        .filter(|line| !line.starts_with("--"))
        .flat_map(|line| line.split(|c: char| !(c.is_alphanumeric() || c == '_')))
        .map(str::to_lowercase)
        .collect();
    // What they give depends on a model, or the documents say nothing of it; `python_worker_logs` and the counters
    // are of Spark alone.
    let open = [
        "ai_decide",
        "ai_detect_anomalies",
        "ai_enrich",
        "ai_predict_class",
        "ai_predict_value",
        "ai_search",
        "ai_top_drivers",
        "ai_transcribe",
        "approx_top_k_combine",
        "approx_top_k_estimate",
        "counter_diff",
        "event_log",
        "python_worker_logs",
        "read_files",
        "timestamp_nanos",
        "try_remainder",
        "unix_nanos",
    ];
    let absent: Vec<&str> =
        documented().into_iter().filter(|name| !shown.contains(*name) && !open.contains(name)).collect();
    assert!(absent.is_empty(), "without a call: {}", absent.join(" "));
}
