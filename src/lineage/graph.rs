//! The graph as sorted vectors: names, files and places are numbers, so that a column costs some thirty bytes.

use std::sync::Arc;

use crate::analyze::{How, Role};
use crate::diag::{Location, SourceFile, Span};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub(super) u32);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NodeKind {
    /// A path of files that `read_files` reads.
    Files,
    Table,
    StreamingTable,
    MaterializedView,
    View,
    TemporaryView,
    /// A table that the project names and does not make.
    External,
    /// A dashboard's dataset.
    Dataset,
    Column,
    Function,
    Mask,
    RowFilter,
    Expectation,
    Constraint,
    Tag,
    Dashboard,
    Widget,
    GenieSpace,
    GenieTable,
    GenieColumn,
    GenieExample,
    GenieJoin,
    GenieSnippet,
    GenieBenchmark,
    Grant,
    Alert,
    /// A SQL file that is run statement by statement.
    Script,
    Pipeline,
    Job,
    Task,
    /// A number that the solution is told with.
    Story,
    /// A test of SQL.
    Test,
}

impl NodeKind {
    pub const ALL: [Self; 32] = [
        Self::Files,
        Self::Table,
        Self::StreamingTable,
        Self::MaterializedView,
        Self::View,
        Self::TemporaryView,
        Self::External,
        Self::Dataset,
        Self::Column,
        Self::Function,
        Self::Mask,
        Self::RowFilter,
        Self::Expectation,
        Self::Constraint,
        Self::Tag,
        Self::Dashboard,
        Self::Widget,
        Self::GenieSpace,
        Self::GenieTable,
        Self::GenieColumn,
        Self::GenieExample,
        Self::GenieJoin,
        Self::GenieSnippet,
        Self::GenieBenchmark,
        Self::Grant,
        Self::Alert,
        Self::Script,
        Self::Pipeline,
        Self::Job,
        Self::Task,
        Self::Story,
        Self::Test,
    ];

    /// The name in documents; stable.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Table => "table",
            Self::StreamingTable => "streaming_table",
            Self::MaterializedView => "materialized_view",
            Self::View => "view",
            Self::TemporaryView => "temporary_view",
            Self::External => "external_table",
            Self::Dataset => "dataset",
            Self::Column => "column",
            Self::Function => "function",
            Self::Mask => "mask",
            Self::RowFilter => "row_filter",
            Self::Expectation => "expectation",
            Self::Constraint => "constraint",
            Self::Tag => "tag",
            Self::Dashboard => "dashboard",
            Self::Widget => "widget",
            Self::GenieSpace => "genie_space",
            Self::GenieTable => "genie_table",
            Self::GenieColumn => "genie_column",
            Self::GenieExample => "genie_example",
            Self::GenieJoin => "genie_join",
            Self::GenieSnippet => "genie_snippet",
            Self::GenieBenchmark => "genie_benchmark",
            Self::Grant => "grant",
            Self::Alert => "alert",
            Self::Script => "script",
            Self::Pipeline => "pipeline",
            Self::Job => "job",
            Self::Task => "job_task",
            Self::Story => "story",
            Self::Test => "test",
        }
    }

    /// Has it columns of its own, so that its consumers are those of its columns?
    pub fn is_relation(self) -> bool {
        matches!(
            self,
            Self::Files
                | Self::Table
                | Self::StreamingTable
                | Self::MaterializedView
                | Self::View
                | Self::TemporaryView
                | Self::External
                | Self::Dataset
        )
    }
}

/// What an edge says; `from` is what is used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EdgeKind {
    /// Column to column: the value comes from it.
    Value(How),
    /// Column to relation: it decides which rows there are.
    Rows(Role),
    /// Column to whatever names it at this place; not `explicit`: a `*` stands for it.
    Named { role: Role, explicit: bool },
    /// Relation to what reads it, function to what calls it.
    Reads,
    /// To what runs it: a dataset's pipeline or dashboard, the task of a script.
    Runs,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Place {
    pub(super) file: u32,
    pub(super) span: Span,
}

pub(super) const NOWHERE: Place = Place { file: u32::MAX, span: Span { start: 0, end: 0 } };
pub(super) const NOTHING: u32 = u32::MAX;

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) name: u32,
    /// The relation of a column, the dashboard of a widget, ….
    pub(super) parent: u32,
    /// The type of a column, as text.
    pub(super) ty: u32,
    pub(super) place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct RawEdge {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) kind: EdgeKind,
    pub(super) place: Place,
}

#[derive(Clone, Copy, Debug)]
pub struct Edge<'g> {
    pub from: NodeId,
    pub to: NodeId,
    pub kind: EdgeKind,
    graph: &'g Graph,
    place: Place,
}

impl Edge<'_> {
    /// In the source that the user wrote.
    pub fn location(&self) -> Option<Location> {
        self.graph.location_of(self.place)
    }
}

/// A tag of a column, such as `pii`.
#[derive(Clone, Debug)]
pub struct Tag {
    pub column: NodeId,
    /// In lower case.
    pub name: String,
    pub location: Location,
}

/// What a principal may do with a securable.
#[derive(Clone, Debug)]
pub struct Privileges {
    /// `catalog`, `catalog.schema` or a complete name, in lower case.
    pub securable: String,
    pub principal: String,
    /// In the underscore form, upper case.
    pub privileges: Vec<String>,
    pub location: Location,
}

/// Immutable; made by [`super::Builder`].
#[derive(Debug, Default)]
pub struct Graph {
    pub(super) names: Vec<Box<str>>,
    pub(super) files: Vec<Arc<SourceFile>>,
    pub(super) nodes: Vec<Node>,
    /// By `from`, then `to`.
    pub(super) edges: Vec<RawEdge>,
    /// Where the edges of each node begin, and at last their number.
    pub(super) outgoing: Vec<u32>,
    /// Edges by `to`, and where those of each node begin.
    pub(super) backward: Vec<u32>,
    pub(super) incoming: Vec<u32>,
    /// Children by parent, and where those of each node begin.
    pub(super) children: Vec<u32>,
    pub(super) families: Vec<u32>,
    /// The catalog of all tables that are made here, with a period.
    pub(super) home: Option<String>,
    pub tags: Vec<Tag>,
    /// Dashboards whose viewers query with the publisher's rights.
    pub embedded: Vec<NodeId>,
    /// (Genie space, column) that the space must not show.
    pub hidden: Vec<(NodeId, NodeId)>,
    pub privileges: Vec<Privileges>,
}

impl Graph {
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub fn kind(&self, id: NodeId) -> NodeKind {
        self.node(id).kind
    }

    /// Of a column: without its table. Of a table: complete.
    pub fn name(&self, id: NodeId) -> &str {
        &self.names[self.node(id).name as usize]
    }

    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        let parent = self.node(id).parent;
        (parent != NOTHING).then_some(NodeId(parent))
    }

    /// The type of a column, where it is known.
    pub fn type_of(&self, id: NodeId) -> Option<&str> {
        let ty = self.node(id).ty;
        (ty != NOTHING).then(|| &*self.names[ty as usize])
    }

    /// With the names of what holds it: `c.s.t.column`, `dashboard / widget`.
    pub fn path(&self, id: NodeId) -> String {
        match self.parent(id) {
            None => self.name(id).to_string(),
            Some(parent) => {
                let between = if self.kind(id) == NodeKind::Column { "." } else { " / " };
                format!("{}{between}{}", self.path(parent), self.name(id))
            }
        }
    }

    /// As [`Graph::path`], without the catalog where all tables of the project are in one.
    pub fn brief(&self, id: NodeId) -> String {
        let path = self.path(id);
        match &self.home {
            Some(home) if !path.starts_with('/') => path.replacen(home.as_str(), "", 1),
            _ => path,
        }
    }

    /// Where it is defined, in the source that the user wrote.
    pub fn location(&self, id: NodeId) -> Option<Location> {
        self.location_of(self.node(id).place)
    }

    fn location_of(&self, place: Place) -> Option<Location> {
        let file = self.files.get(place.file as usize)?;
        Some(Location::new(file, place.span))
    }

    /// The relation of a column, or the relation itself.
    pub fn relation(&self, id: NodeId) -> Option<NodeId> {
        match self.kind(id) {
            NodeKind::Column => self.parent(id),
            kind => kind.is_relation().then_some(id),
        }
    }

    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let range = slice(&self.families, id);
        self.children[range].iter().map(|child| NodeId(*child))
    }

    pub fn columns(&self, relation: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(relation).filter(|child| self.kind(*child) == NodeKind::Column)
    }

    pub fn outgoing(&self, id: NodeId) -> impl Iterator<Item = Edge<'_>> {
        self.edges[slice(&self.outgoing, id)].iter().map(|edge| self.edge(edge))
    }

    pub fn incoming(&self, id: NodeId) -> impl Iterator<Item = Edge<'_>> {
        let edges = self.backward[slice(&self.incoming, id)].iter();
        edges.map(|index| self.edge(&self.edges[*index as usize]))
    }

    pub fn edges(&self) -> impl Iterator<Item = Edge<'_>> {
        self.edges.iter().map(|edge| self.edge(edge))
    }

    fn edge(&self, edge: &RawEdge) -> Edge<'_> {
        Edge { from: NodeId(edge.from), to: NodeId(edge.to), kind: edge.kind, graph: self, place: edge.place }
    }
}

fn slice(starts: &[u32], id: NodeId) -> std::ops::Range<usize> {
    let index = id.0 as usize;
    starts[index] as usize..starts[index + 1] as usize
}
