//! Making the graph, fact by fact.

use std::collections::HashMap;
use std::sync::Arc;

use crate::analyze::{Source, Trace};
use crate::diag::{Location, SourceFile, Span};
use crate::ident::{Identifier, TableName};
use crate::syntax::DataType;

use super::graph::{EdgeKind, Graph, NOTHING, NOWHERE, Node, NodeId, NodeKind, Place, Privileges, RawEdge, Tag};

/// From a place in a text that was made on the way to the place that the user wrote.
pub type Locate<'l> = &'l dyn Fn(&Location) -> Location;

/// Collects nodes and edges. What is named before it is defined gets its kind and its place when it is.
#[derive(Default)]
pub struct Builder {
    graph: Graph,
    symbols: HashMap<Box<str>, u32>,
    files: HashMap<usize, u32>,
    /// Relations and functions by their folded name; columns and other items by parent and folded name.
    known: HashMap<(u32, NodeSpace, u32), NodeId>,
}

/// Nodes of different spaces may have one name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum NodeSpace {
    Relation,
    Item(NodeKind),
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(NOTHING)
}

impl Builder {
    fn symbol(&mut self, text: &str) -> u32 {
        if let Some(symbol) = self.symbols.get(text) {
            return *symbol;
        }
        let symbol = count(self.graph.names.len());
        self.graph.names.push(text.into());
        self.symbols.insert(text.into(), symbol);
        symbol
    }

    fn place(&mut self, location: Option<&Location>) -> Place {
        let Some(location) = location else { return NOWHERE };
        // The graph keeps the file, so that its address stays its own.
        let file = *self.files.entry(Arc::as_ptr(&location.file) as usize).or_insert_with(|| {
            self.graph.files.push(Arc::clone(&location.file));
            count(self.graph.files.len() - 1)
        });
        Place { file, span: location.span }
    }

    fn add(&mut self, kind: NodeKind, parent: Option<NodeId>, name: &str, place: Option<&Location>) -> NodeId {
        let (name, place) = (self.symbol(name), self.place(place));
        let parent = parent.map_or(NOTHING, |parent| parent.0);
        self.graph.nodes.push(Node { kind, name, parent, ty: NOTHING, place });
        NodeId(count(self.graph.nodes.len() - 1))
    }

    fn relation_named(&mut self, kind: NodeKind, name: &str, place: Option<&Location>) -> NodeId {
        let key = (NOTHING, NodeSpace::Relation, self.symbol(&name.to_lowercase()));
        let Some(id) = self.known.get(&key).copied() else {
            let id = self.add(kind, None, name, place);
            self.known.insert(key, id);
            return id;
        };
        if kind != NodeKind::External && self.graph.nodes[id.0 as usize].kind == NodeKind::External {
            let (symbol, place) = (self.symbol(name), self.place(place));
            let node = &mut self.graph.nodes[id.0 as usize];
            (node.kind, node.name, node.place) = (kind, symbol, place);
        }
        id
    }

    /// A table or view; `External` where it is only named.
    pub fn relation(&mut self, kind: NodeKind, name: &TableName, place: Option<&Location>) -> NodeId {
        self.relation_named(kind, &name.to_string(), place)
    }

    /// The path of files, without what the end of a path selects of a folder.
    pub fn files(&mut self, path: &str) -> NodeId {
        self.relation_named(NodeKind::Files, path, None)
    }

    pub fn function(&mut self, name: &TableName, place: Option<&Location>) -> NodeId {
        let id = self.item(NodeKind::Function, None, &name.to_string(), None);
        if place.is_some() {
            self.graph.nodes[id.0 as usize].place = self.place(place);
        }
        id
    }

    /// A column; the first place and the first type that are told for it stay.
    pub fn column(
        &mut self,
        relation: NodeId,
        name: &Identifier,
        ty: Option<&DataType>,
        place: Option<&Location>,
    ) -> NodeId {
        let id = self.item(NodeKind::Column, Some(relation), name.as_str(), None);
        let ty = ty.map(|ty| self.symbol(&ty.to_string()));
        let place = self.place(place);
        let node = &mut self.graph.nodes[id.0 as usize];
        if node.place == NOWHERE {
            node.place = place;
        }
        if node.ty == NOTHING {
            node.ty = ty.unwrap_or(NOTHING);
        }
        id
    }

    /// Anything that is not a relation, once for a name within its parent.
    pub fn item(&mut self, kind: NodeKind, parent: Option<NodeId>, name: &str, place: Option<&Location>) -> NodeId {
        let folded = self.symbol(&name.to_lowercase());
        let key = (parent.map_or(NOTHING, |parent| parent.0), NodeSpace::Item(kind), folded);
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        let id = self.add(kind, parent, name, place);
        self.known.insert(key, id);
        id
    }

    /// A dashboard's dataset: it has columns as a table has.
    pub fn dataset(&mut self, dashboard: NodeId, name: &str, place: Option<&Location>) -> NodeId {
        self.item(NodeKind::Dataset, Some(dashboard), name, place)
    }

    pub fn link(&mut self, from: NodeId, to: NodeId, kind: EdgeKind, place: Option<&Location>) {
        let place = self.place(place);
        self.graph.edges.push(RawEdge { from: from.0, to: to.0, kind, place });
    }

    pub fn tag(&mut self, column: NodeId, name: &str, location: Location) {
        self.graph.tags.push(Tag { column, name: name.to_lowercase(), location });
    }

    pub fn embeds_credentials(&mut self, dashboard: NodeId) {
        self.graph.embedded.push(dashboard);
    }

    /// The space must not show the column.
    pub fn hide(&mut self, space: NodeId, column: NodeId) {
        self.graph.hidden.push((space, column));
    }

    pub fn privileges(&mut self, privileges: Privileges) {
        self.graph.privileges.push(privileges);
    }

    /// What a query reads, as an edge to `subject`; where `fills`, its outputs are columns of the subject, too.
    pub fn query(&mut self, subject: NodeId, trace: &Trace, file: &Arc<SourceFile>, locate: Locate<'_>, fills: bool) {
        let sources: Vec<NodeId> = trace
            .sources
            .iter()
            .map(|source| match source {
                Source::Table(name) => self.relation(NodeKind::External, name, None),
                Source::Files(path) => self.files(path),
            })
            .collect();
        let at = |span: Span| (span != Span::default()).then(|| locate(&Location::new(file, span)));
        for (source, span) in &trace.reads {
            let Some(source) = sources.get(*source as usize) else { continue };
            self.link(*source, subject, EdgeKind::Reads, at(*span).as_ref());
        }
        let mut columns: Vec<NodeId> = Vec::with_capacity(trace.columns.len());
        for (source, name) in &trace.columns {
            let Some(source) = sources.get(*source as usize).copied() else { continue };
            columns.push(self.column(source, name, None, None));
        }
        let of = |index: u32| columns.get(index as usize).copied();
        for used in &trace.uses {
            let Some(column) = of(used.column) else { continue };
            let named = trace.columns.get(used.column as usize).map(|(_, name)| name);
            let explicit = named.is_some_and(|name| ends_with(file, used.span, name));
            self.link(column, subject, EdgeKind::Named { role: used.role, explicit }, at(used.span).as_ref());
        }
        for (column, role) in &trace.rows {
            let Some(column) = of(*column) else { continue };
            self.link(column, subject, EdgeKind::Rows(*role), None);
        }
        for (function, span) in &trace.functions {
            let function = self.function(function, None);
            self.link(function, subject, EdgeKind::Reads, at(*span).as_ref());
        }
        if fills {
            for output in &trace.outputs {
                let place = at(output.span);
                let column = self.column(subject, &output.name, None, place.as_ref());
                for (from, how) in &output.from {
                    let Some(from) = of(*from).filter(|from| *from != column) else { continue };
                    self.link(from, column, EdgeKind::Value(*how), place.as_ref());
                }
            }
        }
    }

    pub fn finish(self) -> Graph {
        let mut graph = self.graph;
        graph.edges.sort_unstable();
        graph.edges.dedup();
        let nodes = graph.nodes.len();
        graph.outgoing = starts(nodes, graph.edges.iter().map(|edge| edge.from));
        let mut backward: Vec<u32> = (0..count(graph.edges.len())).collect();
        backward.sort_by_key(|index| graph.edges[*index as usize].to);
        graph.incoming = starts(nodes, backward.iter().map(|index| graph.edges[*index as usize].to));
        graph.backward = backward;
        let has_parent = |index: &u32| graph.nodes[*index as usize].parent != NOTHING;
        let mut children: Vec<u32> = (0..count(nodes)).filter(has_parent).collect();
        children.sort_by_key(|index| graph.nodes[*index as usize].parent);
        graph.families = starts(nodes, children.iter().map(|index| graph.nodes[*index as usize].parent));
        graph.children = children;
        graph.home = home(&graph);
        graph
    }
}

fn home(graph: &Graph) -> Option<String> {
    let made = graph.ids().filter(|id| {
        let kind = graph.kind(*id);
        kind.is_relation() && !matches!(kind, NodeKind::Files | NodeKind::Dataset | NodeKind::External)
    });
    let mut catalogs = made.filter_map(|id| graph.name(id).split_once('.').map(|(catalog, _)| catalog));
    let first = catalogs.next()?;
    catalogs.all(|catalog| catalog.eq_ignore_ascii_case(first)).then(|| format!("{first}."))
}

/// Of sorted owners: where those of each begin, and at last their number.
fn starts(nodes: usize, owners: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0; nodes + 1];
    for owner in owners {
        starts[owner as usize + 1] += 1;
    }
    for index in 0..nodes {
        starts[index + 1] += starts[index];
    }
    starts
}

/// Does the text say the column's name there, rather than a `*` that stands for it?
fn ends_with(file: &SourceFile, span: Span, name: &Identifier) -> bool {
    let written = file.text().get(span.range()).unwrap_or_default().trim_end_matches('`');
    let name = name.as_str();
    let end = written.len().checked_sub(name.len()).and_then(|at| written.get(at..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(name))
}
