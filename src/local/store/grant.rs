//! Grants: who may do what with which securable.

use super::{Reader, SecurableKind, StoreError, Writer};

/// One privilege of one principal on one securable.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Grant {
    pub kind: SecurableKind,
    /// The securable's key: its folded full name; empty for the metastore.
    pub key: String,
    pub principal: String,
    /// In the underscore form, upper case: `USE_CATALOG`.
    pub privilege: String,
}

impl Reader<'_> {
    /// The grants on just this securable, by principal and privilege.
    pub fn grants_on(&self, kind: SecurableKind, key: &str) -> Result<Vec<Grant>, StoreError> {
        let sql = "SELECT principal, privilege FROM _lakesmith.grants WHERE kind = ? AND key = ? ORDER BY ALL";
        self.query(sql, [kind.as_str(), key], |row| {
            Ok(Grant { kind, key: key.to_string(), principal: row.get(0)?, privilege: row.get(1)? })
        })
    }

    pub fn has_grant(&self, grant: &Grant) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM _lakesmith.grants WHERE kind = ? AND key = ? AND principal = ? AND privilege = ?";
        let params = [grant.kind.as_str(), &grant.key, &grant.principal, &grant.privilege];
        Ok(self.query_optional(sql, params, |_| Ok(()))?.is_some())
    }
}

impl Writer<'_> {
    /// Success also if it is there already.
    pub fn grant(&self, grant: &Grant) -> Result<(), StoreError> {
        if self.has_grant(grant)? {
            return Ok(());
        }
        let sql = "INSERT INTO _lakesmith.grants VALUES (?, ?, ?, ?, ?)";
        let now = self.now();
        let Grant { kind, key, principal, privilege } = grant;
        self.execute(sql, duckdb::params![kind.as_str(), key, principal, privilege, now])?;
        Ok(())
    }

    /// Success also if it is not there.
    pub fn revoke(&self, grant: &Grant) -> Result<(), StoreError> {
        let sql = "DELETE FROM _lakesmith.grants WHERE kind = ? AND key = ? AND principal = ? AND privilege = ?";
        self.execute(sql, duckdb::params![grant.kind.as_str(), &grant.key, &grant.principal, &grant.privilege])?;
        Ok(())
    }
}
