//! Which privilege fits which securable (Databricks documentation, "Unity Catalog privileges and securable objects").

use crate::local::store::{Grant, SecurableKind, StoreError, Writer};

/// Inherited from a catalog by all that is in it, hence also allowed on the catalog and the schema.
const ON_SCHEMA: &[&str] = &[
    "ALL_PRIVILEGES",
    "APPLY_TAG",
    "CREATE_FUNCTION",
    "CREATE_MATERIALIZED_VIEW",
    "CREATE_MODEL",
    "CREATE_TABLE",
    "CREATE_VOLUME",
    "EXECUTE",
    "EXTERNAL_USE_SCHEMA",
    "MANAGE",
    "MODIFY",
    "READ_VOLUME",
    "REFRESH",
    "SELECT",
    "USE_SCHEMA",
    "WRITE_VOLUME",
];
const ON_CATALOG_ALONE: &[&str] = &["BROWSE", "CREATE_SCHEMA", "USE_CATALOG"];
const ON_TABLE: &[&str] = &["ALL_PRIVILEGES", "APPLY_TAG", "MANAGE", "MODIFY", "REFRESH", "SELECT"];
const ON_VOLUME: &[&str] = &["ALL_PRIVILEGES", "APPLY_TAG", "MANAGE", "READ_VOLUME", "WRITE_VOLUME"];
const ON_FUNCTION: &[&str] = &["ALL_PRIVILEGES", "EXECUTE", "MANAGE"];
const ON_METASTORE: &[&str] = &[
    "CREATE_CATALOG",
    "CREATE_CLEAN_ROOM",
    "CREATE_CONNECTION",
    "CREATE_EXTERNAL_LOCATION",
    "CREATE_PROVIDER",
    "CREATE_RECIPIENT",
    "CREATE_SERVICE_CREDENTIAL",
    "CREATE_SHARE",
    "CREATE_STORAGE_CREDENTIAL",
    "MANAGE_ALLOWLIST",
    "SET_SHARE_PERMISSION",
    "USE_CONNECTION",
    "USE_MARKETPLACE_ASSETS",
    "USE_PROVIDER",
    "USE_RECIPIENT",
    "USE_SHARE",
];

/// What `ALL_PRIVILEGES` does not cover, neither when it is granted nor when it is revoked.
pub(crate) const APART_FROM_ALL: &[&str] = &["EXTERNAL_USE_LOCATION", "EXTERNAL_USE_SCHEMA", "MANAGE", "READ_METADATA"];

pub(crate) fn applies(kind: SecurableKind, privilege: &str) -> bool {
    match kind {
        SecurableKind::Metastore => ON_METASTORE.contains(&privilege),
        SecurableKind::Catalog => ON_SCHEMA.contains(&privilege) || ON_CATALOG_ALONE.contains(&privilege),
        SecurableKind::Schema => ON_SCHEMA.contains(&privilege),
        SecurableKind::Table => ON_TABLE.contains(&privilege),
        SecurableKind::Volume => ON_VOLUME.contains(&privilege),
        SecurableKind::Function => ON_FUNCTION.contains(&privilege),
    }
}

/// Revokes a privilege; `ALL_PRIVILEGES` takes with it what it stands for.
pub(crate) fn revoke(writer: &Writer<'_>, grant: &Grant) -> Result<(), StoreError> {
    if grant.privilege == "ALL_PRIVILEGES" {
        for held in writer.grants_on(grant.kind, &grant.key)? {
            if held.principal == grant.principal && !APART_FROM_ALL.contains(&held.privilege.as_str()) {
                writer.revoke(&held)?;
            }
        }
    }
    writer.revoke(grant)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the page's table of privileges by securable.
    #[test]
    fn privileges_fit_their_securables() {
        assert!(applies(SecurableKind::Catalog, "USE_CATALOG"));
        assert!(!applies(SecurableKind::Schema, "USE_CATALOG"));
        assert!(applies(SecurableKind::Schema, "READ_VOLUME"));
        assert!(!applies(SecurableKind::Table, "READ_VOLUME"));
        assert!(applies(SecurableKind::Function, "EXECUTE"));
        assert!(!applies(SecurableKind::Table, "USE SCHEMA"));
    }
}
