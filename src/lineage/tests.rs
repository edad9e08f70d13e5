//! Questions to small graphs.

use super::{Builder, Change, Direction, EdgeKind, Graph, NodeId, NodeKind, NotFound, Selection};
use crate::analyze::{How, Role};
use crate::diag::{Location, SourceFile, Span};
use crate::ident::{Identifier, TableName};

fn place(at: usize) -> Location {
    Location::new(&SourceFile::new("a.sql", " ".repeat(100)), Span::new(at, at + 1))
}

#[derive(Default)]
struct Made(Builder);

impl Made {
    fn table(&mut self, name: &str) -> NodeId {
        self.0.relation(NodeKind::MaterializedView, &TableName::parse(name).unwrap(), Some(&place(0)))
    }

    fn column(&mut self, table: &str, name: &str) -> NodeId {
        let table = self.table(table);
        self.0.column(table, &Identifier::new(name).unwrap(), None, Some(&place(1)))
    }

    /// `to` selects `from`, by name or by `*`.
    fn flow(&mut self, from: NodeId, to: NodeId, table: &str, explicit: bool) {
        let table = self.table(table);
        self.0.link(from, to, EdgeKind::Value(How::Copy), Some(&place(2)));
        self.0.link(from, table, EdgeKind::Named { role: Role::Value, explicit }, Some(&place(3)));
    }

    fn reads(&mut self, from: &str, to: NodeId) {
        let from = self.table(from);
        self.0.link(from, to, EdgeKind::Reads, Some(&place(4)));
    }
}

/// a.x → b.x (by `*`) → c.y (by name) → a widget.
fn chain() -> Graph {
    let mut made = Made::default();
    let (ax, bx, cy) = (made.column("k.s.a", "x"), made.column("k.s.b", "x"), made.column("k.s.c", "y"));
    made.flow(ax, bx, "k.s.b", false);
    made.flow(bx, cy, "k.s.c", true);
    let (b, c) = (made.table("k.s.b"), made.table("k.s.c"));
    made.reads("k.s.a", b);
    made.reads("k.s.b", c);
    let widget = made.0.item(NodeKind::Widget, None, "w", Some(&place(9)));
    made.reads("k.s.c", widget);
    made.0.finish()
}

fn paths(graph: &Graph, ids: impl Iterator<Item = NodeId>) -> Vec<String> {
    ids.map(|id| graph.brief(id)).collect()
}

#[test]
fn values_are_followed_both_ways() {
    let graph = chain();
    let start = graph.find("s.a.x").unwrap().id();
    let down = graph.reach(start, Direction::Down, None);
    assert_eq!(paths(&graph, down.iter().map(|reached| reached.node)), ["s.b.x", "s.c.y"]);
    assert_eq!(graph.reach(start, Direction::Down, Some(1)).len(), 1);
    let end = graph.find("c.y").unwrap().id();
    let up = graph.reach(end, Direction::Up, None);
    assert_eq!(paths(&graph, up.iter().map(|reached| reached.node)), ["s.b.x", "s.a.x"]);
}

/// A `*` names nothing: it gives one column less, and whoever names that column there breaks.
#[test]
fn a_dropped_column_breaks_who_names_it_behind_a_star() {
    let graph = chain();
    let impact = graph.impact(graph.find("s.a.x").unwrap().id(), Change::Drop);
    assert_eq!(paths(&graph, impact.direct.iter().map(|broken| broken.node)), ["s.c"]);
    assert_eq!(paths(&graph, impact.direct[0].through.iter().copied()), ["s.b.x"]);
    assert_eq!(paths(&graph, impact.transitive.iter().map(|broken| broken.node)), ["w"]);
    assert_eq!(paths(&graph, impact.transitive[0].through.iter().copied()), ["s.c"]);
    assert!(graph.impact(graph.find("s.a.x").unwrap().id(), Change::Rename).transitive.is_empty());
}

#[test]
fn a_dropped_table_breaks_who_reads_it() {
    let graph = chain();
    let impact = graph.impact(graph.find("s.b").unwrap().id(), Change::Drop);
    assert_eq!(paths(&graph, impact.direct.iter().map(|broken| broken.node)), ["s.c"]);
    assert_eq!(paths(&graph, impact.transitive.iter().map(|broken| broken.node)), ["w"]);
}

#[test]
fn a_cycle_ends() {
    let mut made = Made::default();
    let (x, y) = (made.column("k.s.a", "x"), made.column("k.s.b", "y"));
    made.flow(x, y, "k.s.b", true);
    made.flow(y, x, "k.s.a", true);
    let graph = made.0.finish();
    let start = graph.find("a.x").unwrap().id();
    assert_eq!(graph.reach(start, Direction::Down, None).len(), 1);
    assert_eq!(graph.impact(start, Change::Drop).direct.len(), 1);
}

#[test]
fn names_are_found_with_or_without_their_catalog() {
    let mut made = Made::default();
    made.column("k.s.members", "member_id");
    made.column("j.s.members", "member_id");
    made.column("k.s.calls", "call_id");
    let graph = made.0.finish();
    assert!(matches!(graph.find("k.s.members.Member_ID"), Ok(Selection::Column(_))));
    assert!(matches!(graph.find("`k`.`s`.`members`"), Ok(Selection::Relation(_))));
    assert!(matches!(graph.find("s.members"), Err(NotFound::Ambiguous { .. })));
    assert_eq!(graph.find("s.calls.cal_id").unwrap_err().near(), Some("call_id"));
    assert_eq!(graph.find("s.cals").unwrap_err().near(), Some("s.calls"));
    assert_eq!(graph.find("s.cals.call_id").unwrap_err().near(), Some("s.calls.call_id"));
    // `alls` ends the name of no table.
    assert!(graph.find("alls").is_err());
}

#[test]
fn what_is_named_first_gets_its_kind_when_it_is_made() {
    let mut made = Made::default();
    let name = TableName::parse("k.s.a").unwrap();
    let id = made.0.relation(NodeKind::External, &name, None);
    assert_eq!(made.0.relation(NodeKind::View, &name, Some(&place(5))), id);
    let graph = made.0.finish();
    assert_eq!((graph.kind(id), graph.location(id)), (NodeKind::View, Some(place(5))));
}

/// A rename is certain only where nothing else could have become the new column.
#[test]
fn renames_are_told_only_where_they_are_certain() {
    let graph = |names: &[&str]| {
        let mut made = Made::default();
        for name in names {
            let from = made.column("k.s.raw", if name.starts_with('z') { "z" } else { "a" });
            let to = made.column("k.s.t", name);
            made.flow(from, to, "k.s.t", true);
        }
        made.0.finish()
    };
    let told = |old: &[&str], new: &[&str]| -> Vec<String> {
        let old = graph(old);
        old.differences(&graph(new)).iter().map(|difference| format!("{difference:?}")).collect()
    };
    assert!(told(&["a1", "z1"], &["a2", "z1"])[0].contains("RenamedColumn"), "{:?}", told(&["a1"], &["a2"]));
    assert!(told(&["a1"], &["a2", "a3"]).iter().all(|told| told.starts_with("DroppedColumn")));
    assert!(told(&["a1", "z1"], &["z1"]).iter().all(|told| told.starts_with("DroppedColumn")));
    assert!(told(&["a1"], &["a1"]).is_empty());
}
