//! A formatted template renders to the same SQL, but for white space and the case of keywords.

use std::path::{Path, PathBuf};

use crate::diag::{SourceFile, human};
use crate::pipeline::{load, render, resolve};
use crate::syntax::{Token, TokenKind, format, lex};
use crate::sys::Env;

/// Every rendered statement file of the solution, by path, as its tokens and comments.
fn rendered(root: &Path) -> Vec<(String, Vec<(TokenKind, String)>)> {
    let (project, found) = load(root).unwrap();
    assert!(!found.has_errors(), "{}", human(&found, false));
    let project = project.unwrap();
    let resolved = resolve(&project, Some("local"), &[], &Env::default()).0.unwrap();
    let (all, found) = render(&resolved, Some("insurance"));
    assert!(!found.has_errors(), "{}", human(&found, false));
    let all = all.unwrap();
    let mut files = Vec::new();
    for file in all.solutions.values().flat_map(|solution| solution.rendered()) {
        if file.template.name().ends_with(".sql") {
            let text = file.output.text();
            let kept = |token: &Token| token.kind != TokenKind::Whitespace;
            let shown = |token: Token| match token.kind {
                TokenKind::Word => (token.kind, token.text(text).to_ascii_uppercase()),
                _ => (token.kind, token.text(text).to_string()),
            };
            let tokens = lex(text).tokens.into_iter().filter(kept).map(shown).collect();
            files.push((file.template.name().to_string(), tokens));
        }
    }
    files.sort_by(|one: &(String, _), other| one.0.cmp(&other.0));
    files
}

fn copy(from: &Path, to: &Path, change: &dyn Fn(&str) -> String) {
    for part in ["sql", "jobs", "dashboards", "genie", "lakesmith.yml"] {
        let entries = walkdir::WalkDir::new(from.join(part)).into_iter().map(Result::unwrap);
        for entry in entries.filter(|entry| entry.file_type().is_file()) {
            let target: PathBuf = to.join(entry.path().strip_prefix(from).unwrap());
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let is_sql = entry.path().extension().is_some_and(|ending| ending == "sql");
            std::fs::write(target, if is_sql { change(&text) } else { text }).unwrap();
        }
    }
}

/// Without indentation, and with line breaks where nobody would write them, so that there is much to do.
fn ugly(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let line = line.trim_start();
        if line.contains("--") || line.contains('\'') || line.contains('{') {
            out.push_str(line);
        } else {
            out.push_str(&line.replace(" AS ", "\nas  ").replace(" AND ", " and\n").replace("FROM ", "from\n\n"));
        }
        out.push('\n');
    }
    out
}

#[test]
fn formatting_changes_nothing_that_is_rendered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let kept = |text: &str| text.to_string();
    for (change, least) in [(&kept as &dyn Fn(&str) -> String, 0), (&ugly, 40)] {
        let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        copy(root, before.path(), change);
        let changed = std::cell::Cell::new(0);
        copy(before.path(), after.path(), &|text| {
            let result = format(&SourceFile::new("f.sql", text)).unwrap();
            changed.set(changed.get() + usize::from(result != text));
            result
        });
        let (plain, formatted) = (rendered(before.path()), rendered(after.path()));
        assert!(plain.len() > 40 && plain.len() == formatted.len());
        for (one, other) in plain.iter().zip(&formatted) {
            assert_eq!(one, other);
        }
        assert!(changed.get() >= least, "a formatter that does nothing would pass");
    }
}
