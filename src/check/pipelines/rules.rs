//! Facts about pipelines, and what pipelines mean to each other and to the catalog.

use std::collections::{BTreeMap, HashMap};

use crate::check::entries::{error, note, warning};
use crate::diag::{Code, Diagnostics, Location};
use crate::ident::TableName;
use crate::project::Target;
use crate::project::yaml::Node;
use crate::syntax::ast::{DatasetKind, Statement};

/// What is known around the settings of pipelines.
pub struct SettingFacts<'f> {
    /// The rendered resource files.
    pub resources: &'f [Node],
    pub target: &'f Target,
    /// The SQL files of each pipeline by its key: their text, before parameters are put in, and their statements.
    pub files: BTreeMap<&'f str, Vec<(&'f str, &'f [Statement])>>,
}

/// A dataset that a pipeline makes.
#[derive(Clone, Debug)]
pub struct Made {
    pub pipeline: String,
    pub name: TableName,
    pub kind: DatasetKind,
    /// Seen only inside its pipeline.
    pub private: bool,
    pub location: Location,
}

/// Tables that two pipelines make: a table belongs to the pipeline that made it first, and the other one fails.
pub fn overlapping(made: &[Made]) -> Diagnostics {
    let mut out = Diagnostics::default();
    let mut seen: HashMap<&TableName, &Made> = HashMap::with_capacity(made.len());
    for dataset in made.iter().filter(|dataset| !dataset.private) {
        match seen.get(&dataset.name) {
            Some(first) if first.pipeline != dataset.pipeline => {
                let message = format!(
                    "`{}` is made by the pipeline `{}` and by `{}`",
                    dataset.name, first.pipeline, dataset.pipeline
                );
                let diagnostic = error(Code::TWO_PIPELINES, &dataset.location, message);
                out.push(diagnostic.hint("list the file in one pipeline only"));
            }
            Some(_) => {}
            None => drop(seen.insert(&dataset.name, dataset)),
        }
    }
    out
}

/// Private datasets and views whose name is that of a table which others see: inside the pipeline the table is out of
/// reach (lakeflow-sql.md §4.1: "private/temporary objects shadow the catalog inside the pipeline").
pub fn shadowed(made: &[Made], exists: &dyn Fn(&TableName) -> bool) -> Diagnostics {
    let mut out = Diagnostics::default();
    if !made.iter().any(|dataset| dataset.private) {
        return out;
    }
    let seen = made.iter().filter(|dataset| !dataset.private);
    let seen: HashMap<&TableName, &Made> = seen.map(|dataset| (&dataset.name, dataset)).collect();
    for dataset in made.iter().filter(|dataset| dataset.private) {
        let other = seen.get(&dataset.name);
        if other.is_none() && !exists(&dataset.name) {
            continue;
        }
        let what = if dataset.kind == DatasetKind::TemporaryView { "view" } else { "private table" };
        let message = format!("the {what} `{0}` hides the table `{0}` inside its pipeline", dataset.name);
        let mut diagnostic = warning(Code::SHADOWED_TABLE, &dataset.location, message);
        if let Some(other) = other {
            diagnostic = diagnostic.related(other.location.clone(), "the table");
        }
        out.push(diagnostic.hint("give it a name that no table has"));
    }
    out
}

/// A key of AUTO CDC that may be NULL: a batch with such a row is rejected (lakeflow-sql.md §4.4).
pub(super) fn nullable_key(key: &str, at: &Location) -> crate::diag::Diagnostic {
    let message = format!("the key `{key}` may be NULL, and AUTO CDC rejects rows without a key");
    note(Code::NULLABLE_KEY, at, message)
        .hint(format!("filter the source, or add `EXPECT ({key} IS NOT NULL) ON VIOLATION DROP ROW` to it"))
}
