//! One edit of one file: what it makes anew, and what stays.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::document::mention;
use super::fresh::Fresh;
use super::ready::{Held, Ready};
use super::rebind::{Change, rebind};
use super::round::names;
use super::solved::{Known, Solved};

impl Solved {
    /// Takes the file's text. `None`: a whole check is needed, and this is of no use any more. `unused`: something of the
    /// project counts as unused.
    pub(super) fn edit(&mut self, path: &str, text: &str, unused: bool) -> Option<()> {
        if !path.ends_with(".sql") {
            return self.edit_document(path, text);
        }
        self.prepare();
        let index = self.solution()?.sql.iter().position(|file| file.rendered.template.name() == path)?;
        let ready = self.ready.as_ref()?;
        let at = |(pipeline, held): (usize, &Held)| Some((pipeline, *held.paths.get(path)?));
        let files: Vec<(usize, usize)> = ready.pipelines.iter().enumerate().filter_map(at).collect();
        let found = self.found.compiled.iter().chain(&self.found.makers).chain(self.found.desired.found.iter());
        if files.is_empty() || names(found, path) {
            return None;
        }
        let loud = self.found.of_datasets.iter().enumerate().filter(|(_, found)| names(*found, path));
        let loud: BTreeSet<usize> = loud.map(|(pipeline, _)| pipeline).collect();
        let fresh = self.fresh(index, text, unused)?;
        let held = files.iter().filter_map(|(pipeline, _)| ready.pipelines.get(*pipeline));
        let paths: BTreeSet<&str> = held.flat_map(|held| held.paths.keys().map(String::as_str)).collect();
        let deploys_others = self.uses_others(path, &fresh.facts.uses, &paths);
        let faulty = self.found.faulty();
        self.install(index, path, fresh, &files)?;
        let solution = self.compiled.rendered.solutions.get(&self.name)?;
        let mut checker = std::mem::take(&mut self.known).enter(&self.compiled, solution);
        let change = rebind(&mut checker, self.ready.as_mut()?, &files, loud)?;
        self.known = Known::leave(checker);
        let seen_outside = |ready: &Ready| change.tables.iter().any(|(_, name)| ready.outside.contains(name));
        if self.ready.as_ref().is_some_and(seen_outside) {
            return None;
        }
        let (tables, tested) = (change.tables.clone(), change.tested);
        self.take(change);
        // Tests are only looked at where nothing is wrong.
        let judged =
            faulty != self.found.faulty() && self.solution().is_some_and(|solution| !solution.tests.is_empty());
        let told = self.found.documents.values().any(|(found, _)| names(found, path));
        if deploys_others {
            self.found.desired = self.compiled.desired_anywhere();
        }
        if !tables.is_empty() || tested || judged || told || names(&self.found.users, path) {
            let mention = mention(&tables);
            return self.use_again(true, &|document| told || mention(document));
        }
        Some(())
    }

    /// Puts the file in the place of what it was.
    fn install(&mut self, index: usize, path: &str, fresh: Fresh, files: &[(usize, usize)]) -> Option<()> {
        let Fresh { rendered, parsed, facts } = fresh;
        let ready = self.ready.as_mut()?;
        for (pipeline, file) in files {
            *ready.pipelines.get_mut(*pipeline)?.files.get_mut(*file)? =
                (Arc::clone(&rendered.output), Arc::clone(&parsed));
        }
        let solution = self.compiled.rendered.solutions.get_mut(&self.name)?;
        let place = &mut solution.sql.get_mut(index)?.rendered;
        self.known.origins.replace(place, &rendered);
        *place = rendered;
        self.compiled.parsed.insert(path.to_string(), parsed);
        self.compiled.inputs.sql.insert(path.to_string(), facts);
        Some(())
    }

    fn take(&mut self, change: Change) {
        let Change { bound, of_datasets, before, now, .. } = change;
        for (key, found) in bound {
            if found.is_empty() {
                self.found.bound.remove(&key);
            } else {
                self.found.bound.insert(key, found);
            }
        }
        for (pipeline, found) in of_datasets {
            if let Some(known) = self.found.of_datasets.get_mut(pipeline) {
                *known = found;
            }
        }
        self.makers.expressions = self.makers.expressions + now.expressions - before.expressions;
        self.makers.proved = self.makers.proved + now.typed - before.typed;
    }
}
