//! Binding datasets again, and then those that read what has other columns now.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::analyze::Session;
use crate::analyze::bound::Proof;
use crate::analyze::pipeline::{Again, Dataset, Rebound};
use crate::catalog::{Catalog, LayeredCatalog};
use crate::check::pipelines::datasets;
use crate::diag::Diagnostic;
use crate::ident::TableName;
use crate::pipeline::check::Checker;
use crate::pipeline::makers::Kept;

use super::ready::{Key, Ready, Text};

/// What binding again has changed.
#[derive(Default)]
pub(super) struct Change {
    /// Tables and views whose readers see something else.
    pub(super) tables: BTreeSet<Key>,
    /// The findings of each dataset that was bound.
    pub(super) bound: BTreeMap<Key, Vec<Diagnostic>>,
    /// Of all datasets of a pipeline, where they were judged again.
    pub(super) of_datasets: BTreeMap<usize, Vec<Diagnostic>>,
    /// What was proved before, and is now.
    pub(super) before: Proof,
    pub(super) now: Proof,
    /// Something is another that a test of SQL may depend on.
    pub(super) tested: bool,
}

/// Binds what stands in the changed files of pipelines, given by position. `loud`: pipelines whose datasets are to be
/// judged together again in any case. `None`: more is another than can be looked at here.
pub(super) fn rebind(
    checker: &mut Checker<'_>,
    ready: &mut Ready,
    files: &[(usize, usize)],
    mut loud: BTreeSet<usize>,
) -> Option<Change> {
    let mut change = Change::default();
    let mut wanted: BTreeSet<Key> = BTreeSet::new();
    for (pipeline, file) in files {
        let names = ready.pipelines.get(*pipeline)?.of_file.get(*file)?;
        wanted.extend(names.iter().map(|name| (*pipeline, name.clone())));
    }
    for key in &wanted {
        mention(checker, ready, key)?;
    }
    for key in in_order(ready, &wanted) {
        let read = |name: &TableName| ready.owner(key.0, name).is_some_and(|owner| change.tables.contains(&owner));
        let mentions = ready.pipelines.get(key.0).and_then(|held| held.mentions.get(&key.1));
        if wanted.contains(&key) || mentions.into_iter().flatten().any(read) {
            bind(checker, ready, &key, &mut change, &mut loud)?;
        }
    }
    // Foreign keys look at tables that may have been bound later.
    let keyed = change.tables.iter().filter_map(|(_, name)| ready.keyed.get(name)).flatten();
    for key in keyed.cloned().collect::<BTreeSet<Key>>() {
        bind(checker, ready, &key, &mut change, &mut loud)?;
    }
    for index in loud {
        let held = ready.pipelines.get(index)?;
        let found = checker.origins.map_all(datasets(held.seen.values(), &held.marks));
        change.of_datasets.insert(index, found.into_iter().collect());
    }
    Some(change)
}

/// Looks again for what a dataset mentions. `None`: it may take part in a cycle.
fn mention(checker: &Checker<'_>, ready: &mut Ready, key: &Key) -> Option<()> {
    let held = ready.pipelines.get(key.0)?;
    let files = texts(ready, key)?;
    let (catalog, schema) = held.place.clone();
    let session = Session::new(&checker.catalog, catalog, schema);
    let now = Again::of(&files, &session).mentioned(&key.1, &ready.made, &session);
    let before = held.mentions.get(&key.1).cloned().unwrap_or_default();
    for name in now.difference(&before) {
        // What the pipeline has not read before may come behind it.
        if ready.owner(key.0, name).is_none_or(|owner| !ready.follows(key.0, owner.0) || ready.leads(owner, key)) {
            return None;
        }
    }
    for name in before.difference(&now) {
        // What reads itself or is in a ring was told.
        if ready.owner(key.0, name).is_none_or(|owner| ready.leads(owner, key)) {
            return None;
        }
    }
    for name in before.symmetric_difference(&now) {
        let Some(owner) = ready.owner(key.0, name) else { continue };
        let readers = ready.readers.entry(owner).or_default();
        if now.contains(name) {
            readers.insert(key.clone());
        } else {
            readers.remove(key);
        }
    }
    ready.pipelines.get_mut(key.0)?.mentions.insert(key.1.clone(), now);
    Some(())
}

/// These and everything that reads them at any distance, each after what it reads.
fn in_order(ready: &Ready, wanted: &BTreeSet<Key>) -> Vec<Key> {
    let (mut open, mut all): (Vec<Key>, HashSet<Key>) = (wanted.iter().cloned().collect(), HashSet::new());
    while let Some(key) = open.pop() {
        if all.contains(&key) {
            continue;
        }
        open.extend(ready.readers.get(&key).into_iter().flatten().cloned());
        all.insert(key);
    }
    let mut sorted: Vec<Key> = all.iter().cloned().collect();
    sorted.sort();
    // Depth first along what is mentioned, without recursion: a key comes out when all before it have.
    let (mut order, mut done): (Vec<Key>, HashSet<Key>) = (Vec::new(), HashSet::new());
    let mut entered: HashSet<Key> = HashSet::new();
    for key in sorted {
        let mut path = vec![key];
        while let Some(key) = path.last().cloned() {
            if done.contains(&key) {
                path.pop();
                continue;
            }
            let mentions = ready.pipelines.get(key.0).and_then(|held| held.mentions.get(&key.1));
            let before = mentions.into_iter().flatten().filter_map(|name| ready.owner(key.0, name));
            let missing: Vec<Key> = match entered.insert(key.clone()) {
                true => before.filter(|before| all.contains(before) && !entered.contains(before)).collect(),
                false => Vec::new(),
            };
            if missing.is_empty() {
                path.pop();
                done.insert(key.clone());
                order.push(key);
            } else {
                path.extend(missing);
            }
        }
    }
    order
}

fn texts(ready: &Ready, key: &Key) -> Option<Vec<Text>> {
    let held = ready.pipelines.get(key.0)?;
    let homes = held.homes.get(&key.1)?;
    Some(homes.iter().filter_map(|at| held.files.get(*at)).cloned().collect())
}

fn bind(
    checker: &mut Checker<'_>,
    ready: &mut Ready,
    key: &Key,
    change: &mut Change,
    loud: &mut BTreeSet<usize>,
) -> Option<()> {
    let files = texts(ready, key)?;
    let held = ready.pipelines.get_mut(key.0)?;
    let name = &key.1;
    let names = || held.homes.keys().cloned().collect();
    let mut views = std::mem::take(&mut held.views);
    let rebound: Rebound<Kept> = {
        let mut catalog = LayeredCatalog::announcing(&checker.catalog, &names);
        for table in held.mentions.get(name).into_iter().flatten().filter(|name| held.hidden.contains(*name)) {
            match held.private.get(table) {
                Some(info) => catalog.share(info),
                None => catalog.add_unread(table.clone()),
            }
        }
        let (current, schema) = held.place.clone();
        let session = Session::new(&catalog, current, schema);
        let keep = |dataset: Dataset| Kept::of(dataset, None, &held.key, &held.marks);
        Again::of(&files, &session).bind(name, &session, &mut views, &keep)?
    };
    held.views = views;
    let Rebound { dataset, other_view, proof, diagnostics } = rebound;
    let hidden = held.hidden.contains(name);
    let before = if hidden { held.private.get(name).cloned() } else { checker.catalog.table(name) };
    let is_same = match (&before, &dataset) {
        (Some(before), Some(kept)) => **before == kept.table,
        (None, None) => true,
        _ => false,
    };
    // A test of a dataset that comes or goes is another test. None is looked at while an error keeps a dataset away, and
    // when that comes back, the tests know it still.
    if before.is_some() != dataset.is_some() && !checker.solution.tests.is_empty() {
        let is_known = match &dataset {
            Some(kept) => checker.made.iter().any(|made| made.name == *name && made.private == kept.is_private()),
            None => diagnostics.has_errors(),
        };
        if !is_known {
            return None;
        }
    }
    let old = held.seen.remove(name);
    if old.is_some_and(|seen| !seen.is_silent()) {
        loud.insert(key.0);
    }
    checker.datasets.retain(|made| made.name != *name || made.pipeline != held.key);
    match dataset {
        Some(kept) => {
            if !kept.seen.is_silent() {
                loud.insert(key.0);
            }
            for made in checker.made.iter_mut().filter(|made| made.name == *name && made.private == kept.is_private()) {
                change.tested |= made.reads != kept.reads || made.columns != kept.table.columns;
                made.reads.clone_from(&kept.reads);
                made.columns.clone_from(&kept.table.columns);
            }
            checker.datasets.push(kept.seen.made.clone());
            held.seen.insert(name.clone(), kept.seen);
            if hidden {
                checker.catalog.take_unread(name);
                held.private.insert(name.clone(), kept.table.into());
            } else if !is_same {
                checker.catalog.add_table(kept.table);
            }
        }
        None => {
            if hidden {
                held.private.remove(name);
            } else {
                checker.catalog.forget(name);
            }
            checker.catalog.add_unread(name.clone());
        }
    }
    let old = held.proofs.insert(name.clone(), proof).unwrap_or_default();
    change.before.add(old);
    change.now.add(proof);
    if !is_same || other_view {
        change.tables.insert(key.clone());
    }
    let first = checker.out.len();
    checker.told(diagnostics);
    let found: Vec<Diagnostic> = checker.out.iter().skip(first).cloned().collect();
    let found = checker.origins.map_all(found.into_iter().collect());
    change.bound.insert(key.clone(), found.into_iter().collect());
    Some(())
}
