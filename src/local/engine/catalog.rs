//! The store's Unity Catalog as the analyzer asks for it, and stored tables and views as the lowering asks for them.

use std::sync::Arc;

use crate::analyze::bound::{BoundQuery, FileScan, Scan};
use crate::analyze::{self, bind_query};
use crate::catalog::{Catalog, ColumnInfo, FunctionInfo, MemoryCatalog, RelationKind, TableInfo};
use crate::diag::{Code, SourceFile};
use crate::ident::TableName;
use crate::local::store::{
    ColumnRecord, FunctionRecord, Reader, SchemaRecord, StoreError, TableKind, TableRecord, physical_name,
};
use crate::syntax;
use crate::syntax::ast::StatementKind;

use super::error::{EngineError, ErrorClass, SqlError};
use super::listing::data_files;
use super::policy::policy;
use super::session::Principal;
use super::source::{DataFile, EventLog, Input, Source, Stored};

/// Everything that is registered now: one statement or update sees one catalog.
pub(crate) fn snapshot(reader: &Reader<'_>) -> Result<MemoryCatalog, StoreError> {
    let mut catalog = MemoryCatalog::default();
    for schema in reader.securables::<SchemaRecord>()? {
        catalog.add_schema(schema.name.catalog, schema.name.name);
    }
    for table in reader.securables::<TableRecord>()? {
        match table.kind {
            // What its columns are is not computed here: whoever reads it is refused.
            TableKind::MetricView => catalog.add_unread(table.name),
            _ => catalog.add_table(table_info(&table)),
        }
    }
    for function in reader.securables::<FunctionRecord>()? {
        if let Some(info) = function_info(function) {
            catalog.add_function(info);
        }
    }
    Ok(catalog)
}

pub(crate) fn table_info(record: &TableRecord) -> TableInfo {
    TableInfo {
        name: record.name.clone(),
        kind: match record.kind {
            TableKind::Managed => RelationKind::Table,
            TableKind::View | TableKind::MetricView => RelationKind::View,
            TableKind::MaterializedView => RelationKind::MaterializedView,
            TableKind::StreamingTable => RelationKind::StreamingTable,
        },
        columns: record.columns.iter().map(column_info).collect(),
        append_only: record.append_only,
        comment: record.comment.clone(),
    }
}

fn column_info(record: &ColumnRecord) -> ColumnInfo {
    ColumnInfo {
        name: record.name.clone(),
        data_type: Some(record.data_type.clone()),
        nullable: record.nullable,
        comment: record.comment.clone(),
    }
}

/// `None` for a text that this version cannot read any more: then the function is unknown.
fn function_info(record: FunctionRecord) -> Option<FunctionInfo> {
    let text = record.statement.as_str().into();
    let file = SourceFile::new(record.name.to_string(), record.statement);
    let definition = syntax::parse(&file).statements.into_iter().find_map(|statement| match statement.kind {
        StatementKind::CreateFunction(function) => Some(*function),
        _ => None,
    })?;
    Some(FunctionInfo { name: record.name, definition: Arc::new(definition), text, returns: record.returns })
}

/// The rows behind a statement's names: stored tables as they are now, views by their queries.
pub(crate) struct Stock<'a> {
    reader: &'a Reader<'a>,
    catalog: &'a dyn Catalog,
    store: &'a crate::local::store::Store,
}

impl<'a> Stock<'a> {
    pub(crate) fn new(reader: &'a Reader<'a>, catalog: &'a dyn Catalog, store: &'a crate::local::store::Store) -> Self {
        Self { reader, catalog, store }
    }

    /// The query of a view, bound where the view was made.
    pub(crate) fn view(&self, record: &TableRecord) -> Result<BoundQuery, EngineError> {
        let missing = || SqlError::new(ErrorClass::INTERNAL_ERROR, format!("The view {} has no query.", record.name));
        let definition = record.definition.as_ref().ok_or_else(missing)?;
        let file = SourceFile::new(record.name.to_string(), definition.text.as_str());
        let (query, found) = syntax::parse_query(&file);
        let query = query.filter(|_| !found.has_errors()).ok_or(EngineError::Invalid(found))?;
        let session = analyze::Session::new(self.catalog, definition.catalog.clone(), definition.schema.clone());
        let (bound, found) = bind_query(&query, &file, &session);
        bound.filter(|_| !found.has_errors()).ok_or(EngineError::Invalid(found))
    }
}

impl Source for Stock<'_> {
    fn table(&self, scan: &Scan) -> Result<Input, EngineError> {
        let record = self.reader.securable::<TableRecord>(&scan.table)?;
        let record = record.ok_or_else(|| not_found(&scan.table))?;
        if scan.streaming {
            return Err(SqlError::unsupported("STREAM outside of a pipeline").at(scan.span).into());
        }
        if record.kind == TableKind::View {
            let query = self.view(&record).map_err(|error| broken_view(&scan.table, error))?;
            return Ok(Input::View(Arc::new(query)));
        }
        let policy = policy(&record, self.catalog)?;
        Ok(Input::Stored(Stored { physical: physical_name(&record.name), commits: None, policy }))
    }

    fn files(&self, scan: &FileScan) -> Result<Vec<DataFile>, EngineError> {
        data_files(self.store, scan)
    }

    /// "Can be called only by the owner of a streaming table or materialized view" (Databricks documentation,
    /// "event_log table-valued function").
    fn event_log(&self, of: &EventLog, principal: &Principal) -> Result<String, EngineError> {
        let refused = || {
            let text = format!("User {} is not the owner of what event_log is asked for.", principal.name);
            EngineError::from(SqlError::new(ErrorClass::INSUFFICIENT_PERMISSIONS, text))
        };
        match of {
            EventLog::Pipeline(id) if principal.admin => Ok(id.clone()),
            EventLog::Pipeline(_) => Err(refused()),
            EventLog::Table(name) => {
                let record = self.reader.securable::<TableRecord>(name)?.ok_or_else(|| not_found(name))?;
                if !principal.admin && !record.registration.owner.eq_ignore_ascii_case(&principal.name) {
                    return Err(refused());
                }
                let none = || SqlError::unsupported(format!("event_log of {}, which no pipeline makes", name.quoted()));
                Ok(record.pipeline_id.ok_or_else(none)?)
            }
        }
    }
}

pub(crate) fn not_found(table: &TableName) -> SqlError {
    let text = format!("The table or view {} cannot be found.", table.quoted());
    SqlError::new(ErrorClass::TABLE_OR_VIEW_NOT_FOUND, text)
}

fn broken_view(view: &TableName, error: EngineError) -> EngineError {
    let EngineError::Invalid(found) = error else { return error };
    // What it reads has been dropped or has changed since: nothing that the workspace did wrong.
    let class = match found.iter().any(|d| d.code == Code::UNKNOWN_TABLE) {
        true => ErrorClass::TABLE_OR_VIEW_NOT_FOUND,
        false => ErrorClass::INCOMPATIBLE_VIEW_SCHEMA_CHANGE,
    };
    let reason = found.iter().map(|d| d.message.clone()).collect::<Vec<_>>().join("; ");
    SqlError::new(class, format!("The view {} no longer compiles: {reason}.", view.quoted())).into()
}
