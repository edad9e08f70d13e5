//! Privileges: may this principal do that? (Databricks documentation, "Unity Catalog privileges and securable
//! objects": a privilege on a container holds for all in it; using an object needs USE on its containers.)

use std::collections::BTreeSet;

use crate::analyze::bound::{BoundQuery, Expr, ExprKind, Relation};
use crate::ident::{Identifier, TableName};
use crate::local::store::{
    CatalogRecord, FunctionRecord, Grant, Reader, SchemaName, SchemaRecord, Securable, SecurableKind, SecurableName,
    TableRecord, VolumePath,
};

use super::error::{EngineError, ErrorClass, SqlError};
use super::privileges::APART_FROM_ALL;
use super::session::Principal;

/// The objects that something uses.
#[derive(Default)]
struct Reads {
    tables: BTreeSet<TableName>,
    functions: BTreeSet<TableName>,
    paths: BTreeSet<String>,
}

impl Reads {
    fn relation(&mut self, relation: &Relation) {
        match relation {
            Relation::Scan(scan) => {
                self.tables.insert(scan.table.clone());
            }
            Relation::Files(scan) => {
                self.paths.insert(scan.path.clone());
            }
            _ => {}
        }
    }

    fn function(&mut self, expr: &Expr) {
        if let ExprKind::UserFunction { name, .. } = &expr.kind {
            self.functions.insert(name.clone());
        }
    }
}

pub(crate) struct Authorizer<'a> {
    reader: &'a Reader<'a>,
    principal: &'a Principal,
}

impl<'a> Authorizer<'a> {
    pub(crate) fn new(reader: &'a Reader<'a>, principal: &'a Principal) -> Self {
        Self { reader, principal }
    }

    /// Everything that a query reads or calls.
    pub(crate) fn query(&self, query: &BoundQuery) -> Result<(), EngineError> {
        if self.principal.admin {
            return Ok(());
        }
        let mut reads = Reads::default();
        for relation in std::iter::once(&query.relation).chain(query.ctes.iter().map(|cte| &cte.query)) {
            relation.relations(&mut |relation| reads.relation(relation));
            relation.visit(&mut |expr| reads.function(expr));
        }
        self.reads(reads)
    }

    /// Everything that an expression outside of a query reads or calls.
    pub(crate) fn expr(&self, expr: &Expr) -> Result<(), EngineError> {
        if self.principal.admin {
            return Ok(());
        }
        let mut reads = Reads::default();
        expr.visit(&mut |part| {
            reads.function(part);
            if let Some(query) = part.subquery() {
                query.relation.relations(&mut |relation| reads.relation(relation));
            }
        });
        self.reads(reads)
    }

    fn reads(&self, reads: Reads) -> Result<(), EngineError> {
        reads.tables.iter().try_for_each(|table| self.object::<TableRecord>(table, "SELECT"))?;
        reads.functions.iter().try_for_each(|function| self.object::<FunctionRecord>(function, "EXECUTE"))?;
        for path in reads.paths {
            let volume = VolumePath::parse(&path)?.volume;
            self.object::<crate::local::store::VolumeRecord>(&volume, "READ_VOLUME")?;
        }
        Ok(())
    }

    /// `privilege` on a table, volume or function, and USE on what contains it.
    pub(crate) fn object<R: Securable<Name = TableName>>(
        &self,
        name: &TableName,
        privilege: &str,
    ) -> Result<(), EngineError> {
        if self.principal.admin {
            return Ok(());
        }
        let schema = SchemaName::of(name);
        self.used(&schema)?;
        let owned = match self.reader.securable::<R>(name)? {
            Some(mut record) => self.is(&record.registration_mut().owner),
            None => false,
        };
        if owned || self.holds(R::KIND, &name.key(), privilege)? || self.within_schema(&schema, privilege)? {
            return Ok(());
        }
        Err(self.refused(privilege, R::KIND, &name.to_string()))
    }

    /// `privilege` on a schema (or its catalog), and USE on it.
    pub(crate) fn schema(&self, schema: &SchemaName, privilege: &str) -> Result<(), EngineError> {
        if self.principal.admin {
            return Ok(());
        }
        self.used(schema)?;
        if self.within_schema(schema, privilege)? {
            return Ok(());
        }
        Err(self.refused(privilege, SecurableKind::Schema, &schema.to_string()))
    }

    /// `privilege` on a catalog.
    pub(crate) fn catalog(&self, catalog: &Identifier, privilege: &str) -> Result<(), EngineError> {
        let key = catalog.key();
        if self.principal.admin
            || self.owns::<CatalogRecord>(catalog)?
            || self.holds(SecurableKind::Catalog, &key, privilege)?
        {
            return Ok(());
        }
        Err(self.refused(privilege, SecurableKind::Catalog, &catalog.to_string()))
    }

    /// Only admins make catalogs and change grants in the embedded workspace.
    pub(crate) fn admin(&self, what: &str) -> Result<(), EngineError> {
        if self.principal.admin {
            return Ok(());
        }
        let text = format!("User {} must be a workspace admin to {what}.", self.principal.name);
        Err(SqlError::new(ErrorClass::INSUFFICIENT_PERMISSIONS, text).into())
    }

    fn used(&self, schema: &SchemaName) -> Result<(), EngineError> {
        let catalog = schema.catalog.key();
        let owned = self.owns::<CatalogRecord>(&schema.catalog)?;
        if !owned && !self.holds(SecurableKind::Catalog, &catalog, "USE_CATALOG")? {
            return Err(self.refused("USE CATALOG", SecurableKind::Catalog, &schema.catalog.to_string()));
        }
        if !self.within_schema(schema, "USE_SCHEMA")? {
            return Err(self.refused("USE SCHEMA", SecurableKind::Schema, &schema.to_string()));
        }
        Ok(())
    }

    fn within_schema(&self, schema: &SchemaName, privilege: &str) -> Result<bool, EngineError> {
        Ok(self.owns::<SchemaRecord>(schema)?
            || self.owns::<CatalogRecord>(&schema.catalog)?
            || self.holds(SecurableKind::Schema, &schema.key(), privilege)?
            || self.holds(SecurableKind::Catalog, &schema.catalog.key(), privilege)?)
    }

    fn owns<R: Securable>(&self, name: &R::Name) -> Result<bool, EngineError> {
        let record = self.reader.securable::<R>(name)?;
        Ok(record.is_some_and(|mut record| self.is(&record.registration_mut().owner)))
    }

    fn is(&self, principal: &str) -> bool {
        self.identities().any(|identity| identity.eq_ignore_ascii_case(principal))
    }

    /// The principal, its groups, and the group that everybody is in.
    fn identities(&self) -> impl Iterator<Item = &str> {
        let groups = self.principal.groups.iter().map(String::as_str);
        std::iter::once(self.principal.name.as_str()).chain(groups).chain(std::iter::once("account users"))
    }

    fn holds(&self, kind: SecurableKind, key: &str, privilege: &str) -> Result<bool, EngineError> {
        let matches = |grant: &Grant| {
            let covers = grant.privilege == privilege
                || (grant.privilege == "ALL_PRIVILEGES" && !APART_FROM_ALL.contains(&privilege));
            covers && self.is(&grant.principal)
        };
        Ok(self.reader.grants_on(kind, key)?.iter().any(matches))
    }

    fn refused(&self, privilege: &str, kind: SecurableKind, name: &str) -> EngineError {
        let privilege = privilege.replace('_', " ");
        let text = format!("User does not have {privilege} on {} '{name}'.", capitalised(kind.as_str()));
        SqlError::new(ErrorClass::INSUFFICIENT_PERMISSIONS, text).into()
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
