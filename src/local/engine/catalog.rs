//! The store's tables and functions as the analyzer looks them up: a snapshot taken inside one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{Catalog, ColumnInfo, FunctionInfo, RelationKind, TableInfo};
use crate::diag::SourceFile;
use crate::ident::{Identifier, TableName};
use crate::local::store::{
    ColumnRecord, FunctionRecord, Reader, SchemaName, SchemaRecord, StoreError, TableKind, TableRecord,
};
use crate::syntax::ast::StatementKind;
use crate::syntax::parse;

pub(crate) struct StoreCatalog {
    tables: BTreeMap<TableName, TableRecord>,
    functions: BTreeMap<TableName, FunctionRecord>,
    schemas: BTreeSet<SchemaName>,
}

impl StoreCatalog {
    pub(crate) fn read(reader: &Reader<'_>) -> Result<Self, StoreError> {
        let tables = reader.securables::<TableRecord>()?;
        let functions = reader.securables::<FunctionRecord>()?;
        let schemas = reader.securables::<SchemaRecord>()?;
        Ok(Self {
            tables: tables.into_iter().map(|table| (table.name.clone(), table)).collect(),
            functions: functions.into_iter().map(|function| (function.name.clone(), function)).collect(),
            schemas: schemas.into_iter().map(|schema| schema.name).collect(),
        })
    }

    pub(crate) fn record(&self, name: &TableName) -> Option<&TableRecord> {
        self.tables.get(name)
    }
}

pub(crate) fn column_info(column: &ColumnRecord) -> ColumnInfo {
    ColumnInfo {
        name: column.name.clone(),
        data_type: Some(column.data_type.clone()),
        nullable: column.nullable,
        comment: column.comment.clone(),
    }
}

impl Catalog for StoreCatalog {
    fn table(&self, name: &TableName) -> Option<Arc<TableInfo>> {
        let record = self.tables.get(name)?;
        let kind = match record.kind {
            TableKind::Managed => RelationKind::Table,
            TableKind::View => RelationKind::View,
            TableKind::MaterializedView => RelationKind::MaterializedView,
            TableKind::StreamingTable => RelationKind::StreamingTable,
        };
        Some(Arc::new(TableInfo {
            name: record.name.clone(),
            kind,
            columns: record.columns.iter().map(column_info).collect(),
            append_only: record.append_only,
            comment: record.comment.clone(),
        }))
    }

    fn function(&self, name: &TableName) -> Option<Arc<FunctionInfo>> {
        let record = self.functions.get(name)?;
        let file = SourceFile::new(format!("{name}.sql"), record.statement.as_str());
        let statement = parse(&file).statements.into_iter().next()?;
        let StatementKind::CreateFunction(definition) = statement.kind else { return None };
        Some(Arc::new(FunctionInfo {
            name: record.name.clone(),
            definition: Arc::new(*definition),
            returns: record.returns.clone(),
        }))
    }

    fn knows_schema(&self, _: &Identifier, _: &Identifier) -> bool {
        // The store knows every schema that there is, also that one does not exist.
        true
    }

    fn table_names(&self, catalog: &Identifier, schema: &Identifier) -> Vec<Identifier> {
        let of_schema = self.tables.keys().filter(|name| name.catalog == *catalog && name.schema == *schema);
        of_schema.map(|name| name.name.clone()).collect()
    }
}

impl StoreCatalog {
    pub(crate) fn has_schema(&self, schema: &SchemaName) -> bool {
        self.schemas.contains(schema)
    }
}
