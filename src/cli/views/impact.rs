//! What a change breaks.

use serde_json::{Value, json};

use super::count::counted_as;
use super::lineage::{label, place};
use super::markdown::{code, code_cell, escaped};
use crate::diag::Location;
use crate::lineage::{Breakage, Graph, Impact, NodeId, NodeKind, Privilege};

/// What is done to a table or a column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::cli) enum Verb {
    Drop,
    Rename(String),
    /// From a type to another.
    Retype(String, String),
}

pub(in crate::cli) struct Entry {
    pub(in crate::cli) verb: Verb,
    pub(in crate::cli) node: NodeId,
    pub(in crate::cli) impact: Impact,
}

pub(in crate::cli) struct Report<'r> {
    /// Where the entries' nodes are: with `since`, the graph of that commit.
    pub(in crate::cli) graph: &'r Graph,
    pub(in crate::cli) target: &'r str,
    pub(in crate::cli) since: Option<&'r str>,
    pub(in crate::cli) entries: Vec<Entry>,
    /// With `since`: the graph of today.
    pub(in crate::cli) now: Option<&'r Graph>,
}

/// What became of something that needed what was changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Its file is as it was.
    Unchanged,
    Changed,
    Removed,
}

impl Fate {
    fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

impl Report<'_> {
    fn fate(&self, node: NodeId) -> Option<Fate> {
        let now = self.now?;
        let path = self.graph.path(node);
        let kind = self.graph.kind(node);
        let same = now.ids().find(|id| now.kind(*id) == kind && now.path(*id) == path);
        let text = |graph: &Graph, id: NodeId| graph.location(id).map(|location| location.file.text().to_string());
        Some(match same {
            None => Fate::Removed,
            Some(id) if text(now, id) == text(self.graph, node) => Fate::Unchanged,
            Some(_) => Fate::Changed,
        })
    }

    fn privileges(&self) -> (Vec<Privilege>, Vec<Privilege>) {
        let Some(now) = self.now else { return (Vec::new(), Vec::new()) };
        let lost = self.graph.privileges_not_in(now).into_iter().collect();
        (lost, now.privileges_not_in(self.graph).into_iter().collect())
    }

    fn title(&self, entry: &Entry) -> String {
        let name = self.graph.brief(entry.node);
        match &entry.verb {
            Verb::Drop => format!("without {name}"),
            Verb::Rename(new) => format!("{name} renamed to {new}"),
            Verb::Retype(from, to) => format!("{name} is {to}, was {from}"),
        }
    }
}

/// Must a renamed column get its old name there again?
fn keeps_name(graph: &Graph, entry: &Entry, place: &Location) -> bool {
    matches!(entry.verb, Verb::Rename(_)) && graph.keeps_name(entry.node, place)
}

/// The verdict over one change.
fn verdict(entry: &Entry) -> String {
    let direct = entry.impact.direct.len();
    let places: usize = entry.impact.direct.iter().map(|breakage| breakage.places.len()).sum();
    match &entry.verb {
        Verb::Drop if direct == 0 => "nothing breaks".to_string(),
        Verb::Drop => {
            let behind = entry.impact.transitive.len();
            let verb = if direct == 1 { "breaks" } else { "break" };
            format!("{} {verb}, {behind} more behind them", counted_as(direct, "use"))
        }
        Verb::Rename(_) if direct == 0 => "nothing else names it".to_string(),
        Verb::Rename(_) => format!("{} to change, in {}", counted_as(places, "place"), counted_as(direct, "use")),
        Verb::Retype(..) => format!("{} of it", counted_as(direct, "use")),
    }
}

pub(in crate::cli) fn human(report: &Report<'_>) -> String {
    let mut out = String::new();
    if let (Some(since), true) = (report.since, report.entries.is_empty()) {
        out.push_str(&format!("no table or column was dropped, renamed or given another type since {since}\n"));
    }
    for entry in &report.entries {
        out.push_str(&format!("{}: {}\n", report.title(entry), verdict(entry)));
        if let Some(location) = report.graph.location(entry.node) {
            out.push_str(&format!("  defined at {}\n", location.display()));
        }
        for (title, list) in [("directly", &entry.impact.direct), ("behind them", &entry.impact.transitive)] {
            if !list.is_empty() {
                out.push_str(&format!("\n  {title}\n"));
                list.iter().for_each(|breakage| out.push_str(&line(report, entry, breakage)));
            }
        }
        out.push('\n');
    }
    let (lost, gained) = report.privileges();
    for (what, list) in [("lost", lost), ("gained", gained)] {
        for Privilege { securable, principal, privilege } in list {
            out.push_str(&format!("{principal} {what} {privilege} on {securable}\n"));
        }
    }
    out
}

fn line(report: &Report<'_>, entry: &Entry, breakage: &Breakage) -> String {
    let graph = report.graph;
    let fate = report.fate(breakage.node).map(|fate| format!("  [{}]", fate.as_str())).unwrap_or_default();
    let mut out = format!("    {}{fate}\n", named(graph, breakage.node));
    if !breakage.through.is_empty() {
        out.push_str(&format!("      through {}\n", path(graph, &breakage.through)));
    }
    for place in places(report, breakage) {
        let (name, place) = (graph.name(entry.node), &place);
        let again = match &entry.verb {
            Verb::Rename(new) if keeps_name(graph, entry, place) => format!("  (as `{new} AS {name}`)"),
            _ => String::new(),
        };
        out.push_str(&format!("      {}{again}\n", place.display()));
    }
    out
}

/// With the kind, where the name alone does not say it.
fn named(graph: &Graph, id: NodeId) -> String {
    let kind = graph.kind(id);
    let is_table = kind.is_relation() && !matches!(kind, NodeKind::Dataset | NodeKind::Files);
    let kind_words = if is_table || kind == NodeKind::Script {
        format!("{} ", kind.as_str().replace('_', " "))
    } else {
        String::new()
    };
    format!("{kind_words}{}", label(graph, id))
}

fn path(graph: &Graph, nodes: &[NodeId]) -> String {
    nodes.iter().map(|id| label(graph, *id)).collect::<Vec<_>>().join(" → ")
}

/// Where it names what it needs, else where it is.
fn places(report: &Report<'_>, breakage: &Breakage) -> Vec<Location> {
    let mut list = breakage.places.clone();
    if list.is_empty() {
        list.extend(report.graph.location(breakage.node));
    }
    list
}

/// `{"target", "since"?, "changes": […], "privileges"?}` (docs/lineage.md).
pub(in crate::cli) fn json(report: &Report<'_>) -> Value {
    let graph = report.graph;
    let breakages = |entry: &Entry, list: &[Breakage]| -> Vec<Value> {
        let named = |location: &Location| {
            let mut value = place(location);
            if keeps_name(graph, entry, location) {
                value["alias"] = json!(true);
            }
            value
        };
        let one = |breakage: &Breakage| {
            let mut value = json!({
                "kind": graph.kind(breakage.node).as_str(),
                "path": graph.path(breakage.node),
                "places": breakage.places.iter().map(named).collect::<Vec<_>>(),
                "through": breakage.through.iter().map(|id| graph.path(*id)).collect::<Vec<_>>(),
            });
            if let Some(fate) = report.fate(breakage.node) {
                value["now"] = json!(fate.as_str());
            }
            value
        };
        list.iter().map(one).collect()
    };
    let changes = report.entries.iter().map(|entry| {
        let mut value = json!({
            "kind": graph.kind(entry.node).as_str(),
            "path": graph.path(entry.node),
            "direct": breakages(entry, &entry.impact.direct),
            "transitive": breakages(entry, &entry.impact.transitive),
        });
        match &entry.verb {
            Verb::Drop => value["change"] = json!("drop"),
            Verb::Rename(new) => {
                value["change"] = json!("rename");
                value["new_name"] = json!(new);
            }
            Verb::Retype(from, to) => {
                value["change"] = json!("retype");
                value["old_type"] = json!(from);
                value["new_type"] = json!(to);
            }
        }
        if let Some(location) = graph.location(entry.node) {
            value["defined"] = place(&location);
        }
        value
    });
    let mut body = json!({ "target": report.target, "changes": changes.collect::<Vec<_>>() });
    if let Some(since) = report.since {
        let (lost, gained) = report.privileges();
        let list = |privileges: Vec<Privilege>| -> Vec<Value> {
            let one = |entry: Privilege| json!({ "securable": entry.securable, "principal": entry.principal, "privilege": entry.privilege });
            privileges.into_iter().map(one).collect()
        };
        body["since"] = json!(since);
        body["privileges"] = json!({ "lost": list(lost), "gained": list(gained) });
    }
    body
}

pub(in crate::cli) fn markdown(report: &Report<'_>) -> String {
    let graph = report.graph;
    let mut out = String::from("## Impact on the lakehouse\n\n");
    if let Some(since) = report.since {
        out.push_str(&format!("Compared with {}, target {}.\n\n", code(since), code(report.target)));
    }
    let (lost, gained) = report.privileges();
    if report.entries.is_empty() && lost.is_empty() && gained.is_empty() {
        out.push_str("No table or column was dropped, renamed or given another type, and no privilege changed.\n");
        return out;
    }
    if !report.entries.is_empty() {
        out.push_str("| change | what | directly | behind them |\n|---|---|--:|--:|\n");
        for entry in &report.entries {
            let change = match &entry.verb {
                Verb::Drop => "dropped".to_string(),
                Verb::Rename(new) => format!("renamed to {}", code_cell(new)),
                Verb::Retype(from, to) => format!("{} → {}", code_cell(from), code_cell(to)),
            };
            let (direct, behind) = (entry.impact.direct.len(), entry.impact.transitive.len());
            out.push_str(&format!("| {change} | {} | {direct} | {behind} |\n", code_cell(&graph.brief(entry.node))));
        }
    }
    for entry in report.entries.iter().filter(|entry| !entry.impact.direct.is_empty()) {
        out.push_str(&format!(
            "\n<details><summary>{}: {}</summary>\n\n",
            escaped(&report.title(entry)),
            verdict(entry)
        ));
        for (title, list) in [("Directly", &entry.impact.direct), ("Behind them", &entry.impact.transitive)] {
            if list.is_empty() {
                continue;
            }
            out.push_str(&format!("{title}:\n\n"));
            for breakage in list {
                let fate = report.fate(breakage.node).map(|fate| format!(" ({})", fate.as_str())).unwrap_or_default();
                let through = match breakage.through.as_slice() {
                    [] => String::new(),
                    nodes => format!(", through {}", escaped(&path(graph, nodes))),
                };
                let places: Vec<String> = places(report, breakage).iter().map(|place| code(&place.display())).collect();
                let name = escaped(&named(graph, breakage.node));
                out.push_str(&format!("- {name}{fate}{through}: {}\n", places.join(", ")));
            }
            out.push('\n');
        }
        out.push_str("</details>\n");
    }
    for (what, list) in [("lost", lost), ("gained", gained)] {
        if !list.is_empty() {
            out.push_str(&format!("\nPrivileges {what}:\n\n"));
        }
        for Privilege { securable, principal, privilege } in list {
            out.push_str(&format!("- {} on {} for {}\n", code(&privilege), code(&securable), code(&principal)));
        }
    }
    out
}
