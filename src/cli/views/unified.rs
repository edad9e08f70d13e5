//! What is different between two texts, line by line (unified format of `diff -u`).

/// Lines around a change that are shown.
const CONTEXT: usize = 3;

/// Beyond this many pairs of lines the middle of a change is shown as a whole.
const PAIRS: usize = 4_000_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edit<'t> {
    Same(&'t str),
    Old(&'t str),
    New(&'t str),
}

/// `--- old`, `+++ new` and the hunks; empty if nothing differs.
pub(in crate::cli) fn unified(old_name: &str, new_name: &str, old: &str, new: &str) -> String {
    let edits = edits(&lines(old), &lines(new));
    if edits.iter().all(|edit| matches!(edit, Edit::Same(_))) {
        return String::new();
    }
    let mut out = format!("--- {old_name}\n+++ {new_name}\n");
    let shown = shown(&edits);
    let (mut old_line, mut new_line, mut at) = (1, 1, 0);
    while at < edits.len() {
        if !shown[at] {
            let (old, new) = advance(edits[at]);
            (old_line, new_line, at) = (old_line + old, new_line + new, at + 1);
            continue;
        }
        let end = (at..edits.len()).find(|index| !shown[*index]).unwrap_or(edits.len());
        let counts = edits[at..end].iter().map(|edit| advance(*edit));
        let (old_count, new_count) = counts.fold((0, 0), |(old, new), (o, n)| (old + o, new + n));
        // A range of no lines is told by the line before it.
        let start = |line: usize, count: usize| if count == 0 { line - 1 } else { line };
        let (from, to) = (start(old_line, old_count), start(new_line, new_count));
        out.push_str(&format!("@@ -{from},{old_count} +{to},{new_count} @@\n"));
        for edit in &edits[at..end] {
            let (sign, line) = match edit {
                Edit::Same(line) => (' ', line),
                Edit::Old(line) => ('-', line),
                Edit::New(line) => ('+', line),
            };
            out.push(sign);
            out.push_str(line.strip_suffix('\n').unwrap_or(line));
            out.push('\n');
            if !line.ends_with('\n') {
                out.push_str("\\ No newline at end of file\n");
            }
        }
        (old_line, new_line, at) = (old_line + old_count, new_line + new_count, end);
    }
    out
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Lines of (old, new) that an edit takes.
fn advance(edit: Edit<'_>) -> (usize, usize) {
    match edit {
        Edit::Same(_) => (1, 1),
        Edit::Old(_) => (1, 0),
        Edit::New(_) => (0, 1),
    }
}

fn shown(edits: &[Edit<'_>]) -> Vec<bool> {
    let mut shown = vec![false; edits.len()];
    for (at, edit) in edits.iter().enumerate() {
        if !matches!(edit, Edit::Same(_)) {
            let range = at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(edits.len());
            shown[range].fill(true);
        }
    }
    shown
}

/// By the longest common subsequence of what is between the common beginning and the common end.
fn edits<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Edit<'t>> {
    let front = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let back = old[front..].iter().rev().zip(new[front..].iter().rev()).take_while(|(old, new)| old == new).count();
    let (left, right) = (&old[front..old.len() - back], &new[front..new.len() - back]);
    let mut out: Vec<Edit<'t>> = old[..front].iter().map(|line| Edit::Same(line)).collect();
    if left.len().saturating_mul(right.len()) > PAIRS {
        out.extend(left.iter().map(|line| Edit::Old(line)));
        out.extend(right.iter().map(|line| Edit::New(line)));
    } else {
        let longest = table(left, right);
        let width = right.len() + 1;
        let (mut i, mut j) = (0, 0);
        while i < left.len() || j < right.len() {
            if i < left.len() && j < right.len() && left[i] == right[j] {
                out.push(Edit::Same(left[i]));
                (i, j) = (i + 1, j + 1);
            } else if i < left.len() && (j == right.len() || longest[(i + 1) * width + j] >= longest[i * width + j + 1])
            {
                out.push(Edit::Old(left[i]));
                i += 1;
            } else {
                out.push(Edit::New(right[j]));
                j += 1;
            }
        }
    }
    out.extend(old[old.len() - back..].iter().map(|line| Edit::Same(line)));
    out
}

/// The length of the longest common subsequence of what follows each pair of positions.
fn table(left: &[&str], right: &[&str]) -> Vec<u32> {
    let width = right.len() + 1;
    let mut longest = vec![0; (left.len() + 1) * width];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            longest[i * width + j] = if left[i] == right[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the GNU diffutils manual, "Detailed description of unified format", in short.
    #[test]
    fn a_change_in_the_middle_is_shown_with_three_lines_around() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let new = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
        let expected = "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n";
        assert_eq!(unified("a", "b", old, new), expected);
        assert_eq!(unified("a", "b", old, old), "");
    }

    #[test]
    fn a_text_from_nothing_begins_before_the_first_line() {
        assert_eq!(unified("a", "b", "", "x\n"), "--- a\n+++ b\n@@ -0,0 +1,1 @@\n+x\n");
        assert_eq!(
            unified("a", "b", "x", "x\n"),
            "--- a\n+++ b\n@@ -1,1 +1,1 @@\n-x\n\\ No newline at end of file\n+x\n"
        );
    }
}
