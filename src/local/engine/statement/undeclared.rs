//! `read_files` without a schema: a query does not read files to learn their columns.

use std::sync::{Mutex, PoisonError};

use crate::analyze::FileSchemas;
use crate::catalog::ColumnInfo;
use crate::diag::{Code, Diagnostics, Span};
use crate::local::engine::error::{ErrorClass, SqlError};

use super::entry::Scope;

/// The paths that a statement asked for.
#[derive(Default)]
pub(super) struct Undeclared(Mutex<Vec<String>>);

impl FileSchemas for Undeclared {
    fn infer(&self, path: &str, _: &[(String, String)]) -> Option<Vec<ColumnInfo>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_string());
        None
    }
}

impl Undeclared {
    /// The analyzer, for which the files may come later, only notes it; to a query it is an error.
    pub(super) fn refused(&self, scope: &Scope<'_>, found: &Diagnostics) -> Option<SqlError> {
        let path = self.0.lock().unwrap_or_else(PoisonError::into_inner).first()?.clone();
        let noted = found.iter().find(|note| note.code == Code::UNKNOWN_TABLE).and_then(|note| note.location.as_ref());
        let span = noted.map_or(Span::new(0, 0), |location| location.span);
        let place = scope.place(span);
        let error = match path.starts_with("/Volumes/") {
            true => SqlError::unsupported(format!(
                "read_files without `schema` in a query; declare the columns with `schema => 'a INT, …'`{place}"
            )),
            false => {
                let text = format!("Cannot list the files of '{path}': a path must start with /Volumes/.{place}");
                SqlError::new(ErrorClass::FAILED_READ_FILE, text)
            }
        };
        Some(error.at(span))
    }
}
