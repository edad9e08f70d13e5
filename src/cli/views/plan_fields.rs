//! The fields of a plan's steps: which of them are shown, and how much of each.

use std::fmt::Write;

use serde_json::Value;

use super::count::counted_as;
use super::unified::unified;
use crate::pipeline::{Action, FieldChange, Kind, PlanStep, Risk};

const LONGEST: usize = 60;
/// So much of what is the same stands before what differs.
const AROUND: usize = 20;
const MOST_ELEMENTS: usize = 5;

/// Is nothing of it left out, however long it is? Whoever allows that access is widened, or that something is bared, sees
/// of whom and of what.
pub(super) fn is_whole(step: &PlanStep) -> bool {
    step.risk == Risk::Security || gives(step)
}

fn gives(step: &PlanStep) -> bool {
    matches!(step.key.kind, Kind::Grants | Kind::Permissions)
}

/// Of something new everything is new, and the fields would only repeat the project; of grants they are all that the
/// step is about. Of what goes away, those that somebody would miss.
pub(super) fn shown(step: &PlanStep) -> &[FieldChange] {
    match step.action {
        Action::Update | Action::Recreate | Action::Delete => &step.changes,
        Action::Create if gives(step) => &step.changes,
        Action::Create | Action::Forget | Action::None => &[],
    }
}

/// What becomes of a content, as a unified diff from what is there to what the project says; `None` where the texts are
/// not at hand.
pub(super) fn content_diff(step: &PlanStep, change: &FieldChange, most: usize) -> Option<String> {
    let most = if is_whole(step) { usize::MAX } else { most };
    if let (true, Value::String(old), Value::String(new)) = (is_whole(step), &change.old, &change.new)
        && (old.contains('\n') || new.contains('\n'))
    {
        return text_diff(old, new, most);
    }
    let texts = step.texts.as_ref().filter(|_| change.path == "content")?;
    text_diff(&texts.there, &texts.wanted, most)
}

/// What became of a content in the workspace, from what was deployed to what is there; `None` as with [`content_diff`].
pub(super) fn drift_diff(step: &PlanStep, change: &FieldChange, most: usize) -> Option<String> {
    let texts = step.texts.as_ref().filter(|_| change.path == "content")?;
    text_diff(&texts.wanted, &texts.there, most)
}

/// The hunks of a unified diff, so many lines at most; `None` where no line differs.
pub(super) fn text_diff(old: &str, new: &str, most: usize) -> Option<String> {
    let diff = unified("old", "new", old, new);
    let lines: Vec<&str> = diff.lines().skip(2).collect();
    let mut shown = lines.iter().take(most).fold(String::new(), |text, line| text + line + "\n");
    if lines.len() > most {
        let _ = writeln!(shown, "… {} more", counted_as(lines.len() - most, "line"));
    }
    Some(shown).filter(|shown| !shown.is_empty())
}

/// How a field is and how it is then.
pub(super) fn told(step: &PlanStep, change: &FieldChange) -> String {
    match (step.action, change.path.as_str()) {
        (Action::Delete, "content") if change.edited => "edited in the workspace; the edit goes with it".to_string(),
        (Action::Delete, _) if change.edited => {
            format!("{}, edited in the workspace; the edit goes with it", short(&change.old))
        }
        (Action::Update, "content") if change.old.is_null() => {
            "the workspace does not tell whether it has this text".to_string()
        }
        _ => compared(step, &change.old, &change.new),
    }
}

/// How a field was when it was deployed, and how it is now.
pub(super) fn drifted(step: &PlanStep, change: &FieldChange) -> String {
    if gives(step) { compared(step, &change.new, &change.old) } else { difference(&change.new, &change.old) }
}

fn compared(step: &PlanStep, old: &Value, new: &Value) -> String {
    if !is_whole(step) {
        return difference(old, new);
    }
    let (before, after) = (whole(old), whole(new));
    match (old, new) {
        (Value::Array(old), Value::Array(new)) if !fits(&before) || !fits(&after) => elements(old, new, usize::MAX),
        _ => format!("{before} → {after}"),
    }
}

fn fits(text: &str) -> bool {
    text.chars().count() <= LONGEST
}

/// Of texts of several lines, the first that differs; of long lists, the elements; of other long values, from where they
/// differ.
pub(super) fn difference(old: &Value, new: &Value) -> String {
    if let (Value::String(old), Value::String(new)) = (old, new)
        && (old.contains('\n') || new.contains('\n'))
    {
        let (mut before, mut after) = (old.lines(), new.lines());
        for number in 1.. {
            let (old, new) = (before.next(), after.next());
            let shown = |line: Option<&str>| line.map_or(Value::Null, Value::from);
            if old != new {
                return format!("line {number}: {}", difference(&shown(old), &shown(new)));
            }
            if old.is_none() {
                return "only its line ends".to_string();
            }
        }
    }
    let (before, after) = (whole(old), whole(new));
    match (old, new) {
        _ if fits(&before) && fits(&after) => format!("{before} → {after}"),
        (Value::Array(old), Value::Array(new)) => elements(old, new, MOST_ELEMENTS),
        _ => {
            let same = before.chars().zip(after.chars()).take_while(|(old, new)| old == new).count();
            let from = same.saturating_sub(AROUND);
            format!("{} → {}", part(&before, from), part(&after, from))
        }
    }
}

/// What goes and what comes, so many at most; where not all are shown, their ends, for that is where paths differ.
fn elements(old: &[Value], new: &[Value], most: usize) -> String {
    let end = |value: &Value| {
        let text = whole(value);
        if most == usize::MAX {
            return text;
        }
        part(&text, text.chars().count().saturating_sub(LONGEST))
    };
    let gone = old.iter().filter(|value| !new.contains(value)).map(|value| format!("- {}", end(value)));
    let come = new.iter().filter(|value| !old.contains(value)).map(|value| format!("+ {}", end(value)));
    let mut parts: Vec<String> = gone.chain(come).collect();
    if parts.is_empty() {
        return "the same in another order or number".to_string();
    }
    let more = parts.len().saturating_sub(most);
    parts.truncate(most);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("{}{more}", parts.join(", "))
}

fn whole(value: &Value) -> String {
    match value {
        Value::Null => "absent".to_string(),
        other => other.to_string(),
    }
}

/// So much of a text as fits, from a character on.
fn part(text: &str, from: usize) -> String {
    let length = text.chars().count();
    let mut out: String = if from > 0 { "…".to_string() } else { String::new() };
    out.extend(text.chars().skip(from).take(LONGEST));
    if length > from + LONGEST {
        out.push('…');
    }
    out
}

pub(super) fn short(value: &Value) -> String {
    part(&whole(value), 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_long_texts_the_first_line_that_differs_is_shown() {
        let told = |old: &str, new: &str| difference(&json!(old), &json!(new));
        assert_eq!(told("a", "b"), r#""a" → "b""#);
        assert_eq!(told("SELECT\n  a,\n  b", "SELECT\n  a,\n  c"), r#"line 3: "  b" → "  c""#);
        assert_eq!(told("SELECT\n  a", "SELECT\n  a\n  b"), r#"line 3: absent → "  b""#);
        assert_eq!(told("a\r\nb", "a\nb"), "only its line ends");
    }

    /// What a reviewer looks for is the difference, not the same first words twice.
    #[test]
    fn long_values_show_where_they_differ() {
        let file = |name: &str| json!({"file": {"path": format!("/Workspace/Users/somebody@example.test/.lakesmith/p/s/dev/files/{name}")}});
        let told = difference(&json!([file("a.sql"), file("b.sql")]), &json!([file("a.sql"), file("c.sql")]));
        assert!(told.starts_with("- …") && told.contains("/b.sql\"}}, + …") && told.ends_with("/c.sql\"}}"), "{told}");
        assert_eq!(
            difference(&json!([file("a"), file("b")]), &json!([file("b"), file("a")])),
            "the same in another order or number"
        );
        let text = |end: &str| json!(format!("{}{end}", "x".repeat(100)));
        let told = difference(&text("old"), &text("new"));
        assert_eq!(told, format!("…{0}old\" → …{0}new\"", "x".repeat(20)));
        assert_eq!(difference(&json!(1), &json!(null)), "1 → absent");
        let told = difference(&json!("a\nb"), &json!("a\nc"));
        assert_eq!(told, "line 2: \"b\" → \"c\"");
    }
}
