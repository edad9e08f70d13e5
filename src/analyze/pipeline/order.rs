//! Who reads whom, and in which order the datasets come.

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::analyze::entry::bind_partial;
use crate::analyze::guard::referred_tables;
use crate::analyze::lineage::tables;
use crate::analyze::session::Session;
use crate::catalog::LayeredCatalog;
use crate::diag::{Code, Diagnostic, Diagnostics, SourceFile, Span};
use crate::ident::{Identifier, TableName};
use crate::syntax::ast::DatasetKind;
use crate::syntax::{Parsed, deeper, mentions};

use super::collect::{Declarations, Declared, collect};
use super::whole::Whole;

/// The datasets' positions in levels: each reads only what is of a level before its own. Those that take part in a
/// cycle are in none.
pub(super) struct Order {
    pub(super) levels: Vec<Vec<usize>>,
    pub(super) cyclic: BTreeSet<usize>,
}

pub(super) fn order(
    declarations: &Declarations<'_>,
    session: &Session<'_>,
    mentions: Option<&Mentions>,
    out: &mut Diagnostics,
) -> Order {
    // What may be meant is cheap to know and enough for an order; only what stands in a ring is looked at closely.
    let is_outline = declarations.datasets.iter().any(|dataset| dataset.outline.is_some());
    let all: BTreeSet<usize> = (0..declarations.datasets.len()).collect();
    let mut certain = if is_outline { BTreeSet::new() } else { all };
    let mut reads =
        if is_outline { mentioned(declarations, session, mentions) } else { vec![Vec::new(); certain.len()] };
    exact(declarations, session, &certain, &mut reads);
    let walk = loop {
        let walk = Walk::over(&reads);
        let doubtful: BTreeSet<usize> =
            walk.cycles.iter().flatten().filter(|at| !certain.contains(at)).copied().collect();
        if doubtful.is_empty() {
            break walk.finished();
        }
        exact(declarations, session, &doubtful, &mut reads);
        certain.extend(doubtful);
    };
    let (sequence, cycles) = walk;
    let mut cyclic = BTreeSet::new();
    for cycle in &cycles {
        cyclic.extend(cycle.iter().copied());
        report(cycle, &declarations.datasets, out);
    }
    let mut level_of = vec![0; reads.len()];
    let mut levels: Vec<Vec<usize>> = Vec::new();
    for index in sequence.into_iter().filter(|index| !cyclic.contains(index)) {
        let before = reads[index].iter().filter(|read| !cyclic.contains(*read));
        let level = before.map(|read| level_of[*read] + 1).max().unwrap_or(0);
        level_of[index] = level;
        if levels.len() <= level {
            levels.resize_with(level + 1, Vec::new);
        }
        levels[level].push(index);
    }
    Order { levels, cyclic }
}

/// What each dataset's text mentions of what is made somewhere.
pub type Mentions = HashMap<TableName, BTreeSet<TableName>>;

/// What a pipeline's files make: for others, and for itself alone.
#[derive(Default, Debug)]
pub struct Makes {
    pub seen: BTreeSet<TableName>,
    pub private: BTreeSet<TableName>,
}

pub fn makes<P: Borrow<Parsed>>(files: &[(Arc<SourceFile>, P)], session: &Session<'_>) -> Makes {
    let declarations = collect(files, session);
    let private =
        |dataset: &&Declared<'_>| dataset.statement.private || dataset.statement.kind == DatasetKind::TemporaryView;
    let (private, seen): (Vec<_>, Vec<_>) = declarations.datasets.iter().partition(private);
    let names = |datasets: Vec<&Declared<'_>>| datasets.into_iter().map(|dataset| dataset.name.clone()).collect();
    let mut seen: BTreeSet<TableName> = names(seen);
    seen.extend(declarations.unread.iter().cloned());
    Makes { seen, private: names(private) }
}

/// What a pipeline's datasets read, their own and that of others: exactly, or all that their texts mention among what
/// is `made` somewhere.
pub fn reads<P: Borrow<Parsed>>(
    files: &[(Arc<SourceFile>, P)],
    session: &Session<'_>,
    made: Option<&Made>,
) -> Mentions {
    let declarations = collect(files, session);
    let found: Vec<BTreeSet<TableName>> = match made {
        Some(made) => declarations.datasets.par_iter().map(|dataset| made.mentioned(dataset, session)).collect(),
        None => tables_read(&declarations, declarations.datasets.iter(), session),
    };
    declarations.datasets.iter().map(|dataset| dataset.name.clone()).zip(found).collect()
}

/// The tables that the foreign keys of a pipeline's datasets refer to.
pub fn referred<P: Borrow<Parsed>>(files: &[(Arc<SourceFile>, P)], session: &Session<'_>) -> BTreeSet<TableName> {
    let declarations = collect(files, session);
    let keyed = declarations.datasets.iter().filter(|dataset| !dataset.statement.constraints.is_empty());
    let referred = keyed.flat_map(|dataset| {
        let mut here = session.clone();
        (here.current_catalog, here.current_schema) = dataset.place.clone();
        referred_tables(&dataset.statement.constraints, &here)
    });
    referred.collect()
}

/// Finds out what these datasets read.
fn exact(declarations: &Declarations<'_>, session: &Session<'_>, indices: &BTreeSet<usize>, reads: &mut [Vec<usize>]) {
    let datasets = indices.iter().map(|index| &declarations.datasets[*index]);
    let found = tables_read(declarations, datasets, session);
    for (index, found) in indices.iter().zip(found) {
        reads[*index] = positions(declarations, &found);
    }
}

fn mentioned(declarations: &Declarations<'_>, session: &Session<'_>, mentions: Option<&Mentions>) -> Vec<Vec<usize>> {
    if let Some(mentions) = mentions {
        let known = |dataset: &Declared<'_>| mentions.get(&dataset.name).map(|found| positions(declarations, found));
        return declarations.datasets.iter().map(|dataset| known(dataset).unwrap_or_default()).collect();
    }
    let made = Made::new(declarations.datasets.iter().map(|dataset| &dataset.name), session);
    let reads = declarations.datasets.par_iter().map(|dataset| {
        let mentioned = made.mentioned(dataset, session);
        positions(declarations, &mentioned)
    });
    reads.collect()
}

fn positions(declarations: &Declarations<'_>, reads: &BTreeSet<TableName>) -> Vec<usize> {
    let mut own: Vec<usize> = reads.iter().filter_map(|name| declarations.by_name.get(name)).copied().collect();
    own.sort_unstable();
    own
}

/// Names that are made somewhere, to be looked for in texts.
pub struct Made {
    tables: HashSet<TableName>,
    /// Functions, and what their texts mention of the tables.
    functions: HashMap<TableName, Vec<TableName>>,
    last_parts: HashSet<Identifier>,
}

impl Made {
    pub fn new<'n>(tables: impl Iterator<Item = &'n TableName>, session: &Session<'_>) -> Self {
        let tables: HashSet<TableName> = tables.cloned().collect();
        let last_parts = tables.iter().map(|table| table.name.clone()).collect();
        let mut made = Self { tables, functions: HashMap::new(), last_parts };
        let functions = session.catalog.functions();
        made.last_parts.extend(functions.iter().map(|function| function.name.name.clone()));
        let known: HashMap<&TableName, &str> = functions.iter().map(|f| (&f.name, f.text.as_ref())).collect();
        for function in known.keys() {
            // A function may call others.
            let (mut open, mut seen, mut read) = (vec![*function], HashSet::new(), BTreeSet::new());
            while let Some(name) = open.pop().filter(|name| seen.insert(*name)) {
                for mention in mentions(known[name], &made.last_parts) {
                    let Some(mention) = session.resolve(&mention) else { continue };
                    open.extend(known.get_key_value(&mention).map(|(name, _)| *name));
                    read.extend(made.tables.get(&mention).cloned());
                }
            }
            made.functions.insert((*function).clone(), read.into_iter().collect());
        }
        made
    }

    pub(super) fn mentioned(&self, dataset: &Declared<'_>, session: &Session<'_>) -> BTreeSet<TableName> {
        let mut found = BTreeSet::new();
        for flow in &dataset.flows {
            let place = Some(&flow.place);
            self.in_text(&flow.location.file, flow.body.query().span, place, session, &mut found);
        }
        found
    }

    /// What a part of a file mentions of the tables; unqualified names begin at `place`, or where the session begins.
    pub fn in_text(
        &self,
        file: &SourceFile,
        span: Span,
        place: Option<&(Identifier, Identifier)>,
        session: &Session<'_>,
        found: &mut BTreeSet<TableName>,
    ) {
        let text = file.text().get(span.range()).unwrap_or_default();
        for mention in mentions(text, &self.last_parts) {
            let name = match (mention.parts(), place) {
                ([live, _], _) if live.as_str().eq_ignore_ascii_case("live") => session.resolve(&mention),
                (_, Some((catalog, schema))) => mention.resolve(catalog, schema).ok(),
                (_, None) => session.resolve(&mention),
            };
            let Some(name) = name else { continue };
            if let Some(reads) = self.functions.get(&name) {
                found.extend(reads.iter().cloned());
            }
            if self.tables.contains(&name) {
                found.insert(name);
            }
        }
    }
}

/// A first binding, in which no dataset's columns are known, shows what each query reads: names of common table
/// expressions are not mistaken for datasets.
fn tables_read<'d, 's: 'd>(
    declarations: &Declarations<'_>,
    datasets: impl Iterator<Item = &'d Declared<'s>>,
    session: &Session<'_>,
) -> Vec<BTreeSet<TableName>> {
    let mut catalog = LayeredCatalog::over(session.catalog);
    for dataset in &declarations.datasets {
        catalog.add_unread(dataset.name.clone());
    }
    let read = |dataset: &'d Declared<'s>| {
        let whole = Whole::of(dataset);
        let mut found = BTreeSet::new();
        for flow in whole.declared(dataset).iter().flat_map(|whole| &whole.flows) {
            let mut here = session.clone();
            here.catalog = &catalog;
            (here.current_catalog, here.current_schema) = flow.place.clone();
            let (bound, _, _) = bind_partial(flow.body.query(), &flow.location.file, &here);
            found.extend(tables(&bound));
        }
        found
    };
    datasets.map(read).collect()
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

impl<'r> Walk<'r> {
    fn over(reads: &'r [Vec<usize>]) -> Self {
        let state = vec![State::New; reads.len()];
        let mut walk = Self { reads, state, path: Vec::new(), sequence: Vec::new(), cycles: Vec::new() };
        for index in 0..reads.len() {
            walk.visit(index);
        }
        walk
    }

    /// The order, and the rings.
    fn finished(self) -> (Vec<usize>, Vec<Vec<usize>>) {
        (self.sequence, self.cycles)
    }

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
            deeper(|| self.visit(*read));
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
