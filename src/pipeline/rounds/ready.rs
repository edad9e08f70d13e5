//! What an edit needs to know of a solution's datasets: where they are declared, and who reads whom.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::analyze::Session;
use crate::analyze::bound::Proof;
use crate::analyze::pipeline::{Again, Made, Mentions, Views, reads};
use crate::catalog::TableInfo;
use crate::check::pipelines::{Marks, Seen};
use crate::diag::SourceFile;
use crate::ident::{Identifier, TableName};
use crate::pipeline::check::{Checker, Ground};
use crate::pipeline::units;
use crate::syntax::ast::{Statement, StatementKind};
use crate::syntax::{Parsed, parse_outline};

use super::solved::Passed;

/// A dataset: the position of its pipeline, and its name.
pub(super) type Key = (usize, TableName);

/// A file of a pipeline, with the values of parameters.
pub(super) type Text = (Arc<SourceFile>, Arc<Parsed>);

pub(super) struct Ready {
    pub(super) pipelines: Vec<Held>,
    /// The names that are looked for in texts.
    pub(super) made: Made,
    /// Who mentions a dataset.
    pub(super) readers: HashMap<Key, BTreeSet<Key>>,
    /// Whose foreign keys refer to a table.
    pub(super) keyed: HashMap<TableName, BTreeSet<Key>>,
    /// Tables that something outside of pipelines mentions that makes or changes something.
    pub(super) outside: BTreeSet<TableName>,
}

/// A pipeline.
pub(super) struct Held {
    pub(super) key: String,
    pub(super) place: (Identifier, Identifier),
    pub(super) files: Vec<Text>,
    /// Positions of files by the paths of their templates.
    pub(super) paths: HashMap<String, usize>,
    /// The files that a dataset and its flows are declared in.
    pub(super) homes: HashMap<TableName, BTreeSet<usize>>,
    /// The datasets by file.
    pub(super) of_file: Vec<Vec<TableName>>,
    pub(super) mentions: Mentions,
    pub(super) proofs: HashMap<TableName, Proof>,
    pub(super) views: Views,
    pub(super) marks: Marks,
    pub(super) seen: BTreeMap<TableName, Seen>,
    /// Datasets that only the pipeline itself sees.
    pub(super) hidden: HashSet<TableName>,
    /// As far as their columns are known.
    pub(super) private: BTreeMap<TableName, Arc<TableInfo>>,
}

impl Ready {
    pub(super) fn of(checker: &mut Checker<'_>, ground: &Ground<'_>, passed: Vec<Passed>) -> Self {
        let mut pipelines: Vec<Held> = Vec::new();
        for passed in passed {
            let at = ground.pipelines.iter().position(|pipeline| pipeline.key == passed.key);
            let scripts = at.and_then(|at| ground.held.get(at)).map(Vec::as_slice).unwrap_or_default();
            let text = |(file, script): (&Arc<SourceFile>, &&units::Script<'_>)| {
                let as_written = checker.compiled.parsed.get(script.path).filter(|_| Arc::ptr_eq(file, script.file));
                (Arc::clone(file), as_written.map_or_else(|| Arc::new(parse_outline(file)), Arc::clone))
            };
            let files: Vec<Text> = passed.files.iter().zip(scripts).map(text).collect();
            let paths = scripts.iter().enumerate().map(|(at, script)| (script.path.to_string(), at)).collect();
            pipelines.push(Held::of(passed, files, paths, checker));
        }
        let own = checker.session(None);
        let objects = ground.alone.iter().flat_map(|script| units::objects(script, &own));
        let objects: Vec<TableName> = objects.map(|object| object.name).collect();
        let names = pipelines.iter().flat_map(|held| held.homes.keys()).chain(&objects);
        let made = Made::new(names, &own);
        let mut outside = BTreeSet::new();
        for script in ground.alone.iter().filter(|script| !only_asks(script)) {
            let all = crate::diag::Span::new(0, script.file.text().len());
            made.in_text(script.file, all, None, &own, &mut outside);
        }
        for held in &mut pipelines {
            if held.mentions.is_empty() {
                let (catalog, schema) = held.place.clone();
                let session = Session::new(&checker.catalog, catalog, schema);
                held.mentions = reads(&held.files, &session, Some(&made));
            }
        }
        let mut ready = Self { pipelines, made, readers: HashMap::new(), keyed: HashMap::new(), outside };
        ready.connect(checker);
        ready
    }

    fn connect(&mut self, checker: &Checker<'_>) {
        let mut owners: HashMap<&TableName, usize> = HashMap::new();
        for (index, held) in self.pipelines.iter().enumerate() {
            for name in held.homes.keys().filter(|name| !held.is_private(name)) {
                owners.entry(name).or_insert(index);
            }
        }
        for (index, held) in self.pipelines.iter().enumerate() {
            for (name, mentions) in &held.mentions {
                for mention in mentions {
                    let owner =
                        if held.homes.contains_key(mention) { Some(index) } else { owners.get(mention).copied() };
                    let Some(owner) = owner else { continue };
                    self.readers.entry((owner, mention.clone())).or_default().insert((index, name.clone()));
                }
            }
            let (catalog, schema) = held.place.clone();
            let session = Session::new(&checker.catalog, catalog, schema);
            let again = Again::of(&held.files, &session);
            for (name, referred) in again.all_referred(&session) {
                for table in referred {
                    self.keyed.entry(table).or_default().insert((index, name.clone()));
                }
            }
        }
    }

    /// The dataset that a name means in a pipeline.
    pub(super) fn owner(&self, pipeline: usize, name: &TableName) -> Option<Key> {
        let own = |held: &Held| held.homes.contains_key(name);
        if self.pipelines.get(pipeline).is_some_and(own) {
            return Some((pipeline, name.clone()));
        }
        let owner = self.pipelines.iter().position(|held| own(held) && !held.is_private(name))?;
        Some((owner, name.clone()))
    }

    /// Does a pipeline come behind another, or is it the same?
    pub(super) fn follows(&self, pipeline: usize, other: usize) -> bool {
        let Some(held) = self.pipelines.get(pipeline) else { return false };
        let mut mentions = held.mentions.values().flatten();
        pipeline == other || mentions.any(|name| self.owner(pipeline, name).is_some_and(|owner| owner.0 == other))
    }

    /// Is there a way from a dataset to another along what their texts mention?
    pub(super) fn leads(&self, from: Key, to: &Key) -> bool {
        let (mut open, mut seen) = (vec![from], HashSet::new());
        while let Some(next) = open.pop() {
            if next == *to {
                return true;
            }
            let mentions = self.pipelines.get(next.0).and_then(|held| held.mentions.get(&next.1));
            let further: Vec<Key> =
                mentions.into_iter().flatten().filter_map(|name| self.owner(next.0, name)).collect();
            if seen.insert(next) {
                open.extend(further);
            }
        }
        false
    }
}

/// Nothing depends on a file of queries, which what uses tables looks at again whenever a table is another.
fn only_asks(script: &units::Script<'_>) -> bool {
    let is_query = |statement: &Statement| matches!(statement.kind, StatementKind::Query(_));
    script.parsed.diagnostics.is_empty() && script.parsed.statements.iter().all(is_query)
}

impl Held {
    fn of(passed: Passed, files: Vec<Text>, paths: HashMap<String, usize>, checker: &Checker<'_>) -> Self {
        let Passed { key, place, each, views, mentions, marks, seen, private, .. } = passed;
        let (catalog, schema) = place.clone();
        let session = Session::new(&checker.catalog, catalog, schema);
        let at: HashMap<usize, usize> =
            files.iter().enumerate().map(|(at, (file, _))| (Arc::as_ptr(file) as usize, at)).collect();
        let mut homes: HashMap<TableName, BTreeSet<usize>> = HashMap::new();
        let mut of_file = vec![Vec::new(); files.len()];
        let again = Again::of(&files, &session);
        for (name, places) in again.homes() {
            let places: BTreeSet<usize> = places.iter().filter_map(|place| at.get(place)).copied().collect();
            places.iter().for_each(|place| of_file[*place].push(name.clone()));
            homes.insert(name.clone(), places);
        }
        let hidden = again.hidden().cloned().collect();
        drop(again);
        Self {
            key,
            place,
            hidden,
            files,
            paths,
            homes,
            of_file,
            mentions: mentions.unwrap_or_default(),
            proofs: each.into_iter().map(|each| (each.name, each.proof)).collect(),
            views,
            marks,
            seen: seen.into_iter().map(|seen| (seen.made.name.clone(), seen)).collect(),
            private: private.into_iter().map(|table| (table.name.clone(), Arc::new(table))).collect(),
        }
    }

    /// Does only the pipeline itself see the table?
    pub(super) fn is_private(&self, name: &TableName) -> bool {
        self.hidden.contains(name)
    }
}
