//! Single faults, planted one by one in the insurance solution: each is found with its code at its place, whatever else
//! the project holds, and says little of what is right.
//!
//! A fault of `tests/it/faults/*.yml` is a line with
//! - `file` and one of: `from` and `to`, a text and what it becomes (the only occurrence; the first one behind `after`,
//!   or the `nth`), or `append`, or `delete` (the file itself);
//! - `finds`: code and severity of the finding, in the `target` (`local` if it is not named);
//! - `at`: the text that the finding starts at, behind the change, or anywhere in the file `in`. Without it, it is in
//!   the line of the first character that changed, or `around` so many lines of it, where the text that is missing or
//!   misplaced is seen only by what follows it.

use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;

use crate::support::{TestProject, repository};

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Fault {
    fault: String,
    file: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    after: String,
    nth: Option<usize>,
    append: Option<String>,
    #[serde(default)]
    delete: bool,
    finds: String,
    target: Option<String>,
    at: Option<String>,
    #[serde(rename = "in")]
    other: Option<String>,
    #[serde(default)]
    around: usize,
}

/// A finding, as far as it is compared.
#[derive(Clone, PartialEq, Debug)]
struct Found {
    head: String,
    file: String,
    line: usize,
    column: usize,
    message: String,
}

/// Where a finding is expected: the column only where a text is named.
struct Place {
    file: String,
    line: usize,
    column: Option<usize>,
}

fn table() -> Vec<(String, Fault)> {
    let folder = repository().join("tests/it/faults");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut faults = Vec::new();
    for file in files {
        let area = file.file_stem().unwrap().to_str().unwrap().to_string();
        let text = std::fs::read_to_string(&file).unwrap();
        let read: Vec<Fault> = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{area}: {error}"));
        faults.extend(read.into_iter().map(|fault| (area.clone(), fault)));
    }
    faults
}

/// The faults that only change the text of a file: what they are, the file, the right text and the wrong one.
pub fn edits(project: &TestProject) -> Vec<(String, String, String, String)> {
    let is_edit = |fault: &Fault| !fault.delete && fault.file != "lakesmith.yml";
    let faults = table().into_iter().map(|(_, fault)| fault).filter(is_edit);
    let planted = faults.map(|fault| {
        let right = project.read(&fault.file);
        let (wrong, ..) = planted(&fault, &right);
        (fault.fault, fault.file, right, wrong)
    });
    planted.collect()
}

/// Line and column of an offset, from 1, in characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap().chars().count() + 1)
}

/// The file with the fault in it, the offset where the change begins, and the first byte that differs.
fn planted(fault: &Fault, right: &str) -> (String, usize, usize) {
    if let Some(more) = &fault.append {
        return (format!("{right}{more}"), right.len(), right.len());
    }
    if fault.delete {
        return (right.to_string(), 0, 0);
    }
    let base = if fault.after.is_empty() { 0 } else { right.find(&fault.after).unwrap() + fault.after.len() };
    let places: Vec<usize> = right[base..].match_indices(&fault.from).map(|(at, _)| base + at).collect();
    if fault.after.is_empty() && fault.nth.is_none() {
        assert_eq!(places.len(), 1, "{}: `{}` stands once", fault.fault, fault.from);
    }
    let start = places.get(fault.nth.unwrap_or(1) - 1);
    let start = *start.unwrap_or_else(|| panic!("{}: no `{}`", fault.fault, fault.from));
    let wrong = format!("{}{}{}", &right[..start], fault.to, &right[start + fault.from.len()..]);
    let same = fault.from.bytes().zip(fault.to.bytes()).take_while(|(a, b)| a == b).count();
    let same = (0..=same).rev().find(|at| fault.to.is_char_boundary(*at)).unwrap_or(0);
    (wrong, start, start + same)
}

/// Plants the fault, runs the check, and repairs it again.
fn find(project: &TestProject, fault: &Fault) -> (Vec<Found>, Place) {
    let right = project.read(&fault.file);
    let (wrong, start, first) = planted(fault, &right);
    if fault.delete {
        std::fs::remove_file(project.root().join(&fault.file)).unwrap();
    } else {
        project.write(&fault.file, &wrong);
    }
    let run = project.run(&["check", "-t", fault.target.as_deref().unwrap_or("local"), "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"));
    let file = fault.other.clone().unwrap_or_else(|| fault.file.clone());
    let text = if file == fault.file { wrong } else { project.read(&file) };
    project.write(&fault.file, &right);
    let found = report["diagnostics"].as_array().unwrap().iter().map(|found| {
        let text = |key: &str| found[key].as_str().unwrap_or_default().to_string();
        let start = |key: &str| found["start"][key].as_u64().unwrap_or_default() as usize;
        let head = format!("{} {}", text("code"), text("severity"));
        Found { head, file: text("file"), line: start("line"), column: start("column"), message: text("message") }
    });
    let place = match &fault.at {
        Some(at) => {
            let from = if fault.other.is_some() { 0 } else { start };
            let at = text[from..].find(at.as_str()).unwrap_or_else(|| panic!("{}: no `{at}`", fault.fault));
            let (line, column) = position(&text, from + at);
            Place { file, line, column: Some(column) }
        }
        None => Place { file, line: position(&text, first).0, column: None },
    };
    (found.collect(), place)
}

fn is_found(fault: &Fault, found: &[Found], place: &Place) -> bool {
    found.iter().any(|one| {
        one.head == fault.finds
            && one.file == place.file
            && one.line.abs_diff(place.line) <= fault.around
            && place.column.is_none_or(|column| column == one.column)
    })
}

#[test]
fn every_planted_fault_is_found_where_it_stands() {
    let faults = table();
    let clean = TestProject::repository();
    for target in ["local", "dev", "prod"] {
        let report = clean.run(&["check", "-t", target, "--format", "json"]).json(0);
        assert_eq!(report["diagnostics"], serde_json::json!([]), "{target}");
    }
    let mut names: Vec<&str> = faults.iter().map(|(_, fault)| fault.fault.as_str()).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "two faults of one name");

    let next = AtomicUsize::new(0);
    let work = || {
        let project = TestProject::repository();
        let mut results = Vec::new();
        while let Some((area, fault)) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (found, place) = find(&project, fault);
            results.push((area, fault, found, place));
        }
        results
    };
    let mut results: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    results.sort_by_key(|(area, fault, ..)| (area.as_str(), fault.fault.as_str()));

    let mut missed = String::new();
    let (mut hits, mut findings, mut worst) = (0, 0, (0, ""));
    for (area, fault, found, place) in &results {
        findings += found.len();
        worst = worst.max((found.len(), &fault.fault));
        if is_found(fault, found, place) {
            hits += 1;
        } else {
            let Place { file, line, column } = place;
            let _ = writeln!(missed, "{area}: {}: {} at {file}:{line}:{column:?}, but", fault.fault, fault.finds);
            for one in found {
                let Found { head, file, line, column, message } = one;
                let _ = writeln!(missed, "    {head} {file}:{line}:{column} {message}");
            }
        }
    }
    let mean = findings as f64 / results.len() as f64;
    let summary = format!(
        "found {hits} of {} planted; {mean:.2} findings a fault, at most {} ({})",
        results.len(),
        worst.0,
        worst.1
    );
    // Shown with --nocapture, and where the test fails.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{summary}\n").as_bytes());
    assert!(missed.is_empty(), "{summary}\n{missed}");
    assert!(results.len() >= 120, "{summary}");
    // A fault is told once: what follows from it is not told again in every file that reads it.
    assert!(mean < 2.0 && worst.0 <= 20, "{summary}");
}
