//! Catalogs, schemas and volumes; DROP and COMMENT ON for every kind.

use crate::local::engine::error::{EngineError, SqlError};
use crate::local::store::{
    CatalogRecord, FunctionRecord, Registration, SchemaRecord, Securable, StoreError, TableRecord, VolumeRecord, Writer,
};
use crate::syntax::ast::{CreateContainer, Ident, Name, ObjectKind, Securable as Named, Text};

use super::entry::{Answer, Scope, catalog_name};
use super::{alter, owned};

fn text(value: Option<&Text>) -> Option<String> {
    value.map(|text| text.value.clone())
}

fn properties(create: &CreateContainer) -> std::collections::BTreeMap<String, String> {
    create.properties.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect()
}

/// With IF NOT EXISTS, what is there already is no error.
fn made<T>(result: Result<T, StoreError>, if_not_exists: bool) -> Result<Answer, EngineError> {
    match result {
        Err(StoreError::AlreadyExists { .. }) if if_not_exists => Ok(Answer::default()),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(Answer::default()),
    }
}

/// What would change the meaning of all that is inside.
fn refuse_clauses(create: &CreateContainer) -> Result<(), EngineError> {
    if let Some(source) = &create.using {
        return Err(SqlError::unsupported("catalogs over a share or a connection").at(source.span).into());
    }
    Ok(refuse_collation(create.default_collation.as_ref())?)
}

/// Only the default collation is there: texts are equal if their bytes are (Databricks documentation, "Collation").
pub(in crate::local::engine) fn refuse_collation(collation: Option<&Ident>) -> Result<(), SqlError> {
    match collation {
        Some(name) if !name.value.as_str().eq_ignore_ascii_case("UTF8_BINARY") => {
            Err(SqlError::unsupported(format!("the collation {}", name.value)).at(name.span))
        }
        _ => Ok(()),
    }
}

pub(super) fn catalog(scope: &Scope<'_>, writer: &Writer<'_>, create: &CreateContainer) -> Result<Answer, EngineError> {
    scope.authorizer().admin("create a catalog")?;
    if create.external || create.location.is_some() {
        return Err(SqlError::unsupported("foreign catalogs and managed locations").at(create.name.span).into());
    }
    refuse_clauses(create)?;
    let record = CatalogRecord {
        name: catalog_name(&create.name)?,
        comment: text(create.comment.as_ref()),
        properties: properties(create),
        registration: Registration::default(),
    };
    made(writer.create_catalog(record, scope.by()), create.if_not_exists)
}

pub(super) fn schema(scope: &Scope<'_>, writer: &Writer<'_>, create: &CreateContainer) -> Result<Answer, EngineError> {
    let name = scope.schema_name(&create.name)?;
    scope.authorizer().schema(&name, "CREATE_SCHEMA")?;
    if create.location.is_some() {
        return Err(SqlError::unsupported("managed locations").at(create.name.span).into());
    }
    refuse_clauses(create)?;
    let record = SchemaRecord {
        name,
        comment: text(create.comment.as_ref()),
        properties: properties(create),
        registration: Registration::default(),
    };
    made(writer.create_schema(record, scope.by()), create.if_not_exists)
}

pub(super) fn volume(scope: &Scope<'_>, writer: &Writer<'_>, create: &CreateContainer) -> Result<Answer, EngineError> {
    let name = scope.table_name(&create.name)?;
    scope.authorizer().schema(&crate::local::store::SchemaName::of(&name), "CREATE_VOLUME")?;
    if create.external || create.location.is_some() {
        return Err(SqlError::unsupported("external volumes").at(create.name.span).into());
    }
    refuse_clauses(create)?;
    if let Some((key, _)) = create.properties.first() {
        return Err(SqlError::unsupported("properties of a volume").at(key.span).into());
    }
    let comment = text(create.comment.as_ref());
    let record = VolumeRecord { name, comment, storage_location: None, registration: Registration::default() };
    made(writer.create_volume(record, scope.by()), create.if_not_exists)
}

pub(super) fn drop(
    scope: &Scope<'_>,
    writer: &Writer<'_>,
    kind: ObjectKind,
    name: &Name,
    if_exists: bool,
    cascade: bool,
) -> Result<Answer, EngineError> {
    let authorizer = scope.authorizer();
    let result = match kind {
        ObjectKind::Catalog => {
            let name = catalog_name(name)?;
            authorizer.catalog(&name, "MANAGE")?;
            writer.drop_catalog(&name, cascade)
        }
        ObjectKind::Schema => {
            let name = scope.schema_name(name)?;
            authorizer.schema(&name, "MANAGE")?;
            writer.drop_schema(&name, cascade)
        }
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::StreamingTable => {
            let table = scope.table_name(name)?;
            authorizer.object::<TableRecord>(&table, "MANAGE")?;
            if let Some(record) = writer.securable::<TableRecord>(&table)? {
                owned::droppable(&record, kind).map_err(|error| error.at(name.span))?;
            }
            writer.drop_table(&table)
        }
        ObjectKind::Volume => {
            let name = scope.table_name(name)?;
            authorizer.object::<VolumeRecord>(&name, "MANAGE")?;
            writer.drop_volume(&name)
        }
        ObjectKind::Function => {
            let name = scope.table_name(name)?;
            authorizer.object::<FunctionRecord>(&name, "MANAGE")?;
            writer.drop_function(&name)
        }
        _ => return Err(SqlError::unsupported("DROP of this kind of object").at(name.span).into()),
    };
    match result {
        Err(StoreError::NotFound { .. }) if if_exists => Ok(Answer::default()),
        other => Ok(other.map(|()| Answer::default())?),
    }
}

pub(super) fn comment(
    scope: &Scope<'_>,
    writer: &Writer<'_>,
    on: &Named,
    comment: Option<&Text>,
) -> Result<Answer, EngineError> {
    scope.authorizer().admin("comment on objects")?;
    let comment = text(comment);
    let Some(name) = &on.name else { return Err(SqlError::unsupported("COMMENT ON METASTORE").into()) };
    match on.kind {
        ObjectKind::Catalog => {
            change::<CatalogRecord>(scope, writer, &catalog_name(name)?, |record| record.comment = comment)
        }
        ObjectKind::Schema => {
            change::<SchemaRecord>(scope, writer, &scope.schema_name(name)?, |record| record.comment = comment)
        }
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::StreamingTable => {
            change::<TableRecord>(scope, writer, &scope.table_name(name)?, |record| record.comment = comment)
        }
        ObjectKind::Volume => {
            change::<VolumeRecord>(scope, writer, &scope.table_name(name)?, |record| record.comment = comment)
        }
        ObjectKind::Function => {
            change::<FunctionRecord>(scope, writer, &scope.table_name(name)?, |record| record.comment = comment)
        }
        ObjectKind::Column => alter::comment_on_column(scope, writer, name, comment),
        _ => Err(SqlError::unsupported("COMMENT ON this kind of object").at(name.span).into()),
    }
}

fn change<R: Securable>(
    scope: &Scope<'_>,
    writer: &Writer<'_>,
    name: &R::Name,
    edit: impl FnOnce(&mut R),
) -> Result<Answer, EngineError> {
    let mut record = writer.expect_securable::<R>(name)?;
    edit(&mut record);
    writer.update_securable(record, scope.by())?;
    Ok(Answer::default())
}
