//! An edit of a dashboard or a Genie space, and which of them a change of tables concerns.

use std::collections::BTreeSet;

use crate::diag::SourceFile;
use crate::ident::TableName;
use crate::pipeline::compile::read_document;
use crate::pipeline::rules::has_word;
use crate::render::DocumentBody;
use crate::resource::Document;

use super::ready::Key;
use super::round::names;
use super::solved::{Known, Solved};

impl Solved {
    /// Takes the text of an exported document. `None`: a whole check is needed.
    pub(super) fn edit_document(&mut self, path: &str, text: &str) -> Option<()> {
        let solution = self.solution()?;
        // A schema that no folder fills counts as used if a text names it.
        let filled = |layer: &str| solution.sql.iter().any(|file| file.layer == layer);
        let open = solution.schemas.iter().filter(|(layer, _)| !filled(layer)).map(|(_, schema)| schema.as_str());
        let before = self.text(path)?;
        let told = open.into_iter().any(|schema| has_word(before, schema) != has_word(text, schema));
        if names(&self.found.compiled, path) || told {
            return None;
        }
        let deployed = self.compiled.desired_document(path);
        let source = SourceFile::new(path, text);
        let document = read_document(solution, &source, self.compiled.catalogs.get(&self.name)?)?;
        let inputs = &mut self.compiled.inputs;
        let mut known = inputs.dashboards.iter_mut().chain(&mut inputs.genie_spaces);
        let place = known.find(|known| known.path == path)?;
        let reads_others = place.uses != document.uses;
        *place = document;
        let solution = self.compiled.rendered.solutions.get_mut(&self.name)?;
        let mut bodies = solution.dashboards.iter_mut().chain(&mut solution.genie).map(|file| &mut file.body);
        *bodies.find(|body| matches!(body, DocumentBody::Export(source) if source.name() == path))? =
            DocumentBody::Export(source);
        // Who may read the tables is seen by the rules that look at everything.
        let others = reads_others || names(&self.found.users, path);
        // What it reads matters to the order of resources only where one of them waits for this.
        let is_needed = deployed.0.as_ref().is_none_or(|key| self.found.desired.needed.contains(key));
        if reads_others && is_needed || self.compiled.desired_document(path) != deployed {
            self.found.desired = self.compiled.desired_anywhere();
        }
        self.use_again(others, &|document| document.path == path)
    }

    /// Checks what uses tables over the tables as they are now: the documents that are wanted, and the `others`.
    pub(super) fn use_again(&mut self, others: bool, wanted: &dyn Fn(&Document) -> bool) -> Option<()> {
        let faulty = self.found.faulty();
        let solution = self.compiled.rendered.solutions.get(&self.name)?;
        let mut checker = std::mem::take(&mut self.known).enter(&self.compiled, solution);
        checker.origins.rewind(&self.mark);
        checker.trail = Some(Vec::new());
        if others {
            checker.on_ground(|checker, ground| checker.users(ground, faulty, wanted));
        } else {
            checker.documents(wanted);
        }
        let found = std::mem::take(&mut checker.out);
        let mut found: Vec<_> = checker.origins.map_all(found).into_iter().map(Some).collect();
        let mut users = checker.checked.coverage;
        for (path, range, coverage) in &checker.of_documents {
            let own = found.get_mut(range.clone()).into_iter().flatten().filter_map(Option::take).collect();
            self.found.documents.insert(path.clone(), (own, *coverage));
            users = users.without(*coverage);
        }
        if others {
            self.found.users = found.into_iter().flatten().collect();
            self.users = users;
        }
        self.known = Known::leave(checker);
        Some(())
    }
}

/// Documents that may read one of the tables, by the words in them.
pub(super) fn mention<'t>(tables: &'t BTreeSet<Key>) -> impl Fn(&Document) -> bool + use<'t> {
    let words: Vec<Vec<u8>> = tables.iter().map(|(_, TableName { name, .. })| name.folded().into_bytes()).collect();
    move |document| {
        let text = document.text.as_bytes();
        // Names that are not ASCII may be written in several ways in JSON.
        words.iter().any(|word| !word.is_ascii() || holds(text, word))
    }
}

/// Does the text hold the word, in whatever case?
fn holds(text: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else { return true };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let starts = text.iter().enumerate().filter(|(_, byte)| **byte == lower || **byte == upper);
    let mut ends = starts.filter_map(|(at, _)| text.get(at..at + word.len()));
    ends.any(|found| found.eq_ignore_ascii_case(word))
}
