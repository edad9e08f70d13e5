//! Which privilege applies to which kind of securable.
//!
//! Databricks documentation, "Unity Catalog privileges and securable objects", as lakeflow-sql.md §2.1 has read it: the
//! rows of metastore, catalog and schema are from the page, those of the others are not read word by word, so that what
//! they lack may still apply.

/// A kind of object that privileges are granted on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SecurableKind {
    Metastore,
    Catalog,
    Schema,
    Table,
    View,
    MaterializedView,
    Volume,
    /// Procedures and registered models are granted as functions.
    Function,
    ExternalLocation,
    StorageCredential,
    ServiceCredential,
    Connection,
    Share,
}

/// What is known of a privilege on a kind of securable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Legal,
    /// Proved by the documentation.
    Illegal,
    /// The row that it is not in may be incomplete.
    Doubtful,
    /// No privilege of this name is known.
    Unknown,
}

const METASTORE: &[&str] = &[
    "CREATE_CATALOG",
    "CREATE_CLEAN_ROOM",
    "CREATE_CONNECTION",
    "CREATE_EXTERNAL_LOCATION",
    "CREATE_EXTERNAL_METADATA",
    "CREATE_PROVIDER",
    "CREATE_RECIPIENT",
    "CREATE_SHARE",
    "CREATE_SERVICE_CREDENTIAL",
    "CREATE_STORAGE_CREDENTIAL",
    "MANAGE_ALLOWLIST",
    "SET_SHARE_PERMISSION",
    "USE_MARKETPLACE_ASSETS",
    "USE_PROVIDER",
    "USE_RECIPIENT",
    "USE_SHARE",
];

/// What applies to a schema, or is inherited below it.
const SCHEMA: &[&str] = &[
    "ALL_PRIVILEGES",
    "APPLY_TAG",
    "CREATE_FUNCTION",
    "CREATE_MATERIALIZED_VIEW",
    "CREATE_MODEL",
    "CREATE_MODEL_VERSION",
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

/// What a catalog adds.
const CATALOG: &[&str] = &["BROWSE", "CREATE_SCHEMA", "USE_CATALOG"];

/// Words of the Hive metastore's privileges (Databricks documentation, "Hive metastore privileges and securable
/// objects"). `USAGE` was Unity Catalog's word for `USE CATALOG` and `USE SCHEMA` at first, and working scripts have it.
const LEGACY: &[&str] = &["CREATE", "READ_METADATA", "USAGE"];

/// Every privilege of the service's own list (`catalog.Privilege` of its SDK), and those that only its documentation
/// names.
const ALL: &[&str] = &[
    "ACCESS",
    "ALL_PRIVILEGES",
    "APPLY_TAG",
    "BROWSE",
    "CREATE",
    "CREATE_CATALOG",
    "CREATE_CLEAN_ROOM",
    "CREATE_CONNECTION",
    "CREATE_EXTERNAL_LOCATION",
    "CREATE_EXTERNAL_METADATA",
    "CREATE_EXTERNAL_TABLE",
    "CREATE_EXTERNAL_VOLUME",
    "CREATE_FOREIGN_CATALOG",
    "CREATE_FOREIGN_SECURABLE",
    "CREATE_FUNCTION",
    "CREATE_MANAGED_STORAGE",
    "CREATE_MATERIALIZED_VIEW",
    "CREATE_MODEL",
    "CREATE_MODEL_VERSION",
    "CREATE_PROVIDER",
    "CREATE_RECIPIENT",
    "CREATE_SCHEMA",
    "CREATE_SERVICE_CREDENTIAL",
    "CREATE_SHARE",
    "CREATE_STORAGE_CREDENTIAL",
    "CREATE_TABLE",
    "CREATE_VIEW",
    "CREATE_VOLUME",
    "EXECUTE",
    "EXECUTE_CLEAN_ROOM_TASK",
    "EXTERNAL_USE_LOCATION",
    "EXTERNAL_USE_SCHEMA",
    "MANAGE",
    "MANAGE_ACCESS_CONTROL",
    "MANAGE_ALLOWLIST",
    "MODIFY",
    "MODIFY_CLEAN_ROOM",
    "READ_FILES",
    "READ_METADATA",
    "READ_PRIVATE_FILES",
    "READ_VOLUME",
    "REFRESH",
    "SELECT",
    "SET_SHARE_PERMISSION",
    "USAGE",
    "USE_CATALOG",
    "USE_CONNECTION",
    "USE_MARKETPLACE_ASSETS",
    "USE_PROVIDER",
    "USE_RECIPIENT",
    "USE_SCHEMA",
    "USE_SHARE",
    "WRITE_FILES",
    "WRITE_PRIVATE_FILES",
    "WRITE_VOLUME",
];

/// `ALL PRIVILEGES` leaves these out. Of the last one the service's documentation speaks as a legacy privilege, and still
/// counts it here.
const APART: &[&str] = &["MANAGE", "EXTERNAL_USE_SCHEMA", "EXTERNAL_USE_LOCATION", "READ_METADATA"];

impl SecurableKind {
    /// As it is called in sentences.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Metastore => "metastore",
            Self::Catalog => "catalog",
            Self::Schema => "schema",
            Self::Table => "table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Volume => "volume",
            Self::Function => "function",
            Self::ExternalLocation => "external location",
            Self::StorageCredential => "storage credential",
            Self::ServiceCredential => "service credential",
            Self::Connection => "connection",
            Self::Share => "share",
        }
    }

    fn row(self) -> &'static [&'static str] {
        match self {
            Self::Metastore => METASTORE,
            Self::Catalog | Self::Schema => SCHEMA,
            Self::Table => &["ALL_PRIVILEGES", "APPLY_TAG", "MANAGE", "MODIFY", "REFRESH", "SELECT"],
            Self::View => &["ALL_PRIVILEGES", "APPLY_TAG", "MANAGE", "SELECT"],
            Self::MaterializedView => &["ALL_PRIVILEGES", "APPLY_TAG", "MANAGE", "REFRESH", "SELECT"],
            Self::Volume => &["ALL_PRIVILEGES", "APPLY_TAG", "MANAGE", "READ_VOLUME", "WRITE_VOLUME"],
            Self::Function => &["ALL_PRIVILEGES", "APPLY_TAG", "EXECUTE", "MANAGE"],
            Self::ExternalLocation => &[
                "ALL_PRIVILEGES",
                "BROWSE",
                "CREATE_EXTERNAL_TABLE",
                "CREATE_EXTERNAL_VOLUME",
                "CREATE_FOREIGN_SECURABLE",
                "CREATE_MANAGED_STORAGE",
                "EXTERNAL_USE_LOCATION",
                "MANAGE",
                "READ_FILES",
                "WRITE_FILES",
            ],
            Self::StorageCredential => &[
                "ALL_PRIVILEGES",
                "CREATE_EXTERNAL_LOCATION",
                "CREATE_EXTERNAL_TABLE",
                "MANAGE",
                "READ_FILES",
                "WRITE_FILES",
            ],
            Self::ServiceCredential => &["ACCESS", "ALL_PRIVILEGES", "CREATE_CONNECTION", "MANAGE"],
            Self::Connection => &["ALL_PRIVILEGES", "CREATE_FOREIGN_CATALOG", "MANAGE", "USE_CONNECTION"],
            Self::Share => &["SELECT"],
        }
    }

    /// The privileges that apply, in the underscore form.
    pub fn privileges(self) -> impl Iterator<Item = &'static str> {
        let more: &[&str] = if self == Self::Catalog { CATALOG } else { &[] };
        self.row().iter().chain(more).copied()
    }

    /// `privilege` is in the underscore form, upper case.
    pub fn verdict(self, privilege: &str) -> Verdict {
        if self.privileges().any(|known| known == privilege) {
            Verdict::Legal
        } else if !ALL.contains(&privilege) {
            Verdict::Unknown
        } else if LEGACY.contains(&privilege) {
            Verdict::Doubtful
        } else if matches!(self, Self::Metastore | Self::Catalog | Self::Schema) {
            Verdict::Illegal
        } else {
            Verdict::Doubtful
        }
    }
}

/// Is the privilege among those that `ALL PRIVILEGES` means?
pub fn in_all_privileges(privilege: &str) -> bool {
    !APART.contains(&privilege)
}

/// The names of all known privileges, for did-you-mean.
pub fn known_privileges() -> impl Iterator<Item = &'static str> {
    ALL.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// lakeflow-sql.md §2.1.
    #[test]
    fn rows_are_those_of_the_documentation() {
        use SecurableKind::*;
        for (kind, privilege, verdict) in [
            (Metastore, "CREATE_CATALOG", Verdict::Legal),
            (Metastore, "SELECT", Verdict::Illegal),
            (Catalog, "USE_CATALOG", Verdict::Legal),
            (Catalog, "USE_SCHEMA", Verdict::Legal),
            (Catalog, "READ_FILES", Verdict::Illegal),
            (Schema, "CREATE_TABLE", Verdict::Legal),
            (Schema, "CREATE_SCHEMA", Verdict::Illegal),
            (Schema, "USE_CATALOG", Verdict::Illegal),
            (Schema, "USAGE", Verdict::Doubtful),
            (View, "SELECT", Verdict::Legal),
            (View, "MODIFY", Verdict::Doubtful),
            (Volume, "SELECT", Verdict::Doubtful),
            (Table, "SELCT", Verdict::Unknown),
            (Schema, "MANAGE_ACCESS_CONTROL", Verdict::Illegal),
        ] {
            assert_eq!(kind.verdict(privilege), verdict, "{kind:?} {privilege}");
        }
        assert!(in_all_privileges("SELECT") && !in_all_privileges("MANAGE"));
        assert!(ALL.is_sorted());
    }
}
