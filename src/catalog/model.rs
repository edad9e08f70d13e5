//! Tables, columns and functions, and the trait by which they are looked up.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::ident::{Identifier, TableName};
use crate::syntax::DataType;
use crate::syntax::ast::{CreateFunction, CreateProcedure};

#[derive(Clone, PartialEq, Debug)]
pub struct ColumnInfo {
    pub name: Identifier,
    /// `None` where the type could not be proved.
    pub data_type: Option<DataType>,
    pub nullable: bool,
    pub comment: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RelationKind {
    Table,
    StreamingTable,
    MaterializedView,
    View,
    /// Visible only inside its pipeline.
    TemporaryView,
}

impl RelationKind {
    /// May `STREAM` read it? Append-only tables only (Databricks documentation, "Streaming tables"; lakeflow-sql.md §4.2).
    pub fn streamable(self) -> bool {
        matches!(self, Self::Table | Self::StreamingTable)
    }
}

#[derive(Clone, PartialEq, Debug)]
pub struct TableInfo {
    pub name: TableName,
    pub kind: RelationKind,
    pub columns: Vec<ColumnInfo>,
    /// False for a streaming table that AUTO CDC or DML changes.
    pub append_only: bool,
    pub comment: Option<String>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct FunctionInfo {
    pub name: TableName,
    pub definition: Arc<CreateFunction>,
    /// The statement as written.
    pub text: Arc<str>,
    /// The result type; `None` for a table function or an unproved one.
    pub returns: Option<DataType>,
}

/// Where names are looked up. Absence is a proof of absence only where `knows_schema` is true.
pub trait Catalog: Send + Sync {
    fn table(&self, name: &TableName) -> Option<Arc<TableInfo>>;
    fn function(&self, name: &TableName) -> Option<Arc<FunctionInfo>>;
    /// Is every table of this schema known? If not, an absent table is "unknown", not an error.
    fn knows_schema(&self, catalog: &Identifier, schema: &Identifier) -> bool;
    /// The names in a schema, for did-you-mean.
    fn table_names(&self, catalog: &Identifier, schema: &Identifier) -> Vec<Identifier>;
    /// The catalogs of the schemas that are known, for did-you-mean.
    fn catalogs(&self) -> Vec<Identifier> {
        Vec::new()
    }
    /// Is anything known that lies in the catalog?
    fn knows_catalog(&self, catalog: &Identifier) -> bool {
        self.catalogs().contains(catalog)
    }
    /// The functions in a schema, for did-you-mean.
    fn function_names(&self, _catalog: &Identifier, _schema: &Identifier) -> Vec<Identifier> {
        Vec::new()
    }
    /// Functions that a project defines, for what their bodies read.
    fn functions(&self) -> Vec<Arc<FunctionInfo>> {
        Vec::new()
    }
    /// Procedures that a project makes.
    fn procedure(&self, _name: &TableName) -> Option<Arc<CreateProcedure>> {
        None
    }
    /// The columns of a metric view that are measures; `None` of anything else.
    fn measures(&self, _name: &TableName) -> Option<&[Identifier]> {
        None
    }
    /// Does it exist although nothing is known of its columns? Then any use of it is "unknown", and not reported.
    fn unread(&self, _name: &TableName) -> bool {
        false
    }
}

/// A catalog held in memory: what the project itself makes, or a test's tables.
#[derive(Default, Debug, Clone)]
pub struct MemoryCatalog {
    tables: HashMap<TableName, Arc<TableInfo>>,
    functions: BTreeMap<TableName, Arc<FunctionInfo>>,
    procedures: BTreeMap<TableName, Arc<CreateProcedure>>,
    schemas: HashSet<(Identifier, Identifier)>,
    unread: HashSet<TableName>,
    /// Of metric views.
    measures: HashMap<TableName, Vec<Identifier>>,
    /// Names that somebody looked for in vain, where that is asked for.
    missed: Option<Arc<Mutex<BTreeSet<TableName>>>>,
}

impl MemoryCatalog {
    /// One that remembers what is looked for in vain.
    pub fn recording() -> Self {
        Self { missed: Some(Arc::default()), ..Self::default() }
    }

    pub fn is_recording(&self) -> bool {
        self.missed.is_some()
    }

    /// Is there such a table? To ask is not to look for it.
    pub fn holds(&self, name: &TableName) -> bool {
        self.tables.contains_key(name)
    }

    /// What was looked for and is not there now.
    pub fn missed(&self) -> BTreeSet<TableName> {
        let Some(missed) = &self.missed else { return BTreeSet::new() };
        let missed = missed.lock().unwrap_or_else(PoisonError::into_inner);
        let absent = |name: &&TableName| !self.tables.contains_key(*name) && !self.unread.contains(*name);
        missed.iter().filter(absent).cloned().collect()
    }

    /// Takes back that the schema's tables are all known.
    pub fn forget_schema(&mut self, catalog: &Identifier, schema: &Identifier) {
        self.schemas.remove(&(catalog.clone(), schema.clone()));
    }

    /// Declares that the schema's tables are all known.
    pub fn add_schema(&mut self, catalog: Identifier, schema: Identifier) {
        self.schemas.insert((catalog, schema));
    }

    pub fn add_table(&mut self, table: TableInfo) {
        self.measures.remove(&table.name);
        self.tables.insert(table.name.clone(), Arc::new(table));
    }

    /// Declares that a table is a metric view, with these measures.
    pub fn add_measures(&mut self, name: TableName, measures: Vec<Identifier>) {
        self.measures.insert(name, measures);
    }

    /// Declares that there is such a table, of which nothing is known: what would say more has an error of its own.
    pub fn add_unread(&mut self, name: TableName) {
        self.unread.insert(name);
    }

    /// Of which nothing is known but that they are there.
    pub fn unread_names(&self) -> impl Iterator<Item = &TableName> {
        self.unread.iter()
    }

    /// Takes back what is known of a table, and that there is one.
    pub fn forget(&mut self, name: &TableName) {
        self.tables.remove(name);
        self.measures.remove(name);
        self.unread.remove(name);
    }

    /// There is no such table of which nothing is known.
    pub fn take_unread(&mut self, name: &TableName) {
        self.unread.remove(name);
    }

    /// As [`MemoryCatalog::add_table`], of one that another catalog holds.
    pub fn share(&mut self, table: &Arc<TableInfo>) {
        self.measures.remove(&table.name);
        self.tables.insert(table.name.clone(), Arc::clone(table));
    }

    pub fn add_function(&mut self, function: FunctionInfo) {
        self.functions.insert(function.name.clone(), Arc::new(function));
    }

    pub fn add_procedure(&mut self, name: TableName, procedure: CreateProcedure) {
        self.procedures.insert(name, Arc::new(procedure));
    }

    /// Every table that is there, in no order.
    pub fn names(&self) -> impl Iterator<Item = &TableName> {
        self.tables.keys().chain(&self.unread)
    }

    /// In the order of their names.
    pub fn tables(&self) -> impl Iterator<Item = &Arc<TableInfo>> {
        let mut tables: Vec<&Arc<TableInfo>> = self.tables.values().collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        tables.into_iter()
    }
}

impl Catalog for MemoryCatalog {
    fn table(&self, name: &TableName) -> Option<Arc<TableInfo>> {
        let found = self.tables.get(name).cloned();
        if let (None, Some(missed)) = (&found, &self.missed) {
            missed.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        }
        found
    }

    fn function(&self, name: &TableName) -> Option<Arc<FunctionInfo>> {
        self.functions.get(name).cloned()
    }

    fn functions(&self) -> Vec<Arc<FunctionInfo>> {
        self.functions.values().cloned().collect()
    }

    fn measures(&self, name: &TableName) -> Option<&[Identifier]> {
        self.measures.get(name).map(Vec::as_slice)
    }

    fn procedure(&self, name: &TableName) -> Option<Arc<CreateProcedure>> {
        self.procedures.get(name).cloned()
    }

    fn knows_schema(&self, catalog: &Identifier, schema: &Identifier) -> bool {
        self.schemas.contains(&(catalog.clone(), schema.clone()))
    }

    fn catalogs(&self) -> Vec<Identifier> {
        let catalogs: BTreeSet<Identifier> = self.schemas.iter().map(|(catalog, _)| catalog.clone()).collect();
        catalogs.into_iter().collect()
    }

    fn knows_catalog(&self, catalog: &Identifier) -> bool {
        self.schemas.iter().any(|(known, _)| known == catalog) || self.names().any(|name| name.catalog == *catalog)
    }

    fn unread(&self, name: &TableName) -> bool {
        self.unread.contains(name) && !self.tables.contains_key(name)
    }

    fn table_names(&self, catalog: &Identifier, schema: &Identifier) -> Vec<Identifier> {
        // What is not read yet may be meant as well.
        let mut names = names_in(self.names(), catalog, schema);
        names.sort();
        names.dedup();
        names
    }

    fn function_names(&self, catalog: &Identifier, schema: &Identifier) -> Vec<Identifier> {
        names_in(self.functions.keys(), catalog, schema)
    }
}

fn names_in<'n>(
    names: impl Iterator<Item = &'n TableName>,
    catalog: &Identifier,
    schema: &Identifier,
) -> Vec<Identifier> {
    names.filter(|name| name.catalog == *catalog && name.schema == *schema).map(|name| name.name.clone()).collect()
}
