//! `COPY INTO` (Databricks documentation, "COPY INTO"): the table, its columns, and what a select list puts into them.

use crate::analyze::change::unchangeable;
use crate::analyze::entry::bind_partial;
use crate::analyze::near::near_format;
use crate::analyze::types::can_cast;
use crate::diag::{Code, Diagnostic, Location};
use crate::syntax::ast::{CopyInto, CopySource};

use super::running::Running;

impl Running<'_, '_> {
    pub(super) fn copy(&mut self, copy: &CopyInto) {
        let (table, absent) = {
            let session = self.session();
            let resolved = session.resolve(&copy.target.value);
            let table = resolved.as_ref().and_then(|name| session.table(name));
            let absent = resolved.filter(|_| table.is_none()).and_then(|name| session.absent_table(&name));
            (table, absent)
        };
        if let Some(absent) = absent {
            self.found.push(absent.at(Location::new(&self.file, copy.target.span)));
        }
        let unchangeable = unchangeable(&copy.target, &self.file, &self.session());
        self.found.extend(unchangeable);
        // A table may be made without columns, and get those of the first files.
        let table = table.filter(|table| !table.columns.is_empty());
        if let Some(table) = &table {
            for column in copy.columns.iter().filter(|column| !table.columns.iter().any(|c| c.name == column.value)) {
                let names = table.columns.iter().map(|column| column.name.as_str());
                let message = format!("`{}` has no column `{}`", table.name, column.value);
                let diagnostic = Diagnostic::error(Code::UNKNOWN_COLUMN, message);
                let diagnostic = diagnostic.suggest(column.value.as_str(), names);
                self.found.push(diagnostic.at(Location::new(&self.file, column.span)));
            }
        }
        if let Some(near) = near_format(copy.format.value.as_str()) {
            let message = format!("the file format `{}` is not known", copy.format.value);
            let diagnostic = Diagnostic::warning(Code::FILE_OPTION, message).hint(format!("did you mean `{near}`?"));
            self.found.push(diagnostic.at(Location::new(&self.file, copy.format.span)));
        }
        let CopySource::Select(query) = &copy.source else { return };
        let (bound, _, found) = bind_partial(query, &self.file, &self.session());
        self.add(bound.proof, found);
        let Some(table) = table.filter(|_| copy.columns.is_empty() && !copy.by_position) else { return };
        for output in &bound.output {
            let Some(column) = table.columns.iter().find(|column| column.name == output.name) else { continue };
            if let (Some(from), Some(to)) = (&output.ty, &column.data_type)
                && !can_cast(from, to)
            {
                let message = format!("the column `{}` of `{}` is {to}, and gets {from}", column.name, table.name);
                self.error(Code::TYPE_MISMATCH, query.span, message);
            }
        }
    }
}
