//! `sources.yml` with what a workspace tells of the tables in it.
//!
//! Works on the text, so that comments and entries of which nothing changed stay as they are.

use std::collections::BTreeSet;
use std::path::Path;

use crate::diag::SourceFile;
use crate::project::{OWN, Project, Solution, SourceTable};
use crate::remote::RemoteTable;
use crate::syntax::parse_type;
use crate::sys::fs;

/// Where a solution's file is, or would be; relative to the project.
pub fn sources_path(project: &Project, solution: &Solution) -> String {
    match (&solution.files.sources, &solution.layout) {
        (Some(file), _) => file.name().to_string(),
        (None, Some(_)) => format!("{OWN}/sources.yml"),
        (None, None) => {
            let nested = format!("sql/{}", solution.name);
            let only = project.solutions.len() == 1 && !fs::is_dir(&project.root.join(Path::new(&nested)));
            if only { "sql/sources.yml".to_string() } else { format!("{nested}/sources.yml") }
        }
    }
}

/// The file with these tables in it. `declared` is what the file says now.
pub fn sources_with(file: Option<&SourceFile>, declared: &[SourceTable], pulled: &[RemoteTable]) -> String {
    let own = file.filter(|file| items(file.text()).is_some());
    let Some((file, (indent, blocks))) = own.and_then(|file| Some((file, items(file.text())?))) else {
        let mut out = "tables:\n".to_string();
        let others = declared.iter().filter(|table| !pulled.iter().any(|found| found.name == table.name));
        let mut all: Vec<(String, String)> =
            others.map(|table| (table.name.to_string(), declared_entry(table))).collect();
        all.extend(pulled.iter().map(|table| (table.name.to_string(), entry(table, 2))));
        all.sort();
        all.iter().for_each(|(_, text)| out.push_str(text));
        return out;
    };
    let lines: Vec<&str> = file.text().split_inclusive('\n').collect();
    let mut out = String::new();
    let mut at = 0;
    let mut known = BTreeSet::new();
    for (start, end) in blocks {
        out.extend(lines.get(at..start).unwrap_or_default().iter().copied());
        at = end;
        let kept: String = lines.get(start..end).unwrap_or_default().concat();
        let inside = |table: &&SourceTable| {
            let line = file.line_column(table.location.span.start).0.saturating_sub(1);
            table.location.file.name() == file.name() && start <= line && line < end
        };
        let table = declared.iter().find(inside);
        let found = table.and_then(|table| pulled.iter().find(|found| found.name == table.name));
        match (table, found) {
            (Some(table), Some(found)) => {
                known.insert(&found.name);
                if is_same(table, found) { out.push_str(&kept) } else { out.push_str(&entry(found, indent)) }
            }
            _ => out.push_str(&kept),
        }
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
    let mut new: Vec<&RemoteTable> = pulled.iter().filter(|table| !known.contains(&table.name)).collect();
    new.sort_by(|a, b| a.name.cmp(&b.name));
    new.iter().for_each(|table| out.push_str(&entry(table, indent)));
    out.extend(lines.get(at..).unwrap_or_default().iter().copied());
    out
}

/// The indentation of the items of `tables`, and the lines of each; `None` where they are not written as a block.
fn items(text: &str) -> Option<(usize, Vec<(usize, usize)>)> {
    let lines: Vec<&str> = text.lines().collect();
    let head = lines.iter().position(|line| line.trim_end() == "tables:")?;
    let depth = |line: &str| line.len() - line.trim_start().len();
    let is_said = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let first = lines.iter().skip(head + 1).position(|line| is_said(line))? + head + 1;
    let indent = depth(lines.get(first)?);
    if !lines.get(first)?.trim_start().starts_with('-') {
        return None;
    }
    let mut blocks: Vec<(usize, usize)> = Vec::new();
    for (at, line) in lines.iter().enumerate().skip(first).filter(|(_, line)| is_said(line)) {
        if depth(line) == indent && line.trim_start().starts_with('-') {
            blocks.push((at, at + 1));
        } else if depth(line) <= indent {
            break;
        } else if let Some(block) = blocks.last_mut() {
            block.1 = at + 1;
        }
    }
    Some((indent, blocks))
}

fn is_same(table: &SourceTable, found: &RemoteTable) -> bool {
    let same_type = |a: &str, b: &str| matches!((parse_type(a), parse_type(b)), (Ok(a), Ok(b)) if a == b);
    table.comment == found.comment
        && table.columns.len() == found.columns.len()
        && table.columns.iter().zip(&found.columns).all(|(own, other)| {
            own.name.value.as_str() == other.name
                && same_type(&own.kind.value, &other.data_type)
                && own.nullable == other.nullable
                && own.comment == other.comment
        })
}

/// A text as YAML writes it: bare where it is a plain word.
fn scalar(text: &str) -> String {
    let plain = !text.is_empty()
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '(' | ')'))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_lowercase().as_str());
    if plain { text.to_string() } else { serde_json::Value::String(text.to_string()).to_string() }
}

fn entry(table: &RemoteTable, indent: usize) -> String {
    let columns = table.columns.iter();
    let columns: Vec<_> =
        columns.map(|c| (c.name.as_str(), c.data_type.as_str(), c.nullable, c.comment.as_deref())).collect();
    written(&table.name.to_string(), table.comment.as_deref(), &columns, indent)
}

fn declared_entry(table: &SourceTable) -> String {
    let columns = table.columns.iter();
    let columns: Vec<_> =
        columns.map(|c| (c.name.value.as_str(), c.kind.value.as_str(), c.nullable, c.comment.as_deref())).collect();
    written(&table.name.to_string(), table.comment.as_deref(), &columns, 2)
}

fn written(name: &str, comment: Option<&str>, columns: &[(&str, &str, bool, Option<&str>)], indent: usize) -> String {
    let space = " ".repeat(indent);
    let mut out = format!("{space}- name: {}\n", scalar(name));
    if let Some(comment) = comment {
        out.push_str(&format!("{space}  comment: {}\n", scalar(comment)));
    }
    if !columns.is_empty() {
        out.push_str(&format!("{space}  columns:\n"));
    }
    for (name, data_type, nullable, comment) in columns {
        out.push_str(&format!("{space}    - {{ name: {}, type: {}", scalar(name), scalar(data_type)));
        if !nullable {
            out.push_str(", nullable: false");
        }
        if let Some(comment) = comment {
            out.push_str(&format!(", comment: {}", scalar(comment)));
        }
        out.push_str(" }\n");
    }
    out
}
