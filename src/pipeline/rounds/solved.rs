//! One solution as a round left it: what is known, and the findings by what they depend on.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use crate::analyze::pipeline::{Each, Mentions, Views};
use crate::catalog::{MemoryCatalog, TableInfo};
use crate::check::pipelines::{Made as Dataset, Marks, Seen};
use crate::diag::{Diagnostic, Diagnostics, Location, Severity, SourceFile};
use crate::ident::{Identifier, TableName};
use crate::pipeline::check::{Checker, beside};
use crate::pipeline::checked::Coverage;
use crate::pipeline::desired::Wanted;
use crate::pipeline::governance::needs_lineage;
use crate::pipeline::origin::{Mark, Origins};
use crate::pipeline::sql_test::Made;
use crate::pipeline::{Compiled, compile, examine};
use crate::project::Resolved;
use crate::render::{DocumentBody, RenderedSolution, Renderer, renderer};

use super::ready::Ready;

/// A pipeline whose datasets were bound, as far as a later round must know it.
pub(in crate::pipeline) struct Passed {
    pub(in crate::pipeline) key: String,
    /// Where names begin.
    pub(in crate::pipeline) place: (Identifier, Identifier),
    /// The texts of its files, with the values of parameters.
    pub(in crate::pipeline) files: Vec<Arc<SourceFile>>,
    pub(in crate::pipeline) each: Vec<Each>,
    /// Findings of datasets: their positions among all.
    pub(in crate::pipeline) bound: Vec<(TableName, Range<usize>)>,
    /// Findings about all datasets together.
    pub(in crate::pipeline) of_datasets: Range<usize>,
    pub(in crate::pipeline) views: Views,
    /// What the texts of datasets mention, where that was looked for.
    pub(in crate::pipeline) mentions: Option<Mentions>,
    pub(in crate::pipeline) marks: Marks,
    pub(in crate::pipeline) seen: Vec<Seen>,
    /// Tables that only the pipeline itself sees.
    pub(in crate::pipeline) private: Vec<TableInfo>,
}

/// What a checker knows beside its findings.
#[derive(Default)]
pub(super) struct Known {
    pub(super) catalog: MemoryCatalog,
    pub(super) origins: Origins,
    pub(super) unset: Vec<Location>,
    pub(super) datasets: Vec<Dataset>,
    pub(super) made: Vec<Made>,
}

impl Known {
    pub(super) fn leave(checker: Checker<'_>) -> Self {
        let Checker { catalog, origins, unset, datasets, made, .. } = checker;
        Self { catalog, origins, unset, datasets, made }
    }

    pub(super) fn enter<'c>(self, compiled: &'c Compiled, solution: &'c RenderedSolution) -> Checker<'c> {
        let Self { catalog, origins, unset, datasets, made } = self;
        Checker { catalog, origins, unset, datasets, made, ..Checker::bare(compiled, solution) }
    }
}

/// Findings by what they depend on, each in the order in which they were made.
#[derive(Default)]
pub(super) struct Found {
    /// Of rendering and parsing.
    pub(super) compiled: Vec<Diagnostic>,
    /// Of what makes tables, but for those of pipelines' datasets.
    pub(super) makers: Vec<Diagnostic>,
    /// Of datasets, by pipeline and name.
    pub(super) bound: BTreeMap<(usize, TableName), Vec<Diagnostic>>,
    /// Of all datasets of a pipeline together.
    pub(super) of_datasets: Vec<Vec<Diagnostic>>,
    /// Of what uses tables, and of the rules that look at everything.
    pub(super) users: Vec<Diagnostic>,
    /// Of dashboards and Genie spaces by their path, with their part of the coverage.
    pub(super) documents: BTreeMap<String, (Vec<Diagnostic>, Coverage)>,
    /// Of the resources that are wanted.
    pub(super) desired: Wanted,
}

impl Found {
    /// Of the checker, with what is known of the documents from the resources that are wanted.
    fn all(&self) -> Diagnostics {
        let makers = self.makers.iter().chain(self.bound.values().flatten());
        let documents = self.documents.values().flat_map(|(found, _)| found);
        let checked = makers.chain(self.of_datasets.iter().flatten()).chain(&self.users).chain(documents);
        let mut all: Diagnostics = checked.cloned().collect::<Diagnostics>().sorted();
        let found = beside(&self.desired.found, &all, false);
        all.extend(found);
        self.compiled.iter().cloned().chain(all.sorted()).collect()
    }

    /// Is something wrong with what makes tables?
    pub(super) fn faulty(&self) -> bool {
        let makers = self.makers.iter().chain(self.bound.values().flatten());
        makers.chain(self.of_datasets.iter().flatten()).any(|found| found.severity == Severity::Error)
    }
}

/// The findings of a solution that can only be checked as a whole, and its coverage.
pub(super) type Whole = (Diagnostics, Coverage);

/// A solution that was checked.
pub(super) struct Solved {
    pub(super) compiled: Compiled,
    pub(super) name: String,
    pub(super) renderer: Renderer,
    pub(super) known: Known,
    pub(super) found: Found,
    /// Of all that comes before what uses tables, and of that.
    pub(super) makers: Coverage,
    pub(super) users: Coverage,
    /// Where the texts begin that only what uses tables needs.
    pub(super) mark: Mark,
    pub(super) passed: Vec<Passed>,
    /// What an edit needs, once that was made.
    pub(super) ready: Option<Ready>,
    /// The order of pipelines matters to what was found.
    pub(super) is_tangled: bool,
}

impl Solved {
    /// Checks a solution, in parts if that is possible.
    pub(super) fn of(resolved: &Resolved<'_>, name: &str) -> Result<Self, Whole> {
        let (compiled, compiled_found) = compile(resolved, Some(name));
        let solution = compiled.rendered.solutions.get(name);
        let solution = solution.filter(|solution| !solution.scattered && !needs_lineage(&compiled));
        let renderer = solution.and_then(|solution| renderer(resolved, name, &solution.sources));
        let (Some(solution), Some(renderer)) = (solution, renderer) else {
            let (checked, found) = examine(&compiled, Some(name));
            return Err((compiled_found.into_iter().chain(found).collect(), checked.coverage));
        };
        let check = || {
            let mut checker = Checker::new(&compiled, solution, false);
            checker.trail = Some(Vec::new());
            checker.run(None);
            checker
        };
        let (mut checker, desired) = rayon::join(check, || compiled.desired_anywhere());
        let passed = checker.trail.take().unwrap_or_default();
        let (beyond, mark) = (checker.beyond.0, checker.beyond.2.clone());
        let makers = checker.beyond.1;
        let found = std::mem::take(&mut checker.out);
        let found: Vec<Diagnostic> = checker.origins.map_all(found).into_iter().collect();
        let mut all = Found { compiled: compiled_found.into_iter().collect(), desired, ..Found::default() };
        let mut owners: HashMap<usize, Owner<'_>> = HashMap::new();
        for (index, pipeline) in passed.iter().enumerate() {
            all.of_datasets.push(Vec::new());
            owners.extend(pipeline.of_datasets.clone().map(|at| (at, Owner::Datasets(index))));
            for (name, range) in &pipeline.bound {
                owners.extend(range.clone().map(|at| (at, Owner::Dataset(index, name))));
            }
        }
        let mut users = checker.checked.coverage.without(makers);
        for (path, range, coverage) in &checker.of_documents {
            owners.extend(range.clone().map(|at| (at, Owner::Document(path))));
            all.documents.insert(path.clone(), (Vec::new(), *coverage));
            users = users.without(*coverage);
        }
        for (at, finding) in found.into_iter().enumerate() {
            match owners.get(&at) {
                Some(Owner::Document(path)) => {
                    if let Some((found, _)) = all.documents.get_mut(*path) {
                        found.push(finding);
                    }
                }
                Some(Owner::Dataset(index, name)) => {
                    all.bound.entry((*index, (*name).clone())).or_default().push(finding);
                }
                Some(Owner::Datasets(index)) => all.of_datasets[*index].push(finding),
                None if at < beyond => all.makers.push(finding),
                None => all.users.push(finding),
            }
        }
        let is_tangled = checker.is_tangled;
        let known = Known::leave(checker);
        let name = name.to_string();
        Ok(Self { is_tangled, name, renderer, known, found: all, makers, users, mark, passed, ready: None, compiled })
    }

    pub(super) fn findings(&self) -> Diagnostics {
        self.found.all()
    }

    pub(super) fn coverage(&self) -> Coverage {
        let mut all = self.makers;
        all.add(self.users);
        self.found.documents.values().for_each(|(_, coverage)| all.add(*coverage));
        all
    }

    pub(super) fn solution(&self) -> Option<&RenderedSolution> {
        self.compiled.rendered.solutions.get(&self.name)
    }

    /// The text of a template of the solution's SQL, or of an exported document.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        let solution = self.solution()?;
        let documents = solution.dashboards.iter().chain(&solution.genie).filter_map(|document| match &document.body {
            DocumentBody::Export(source) => Some(source),
            DocumentBody::Yaml(_) => None,
        });
        let mut files = solution.sql.iter().map(|file| &file.rendered.template).chain(documents);
        files.find(|file| file.name() == path).map(|file| file.text())
    }

    pub(super) fn prepare(&mut self) {
        if self.ready.is_none() && !self.is_tangled {
            self.ready = self.made_ready();
        }
    }

    fn made_ready(&mut self) -> Option<Ready> {
        let passed = std::mem::take(&mut self.passed);
        let solution = self.compiled.rendered.solutions.get(&self.name)?;
        let mut checker = std::mem::take(&mut self.known).enter(&self.compiled, solution);
        let ready = checker.on_ground(|checker, ground| Ready::of(checker, ground, passed));
        self.known = Known::leave(checker);
        Some(ready)
    }
}

/// Whose a finding is.
enum Owner<'p> {
    Dataset(usize, &'p TableName),
    Datasets(usize),
    Document(&'p str),
}
