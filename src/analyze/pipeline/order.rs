//! Who reads whom, and in which order the datasets come.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::analyze::entry::bind_partial;
use crate::analyze::guard::referred_tables;
use crate::analyze::lineage::tables;
use crate::analyze::session::Session;
use crate::catalog::LayeredCatalog;
use crate::diag::{Code, Diagnostic, Diagnostics, SourceFile};
use crate::ident::TableName;
use crate::syntax::Parsed;
use crate::syntax::ast::DatasetKind;

use super::collect::{Declarations, Declared, collect};

/// The datasets' positions, each after those that it reads, and those that take part in a cycle.
pub(super) struct Order {
    pub(super) sequence: Vec<usize>,
    pub(super) cyclic: BTreeSet<usize>,
}

pub(super) fn order(declarations: &Declarations<'_>, session: &Session<'_>, out: &mut Diagnostics) -> Order {
    let reads = reads(declarations, session);
    let mut walk = Walk {
        reads: &reads,
        state: vec![State::New; reads.len()],
        path: Vec::new(),
        sequence: Vec::new(),
        cycles: Vec::new(),
    };
    for index in 0..reads.len() {
        walk.visit(index);
    }
    let Walk { sequence, cycles, .. } = walk;
    let mut cyclic = BTreeSet::new();
    for cycle in &cycles {
        cyclic.extend(cycle.iter().copied());
        report(cycle, &declarations.datasets, out);
    }
    let sequence = sequence.into_iter().filter(|index| !cyclic.contains(index)).collect();
    Order { sequence, cyclic }
}

/// What a pipeline's files make for others, and what its datasets read: their own and that of others.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outline {
    pub makes: BTreeSet<TableName>,
    pub reads: BTreeSet<TableName>,
}

/// The outline is known before any column is: by it, pipelines and what stands beside them are put in order.
pub fn outline(files: &[(Arc<SourceFile>, Parsed)], session: &Session<'_>) -> Outline {
    let declarations = collect(files, session);
    let seen =
        |dataset: &&Declared<'_>| !dataset.statement.private && dataset.statement.kind != DatasetKind::TemporaryView;
    let makes = declarations.datasets.iter().filter(seen).map(|dataset| dataset.name.clone());
    let makes = makes.chain(declarations.unread.iter().cloned()).collect();
    let mut reads: BTreeSet<TableName> = tables_read(&declarations, session).into_iter().flatten().collect();
    for dataset in &declarations.datasets {
        let mut here = session.clone();
        (here.current_catalog, here.current_schema) = dataset.place.clone();
        reads.extend(referred_tables(&dataset.statement.constraints, &here));
    }
    Outline { makes, reads }
}

fn reads(declarations: &Declarations<'_>, session: &Session<'_>) -> Vec<Vec<usize>> {
    let positions: BTreeMap<&TableName, usize> =
        declarations.datasets.iter().enumerate().map(|(index, dataset)| (&dataset.name, index)).collect();
    let own = |read: BTreeSet<TableName>| read.iter().filter_map(|name| positions.get(name)).copied().collect();
    let found: Vec<BTreeSet<usize>> = tables_read(declarations, session).into_iter().map(own).collect();
    found.into_iter().map(|own| own.into_iter().collect()).collect()
}

/// A first binding, in which no dataset's columns are known, shows what each query reads: names of common table
/// expressions are not mistaken for datasets.
fn tables_read(declarations: &Declarations<'_>, session: &Session<'_>) -> Vec<BTreeSet<TableName>> {
    let mut catalog = LayeredCatalog::over(session.catalog);
    for dataset in &declarations.datasets {
        catalog.add_unread(dataset.name.clone());
    }
    let read = |dataset: &Declared<'_>| {
        let mut found = BTreeSet::new();
        for flow in &dataset.flows {
            let mut here = session.clone();
            here.catalog = &catalog;
            (here.current_catalog, here.current_schema) = flow.place.clone();
            let (bound, _, _) = bind_partial(flow.body.query(), &flow.location.file, &here);
            found.extend(tables(&bound));
        }
        found
    };
    declarations.datasets.iter().map(read).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

struct Walk<'r> {
    reads: &'r [Vec<usize>],
    state: Vec<State>,
    path: Vec<usize>,
    sequence: Vec<usize>,
    cycles: Vec<Vec<usize>>,
}

impl Walk<'_> {
    fn visit(&mut self, index: usize) {
        match self.state[index] {
            State::Done => return,
            State::Open => {
                let start = self.path.iter().position(|on_path| *on_path == index).unwrap_or(0);
                self.cycles.push(self.path[start..].to_vec());
                return;
            }
            State::New => {}
        }
        self.state[index] = State::Open;
        self.path.push(index);
        for read in &self.reads[index] {
            self.visit(*read);
        }
        self.path.pop();
        self.state[index] = State::Done;
        self.sequence.push(index);
    }
}

fn report(cycle: &[usize], datasets: &[Declared<'_>], out: &mut Diagnostics) {
    let members: Vec<&Declared<'_>> = cycle.iter().filter_map(|index| datasets.get(*index)).collect();
    let Some(first) = members.first() else { return };
    let path: Vec<String> = members.iter().chain([first]).map(|dataset| dataset.name.to_string()).collect();
    let message = match members.as_slice() {
        [_] => format!("`{}` reads itself", first.name),
        _ => format!("datasets depend on each other in a cycle: {}", path.join(" → ")),
    };
    let mut diagnostic = Diagnostic::error(Code::DEPENDENCY_CYCLE, message).at(first.location.clone());
    for member in members.iter().skip(1) {
        diagnostic = diagnostic.related(member.location.clone(), "also in the cycle");
    }
    out.push(diagnostic);
}
