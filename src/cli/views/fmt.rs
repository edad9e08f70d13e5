//! What the formatter changed or would change.

use serde_json::{Value, json};

/// One file that was looked at.
pub(in crate::cli) struct Formatted {
    /// As it was named, or below the folder that was named.
    pub(in crate::cli) path: String,
    pub(in crate::cli) outcome: Outcome,
    pub(in crate::cli) before: String,
    pub(in crate::cli) after: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cli) enum Outcome {
    Unchanged,
    /// With `--check`: it would be changed.
    Changed,
    /// It has an error, and was left as it is.
    Failed,
}

/// `{"check", "files": [{"path", "outcome": "unchanged|changed|failed"}]}`.
pub(in crate::cli) fn json(files: &[Formatted], check: bool) -> Value {
    let files = files.iter().map(|file| {
        let outcome = match file.outcome {
            Outcome::Unchanged => "unchanged",
            Outcome::Changed => "changed",
            Outcome::Failed => "failed",
        };
        json!({ "path": file.path, "outcome": outcome })
    });
    json!({ "check": check, "files": files.collect::<Vec<_>>() })
}

/// `3 files formatted, 1 unchanged, 1 with errors`.
pub(in crate::cli) fn summary(files: &[Formatted], check: bool) -> String {
    let count = |outcome| files.iter().filter(|file| file.outcome == outcome).count();
    let (changed, unchanged) = (count(Outcome::Changed), count(Outcome::Unchanged));
    let noun = if changed == 1 { "file" } else { "files" };
    let verb = if check { "would be formatted" } else { "formatted" };
    let mut text = format!("{changed} {noun} {verb}, {unchanged} unchanged");
    match count(Outcome::Failed) {
        0 => {}
        failed => text.push_str(&format!(", {failed} with errors")),
    }
    text
}

/// Unchanged lines that are shown around a change.
const AROUND: usize = 3;
/// A table of more cells would take too long; then the lines between the first and the last change are replaced.
const CELLS: usize = 16_000_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edit {
    Same,
    Removed,
    Added,
}

/// The changes of a file in the unified format.
pub(in crate::cli) fn diff(file: &Formatted) -> String {
    let before: Vec<&str> = file.before.split_inclusive('\n').collect();
    let after: Vec<&str> = file.after.split_inclusive('\n').collect();
    let edits = edits(&before, &after);
    let mut out = format!("--- {0}\n+++ {0}\n", file.path);
    let changed: Vec<usize> = (0..edits.len()).filter(|at| edits[*at] != Edit::Same).collect();
    let mut at = 0;
    while let Some(&first) = changed.get(at) {
        let mut last = first;
        while let Some(&next) = changed.get(at).filter(|next| **next <= last + 2 * AROUND) {
            last = next;
            at += 1;
        }
        hunk(&mut out, &edits, first.saturating_sub(AROUND)..(last + AROUND + 1).min(edits.len()), &before, &after);
    }
    out
}

fn hunk(out: &mut String, edits: &[Edit], range: std::ops::Range<usize>, before: &[&str], after: &[&str]) {
    let count = |edits: &[Edit], other: Edit| edits.iter().filter(|edit| **edit != other).count();
    let (mut old, mut new) = (count(&edits[..range.start], Edit::Added), count(&edits[..range.start], Edit::Removed));
    let (olds, news) = (count(&edits[range.clone()], Edit::Added), count(&edits[range.clone()], Edit::Removed));
    let start = |at: usize, count: usize| if count == 0 { at } else { at + 1 };
    out.push_str(&format!("@@ -{},{olds} +{},{news} @@\n", start(old, olds), start(new, news)));
    for edit in &edits[range] {
        let (sign, line) = match edit {
            Edit::Same => (' ', before[old]),
            Edit::Removed => ('-', before[old]),
            Edit::Added => ('+', after[new]),
        };
        old += usize::from(*edit != Edit::Added);
        new += usize::from(*edit != Edit::Removed);
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// The longest common subsequence, by the usual table, between what is equal at both ends.
fn edits(before: &[&str], after: &[&str]) -> Vec<Edit> {
    let head = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    let tail = before[head..].iter().rev().zip(after[head..].iter().rev()).take_while(|(one, other)| one == other);
    let tail = tail.count();
    let (old, new) = (&before[head..before.len() - tail], &after[head..after.len() - tail]);
    let mut edits = vec![Edit::Same; head];
    if old.len() * new.len() > CELLS {
        edits.extend(std::iter::repeat_n(Edit::Removed, old.len()));
        edits.extend(std::iter::repeat_n(Edit::Added, new.len()));
    } else {
        let width = new.len() + 1;
        let mut longest = vec![0u32; (old.len() + 1) * width];
        for i in (0..old.len()).rev() {
            for j in (0..new.len()).rev() {
                longest[i * width + j] = if old[i] == new[j] {
                    longest[(i + 1) * width + j + 1] + 1
                } else {
                    longest[(i + 1) * width + j].max(longest[i * width + j + 1])
                };
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < old.len() || j < new.len() {
            if i < old.len() && j < new.len() && old[i] == new[j] {
                edits.push(Edit::Same);
                (i, j) = (i + 1, j + 1);
            } else if j == new.len() || (i < old.len() && longest[(i + 1) * width + j] >= longest[i * width + j + 1]) {
                edits.push(Edit::Removed);
                i += 1;
            } else {
                edits.push(Edit::Added);
                j += 1;
            }
        }
    }
    edits.extend(std::iter::repeat_n(Edit::Same, tail));
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(before: &str, after: &str) -> String {
        let (before, after) = (before.to_string(), after.to_string());
        diff(&Formatted { path: "a.sql".to_string(), outcome: Outcome::Changed, before, after })
    }

    #[test]
    fn a_diff_is_in_the_unified_format() {
        assert_eq!(of("a\nb\nc\n", "a\nB\nc\n"), "--- a.sql\n+++ a.sql\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
        assert_eq!(of("a", "a\n"), "--- a.sql\n+++ a.sql\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
        assert_eq!(of("\n", ""), "--- a.sql\n+++ a.sql\n@@ -1,1 +0,0 @@\n-\n");
    }

    #[test]
    fn changes_far_from_each_other_have_hunks_of_their_own() {
        let lines: Vec<String> = (1..=20).map(|line| format!("{line}\n")).collect();
        let before = lines.concat();
        let after = before.replace("\n2\n", "\ntwo\n").replace("\n19\n", "\nnineteen\n");
        let text = of(&before, &after);
        let hunks: Vec<&str> = text.lines().filter(|line| line.starts_with("@@")).collect();
        assert_eq!(hunks, ["@@ -1,5 +1,5 @@", "@@ -16,5 +16,5 @@"]);
    }
}
