//! `GRANT` and `REVOKE`.

use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::engine::privileges;
use crate::local::store::{
    CatalogRecord, FunctionRecord, Grant, SchemaRecord, SecurableKind, SecurableName, TableRecord, VolumeRecord, Writer,
};
use crate::syntax::ast::{GrantStatement, ObjectKind, Securable};

use super::entry::{Answer, Scope, catalog_name};

/// Grants (or else revokes). Revoking what was never granted succeeds, as on Databricks.
pub(super) fn change(
    scope: &Scope<'_>,
    writer: &Writer<'_>,
    statement: &GrantStatement,
    grant: bool,
) -> Result<Answer, EngineError> {
    scope.authorizer().admin("change grants")?;
    let (kind, key) = securable(scope, writer, &statement.on)?;
    for privilege in &statement.privileges {
        if !privileges::applies(kind, &privilege.value) {
            let (privilege_text, kind) = (privilege.value.replace('_', " "), kind.as_str().to_uppercase());
            let text = format!("Privilege {privilege_text} is not applicable to this entity [{kind}].");
            return Err(SqlError::new(ErrorClass::INVALID_PARAMETER_VALUE, text).at(privilege.span).into());
        }
        let entry = Grant {
            kind,
            key: key.clone(),
            principal: statement.principal.value.to_string(),
            privilege: privilege.value.clone(),
        };
        if grant { writer.grant(&entry)? } else { privileges::revoke(writer, &entry)? }
    }
    Ok(Answer::default())
}

/// The kind and key of something that exists.
pub(super) fn securable(
    scope: &Scope<'_>,
    reader: &crate::local::store::Reader<'_>,
    on: &Securable,
) -> Result<(SecurableKind, String), EngineError> {
    let Some(name) = &on.name else { return Ok((SecurableKind::Metastore, String::new())) };
    match on.kind {
        ObjectKind::Catalog => {
            let catalog = catalog_name(name)?;
            reader.expect_securable::<CatalogRecord>(&catalog)?;
            Ok((SecurableKind::Catalog, catalog.key()))
        }
        ObjectKind::Schema => {
            let schema = scope.schema_name(name)?;
            reader.expect_securable::<SchemaRecord>(&schema)?;
            Ok((SecurableKind::Schema, schema.key()))
        }
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::StreamingTable => {
            let table = scope.table_name(name)?;
            reader.expect_securable::<TableRecord>(&table)?;
            Ok((SecurableKind::Table, table.key()))
        }
        ObjectKind::Volume => {
            let volume = scope.table_name(name)?;
            reader.expect_securable::<VolumeRecord>(&volume)?;
            Ok((SecurableKind::Volume, volume.key()))
        }
        ObjectKind::Function => {
            let function = scope.table_name(name)?;
            reader.expect_securable::<FunctionRecord>(&function)?;
            Ok((SecurableKind::Function, function.key()))
        }
        _ => Err(SqlError::unsupported("grants on this kind of securable").at(name.span).into()),
    }
}
