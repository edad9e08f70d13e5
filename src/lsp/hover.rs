//! What a name is, as Markdown.

use crate::analyze::{self, How};
use crate::lineage::{Change, Direction, EdgeKind, NodeId, NodeKind};

use super::at::Subject;
use super::facts::Facts;
use super::macros;
use super::scope::Column;

/// Longer lists are cut: an editor shows a few lines.
const MOST: usize = 8;

pub(super) fn markdown(facts: &Facts, subject: &Subject) -> Option<String> {
    match subject {
        Subject::Node(id) => Some(node(facts, *id)),
        Subject::Variable(index) => {
            let variable = facts.variables.get(*index)?;
            let mut out = format!("```text\nvariable {}: {}\n```\n", variable.name, variable.kind.expects());
            out.extend(variable.description.as_ref().map(|text| format!("\n{text}\n")));
            let default = variable
                .default
                .as_ref()
                .and_then(|default| default.location.file.text().get(default.location.span.range()));
            out.extend(default.map(|text| format!("\nDefault: `{}`\n", text.trim())));
            out.push_str(&format!("\nDeclared at {}\n", variable.location.display()));
            Some(out)
        }
        Subject::Builtin(name) => {
            let lines = analyze::describe(name)?;
            Some(format!("```text\n{}\n```\n\nBuilt-in function of Databricks SQL\n", lines.join("\n")))
        }
        Subject::Macro(index) => macros::markdown(facts, *index),
        Subject::Local(local) => {
            let mut out = format!("```text\n{}\n```\n", local.title);
            list_columns(&local.columns, &mut out);
            Some(out)
        }
        Subject::Definition(location) => {
            let (line, _) = location.file.line_column(location.span.start);
            let text = location.file.text().lines().nth(line - 1).unwrap_or_default();
            Some(format!("```text\n{}\n```\n\nDefined at {}\n", text.trim(), location.display()))
        }
        Subject::File(path) => Some(format!("`{path}`\n")),
        Subject::Code(code) => {
            let info = code.info()?;
            Some(format!("**{}**: {}\n\n`lakesmith explain {}` tells more.\n", info.code, info.title, info.code))
        }
    }
}

fn node(facts: &Facts, id: NodeId) -> String {
    let graph = &facts.graph;
    let kind = graph.kind(id).as_str().replace('_', " ");
    let info = facts.table(id);
    let column = info
        .and_then(|info| info.columns.iter().find(|column| column.name.as_str().eq_ignore_ascii_case(graph.name(id))));
    let is_column = graph.kind(id) == NodeKind::Column;
    let mut title = format!("{kind} {}", graph.brief(id));
    if is_column {
        title.extend(graph.type_of(id).map(|ty| format!(": {ty}")));
        title.extend(column.filter(|column| !column.nullable).map(|_| " NOT NULL"));
    }
    if let Some(function) = facts.functions.get(&graph.name(id).to_lowercase()).filter(|_| !is_column) {
        title.extend(function.returns.as_ref().map(|ty| format!(" → {ty}")));
    }
    let mut out = format!("```text\n{title}\n```\n");
    let comment = if is_column { column.and_then(|column| column.comment.as_ref()) } else { None };
    let comment = comment.or_else(|| info.filter(|_| !is_column).and_then(|info| info.comment.as_ref()));
    out.extend(comment.map(|comment| format!("\n{comment}\n")));
    if !is_column {
        columns(facts, id, &mut out);
    }
    let relation = graph.relation(id).filter(|_| is_column);
    if let Some(place) = graph.location(id).or_else(|| graph.location(relation?)) {
        out.push_str(&format!("\nMade at {}\n", place.display()));
    }
    let origins: Vec<String> = if is_column { sources(facts, id) } else { Vec::new() };
    if !origins.is_empty() {
        out.push_str(&format!("\nFrom {}\n", listed(&origins)));
    }
    let impact = graph.impact(id, Change::Drop);
    let direct: Vec<NodeId> = impact.direct.iter().map(|breakage| breakage.node).collect();
    // What is described of a table within a space is part of what the space says of the table.
    let apart = |node: &&NodeId| graph.parent(**node).is_none_or(|parent| !direct.contains(&parent));
    let users = direct.iter().filter(apart).count();
    out.push_str(&match users {
        0 => "\nNot used\n".to_string(),
        1 => "\n1 user\n".to_string(),
        users => format!("\n{users} users\n"),
    });
    out
}

fn columns(facts: &Facts, id: NodeId, out: &mut String) {
    list_columns(&facts.columns(facts.graph.name(id)), out);
}

fn list_columns(columns: &[Column], out: &mut String) {
    let one = |(name, ty): &Column| match ty {
        Some(ty) => format!("`{name}` {ty}"),
        None => format!("`{name}`"),
    };
    let columns: Vec<String> = columns.iter().map(one).collect();
    if !columns.is_empty() {
        out.push_str(&format!("\nColumns: {}\n", listed(&columns)));
    }
}

/// The columns that a column comes from, and how.
fn sources(facts: &Facts, id: NodeId) -> Vec<String> {
    let graph = &facts.graph;
    let one = |flow: crate::lineage::Flow<'_>| {
        let EdgeKind::Value(how) = flow.edge.kind else { return None };
        let how = match how {
            How::Copy => "",
            How::Derived | How::Unknown => " (computed)",
            How::Digest => " (summarized)",
            How::Decides => " (decides)",
        };
        Some(format!("`{}`{how}", graph.brief(flow.node)))
    };
    graph.steps(id, Direction::Up).into_iter().filter_map(one).collect()
}

fn listed(all: &[String]) -> String {
    let shown = all.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    match all.len().checked_sub(MOST) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}
