//! Finding, making, changing and dropping Unity Catalog objects, with what hangs on them: schemas inside the
//! database, tables' rows, checkpoints, grants and volumes' folders.

use super::securable::{
    CatalogRecord, Registration, SchemaName, SchemaRecord, Securable, SecurableKind, SecurableName, TableRecord,
    VolumeRecord,
};
use super::{FunctionRecord, MODELS, Reader, StoreError, VolumePath, Writer};
use crate::ident::{Identifier, TableName};

impl Reader<'_> {
    pub fn securable<R: Securable>(&self, name: &R::Name) -> Result<Option<R>, StoreError> {
        let sql = "SELECT record FROM _lakesmith.securables WHERE kind = ? AND key = ?";
        let found = self.query_optional(sql, [R::KIND.as_str(), &name.key()], |row| row.get::<_, String>(0))?;
        found.map(|text| decode::<R>(&text)).transpose()
    }

    /// As [`Reader::securable`]; absence is an error.
    pub fn expect_securable<R: Securable>(&self, name: &R::Name) -> Result<R, StoreError> {
        self.securable(name)?.ok_or_else(|| missing::<R>(name))
    }

    /// All of one kind, by name.
    pub fn securables<R: Securable>(&self) -> Result<Vec<R>, StoreError> {
        let sql = "SELECT record FROM _lakesmith.securables WHERE kind = ? ORDER BY key";
        self.decoded(sql, &[R::KIND.as_str()])
    }

    fn children<R: Securable>(&self, parent: &str) -> Result<Vec<R>, StoreError> {
        let sql = "SELECT record FROM _lakesmith.securables WHERE kind = ? AND parent = ? ORDER BY key";
        self.decoded(sql, &[R::KIND.as_str(), parent])
    }

    fn decoded<R: Securable>(&self, sql: &str, params: &[&str]) -> Result<Vec<R>, StoreError> {
        let texts = self.query(sql, duckdb::params_from_iter(params), |row| row.get::<_, String>(0))?;
        texts.iter().map(|text| decode(text)).collect()
    }

    pub fn schemas_of(&self, catalog: &Identifier) -> Result<Vec<SchemaRecord>, StoreError> {
        self.children(&catalog.key())
    }

    pub fn tables_of(&self, schema: &SchemaName) -> Result<Vec<TableRecord>, StoreError> {
        self.children(&schema.key())
    }

    pub fn volumes_of(&self, schema: &SchemaName) -> Result<Vec<VolumeRecord>, StoreError> {
        self.children(&schema.key())
    }

    pub fn functions_of(&self, schema: &SchemaName) -> Result<Vec<FunctionRecord>, StoreError> {
        self.children(&schema.key())
    }
}

fn decode<R: Securable>(text: &str) -> Result<R, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Record { kind: R::KIND.as_str(), source })
}

fn encode<R: Securable>(record: &R) -> Result<String, StoreError> {
    serde_json::to_string(record).map_err(|source| StoreError::Record { kind: R::KIND.as_str(), source })
}

fn missing<R: Securable>(name: &R::Name) -> StoreError {
    StoreError::NotFound { kind: R::KIND.as_str(), name: name.to_string() }
}

/// A name inside the database, always safe: quotes are doubled.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Where a table's rows are inside the database: `"catalog.schema"."table"`, folded, because Unity Catalog ignores case.
pub(crate) fn physical_name(name: &TableName) -> String {
    format!("{}.{}", quoted(&SchemaName::of(name).key()), quoted(&name.name.folded()))
}

/// Where the events of an AUTO CDC target are kept.
pub(crate) fn history_name(name: &TableName) -> String {
    format!("_lakesmith_history.{}", quoted(&name.key()))
}

impl Writer<'_> {
    /// Makes a catalog, and in it the schema `default`, as Databricks does.
    pub fn create_catalog(&self, mut record: CatalogRecord, by: &str) -> Result<CatalogRecord, StoreError> {
        self.insert(&mut record, by)?;
        if let Ok(name) = Identifier::object("default") {
            let schema = SchemaRecord {
                name: SchemaName { catalog: record.name.clone(), name },
                comment: Some("Default schema (auto-created)".to_string()),
                properties: Default::default(),
                registration: Registration::default(),
            };
            self.create_schema(schema, by)?;
        }
        Ok(record)
    }

    pub fn create_schema(&self, mut record: SchemaRecord, by: &str) -> Result<SchemaRecord, StoreError> {
        self.expect_securable::<CatalogRecord>(&record.name.catalog)?;
        self.insert(&mut record, by)?;
        // Left-overs cannot exist: the schema is dropped in the transaction that drops the record.
        self.execute(&format!("CREATE SCHEMA {}", quoted(&record.name.key())), &[])?;
        Ok(record)
    }

    /// Registers a table or view; the engine makes its rows' table in the same transaction.
    pub fn create_table(&self, mut record: TableRecord, by: &str) -> Result<TableRecord, StoreError> {
        self.expect_securable::<SchemaRecord>(&SchemaName::of(&record.name))?;
        self.insert(&mut record, by)?;
        if record.kind.is_view() {
            // Nothing reads it. It takes the name inside the database, too, where two transactions that make the same
            // table or view at once conflict; without it both records would be kept.
            self.execute(&format!("CREATE VIEW {} AS SELECT NULL AS taken", physical_name(&record.name)), &[])?;
        }
        Ok(record)
    }

    /// Puts another definition in the place of a table or view of the same kind. Identity, owner, grants and commits
    /// stay; rows go, and the engine makes the rows' table anew in the same transaction.
    pub fn replace_table(&self, mut record: TableRecord, by: &str) -> Result<TableRecord, StoreError> {
        let found = self.expect_securable::<TableRecord>(&record.name)?;
        record.keep_guards(&found);
        record.registration = found.registration;
        if !record.kind.is_view() {
            self.execute(&format!("DROP TABLE IF EXISTS {}", physical_name(&record.name)), &[])?;
        }
        self.reset_flows(&record.name)?;
        self.update_securable(record, by)
    }

    pub fn create_function(&self, mut record: FunctionRecord, by: &str) -> Result<FunctionRecord, StoreError> {
        self.expect_securable::<SchemaRecord>(&SchemaName::of(&record.name))?;
        self.insert(&mut record, by)?;
        Ok(record)
    }

    pub fn create_volume(&self, mut record: VolumeRecord, by: &str) -> Result<VolumeRecord, StoreError> {
        self.expect_securable::<SchemaRecord>(&SchemaName::of(&record.name))?;
        self.insert(&mut record, by)?;
        self.remove_doomed_folder(&record.name)?;
        Ok(record)
    }

    fn insert<R: Securable>(&self, record: &mut R, by: &str) -> Result<(), StoreError> {
        // Keys are parts joined by periods, and folders and schemas are called after them: whoever the caller is, a
        // part that holds a period or a slash must not come in.
        for part in record.name().parts() {
            Identifier::object(part.as_str())?;
        }
        if self.securable::<R>(record.name())?.is_some() {
            return Err(StoreError::AlreadyExists { kind: R::KIND.as_str(), name: record.name().to_string() });
        }
        let now = self.now();
        let id = self.system().random.uuid().to_string();
        let owner = std::mem::take(&mut record.registration_mut().owner);
        *record.registration_mut() = Registration {
            id,
            owner: if owner.is_empty() { by.to_string() } else { owner },
            created_at: now,
            created_by: by.to_string(),
            updated_at: now,
            updated_by: by.to_string(),
        };
        let sql = "INSERT INTO _lakesmith.securables VALUES (?, ?, ?, ?)";
        let text = encode(record)?;
        self.execute(sql, duckdb::params![R::KIND.as_str(), &record.name().key(), &record.name().parent(), &text])?;
        Ok(())
    }

    /// Replaces a record of the same name. Identity and creation stay as they are in `record`.
    pub fn update_securable<R: Securable>(&self, mut record: R, by: &str) -> Result<R, StoreError> {
        let now = self.now();
        let registration = record.registration_mut();
        registration.updated_at = now;
        registration.updated_by = by.to_string();
        let sql = "UPDATE _lakesmith.securables SET record = ? WHERE kind = ? AND key = ?";
        match self.execute(sql, duckdb::params![encode(&record)?.as_str(), R::KIND.as_str(), &record.name().key()])? {
            0 => Err(missing::<R>(record.name())),
            _ => Ok(record),
        }
    }

    /// Forgets the record and its grants.
    fn forget<R: Securable>(&self, name: &R::Name) -> Result<(), StoreError> {
        let key = name.key();
        let sql = "DELETE FROM _lakesmith.securables WHERE kind = ? AND key = ?";
        if self.execute(sql, duckdb::params![R::KIND.as_str(), &key])? == 0 {
            return Err(missing::<R>(name));
        }
        self.execute(
            "DELETE FROM _lakesmith.grants WHERE kind = ? AND key = ?",
            duckdb::params![R::KIND.as_str(), &key],
        )?;
        self.forget_tags(R::KIND, &key)
    }

    /// Without `cascade` only a catalog with nothing but an empty `default` schema may go.
    pub fn drop_catalog(&self, name: &Identifier, cascade: bool) -> Result<(), StoreError> {
        self.expect_securable::<CatalogRecord>(name)?;
        let schemas = self.schemas_of(name)?;
        let only_default = schemas.iter().all(|schema| schema.name.name.folded() == "default");
        if !cascade && !only_default {
            return Err(StoreError::NotEmpty { kind: SecurableKind::Catalog.as_str(), name: name.to_string() });
        }
        for schema in schemas {
            self.drop_schema(&schema.name, cascade)?;
        }
        self.forget::<CatalogRecord>(name)
    }

    pub fn drop_schema(&self, name: &SchemaName, cascade: bool) -> Result<(), StoreError> {
        self.expect_securable::<SchemaRecord>(name)?;
        let (tables, volumes) = (self.tables_of(name)?, self.volumes_of(name)?);
        let functions = self.functions_of(name)?;
        let models = self.delete_documents_of(MODELS, &name.to_string())?;
        if !cascade && (!tables.is_empty() || !volumes.is_empty() || !functions.is_empty() || models > 0) {
            return Err(StoreError::NotEmpty { kind: SecurableKind::Schema.as_str(), name: name.to_string() });
        }
        for table in tables {
            self.drop_table(&table.name)?;
        }
        for volume in volumes {
            self.drop_volume(&volume.name)?;
        }
        for function in functions {
            self.drop_function(&function.name)?;
        }
        self.forget::<SchemaRecord>(name)?;
        self.execute(&format!("DROP SCHEMA {}", quoted(&name.key())), &[])?;
        Ok(())
    }

    /// Drops a table or view with its rows, commits and checkpoints.
    pub fn drop_table(&self, name: &TableName) -> Result<(), StoreError> {
        let record = self.expect_securable::<TableRecord>(name)?;
        self.forget::<TableRecord>(name)?;
        if record.kind.is_view() {
            self.execute(&format!("DROP VIEW IF EXISTS {}", physical_name(name)), &[])?;
        } else {
            self.execute(&format!("DROP TABLE IF EXISTS {}", physical_name(name)), &[])?;
            self.execute(&format!("DROP TABLE IF EXISTS {}", history_name(name)), &[])?;
        }
        self.forget_flows(name)
    }

    /// Under another name in the same schema, with its files, grants and tags.
    pub fn rename_volume(&self, name: &TableName, to: &TableName, by: &str) -> Result<VolumeRecord, StoreError> {
        let mut record = self.expect_securable::<VolumeRecord>(name)?;
        let (old, new) = (name.key(), to.key());
        if old != new {
            if self.securable::<VolumeRecord>(to)?.is_some() {
                return Err(StoreError::AlreadyExists { kind: SecurableKind::Volume.as_str(), name: to.to_string() });
            }
            let (from, folder) = (VolumePath::root(name)?, VolumePath::root(to)?);
            self.remove_doomed_folder(to)?;
            // A copy, because the disk cannot roll back: the old folder goes once the transaction has committed.
            self.copy_volume(&from, &folder)?;
            let kind = SecurableKind::Volume.as_str();
            for table in ["securables", "grants"] {
                let sql = format!("UPDATE _lakesmith.{table} SET key = ? WHERE kind = ? AND key = ?");
                self.execute(&sql, duckdb::params![&new, kind, &old])?;
            }
            self.move_tags(SecurableKind::Volume, &old, &new)?;
            self.after_commit_remove(from)?;
        }
        record.name = to.clone();
        self.update_securable(record, by)
    }

    pub fn drop_function(&self, name: &TableName) -> Result<(), StoreError> {
        self.forget::<FunctionRecord>(name)
    }

    /// Drops the record; the folder goes too once the transaction has committed.
    pub fn drop_volume(&self, name: &TableName) -> Result<(), StoreError> {
        self.forget::<VolumeRecord>(name)?;
        self.after_commit_remove(VolumePath::root(name)?)
    }
}
