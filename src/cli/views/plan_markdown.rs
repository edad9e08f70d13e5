//! Plans as Markdown, for a pull request.

use std::fmt::Write;

use super::count::counted_as;
use super::markdown::{code, code_cell, escaped, sentence};
use super::plan::{OVERWRITE, UNTOLD, by_whom, drifted, instead, summary};
use super::plan_fields::{
    content_diff, drift_diff, drifted as drifted_field, is_whole, short, shown as shown_fields, told,
};
use crate::pipeline::{FieldChange, Plan, PlanStep, Risk};

/// How much is told. What is more is counted, not listed.
#[derive(Clone, Copy)]
struct Detail {
    /// Lines of one content that changes.
    lines: usize,
    /// Entries of one table or list.
    entries: usize,
    /// Are the fields of a change told?
    fields: bool,
    /// Is what needs somebody's consent told whole, however much it is?
    risky: bool,
}

/// From all to the least.
const DETAILS: [Detail; 6] = [
    Detail { lines: 100, entries: 200, fields: true, risky: true },
    Detail { lines: 20, entries: 200, fields: true, risky: true },
    Detail { lines: 5, entries: 100, fields: true, risky: true },
    Detail { lines: 0, entries: 200, fields: false, risky: true },
    Detail { lines: 0, entries: 50, fields: false, risky: false },
    Detail { lines: 0, entries: 10, fields: false, risky: false },
];

/// "Body is too long (maximum is 65536 characters)" is what GitHub says of a comment. In bytes, whichever characters are
/// meant, and with room for the line that says what is left out.
const LONGEST: usize = 65_000;

/// As much as a comment of a pull request holds. `title` stands above, and `all` is the command that shows all of it.
fn fitting<T>(title: &str, plans: &[T], all: &str, section: impl Fn(&T, Detail) -> String) -> String {
    let mut sections = Vec::new();
    for (at, detail) in DETAILS.into_iter().enumerate() {
        sections = plans.iter().map(|plan| section(plan, detail)).collect::<Vec<String>>();
        if title.len() + sections.iter().map(String::len).sum::<usize>() > LONGEST {
            continue;
        }
        let mut out = format!("{title}{}", sections.concat());
        if at > 0 {
            let less = if detail.fields { "texts that change are cut" } else { "what changes in them is left out" };
            let lists = if detail.entries < DETAILS[0].entries { ", and so are long lists" } else { "" };
            let _ = writeln!(
                out,
                "\n**This is not all**: it would be too long for a comment. {}{lists}; `{all}` shows it.",
                upper_first(less)
            );
        }
        return out;
    }
    // Of many solutions, or of texts without an end: whole sections, as long as they fit.
    let mut out = title.to_string();
    let mut left = 0;
    for section in sections {
        if left == 0 && out.len() + section.len() <= LONGEST {
            out.push_str(&section);
        } else {
            left += 1;
        }
    }
    let left = counted_as(left, "solution");
    let _ =
        writeln!(out, "\n**This is not all**: it would be too long for a comment. {left} left out; `{all}` shows all.");
    out
}

/// `of` says what was planned: the comment of another plan is not to be taken for this one's. `elsewhere` is what may be
/// somebody else's copy.
pub(in crate::cli) fn plans(
    of: &str,
    target: &str,
    plans: &[Plan],
    elsewhere: &dyn Fn(&Plan) -> Option<String>,
) -> String {
    let title = format!("{}\n## What deploying would change\n", marker(of, target));
    fitting(&title, plans, &format!("lakesmith plan -t {target}"), |plan, detail| {
        let mut out = String::new();
        heading(&mut out, plan, &summary(plan));
        if let Some(note) = elsewhere(plan) {
            let _ = writeln!(out, "**Note**: {}\n", sentence(&note));
        }
        table(&mut out, plan, detail, &|step| {
            let risk = if step.risk == Risk::Safe { "" } else { step.risk.as_str() };
            let reason = sentence(&step.reason);
            [step.action.as_str().to_string(), code_cell(&step.key.to_string()), risk.to_string(), reason]
        });
        notes(&mut out, plan, detail);
        let field = |step: &PlanStep, change: &FieldChange| Shown {
            diff: content_diff(step, change, detail.lines),
            told: code(&told(step, change)),
            by: by_whom(step, change),
        };
        access(&mut out, plan, detail, &field);
        details(&mut out, plan, detail, &field);
        kept(&mut out, plan, detail);
        strangers(&mut out, plan, detail);
        out
    })
}

/// A line that nobody sees, by which a workflow finds the comment that it is to renew.
fn marker(of: &str, target: &str) -> String {
    // Two hyphens would end the comment in some readers' eyes.
    let name = format!("{of} on {target}").replace("--", "- -");
    format!("<!-- lakesmith plan of {name} -->")
}

/// What the reader should know beside the changes, what keeps the plan from being applied first.
fn notes(out: &mut String, plan: &Plan, detail: Detail) {
    let blocked = plan.changes().flat_map(|step| step.blocked.iter().map(move |why| (step, "**blocked**: ", why)));
    let notes = plan.changes().flat_map(|step| step.notes.iter().map(move |note| (step, "", note)));
    list(out, "Notes", detail, blocked.chain(notes), |(step, what, note)| {
        format!("- {}: {what}{}\n", code(&step.key.to_string()), sentence(note))
    });
}

/// What stays as somebody edited it.
fn kept(out: &mut String, plan: &Plan, detail: Detail) {
    list(out, "Edits in the workspace that are kept", detail, plan.kept(), |step| {
        let mut item = format!("- {}\n", code(&step.key.to_string()));
        for change in step.kept.iter().filter(|_| detail.fields) {
            match content_diff(step, change, detail.lines) {
                Some(diff) => {
                    let _ = writeln!(item, "  - {}; the project says what is marked `+`:\n", code(&change.path));
                    fenced(&mut item, &diff);
                }
                None => {
                    let told = format!("{}{}", short(&change.old), instead(change));
                    let _ = writeln!(item, "  - {}: {}", code(&change.path), code(&told));
                }
            }
        }
        item
    });
    if plan.kept().next().is_some() {
        let _ = writeln!(out, "\n{}", upper_first(OVERWRITE));
    }
}

/// What others were given, and what stays with them.
fn strangers(out: &mut String, plan: &Plan, detail: Detail) {
    list(out, "Given by others, and left as it is", detail, plan.unmanaged.iter(), |stranger| {
        let (who, what) = (code(&stranger.principal), escaped(&stranger.privileges.join(", ")));
        let name = stranger.name.iter().map(|name| format!(" ({} in the workspace)", code(name)));
        let name: String = name.collect();
        format!("- {who} has {what} on the {} {}{name}\n", escaped(&stranger.securable_type), code(&stranger.securable))
    });
}

/// A list with a line above it; nothing where it has no items.
fn list<T>(out: &mut String, title: &str, detail: Detail, items: impl Iterator<Item = T>, item: impl Fn(T) -> String) {
    let items: Vec<String> = items.map(item).collect();
    if items.is_empty() {
        return;
    }
    let most = detail.entries;
    let _ = write!(out, "\n**{title}**\n\n{}", items[..items.len().min(most)].concat());
    if items.len() > most {
        let _ = writeln!(out, "\nand {} more", items.len() - most);
    }
}

/// Inside of a list. The fence is longer than any in the text.
fn fenced(out: &mut String, diff: &str) {
    let longest = diff.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    let _ = writeln!(out, "    {fence}diff");
    for line in diff.lines() {
        let _ = writeln!(out, "    {line}");
    }
    let _ = writeln!(out, "    {fence}\n");
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// What is not as it was deployed.
pub(in crate::cli) fn drift(target: &str, plans: &[Plan]) -> String {
    let title = "## What was changed behind the deployment\n";
    fitting(title, plans, &format!("lakesmith drift -t {target}"), |plan, detail| {
        let mut out = String::new();
        let count = plan.changes().count();
        let told = if count == 0 { "as it was deployed".to_string() } else { counted_as(count, "resource") };
        heading(&mut out, plan, &told);
        table(&mut out, plan, detail, &|step| {
            [drifted(step).to_string(), code_cell(&step.key.to_string()), String::new(), String::new()]
        });
        let field = |step: &PlanStep, change: &FieldChange| {
            let told = match change.path.as_str() {
                "content" => UNTOLD.to_string(),
                _ => code(&drifted_field(step, change)),
            };
            Shown { diff: drift_diff(step, change, detail.lines), told, by: "" }
        };
        access(&mut out, plan, detail, &field);
        details(&mut out, plan, detail, &field);
        strangers(&mut out, plan, detail);
        out
    })
}

fn heading(out: &mut String, plan: &Plan, told: &str) {
    let _ = writeln!(out, "\n### {} on {}: {told}\n", code(&plan.project), code(&plan.target));
}

fn table(out: &mut String, plan: &Plan, detail: Detail, row: &dyn Fn(&PlanStep) -> [String; 4]) {
    if plan.is_empty() {
        return;
    }
    out.push_str("| what | resource | risk | why |\n|---|---|---|---|\n");
    let (mut more, mut risky) = (0, 0);
    for (place, step) in plan.changes().enumerate() {
        let is_risky = step.risk != Risk::Safe;
        // What needs somebody's consent is only counted where nothing else helps.
        if place < detail.entries || is_risky && detail.risky {
            let _ = writeln!(out, "| {} |", row(step).join(" | "));
        } else {
            more += 1;
            risky += usize::from(is_risky);
        }
    }
    let of_risk = if risky > 0 { format!(", {risky} of them with a risk") } else { String::new() };
    if more > 0 {
        let _ = writeln!(out, "\nand {more} more{of_risk}");
    }
}

/// A field as it was, and as it is then; of a content the lines that differ, where its texts are at hand.
struct Shown {
    diff: Option<String>,
    told: String,
    by: &'static str,
}

/// Who gets and loses what, and what no longer hides something: all of it, and nothing folded away.
fn access(out: &mut String, plan: &Plan, detail: Detail, shown: &dyn Fn(&PlanStep, &FieldChange) -> Shown) {
    let steps = plan.changes().filter(|step| is_whole(step) && !shown_fields(step).is_empty());
    let items: Vec<String> = steps.map(|step| fields(step, shown)).collect();
    let most = if detail.risky { items.len() } else { detail.entries.min(items.len()) };
    if !items.is_empty() {
        let _ = write!(out, "\n**Access**\n\n{}", items[..most].concat());
    }
    if items.len() > most {
        let _ = writeln!(out, "\nand {} more", items.len() - most);
    }
}

/// The fields of the other steps.
fn details(out: &mut String, plan: &Plan, detail: Detail, shown: &dyn Fn(&PlanStep, &FieldChange) -> Shown) {
    let steps = plan.changes().filter(|step| !is_whole(step) && !shown_fields(step).is_empty());
    let items: Vec<String> = steps.take(detail.entries).map(|step| fields(step, shown)).collect();
    if !items.is_empty() && detail.fields {
        let _ = write!(out, "\n<details><summary>Fields</summary>\n\n{}\n</details>\n", items.concat());
    }
}

fn fields(step: &PlanStep, shown: &dyn Fn(&PlanStep, &FieldChange) -> Shown) -> String {
    let mut out = format!("- {}\n", code(&step.key.to_string()));
    for change in shown_fields(step) {
        let Shown { diff, told, by } = shown(step, change);
        match diff {
            Some(diff) => {
                let _ = writeln!(out, "  - {}:{by}\n", code(&change.path));
                fenced(&mut out, &diff);
            }
            None => drop(writeln!(out, "  - {}: {told}{by}", code(&change.path))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GitHub: "Body is too long (maximum is 65536 characters)".
    const MOST: usize = 65_536;

    #[test]
    fn as_much_is_told_as_a_comment_holds() {
        let sized = |of: fn(Detail) -> usize| fitting("title\n", &[1, 2, 3], "all", |_, detail| "x".repeat(of(detail)));
        let told = |text: &str| text.rsplit_once("\n\n").map(|(_, told)| told.to_string()).unwrap_or_default();
        let all = sized(|_| 20_000);
        assert_eq!((all.len(), told(&all).as_str()), ("title\n".len() + 60_000, ""));
        let cut = sized(|detail| detail.lines * 1_000);
        assert_eq!(
            told(&cut.replacen('x', "", 60_000).replacen('\n', "\n\n", 1)),
            "**This is not all**: it would be too long for a comment. Texts that change are cut; `all` shows it.\n"
        );
        let listed = sized(|detail| if detail.fields { MOST } else { detail.entries * 100 });
        assert!(listed.contains("What changes in them is left out; `all` shows it."));
        let short = sized(|detail| if detail.fields { MOST } else { detail.entries * 200 });
        assert!(short.contains("What changes in them is left out, and so are long lists; `all` shows it."));
        let few = sized(|_| 30_000);
        assert!(few.contains("1 solution left out; `all` shows all."));
        let none = sized(|_| MOST);
        assert!(none.contains("3 solutions left out; `all` shows all."));
        assert!([cut, listed, short, few, none].iter().all(|text| text.len() <= MOST));
    }

    #[test]
    fn a_name_does_not_end_the_marker() {
        assert_eq!(marker("a-->b", "dev"), "<!-- lakesmith plan of a- ->b on dev -->");
    }
}
