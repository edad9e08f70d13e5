//! From texts that were made on the way (rendered templates, SQL inside YAML and JSON) back to what the user wrote.

use std::sync::Arc;

use crate::check::Embedded;
use crate::diag::{Diagnostic, Diagnostics, Location, SourceFile};
use crate::project::yaml::Node;
use crate::render::{Outputs, Rendered};
use crate::syntax::Configured;

/// Every text that findings may point into, and where it came from.
#[derive(Default)]
pub(super) struct Origins {
    rendered: Outputs,
    scalars: Vec<(Arc<SourceFile>, Node)>,
    documents: Vec<Embedded>,
    /// With the values of parameters, and without them.
    configured: Vec<(Arc<SourceFile>, Arc<SourceFile>, Configured)>,
}

/// How many texts were known at a time, beside rendered templates.
#[derive(Clone, Default)]
pub(super) struct Mark {
    scalars: usize,
    documents: usize,
}

impl Origins {
    pub(super) fn mark(&self) -> Mark {
        Mark { scalars: self.scalars.len(), documents: self.documents.len() }
    }

    /// Forgets what came later.
    pub(super) fn rewind(&mut self, mark: &Mark) {
        self.scalars.truncate(mark.scalars);
        self.documents.truncate(mark.documents);
    }

    /// Takes a template that was rendered again.
    pub(super) fn replace(&mut self, old: &Rendered, new: &Rendered) {
        self.rendered.remove(old);
        self.rendered.add(new);
    }

    pub(super) fn rendered(&mut self, rendered: &Rendered) {
        self.rendered.add(rendered);
    }

    /// The text of a YAML scalar as a source of its own.
    pub(super) fn scalar(&mut self, node: &Node, text: &str) -> Arc<SourceFile> {
        let file = SourceFile::new(format!("{} (SQL)", node.location.file.name()), text);
        self.scalars.push((Arc::clone(&file), node.clone()));
        file
    }

    /// SQL of a JSON document.
    pub(super) fn embedded(&mut self, embedded: Embedded) -> Arc<SourceFile> {
        let file = Arc::clone(&embedded.file);
        self.documents.push(embedded);
        file
    }

    /// A source with the values of a pipeline's parameters in it.
    pub(super) fn configured(&mut self, written: &Arc<SourceFile>, configured: Configured) -> Arc<SourceFile> {
        let file = SourceFile::new(written.name(), configured.text.clone());
        self.configured.push((Arc::clone(&file), Arc::clone(written), configured));
        file
    }

    /// The place in the source without the values.
    pub(super) fn unconfigured(&self, location: &Location) -> Option<Location> {
        let (_, written, configured) = self.configured.iter().find(|(file, ..)| Arc::ptr_eq(file, &location.file))?;
        Some(Location::new(written, configured.written(location.span)))
    }

    fn locate(&self, location: &Location) -> Option<Location> {
        if let Some((_, node)) = self.scalars.iter().find(|(file, _)| Arc::ptr_eq(file, &location.file)) {
            let inner = node.locate(location.span);
            return Some(self.locate(&inner).unwrap_or(inner));
        }
        if let Some(embedded) = self.documents.iter().find(|embedded| Arc::ptr_eq(&embedded.file, &location.file)) {
            let inner = embedded.locate(location.span);
            return Some(self.locate(&inner).unwrap_or(inner));
        }
        Some(self.rendered.find(&location.file)?.locate(location.span))
    }

    /// The place that the user wrote.
    pub(super) fn place(&self, location: Location) -> Location {
        self.locate(&location).unwrap_or(location)
    }

    pub(super) fn map(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let labels = diagnostic.related.iter_mut().map(|label| &mut label.location);
        for location in diagnostic.location.iter_mut().chain(labels) {
            if let Some(written) = self.unconfigured(location) {
                *location = written;
            }
        }
        // Templates last: they also tell through which macro a text was printed.
        let embedded = |location: &Location| {
            let known = |file: &Arc<SourceFile>| Arc::ptr_eq(file, &location.file);
            self.scalars.iter().any(|(file, _)| known(file))
                || self.documents.iter().any(|embedded| known(&embedded.file))
        };
        if let Some(location) = diagnostic.location.take() {
            diagnostic.location = Some(if embedded(&location) { self.place(location) } else { location });
        }
        for label in &mut diagnostic.related {
            if embedded(&label.location) {
                label.location = self.place(label.location.clone());
            }
        }
        self.rendered.map(diagnostic)
    }

    pub(super) fn map_all(&self, diagnostics: Diagnostics) -> Diagnostics {
        diagnostics.into_iter().map(|diagnostic| self.map(diagnostic)).collect()
    }
}
