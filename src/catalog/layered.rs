//! One catalog over another.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::ident::{Identifier, TableName};
use crate::syntax::ast::CreateProcedure;

use super::model::{Catalog, FunctionInfo, MemoryCatalog, TableInfo};

/// What is being defined now, over what was there before.
pub struct LayeredCatalog<'a> {
    top: MemoryCatalog,
    /// Names that are defined, but whose columns could not be worked out.
    unread: HashSet<TableName>,
    base: &'a dyn Catalog,
    /// Names that will be defined, for did-you-mean.
    announced: Option<&'a Announced<'a>>,
}

/// Gives names.
pub type Announced<'a> = dyn Fn() -> Vec<TableName> + Send + Sync + 'a;

impl<'a> LayeredCatalog<'a> {
    pub fn over(base: &'a dyn Catalog) -> Self {
        Self { top: MemoryCatalog::default(), unread: HashSet::new(), base, announced: None }
    }

    /// As [`LayeredCatalog::over`]; what is not defined yet may be meant all the same.
    pub fn announcing(base: &'a dyn Catalog, announced: &'a Announced<'a>) -> Self {
        Self { announced: Some(announced), ..Self::over(base) }
    }

    pub fn add_table(&mut self, table: TableInfo) {
        self.unread.remove(&table.name);
        self.top.add_table(table);
    }

    /// As [`LayeredCatalog::add_table`], of one that another catalog holds.
    pub fn share(&mut self, table: &Arc<TableInfo>) {
        self.unread.remove(&table.name);
        self.top.share(table);
    }

    pub fn add_function(&mut self, function: FunctionInfo) {
        self.top.add_function(function);
    }

    /// Hides what the base knows of the name: it is defined anew, and not read yet.
    pub fn add_unread(&mut self, name: TableName) {
        self.unread.insert(name);
    }
}

impl Catalog for LayeredCatalog<'_> {
    fn table(&self, name: &TableName) -> Option<Arc<TableInfo>> {
        if self.unread.contains(name) {
            return None;
        }
        self.top.table(name).or_else(|| self.base.table(name))
    }

    fn function(&self, name: &TableName) -> Option<Arc<FunctionInfo>> {
        self.top.function(name).or_else(|| self.base.function(name))
    }

    fn functions(&self) -> Vec<Arc<FunctionInfo>> {
        [self.top.functions(), self.base.functions()].concat()
    }

    fn procedure(&self, name: &TableName) -> Option<Arc<CreateProcedure>> {
        self.base.procedure(name)
    }

    fn knows_schema(&self, catalog: &Identifier, schema: &Identifier) -> bool {
        self.top.knows_schema(catalog, schema) || self.base.knows_schema(catalog, schema)
    }

    fn catalogs(&self) -> Vec<Identifier> {
        let mut catalogs: BTreeSet<Identifier> = self.base.catalogs().into_iter().collect();
        catalogs.extend(self.top.catalogs());
        catalogs.into_iter().collect()
    }

    fn knows_catalog(&self, catalog: &Identifier) -> bool {
        self.top.knows_catalog(catalog) || self.base.knows_catalog(catalog)
    }

    fn table_names(&self, catalog: &Identifier, schema: &Identifier) -> Vec<Identifier> {
        let mut names: BTreeSet<Identifier> = self.base.table_names(catalog, schema).into_iter().collect();
        names.extend(self.top.table_names(catalog, schema));
        let announced = self.announced.map(|names| names()).unwrap_or_default();
        let here = announced.into_iter().filter(|name| name.catalog == *catalog && name.schema == *schema);
        names.extend(here.map(|name| name.name));
        names.into_iter().collect()
    }

    fn function_names(&self, catalog: &Identifier, schema: &Identifier) -> Vec<Identifier> {
        let mut names: BTreeSet<Identifier> = self.base.function_names(catalog, schema).into_iter().collect();
        names.extend(self.top.function_names(catalog, schema));
        names.into_iter().collect()
    }

    fn measures(&self, name: &TableName) -> Option<&[Identifier]> {
        if self.unread.contains(name) || self.top.holds(name) {
            return None;
        }
        self.base.measures(name)
    }

    fn unread(&self, name: &TableName) -> bool {
        self.unread.contains(name) || (self.top.table(name).is_none() && self.base.unread(name))
    }
}
