//! Whatever holds a sensitive value is found, and what cannot show it is not.

use std::collections::BTreeSet;

use super::{Facts, Protection, check};
use crate::analyze::How;
use crate::diag::{Location, SourceFile, Span};
use crate::ident::{Identifier, TableName};
use crate::lineage::{Builder, EdgeKind, Graph, NodeId, NodeKind, Privileges};
use crate::project::Policies;

struct Made {
    builder: Builder,
    place: Location,
}

impl Made {
    fn new() -> Self {
        Self { builder: Builder::default(), place: Location::new(&SourceFile::new("a.sql", "x"), Span::new(0, 1)) }
    }

    fn column(&mut self, kind: NodeKind, table: &str, column: &str) -> NodeId {
        let table = self.builder.relation(kind, &TableName::parse(table).unwrap(), Some(&self.place));
        self.builder.column(table, &Identifier::new(column).unwrap(), None, Some(&self.place))
    }

    fn table(&mut self, table: &str, column: &str) -> NodeId {
        self.column(NodeKind::MaterializedView, table, column)
    }

    fn flow(&mut self, from: NodeId, to: NodeId, how: How) {
        self.builder.link(from, to, EdgeKind::Value(how), Some(&self.place));
    }

    fn mask(&mut self, column: NodeId) {
        self.builder.item(NodeKind::Mask, Some(column), "c.s.hide", Some(&self.place));
    }

    fn told(self, cleared: &[&str], here: bool) -> Vec<String> {
        told(&self.builder.finish(), cleared, here)
    }
}

fn told(graph: &Graph, cleared: &[&str], here: bool) -> Vec<String> {
    let policies = Policies::default();
    let cleared: BTreeSet<String> = cleared.iter().map(ToString::to_string).collect();
    let protection = Protection { target: "prod".to_string(), here };
    let found =
        check(graph, &Facts { policies: &policies, cleared: &cleared, protection: &protection, is_whole: true });
    found.iter().map(|finding| format!("{} {}", finding.code, finding.message.split(',').next().unwrap())).collect()
}

/// A tagged column, and a column that is made of it in some way.
fn chain(how: How) -> (Made, NodeId) {
    let mut made = Made::new();
    let from = made.table("c.silver.people", "name");
    let to = made.table("c.gold.people", "name");
    let place = made.place.clone();
    made.builder.tag(from, "pii", place);
    made.mask(from);
    made.flow(from, to, how);
    (made, to)
}

#[test]
fn copies_and_parts_of_a_tagged_column_must_be_protected() {
    for how in [How::Copy, How::Derived] {
        assert_eq!(chain(how).0.told(&[], true), ["LS840 `gold.people.name` holds `silver.people.name`"]);
    }
    let (mut made, to) = chain(How::Copy);
    made.mask(to);
    assert!(made.told(&[], true).is_empty());
}

#[test]
fn hashes_figures_and_what_is_not_understood_end_the_derivation() {
    for how in [How::Digest, How::Decides, How::Unknown] {
        assert!(chain(how).0.told(&[], true).is_empty(), "{how:?}");
    }
}

#[test]
fn a_table_that_only_cleared_principals_read_needs_no_mask() {
    let grant = |securable: &str, principal: &str, place: Location| Privileges {
        securable: securable.to_string(),
        principal: principal.to_string(),
        privileges: vec!["SELECT".to_string()],
        location: place,
    };
    let (mut made, _) = chain(How::Copy);
    let place = made.place.clone();
    made.builder.privileges(grant("c.gold", "engineers", place.clone()));
    assert!(made.told(&["engineers"], true).is_empty());
    let (mut made, _) = chain(How::Copy);
    made.builder.privileges(grant("c", "analysts", place));
    assert_eq!(made.told(&["engineers"], true).len(), 1);
    // A longer name that begins alike is another schema.
    let (mut made, _) = chain(How::Copy);
    let place = made.place.clone();
    made.builder.privileges(grant("c.go", "analysts", place));
    assert!(made.told(&["engineers"], true).is_empty());
}

#[test]
fn a_mask_alone_makes_a_warning() {
    let mut made = Made::new();
    let (from, to) = (made.table("c.s.a", "x"), made.table("c.s.b", "y"));
    made.mask(from);
    made.flow(from, to, How::Copy);
    assert_eq!(made.told(&[], true), ["LS841 `s.b.y` holds `s.a.x`"]);
}

#[test]
fn dashboards_with_embedded_credentials_show_what_masks_hide() {
    let (mut made, to) = chain(How::Copy);
    made.mask(to);
    let place = made.place.clone();
    let board = made.builder.item(NodeKind::Dashboard, None, "board", Some(&place));
    let dataset = made.builder.dataset(board, "d", Some(&place));
    let shown = made.builder.column(dataset, &Identifier::new("name").unwrap(), None, Some(&place));
    made.flow(to, shown, How::Copy);
    made.builder.embeds_credentials(board);
    assert_eq!(made.told(&[], true), ["LS842 the dashboard `board` shows `silver.people.name`"]);
}

/// A Genie space with a table.
fn answers(made: &mut Made, table: &str) -> NodeId {
    let place = made.place.clone();
    let space = made.builder.item(NodeKind::GenieSpace, None, "space", Some(&place));
    let item = made.builder.item(NodeKind::GenieTable, Some(space), table, Some(&place));
    let table = made.builder.relation(NodeKind::External, &TableName::parse(table).unwrap(), None);
    made.builder.link(table, item, EdgeKind::Reads, Some(&place));
    space
}

/// One cause is reported once: the copy that is not masked says which spaces answer from it.
#[test]
fn genie_spaces_answer_from_masked_columns_only() {
    let (mut made, _) = chain(How::Copy);
    answers(&mut made, "c.gold.people");
    let graph = made.builder.finish();
    assert_eq!(told(&graph, &[], true), ["LS840 `gold.people.name` holds `silver.people.name`"]);
    let policies = Policies::default();
    let protection = Protection { target: "prod".to_string(), here: true };
    let facts = Facts { policies: &policies, cleared: &BTreeSet::new(), protection: &protection, is_whole: true };
    let related = check(&graph, &facts).into_iter().next().unwrap().related;
    assert!(related.iter().any(|label| label.message == "the Genie space `space` answers from it"), "{related:?}");
    // Masked, it may be shown.
    let (mut made, to) = chain(How::Copy);
    made.mask(to);
    answers(&mut made, "c.gold.people");
    assert!(made.told(&[], true).is_empty());
}

/// What nobody else reports: columns of tables that others make, and views of what only cleared principals may read.
#[test]
fn genie_spaces_show_what_no_table_of_the_project_protects() {
    let elsewhere = |hide: bool| {
        let (mut made, _) = chain(How::Copy);
        let to = made.column(NodeKind::External, "c.other.people", "name");
        let from = made.table("c.silver.people", "name");
        made.flow(from, to, How::Copy);
        let masked = made.table("c.gold.people", "name");
        made.mask(masked);
        let space = answers(&mut made, "c.other.people");
        if hide {
            made.builder.hide(space, to);
        }
        made.told(&[], true)
    };
    assert_eq!(elsewhere(false), ["LS843 the Genie space `space` answers from `other.people.name`"]);
    assert!(elsewhere(true).is_empty());
    let (mut made, to) = chain(How::Copy);
    let view = made.column(NodeKind::View, "c.shown.people", "name");
    made.flow(to, view, How::Copy);
    let privileges = |securable: &str, principal: &str, location: &Location| Privileges {
        securable: securable.to_string(),
        principal: principal.to_string(),
        privileges: vec!["SELECT".to_string()],
        location: location.clone(),
    };
    let place = made.place.clone();
    made.builder.privileges(privileges("c.gold", "engineers", &place));
    made.builder.privileges(privileges("c.shown", "analysts", &place));
    answers(&mut made, "c.shown.people");
    assert_eq!(made.told(&["engineers"], true), ["LS843 the Genie space `space` answers from `shown.people.name`"]);
}
