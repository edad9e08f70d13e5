//! Datasets that Python files of pipelines declare: they exist, and their columns are not known.

use crate::ident::{Identifier, QualifiedName};
use crate::pipeline::check::Checker;
use crate::pipeline::surroundings::{Holders, PipelineSource};
use crate::project::python::declarations;

impl Checker<'_> {
    pub(in crate::pipeline) fn python(&mut self, pipelines: &[PipelineSource], holders: &Holders<'_>) {
        let first = self.solution.schemas.values().next().unwrap_or(&self.solution.catalog).clone();
        for file in &self.solution.python {
            for pipeline in holders.of(file.name()).into_iter().filter_map(|index| pipelines.get(index)) {
                let catalog = pipeline.catalog.as_ref().unwrap_or(&self.solution.catalog);
                let schema = pipeline.schema.as_ref().unwrap_or(&first);
                let declared = declarations(file.text());
                for dataset in &declared.datasets {
                    let table = qualified(&dataset.name).and_then(|name| name.resolve(catalog, schema).ok());
                    table.into_iter().for_each(|table| self.catalog.add_unread(table));
                }
                // Some table of the schema may be one of those.
                if declared.open {
                    self.catalog.forget_schema(catalog, schema);
                }
            }
        }
    }
}

/// `a.b.c`, each part with or without backticks.
pub(super) fn qualified(text: &str) -> Option<QualifiedName> {
    let parts: Option<Vec<Identifier>> =
        text.split('.').map(|part| Identifier::new(part.trim_matches('`')).ok()).collect();
    QualifiedName::new(parts?).ok()
}
