//! Whether a principal may do something: grants are looked up and enforced on every statement.
//!
//! A privilege on a catalog or schema holds for what is inside. Owners have every privilege on what they own, admins
//! on everything (Databricks documentation, "Unity Catalog privileges and securable objects").

use super::error::{EngineError, ErrorClass, SqlError};
use super::session::Principal;
use crate::ident::{Identifier, TableName};
use crate::local::store::{
    CatalogRecord, FunctionRecord, Reader, SchemaName, SchemaRecord, Securable, SecurableKind, SecurableName,
    TableRecord, VolumeRecord,
};

/// What a statement needs. The name is that of the grant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Privilege {
    UseCatalog,
    UseSchema,
    Select,
    Modify,
    Execute,
    ReadVolume,
    WriteVolume,
    CreateCatalog,
    CreateSchema,
    CreateTable,
    CreateFunction,
    CreateVolume,
    CreateMaterializedView,
    Manage,
}

impl Privilege {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UseCatalog => "USE_CATALOG",
            Self::UseSchema => "USE_SCHEMA",
            Self::Select => "SELECT",
            Self::Modify => "MODIFY",
            Self::Execute => "EXECUTE",
            Self::ReadVolume => "READ_VOLUME",
            Self::WriteVolume => "WRITE_VOLUME",
            Self::CreateCatalog => "CREATE_CATALOG",
            Self::CreateSchema => "CREATE_SCHEMA",
            Self::CreateTable => "CREATE_TABLE",
            Self::CreateFunction => "CREATE_FUNCTION",
            Self::CreateVolume => "CREATE_VOLUME",
            Self::CreateMaterializedView => "CREATE_MATERIALIZED_VIEW",
            Self::Manage => "MANAGE",
        }
    }
}

/// The checks of one statement, in its transaction.
pub struct Access<'a> {
    reader: &'a Reader<'a>,
    principal: &'a Principal,
}

impl<'a> Access<'a> {
    pub fn new(reader: &'a Reader<'a>, principal: &'a Principal) -> Self {
        Self { reader, principal }
    }

    pub fn table(&self, name: &TableName, privilege: Privilege) -> Result<(), EngineError> {
        self.inside::<TableRecord>(name, privilege, "Table or view")
    }

    pub fn function(&self, name: &TableName) -> Result<(), EngineError> {
        self.inside::<FunctionRecord>(name, Privilege::Execute, "Routine or Model")
    }

    pub fn volume(&self, name: &TableName, privilege: Privilege) -> Result<(), EngineError> {
        self.inside::<VolumeRecord>(name, privilege, "Volume")
    }

    /// What is needed to reach a schema, and the privilege in it.
    pub fn schema(&self, name: &SchemaName, privilege: Privilege) -> Result<(), EngineError> {
        self.catalog(&name.catalog, Privilege::UseCatalog)?;
        if privilege != Privilege::UseSchema {
            self.schema(name, Privilege::UseSchema)?;
        }
        let keys = [(SecurableKind::Schema, name.key()), (SecurableKind::Catalog, name.catalog.key())];
        self.require::<SchemaRecord>(name, &keys, privilege, "Schema")
    }

    pub fn catalog(&self, name: &Identifier, privilege: Privilege) -> Result<(), EngineError> {
        self.require::<CatalogRecord>(name, &[(SecurableKind::Catalog, name.key())], privilege, "Catalog")
    }

    pub fn metastore(&self, privilege: Privilege) -> Result<(), EngineError> {
        if self.principal.admin || self.granted(SecurableKind::Metastore, "", privilege)? {
            return Ok(());
        }
        Err(denied(privilege, "Metastore", "local"))
    }

    fn inside<R: Securable<Name = TableName>>(
        &self,
        name: &TableName,
        privilege: Privilege,
        what: &'static str,
    ) -> Result<(), EngineError> {
        if self.principal.admin {
            return Ok(());
        }
        let schema = SchemaName::of(name);
        self.schema(&schema, Privilege::UseSchema)?;
        let keys = [
            (R::KIND, name.key()),
            (SecurableKind::Schema, schema.key()),
            (SecurableKind::Catalog, schema.catalog.key()),
        ];
        self.require::<R>(name, &keys, privilege, what)
    }

    fn require<R: Securable>(
        &self,
        name: &R::Name,
        keys: &[(SecurableKind, String)],
        privilege: Privilege,
        what: &'static str,
    ) -> Result<(), EngineError> {
        if self.principal.admin {
            return Ok(());
        }
        // Nobody learns from an error whether something exists that he may not see.
        let owner = self.reader.securable::<R>(name)?.map(|mut record| record.registration_mut().owner.clone());
        if owner.is_some_and(|owner| self.is(&owner)) {
            return Ok(());
        }
        for (kind, key) in keys {
            if self.granted(*kind, key, privilege)? {
                return Ok(());
            }
        }
        Err(denied(privilege, what, &name.to_string()))
    }

    /// Is the principal this one, or in this group? Every account user is in `account users`.
    fn is(&self, principal: &str) -> bool {
        let same = |name: &str| name.eq_ignore_ascii_case(principal);
        same(&self.principal.name) || same("account users") || self.principal.groups.iter().any(|group| same(group))
    }

    fn granted(&self, kind: SecurableKind, key: &str, privilege: Privilege) -> Result<bool, EngineError> {
        let grants = self.reader.grants_on(kind, key)?;
        let found = grants.iter().any(|grant| {
            (grant.privilege == privilege.as_str() || grant.privilege == "ALL_PRIVILEGES") && self.is(&grant.principal)
        });
        Ok(found)
    }
}

fn denied(privilege: Privilege, what: &str, name: &str) -> EngineError {
    let words = privilege.as_str().replace('_', " ");
    let text = format!("Insufficient privileges: User does not have {words} on {what} '{name}'.");
    SqlError::new(ErrorClass::INSUFFICIENT_PERMISSIONS, text).into()
}
