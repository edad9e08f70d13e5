//! What a statement is bound against.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, ColumnInfo, FunctionInfo, TableInfo};
use crate::diag::{Code, Diagnostic, did_you_mean, misspelt};
use crate::ident::{Identifier, QualifiedName, TableName};
use crate::syntax::DataType;

use super::variables::Variables;

use std::sync::Arc;

/// The columns of files whose schema is not declared; only who can read them knows.
pub trait FileSchemas: Sync {
    /// `None` where the files cannot be read now.
    fn infer(&self, path: &str, options: &[(String, String)]) -> Option<Vec<ColumnInfo>>;
}

/// The surroundings of a statement: names complete themselves with the current catalog and schema.
#[derive(Clone)]
pub struct Session<'a> {
    pub catalog: &'a dyn Catalog,
    pub current_catalog: Identifier,
    pub current_schema: Identifier,
    /// The types of the named parameters, where they are declared.
    pub parameters: BTreeMap<String, DataType>,
    pub variables: Variables,
    pub files: Option<&'a dyn FileSchemas>,
    /// The catalog holds all there is: what it lacks does not exist. Otherwise only what is missing from a schema that
    /// it knows is an error.
    pub complete: bool,
}

impl<'a> Session<'a> {
    pub fn new(catalog: &'a dyn Catalog, current_catalog: Identifier, current_schema: Identifier) -> Self {
        let (parameters, variables) = (BTreeMap::new(), Variables::default());
        Self { catalog, current_catalog, current_schema, parameters, variables, files: None, complete: false }
    }

    /// `USE SCHEMA name`; false if the name has more parts than a schema's.
    pub(crate) fn use_schema(&mut self, name: &QualifiedName) -> bool {
        match name.parts() {
            [schema] => self.current_schema = schema.clone(),
            [catalog, schema] => (self.current_catalog, self.current_schema) = (catalog.clone(), schema.clone()),
            _ => return false,
        }
        true
    }

    /// `LIVE.name`, the legacy form, means a dataset of the same pipeline.
    pub(crate) fn resolve(&self, name: &QualifiedName) -> Option<TableName> {
        if let [live, dataset] = name.parts() {
            if live.as_str().eq_ignore_ascii_case("live") {
                return Some(TableName {
                    catalog: self.current_catalog.clone(),
                    schema: self.current_schema.clone(),
                    name: dataset.clone(),
                });
            }
        }
        name.resolve(&self.current_catalog, &self.current_schema).ok()
    }

    pub(crate) fn table(&self, name: &TableName) -> Option<Arc<TableInfo>> {
        let own = self.catalog.table(name);
        own.or_else(|| if self.complete { None } else { crate::catalog::system::table(name) })
    }

    pub(crate) fn function(&self, name: &TableName) -> Option<Arc<FunctionInfo>> {
        self.catalog.function(name)
    }

    /// What to say of a table that is not in the catalog; nothing where it may be there.
    pub(crate) fn absent_table(&self, table: &TableName) -> Option<Diagnostic> {
        let TableName { catalog, schema, name } = table;
        // A path is no table: `delta.`/mnt/x`` is the files there.
        if self.catalog.unread(table) || name.as_str().contains('/') {
            return None;
        }
        if !self.complete && !self.catalog.knows_schema(catalog, schema) {
            let message = format!("the table `{table}` is not known; its columns are not checked");
            return Some(match self.meant_catalog(catalog) {
                Some(meant) => Diagnostic::warning(Code::UNKNOWN_TABLE, message).hint(format!(
                    "nothing else names the catalog `{catalog}`: did you mean `{meant}.{schema}.{name}`?"
                )),
                None => Diagnostic::note(Code::UNKNOWN_TABLE, message),
            });
        }
        let names = self.catalog.table_names(catalog, schema);
        let diagnostic = Diagnostic::error(Code::UNKNOWN_TABLE, format!("the table `{table}` does not exist"));
        Some(match did_you_mean(name.as_str(), names.iter().map(Identifier::as_str)) {
            Some(near) => diagnostic.hint(format!("did you mean `{catalog}.{schema}.{near}`?")),
            None => diagnostic,
        })
    }

    /// The catalog that a name is most likely a slip of, where nothing is known of one of that name.
    pub(crate) fn meant_catalog(&self, catalog: &Identifier) -> Option<Identifier> {
        if self.catalog.knows_catalog(catalog) {
            return None;
        }
        self.catalog.catalogs().into_iter().find(|known| misspelt(catalog.as_str(), known.as_str()))
    }

    /// The same of a function that guards a table as `what`.
    pub(crate) fn absent_function(&self, function: &TableName, what: &str) -> Option<Diagnostic> {
        let TableName { catalog, schema, name } = function;
        if self.catalog.unread(function) {
            return None;
        }
        if !self.complete && !self.catalog.knows_schema(catalog, schema) {
            let message = format!("the {what} `{function}` is not known; it is not checked");
            return Some(Diagnostic::note(Code::UNKNOWN_FUNCTION, message));
        }
        let names = self.catalog.function_names(catalog, schema);
        let message = format!("the {what} `{function}` does not exist");
        let diagnostic = Diagnostic::error(Code::UNKNOWN_FUNCTION, message);
        Some(diagnostic.suggest(name.as_str(), names.iter().map(Identifier::as_str)))
    }
}
