//! `SHOW …` and `DESCRIBE`.

use crate::local::engine::catalog::not_found;
use crate::local::engine::error::{EngineError, SqlError};
use crate::local::store::{CatalogRecord, SchemaName, SchemaRecord, TableKind, TableRecord};
use crate::syntax::ast::{Name, ShowKind};

use super::entry::{Answer, Scope};
use super::grant;

pub(super) fn show(scope: &Scope<'_>, what: &ShowKind) -> Result<Answer, EngineError> {
    let reader = scope.reader;
    match what {
        ShowKind::Catalogs => {
            let rows =
                reader.securables::<CatalogRecord>()?.into_iter().map(|record| vec![Some(record.name.to_string())]);
            Ok(Answer::texts(&["catalog"], rows.collect()))
        }
        ShowKind::Schemas { catalog } => {
            let catalog = catalog.as_ref().map_or(&scope.session.catalog, |catalog| &catalog.value);
            reader.expect_securable::<CatalogRecord>(catalog)?;
            let schemas =
                reader.schemas_of(catalog)?.into_iter().map(|record| vec![Some(record.name.name.to_string())]);
            Ok(Answer::texts(&["databaseName"], schemas.collect()))
        }
        ShowKind::Tables { schema } => {
            let own = SchemaName { catalog: scope.session.catalog.clone(), name: scope.session.schema.clone() };
            let schema = schema.as_ref().map_or(Ok(own), |name| scope.schema_name(name))?;
            reader.expect_securable::<SchemaRecord>(&schema)?;
            let row = |record: TableRecord| {
                vec![Some(schema.name.to_string()), Some(record.name.name.to_string()), Some("false".to_string())]
            };
            let rows = reader.tables_of(&schema)?.into_iter().map(row);
            Ok(Answer::texts(&["database", "tableName", "isTemporary"], rows.collect()))
        }
        ShowKind::Grants { principal, on } => {
            let Some(on) = on else { return Err(SqlError::unsupported("SHOW GRANTS without ON").into()) };
            let (kind, key) = grant::securable(scope, reader, on)?;
            let rows = reader.grants_on(kind, &key)?.into_iter().filter(|grant| {
                principal.as_ref().is_none_or(|only| only.value.as_str().eq_ignore_ascii_case(&grant.principal))
            });
            let row = |grant: crate::local::store::Grant| {
                vec![
                    Some(grant.principal),
                    Some(grant.privilege.replace('_', " ")),
                    Some(kind.as_str().to_uppercase()),
                    Some(grant.key),
                ]
            };
            Ok(Answer::texts(&["Principal", "ActionType", "ObjectType", "ObjectKey"], rows.map(row).collect()))
        }
    }
}

/// The columns; EXTENDED adds what is known of the table.
pub(super) fn describe(scope: &Scope<'_>, name: &Name, extended: bool) -> Result<Answer, EngineError> {
    let name = scope.table_name(name)?;
    let record = scope.reader.securable::<TableRecord>(&name)?.ok_or_else(|| not_found(&name))?;
    scope.authorizer().object::<TableRecord>(&name, "SELECT")?;
    let mut rows: Vec<Vec<Option<String>>> = record
        .columns
        .iter()
        .map(|column| {
            vec![
                Some(column.name.to_string()),
                Some(column.data_type.to_string().to_lowercase()),
                column.comment.clone(),
            ]
        })
        .collect();
    if extended {
        let kind = match record.kind {
            TableKind::Managed => "MANAGED",
            TableKind::View => "VIEW",
            TableKind::MetricView => "METRIC_VIEW",
            TableKind::MaterializedView => "MATERIALIZED_VIEW",
            TableKind::StreamingTable => "STREAMING_TABLE",
        };
        let mut add = |key: &str, value: String| rows.push(vec![Some(key.to_string()), Some(value), None]);
        add("", String::new());
        add("# Detailed Table Information", String::new());
        add("Catalog", name.catalog.to_string());
        add("Database", name.schema.to_string());
        add("Table", name.name.to_string());
        add("Owner", record.registration.owner.clone());
        add("Type", kind.to_string());
        if let Some(comment) = &record.comment {
            add("Comment", comment.clone());
        }
        let declared = &record.declared;
        let refresh = [("Refresh Schedule", &declared.schedule), ("Refresh Policy", &declared.refresh_policy)];
        if refresh.iter().any(|(_, text)| text.is_some()) {
            add("", String::new());
            add("# Refresh Information", String::new());
        }
        for (key, text) in refresh {
            if let Some(text) = text {
                add(key, text.clone());
            }
        }
    }
    Ok(Answer::texts(&["col_name", "data_type", "comment"], rows))
}
