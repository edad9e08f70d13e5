//! Who reads whom, and in which order the datasets come.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyze::entry::bind_partial;
use crate::analyze::lineage::tables;
use crate::analyze::session::Session;
use crate::catalog::LayeredCatalog;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::ident::TableName;

use super::collect::{Declarations, Declared};

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

/// A first binding, in which no dataset's columns are known, shows what each query reads: names of common table
/// expressions are not mistaken for datasets.
fn reads(declarations: &Declarations<'_>, session: &Session<'_>) -> Vec<Vec<usize>> {
    let mut catalog = LayeredCatalog::over(session.catalog);
    for dataset in &declarations.datasets {
        catalog.add_unread(dataset.name.clone());
    }
    let positions: BTreeMap<&TableName, usize> =
        declarations.datasets.iter().enumerate().map(|(index, dataset)| (&dataset.name, index)).collect();
    let read = |dataset: &Declared<'_>| {
        let mut found: BTreeSet<usize> = BTreeSet::new();
        for flow in &dataset.flows {
            let mut here = session.clone();
            here.catalog = &catalog;
            (here.current_catalog, here.current_schema) = flow.place.clone();
            let (bound, _, _) = bind_partial(flow.body.query(), &flow.location.file, &here);
            found.extend(tables(&bound).iter().filter_map(|name| positions.get(name)));
        }
        found.into_iter().collect()
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
