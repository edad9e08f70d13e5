//! Lineage as a document for programs: docs/lineage.md.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::analyze::{How, Role};
use crate::diag::Location;
use crate::lineage::{EdgeKind, NodeId};

use super::part::Part;

/// `{"target", "nodes": […], "edges": […]}`; `from` and `to` are positions in `nodes`.
pub(in crate::cli) fn json(part: &Part<'_>, target: &str) -> Value {
    let graph = part.graph;
    let nodes = part.nodes();
    let index: BTreeMap<NodeId, usize> = nodes.iter().copied().zip(0..).collect();
    let listed = nodes.iter().map(|id| {
        let mut node = json!({
            "id": index.get(id),
            "kind": graph.kind(*id).as_str(),
            "name": graph.name(*id),
            "path": graph.path(*id),
        });
        if let Some(parent) = graph.parent(*id) {
            node["parent"] = json!(index.get(&parent));
        }
        if let Some(ty) = graph.type_of(*id) {
            node["type"] = json!(ty);
        }
        with_place(&mut node, graph.location(*id));
        node
    });
    let listed: Vec<Value> = listed.collect();
    let edges = part.edges(&nodes).map(|edge| {
        let mut value = json!({ "from": index.get(&edge.from), "to": index.get(&edge.to) });
        match edge.kind {
            EdgeKind::Value(how) => {
                value["kind"] = json!("value");
                value["how"] = json!(how_name(how));
            }
            EdgeKind::Rows(role) => {
                value["kind"] = json!("rows");
                value["role"] = json!(role_name(role));
            }
            EdgeKind::Named { role, explicit } => {
                value["kind"] = json!("use");
                value["role"] = json!(role_name(role));
                value["explicit"] = json!(explicit);
            }
            EdgeKind::Reads => value["kind"] = json!("reads"),
            EdgeKind::Runs => value["kind"] = json!("runs"),
        }
        with_place(&mut value, edge.location());
        value
    });
    let mut body = json!({ "target": target, "nodes": listed, "edges": edges.collect::<Vec<_>>() });
    if let Some(selection) = part.selection {
        body["selected"] = json!(index.get(&selection.id()));
    }
    body
}

/// `{"file", "line", "column"}`, from 1.
pub(in crate::cli) fn place(location: &Location) -> Value {
    let (line, column) = location.file.line_column(location.span.start);
    json!({ "file": location.file.name(), "line": line, "column": column })
}

fn with_place(value: &mut Value, location: Option<Location>) {
    if let (Value::Object(value), Some(Value::Object(place))) = (value, location.as_ref().map(place)) {
        value.extend(place);
    }
}

pub(super) fn how_name(how: How) -> &'static str {
    match how {
        How::Copy => "copy",
        How::Derived => "derived",
        How::Unknown => "unknown",
        How::Digest => "digest",
        How::Decides => "decides",
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Value => "value",
        Role::Join => "join",
        Role::Filter => "filter",
        Role::Group => "group",
        Role::Window => "window",
        Role::Order => "order",
    }
}
