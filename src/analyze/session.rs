//! What a statement is bound against.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, ColumnInfo, FunctionInfo, TableInfo};
use crate::ident::{Identifier, QualifiedName, TableName};
use crate::syntax::DataType;

use std::sync::Arc;

/// The columns of files whose schema is not declared; only who can read them knows.
pub trait FileSchemas {
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
    pub files: Option<&'a dyn FileSchemas>,
    /// The catalog holds all there is: what it lacks does not exist. Otherwise only what is missing from a schema that
    /// it knows is an error.
    pub complete: bool,
}

impl<'a> Session<'a> {
    pub fn new(catalog: &'a dyn Catalog, current_catalog: Identifier, current_schema: Identifier) -> Self {
        Self { catalog, current_catalog, current_schema, parameters: BTreeMap::new(), files: None, complete: false }
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
        self.catalog.table(name)
    }

    pub(crate) fn function(&self, name: &TableName) -> Option<Arc<FunctionInfo>> {
        self.catalog.function(name)
    }
}
